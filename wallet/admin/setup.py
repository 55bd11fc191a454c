"""Setting up: migrate the database, and a doctor who says what is missing."""

import typer
from rich.text import Text

from wallet import WalletSettings, load, migrate
from wallet.admin.checks import Check
from wallet.admin.doctor import examine
from wallet.admin.exit_codes import REFUSED
from wallet.admin.options import AsJson
from wallet.admin.output import show, show_json
from wallet.admin.running import failures_told

_MARKS = {True: Text("✓", style="green"), False: Text("✗", style="bold red"), None: Text("–", style="dim")}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(name="migrate", epilog="Example: sixpence-admin migrate")(upgrade)
    app.command(epilog="Example: sixpence-admin doctor")(doctor)


def upgrade(*, as_json: AsJson = False) -> None:
    """Bring the database up to date, as the role that owns it. Safe to repeat."""
    with failures_told():
        before, after = migrate.upgrade(load(WalletSettings))
    if as_json:
        show_json({"before": before, "after": after})
    elif before == after:
        show(f"The database is up to date at {after}.")
    else:
        show(f"The database went from {before or 'nothing'} to {after}.")


def doctor(*, as_json: AsJson = False) -> None:
    """Check settings, pepper, database, clock and token, and say what to do. Exit code 1 if anything is wrong."""
    with failures_told():
        checks = examine()
    if as_json:
        show_json(checks)
    else:
        _show(checks)
    if any(check.ok is False for check in checks):
        raise typer.Exit(REFUSED)


def _show(checks: list[Check]) -> None:
    for check in checks:
        show(_MARKS[check.ok], Text(f"{check.name:<10}", style="bold"), Text(check.says))
        if check.do:
            show(Text(f"  {'':<10} → {check.do}"))
