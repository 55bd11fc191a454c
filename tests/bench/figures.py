"""What a measurement reports: a figure beside its yardstick, both measured in the same rounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Literal

from tests.books import PEPPER
from wallet import WalletSettings

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from tests.books import Server

Series = Sequence[float]
"""One value a round, in the order of the rounds."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio should be: `at_least(3)` or `at_most(4)`."""

    bound: Literal["at least", "at most"]
    ratio: float

    def met_by(self, ratio: float) -> bool:
        """Whether this ratio is on the right side."""
        return ratio >= self.ratio if self.bound == "at least" else ratio <= self.ratio

    def __str__(self) -> str:
        return f"{self.bound} {self.ratio:g}"


def at_least(ratio: float) -> Target:
    return Target("at least", ratio)


def at_most(ratio: float) -> Target:
    return Target("at most", ratio)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of docs/performance.md. A figure without a yardstick is a plain fact (such as megabytes)."""

    name: str
    value: float
    unit: str
    """What `value` is in: "/s", "ms", "MB", …; the yardstick is in the same."""
    yardstick: str = ""
    yardstick_value: float | None = None
    ratio: float | None = None
    target: Target | None = None
    spread: float | None = None
    """How far the rounds lie apart: (highest - lowest) / median, of the ratio if there is one, else of the value."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.target is None or self.ratio is None else self.target.met_by(self.ratio)


def compared(
    name: str, values: Series, unit: str, yardstick: str, yardstick_values: Series, target: Target | None = None
) -> Figure:
    """Medians, and the median of the rounds' own ratios: what slows a whole round down cancels out in its ratio."""
    ratios = [value / other for value, other in zip(values, yardstick_values, strict=True)]
    return Figure(
        name, median(values), unit, yardstick, median(yardstick_values), median(ratios), target, spread(ratios)
    )


def fact(name: str, values: Series, unit: str) -> Figure:
    """The median of something that has no yardstick."""
    return Figure(name, median(values), unit, spread=spread(values))


def spread(values: Series) -> float | None:
    """(highest - lowest) / median; None for a single value."""
    middle = median(values)
    return (max(values) - min(values)) / middle if len(values) > 1 and middle else None


@dataclass(frozen=True)
class Ground:
    """What every part stands on: one durable PostgreSQL, and how much to measure."""

    server: Server
    """With fsync on. `with ground.server.database() as url:` gives fresh, migrated books."""
    rounds: int
    short: bool
    largest: int = 10_000_000
    """Entries of the largest books that growth is measured with."""
    say: Callable[[str], None] = field(default=print)
    """Shows progress, a line at a time."""

    def times(self, short: int, long: int) -> int:
        """So many in the short version, so many in the long one."""
        return short if self.short else long

    def settings(self, url: URL, **changes: object) -> WalletSettings:
        """Settings as production has them by default, the real cost of a PIN included, on these books."""
        facts: dict[str, object] = {
            "database_url": url.render_as_string(hide_password=False),
            "pin_pepper": PEPPER,
        }
        return WalletSettings.model_validate(facts | changes)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of docs/performance.md. Each module of a part ends in `PART = Part(…)`."""

    name: str
    """What `--only` calls it, one word."""
    title: str
    how: str
    """How it is measured, in Markdown, for somebody who wants to judge the figures."""
    measure: Callable[[Ground], Awaitable[Sequence[Figure]]]
