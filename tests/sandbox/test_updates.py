"""getUpdates: confirmed by offset, held until then, one reader at a time."""

import asyncio
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import Conflict

from sandbox.telegram import people
from sandbox.telegram.world import World
from tests.sandbox.conftest import eventually

pytestmark = pytest.mark.anyio

ANA = 5001


def say(world: World, *texts: str) -> None:
    for text in texts:
        people.write(world, ANA, ANA, text)


async def texts(bot: Bot, **options: Any) -> list[str | None]:
    return [update.message.text for update in await bot.get_updates(**options) if update.message]


async def test_an_update_stays_until_a_higher_offset_confirms_it(world: World, bot: Bot) -> None:
    """Asking again without an offset gives the same; the next offset gives the rest."""
    say(world, "one", "two", "three")
    first = await bot.get_updates(limit=2)
    assert [update.update_id for update in await bot.get_updates(limit=2)] == [one.update_id for one in first]
    assert await texts(bot, offset=first[-1].update_id + 1) == ["three"]
    assert len(world.updates) == 1


async def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(world: World, bot: Bot) -> None:
    """offset=-1 gives the newest update and drops all before it."""
    say(world, "one", "two", "three")
    assert await texts(bot, offset=-1) == ["three"]
    assert await texts(bot) == ["three"]


async def test_a_long_poll_ends_with_the_first_update(world: World, bot: Bot) -> None:
    """A waiting poll is answered as soon as somebody writes."""
    poll = asyncio.create_task(texts(bot, timeout=50))
    await eventually(lambda: world.updates.is_polled)
    say(world, "now")
    assert await poll == ["now"]


async def test_a_second_poller_ends_the_first_with_a_conflict(world: World, bot: Bot) -> None:
    """The newcomer waits on; the first is told 409 in Telegram's words."""
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await eventually(lambda: world.updates.is_polled)
    second = asyncio.create_task(texts(bot, timeout=50))
    with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that only one bot"):
        await first
    say(world, "for the second")
    assert await second == ["for the second"]


async def test_allowed_updates_are_remembered_and_apply_to_what_happens_next(world: World, bot: Bot) -> None:
    """A kind that was not asked for is dropped when it happens; the choice lasts until another is made."""
    say(world, "before")
    await bot.get_updates(allowed_updates=["callback_query"])
    say(world, "meanwhile")
    assert await texts(bot) == ["before"]
    await bot.get_updates(allowed_updates=[])
    say(world, "after")
    assert await texts(bot) == ["before", "after"]


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot) -> None:
    """409 until deleteWebhook."""
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_updates_come_twice_or_swapped_on_demand(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """Repeats keep their update_id; a lone update is never held back."""
    say(world, "one", "two", "three")
    await page.post("/control/updates", json={"reorder": True})
    assert await texts(bot) == ["two", "one", "three"]
    await page.post("/control/updates", json={"reorder": False, "duplicate": True})
    assert await texts(bot) == ["one", "one", "two", "two", "three", "three"]


async def test_any_update_can_be_injected(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """It comes as it is, with a number if it had none."""
    poll = {"poll_id": "1", "option_ids": [0], "option_persistent_ids": []}
    await page.post("/control/update", json={"poll_answer": poll})
    await page.post("/control/update", json={"update_id": 42, "poll_answer": poll})
    first, second = await bot.get_updates()
    assert (first.update_id, second.update_id) == (world.updates.next_id - 1, 42)


async def test_reset_starts_over_but_numbers_go_on(world: World, bot: Bot, page: httpx.AsyncClient) -> None:
    """A bot that goes on across a reset never takes a new update or message for an old one."""
    people.start(world, ANA)
    (before,) = await bot.get_updates()
    await bot.send_message(ANA, "hello")
    poll = asyncio.create_task(bot.get_updates(offset=before.update_id + 1, timeout=50))
    await eventually(lambda: world.updates.is_polled)
    await page.post("/control/reset")
    assert await poll == ()
    people.start(world, ANA)
    (after,) = await bot.get_updates(offset=before.update_id + 1)
    assert before.message
    assert after.message
    assert after.message.message_id == before.message.message_id + 2
