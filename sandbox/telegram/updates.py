"""The queue of updates, with the semantics of `getUpdates`.

An update stays until it is confirmed by a higher offset (or by a webhook's 2xx). There is one reader: a
second poller ends the first one's call with 409. Kinds that the bot did not ask for are dropped when they
happen, not when they are read. At most `KEPT` updates wait; the oldest go first.
"""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any, Final

from sandbox.telegram.cast import Json
from sandbox.telegram.errors import ApiError, conflict

KEPT: Final = 10_000
# Without `allowed_updates` a bot gets every kind but these, which must be asked for.
ON_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS: Final = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
        "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
        "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
        "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "guest_message",
        "subscription", "stopped_message_generation",
    }
)  # fmt: skip


class UpdateQueue:
    """Updates that wait for the bot."""

    def __init__(self, first_id: int = 810_000_001) -> None:
        self.next_id = first_id
        self.allowed: frozenset[str] = frozenset()
        self.duplicate = False
        self.reorder = False
        self.delivered: deque[Json] = deque(maxlen=5_000)
        self._pending: deque[Json] = deque()
        self._arrived = asyncio.Event()
        self._poll: asyncio.Future[ApiError | None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def allow(self, kinds: Iterable[str]) -> None:
        """Take only these kinds from now on; unknown names are ignored, none means the default."""
        self.allowed = frozenset(kinds) & KINDS

    def push(self, kind: str, payload: Json) -> None:
        """Queue an update of a kind, if the bot wants that kind."""
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST
        if wanted:
            self.push_raw({kind: payload})

    def push_raw(self, update: Json) -> int:
        """Queue an update as it is and return its `update_id`, which is given where it has none."""
        if "update_id" not in update:
            update = {"update_id": self.next_id, **update}
        self.next_id = max(self.next_id, int(update["update_id"]) + 1)
        self._pending.append(update)
        while len(self._pending) > KEPT:
            self._pending.popleft()
        self._arrived.set()
        return int(update["update_id"])

    @property
    def is_polled(self) -> bool:
        """Whether a getUpdates waits for something to happen."""
        return self._poll is not None

    def pending(self) -> list[Json]:
        """Return what waits, oldest first."""
        return list(self._pending)

    def drop_pending(self) -> None:
        """Forget everything that waits."""
        self._pending.clear()

    def clear(self) -> None:
        """Forget everything but the numbering and the kinds that the bot asked for; end a waiting poll."""
        self.drop_pending()
        self.delivered.clear()
        self.duplicate = self.reorder = False
        self.wake()

    def confirm(self, update_id: int) -> None:
        """Forget one update, wherever it stands."""
        self._pending = deque(update for update in self._pending if update["update_id"] != update_id)

    def record_delivery(self, update: Json) -> None:
        """Remember that an update was handed to the bot."""
        self.delivered.append(update)

    def interrupt(self, by: str) -> None:
        """End a waiting poll with 409, because of another request."""
        self._end_poll(conflict(f"terminated by {by}"))

    def wake(self) -> None:
        """Let whoever waits look again: a poll is answered with nothing, a webhook's sender starts over."""
        self._end_poll(None)
        self._arrived.set()

    def arrival(self) -> Coroutine[Any, Any, Any]:
        """Return something to await for the next update to be queued, counted from this call."""
        self._arrived.clear()
        return self._arrived.wait()

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Json]:  # noqa: ASYNC109 - the Bot API's own parameter
        """Answer one getUpdates: confirm by offset, then wait up to `timeout` seconds for something to give.

        Raises ApiError 409 when another request ended this poll.
        """
        self.interrupt("other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        if not self._pending and timeout > 0:
            await self._wait(timeout)
        batch = self.disordered(list(self._pending)[:limit])
        for update in batch:
            self.record_delivery(update)
        return batch

    async def _wait(self, seconds: int) -> None:
        poll: asyncio.Future[ApiError | None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        deadline = time.monotonic() + seconds
        try:
            while not self._pending and (left := deadline - time.monotonic()) > 0:
                arrival = asyncio.ensure_future(self.arrival())
                try:
                    await asyncio.wait({arrival, poll}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    arrival.cancel()
                if poll.done():
                    if refusal := poll.result():
                        raise refusal
                    return
        finally:
            if self._poll is poll:
                self._poll = None

    def to_json(self) -> Json:
        """Return everything that `from_json` needs; faults of delivery are not kept."""
        return {"next_id": self.next_id, "allowed": sorted(self.allowed), "pending": self.pending()}

    @classmethod
    def from_json(cls, data: Json) -> "UpdateQueue":
        """Rebuild from what `to_json` gave."""
        queue = cls(data["next_id"])
        queue.allow(data["allowed"])
        queue._pending.extend(data["pending"])
        return queue

    def _end_poll(self, outcome: ApiError | None) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(outcome)

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            self._pending = deque(update for update in self._pending if update["update_id"] >= offset)
        while offset < 0 and len(self._pending) > -offset:
            self._pending.popleft()

    def disordered(self, batch: list[Json]) -> list[Json]:
        """Swap pairs and repeat updates where a fault asks for it; a lone update keeps its place."""
        if self.reorder:
            batch = [update for i in range(0, len(batch), 2) for update in reversed(batch[i : i + 2])]
        if self.duplicate:
            batch = [update for update in batch for _ in range(2)]
        return batch
