"""Taking back what was set aside for somebody without a wallet, for as long as it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import places
from bot.journeys import aside, pay, public
from wallet import HoldClosed

if TYPE_CHECKING:
    from uuid import UUID

    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Hold


async def pressed(turn: Turn) -> None:
    """Answer the button that takes back what was set aside; the card says how it ended."""
    card = await pay.pressed_card(turn)
    if card is not None and card.quote_id is not None:
        await _take_back(turn, card, card.quote_id)


async def show(turn: Turn, hold: Hold) -> None:
    """Bring the payer's card of it, with its button, to the end of the chat."""
    quote = await turn.context.wallet.find_quote(hold.id, turn.person.party_id)
    card = await pay.own_card(turn.context, turn.person, quote)
    await pay.show_card(turn, await places.to_the_end(turn.context, card, turn.speaker))


async def _take_back(turn: Turn, card: Card, hold_id: UUID) -> None:
    """Lost to a claim, a refusal or time, it changes nothing."""
    try:
        receipt = await turn.context.wallet.cancel_hold(hold_id, turn.person.party_id)
    except HoldClosed:
        await pay.show_card(turn, card)
        return
    await pay.show_card(turn, card)
    await public.follow(turn.context, hold_id)
    await aside.end_offers(turn.context, hold_id)
    if receipt.notice_id is not None:
        await turn.context.wallet.notice_delivered(receipt.notice_id)
    turn.context.courier_wake()
