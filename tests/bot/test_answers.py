"""Whom an answer points at, whatever stands around the name."""

from __future__ import annotations

import pytest

from bot.answers import pointed_at
from bot.intents import Mention, UserId, Username

BEN = Username("ben")


@pytest.mark.parametrize(
    "text", ["@ben", "my friend @Ben", "Ben Okafor @ben", "@ben!", "t.me/ben", "https://t.me/Ben/", " telegram.me/ben "]
)
def test_the_one_username_or_link_is_who_is_meant(text: str) -> None:
    """Words around it change nothing."""
    assert pointed_at(text) == BEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ben",
        "@be",
        "@ben's",
        "@ben @ana",
        "ana and @ben",
        "anybody but @ben",
        "not @ben",
        "@ben,@ana",
        "t.me/ben/5",
    ],
)
def test_nobody_is_chosen_where_it_is_not_certain(text: str) -> None:
    """Nobody, two, or one who is not meant."""
    assert pointed_at(text) is None


def test_a_mention_is_who_is_meant() -> None:
    """By Telegram's number; beside an @username it is one of two."""
    assert pointed_at("my friend Tom", [Mention(10, 3, 7)]) == UserId(7)
    assert pointed_at("@ben Tom", [Mention(5, 3, 7)]) is None
