"""HTTP to Telegram: an answer is passed on, silence is TimedOut, and the token shows in no error."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot

from bot.connection import Connection
from sandbox.telegram.faults import Fault
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.ports import port_of_ones_own
from tests.sandbox.pictures import PNG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

TOKEN = "7000000001:a-token-for-tests-only"
ANA = 5001


@pytest.fixture
def world() -> World:
    world = World(TOKEN)
    world.chats[ANA].started = True
    return world


@pytest.fixture
async def bot(world: World) -> AsyncIterator[ExtBot[Any]]:
    """Our library's bot, on our connection."""
    async with running(world) as url:
        line = Connection(read_timeout=20.0)
        async with ExtBot(TOKEN, base_url=f"{url}/bot", request=line, get_updates_request=Connection()) as bot:
            yield bot


async def test_a_call_is_answered(bot: ExtBot[Any]) -> None:
    """Whatever the text says in whatever script."""
    message = await bot.send_message(ANA, "five & <b>fünf</b> ٥ 🎉", parse_mode="HTML")
    assert message.text == "five & fünf ٥ 🎉"


async def test_a_refusal_is_passed_on(bot: ExtBot[Any], world: World) -> None:
    """With what Telegram says about it."""
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "hello")
    world.faults.plan(Fault("sendMessage", "retry_after", retry_after=7))
    with pytest.raises(RetryAfter):
        await bot.send_message(ANA, "hello")


async def test_silence_is_timed_out(bot: ExtBot[Any], world: World) -> None:
    """When the time to wait is over, and not as if nothing had happened."""
    world.faults.plan(Fault("sendMessage", "hang"))
    with pytest.raises(TimedOut):
        await bot.send_message(ANA, "hello", read_timeout=0.2)


async def test_an_answer_cut_short_is_a_network_error(bot: ExtBot[Any], world: World) -> None:
    """The call took effect, its answer was lost; the next call works."""
    world.faults.plan(Fault("sendMessage", "lost_reply"))
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "hello")
    await bot.send_message(ANA, "again")
    assert [message.body for message in world.chats[ANA].messages.values()] == ["hello", "again"]


async def test_a_server_that_is_not_there_is_a_network_error_without_the_token() -> None:
    """Said in words that may be logged."""
    line = Connection()
    await line.initialize()
    with pytest.raises(NetworkError) as refused:
        await line.post(f"http://127.0.0.1:9/bot{TOKEN}/getMe")
    await line.shutdown()
    assert "127.0.0.1" in str(refused.value)
    assert TOKEN not in repr(refused.getrepr(style="long"))


async def test_a_server_that_went_away_between_two_calls_is_asked_anew(world: World) -> None:
    """A connection kept open from before is not taken for a live one."""
    line, port = Connection(), port_of_ones_own()
    await line.initialize()
    for _ in range(2):
        async with running(world, port=port) as url:
            await line.post(f"{url}/bot{TOKEN}/getMe")
    await line.shutdown()


async def test_a_picture_goes_along(bot: ExtBot[Any], world: World) -> None:
    """As a part of the form, beside a caption and buttons."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Press", callback_data="x")]])
    message = await bot.send_photo(ANA, PNG, caption="<b>five</b> &amp; ٥", parse_mode="HTML", reply_markup=keyboard)
    assert message.caption == "five & ٥"
    file = world.files.get(message.photo[-1].file_id)
    assert file is not None
    assert file.content == PNG


async def test_an_operators_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the environment names one, calls go there, whatever their host."""
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    line = Connection()
    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        monkeypatch.setenv("http_proxy", f"http://{host}:{port}")
        await line.initialize()
        status, _ = await line.do_request(f"http://telegram.invalid/bot{TOKEN}/getMe", "GET")
        await line.shutdown()
    assert status == 200
    assert asked == [f"GET http://telegram.invalid/bot{TOKEN}/getMe HTTP/1.1\r\n".encode()]
