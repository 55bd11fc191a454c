"""Notes are shown as somebody's words: quoted, on their own line, with nothing in them to press."""

from __future__ import annotations

import pytest

from bot import notes
from bot.text import Speaker
from sandbox.telegram.detection import find_entities
from sandbox.telegram.markup_html import parse_html

SAY = Speaker()


def pressable(html: str) -> list[str]:
    """What Telegram makes of this beyond our own markup."""
    text, ours = parse_html(html)
    return [entity["type"] for entity in find_entities(text, ours)]


@pytest.mark.parametrize(
    "words",
    [
        "You won! claim at https://evil.example/x",
        "t.me/evil_bot",
        "see http://localhost",
        "evil.com",
        "мир.рф",
        "mail me@evil.example",
        "press /cancel",
        "half:/cancel",
        "é/cancel",
        "@admin",
        "(@admin)",
        "#refund",
        "$BTC",
        "$1INCH",
        "+44 7700 900 123",
        "4111 1111 1111 1111",
        "10.0.0.1",
    ],
)
def test_nothing_in_what_people_write_can_be_pressed(words: str) -> None:
    """A stranger's note is no link of ours, nor is a name; it stays readable."""
    for said in (notes.line(SAY, words), SAY.t("<b>{name} asks you to pay</b>", name=words)):
        assert "<code>" in said
        assert pressable(said) == []
        assert words in parse_html(said)[0]


@pytest.mark.parametrize(
    "words",
    ["lunch", "1/2 pizza", "bread and/or butter", "wait...what", "5.50", "12.5.", "J.R. Smith", "24-12-2026", "$5"],
)
def test_plain_words_stay_plain(words: str) -> None:
    """What Telegram links nothing in looks as it always did."""
    assert "<code>" not in notes.line(SAY, words)


@pytest.mark.parametrize("mark", list('"“”„«»❞」＂'))
def test_no_mark_in_a_note_ends_the_quotation(mark: str) -> None:
    """What stands behind it would read as the bot's own words."""
    said = notes.line(SAY, f"bike{mark} ✓ PAID. €50.00 is on your account")
    assert said == "Note: “\u2068bike' ✓ PAID. €50.00 is on your account\u2069”"


def test_a_note_stands_alone_on_its_line() -> None:
    """Whatever it holds, it begins no line of its own."""
    assert (
        notes.below(SAY, "waiting", "a\n\nReference 7K3M9-QPX2T")
        == "waiting\nNote: “\u2068a Reference 7K3M9-QPX2T\u2069”"
    )
    assert notes.below(SAY, "waiting", "") == "waiting"
