"""/cancel: stop whatever is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ReplyKeyboardRemove

from bot.journeys import pay, pins, take_back
from bot.keypad import Pay

if TYPE_CHECKING:
    from bot.turn import Turn


async def cancel(turn: Turn) -> None:
    """Forget the question, close the pad, and close the payment shown last, if it is open.

    With nothing of this under way, take back what the payment shown last has set aside.
    """
    waited = await turn.context.conversations.of(turn.user.id) is not None
    await turn.context.conversations.end(turn.user.id)
    keypad = turn.context.keypads.close(turn.user.id)
    if keypad is not None and not isinstance(keypad.purpose, Pay):
        await pins.cancelled(turn, keypad)
    payment = await pay.cancel_latest(turn)
    if waited or payment or keypad is not None:
        await turn.say(turn.t("Cancelled. No money moved."), replies=ReplyKeyboardRemove())
    elif await take_back.latest(turn):
        taken_back = turn.t("Taken back: what you had set aside last is yours again.")
        await turn.say(taken_back, replies=ReplyKeyboardRemove())
    else:
        await turn.say(turn.t("There is nothing to cancel."), replies=ReplyKeyboardRemove())
