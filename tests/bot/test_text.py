"""Sentences: formats, escaping, isolates, languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot import text
from bot.text import Speaker, isolate
from wallet import Currency, Money

EUR, JPY, KWD, HOUR = Currency("EUR", 2), Currency("JPY", 0), Currency("KWD", 3), Currency("HOUR", 2)


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(500, EUR), "€5.00"),
        (Money(5, EUR), "€0.05"),
        (Money(-350, EUR), "−€3.50"),
        (Money(123_456_789, EUR), "€1,234,567.89"),
        (Money(1_500, JPY), "¥1,500"),
        (Money(1_234_567, KWD), "1,234.567 KWD"),
        (Money(1_250, HOUR), "12.50 HOUR"),
        (Money(-1_250, HOUR), "−12.50 HOUR"),
        (Money(0, EUR), "€0.00"),
    ],
)
def test_amounts_are_written_our_way(money: Money, shown: str) -> None:
    """Sign, symbol or code, thousands, and as many decimals as the currency has."""
    assert text.amount(money) == shown


def test_times_say_their_zone() -> None:
    """We do not know where a person is."""
    somewhere = timezone(timedelta(hours=7))
    assert text.time(datetime(2026, 11, 21, 21, 5, tzinfo=somewhere)) == "21 Nov, 14:05 UTC"
    assert text.time(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan, 03:04 UTC"


def test_arguments_are_escaped_and_isolated() -> None:
    """The catalogue's markup is markup; an argument's is text, and keeps its direction to itself."""
    said = Speaker().t("<b>Send {amount} to {name}</b>", amount=Money(500, EUR), name="<i>\u2069&")
    assert said == "<b>Send \u2068€5.00\u2069 to \u2068&lt;i&gt;&amp;\u2069</b>"


def test_labels_are_plain() -> None:
    """A button shows markup as it is, so nothing is escaped."""
    assert Speaker().label("To {name}", name="<i>") == "To \u2068<i>\u2069"


def test_braces_in_an_argument_are_text() -> None:
    """A name is never a template."""
    assert Speaker().t("To {name}", name="{amount}") == f"To {isolate('{amount}')}"


def test_plurals_follow_the_number() -> None:
    """One try, two tries."""
    forms = ("{count} try", "{count} tries")
    assert [text_of(Speaker().plural(*forms, count)) for count in (1, 2)] == ["1 try", "2 tries"]


@pytest.mark.parametrize("language", ["", "en", "en-GB", "xx", "../../etc"])
def test_an_unknown_language_is_english(language: str) -> None:
    """Whatever Telegram says of a person's language, they are answered."""
    assert Speaker(language).t("Cancelled. No money moved.") == "Cancelled. No money moved."


def text_of(said: str) -> str:
    return said.replace("\u2068", "").replace("\u2069", "")
