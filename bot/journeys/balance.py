"""/balance: what you have, what you have set aside for whom, and what your businesses have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.names import clean

if TYPE_CHECKING:
    from bot.turn import Turn


async def show(turn: Turn) -> None:
    """Say the balance of each account of this person."""
    wallet, owner = turn.context.wallet, turn.person.party_id
    (_, own), *businesses = await wallet.balances(owner)
    lines = [turn.t("You have <b>{balance}</b>.", balance=own.available)]
    lines += [
        turn.t(
            "Set aside for {name}: <b>{amount}</b>, back with you on {time} if they do not claim it.",
            name=clean(hold.payee.name),
            amount=hold.amount,
            time=hold.expires_at,
        )
        for hold in (await wallet.open_holds_of(owner) if own.set_aside.minor else ())
    ]
    for business, balance in businesses:
        line = turn.t("{name}: <b>{balance}</b>", name=clean(business.name), balance=balance.available)
        waiting = f" {turn.t('(waiting for approval)')}" if business.status == "pending" else ""
        lines.append(line + waiting)
    await turn.say("\n".join(lines))
