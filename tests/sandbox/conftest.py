"""A pretend Telegram for each test, on a port of the system's choice, with a real client of each kind.

After every test all that was said on the bot's side is held against the oracle.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.sandbox.oracle import validate_exchange

TOKEN = "7000000001:sandbox"
# Plain HTTP needs no certificates, and loading them takes longer than a test.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def world() -> World:
    return World(TOKEN)


@pytest.fixture
async def telegram(world: World) -> AsyncIterator[str]:
    """The URL of a running sandbox."""
    async with running(world) as url:
        yield url
    validate_exchange(world.calls.to_json(0), world.updates.delivered)


@pytest.fixture
async def bot(telegram: str) -> AsyncIterator[Bot]:
    """python-telegram-bot, which takes the sandbox for Telegram."""
    plain = {"verify": NO_CERTIFICATES}
    client = Bot(
        TOKEN,
        base_url=f"{telegram}/bot",
        base_file_url=f"{telegram}/file/bot",
        request=HTTPXRequest(read_timeout=10, httpx_kwargs=plain),
        get_updates_request=HTTPXRequest(read_timeout=10, connection_pool_size=2, httpx_kwargs=plain),
    )
    async with client:
        yield client


@pytest.fixture
async def page(telegram: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the people's and the control side."""
    async with httpx.AsyncClient(base_url=telegram, timeout=10, verify=NO_CERTIFICATES) as client:
        yield client


@pytest.fixture
async def raw(telegram: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the Bot API that sends what it likes."""
    async with httpx.AsyncClient(base_url=f"{telegram}/bot{TOKEN}/", timeout=10, verify=NO_CERTIFICATES) as client:
        yield client


async def eventually(condition: Callable[[], bool]) -> None:
    """Let other tasks run until a condition holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - lets others run; nothing here would set an event
            await asyncio.sleep(0)
