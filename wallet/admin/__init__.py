"""`sixpence-admin`: the operator's front on the wallet's face.

Exit codes: 0 done; 1 refused, or for `reconcile` and `doctor`: something is wrong; 2 could not (settings, database).
Every failure is one sentence on stderr. No secret is ever printed.
"""

from __future__ import annotations

import io
import logging
import sys

import typer

from wallet.admin import backup, books, money, parties, setup
from wallet.admin.exit_codes import COULD_NOT

app = typer.Typer(
    name="sixpence-admin",
    help="Keep the books of Sixpence: look, move money, prove.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print variables, and among those are secrets
)
for commands in (books, parties, money, backup, setup):
    commands.register(app)


def main() -> None:
    """Run the command line. What nobody foresaw is "could not" too, so that 1 always means a finding."""
    logging.basicConfig(level=logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know less letters than names have
    try:
        app()
    except Exception:
        logging.getLogger(__name__).exception("this should not have happened")
        sys.exit(COULD_NOT)
