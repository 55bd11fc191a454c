"""/business: open a business beside the personal account, and see those you have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import phrases
from bot.journeys import asking, invite
from bot.names import clean
from wallet import BadName, Money, WalletError

if TYPE_CHECKING:
    from bot.turn import Turn
    from wallet import Party

NAME: Final = "business_name"


async def show(turn: Turn) -> None:
    """With a name, open it; without, show what there is and ask for a name."""
    if turn.arguments:
        await named(turn, turn.arguments)
        return
    businesses = await turn.context.wallet.businesses(turn.person.party_id)
    if businesses:
        await turn.say("\n\n".join(_described(turn, business) for business in businesses))
    await ask_name(turn)


async def ask_name(turn: Turn) -> None:
    """Wait for the name of a new business."""
    await asking.wait(turn, NAME)
    await turn.say(turn.t("What is the new business called? Write its name, or /cancel."))


async def named(turn: Turn, name: str) -> None:
    """Open a business of this name. A name that will not do is asked for again."""
    try:
        business = await turn.context.wallet.open_business(turn.person.party_id, clean(name), key=turn.key)
    except WalletError as refusal:
        if not isinstance(refusal, BadName):  # then the question for the name stays open
            await turn.context.conversations.end(turn.user.id)
        raise
    shown = clean(business.name)
    if business.status == "open":
        await turn.say(f"{turn.t('✓ {name} is open.', name=shown)}\n{_how_to_pay(turn, business)}")
    else:
        await turn.say(
            turn.t(
                "{name} is registered. The operator looks at each new business first: I tell you when it can be paid.",
                name=shown,
            )
        )
    await turn.context.conversations.end(turn.user.id)


def _described(turn: Turn, business: Party) -> str:
    name = turn.t("<b>{name}</b>", name=clean(business.name))
    if business.status == "open":
        return f"{name}\n{_how_to_pay(turn, business)}"
    if business.status == "pending":
        return f"{name}\n{turn.t('It waits for the operator’s approval, and cannot be paid yet.')}"
    return f"{name}\n{turn.t('It is frozen, and cannot be paid now. Please ask the operator of this bot why.')}"


def _how_to_pay(turn: Turn, business: Party) -> str:
    name = clean(business.name)
    words = turn.t("People pay it through this link:")
    if phrases.can_name(name):
        words = turn.t("People pay it by writing “pay 5 to {name}”, or through this link:", name=name)
    return f"{words}\n{invite.pay_link(turn, business.id)}\n{_fee(turn)}"


def _fee(turn: Turn) -> str:
    """What the business pays for being paid, by the tariff of today."""
    rate = turn.context.settings.tariff.rate(turn.context.clock())
    if rate is None:
        return turn.t("Being paid costs nothing.")
    percent = str(replace(rate, fixed=0))
    if not rate.fixed:
        return turn.t("They pay the price and nothing more; of each payment {percent} is your fee.", percent=percent)
    return turn.t(
        "They pay the price and nothing more; of each payment {percent} and {fixed} is your fee.",
        percent=percent,
        fixed=Money(rate.fixed, turn.context.wallet.currency),
    )
