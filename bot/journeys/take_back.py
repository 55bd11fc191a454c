"""Taking back what was set aside for somebody without a wallet, for as long as it waits."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bot.journeys import aside, pay, payment_card, public
from wallet import HoldClosed, HoldUnknown

if TYPE_CHECKING:
    from uuid import UUID

    from bot.conversation import Card
    from bot.turn import Turn


async def pressed(turn: Turn) -> None:
    """Answer the button that takes back what was set aside; the card says how it ended."""
    card = await pay.pressed_card(turn)
    if card is not None and card.quote_id is not None:
        await _take_back(turn, card, card.quote_id)


async def latest(turn: Turn) -> bool:
    """Take back what the payment shown last set aside, if it waits still; returns whether it came back."""
    card = await turn.context.cards.latest(turn.user.id, payment_card.PAYMENT)
    if card is None or card.quote_id is None or not await _is_set_aside(turn, card.quote_id):
        return False
    return await _take_back(turn, card, card.quote_id)


async def _take_back(turn: Turn, card: Card, hold_id: UUID) -> bool:
    """Lost to a claim, a refusal or time, it changes nothing."""
    try:
        receipt = await turn.context.wallet.cancel_hold(hold_id, turn.person.party_id)
    except HoldClosed:
        await pay.show_card(turn, card)
        return False
    await pay.show_card(turn, card)
    await public.follow(turn.context, hold_id)
    await aside.end_offers(turn.context, hold_id)
    if receipt.notice_id is not None:
        await turn.context.wallet.notice_delivered(receipt.notice_id)
    turn.context.courier_wake()
    return True


async def _is_set_aside(turn: Turn, payment_id: UUID) -> bool:
    """Whether this payment's money waits for somebody at this moment."""
    with suppress(HoldUnknown):
        return (await turn.context.wallet.hold(payment_id)).state == "open"
    return False
