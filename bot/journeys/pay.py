"""From the card to the receipt: the pad opens, the PIN confirms, and the same message says how it ended."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from telegram.error import TelegramError

from bot import cards, messages, payees, places, refusals
from bot.journeys import expiry, pads, payment_card, public, requested
from bot.journeys.payment_card import PAYMENT
from bot.keypad import Keypad, Pay, Pin
from bot.messages import Face
from wallet import InsufficientFunds, Quote, QuoteExpired, QuotePaid, Receipt, WalletError

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.turn import Turn

log = logging.getLogger(__name__)


async def show(turn: Turn, quote: Quote) -> None:
    """Show the quote on its card: a new one, or the one it has."""
    await pads.close_payment(turn.context, turn.person)
    card = await own_card(turn.context, turn.person, quote)
    await turn.put(card, await payment_card.face(turn.context, turn.person, card, quote))


async def own_card(context: Context, payer: Person, quote: Quote) -> Card:
    """Return the card by which the payer confirms this quote, made now if there is none: for their private chat."""
    card = await context.cards.of_quote(quote.id, payer.user_id)
    return card or await context.cards.create(
        PAYMENT, payer.user_id, payer.user_id, quote_id=quote.id, look_again_at=expiry.due(quote)
    )


async def bring(context: Context, payer: Person, quote: Quote) -> None:
    """Send the quote, once, to its payer, who did not ask for it in their private chat. Forbidden, if they block us."""
    card = await own_card(context, payer, quote)
    if card.message_id is not None:
        return
    await pads.close_payment(context, payer)
    shown = await payment_card.face(context, payer, card, quote)
    await context.cards.sent(card, await messages.send(context.bot, payer.user_id, shown))


async def show_card(turn: Turn, card: Card) -> None:
    """Show the card as its payment stands now."""
    await turn.put(card, await payment_card.face(turn.context, turn.person, card, await _quote(turn, card)))


async def open_keypad(turn: Turn) -> None:
    """Confirm with PIN: the pad takes the card's place, while the quote is open.

    It says what the balance will be by now: they may have paid or been paid since the card was shown.
    """
    card = await pressed_card(turn)
    if card is None:
        return
    quote = await _quote(turn, card)
    if await payment_card.closed_by(turn.context, quote) is not None:
        await turn.put(card, await payment_card.face(turn.context, turn.person, card, quote))
        return
    heading = await payment_card.heading(turn.context, turn.speaker, quote)
    if obstacle := await _obstacle(turn, quote):
        await turn.put(card, cards.retry(turn.speaker, heading, obstacle, card.id))
        return
    purpose = Pay(card.id)
    keypad = await pads.open_pad(turn.context, turn.person, purpose, heading=heading, expires_at=quote.expires_at)
    keypad.footing = cards.balance_after(turn.speaker, quote)
    card = await turn.put(card, cards.keypad(turn.speaker, keypad))
    keypad.message_id = card.message_id


async def _obstacle(turn: Turn, quote: Quote) -> str:
    """Return why no PIN would pay this now, though it may soon, in words; empty when nothing stands in the way."""
    if quote.balance_after.minor >= 0:
        return await pads.obstacle(turn)
    lacking = InsufficientFunds(quote.balance_after + quote.total, quote.total)
    return refusals.sentence(turn.speaker, lacking, asked=quote.request_id is not None)


async def entered(turn: Turn, keypad: Keypad, purpose: Pay, pin: Pin) -> None:
    """Pay what the card shows. Whatever Telegram does from here on, the wallet's word stands."""
    card = await turn.context.cards.own(purpose.card_id, turn.user.id)
    if card is None or (quote_id := card.quote_id) is None:
        raise LookupError("a pad without its card")
    with suppress(TelegramError):
        card = await turn.put(card, cards.checking(turn.speaker, keypad.heading))
    quote: Quote | None = None
    try:
        quote = await _quote(turn, card)
        if quote.state == "open":  # blocked since the card was shown?
            await _ensure_accepted(turn, quote)
        receipt = await turn.context.wallet.confirm(quote_id, turn.person.party_id, pin.reveal())
    except WalletError as refusal:
        keypad.outcome = payment_card.refused(turn.speaker, card, keypad.heading, refusal, quote)
        await turn.put(card, keypad.outcome)
        await public.follow(turn.context, quote_id)
        return
    await payees.remember_payment(turn.context, receipt)
    shown = await payment_card.receipt_face(turn.context, turn.speaker, card, receipt)
    keypad.outcome = Face(shown.text) if card.is_ephemeral else shown
    await _tell_payer(turn, await _kept(turn, card, keypad.outcome), shown, receipt)
    await public.follow(turn.context, receipt.payment_id)
    if quote.request_id is not None:
        await requested.follow(turn.context, quote.request_id)


async def show_outcome(turn: Turn, keypad: Keypad, purpose: Pay) -> None:
    """Show once more what came of a PIN: what its payment has come to by now, or why it was refused."""
    card = await turn.context.cards.own(purpose.card_id, turn.user.id)
    if card is None:
        return
    if keypad.outcome is not None and await is_open(turn, card):
        await turn.put(card, keypad.outcome)
    else:
        await show_card(turn, card)


async def cancel(turn: Turn) -> None:
    """Answer the card's Cancel button."""
    card = await pressed_card(turn)
    if card is not None:
        await cancel_card(turn, card.id)


async def cancel_card(turn: Turn, card_id: str) -> None:
    """Close the payment, unless it went through already; the card says which."""
    card = await turn.context.cards.own(card_id, turn.user.id)
    if card is None or card.quote_id is None:
        return
    await close_quote(turn, card.quote_id)
    await show_card(turn, card)
    await public.follow(turn.context, card.quote_id)


async def close_quote(turn: Turn, quote_id: UUID) -> None:
    """Cancel the payment, unless it was made."""
    with suppress(QuotePaid):
        await turn.context.wallet.cancel(quote_id, turn.person.party_id)


async def is_open(turn: Turn, card: Card) -> bool:
    """Whether a PIN would still pay what this card shows."""
    return await payment_card.closed_by(turn.context, await _quote(turn, card)) is None


async def ask_again(turn: Turn) -> None:
    """Ask anew for an expired payment, on the same card."""
    card = await pressed_card(turn)
    if card is None:
        return
    old = await _quote(turn, card)
    if not isinstance(await payment_card.closed_by(turn.context, old), QuoteExpired):
        await turn.put(card, await payment_card.face(turn.context, turn.person, card, old))
        return
    try:
        await _ensure_accepted(turn, old)
        quote = await _anew(turn, old)
    except WalletError as refusal:
        await turn.put(
            card,
            payment_card.refused(
                turn.speaker, card, await payment_card.heading(turn.context, turn.speaker, old), refusal, old
            ),
        )
        return
    await pads.close_payment(turn.context, turn.person)
    for shown in await turn.context.cards.showing(old.id, public.PAYMENT):
        await turn.context.cards.requote(shown, quote.id, expiry.due(quote))
    card = await turn.context.cards.requote(card, quote.id, expiry.due(quote))
    await turn.put(card, await payment_card.face(turn.context, turn.person, card, quote))
    await public.follow(turn.context, quote.id)


async def _ensure_accepted(turn: Turn, quote: Quote) -> None:
    """As `payees.ensure_accepted`. Who asked for money takes it: a request of theirs can be paid while it is open."""
    if quote.request_id is None:
        await payees.ensure_accepted(turn.context, turn.person, quote.payee.id)


async def _anew(turn: Turn, old: Quote) -> Quote:
    """The same once more; what answers a request still does."""
    payer_id, key = turn.person.party_id, turn.key_of(f"again {old.id}")
    if old.request_id is not None:
        return await turn.context.wallet.quote_request(old.request_id, payer_id, key=key)
    return await turn.context.wallet.quote(payer_id, old.payee.id, old.amount, note=old.note, key=key)


async def pressed_card(turn: Turn, kind: str = PAYMENT, toast: str = "") -> Card | None:
    """Return the card whose button was pressed, if it is this person's and of this kind; otherwise say that it is not.

    Answers the press, with a `toast` or without, so that what follows may be slow.
    """
    _, card_id = turn.pressed
    card = await turn.context.cards.find(card_id, turn.user.id, turn.chat_id)
    if card is None or card.kind != kind:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return None
    await turn.toast(toast)
    if card.message_id is None and turn.message_id is not None:  # sent, but a crash came before we noted it
        card = await turn.context.cards.sent(card, turn.message_id)
    return card


async def _kept(turn: Turn, card: Card, outcome: Face) -> Card:
    """Return the card where its receipt is kept: what only they see in a group shows it, and does not last."""
    if not card.is_ephemeral:
        return card
    with suppress(TelegramError):
        await places.edit(turn.context, card, outcome)
    return await places.bring_home(turn.context, card)


async def _tell_payer(turn: Turn, card: Card, face: Face, receipt: Receipt) -> None:
    """Edit the receipt into the card; if that fails, the courier does it."""
    try:
        await turn.put(card, face)
    except TelegramError as error:
        log.warning("the courier will bring receipt %s: %s", receipt.reference, type(error).__name__)
    else:
        if receipt.notice_id is not None:
            await turn.context.wallet.notice_delivered(receipt.notice_id)
    turn.context.courier_wake()


async def _quote(turn: Turn, card: Card) -> Quote:
    if card.quote_id is None:
        raise LookupError("a payment card without a quote")
    return await turn.context.wallet.find_quote(card.quote_id, turn.person.party_id)
