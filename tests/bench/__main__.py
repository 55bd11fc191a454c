"""`make bench`: measure everything beside its yardstick, and write docs/performance.md.

Exit codes: 0 every target was met; 1 one was missed; 2 a part could not be measured (the others went on).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from tests import books
from tests.bench import report
from tests.bench.figures import Ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.figures import Figure, Part

PARTS = {
    "ledger": "tests.bench.ledger",
    "confirm": "tests.bench.confirm",
    "bot": "tests.bench.bot_traffic",
    "growth": "tests.bench.growth",
    "footprint": "tests.bench.footprint",
}
"""Each with its module, in the order they are measured and read."""

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MISSED, COULD_NOT = 1, 2


def main() -> int:
    options = _options()
    logging.getLogger().addHandler(logging.NullHandler())
    console = Console(highlight=False, soft_wrap=True)
    started = perf_counter()
    measured: list[tuple[Part, Sequence[Figure]]] = []
    failed: list[str] = []
    with books.server(durable=True) as server:
        machine = report.machine(server)
        ground = Ground(
            server, options.rounds, options.short, options.entries, lambda line: console.print(escape(line))
        )
        for name in options.only or PARTS:
            console.print(f"[bold]{name}[/bold]")
            try:
                part: Part = import_module(PARTS[name]).PART
                measured.append((part, asyncio.run(_run(part, ground))))
            except Exception:  # noqa: BLE001 - said, and the others go on
                console.print_exception()
                failed.append(name)
    if options.short:
        for part, figures in measured:
            console.print(escape(report.section(part, figures, machine, options.rounds)))
    else:
        old = PAGE.read_text() if PAGE.exists() else ""
        PAGE.write_text(report.page(old, measured, machine, options.rounds))
        console.print(f"Written to {PAGE}.")
    missed = [figure.name for _, figures in measured for figure in figures if figure.met is False]
    _conclude(console, missed, failed, perf_counter() - started)
    return COULD_NOT if failed else MISSED if missed else 0


async def _run(part: Part, ground: Ground) -> Sequence[Figure]:
    return await part.measure(ground)


def _conclude(console: Console, missed: list[str], failed: list[str], seconds: float) -> None:
    for name in missed:
        console.print(f"[yellow]missed its target[/yellow] {escape(name)}")
    for name in failed:
        console.print(f"[red]could not be measured[/red] {name}")
    console.print(f"{len(missed)} missed, {len(failed)} could not be measured, in {seconds / 60:.0f} minutes.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="PART", choices=PARTS, help=f"of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is shown (default: %(default)s)")
    parser.add_argument(
        "--entries", type=int, default=10_000_000, help="in the largest books of growth (default: %(default)s)"
    )
    parser.add_argument("--short", action="store_true", help="a couple of minutes; shows figures, writes nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
