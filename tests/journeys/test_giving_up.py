"""What people hear where their words could not be handled, or were not kept: what is certain, where they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram import Update

from bot import application
from bot.redaction import DOTS
from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FLAT = FLATMATES.id
SORRY = "Sorry, something went wrong on my side"
INTERRUPTED = ("I was interrupted and did not keep your message", "Nothing was paid", "Write it again")


async def gives_up(street: Street, kind: str) -> None:
    """The inbox gives up on the last update of this kind."""
    await street.settled()
    everything = (await street.http.get("/control/deliveries")).raise_for_status().json()
    update = [each for each in everything if kind in each][-1]
    await application.apologise(street.context, Update.de_json(update, street.context.bot))


@pytest.mark.parametrize("words", ["/pay @ben 5 lunch", "@sixpence_bot 5 to @ben lunch"])
async def test_who_asked_in_a_group_hears_there_that_it_failed(street: Street, words: str) -> None:
    """After three failures: once, by name, and nothing of what they asked for. Words in a group never move money."""
    await street.open_wallets(street.ana, street.ben)
    fault = {"method": "sendMessage", "kind": "server_error", "times": 3, "chat_id": str(FLAT)}
    await street.http.post("/control/fault", json=fault)
    await street.ana.says_in(FLAT, words)
    said = await street.ben.reads(SORRY, "No money moved", chat=FLAT)
    assert said["text"].count("Ana Moreno") == 1
    assert not any(detail in said["text"] for detail in ("Ben", "5", "lunch"))
    assert sum(SORRY in text for text in await street.ben.texts_in(FLAT)) == 1


async def test_a_press_that_failed_is_told_of_in_private(street: Street) -> None:
    """It may have been the last digit of a PIN, so nothing is said of money; the group hears nothing of it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await gives_up(street, "callback_query")
    said = await street.ana.reads(SORRY, "/balance", "/history")
    assert "oney moved" not in said["text"]
    assert not any(SORRY in text for text in await street.ana.texts_in(FLAT))


async def test_a_guest_hears_in_private_that_it_failed(street: Street) -> None:
    """Their one answer in that chat may have been given."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    await street.ana.calls_guest(FLAT, "5 to @ben for lunch")
    await gives_up(street, "guest_message")
    await street.ana.reads(SORRY)


@pytest.mark.parametrize("words", ["Dinner at eight?", "/start@another_bot"])
async def test_nobody_hears_that_what_they_said_to_others_failed(street: Street, words: str) -> None:
    """Talk among people is not for the bot to answer, whatever became of it."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/pay")
    await street.settled()
    written = (await street.delivered("/pay")).to_dict()
    command = [{"type": "bot_command", "offset": 0, "length": len(words)}] if words[0] == "/" else []
    written["message"] |= {"text": words, "entities": command}
    await application.apologise(street.context, Update.de_json(written, street.context.bot))
    assert not any(SORRY in text for text in [*await street.ana.texts_in(FLAT), *await street.ana.texts()])


@pytest.mark.parametrize(
    "words", [f"/me 5 {DOTS}", f"/business Café {DOTS}", f"/send 5 to @ben {DOTS}", f"/verify {DOTS} 1"]
)
async def test_what_was_not_kept_of_private_words_is_asked_for_again(street: Street, words: str) -> None:
    """Six digits could be a PIN, so after a crash there are dots; no link and no business is made of those."""
    await street.open_wallets(street.ana, street.ben)
    before = len(await street.ana.texts())
    await street.ana.says(words)
    await street.ana.reads(*INTERRUPTED)
    await street.settled()
    assert len(await street.ana.texts()) == before + 2


@pytest.mark.parametrize(
    "words",
    [f"/pay @ben 5 {DOTS}", f"/request @ben 5 {DOTS}", f"/split 90 {DOTS}", f"@sixpence_bot 5 to @ben for {DOTS}"],
)
async def test_what_was_not_kept_of_words_in_a_group_is_asked_for_again(street: Street, words: str) -> None:
    """There, and nothing is begun with what is left of them."""
    await street.open_wallets(street.ana, street.ben)
    before = len(await street.ana.texts_in(FLAT))
    await street.ana.says_in(FLAT, words)
    await street.ben.reads("Ana Moreno: ", *INTERRUPTED, chat=FLAT)
    await street.settled()
    assert len(await street.ana.texts_in(FLAT)) == before + 2


async def test_what_was_not_kept_of_a_guests_words_is_asked_for_again(street: Street) -> None:
    """In the one message that a guest may post."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, f"5 to @ben for {DOTS}")
    await street.ben.reads("Ana Moreno: ", *INTERRUPTED, chat=street.ana.id)


@pytest.mark.parametrize("words", [f"Call me: {DOTS}", f"/start@another_bot {DOTS}", f"/tip {DOTS}"])
async def test_dots_in_what_is_said_to_others_are_left_alone(street: Street, words: str) -> None:
    """A group hears nothing where it would have heard nothing."""
    await street.open_wallets(street.ana)
    before = len(await street.ana.texts_in(FLAT))
    await street.ana.says_in(FLAT, words)
    await street.settled()
    assert len(await street.ana.texts_in(FLAT)) == before + 1


async def test_an_amount_of_six_digits_that_was_not_kept_is_asked_for_again(street: Street) -> None:
    """Where we had asked how much, dots are no PIN: the message stays, and the question too."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send @ben")
    await street.ana.reads("How much")
    await street.ana.says(DOTS)
    await street.ana.reads(*INTERRUPTED)
    assert DOTS in await street.ana.texts()
