"""A request for money, on the side of whoever is asked: they see it, and pay it, decline it, or block who asks.

A link, a /start or a forward never pays: the button leads to the usual card, and its PIN pays. Somebody without a
wallet opens one first; what was asked of them by number, or by the username that they have now, is theirs then.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bot import refusals
from bot.journeys import claim, pay, requested
from bot.journeys.request import pressed, put, show_open
from bot.names import clean
from wallet import RequestClosed, RequestUnknown, WalletError

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Request


async def pay_it(turn: Turn) -> None:
    """Show the card that pays exactly this, after the PIN."""
    found = await pressed(turn, requested.PAYER)
    if found is None:
        return
    card, request = found
    try:
        await show_quote(turn, request)
    except RequestClosed:
        await put(turn, card, await turn.context.wallet.request(request.id))
    except WalletError as refusal:
        await put(turn, card, request, refusals.sentence(turn.speaker, refusal, asked=True))


async def show_quote(turn: Turn, request: Request) -> None:
    """Show the payer what the PIN would pay. RequestClosed, and as any quote."""
    quote = await turn.context.wallet.quote_request(request.id, turn.person.party_id, key=turn.key)
    await pay.show(turn, quote)


async def decline(turn: Turn) -> None:
    """Not pay; who asked is told."""
    found = await pressed(turn, requested.PAYER)
    if found is not None:
        await _decline(turn, *found)


async def block(turn: Turn) -> None:
    """Decline all that this person asks, and take no request and no money from them until /contacts says otherwise."""
    found = await pressed(turn, requested.PAYER)
    if found is None:
        return
    card, request = found
    asker = await turn.context.people.of_party(request.asker_id)
    if asker is not None:
        contact = await turn.context.contacts.remember(turn.user.id, asker.user_id, asker.name, asker.username)
        await turn.context.contacts.change(contact, blocked=True)
    await _decline(turn, card, request)
    for other in await turn.context.wallet.open_requests_to(turn.person.party_id):
        if other.asker_id == request.asker_id:
            with suppress(RequestClosed):
                await turn.context.wallet.decline_request(other.id, turn.person.party_id)
            await requested.follow(turn.context, other.id)
    name = clean(asker.name if asker else request.payee.name)
    await turn.say(
        turn.t(
            "⊘ {name} is blocked: I refuse what they ask of you, and what they send you. You can still pay them. "
            "Undo it in /contacts.",
            name=name,
        )
    )


async def follow(turn: Turn, code: str) -> None:
    """Answer a link that was sent on: the request to whoever is asked, a sentence to everybody else."""
    request = await _linked(turn, code)
    if request is None:
        await turn.say(
            turn.t("This link leads to nothing I know. No money moved. Ask whoever sent it to you to send it again.")
        )
    elif request.asker_id == turn.person.party_id:
        called = clean(request.payer.name)
        await turn.say(turn.t("This is your own link, for {name}: send it on to them. No money moved.", name=called))
    elif not await _is_for(turn, request):
        await turn.say(claim.not_for_you(turn, request.payer))
    else:
        await _show(turn, request)


async def greet(turn: Turn, code: str) -> None:
    """Answer the same link for somebody who is yet to choose a PIN: what they are asked comes after that."""
    request = await _linked(turn, code)
    if request is not None and await _is_for(turn, request):
        await turn.say(turn.t("You are asked for money. Choose a PIN first, then you see it. Nothing has moved."))
    else:
        await follow(turn, code)


async def show_all(turn: Turn) -> None:
    """Show all that this person is asked for; where that is more than a few, as /requests does, in one list.

    Others say how much that is, so it may neither fill the chat nor keep the bot from anybody else.
    """
    asked = [
        request
        for party_id in await claim.names_of(turn)
        for request in await turn.context.wallet.open_requests_to(party_id)
        if request.asker_id != turn.person.party_id
    ]
    if len(asked) <= claim.SHOWN_AT_ONCE:
        for request in asked:
            await _show(turn, request)
        return
    theirs_now = [request for request in asked if request.payer.id != turn.person.party_id]
    for request in theirs_now:
        await claimed(turn, request)
    await show_open(turn)
    await requested.follow(turn.context, *(request.id for request in theirs_now))


async def _show(turn: Turn, request: Request) -> None:
    """Show it at the end of the chat, to somebody it is for: they are its payer from now on."""
    request = await claimed(turn, request)
    await requested.show(turn.context, turn.person, request, at_the_end=True)
    await requested.follow(turn.context, request.id)


async def claimed(turn: Turn, request: Request) -> Request:
    """The request to somebody it is for, as theirs from now on; one that has ended, as it is."""
    with suppress(RequestClosed):
        request = await turn.context.wallet.claim_request(request.id, turn.person.party_id)
    return request


async def _decline(turn: Turn, card: Card, request: Request) -> None:
    try:
        request = await turn.context.wallet.decline_request(request.id, turn.person.party_id)
    except RequestClosed:
        request = await turn.context.wallet.request(request.id)
    turn.context.courier_wake()
    await put(turn, card, request)
    await requested.follow(turn.context, request.id)


async def _linked(turn: Turn, code: str) -> Request | None:
    """Return the request that this link leads to; what is no link of ours leads nowhere."""
    card = await turn.context.cards.linked(code)
    if card is None or card.kind not in {requested.ASKER, requested.GROUP} or card.quote_id is None:
        return None
    with suppress(RequestUnknown):
        return await turn.context.wallet.request(card.quote_id)
    return None


async def _is_for(turn: Turn, request: Request) -> bool:
    return request.payer.id in await claim.names_of(turn)
