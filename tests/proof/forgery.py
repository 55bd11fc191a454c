"""Updates as no honest client sends them: by anybody, from anywhere, with any field."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from sandbox.telegram.detection import find_entities

if TYPE_CHECKING:
    from sandbox.telegram.world import World
    from tests.journeys.conftest import Somebody

Json = dict[str, Any]

_numbers = count(7_000_000)
GROUP = {"id": -1000000000101, "type": "supergroup", "title": "Market Street"}
CHANNEL = {"id": -1000000000202, "type": "channel", "title": "News"}
OTHER_BOT = {"id": 7000000002, "is_bot": True, "first_name": "Other", "username": "other_bot"}


def message(world: World, sender: Somebody, text: str | None, **fields: Any) -> Json:
    """The content of a message with this person as its sender. A field that is None is left out."""
    person = world.people[sender.id]
    facts: Json = {"message_id": next(_numbers), "date": 1, "chat": person.chat(), "from": person.user(), "text": text}
    if text is not None:
        facts["entities"] = find_entities(text, []) or None
    return {name: value for name, value in (facts | fields).items() if value is not None}


def press(world: World, presser: Somebody, data: str | None, chat: Json | None, message_id: int, **fields: Any) -> Json:
    """A button press. Without a chat it is one of an inline message, which carries no message at all."""
    query: Json = {"id": str(next(_numbers)), "from": world.people[presser.id].user(), "chat_instance": "1"}
    if chat is None:
        query["inline_message_id"] = "BAAAAAAA"
    else:
        query["message"] = {"message_id": message_id, "date": 1, "chat": chat}
    if data is not None:
        query["data"] = data
    return {"callback_query": query | fields}
