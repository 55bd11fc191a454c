"""What of an update may be stored, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbox_table import Arrival, MalformedUpdateError
from bot.redaction import DOTS, redact

if TYPE_CHECKING:
    from bot.redaction import Json


def stored(words: str) -> str:
    text = redact({"update_id": 1, "message": {"text": words}})["message"]["text"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize(
    "words",
    [
        "482915",
        " 482915 ",
        "4 8 2 9 1 5",
        "482 915",
        "482-915",
        "48.29.15",
        "482–915",
        "482\u00a0915",
        "my pin is ٤٨٢٩١٥!",
        "๔๘๒๙๑๕",
        "４８２９１５",
        "pin:482915x",
        "5 482915",
        "482915 482915",
    ],
)
def test_six_digits_become_dots(words: str) -> None:
    """In any script, spaced or not, alone or within a sentence."""
    assert DOTS in stored(words)
    assert sum(char.isdecimal() for char in stored(words)) <= 1


@pytest.mark.parametrize(
    "words", ["send 5 to @ben", "12345", "1234567", "123 4567", "2026-11-21", "+44 20 7946 0958", "1 2 3", ""]
)
def test_other_numbers_stay(words: str) -> None:
    """Five digits, seven or more are no PIN."""
    assert stored(words) == words


@given(st.text(), st.text(alphabet="0123456789", min_size=6, max_size=6), st.text())
def test_a_pin_between_any_words_is_gone(before: str, pin: str, after: str) -> None:
    """Whatever surrounds six digits, unless it is more digits, they are not stored."""
    if not (before[-1:].isdecimal() or after[:1].isdecimal()):
        assert pin not in stored(before + pin + after).replace(before, "", 1)


def test_texts_are_blanked_wherever_they_stand() -> None:
    """Captions, replies and quotes repeat what a person wrote."""
    update = {"message": {"caption": "482915", "reply_to_message": {"text": "482915"}, "quote": {"text": "482915"}}}
    assert "482915" not in repr(redact(update))


@pytest.mark.parametrize("kind", ["inline_query", "chosen_inline_result"])
def test_what_is_written_behind_the_bots_name_is_blanked(kind: str) -> None:
    """In any chat, sent or not: Telegram passes it on with every letter."""
    update = {kind: {"id": "1", "from": {"id": 5001}, "query": "482915"}}
    assert redact(update)[kind] == {**update[kind], "query": DOTS}


def test_ids_and_button_data_stay() -> None:
    """Six digits that no person wrote are left alone."""
    update = {"update_id": 482915, "callback_query": {"id": "482915", "data": "k:482915", "from": {"id": 482915}}}
    assert redact(update) == update


def test_what_jsonb_refuses_is_replaced() -> None:
    """A NUL and half a surrogate pair become the replacement character."""
    assert stored("a\x00b\ud83d") == "a\ufffdb\ufffd"


@pytest.mark.parametrize("bad", [{}, {"update_id": "1"}, {"update_id": True}, {"update_id": 2**70}])
def test_an_update_has_a_number(bad: Json) -> None:
    """Without a whole number that the table can hold it is no update."""
    with pytest.raises(MalformedUpdateError):
        Arrival.of(bad)


@pytest.mark.parametrize(
    ("content", "lane"),
    [
        ({"message": {"from": {"id": 5001}, "chat": {"id": -100}}}, 5001),
        ({"callback_query": {"from": {"id": 5002}, "message": {"chat": {"id": 5001}}}}, 5002),
        ({"channel_post": {"chat": {"id": -100}}}, -100),
        ({"poll": {"id": "7"}}, 0),
        ({"message": {"from": {"id": "5001"}, "chat": None}}, 0),
    ],
)
def test_an_update_belongs_to_its_sender(content: Json, lane: int) -> None:
    """The lane is the sender's; without one the chat's; without either everybody's."""
    assert Arrival.of({"update_id": 1, **content}).lane == lane


def test_an_arrival_does_not_show_its_words() -> None:
    """What a person wrote is in no repr, so that no traceback prints it."""
    assert "482915" not in repr(Arrival.of({"update_id": 1, "message": {"text": "482915"}}))
