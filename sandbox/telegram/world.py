"""The world: one bot, its people, their chats, and all that both sides can see of them.

State lives in memory and is touched from one event loop only; `to_json` and `from_json` carry it over a
restart. Every history is bounded: messages, updates, calls and files forget their oldest.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

from sandbox.telegram.calls import CallLog
from sandbox.telegram.cast import FLATMATES, MARKET_STREET, PEOPLE, BotAccount, Group, Json, Person, sixpence
from sandbox.telegram.chats import Chat, Message
from sandbox.telegram.errors import ImpossibleActError
from sandbox.telegram.events import Events
from sandbox.telegram.faults import Faults
from sandbox.telegram.features import Features
from sandbox.telegram.files import Files
from sandbox.telegram.inline import InlineMode
from sandbox.telegram.profile import Profile
from sandbox.telegram.queries import Queries
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.views import message_view
from sandbox.telegram.webhook import Webhook

_FIRST: Final = {person.id for person in PEOPLE}
# In a world of more people than these, a person's list shows only the chats that were begun.
_SMALL_WORLD: Final = 16


class World:
    """Everything the pretend Telegram knows; `token` is the bot's.

    `group` is a supergroup of everybody, `flatmates` a basic group of some.
    """

    def __init__(self, token: str, people: Sequence[Person] = PEOPLE) -> None:
        self.bot: Final[BotAccount] = sixpence(token)
        self.people: Final = {person.id: person for person in people}
        self.group: Final = MARKET_STREET
        self.flatmates: Final = FLATMATES
        self.features = Features()
        self.events: Final = Events()
        self.calls: Final = CallLog()
        self.faults: Final = Faults()
        self.updates = UpdateQueue()
        self.webhook = Webhook()
        self.profile = Profile()
        self.files = Files()
        self.queries = Queries()
        self.inline = InlineMode()
        self.ledger: Json | None = None
        self.chats = {person.id: Chat(person.chat(), [person.id]) for person in self.people.values()}
        for founded in (self.flatmates, self.group):
            self.chats[founded.id] = Chat(founded.chat(), self._founders(founded), founded.owner, started=True)

    def reset(self) -> None:
        """Start over: nobody has said a word.

        What the bot set about itself stays, and so do open pages. Numbers of messages, updates and calls go
        on, so that a bot which goes on too never takes a new one for an old one.
        """
        for chat in list(self.chats.values()):
            chat.clear()
            if chat.is_group:
                self._found_again(chat)
        self.updates.clear()
        self.files = Files()
        self.queries = Queries()
        self.inline = InlineMode()
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
        """Return a chat that a person takes part in; raises ImpossibleActError 404 for any other.

        The id is that of their app: their own for the bot, another person's for the chat with that person.
        """
        if chat_id in self.people and chat_id != person_id:
            return self.between(person_id, chat_id)
        chat = self.chats.get(chat_id)
        if chat is None or chat.is_between or person_id not in chat.members:
            raise ImpossibleActError(f"{person_id} has no chat {chat_id}", 404)
        return chat

    def between(self, one: int, other: int) -> Chat:
        """Return the chat between two people, which begins empty."""
        low, high = sorted((one, other))
        key = low * 10**10 + high
        if key not in self.chats:
            self.chats[key] = Chat({"id": key, "type": "private"}, [low, high], started=True)
        return self.chats[key]

    def chats_of(self, person_id: int) -> list[Chat]:
        """Return a person's chats: with the bot, groups (those that were upgraded last), and with other people."""
        groups = [chat for chat in self.chats.values() if chat.is_group and person_id in chat.members]
        groups.sort(key=lambda chat: chat.upgraded_to is not None)
        others = [other for other in self.people if other != person_id]
        if len(others) < _SMALL_WORLD:
            pairs = [self.between(person_id, other) for other in others]
        else:
            pairs = [chat for chat in self.chats.values() if chat.is_between and person_id in chat.members]
        return [self.chats[person_id], *groups, *pairs]

    def title(self, chat: Chat, viewer: Person) -> str:
        """Return what a person's app calls a chat."""
        if chat.is_group:
            return str(chat.wire["title"])
        return self.people[chat.id_for(viewer.id)].full_name if chat.is_between else self.bot.first_name

    def members(self, chat: Chat) -> list[Person]:
        """Return the people who see a chat."""
        return [self.people[person_id] for person_id in chat.members]

    def show_message(self, chat: Chat, message: Message, event: str = "message") -> None:
        """Tell everybody who may see it of a new ("message") or changed ("edited") message."""
        for person in self.members(chat):
            if message.is_for(person.id) and not chat.hides(person.id, message):
                view = message_view(self, person, chat, message)
                self.events.tell(person.id, {"type": event, "chat": chat.id_for(person.id), "message": view})

    def delete_message(self, chat: Chat, shown_id: int) -> None:
        """Take a message away from everybody."""
        message = chat.ephemerals.pop(-shown_id) if shown_id < 0 else chat.messages.pop(shown_id)
        for person in self.members(chat):
            if message.is_for(person.id):
                deleted = {"type": "deleted", "chat": chat.id_for(person.id), "message_id": shown_id}
                self.events.tell(person.id, deleted)
                if message.replaces is not None:
                    self.tell_chats(person.id)

    def tell_chat(self, chat: Chat, event: Json) -> None:
        """Tell everybody in a chat of something that is not a message."""
        for person in self.members(chat):
            self.events.tell(person.id, {**event, "chat": chat.id_for(person.id)})

    def tell_chats(self, *people: int) -> None:
        """Tell people's screens to read their chats anew: one came, went, or shows other messages."""
        for person_id in people:
            self.events.tell(person_id, {"type": "chats"})

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
            "inline": self.inline.to_json(),
            "features": self.features.to_json(),
            "newcomers": [asdict(person) for person in self.people.values() if person.id not in _FIRST],
            "ledger": self.ledger,
        }

    @classmethod
    def from_json(cls, data: Json, token: str) -> "World":
        """Rebuild a world from what `to_json` gave."""
        newcomers = [Person(**fields) for fields in data.get("newcomers", [])]
        world = cls(token, (*PEOPLE, *newcomers))
        for kept in data["chats"]:
            chat = Chat.from_json(kept)
            if "members" not in kept:  # kept before chats knew their members
                chat.members, chat.owner = world.chats[chat.id].members, world.chats[chat.id].owner
            world.chats[chat.id] = chat
        world.updates = UpdateQueue.from_json(data["updates"])
        world.webhook = Webhook.from_json(data["webhook"])
        world.files = Files.from_json(data["files"])
        world.profile = Profile.from_json(data["profile"])
        world.queries = Queries.from_json(data["queries"])
        world.inline = InlineMode.from_json(data.get("inline", {}))
        world.features = Features(**data.get("features", {}))
        world.ledger = data["ledger"]
        return world

    def _founders(self, group: Group) -> list[int]:
        return [person_id for person_id in group.members or self.people if person_id in self.people]

    def _found_again(self, chat: Chat) -> None:
        """Make a group what it was when it was founded; a supergroup that another became is gone."""
        founded = next((group for group in (self.flatmates, self.group) if group.id == chat.id), None)
        if founded is None:
            del self.chats[chat.id]
            return
        chat.members, chat.owner = self._founders(founded), founded.owner
        chat.bot_status, chat.upgraded_to = "member", None
