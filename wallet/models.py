"""The wallet's tables, PostgreSQL schema `wallet`. Every constraint is named, because a name is what an error shows.

Those of the ledger are in `models_ledger`, those of splits in `models_splits`.

What must never be is impossible here, not only refused above: an overdraft, an amount of zero, a transfer to oneself,
two currencies in one transfer, a gap in an account's sequence. Entries, transfers and acts are append-only.

Settling writes to payments, transfers, entries, spending and notices. What would be their foreign keys is checked there
a batch at a time, by three triggers of `migrations/versions`, or proved by reconciling: a foreign key looks up every
row on its own, and twenty of them took half of a settlement's time (docs/adr/0011).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "wallet"
PARTY_ACCOUNTS = ("personal", "business")
SYSTEM_ACCOUNTS = ("fee_income", "card_clearing", "bank_clearing", "escrow", "suspense")
PAYMENT_KINDS = ("payment", "deposit", "withdrawal", "refund", "reversal", "hold", "capture", "release")
MAY_BE_NEGATIVE = ("card_clearing", "bank_clearing", "suspense")
"""A clearing account's balance is minus what the bank holds for us."""
SHOWN_AS_THEY_HAPPEN = ("payment_sent", "hold_placed")
"""Kinds of notices that the chat itself shows at once: one that still waits does not hold up later ones."""
OF_REQUESTS = ("request_received", "request_reminded", "request_cancelled", "request_declined", "request_expired")
"""Kinds of notices that tell of no money and no PIN, and that one person can make many of: they wait for the others."""


def one_of(*words: str) -> str:
    """The SQL list of these words."""
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


class Base(DeclarativeBase):
    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        },
    )
    type_annotation_map = {int: BigInteger, datetime: DateTime(timezone=True), dict[str, Any]: JSONB}  # noqa: RUF012 - SQLAlchemy's own shape


class Unit(Base):
    """What the books are kept in: one row, from when the first party has an account.

    Without its digits balances could be read as a hundred times what they are. NULL: not noted down by then.
    """

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("digits BETWEEN 0 AND 4", "digits"),
        Index("uq_units_one", text("(true)"), unique=True),
    )
    currency: Mapped[str] = mapped_column(primary_key=True)
    digits: Mapped[int | None]


class Party(Base):
    """A person or a business; `key` makes opening one idempotent. Its `name` is of `named_at`; NULL: not noted then."""

    __tablename__ = "parties"
    __table_args__ = (
        CheckConstraint(f"kind IN {one_of('person', 'business')}", "kind"),
        CheckConstraint("(kind = 'business') = (owner_id IS NOT NULL)", "a_business_has_an_owner"),
        CheckConstraint("length(name) BETWEEN 1 AND 64", "name_length"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(index=True)
    named_at: Mapped[datetime | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.parties.id"), index=True)
    created_at: Mapped[datetime]


class Account(Base):
    """Holder of one currency. `balance`, `last_seq` and `head` repeat the last entry and its seal, under the lock."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(f"kind IN {one_of(*PARTY_ACCOUNTS, *SYSTEM_ACCOUNTS)}", "kind"),
        CheckConstraint(f"status IN {one_of('open', 'pending', 'frozen', 'invited')}", "status"),
        CheckConstraint(f"(party_id IS NOT NULL) = (kind IN {one_of(*PARTY_ACCOUNTS)})", "parties_own_party_accounts"),
        CheckConstraint(f"balance >= 0 OR kind IN {one_of(*MAY_BE_NEGATIVE)}", "no_overdraft"),
        CheckConstraint("last_seq >= 0", "last_seq"),
        CheckConstraint("length(head) = CASE last_seq WHEN 0 THEN 0 ELSE 32 END", "head"),
        UniqueConstraint("id", "currency"),
        UniqueConstraint("party_id", "currency"),
        Index("uq_accounts_system_kind", "kind", "currency", unique=True, postgresql_where=text("party_id IS NULL")),
        {"postgresql_with": {"fillfactor": "60"}},
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.parties.id"))
    kind: Mapped[str]
    currency: Mapped[str]
    status: Mapped[str]
    balance: Mapped[int] = mapped_column(server_default="0")
    last_seq: Mapped[int] = mapped_column(server_default="0")
    head: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''::bytea"))


class Quote(Base):
    """What the payer is shown before the PIN; never changed but for its state and its PIN attempts.

    Its state says whether it was closed (`quotes`). Paid is a quote whose id is a payment's; it stays `open`.

    `code` is made of all that, with a key that is not in the database (`wallet.quote_codes`).
    """

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint(f"state IN {one_of('open', 'cancelled', 'voided')}", "state"),
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("fee BETWEEN 0 AND amount", "fee"),
        CheckConstraint("payer_account_id <> payee_account_id", "not_to_oneself"),
        CheckConstraint("pin_attempts BETWEEN 0 AND 3", "pin_attempts"),
        ForeignKeyConstraint(
            ["payer_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], "fk_quotes_payer"
        ),
        ForeignKeyConstraint(
            ["payee_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], "fk_quotes_payee"
        ),
        Index("ix_quotes_payer_account_id", "payer_account_id"),
        {"postgresql_with": {"fillfactor": "50"}},
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(unique=True)
    payer_account_id: Mapped[UUID]
    payee_account_id: Mapped[UUID]
    amount: Mapped[int]
    fee: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    state: Mapped[str]
    pin_attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.requests.id"))
    code: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''::bytea"))


class Payment(Base):
    """What somebody asked for and got; owns its transfers. `id` is the key fixed before it was asked for."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(f"kind IN {one_of(*PAYMENT_KINDS)}", "kind"),
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("fee BETWEEN 0 AND amount", "fee"),
        CheckConstraint("refunded BETWEEN 0 AND amount", "never_more_refunded_than_paid"),
        CheckConstraint("fee_refunded BETWEEN 0 AND fee", "never_more_fee_returned_than_taken"),
        CheckConstraint("debit_account_id <> credit_account_id", "not_to_oneself"),
        CheckConstraint(
            "(kind IN ('refund', 'reversal', 'capture', 'release')) = (original_id IS NOT NULL)",
            "a_return_cites_its_original",
        ),
        CheckConstraint("(kind IN ('payment', 'hold')) = (quote_id IS NOT NULL)", "a_payment_has_a_quote"),
        CheckConstraint("quote_id = id", "the_quote_is_the_key"),
        Index(
            "uq_payments_one_reversal",
            "original_id",
            unique=True,
            postgresql_where=text("kind = 'reversal'"),
        ),
        Index(
            "uq_payments_one_end",
            "original_id",
            unique=True,
            postgresql_where=text("kind IN ('capture', 'release')"),
        ),
        Index("ix_payments_pair", "debit_account_id", "credit_account_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    reference: Mapped[str] = mapped_column(String(collation="C"), unique=True)
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    amount: Mapped[int]
    fee: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    quote_id: Mapped[UUID | None]
    original_id: Mapped[UUID | None]
    refunded: Mapped[int] = mapped_column(server_default="0")
    fee_refunded: Mapped[int] = mapped_column(server_default="0")
    settled_at: Mapped[datetime]


class Hold(Base):
    """Money set aside by the payment of this id, until a capture or a release cites it (`wallet.holds`).

    `payee_account_id` is whom it waits for; who captured it is on the capture. `created_at` is when limits count it.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint(f"state IN {one_of('open', 'captured', 'cancelled', 'refused', 'expired')}", "state"),
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("payer_account_id <> payee_account_id", "not_for_oneself"),
        Index("ix_holds_open", "expires_at", postgresql_where=text("state = 'open'")),
        Index("ix_holds_open_payee", "payee_account_id", postgresql_where=text("state = 'open'")),
        Index("ix_holds_payer", "payer_account_id", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    payer_account_id: Mapped[UUID]
    payee_account_id: Mapped[UUID]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]


class Request(Base):
    """A party asks a person for money. The key it was asked by is its id; it ends once (`wallet.requests`).

    `claimed_from` is who was asked, known by a name and without a wallet, where somebody else claimed it since.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint(f"state IN {one_of('open', 'paid', 'declined', 'cancelled', 'expired', 'netted')}", "state"),
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("payer_account_id <> payee_account_id", "not_of_oneself"),
        CheckConstraint("expires_at > created_at", "open_for_a_while"),
        CheckConstraint("(state = 'paid') = (payment_id IS NOT NULL)", "paid_by_a_payment"),
        CheckConstraint("claimed_from <> payer_account_id", "claimed_from_another"),
        ForeignKeyConstraint(
            ["payer_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], "fk_requests_payer"
        ),
        ForeignKeyConstraint(
            ["payee_account_id", "currency"], ["wallet.accounts.id", "wallet.accounts.currency"], "fk_requests_payee"
        ),
        Index("ix_requests_open", "expires_at", postgresql_where=text("state = 'open'")),
        Index("ix_requests_open_payer", "payer_account_id", postgresql_where=text("state = 'open'")),
        Index("ix_requests_payee", "payee_account_id", "created_at"),
        Index("uq_requests_payment_id", "payment_id", unique=True, postgresql_where=text("payment_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    payee_account_id: Mapped[UUID]
    payer_account_id: Mapped[UUID]
    amount: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.payments.id"))
    claimed_from: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.accounts.id"))


class Pin(Base):
    """A PIN's hash and its attempts. `hash` is empty after a reset, until the person chooses anew.

    The application's role can neither read a hash nor write this table; it calls functions (`wallet.pins`).
    `unproved` counts attempts whose PIN has not been compared yet; `proved_by` is the last attempt that was right,
    or the choice itself before there is one.
    """

    __tablename__ = "pins"
    __table_args__ = (
        CheckConstraint("failures BETWEEN 0 AND 10", "failures"),
        CheckConstraint("unproved BETWEEN 0 AND 10", "unproved"),
        CheckConstraint("(hash IS NULL) = (pepper_id IS NULL)", "a_hash_names_its_pepper"),
    )
    party_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.parties.id"), primary_key=True)
    hash: Mapped[str | None]
    pepper_id: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    unproved: Mapped[int] = mapped_column(server_default="0")
    proved_by: Mapped[UUID | None]
    locked_until: Mapped[datetime | None]
    cooling_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class Notice(Base):
    """Something a person must be told, written in the transaction that made it true: the outbox."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "due_at",
            postgresql_where=text(f"delivered_at IS NULL AND parked_at IS NULL AND kind NOT IN {one_of(*OF_REQUESTS)}"),
        ),
        Index(
            "ix_notices_due_of_requests",
            "due_at",
            postgresql_where=text(f"delivered_at IS NULL AND parked_at IS NULL AND kind IN {one_of(*OF_REQUESTS)}"),
        ),
        Index(
            "ix_notices_in_order",
            "recipient_id",
            "id",
            postgresql_where=text(
                f"delivered_at IS NULL AND parked_at IS NULL AND kind NOT IN {one_of(*SHOWN_AS_THEY_HAPPEN)}"
            ),
        ),
        Index("ix_notices_untold", "payment_id", postgresql_where=text("delivered_at IS NULL")),
        Index("ix_notices_parked", "recipient_id", postgresql_where=text("parked_at IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID]
    party_id: Mapped[UUID]
    kind: Mapped[str]
    payment_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    delivered_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]


class Act(Base):
    """An administrative act: who did what to whom, when and why. Append-only."""

    __tablename__ = "acts"
    __table_args__ = (
        CheckConstraint("length(actor) > 0", "actor"),
        CheckConstraint("length(reason) > 0", "reason"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    verb: Mapped[str]
    subject_id: Mapped[UUID]
    reason: Mapped[str]
