"""What was proved, as a page: docs/proof.md. A run writes the topics it tried; the others stay."""

from __future__ import annotations

import os
import platform
import re
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

Under *fault* stands its number, by which rows about one fault are found, here and in the code: L for what befalls the
ledger and its database, P for PINs and what they confirm, T for what comes by way of Telegram. Some have no row.

`make proof` repeats all of it and writes this page; `make proof SEED=7` tries other accidents, and
`python -m tests.proof --only TOPIC` writes one topic anew. A short version runs in `make test`. The database is a real
PostgreSQL. Its fsync is off here, since processes are killed but the machine stays up; where a row depends on the disk,
as the backups' do, its server has fsync on.
"""


_BY_HAND = """\
## Mutation

`python -m tests.proof.mutation` lets mutmut change one thing at a time in the six modules that money depends on most,
and runs their tests until one fails. It takes the better part of an hour, so its result is written down here by hand
(21 November 2026, the ledger's 28 November, the PINs' 29 November; mutmut 3).

| module | tried | noticed | not noticed |
|---|---:|---:|---:|
| `bot/amounts.py` | 221 of 221 | 221 | 0 |
| `wallet/payments.py` | 406 of 406 | 392 | 14 |
| `wallet/pin_attempts.py` | 227 of 227 | 214 | 13 |
| `wallet/pins.py` | 113 of 113 | 112 | 1 |
| `wallet/fees.py` | 130 of 130 | 128 | 2 |
| `wallet/ledger.py` | 174 of 174 | 162 | 12 |

At most four of those noticed ran into a time limit. Those not noticed:

- payments: words in a log or an assertion (4); an early look that is taken again later, at the key, the state and the
  expiry (6); a stronger lock than needed (2); the name of an index (1); an argument for a later message only (1)
- attempts at PINs: `zip(strict=True)` where the lengths are always equal (6); words in an assertion (4); what takes as
  long as an attempt where there is none, which a stop-watch alone tells (2); a count on a quote where there is none (1)
- pins: a reset that was done before, which is noticed by the tests of faults, and those were not run
- fees: which zeros a tariff's name may end in (2)
- ledger: `zip(strict=True)` where the lengths are always equal (12)
"""


_VERDICT = re.compile(r"^([\d,]+) claims, tried ([\d,]+) times, ([\d,]+) went wrong, ([\d,]+) not tried;", re.MULTILINE)


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
        return _title(self.name)


def page(old: str, topics: Sequence[Topic], order: Sequence[str], facts: str) -> str:
    """The whole page, in Markdown: these topics as they were found now, the others as they stand in the old page."""
    sections = _sections(old) | {topic.title: _section(topic, facts) for topic in topics}
    titles = [title for title in map(_title, order) if title in sections]
    parts = (_INTRODUCTION.strip(), _summary(sections.values()), *(sections[title] for title in titles))
    return "\n\n".join((*parts, _BY_HAND.strip())) + "\n"


def machine(effort: Effort, postgresql: str) -> str:
    """What a topic was tried with, in a few words."""
    return (
        f"{datetime.now(UTC):%-d %B %Y}, seed {effort.seed}, {os.cpu_count()} cores, PostgreSQL {postgresql}, "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def _summary(sections: Iterable[str]) -> str:
    found = [
        tuple(int(number.replace(",", "")) for number in verdict) for verdict in _VERDICT.findall("\n".join(sections))
    ]
    claims, tried, wrong, failed = map(sum, zip(*found, strict=True)) if found else (0, 0, 0, 0)
    summary = f"**{claims:,} claims, tried {tried:,} times: {wrong:,} went wrong.**"
    return f"{summary} **{failed} could not be tried.**" if failed else summary


def _sections(page: str) -> dict[str, str]:
    """Title → section, heading included."""
    bodies = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {body.partition("\n")[0].removeprefix("## "): body.strip() for body in bodies}


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _section(topic: Topic, facts: str) -> str:
    parts = [f"## {topic.title}", *filter(None, [topic.promise])]
    if topic.rows:
        table = [_line(_COLUMNS), "|---|---|---:|---:|---|---:|", *(_line(_cells(row)) for row in topic.rows)]
        parts.append("\n".join(table))
    parts += [f"Could not try: {reason}" for reason in topic.failed]
    tried, seconds = sum(row.finding.tried for row in topic.rows), sum(row.seconds or 0 for row in topic.rows)
    verdict = (
        f"{len(topic.rows)} claims, tried {tried:,} times, {topic.wrong:,} went wrong, {len(topic.failed)} not tried"
    )
    return "\n\n".join([*parts, f"{verdict}; {facts}, {duration(seconds)}."])


def _cells(row: Row) -> tuple[str, ...]:
    found = row.finding
    wrong = f"**{found.wrong:,}**" if found.wrong else "0"
    seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
    return found.fault, found.claim, f"{found.tried:,}", wrong, found.figure, seconds


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
