"""A courier for tests: it delivers everything, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Clock
    from wallet import Notice, Wallet


async def tell_all(wallet: Wallet, clock: Clock) -> list[Notice]:
    """Deliver everything there is, also what waits for the chat itself to show it; what was told, in order."""
    clock.advance(seconds=10)
    told: list[Notice] = []
    while due := await wallet.due_notices():
        for notice in due:
            await wallet.notice_delivered(notice.id)
        told.extend(due)
    return told
