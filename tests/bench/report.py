"""What was measured, as a page: docs/performance.md. A run writes the sections it measured; the others stay."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import NullPool, create_engine, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.figures import Figure, Part
    from tests.books import Server

_COLUMNS = ("", "measured", "yardstick", "its figure", "ratio", "target", "met", "spread")
_INTRODUCTION = """\
# Performance

How fast this is, as ratios: every figure is measured in the same run as its yardstick, both in turn in every round, and
the median of the rounds is shown, with how far they lie apart (*spread*: highest minus lowest, over the median). So a
slow machine or a noisy minute spoils both alike. PostgreSQL writes durably (fsync on, commits waited for), and nothing
is switched off that production has on.

`make bench` repeats all of it and writes this page; `python -m tests.bench --only PART` measures a part of it anew, and
`--short` only shows what a couple of minutes can show.
"""
_HAND_WRITTEN = """\
## Where the time goes

**The ledger.** A batch of 512 payments costs PostgreSQL about 95 µs of CPU a payment and Python about 85 µs, one after
the other: the accounts are locked, Python decides, PostgreSQL writes. Of PostgreSQL's share a quarter is the accounts
(two rows locked, then changed), a quarter the two transfers' worth of entries and the transfer with the triggers that
check them, a fifth the quote (locked, then closed), a tenth the two notices; payments, counters and look-ups share the
rest. Of Python's, about half is deciding, sealing and making receipts, a quarter putting arrays together, a quarter
asyncio and the callers. Flushing the log is lost in it: one flush serves the whole batch.

The limit of this design is the sum of the two, about 180 µs on cores where a TPC-B transaction takes 180 µs of both
cores (of which it leaves neither idle). What was tried to get below it, and what came of it:

- *Two batches under way at once*, so that one is decided while the other is written: no gain. Among 100,000 accounts
  two batches of 256 nearly always have an account in common (512 x 512 pairs), so the second waits for the first; with
  batches small enough not to meet, what is shared by a batch is shared by too few. All to one business got slower.
- *Foreign keys checked a batch at a time* instead of row by row: less than half of PostgreSQL's time (docs/adr/0011).
  Kept.
- *Statements sent as they are made, many a round trip, and arrays of UUIDs in binary* (reading one from text takes
  PostgreSQL twenty times as long). Kept.

Three times TPC-B, the target, would take a design that writes less for each payment: one without stored quotes, with
one row for both notices, or with the decision made inside the database. Each would cost the reader, or the person who
is paid, more than it gives an operator whose people type PINs: argon2 allows some eighty payments a second on these
cores, and the ledger settles fifty times as many.

**Confirming.** Beside argon2 a confirmation costs about 5 ms of the event loop's thread and 3 ms of PostgreSQL's, in
four transactions: the quote is read, the attempt is counted and committed before anything is hashed, the PIN is
compared, the payment settled. Making statements once and counting and comparing in one round trip each halved it. The
transactions are what the promises rest on (an attempt that is not committed before it is looked at is no attempt), so
on two cores a third of the time goes there; on more cores argon2 gets all but one of them.

**The bot.** Before anything was changed, `/balance` took four times the CPU time of the echo bot's answer. Three things
made the difference, as the profiles had said:

- HTTP: a call by httpx, which python-telegram-bot comes with, costs 2 ms of CPU, one by aiohttp 0.26 ms.
- The inbox: a poll's updates are stored by one statement, which counts their first attempt as well; what has been
  handled while one transaction committed is marked by the next. So the promises are kept, a row before the
  acknowledgement, a count before the handler, a mark before the next update of that person, at two transactions for
  however many updates there are, where there were two for each.
- Statements made once instead of with every update: making one with SQLAlchemy took as long as asking it.

What is left of a `/balance`: about two fifths are the three reads (who writes, what they have, their businesses), 0.2
ms of CPU each, of which psycopg itself needs 0.05; a fifth is asyncio, a sixth python-telegram-bot making values of
JSON, and six in a hundred HTTP. Telegram allows thirty messages a second, so what counts in earnest is the time to the
reply: one commit, three reads and one call.

**Growth.** `make bench` measures it as well, up to ten million entries (`--entries` for less). That part takes half an
hour; where this page has no section of that name, it has not been run for it.

**Memory and start.** Nearly all of both is imports: SQLAlchemy, pydantic, python-telegram-bot. Alembic and the
webhook's server are imported only where they are used.
What comes on top under load is mostly argon2's: 19 MiB a thread.
"""
_MEASURED = "Measured "
_FLUSHES = 200


def page(old: str, parts: Sequence[tuple[Part, Sequence[Figure]]], machine: str, rounds: int) -> str:
    """The page with these parts measured anew, in their old places; what was written by hand stays, at the end."""
    sections = _sections(old) or _sections(_HAND_WRITTEN)
    sections |= {part.title: section(part, figures, machine, rounds) for part, figures in parts}
    measured = [body for body in sections.values() if _is_measured(body)]
    by_hand = [body for body in sections.values() if not _is_measured(body)]
    return "\n".join([_INTRODUCTION, *measured, *by_hand])


def section(part: Part, figures: Sequence[Figure], machine: str, rounds: int) -> str:
    """A part's heading, how it is measured, and its table."""
    table = [_line(_COLUMNS), "|---|---:|---|---:|---:|---|---|---:|", *(_line(_cells(figure)) for figure in figures)]
    missed = [figure for figure in figures if figure.met is False]
    verdict = f"**{len(missed)} target{'s' * (len(missed) > 1)} missed.**\n\n" if missed else ""
    facts = f"{_MEASURED}{datetime.now(UTC):%-d %B %Y}, {rounds} round{'s' * (rounds != 1)}. {machine}"
    return f"## {part.title}\n\n{part.how.strip()}\n\n" + "\n".join(table) + f"\n\n{verdict}{facts}\n"


def machine(server: Server) -> str:
    """What it was measured on, in a line."""
    with create_engine(server.url, poolclass=NullPool).connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
    memory = psutil.virtual_memory().total / 2**30
    flush = _flush_seconds(server) * 1e6
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"PostgreSQL {version}, Python {platform.python_version()}; the disk flushes in {flush:.0f} µs."
    )


def _sections(page: str) -> dict[str, str]:
    """Title → section, heading included."""
    bodies = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {body.partition("\n")[0].removeprefix("## "): body.rstrip() + "\n" for body in bodies}


def _is_measured(body: str) -> bool:
    return bool(re.search(rf"^{_MEASURED}\d", body, re.MULTILINE))


def _cells(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "**no**", None: ""}[figure.met]
    return (
        figure.name,
        _amount(figure.value, figure.unit),
        figure.yardstick,
        "" if figure.yardstick_value is None else _amount(figure.yardstick_value, figure.unit),
        "" if figure.ratio is None else _number(figure.ratio),
        "" if figure.target is None else str(figure.target),
        met,
        "" if figure.spread is None else f"{figure.spread:.0%}",
    )


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)}{unit}" if unit.startswith("/") else f"{_number(value)} {unit}".rstrip()


def _number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _flush_seconds(server: Server) -> float:
    """How long the disk takes to make a page of 8 KiB durable."""
    spent = []
    with TemporaryFile(dir=server.folder, buffering=0) as file:
        for _ in range(_FLUSHES):
            file.seek(0)
            file.write(bytes(8192))
            start = perf_counter()
            os.fdatasync(file.fileno())
            spent.append(perf_counter() - start)
    return median(spent)
