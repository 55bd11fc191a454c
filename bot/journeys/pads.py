"""The PIN pad on a person's screen: one at most, wherever it stands, so that what is typed is for what they look at.

A pad is in memory alone and is closed there first: nothing that becomes of its message, and no crash, lets a digit
count.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from telegram.error import TelegramError

from bot import messages, places, refusals
from bot.journeys import payment_card
from bot.keypad import Pay
from bot.messages import Face
from bot.text import Speaker
from wallet import PinLocked, PinNotSet

if TYPE_CHECKING:
    from datetime import datetime

    from bot.context import Context
    from bot.identity import Person
    from bot.keypad import Keypad, Purpose
    from bot.turn import Turn


async def open_pad(context: Context, person: Person, purpose: Purpose, *, heading: str, expires_at: datetime) -> Keypad:
    """Open a pad that is to be shown now; the one they had closes, on their screen too."""
    keypad = context.keypads.of(person.user_id)
    if keypad is not None and not (isinstance(purpose, Pay) and keypad.purpose == purpose):  # else in the same message
        await _close(context, person, keypad)
    return context.keypads.open(person.user_id, purpose, heading=heading, expires_at=expires_at)


async def close_payment(context: Context, payer: Person) -> None:
    """Close the payer's pad, if it is for a payment, and let its card show what it showed before.

    Called before anything newer is shown, so that digits typed from then on are never for what stands above it.
    """
    keypad = context.keypads.of(payer.user_id)
    if keypad is not None and isinstance(keypad.purpose, Pay):
        await _close(context, payer, keypad)


def nothing_changed(speaker: Speaker) -> Face:
    """Return what is shown in the place of a pad that was about the PIN itself."""
    return Face(speaker.t("Nothing was changed. /pin begins again."))


async def obstacle(turn: Turn) -> str:
    """Return what makes it useless to enter a PIN now, in words; empty when nothing does."""
    state = await turn.context.wallet.pin_state(turn.person.party_id)
    if not state.is_set:
        return refusals.sentence(turn.speaker, PinNotSet())
    if not state.is_open:
        return refusals.sentence(turn.speaker, PinLocked(None if state.locked else state.locked_until))
    return ""


async def _close(context: Context, person: Person, keypad: Keypad) -> None:
    """Should Telegram not show it, then a press on it does."""
    keypad.close()
    with suppress(TelegramError):
        if isinstance(keypad.purpose, Pay):
            await _show_payment(context, person, keypad.purpose.card_id)
        elif keypad.message_id is not None:
            keypad.outcome = nothing_changed(Speaker(person.language))
            await messages.edit(context.bot, person.user_id, keypad.message_id, keypad.outcome)


async def _show_payment(context: Context, payer: Person, card_id: str) -> None:
    card = await context.cards.own(card_id, payer.user_id)
    if card is None or card.quote_id is None:
        return
    quote = await context.wallet.find_quote(card.quote_id, payer.party_id)
    if await payment_card.closed_by(context, quote) is None:
        await places.edit(context, card, await payment_card.face(context, payer, card, quote))
