"""/request and /requests: asking somebody for money, taking it back, reminding them; what is open, both ways."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import UUID

from telegram import InlineKeyboardMarkup

from bot import payees, refusals, request_cards
from bot.cards import button
from bot.contacts import BusinessAsked, SelfRequest
from bot.journeys import pay, requested
from bot.messages import Face
from wallet import NotAPayer, PartyFrozen, ReminderTooSoon, RequestClosed, SelfPayment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import Money, Request

_LIST: Final = "requests"
"""The kind of the card that lists what is open."""
_LISTED: Final = 30
"""So many have a button."""


async def ask(turn: Turn, payer_id: UUID, amount: Money, note: str, key: UUID) -> None:
    """Ask, and show the asker how it stands; the payer is told by the courier. NotAsked, and as `Wallet.ask`."""
    await payees.ensure_may_ask(turn.context, turn.person, payer_id)
    request = await placed(turn, payer_id, amount, note, key)
    await requested.show(turn.context, turn.person, request)


async def placed(turn: Turn, payer_id: UUID, amount: Money, note: str, key: UUID) -> Request:
    """Return the request, made now unless it was before: handled again, it is the same."""
    with as_asker():
        request = await turn.context.wallet.ask(turn.person.party_id, payer_id, amount, note=note, key=key)
    turn.context.courier_wake()
    return request


@contextmanager
def as_asker() -> Iterator[None]:
    """Have what the wallet says of payers and payees told to who asks: a frozen payee is they themselves."""
    try:
        yield
    except PartyFrozen as refusal:
        raise PartyFrozen("payer", refusal.name) from refusal
    except SelfPayment as refusal:
        raise SelfRequest from refusal
    except NotAPayer as refusal:
        raise BusinessAsked from refusal


async def cancel(turn: Turn) -> None:
    """Take it back; the card says how it ended."""
    found = await pressed(turn, requested.ASKER)
    if found is None:
        return
    card, request = found
    try:
        with as_asker():
            request = await turn.context.wallet.cancel_request(request.id, turn.person.party_id)
    except RequestClosed:
        request = await turn.context.wallet.request(request.id)
    except PartyFrozen as refusal:
        await put(turn, card, request, refusals.sentence(turn.speaker, refusal))
        return
    await put(turn, card, request)
    turn.context.courier_wake()
    await requested.follow(turn.context, request.id)


async def remind(turn: Turn) -> None:
    """Have the payer told once more; too soon, the card says when it may be done."""
    found = await pressed(turn, requested.ASKER)
    if found is None:
        return
    card, request = found
    why = ""
    try:
        await turn.context.wallet.remind(request.id, turn.person.party_id)
    except ReminderTooSoon as refusal:
        why = refusals.sentence(turn.speaker, refusal)
    except RequestClosed:
        await requested.follow(turn.context, request.id)
    turn.context.courier_wake()
    await put(turn, card, await turn.context.wallet.request(request.id), why)


async def show_open(turn: Turn) -> None:
    """List what is open, both ways: a button for each brings its card to the end of the chat."""
    theirs = await turn.context.wallet.open_requests_to(turn.person.party_id)
    own = await turn.context.wallet.open_requests_of(turn.person.party_id)
    listed = [*((one, False) for one in theirs), *((one, True) for one in own)][:_LISTED]
    if not listed:
        await turn.say(turn.t("No request is open. To ask somebody for money, write “/request 10 @name cinema”."))
        return
    card = await turn.context.cards.create(
        _LIST, turn.user.id, turn.chat_id, requests=[request.id.hex for request, _ in listed]
    )
    rows = [
        [button(request_cards.line(turn.speaker, request, asked=asked), f"asked{at}", card.id)]
        for at, (request, asked) in enumerate(listed)
    ]
    lines = [
        turn.t("<b>Open requests</b>"),
        turn.t("You are asked for {theirs}, and wait for {own}.", theirs=len(theirs), own=len(own)),
        turn.t("Press one to answer it, take it back, or remind them."),
    ]
    if left := len(theirs) + len(own) - len(listed):
        lines.append(turn.t("There is no room for {count} more: they come once some of these are done.", count=left))
    await turn.put(card, Face("\n".join(lines), InlineKeyboardMarkup(rows)))


async def chosen(turn: Turn) -> None:
    """Bring the card of the request that was pressed in the list."""
    card = await pay.pressed_card(turn, _LIST)
    if card is None:
        return
    ids, at = card.facts["requests"], turn.choice
    if at < len(ids):
        request = await turn.context.wallet.request(UUID(ids[at]))
        await requested.show(turn.context, turn.person, request, at_the_end=True)


async def pressed(turn: Turn, kind: str) -> tuple[Card, Request] | None:
    """Return the card whose button was pressed, and its request; None, if it is not theirs, which they are told."""
    card = await pay.pressed_card(turn, kind)
    if card is None or card.quote_id is None:
        return None
    return card, await turn.context.wallet.request(card.quote_id)


async def put(turn: Turn, card: Card, request: Request, why: str = "") -> None:
    """Make the card show the request. `why` says what stood in the way just now."""
    await turn.put(card, await requested.face(turn.context, card, request, turn.speaker.language, why))
