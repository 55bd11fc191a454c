"""Faults on demand, and the record of what was called."""

from datetime import timedelta

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut

from sandbox.telegram import people
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002


def bodies(world: World) -> list[str]:
    return [message.body for message in world.chats[ANA].messages.values() if message.author == world.bot.id]


async def test_retry_after_has_no_effect_and_passes(
    world: World, bot: Bot, page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 with the seconds to wait, as often as asked, then all is well."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the client warns of its older way
    people.start(world, ANA)
    await page.post("/control/fault", json={"method": "sendMessage", "kind": "retry_after", "retry_after": 7})
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(ANA, "first")
    assert flood.value.retry_after == timedelta(seconds=7)
    await bot.send_message(ANA, "second")
    assert bodies(world) == ["second"]


async def test_a_server_error_has_no_effect(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """500 for the chat it was planned for, until it is called off."""
    people.start(world, ANA)
    people.start(world, BEN)
    await page.post("/control/fault", json={"kind": "server_error", "times": 99, "chat_id": ANA})
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(ANA, "first")
    await bot.send_message(BEN, "elsewhere")
    await page.delete("/control/faults")
    await bot.send_message(ANA, "second")
    assert bodies(world) == ["second"]


async def test_a_lost_reply_has_an_effect(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """The message is sent although the bot sees a broken connection."""
    people.start(world, ANA)
    await page.post("/control/fault", json={"method": "sendMessage", "kind": "lost_reply"})
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "sent all the same")
    assert bodies(world) == ["sent all the same"]


async def test_a_hanging_call_has_no_effect(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """The bot gives up by its own timeout."""
    people.start(world, ANA)
    await page.post("/control/fault", json={"method": "*", "kind": "hang"})
    with pytest.raises(TimedOut):
        await bot.send_message(ANA, "never", read_timeout=0.2)
    assert bodies(world) == []


async def test_an_unknown_fault_is_refused(page: httpx.AsyncClient) -> None:
    """The kinds are named in the answer."""
    response = await page.post("/control/fault", json={"kind": "earthquake"})
    assert response.status_code == 400
    assert "lost_reply" in response.json()["error"]


async def test_calls_are_recorded_without_the_token(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """Each call with its answer, numbered; `wait` holds the question until there is something to tell."""
    people.start(world, ANA)
    await bot.send_message(ANA, "hello")
    response = await page.get("/control/calls", params={"after": 1, "wait": 5})
    (call,) = response.json()
    assert (call["seq"], call["method"], call["ok"]) == (2, "sendMessage", True)
    assert call["params"] == {"chat_id": ANA, "text": "hello"}
    assert call["result"]["text"] == "hello"
    assert world.bot.token not in response.text
    assert world.bot.token not in repr(world.bot)
