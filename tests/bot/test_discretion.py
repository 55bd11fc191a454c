"""What our objects show of themselves: whatever prints them, in a log or a traceback, tells no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from telegram import Update, User

from bot.assembly import _telegram
from bot.keypad import ChooseNew, Keypads, Pin, RepeatNew
from bot.messages import Face
from bot.outgoing import Outgoing
from bot.settings import BotSettings
from bot.text import Speaker
from bot.turn import Turn

CHAT = {"id": 5001, "type": "private"}
TOKEN = "7000000001:AAcanary-of-thirty-five-characters_xx"


def test_the_bot_does_not_show_its_token() -> None:
    """Our library's own repr would."""
    settings = BotSettings.model_validate({"bot_token": TOKEN, "_env_file": None})
    assert "canary" not in f"{_telegram(settings, Outgoing())!r} {settings!r}"


def test_a_turn_does_not_show_what_was_written() -> None:
    """It may be a PIN; nor what it can reach."""
    user = User(5001, "Ana", is_bot=False)
    update = Update.de_json({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": CHAT, "text": "482915"}})
    turn = Turn(cast("Any", TOKEN), update, user, 5001, Speaker(), None)
    assert "Ana" in repr(turn)
    assert "482915" not in repr(turn)
    assert "canary" not in repr(turn)


def test_a_keypad_does_not_show_what_its_keys_mean() -> None:
    """With the tokens and what was pressed anybody could read the PIN; its headings may suggest one."""
    purpose = RepeatNew(Pin("482915"), Pin("730164"))
    later = datetime.max.replace(tzinfo=UTC)
    keypad = Keypads(lambda: datetime.now(UTC)).open(1, purpose, heading="482915", expires_at=later)
    keypad.outcome = Face("482915")
    keypad.press("4")
    shown = repr((keypad, ChooseNew(Pin("482915"))))
    assert not any(digits in shown for digits in ("482915", "730164", "'4'"))
    assert not any(token in shown for token in keypad.tokens.values())
