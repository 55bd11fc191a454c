"""A street to attack: the bot's real parts, the pretend Telegram over HTTP, and eyes on everything that could change.

The eyes: every table of both schemas but the inbox's own bookkeeping, read as the owner of the database; the keypads
in memory; and whatever any part of the bot logs as an error, because that is what an unhandled exception becomes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.assembly import assembled
from bot.settings import BotSettings
from sandbox.person import plain
from sandbox.telegram import people
from sandbox.telegram.cast import PEOPLE
from sandbox.telegram.people import PLAINLY, Manner
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.books import PEPPER
from tests.conftest import Clock
from tests.journeys.conftest import TOKEN, Somebody, Street, Unhurried
from tests.proof.finding import Finding
from wallet import Wallet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection
    from telegram.ext import BaseRateLimiter

    from sandbox.telegram.chats import Message
    from sandbox.telegram.faults import Faults
    from tests.books import Server

T = TypeVar("T")
Json = dict[str, Any]
State = dict[str, str]
"""What is there: a digest of each table, and of what else was looked at."""

_PATIENCE = 120.0  # seconds; a busy machine is no failure
_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('wallet', 'bot') AND tablename <> 'inbox' ORDER BY 1
"""
_OWED = "SELECT count(*) FROM wallet.notices WHERE delivered_at IS NULL AND parked_at IS NULL"


class Alarms(logging.Handler):
    """Everything that anybody but the sandbox logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._rung: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what happened, and of which kind it was."""
        if not record.name.startswith("sandbox"):
            error = record.exc_info[1] if record.exc_info else None
            self._rung.append(f"{record.name}: {record.getMessage()} {error!r}")

    def heard(self) -> list[str]:
        """Return what was kept since the last time."""
        heard, self._rung = self._rung, []
        return heard


@dataclass(frozen=True)
class Scene:
    """A street with eyes."""

    street: Street
    alarms: Alarms
    settings: BotSettings
    intake_url: str
    """Where the webhook listens; empty with long polling."""
    _eye: AsyncConnection
    _tables: list[str] = field(default_factory=list)

    async def state(self, *chats: Somebody, schema: str = "") -> State:
        """Digest every table (of one schema only, if named), the open keypads, and these people's chats."""
        await self.told()
        tables = [table for table in self._tables if table.startswith(schema)]
        digests = " UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t"  # noqa: S608 - our tables
            for table in tables
        )
        found: State = {str(name): str(digest) for name, digest in await self._eye.execute(text(digests))}
        if not schema:
            pads = [theirs[-1] for theirs in self.street.context.keypads._of.values()]
            found["keypads"] = str([(pad.user_id, pad.entered, pad.closed) for pad in pads])
        for somebody in chats:
            messages = self.street.world.chats[somebody.id].messages.values()
            found[f"the chat of {somebody.name}"] = json.dumps([message.wire for message in messages])
        return found

    async def tables(self) -> list[str]:
        """Name every table, the inbox included."""
        return [*self._tables, "bot.inbox"]

    async def rows(self, select: str) -> list[str]:
        """Return the one text of each row that this statement selects."""
        return [str(row) for row in (await self._eye.execute(text(select))).scalars()]

    async def count(self, select: str) -> int:
        """Return the one number that this statement selects."""
        return int((await self._eye.execute(text(select))).scalar_one())

    async def push(self, *updates: Json) -> None:
        """Let these updates happen, and wait until the bot is done with them."""
        for update in updates:
            self.street.world.updates.push_raw(update)
        await self.settled()

    async def attacked(self, *updates: Json) -> list[str]:
        """Push these; return what they changed anywhere, and the errors they caused."""
        before = await self.state()
        await self.push(*updates)
        return changed(before, await self.state()) + self.alarms.heard()

    async def settled(self) -> None:
        """Wait until Telegram holds no update and the bot handles none."""
        async with asyncio.timeout(_PATIENCE):
            while len(self.street.world.updates):  # noqa: ASYNC110 - Telegram is another party: one looks
                await asyncio.sleep(0.005)
            await self.street.inbox.idle()

    async def says(self, somebody: Somebody, words: str, manner: Manner = PLAINLY) -> Message:
        """Write to the bot, and wait until it is done with that."""
        written = people.write(self.street.world, somebody.id, somebody.id, words, manner)
        await self.settled()
        return written

    async def taps(self, somebody: Somebody, *labels: str) -> None:
        """Press buttons of the newest message that has them, all in one go, and wait until the bot is done."""
        for label in labels:
            message_id, row, column = self.place(somebody, label)
            people.press(self.street.world, somebody.id, somebody.id, message_id, row=row, column=column)
        await self.settled()

    async def pays(self, somebody: Somebody, words: str, pin: str = "") -> None:
        """Write an instruction and confirm its card on the keypad."""
        await self.says(somebody, words)
        await self.taps(somebody, "Confirm with PIN")
        await self.taps(somebody, *(pin or somebody.pin))

    def shown(self, somebody: Somebody) -> list[Message]:
        """What the bot has in this person's chat, newest first."""
        messages = self.street.world.chats[somebody.id].messages.values()
        return [message for message in reversed(messages) if message.author != somebody.id]

    def offers(self, somebody: Somebody) -> bool:
        """Whether the newest message of the bot has buttons that call it."""
        newest = self.shown(somebody)[0]
        return any(at == newest.id for _, at in self.buttons(somebody))

    def reads(self, somebody: Somebody, words: str) -> bool:
        """Whether the bot says this anywhere in this person's chat."""
        return any(words in plain(message.body) for message in self.shown(somebody))

    def place(self, somebody: Somebody, label: str) -> tuple[int, int, int]:
        for message in self.shown(somebody):
            for row, buttons in enumerate(message.wire.get("reply_markup", {}).get("inline_keyboard", [])):
                for column, button in enumerate(buttons):
                    if label in plain(button["text"]):
                        return message.id, row, column
        newest = self.shown(somebody)[0].body
        raise LookupError(f"no button {label!r} for {somebody.name}; the newest message: {newest}")

    async def told(self) -> None:
        """Wait until nobody is owed a notice."""
        async with asyncio.timeout(_PATIENCE):
            while await self.count(_OWED):
                self.street.context.courier_wake()
                await asyncio.sleep(0.02)

    def buttons(self, somebody: Somebody) -> list[tuple[str, int]]:
        """Everything that can be pressed in this person's chat now: callback data and message id."""
        messages = self.street.world.chats[somebody.id].messages.values()
        return [
            (button["callback_data"], message.id)
            for message in messages
            for row in message.wire.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button
        ]


def changed(before: State, after: State) -> list[str]:
    """Return what is not as it was."""
    return [name for name in before if before[name] != after[name]]


def found(fault: str, claim: str, tried: int, wrong: Sequence[str], figure: str = "") -> Finding:
    """Return a row whose figure names the first things that went wrong, if any did."""
    return Finding(fault, claim, tried, len(wrong), "; ".join(each[:160] for each in wrong[:3]) or figure)


@asynccontextmanager
async def scene(
    server: Server,
    *,
    pace: Callable[[], BaseRateLimiter[Any]] = Unhurried,
    faults: Faults | None = None,
    database_password: str | None = None,
    **settings: object,
) -> AsyncIterator[Scene]:
    """Open one on a fresh database. Nobody has met the bot yet."""
    clock, world = Clock(), World(str(settings.get("bot_token", TOKEN)))
    if faults is not None:
        world.faults = faults  # type: ignore[misc]  # final for those who play by the rules
    with server.database() as url, listening_for_errors() as alarms:
        async with (
            running(world) as telegram,
            httpx.AsyncClient(base_url=telegram, timeout=_PATIENCE) as http,
            _eye(url) as (eye, tables),
        ):
            chosen = _settings(url.set(password=database_password), telegram, settings)
            async with (
                Wallet.open(chosen, clock=clock) as wallet,
                assembled(chosen, wallet, clock=clock, pace=pace()) as bot,
            ):
                ready = asyncio.Event()
                intake = asyncio.create_task(bot.intake.run(lambda _: ready.set()))
                await asyncio.wait_for(ready.wait(), _PATIENCE)
                logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # the sandbox had made all of them mute
                street = Street(
                    wallet, clock, bot.inbox, bot.context, world, http, *(Somebody(http, one) for one in PEOPLE)
                )
                try:
                    yield Scene(street, alarms, chosen, chosen.webhook_url or "", eye, tables)
                finally:
                    intake.cancel()
                    await asyncio.gather(intake, return_exceptions=True)


@contextmanager
def listening_for_errors() -> Iterator[Alarms]:
    """Hear every error that is logged meanwhile."""
    alarms = Alarms()
    logging.getLogger().addHandler(alarms)
    try:
        yield alarms
    finally:
        logging.getLogger().removeHandler(alarms)


@asynccontextmanager
async def _eye(url: URL) -> AsyncIterator[tuple[AsyncConnection, list[str]]]:
    """Connect as the database's owner, who may read everything."""
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection, list((await connection.execute(text(_TABLES))).scalars())
    finally:
        await engine.dispose()


def _settings(url: URL, telegram: str, changes: Json) -> BotSettings:
    facts: Json = {
        "database_url": url.render_as_string(hide_password=False),
        "pin_pepper": PEPPER,
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
        "bot_token": TOKEN,
        "telegram_api_url": telegram,
        "limit_payments_a_day": 1_000_000,
    }
    return BotSettings.model_validate(facts | changes)


def sample(seed: int, items: Sequence[T], most: int) -> list[T]:
    """Return all of them, or so many of a seeded choice."""
    return list(items) if len(items) <= most else Random(seed).sample(items, most)
