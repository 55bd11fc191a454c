"""Intake by long polling: fetch updates, hand them on, and acknowledge them only when they are stored.

Telegram takes the next request's offset for the acknowledgement, so the offset moves when `receive` has
returned, not before. Whatever fails, the same updates come again; nothing is ever dropped on purpose.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.connection import Connection
from bot.outgoing import wait_asked
from wallet import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from telegram import Bot

    from bot.redaction import Json

    Receive = Callable[..., Awaitable[None]]
    Sleep = Callable[[float], Awaitable[object]]

log = logging.getLogger(__name__)

_HOLD: Final = 30  # seconds that Telegram keeps an empty request open
_SPARE: Final = 10.0  # seconds more before we believe that the answer was lost
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


class LongPolling:
    """Fetches updates of these kinds, as Telegram's JSON.

    The kinds are named in every request, because Telegram remembers the last list it was given. Updates are
    not parsed here: one that our library cannot read must not hold up the others.
    """

    def __init__(self, bot: Bot, kinds: Sequence[str], receive: Receive, sleep: Sleep = asyncio.sleep) -> None:
        self._bot = bot
        self._kinds = list(kinds)
        self._receive = receive
        self._sleep = sleep
        self._offset = 0

    async def run(self, announce: Callable[[str], object] = log.info) -> None:
        """Poll until cancelled. InvalidToken if Telegram no longer knows the bot; the rest is waited out."""
        await patiently(self._bot.delete_webhook, self._sleep)
        announce(f"{self._bot.name} is listening (long polling)")
        async with _connection() as request:
            while True:
                await patiently(lambda: self._round(request), self._sleep)

    async def _round(self, request: Connection) -> None:
        asked = {"offset": self._offset, "timeout": _HOLD, "allowed_updates": json.dumps(self._kinds)}
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        updates = cast("list[Json]", await request.post(url, read_timeout=_HOLD + _SPARE))
        if updates:
            await self._receive(*updates)
            await asyncio.sleep(0)  # handlers begin first, and wait for the database while the next request is made
        # An empty answer means that all is acknowledged. Then any id may come next: after a quiet week, a smaller one.
        self._offset = max(update["update_id"] for update in updates) + 1 if updates else 0


async def patiently(work: Callable[[], Awaitable[object]], sleep: Sleep = asyncio.sleep) -> None:
    """Do this until it is done once. What waiting does not mend is raised: InvalidToken, BadRequest."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await work()
        except (InvalidToken, BadRequest):
            raise
        except RetryAfter as refusal:
            pause = wait_asked(refusal).total_seconds()
            log.warning("Telegram asks us to wait for %.0f s", pause)
        except Conflict:
            log.warning("another process polls with this bot's token: stop it; trying again in %.0f s", pause)
        except TelegramError as error:
            log.warning("Telegram cannot be reached; trying again in %.0f s: %s", pause, error)
        except (Unavailable, SQLAlchemyError) as error:
            log.warning("updates cannot be stored, so Telegram keeps them: %s", type(error).__name__)
        else:
            return
        await sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@asynccontextmanager
async def _connection() -> AsyncIterator[Connection]:
    """Open a connection of polling's own, so that a request held open is in nobody's way."""
    request = Connection()
    await request.initialize()
    try:
        yield request
    finally:
        await request.shutdown()
