"""PINs that are refused when chosen, because they are guessed first.

Repeats, runs, patterns, keypad walks, dates, one's own digits.

Guessing studies of six-digit PINs (Markert and others, IEEE S&P 2020) find that people choose these; the rules refuse
roughly a tenth of all PINs, which that study calls the balance between safety and annoyance.
"""

from __future__ import annotations

import secrets
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WEAKNESSES = ("repeat", "run", "pattern", "keypad_walk", "date", "personal")

_KEYPAD = {
    key: (row, column) for row, keys in enumerate(("123", "456", "789", " 0 ")) for column, key in enumerate(keys)
}
_LINES = frozenset(("123", "456", "789", "147", "258", "369", "159", "357"))
"""Rows, columns and diagonals of the keypad; 159753 and 789456 are among the ten PINs chosen most."""

_COUNTED = frozenset(("246810", "314159", "271828", "134679"))
"""Two, four, six, eight, ten; the digits of pi and e; down both sides of the keypad at once."""

_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SHARED_DIGITS = 4
"""So many digits in a row shared with one's own phone or id give a PIN away."""


def weakness(pin: str, personal_digits: Sequence[str] = ()) -> str | None:
    """Why this PIN (six digits) must not be chosen; None if it may."""
    if len(set(pin)) <= 2:
        return "repeat"
    if _is_run(pin):
        return "run"
    if pin[:3] == pin[3:] or pin[:2] * 3 == pin or pin == pin[::-1] or _doubled(pin) or pin in _COUNTED:
        return "pattern"
    if _is_walk(pin) or (_is_line(pin[:3]) and _is_line(pin[3:])):
        return "keypad_walk"
    if _is_date(pin):
        return "date"
    parts = [pin[start : start + _SHARED_DIGITS] for start in range(len(pin) - _SHARED_DIGITS + 1)]
    if any(part in digits for part in parts for digits in personal_digits):
        return "personal"
    return None


def suggest(personal_digits: Sequence[str] = ()) -> str:
    """A random PIN without a weakness, evenly among all such."""
    while True:
        pin = f"{secrets.randbelow(1_000_000):06}"
        if weakness(pin, personal_digits) is None:
            return pin


def _is_run(pin: str) -> bool:
    """123456, 987654, 135791, 024680: one constant step, around the end too; in five of the six digits (135790)."""
    steps = [(int(b) - int(a)) % 10 for a, b in pairwise(pin)]
    return len(set(steps[1:])) == 1 or len(set(steps[:-1])) == 1


def _doubled(pin: str) -> bool:
    """112233: three pairs."""
    return all(pin[i] == pin[i + 1] for i in (0, 2, 4))


def _is_walk(pin: str) -> bool:
    """Every step goes to the same or a neighbouring key, as a finger slides."""
    places = [_KEYPAD[digit] for digit in pin]
    return all(abs(a[0] - b[0]) <= 1 and abs(a[1] - b[1]) <= 1 and a != b for a, b in pairwise(places))


def _is_line(three: str) -> bool:
    return three in _LINES or three[::-1] in _LINES


def _is_date(pin: str) -> bool:
    """ddmmyy, mmddyy, yymmdd, and the years 1900 to 2099 with a month: yyyymm; mmyyyy reads as mmddyy as well."""
    a, b, c = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    century = pin[:2] in ("19", "20") and 1 <= c <= 12
    return century or any(_is_day(day, month) for day, month in ((a, b), (b, a), (c, b)))


def _is_day(day: int, month: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _DAYS_IN_MONTH[month - 1]
