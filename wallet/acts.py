"""Administrative acts: who did what, to whom, when and why. Written in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from wallet import models
from wallet.ids import new_id
from wallet.values import AdministrativeAct

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, and why; neither may be empty."""

    by: str
    reason: str

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.reason.strip():
            raise ValueError("an administrative act names who acts and why")


async def record(conn: AsyncConnection, by: str, verb: str, subject_id: UUID, reason: str, at: datetime) -> None:
    """Write an act down."""
    await conn.execute(
        insert(models.Act).values(id=new_id(), at=at, actor=by, verb=verb, subject_id=subject_id, reason=reason)
    )


async def newest(conn: AsyncConnection, limit: int) -> tuple[AdministrativeAct, ...]:
    """The newest acts, newest first."""
    rows = await conn.execute(select(models.Act).order_by(models.Act.id.desc()).limit(limit))
    return tuple(AdministrativeAct(row.at, row.actor, row.verb, row.subject_id, row.reason) for row in rows)
