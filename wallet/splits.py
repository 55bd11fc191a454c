"""Splits: a total divided among people of a group. What each is to pay is a request of the starter's (`requests`).

    gathering   people join and leave
    asking      the shares are fixed, and add up to the total; everybody but the starter is asked for theirs
    closed      no share is open any more, or nobody was asked in time

Whoever changes a split holds its row, and takes its requests after it. The group is an opaque key of the front's.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import text

from wallet import requests, splitting
from wallet.errors_splits import SplitTooSmall, SplitUnknown
from wallet.money import Currency, Money
from wallet.values import Party
from wallet.values_splits import Share, Split, SplitState, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.values import Request


class Placed(NamedTuple):
    """A row of `wallet.splits`."""

    id: UUID
    group_key: UUID
    starter_account_id: UUID
    total: int
    note: str
    way: Way
    request_hash: bytes
    created_at: datetime
    expires_at: datetime


class Member(NamedTuple):
    """Who is in a split, in order; whether theirs is the starter's own share."""

    account_id: UUID
    party: Party
    is_starter: bool


class Fixed(NamedTuple):
    """What a share is from now on."""

    account_id: UUID
    amount: int
    odd: bool
    request_id: UUID | None


async def find(conn: AsyncConnection, split_id: UUID, currency: Currency, at: datetime) -> Split:
    """The split as it stands then. SplitUnknown."""
    row = (await conn.execute(_SPLIT, {"split": split_id})).first()
    if row is None:
        raise SplitUnknown
    shares = (await conn.execute(_SHARES, {"split": split_id})).all()
    asked = await requests.load_many(conn, [share.request_id for share in shares if share.request_id], currency)
    return _split(row, shares, asked, currency, at)


async def request_hash(conn: AsyncConnection, split_id: UUID) -> bytes | None:
    """The hash of what the split was started with; None for one of before that was kept."""
    found: bytes | None = (await conn.execute(_REQUEST_HASH, {"split": split_id})).scalar_one()
    return found


async def lock(conn: AsyncConnection, split_id: UUID) -> None:
    """From here to COMMIT only this transaction changes the split. SplitUnknown."""
    if (await conn.execute(_LOCK, {"split": split_id})).first() is None:
        raise SplitUnknown


async def of_request(conn: AsyncConnection, request_id: UUID) -> UUID | None:
    """The split that this request is a share of."""
    found: UUID | None = (await conn.execute(_OF_REQUEST, {"request": request_id})).scalar()
    return found


async def told_already(conn: AsyncConnection, expired: Sequence[UUID]) -> Sequence[UUID]:
    """Those of these requests whose split is told of by another share of it that has expired, now or before."""
    return (await conn.execute(_TOLD_ALREADY, {"ids": list(expired)})).scalars().all() if expired else ()


async def newest_open_of(conn: AsyncConnection, group: UUID, limit: int, at: datetime) -> Sequence[UUID]:
    """The splits of this group that gather people or ask them then, newest first."""
    return (await conn.execute(_NEWEST_OPEN_OF, {"group": group, "limit": limit, "at": at})).scalars().all()


async def started_since(conn: AsyncConnection, starter_account_id: UUID, nth: int, since: datetime) -> datetime | None:
    """When this person started the n-th last split since then; None if there were fewer."""
    asked = {"starter": starter_account_id, "since": since, "skip": nth - 1}
    found: datetime | None = (await conn.execute(_STARTED, asked)).scalar()
    return found


async def asked_since(conn: AsyncConnection, starter_account_id: UUID, nth: int, since: datetime) -> datetime | None:
    """When this person started the split of the n-th last share that they asked for since then; None if fewer."""
    asked = {"starter": starter_account_id, "since": since, "skip": nth - 1}
    found: datetime | None = (await conn.execute(_ASKED_FOR, asked)).scalar()
    return found


async def insert(conn: AsyncConnection, placed: Placed, currency: Currency) -> bool:
    """Add this split, gathering, unless there is one with this id; whether it was added."""
    added = await conn.execute(_INSERT, placed._asdict() | {"currency": currency.code})
    return added.rowcount > 0


async def members(conn: AsyncConnection, split_id: UUID) -> list[Member]:
    """Who is in, the starter first and then in the order of joining."""
    rows = await conn.execute(_SHARES, {"split": split_id})
    return [Member(row.account_id, _party(row), row.is_starter) for row in rows]


async def join(conn: AsyncConnection, split_id: UUID, account_id: UUID) -> None:
    """Be in, last of all; nothing changes for who is in already. With the split locked."""
    await conn.execute(_JOIN, {"split": split_id, "account": account_id})


async def leave(conn: AsyncConnection, split_id: UUID, account_id: UUID) -> None:
    """Be out. With the split locked, before shares are fixed."""
    await conn.execute(_LEAVE, {"split": split_id, "account": account_id})


async def fix(
    conn: AsyncConnection, split_id: UUID, shares: Sequence[Fixed], *, asked_at: datetime, until: datetime
) -> None:
    """These are the shares, from now on, to be paid until then. With the split locked."""
    for share in shares:
        await conn.execute(_FIX, share._asdict() | {"split": split_id})
    await conn.execute(_ASKED, {"split": split_id, "at": asked_at, "until": until})


async def close(conn: AsyncConnection, split_id: UUID, at: datetime) -> None:
    """Nobody joins any more, and nobody will be asked. With the split locked."""
    await conn.execute(_CLOSE, {"split": split_id, "at": at})


def share_key(split_id: UUID, account_id: UUID) -> UUID:
    """The id of the request that asks for this share: the same each time, so that it is asked for once."""
    return uuid5(split_id, f"share of {account_id}")


_PARTY = "p.id AS party_id, p.name, a.status"
_SPLIT = text(f"""
    SELECT s.*, {_PARTY} FROM wallet.splits s
    JOIN wallet.accounts a ON a.id = s.starter_account_id JOIN wallet.parties p ON p.id = a.party_id
    WHERE s.id = :split
""")  # noqa: S608 - words of this program's own
_SHARES = text(f"""
    SELECT h.account_id, h.amount, h.odd, h.request_id, h.account_id = s.starter_account_id AS is_starter, {_PARTY}
    FROM wallet.shares h JOIN wallet.splits s ON s.id = h.split_id
    JOIN wallet.accounts a ON a.id = h.account_id JOIN wallet.parties p ON p.id = a.party_id
    WHERE h.split_id = :split AND h.is_in ORDER BY is_starter DESC, h.nth
""")  # noqa: S608 - as above
_REQUEST_HASH = text("SELECT request_hash FROM wallet.splits WHERE id = :split")
_LOCK = text("SELECT id FROM wallet.splits WHERE id = :split FOR NO KEY UPDATE")
_OF_REQUEST = text("SELECT split_id FROM wallet.shares WHERE request_id = :request")
_TOLD_ALREADY = text("""
    SELECT h.request_id FROM wallet.shares h WHERE h.request_id = ANY(:ids) AND EXISTS (
        SELECT FROM wallet.shares other JOIN wallet.requests r ON r.id = other.request_id
        WHERE other.split_id = h.split_id AND r.state = 'expired' AND (r.id < h.request_id OR r.id <> ALL(:ids)))
""")
_NEWEST_OPEN_OF = text("""
    SELECT s.id FROM wallet.splits s WHERE s.group_key = :group AND s.closed_at IS NULL AND s.expires_at > :at
      AND (s.asked_at IS NULL OR EXISTS (
          SELECT FROM wallet.shares h JOIN wallet.requests r ON r.id = h.request_id
          WHERE h.split_id = s.id AND r.state = 'open' AND r.expires_at > :at))
    ORDER BY s.created_at DESC, s.id DESC LIMIT :limit
""")
_STARTED = text("""
    SELECT created_at FROM wallet.splits WHERE starter_account_id = :starter AND created_at > :since
    ORDER BY created_at DESC OFFSET :skip LIMIT 1
""")
_ASKED_FOR = text("""
    SELECT s.created_at FROM wallet.splits s JOIN wallet.shares h ON h.split_id = s.id
    WHERE s.starter_account_id = :starter AND s.created_at > :since AND h.request_id IS NOT NULL
    ORDER BY s.created_at DESC OFFSET :skip LIMIT 1
""")
_INSERT = text("""
    INSERT INTO wallet.splits (id, group_key, starter_account_id, total, currency, note, way, request_hash, created_at,
                               expires_at)
    VALUES (:id, :group_key, :starter_account_id, :total, :currency, :note, :way, :request_hash, :created_at,
            :expires_at)
    ON CONFLICT (id) DO NOTHING
""")
_JOIN = text("""
    INSERT INTO wallet.shares AS h (split_id, account_id, nth, is_in)
    SELECT :split, :account, COALESCE(max(nth) + 1, 0), true FROM wallet.shares WHERE split_id = :split
    ON CONFLICT (split_id, account_id) DO UPDATE SET is_in = true, nth = EXCLUDED.nth WHERE NOT h.is_in
""")
_LEAVE = text("UPDATE wallet.shares SET is_in = false WHERE split_id = :split AND account_id = :account")
_FIX = text("""
    UPDATE wallet.shares SET amount = :amount, odd = :odd, request_id = :request_id
    WHERE split_id = :split AND account_id = :account_id
""")
_ASKED = text("UPDATE wallet.splits SET asked_at = :at, expires_at = :until WHERE id = :split")
_CLOSE = text("UPDATE wallet.splits SET closed_at = COALESCE(closed_at, :at) WHERE id = :split")


def _party(row: Row[Any]) -> Party:
    return Party(row.party_id, "person", row.name, row.status)


def _split(
    row: Row[Any], rows: Sequence[Row[Any]], asked: Mapping[UUID, Request], currency: Currency, at: datetime
) -> Split:
    total = Money(row.total, currency)
    shares = _fixed(rows, asked, currency) if row.asked_at else _as_of_now(rows, total)
    return Split(
        id=row.id,
        group=row.group_key,
        starter=_party(row),
        total=total,
        note=row.note,
        way=row.way,
        state=_state(row, shares, at),
        created_at=row.created_at,
        expires_at=row.expires_at,
        asked_at=row.asked_at,
        shares=shares,
    )


def _fixed(rows: Sequence[Row[Any]], asked: Mapping[UUID, Request], currency: Currency) -> tuple[Share, ...]:
    return tuple(_fixed_share(row, asked.get(row.request_id), currency) for row in rows)


def _fixed_share(row: Row[Any], asked: Request | None, currency: Currency) -> Share:
    """Who had no wallet, and was known by a name, is whoever claimed the request."""
    return Share(asked.payer if asked else _party(row), Money(row.amount, currency), row.odd, asked)


def _as_of_now(rows: Sequence[Row[Any]], total: Money) -> tuple[Share, ...]:
    """What each would carry, were everybody asked now."""
    division = splitting.Division((Money(0, total.currency),) * len(rows))
    with suppress(SplitTooSmall):
        division = splitting.evenly(total, len(rows)) if rows else division
    return tuple(
        Share(_party(row), part, place in division.odd)
        for place, (row, part) in enumerate(zip(rows, division.parts, strict=True))
    )


def _state(row: Row[Any], shares: Sequence[Share], at: datetime) -> SplitState:
    if row.closed_at is not None:
        return "closed"
    if row.asked_at is None:
        return "gathering" if at < row.expires_at else "closed"
    asked = [share.request for share in shares if share.request is not None]
    return "asking" if any(one.state == "open" and at < one.expires_at for one in asked) else "closed"
