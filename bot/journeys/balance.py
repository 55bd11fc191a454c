"""/balance: what you have, what you have set aside for whom, what your businesses have, and the account codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.names import clean
from wallet import Money

if TYPE_CHECKING:
    from bot.turn import Turn
    from wallet import Party

_LISTED: Final = 10
"""So many sums set aside have room in one message, with long names; the newest are of most interest."""


async def show(turn: Turn) -> None:
    """Say the balance of each account of this person."""
    wallet, owner = turn.context.wallet, turn.person.party_id
    (person, own), *businesses = await wallet.balances(owner)
    lines = [turn.t("You have <b>{balance}</b>.", balance=own.available), *frozen(turn, person)]
    holds = await wallet.open_holds_of(owner) if own.set_aside.minor else ()
    lines += [
        turn.t(
            "Set aside for {name}: <b>{amount}</b>, back with you on {time} if they do not claim it.",
            name=clean(hold.payee.name),
            amount=hold.amount,
            time=hold.expires_at,
        )
        for hold in holds[-_LISTED:]
    ]
    if more := holds[:-_LISTED]:
        rest = sum((hold.amount for hold in more), start=Money(0, wallet.currency))
        lines.append(turn.t("And {count} more, {amount} in all.", count=len(more), amount=rest))
    for business, balance in businesses:
        line = turn.t("{name}: <b>{balance}</b>", name=clean(business.name), balance=balance.available)
        lines.append(line + _why_closed(turn, business))
    lines += ["", turn.t("Account code, for paying in: <code>{code}</code>", code=person.code)]
    lines += [
        turn.t("Of {name}: <code>{code}</code>", name=clean(business.name), code=business.code)
        for business, _ in businesses
    ]
    await turn.say("\n".join(lines))


def frozen(turn: Turn, party: Party) -> list[str]:
    """Say that this person's own account is frozen, if it is."""
    if party.status != "frozen":
        return []
    return [turn.t("⚠ Your account is frozen: nothing leaves or reaches it. Please ask the operator of this bot why.")]


def _why_closed(turn: Turn, business: Party) -> str:
    match business.status:
        case "pending":
            return " " + turn.t("(waiting for approval)")
        case "frozen":
            return " " + turn.t("(frozen)")
        case _:
            return ""
