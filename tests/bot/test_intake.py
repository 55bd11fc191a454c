"""Long polling: updates are acknowledged when they are stored, and whatever fails they come again."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.exc import OperationalError
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot import intake
from bot.intake import LongPolling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot

    from bot.redaction import Json

pytestmark = pytest.mark.anyio

KINDS = ("message", "callback_query")


class Telegram:
    """Gives scripted answers to getUpdates, then none; remembers what it was asked."""

    base_url = "https://telegram.example/bot7000000001:sandbox"
    name = "@sixpence_bot"

    def __init__(self, *script: list[Json] | Exception) -> None:
        self.script = list(script)
        self.asked: list[dict[str, str]] = []
        self.webhook_deleted: list[Json] = []

    async def delete_webhook(self, **asked: Any) -> bool:
        self.webhook_deleted.append(asked)
        return True

    async def post(self, url: str, *, read_timeout: float) -> list[Json]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert read_timeout > float(asked["timeout"])
        self.asked.append(asked)
        if not self.script:
            raise asyncio.CancelledError
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def offsets(self) -> list[int]:
        return [int(asked["offset"]) for asked in self.asked]


class Post:
    """Receives updates, or fails as told, and remembers the pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, telegram: Telegram) -> None:
        self.received: list[int] = []
        self.failures: list[Exception] = []
        self.pauses: list[float] = []
        self.telegram = telegram

        @asynccontextmanager
        async def connection() -> AsyncIterator[Any]:
            yield SimpleNamespace(post=telegram.post)

        monkeypatch.setattr(intake, "_connection", connection)

    async def poll(self) -> None:
        with pytest.raises(asyncio.CancelledError):
            await LongPolling(cast("Bot", self.telegram), KINDS, self._receive, self._sleep).run()

    async def _receive(self, *updates: Json) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.received += [update["update_id"] for update in updates]

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_the_offset_moves_after_storing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request acknowledges what the last one brought, and nothing more."""
    post = Post(monkeypatch, Telegram([{"update_id": 7}, {"update_id": 8}], [], [{"update_id": 9}]))
    await post.poll()
    assert post.received == [7, 8, 9]
    assert post.telegram.offsets == [0, 9, 0, 10]


async def test_what_was_not_stored_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure of the database the same offset is asked for, and the batch comes again."""
    batch: list[Json] = [{"update_id": 7}]
    post = Post(monkeypatch, Telegram(batch, batch))
    post.failures = [OperationalError("INSERT", None, ConnectionError("gone"))]
    await post.poll()
    assert post.received == [7]
    assert post.telegram.offsets == [0, 0, 8]


async def test_ids_may_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once all is acknowledged no offset is in the way of a smaller number, as after a quiet week."""
    post = Post(monkeypatch, Telegram([{"update_id": 900}], [], [{"update_id": 3}]))
    await post.poll()
    assert post.telegram.offsets == [0, 901, 0, 4]
    assert post.received == [900, 3]


async def test_kinds_are_named_in_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram keeps the last list it was given, which may be another version's."""
    post = Post(monkeypatch, Telegram([], []))
    await post.poll()
    assert {asked["allowed_updates"] for asked in post.telegram.asked} == {json.dumps(KINDS)}


async def test_a_webhook_is_taken_away_and_nothing_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polling and a webhook exclude each other; what waits is kept."""
    post = Post(monkeypatch, Telegram())
    await post.poll()
    assert post.telegram.webhook_deleted == [{}]


async def test_failures_are_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as long each time, or as long as Telegram says; after a success from the start."""
    troubles = (NetworkError("down"), TimedOut(), Conflict("two pollers"), RetryAfter(timedelta(seconds=17)))
    post = Post(monkeypatch, Telegram(*troubles, [{"update_id": 1}], NetworkError("down")))
    await post.poll()
    assert post.pauses == [1.0, 2.0, 4.0, 17.0, 1.0]
    assert post.received == [1]


async def test_waits_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute after Telegram is back, so are we."""
    post = Post(monkeypatch, Telegram(*(NetworkError("down") for _ in range(9))))
    await post.poll()
    assert max(post.pauses) == 30.0


async def test_a_revoked_token_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting would not mend it."""
    post = Post(monkeypatch, Telegram(InvalidToken("Unauthorized")))
    with pytest.raises(InvalidToken):
        await LongPolling(cast("Bot", post.telegram), KINDS, post._receive, post._sleep).run()
