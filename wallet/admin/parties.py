"""What an operator decides about people and businesses: freeze, approve, reset a PIN. Each is an act on record."""

from collections.abc import Awaitable, Callable

import typer

from wallet import Party, Wallet
from wallet.admin.options import AsJson, By, PartyArgument, Reason, Yes
from wallet.admin.output import safe, show, show_json
from wallet.admin.running import Refusal, confirm, run
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
    pin.command(epilog="Example: sixpence-admin pin reset-lost --reason 'the pepper leaked'")(reset_lost)
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


def reset_lost(reason: Reason, by: By, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """
    Take away every PIN that needs a pepper which is not set any more, each on record; as `pin reset` for them all.

    For a pepper that is lost, or leaked together with the database: set a new one, and not the old one beside it.
    """

    async def work(wallet: Wallet) -> int:
        lost = await wallet.lost_pins()
        if lost and not yes:
            _ask(f"Take {len(lost)} PINs away, which need another pepper than is set")
        return sum([await wallet.reset_pin(one, by=by, reason=reason, if_lost=True) for one in lost])

    count = run(work)
    if as_json:
        show_json({"reset": count})
    elif count:
        show(f"{count} PINs are taken away: those people choose new ones, and their payments cool for 24 hours.")
    else:
        show("Every PIN was made with a pepper that is set: nothing was done.")


def _ask(question: str) -> None:
    try:
        confirm(question)
    except typer.Abort:
        raise Refusal("Nothing was done. It was not confirmed: answer y, or give --yes.") from None


def _decide(
    typed: str, act: Callable[[Wallet, Party], Awaitable[object]], as_json: bool, outcome: str | None = None
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
