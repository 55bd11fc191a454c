"""Administrative acts: who did what, to whom, when and why. Written in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from wallet import models, notes
from wallet.batches import Statement, texts, together, uuids
from wallet.errors import BadReason
from wallet.ids import new_id
from wallet.values import AdministrativeAct

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, and why, word for word: records are not tidied up, so what would need it is refused. BadReason."""

    by: str
    reason: str

    def __post_init__(self) -> None:
        if not notes.is_plain(self.by) or not notes.is_plain(self.reason):
            raise BadReason(notes.MAX_NOTE)


def insert(done: Sequence[tuple[Act, str, UUID]], at: datetime) -> Statement:
    """What writes these acts down: each with what was done, and to whom."""
    acts, verbs, subjects = zip(*done, strict=True)
    columns = {
        "ids": uuids([new_id() for _ in done]),
        "actors": texts([act.by for act in acts]),
        "verbs": texts(verbs),
        "subjects": uuids(subjects),
        "reasons": texts([act.reason for act in acts]),
        "at": at,
    }
    return _INSERT, columns


async def record(conn: AsyncConnection, act: Act, verb: str, subject_id: UUID, at: datetime) -> None:
    """Write an act down, in the caller's transaction."""
    await together(conn, [insert([(act, verb, subject_id)], at)])


async def newest(conn: AsyncConnection, limit: int) -> tuple[AdministrativeAct, ...]:
    """The newest acts, newest first."""
    rows = await conn.execute(select(models.Act).order_by(models.Act.id.desc()).limit(limit))
    return tuple(AdministrativeAct(row.at, row.actor, row.verb, row.subject_id, row.reason) for row in rows)


_INSERT = """
    INSERT INTO wallet.acts (id, at, actor, verb, subject_id, reason)
    SELECT id, %(at)s, actor, verb, subject, reason
    FROM unnest(%(ids)s::uuid[], %(actors)s::text[], %(verbs)s::text[], %(subjects)s::uuid[], %(reasons)s::text[])
        AS act(id, actor, verb, subject, reason)
"""
