"""Shares: from who is in a split to requests that add up to its total. All of it in the caller's transaction.

What one carries is worked out by `splitting`; from when everybody is asked it is fixed, and stands in a request each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wallet import ids, notes, notices, parties, requests, splits, splitting
from wallet.errors import (
    KeyConflict,
    NotAPayer,
    PartyFrozen,
    PartyInvited,
    ReminderTooSoon,
    RequestClosed,
    TooManyRequests,
)
from wallet.errors_splits import PartsUnequalTotal, SplitClosed, SplitEmpty, SplitFull, SplitTooSmall
from wallet.limits import DAY
from wallet.orders import checked_amount
from wallet.values_notices import NoticeKind
from wallet.values_splits import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.accounts import PartyAccount
    from wallet.money import Currency, Money
    from wallet.values import Party, Request
    from wallet.values_splits import Split, Way

MAX_PEOPLE = 50
"""So many people may be in one split."""
_SHARES_A_SPLIT = 5
"""So many people may be named in a day, for each split that may be started: they are told without having joined."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who splits what, for which group, how and among whom; and the key, which becomes the split's id."""

    starter_id: UUID
    group: UUID
    total: Money
    note: str
    way: Way
    parts: tuple[Part, ...]
    key: UUID

    def fingerprint(self, total: int, note: str) -> bytes:
        """Equal for equal splits only: tells a repetition from another split under the same key."""
        parts = [(part.party_id, part.weight, part.amount and part.amount.minor) for part in self.parts]
        return ids.fingerprint((self.starter_id, self.group, total, note, self.way, *parts))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a split is made by: when it is, until when people join or pay, and how many one may start a day."""

    currency: Currency
    a_day: int
    at: datetime
    until: datetime


async def start(conn: AsyncConnection, asking: Asking, terms: Terms) -> Split:
    total, note = checked_amount(asking.total, terms.currency), notes.checked(asking.note)
    starter = await person_account(conn, asking.starter_id)
    await requests.lock_asker(conn, asking.starter_id)
    started_with = asking.fingerprint(total, note)
    placed = splits.Placed(
        asking.key,
        asking.group,
        starter.account_id,
        total,
        note,
        asking.way,
        started_with,
        terms.at,
        terms.until,
    )
    if await splits.insert(conn, placed, terms.currency):
        await _require_may_start(conn, starter, terms)
        people, division = await _divided(conn, asking, starter)
        for person in people:
            await splits.join(conn, asking.key, person.account_id)
        if asking.parts:
            await _require_may_name(conn, starter, terms, sum(one is not starter for one in people))
            split = await splits.find(conn, asking.key, terms.currency, terms.at)
            await ask(conn, split, await splits.members(conn, asking.key), division, terms)
    elif await splits.request_hash(conn, asking.key) not in (started_with, None):
        raise KeyConflict(asking.key)
    return await splits.find(conn, asking.key, terms.currency, terms.at)


async def _require_may_start(conn: AsyncConnection, starter: PartyAccount, terms: Terms) -> None:
    """With the starter locked, and this split counted."""
    require_not_frozen(starter.party)
    opens = await splits.started_since(conn, starter.account_id, terms.a_day + 1, terms.at - DAY)
    if opens is not None:
        raise TooManyRequests("day", terms.a_day, opens + DAY)


async def _require_may_name(conn: AsyncConnection, starter: PartyAccount, terms: Terms, named: int) -> None:
    """As above, with so many people named now. One full split is always possible.

    Shares of those who joined by themselves count too, but are not refused for it.
    """
    allowed = max(_SHARES_A_SPLIT * terms.a_day, MAX_PEOPLE)
    opens = await splits.asked_since(conn, starter.account_id, allowed - named + 1, terms.at - DAY)
    if opens is not None:
        raise TooManyRequests("shares", allowed, opens + DAY)


async def _divided(
    conn: AsyncConnection, asking: Asking, starter: PartyAccount
) -> tuple[list[PartyAccount], splitting.Division]:
    """Everybody who is in from the start, the starter first, and what each carries."""
    if len({part.party_id for part in asking.parts}) < len(asking.parts):
        raise ValueError("somebody is named twice")
    if any((part.amount is not None) != (asking.way == "amounts") for part in asking.parts):
        raise ValueError("amounts are for everybody, and for a split by amounts")
    own = next((part for part in asking.parts if part.party_id == asking.starter_id), None)
    others = [part for part in asking.parts if part is not own]
    people = [starter, *[await _payer(conn, part.party_id) for part in others]]
    if asking.way != "amounts":
        require_room(asking.total, len(people))
        weights = [part.weight for part in (own or Part(asking.starter_id), *others)]
        if min(weights) < 1:  # theirs would be nothing, or less
            raise SplitTooSmall(asking.total, len(people))
        return people, splitting.by_weights(asking.total, weights)
    amounts = [part.amount for part in others if part.amount is not None]
    for amount in amounts:
        checked_amount(amount, asking.total.currency)
    division = splitting.by_amounts(asking.total, amounts)
    rest = division.parts[0]
    if own is not None and own.amount is not None and own.amount != rest:
        raise PartsUnequalTotal(asking.total - rest + own.amount, asking.total)
    if rest.minor:
        require_room(asking.total, len(people))
        return people, division
    require_room(asking.total, len(others))
    return people[1:], splitting.Division(division.parts[1:])


async def ask(
    conn: AsyncConnection, split: Split, people: Sequence[splits.Member], division: splitting.Division, terms: Terms
) -> None:
    """Fix these shares, in order, and ask for all of them but the starter's."""
    if all(one.is_starter for one in people):
        raise SplitEmpty
    require_not_frozen(split.starter)
    starter_account = (await parties.account_of(conn, split.starter.id)).account_id
    fixed = []
    for place, (one, part) in enumerate(zip(people, division.parts, strict=True)):
        asked = None if one.is_starter else splits.share_key(split.id, one.account_id)
        fixed.append(splits.Fixed(one.account_id, part.minor, place in division.odd, asked))
        if asked is not None:
            sides = starter_account, one.account_id
            placed = requests.Placed(asked, *sides, part.minor, split.note, terms.at, terms.until)
            await requests.insert(conn, placed, terms.currency)
    await splits.fix(conn, split.id, fixed, asked_at=terms.at, until=terms.until)
    made = await requests.load_many(conn, [one.request_id for one in fixed if one.request_id], terms.currency)
    await notices.to_payers(conn, NoticeKind.REQUEST_RECEIVED, list(made.values()), terms.at)


async def remind(conn: AsyncConnection, asked: Sequence[Request], at: datetime) -> tuple[Party, ...]:
    """Who is reminded at this moment, by this call; asked again because the answer was lost, the same."""
    reminded, to_tell, too_soon = [], [], []
    for one in asked:
        if one.payer.status == "invited":
            continue
        try:
            is_first = await requests.remind(conn, one.id, at)
        except ReminderTooSoon as refusal:
            too_soon.append(refusal.opens_at)
        except RequestClosed:  # since we looked
            continue
        else:
            reminded.append(one)
            to_tell += [one] if is_first else []
    if not reminded:
        raise ReminderTooSoon(min(too_soon)) if too_soon else SplitEmpty
    await notices.to_payers(conn, NoticeKind.REQUEST_REMINDED, to_tell, at)
    return tuple(one.payer for one in reminded)


def open_of(split: Split) -> list[Request]:
    """What is asked for, in the order in which rows are locked."""
    asked = [share.request for share in split.shares if share.request is not None]
    return sorted((one for one in asked if one.state == "open"), key=lambda one: one.id)


async def person_account(conn: AsyncConnection, person_id: UUID) -> PartyAccount:
    """Somebody with a wallet of their own."""
    person = await _payer(conn, person_id)
    if person.party.status == "invited":
        raise PartyInvited("payer", person.party.name)
    return person


async def _payer(conn: AsyncConnection, person_id: UUID) -> PartyAccount:
    """Somebody who may be asked, also without a wallet yet."""
    found = await parties.account_of(conn, person_id)
    if found.party.kind != "person":
        raise NotAPayer
    return found


def require_gathering(split: Split) -> None:
    if split.state != "gathering":
        raise SplitClosed(split.state)


def require_not_frozen(starter: Party) -> None:
    if starter.status == "frozen":
        raise PartyFrozen("payee", starter.name)


def require_room(total: Money, people: int) -> None:
    if people > MAX_PEOPLE:
        raise SplitFull(MAX_PEOPLE)
    if total.minor < people:
        raise SplitTooSmall(total, people)
