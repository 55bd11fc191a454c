"""The inbox's table: what an update becomes when it is stored, and the statements, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self, TypeGuard

from sqlalchemy import delete, null, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.models import InboxUpdate
from bot.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.redaction import Json


class MalformedUpdateError(ValueError):
    """What came is no update of Telegram's; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update as it came, and as it may be stored."""

    update_id: int
    lane: int
    stored: Json = field(repr=False)
    original: Json = field(repr=False)

    @classmethod
    def of(cls, original: Json) -> Self:
        """Read whose update this is and blank what could be a PIN. MalformedUpdateError."""
        update_id = original.get("update_id")
        if not _is_id(update_id):
            raise MalformedUpdateError("an update has a whole number as its update_id")
        return cls(update_id, _lane(original), redact(original), original)

    @property
    def redacted(self) -> bool:
        """Whether the original says more than what is stored."""
        return self.stored != self.original


class Waiting(NamedTuple):
    """An update not handled yet. `position` is the database's own count of updates, and their order."""

    position: int
    update_id: int
    lane: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `number`th time that an update is handled."""

    update_id: int
    number: int
    payload: Json = field(repr=False)


async def insert(conn: AsyncConnection, arrivals: Sequence[Arrival], now: datetime) -> list[Waiting]:
    """Store what is new; return which of these updates wait, those that were known included.

    An earlier run of this may have been committed and its answer lost.
    """
    rows = [
        {
            "update_id": arrival.update_id,
            "lane": arrival.lane,
            "payload": arrival.stored,
            "redacted": arrival.redacted,
            "received_at": now,
        }
        for arrival in arrivals
    ]
    await conn.execute(pg_insert(InboxUpdate).values(rows).on_conflict_do_nothing(index_elements=["update_id"]))
    return await waiting(conn, InboxUpdate.update_id.in_([arrival.update_id for arrival in arrivals]))


async def waiting(conn: AsyncConnection, *which: ColumnElement[bool]) -> list[Waiting]:
    """Return what is not handled yet, oldest first: all of it, or only `which`."""
    found = await conn.execute(
        select(InboxUpdate.position, InboxUpdate.update_id, InboxUpdate.lane)
        .where(InboxUpdate.handled_at.is_(None), *which)
        .order_by(InboxUpdate.position)
    )
    return [Waiting(*row) for row in found]


async def begin(conn: AsyncConnection, position: int) -> Attempt | None:
    """Count an attempt; None when the update is done with already."""
    found = await conn.execute(
        update(InboxUpdate)
        .where(InboxUpdate.position == position, InboxUpdate.handled_at.is_(None))
        .values(attempts=InboxUpdate.attempts + 1)
        .returning(InboxUpdate.update_id, InboxUpdate.attempts, InboxUpdate.payload)
    )
    row = found.one_or_none()
    return None if row is None else Attempt(row.update_id, row.attempts, row.payload or {})


async def finish(conn: AsyncConnection, position: int, now: datetime) -> None:
    """Mark an update handled, and empty it."""
    await conn.execute(
        update(InboxUpdate).where(InboxUpdate.position == position).values(handled_at=now, payload=null())
    )


async def prune(conn: AsyncConnection, before: datetime) -> None:
    """Forget what was handled before this time."""
    await conn.execute(delete(InboxUpdate).where(InboxUpdate.handled_at < before))


def _lane(original: Json) -> int:
    """Return whose update this is: the sender's id; without one the chat's; without either 0."""
    for content in original.values():
        if isinstance(content, dict):
            for origin in (content.get("from"), content.get("chat")):
                if isinstance(origin, dict) and _is_id(lane := origin.get("id")):
                    return lane
    return 0


def _is_id(value: object) -> TypeGuard[int]:
    return type(value) is int and abs(value) < 2**63
