"""How long a question waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("asked", "question", "words"),
    [
        ("/business", "What is the new business called?", "thanks, see you"),
        ("/send", "Who is it for?", "ben"),
        ("/send @ben", "How much?", "7"),
    ],
)
async def test_a_question_is_forgotten_after_an_hour(street: Street, asked: str, question: str, words: str) -> None:
    """What is written days later is about something else: it gets what it would get without a question."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says(asked)
    await street.ana.reads(question)
    await street.settled()
    street.clock.advance(hours=1)
    await street.ana.says(words)
    await street.ana.reads("I did not understand that, so I did nothing")
    await street.ana.says("/cancel")
    await street.ana.reads("There is nothing to cancel")


async def test_a_question_that_this_version_does_not_ask_silences_nobody(street: Street) -> None:
    """It was stored before a change of the bot: what is written is answered as if nothing had been asked."""
    await street.open_wallets(street.ana)
    await street.context.conversations.wait(street.ana.id, "nickname")
    for _ in range(2):
        await street.ana.says("hello there")
        await street.ana.reads("I did not understand that, so I did nothing")
        await street.settled()
    assert await street.context.conversations.of(street.ana.id) is None


async def test_a_question_waits_for_most_of_an_hour(street: Street) -> None:
    """Whoever was called away in between answers it all the same."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send @ben for lunch")
    await street.ana.reads("How much?")
    await street.settled()
    street.clock.advance(minutes=59)
    await street.ana.says("7")
    await street.ana.reads("Send €7.00 to Ben Okafor", "Note: “lunch”")
