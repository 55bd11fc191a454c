"""Asking in a chat that the bot is not in: `@sixpence_bot request 10 cinema` becomes a message with a button, “Pay”.

Whoever presses first is asked, and sees in their own chat exactly whom they would pay; their PIN pays, as always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from telegram.error import Forbidden

from bot import intents, messages, payees, request_cards
from bot.journeys import offers, requested
from bot.journeys.request import as_asker
from bot.names import clean, own_name
from bot.vocabulary import ASKING
from wallet import KeyConflict, Money, WalletError

if TYPE_CHECKING:
    from telegram import InlineQueryResultArticle

    from bot.conversation import Card
    from bot.identity import Person
    from bot.turn import Turn
    from wallet import Request

_BOUND: Final = UUID("0c3c2a5e-5d0f-4d1f-8f3a-6b8d2f3f9a44")


def words(typed: str) -> str | None:
    """Return what stands after “request” or “ask”, in whatever language; None if that is not what is typed."""
    verb, _, rest = typed.strip().partition(" ")
    return rest if verb.lower() in ASKING else None


def result(turn: Turn, name: str, amount: int, note: str) -> InlineQueryResultArticle:
    """Offer the message that asks for this."""
    card_id = turn.context.cards.new_id()
    turn.context.typings.add(card_id, turn.user.id, amount, note, asks=True)
    money = Money(amount, turn.context.wallet.currency)
    face = request_cards.offer(turn.speaker, clean(name), money, note, card_id)
    title = turn.speaker.label("Ask for {amount}", amount=money)
    description = turn.speaker.label("Whoever pays it presses “Pay”, and confirms with their PIN.")
    return messages.article(card_id, title, face, description)


async def pay(turn: Turn) -> None:
    """Bind whoever presses first as the payer, and bring them what they are asked."""
    query = turn.update.callback_query
    if query is None:
        return
    kinds = offers.TO_BE_PAID, requested.GROUP
    card = await offers.kept(turn.context, turn.pressed[1], query.inline_message_id, *kinds)
    asker = await turn.context.people.find(card.user_id) if card else None
    if card is None or asker is None:
        await turn.toast(turn.speaker.label("This request is too old. Nothing was paid."))
    elif asker.user_id == turn.user.id:
        await turn.toast(turn.speaker.label("Whoever is to pay presses this."))
    else:
        await _bind(turn, card, asker)


async def _bind(turn: Turn, card: Card, asker: Person) -> None:
    try:
        request = await _asked(turn, card, asker)
    except KeyConflict:
        await turn.toast(turn.speaker.label("Somebody pressed this already."))
        return
    except WalletError as refusal:
        await turn.toast(turn.speaker.label("That did not work, and no money moved. Whoever asks knows why."))
        await offers.explain(turn.context, card, asker, refusal)
        return
    card = await turn.context.cards.becomes(card, requested.GROUP, request.id)
    await _bring(turn, card, request)
    turn.context.courier_wake()
    await requested.follow(turn.context, request.id)


async def _asked(turn: Turn, card: Card, asker: Person) -> Request:
    """The request to whoever pressed; for whoever pressed it before, it is a KeyConflict."""
    context, called = turn.context, own_name(turn.user.full_name)
    (payer,) = await payees.find_or_invite(context, asker, intents.UserId(turn.user.id), called)
    await payees.ensure_may_ask(context, asker, payer, in_public=True)
    money = Money(card.facts["amount"], context.wallet.currency)
    key = uuid5(_BOUND, card.id)
    with as_asker():
        return await context.wallet.ask(asker.party_id, payer, money, note=card.facts["note"], key=key)


async def _bring(turn: Turn, card: Card, request: Request) -> None:
    """Show the payer the request in their own chat, or open it for them where we may not write yet."""
    start = f"https://t.me/{turn.context.bot.username}?start={requested.LINK}{card.id}"
    if turn.known is None:
        await turn.toast(url=start)
        return
    try:
        await requested.show(turn.context, turn.person, request)
    except Forbidden:
        await turn.context.people.set_reachable(turn.user.id, reachable=False)
        await turn.toast(url=start)
    else:
        await turn.toast(turn.speaker.label("See our private chat: there you pay it, or decline."))
