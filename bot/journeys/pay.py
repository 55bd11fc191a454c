"""From the card to the receipt: the pad opens, the PIN confirms, and the same message says how it ended."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from bot import cards, cautions, messages, payees, places, refusals
from bot.journeys import aside, expiry, public, requested
from bot.keypad import Keypad, Pay, Pin
from bot.messages import Face
from bot.text import Speaker
from wallet import (
    Busy,
    MalformedPin,
    PinLocked,
    PinNotSet,
    Quote,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    Receipt,
    Unavailable,
    WalletError,
    WrongPin,
)

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.turn import Turn

log = logging.getLogger(__name__)

PAYMENT: Final = "payment"
"""The kind of a card that shows a payment."""


async def show(turn: Turn, quote: Quote) -> None:
    """Show the quote on its card: a new one, or the one it has."""
    await close_pad(turn.context, turn.person)
    card = await own_card(turn.context, turn.person, quote)
    await turn.put(card, await face(turn, card, quote))


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
    await close_pad(context, payer)
    shown = await _to_confirm(context, Speaker(payer.language), payer, card, quote)
    await context.cards.sent(card, await messages.send(context.bot, payer.user_id, shown))


async def close_pad(context: Context, payer: Person) -> None:
    """Close the payer's pad, if it is for a payment, and let its card show what it showed before.

    Called before anything newer is shown, so that digits typed from then on are never for what stands above it. A pad
    is in memory alone and is closed there first: nothing that becomes of the card, and no crash, lets a digit count.
    """
    keypad = context.keypads.of(payer.user_id)
    if keypad is None or not isinstance(keypad.purpose, Pay):
        return
    keypad.close()
    card = await context.cards.own(keypad.purpose.card_id, payer.user_id)
    if card is None or card.quote_id is None:
        return
    quote = await context.wallet.find_quote(card.quote_id, payer.party_id)
    if _is_open(context, quote):
        with suppress(TelegramError):  # then a press on it does the same
            await places.edit(context, card, await _to_confirm(context, Speaker(payer.language), payer, card, quote))


async def show_card(turn: Turn, card: Card) -> None:
    """Show the card as its payment stands now."""
    await turn.put(card, await face(turn, card, await _quote(turn, card)))


async def open_keypad(turn: Turn) -> None:
    """Confirm with PIN: the pad takes the card's place, while the quote is open."""
    card = await pressed_card(turn)
    if card is None:
        return
    quote = await _quote(turn, card)
    if not _is_open(turn.context, quote):
        await turn.put(card, await face(turn, card, quote))
        return
    heading = await _heading(turn, quote)
    if obstacle := await _obstacle(turn):
        await turn.put(card, cards.retry(turn.speaker, heading, obstacle, card.id))
        return
    keypad = turn.context.keypads.open(turn.user.id, Pay(card.id), heading=heading, expires_at=quote.expires_at)
    card = await turn.put(card, cards.keypad(turn.speaker, keypad))
    keypad.message_id = card.message_id


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
        keypad.outcome = _refused(turn, card, keypad.heading, refusal, quote)
        await turn.put(card, keypad.outcome)
        await public.follow(turn.context, quote_id)
        return
    shown = await _receipt_face(turn, card, receipt)
    keypad.outcome = Face(shown.text) if card.is_ephemeral else shown
    await _tell_payer(turn, await _kept(turn, card, keypad.outcome), shown, receipt)
    await public.follow(turn.context, receipt.payment_id)
    if quote.request_id is not None:
        await requested.follow(turn.context, quote.request_id)
    await payees.remember_payment(turn.context, receipt)


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
    return _is_open(turn.context, await _quote(turn, card))


async def ask_again(turn: Turn) -> None:
    """Ask anew for an expired payment, on the same card."""
    card = await pressed_card(turn)
    if card is None:
        return
    old = await _quote(turn, card)
    if old.state != "open" or _is_open(turn.context, old):
        await turn.put(card, await face(turn, card, old))
        return
    try:
        await _ensure_accepted(turn, old)
        quote = await _anew(turn, old)
    except WalletError as refusal:
        await turn.put(card, _refused(turn, card, await _heading(turn, old), refusal, old))
        return
    await close_pad(turn.context, turn.person)
    for shown in await turn.context.cards.showing(old.id, public.PAYMENT):
        await turn.context.cards.requote(shown, quote.id, expiry.due(quote))
    card = await turn.context.cards.requote(card, quote.id, expiry.due(quote))
    await turn.put(card, await face(turn, card, quote))
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


def _is_open(context: Context, quote: Quote) -> bool:
    return quote.state == "open" and context.clock() < quote.expires_at


async def _obstacle(turn: Turn) -> str:
    """Return what makes it useless to enter a PIN now, in words; empty when nothing does."""
    state = await turn.context.wallet.pin_state(turn.person.party_id)
    if not state.is_set:
        return refusals.sentence(turn.speaker, PinNotSet())
    if state.locked or (state.locked_until is not None and turn.context.clock() < state.locked_until):
        return refusals.sentence(turn.speaker, PinLocked(None if state.locked else state.locked_until))
    return ""


async def _heading(turn: Turn, quote: Quote) -> str:
    return cards.heading(turn.speaker, quote, await payees.describe(turn.context, quote.payee))


async def face(turn: Turn, card: Card, quote: Quote) -> Face:
    """Return the card in the state its payment is in."""
    if quote.state == "paid":
        return await _receipt_face(turn, card, await turn.context.wallet.receipt(quote.id, turn.person.party_id))
    if _is_open(turn.context, quote):
        return await _to_confirm(turn.context, turn.speaker, turn.person, card, quote)
    heading = await _heading(turn, quote)
    refusal = QuoteExpired(quote.expires_at) if quote.state == "open" else QuoteClosed(quote.state)
    return _refused(turn, card, heading, refusal, quote)


async def _to_confirm(context: Context, speaker: Speaker, payer: Person, card: Card, quote: Quote) -> Face:
    payee = await payees.describe(context, quote.payee)
    return cards.quote(speaker, quote, payee, card.id, await cautions.of(context, payer, quote, payee))


def _refused(turn: Turn, card: Card, heading: str, refusal: WalletError, quote: Quote | None) -> Face:
    """Return the card after a refusal: with buttons where trying or asking again makes sense."""
    asked = quote is not None and quote.request_id is not None
    why = refusals.sentence(turn.speaker, refusal, asked=asked)
    match refusal:
        case WrongPin(quote_void=False) | Busy() | Unavailable() | MalformedPin() | PinNotSet():
            return cards.retry(turn.speaker, heading, why, card.id)
        case QuoteExpired():
            return cards.closed(turn.speaker, heading, why, again=card.id)
        case _:
            return cards.closed(turn.speaker, heading, why)


async def _receipt_face(turn: Turn, card: Card, receipt: Receipt) -> Face:
    if receipt.kind == "hold":
        return await aside.face(turn.context, turn.speaker, receipt, card.id)
    payee = await turn.context.people.of_party(receipt.payee.id) if receipt.payee else None
    return cards.receipt(turn.speaker, receipt, payee.username if payee else None)
