"""The bot's own tables, PostgreSQL schema `bot`: what Telegram said, who is who, and what was shown. Never a PIN."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    MetaData,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "bot"


class Base(DeclarativeBase):
    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        },
    )
    type_annotation_map = {int: BigInteger, datetime: DateTime(timezone=True), dict[str, Any]: JSONB}  # noqa: RUF012 - SQLAlchemy's own shape


class InboxUpdate(Base):
    """An update from Telegram, stored before it is acknowledged. Handled in order of `position` within its lane.

    `payload` is emptied once handled; digits that could be a PIN are blanked before it is stored (`redacted`).
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_waiting", "position", postgresql_where=text("handled_at IS NULL")),
        CheckConstraint("attempts >= 0", "attempts"),
    )
    position: Mapped[int] = mapped_column(Identity(), primary_key=True)
    update_id: Mapped[int] = mapped_column(unique=True)
    lane: Mapped[int]
    payload: Mapped[dict[str, Any] | None]
    redacted: Mapped[bool]
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    handled_at: Mapped[datetime | None]


class Person(Base):
    """A Telegram user who has started the bot, and their party. The username is a hint, the number is the person.

    `findable`: people they have not dealt with may find them by name or username. `askable`: and ask them for money.
    """

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_username", func.lower(text("username")), unique=True),)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    party_id: Mapped[UUID] = mapped_column(unique=True)
    username: Mapped[str | None]
    name: Mapped[str]
    language: Mapped[str]
    reachable: Mapped[bool]
    findable: Mapped[bool] = mapped_column(server_default=text("true"))
    askable: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[datetime]


class Card(Base):
    """A message with buttons of ours. Its id is unguessable, rides in every button, and works for one person only.

    `look_again_at` is when what it shows will have ended, until that has been looked at; or when it is tried again,
    because Telegram would not change it.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index("ix_cards_quote_id", "quote_id"),
        Index("ix_cards_message", "chat_id", "message_id"),
        Index("ix_cards_newest", "user_id", "kind", "created_at"),
        Index("ix_cards_look_again_at", "look_again_at", postgresql_where=text("look_again_at IS NOT NULL")),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    chat_id: Mapped[int]
    message_id: Mapped[int | None]
    kind: Mapped[str]
    quote_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    look_again_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Conversation(Base):
    """What the bot is waiting for from a person (an amount, a note, a name), and what it knows so far."""

    __tablename__ = "conversations"
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str]
    facts: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class Contact(Base):
    """Somebody a person deals with, as that person sees them: a Telegram user, with a wallet or without, or a business.

    `name` and `username` are as last seen; `paid_name`, `paid_username` and `paid_alias` are as they were when last
    paid, at `paid_at`, which takes the owner's PIN. `alias` is the owner's own word for them, shown to nobody else.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("owner_id", "user_id"),
        UniqueConstraint("owner_id", "business_id"),
        CheckConstraint("num_nonnulls(user_id, business_id) = 1", "a_person_or_a_business"),
        CheckConstraint("user_id <> owner_id", "somebody_else"),
        CheckConstraint("length(alias) BETWEEN 1 AND 32", "alias_length"),
        CheckConstraint("NOT blocked OR user_id IS NOT NULL", "a_business_never_pays"),
        CheckConstraint("paid_username IS NULL OR paid_at IS NOT NULL", "paid_username"),
        CheckConstraint("num_nonnulls(paid_name, paid_alias) = 0 OR paid_at IS NOT NULL", "as_paid"),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    owner_id: Mapped[int]
    user_id: Mapped[int | None]
    business_id: Mapped[UUID | None]
    name: Mapped[str]
    username: Mapped[str | None]
    alias: Mapped[str | None]
    favourite: Mapped[bool] = mapped_column(server_default=text("false"))
    blocked: Mapped[bool] = mapped_column(server_default=text("false"))
    paid_name: Mapped[str | None]
    paid_username: Mapped[str | None]
    paid_alias: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class PayLink(Base):
    """What a "pay me" link stands for: its unguessable id rides in the link, and is listed nowhere.

    Without an amount it is for good, and there is one for each account; with one it is for a while.
    """

    __tablename__ = "pay_links"
    __table_args__ = (
        Index("uq_pay_links_party_id", "party_id", unique=True, postgresql_where=text("amount IS NULL")),
        CheckConstraint("amount > 0", "amount_positive"),
        CheckConstraint("(amount IS NULL) = (expires_at IS NULL)", "an_amount_expires"),
        CheckConstraint("amount IS NOT NULL OR note = ''", "a_note_has_an_amount"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(index=True)
    party_id: Mapped[UUID]
    amount: Mapped[int | None]
    note: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
