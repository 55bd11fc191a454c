"""Weak PINs: what is refused, why, and that enough remain."""

from __future__ import annotations

import pytest

from wallet.weak_pins import WEAKNESSES, suggest, weakness


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("000000", "repeat"),
        ("111111", "repeat"),
        ("112112", "repeat"),
        ("121212", "repeat"),
        ("100000", "repeat"),
        ("123456", "run"),
        ("654321", "run"),
        ("012345", "run"),
        ("890123", "run"),
        ("135791", "run"),
        ("024680", "run"),
        ("123123", "pattern"),
        ("483483", "pattern"),
        ("112233", "pattern"),
        ("998877", "pattern"),
        ("123321", "pattern"),
        ("147852", "keypad_walk"),
        ("159632", "keypad_walk"),
        ("147896", "keypad_walk"),
        ("258963", "keypad_walk"),
        ("159753", "keypad_walk"),
        ("789456", "keypad_walk"),
        ("147258", "keypad_walk"),
        ("135790", "run"),
        ("123457", "run"),
        ("246810", "pattern"),
        ("314159", "pattern"),
        ("311299", "date"),
        ("123199", "date"),
        ("991231", "date"),
        ("290200", "date"),
        ("198703", "date"),
        ("031987", "date"),
        ("201507", "date"),
        ("482915", None),
        ("730164", None),
        ("907358", None),
    ],
)
def test_a_weak_pin_is_refused_with_its_reason(pin: str, reason: str | None) -> None:
    """The reason is one that a sentence exists for."""
    assert weakness(pin) == reason
    assert reason is None or reason in WEAKNESSES


@pytest.mark.parametrize("digits", ["+491704829153", "4829", "0048291500", "17829151"])
def test_digits_of_ones_own_are_refused(digits: str) -> None:
    """Four in a row shared with a phone number or an id give a PIN away."""
    assert weakness("482915", [digits]) == "personal"


@pytest.mark.parametrize("digits", ["", "482", "+49 170 111", "915482"])
def test_three_shared_digits_are_chance(digits: str) -> None:
    """Fewer than four in a row are not one's own number."""
    assert weakness("482915", [digits]) is None


def test_about_a_tenth_of_all_pins_is_refused() -> None:
    """Enough to stop the guesses that people make first, not so many that people give up."""
    every_37th = [weakness(f"{number:06}") for number in range(0, 1_000_000, 37)]
    refused = sum(reason is not None for reason in every_37th) / len(every_37th)
    assert 0.08 < refused < 0.15


def test_a_suggestion_is_never_weak() -> None:
    """What the wallet offers, it accepts."""
    assert {weakness(suggest()) for _ in range(500)} == {None}
