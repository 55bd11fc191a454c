"""Receipts: settled payments read back, as one party sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from wallet.accounts import SIDES, Holder, payee, payer
from wallet.errors import PaymentUnknown
from wallet.ids import read_reference, reference, short_seal
from wallet.money import Currency, Money
from wallet.values import PaymentSummary, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Original:
    """What never changes about a settled payment: all that a return of it needs."""

    id: UUID
    debit: Holder
    credit: Holder
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class BookLine:
    """A transfer as an operator sees it."""

    at: datetime
    debit: str
    credit: str
    amount: Money
    kind: str
    reference: str


_PAYMENT = f"p.id, p.kind, p.reference, p.amount, p.fee, p.note, p.settled_at, p.refunded, {SIDES}"
# Where money is set aside, people see one another, not the escrow between them.
_JOINS = """
    LEFT JOIN wallet.holds h
      ON h.id = CASE WHEN p.kind IN ('hold', 'capture', 'release') THEN COALESCE(p.original_id, p.id) END
    JOIN wallet.accounts da ON da.id = CASE p.kind WHEN 'capture' THEN h.payer_account_id
        WHEN 'release' THEN h.payee_account_id ELSE p.debit_account_id END
    LEFT JOIN wallet.parties dp ON dp.id = da.party_id
    JOIN wallet.accounts ca ON ca.id = CASE p.kind WHEN 'hold' THEN h.payee_account_id ELSE p.credit_account_id END
    LEFT JOIN wallet.parties cp ON cp.id = ca.party_id
"""
_LOAD = text(f"""
    SELECT {_PAYMENT}, p.original_id, asked.party_id AS viewer_id, own.balance_after, last.seal, n.id AS notice_id,
           CASE p.kind WHEN 'release' THEN h.state END AS reason
    FROM unnest(:payments, :parties) AS asked(payment_id, party_id)
    JOIN wallet.payments p ON p.id = asked.payment_id
    {_JOINS}
    JOIN LATERAL (SELECT t.* FROM wallet.transfers t WHERE t.payment_id = p.id ORDER BY t.id DESC LIMIT 1) last ON true
    JOIN LATERAL (
        SELECT e.balance_after FROM wallet.transfers t
        JOIN wallet.entries e ON (e.account_id, e.seq) IN
            ((t.debit_account_id, t.debit_seq), (t.credit_account_id, t.credit_seq))
        WHERE t.payment_id = p.id
          AND e.account_id = CASE asked.party_id WHEN dp.id THEN da.id WHEN cp.id THEN ca.id END
        ORDER BY e.seq DESC LIMIT 1) own ON true
    JOIN wallet.parties viewer ON viewer.id = asked.party_id
    LEFT JOIN wallet.notices n ON n.recipient_id = COALESCE(viewer.owner_id, viewer.id) AND n.delivered_at IS NULL
        AND n.payment_id = p.id AND n.party_id = viewer.id
""").bindparams(bindparam("payments", type_=ARRAY(Uuid)), bindparam("parties", type_=ARRAY(Uuid)))  # noqa: S608 - constants above  # fmt: skip
_ORIGINAL = text(f"""
    SELECT {_PAYMENT} FROM wallet.payments p
    JOIN wallet.accounts da ON da.id = p.debit_account_id LEFT JOIN wallet.parties dp ON dp.id = da.party_id
    JOIN wallet.accounts ca ON ca.id = p.credit_account_id LEFT JOIN wallet.parties cp ON cp.id = ca.party_id
    WHERE p.id = :id
""")  # noqa: S608 - constants above
_FIND = text(f"SELECT {_PAYMENT} FROM wallet.payments p {_JOINS} WHERE p.reference = :reference OR p.id = :id")  # noqa: S608 - constants above
_LATEST = text("""
    SELECT t.settled_at, t.amount, p.reference,
           COALESCE(dp.name, da.kind) AS debit, COALESCE(cp.name, ca.kind) AS credit,
           CASE t.kind WHEN 'fee' THEN 'fee' ELSE p.kind END AS kind
    FROM wallet.transfers t JOIN wallet.payments p ON p.id = t.payment_id
    JOIN wallet.accounts da ON da.id = t.debit_account_id LEFT JOIN wallet.parties dp ON dp.id = da.party_id
    JOIN wallet.accounts ca ON ca.id = t.credit_account_id LEFT JOIN wallet.parties cp ON cp.id = ca.party_id
    ORDER BY t.id DESC LIMIT :limit
""")


async def load(conn: AsyncConnection, payment_id: UUID, party_id: UUID, currency: Currency) -> Receipt:
    """As `Wallet.receipt`."""
    found = await load_many(conn, [(payment_id, party_id)], currency)
    if not found:
        raise PaymentUnknown
    return found[payment_id, party_id]


async def load_many(
    conn: AsyncConnection, wanted: Sequence[tuple[UUID, UUID]], currency: Currency
) -> dict[tuple[UUID, UUID], Receipt]:
    """Receipts by (payment, viewing party); what a party may not see is left out. One query for all."""
    if not wanted:
        return {}
    payments, parties = zip(*wanted, strict=True)
    rows = await conn.execute(_LOAD, {"payments": list(payments), "parties": list(parties)})
    return {(row.id, row.viewer_id): _receipt(row, currency) for row in rows}


async def original(conn: AsyncConnection, payment_id: UUID) -> Original:
    """What a refund or a reversal needs to know. PaymentUnknown."""
    row = (await conn.execute(_ORIGINAL, {"id": payment_id})).first()
    if row is None:
        raise PaymentUnknown
    return Original(row.id, Holder(row.debit_id, payer(row)), Holder(row.credit_id, payee(row)), row.amount, row.fee)


async def find(conn: AsyncConnection, wanted: str, currency: Currency) -> PaymentSummary:
    """As `Wallet.find_payment`."""
    try:
        payment_id = UUID(wanted)
    except ValueError:
        payment_id = None
    row = (await conn.execute(_FIND, {"reference": read_reference(wanted), "id": payment_id})).first()
    if row is None:
        raise PaymentUnknown
    return PaymentSummary(
        id=row.id,
        kind=row.kind,
        reference=row.reference,
        payer=payer(row),
        payee=payee(row),
        amount=Money(row.amount, currency),
        fee=Money(row.fee, currency),
        refunded=Money(row.refunded, currency),
        note=row.note,
        settled_at=row.settled_at,
    )


async def latest(conn: AsyncConnection, limit: int, currency: Currency) -> tuple[BookLine, ...]:
    """As `Wallet.latest_transfers`."""
    rows = await conn.execute(_LATEST, {"limit": limit})
    return tuple(
        BookLine(row.settled_at, row.debit, row.credit, Money(row.amount, currency), row.kind, row.reference)
        for row in rows
    )


def _receipt(row: Row[Any], currency: Currency) -> Receipt:
    return Receipt(
        payment_id=row.id,
        kind=row.kind,
        reference=row.reference,
        seal=short_seal(row.seal),
        payer=payer(row),
        payee=payee(row),
        amount=Money(row.amount, currency),
        fee=Money(row.fee, currency),
        note=row.note,
        settled_at=row.settled_at,
        viewer="payer" if row.viewer_id == row.payer_id else "payee",
        balance_after=Money(row.balance_after, currency),
        refunded=Money(row.refunded, currency),
        notice_id=row.notice_id,
        reason=row.reason,
        original=reference(row.original_id) if row.original_id else None,
    )
