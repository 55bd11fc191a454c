"""What an operator decides about people and businesses: freeze, approve, reset a PIN. Each is an act on record."""

from collections.abc import Awaitable, Callable

import typer

from wallet import Party, Wallet
from wallet.admin.options import AsJson, By, PartyArgument, Reason
from wallet.admin.output import safe, show, show_json
from wallet.admin.running import Refusal, run
from wallet.admin.words import find_party


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: sixpence-admin freeze Ben --reason 'phone stolen'")(freeze)
    app.command(epilog="Example: sixpence-admin unfreeze Ben --reason 'new phone'")(unfreeze)
    business = typer.Typer(help="Businesses.", no_args_is_help=True)
    business.command(epilog="Example: sixpence-admin business approve 'Café Luna'")(approve)
    app.add_typer(business, name="business")
    pin = typer.Typer(help="PINs.", no_args_is_help=True)
    pin.command(epilog="Example: sixpence-admin pin reset Ben --reason 'forgot it, came in person'")(reset)
    app.add_typer(pin, name="pin")


def freeze(party: PartyArgument, reason: Reason, by: By, *, as_json: AsJson = False) -> None:
    """From now on nothing leaves or reaches this party's account, except what an operator reverses; they are told.

    What they had set aside comes back to it all the same.
    """
    _decide(party, lambda wallet, found: wallet.freeze(found.id, by=by, reason=reason), as_json)


def unfreeze(party: PartyArgument, reason: Reason, by: By, *, as_json: AsJson = False) -> None:
    """Undo a freeze; they are told."""
    _decide(party, lambda wallet, found: wallet.unfreeze(found.id, by=by, reason=reason), as_json)


def approve(
    party: PartyArgument,
    by: By,
    reason: Reason = "approved",
    *,
    as_json: AsJson = False,
) -> None:
    """Open a business that waits for approval; its owner is told. Exit code 1 for whoever does not wait for any."""

    async def approve_waiting(wallet: Wallet, found: Party) -> None:
        if found.status != "pending":
            what = f"a {found.kind}, and {found.status}"
            raise Refusal(f"{safe(found.name)} is {what}: only a business that waits for it is approved.")
        await wallet.approve_business(found.id, by=by, reason=reason)

    _decide(party, approve_waiting, as_json)


def reset(party: PartyArgument, reason: Reason, by: By, *, as_json: AsJson = False) -> None:
    """Take a person's PIN away; they choose a new one, and can pay 24 hours later."""
    _decide(
        party,
        lambda wallet, found: wallet.reset_pin(found.id, by=by, reason=reason),
        as_json,
        "has no PIN now: they choose a new one, and payments cool for 24 hours",
    )


def _decide(
    typed: str, act: Callable[[Wallet, Party], Awaitable[None]], as_json: bool, outcome: str | None = None
) -> None:
    """Do it to the party that was typed, and show how the party stands now."""

    async def work(wallet: Wallet) -> Party:
        found = await find_party(wallet, typed)
        await act(wallet, found.party)
        return await wallet.party(found.party.id)

    party = run(work)
    if as_json:
        show_json(party)
    else:
        show(f"{safe(party.name)} ({party.id}) {outcome or f'is {party.status}'}.")
