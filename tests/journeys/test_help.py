"""/help, the menu, and what we say of ourselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import application
from bot.journeys.help import commands
from bot.text import Speaker

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_help_shows_examples_and_every_command(street: Street) -> None:
    """One message, for anybody."""
    await street.ana.start()
    await street.ana.says("/help")
    await street.ana.reads(
        "send 5 to @ben for lunch", "@sixpence_bot 5 lunch", *(f"/{name}" for name in commands(Speaker()))
    )


async def test_an_unknown_command_is_answered(street: Street) -> None:
    """With where to look."""
    await street.open_wallets(street.ana, cents=0)
    await street.ana.says("/tip")
    await street.ana.reads("I do not know this command", "/help")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Help!", "Write it as you would say it"),
        ("undo", "a payment that was made cannot be taken back"),
        ("refund", "Ask whoever has it to send it back"),
        ("Balance", "Did you mean /balance?"),
    ],
)
async def test_a_bare_word_for_help_is_answered_with_what_helps(street: Street, words: str, answer: str) -> None:
    """It starts nothing by itself; whoever wants a payment back hears what can be done."""
    await street.open_wallets(street.ana)
    await street.ana.says(words)
    await street.ana.reads(answer)


async def test_the_introduction_sets_commands_and_menu(street: Street) -> None:
    """Every command has a description in Telegram's menu."""
    await application.introduce(street.context)
    *_, call = await street.calls("setMyCommands")
    assert call["ok"]
    assert (await street.calls("setChatMenuButton"))[0]["ok"]


async def test_a_failing_introduction_stops_nothing(street: Street) -> None:
    """It is cosmetic."""
    await street.http.post("/control/fault", json={"method": "*", "kind": "server_error", "times": 4})
    await application.introduce(street.context)


async def test_an_apology_says_that_nothing_was_done(street: Street) -> None:
    """When a message could not be handled, its writer hears it, and where to look."""
    await street.open_wallets(street.ana, cents=0)
    await street.apologise("send 5 to @ben")
    await street.ana.reads("Sorry, something went wrong on my side", "/balance", "/history")


async def test_a_stumble_of_telegrams_is_tried_again(street: Street) -> None:
    """What a journey could not send is an update not handled: the inbox hands it in again."""
    await street.open_wallets(street.ana)
    await street.http.post("/control/fault", json={"method": "sendMessage", "kind": "server_error", "times": 1})
    await street.ana.says("/balance")
    await street.ana.reads("You have €50.00")
