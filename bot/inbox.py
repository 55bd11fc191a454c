"""The inbox: an update is made durable before it is acknowledged, then handled, in order for each person.

The story of an update:
1. Intake (long polling or webhook) hands over what Telegram sent and acknowledges it when `receive` returns.
2. `receive` stores the batch with one INSERT. An `update_id` seen before changes nothing. The first attempt of those
   that nothing stands before, but perhaps the mark of the last one, is counted at once; they are handled without being
   read back.
3. Six digits could be a PIN: on disk they are dots. The words as written stay in memory, in `Secrets`.
4. Each update has a lane, that of its sender. A lane handles one update at a time, oldest first. Lanes run
   side by side, as many at once as there are slots, and hold a slot only while a handler runs.
5. An attempt is counted before the handler runs; afterwards the update is marked handled, and emptied, together
   with whatever else has been handled by then.
6. A handler that raises is tried three times in all; then the person is told, and the lane goes on. Where Telegram
   says "retry after", that was no attempt: it is made again when Telegram says, and so is telling them.
7. A crash loses nothing: `start` finds what waits. What was cut off half-way is handled again (handlers are
   idempotent by their keys); only what was cut off twelve times, as no chance would do, is given up.
8. Handled updates are forgotten after six days: Telegram repeats one for a day at most, and after a week of silence
   it begins its ids anew, perhaps with those of before.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import RetryAfter

from bot import inbox_table
from bot.inbox_table import Arrival, Attempt, Waiting
from bot.outgoing import wait_asked
from wallet import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.redaction import Json
    from wallet import Database

T = TypeVar("T")
log = logging.getLogger(__name__)

PAUSES: Final = (0.5, 2.0)
"""Seconds between the attempts."""
ATTEMPTS: Final = len(PAUSES) + 1
PATIENCE: Final = timedelta(hours=1)
"""So long an update is kept for "retry after" in all. Telegram asks for seconds or minutes; beyond an hour nobody waits
for the answer any more, and what follows in the lane is to have its turn: that counts as failing."""
CRASHES: Final = 12
"""So often an update may bring the process down, or be there when it goes down, and is tried again."""
REMEMBERED: Final = timedelta(days=6)
_PRUNED_EVERY: Final = timedelta(hours=1)
_DATABASE_PAUSE: Final = 1.0  # seconds, while there is no database to mark an update in
_GRACE: Final = 15.0  # seconds that handlers under way have at a stop


class Secrets:
    """The words of updates whose stored form has dots for digits. In memory only; gone with the process."""

    def __init__(self) -> None:
        self._originals: dict[int, Json] = {}

    def keep(self, update_id: int, original: Json) -> None:
        """Remember an update as it was written, until `forget`."""
        self._originals[update_id] = original

    def original(self, update_id: int, stored: Json) -> Json:
        """Return the update as it was written, or as it was stored if this process never saw it."""
        return self._originals.get(update_id, stored)

    def forget(self, update_id: int) -> None:
        """Drop an update that has been handled."""
        self._originals.pop(update_id, None)


class Inbox:
    """Durable updates and the lanes that handle them.

    `handle` and `apologise` take the update as Telegram's JSON; raising means "not handled".
    """

    def __init__(
        self,
        store: Database,
        handle: Callable[[Json], Awaitable[None]],
        clock: Callable[[], datetime],
        secrets: Secrets,
        *,
        apologise: Callable[[Json], Awaitable[None]],
        at_once: int = 32,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._handle = handle
        self._clock = clock
        self._secrets = secrets
        self._apologise = apologise
        self._slots = asyncio.Semaphore(at_once)
        self._sleep = sleep
        self._lanes: dict[int, list[Waiting]] = {}
        self._being_marked: set[int] = set()  # lanes whose handler is through
        self._tasks: set[asyncio.Task[None]] = set()
        self._pauses: set[asyncio.Future[object]] = set()
        self._handled: list[int] = []  # positions yet to be marked
        self._marking = asyncio.Lock()
        self._next_pruning = datetime.min.replace(tzinfo=UTC)
        self._stopping = False

    async def start(self) -> None:
        """Take up, in order, everything that waits. Unavailable."""
        for waiting in await self._store.read(inbox_table.waiting):
            self._enqueue(waiting)

    async def stop(self) -> None:
        """Let handlers under way finish (15 seconds at most); what waits stays in the database."""
        self._stopping = True
        for pause in self._pauses:
            pause.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def receive(self, *updates: Json) -> None:
        """Store updates, which are committed when this returns. MalformedUpdateError, Unavailable."""
        arrivals = {arrival.update_id: arrival for arrival in map(Arrival.of, updates)}
        if not arrivals:
            return
        now = self._clock()
        if now >= self._next_pruning:  # first, because one of these may bear the number of one to be forgotten
            with suppress(Unavailable, SQLAlchemyError):
                await self._store.statement(lambda conn: inbox_table.prune(conn, now - REMEMBERED))
            self._next_pruning = now + _PRUNED_EVERY
        begin = self._next_of_free_lanes(arrivals.values())
        for waiting in await self._store.statement(lambda conn: inbox_table.insert(conn, arrivals, begin, now)):
            arrival = arrivals[waiting.update_id]
            if arrival.redacted:
                self._secrets.keep(arrival.update_id, arrival.original)
            self._enqueue(waiting)

    async def idle(self) -> None:
        """Wait until nothing waits and no handler runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _next_of_free_lanes(self, arrivals: Iterable[Arrival]) -> set[int]:
        """Which of these updates nothing stands before: the first of each lane that has nothing to do but a mark."""
        first: dict[int, int] = {}
        for arrival in arrivals:
            if self._is_free(arrival.lane):
                first.setdefault(arrival.lane, arrival.update_id)
        return set(first.values())

    def _is_free(self, lane: int) -> bool:
        return lane not in self._lanes or (lane in self._being_marked and not self._lanes[lane])

    def _enqueue(self, waiting: Waiting) -> None:
        if waiting.lane in self._lanes:
            heapq.heappush(self._lanes[waiting.lane], waiting)
        elif not self._stopping:
            self._lanes[waiting.lane] = [waiting]
            task = asyncio.create_task(self._run(waiting.lane), name=f"lane {waiting.lane}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: int) -> None:
        """Bring a lane's updates to their end, oldest first, until none is left."""
        queue = self._lanes[lane]
        try:
            while queue and not self._stopping:
                await self._settle(heapq.heappop(queue))
        finally:
            del self._lanes[lane]

    async def _settle(self, waiting: Waiting) -> None:
        """Try an update until it is done with, or until the stop."""
        begun, until = waiting.begun, self._clock() + PATIENCE
        for pause in (*PAUSES, None):
            if await self._is_done(waiting, begun, until, last=pause is None):
                self._secrets.forget(waiting.update_id)
                return
            if pause is not None:
                await self._pause(pause)
            if self._stopping:
                return
            begun = None

    async def _is_done(self, waiting: Waiting, begun: Attempt | None, until: datetime, *, last: bool) -> bool:
        """Try an update once, anew whenever Telegram has us wait; whether it is done with. A stop ends that."""
        while not self._stopping:
            async with self._slots:
                begun = begun or await self._surely(lambda conn: inbox_table.begin(conn, waiting.position))
                try:
                    return begun is None or await self._attempt(waiting, begun, until, last=last)
                except RetryAfter as refusal:
                    wait = wait_asked(refusal)
            log.info("update %s waits for Telegram: %s", waiting.update_id, wait)
            await self._pause(wait.total_seconds())
        return False

    async def _pause(self, seconds: float) -> None:
        """Let time pass. A stop ends it at once: it is not to wait for those who only wait."""
        if self._stopping:
            return
        pause = asyncio.ensure_future(self._sleep(seconds))
        self._pauses.add(pause)
        try:
            await asyncio.wait({pause})
        finally:
            pause.cancel()
            self._pauses.discard(pause)

    async def _attempt(self, waiting: Waiting, attempt: Attempt, until: datetime, *, last: bool) -> bool:
        """Try an update once; whether it is done with. After the `last` attempt it is, with an apology.

        RetryAfter, if Telegram has us wait, and that ends before `until`.
        """
        original = self._secrets.original(attempt.update_id, attempt.payload)
        hopeless = attempt.number > CRASHES
        if hopeless or not await self._succeeds(self._handle, original, attempt, until):
            if not (last or hopeless):
                return False
            await self._succeeds(self._apologise, original, attempt, until)
        self._being_marked.add(waiting.lane)
        try:
            await self._mark(waiting.position)
        finally:
            self._being_marked.discard(waiting.lane)
        return True

    async def _mark(self, position: int) -> None:
        """Mark an update handled. One statement at a time takes along all that came while the last one committed."""
        self._handled.append(position)
        async with self._marking:
            if position in self._handled:  # else the last one took it along
                batch = list(self._handled)
                await self._surely(lambda conn: inbox_table.finish(conn, batch, self._clock()))
                del self._handled[: len(batch)]

    async def _succeeds(
        self, act: Callable[[Json], Awaitable[None]], original: Json, attempt: Attempt, until: datetime
    ) -> bool:
        try:
            await act(original)
        except Exception as error:
            if isinstance(error, RetryAfter) and self._clock() + wait_asked(error) <= until:
                raise
            log.exception("update %s failed, attempt %s", attempt.update_id, attempt.number)
            return False
        return True

    async def _surely(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run a statement as often as it takes: without a database the lane waits, and loses nothing."""
        while True:
            try:
                return await self._store.statement(work)
            except (Unavailable, SQLAlchemyError) as error:
                log.warning("the inbox waits for the database: %s", type(error).__name__)
            await self._sleep(_DATABASE_PAUSE)
