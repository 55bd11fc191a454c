"""Chats and the messages in them, kept as the bot would see them on the wire.

A chat keeps its newest `KEPT` messages; older ones are forgotten, as if deleted long ago.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sandbox.telegram.cast import Json

KEPT: Final = 2_000


@dataclass
class Message:
    """A message: `wire` is its Bot API object but for the message it replies to, looked up when shown.

    `reply_keyboard`: it came with markup that bars the bot from editing it. An ephemeral message is for one
    `receiver`, came `after` the chat's message of that number, and may stand where another was (`replaces`).
    `inline_id` is the name by which the bot knows a message of an inline query or a guest query.
    """

    wire: Json
    author: int
    reply_to: int | None = None
    reply_keyboard: bool = False
    receiver: int | None = None
    after: int = 0
    replaces: int | None = None
    inline_id: str | None = None

    @property
    def id(self) -> int:
        """Telegram's `message_id`, unique in its chat."""
        return int(self.wire["message_id"])

    @property
    def shown_id(self) -> int:
        """The number by which screens know it: an ephemeral one, whose `message_id` is 0, has a negative number."""
        return -int(self.wire.get("ephemeral_message_id", 0)) or self.id

    def is_for(self, person_id: int) -> bool:
        """Return whether a member of the chat may see it."""
        return self.receiver is None or person_id in {self.receiver, self.author}

    @property
    def body(self) -> str:
        """The text or the caption, whichever the message has."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        """The entities of the text or the caption."""
        return list(self.wire.get("entities") or self.wire.get("caption_entities") or [])


@dataclass
class Chat:
    """A private chat with the bot (its id is the person's), a group, or a chat between two people.

    `members` are the people in it. In a group `bot_status` says how the bot belongs to it, in the words of
    `ChatMember.status`; `upgraded_to` is the supergroup that it has become.
    """

    wire: Json
    members: list[int] = field(default_factory=list)
    owner: int | None = None
    bot_status: str = "member"
    upgraded_to: int | None = None
    next_ephemeral_id: int = 1
    started: bool = False
    blocked: bool = False
    reply_keyboard: Json | None = None
    menu_button: Json | None = None
    next_message_id: int = 1
    messages: dict[int, Message] = field(default_factory=dict)
    ephemerals: dict[int, Message] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Telegram's chat id."""
        return int(self.wire["id"])

    @property
    def is_private(self) -> bool:
        """Whether this is one person's chat with the bot."""
        return bool(self.wire["type"] == "private") and not self.is_between

    @property
    def is_between(self) -> bool:
        """Whether two people write to each other here, without the bot."""
        return len(self.members) == 2 and bool(self.wire["type"] == "private")

    @property
    def is_group(self) -> bool:
        """Whether this is a group or a supergroup."""
        return bool(self.wire["type"] != "private")

    @property
    def has_bot(self) -> bool:
        """Whether the bot is in this chat."""
        return not self.is_between and self.upgraded_to is None and self.bot_status in {"member", "administrator"}

    def id_for(self, person_id: int) -> int:
        """Return the id under which a person's app has this chat: between two people that of the other one."""
        return next(other for other in self.members if other != person_id) if self.is_between else self.id

    def add(self, sender: Json, author: int, content: Json, reply_to: int | None = None) -> Message:
        """Append a message with the next id and the present time, and forget the oldest beyond `KEPT`."""
        message = Message(self._wire(self.next_message_id, sender, content), author, reply_to)
        self.next_message_id += 1
        self.messages[message.id] = message
        while len(self.messages) > KEPT:
            del self.messages[next(iter(self.messages))]
        return message

    def add_ephemeral(self, sender: Json, author: int, receiver: int, content: Json) -> Message:
        """Keep a message that only one member and the bot see; the oldest beyond `KEPT` are forgotten."""
        numbered = {**content, "ephemeral_message_id": self.next_ephemeral_id}
        message = Message(self._wire(0, sender, numbered), author, receiver=receiver, after=self.next_message_id - 1)
        self.ephemerals[self.next_ephemeral_id] = message
        self.next_ephemeral_id += 1
        while len(self.ephemerals) > KEPT:
            del self.ephemerals[next(iter(self.ephemerals))]
        return message

    def _wire(self, message_id: int, sender: Json, content: Json) -> Json:
        head = {"message_id": message_id, "from": sender, "chat": self.wire, "date": int(time.time())}
        return {**head, **content}

    def find(self, shown_id: int) -> Message | None:
        """Return the message that screens show under a number."""
        return self.ephemerals.get(-shown_id) if shown_id < 0 else self.messages.get(shown_id)

    def seen_by(self, person_id: int) -> list[Message]:
        """Return what a member's screen shows, oldest first; an ephemeral message hides the one it replaces."""
        own = [message for message in self.ephemerals.values() if message.is_for(person_id)]
        if not own:
            return list(self.messages.values())
        shown = [message for message in self.messages.values() if not self.hides(person_id, message)]
        return sorted([*shown, *own], key=lambda message: message.id or message.replaces or message.after)

    def hides(self, person_id: int, message: Message) -> bool:
        """Return whether a member sees another message, which only they see, in the place of this one."""
        whispers = (one for one in self.ephemerals.values() if one.replaces is not None and one.is_for(person_id))
        return any(one.replaces == message.id for one in whispers)

    def clear(self) -> None:
        """Become a chat in which nothing was ever said; the numbers of messages go on."""
        self.messages.clear()
        self.ephemerals.clear()
        self.started = not self.is_private
        self.blocked = False
        self.reply_keyboard = None

    def show(self, message: Message) -> Json:
        """Return the Bot API `Message`, one level of reply included, as Telegram does."""
        replied = self.messages.get(message.reply_to or 0)
        if replied is None:
            return dict(message.wire)
        return {**message.wire, "reply_to_message": dict(replied.wire)}

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        kept = [*self.messages.values(), *self.ephemerals.values()]
        return {**plain, "messages": [asdict(message) for message in kept]}

    @classmethod
    def from_json(cls, data: Json) -> "Chat":
        """Rebuild a chat from what `to_json` gave."""
        plain: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
        messages = [Message(**fields) for fields in data["messages"]]
        chat = cls(**plain, messages={message.id: message for message in messages if message.id})
        chat.ephemerals = {-message.shown_id: message for message in messages if not message.id}
        return chat


_PLAIN: Final[tuple[str, ...]] = (
    "wire", "members", "owner", "bot_status", "upgraded_to", "started", "blocked", "reply_keyboard",
    "menu_button", "next_message_id", "next_ephemeral_id",
)  # fmt: skip
