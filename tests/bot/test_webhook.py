"""The webhook: only Telegram gets in, and 200 means stored."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy.exc import DataError, OperationalError

from bot import webhook
from bot.inbox_table import Arrival
from bot.webhook import HEADER, MOST_BYTES, application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.redaction import Json

pytestmark = pytest.mark.anyio

SECRET = "a-secret-of-some-length"
UPDATE: Json = {"update_id": 7, "message": {"text": "hello"}}


class Receiver:
    """Stands for the inbox: reads updates as it does, or fails as told."""

    def __init__(self) -> None:
        self.received: list[Json] = []
        self.failure: Exception | None = None

    async def __call__(self, *updates: Json) -> None:
        for update in updates:
            Arrival.of(update)
        if self.failure:
            raise self.failure
        self.received += updates


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


async def deliver(
    receiver: Receiver, content: bytes | Json = UPDATE, *, secret: str | None = SECRET, **request: Any
) -> int:
    """Deliver as Telegram would; return the status."""
    transport = httpx.ASGITransport(app=application("/telegram", SECRET, receiver))
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {} if secret is None else {HEADER: secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        asked = {"method": "POST", "url": "/telegram", "content": body, "headers": headers} | request
        return (await client.request(**asked)).status_code


async def test_an_update_is_stored_and_then_acknowledged(receiver: Receiver) -> None:
    """200 after `receive` has returned."""
    assert await deliver(receiver) == 200
    assert receiver.received == [UPDATE]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper()])
async def test_without_the_secret_nothing_is_stored(receiver: Receiver, secret: str | None) -> None:
    """Missing, wrong, a prefix of it: 403."""
    assert await deliver(receiver, secret=secret) == 403
    assert receiver.received == []


async def test_a_secret_in_odd_bytes_is_only_wrong(receiver: Receiver) -> None:
    """Bytes that are not ASCII are compared, not stumbled over."""
    assert await deliver(receiver, headers={HEADER: "gehéim".encode("latin-1")}) == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'"update"',
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": NaN}',
        b'{"update_id": 7, "message": Infinity}',
        b'{"update_id": 7',
        b"\xff\xfe\x00",
        b'{"update_id": 7, "message": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"update_id": 7, "message": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
async def test_what_is_no_update_is_refused(receiver: Receiver, body: bytes) -> None:
    """Malformed, deep or of another shape: 400, nothing stored, no traceback."""
    assert await deliver(receiver, body) == 400
    assert receiver.received == []


async def test_what_the_database_cannot_hold_is_refused(receiver: Receiver) -> None:
    """It would not fit the second time either."""
    receiver.failure = DataError("INSERT", None, ValueError("no such text"))
    assert await deliver(receiver) == 400


async def test_a_large_body_is_refused(receiver: Receiver) -> None:
    """Before all of it is in memory."""
    assert await deliver(receiver, b" " * (MOST_BYTES + 1)) == 413


async def test_without_a_database_telegram_delivers_again(receiver: Receiver) -> None:
    """503, which Telegram repeats."""
    receiver.failure = OperationalError("INSERT", None, ConnectionError("gone"))
    assert await deliver(receiver) == 503


@pytest.mark.parametrize(("request_", "status"), [({"method": "GET"}, 405), ({"url": "/"}, 404)])
async def test_there_is_one_route(receiver: Receiver, request_: dict[str, Any], status: int) -> None:
    """Nothing else answers."""
    assert await deliver(receiver, **request_) == status


async def test_a_delivery_that_breaks_off_stores_nothing() -> None:
    """The other side hangs up in the middle: no update, no traceback."""
    receiver = Receiver()
    messages = [{"type": "http.request", "body": b'{"update', "more_body": True}, {"type": "http.disconnect"}]
    answers: list[Any] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/telegram",
        "query_string": b"",
        "headers": [(HEADER.lower().encode(), SECRET.encode())],
    }

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    await application("/telegram", SECRET, receiver)(scope, receive, send)
    assert answers[0]["status"] == 400
    assert receiver.received == []


@pytest.fixture
async def address(receiver: Receiver) -> AsyncIterator[tuple[str, int]]:
    """Where the webhook listens, over real TCP."""
    with webhook._listening(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(webhook.serve(application("/telegram", SECRET, receiver), listener))
        yield listener.getsockname()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def half_said(address: tuple[str, int], said: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """A connection on which no more follows."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(said)
    await writer.drain()
    yield reader
    writer.close()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Wait until the other side hangs up, without a word."""
    with suppress(ConnectionResetError):
        return await reader.read() == b""
    return True


NOTHING = b""
HALF_A_HEADER = b"POST /telegram HTTP/1.1\r\nHost: x\r\n"
HALF_A_BODY = HALF_A_HEADER + f"{HEADER}: {SECRET}\r\nContent-Length: 99\r\n\r\n{{".encode()


@pytest.mark.parametrize("said", [NOTHING, HALF_A_HEADER, HALF_A_BODY])
async def test_who_does_not_finish_a_request_is_cut_off(
    receiver: Receiver, address: tuple[str, int], said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection is held open by saying nothing, half of the headers, or half of the body."""
    monkeypatch.setattr(webhook, "PATIENCE", 0.05)
    async with half_said(address, said) as waiting:
        assert await is_closed(waiting)
    assert receiver.received == []


async def test_many_slow_connections_do_not_keep_telegram_out(
    receiver: Receiver, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too many are open, the one that has waited longest is closed for whoever comes; an update gets through."""
    monkeypatch.setattr(webhook, "MOST_OPEN", 3)
    async with AsyncExitStack() as open_:
        halves = (HALF_A_HEADER, HALF_A_BODY, NOTHING)
        waiting = [await open_.enter_async_context(half_said(address, said)) for said in halves]
        client = await open_.enter_async_context(httpx.AsyncClient(base_url=f"http://{address[0]}:{address[1]}"))
        answer = await client.post("/telegram", json=UPDATE, headers={HEADER: SECRET})
        assert answer.status_code == 200
        assert await is_closed(waiting[0])
        assert not any(one.at_eof() for one in waiting[1:])
    assert receiver.received == [UPDATE]
