"""A street with a bot in it: the pretend Telegram over real HTTP, the bot's real parts, a real wallet on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text
from telegram import Update
from telegram.ext import BaseRateLimiter

from bot import application, models
from bot.assembly import assembled
from bot.identity import person_key
from bot.journeys import expiry
from bot.settings import BotSettings
from sandbox.person import PATIENCE, Message, Person, plain
from sandbox.telegram.cast import PEOPLE
from sandbox.telegram.cast import Person as CastPerson
from sandbox.telegram.server import running
from sandbox.telegram.world import World
from tests.books import PEPPER
from tests.conftest import Clock, euros
from tests.sandbox.oracle import validate_exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from bot.inbox import Inbox
    from wallet import Party, Wallet

TOKEN = "7000000001:a-token-for-tests-only"
OPENING = 50_00


class Somebody(Person):
    """A person with all that these tests make people do."""

    def __init__(self, http: httpx.AsyncClient, cast: CastPerson) -> None:
        super().__init__(http, cast.id, cast.first_name, cast.pin)
        self.pin = cast.pin
        self.full_name = cast.full_name

    async def edits(self, message: Message, text: str) -> None:
        """Change a message that was sent before."""
        await self._act("edit", message_id=message["id"], text=text)

    async def picks_contact(self, other: Person) -> None:
        """Answer a request for a contact from one's own list."""
        await self._act("users", request_id=1, user_ids=[other.id])

    async def writes(self, text: str, **facts: object) -> None:
        """Write in an odd way: `via_bot`, `offline`, `mentions`, …"""
        await self._act("text", text=text, **facts)

    async def buttons(self, *words: str) -> list[str]:
        """The labels under the newest message of the bot that contains all these words."""
        message = await self.reads(*words)
        return [plain(button["text"]) for row in message["inline_keyboard"] or [] for button in row]

    async def texts(self) -> list[str]:
        """All that the chat shows, oldest first."""
        return await self.texts_in(self.id)

    async def texts_in(self, chat: int) -> list[str]:
        """All that a group shows, oldest first."""
        return [plain(message["text"]) for message in await self.messages(chat)]

    async def confirms(self, pin: str | None = None) -> None:
        """Press Confirm and give the PIN in one go: typed, it counts while the keypad is open."""
        await self.presses("Confirm with PIN")
        await self.sees(lambda message: "○○○○○○" in message["text"], "a keypad")
        await self.says(pin or self.pin)


@dataclass(frozen=True)
class Street:
    """Everybody, and the means to look behind the scenes."""

    wallet: Wallet
    clock: Clock
    inbox: Inbox
    context: Context
    world: World
    http: httpx.AsyncClient
    ana: Somebody
    ben: Somebody
    chai: Somebody
    luna: Somebody

    async def party(self, somebody: Person) -> Party:
        """The wallet's party of this person."""
        known = await self.context.people.find(somebody.id)
        assert known is not None, f"{somebody.name} has not started"
        return await self.wallet.party(known.party_id)

    async def cents(self, somebody: Person) -> int:
        """What this person has."""
        return (await self.wallet.balance((await self.party(somebody)).id)).available.minor

    async def open_wallets(self, *people: Somebody, cents: int = OPENING) -> None:
        """Everybody has a wallet with a PIN and some money, and has pressed Start."""
        await asyncio.gather(*(self._open(somebody, cents) for somebody in people))

    async def _open(self, somebody: Somebody, cents: int) -> None:
        """The PIN is chosen behind the scenes: `test_start` shows how it is done in the chat."""
        party = await self.wallet.open_person(somebody.full_name, key=person_key(somebody.id))
        await self.wallet.set_pin(party.id, somebody.pin)
        await somebody.start()
        await somebody.reads("Welcome back")
        if cents:
            await self.give(somebody, cents)

    async def give(self, somebody: Somebody, cents: int) -> None:
        """Pay in, and wait until they have been told."""
        party = await self.party(somebody)
        amount = euros(self.wallet, cents)
        before = await self._told_of_deposits(somebody)
        await self.wallet.deposit(party.id, amount, key=uuid4(), by="test", reason="opening")
        self.context.courier_wake()

        async def they_know() -> bool:
            return await self._told_of_deposits(somebody) > before

        await until(they_know)

    async def _told_of_deposits(self, somebody: Somebody) -> int:
        return sum("was paid in" in text for text in await somebody.texts())

    async def open_business(self, owner: Somebody, name: str) -> Party:
        """A business of this person, approved, of which they have been told."""
        await owner.says(f"/business {name}")
        await owner.reads("Open a business named")
        await owner.presses("Open")
        await owner.reads(f"{name} is registered")
        return await self.approve(name)

    async def approve(self, name: str) -> Party:
        """The operator approves the business of this name."""
        everybody = await self.wallet.parties()
        found = next(summary.party for summary in everybody if summary.party.name == name)
        await self.wallet.approve_business(found.id, by="test", reason="opening")
        return await self.wallet.party(found.id)

    def becomes(self, somebody: Somebody, **facts: str | None) -> None:
        """They change their username or name in Telegram; the bot sees it when it looks, or when they write."""
        changed = replace(self.world.people[somebody.id], **facts)  # type: ignore[arg-type]
        self.world.people[somebody.id] = changed
        self.world.chats[somebody.id].wire = changed.chat()
        somebody.full_name = changed.full_name

    async def blocks(self, somebody: Somebody, *, blocked: bool) -> None:
        """They block the bot, or let it in again."""
        answer = await self.http.post(f"/people/{somebody.id}/chats/{somebody.id}/block", json={"blocked": blocked})
        answer.raise_for_status()

    async def refused_by_telegram(self) -> None:
        """Wait until the bot has tried in vain to write to somebody."""

        async def refused() -> bool:
            return any(call["error_code"] == 403 for call in await self.calls("sendMessage"))

        await until(refused)

    async def inject(self, somebody: Somebody, text: str, **fields: Any) -> None:
        """A message as no honest client would send it: their id and text, and fields of one's choice."""
        user = self.world.people[somebody.id].user()
        message = {"message_id": 10**6, "date": 1, "chat": self.world.people[somebody.id].chat(), "from": user}
        await self._update({"message": {**message, "text": text, **fields}})

    async def forge(self, presser: Somebody, data: str, chat: Somebody, message_id: int) -> None:
        """A button press made by hand: any data, in anybody's chat."""
        await self.forge_press(
            presser, data, {"message_id": message_id, "date": 1, "chat": self.world.people[chat.id].chat()}
        )

    async def forge_in(self, presser: Somebody, data: str, group: int, message_id: int) -> None:
        """As `forge`, in a group."""
        message = {"message_id": message_id, "date": 1, "chat": self.world.chats[group].wire}
        await self.forge_press(presser, data, message)

    async def forge_press(self, presser: Somebody, data: str, message: dict[str, Any]) -> None:
        """A button press made by hand, under any message of any chat."""
        user = self.world.people[presser.id].user()
        query = {"id": str(uuid4().int), "from": user, "chat_instance": "1", "message": message, "data": data}
        await self._update({"callback_query": query})

    async def forge_inline(self, presser: Somebody, data: str, inline_message_id: str = "another message") -> None:
        """A press made by hand under a message that was sent through the bot."""
        facts = {"id": str(uuid4().int), "from": self.world.people[presser.id].user(), "chat_instance": "1"}
        await self._update({"callback_query": {**facts, "inline_message_id": inline_message_id, "data": data}})

    async def _update(self, update: dict[str, Any]) -> None:
        (await self.http.post("/control/update", json=update)).raise_for_status()

    async def delivered(self, text: str, kind: str = "message") -> Update:
        """The update that brought this text."""
        everything = (await self.http.get("/control/deliveries")).raise_for_status().json()
        found = next(each for each in everything if each.get(kind, {}).get("text") == text)
        return Update.de_json(found, self.context.bot)

    async def replay(self, text: str, kind: str = "message") -> None:
        """The inbox hands an update to the handlers once more, as after a crash: when they have let go of it."""
        await self.settled()
        await application.build(self.context)(await self.delivered(text, kind))

    async def apologise(self, text: str) -> None:
        """The inbox gives up on an update."""
        await self.context.bot.initialize()
        update = {"message": {"message_id": 1, "date": 1, "text": text}}
        person = self.world.people[5001]
        update["message"] |= {"chat": person.chat(), "from": person.user()}
        await application.apologise(self.context, Update.de_json({"update_id": 1, **update}, self.context.bot))

    async def forget_number(self, owner: Somebody, chat: int, message: Message) -> None:
        """Telegram showed this card of theirs, and its answer never came."""
        card = await self.context.cards.of_message(owner.id, chat, message["id"])
        assert card is not None
        await self.context.cards.stands(card, chat, None)

    async def cannot_be_edited(self, chat: int, kind: str = "retry_after", times: int = 1) -> None:
        """Telegram changes nothing in this chat, for a while: so many tries fail."""
        fault = {"method": "editMessageText", "kind": kind, "retry_after": 3600, "times": times, "chat_id": str(chat)}
        (await self.http.post("/control/fault", json=fault)).raise_for_status()

    def forget_keypads(self) -> None:
        """What a restart does to the keypads."""
        self.context.keypads._keys.clear()
        self.context.keypads._of.clear()

    async def settled(self) -> None:
        """Wait until every update that Telegram holds has been fetched and handled."""

        async def fetched() -> bool:
            return not len(self.world.updates)

        await until(fetched)
        await self.inbox.idle()

    async def told(self) -> None:
        """Wait until nobody is owed a notice: each has been delivered, or parked because they cannot be reached."""
        owed = text("SELECT count(*) FROM wallet.notices WHERE delivered_at IS NULL AND parked_at IS NULL")

        async def work(conn: AsyncConnection) -> bool:
            return int((await conn.execute(owed)).scalar_one()) == 0

        await until(lambda: self.wallet._database.read(work))

    async def agrees_with_the_bot_api(self) -> None:
        """All that was asked and answered is as a second reading of the Bot API has it (aiogram's models)."""
        updates = (await self.http.get("/control/deliveries")).raise_for_status().json()
        validate_exchange(await self.calls(), updates)

    async def calls(self, method: str = "") -> list[dict[str, Any]]:
        """What the bot asked of Telegram, by this method or by any."""
        everything = (await self.http.get("/control/calls")).raise_for_status().json()
        return [call for call in everything if method in {call["method"], ""}]

    async def stored(self) -> list[Any]:
        """Every row of the bot's own tables."""

        async def work(conn: AsyncConnection) -> list[Any]:
            return [
                tuple(row) for table in models.Base.metadata.sorted_tables for row in await conn.execute(select(table))
            ]

        return await self.context.store.transaction(work)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until this is so. The bot, its courier and Telegram are other parties: all one can do is look."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - nothing here would set an event
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def time_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time does is looked after when a test says so, not whenever the machine has taken some seconds for it."""
    monkeypatch.setattr(expiry, "_LOOK_AGAIN", 3600)


@pytest.fixture
async def street(database_url: URL, wallet: Wallet, clock: Clock) -> AsyncIterator[Street]:
    """Ana, Ben, Chai and Luna, none of whom has met the bot yet."""
    world = World(TOKEN)
    async with running(world) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        async with assembled(_settings(database_url, url), wallet, clock=clock, pace=Unhurried()) as bot:
            intake = asyncio.create_task(bot.intake.run())
            people = (Somebody(http, one) for one in PEOPLE)
            street = Street(wallet, clock, bot.inbox, bot.context, world, http, *people)
            yield street
            intake.cancel()
            await asyncio.gather(intake, return_exceptions=True)
        await street.agrees_with_the_bot_api()


class Unhurried(BaseRateLimiter[None]):
    """The pretend Telegram sets no pace, so a test need not keep one."""

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(self, callback: Any, args: Any, kwargs: Any, *_: Any, **__: Any) -> Any:
        """Go ahead."""
        return await callback(*args, **kwargs)


def _settings(database_url: URL, url: str) -> BotSettings:
    return BotSettings.model_validate(
        {
            "database_url": database_url.render_as_string(hide_password=False),
            "pin_pepper": PEPPER,
            "bot_token": TOKEN,
            "telegram_api_url": url,
        }
    )
