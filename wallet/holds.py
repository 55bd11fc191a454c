"""Holds: money set aside in escrow. The money's way is three kinds of payment; here is how long it waits for whom.

    hold     payer → escrow, confirmed like any payment
    capture  escrow → payee     } one of these ends it, once, and cites it
    release  escrow → payer     }

Only settlement places and ends holds, with the accounts locked (docs/adr/0016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ARRAY, Uuid, bindparam, text

from wallet.accounts import SIDES, Holder, payee, payer
from wallet.batches import Statement, numbers, texts, uuids
from wallet.errors import HoldUnknown
from wallet.money import Currency, Money
from wallet.values import Hold, HoldEnd, Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import TextClause
    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A hold and the accounts it stands between."""

    hold: Hold
    payer: Holder
    payee: Holder


class Placed(NamedTuple):
    """A row of `wallet.holds`. `created_at` is when limits count it."""

    id: UUID
    payer_account_id: UUID
    payee_account_id: UUID
    amount: int
    created_at: datetime
    expires_at: datetime


async def find(conn: AsyncConnection, hold_id: UUID, currency: Currency) -> StoredHold:
    """The hold. HoldUnknown."""
    row = (await conn.execute(_BY_ID, {"ids": [hold_id]})).first()
    if row is None:
        raise HoldUnknown
    return _stored(row, currency)


async def load_many(conn: AsyncConnection, payment_ids: Sequence[UUID], currency: Currency) -> dict[UUID, Hold]:
    """The holds that these payments placed or ended, by payment. One query for all."""
    if not payment_ids:
        return {}
    rows = await conn.execute(_OF_PAYMENTS, {"ids": list(payment_ids)})
    return {row.of_payment: _stored(row, currency).hold for row in rows}


async def open_of(conn: AsyncConnection, payer_id: UUID, currency: Currency) -> tuple[Hold, ...]:
    """As `Wallet.open_holds_of`."""
    return tuple(_stored(row, currency).hold for row in await conn.execute(_OPEN_OF, {"party": payer_id}))


async def open_for(conn: AsyncConnection, payee_id: UUID, currency: Currency) -> tuple[Hold, ...]:
    """As `Wallet.open_holds_for`."""
    return tuple(_stored(row, currency).hold for row in await conn.execute(_OPEN_FOR, {"party": payee_id}))


async def open_by_end(conn: AsyncConnection, limit: int, currency: Currency) -> tuple[Hold, ...]:
    """As `Wallet.open_holds`."""
    return tuple(_stored(row, currency).hold for row in await conn.execute(_OPEN_BY_END, {"limit": limit}))


async def overdue(conn: AsyncConnection, limit: int, at: datetime, currency: Currency) -> list[StoredHold]:
    """Open holds whose time is over."""
    return [_stored(row, currency) for row in await conn.execute(_OVERDUE, {"now": at, "limit": limit})]


async def take_to_remind(conn: AsyncConnection, limit: int, at: datetime, currency: Currency) -> tuple[Hold, ...]:
    """As `Wallet.holds_to_remind`. Rows another process holds are skipped.

    What was taken at this moment, to the microsecond, was taken by this call, whose answer was lost.
    """
    taken = (await conn.execute(_TAKE_TO_REMIND, {"now": at, "limit": limit})).scalars().all()
    rows = await conn.execute(_BY_ID, {"ids": list(taken)})
    return tuple(sorted((_stored(row, currency).hold for row in rows), key=lambda hold: hold.created_at))


def insert(placed: Sequence[Placed], currency: Currency) -> Statement:
    """What adds these holds, open."""
    ids, payers, payees, amounts, created, expiring = zip(*placed, strict=True)
    columns = {
        "ids": uuids(ids),
        "payers": uuids(payers),
        "payees": uuids(payees),
        "amounts": numbers(amounts),
        "created": texts([at.isoformat() for at in created]),
        "expiring": texts([at.isoformat() for at in expiring]),
        "currency": currency.code,
    }
    return _INSERT, columns


def close(ended: Iterable[tuple[UUID, HoldEnd]]) -> Statement:
    """What says of these holds how they ended."""
    ids, ends = zip(*ended, strict=True)
    return _CLOSE, {"ids": uuids(ids), "ends": texts(ends)}


def _select(condition: str, of: str = "") -> TextClause:
    return text(f"""
        SELECT h.id, h.amount, h.state, h.created_at, h.expires_at, h.reminded_at, p.note, p.reference, {SIDES} {of}
        FROM wallet.holds h JOIN wallet.payments p ON p.id = h.id
        LEFT JOIN wallet.payments taken ON taken.original_id = h.id AND taken.kind = 'capture'
        JOIN wallet.accounts da ON da.id = h.payer_account_id
        JOIN wallet.parties dp ON dp.id = da.party_id
        JOIN wallet.accounts ca ON ca.id = COALESCE(taken.credit_account_id, h.payee_account_id)
        JOIN wallet.parties cp ON cp.id = ca.party_id
        {condition}
    """)  # noqa: S608 - conditions are written below, never given


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_BY_ID = _select("WHERE h.id = ANY(:ids)").bindparams(_IDS)
_OF_PAYMENTS = _select(
    "JOIN wallet.payments moved ON h.id = COALESCE(moved.original_id, moved.id) WHERE moved.id = ANY(:ids)",
    ", moved.id AS of_payment",
).bindparams(_IDS)
_OPEN = "WHERE h.state = 'open' AND {} = (SELECT id FROM wallet.accounts WHERE party_id = :party) ORDER BY h.created_at"
_OPEN_OF = _select(_OPEN.format("h.payer_account_id") + ", h.id")
_OPEN_FOR = _select(_OPEN.format("h.payee_account_id") + ", h.id")
_OPEN_BY_END = _select("WHERE h.state = 'open' ORDER BY h.expires_at LIMIT :limit")
_OVERDUE = _select("WHERE h.state = 'open' AND h.expires_at <= :now ORDER BY h.expires_at LIMIT :limit")
_TAKE_TO_REMIND = text("""
    UPDATE wallet.holds SET reminded_at = :now WHERE id IN (
        SELECT id FROM wallet.holds
        WHERE state = 'open' AND (reminded_at IS NULL OR reminded_at = :now) AND expires_at > :now
          AND created_at + (expires_at - created_at) / 2 <= :now
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id
""")
_INSERT = """
    INSERT INTO wallet.holds (id, payer_account_id, payee_account_id, amount, currency, state, created_at, expires_at)
    SELECT id, payer, payee, amount, %(currency)s, 'open', created, expires
    FROM unnest(%(ids)s::uuid[], %(payers)s::uuid[], %(payees)s::uuid[], %(amounts)s::bigint[],
                %(created)s::timestamptz[], %(expiring)s::timestamptz[])
        AS h(id, payer, payee, amount, created, expires)
"""
_CLOSE = """
    UPDATE wallet.holds AS h SET state = ended.state
    FROM unnest(%(ids)s::uuid[], %(ends)s::text[]) AS ended(id, state) WHERE h.id = ended.id
"""


def _stored(row: Row[Any], currency: Currency) -> StoredHold:
    from_, to = payer(row), payee(row)
    assert from_ is not None, "only people set money aside"
    assert to is not None, "for people"
    return StoredHold(_hold(row, from_, to, currency), Holder(row.debit_id, from_), Holder(row.credit_id, to))


def _hold(row: Row[Any], from_: Party, to: Party, currency: Currency) -> Hold:
    return Hold(
        id=row.id,
        payer=from_,
        payee=to,
        amount=Money(row.amount, currency),
        note=row.note,
        reference=row.reference,
        state=row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        reminded_at=row.reminded_at,
    )
