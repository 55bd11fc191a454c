"""Fees: pure schedules. A business pays when it is paid; a person never pays anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wallet.values import PartyKind

PPM = 1_000_000
_RATE = re.compile(
    r"(?:from\s+(?P<start>\d{4}-\d\d-\d\d)\s*:\s*)?(?P<whole>\d{1,3})(?:\.(?P<part>\d{1,4}))?\s*%(?:\s*\+\s*(?P<fixed>\d{1,9}))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """From `start` (UTC) on: so many millionths of the amount, plus so many minor units."""

    start: date
    ppm: int
    fixed: int

    def __str__(self) -> str:
        """As an operator writes it: `0.99%`, `0.99% + 10`."""
        whole, part = divmod(self.ppm, PPM // 100)
        percent = f"{whole}.{part:04}".rstrip("0").rstrip(".") + "%"
        return f"{percent} + {self.fixed}" if self.fixed else percent


@dataclass(frozen=True, slots=True)
class Tariff:
    """What businesses pay, by date."""

    rates: tuple[Rate, ...]

    @classmethod
    def parse(cls, text: str) -> Tariff:
        """Read `0.99%`, `0.99% + 10` (minor units), or dated parts: `0.99%; from 2027-01-01: 1.2% + 5`.

        ValueError says what is wrong. The first part needs no date; no two parts share one.
        """
        rates = sorted((_rate(part.strip()) for part in text.split(";")), key=lambda rate: rate.start)
        if len({rate.start for rate in rates}) < len(rates):
            raise ValueError("two rates start on the same day")
        return cls(tuple(rates))

    def __str__(self) -> str:
        """As `parse` reads it."""
        parts = (str(rate) if rate.start == date.min else f"from {rate.start}: {rate}" for rate in self.rates)
        return "; ".join(parts)

    def fee(self, payee: PartyKind, amount: int, at: datetime) -> int:
        """The fee in minor units on `amount` paid to such a party at that time.

        Zero for a person. For a business the percentage is rounded half-even to minor units, the fixed part is added,
        and the fee is never more than the amount. Before the first rate's date nothing is charged.
        """
        rate = self.rate(at)
        if payee == "person" or rate is None:
            return 0
        return min(amount, round_half_even(amount * rate.ppm, PPM) + rate.fixed)

    def rate(self, at: datetime) -> Rate | None:
        """The rate in force at that time; None before the first one."""
        day = at.astimezone(UTC).date()
        return next((rate for rate in reversed(self.rates) if rate.start <= day), None)


def round_half_even(numerator: int, denominator: int) -> int:
    """The nearest whole number to a fraction of non-negative integers; a tie goes to the even one."""
    quotient, rest = divmod(numerator, denominator)
    tie = 2 * rest - denominator
    return quotient + (tie > 0 or (tie == 0 and quotient % 2 == 1))


def _rate(text: str) -> Rate:
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a rate: write 0.99%, or 0.99% + 10, or from 2027-01-01: 1.2% + 5")
    ppm = int(found["whole"]) * (PPM // 100) + int((found["part"] or "0").ljust(4, "0"))
    if ppm > PPM:
        raise ValueError(f"{text!r} is more than everything")
    start = date.fromisoformat(found["start"]) if found["start"] else date.min
    return Rate(start, ppm, int(found["fixed"] or 0))
