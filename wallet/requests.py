"""Requests: somebody asks a person for money. Nothing moves before that person confirms a quote that answers it.

    open → paid        by settling the payment that answers it
         → declined    by the payer
         → cancelled   by who asked
         → expired     by time
         → netted      by a netting that all its sides agreed to (`nettings`)

Each ends once: whoever ends it holds the request's row. These rows are the last that anybody takes, after accounts, a
split's row or a netting's, and in the order of their ids, so nobody waits in a circle (docs/adr/0017, 0018).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ARRAY, Uuid, bindparam, text

from wallet.accounts import SIDES, payee, payer
from wallet.batches import Statement, uuids
from wallet.errors import ReminderTooSoon, RequestClosed, RequestUnknown, TooManyRequests
from wallet.limits import DAY
from wallet.money import Currency, Money
from wallet.values import Request, RequestEnd, RequestState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import TextClause
    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

MAX_OPEN = 3
"""So many open requests may one person have to the same other."""

REMIND_EVERY = timedelta(days=1)


class Placed(NamedTuple):
    """A row of `wallet.requests`."""

    id: UUID
    payee_account_id: UUID
    payer_account_id: UUID
    amount: int
    note: str
    created_at: datetime
    expires_at: datetime


class Standing(NamedTuple):
    """What an answer depends on, read under the request's lock."""

    state: RequestState
    expires_at: datetime

    def require_open(self, at: datetime) -> None:
        """RequestClosed."""
        if self.state != "open":
            raise RequestClosed(self.state)
        if self.expires_at <= at:
            raise RequestClosed("expired")


async def find(conn: AsyncConnection, request_id: UUID, currency: Currency) -> Request:
    """The request. RequestUnknown."""
    found = await load_many(conn, [request_id], currency)
    if not found:
        raise RequestUnknown
    return found[request_id]


async def load_many(conn: AsyncConnection, ids: Sequence[UUID], currency: Currency) -> dict[UUID, Request]:
    """These requests, by id. One query for all."""
    rows = await conn.execute(_BY_ID, {"ids": list(ids)}) if ids else ()
    return {row.id: _request(row, currency) for row in rows}


async def answered_by(conn: AsyncConnection, payment_ids: Sequence[UUID], currency: Currency) -> dict[UUID, Request]:
    """The requests that these payments answer, by payment. One query for all."""
    rows = await conn.execute(_BY_PAYMENT, {"ids": list(payment_ids)}) if payment_ids else ()
    return {row.payment_id: _request(row, currency) for row in rows}


async def open_of(conn: AsyncConnection, asker_id: UUID, currency: Currency) -> tuple[Request, ...]:
    """As `Wallet.open_requests_of`."""
    return tuple(_request(row, currency) for row in await conn.execute(_OPEN_OF, {"asker": asker_id}))


async def open_to(conn: AsyncConnection, payer_id: UUID, currency: Currency) -> tuple[Request, ...]:
    """As `Wallet.open_requests_to`."""
    return tuple(_request(row, currency) for row in await conn.execute(_OPEN_TO, {"payer": payer_id}))


async def lock_asker(conn: AsyncConnection, asker_id: UUID) -> None:
    """From here to COMMIT only this transaction adds requests of this person's, or of their businesses."""
    await conn.execute(_LOCK_ASKER, {"asker": asker_id})


async def require_room(
    conn: AsyncConnection, asker_id: UUID, payer_account_id: UUID, requests_a_day: int, at: datetime
) -> None:
    """TooManyRequests. To be asked with the asker locked."""
    asked = {"asker": asker_id, "payer": payer_account_id, "since": at - DAY, "nth": requests_a_day - 1}
    row = (await conn.execute(_COUNT, asked)).one()
    if row.opens_from is not None:
        raise TooManyRequests("day", requests_a_day, row.opens_from + DAY)
    if row.open >= MAX_OPEN:
        raise TooManyRequests("open", MAX_OPEN, None)


async def insert(conn: AsyncConnection, placed: Placed, currency: Currency) -> bool:
    """Add this request, open, unless there is one with this id; whether it was added."""
    added = await conn.execute(_INSERT, placed._asdict() | {"currency": currency.code})
    return added.rowcount > 0


async def end(conn: AsyncConnection, request_id: UUID, wanted: RequestEnd) -> bool:
    """End an open request so, or find that it has ended so already: whether it was this time. RequestClosed."""
    ended = await conn.execute(_END, {"id": request_id, "state": wanted})
    if ended.rowcount:
        return True
    state = (await conn.execute(_STATE, {"id": request_id})).scalar_one()
    if state != wanted:
        raise RequestClosed(state)
    return False


async def expire(conn: AsyncConnection, limit: int, at: datetime, currency: Currency) -> tuple[Request, ...]:
    """End open requests whose time is over, the oldest first. Rows that somebody else is ending are skipped."""
    ended = (await conn.execute(_EXPIRE, {"now": at, "limit": limit})).scalars().all()
    return tuple((await load_many(conn, ended, currency)).values())


async def remind(conn: AsyncConnection, request_id: UUID, at: datetime) -> bool:
    """Mark the payer as reminded now; False if they are, because the answer was lost. RequestClosed, ReminderTooSoon.

    `at` is fixed before the transaction that may be tried again, so it tells this reminder from another.
    """
    marked = await conn.execute(_REMIND, {"id": request_id, "now": at, "before": at - REMIND_EVERY})
    if marked.rowcount:
        return True
    row = (await conn.execute(_STANDING, {"id": request_id})).one()
    if row.reminded_at == at:
        return False
    Standing(row.state, row.expires_at).require_open(at)
    raise ReminderTooSoon(row.told_at + REMIND_EVERY)


async def first_asked(conn: AsyncConnection, request_id: UUID) -> UUID:
    """The account that was asked, whoever has claimed the request since."""
    found: UUID = (await conn.execute(_FIRST_ASKED, {"id": request_id})).scalar_one()
    return found


async def claim(conn: AsyncConnection, request_id: UUID, payer_account_id: UUID) -> bool:
    """Whether an open request to somebody without a wallet is to this account from now on."""
    claimed = await conn.execute(_CLAIM, {"id": request_id, "payer": payer_account_id})
    return claimed.rowcount > 0


def lock(request_ids: Sequence[UUID]) -> Statement:
    """What locks these requests and reads how they stand: id, state, expires_at."""
    return _LOCK, {"ids": uuids(request_ids)}


def close_paid(answered: Mapping[UUID, UUID]) -> Statement:
    """What says of these requests that they were paid, and by which payment."""
    return _CLOSE_PAID, {"ids": uuids(answered.keys()), "payments": uuids(answered.values())}


def _select(condition: str) -> TextClause:
    return text(f"""
        SELECT r.id, r.amount, r.note, r.state, r.created_at, r.expires_at, r.reminded_at, r.payment_id, {SIDES}
        FROM wallet.requests r
        JOIN wallet.accounts da ON da.id = r.payer_account_id
        JOIN wallet.parties dp ON dp.id = da.party_id
        JOIN wallet.accounts ca ON ca.id = r.payee_account_id
        JOIN wallet.parties cp ON cp.id = ca.party_id
        {condition}
    """)  # noqa: S608 - conditions are written below, never given


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_BY_ID = _select("WHERE r.id = ANY(:ids)").bindparams(_IDS)
_BY_PAYMENT = _select("WHERE r.payment_id = ANY(:ids)").bindparams(_IDS)
_BY_THEMSELVES = """
    NOT EXISTS (SELECT FROM wallet.shares s WHERE s.request_id = requests.id)
    AND NOT EXISTS (SELECT FROM wallet.netting_claims c WHERE c.request_id = requests.id AND c.kind = 'made')
"""
"""Not the share of a split, nor what a netting made of shares: those have limits of their own."""
_THEIRS = """
    payee_account_id IN (SELECT a.id FROM wallet.accounts a JOIN wallet.parties p ON p.id = a.party_id
                         WHERE :asker IN (p.id, p.owner_id))
"""
_OPEN_OF = _select(f"WHERE r.state = 'open' AND r.{_THEIRS.strip()} ORDER BY r.created_at, r.id")
_OPEN_TO = _select(
    "WHERE r.state = 'open' AND r.payer_account_id = (SELECT id FROM wallet.accounts WHERE party_id = :payer) "
    "ORDER BY r.created_at, r.id"
)
_LOCK_ASKER = text("SELECT FROM wallet.accounts WHERE party_id = :asker FOR NO KEY UPDATE")
_COUNT = text(f"""
    SELECT (SELECT created_at FROM wallet.requests WHERE {_THEIRS} AND created_at > :since AND {_BY_THEMSELVES}
            ORDER BY created_at DESC OFFSET :nth LIMIT 1) AS opens_from,
           (SELECT count(*) FROM wallet.requests
            WHERE {_THEIRS} AND payer_account_id = :payer AND state = 'open' AND {_BY_THEMSELVES}) AS open
""")  # noqa: S608 - words of this program's own
_INSERT = text("""
    INSERT INTO wallet.requests (id, payee_account_id, payer_account_id, amount, currency, note, state,
                                 created_at, expires_at)
    VALUES (:id, :payee_account_id, :payer_account_id, :amount, :currency, :note, 'open', :created_at, :expires_at)
    ON CONFLICT (id) DO NOTHING
""")
_END = text("UPDATE wallet.requests SET state = :state WHERE id = :id AND state = 'open'")
_STATE = text("SELECT state FROM wallet.requests WHERE id = :id")
_FIRST_ASKED = text("SELECT COALESCE(claimed_from, payer_account_id) FROM wallet.requests WHERE id = :id")
_CLAIM = text("""
    UPDATE wallet.requests SET payer_account_id = :payer, claimed_from = payer_account_id
    WHERE id = :id AND state = 'open'
      AND payer_account_id IN (SELECT id FROM wallet.accounts WHERE status = 'invited')
""")
_EXPIRE = text("""
    UPDATE wallet.requests SET state = 'expired' WHERE id IN (
        SELECT id FROM wallet.requests WHERE state = 'open' AND expires_at <= :now
        ORDER BY expires_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
""")
_TOLD_AT = "COALESCE(reminded_at, created_at)"
_REMIND = text(f"""
    UPDATE wallet.requests SET reminded_at = :now
    WHERE id = :id AND state = 'open' AND expires_at > :now AND {_TOLD_AT} <= :before
""")  # noqa: S608 - words of this program's own
_STANDING = text(f"""
    SELECT state, expires_at, reminded_at, {_TOLD_AT} AS told_at FROM wallet.requests WHERE id = :id
""")  # noqa: S608 - as above
_LOCK = """
    SELECT id, state, expires_at FROM wallet.requests WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_CLOSE_PAID = """
    UPDATE wallet.requests AS r SET state = 'paid', payment_id = answer.payment
    FROM unnest(%(ids)s::uuid[], %(payments)s::uuid[]) AS answer(id, payment) WHERE r.id = answer.id
"""


def _request(row: Row[Any], currency: Currency) -> Request:
    from_, to = payer(row), payee(row)
    assert from_ is not None, "a person is asked"
    assert to is not None, "by a party"
    return Request(
        id=row.id,
        payee=to,
        payer=from_,
        amount=Money(row.amount, currency),
        note=row.note,
        state=row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        reminded_at=row.reminded_at,
        payment_id=row.payment_id,
    )
