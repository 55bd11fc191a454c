"""What handlers get to see of what Telegram sends: what they may rely on, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot

from bot.reading import read

BOT = Bot("7000000001:a-token-for-tests-only")
CHAT = {"id": 5001, "type": "private"}
ANA = {"id": 5001, "is_bot": False, "first_name": "Ana"}
CONTACT: dict[str, Any] = {"phone_number": "+1", "first_name": "Ben", "user_id": 5002}
MESSAGE: dict[str, Any] = {"message_id": 1, "date": 1, "chat": CHAT, "from": ANA, "text": "hello"}


@pytest.mark.parametrize(
    "content",
    [
        {"message": {"text": "hello"}},
        {"message": "hello"},
        {"message": {"message_id": 1, "date": "today", "chat": CHAT}},
        {"callback_query": {"id": "1"}},
        {"message": MESSAGE | {"chat": [CHAT]}},
        {"message": MESSAGE | {"chat": None}},
        {"message": MESSAGE | {"text": ["hello"]}},
        {"message": MESSAGE | {"from": ANA | {"id": True}}},
        {"message": MESSAGE | {"from": ANA | {"username": {}}}},
        {"message": MESSAGE | {"chat": CHAT | {"id": 5002}}},
        {"message": MESSAGE | {"contact": CONTACT | {"user_id": "5002"}}},
        {"message": MESSAGE | {"contact": CONTACT | {"first_name": 7}}},
        {"callback_query": {"id": "1", "from": ANA, "chat_instance": "1", "data": 7}},
    ],
)
def test_what_cannot_be_read_is_passed_over(content: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Trying again would not make it readable: a warning names its number, and none of its content."""
    assert read({"update_id": 7, **content}, BOT) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "update 7 cannot be read" in caplog.text
    assert "hello" not in caplog.text


def test_what_handlers_may_store_can_be_stored() -> None:
    """A NUL or half a surrogate pair is replaced before a handler sees it; digits are left as they were written."""
    parsed = read({"update_id": 7, "message": MESSAGE | {"text": "482915 a\x00b\ud83d"}}, BOT)
    assert parsed is not None
    assert parsed.message is not None
    assert parsed.message.text == "482915 a\ufffdb\ufffd"
