"""Money set aside for somebody without a wallet, on its payer's side: the card, taking it back, what time does to it.

A hold's id is its quote's, so the card that showed the quote shows the hold, in whatever state. The link to send on
carries the card's id: unguessable, and good for nothing but asking what it leads to.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from bot import hold_cards, messages, places
from bot.text import Speaker
from wallet import NoticeKind

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.messages import Face
    from wallet import Hold, Notice, Receipt

log = logging.getLogger(__name__)

CLAIM_LINK: Final = "claim_"
OFFER: Final = "offer"
"""The kind of a card that offers money to whoever it was set aside for."""


def link(context: Context, card_id: str) -> str:
    """Return the link that the payer sends on. It moves nothing by itself."""
    return f"https://t.me/{context.bot.username}?start={CLAIM_LINK}{card_id}"


async def face(context: Context, speaker: Speaker, receipt: Receipt, card_id: str) -> Face:
    """Return the payer's card as the hold of this receipt stands now."""
    hold = await context.wallet.hold(receipt.payment_id)
    return hold_cards.set_aside(speaker, receipt, hold, card_id, link(context, card_id))


async def tell(context: Context, speaker: Speaker, person: Person, notice: Notice, hold: Hold) -> None:
    """Tell a person what became of a hold of theirs, or for them: on its card, and in a message where it is news."""
    match notice.kind:
        case NoticeKind.HOLD_PLACED:
            await _show_payer(context, speaker, person, hold, or_send=True)
        case NoticeKind.HOLD_CAPTURED:
            await _show_payer(context, speaker, person, hold)
            await messages.send(context.bot, person.user_id, hold_cards.claimed(speaker, hold))
        case NoticeKind.HOLD_RELEASED:
            await end_offers(context, hold.id)
            await _show_payer(context, speaker, person, hold)
            if hold.state != "cancelled" and notice.receipt is not None:
                await messages.send(context.bot, person.user_id, hold_cards.returned(speaker, notice.receipt, hold))
        case NoticeKind.HOLD_GONE:
            await _tell_gone(context, person, hold)
        case NoticeKind.PAYMENT_RECEIVED if notice.receipt is not None:
            await _show_accepted(context, speaker, person, hold, notice.receipt)
        case _:
            raise ValueError(f"notice {notice.id} of {notice.kind} has nothing to do with money set aside")


async def return_unclaimed(context: Context) -> None:
    """Give back what nobody claimed in time."""
    if await context.wallet.expire_holds():
        context.courier_wake()


async def remind(context: Context) -> None:
    """Remind payers once, at half time, of what nobody claimed yet."""
    for hold in await context.wallet.holds_to_remind():
        try:
            await _remind(context, hold)
        except TelegramError as error:  # they see it with /balance; it returns to them in any case
            log.info("a payer was not reminded: %s", type(error).__name__)


async def _remind(context: Context, hold: Hold) -> None:
    person = await context.people.of_party(hold.payer.id)
    card = await context.cards.of_quote(hold.id, person.user_id) if person else None
    if person is not None and card is not None:
        reminder = hold_cards.reminder(Speaker(person.language), hold, link(context, card.id))
        await messages.send(context.bot, person.user_id, reminder)


async def _show_payer(context: Context, speaker: Speaker, person: Person, hold: Hold, *, or_send: bool = False) -> None:
    """Bring the payer's card up to date; where there is none any more, `or_send` it."""
    card = await context.cards.of_quote(hold.id, person.user_id)
    if card is None:
        return
    receipt = await context.wallet.receipt(hold.id, person.party_id)
    shown = hold_cards.set_aside(speaker, receipt, hold, card.id, link(context, card.id))
    if or_send:
        await places.put(context, card, shown)
    else:
        await places.edit(context, card, shown)


async def _show_accepted(context: Context, speaker: Speaker, person: Person, hold: Hold, receipt: Receipt) -> None:
    card = await context.cards.of_quote(hold.id, person.user_id)
    shown = hold_cards.accepted(speaker, receipt)
    if card is None or not await places.edit(context, card, shown):
        await messages.send(context.bot, person.user_id, shown)


async def _tell_gone(context: Context, person: Person, hold: Hold) -> None:
    card = await context.cards.of_quote(hold.id, person.user_id)
    if card is not None:
        await _end_offer(context, person, card, hold)
    else:
        await messages.send(context.bot, person.user_id, hold_cards.over(Speaker(person.language), hold))


async def end_offers(context: Context, hold_id: UUID) -> None:
    """Tell whoever saw the offer, by their username, that it is over. The payer does not wait for their chats."""
    for card in await context.cards.showing(hold_id, OFFER):
        await end_offer(context, card, hold_id)


async def end_offer(context: Context, card: Card, hold_id: UUID) -> None:
    """Tell one of them. Those known by number have a notice of it."""
    hold = await context.wallet.hold(hold_id)
    person = await context.people.find(card.user_id)
    if person is None or person.party_id == hold.payee.id:
        return
    async with places.made_up_for(context, card):
        await _end_offer(context, person, card, hold)


async def _end_offer(context: Context, person: Person, card: Card, hold: Hold) -> None:
    """Take the buttons from the offer; say it in a message too, once, unless they refused it themselves."""
    over = hold_cards.over(Speaker(person.language), hold)
    await places.edit(context, card, over)
    if hold.state != "refused" and not card.facts.get("over"):
        await messages.send(context.bot, card.chat_id, over)
        await context.cards.note(card, over=True)
