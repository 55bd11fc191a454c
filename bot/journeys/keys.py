"""The PIN pad's keys, and PINs that were typed instead."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from telegram.error import TelegramError

from bot import cards
from bot.guards import fresh
from bot.journeys import cancel, pay, payment_card, pins, unfit, words
from bot.keypad import Keypad, Pay, Pin, Pressed, typed_pin
from bot.messages import Face
from bot.redaction import DOTS

if TYPE_CHECKING:
    from bot.turn import Turn


async def press(turn: Turn) -> None:
    """Answer the press of a key."""
    query = turn.update.callback_query
    token = (query.data or "").removeprefix(f"{cards.PRESS_KEY}:") if query else ""
    found = turn.context.keypads.find(token, turn.user.id)
    if found is None:
        await _too_old(turn)
        return
    keypad, key = found
    await turn.toast()
    if keypad.closed:
        await _reshow(turn, keypad)
        return
    match keypad.press(key):
        case Pressed.CHANGED if keypad.message_id is not None:
            # A dot may fail to appear: handling the press again would count its digit twice.
            with suppress(TelegramError):
                await turn.edit(keypad.message_id, cards.keypad(turn.speaker, keypad))
        case Pressed.FULL:
            await _entered(turn, keypad)
        case Pressed.CANCELLED:
            await _cancelled(turn, keypad)


async def typed(turn: Turn) -> None:
    """A PIN was typed into the chat: it is deleted at once, and counts if one is asked for and it is all they wrote.

    It counts once: handled again, it is nothing for the pad that it led to.
    """
    message = turn.message
    text = (message.text or message.caption or "") if message else ""
    pin, is_number = typed_pin(text), not text.strip()[:1].isalpha()
    is_fresh = bool(fresh.check_update(turn.update))
    again = turn.context.keypads.taken_from(turn.user.id, turn.update.update_id)
    keypad = again or turn.context.keypads.of(turn.user.id)
    if is_fresh and keypad is None and is_number and await words.expects_amount(turn):
        await (unfit.interrupted(turn) if DOTS in text else words.read(turn))
        return
    if not (is_fresh and keypad is not None and pin is not None):
        await pins.given_away(turn)
        if DOTS in text:  # from before a restart, maybe in the middle of a payment
            await _show_under_way(turn)
        return
    deleted = await turn.delete_message()
    if again is not None:
        await _go_on(turn, again, pin)
    else:
        keypad.close()
        keypad.taken_from = turn.update.update_id
        await _taken(turn, keypad, pin)
    if not deleted:
        await pins.say_not_deleted(turn)


async def _entered(turn: Turn, keypad: Keypad) -> None:
    await _taken(turn, keypad, keypad.take())


async def _taken(turn: Turn, keypad: Keypad, pin: Pin) -> None:
    if isinstance(keypad.purpose, Pay):
        await pay.entered(turn, keypad, keypad.purpose, pin)
    else:
        await pins.entered(turn, keypad, pin)


async def _cancelled(turn: Turn, keypad: Keypad) -> None:
    if isinstance(keypad.purpose, Pay):
        await pay.cancel_card(turn, keypad.purpose.card_id)
    else:
        await pins.cancelled(turn, keypad)


async def _reshow(turn: Turn, keypad: Keypad) -> None:
    """Answer a second tap, or a press handled again: the message shows what it showed, or should have shown."""
    if keypad.outcome is not None and keypad.message_id is not None:
        await turn.edit(keypad.message_id, keypad.outcome)
    else:
        await _put_back(turn)


async def _go_on(turn: Turn, keypad: Keypad, pin: Pin) -> None:
    """A typed PIN is handled again: show what came of it, which may not have been shown, or try what failed."""
    if isinstance(keypad.purpose, Pay):
        await pay.show_outcome(turn, keypad, keypad.purpose)
    elif keypad.outcome is not None and keypad.message_id is not None:
        await turn.edit(keypad.message_id, keypad.outcome)
    else:
        await _taken(turn, keypad, pin)


async def _show_under_way(turn: Turn) -> None:
    card = await cancel.under_way(turn, None) if turn.known is not None else None
    if card is not None:
        await pay.show_card(turn, card)


async def _too_old(turn: Turn) -> None:
    """Answer a press on a pad from before a restart, or on somebody else's: it does nothing."""
    await turn.toast(turn.speaker.label("This keypad is too old."))
    await _put_back(turn)


async def _put_back(turn: Turn) -> None:
    """Show the payment where the pad was, as it stands now; only ever to its owner."""
    if turn.message_id is None:
        return
    card = await turn.context.cards.of_message(turn.user.id, turn.chat_id, turn.message_id)
    if card is not None and card.kind == payment_card.PAYMENT:
        await pay.show_card(turn, card)
    elif turn.chat_id == turn.user.id:
        gone = turn.t("This keypad is too old. Nothing was changed. Send /pin for a fresh one.")
        await turn.edit(turn.message_id, Face(gone))
