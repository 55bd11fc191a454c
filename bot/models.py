"""The bot's own tables, PostgreSQL schema `bot`: what Telegram said, who is who, and what was shown. Never a PIN."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID  # noqa: TC003 - SQLAlchemy reads the annotations

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, MetaData, func, text
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
    """A Telegram user who has started the bot, and their party. The username is a hint, the number is the person."""

    __tablename__ = "people"
    __table_args__ = (Index("uq_people_username", func.lower(text("username")), unique=True),)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    party_id: Mapped[UUID] = mapped_column(unique=True)
    username: Mapped[str | None]
    name: Mapped[str]
    language: Mapped[str]
    reachable: Mapped[bool]
    started_at: Mapped[datetime]


class Card(Base):
    """A message with buttons of ours. Its id is unguessable, rides in every button, and works for one person only.

    `look_again_at` is when the payment it shows will have expired, until that has been looked at.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index("ix_cards_quote_id", "quote_id"),
        Index("ix_cards_message", "chat_id", "message_id"),
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
