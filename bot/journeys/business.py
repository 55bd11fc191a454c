"""/business: open a business beside the personal account, and see those you have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from telegram import InlineKeyboardMarkup

from bot import phrases
from bot.cards import button
from bot.journeys import asking, invite, pay
from bot.messages import Face
from bot.names import clean
from wallet import MAX_BUSINESSES, Money

if TYPE_CHECKING:
    from bot.turn import Turn
    from wallet import Party

NAME: Final = "business_name"
_LIST: Final = "businesses"
_NEW: Final = "new business"
"""The kinds of our cards: those there are, and one that is named and yet to be opened."""


async def show(turn: Turn) -> None:
    """With a name, ask whether to open it; without, show what there is, or ask for a name where there is nothing."""
    if turn.arguments:
        await named(turn, turn.arguments)
        return
    businesses = await turn.context.wallet.businesses(turn.person.party_id)
    if not businesses:
        await ask_name(turn)
        return
    text = "\n\n".join(_described(turn, business) for business in businesses)
    if len(businesses) >= MAX_BUSINESSES:
        await turn.say(text)
        return
    card = await turn.context.cards.create(_LIST, turn.user.id, turn.chat_id)
    another = button(turn.speaker.label("Open another"), "another", card.id)
    await turn.put(card, Face(text, InlineKeyboardMarkup([[another]])))


async def another(turn: Turn) -> None:
    """One more, beside those there are."""
    if await pay.pressed_card(turn, _LIST) is not None:
        await ask_name(turn)


async def ask_name(turn: Turn) -> None:
    """Wait for the name of a new business."""
    await asking.wait(turn, NAME)
    await turn.say(turn.t("What is the new business called? Write its name, or /cancel."))


async def named(turn: Turn, name: str) -> None:
    """Show the name before anything is registered: what is opened has it for good, and waits for the operator."""
    shown, key = clean(name), str(turn.key)
    card = await turn.context.cards.create(_NEW, turn.user.id, turn.chat_id, name=shown, key=key)
    question = turn.t("Open a business named “{name}”?", name=shown)
    not_yet = turn.t("Nothing is registered until you press Open.")
    yes = button(turn.speaker.label("Open"), "openbusiness", card.id)
    no = button(turn.speaker.label("Not now"), "nobusiness", card.id)
    await turn.put(card, Face(f"{question}\n{not_yet}", InlineKeyboardMarkup([[yes, no]])))
    await turn.context.conversations.end(turn.user.id)


async def answered(turn: Turn) -> None:
    """Open: registered, once however often it is pressed. Not now: nothing is, unless it was before."""
    card = await pay.pressed_card(turn, _NEW)
    if card is None or card.message_id is None:
        return
    name = card.facts["name"]
    if turn.pressed[0] == "nobusiness" and not card.facts.get("opened"):
        await turn.put(card, Face(turn.t("“{name}” was not opened. Nothing was registered.", name=name)))
        return
    business = await turn.context.wallet.open_business(turn.person.party_id, name, key=UUID(card.facts["key"]))
    card = await turn.context.cards.note(card, opened=True)
    await turn.put(card, Face(_opened(turn, business)))


def _opened(turn: Turn, business: Party) -> str:
    name = clean(business.name)
    if business.status == "open":
        return "\n".join([turn.t("✓ {name} is open.", name=name), _how_to_pay(turn, business)])
    return turn.t(
        "{name} is registered. The operator looks at each new business first: I tell you when it can be paid.",
        name=name,
    )


def _described(turn: Turn, business: Party) -> str:
    name = turn.t("<b>{name}</b>", name=clean(business.name))
    if business.status == "open":
        return f"{name}\n{_how_to_pay(turn, business)}"
    if business.status == "pending":
        why = turn.t("It waits for the operator’s approval, and cannot be paid yet.")
    else:
        why = turn.t("It is frozen, and cannot be paid now. Please ask the operator of this bot why.")
    return f"{name}\n{why}"


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
