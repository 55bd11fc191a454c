"""Messages that people sent through the bot, in chats that it is not in, and that wait for somebody to press.

They are kept in memory while they are typed, and among the cards once they are sent.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from telegram.error import Forbidden, TelegramError

from bot import messages, refusals
from bot.journeys import public
from bot.text import Speaker

if TYPE_CHECKING:
    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from wallet import WalletError

log = logging.getLogger(__name__)

TO_PAY: Final = "inline offer"
TO_BE_PAID: Final = "inline request"
"""The kinds of the cards that wait for a payee to press, and for a payer."""


async def kept(context: Context, card_id: str, inline_message_id: str | None, *kinds: str) -> Card | None:
    """Return the card of this offer, made now if it was only typed so far. One message has one card, of these kinds."""
    card = await context.cards.linked(card_id)
    if card is None and (typed := context.typings.find(card_id)) is not None and inline_message_id is not None:
        facts: dict[str, Any] = {"amount": typed.amount, "note": typed.note, "inline": inline_message_id}
        kind = TO_BE_PAID if typed.asks else TO_PAY
        card = await context.cards.create(kind, typed.user_id, public.NOWHERE, card_id=card_id, **facts)
    if card is None or card.kind not in kinds or inline_message_id is None:
        return None
    return await public.seen_at(context, card, inline_message_id)


async def explain(context: Context, card: Card, writer: Person, refusal: WalletError) -> None:
    """Tell whoever sent the message, in their private chat, why a press came to nothing: once for each reason.

    Anybody can press, and as often as they like; what the writer hears is not theirs to repeat.
    """
    if not await context.cards.note_once(card, f"told {refusal.code}"):
        return
    try:
        why = messages.Face(refusals.sentence(Speaker(writer.language), refusal))
        await messages.send(context.bot, writer.user_id, why)
    except Forbidden:
        await context.people.set_reachable(writer.user_id, reachable=False)
    except TelegramError as error:
        log.info("a refusal was not told in private: %s", type(error).__name__)
