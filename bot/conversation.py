"""What the bot remembers of a conversation: the step a person is at, and the cards it has shown.

A card's id rides in its buttons. It is unguessable and works for one person in one chat: callback data is
attacker-chosen, so nothing else in it is believed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot import models

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, RowMapping, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet import Database


@dataclass(frozen=True, slots=True)
class Card:
    """A message of ours with buttons. `message_id` is None until it has been sent."""

    id: str
    user_id: int
    chat_id: int
    message_id: int | None
    kind: str
    quote_id: UUID | None
    facts: dict[str, Any]
    look_again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What we asked a person for (`step`), and what we know so far (`facts`)."""

    step: str
    facts: dict[str, Any]


class Cards:
    """The cards shown. Finding one is always by somebody: another person's card does not exist for you."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self,
        kind: str,
        user_id: int,
        chat_id: int,
        *,
        card_id: str = "",
        quote_id: UUID | None = None,
        look_again_at: datetime | None = None,
        **facts: Any,
    ) -> Card:
        """Make a card that is yet to be sent, or one whose id is in a message already."""
        card = Card(card_id or self.new_id(), user_id, chat_id, None, kind, quote_id, facts, look_again_at)

        async def work(conn: AsyncConnection) -> Card:
            row = {name: getattr(card, name) for name in Card.__slots__}
            await conn.execute(insert(models.Card).values(created_at=self._clock(), **row).on_conflict_do_nothing())
            return card

        return await self._store.statement(work)

    def new_id(self) -> str:
        """Return an id that nobody can guess."""
        return secrets.token_urlsafe(16)

    async def find(self, card_id: str, user_id: int, chat_id: int) -> Card | None:
        """Return this person's card in this chat."""
        return await self._newest(
            models.Card.id == card_id, models.Card.user_id == user_id, models.Card.chat_id == chat_id
        )

    async def of_quote(self, quote_id: UUID, user_id: int) -> Card | None:
        """Return the card that shows this quote to this person, in their private chat."""
        own = (models.Card.user_id == user_id, models.Card.chat_id == user_id)
        return await self._newest(models.Card.quote_id == quote_id, *own)

    async def of_message(self, user_id: int, chat_id: int, message_id: int) -> Card | None:
        """Return the card that this message shows."""
        return await self._newest(
            models.Card.user_id == user_id,
            models.Card.chat_id == chat_id,
            models.Card.message_id == message_id,
        )

    async def latest(self, user_id: int, kind: str) -> Card | None:
        """Return the card of this kind that this person was shown last."""
        return await self._newest(models.Card.user_id == user_id, models.Card.kind == kind)

    async def linked(self, card_id: str) -> Card | None:
        """Return the card that a link stands for, whoever follows it: what they may see or do is to be judged next."""
        return await self._newest(models.Card.id == card_id)

    async def showing(self, quote_id: UUID, kind: str) -> list[Card]:
        """Return the cards of this kind that show this quote, whoever has them."""
        return await self._all(select(models.Card).where(models.Card.quote_id == quote_id, models.Card.kind == kind))

    async def moved(self, chat_id: int, new_chat_id: int) -> None:
        """Find the cards of a group by its new id, which it has as a supergroup.

        Their messages stay behind: the new group numbers its own, and the old numbers are those of others there.
        """

        async def work(conn: AsyncConnection) -> None:
            left = update(models.Card).where(models.Card.chat_id == chat_id)
            await conn.execute(left.values(chat_id=new_chat_id, message_id=None))

        await self._store.statement(work)

    async def sent(self, card: Card, message_id: int) -> Card:
        """Remember which message shows the card."""
        return await self._change(card, message_id=message_id)

    async def becomes(self, card: Card, kind: str, quote_id: UUID, look_again_at: datetime | None = None) -> Card:
        """Make the card show a quote or a request, and be of another kind from now on."""
        return await self._change(card, kind=kind, quote_id=quote_id, look_again_at=look_again_at)

    async def requote(self, card: Card, quote_id: UUID, look_again_at: datetime) -> Card:
        """Show another quote on the card from now on."""
        return await self._change(card, quote_id=quote_id, look_again_at=look_again_at)

    async def overdue(self, limit: int = 50) -> list[Card]:
        """Return cards that are to be looked at once more, the longest overdue first."""
        when = models.Card.look_again_at
        return await self._all(select(models.Card).where(when <= self._clock()).order_by(when).limit(limit))

    async def looked_at(self, card: Card) -> Card:
        """Remember that this has been done."""
        return await self._change(card, look_again_at=None)

    async def note(self, card: Card, **facts: Any) -> Card:
        """Replace some of the card's facts."""
        return await self._change(card, facts={**card.facts, **facts})

    async def _change(self, card: Card, **values: Any) -> Card:
        async def work(conn: AsyncConnection) -> Card:
            await conn.execute(update(models.Card).where(models.Card.id == card.id).values(**values))
            return replace(card, **values)

        return await self._store.statement(work)

    async def _newest(self, *conditions: ColumnElement[bool]) -> Card | None:
        found = select(models.Card).where(*conditions).order_by(models.Card.created_at.desc()).limit(1)
        return next(iter(await self._all(found)), None)

    async def _all(self, wanted: Select[models.Card]) -> list[Card]:
        async def work(conn: AsyncConnection) -> list[Card]:
            return [_card(row) for row in (await conn.execute(wanted)).mappings()]

        return await self._store.read(work)


def _card(row: RowMapping) -> Card:
    return Card(**{name: row[name] for name in Card.__slots__})


class Conversations:
    """One step at most per person."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def of(self, user_id: int) -> Waiting | None:
        """Return what we are waiting for from this person."""

        async def work(conn: AsyncConnection) -> Waiting | None:
            found = select(models.Conversation).where(models.Conversation.user_id == user_id)
            row = (await conn.execute(found)).mappings().one_or_none()
            return None if row is None else Waiting(row["step"], row["facts"])

        return await self._store.read(work)

    async def wait(self, user_id: int, step: str, **facts: Any) -> None:
        """From now on we are waiting for this, and for nothing else."""

        async def work(conn: AsyncConnection) -> None:
            values = {"step": step, "facts": facts, "updated_at": self._clock()}
            row = insert(models.Conversation).values(user_id=user_id, **values)
            await conn.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=values))

        await self._store.statement(work)

    async def end(self, user_id: int) -> None:
        """We are waiting for nothing."""

        async def work(conn: AsyncConnection) -> None:
            await conn.execute(delete(models.Conversation).where(models.Conversation.user_id == user_id))

        await self._store.statement(work)
