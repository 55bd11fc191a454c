"""What is seen of a request for money, by both sides and in groups, kept in step with it; and what time does to it.

Each side has one card in their private chat. Whatever changes the request changes all its cards.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from bot import messages, places, request_cards, split_cards
from bot.journeys import boards, payment_card
from bot.text import Speaker
from wallet import NoticeKind

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.conversation import Card
    from bot.identity import Person
    from bot.messages import Face
    from wallet import Notice, Request

LINK: Final = "ask_"
ASKER: Final = "asked"
PAYER: Final = "request"
GROUP: Final = "group request"
KINDS: Final = (ASKER, PAYER, GROUP)
"""The kinds of the cards that show a request: to who asks, to who is asked, and to others."""


def link(context: Context, card_id: str) -> str:
    """Return the link by which a payer without a wallet comes to the request. It pays nothing by itself."""
    return f"https://t.me/{context.bot.username}?start={LINK}{card_id}"


async def show(context: Context, person: Person, request: Request, *, at_the_end: bool = False) -> None:
    """Show this person, one of its two sides, the request on their card: where it is, or `at_the_end` of the chat."""
    kind = ASKER if person.party_id == request.asker_id else PAYER
    card = await context.cards.of_quote(request.id, person.user_id)
    if card is None:
        card = await context.cards.create(kind, person.user_id, person.user_id, quote_id=request.id)
    elif at_the_end:
        card = await places.to_the_end(context, card, Speaker(person.language))
    shown = await face(context, card, request, person.language)
    card = await places.put(context, card, shown)
    await places.catch_up(context, card, shown, partial(face_now, context, card))


async def follow(context: Context, *request_ids: UUID) -> None:
    """Make every card of these requests show how they stand, and those that would pay them.

    A chat that is gone, or has to wait, is no failure.
    """
    for request_id in request_ids:
        request = await context.wallet.request(request_id)
        for kind in KINDS:
            for card in await context.cards.showing(request_id, kind):
                await places.keep(context, card, await _face_of(context, card, request))
        payer = await context.people.of_party(request.payer.id)
        if payer is not None and request.state != "open":
            await payment_card.follow_request(context, payer, request_id)
    await boards.follow(context, *request_ids)


async def update(context: Context, card: Card) -> None:
    """Make one of these cards show how its request stands."""
    await places.keep(context, card, await face_now(context, card))


async def face_now(context: Context, card: Card) -> Face:
    """Return the card as its request stands now, in the language of whose card it is."""
    if card.quote_id is None:
        raise LookupError("a request's card without it")
    return await _face_of(context, card, await context.wallet.request(card.quote_id))


async def face(context: Context, card: Card, request: Request, language: str, why: str = "") -> Face:
    """Return the card as this request stands. `why` says what stood in the way just now."""
    speaker, request = Speaker(language), as_of_now(context, request)
    if card.kind == GROUP:
        return request_cards.group(speaker, request, card.id, link(context, card.id))
    other = await context.people.of_party(request.payer.id if card.kind == ASKER else request.payee.id)
    username = other.username if other else None
    settles = await context.wallet.netting_of(request.id) is not None
    if card.kind == ASKER:
        own = link(context, card.id)
        return request_cards.asker(speaker, request, username, card.id, own, why, settles=settles)
    return request_cards.payer(speaker, request, username, card.id, why, settles=settles)


def as_of_now(context: Context, request: Request) -> Request:
    """Return the request as the wallet will judge it: one whose time is over ends any moment."""
    is_over = request.state == "open" and context.clock() >= request.expires_at
    return replace(request, state="expired") if is_over else request


async def tell(context: Context, person: Person, notice: Notice, request: Request) -> None:
    """Tell a person what became of a request: on its card, and in a message where it is news.

    What others see of it comes first: this person may have blocked us.
    """
    match notice.kind:
        case NoticeKind.REQUEST_RECEIVED | NoticeKind.REQUEST_REMINDED:
            if as_of_now(context, request).state == "open":
                await show(context, person, request, at_the_end=notice.kind is NoticeKind.REQUEST_REMINDED)
        case NoticeKind.REQUEST_CANCELLED:
            await follow(context, request.id)
            card = await context.cards.of_quote(request.id, person.user_id)
            if card is not None and card.message_id is not None:  # else they never heard of it
                await show(context, person, request)
        case NoticeKind.REQUEST_EXPIRED if (split := await context.wallet.split_of(request.id)) is not None:
            await follow(context, *(share.request.id for share in split.shares if share.request is not None))
            await messages.send(context.bot, person.user_id, split_cards.out_of_time(Speaker(person.language), split))
        case NoticeKind.REQUEST_DECLINED | NoticeKind.REQUEST_EXPIRED:
            await follow(context, request.id)
            settles = await context.wallet.netting_of(request.id) is not None
            news = request_cards.news(Speaker(person.language), request, settles=settles)
            await messages.send(context.bot, person.user_id, news)
        case _:
            raise ValueError(f"notice {notice.id} of {notice.kind} has nothing to do with a request")


async def show_anew(context: Context, card: Card) -> None:
    """Show this card in the supergroup that its group has become, if its request is open."""
    if card.quote_id is None:
        return
    request = as_of_now(context, await context.wallet.request(card.quote_id))
    if request.state == "open":
        await places.show(context, card, partial(face_now, context, card))


async def end_unanswered(context: Context) -> None:
    """End what nobody answered in time."""
    if await context.wallet.expire_requests():
        context.courier_wake()


async def _face_of(context: Context, card: Card, request: Request) -> Face:
    person = await context.people.find(card.user_id)
    return await face(context, card, request, person.language if person else "")
