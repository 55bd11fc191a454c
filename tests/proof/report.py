"""What was proved, as a page: docs/proof.md."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.proof.finding import Effort, Finding

_COLUMNS = ("fault", "claim", "tried", "went wrong", "figure", "seconds")
_INTRODUCTION = """\
# Proof

What a payments system meets, tried on this one: crashes, races, forgeries, curiosity. Each row is a claim; *tried* says
how often it was put to the test and *went wrong* how often it turned out false, which is never meant to be more than 0.

`make proof` repeats all of it and writes this page; `make proof SEED=7` tries other accidents. A short version runs in
`make test`. The database is a real PostgreSQL. Its fsync is off here, since processes are killed but the machine stays
up; where a row depends on the disk, as the backups' do, its server has fsync on.
"""


@dataclass(frozen=True)
class Row:
    """A finding, and the seconds that its prover took; None where the row above has them."""

    finding: Finding
    seconds: float | None


@dataclass(frozen=True)
class Topic:
    """What one module of proofs found; `failed` names the provers that could not try, and why."""

    name: str
    promise: str
    rows: Sequence[Row]
    failed: Sequence[str] = ()

    @property
    def wrong(self) -> int:
        return sum(row.finding.wrong for row in self.rows)

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


def page(topics: Sequence[Topic], effort: Effort, postgresql: str, seconds: float) -> str:
    """The whole page, in Markdown."""
    rows = [row.finding for topic in topics for row in topic.rows]
    wrong, failed = sum(row.wrong for row in rows), sum(len(topic.failed) for topic in topics)
    summary = f"**{len(rows)} claims, tried {sum(row.tried for row in rows):,} times: {wrong:,} went wrong.**"
    if failed:
        summary += f" **{failed} could not be tried.**"
    facts = (
        f"{datetime.now(UTC):%-d %B %Y}, seed {effort.seed}, {duration(seconds)} on {os.cpu_count()} cores, "
        f"PostgreSQL {postgresql}, Python {platform.python_version()}, {platform.system()} {platform.machine()}."
    )
    return "\n\n".join((_INTRODUCTION.strip(), summary, facts, *map(_section, topics))) + "\n"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _section(topic: Topic) -> str:
    parts = [f"## {topic.title}", *filter(None, [topic.promise])]
    if topic.rows:
        table = [_line(_COLUMNS), "|---|---|---:|---:|---|---:|", *(_line(_cells(row)) for row in topic.rows)]
        parts.append("\n".join(table))
    parts += [f"Could not try: {reason}" for reason in topic.failed]
    return "\n\n".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    found = row.finding
    wrong = f"**{found.wrong:,}**" if found.wrong else "0"
    seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
    return found.fault, found.claim, f"{found.tried:,}", wrong, found.figure, seconds


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
