"""Notices: the outbox. Written in the transaction that made them true, told at least once, never undoing money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import text, update

from wallet import holds, models, receipts, requests
from wallet.batches import Statement, texts, together, uuids
from wallet.ids import new_id
from wallet.values import Hold, Party, Receipt, Request
from wallet.values_notices import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.money import Currency
    from wallet.orders import Held, Order

LEASE = timedelta(seconds=60)
"""How long a front has to tell a notice it took, before another may take it."""

GRACE = timedelta(seconds=10)
"""The chat of who did it usually shows the receipt at once; the courier steps in only if that failed."""


class Draft(NamedTuple):
    """A notice to be written. It is due at once, but for the one of who is looking on as it happens (`GRACE`)."""

    id: UUID
    recipient_id: UUID
    party_id: UUID
    kind: NoticeKind
    payment_id: UUID | None = None
    until: datetime | None = None
    looks_on: bool = False


def of_settled(order: Order, *, payee_is_open: bool) -> list[Draft]:
    """Who must be told of a settled order: first the side that sees the receipt, then the other.

    `payee_is_open`: whoever money was set aside for has a wallet by now, and hears of it if it is gone.
    """
    if order.held is not None:
        return _of_hold(order, order.held, payee_is_open=payee_is_open)
    sent, received = _OF_SIDES[order.kind]
    payer, payee = order.debit.party, order.credit.party
    told = [] if payer is None else [_about(payer, sent, order.key, looks_on=order.kind == "payment")]
    return told if payee is None else [*told, _about(payee, received, order.key)]


def _of_hold(order: Order, held: Held, *, payee_is_open: bool) -> list[Draft]:
    payer, payee, claimed_by = held.payer.party, held.payee.party, order.credit.party
    assert payer is not None, "only people set money aside"
    assert payee is not None, "for people"
    match held.end:
        case None:
            return [_about(payer, NoticeKind.HOLD_PLACED, order.key, looks_on=True)]
        case "captured":
            assert claimed_by is not None, "a party claims"
            received = _about(claimed_by, NoticeKind.PAYMENT_RECEIVED, order.key, looks_on=True)
            return [received, _about(payer, NoticeKind.HOLD_CAPTURED, order.key)]
        case reason:
            released = _about(payer, NoticeKind.HOLD_RELEASED, order.key, looks_on=reason == "cancelled")
            gone = [_about(payee, NoticeKind.HOLD_GONE, order.key)]
            return [released, *(gone if payee_is_open and reason != "refused" else [])]


def insert(drafts: Sequence[Draft], at: datetime) -> Statement:
    """What writes these notices."""
    ids, recipients, parties, kinds, payments, untils, looking_on = zip(*drafts, strict=True)
    columns = {
        "ids": uuids(ids),
        "recipients": uuids(recipients),
        "parties": uuids(parties),
        "kinds": texts(kinds),
        "payments": uuids(payments),
        "untils": texts([until.isoformat() if until else None for until in untils]),
        "looking_on": texts(["t" if looks_on else "f" for looks_on in looking_on]),
        "at": at,
        "later": at + GRACE,
    }
    return _INSERT, columns


async def write(conn: AsyncConnection, draft: Draft, at: datetime) -> None:
    """Write a notice, in the caller's transaction."""
    await together(conn, [insert([draft], at)])


async def frozen(conn: AsyncConnection, party: Party, at: datetime) -> None:
    await write(conn, _about(party, NoticeKind.FROZEN), at)


async def unfrozen(conn: AsyncConnection, party: Party, at: datetime) -> None:
    await write(conn, _about(party, NoticeKind.UNFROZEN), at)


async def business_approved(conn: AsyncConnection, party: Party, at: datetime) -> None:
    await write(conn, _about(party, NoticeKind.BUSINESS_APPROVED), at)


async def of_person(
    conn: AsyncConnection, person_id: UUID, kind: NoticeKind, at: datetime, until: datetime | None = None
) -> None:
    """Tell a person something about themselves (their PIN)."""
    await write(conn, Draft(new_id(), person_id, person_id, kind, None, until), at)


async def of_change(conn: AsyncConnection, person_id: UUID, attempt_id: UUID, at: datetime) -> None:
    """Tell a person that their PIN was changed by this attempt, once: the notice has the attempt's id."""
    if (await conn.execute(_IS_WRITTEN, {"id": attempt_id})).first() is None:
        await write(conn, Draft(attempt_id, person_id, person_id, NoticeKind.PIN_CHANGED), at)


async def of_request(conn: AsyncConnection, kind: NoticeKind, told: Sequence[tuple[UUID, Party]], at: datetime) -> None:
    """Tell of each of these requests this party, or its owner."""
    for request_id, party in told:
        about = _about(party, kind)
        columns = {"id": about.id, "recipient": about.recipient_id, "party": about.party_id, "kind": str(kind)}
        await conn.execute(_INSERT_OF_REQUEST, columns | {"request": str(request_id), "at": at})


async def to_payers(conn: AsyncConnection, kind: NoticeKind, asked: Sequence[Request], at: datetime) -> None:
    """Tell the payers of these requests, but for those who have no wallet, and so no chat to be told in."""
    await of_request(conn, kind, [(one.id, one.payer) for one in asked if one.payer.status != "invited"], at)


async def take_due(
    conn: AsyncConnection, limit: int, lease: timedelta, at: datetime, currency: Currency
) -> tuple[Notice, ...]:
    """As `Wallet.due_notices`: first what tells of money and PINs. Rows another courier holds are skipped."""
    rows = (await conn.execute(_TAKE, {"now": at, "until": at + lease, "limit": limit})).all()
    wanted = [(row.payment_id, row.party_id) for row in rows if row.payment_id is not None]
    told = await receipts.load_many(conn, wanted, currency)
    captures = {receipt.payment_id for receipt in told.values() if receipt.kind == "capture"}
    about_holds = [row.payment_id for row in rows if row.kind in _OF_HOLDS or row.payment_id in captures]
    of_holds = await holds.load_many(conn, about_holds, currency)
    of_requests = await _requests_told_of(conn, rows, currency)
    taken = (
        _notice(row, told.get((row.payment_id, row.party_id)), of_holds.get(row.payment_id), of_requests.get(row.id))
        for row in rows
    )
    return tuple(sorted(taken, key=lambda notice: notice.id))


async def _requests_told_of(conn: AsyncConnection, rows: Sequence[Row[Any]], currency: Currency) -> dict[UUID, Request]:
    """By notice: the request that it tells of, or that its payment answers."""
    named = {row.id: UUID(row.facts["request"]) for row in rows if "request" in row.facts}
    found = await requests.load_many(conn, list(named.values()), currency)
    paying = {row.id: row.payment_id for row in rows if row.kind in _OF_PAYMENTS}
    answered = await requests.answered_by(conn, list(paying.values()), currency)
    of_payments = {notice: answered[payment] for notice, payment in paying.items() if payment in answered}
    return of_payments | {notice: found[request_id] for notice, request_id in named.items()}


async def delivered(conn: AsyncConnection, notice_id: UUID, at: datetime) -> None:
    notice = models.Notice
    await conn.execute(
        update(notice).where(notice.id == notice_id, notice.delivered_at.is_(None)).values(delivered_at=at)
    )


async def failed(conn: AsyncConnection, notice_id: UUID, retry_in: timedelta, at: datetime) -> None:
    await conn.execute(update(models.Notice).where(models.Notice.id == notice_id).values(due_at=at + retry_in))


async def parked(conn: AsyncConnection, notice_id: UUID, attempt: int, at: datetime) -> None:
    """As `Wallet.notice_parked`."""
    notice = models.Notice
    await conn.execute(update(notice).where(notice.id == notice_id, notice.attempts == attempt).values(parked_at=at))


async def unpark(conn: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """As `Wallet.unpark_notices`. First those on their way: one refused a moment ago may not be parked after this."""
    for of_kinds in _ON_THEIR_WAY:
        await conn.execute(of_kinds, {"recipient": person_id, "now": at})
    notice = models.Notice
    parked_ones = (notice.recipient_id == person_id, notice.parked_at.is_not(None))
    await conn.execute(update(notice).where(*parked_ones).values(parked_at=None, due_at=at))


_OF_SIDES = {
    "payment": (NoticeKind.PAYMENT_SENT, NoticeKind.PAYMENT_RECEIVED),
    "refund": (NoticeKind.REFUND_SENT, NoticeKind.REFUND_RECEIVED),
    "reversal": (NoticeKind.REVERSED, NoticeKind.REVERSED),
    "deposit": (NoticeKind.WITHDRAWN, NoticeKind.DEPOSITED),
    "withdrawal": (NoticeKind.WITHDRAWN, NoticeKind.DEPOSITED),
}
"""What the payer and the payee of these kinds of payments are told."""
_OF_PAYMENTS = (NoticeKind.PAYMENT_SENT, NoticeKind.PAYMENT_RECEIVED)
_OF_HOLDS = (NoticeKind.HOLD_PLACED, NoticeKind.HOLD_CAPTURED, NoticeKind.HOLD_RELEASED, NoticeKind.HOLD_GONE)
_INSERT = """
    INSERT INTO wallet.notices (id, recipient_id, party_id, kind, payment_id, facts, created_at, due_at)
    SELECT id, recipient, party, kind, payment,
           CASE WHEN until IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('until', until) END, %(at)s,
           CASE WHEN looks_on THEN %(later)s::timestamptz ELSE %(at)s END
    FROM unnest(%(ids)s::uuid[], %(recipients)s::uuid[], %(parties)s::uuid[], %(kinds)s::text[], %(payments)s::uuid[],
                %(untils)s::text[], %(looking_on)s::boolean[])
        AS n(id, recipient, party, kind, payment, until, looks_on)
"""
_INSERT_OF_REQUEST = text("""
    INSERT INTO wallet.notices (id, recipient_id, party_id, kind, facts, created_at, due_at)
    VALUES (:id, :recipient, :party, :kind, jsonb_build_object('request', CAST(:request AS text)), :at, :at)
""")
_IS_WRITTEN = text("SELECT FROM wallet.notices WHERE id = :id")
_DUE = f"""
    SELECT n.id FROM wallet.notices n
    WHERE n.delivered_at IS NULL AND n.parked_at IS NULL AND n.due_at <= :now
      AND NOT EXISTS (SELECT FROM wallet.notices earlier
                      WHERE earlier.recipient_id = n.recipient_id AND earlier.id < n.id
                        AND earlier.delivered_at IS NULL AND earlier.parked_at IS NULL
                        AND earlier.kind NOT IN {models.one_of(*models.SHOWN_AS_THEY_HAPPEN)})
"""  # noqa: S608 - words of this program's own
_REQUESTS = models.one_of(*models.OF_REQUESTS)
_SHOWN = models.one_of(*models.SHOWN_AS_THEY_HAPPEN)
_ON_THEIR_WAY = [
    text(f"""
        UPDATE wallet.notices SET attempts = attempts + 1
        WHERE recipient_id = :recipient AND delivered_at IS NULL AND parked_at IS NULL AND due_at > :now AND {of_kinds}
    """)  # noqa: S608 - as above
    for of_kinds in (f"kind NOT IN {_SHOWN}", f"kind IN {_SHOWN} AND kind NOT IN {_REQUESTS}")
]
"""In two, so that each is served by an index: what is in order by its recipient, the rest among what is due later."""
_TAKE = text(f"""
    WITH of_money AS ({_DUE} AND n.kind NOT IN {_REQUESTS} ORDER BY n.due_at LIMIT :limit FOR UPDATE SKIP LOCKED),
    of_requests AS (
        {_DUE} AND n.kind IN {_REQUESTS}
        ORDER BY n.due_at LIMIT :limit - (SELECT count(*) FROM of_money) FOR UPDATE SKIP LOCKED
    ),
    due AS (SELECT id FROM of_money UNION ALL SELECT id FROM of_requests)
    UPDATE wallet.notices n SET due_at = :until, attempts = n.attempts + 1
    FROM due, wallet.parties p JOIN wallet.accounts a ON a.party_id = p.id
    WHERE n.id = due.id AND p.id = n.party_id
    RETURNING n.id, n.recipient_id, n.party_id, n.kind, n.payment_id, n.facts, n.attempts,
              p.kind AS party_kind, p.name, p.owner_id, a.status
""")  # noqa: S608 - as above


def _about(party: Party, kind: NoticeKind, payment_id: UUID | None = None, *, looks_on: bool = False) -> Draft:
    """Tell a person, or the owner of a business."""
    return Draft(new_id(), party.owner_id or party.id, party.id, kind, payment_id, None, looks_on)


def _notice(row: Row[Any], receipt: Receipt | None, hold: Hold | None, request: Request | None) -> Notice:
    until = row.facts.get("until")
    return Notice(
        id=row.id,
        recipient_id=row.recipient_id,
        party=Party(row.party_id, row.party_kind, row.name, row.status, row.owner_id),
        kind=NoticeKind(row.kind),
        receipt=receipt,
        until=datetime.fromisoformat(until) if until else None,
        attempts=row.attempts,
        hold=hold,
        request=request,
    )
