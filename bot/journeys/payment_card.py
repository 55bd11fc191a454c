"""The card of a payment: what it shows, in whatever state the payment is, and whether a PIN would still pay it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import cards, cautions, payees, places, refusals
from bot.journeys import aside
from bot.keypad import Pay
from bot.text import Speaker
from wallet import (
    Busy,
    MalformedPin,
    PinNotSet,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    RequestClosed,
    Unavailable,
    WalletError,
    WrongPin,
)

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.messages import Face
    from wallet import Quote, Receipt

PAYMENT: Final = "payment"
"""The kind of a card that shows a payment."""


async def closed_by(context: Context, quote: Quote) -> WalletError | None:
    """Return what any PIN would be refused with for this; None while the right one pays it."""
    if quote.state == "paid":
        return QuotePaid()
    if quote.state != "open":
        return QuoteClosed(quote.state)
    if quote.request_id is not None:
        request = await context.wallet.request(quote.request_id)
        if request.state != "open":
            return RequestClosed(request.state)
        if context.clock() >= request.expires_at:
            return RequestClosed("expired")
    return QuoteExpired(quote.expires_at) if context.clock() >= quote.expires_at else None


async def heading(context: Context, speaker: Speaker, quote: Quote) -> str:
    """Return what is to be paid to whom, and what for."""
    return cards.heading(speaker, quote, await payees.describe(context, quote.payee))


async def face(context: Context, payer: Person, card: Card, quote: Quote) -> Face:
    """Return the card in the state its payment is in."""
    speaker = Speaker(payer.language)
    if quote.state == "paid":
        return await receipt_face(context, speaker, card, await context.wallet.receipt(quote.id, payer.party_id))
    if refusal := await closed_by(context, quote):
        return refused(speaker, card, await heading(context, speaker, quote), refusal, quote)
    payee = await payees.describe(context, quote.payee)
    return cards.quote(speaker, quote, payee, card.id, await cautions.of(context, payer, quote, payee))


async def follow_request(context: Context, payer: Person, request_id: UUID) -> None:
    """Make the cards by which the payer would have answered a request, which has ended, say so; their pad closes."""
    for card in await context.cards.undecided(payer.user_id, PAYMENT):
        if card.quote_id is None:
            continue
        quote = await context.wallet.find_quote(card.quote_id, payer.party_id)
        if quote.request_id != request_id or quote.state != "open":
            continue
        keypad = context.keypads.of(payer.user_id)
        if keypad is not None and keypad.purpose == Pay(card.id):
            keypad.close()
        await places.keep(context, card, await face(context, payer, card, quote))


def refused(speaker: Speaker, card: Card, heading: str, refusal: WalletError, quote: Quote | None) -> Face:
    """Return the card after a refusal: with buttons where trying or asking again makes sense."""
    asked = quote is not None and quote.request_id is not None
    why = refusals.sentence(speaker, refusal, asked=asked)
    match refusal:
        case WrongPin(quote_void=False) | Busy() | Unavailable() | MalformedPin() | PinNotSet():
            return cards.retry(speaker, heading, why, card.id)
        case QuoteExpired():
            return cards.closed(speaker, heading, why, again=card.id)
        case _:
            return cards.closed(speaker, heading, why)


async def receipt_face(context: Context, speaker: Speaker, card: Card, receipt: Receipt) -> Face:
    """Return the card once its payment was made."""
    if receipt.kind == "hold":
        return await aside.face(context, speaker, receipt, card.id)
    payee = await context.people.of_party(receipt.payee.id) if receipt.payee else None
    return cards.receipt(speaker, receipt, payee.username if payee else None)
