"""The PIN pad: who may press what, for how long, and that no digit shows."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.keypad import (
    CANCEL,
    DELETE,
    ChooseNew,
    Keypad,
    Keypads,
    Pay,
    Pin,
    Pressed,
    RepeatNew,
    is_pin_given_away,
    typed_pin,
)
from bot.redaction import redact

if TYPE_CHECKING:
    from tests.conftest import Clock

ANA, BEN = 5001, 5002
PIN = "482915"


@pytest.fixture
def keypads(clock: Clock) -> Keypads:
    return Keypads(clock)


def opened(keypads: Keypads, clock: Clock, user: int = ANA) -> Keypad:
    clock_now = clock()
    clock.advance(minutes=2)
    keypad = keypads.open(user, Pay("card"), heading="Send", expires_at=clock())
    clock.now = clock_now
    return keypad


def test_six_digits_fill_the_pad_and_are_taken_once(keypads: Keypads, clock: Clock) -> None:
    """The sixth press closes it; taking the digits empties it."""
    keypad = opened(keypads, clock)
    pressed = [keypad.press(digit) for digit in PIN]
    assert pressed == [Pressed.CHANGED] * 5 + [Pressed.FULL]
    assert keypad.closed
    assert keypad.take().reveal() == PIN
    assert keypad.entered == 0


def test_a_full_pad_is_no_longer_open(keypads: Keypads, clock: Clock) -> None:
    """A second tap finds the pad, so it can be answered in silence, but it is closed."""
    keypad = opened(keypads, clock)
    for digit in PIN:
        keypad.press(digit)
    found = keypads.find(keypad.tokens["5"], ANA)
    assert found is not None
    assert found[0].closed
    assert keypads.of(ANA) is None


def test_delete_takes_back_the_last_digit_and_nothing_from_an_empty_pad(keypads: Keypads, clock: Clock) -> None:
    """Deleting digit zero counts too, though it is falsy to some."""
    keypad = opened(keypads, clock)
    assert keypad.press(DELETE) is Pressed.NOTHING
    keypad.press("0")
    assert keypad.press(DELETE) is Pressed.CHANGED
    assert keypad.entered == 0


def test_cancel_closes_the_pad_and_forgets_its_digits(keypads: Keypads, clock: Clock) -> None:
    """Half a PIN is a secret too."""
    keypad = opened(keypads, clock)
    keypad.press("4")
    assert keypad.press(CANCEL) is Pressed.CANCELLED
    assert (keypad.closed, keypad.entered) == (True, 0)


def test_a_key_works_for_its_person_only(keypads: Keypads, clock: Clock) -> None:
    """Ben may know Ana's token; it is nothing in his hands."""
    keypad = opened(keypads, clock)
    token = keypad.tokens["7"]
    assert keypads.find(token, BEN) is None
    assert keypads.find("made up", ANA) is None
    assert keypads.find(token, ANA) == (keypad, "7")


def test_a_pad_dies_with_its_time(keypads: Keypads, clock: Clock) -> None:
    """After its expiry neither its keys nor its digits are left."""
    keypad = opened(keypads, clock)
    keypad.press("4")
    clock.advance(minutes=2)
    assert keypads.find(keypad.tokens["8"], ANA) is None
    assert keypads.of(ANA) is None
    assert keypad.entered == 0


def test_a_new_pad_closes_the_old_one(keypads: Keypads, clock: Clock) -> None:
    """One pad a person: a typed PIN must be for what is seen last."""
    first, second = opened(keypads, clock), opened(keypads, clock)
    assert first.closed
    assert keypads.of(ANA) is second


def test_of_many_pads_the_last_are_remembered(keypads: Keypads, clock: Clock) -> None:
    """Whoever opens one after another keeps a few; a second tap on one that was closed just now is still known."""
    pad = partial(keypads.open, ANA, Pay("card"), heading="Send", expires_at=clock.now + timedelta(minutes=2))
    tokens = [dict(pad().tokens) for _ in range(100)]
    known = [nth for nth, keys in enumerate(tokens) if keypads.find(keys["1"], ANA) is not None]
    assert known == list(range(95, 100))
    assert len(keypads._keys) == 5 * 12
    clock.advance(hours=1)
    assert keypads.of(ANA) is None
    assert not keypads._keys
    assert not keypads._of


def test_tokens_are_fresh_and_say_nothing_of_their_key(keypads: Keypads, clock: Clock) -> None:
    """No two pads share a token, and each fits into a button."""
    tokens = [token for _ in range(3) for token in opened(keypads, clock).tokens.values()]
    assert len(set(tokens)) == 36
    assert all(len(f"k:{token}".encode()) <= 64 for token in tokens)


def test_no_repr_shows_a_digit(keypads: Keypads, clock: Clock) -> None:
    """Neither a PIN, nor a pad with digits on it, nor a purpose that carries a PIN."""
    keypad = opened(keypads, clock)
    keypad.tokens = {}
    for digit in PIN[:5]:
        keypad.press(digit)
    shown = f"{keypad!r} {Pin(PIN)!r} {Pin(PIN)} {RepeatNew(Pin(PIN), Pin(PIN))!r} {ChooseNew(Pin(PIN))!r}"
    assert PIN not in shown
    assert str(list(PIN[:5])) not in shown


@pytest.mark.parametrize(
    "text", ["482915", " 482915\n", "482 915", "4 8 2 9 1 5", "482-915", "48.29.15", "٤٨٢٩١٥", "๔๘๒๙๑๕"]
)
def test_six_digits_alone_are_a_typed_pin(text: str) -> None:
    """However they are spaced, in whatever script."""
    pin = typed_pin(text)
    assert pin is not None
    assert pin.reveal() == PIN


@pytest.mark.parametrize("text", ["", "48291", "4829155", "send 482915", "482915!", "4  82915", "²²²²²²"])
def test_anything_else_is_none(text: str) -> None:
    """A sentence with a number in it is a sentence."""
    assert typed_pin(text) is None


GIVEN_AWAY = [
    "482915", "482 915", "48.29.15", "482915.", "482915?", "482915,", "482915 👍", "(482915)", "“482915”",
    "482915\n719304", "٤٨٢٩١٥?",
    "my pin is 482915", "My PIN: 482 915", "mon pin est 482915", "my new pin is 482915", "here is my pin 482915",
    "the pin is now 482915", "pin code: 482915", "my pin is still 482915!", "change my pin to 482915", "pin482915",
    "482915 is my pin", "482915 = PIN", "482915, that's my pin", "482915 est mon pin",
    "/pin 482915", "/pin@sixpence_bot 482915",
    "send 5 to @ben pin 482915", "send 5 to @ben, my pin is 482915", "send 5 to @ben\npin 482915",
    "pay @ben 5 482915 pin", "send 5 to @ben for pizza (my pin is ٤٨٢٩١٥)",
]  # fmt: skip


@pytest.mark.parametrize("text", GIVEN_AWAY)
def test_a_pin_is_given_away_where_it_stands_alone_or_beside_its_name(text: str) -> None:
    """Also as the inbox keeps it, with dots in its place, so that it is deleted after a restart too."""
    kept = redact({"message": {"text": text}})["message"]["text"]
    assert kept != text
    assert is_pin_given_away(text)
    assert is_pin_given_away(kept)


@pytest.mark.parametrize(
    "text",
    [
        "", "48291", "4829150", "send 482915", "send 482915 to @ben", "€482915", "482915 €", "482915 eur", "482915,50",
        "send 5 to @ben for invoice 482915", "order 482915", "482915 is my order", "send 5 to @pin for order 482915",
        "my pin", "I forgot my pin", "pin 4829", "spin 482915", "pins and needles, order 482915",
        "pin for order 482915", "send 5 to @ben for the pin", "+44 20 7946 0958",
    ],
)  # fmt: skip
def test_other_digits_give_no_pin_away(text: str) -> None:
    """An amount, or six digits that another word says what they are."""
    assert not is_pin_given_away(text)
