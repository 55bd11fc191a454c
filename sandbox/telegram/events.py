"""What people's screens are told, as it happens: one bounded queue for each open page, which may show several."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from sandbox.telegram.cast import Json

BACKLOG: Final = 1_000


class Events:
    """Events for people; a page that does not read for `BACKLOG` events loses the oldest."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[int, set[asyncio.Queue[Json | None]]] = defaultdict(set)
        self._changes: set[asyncio.Event] = set()
        self._of_everybody: set[asyncio.Queue[Json | None]] = set()
        self.closed = False

    def tell(self, person_id: int, event: Json) -> None:
        """Send one event to every open page that shows this person; it says whose it is."""
        for queue in self._subscribers[person_id]:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait({"person": person_id, **event})
        self.touch()

    def tell_all(self, event: Json) -> None:
        """Send one event to every open page."""
        for person_id in list(self._subscribers):
            self.tell(person_id, event)
        self.touch()

    def touch(self) -> None:
        """Wake everybody in `until`: something changed."""
        for change in self._changes:
            change.set()

    def admit(self, person_id: int) -> None:
        """Show a person who has just come on the pages that show everybody."""
        self._subscribers[person_id] |= self._of_everybody

    @contextmanager
    def subscription(self, people: Collection[int], *, everybody: bool = False) -> Iterator[AsyncIterator[Json]]:
        """Collect these people's events from now on; the iterator ends when the world closes.

        `everybody`: also those of whoever is admitted later.
        """
        queue: asyncio.Queue[Json | None] = asyncio.Queue(BACKLOG)
        if self.closed:
            queue.put_nowait(None)
        for person_id in people:
            self._subscribers[person_id].add(queue)
        if everybody:
            self._of_everybody.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._of_everybody.discard(queue)
            for queues in self._subscribers.values():
                queues.discard(queue)

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:  # noqa: ASYNC109 - a test's patience, not a cancel scope
        """Wait until a condition holds, looked at after each change; False after `timeout` seconds."""
        change = asyncio.Event()
        self._changes.add(change)
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await change.wait()
                    change.clear()
        except TimeoutError:
            return condition()
        finally:
            self._changes.discard(change)
        return True

    def close(self) -> None:
        """End every subscription, so that a server can stop."""
        self.closed = True
        for queue in set().union(*self._subscribers.values()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


async def _drain(queue: "asyncio.Queue[Json | None]") -> AsyncIterator[Json]:
    while (event := await queue.get()) is not None:
        yield event
