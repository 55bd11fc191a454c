"""/cancel: stop whatever is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ReplyKeyboardRemove

from bot.journeys import pay, payment_card, pins, take_back
from bot.keypad import Pay

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.keypad import Keypad
    from bot.turn import Turn


async def cancel(turn: Turn) -> None:
    """Forget the question, and close the pad with its payment; without one, the newest payment that is open.

    With nothing of this under way, take back what the payment shown last has set aside. The question is forgotten last:
    cut off before, this stops the same when it is handled again.
    """
    waited = await turn.context.conversations.of(turn.user.id) is not None
    keypad = turn.context.keypads.close(turn.user.id)
    if keypad is not None and not isinstance(keypad.purpose, Pay):
        await pins.cancelled(turn, keypad)
    payment = await _cancel_payment(turn, keypad)
    if waited or payment or keypad is not None:
        await turn.say(turn.t("Cancelled. No money moved."), replies=ReplyKeyboardRemove())
    elif await take_back.latest(turn):
        taken_back = turn.t("Taken back: what you had set aside last is yours again.")
        await turn.say(taken_back, replies=ReplyKeyboardRemove())
    else:
        await turn.say(turn.t("There is nothing to cancel."), replies=ReplyKeyboardRemove())
    await turn.context.conversations.end(turn.user.id)


async def _cancel_payment(turn: Turn, keypad: Keypad | None) -> bool:
    """Close the payment on the pad, or else the newest that is open; returns whether there was one.

    Its card first notes by which update: handled again, that means no other payment.
    """
    this = turn.update.update_id
    recent = await turn.context.cards.undecided(turn.user.id, payment_card.PAYMENT)
    card = next((each for each in recent if each.facts.get("cancelled_by") == this), None)
    if card is None:
        card = await _under_way(turn, keypad, recent)
        if card is None:
            return False
        await turn.context.cards.note(card, cancelled_by=this)
    await pay.cancel_card(turn, card.id)
    return True


async def _under_way(turn: Turn, keypad: Keypad | None, recent: list[Card]) -> Card | None:
    if keypad is not None and isinstance(keypad.purpose, Pay):
        return await turn.context.cards.own(keypad.purpose.card_id, turn.user.id)
    for card in recent:
        if await pay.is_open(turn, card):
            return card
    return None
