"""/balance: what you have, what you have set aside for whom, what your businesses have, and the account codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.names import clean
from wallet import Money

if TYPE_CHECKING:
    from bot.turn import Turn

_LISTED: Final = 10
"""So many sums set aside have room in one message, with long names; the newest are of most interest."""


async def show(turn: Turn) -> None:
    """Say the balance of each account of this person."""
    wallet, owner = turn.context.wallet, turn.person.party_id
    (person, own), *businesses = await wallet.balances(owner)
    lines = [turn.t("You have <b>{balance}</b>.", balance=own.available)]
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
        waiting = f" {turn.t('(waiting for approval)')}" if business.status == "pending" else ""
        lines.append(line + waiting)
    lines += ["", turn.t("Account code, for paying in: <code>{code}</code>", code=person.code)]
    lines += [
        turn.t("Of {name}: <code>{code}</code>", name=clean(business.name), code=business.code)
        for business, _ in businesses
    ]
    await turn.say("\n".join(lines))
