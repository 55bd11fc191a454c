"""`make proof`: try all that a payments system meets, count what went wrong, and write docs/proof.md.

Exit codes: 0 nothing went wrong; 1 something did; 2 a prover could not try (named; the others went on).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from sqlalchemy import NullPool, create_engine, text

from tests import books
from tests.proof import report
from tests.proof.finding import Effort
from tests.proof.report import Row, Topic, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.status import Status

    from tests.books import Server
    from tests.proof.finding import Finding, Prover

TOPICS = (
    "ledger_faults",
    "simulation",
    "processes",
    "chain",
    "pins",
    "canaries",
    "telegram",
    "rights",
    "mutants",
    "backup",
)
"""Modules of this package, in the order they are run and read."""

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"
SEED = 20261121
WRONG, COULD_NOT = 1, 2


def main() -> int:
    options = _options()
    effort = Effort(options.seed, long=not options.short, stories=options.stories)
    logging.getLogger().addHandler(logging.NullHandler())  # what is logged about faults made on purpose is not news
    console = Console(highlight=False, soft_wrap=True)
    started = perf_counter()
    topics: list[Topic] = []
    with books.server() as server:
        facts = report.machine(effort, _version(server))
        for name in options.only or TOPICS:
            topics.append(prove(name, server, effort, console))
            if effort.long:  # at once, so that what was found is kept if a later topic is interrupted
                old = PAGE.read_text() if PAGE.exists() else ""
                PAGE.write_text(report.page(old, topics[-1:], TOPICS, facts))
    wrong, failed = sum(topic.wrong for topic in topics), [reason for topic in topics for reason in topic.failed]
    console.print(f"Written to {PAGE}." if effort.long else escape(report.page("", topics, TOPICS, facts)))
    console.print(f"{wrong} went wrong, {len(failed)} could not try, in {duration(perf_counter() - started)}.")
    return WRONG if wrong else COULD_NOT if failed else 0


def prove(name: str, server: Server, effort: Effort, console: Console) -> Topic:
    """Run every prover of a topic, each in an event loop of its own, and say what it found as soon as it is known."""
    console.print(f"[bold]{name}[/bold]")
    try:
        module = import_module(f"tests.proof.{name}")
    except Exception as error:  # noqa: BLE001 - as below
        return Topic(name, "", (), (_say(console, name, error),))
    rows: list[Row] = []
    failed: list[str] = []
    for prover in module.PROVERS:
        what = f"{name}: {prover.__name__}"
        with console.status(what) as status:
            try:
                found = timed(prover, server, replace(effort, say=partial(_show_progress, status, what)))
            except Exception as error:  # noqa: BLE001 - named, and the others go on
                failed.append(_say(console, prover.__name__, error))
                continue
        for row in found:
            _show(console, row)
        rows += found
    return Topic(name, (module.__doc__ or "").partition("\n\n")[0], rows, failed)


def _show_progress(status: Status, what: str, words: str) -> None:
    status.update(escape(f"{what}: {words}"))


def timed(prover: Prover, server: Server, effort: Effort) -> list[Row]:
    """What it found; the first row has the seconds."""
    started = perf_counter()
    findings = asyncio.run(_run(prover, server, effort))
    seconds = perf_counter() - started
    return [Row(finding, None if number else seconds) for number, finding in enumerate(findings)]


async def _run(prover: Prover, server: Server, effort: Effort) -> Sequence[Finding]:
    return await prover(server, effort)


def _show(console: Console, row: Row) -> None:
    found = row.finding
    mark = "[red]✗[/red]" if found.wrong else "[green]✓[/green]"
    took = "" if row.seconds is None else f", {row.seconds:.1f} s"
    figure = f", {found.figure}" if found.figure else ""
    console.print(f"  {mark} {found.fault:<4} {escape(found.claim)}")
    console.print(f"         {found.wrong:,} of {found.tried:,} went wrong{escape(figure)}{took}")


def _say(console: Console, what: str, error: Exception) -> str:
    reason = f"{what}: {type(error).__name__}: {error}".partition("\n")[0]
    console.print(f"  [red]could not try[/red] {escape(reason)}")
    return reason


def _version(server: Server) -> str:
    with create_engine(server.url, poolclass=NullPool).connect() as connection:
        return str(connection.execute(text("SHOW server_version")).scalar_one())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="what chance is made of (default: %(default)s)")
    parser.add_argument("--stories", type=int, default=1000, help="that the simulator tells (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help="the version that make test runs; prints, writes nothing")
    parser.add_argument(
        "--only", nargs="+", metavar="TOPIC", choices=TOPICS, help=f"of {', '.join(TOPICS)}; the page keeps the others"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
