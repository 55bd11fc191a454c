"""Inline mode and guest mode: what people asked the bot for from chats it need not be in, and what came of it.

An inline query waits for the bot's results, of which the person picks one; a guest query waits for the one
message that the bot posts. Either message is known to the bot by its `inline_message_id` alone.
"""

import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Final

from sandbox.telegram.cast import Json

# Telegram's servers wait so long, in seconds, for the results of an inline query.
PATIENCE: Final = 30.0
# A guest may be answered for as long as a press.
GUEST_PATIENCE: Final = 15 * 60.0
KEPT: Final = 1_000


@dataclass
class Asked:
    """A query in a chat: inline (`text` is what was typed after the bot's name) or guest (`message_id` asked)."""

    person_id: int
    chat_id: int
    text: str = ""
    message_id: int | None = None
    asked_at: float = 0.0
    results: list[Json] | None = None
    button: Json | None = None


@dataclass
class InlineMode:
    """The newest queries by their ids, and where the messages with an `inline_message_id` stand."""

    asked: dict[str, Asked] = field(default_factory=dict)
    messages: dict[str, tuple[int, int]] = field(default_factory=dict)

    def ask(self, asked: Asked) -> str:
        """Keep a query and return its id."""
        query_id = str(secrets.randbits(63))
        asked.asked_at = time.time()
        self.asked[query_id] = asked
        while len(self.asked) > KEPT:
            del self.asked[next(iter(self.asked))]
        return query_id

    def inline_query(self, query_id: str) -> Asked | None:
        """Return an inline query that still waits for its results."""
        asked = self.asked.get(query_id)
        waits = asked is not None and asked.message_id is None and asked.results is None
        return asked if asked is not None and waits and time.time() - asked.asked_at <= PATIENCE else None

    def guest_query(self, query_id: str) -> Asked | None:
        """Take a guest query that still waits for its message."""
        asked = self.asked.get(query_id)
        if asked is None or asked.message_id is None or time.time() - asked.asked_at > GUEST_PATIENCE:
            return None
        return self.asked.pop(query_id)

    def name(self, chat_id: int, message_id: int) -> str:
        """Return a new `inline_message_id` for a message."""
        inline_id = "AgAAA" + secrets.token_urlsafe(16)
        self.messages[inline_id] = (chat_id, message_id)
        while len(self.messages) > KEPT:
            del self.messages[next(iter(self.messages))]
        return inline_id

    def to_json(self) -> Json:
        """Return everything that `from_json` needs."""
        asked = {query_id: asdict(one) for query_id, one in self.asked.items()}
        return {"asked": asked, "messages": {name: list(place) for name, place in self.messages.items()}}

    @classmethod
    def from_json(cls, data: Json) -> "InlineMode":
        """Rebuild from what `to_json` gave."""
        asked = {query_id: Asked(**fields) for query_id, fields in data.get("asked", {}).items()}
        places = {name: (place[0], place[1]) for name, place in data.get("messages", {}).items()}
        return cls(asked, places)
