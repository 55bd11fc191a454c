"""The server as a whole: a real bot lives in it, and it stops when told to."""

import asyncio
from collections.abc import MutableMapping

import httpx
import pytest
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes

from sandbox.telegram import people
from sandbox.telegram.server import application, running
from sandbox.telegram.world import World
from tests.sandbox.conftest import TOKEN, eventually

pytestmark = pytest.mark.anyio

ANA = 5001


async def greet(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message
    await update.effective_message.reply_text("Welcome")


async def test_a_bot_polls_and_answers(world: World, telegram: str) -> None:
    """python-telegram-bot's own updater and handlers run against it unchanged."""
    bot = Application.builder().token(TOKEN).base_url(f"{telegram}/bot").build()
    bot.add_handler(CommandHandler("start", greet))
    async with bot:
        assert bot.updater
        await bot.updater.start_polling()
        await bot.start()
        people.start(world, ANA)
        answered = await world.until(lambda: [m.body for m in world.chats[ANA].messages.values()][1:] == ["Welcome"])
        await bot.updater.stop()
        await bot.stop()
    assert answered


async def test_stopping_ends_pages_and_polls(world: World) -> None:
    """An open page ends and a waiting poll is answered, so that nothing is left behind."""
    async with httpx.AsyncClient() as client:
        async with running(world) as url:
            poll = asyncio.create_task(client.get(f"{url}/bot{TOKEN}/getUpdates", params={"timeout": 50}))
            page = asyncio.create_task(client.get(f"{url}/events?person={ANA}", timeout=60))
            await eventually(lambda: world.updates.is_polled)
        assert (await poll).json() == {"ok": True, "result": []}
        assert (await page).text.startswith(": open")


async def test_a_caller_that_hangs_up_is_no_failure(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A bot that dies in the middle of a call leaves nothing in the sandbox's log."""
    path = f"/bot{TOKEN}/sendMessage"
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    answers: list[MutableMapping[str, object]] = []

    async def hang_up() -> MutableMapping[str, object]:
        return {"type": "http.disconnect"}

    async def listen(message: MutableMapping[str, object]) -> None:
        answers.append(message)

    await application(world)(scope, hang_up, listen)
    assert answers
    assert not caplog.records


async def test_the_page_is_served(telegram: str) -> None:
    """The page and what it needs come from the same place."""
    async with httpx.AsyncClient(base_url=telegram) as client:
        assert (await client.get("/")).headers["content-type"].startswith("text/html")
        assert (await client.get("/static/app.js")).is_success
        assert (await client.get("/static/none.js")).status_code == 404
