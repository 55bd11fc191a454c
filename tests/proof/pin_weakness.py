"""PINs that people choose first are refused, and enough others remain."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

from tests.proof.finding import Effort, Finding
from wallet.weak_pins import suggest, weakness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.books import Server

TEN_MOST_CHOSEN = (
    *("123456", "654321", "111111", "000000", "123123"),
    *("666666", "121212", "112233", "789456", "159753"),
)
"""Of six digits, in the study of Markert and others (IEEE S&P 2020)."""

AT_MOST = 0.15
"""Refusing more of the space than this annoys people more than it helps them, by the same study."""


async def common_pins(_: Server, effort: Effort) -> list[Finding]:
    """The most chosen ones, and all that are built as the studies say that people build theirs."""
    built = {pin for pins in (_repeats(), _runs(), _halves(), _dates(), _lines()) for pin in pins}
    if not effort.long:
        built = set(sorted(built)[::50])
    common = {*TEN_MOST_CHOSEN, *built}
    let_through = [pin for pin in sorted(common) if weakness(pin) is None]
    space = range(10**6) if effort.long else random.Random(effort.seed).sample(range(10**6), 10_000)
    share = sum(weakness(f"{number:06}") is not None for number in space) / len(space)
    offered = [suggest() for _ in range(effort.times(100, 10_000))]
    weak_offers = sum(weakness(pin) is not None for pin in offered)
    figure = (
        f"recall {len(common) - len(let_through):,} of {len(common):,}: the ten most chosen and all built of repeats, "
        "runs, halves, dates and keypad lines (lists of leaked PINs carry no licence and are not kept here); "
        f"{share:.1%} of {'all' if effort.long else 'a sample of all'} PINs refused"
    )
    wrong = len(let_through) + weak_offers + (share > AT_MOST)
    return [Finding("P10", "Common PINs are refused, and enough others remain", len(common), wrong, figure)]


def _repeats() -> Iterator[str]:
    """777777, 787878, 778778: one or two digits only."""
    for a, b in product("0123456789", repeat=2):
        yield from ("".join(digits) for digits in product((a, b), repeat=6))


def _runs() -> Iterator[str]:
    for start, step in product(range(10), repeat=2):
        yield "".join(str((start + step * n) % 10) for n in range(6))


def _halves() -> Iterator[str]:
    """123123, 123321, 112233."""
    for three in product("0123456789", repeat=3):
        half = "".join(three)
        yield from (half + half, half + half[::-1], "".join(digit * 2 for digit in half))


def _dates() -> Iterator[str]:
    """Every day of a hundred years, as Europe, America and Asia write it; every month, either way round."""
    for number in range(36_525):
        day = date(1930, 1, 1) + timedelta(days=number)
        yield from (day.strftime(written) for written in ("%d%m%y", "%m%d%y", "%y%m%d", "%Y%m", "%m%Y"))


def _lines() -> Iterator[str]:
    """Two straight lines of the keypad, either way: 147369, 951753."""
    lines = ("123", "456", "789", "147", "258", "369", "159", "357")
    ways = (*lines, *(line[::-1] for line in lines))
    yield from (first + second for first, second in product(ways, repeat=2))
