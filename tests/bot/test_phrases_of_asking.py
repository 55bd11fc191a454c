"""Reading what people write to be paid: the same words and the same care as for paying, the other way round."""

from __future__ import annotations

import pytest

from bot.amounts import Ambiguous, Amount, NotAnAmount
from bot.intents import (
    Ask,
    Incomplete,
    Intent,
    Mention,
    Name,
    NoIntent,
    Pay,
    Refused,
    Unclear,
    UnclearReason,
    UserId,
    Username,
)
from bot.phrases import read

TEN, BEN = Amount(10_00), Username("ben")

ASKED: list[tuple[str, Intent]] = [
    ("/request 10 @ben cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("/request @ben 10 cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("/request@sixpence_bot 10 @ben", Ask(Pay(TEN, BEN))),
    ("#request 10 @ben", Ask(Pay(TEN, BEN))),
    ("request 10 from @ben for cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("Request €10 from Ben: cinema", Ask(Pay(TEN, Name("Ben"), "cinema"))),
    ("request from @ben 10", Ask(Pay(TEN, BEN))),
    ("ask ben for 10", Ask(Pay(TEN, Name("ben")))),
    ("ask @ben for 10 for cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("please ask for 10 from @ben", Ask(Pay(TEN, BEN))),
    ("demande 10 à @ben pour le cinéma", Ask(Pay(TEN, BEN, "le cinéma"))),
    ("/request ask @ben for 10", Ask(Pay(TEN, BEN))),
    ("/request 1,234 @ben", Ask(Pay(Ambiguous((123, 1234_00)), BEN))),
    ("/request", Ask(Incomplete())),
    ("ask", Ask(Incomplete())),
    ("/request @ben", Ask(Incomplete(None, BEN))),
    ("request 10", Ask(Incomplete(TEN))),
    ("request money from @ben", Ask(Incomplete(None, BEN))),
    ("ask @ben for lunch", Ask(Incomplete(None, BEN, "lunch"))),
    ("request 10 back from @ben", Ask(Pay(TEN, BEN))),
    ("request only 10 from @ben", Ask(Pay(TEN, BEN))),
    ("ask @ben 10 for cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("ask @ben 10, cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("ask @ben 10: cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("ask @ben 10 euros cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("ask @ben for €10 cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("ask @ben for 10 please", Ask(Pay(TEN, BEN))),
    ("ask @ben for 10 again", Ask(Pay(TEN, BEN))),
    ("ask @ben for 10 thanks", Ask(Pay(TEN, BEN, "thanks"))),
    ("request 10 from @ben cinema", Ask(Pay(TEN, BEN, "cinema"))),
    ("/request 0 @ben", Ask(Refused(NotAnAmount("not_positive"), BEN))),
]
UNCLEAR: list[tuple[str, UnclearReason]] = [
    ("ask @ben for 10 and @ana for 5", "two_payees"),
    ("request 10 each from @ben and @ana", "two_payees"),
    ("ask @ben 10 each", "two_payees"),
    ("request 10 from @ben tomorrow", "not_now"),
    ("/request 10 20 @ben", "two_amounts"),
    ("ask @ben for 10 for 482915", "pin"),
]
NOTHING = [
    "ask ben",
    "ask ben for lunch",
    "ask me",
    "ask ben to pay 10",
    "ask ben for 10?",
    "ask ben 10 questions",
    "ask @ben 10 questions",
    "ask @ben for 5 minutes",
    "request @ben 1 more week",
    "please ask @ben for 2 weeks more",
    "demande à @ben 5 minutes",
    "ask 10 people",
    "request a refund",
    "request time off",
    "request 10 to ben",
    "I request 5 from ben",
    "don't ask ben for 10",
]


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_a_request_is_read_as_written(text: str, expected: Intent) -> None:
    """Amount, payer and note in any of the accepted orders; what is missing stays missing."""
    assert read(text) == expected


@pytest.mark.parametrize(("text", "reason"), UNCLEAR)
def test_a_contradiction_in_a_request_is_reported(text: str, reason: UnclearReason) -> None:
    """Said so, never chosen."""
    assert read(text) == Ask(Unclear(reason))


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_request_asks_nobody(text: str) -> None:
    """Talk of asking, questions and idioms."""
    assert read(text) == NoIntent()


def test_a_mention_is_asked_by_id() -> None:
    """Telegram's own id, whatever the words say."""
    assert read("ask Ana for 10", mentions=[Mention(4, 3, 7)]) == Ask(Pay(TEN, UserId(7)))


@pytest.mark.parametrize("text", ["send 10 from @ben", "pay @ben for 10", "send 5 to @ben"])
def test_words_of_paying_ask_nobody(text: str) -> None:
    """From and for stand for a payer and an amount in a request alone."""
    assert not isinstance(read(text), Ask)
