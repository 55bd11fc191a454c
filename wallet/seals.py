"""Seals: each transfer is sealed with what came before it on both of its accounts.

    seal = SHA-256(fields), each field with its length in front (four bytes, big-endian), in this order:

     1  the words "sixpence seal 1"
     2  transfer id              3  its kind              4  amount            5  currency
     6  time settled, in microseconds since 2000-01-01 UTC
     7  debit account            8  its seq               9  its balance      10  its last seal, empty for the first
    11  credit account          12  its seq              13  its balance      14  its last seal, empty for the first
    15  payment id              16  its kind             17  its note         18  the payment that it undoes, or empty

Ids are their 16 bytes, numbers 8 bytes, big-endian and signed. The seal is then the head of both accounts, so it
depends on every transfer before it, on either account and on all accounts that those had to do with. Whoever rewrites
one transfer must rewrite every seal after it; and some of those are in people's chats, printed on their receipts.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from wallet.values import PaymentKind

_WORDS = b"sixpence seal 1"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = struct.Struct(">I")
_AMOUNT = struct.Struct(">Iq")
_SIDE = struct.Struct(">I16sIqIqI")


def _field(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


_WORDS_FIELD = _field(_WORDS)


def microseconds(at: datetime) -> bytes:
    """A time as a sealed field."""
    return _AMOUNT.pack(8, (at - _EPOCH) // _MICROSECOND)


def reason(payment_id: UUID, kind: PaymentKind, note: str, original_id: UUID | None) -> bytes:
    """What a payment adds to the seals of its transfers: fields 15 to 18."""
    original = original_id.bytes if original_id else b""
    return b"".join(map(_field, (payment_id.bytes, kind.encode(), note.encode(), original)))


def side(account_id: UUID, seq: int, balance: int, head: bytes) -> bytes:
    """One account's part in a transfer: fields 7 to 10, or 11 to 14."""
    return _SIDE.pack(16, account_id.bytes, 8, seq, 8, balance, len(head)) + head


def seal(
    transfer_id: UUID, kind: str, amount: int, currency: str, at: bytes, debit: bytes, credit: bytes, why: bytes
) -> bytes:
    """The seal of a transfer, 32 bytes; the last four are what the functions above give."""
    what = (_field(transfer_id.bytes), _field(kind.encode()), _AMOUNT.pack(8, amount), _field(currency.encode()))
    return sha256(b"".join((_WORDS_FIELD, *what, at, debit, credit, why))).digest()


IN_SQL = """
    sha256(substr(array_send(ARRAY[
        'sixpence seal 1'::bytea,
        uuid_send(t.id), convert_to(t.kind, 'UTF8'), int8send(t.amount), convert_to(t.currency, 'UTF8'),
        timestamptz_send(t.settled_at),
        uuid_send(t.debit_account_id), int8send(t.debit_seq), int8send(debit.balance_after),
        CASE t.debit_seq WHEN 1 THEN ''::bytea ELSE before_debit.seal END,
        uuid_send(t.credit_account_id), int8send(t.credit_seq), int8send(credit.balance_after),
        CASE t.credit_seq WHEN 1 THEN ''::bytea ELSE before_credit.seal END,
        uuid_send(p.id), convert_to(p.kind, 'UTF8'), convert_to(p.note, 'UTF8'),
        CASE WHEN p.original_id IS NULL THEN ''::bytea ELSE uuid_send(p.original_id) END
    ]), 21))
"""
"""The same in SQL: the seal that transfer `t` of payment `p` should have, with its entries `debit` and `credit`, after
the transfers `before_debit` and `before_credit`. An array is sent with each element's length in front, just as fields
are sealed; twenty bytes say what kind of array it is, and are left out. Something missing makes another seal."""

FROM = """
    wallet.transfers t
    LEFT JOIN wallet.payments p ON p.id = t.payment_id
    LEFT JOIN wallet.entries debit ON debit.account_id = t.debit_account_id AND debit.seq = t.debit_seq
    LEFT JOIN wallet.entries credit ON credit.account_id = t.credit_account_id AND credit.seq = t.credit_seq
    LEFT JOIN wallet.entries debited ON debited.account_id = t.debit_account_id AND debited.seq = t.debit_seq - 1
    LEFT JOIN wallet.entries credited ON credited.account_id = t.credit_account_id AND credited.seq = t.credit_seq - 1
    LEFT JOIN wallet.transfers before_debit ON before_debit.id = debited.transfer_id
    LEFT JOIN wallet.transfers before_credit ON before_credit.id = credited.transfer_id
"""
"""Where that finds them: each transfer, with its two entries and what stands before them on their accounts."""
