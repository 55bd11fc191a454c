"""What a group sees of a payment, kept in step with it: whatever changes the payment changes its cards everywhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from bot import group_cards, places
from bot.journeys import aside
from bot.text import Speaker

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.messages import Face
    from wallet import Quote

PAYMENT: Final = "group payment"
"""The kind of a card that shows a payment to a group."""
NOWHERE: Final = 0
"""The chat of such a card in a chat that the bot is not in: Telegram does not say which it is."""


async def follow(context: Context, quote_id: UUID) -> None:
    """Make the cards that groups have of this payment show how it stands. A group that is gone is no failure."""
    for card in await context.cards.showing(quote_id, PAYMENT):
        await update(context, card)


async def update(context: Context, card: Card) -> None:
    """Make one of these cards show how its payment stands."""
    await places.keep(context, card, await _face_now(context, card))


async def show(context: Context, card: Card, topic: int | None = None) -> None:
    """Send one of these cards, which no message shows yet."""
    await places.show(context, card, partial(_face_now, context, card), topic)


async def show_anew(context: Context, card: Card) -> None:
    """Show this card in the supergroup that its group has become, if its payment is open."""
    _, quote = await _payment(context, card)
    if quote.state == "open":
        await show(context, card)


async def seen_at(context: Context, card: Card, inline_message_id: str) -> Card | None:
    """Return the card if this message shows it; the first message it is seen at is kept. None for another message."""
    if card.chat_id != NOWHERE:  # it stands in a chat, and whoever presses elsewhere made up the press
        return None
    if "inline" not in card.facts:  # posted, but a crash came before we noted it
        return await context.cards.note(card, inline=inline_message_id)
    return card if card.facts["inline"] == inline_message_id else None


async def face(context: Context, speaker: Speaker, card: Card, quote: Quote) -> Face:
    """Return the card as this payment stands."""
    if quote.state == "paid":
        if quote.held_until is None:
            return group_cards.paid(speaker, quote)
        own = await context.cards.of_quote(quote.id, card.user_id)
        link = aside.link(context, own.id if own is not None else card.id)
        return group_cards.set_aside(speaker, quote, await context.wallet.hold(quote.id), link)
    if quote.state == "open" and context.clock() < quote.expires_at:
        return group_cards.waiting(speaker, quote, card.id)
    return group_cards.ended(speaker, quote)


async def _face_now(context: Context, card: Card) -> Face:
    payer, quote = await _payment(context, card)
    return await face(context, Speaker(payer.language), card, quote)


async def _payment(context: Context, card: Card) -> tuple[Person, Quote]:
    """The payment that the card shows, as it stands now, and its payer."""
    payer = await context.people.find(card.user_id)
    if payer is None or card.quote_id is None:
        raise LookupError("a payment card without its payment")
    return payer, await context.wallet.find_quote(card.quote_id, payer.party_id)
