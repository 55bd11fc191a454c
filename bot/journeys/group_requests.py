"""Asking for money in a group: one card that everybody sees, to be paid by whom it asks, and cancelled by who asks.

`/request 10 cinema` as a reply, `/request @ben 10 cinema`, or the bot's name and "ask @ben for 10". Whoever is in the
group may ask; the payer's own card, with balance, doubts and PIN, is for them alone to see, here or in private.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from bot import intents, places
from bot.amounts import Amount
from bot.journeys import group, instruction, request, requested
from bot.journeys.payment_card import PAYMENT
from wallet import Money, RequestClosed, WalletError

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Quote, Request


async def instructed(turn: Turn) -> None:
    """Answer an instruction to ask, written in a group: one card, or one line that says what is missing."""
    if turn.known is None:
        no_wallet = turn.t("You have no wallet yet, so nothing was asked. Open one, then write it again.")
        await group.answer(turn, no_wallet)
        return
    intent = instruction.intent_of(turn, "/request")
    wanted = intent.wanted if isinstance(intent, intents.Ask) else None
    if not isinstance(wanted, intents.Pay) or not isinstance(wanted.amount, Amount):
        await group.answer(turn, _not_whole(turn, wanted or intent))
        return
    try:
        asked = await _asked(turn, wanted, wanted.amount)
    except WalletError as refusal:
        await group.refuse(turn, refusal)
        return
    if asked is None:
        unsure = turn.t("I do not know for certain whom you mean, so nothing was asked. Answer a message of theirs.")
        await group.answer(turn, unsure)
        return
    await _show(turn, asked)


async def pay(turn: Turn) -> None:
    """Bring the payer the card with all that the PIN confirms, in the chat that only they see."""
    found = await _pressed(turn)
    if found is None or turn.known is None or found[1].payer.id != turn.person.party_id:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return
    await bring(turn, found[1], in_place=group.stands_here(turn, found[0]))


async def bring(turn: Turn, asked: Request, *, in_place: bool = True) -> None:
    """Bring whoever pressed, and is asked for this, the card that pays it; say where it is, or why it is not.

    `in_place`: as for `group.bring`.
    """
    try:
        await group.bring(turn, await _quote(turn, asked), in_place=in_place)
    except RequestClosed:
        await turn.toast(turn.speaker.label("This request is over. No money moved just now."))
        await requested.follow(turn.context, asked.id)
    except WalletError as refusal:
        await turn.toast(
            turn.speaker.label("That did not work, and no money moved. I told you why in our private chat.")
        )
        await group.explain(turn, refusal, asked=True)


async def _quote(turn: Turn, asked: Request) -> Quote:
    """The open quote that pays this: that of the card they were shown last, or a new one. RequestClosed."""
    shown = await turn.context.cards.latest(turn.user.id, PAYMENT)
    if shown is not None and shown.quote_id is not None and requested.as_of_now(turn.context, asked).state == "open":
        quote = await turn.context.wallet.find_quote(shown.quote_id, turn.person.party_id)
        if quote.request_id == asked.id and quote.state == "open" and turn.context.clock() < quote.expires_at:
            return quote
    return await turn.context.wallet.quote_request(asked.id, turn.person.party_id, key=turn.key)


async def cancel(turn: Turn) -> None:
    """Take it back: only who asked can."""
    found = await _pressed(turn)
    if found is None or found[0].user_id != turn.user.id:
        await turn.toast(turn.speaker.label("This button is not for you."))
        return
    await turn.toast()
    with suppress(RequestClosed), request.as_asker():
        await turn.context.wallet.cancel_request(found[1].id, turn.person.party_id)
    turn.context.courier_wake()
    await requested.follow(turn.context, found[1].id)


async def _asked(turn: Turn, wanted: intents.Pay, amount: Amount) -> Request | None:
    """The request; None if it is not certain who is asked. WalletError, also where they want nothing from them."""
    payer = await instruction.named(turn, wanted.payee)
    if payer is None:
        return None
    await instruction.ensure_may_ask(turn, payer)
    money = Money(amount.minor, turn.context.wallet.currency)
    return await request.placed(turn, payer, money, wanted.note, turn.key)


def _not_whole(turn: Turn, wanted: intents.Intent) -> str:
    """As `group.not_whole`."""
    two_readings = turn.t("That amount reads two ways, so nothing was asked. Write it like “1234.50”.")
    return group.in_doubt(turn, wanted, two_readings, turn.t("Nothing was asked.")) or turn.t(
        "That is not a whole request, so nothing was asked. Answer somebody’s message with “/request 10 cinema”, "
        "or write “/request @name 10 cinema”."
    )


async def _show(turn: Turn, asked: Request) -> None:
    """One card a request, be the message handled once or again."""
    shown = await turn.context.cards.showing(asked.id, requested.GROUP)
    card = next(iter(shown), None)
    if card is None:
        card = await turn.context.cards.create(requested.GROUP, turn.user.id, turn.chat_id, quote_id=asked.id)
    if card.message_id is None:
        await places.show(turn.context, card, partial(requested.face_now, turn.context, card), turn.topic)


async def _pressed(turn: Turn) -> tuple[Card, Request] | None:
    """The card whose button was pressed, and its request; None for one that is not where it was shown."""
    query = turn.update.callback_query
    card = await turn.context.cards.linked(turn.pressed[1])
    if query is None or card is None or card.kind != requested.GROUP or card.quote_id is None:
        return None
    inline = card.facts.get("inline")
    if inline != query.inline_message_id or (inline is None and card.chat_id != turn.chat_id):
        return None
    request = await turn.context.wallet.request(card.quote_id)
    if not inline:
        card = await places.pressed(turn.context, card, turn.message, requested.update)
    return card, request
