"""The courier: takes the wallet's notices to people, at least once, in order for each of them.

The wallet hands out the oldest undelivered notice of each recipient, and leases it: a notice whose telling is
cut off comes back by itself. Whatever happens to a notice, the money it speaks of has moved and stays moved.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from telegram.error import BadRequest, Forbidden, RetryAfter

from bot.outgoing import wait_asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.context import Context
    from wallet import Notice

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Few enough that notices never crowd out the answers to people who are writing now."""
LONGEST_BACKOFF: Final = timedelta(minutes=15)
_GRACE: Final = 10.0  # seconds that telling under way has at a stop
_NOBODY_THERE: Final = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")


class Courier:
    """Tells people their notices. `tell` raises when it could not."""

    def __init__(
        self, context: Context, tell: Callable[[Context, Notice], Awaitable[None]], *, interval: float = 1.0
    ) -> None:
        self._context = context
        self._tell = tell
        self._interval = interval
        self._due = asyncio.Event()
        self._telling: set[asyncio.Task[None]] = set()
        self._rounds: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for due notices now, after each `wake`, and every `interval` seconds."""
        self._rounds = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let telling under way finish (ten seconds at most); what is cut off is told again."""
        if self._rounds:
            self._rounds.cancel()
            await asyncio.gather(self._rounds, return_exceptions=True)
        if self._telling:
            await asyncio.wait(self._telling, timeout=_GRACE)
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def wake(self) -> None:
        """Something may be due now."""
        self._due.set()

    async def _run(self) -> None:
        while True:
            self._due.clear()
            await self._take()
            try:
                async with asyncio.timeout(self._interval):
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _take(self) -> None:
        """Start telling as many due notices as may be told at once."""
        free = AT_ONCE - len(self._telling)
        if not free:
            return
        try:
            notices = await self._context.wallet.due_notices(limit=free)
        except Exception as error:  # noqa: BLE001 - the courier outlives whatever ails the wallet
            log.warning("no notices for now: %s", error)
            return
        for notice in notices:
            task = asyncio.create_task(self._deliver(notice))
            self._telling.add(task)
            task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        self.wake()

    async def _deliver(self, notice: Notice) -> None:
        try:
            await self._record(notice, await self._failure(notice))
        except Exception:
            log.exception("notice %s comes back when its lease ends", notice.id)

    async def _failure(self, notice: Notice) -> Exception | None:
        try:
            await self._tell(self._context, notice)
        except Exception as error:  # noqa: BLE001 - `_wait` knows what each failure means
            return error
        return None

    async def _record(self, notice: Notice, failure: Exception | None) -> None:
        wallet = self._context.wallet
        if failure is None:
            await wallet.notice_delivered(notice.id)
        elif (wait := _wait(notice, failure)) is None:
            log.info("notice %s is parked: %s", notice.id, failure)
            await wallet.notice_parked(notice.id, notice.attempts)
        else:
            log.warning("notice %s will be told again in %s: %r", notice.id, wait, failure)
            await wallet.notice_failed(notice.id, retry_in=wait)


def _wait(notice: Notice, error: Exception) -> timedelta | None:
    """Return how long to wait after this failure; None when nobody is there to be told."""
    if isinstance(error, RetryAfter):
        return wait_asked(error)
    if isinstance(error, Forbidden):
        return None
    if isinstance(error, BadRequest) and any(reason in error.message.lower() for reason in _NOBODY_THERE):
        return None
    return min(timedelta(seconds=2 ** min(notice.attempts, 20)), LONGEST_BACKOFF)
