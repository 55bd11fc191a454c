"""Requests to Telegram at the pace it allows.

Thirty a second in all; new messages about one a second to a person, in bursts of up to twenty, and twenty a
minute to a group. Edits wait for their chat only when Telegram says so: a keypad is edited with each digit, and
must not lag behind the finger. Requests about no chat, such as answers to button presses, never wait.

When Telegram says "retry after", that chat alone waits; when it says so in three chats within a second, the limit
is the bot's own and every chat waits: for the shortest of the three waits, because a longer one may be a chat's own,
and for five seconds at most, because three chats may be one person's doing. A wait of up to ten seconds is sat out
here; a longer one is raised as RetryAfter to whoever asked.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Answer = bool | dict[str, Any] | list[dict[str, Any]]

PATIENCE: Final = 10.0  # seconds
_RETRIES: Final = 2
_CHATS_OF_A_GLOBAL_LIMIT: Final = 3
_AT_A_TIME: Final = 1.0  # seconds within which refusals in several chats are of one limit
_EVERYWHERE_AT_MOST: Final = 5.0  # seconds
_CHATS_REMEMBERED: Final = 4096


def wait_asked(refusal: RetryAfter) -> timedelta:
    """Return how long Telegram asks us to wait."""
    wait = refusal.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


class Outgoing(BaseRateLimiter[None]):
    """The rate limiter of our `ExtBot`, for one event loop."""

    def __init__(self) -> None:
        self._overall = AsyncLimiter(30, 1)
        self._chats: dict[int | str, AsyncLimiter] = {}
        self._paused: dict[int | str, float] = {}  # chat → the loop's time at which it may be written to again
        self._everywhere = 0.0  # the loop's time at which any chat may
        self._refused: dict[int | str, float] = {}  # chat → the loop's time at which Telegram last refused

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 - the interface's
    ) -> Answer:
        """Send a request when its chat's turn comes. RetryAfter when that is too far off."""
        chat = data.get("chat_id")
        if chat is None:
            return await callback(*args, **kwargs)
        for left in reversed(range(_RETRIES + 1)):
            await self._turn(chat, is_new=endpoint.startswith("send"))
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                self._pause(chat, wait_asked(refusal).total_seconds())
                if not left:
                    raise
        raise AssertionError("unreachable")

    async def _turn(self, chat: int | str, *, is_new: bool) -> None:
        while (wait := self._pause_left(chat)) > 0:
            if wait > PATIENCE:
                raise RetryAfter(timedelta(seconds=wait))
            await asyncio.sleep(wait)
        if is_new:
            await self._limiter(chat).acquire()
        await self._overall.acquire()

    def _pause(self, chat: int | str, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        self._paused = {each: until for each, until in self._paused.items() if until > now}
        self._refused = {each: at for each, at in self._refused.items() if at > now - _AT_A_TIME}
        self._paused[chat], self._refused[chat] = now + seconds, now
        if len(self._refused) >= _CHATS_OF_A_GLOBAL_LIMIT:
            shortest = min(self._paused.get(each, now) for each in self._refused)
            self._everywhere = min(shortest, now + _EVERYWHERE_AT_MOST)

    def _pause_left(self, chat: int | str) -> float:
        until = max(self._paused.get(chat, 0.0), self._everywhere)
        return until - asyncio.get_running_loop().time()

    def _limiter(self, chat: int | str) -> AsyncLimiter:
        if len(self._chats) >= _CHATS_REMEMBERED:
            busy = {
                each: limiter for each, limiter in self._chats.items() if not limiter.has_capacity(limiter.max_rate)
            }
            self._chats = busy
        if chat not in self._chats:
            is_person = isinstance(chat, int) and chat > 0
            self._chats[chat] = AsyncLimiter(20, 20 if is_person else 60)
        return self._chats[chat]
