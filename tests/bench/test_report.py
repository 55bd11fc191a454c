"""The page of figures: what was measured is replaced, what was written by hand stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bench.figures import Figure, Part, at_least, at_most, compared
from tests.bench.report import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.figures import Ground


async def _nothing(_: Ground) -> Sequence[Figure]:
    return ()


LEDGER = Part("ledger", "The ledger", "Somehow.", _nothing)
BOT = replace(LEDGER, name="bot", title="The bot")


def figure(value: float) -> Figure:
    return compared("updates", [value], "/s", "echo bot", [100.0], at_least(0.5))


def test_a_run_replaces_what_it_measured_and_nothing_else() -> None:
    """One part anew: the other's figures stay, and so do the words at the end."""
    first = page("", [(LEDGER, [figure(70)]), (BOT, [figure(80)])], "2 cores.", 5)
    second = page(f"{first}\n## Where the time goes\n\nInto thin air.\n", [(LEDGER, [figure(90)])], "4 cores.", 3)
    assert [line for line in second.splitlines() if line.startswith("## ")] == [
        "## The ledger",
        "## The bot",
        "## Where the time goes",
    ]
    assert "| 90.0/s |" in second
    assert "| 70.0/s |" not in second
    assert "| 80.0/s |" in second
    assert "Into thin air." in second
    assert page(second, [], "", 1) == second


def test_a_missed_target_is_said() -> None:
    """In its row and below the table."""
    missed = page("", [(LEDGER, [figure(40)])], "2 cores.", 5)
    assert "| 0.40 | at least 0.5 | **no** |" in missed
    assert "**1 target missed.**" in missed


def test_a_ratio_is_that_of_the_rounds() -> None:
    """Each round is compared with itself: a slow one spoils nothing."""
    found = compared("a", [10, 2, 10], "ms", "b", [5, 1, 5], at_most(2))
    assert (found.ratio, found.met, found.spread) == (2, True, 0)
