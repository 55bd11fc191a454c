"""What a "pay me" link stands for, kept under an id that nobody can guess: the link itself tells nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Insert, insert

from bot import models

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet import Database

LIFETIME: Final = timedelta(days=30)
"""How long a link with an amount is good; one without is good for ever, as it may be on a wall."""
_REMEMBERED: Final = timedelta(days=30)
"""How long after that we still know what it was, and can say so."""


@dataclass(frozen=True, slots=True)
class PayLink:
    """Who made it (`owner_id`), whom it pays, and perhaps how much (minor units) and what for."""

    id: str
    owner_id: int
    party_id: UUID
    amount: int | None
    note: str
    expires_at: datetime | None


_COLUMNS: Final = tuple(getattr(models.PayLink, field.name) for field in fields(PayLink))


class PayLinks:
    """The links, each found by its id only."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def to(self, owner_id: int, party_id: UUID) -> PayLink:
        """Return the one link to this account without an amount, made when it is first asked for."""

        async def work(conn: AsyncConnection) -> PayLink:
            link = PayLink(secrets.token_hex(12), owner_id, party_id, None, "", None)
            await conn.execute(_row(link, self._clock()).on_conflict_do_nothing())
            plain = (models.PayLink.party_id == party_id, models.PayLink.amount.is_(None))
            return PayLink(*(await conn.execute(select(*_COLUMNS).where(*plain))).one())

        return await self._store.transaction(work)

    async def asking(self, owner_id: int, party_id: UUID, amount: int, note: str) -> PayLink:
        """Make a link that asks for an amount (minor units). Those long expired are forgotten."""
        now = self._clock()

        async def work(conn: AsyncConnection) -> PayLink:
            mine = models.PayLink.owner_id == owner_id
            await conn.execute(delete(models.PayLink).where(mine, models.PayLink.expires_at < now - _REMEMBERED))
            link = PayLink(secrets.token_hex(12), owner_id, party_id, amount, note, now + LIFETIME)
            await conn.execute(_row(link, now))
            return link

        return await self._store.transaction(work)

    async def find(self, link_id: str) -> PayLink | None:
        """Return the link of this id, expired or not."""

        async def work(conn: AsyncConnection) -> PayLink | None:
            row = (await conn.execute(select(*_COLUMNS).where(models.PayLink.id == link_id))).one_or_none()
            return None if row is None else PayLink(*row)

        return await self._store.read(work)


def _row(link: PayLink, now: datetime) -> Insert:
    return insert(models.PayLink).values(
        created_at=now, **{field.name: getattr(link, field.name) for field in fields(PayLink)}
    )
