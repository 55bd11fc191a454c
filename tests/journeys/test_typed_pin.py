"""PINs typed into the chat: deleted at once, and of use only while a keypad is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import expiry
from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FLAT = FLATMATES.id


async def opens_keypad_for_ben(street: Street) -> None:
    """Ana is asked for her PIN: it would pay Ben 30.00."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 30 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")


@pytest.mark.parametrize("typed", ["482915", "482 915", "４８２９１５"])
async def test_a_typed_pin_counts_while_the_keypad_is_open_and_is_deleted(street: Street, typed: str) -> None:
    """In any digits: it pays, and it is no longer in the chat."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms(typed)
    await street.ana.reads("You sent €5.00")
    assert typed not in await street.ana.texts()


async def test_a_pin_typed_at_any_other_time_is_deleted(street: Street) -> None:
    """Nobody asked for it: it goes, with a sentence on why."""
    await street.open_wallets(street.ana)
    await street.ana.says("482915")
    await street.ana.reads("I deleted what looked like a PIN", "keys only")
    assert "482915" not in await street.ana.texts()


@pytest.mark.parametrize(
    "written",
    [
        "482915.",
        "482915 👍",
        "my pin is 482915",
        "482915 is my new pin",
        "PIN: 482 915",
        "send 5 to @ben, my pin is 482915",
        "/pin 482915",
        "/pin 482915 719304",
    ],
)
async def test_a_pin_is_deleted_also_where_words_say_that_it_is_one(street: Street, written: str) -> None:
    """It is no attempt: a keypad that is open takes six digits and nothing else. /pin goes on to the keypad."""
    await opens_keypad_for_ben(street)
    await street.ana.says(written)
    await street.ana.reads("I deleted what looked like a PIN", "keys only")
    await street.settled()
    assert written not in await street.ana.texts()
    assert await street.cents(street.ana) == 50_00
    assert not any("Wrong PIN" in text for text in await street.ana.texts())
    if written.startswith("/pin"):
        await street.ana.reads("To change your PIN", "○○○○○○")


async def test_a_pin_behind_the_command_that_was_redacted_before_a_restart_is_deleted_too(street: Street) -> None:
    """And nobody is asked to write it again."""
    await street.open_wallets(street.ana)
    await street.ana.says("/pin ••••••")
    await street.ana.reads("I deleted what looked like a PIN")
    assert not any("Write it again" in text for text in await street.ana.texts())


async def test_a_pin_in_a_group_is_pointed_out(street: Street) -> None:
    """Everybody reads it, and the bot may not delete it: its owner must, and change it."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/pin 482915")
    await street.ana.reads("everybody here can read it", "Delete it", "change your PIN", chat=FLAT)
    await street.ana.says_in(FLAT, "/pin")
    await street.ana.reads("in our private chat only", chat=FLAT)


async def test_a_number_with_a_dot_behind_it_is_still_an_amount_where_one_is_asked_for(street: Street) -> None:
    """Six digits, and no keypad open."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send @ben for roses")
    await street.ana.reads("How much?")
    await street.ana.says("100000.")
    await street.ana.reads("you have €50.00", "€100,000.00")


async def test_a_pin_called_so_is_no_amount_where_one_is_asked_for(street: Street) -> None:
    """It goes, and the question stays."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send @ben for roses")
    await street.ana.reads("How much?")
    await street.ana.says("482915 is my pin")
    await street.ana.reads("I deleted what looked like a PIN")
    assert "482915 is my pin" not in await street.ana.texts()
    await street.ana.says("5")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “roses”")


async def test_six_digits_are_no_note(street: Street) -> None:
    """Ben would read what may be Ana's PIN; said what they are, they may stand there."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben\n482915")
    await street.ana.reads("could be a PIN", "no money moved", "“invoice 123456”")
    await street.ana.says("send 5 to @ben for invoice 482915")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “invoice 482915”")


async def test_a_forwarded_pin_is_deleted_and_confirms_nothing(street: Street) -> None:
    """Even while the keypad is open, only what is written now counts."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    await street.inject(street.ana, "482915", forward_origin=origin)
    await street.settled()
    assert await street.cents(street.ana) == 50_00


async def test_a_pin_that_cannot_be_deleted_is_pointed_out(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram refuses to delete what is two days old: then the owner must, and change the PIN."""
    await street.open_wallets(street.ana)
    monkeypatch.setattr("sandbox.telegram.methods.editing._DELETABLE_SECONDS", -1)
    await street.ana.says("482915")
    await street.ana.reads("I could not delete it", "/pin")


async def test_a_first_pin_is_never_taken_for_its_own_repetition(street: Street) -> None:
    """The keypad for it cannot be shown at once: the message is handled again, and is no second word."""
    await street.ana.start()
    await street.ana.reads("choose a PIN", "○○○○○○")
    await street.cannot_be_edited(street.ana.id, "server_error")
    await street.ana.says("739164")
    await street.ana.reads("Once more", "○○○○○○")
    await street.settled()
    assert not (await street.wallet.pin_state((await street.party(street.ana)).id)).is_set
    await street.ana.types_pin("739164")
    await street.ana.reads("Your PIN is set")


async def test_a_wrong_old_pin_counts_once_though_telegram_fails(street: Street) -> None:
    """One message is one try, however often it is handled."""
    await street.open_wallets(street.ana)
    await street.ana.says("/pin")
    await street.ana.reads("first enter the one you have", "○○○○○○")
    await street.cannot_be_edited(street.ana.id, "server_error", times=2)
    await street.ana.says("739164")
    await street.ana.reads("4 tries left", "○○○○○○")
    await street.settled()
    await street.ana.types_pin()
    await street.ana.reads("Now choose the new PIN", "○○○○○○")


async def test_the_right_old_pin_is_not_taken_for_the_new_one(street: Street) -> None:
    """Handled again, it is nothing for the keypad that it led to."""
    await street.open_wallets(street.ana)
    await street.ana.says("/pin")
    await street.ana.reads("first enter the one you have", "○○○○○○")
    await street.cannot_be_edited(street.ana.id, "server_error")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("Now choose the new PIN", "○○○○○○")
    await street.settled()
    assert not any("Once more" in text for text in await street.ana.texts())


async def test_a_wrong_pin_of_a_payment_is_answered_though_telegram_fails(street: Street) -> None:
    """What came of it is shown when the message is handled again: one try is gone, and no word of one given away."""
    await opens_keypad_for_ben(street)
    await street.cannot_be_edited(street.ana.id, "server_error", times=2)  # “Checking…”, and what came of it
    await street.ana.says("739164")
    await street.ana.reads("Send €30.00", "Wrong PIN", "4 tries left")
    await street.settled()
    assert not any("looked like a PIN" in text for text in await street.ana.texts())


async def test_a_payment_closed_by_wrong_pins_says_so_in_the_end(street: Street) -> None:
    """The third came to nothing on the screen, however often it was handled: when time is up, the card is set right."""
    await opens_keypad_for_ben(street)
    for left in (4, 3):
        await street.ana.says("739164")
        await street.ana.reads("Send €30.00", f"{left} tries left")
        await street.ana.presses("Confirm with PIN")
        await street.ana.reads("○○○○○○")
    await street.settled()
    await street.cannot_be_edited(street.ana.id, "server_error", times=4)
    await street.ana.says("739164")
    await street.ana.reads("something went wrong")
    await street.settled()
    street.clock.advance(seconds=150)
    await expiry.close_expired(street.context)
    closed = await street.ana.reads("Send €30.00", "No money moved")
    assert closed["inline_keyboard"] is None


async def test_a_pin_typed_before_a_crash_leaves_no_card_that_is_being_checked(street: Street) -> None:
    """Of the PIN dots are left, of the payment its card: it can be confirmed again."""
    await opens_keypad_for_ben(street)
    keypad = await street.ana.reads("○○○○○○")
    await street.settled()
    street.forget_keypads()
    await street.ana.says("••••••")
    await street.ana.reads("I deleted what looked like a PIN")
    await street.ana.sees(lambda shown: shown["id"] == keypad["id"] and "Open until" in shown["text"], "it", among=None)


async def test_a_pin_redacted_before_a_restart_is_deleted_too(street: Street) -> None:
    """Of a typed PIN the inbox keeps dots only; the message in the chat still has to go."""
    await street.open_wallets(street.ana)
    await street.ana.says("••••••")
    await street.ana.reads("I deleted what looked like a PIN")


async def test_a_pin_typed_below_a_newer_card_does_not_pay_the_older_one(street: Street) -> None:
    """The older keypad is closed: its card is as it was before, and no attempt is counted."""
    await opens_keypad_for_ben(street)
    await street.ana.says("send 2 to @luna")
    await street.ana.reads("Send €2.00", "Open until")
    await street.ana.reads("Send €30.00", "Open until")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("I deleted what looked like a PIN")
    assert await street.cents(street.ana) == 50_00
    await street.ana.taps(await street.ana.reads("Send €30.00"), "Confirm with PIN")
    await street.ana.types_pin()
    await street.ana.reads("You sent €30.00")


async def test_it_does_not_though_telegram_fails_to_change_the_older_card(street: Street) -> None:
    """What it still shows is a keypad that takes nothing: pressed, it gives its card back."""
    await opens_keypad_for_ben(street)
    keypad = await street.ana.reads("○○○○○○")
    fault = {"method": "editMessageText", "kind": "server_error", "times": 1}
    await street.http.post("/control/fault", json=fault)
    await street.ana.says("send 2 to @luna")
    await street.ana.reads("Send €2.00", "Open until")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("I deleted what looked like a PIN")
    assert await street.cents(street.ana) == 50_00
    await street.ana.taps(keypad, "1")
    await street.ana.sees(lambda shown: shown["id"] == keypad["id"] and "Open until" in shown["text"], "it", among=None)


async def test_a_pin_typed_below_a_newer_card_does_not_pay_the_one_in_a_group(street: Street) -> None:
    """There only Ana sees the keypad, and it is out of sight."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says_in(FLAT, "/pay @ben 30 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Balance after", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("○○○○○○", chat=FLAT)
    await street.ana.says("send 2 to @luna")
    await street.ana.reads("Send €2.00", "Open until")
    await street.ana.reads_ephemeral("Send €30.00", "Open until", chat=FLAT)
    await street.ana.says(street.ana.pin)
    await street.ana.reads("I deleted what looked like a PIN")
    assert await street.cents(street.ana) == 50_00


async def test_a_card_that_comes_in_a_group_closes_the_older_keypad_too(street: Street) -> None:
    """Wherever the newer one is shown: what is typed cannot pay the older one."""
    await opens_keypad_for_ben(street)
    await street.ana.says_in(FLAT, "/pay @luna 2 roses")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Send €2.00", chat=FLAT)
    await street.ana.says(street.ana.pin)
    await street.ana.reads("I deleted what looked like a PIN")
    assert await street.cents(street.ana) == 50_00


async def test_a_card_that_somebody_elses_press_brings_closes_the_older_keypad_too(street: Street) -> None:
    """Luna says that it is her, and Ana's card for her comes below the keypad."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.picks_inline(street.luna.id, "2 roses", "Pay €2.00")
    await street.ana.says("send 30 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    await street.luna.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €2.00", "Open until")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("I deleted what looked like a PIN")
    assert await street.cents(street.ana) == 50_00


@pytest.mark.parametrize("asked", ["/send @luna for roses", "/me"])
async def test_six_digits_that_answer_a_newer_question_are_an_amount(street: Street, asked: str) -> None:
    """A question closes the keypad above it: its answer is no PIN, and no attempt."""
    await opens_keypad_for_ben(street)
    await street.ana.says(asked)
    if asked == "/me":
        await street.ana.presses("Change amount")
    await street.ana.reads("How much")
    await street.ana.reads("Send €30.00", "Open until")
    await street.ana.says("100000")
    await street.ana.reads("€100,000.00")
    await street.settled()
    assert not any("Wrong PIN" in text for text in await street.ana.texts())


async def test_a_word_on_a_question_asked_before_closes_the_keypad(street: Street) -> None:
    """Who answers it has turned from the payment: the digits they write next are the amount."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 30 to @ben")
    card = await street.ana.reads("Send €30.00")
    await street.ana.says("/send @luna for roses")
    await street.ana.reads("How much")
    await street.ana.taps(card, "Confirm with PIN")
    await street.ana.sees(lambda shown: "○○○○○○" in shown["text"], "a keypad", among=None)
    await street.ana.says("a lot")
    await street.ana.reads("could not read that as an amount")
    await street.ana.says("100000")
    await street.ana.reads("That is more than you have", "€100,000.00")


async def test_a_typed_pin_pays_the_card_whose_keypad_was_opened_last_and_no_other_shows_one(street: Street) -> None:
    """Opening one of two closes the other: nobody types below a keypad that is not the one that counts."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 20 to @luna")
    older = await street.ana.reads("Send €20.00")
    await street.ana.says("send 1 to @ben")
    newer = await street.ana.reads("Send €1.00")
    await street.ana.taps(newer, "Confirm with PIN")
    await street.ana.reads("Send €1.00", "○○○○○○")
    await street.ana.taps(older, "Confirm with PIN")
    await street.ana.reads("Send €20.00", "○○○○○○")
    await street.ana.reads("Send €1.00", "Open until")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("You sent €20.00")
    assert await street.cents(street.ana) == 30_00


async def test_the_keypad_of_a_payment_closes_when_the_pin_is_to_be_changed(street: Street) -> None:
    """And the other way round: there is one keypad to type for."""
    await opens_keypad_for_ben(street)
    card = await street.ana.reads("○○○○○○")
    await street.ana.says("/pin")
    await street.ana.reads("To change your PIN", "○○○○○○")
    card = await street.ana.reads("Send €30.00", "Open until")
    await street.ana.taps(card, "Confirm with PIN")
    await street.ana.reads("Send €30.00", "○○○○○○")
    await street.ana.reads("Nothing was changed")
    await street.ana.says("/pin")
    await street.ana.reads("Send €30.00", "Open until")
    await street.ana.says(street.ana.pin)
    await street.ana.reads("Now choose the new PIN")
    assert await street.cents(street.ana) == 50_00


async def test_a_keypad_asked_for_again_replaces_the_one_before(street: Street) -> None:
    """/pin twice: the first keypad is gone from the chat."""
    await street.open_wallets(street.ana)
    await street.ana.says("/pin")
    await street.ana.reads("To change your PIN", "○○○○○○")
    await street.ana.says("/pin")
    await street.ana.reads("Nothing was changed")
    await street.ana.reads("To change your PIN", "○○○○○○")


async def test_a_keypad_in_a_group_and_one_in_private_are_never_both_open(street: Street) -> None:
    """Whichever is opened last is the only one, wherever the other stands."""
    await opens_keypad_for_ben(street)
    await street.ana.says_in(FLAT, "/pay @luna 1 roses")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Send €1.00", "Open until", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Send €1.00", "○○○○○○", chat=FLAT)
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("Send €30.00", "○○○○○○")
    await street.ana.reads_ephemeral("Send €1.00", "Open until", chat=FLAT)
