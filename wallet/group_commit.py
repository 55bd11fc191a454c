"""Group commit: while one batch commits, others wait their turn; the next batch takes all of them.

    submit ─┐                       ┌─ its result
    submit ─┼─ waiting ─► one batch ─┼─ its refusal
    submit ─┘   (one transaction)   └─ its result

One fsync serves everybody in a batch, and a batch of one is the same code. What is refused is refused alone. Postings
are settled like this (`settlement`), and attempts at PINs counted and compared (`pin_attempts`). Only one batch is
under way at a time, so two postings of one process never wait for each other's locks. A caller that goes away does not
take its posting along: the batch goes on, and asking again with the same key finds what became of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from psycopg import IntegrityError

from wallet.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

O = TypeVar("O")  # noqa: E741 - an order
R = TypeVar("R")

MAX_BATCH = 2048


class GroupCommit(Generic[O, R]):
    """`settle` takes a batch of orders and returns, for each, its result or its refusal, all committed or none."""

    def __init__(self, settle: Callable[[Sequence[O]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._settle = settle
        self._waiting: list[tuple[O, asyncio.Future[R]]] = []
        self._settling: asyncio.Task[None] | None = None

    async def submit(self, order: O) -> R:
        """Settle this order with whatever else is waiting. Raises its refusal."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((order, future))
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle_all())
        return await future

    async def close(self) -> None:
        """Finish what was submitted."""
        if self._settling is not None:
            await self._settling

    async def _settle_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            outcomes = await self._outcomes([order for order, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():  # its caller went away
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    async def _outcomes(self, orders: list[O]) -> Sequence[R | Exception]:
        """One batch; if something in it stops it whole, each order alone, so that only the culprit suffers."""
        try:
            return await self._settle(orders)
        except Unavailable as error:
            return [error] * len(orders)
        except IntegrityError as error:
            if len(orders) == 1:
                return await self._once_more(orders, error)
        except Exception as error:  # noqa: BLE001 - it belongs to the callers, not to this loop
            if len(orders) == 1:
                return [error]
        return [outcome for order in orders for outcome in await self._outcomes([order])]

    async def _once_more(self, orders: list[O], error: IntegrityError) -> Sequence[R | Exception]:
        """Another process may have committed this key in between: the second look finds it."""
        try:
            return await self._settle(orders)
        except Exception:  # noqa: BLE001 - the first reason is the telling one
            return [error]
