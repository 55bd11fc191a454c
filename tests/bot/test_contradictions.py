"""Instructions that hold a second one, take themselves back, or are for later: said so, and none of it is a note."""

from __future__ import annotations

import pytest

from bot.amounts import Amount
from bot.intents import Ask, Intent, Name, Pay, Unclear, Username
from bot.phrases import read

FIVE, BEN = Amount(500), Username("ben")


@pytest.mark.parametrize(
    "text",
    [
        "send 5 to @ben for lunch\nsend 6 to @ana for tea",
        "/send 5 @ben for lunch\n/send 6 @ana for tea",
        "/send@sixpence_bot 5 @ben for lunch\n/send@sixpence_bot 6 @ana",
        "send 5 to @ben\n\nask @ana for 6",
        "send 5 to @ben for lunch, request 6 from @ana",
        "send 5 to @ben for lunch. /request 6 @ana",
        "send 5 to @ben. Please send 6 to ana",
        "send 5 to @ben lunch, send ana 3",
        "send 5 to @ben for lunch. Pay Ana 6 too",
        "send 5 to @ben for lunch and send 6 to ana",
        "send 5 to @ben for lunch, then pay ana 6",
        "send 5 to @ben\n6 to @ana",
        "send 5 to @ben\n6 eur to ana",
        "send 5 to @ben for lunch\n6 to @ana for tea",
        "send 5 to @ben, ana 6",
        "send 5 to @ben, ana 6 please",
        "send 5 to ben. Ana €6",
        "send 5 to @ben\nana 6",
        "send 5 to @ben for lunch\nana 6",
    ],
)
def test_a_second_instruction_is_no_note_of_the_first(text: str) -> None:
    """Behind a comma, a full stop or a line break, whatever introduces the note."""
    assert read(text) == Unclear("two_amounts")


@pytest.mark.parametrize(
    "text",
    [
        "send 50 to @ben no make that 5",
        "send 50 to @ben, make that 5",
        "send 50 to @ben, say 5",
        "send 50 to @ben, I meant to say 5",
        "send 50 to @ben, correction: 5",
        "send 50 to @ben, correction 5",
        "send 50 to @ben for lunch, correction: 5",
    ],
)
def test_an_amount_that_is_taken_back_is_not_paid(text: str) -> None:
    """However it is said."""
    assert read(text) == Unclear("two_amounts")


@pytest.mark.parametrize(
    "behind",
    [
        "but not now", "not now", "not yet", "but not yet", "never mind", "nevermind", ", never mind", "don't",
        ", don’t", "wait no", ", no wait", "actually don't", ", cancel that please",
        " - don't", "\nnever mind", "\nnot now", "but don't", "wait", ", wait", "stop", ", cancel", "pas maintenant",
        "in an hour", "in 2 hours", "in half an hour", "in a bit", "in the morning", "at 5pm", "at 17:00", "at noon",
        "on 24 december", "on the 24th", "by 5", "dans une heure", "à 17h", "le 24 décembre",
        "tmrw", "only if he won", "but only if he won", "just before lunch", "but tomorrow", "till friday", "per month",
    ],
)  # fmt: skip
def test_what_is_not_for_now_is_not_paid_now(behind: str) -> None:
    """A refusal, a wish to wait, an hour, a date or a condition is no note."""
    assert read(f"send @ben 5 {behind}") == Unclear("not_now")
    assert read(f"send 5 to @ben {behind}") == Unclear("not_now")
    assert read(f"ask @ben for 5 {behind}") == Ask(Unclear("not_now"))


@pytest.mark.parametrize("text", ["send 5 to @ben for lunch, never mind", "send 5 to @ben for lunch\ncancel"])
def test_a_payment_that_is_taken_back_at_its_end_is_not_made(text: str) -> None:
    """Also where a note stands between."""
    assert read(text) == Unclear("not_now")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("send 5 to @ben, table 6", Pay(FIVE, BEN, "table 6")),
        ("send 5 to @ben, invoice 12", Pay(FIVE, BEN, "invoice 12")),
        ("send 5 to @ben\norder 12", Pay(FIVE, BEN, "order 12")),
        ("send 5 to @ben: ana 6", Pay(FIVE, BEN, "ana 6")),
        ("send 5 to @ben for pizza, 2 slices", Pay(FIVE, BEN, "pizza, 2 slices")),
        ("send 5 to @ben for lunch, march 2026", Pay(FIVE, BEN, "lunch, march 2026")),
        ("send 5 to @ben\n2 pizzas", Pay(FIVE, BEN, "2 pizzas")),
        ("send 5 to @ben for lunch, 2 to go", Pay(FIVE, BEN, "lunch, 2 to go")),
        ("send 5 to @ben for dinner and tip", Pay(FIVE, BEN, "dinner and tip")),
        ("send 5 to @ben for lunch, send pics", Pay(FIVE, BEN, "lunch, send pics")),
        ("send 5 to @ben for lunch, don't forget the tip", Pay(FIVE, BEN, "lunch, don't forget the tip")),
        ("send 5 to @ben for dinner at 8", Pay(FIVE, BEN, "dinner at 8")),
        ("send 5 to @ben for 24 december", Pay(FIVE, BEN, "24 december")),
        ("send 5 to @ben, see you at 5", Pay(FIVE, BEN, "see you at 5")),
        ("send 5 to @ben in advance", Pay(FIVE, BEN, "in advance")),
        ("send 5 to @ben at the cinema", Pay(FIVE, BEN, "at the cinema")),
        ("send 5 to @ben in an envelope", Pay(FIVE, BEN, "in an envelope")),
        ("send 5 to @ben on account", Pay(FIVE, BEN, "on account")),
        ("send 5 to @ben not a gift", Pay(FIVE, BEN, "not a gift")),
        ("send 5 to @ben no problem", Pay(FIVE, BEN, "no problem")),
        ("send 5 to @ben sorry", Pay(FIVE, BEN, "sorry")),
        ("send 5 to @ben stop sign", Pay(FIVE, BEN, "stop sign")),
        ("send 5 to ben\nthanks for waiting", Pay(FIVE, Name("ben"), "thanks for waiting")),
    ],
)
def test_what_only_sounds_like_it_is_a_note(text: str, expected: Intent) -> None:
    """Numbers of tables and orders, and times within what it is for."""
    assert read(text) == expected
