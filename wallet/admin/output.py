"""What a command prints: tables for people, JSON for programs. Names and notes are other people's words."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from wallet import Money
from wallet.admin.exit_codes import COULD_NOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import JustifyMethod, RenderableType

_NUMBERS = {"balance", "amount", "entries", "checked"}
_UNBOUNDED = 10_000
"""Columns: wider than any table."""
_WHOLE = _NUMBERS | {"id", "time", "reference", "subject", "did", "kind", "status", "proof", "what"}


class _Console(Console):
    """It would exit with 1 by itself where nobody listens any more, and 1 is a finding."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def show(*things: RenderableType) -> None:
    """Print for people, as wide as their terminal; wider only where a name or a number would be cut."""
    console = _Console(highlight=False, markup=False)
    unbounded = console.options.update(width=_UNBOUNDED)
    console.width = max(console.width, *(Measurement.get(console, unbounded, thing).minimum for thing in things))
    with written():
        console.print(*things)


def show_json(value: object) -> None:
    """Print for programs: money as minor units with its currency, times in ISO 8601, ids as text."""
    with written():
        typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


@contextmanager
def written() -> Iterator[None]:
    """Write what is printed here now. What cannot be written is "could not", so that 1 stays a finding.

    Whoever closed a pipe wants no more, and no sentence either.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be flushed at the end
        if not isinstance(error, BrokenPipeError):
            said = f"The output cannot be written: {error.strerror}. What the command was to do, it did before."
            typer.echo(said, err=True)
        raise typer.Exit(COULD_NOT) from None


def plain(value: object) -> Any:
    """The value in JSON's own terms."""
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency.code}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Rows under these headings; numbers to the right, everything as it is, nothing read as markup."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in columns:
        justify: JustifyMethod = "right" if column in _NUMBERS else "left"
        drawn.add_column(column, justify=justify, no_wrap=column in _WHOLE, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(_word(cell)) for cell in row))
    return drawn


def safe(text: str) -> str:
    """Without what a terminal would obey, or what turns text round: a name is not to command anything."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _word(cell: object) -> str:
    match cell:
        case Money():
            return cell.digits()
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}"
        case _:
            return safe(str(cell))
