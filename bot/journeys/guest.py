"""Guest mode: somebody mentions the bot where it is no member, and it answers there with one message.

`@sixpence_bot 5 to @ben lunch`, or `@sixpence_bot 5 lunch` in answer to Ben's message: the card of a payment, as in a
group. Where neither words nor message say for certain who is to be paid, it is an offer, and “It’s me” says so, as in
inline mode. A message that does not begin with the bot's name is talk about it, and is left alone.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram.error import BadRequest

from bot import group_cards, intents, messages
from bot.amounts import Amount
from bot.journeys import expiry, group, instruction, me, offers, public
from bot.names import clean
from wallet import MAX_NOTE, Money, WalletError

if TYPE_CHECKING:
    from bot.messages import Face
    from bot.turn import Turn
    from wallet import Quote

log = logging.getLogger(__name__)


async def called(turn: Turn) -> None:
    """Answer with a card, with an offer, or with one line that says what is missing."""
    if turn.known is None:
        await post(turn, group.no_wallet(turn))
        return
    intent = instruction.intent_of(turn)
    try:
        quote = await _certain(turn, intent)
    except WalletError as refusal:
        await post(turn, await group.refused(turn, refusal))
        return
    if quote is not None:
        await _show(turn, quote)
    elif not await _offer(turn, turn.known.name, intent):
        await post(turn, group.not_whole(turn, intent))


async def _certain(turn: Turn, intent: intents.Intent) -> Quote | None:
    """Return the quote if it is whole, and certain who is to be paid. WalletError."""
    if isinstance(intent, intents.Pay) and isinstance(intent.amount, Amount):
        return await instruction.quoted(turn, intent, intent.amount)
    return None


async def _show(turn: Turn, quote: Quote) -> None:
    """One card a payment, be the message handled once or again."""
    cards = turn.context.cards
    shown = await cards.showing(quote.id, public.PAYMENT)
    due = expiry.due(quote)
    card = shown[0] if shown else None
    if card is None:
        card = await cards.create(public.PAYMENT, turn.user.id, public.NOWHERE, quote_id=quote.id, look_again_at=due)
    if "inline" not in card.facts and (
        posted := await post(turn, await public.face(turn.context, turn.speaker, card, quote))
    ):
        await cards.note(card, inline=posted)


async def _offer(turn: Turn, payer: str, intent: intents.Intent) -> bool:
    """Offer to pay whoever presses, if the words are an amount and perhaps a note, and point at nobody."""
    words, _ = instruction.words_of(turn)
    reading, note = me.read_amount(words, turn.context.wallet.currency)
    vague = isinstance(intent, intents.Pay | intents.Incomplete) or intent == intents.Unclear("payee")
    if not vague or "@" in words or not isinstance(reading, Amount) or len(note) > MAX_NOTE:
        return False
    money = Money(reading.minor, turn.context.wallet.currency)
    card = await turn.context.cards.create(offers.TO_PAY, turn.user.id, public.NOWHERE, amount=reading.minor, note=note)
    if posted := await post(turn, group_cards.offer(turn.speaker, clean(payer), money, note, card.id)):
        await turn.context.cards.note(card, inline=posted)
    return True


async def post(turn: Turn, face: Face) -> str | None:
    """Post the one message that a guest may; return its name, or None if one was posted before or it is too late."""
    message = turn.message
    if message is None or message.guest_query_id is None:
        return None
    answer = messages.article("answer", turn.context.bot.first_name, face)
    try:
        sent = await turn.context.bot.answer_guest_query(message.guest_query_id, answer)
    except BadRequest as refusal:
        if not messages.came_too_late(refusal):
            raise
        log.info("a guest's answer was given before, or came too late")
        return None
    return sent.inline_message_id
