"""The way to Telegram, in the place of HTTP: the pretend Telegram's methods, one call at a time, and what breaks.

Real HTTP is the business of the journeys and of `processes`. Here a call is two suspensions with its effect between
them, so a kill falls before it or after it, and an answer can be lost.
"""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch
from urllib.parse import parse_qsl

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest

from sandbox.person import plain
from sandbox.telegram import bot_api
from sandbox.telegram.cast import PEOPLE, Person
from sandbox.telegram.methods import METHODS
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World
from tests.proof.simulator.programs import current, give_way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telegram.request import RequestData

    from sandbox.telegram.chats import Message
    from tests.proof.simulator.programs import Time

NEWCOMERS: Final = (
    Person(5005, "Dora", "Lind", "dora", "en"),
    Person(5006, "Emil", "Vance", None, "en"),
    Person(5007, "Finn", "Arden", "finn", "en"),
    Person(5008, "Gwen", "Hale", None, "en"),
)
"""People who have no wallet yet: two are paid by username, two by number."""
TOKEN: Final = "7000000001:a-token-for-tests-only"
_SHOWING: Final = frozenset({"sendmessage", "editmessagetext"})
_HANG: Final = 20.0


class Telegram:
    """The pretend Telegram and its line to the bot. `shown` is all that any chat ever showed from the bot."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.world = World(TOKEN, (*PEOPLE, *NEWCOMERS))
        self.shown: dict[int, list[str]] = {person: [] for person in self.world.people}
        self.calls: list[str] = []
        self._poll: asyncio.Future[None] | None = None

    @contextmanager
    def connected(self) -> Iterator[None]:
        """The bot's requests come here, and the sandbox lives in the simulation's time."""
        line = type("Line", (Line,), {"telegram": self})
        with ExitStack() as patches:
            for place in ("bot.assembly", "bot.intake"):
                patches.enter_context(patch(f"{place}.Connection", line))
            for place in ("chats", "queries", "people", "inline", "methods.editing"):
                patches.enter_context(patch(f"sandbox.telegram.{place}.time", _Times(self.time)))
            yield

    def ring(self) -> None:
        """Something happened: whoever polls may look."""
        if self._poll is not None and not self._poll.done() and not self._poll.get_loop().is_closed():
            self._poll.set_result(None)
        self._poll = None

    async def call(self, name: str, parameters: Parameters) -> tuple[int, bytes]:
        """Answer a call, or meet it with a fault."""
        method = METHODS[name.lower()]
        fault = self.world.faults.strike(method.name, parameters.text("chat_id"))
        if fault is not None and fault.kind == "hang":
            await asyncio.sleep(_HANG)
            raise TimedOut
        answer = bot_api._struck(fault)
        if answer is None:
            answer = await bot_api._answer(self.world, method, parameters)
            self._note(name, parameters, answer)
        self.calls.append(f"{method.name} {parameters.text('chat_id')} {answer.get('error_code', 'ok')}")
        if fault is not None and fault.kind == "lost_reply":
            raise NetworkError("the server left without an answer")
        return int(answer.get("error_code", 200)), json.dumps(answer).encode()

    async def updates(self, parameters: Parameters) -> tuple[int, bytes]:
        """Answer getUpdates: at once if something waits, or when `ring` says so, or with nothing."""
        queue = self.world.updates
        offset = parameters.integer("offset", 0, -(2**31), 2**31 - 1)
        queue.allow(json.loads(parameters.text("allowed_updates") or "[]"))
        fault = self.world.faults.strike("getUpdates", "")
        if fault is not None:
            raise NetworkError("no answer")
        queue._confirm(offset)
        if not len(queue):
            self._poll = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._poll}, timeout=parameters.integer("timeout", 0, 0, 50))
        batch = queue.disordered(queue.pending()[:100])
        for update in batch:
            queue.record_delivery(update)
        return 200, json.dumps({"ok": True, "result": batch}).encode()

    def given_out(self) -> set[int]:
        """Every update that the bot was given."""
        return {int(update["update_id"]) for update in self.world.updates.delivered}

    def in_the_group(self) -> list[Message]:
        """All that the bot wrote where everybody is, or was sent there through it, as it stands there now."""
        messages = self.world.chats[self.world.group.id].messages.values()
        return [message for message in messages if message.author == self.world.bot.id or message.inline_id]

    def references(self, person: int) -> set[str]:
        """Every payment that this person's chat ever spoke of."""
        return {found for text in self.shown[person] for found in re.findall(r"Reference (\S{11}),", text)}

    def _note(self, name: str, parameters: Parameters, answer: dict[str, Any]) -> None:
        chat = parameters.integer("chat_id", 0, -(2**63), 2**63)
        if answer["ok"] and name.lower() in _SHOWING and chat in self.shown:
            self.shown[chat].append(plain(answer["result"]["text"]))


class Line(BaseRequest):
    """What the bot takes for HTTP, to one `telegram`."""

    telegram: Telegram
    http_version = "1.1"

    def __init__(self, **_: Any) -> None:
        """Whatever the bot sets is not needed here."""

    @property
    def read_timeout(self) -> float:
        """As the bot sets it."""
        return _HANG

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Make one call."""
        assert method == "POST"
        name, _mark, query = url.rpartition("/")[2].partition("?")
        given = request_data.json_parameters if request_data else dict(parse_qsl(query))
        parameters = Parameters(given)
        await give_way()  # killed here, it was never made
        if current().dead:
            raise NetworkError("the bot is dead")
        if name == "getUpdates":
            answer = await self.telegram.updates(parameters)
        else:
            answer = await self.telegram.call(name, parameters)
        await give_way()  # killed here, it took effect and nobody heard of it
        return answer


class _Times:
    """The module `time`, as far as the sandbox uses it."""

    def __init__(self, time: Time) -> None:
        self.time = time.unix
