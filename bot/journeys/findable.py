"""/privacy: whether people one has never dealt with may find one by name or username, and ask one for money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.cards import button
from bot.journeys import pay
from bot.messages import Face

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn

_PRIVACY: Final = "privacy"
"""The kind of our card."""


async def show(turn: Turn) -> None:
    """Say how it is, with a button to change it."""
    await turn.toast()
    await _show(turn, await turn.context.cards.create(_PRIVACY, turn.user.id, turn.chat_id))


async def change(turn: Turn) -> None:
    """By all, or by those one deals with."""
    card = await pay.pressed_card(turn, _PRIVACY)
    if card is None:
        return
    contacts, pressed = turn.context.contacts, turn.pressed[0]
    if pressed in {"beseen", "behid"}:
        await contacts.set_findable(turn.user.id, findable=pressed == "beseen")
    else:
        await contacts.set_askable(turn.user.id, askable=pressed == "beasked")
    await _show(turn, card)


async def _show(turn: Turn, card: Card) -> None:
    if await turn.context.contacts.is_findable(turn.user.id):
        text = turn.t("Everybody who knows your name or @username can find you here, and pay you.")
        offer = button(turn.speaker.label("Only those I deal with"), "behid", card.id)
    else:
        text = turn.t(
            "Only those you deal with find you by name or @username. Others reach you through your link (/me), or if "
            "they have you among their contacts."
        )
        offer = button(turn.speaker.label("Everybody may find me"), "beseen", card.id)
    title = turn.t("<b>Who may find you</b>")
    asking, other = await _asking(turn, card)
    await turn.put(card, Face(f"{title}\n{text}\n\n{asking}", InlineKeyboardMarkup([[offer], [other]])))


async def _asking(turn: Turn, card: Card) -> tuple[str, InlineKeyboardButton]:
    """Who may ask for money, and the button that changes it."""
    title = turn.t("<b>Who may ask you for money</b>")
    if await turn.context.contacts.is_askable(turn.user.id):
        text = turn.t("Everybody who finds you may ask you for money. You decide whether you pay.")
        return f"{title}\n{text}", button(turn.speaker.label("Only those I deal with may ask"), "bespared", card.id)
    text = turn.t("Only those you deal with may ask you in private; others only in a group that you are in.")
    return f"{title}\n{text}", button(turn.speaker.label("Everybody may ask me"), "beasked", card.id)
