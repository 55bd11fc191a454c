"""What a payer should know before the PIN: look-alikes of people they know, a username that moved on, a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.person import plain
from sandbox.telegram import newcomers
from sandbox.telegram.cast import FLATMATES
from tests.journeys.conftest import Somebody

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FLAT = FLATMATES.id
STRANGER = "You have not paid them before, and this is more than €100.00"


async def card(street: Street, words: str) -> str:
    """What the card of this instruction says."""
    await street.ana.says(words)
    return plain((await street.ana.reads("Balance after"))["text"])


async def arrives(street: Street, first_name: str, last_name: str = "", username: str | None = None) -> Somebody:
    """Somebody nobody here has dealt with opens a wallet."""
    added = newcomers.add(street.world, newcomers.Wanted(first_name, last_name, username))
    somebody = Somebody(street.http, added)
    somebody.pin = "618273"
    await street.open_wallets(somebody)
    return somebody


async def pays_ben(street: Street) -> None:
    """Ben is somebody whom Ana knows."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 1 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €1.00")
    await street.settled()


@pytest.mark.parametrize(("name", "username"), [("Вen Okafor", "other"), ("Somebody", "b3n"), ("Some", "be_n")])
async def test_a_look_alike_is_told_from_somebody_one_knows(street: Street, name: str, username: str) -> None:
    """By the name, or by the username: another alphabet, a digit for a letter, one underscore more."""
    await pays_ben(street)
    first_name, _, last_name = name.partition(" ")
    await arrives(street, first_name, last_name, username)
    shown = await card(street, f"send 5 to @{username}")
    (warning,) = [line for line in shown.splitlines() if line.startswith("⚠ This is not")]
    assert "Ben Okafor" in warning


async def test_a_look_alike_may_have_no_wallet(street: Street) -> None:
    """A username is all that is known of them: it is compared all the same."""
    await pays_ben(street)
    shown = await card(street, "send 5 to @be__n")
    assert "⚠ This is not your contact Ben Okafor (@ben), who looks much the same." in shown


async def test_a_username_that_moved_on_is_not_the_contact_who_had_it(street: Street) -> None:
    """Ben gave it up, whoever has it now has no wallet: what is set aside would not be Ben's."""
    await pays_ben(street)
    street.becomes(street.ben, username="benedict")
    shown = await card(street, "send 5 to @ben")
    assert "⚠ This is not your contact Ben Okafor (@ben)" in shown


async def test_a_contact_without_a_wallet_is_not_taken_for_somebody_else(street: Street) -> None:
    """Whether chosen from the list or written by their username, they are who they are."""
    await street.open_wallets(street.ana)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.chai)
    await street.ana.reads("How much?")
    await street.ana.says("5")
    await street.ana.presses("Skip")
    shown = plain((await street.ana.reads("Balance after"))["text"])
    assert "Set aside €5.00 for Chai" in shown
    assert "⚠" not in shown
    await street.context.contacts.remember(street.ana.id, street.ben.id, "Ben Okafor", "ben")
    assert "⚠" not in await card(street, "send 6 to @ben")


@pytest.mark.parametrize(("cents", "warned"), [(100_00, False), (100_01, True)])
async def test_a_large_first_payment_to_a_stranger_is_warned_of(street: Street, cents: int, warned: bool) -> None:
    """Above the operator's amount, which is 100.00 unless set."""
    await street.open_wallets(street.ana, street.ben, cents=500_00)
    shown = await card(street, f"send {cents / 100:.2f} to @ben")
    assert (STRANGER in shown) == warned


async def test_somebody_one_has_dealt_with_is_no_stranger(street: Street) -> None:
    """Ben paid Ana once: he is on her list."""
    await street.open_wallets(street.ana, street.ben, cents=500_00)
    await street.ben.says("send 1 to @ana")
    await street.ben.confirms()
    await street.ana.reads("You received €1.00")
    assert STRANGER not in await card(street, "send 200 to @ben")


async def test_money_set_aside_for_a_stranger_is_warned_of(street: Street) -> None:
    """Whoever it is, they have no wallet yet."""
    await street.open_wallets(street.ana, cents=500_00)
    assert STRANGER in await card(street, "send 200 to @ben")


async def test_whoever_presses_that_it_is_them_may_be_a_stranger(street: Street) -> None:
    """In any other chat the payee says who they are: the card says how well the payer knows them."""
    await street.open_wallets(street.ana, street.ben, cents=500_00)
    await street.ana.calls_guest(street.ben.id, "200 rent")
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €200.00 to Ben Okafor", STRANGER)


async def test_a_card_in_a_group_says_it_to_the_payer_alone(street: Street) -> None:
    """What one thinks of a payee is nobody else's business."""
    await street.open_wallets(street.ana, street.ben, cents=500_00)
    await street.ana.says_in(FLAT, "/pay @ben 200 rent")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Send €200.00", STRANGER, chat=FLAT)
    assert not any("⚠" in message["text"] for message in await street.ben.messages(FLAT))


async def pays_two_of_one_name(street: Street) -> None:
    """Ana has paid 1.00 to Chai Srisuk, and a little later 2.00 to another Chai Srisuk; they have no usernames."""
    await street.open_wallets(street.ana, street.chai)
    other = await arrives(street, "Chai", "Srisuk")
    for amount, payee in ((1, street.chai), (2, other)):
        await street.ana.writes(f"send {amount} to Chai", mentions=[{"offset": 10, "length": 4, "user_id": payee.id}])
        await street.ana.reads(f"Send €{amount}.00 to Chai Srisuk")
        await street.ana.confirms()
        await street.ana.reads(f"You sent €{amount}.00")
        await street.settled()
        street.clock.advance(minutes=1)


async def test_two_of_one_name_are_told_apart_by_what_was_paid(street: Street) -> None:
    """On the buttons, and on the card that follows: what the payer knows of them is when they paid whom how much."""
    await pays_two_of_one_name(street)
    await street.ana.says("send 4 to chai")
    question = await street.ana.reads("Which of these do you mean?")
    assert sorted(plain(button["text"]) for row in question["inline_keyboard"] for button in row) == [
        "Paid €1.00, 21 Nov, 12:00 UTC · Chai Srisuk",
        "Paid €2.00, 21 Nov, 12:01 UTC · Chai Srisuk",
    ]
    assert all(len(row) == 1 for row in question["inline_keyboard"])
    await street.ana.presses("Paid €2.00")
    shown = plain((await street.ana.reads("Balance after"))["text"])
    assert "⚠ You have paid another Chai Srisuk too, and neither has a username." in shown
    assert "This is the one whom you last paid on 21 Nov, 12:01 UTC: €2.00." in shown


async def test_two_of_one_name_are_told_apart_by_ones_own_name_for_them(street: Street) -> None:
    """Ana calls both of them alike first: then the payments tell which is which."""
    await pays_two_of_one_name(street)
    first, second = await street.context.contacts.everybody(street.ana.id)
    await street.context.contacts.change(first, alias="Boss")
    await street.ana.says("send 4 to chai")
    assert sorted(await street.ana.buttons("Which of these")) == ["Boss · Chai Srisuk", "Chai Srisuk"]
    await street.ana.presses("Boss")
    assert "You call them “Boss”." in plain((await street.ana.reads("Balance after"))["text"])
    await street.context.contacts.change(second, alias="Boss")
    await street.ana.says("send 5 to boss")
    assert sorted(await street.ana.buttons("Which of these")) == [
        "Paid €1.00, 21 Nov, 12:00 UTC · Boss · Chai Srisuk",
        "Paid €2.00, 21 Nov, 12:01 UTC · Boss · Chai Srisuk",
    ]


async def test_a_namesake_is_said_of_whoever_has_a_username_too(street: Street) -> None:
    """They are free to take one: that they had none when they were paid is said as well."""
    await pays_two_of_one_name(street)
    street.becomes(street.chai, username="chaichai")
    await street.chai.says("/balance")
    await street.chai.reads("€51.00")
    shown = await card(street, "send 4 to @chaichai")
    assert "⚠ You have paid another Chai Srisuk too.\nThis is the one whom you last paid on 21 Nov, 12:00 UTC" in shown
    assert "⚠ They had no username when you last paid them, and are @chaichai now." in shown


async def pays_a_cent(street: Street, payee: Somebody) -> None:
    """Whoever it is, they are somebody whom Ana has paid, by number."""
    mention = {"offset": 13, "length": 4, "user_id": payee.id}
    await street.ana.writes(f"send 0.01 to {payee.full_name[:4]}", mentions=[mention])
    await street.ana.reads("Send €0.01")
    await street.ana.confirms()
    await street.ana.reads("You sent €0.01")
    await street.settled()


async def renames(street: Street, somebody: Somebody, **names: str) -> None:
    """They call themselves so from now on, and the bot has seen it."""
    street.becomes(somebody, **names)
    await somebody.says("/balance")
    await somebody.reads("You have")


async def test_somebody_paid_before_who_takes_a_name_is_seen_through(street: Street) -> None:
    """In a payment and in a request, whatever they were paid before: they were called otherwise then."""
    await pays_ben(street)
    mallory = await arrives(street, "Mallory", "Shop")
    await pays_a_cent(street, mallory)
    await renames(street, mallory, first_name="Ben", last_name="Okafor", username="b_en")
    cautions = (
        "⚠ They were called Mallory Shop when you last paid them.",
        "⚠ They had no username when you last paid them, and are @b_en now.",
        "⚠ You have paid another Ben Okafor (@ben) too.",
    )
    shown = await card(street, "send 20 to @b_en")
    assert all(caution in shown for caution in cautions)
    await mallory.says("/request 30 @ana rent")
    await street.ana.reads("asks you to pay")
    await street.ana.presses("Pay €30.00")
    await street.ana.reads("Balance after", "€30.00", *cautions)


async def test_a_username_in_a_name_is_nobodys_word(street: Street) -> None:
    """“Ben Okafor (@ben)” is how the bot writes of @ben: who is called so is shown without it, and is warned of."""
    await pays_ben(street)
    mallory = await arrives(street, "Ben", "Okafor (@ben)")
    mention = {"offset": 11, "length": 3, "user_id": mallory.id}
    await street.ana.writes("send 20 to Ben", mentions=[mention])
    shown = plain((await street.ana.reads("Send €20.00", "Balance after"))["text"])
    assert "Send €20.00 to Ben Okafor\n" in shown
    assert "⚠ This is not the Ben Okafor you paid before" in shown


async def test_a_name_taken_from_a_contact_is_asked_about(street: Street) -> None:
    """Ben has another name by now and was never paid: he is meant all the same, and the other is not him."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says("send 1 to @ana")
    await street.ben.confirms()
    await street.ana.reads("You received €1.00")
    mallory = await arrives(street, "Mallory", "Shop")
    await pays_a_cent(street, mallory)
    await renames(street, street.ben, first_name="Benedict", last_name="O")
    await renames(street, mallory, first_name="Ben", last_name="Okafor")
    await street.ana.says("send 20 to Ben Okafor")
    assert sorted(await street.ana.buttons("Which of these")) == ["Ben Okafor", "Benedict O (@ben)"]
    await street.ana.presses("Ben Okafor")
    shown = plain((await street.ana.reads("Balance after"))["text"])
    assert "⚠ This is not your contact Ben Okafor (@ben), who looks much the same." in shown
    assert "⚠ They were called Mallory Shop when you last paid them." in shown


async def test_a_name_written_otherwise_is_no_other_name(street: Street) -> None:
    """Neither case, accents nor spaces make somebody another person."""
    await pays_ben(street)
    await renames(street, street.ben, first_name="BÉN", last_name=" okafor")
    assert "⚠" not in await card(street, "send 5 to @ben")


async def test_ones_own_name_for_somebody_counts_once_they_were_paid_by_it(street: Street) -> None:
    """Whoever holds an unlocked phone can give it to anybody; to pay takes the PIN."""
    await pays_ben(street)
    contact = await street.context.contacts.of_person(street.ana.id, street.ben.id)
    assert contact is not None
    await street.context.contacts.change(contact, alias="mum")
    doubt = "⚠ You have not paid them since you gave them this name."
    assert doubt in await card(street, "send 2 to mum")
    await street.ana.confirms()
    await street.ana.reads("You sent €2.00")
    await street.settled()
    assert "⚠" not in await card(street, "send 3 to mum")
    await street.ana.confirms()
    await street.ana.reads("You sent €3.00")
    await street.settled()
    thief = await arrives(street, "Mum")
    await street.context.contacts.change(contact, alias=None)
    other = await street.context.contacts.remember(street.ana.id, thief.id, "Mum")
    await street.context.contacts.change(other, alias="Mum")
    shown = await card(street, "send 20 to mum")
    assert "You call them “Mum”.\n⚠ You called Ben Okafor (@ben) so when you last paid them." in shown


async def test_ones_own_name_for_a_business_counts_once_it_was_paid_by_it(street: Street) -> None:
    """As with people."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, "Café Luna")
    for words, is_new in (("send 1 to Café Luna", False), ("send 2 to home", True), ("send 3 to home", False)):
        assert ("⚠" in await card(street, words)) == is_new
        await street.ana.confirms()
        await street.ana.reads(f"You sent €{words[5]}.00")
        await street.settled()
        (contact,) = await street.context.contacts.everybody(street.ana.id)
        await street.context.contacts.change(contact, alias="home")
