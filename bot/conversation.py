"""What the bot remembers of a conversation: the step a person is at, and the cards it has shown.

A card's id rides in its buttons. It is unguessable and works for one person in one chat: callback data is
attacker-chosen, so nothing else in it is believed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, delete, or_, select, update
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
    """A message of ours with buttons. `message_id` is None until it has been sent, and below zero (`is_ephemeral`)
    where only its owner sees it.
    """

    id: str
    user_id: int
    chat_id: int
    message_id: int | None
    kind: str
    quote_id: UUID | None
    facts: dict[str, Any]
    look_again_at: datetime | None = None

    @property
    def is_ephemeral(self) -> bool:
        """Whether it stands in a group, for nobody but its owner to see."""
        return self.message_id is not None and self.message_id < 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What we asked a person for (`step`), and what we know so far (`facts`)."""

    step: str
    facts: dict[str, Any]


QUESTION_LIFETIME: Final = timedelta(hours=1)
"""So long a question waits: later, words are far more likely about something else than the answer."""

_FIELDS: Final = tuple(field.name for field in fields(Card))


class Cards:
    """The cards shown.

    `find`, `own`, `of_quote`, `of_message`, `latest` and `undecided` are by somebody: another person's card does not
    exist for them. All others find anybody's: what whoever asks may see or do with it is to be judged next.
    """

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
            row = {name: getattr(card, name) for name in _FIELDS}
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

    async def own(self, card_id: str, user_id: int) -> Card | None:
        """Return this person's card, wherever it stands."""
        return await self._newest(models.Card.id == card_id, models.Card.user_id == user_id)

    async def of_quote(self, quote_id: UUID, user_id: int) -> Card | None:
        """Return the card that shows this quote to this person and to nobody else."""
        theirs = or_(models.Card.chat_id == user_id, models.Card.message_id < 0)
        return await self._newest(models.Card.quote_id == quote_id, models.Card.user_id == user_id, theirs)

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

    async def undecided(self, user_id: int, kind: str) -> list[Card]:
        """Return this person's cards of this kind that are still to be looked at, the newest first."""
        theirs = (models.Card.user_id == user_id, models.Card.kind == kind, models.Card.look_again_at.is_not(None))
        return await self._all(select(models.Card).where(*theirs).order_by(models.Card.created_at.desc()))

    async def linked(self, card_id: str) -> Card | None:
        """Return the card that a link stands for, whoever follows it: what they may see or do is to be judged next."""
        return await self._newest(models.Card.id == card_id)

    async def showing(self, quote_id: UUID, kind: str) -> list[Card]:
        """Return the cards of this kind that show this quote, whoever has them."""
        return await self._all(select(models.Card).where(models.Card.quote_id == quote_id, models.Card.kind == kind))

    async def moved(self, chat_id: int, new_chat_id: int) -> None:
        """Find the cards of a group by the new id that it has as a supergroup.

        No message shows them any more: the supergroup counts its own from the start. What one person alone saw in the
        group belongs in their private chat.
        """
        place = case((models.Card.message_id < 0, models.Card.user_id), else_=new_chat_id)
        moving = update(models.Card).where(models.Card.chat_id == chat_id).values(chat_id=place, message_id=None)

        async def work(conn: AsyncConnection) -> None:
            await conn.execute(moving)

        await self._store.statement(work)

    async def unshown(self, chat_id: int) -> list[Card]:
        """Return the cards of this chat that no message shows."""
        here = (models.Card.chat_id == chat_id, models.Card.message_id.is_(None))
        return await self._all(select(models.Card).where(*here).order_by(models.Card.created_at))

    async def sent(self, card: Card, message_id: int) -> Card:
        """Remember which message shows the card; unless its group has moved since, and counts its messages anew."""
        return await self._change(card, models.Card.chat_id == card.chat_id, message_id=message_id)

    async def stands(self, card: Card, chat_id: int, message_id: int | None) -> Card:
        """Remember where the card stands now. Telegram may give an ephemeral message's number to another one later."""

        async def work(conn: AsyncConnection) -> None:
            here = (models.Card.chat_id == chat_id, models.Card.message_id == message_id)
            once = update(models.Card).where(models.Card.user_id == card.user_id, *here)
            await conn.execute(once.values(chat_id=card.user_id, message_id=None))

        if message_id is not None and message_id < 0:
            await self._store.statement(work)
        return await self._change(card, chat_id=chat_id, message_id=message_id)

    async def becomes(self, card: Card, kind: str, quote_id: UUID, look_again_at: datetime | None = None) -> Card:
        """Make the card show a quote or a request, and be of another kind from now on."""
        return await self._change(card, kind=kind, quote_id=quote_id, look_again_at=look_again_at)

    async def requote(self, card: Card, quote_id: UUID, look_again_at: datetime) -> Card:
        """Show another quote on the card from now on."""
        return await self._change(card, quote_id=quote_id, look_again_at=look_again_at)

    async def overdue(self, limit: int = 50) -> list[Card]:
        """Return cards that are to be looked at once more, the longest overdue first.

        A card that no message shows, as far as we know, is left until one does: there would be nothing to set right,
        and Telegram may have shown it without our hearing so.
        """
        when = models.Card.look_again_at
        is_shown = or_(models.Card.message_id.is_not(None), models.Card.facts.has_key("inline"))
        return await self._all(select(models.Card).where(when <= self._clock(), is_shown).order_by(when).limit(limit))

    async def to_look_at(self, chat_id: int, kind: str) -> list[Card]:
        """Return the cards of this kind in this chat that are still to be looked at, the oldest first."""
        waiting = (models.Card.chat_id == chat_id, models.Card.kind == kind, models.Card.look_again_at.is_not(None))
        return await self._all(select(models.Card).where(*waiting).order_by(models.Card.created_at))

    async def looked_at(self, card: Card, again_at: datetime | None = None) -> None:
        """Remember that this has been done, until `again_at`.

        Unless the card shows something else since, or in another message, or could not be changed.
        """
        same = (
            models.Card.look_again_at == card.look_again_at,
            models.Card.message_id.is_not_distinct_from(card.message_id),
        )
        await self._change(card, *same, look_again_at=again_at)

    async def look_later(self, card: Card, delay: timedelta) -> None:
        """Have the card looked at after this, and not before: it could not be looked at, or changed, now."""
        await self._change(card, look_again_at=self._clock() + delay)

    async def note(self, card: Card, **facts: Any) -> Card:
        """Replace some of the card's facts."""
        return await self._change(card, facts={**card.facts, **facts})

    async def note_once(self, card: Card, what: str) -> bool:
        """Note on the card that this was done; whether it was not noted before, by anybody at the same time either."""
        anew = (models.Card.id == card.id, ~models.Card.facts.has_key(what))
        noting = update(models.Card).where(*anew).values(facts=models.Card.facts.concat({what: True}))

        async def work(conn: AsyncConnection) -> bool:
            return (await conn.execute(noting)).rowcount > 0

        return await self._store.statement(work)

    async def _change(self, card: Card, *conditions: ColumnElement[bool], **values: Any) -> Card:
        async def work(conn: AsyncConnection) -> Card:
            await conn.execute(update(models.Card).where(models.Card.id == card.id, *conditions).values(**values))
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
    return Card(**{name: row[name] for name in _FIELDS})


class Conversations:
    """One step at most per person, and none for longer than `QUESTION_LIFETIME`."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def of(self, user_id: int) -> Waiting | None:
        """Return what we are waiting for from this person."""

        async def work(conn: AsyncConnection) -> Waiting | None:
            asked = models.Conversation.updated_at > self._clock() - QUESTION_LIFETIME
            found = select(models.Conversation).where(models.Conversation.user_id == user_id, asked)
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
