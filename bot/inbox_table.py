"""The inbox's table: what an update becomes when it is stored, and the statements, each committed by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, TypeGuard

from psycopg.types.json import Jsonb
from sqlalchemy import select, update

from bot.models import InboxUpdate
from bot.redaction import redact
from wallet import directly

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `number`th time that an update is handled."""

    update_id: int
    number: int
    payload: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update not handled yet. `position` is the database's own count of updates, and their order.

    `begun` is its first attempt, if that was counted as it was stored; else `begin` comes first. Delivered twice at
    once an update waits twice: the one that is begun goes first, and the other then finds it done.
    """

    position: int
    update_id: int
    lane: int
    begun: Attempt | None = None

    def __lt__(self, other: Waiting) -> bool:
        """Whether this comes before another."""
        return (self.position, self.begun is None) < (other.position, other.begun is None)


# One statement for any number of updates, so that it is prepared once; their order is that of the array.
_INSERT = """
    INSERT INTO bot.inbox (update_id, lane, payload, redacted, received_at, attempts)
    SELECT update_id, lane, payload, redacted, %(now)s, attempts
    FROM jsonb_to_recordset(%(rows)s)
      AS arrived (update_id bigint, lane bigint, payload jsonb, redacted boolean, attempts bigint)
    ON CONFLICT (update_id) DO NOTHING
    RETURNING position, update_id
"""


async def insert(
    conn: AsyncConnection, arrivals: Mapping[int, Arrival], begin: Collection[int], now: datetime
) -> list[Waiting]:
    """Store what is new, with the first attempt of those to `begin` counted; return which of these updates wait.

    Those that were known wait too: an earlier run of this may have been committed and its answer lost.
    """
    rows = [
        {
            "update_id": arrival.update_id,
            "lane": arrival.lane,
            "payload": arrival.stored,
            "redacted": arrival.redacted,
            "attempts": int(arrival.update_id in begin),
        }
        for arrival in arrivals.values()
    ]
    new = [
        Waiting(
            position,
            update_id,
            arrivals[update_id].lane,
            Attempt(update_id, 1, arrivals[update_id].stored) if update_id in begin else None,
        )
        for position, update_id in await directly(conn, _INSERT, {"rows": Jsonb(rows), "now": now})
    ]
    if len(new) == len(arrivals):
        return new
    known = arrivals.keys() - {each.update_id for each in new}
    return new + await waiting(conn, InboxUpdate.update_id.in_(known))


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


_FINISH = "UPDATE bot.inbox SET handled_at = %(now)s, payload = NULL WHERE position = ANY(%(positions)s::bigint[])"


async def finish(conn: AsyncConnection, positions: Sequence[int], now: datetime) -> None:
    """Mark updates handled, and empty them."""
    await directly(conn, _FINISH, {"positions": list(positions), "now": now})


_PRUNE = """
    DELETE FROM bot.inbox WHERE handled_at < %(before)s AND position < COALESCE(
        (SELECT position FROM bot.inbox WHERE received_at >= %(before)s ORDER BY position LIMIT 1), 9223372036854775807)
"""


async def prune(conn: AsyncConnection, before: datetime) -> None:
    """Forget what was handled before this time. It is read up to the first that came since, and that is not far."""
    await directly(conn, _PRUNE, {"before": before})


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
