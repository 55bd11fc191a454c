"""The tables of splits, and of nettings by which their shares are settled up."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from uuid import UUID  # noqa: TC003 - as above

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from wallet.models import Base, one_of


class Split(Base):
    """A total that somebody divides among people of a group, which only the front knows (`wallet.splits`).

    `request_hash` is of what it was started with; empty for those of before it was kept. `expires_at` is until when
    people join, and once everybody was asked, until when they pay.
    """

    __tablename__ = "splits"
    __table_args__ = (
        CheckConstraint(f"way IN {one_of('even', 'shares', 'amounts')}", "way"),
        CheckConstraint(f"total BETWEEN 1 AND {2**53 - 1}", "total"),
        CheckConstraint("expires_at > created_at", "open_for_a_while"),
        ForeignKeyConstraint(
            ["starter_account_id", "currency"],
            ["wallet.accounts.id", "wallet.accounts.currency"],
            "fk_splits_starter",
        ),
        Index("ix_splits_starter", "starter_account_id", "created_at"),
        Index("ix_splits_not_closed", "group_key", "expires_at", postgresql_where=text("closed_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_key: Mapped[UUID] = mapped_column(index=True)
    starter_account_id: Mapped[UUID]
    total: Mapped[int]
    currency: Mapped[str]
    note: Mapped[str]
    way: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    request_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Share(Base):
    """Whether somebody is in a split, and once everybody was asked, with how much; the starter's own has no request."""

    __tablename__ = "shares"
    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 1 AND {2**53 - 1}", "amount"),
        CheckConstraint("amount IS NULL OR is_in", "only_who_is_in_pays"),
        CheckConstraint("amount IS NOT NULL OR (NOT odd AND request_id IS NULL)", "fixed_at_once"),
    )
    split_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.splits.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.accounts.id"), primary_key=True)
    nth: Mapped[int]
    is_in: Mapped[bool]
    amount: Mapped[int | None]
    odd: Mapped[bool] = mapped_column(server_default=text("false"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("wallet.requests.id"), unique=True)


class Netting(Base):
    """Open shares of a group that are to be replaced by fewer payments, once every side agrees (`wallet.nettings`)."""

    __tablename__ = "nettings"
    __table_args__ = (
        CheckConstraint(
            f"state IN {one_of('proposed', 'agreed', 'refused', 'overtaken', 'replaced', 'expired')}", "state"
        ),
        CheckConstraint("expires_at > created_at", "open_for_a_while"),
        Index("uq_nettings_one_proposed", "group_key", unique=True, postgresql_where=text("state = 'proposed'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_key: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class NettingSide(Base):
    """Somebody who owes or is owed in a netting, and when they agreed."""

    __tablename__ = "netting_sides"
    netting_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.nettings.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.accounts.id"), primary_key=True)
    agreed_at: Mapped[datetime | None]


class NettingClaim(Base):
    """A request that a netting ends (netted), or asks for instead (made)."""

    __tablename__ = "netting_claims"
    __table_args__ = (CheckConstraint(f"kind IN {one_of('netted', 'made')}", "kind"),)
    netting_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.nettings.id"), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("wallet.requests.id"), primary_key=True, index=True)
    kind: Mapped[str]
