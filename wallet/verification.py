"""Holding a receipt against today's books: do they say what they said then, and was anything before it rewritten?

And was it shown: a payment is of a quote, whose code only the pepper's holder can make (`quote_codes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from wallet import quote_codes, receipts, seals
from wallet.errors import MalformedReceiptCode, PaymentUnknown
from wallet.ids import read_receipt_code
from wallet.values import Verification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.money import Currency
    from wallet.values import Party, PaymentSummary

DEPTH = 1000
"""So many transfers of the viewer's account are sealed anew, the payment's own and those before it."""

_PAYMENT_AGREES = """
    (p.currency, p.settled_at) = (t.currency, t.settled_at) AND CASE t.kind WHEN 'amount'
        THEN (p.amount, p.debit_account_id, p.credit_account_id) = (t.amount, t.debit_account_id, t.credit_account_id)
            AND p.fee = COALESCE((SELECT f.amount FROM wallet.transfers f
                                  WHERE f.payment_id = p.id AND f.kind = 'fee'), 0)
        ELSE p.fee = t.amount END
"""
"""A receipt is read from the payment, and seals cover its transfers: true where payment `p` says of `t` what it is."""

_RESEAL = text(f"""
    WITH own AS (
        SELECT e.account_id, e.seq FROM wallet.transfers t
        JOIN wallet.entries e ON (e.account_id, e.seq) IN
            ((t.debit_account_id, t.debit_seq), (t.credit_account_id, t.credit_seq))
        JOIN wallet.accounts a ON a.id = e.account_id
        WHERE t.payment_id = :payment AND a.party_id = :viewer
        ORDER BY e.seq DESC LIMIT 1
    )
    SELECT count(*) AS checked,
           count(*) FILTER (WHERE t.seal IS DISTINCT FROM {seals.IN_SQL} OR ({_PAYMENT_AGREES}) IS NOT TRUE) AS broken
    FROM {seals.FROM}
    WHERE t.id = ANY (ARRAY(
        SELECT id FROM wallet.transfers WHERE payment_id = :payment
        UNION
        SELECT e.transfer_id FROM wallet.entries e, own
        WHERE e.account_id = own.account_id AND e.seq <= own.seq AND e.seq > own.seq - {DEPTH}))
""")  # noqa: S608 - constants above
# An array is looked up transfer by transfer; the same as a condition would be tried on every transfer of the ledger.


_QUOTE = text("""
    SELECT q.*, payer.party_id AS payer_id, payee.party_id AS payee_id,
           (p.debit_account_id, p.amount, p.fee, p.currency, p.note)
               = (q.payer_account_id, q.amount, q.fee, q.currency, q.note)
           AND CASE WHEN q.held_until IS NULL THEN p.credit_account_id = q.payee_account_id ELSE p.kind = 'hold' END
               AS is_paid_as_quoted
    FROM wallet.payments p JOIN wallet.quotes q ON q.id = p.quote_id
    JOIN wallet.accounts payer ON payer.id = q.payer_account_id
    JOIN wallet.accounts payee ON payee.id = q.payee_account_id
    WHERE p.id = :payment
""")


async def verify(
    conn: AsyncConnection, code: str, party_id: UUID | None, currency: Currency, keys: Sequence[bytes]
) -> Verification:
    """As `Wallet.verify`, in the caller's snapshot."""
    read = read_receipt_code(code)
    if read is None:
        raise MalformedReceiptCode
    reference, seal = read
    payment = await receipts.find(conn, reference, currency)
    viewer = _viewer(payment, party_id)
    receipt = await receipts.load(conn, payment.id, viewer.id, currency)
    row = (await conn.execute(_RESEAL, {"payment": payment.id, "viewer": viewer.id})).one()
    as_shown = await _as_shown(conn, payment, keys)
    return Verification(
        receipt, matches=receipt.seal == seal, checked=row.checked, broken=row.broken, as_shown=as_shown
    )


async def _as_shown(conn: AsyncConnection, payment: PaymentSummary, keys: Sequence[bytes]) -> bool | None:
    if payment.kind not in ("payment", "hold") or not keys:
        return None
    row = (await conn.execute(_QUOTE, {"payment": payment.id})).first()
    if row is None or not row.is_paid_as_quoted:
        return False
    return quote_codes.fits(keys, quote_codes.Shown.read(row), row.code)


def _viewer(payment: PaymentSummary, party_id: UUID | None) -> Party:
    """The side of the payment that looks: this person, or a business of theirs; an operator sees the payer's.

    Where escrow takes a side, nobody is there who could look.
    """
    payer = None if payment.kind in ("capture", "release") else payment.payer
    payee = None if payment.kind == "hold" else payment.payee
    sides = [side for side in (payer, payee) if side is not None]
    found = next((side for side in sides if party_id in (None, side.id, side.owner_id)), None)
    if found is None:
        raise PaymentUnknown
    return found
