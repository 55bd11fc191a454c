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

    `reply_keyboard`: it came with markup that bars the bot from editing it.
    """

    wire: Json
    author: int
    reply_to: int | None = None
    reply_keyboard: bool = False

    @property
    def id(self) -> int:
        """Telegram's `message_id`, unique in its chat."""
        return int(self.wire["message_id"])

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
    """A private chat with the bot (its id is the person's) or the group."""

    wire: Json
    started: bool = False
    blocked: bool = False
    reply_keyboard: Json | None = None
    menu_button: Json | None = None
    next_message_id: int = 1
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Telegram's chat id."""
        return int(self.wire["id"])

    @property
    def is_private(self) -> bool:
        """Whether this is one person's chat with the bot."""
        return bool(self.wire["type"] == "private")

    def add(self, sender: Json, author: int, content: Json, reply_to: int | None = None) -> Message:
        """Append a message with the next id and the present time, and forget the oldest beyond `KEPT`."""
        wire = {
            "message_id": self.next_message_id,
            "from": sender,
            "chat": self.wire,
            "date": int(time.time()),
            **content,
        }
        message = Message(wire, author, reply_to)
        self.next_message_id += 1
        self.messages[message.id] = message
        while len(self.messages) > KEPT:
            del self.messages[next(iter(self.messages))]
        return message

    def clear(self) -> None:
        """Become a chat in which nothing was ever said; the numbers of messages go on."""
        self.messages.clear()
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
        return {**plain, "messages": [asdict(message) for message in self.messages.values()]}

    @classmethod
    def from_json(cls, data: Json) -> "Chat":
        """Rebuild a chat from what `to_json` gave."""
        plain: dict[str, Any] = {name: data[name] for name in _PLAIN}
        messages = [Message(**fields) for fields in data["messages"]]
        return cls(**plain, messages={message.id: message for message in messages})


_PLAIN: Final = ("wire", "started", "blocked", "reply_keyboard", "menu_button", "next_message_id")
