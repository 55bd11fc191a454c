"""/cancel: stop what is under way. It moves no money: what waits without being under way has buttons of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ReplyKeyboardRemove

from bot.journeys import pay, payment_card, pins, requested, take_back
from bot.keypad import Pay
from wallet import Hold, Request

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.keypad import Keypad
    from bot.turn import Turn


async def cancel(turn: Turn) -> None:
    """Forget the question, and close the pad with its payment; without one, the newest payment that is open.

    With nothing of this under way, show what still waits. The question is forgotten last: cut off before, this stops
    the same when it is handled again.
    """
    waited = await turn.context.conversations.of(turn.user.id) is not None
    keypad = turn.context.keypads.close(turn.user.id)
    if keypad is not None and not isinstance(keypad.purpose, Pay):
        await pins.cancelled(turn, keypad)
    payment = await _cancel_payment(turn, keypad)
    if waited or payment or keypad is not None:
        await turn.say(turn.t("Cancelled. No money moved."), replies=ReplyKeyboardRemove())
    else:
        await _show_what_waits(turn)
    await turn.context.conversations.end(turn.user.id)


async def _show_what_waits(turn: Turn) -> None:
    """Bring the card of what was set aside, or asked for, last: there is its name, its amount and its button."""
    held = await turn.context.wallet.open_holds_of(turn.person.party_id)
    asked = await turn.context.wallet.open_requests_of(turn.person.party_id)
    newest: list[Hold | Request] = [*held[-1:], *asked[-1:]]
    match max(newest, key=lambda each: each.created_at, default=None):
        case Hold() as hold:
            waits = turn.t("Nothing is under way, so I cancelled nothing. What you set aside last can be taken back:")
            await turn.say(waits, replies=ReplyKeyboardRemove())
            await take_back.show(turn, hold)
        case Request() as request:
            waits = turn.t("Nothing is under way, so I cancelled nothing. What you asked for last can be taken back:")
            await turn.say(waits, replies=ReplyKeyboardRemove())
            await requested.show(turn.context, turn.person, request, at_the_end=True)
        case None:
            await turn.say(turn.t("There is nothing to cancel."), replies=ReplyKeyboardRemove())


async def _cancel_payment(turn: Turn, keypad: Keypad | None) -> bool:
    """Close the payment on the pad, or else the newest that is open; returns whether there was one.

    Its card first notes by which update: handled again, that means no other payment.
    """
    this = turn.update.update_id
    recent = await turn.context.cards.undecided(turn.user.id, payment_card.PAYMENT)
    card = next((each for each in recent if each.facts.get("cancelled_by") == this), None)
    if card is None:
        card = await under_way(turn, keypad)
        if card is None:
            return False
        await turn.context.cards.note(card, cancelled_by=this)
    await pay.cancel_card(turn, card.id)
    return True


async def under_way(turn: Turn, keypad: Keypad | None) -> Card | None:
    """Return the card of the payment that is stopped: that of their pad, else the newest that is open."""
    if keypad is not None and isinstance(keypad.purpose, Pay):
        return await turn.context.cards.own(keypad.purpose.card_id, turn.user.id)
    for card in await turn.context.cards.undecided(turn.user.id, payment_card.PAYMENT):
        if await pay.is_open(turn, card):
            return card
    return None
