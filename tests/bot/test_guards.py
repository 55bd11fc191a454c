"""Which messages may do something: fresh ones by a person themselves, in private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram import Update

from bot.guards import fresh, fresh_as_guest, private, six_digits

if TYPE_CHECKING:
    from bot.redaction import Json

ANA: Json = {"id": 5001, "is_bot": False, "first_name": "Ana"}
OTHER_BOT: Json = {"id": 7002, "is_bot": True, "first_name": "Other"}
NEWS: Json = {"id": -1002, "type": "channel", "title": "News"}
MARKET: Json = {"id": -1003, "type": "supergroup", "title": "Market Street"}


def update(kind: str = "message", **fields: Any) -> Update:
    chat = {"id": 5001, "type": "private", "first_name": "Ana"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": ANA, "text": "send 5 to @ben"}
    return Update.de_json({"update_id": 1, kind: message | fields}, None)


def test_what_a_person_writes_in_private_is_fresh() -> None:
    """The one kind of message that may pay."""
    assert fresh.check_update(update())


NOT_THEIR_OWN: tuple[Json, ...] = (
    {"forward_origin": {"type": "user", "date": 1, "sender_user": ANA}},
    {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"}},
    {"via_bot": OTHER_BOT},
    {"sender_chat": NEWS},
    {"chat": MARKET, "sender_chat": MARKET},
    {"is_from_offline": True},
    {"sender_business_bot": OTHER_BOT},
    {"business_connection_id": "connection"},
    {"from": OTHER_BOT},
    {"from": None},
    {"chat": NEWS},
)
"""What makes a message another's than the person's in whose name it comes."""


@pytest.mark.parametrize(
    "fields", [*NOT_THEIR_OWN, {"chat": MARKET}, {"chat": MARKET | {"type": "group"}}], ids="-".join
)
def test_what_is_not_by_a_person_in_private_is_not_fresh(fields: dict[str, Any]) -> None:
    """Each of these alone is enough."""
    assert not fresh.check_update(update(**fields))


@pytest.mark.parametrize(
    "kind", ["edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message"]
)
def test_only_a_new_message_is_fresh(kind: str) -> None:
    """Neither an edit nor what comes by a channel or a business connection."""
    assert not fresh.check_update(update(kind))


@pytest.mark.parametrize("chat", [{"id": 5002, "type": "private"}, MARKET, MARKET | {"type": "group"}])
def test_a_guest_is_fresh_wherever_people_talk(chat: Json) -> None:
    """In a chat between two, or in a group; a member's message is none of a guest's."""
    assert fresh_as_guest.check_update(update("guest_message", chat=chat))
    assert not fresh_as_guest.check_update(update("message", chat=chat))
    assert not fresh.check_update(update("guest_message", chat=chat))


@pytest.mark.parametrize("fields", [*NOT_THEIR_OWN, {"edit_date": 2}], ids="-".join)
def test_a_guest_calls_in_their_own_words_or_not_at_all(fields: Json) -> None:
    """A forward that calls the bot somewhere else, and an edit that may come as any call does."""
    assert not fresh_as_guest.check_update(update("guest_message", **fields))


@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_what_never_pays_is_still_looked_at_in_private(kind: str) -> None:
    """So that a PIN in an edit is deleted, and an edited instruction is answered; in a group nothing is."""
    assert private.check_update(update(kind))
    assert not private.check_update(update(kind, chat=MARKET))


@pytest.mark.parametrize(
    ("fields", "is_pin"),
    [
        ({"text": "482915"}, True),
        ({"text": " 482 915 "}, True),
        ({"text": "••••••"}, True),
        ({"text": None, "caption": "482915"}, True),
        ({"text": "send 5 to @ben, my pin is 482915"}, True),
        ({"text": "4829150"}, False),
        ({"text": "send 482915"}, False),
        ({"text": None}, False),
    ],
)
def test_six_digits_are_seen_in_text_and_caption(fields: dict[str, Any], is_pin: bool) -> None:
    """And the dots that the inbox kept of them; nothing else is a typed PIN."""
    assert bool(six_digits.check_update(update(**fields))) is is_pin
