"""Payments as rows: what a batch of orders finds of them, adds to them, and changes about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from wallet.batches import Statement, hashes, numbers, texts, uuids
from wallet.orders import Order  # noqa: TC001 - NamedTuple reads the annotations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from wallet.money import Currency
    from wallet.values import HoldState


@dataclass(slots=True)
class PaymentState:
    """What may change about a payment: how much of it has been given back, or how the hold it placed ended."""

    kind: str
    request_hash: bytes
    amount: int
    refunded: int = 0
    fee_refunded: int = 0
    hold: HoldState | None = None
    held_since: datetime | None = None


class Settled(NamedTuple):
    """An order and what it moved."""

    order: Order
    amount: int
    fee: int


def lock(orders: Sequence[Order]) -> Statement:
    """What locks and reads the payments made with these keys before, and the originals of returns."""
    ids = {order.key for order in orders} | {order.original.id for order in orders if order.original}
    return _LOCK, {"ids": uuids(ids)}


def insert(settled: Sequence[Settled], currency: Currency, at: datetime) -> Statement:
    """What writes the payments that these orders became."""
    orders, amounts, fees = zip(*settled, strict=True)
    columns = {
        "ids": uuids([order.key for order in orders]),
        "kinds": texts([order.kind for order in orders]),
        "hashes": hashes([order.request_hash for order in orders]),
        "references": texts([order.reference for order in orders]),
        "debits": uuids([order.debit.account_id for order in orders]),
        "credits": uuids([order.credit.account_id for order in orders]),
        "amounts": numbers(amounts),
        "fees": numbers(fees),
        "notes": texts([order.note for order in orders]),
        "originals": uuids([order.original.id if order.original else None for order in orders]),
        "currency": currency.code,
        "at": at,
    }
    return _INSERT, columns


def update_returned(states: Mapping[UUID, PaymentState]) -> Statement:
    """What writes how much of these payments has been given back."""
    columns = {
        "ids": uuids(states),
        "refunded": numbers([state.refunded for state in states.values()]),
        "fees": numbers([state.fee_refunded for state in states.values()]),
    }
    return _UPDATE_RETURNED, columns


_LOCK = """
    SELECT p.id, p.kind, p.request_hash, p.amount, p.refunded, p.fee_refunded, h.state, h.created_at
    FROM wallet.payments p LEFT JOIN wallet.holds h ON h.id = p.id
    WHERE p.id = ANY(%(ids)s::uuid[]) ORDER BY p.id FOR NO KEY UPDATE OF p
"""
# Of a hold only settlement changes the state, with its accounts locked, which are locked here before this is asked.
_INSERT = """
    INSERT INTO wallet.payments (id, kind, request_hash, reference, debit_account_id, credit_account_id, amount, fee,
                                 currency, note, quote_id, original_id, settled_at)
    SELECT id, kind, hash, reference, debit, credit, amount, fee,
           %(currency)s, note, CASE WHEN kind IN ('payment', 'hold') THEN id END, original, %(at)s
    FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(hashes)s::bytea[], %(references)s::text[], %(debits)s::uuid[],
                %(credits)s::uuid[], %(amounts)s::bigint[], %(fees)s::bigint[], %(notes)s::text[],
                %(originals)s::uuid[])
        AS p(id, kind, hash, reference, debit, credit, amount, fee, note, original)
"""
_UPDATE_RETURNED = """
    UPDATE wallet.payments AS p SET refunded = new.refunded, fee_refunded = new.fee
    FROM unnest(%(ids)s::uuid[], %(refunded)s::bigint[], %(fees)s::bigint[]) AS new(id, refunded, fee)
    WHERE p.id = new.id
"""
