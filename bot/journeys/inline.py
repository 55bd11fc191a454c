"""Paying in a chat that the bot is not in: `@sixpence_bot 5 lunch` becomes a message with a button, “It’s me”.

    typed ─► offered to its writer ─► sent by them ─► “It’s me” by somebody ─► confirmed by the payer, as any payment

The chat does not tell who is to be paid, so the payee does, by pressing; the payer then sees exactly whom they will
pay, and their PIN binds that person. An offer is kept in memory while it is typed, and among the cards once it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from telegram import InlineQueryResultsButton
from telegram.error import BadRequest, Forbidden

from bot import group_cards, intents, messages, payees
from bot.amounts import Amount
from bot.journeys import expiry, inline_requests, me, offers, pay, public
from bot.names import clean, own_name
from wallet import MAX_NOTE, KeyConflict, Money, WalletError

if TYPE_CHECKING:
    from telegram import InlineQueryResultArticle

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.turn import Turn
    from wallet import Quote

_OFFERS: Final = UUID("7d0c1c52-0a0e-4f0e-9c57-5a4f0e6d2b11")


async def asked(turn: Turn) -> None:
    """Offer the message that the words would make; words that make none are answered with how it is done."""
    query = turn.update.inline_query
    if query is None:
        return
    results: list[InlineQueryResultArticle] = []
    button = None
    if turn.known is None:
        button = InlineQueryResultsButton(turn.speaker.label("Open a wallet first"), start_parameter="invited")
    else:
        asking = inline_requests.words(query.query)
        reading, note = me.read_amount(query.query if asking is None else asking, turn.context.wallet.currency)
        if isinstance(reading, Amount) and len(note) <= MAX_NOTE:
            result = _result if asking is None else inline_requests.result
            results = [result(turn, turn.known.name, reading.minor, note)]
        else:
            button = InlineQueryResultsButton(
                turn.speaker.label("Write an amount, as in: 5 lunch, or: request 5 lunch"), start_parameter="help"
            )
    try:
        await query.answer(results, cache_time=0, is_personal=True, button=button)
    except BadRequest as refusal:  # they typed on in the meantime
        if not messages.came_too_late(refusal):
            raise


async def sent(turn: Turn) -> None:
    """Keep what was sent: Telegram says so where feedback is switched on, else the first press does."""
    chosen = turn.update.chosen_inline_result
    if chosen is not None:
        await offers.kept(turn.context, chosen.result_id, chosen.inline_message_id)


async def its_me(turn: Turn) -> None:
    """Bind whoever presses first as the payee, and bring the payer what they would confirm."""
    query = turn.update.callback_query
    if query is None or query.inline_message_id is None:
        return
    card = await offers.kept(turn.context, turn.pressed[1], query.inline_message_id, offers.TO_PAY, public.PAYMENT)
    payer = await turn.context.people.find(card.user_id) if card else None
    if card is None or payer is None:
        await turn.toast(turn.speaker.label("This offer is too old. Nothing was paid."))
        return
    context, called = turn.context, own_name(turn.user.full_name)
    if card.kind == public.PAYMENT and card.quote_id is not None:
        await turn.toast(turn.speaker.label("Somebody pressed this already."))
        await _show(context, card, payer, await context.wallet.find_quote(card.quote_id, payer.party_id))
        return
    if payer.user_id == turn.user.id:
        await turn.toast(turn.speaker.label("Whoever is to be paid presses this."))
        return
    try:
        (payee,) = await payees.find_or_invite(context, payer, intents.UserId(turn.user.id), called)
        await payees.ensure_accepted(context, payer, payee)
        money = Money(card.facts["amount"], context.wallet.currency)
        key = uuid5(_OFFERS, card.id)
        quote = await context.wallet.quote(payer.party_id, payee, money, note=card.facts["note"], key=key)
    except KeyConflict:
        await turn.toast(turn.speaker.label("Somebody pressed this already."))
        return
    except WalletError as refusal:
        await turn.toast(turn.speaker.label("That did not work, and no money moved. The payer knows why."))
        await offers.explain(context, card, payer, refusal)
        return
    await turn.toast(turn.speaker.label("Now it is theirs to confirm."))
    card = await context.cards.becomes(card, public.PAYMENT, quote.id, expiry.due(quote))
    await _show(context, card, payer, quote)


async def _show(context: Context, card: Card, payer: Person, quote: Quote) -> None:
    """Bring the payer their own card, and let the message say how it stands. Cut off, the next press does it."""
    try:
        await pay.bring(context, payer, quote)
    except Forbidden:
        await context.people.set_reachable(payer.user_id, reachable=False)
    await public.update(context, card)


def _result(turn: Turn, name: str, amount: int, note: str) -> InlineQueryResultArticle:
    card_id = turn.context.cards.new_id()
    turn.context.typings.add(card_id, turn.user.id, amount, note)
    money = Money(amount, turn.context.wallet.currency)
    face = group_cards.offer(turn.speaker, clean(name), money, note, card_id)
    return messages.article(
        card_id,
        turn.speaker.label("Pay {amount}", amount=money),
        face,
        description=turn.speaker.label("Whoever is to be paid presses “It’s me”; then you confirm with your PIN."),
    )
