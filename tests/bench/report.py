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
is switched off that production has on, unless a section says so.

`make bench` repeats all of it and writes this page; `python -m tests.bench --only PART` measures a part of it anew, and
`--short` only shows what a couple of minutes can show.
"""
_MEASURED = "Measured "
_FLUSHES = 200


def page(old: str, parts: Sequence[tuple[Part, Sequence[Figure]]], machine: str, rounds: int) -> str:
    """The page with these parts measured anew, in their old places; what was written by hand stays, at the end."""
    sections = _sections(old)
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
