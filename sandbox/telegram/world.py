"""The world: one bot, its people, their chats, and all that both sides can see of them.

State lives in memory and is touched from one event loop only; `to_json` and `from_json` carry it over a
restart. Every history is bounded: messages, updates, calls and files forget their oldest.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sandbox.telegram.calls import CallLog
from sandbox.telegram.cast import MARKET_STREET, PEOPLE, BotAccount, Group, Json, Person, sixpence
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.events import Events
from sandbox.telegram.faults import Faults
from sandbox.telegram.files import Files
from sandbox.telegram.profile import Profile
from sandbox.telegram.queries import Queries
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.views import message_view
from sandbox.telegram.webhook import Webhook


class World:
    """Everything the pretend Telegram knows; `token` is the bot's."""

    def __init__(self, token: str, people: Sequence[Person] = PEOPLE, group: Group = MARKET_STREET) -> None:
        self.bot: Final[BotAccount] = sixpence(token)
        self.people: Final = {person.id: person for person in people}
        self.group: Final = group
        self.events: Final = Events()
        self.calls: Final = CallLog()
        self.faults: Final = Faults()
        self.updates = UpdateQueue()
        self.webhook = Webhook()
        self.profile = Profile()
        self.files = Files()
        self.queries = Queries()
        self.ledger: Json | None = None
        self.chats = {person.id: Chat(person.chat()) for person in self.people.values()}
        self.chats[self.group.id] = Chat(self.group.chat(), started=True)

    def reset(self) -> None:
        """Start over: nobody has said a word.

        What the bot set about itself stays, and so do open pages. Numbers of messages, updates and calls go
        on, so that a bot which goes on too never takes a new one for an old one.
        """
        for chat in self.chats.values():
            chat.clear()
        self.updates.clear()
        self.files = Files()
        self.queries = Queries()
        self.calls.clear()
        self.faults.clear()
        self.ledger = None
        self.events.tell_all({"type": "reset"})

    def person(self, person_id: int) -> Person:
        """Return a person; raises ImpossibleActError 404 for a stranger."""
        person = self.people.get(person_id)
        if person is None:
            raise ImpossibleActError(f"there is no person {person_id}", 404)
        return person

    def chat_of(self, person_id: int, chat_id: int) -> Chat:
        """Return a chat that a person takes part in; raises ImpossibleActError 404 for any other."""
        if chat_id not in {person_id, self.group.id}:
            raise ImpossibleActError(f"{person_id} has no chat {chat_id}", 404)
        return self.chats[chat_id]

    def members(self, chat: Chat) -> list[Person]:
        """Return the people who see a chat."""
        return [self.people[chat.id]] if chat.is_private else list(self.people.values())

    def show_message(self, chat: Chat, message: Message, event: str = "message") -> None:
        """Tell everybody in a chat of a new ("message") or changed ("edited") message."""
        for person in self.members(chat):
            view = message_view(self, person, chat, message)
            self.events.tell(person.id, {"type": event, "chat": chat.id, "message": view})

    def delete_message(self, chat: Chat, message_id: int) -> None:
        """Take a message away from everybody."""
        del chat.messages[message_id]
        for person in self.members(chat):
            self.events.tell(person.id, {"type": "deleted", "chat": chat.id, "message_id": message_id})

    def tell_chat(self, chat: Chat, event: Json) -> None:
        """Tell everybody in a chat of something that is not a message."""
        for person in self.members(chat):
            self.events.tell(person.id, {**event, "chat": chat.id})

    def publish_ledger(self, ledger: Json) -> None:
        """Keep the wallet's books for the page's drawer and show them to everybody."""
        self.ledger = ledger
        self.events.tell_all({"type": "ledger", "ledger": ledger})

    async def until(self, condition: Callable[[], bool], timeout: float = 10) -> bool:  # noqa: ASYNC109 - as Events.until
        """Wait until a condition on this world holds; False if it does not within `timeout` seconds."""
        return await self.events.until(condition, timeout)

    def close(self) -> None:
        """End every open page and long poll, so that a server can stop."""
        self.events.close()
        self.updates.wake()

    def to_json(self) -> Json:
        """Return all that a demo needs to continue where it was; plain JSON, without the token."""
        return {
            "chats": [chat.to_json() for chat in self.chats.values()],
            "updates": self.updates.to_json(),
            "webhook": self.webhook.to_json(),
            "files": self.files.to_json(),
            "profile": self.profile.to_json(),
            "queries": self.queries.to_json(),
            "ledger": self.ledger,
        }

    @classmethod
    def from_json(cls, data: Json, token: str) -> "World":
        """Rebuild a world from what `to_json` gave."""
        world = cls(token)
        for kept in data["chats"]:
            chat = Chat.from_json(kept)
            world.chats[chat.id] = chat
        world.updates = UpdateQueue.from_json(data["updates"])
        world.webhook = Webhook.from_json(data["webhook"])
        world.files = Files.from_json(data["files"])
        world.profile = Profile.from_json(data["profile"])
        world.queries = Queries.from_json(data["queries"])
        world.ledger = data["ledger"]
        return world
