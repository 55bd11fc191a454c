"""Buttons: pressed twice, by somebody else, forged, replayed, or from before a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_double_tap_on_the_last_digit_pays_once(street: Street) -> None:
    """Two presses of the sixth key: one payment, one receipt, one notice."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin(last_digit_times=3)
    await street.ana.reads("You sent €5.00")
    await street.settled()
    await street.ben.reads("You received €5.00")
    assert await street.cents(street.ana) == 45_00
    assert sum("You received" in text for text in await street.ben.texts()) == 1


async def test_updates_that_come_twice_pay_once(street: Street) -> None:
    """Telegram may deliver everything again: words, presses and all."""
    await street.open_wallets(street.ana, street.ben)
    await street.http.post("/control/updates", json={"duplicate": True})
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    assert await street.cents(street.ana) == 45_00
    assert sum("Reference" in text for text in await street.ana.texts()) == 2  # the opening deposit, and this


async def test_an_update_that_is_handled_again_shows_the_same_payment(street: Street) -> None:
    """After a crash the inbox hands the words in again: the same quote, by then paid, and its receipt."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    before = await street.ana.texts()
    await street.replay("send 5 to @ben")
    assert await street.ana.texts() == before
    assert await street.cents(street.ana) == 45_00


async def test_somebody_elses_press_does_nothing(street: Street) -> None:
    """Callback data is attacker-chosen: Ben sends Ana's button, from his chat and from hers."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    card = await street.ana.reads("Open until")
    confirm, cancel = (row[0]["data"] for row in card["inline_keyboard"])
    await street.ana.presses("Confirm with PIN")
    keypad = await street.ana.reads("○○○○○○")
    key = keypad["inline_keyboard"][0][0]["data"]
    for data in (confirm, cancel, key):
        for chat in (street.ana, street.ben):
            await street.forge(street.ben, data, chat, card["id"])
    await street.settled()
    await street.ana.reads("○○○○○○")
    toasts = {call["params"].get("text", "") for call in await street.calls("answerCallbackQuery")}
    assert {"This button is not for you.", "This keypad is too old."} <= toasts


async def test_a_forged_button_does_nothing(street: Street) -> None:
    """Whatever the data: one polite answer, and nothing else."""
    await street.open_wallets(street.ana, cents=0)
    before = await street.ana.texts()
    unknown = "A" * 22
    forged = ["", "pin:", f"pin:{unknown}", f"amount9:{unknown}", f"older:{unknown}", "rm -rf", "pin:\u202e"]
    for data in forged:
        await street.forge(street.ana, data, street.ana, 10**6)
    await street.settled()
    assert len(await street.calls("answerCallbackQuery")) == len(forged)
    assert await street.ana.texts() == before


async def test_a_keypad_from_before_a_restart_gives_the_card_back(street: Street) -> None:
    """A restart forgets every pad; the payment is still open, and is confirmed on a fresh one."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    street.forget_keypads()
    await street.ana.presses("1")
    await street.ana.reads("Open until")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")


async def test_cancel_closes_the_payment(street: Street) -> None:
    """On the card and on the keypad: the message says so, and has no buttons left."""
    await street.open_wallets(street.ana, street.ben)
    for with_keypad in (False, True):
        await street.ana.says(f"send 5 to @ben for {with_keypad}")
        await street.ana.reads(f"Note: “{with_keypad}”")
        if with_keypad:
            await street.ana.presses("Confirm with PIN")
            await street.ana.reads("○○○○○○")
        await street.ana.presses("Cancel")
        closed = await street.ana.reads("was cancelled", "No money moved", f"Note: “{with_keypad}”")
        assert not closed["inline_keyboard"]


async def test_every_press_is_answered_once(street: Street) -> None:
    """Telegram's client spins until it is; a second answer is an error."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    answers = await street.calls("answerCallbackQuery")
    assert len(answers) == 7
    assert all(call["ok"] for call in answers)


async def test_a_button_of_one_card_does_nothing_on_another(street: Street) -> None:
    """Each word of ours with the id of one's own card of another kind: a polite answer, and nothing else."""
    await street.open_wallets(street.ana, street.ben)
    await street.open_business(street.ana, "Ana Shop")
    await street.ana.reads("Ana Shop is approved")
    for one, other in ((street.ana, street.ben), (street.ben, street.ana)):
        await street.context.contacts.remember(one.id, other.id, other.full_name)
    await street.ben.says("request 1 from @ana")
    await street.ana.reads("asks you to pay €1.00")
    words = {
        "/history": "History of",
        "send @ben": "How much?",
        "send 5 to @ben": "Open until",
        "request 2 from @ben": "You asked Ben Okafor",
        "/requests": "Open requests",
    }
    own = {
        "/history": ("older", "newer", "account0"),
        "send @ben": ("amount0",),
        "send 5 to @ben": ("pin", "cancel"),
        "request 2 from @ben": ("askremind", "askcancel", "askpay", "askno", "askblock", "gaskpay", "gaskcancel"),
        "/requests": ("asked0",),
    }
    cards = {}
    for said, answer in words.items():
        await street.ana.says(said)
        shown = await street.ana.reads(answer)
        cards[said] = shown["inline_keyboard"][0][0]["data"].partition(":")[2]
    before, pressed = await street.ana.texts(), len(await street.calls("answerCallbackQuery"))
    crossed = [f"{word}:{cards[kind]}" for kind in cards for other in own if other != kind for word in own[other]]
    for data in crossed:
        await street.forge(street.ana, data, street.ana, 10**6)
    await street.settled()
    assert await street.ana.texts() == before
    toasts = [call["params"].get("text") for call in (await street.calls("answerCallbackQuery"))[pressed:]]
    assert toasts == ["This button is not for you."] * len(crossed)


async def test_a_choice_in_other_digits_is_none(street: Street) -> None:
    """Python takes ٣ for a digit. No button of ours says it, so it chooses nothing, and nothing fails."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send @ben")
    question = await street.ana.reads("How much?")
    await street.settled()
    before = await street.ana.texts()
    for choice in ("amount٣", "amount", "amount123", "amount-1"):
        card_id = question["inline_keyboard"][0][0]["data"].partition(":")[2]
        await street.forge(street.ana, f"{choice}:{card_id}", street.ana, question["id"])
    await street.settled()
    assert await street.ana.texts() == before
