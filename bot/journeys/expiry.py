"""What time does: a card whose time is over says so by itself, and money nobody claimed goes back.

A card that Telegram would not change is tried again here, until it is.

Nobody is left in front of a payment that looks open and is not. Money waits for no card, and no chat for another:
Telegram may hold one of them back for as long as it likes.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

from telegram.error import TelegramError

from bot import places
from bot.journeys import aside, boards, payment_card, public, requested

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.context import Context
    from bot.conversation import Card
    from wallet import Quote

log = logging.getLogger(__name__)

_GRACE: Final = timedelta(seconds=30)
"""A PIN given in the last moment may still be on its way; after this its payment is made, or never will be."""
_LOOK_AGAIN: Final = 5.0  # seconds


def due(quote: Quote) -> datetime:
    """When the card of this quote is to be looked at once more."""
    return quote.expires_at + _GRACE


async def run(context: Context) -> None:
    """Look after cards, money set aside and requests until cancelled, each at its own pace."""
    async with asyncio.TaskGroup() as beside_each_other:
        for look_after in (close_expired, aside.return_unclaimed, aside.remind, requested.end_unanswered):
            beside_each_other.create_task(_again_and_again(look_after, context))


async def _again_and_again(look_after: Callable[[Context], Awaitable[None]], context: Context) -> NoReturn:
    while True:
        await asyncio.sleep(_LOOK_AGAIN)
        try:
            await look_after(context)
        except Exception:
            log.exception("%s is done later", look_after.__name__)


async def close_expired(context: Context) -> None:
    """Close every card whose time is over, and bring up to date what had to wait."""
    for card in await context.cards.overdue():
        try:
            await _look_at(context, card)
        except Exception as error:  # whatever ails this card, those behind it have their turn
            of_ours = not isinstance(error, TelegramError)
            log.log(logging.ERROR if of_ours else logging.INFO, "card %s is closed later", card.id, exc_info=of_ours)
            await context.cards.look_later(card, places.LATER)


async def _look_at(context: Context, card: Card) -> None:
    """Bring the card up to date. Where that was done before its time is over, it is looked at again then."""
    again_at = None
    if card.kind in boards.KINDS:
        await boards.update(context, card)
        again_at = await boards.ends_at(context, card)
    elif card.kind in requested.KINDS:
        await requested.update(context, card)
    elif card.kind == aside.OFFER and card.quote_id is not None:
        await aside.end_offer(context, card, card.quote_id)
    else:
        again_at = await _look_at_payment(context, card)
    await context.cards.looked_at(card, again_at)


async def _look_at_payment(context: Context, card: Card) -> datetime | None:
    """As `_look_at`, for what shows a payment; returns when that will have expired, if it can still be paid."""
    person = await context.people.find(card.user_id)
    if person is None or card.quote_id is None:
        return None
    quote = await context.wallet.find_quote(card.quote_id, person.party_id)
    if card.kind == public.PAYMENT:  # in any state: a crash may have come between a payment and its cards
        await public.update(context, card)
    elif quote.state != "paid":  # what a PIN came to may not have been shown; a receipt is the courier's to bring
        await places.keep(context, card, await payment_card.face(context, person, card, quote))
    return due(quote) if quote.state == "open" and context.clock() < due(quote) else None
