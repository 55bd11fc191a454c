"""What `/split` is asked for, and what is asked back because it reads two ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import tokens
from bot.amounts import NotAnAmount, parse_amount
from bot.intents import Mention, UserId, Username
from bot.split_phrases import Member, Reason, Split, Unsplit, read

BEN, CHAI, DIA = Username("ben"), Username("chai"), Username("dia")

READ = [
    ("90", Split(9000)),
    ("90 dinner", Split(9000, "dinner")),
    ("€90.50 dinner at Luigi's", Split(9050, "dinner at Luigi's")),
    ("90 eur for dinner", Split(9000, "dinner")),
    ("90 pour le dîner", Split(9000, "le dîner")),
    ("90 dinner for 3", Split(9000, "dinner for 3")),
    ("90 dinner ben and chai", Split(9000, "dinner ben and chai")),  # nobody is named without @
    ("90 @ben", Split(9000, members=(Member(BEN),))),
    ("90 dinner @ben @chai", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 @ben @chai dinner", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 @Ben, @Chai and @dia for dinner", Split(9000, "dinner", members=(Member(BEN), Member(CHAI), Member(DIA)))),
    ("90 dinner with @ben and @chai", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 dinner @ben x2 @chai x1", Split(9000, "dinner", "shares", (Member(BEN, 2), Member(CHAI, 1)))),
    ("90 dinner @ben 2x @chai ×3", Split(9000, "dinner", "shares", (Member(BEN, 2), Member(CHAI, 3)))),
    ("90 dinner @ben x2 @chai", Split(9000, "dinner", "shares", (Member(BEN, 2), Member(CHAI, 1)))),
    ("90 @ben x2 rent", Split(9000, "rent", "shares", (Member(BEN, 2),))),
    ("90 dinner @ben 20 @chai 30.50", Split(9000, "dinner", "amounts", (Member(BEN, 2000), Member(CHAI, 3050)))),
    ("90 dinner @ben 20€ @chai 30", Split(9000, "dinner", "amounts", (Member(BEN, 2000), Member(CHAI, 3000)))),
    ("90 dinner (@ben @chai)", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 dinner (with @ben, and @chai)", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 dinner ( @ben,@chai )", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 (@ben, @chai) dinner", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 dinner @ben,@chai", Split(9000, "dinner", members=(Member(BEN), Member(CHAI)))),
    ("90 @ben=20.00 @chai = 30.00", Split(9000, "", "amounts", (Member(BEN, 2000), Member(CHAI, 3000)))),
    ("90 dinner (@ben=20.00,@chai=30.00)", Split(9000, "dinner", "amounts", (Member(BEN, 2000), Member(CHAI, 3000)))),
    ("90 @ben 20 eur, @chai 30 eur: rent", Split(9000, "rent", "amounts", (Member(BEN, 2000), Member(CHAI, 3000)))),
]


@pytest.mark.parametrize(("words", "split"), READ)
def test_a_split_is_read(words: str, split: Split) -> None:
    """Total, words and people, in the orders in which people write them."""
    assert read(words) == split


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "no_total"),
        ("dinner", "no_total"),
        ("@ben 90", "no_total"),
        ("1,234 dinner", "ambiguous"),
        ("90 dinner @ben 1,234", "ambiguous"),
        ("90 20 dinner", "two_amounts"),
        ("90 20 @ben", "two_amounts"),
        ("90 dinner 20 @ben", "two_amounts"),  # Ben's, or a part of the words?
        ("90 dinner @ben and taxi @chai", "people"),
        ("90 dinner @ben at Luigi's", "people"),
        ("90 dinner @ben/2 @chai", "people"),
        ("90 dinner @ben+@chai", "people"),
        ("90 dinner 2x @ben", "people"),
        ("90 2x dinner @ben", "people"),
        ("90 dinner at @ben's @chai", "people"),
        ("90 dinner @be", "people"),
        ("90 dinner @ben 2 @chai 1", "shares_or_amounts"),
        ("90 dinner @ben 20 @chai 30", "shares_or_amounts"),
        ("90 dinner @ben 20 @chai", "shares_or_amounts"),
        ("90 dinner @ben x2 @chai 20.50", "mixed"),
        ("90 dinner @ben x2 @chai 2", "mixed"),
        ("90 dinner @ben 20.50 @chai", "parts_missing"),
        ("90 dinner @ben @Ben", "twice"),
        (f"90 {'x' * 141}", "note_too_long"),
        ("90 dinner, my pin is 482915", "pin"),
        ("90 pin 482915 for dinner @ben", "pin"),
    ],
)
def test_what_reads_two_ways_is_asked_about(words: str, reason: Reason) -> None:
    """And what lacks its total, or names somebody twice: never guessed."""
    assert read(words) == Unsplit(reason)


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("0 dinner", NotAnAmount("not_positive")),
        ("-5 dinner", NotAnAmount("not_positive")),
        ("$90 dinner", NotAnAmount("other_currency", "USD")),
        ("90.5555 dinner", NotAnAmount("too_precise")),
        ("90 dinner @ben 0.00", NotAnAmount("not_positive")),
        ("90 dinner @ben x0", NotAnAmount("not_positive")),
        ("½ dinner", NotAnAmount("not_a_number")),
    ],
)
def test_an_amount_that_cannot_be_is_refused(words: str, refused: NotAnAmount) -> None:
    """The total's, or a part's."""
    assert read(words) == refused


def test_no_message_is_read_to_its_end_for_names_that_are_too_many() -> None:
    """Four thousand characters have room for hundreds; a name said twice, or more than fifty, ends the reading."""
    assert read("5 dinner " + "@abc 1 " * 580) == Unsplit("twice")
    assert read("5 dinner " + " ".join(f"@guest{nth}" for nth in range(51))) == Unsplit("too_many")
    crowd = read("5 dinner " + " ".join(f"@guest{nth}" for nth in range(50)))
    assert isinstance(crowd, Split)
    assert len(crowd.members) == 50


def test_no_amount_is_looked_for_across_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands behind somebody's name is not tried as a part of what stands before it."""
    tried = []

    def watched(typed: str, **facts: Any) -> Any:
        tried.append(typed)
        return parse_amount(typed, **facts)

    monkeypatch.setattr(tokens, "parse_amount", watched)
    read("90 dinner @ben 20.50 @chai 30 Tom 10", mentions=[Mention(30, 3, 7)])
    assert "20.50" in tried
    assert not [typed for typed in tried if "@" in typed or "Tom" in typed]


def test_people_are_named_by_mention_too() -> None:
    """Telegram's own word on who is meant; Tom has no username."""
    assert read("90 dinner Tom 20.50", mentions=[Mention(10, 3, 7)]) == Split(
        9000, "dinner", "amounts", (Member(UserId(7), 2050),)
    )


def test_without_decimals_a_currency_makes_it_an_amount() -> None:
    """In yen nobody writes a decimal mark."""
    assert read("900 @ben 200", code="JPY", exponent=0) == Unsplit("shares_or_amounts")
    assert read("900 @ben ¥200", code="JPY", exponent=0) == Split(900, "", "amounts", (Member(BEN, 200),))


def test_a_bracket_before_a_mention_is_no_word() -> None:
    """And what is written around names moves no mention from its place, and hides none."""
    dinner = read("90 dinner (Tom,@ben,@chai)", mentions=[Mention(11, 3, 7)])
    assert dinner == Split(9000, "dinner", members=(Member(UserId(7)), Member(BEN), Member(CHAI)))
    assert read("90 (@ben Tom)", mentions=[Mention(9, 3, 7)]) == Split(9000, members=(Member(BEN), Member(UserId(7))))


@given(st.text())
def test_whatever_is_written_is_read_without_a_fault(words: str) -> None:
    """Nothing raises."""
    assert isinstance(read(words), Split | Unsplit | NotAnAmount)


@given(st.lists(st.sampled_from(["90", "20.50", "x2", "@ben", "@chai", "dinner", "for", "and", "€5", "1,234"])))
def test_nobody_is_asked_who_was_not_named(words: list[str]) -> None:
    """In whatever order the parts stand: a split has exactly the people that are there, each once."""
    split = read(" ".join(words))
    if isinstance(split, Split):
        asked = [f"@{member.payee.username}" for member in split.members if isinstance(member.payee, Username)]
        assert sorted(asked) == sorted(word for word in words if word.startswith("@"))
