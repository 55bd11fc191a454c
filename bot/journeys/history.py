"""/history: the latest payments, page by page, edited in place; for each account of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import notes
from bot.cards import button
from bot.journeys import pay
from bot.messages import Face
from bot.names import clean

if TYPE_CHECKING:
    from bot.conversation import Card
    from bot.turn import Turn
    from wallet import HistoryPage, Line, Party

PAGE: Final = 8
HISTORY: Final = "history"
"""The kind of a card that shows one."""


async def show(turn: Turn) -> None:
    """Show the newest page of the person's own account."""
    card = await turn.context.cards.create(
        HISTORY, turn.user.id, turn.chat_id, party=turn.person.party_id.hex, trail=[]
    )
    await _show(turn, card)


async def turn_page(turn: Turn) -> None:
    """Older or Newer. `trail` holds the cursors of the pages that lie between here and the newest."""
    card = await pay.pressed_card(turn, HISTORY)
    if card is None:
        return
    trail = card.facts["trail"]
    if turn.pressed[0] == "newer":
        trail = trail[:-1]
    elif (page := await _page(turn, card)).older is not None:
        trail = [*trail, page.older]
    await _show(turn, await turn.context.cards.note(card, trail=trail))


async def switch(turn: Turn) -> None:
    """Another account of the same person."""
    card = await pay.pressed_card(turn, HISTORY)
    if card is None:
        return
    accounts = await _accounts(turn)
    at = turn.choice
    if at < len(accounts):
        card = await turn.context.cards.note(card, party=accounts[at].id.hex, trail=[])
    await _show(turn, card)


async def _show(turn: Turn, card: Card) -> None:
    accounts = await _accounts(turn)
    party = next((each for each in accounts if each.id.hex == card.facts["party"]), accounts[0])
    page = await _page(turn, card)
    await turn.put(card, Face(_text(turn, party, page), _keyboard(turn, card, page, accounts, party)))


def _text(turn: Turn, party: Party, page: HistoryPage) -> str:
    title = turn.t("<b>History of {name}</b>", name=clean(party.name))
    if not page.lines:
        return "\n\n".join([title, turn.t("Nothing yet.")])
    return "\n\n".join([title, *(_line(turn, line) for line in page.lines)])


def _line(turn: Turn, line: Line) -> str:
    facts = turn.t(
        "{time} · {reference} · balance {balance}",
        time=line.at,
        reference=line.reference,
        balance=line.balance_after,
    )
    note = notes.lines(turn.speaker, line.note) if line.kind == "amount" else []
    return "\n".join([_what(turn, line), *note, facts])


def _what(turn: Turn, line: Line) -> str:
    incoming = line.amount.minor > 0
    name = clean(line.counterparty or "")
    match line.kind, line.payment_kind:
        case "fee", _:
            return turn.t("<b>{amount}</b> fee", amount=line.amount)
        case _, "deposit":
            return turn.t("<b>{amount}</b> paid in", amount=line.amount)
        case _, "withdrawal":
            return turn.t("<b>{amount}</b> paid out", amount=line.amount)
        case _, "refund" if incoming:
            return turn.t("<b>{amount}</b> given back by {name}", amount=line.amount, name=name)
        case _, "refund":
            return turn.t("<b>{amount}</b> given back to {name}", amount=line.amount, name=name)
        case _, "hold" | "release" | "capture":
            return _set_aside(turn, line, name)
        case _, "reversal":
            return turn.t("<b>{amount}</b> corrected by the operator", amount=line.amount)
        case _ if incoming:
            return turn.t("<b>{amount}</b> from {name}", amount=line.amount, name=name)
        case _:
            return turn.t("<b>{amount}</b> to {name}", amount=line.amount, name=name)


def _set_aside(turn: Turn, line: Line, name: str) -> str:
    if line.payment_kind == "hold":
        return turn.t("<b>{amount}</b> set aside for {name}", amount=line.amount, name=name)
    if line.payment_kind == "release":
        return turn.t("<b>{amount}</b> came back, set aside for {name}", amount=line.amount, name=name)
    return turn.t("<b>{amount}</b> claimed, from {name}", amount=line.amount, name=name)


def _keyboard(
    turn: Turn, card: Card, page: HistoryPage, accounts: tuple[Party, ...], shown: Party
) -> InlineKeyboardMarkup | None:
    pages: list[InlineKeyboardButton] = []
    if card.facts["trail"]:
        pages.append(button(turn.speaker.label("‹ Newer"), "newer", card.id))
    if page.older is not None:
        pages.append(button(turn.speaker.label("Older ›"), "older", card.id))
    others = [
        [button(clean(party.name), f"account{at}", card.id)]
        for at, party in enumerate(accounts)
        if party.id != shown.id
    ]
    rows = [pages, *others] if pages else others
    return InlineKeyboardMarkup(rows) if rows else None


async def _accounts(turn: Turn) -> tuple[Party, ...]:
    wallet, owner = turn.context.wallet, turn.person.party_id
    return (await wallet.party(owner), *await wallet.businesses(owner))


async def _page(turn: Turn, card: Card) -> HistoryPage:
    """Return the page the card shows. Only own accounts: the card's facts are ours, written when it was made."""
    trail = card.facts["trail"]
    return await turn.context.wallet.history(UUID(card.facts["party"]), older=trail[-1] if trail else None, limit=PAGE)
