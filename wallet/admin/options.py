"""Arguments and options that several commands share."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

import typer
from typer.core import TyperCommand

from wallet import notes
from wallet.admin.words import operator

_BELOW_ZERO = re.compile(r"-[0-9.,]+")


class AmountCommand(TyperCommand):
    """A command that takes an amount, and says of one below zero that it is none, not that it is no option."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        ctx.ignore_unknown_options = any(_BELOW_ZERO.fullmatch(arg) for arg in args)
        return super().parse_args(ctx, args)


def _said(words: str) -> str:
    """An act on record names who acts and why; the wallet refuses too, but only after the question."""
    if not notes.is_plain(words):
        rule = f"one line of 1 to {notes.MAX_NOTE} characters, none of them hidden"
        raise typer.BadParameter(f"{rule}. No money moved, and nothing else was done.")
    return words


def _acting(words: str) -> str:
    """Whoever is logged in may say for whom they act, but not that they are somebody else."""
    user = operator()
    return words if words == user else _said(f"{_said(words)} (as {user})")


PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="An account code, an id or a whole name.")]
AmountArgument = Annotated[str, typer.Argument(metavar="AMOUNT", help="As 12.50, in the currency of the books.")]
PaymentArgument = Annotated[
    str, typer.Argument(metavar="PAYMENT", help="An id, or the reference people see: 7K3M9-QPX2T.")
]
Reason = Annotated[
    str, typer.Option("--reason", callback=_said, help="Why; it is kept on record, and only administrators read it.")
]
ReasonTold = Annotated[
    str,
    typer.Option("--reason", callback=_said, help="Why; it is kept on record, and the customer reads it as the note."),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        default_factory=operator,
        callback=_acting,
        show_default="your user name",
        help="Who acts; your user name is noted beside it.",
    ),
]
Key = Annotated[
    UUID | None,
    typer.Option("--key", help="Repeat a command whose outcome you did not see: same key, done once."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; money is in minor units.")]
