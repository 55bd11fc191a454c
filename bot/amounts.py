"""What people type as an amount → minor units, or a question, or a refusal. Pure.

Promises: never raises, whatever the text; never guesses (a text that reads two ways comes back as a
question with its readings); never uses float or Decimal; takes time linear in the text. Digits of any decimal
script are accepted (`٣٤`, `๑๒`, `１２`), one script per number.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

MAX_MINOR: Final = 2**53 - 1
"""The largest amount accepted, in minor units: the largest integer JSON carries exactly everywhere."""

Reason = Literal["empty", "not_a_number", "too_precise", "too_large", "not_positive", "other_currency"]


@dataclass(frozen=True, slots=True)
class Amount:
    """One reading: `minor` units of the wallet's currency, 1 to `MAX_MINOR`."""

    minor: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two readings or more, in minor units, ascending: ask which, as with `1,234`.

    A decimal reading with more digits than the currency has (1.234 euros) is cut to what can be paid (1.23):
    it is only ever offered as a choice.
    """

    readings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NotAnAmount:
    """A refusal. `currency` is the code of the currency seen when the reason is `other_currency`, else empty."""

    reason: Reason
    currency: str = ""


Reading = Amount | Ambiguous | NotAnAmount

# What each currency is called in chats. A name shared by several is reported as the first one listed.
_NAMES: Final[dict[str, str]] = {
    "EUR": "€, eur, euro, euros, euroa, eurot, eura, eurų, evro, avro, евро, євро, ευρώ, ευρω, يورو, یورو, "
    "אירו, यूरो, ยูโร, ユーロ, 欧元, 歐元, 유로",
    "USD": "$, us$, $us, usd, dollar, dollars, us dollar, us dollars, buck, bucks, dólar, dólares, dolar, "
    "dolares, dollaro, dollari, доллар, доллара, долларов, دولار, ดอลลาร์, ドル, 美元, 달러",
    "GBP": "£, gbp, pound, pounds, quid, sterling, pound sterling, pounds sterling, livre sterling, "
    "livres sterling, pfund, libra, libras, sterlina, sterline, ポンド, 英镑",
    "JPY": "¥, jpy, yen, yens, 円, 日元, 日圓, 엔",
    "CNY": "¥, cn¥, cny, rmb, yuan, renminbi, 元, 块, 人民币",
    "KRW": "₩, krw, won, wons, 원",
    "INR": "₹, inr, rs, rs., rupee, rupees, roupie, roupies, रु, रुपये, रुपया",
    "PKR": "₨, pkr, rs, rs., rupee, rupees, روپے",
    "LKR": "lkr, rs, rs., rupee, rupees",
    "THB": "฿, thb, baht, bahts, บาท",
    "KWD": "kwd, kd, k.d., dinar, dinars, kuwaiti dinar, kuwaiti dinars, د.ك, دينار",
    "BHD": "bhd, bd, dinar, dinars, د.ب, دينار",
    "JOD": "jod, jd, dinar, dinars, د.ا, دينار",
    "TND": "tnd, dt, dinar, dinars, د.ت, دينار",
    "RSD": "rsd, din, din., dinar, dinara, динар, динара",
    "AED": "aed, dh, dhs, dirham, dirhams, د.إ, درهم",
    "MAD": "mad, dh, dhs, dirham, dirhams, د.م., درهم",
    "SAR": "sar, sr, riyal, riyals, ر.س, ريال",
    "IRR": "irr, rial, rials, ریال",
    "EGP": "egp, e£, £, pound, pounds, ج.م, جنيه",
    "ILS": "₪, ils, nis, shekel, shekels, שח, ש״ח, שקל, שקלים",
    "CHF": "chf, fr, fr., sfr, sfr., franc, francs, franken, franchi, swiss franc, swiss francs",
    "XOF": "xof, cfa, fcfa, franc cfa, francs cfa, franc, francs",
    "XAF": "xaf, cfa, fcfa, franc cfa, francs cfa, franc, francs",
    "CAD": "ca$, c$, $, cad, dollar, dollars, canadian dollars",
    "AUD": "a$, au$, $, aud, dollar, dollars, australian dollars",
    "NZD": "nz$, $, nzd, dollar, dollars",
    "SGD": "s$, $, sgd, dollar, dollars",
    "HKD": "hk$, $, hkd, dollar, dollars, 港币, 港元",
    "MXN": "mx$, $, mxn, peso, pesos",
    "PHP": "₱, php, peso, pesos",
    "BRL": "r$, brl, real, reais, reales",
    "SEK": "kr, kr., sek, krona, kronor, crowns, couronnes",
    "NOK": "kr, kr., nok, krone, kroner, crowns, couronnes",
    "DKK": "kr, kr., dkk, krone, kroner, crowns, couronnes",
    "PLN": "zł, zl, pln, złoty, złote, złotych, zloty, zlotys",
    "CZK": "kč, kc, czk, koruna, koruny, korun, crowns, couronnes",
    "HUF": "ft, huf, forint, forints",
    "RUB": "₽, rub, руб, руб., рубль, рубля, рублей, rouble, roubles, ruble, rubles",
    "UAH": "₴, uah, грн, грн., гривня, гривень, hryvnia",
    "TRY": "₺, try, tl, lira, liras",
    "IDR": "idr, rp, rp., rupiah",
    "VND": "₫, vnd, dong, đồng",
    "ZAR": "zar, rand, rands",
    "NGN": "₦, ngn, naira",
    "BTC": "₿, btc, xbt, bitcoin, bitcoins, satoshi, satoshis, sats",
}  # fmt: skip
# The other currencies of ISO 4217, and coins, by their codes: these are read behind a number only. Before one, “Ron 5”
# may name somebody.
_OTHER_CODES: Final = frozenset({
    "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BIF", "BMD", "BND", "BOB",
    "BSD", "BTN", "BWP", "BYN", "BZD", "CDF", "CLP", "COP", "CRC", "CUP", "CVE", "DJF", "DOP", "DZD", "ERN", "ETB",
    "FJD", "FKP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HNL", "HRK", "HTG", "IQD", "ISK", "JMD", "KES",
    "KGS", "KHR", "KMF", "KPW", "KYD", "KZT", "LAK", "LBP", "LRD", "LSL", "LYD", "MDL", "MGA", "MKD", "MMK", "MNT",
    "MOP", "MRU", "MUR", "MVR", "MWK", "MYR", "MZN", "NAD", "NIO", "NPR", "OMR", "PAB", "PEN", "PGK", "PYG", "QAR",
    "RON", "RWF", "SBD", "SCR", "SDG", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "TJS", "TMT",
    "TOP", "TTD", "TWD", "TZS", "UGX", "UYU", "UZS", "VES", "VUV", "WST", "XCD", "XCG", "XPF", "YER", "ZMW", "ZWG",
    "ETH", "USDT", "USDC", "TON", "DOGE", "LTC", "XRP", "SOL",
})  # fmt: skip
# These are words too, so they are a currency in capitals only: “5 top up” is no Tongan money.
_WORDS: Final = frozenset({
    "all", "ang", "bam", "bob", "cop", "cup", "doge", "dop", "gel", "lak", "mop", "mur", "pen", "sol", "sos", "ton",
    "top",
})  # fmt: skip


def _by_name() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, names in _NAMES.items():
        for name in map(_folded, names.split(", ")):
            codes[name] = (*codes.get(name, ()), code)
    return codes


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_CODES_BY_NAME: Final = _by_name()


def is_currency(name: str) -> bool:
    """Whether money is called so: a sign, a name or a code."""
    return _folded(name) in _CODES_BY_NAME


# Marks as typed → the mark they stand for. `.` and `,` may group or divide; the others do one thing only.
_MARKS: Final = str.maketrans(
    {
        "．": ".", "，": ",", "،": ",", "’": "'", "‘": "'", "ʼ": "'", "＇": "'",
        "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
        "−": "-", "－": "-", "–": "-", "﹣": "-",
        # Direction marks and isolates come with copied Arabic amounts and change no digit's place.
        "\u061c": None, "\u200e": None, "\u200f": None,
        "\u2066": None, "\u2067": None, "\u2068": None, "\u2069": None,
    }
)  # fmt: skip
_DECIMAL_MARKS: Final = (".", ",", "٫")
_GROUP_MARKS: Final = (".", ",", " ", "'", "٬")


def _conventions() -> list[re.Pattern[str]]:
    """Each way to write a number: the mark that groups, if any, and the mark that divides."""
    found = [re.compile(rf"([0-9]*){re.escape(decimal)}([0-9]+)") for decimal in _DECIMAL_MARKS]
    found.append(re.compile(r"([0-9]+)()"))
    for group in _GROUP_MARKS:
        mark = re.escape(group)
        whole = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
        if group == ",":
            whole += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # lakh and crore: 1,23,456
        found += [
            re.compile(rf"({whole})(?:{re.escape(decimal)}([0-9]+))?") for decimal in _DECIMAL_MARKS if decimal != group
        ]
    return found


_CONVENTIONS: Final = _conventions()
_MINUS: Final = re.compile(r"^([^0-9-]*)-\s*")  # before the number, on either side of a currency sign
_NUMBER: Final = re.compile(r"(?:(?<!\w)[.,٫])?[0-9](?:.*[0-9])?", re.DOTALL)


def parse_amount(text: str, *, code: str = "EUR", exponent: int = 2) -> Reading:
    """Read `text` as an amount in the currency `code`, which has `exponent` decimals.

    A currency sign or name may stand on either side. Returns an `Amount` only where there is exactly one way
    to read the text; zero and minus are refused as `not_positive`.
    """
    typed = text.translate(_MARKS).strip().rstrip(".!").rstrip()
    if not typed:
        return NotAnAmount("empty" if not text.strip() else "not_a_number")
    digits = _latin_digits(typed)
    if digits is None:
        return NotAnAmount("not_a_number")
    signless = _MINUS.sub(r"\1", digits)
    reading = _parse_positive(signless, code, exponent)
    if signless != digits and not isinstance(reading, NotAnAmount):
        return NotAnAmount("not_positive")
    return reading


def _latin_digits(text: str) -> str | None:
    """`text` with its decimal digits as 0–9; None if it mixes digit scripts."""
    zeros = set()
    out = []
    for char in text:
        value = unicodedata.decimal(char, None)
        if value is not None:
            zeros.add(ord(char) - value)
        out.append(char if value is None else str(value))
    return None if len(zeros) > 1 else "".join(out)


def _parse_positive(text: str, code: str, exponent: int) -> Reading:
    number = _NUMBER.search(text)
    if number is None:
        return NotAnAmount("not_a_number")
    readings = _readings(number[0])
    before, behind = text[: number.start()].strip(), text[number.end() :].strip()
    currencies = [_currency(_folded(side), code) for side in (before, behind) if side]
    if behind and currencies[-1] is None:
        currencies[-1] = _other_code(behind)
    if not readings or None in currencies:
        return NotAnAmount("not_a_number")
    foreign = [seen for seen in currencies if seen is not None and seen != code]
    if foreign:
        return NotAnAmount("other_currency", foreign[0])
    return _resolve(readings, exponent)


def _readings(number: str) -> set[tuple[str, str]]:
    """(whole digits, fraction digits) under every convention that fits."""
    matches = (convention.fullmatch(number) for convention in _CONVENTIONS)
    return {(re.sub(r"[^0-9]", "", match[1]), match[2] or "") for match in matches if match}


def _currency(name: str, code: str) -> str | None:
    """Return the code `name` stands for, `code` itself whenever it can; None for an unknown word."""
    codes = _CODES_BY_NAME.get(name, ())
    if name == code.casefold() or code in codes:
        return code
    return codes[0] if codes else None


def _other_code(typed: str) -> str | None:
    other = typed.upper() in _OTHER_CODES and (typed.isupper() or typed.casefold() not in _WORDS)
    return typed.upper() if other else None


def _resolve(readings: set[tuple[str, str]], exponent: int) -> Reading:
    if exponent == 0:  # without decimals, a mark can only group
        readings = {(whole, fraction) for whole, fraction in readings if not fraction}
    precise = all(len(fraction) <= exponent for _, fraction in readings)
    if not readings or (len(readings) == 1 and not precise):
        return NotAnAmount("too_precise")
    longest = len(str(MAX_MINOR))
    digits = {(whole + fraction[:exponent].ljust(exponent, "0")).lstrip("0") for whole, fraction in readings}
    if any(len(each) > longest or int(each or "0") > MAX_MINOR for each in digits):
        return NotAnAmount("too_large")
    minors = sorted(int(each or "0") for each in digits)
    if minors[0] == 0:
        return NotAnAmount("not_positive")
    return Amount(minors[0]) if len(minors) == 1 else Ambiguous(tuple(minors))
