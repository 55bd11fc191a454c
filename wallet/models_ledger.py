"""The ledger's tables: transfers, the two entries of each, and counters of what people have spent."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from uuid import UUID  # noqa: TC003 - as above

from sqlalchemy import CheckConstraint, LargeBinary, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wallet.models import Base, one_of


class Transfer(Base):
    """One debit, one credit, one amount: it cannot be unbalanced. Immutable, and sealed (`seals`)."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(f"kind IN {one_of('amount', 'fee')}", "kind"),
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("debit_account_id <> credit_account_id", "not_to_oneself"),
        CheckConstraint("length(seal) = 32", "seal"),
        UniqueConstraint("payment_id", "kind"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID]
    kind: Mapped[str]
    debit_account_id: Mapped[UUID]
    debit_seq: Mapped[int]
    credit_account_id: Mapped[UUID]
    credit_seq: Mapped[int]
    amount: Mapped[int]
    currency: Mapped[str]
    settled_at: Mapped[datetime]
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class Entry(Base):
    """One side of a transfer on one account. No gap can be written, and no balance that does not follow."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("seq >= 1", "seq"),
        CheckConstraint("amount <> 0", "amount"),
    )
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transfer_id: Mapped[UUID]
    amount: Mapped[int]
    balance_after: Mapped[int]


class Spending(Base):
    """A person's payments, counted: after the n-th, `total` had left in all. Limits subtract two of these rows.

    Later rows have later times, or the same, so they are found by time alone.
    """

    __tablename__ = "spending"
    __table_args__ = (
        CheckConstraint("nth >= 1", "nth"),
        CheckConstraint("total >= nth", "total"),
        PrimaryKeyConstraint("account_id", "at", "nth"),
    )
    account_id: Mapped[UUID]
    nth: Mapped[int]
    total: Mapped[int]
    at: Mapped[datetime]
