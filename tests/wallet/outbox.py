"""Couriers for tests: they deliver everything, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.conftest import Clock
    from wallet import Notice, Wallet


async def tell_all(wallet: Wallet, clock: Clock | None = None) -> list[Notice]:
    """Deliver everything that is due, and by a clock also what waits for the chat itself to show it; what was told."""
    if clock is not None:
        clock.advance(seconds=10)
    told: list[Notice] = []
    while due := await wallet.due_notices():
        for notice in due:
            await wallet.notice_delivered(notice.id)
        told.extend(due)
    return told


async def deliver_all(wallet: Wallet) -> None:
    """An outbox that nobody empties would not reconcile."""

    async def work(conn: AsyncConnection) -> None:
        await conn.execute(text("UPDATE wallet.notices SET delivered_at = now()"))

    await wallet._database.transaction(work)
