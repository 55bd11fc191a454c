"""Somebody waits for a lock: tests that hold one go on once it has been come upon."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_WAITING = text("""
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
""")


async def somebody_waits(watching: AsyncConnection, how_many: int = 1) -> None:
    """Return once so many wait in this database; a failure if that does not come. `watching` commits by itself."""
    async with asyncio.timeout(8):
        while (await watching.execute(_WAITING)).scalar_one() < how_many:
            pass
