"""Webhooks: the secret, the order within a chat, and sending again until it is taken."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest

from sandbox.telegram import people
from sandbox.telegram.server import listening
from sandbox.telegram.webhook import SECRET_HEADER
from sandbox.telegram.world import World

pytestmark = pytest.mark.anyio

ANA, BEN = 5001, 5002


class Receiver:
    """A bot's webhook that refuses the first deliveries of each update as often as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.refusals = 0
        self.taken: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self._tries: defaultdict[int, int] = defaultdict(int)

    async def receive(self, request: Request) -> Response:
        update = await request.json()
        self.secrets.add(request.headers.get(SECRET_HEADER))
        self._tries[update["update_id"]] += 1
        if self._tries[update["update_id"]] <= self.refusals:
            return Response(status_code=503)
        self.taken.append(update)
        return Response()

    def texts(self, person: int) -> list[str]:
        messages = [update["message"] for update in self.taken if "message" in update]
        return [message["text"] for message in messages if message["from"]["id"] == person]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    async with listening(app) as url:
        receiver.url = f"{url}/hook"
        yield receiver


async def test_updates_are_pushed_with_the_secret_and_in_order(world: World, bot: Bot, receiver: Receiver) -> None:
    """What waited before the webhook was set comes too; nothing is left to wait."""
    people.write(world, ANA, ANA, "one")
    await bot.set_webhook(receiver.url, secret_token="s3cret_-", allowed_updates=["message"])
    people.write(world, ANA, ANA, "two")
    people.write(world, BEN, BEN, "from Ben")
    people.write(world, ANA, ANA, "three")
    assert await world.until(lambda: len(world.updates) == 0)
    assert receiver.texts(ANA) == ["one", "two", "three"]
    assert receiver.texts(BEN) == ["from Ben"]
    assert receiver.secrets == {"s3cret_-"}


async def test_an_update_comes_again_until_it_is_taken(world: World, bot: Bot, receiver: Receiver) -> None:
    """A 503 keeps the update and everything behind it in its chat; Telegram says what went wrong."""
    receiver.refusals = 2
    await bot.set_webhook(receiver.url)
    people.write(world, ANA, ANA, "one")
    people.write(world, ANA, ANA, "two")
    assert await world.until(lambda: len(world.updates) == 0)
    assert receiver.texts(ANA) == ["one", "two"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_repeats_and_swaps_reach_a_webhook_too(world: World, bot: Bot, receiver: Receiver) -> None:
    """The faults of delivery are the same as with polling."""
    world.updates.reorder = world.updates.duplicate = True
    people.write(world, ANA, ANA, "one")
    people.write(world, ANA, ANA, "two")
    await bot.set_webhook(receiver.url)
    assert await world.until(lambda: len(receiver.taken) >= 4)
    assert receiver.texts(ANA) == ["two", "two", "one", "one"]


async def test_a_webhook_can_begin_with_an_empty_queue(world: World, bot: Bot, receiver: Receiver) -> None:
    """drop_pending_updates forgets what waited."""
    people.write(world, ANA, ANA, "lost")
    await bot.set_webhook(receiver.url, drop_pending_updates=True)
    people.write(world, ANA, ANA, "kept")
    assert await world.until(lambda: len(receiver.taken) == 1)
    assert receiver.texts(ANA) == ["kept"]


async def test_webhook_info_tells_what_was_set(bot: Bot, receiver: Receiver) -> None:
    """The secret is not among it; deleting leaves nothing."""
    await bot.set_webhook(receiver.url, secret_token="hidden", max_connections=7, allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.allowed_updates) == (receiver.url, 7, ("message",))
    assert "hidden" not in str(info)
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    ("url", "secret", "refusal"),
    [
        ("http://example.com/hook", "", "bad webhook: An HTTPS URL must be provided for webhook"),
        ("not a url", "", "bad webhook: invalid webhook URL specified"),
        ("https://example.com/hook", "with space", "secret token contains unallowed characters"),
        ("https://example.com/hook", "x" * 257, "secret token is too long"),
    ],
)
async def test_a_bad_webhook_is_refused(bot: Bot, url: str, secret: str, refusal: str) -> None:
    """URL and secret are checked as Telegram checks them."""
    with pytest.raises(BadRequest, match=f"(?i)^{refusal}$"):
        await bot.set_webhook(url, secret_token=secret)
