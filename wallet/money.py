"""Money: an integer of minor units and its currency. No floats, no decimals, no rounding hidden in an operator."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_MINOR = 2**53 - 1
"""The largest amount of one transfer: every JSON reader in the world still reads it exactly."""

# ISO 4217, list one: digits after the point. An operator's own unit is written with its exponent: "HOUR:2".
_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
        "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
        "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
        "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE "
        "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_CODE = re.compile(r"([A-Z]{3,8})(?::([0-4]))?")


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code, or an operator's own unit, and how many digits stand behind the point."""

    code: str
    exponent: int

    @classmethod
    def parse(cls, text: str) -> Currency:
        """Read `EUR` (exponent from ISO 4217) or `HOUR:2` (a unit of one's own). ValueError says what is wrong."""
        found = _CODE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a currency: write an ISO 4217 code such as EUR, or HOUR:2")
        code, digits = found.groups()
        known = _iso_exponent(code)
        if known is None and digits is None:
            raise ValueError(f"{code} is not in ISO 4217: write a unit of your own with its digits, as {code}:2")
        if known is not None and digits is not None and int(digits) != known:
            raise ValueError(f"{code} has {known} digits by ISO 4217, not {digits}")
        return cls(code, int(digits) if known is None else known)

    def kept(self, code: str, digits: int | None) -> Currency:
        """The currency of books that name this code and these digits; None: books that do not say, so as ours."""
        return Currency(code, self.exponent if digits is None else digits)

    @property
    def setting(self) -> str:
        """As `parse` reads it."""
        return self.code if _iso_exponent(self.code) is not None else f"{self.code}:{self.exponent}"

    def __str__(self) -> str:
        return self.code


def _iso_exponent(code: str) -> int | None:
    return next((exponent for exponent, codes in _EXPONENTS.items() if code in codes.split()), None)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; signed, so that an entry can be shown as it moved."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        """A plain, unambiguous form for operators and logs: `12.50 EUR`. The bot writes amounts its own way."""
        return f"{self.digits()} {self.currency.code}"

    def digits(self) -> str:
        """The number alone, `1234.50`: a point, no grouping."""
        whole, rest = divmod(abs(self.minor), 10**self.currency.exponent)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}.{rest:0{self.currency.exponent}}" if self.currency.exponent else f"{sign}{whole}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other
