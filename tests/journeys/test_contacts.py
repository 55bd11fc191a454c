"""/contacts: whom one deals with, names of one's own, blocking, being found; and what the card says before the PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from telegram import Update

from bot import application
from sandbox.telegram.cast import FLATMATES
from tests.conftest import euros

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio


async def pays(street: Street, payer: Somebody, words: str) -> None:
    """Write an instruction, confirm it, and wait for the receipt."""
    await payer.says(words)
    await payer.confirms()
    await payer.reads("You sent")
    await street.settled()


async def contact(somebody: Somebody, name: str) -> None:
    """Open one of one's contacts."""
    await somebody.says("/contacts")
    await somebody.reads("Your contacts")
    await somebody.presses(name)


async def test_those_one_paid_or_was_paid_by_are_contacts(street: Street) -> None:
    """Both sides have each other; a café's customers are not on its owner's list."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.open_business(street.luna, "Café Luna")
    await pays(street, street.ana, "send 5 to @ben")
    await pays(street, street.ana, "send 2 to Café Luna for tea")
    for somebody, known in ((street.ana, ["Café Luna", "Ben Okafor (@ben)"]), (street.ben, ["Ana Moreno (@ana)"])):
        await somebody.says("/contacts")
        assert sorted(await somebody.buttons("Your contacts")) == sorted([*known, "Who may find me"])
    await street.luna.says("/contacts")
    await street.luna.reads("Nobody yet")


async def test_those_from_before_there_was_a_list_are_on_it(street: Street) -> None:
    """A payment that no list was told of, as before this version or at a crash: the history knows."""
    await street.open_wallets(street.ana, street.ben)
    ana, ben = await street.party(street.ana), await street.party(street.ben)
    quote = await street.wallet.quote(ana.id, ben.id, euros(street.wallet, 100), key=uuid4())
    await street.wallet.confirm(quote.id, ana.id, street.ana.pin)
    for somebody, other in ((street.ana, "Ben Okafor (@ben)"), (street.ben, "Ana Moreno (@ana)")):
        await somebody.says("/contacts")
        assert (await somebody.buttons("Your contacts"))[0] == other


async def test_favourites_come_first_and_pages_turn(street: Street) -> None:
    """Six to a page, the favourite before those met later."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    await contact(street.ana, "Ben Okafor")
    await street.ana.presses("★ Favourite")
    await street.ana.reads("★ A favourite")
    for at in range(7):
        street.clock.advance(seconds=1)
        await street.context.contacts.remember(street.ana.id, 9000 + at, f"Person {at}")
    await street.ana.presses("All contacts")
    first = await street.ana.buttons("Your contacts")
    assert first[:2] == ["★ Ben Okafor (@ben)", "Person 6"]
    await street.ana.presses("More")
    await street.ana.presses("Person 0")
    await street.ana.reads("Person 0", "No wallet yet")
    await street.ana.presses("All contacts")
    assert await street.ana.buttons("Your contacts") == ["Person 1", "Person 0", "‹ Back", "Who may find me"]


@pytest.mark.parametrize(("taps", "faults"), [(2, 0), (1, 1)])
async def test_no_tap_and_no_failure_leads_past_the_last_page(street: Street, taps: int, faults: int) -> None:
    """“More ›” pressed twice at once, or handled again because Telegram failed: it is the page that there is."""
    await street.open_wallets(street.ana)
    for at in range(9):
        street.clock.advance(seconds=1)
        await street.context.contacts.remember(street.ana.id, 9000 + at, f"Person {at}")
    await street.ana.says("/contacts")
    await street.ana.reads("Your contacts")
    await street.settled()
    if faults:
        fault = {"method": "editMessageText", "kind": "server_error", "times": faults}
        (await street.http.post("/control/fault", json=fault)).raise_for_status()
    await street.ana.presses("More", times=taps)
    await street.ana.sees(lambda shown: "Person 0" in str(shown["inline_keyboard"]), "the last page")
    await street.settled()
    labels = await street.ana.buttons("Your contacts")
    assert labels == ["Person 2", "Person 1", "Person 0", "‹ Back", "Who may find me"]


async def test_one_pays_by_ones_own_name_for_somebody(street: Street) -> None:
    """The card shows who that is, and nobody else ever reads the name."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    await contact(street.ana, "Ben Okafor")
    await street.ana.presses("Rename")
    await street.ana.reads("What do you call Ben Okafor (@ben)?")
    await street.ana.says("my 1 and only")
    await street.ana.reads("I could not read that in “send 5 to …”")
    await street.ana.says("Élise")
    await street.ana.reads("You call Ben Okafor (@ben) “Élise” now")
    await street.ana.says("send 3 to élise")
    await street.ana.reads("Send €3.00 to Ben Okafor", "@ben", "You call them “Élise”")
    await street.ana.confirms()
    await street.ben.reads("You received €3.00 from Ana Moreno")
    assert not any("Élise" in text for text in await street.ben.texts())
    await contact(street.ana, "Élise · Ben Okafor (@ben)")
    await street.ana.presses("Use their own name")
    await street.settled()
    await street.ana.says("send 3 to élise")
    await street.ana.reads("I know nobody called élise")


async def test_two_of_one_alias_are_asked_about(street: Street) -> None:
    """Nobody is guessed: both are shown by their own names."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    for user in (street.ben, street.luna):
        known = await street.context.contacts.remember(street.ana.id, user.id, user.name)
        await street.context.contacts.change(known, alias="boss")
    await street.ana.says("send 5 to boss")
    await street.ana.reads("Which of these do you mean?")
    assert sorted(await street.ana.buttons()) == ["Ben Okafor (@ben)", "Luna Rossi (@luna)"]


async def test_pay_begins_a_payment_to_a_contact(street: Street) -> None:
    """The amount is asked for next."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    await contact(street.ana, "Ben Okafor")
    await street.ana.presses("Pay")
    await street.ana.reads("How much?")


async def test_somebody_blocked_cannot_pay(street: Street) -> None:
    """By words, by link or by contact: a neutral sentence, and no money moved; until they are let in again."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    await contact(street.ben, "Ana Moreno")
    await street.ben.presses("Block")
    await street.ben.reads("⊘ Blocked: I refuse what they ask of you, and what they send you. You can still pay them.")
    await street.ana.says("send 1 to @ben")
    await street.ana.reads("Ben Okafor does not accept payments from you", "No money moved")
    assert await street.cents(street.ana) == 45_00
    await street.ben.says("send 2 to @ana")
    await street.ben.reads("Send €2.00 to Ana Moreno")
    await contact(street.ben, "⊘ Ana Moreno")
    await street.ben.presses("Unblock")
    await street.settled()
    await street.ana.says("send 1 to @ben")
    await street.ana.reads("Send €1.00 to Ben Okafor")


async def test_whoever_is_blocked_before_the_pin_pays_nothing(street: Street) -> None:
    """The card was open already: the PIN does not confirm it any more, and a new quote is not to be had."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ben, "send 5 to @ana")
    await street.ana.says("send 1 to @ben")
    await street.ana.reads("Send €1.00 to Ben Okafor")
    await contact(street.ben, "Ana Moreno")
    await street.ben.presses("Block")
    await street.ben.reads("⊘ Blocked: I refuse what they ask of you, and what they send you. You can still pay them.")
    await street.ana.confirms()
    await street.ana.reads("Ben Okafor does not accept payments from you", "No money moved")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (55_00, 45_00)


async def test_whoever_hides_is_found_by_those_they_deal_with_only(street: Street) -> None:
    """Not by @username, nor by name; but by contacts, links, and those they have paid."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ben.says("/privacy")
    await street.ben.reads("Everybody who knows your name or @username")
    await street.ben.presses("Only those I deal with")
    await street.ben.reads("Only those you deal with find you")
    await street.ana.says("/send to @luna")
    await street.ana.reads("How much?")
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("@ben does not wish to be found by name", "No money moved")
    await street.ana.says("5")
    await street.ana.reads("I did not understand that")
    await street.ana.says("send 5 to ben")
    await street.ana.reads("I know nobody called ben")
    await pays(street, street.ben, "send 1 to @luna")
    await street.luna.says("send 1 to @ben")
    await street.luna.reads("Send €1.00 to Ben Okafor")
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.ben)
    await street.ana.reads("To Ben Okafor")
    await street.ben.presses("Everybody may find me")
    await street.ben.reads("Everybody who knows your name or @username")


async def test_a_shared_card_is_confirmed_before_it_counts(street: Street) -> None:
    """The name on it is shown beside who that number is here; No keeps nothing, Yes makes them a contact."""
    await street.open_wallets(street.ana, street.ben)
    await street.inject(street.ana, "", contact=card(street.ben.id, "Luna", "Rossi"))
    await street.ana.reads("Is this them?", "The card says: Luna Rossi", "Here they are Ben Okafor, @ben")
    await street.ana.presses("No")
    await street.ana.reads("Nothing was kept.")
    await street.ana.says("/contacts")
    await street.ana.reads("Nobody yet")
    await street.ana.shares_card(street.ben)
    await street.ana.reads("Is this them?")
    await street.ana.presses("Yes")
    await street.ana.reads("Ben Okafor", "@ben")
    await street.ana.presses("Pay")
    await street.ana.reads("How much?")


async def test_a_shared_card_answers_who_it_is_for(street: Street) -> None:
    """The payment goes on once it is said that it is them."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send 5")
    await street.ana.reads("Who is it for?")
    await street.ana.shares_card(street.ben)
    await street.ana.presses("Yes")
    await street.ana.reads("To Ben Okafor")
    await street.ana.presses("Skip")
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_shared_card_asks_nobody_once_its_question_is_over(street: Street) -> None:
    """Ana cancelled before she said Yes: Luna is a contact then, and nothing is asked of her."""
    await street.open_wallets(street.ana, street.luna)
    await street.context.contacts.set_askable(street.luna.id, askable=True)
    await street.ana.says("/request 10 for cinema")
    await street.ana.reads("Whom do you ask?")
    await street.ana.shares_card(street.luna)
    await street.ana.reads("Is this them?")
    await street.ana.says("/cancel")
    await street.ana.reads("Cancelled. No money moved.")
    await street.ana.presses("Yes")
    await street.ana.reads("Luna Rossi", "@luna")
    await street.settled()
    assert await street.wallet.open_requests_of((await street.party(street.ana)).id) == ()
    await street.ana.says("/contacts")
    await street.ana.reads("Luna Rossi")


async def test_a_shared_card_answers_no_other_question_than_its_own(street: Street) -> None:
    """Who was written in its place is who is paid; and what is begun anew asks anew."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("/send 5")
    await street.ana.shares_card(street.luna)
    shared = await street.ana.reads("Is this them?")
    await street.ana.says("@ben")
    await street.ana.reads("What is it for?")
    await street.ana.taps(shared, "Yes")
    await street.settled()
    await street.ana.says("lunch")
    await street.ana.reads("Send €5.00 to Ben Okafor")
    await street.ana.says("/send 7")
    await street.ana.shares_card(street.luna)
    shared = await street.ana.reads("Is this them?")
    await street.ana.says("/send 9")
    await street.settled()
    await street.ana.taps(shared, "Yes")
    await street.settled()
    assert not any("€7.00" in text or "To Luna" in text for text in await street.ana.texts())


async def test_a_shared_card_that_is_answered_again_asks_what_it_led_to(street: Street) -> None:
    """The press is handled once more, as after a crash: the next question stands, and the payment goes on."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.shares_card(street.ben)
    await street.ana.presses("Yes")
    await street.ana.reads("How much?")
    await street.settled()
    presses = [each for each in street.world.updates.delivered if "callback_query" in each]
    await application.build(street.context)(Update.de_json(presses[-1], street.context.bot))
    await street.ana.presses("€5.00")
    await street.ana.presses("Skip")
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_shared_card_renames_nobody_in_the_books_of_others(street: Street) -> None:
    """Money waits for Chai, who has no wallet: whoever shares a card of his number does not say what he is called."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.chai)
    await street.ana.presses("€5.00")
    await street.ana.presses("Skip")
    await street.ana.confirms()
    await street.ana.reads("Set aside for Chai Srisuk")
    await street.ben.says("/send")
    await street.inject(street.ben, "", contact=card(street.chai.id, "Thief", ""))
    await street.ben.presses("Yes")
    await street.ben.presses("€5.00")
    await street.ben.presses("Skip")
    await street.ben.reads("Set aside €5.00 for Chai")
    await street.ana.says("/balance")
    await street.ana.reads("Set aside for Chai Srisuk: €5.00")


async def test_telegrams_own_word_goes_before_a_shared_card(street: Street) -> None:
    """A mention brings the name that somebody without a wallet has on Telegram, whatever a card called them before."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says("/send")
    await street.inject(street.ben, "", contact=card(street.chai.id, "Thief", ""))
    await street.ben.presses("Yes")
    await street.ben.presses("€5.00")
    await street.ben.presses("Skip")
    await street.ben.reads("Set aside €5.00 for Thief")
    await street.ana.mentions(FLATMATES.id, "/pay {} 5", street.chai)
    await street.ana.reads("Ana Moreno pays Chai Srisuk €5.00", chat=FLATMATES.id)


async def test_cards_that_name_nobody_are_explained(street: Street) -> None:
    """Oneself, a telephone number without an account, a number that cannot be, and somebody without a wallet."""
    await street.open_wallets(street.ana)
    await street.ana.shares_card(street.ana)
    await street.ana.reads("This is you", "/me")
    for facts in (card(None, "Bob", ""), card(2**70, "Bob", "")):
        await street.inject(street.ana, "", contact=facts)
        await street.settled()
        await street.ana.reads("This contact is not on Telegram", "Nothing was kept")
    await street.ana.shares_card(street.chai)
    await street.ana.reads("The card says: Chai Srisuk", "They have no wallet yet")
    await street.ana.presses("Yes")
    await street.ana.reads("Chai Srisuk", "No wallet yet")


async def test_a_forwarded_card_starts_nothing(street: Street) -> None:
    """Only a card that one shares oneself is looked at."""
    await street.open_wallets(street.ana, street.ben)
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Mallory"}
    await street.inject(street.ana, "", contact=card(street.ben.id, "Ben", ""), forward_origin=origin)
    await street.settled()
    assert not any("Is this them?" in text for text in await street.ana.texts())


async def test_a_changed_username_is_said_before_the_pin(street: Street) -> None:
    """As it was when they were paid last; once paid under the new one, no more."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    street.becomes(street.ben, username="benedict")
    await street.ben.says("/balance")
    await street.settled()
    await street.ana.says("send 5 to @benedict")
    await street.ana.reads("Send €5.00 to Ben Okafor", "They were @ben when you last paid them, and are @benedict now")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    await street.ana.says("send 6 to @benedict")
    card = await street.ana.reads("Send €6.00 to Ben Okafor")
    assert "They were" not in card["text"]


async def test_a_look_alike_of_a_contact_is_warned_of(street: Street) -> None:
    """Ben is a contact, though never paid; Luna calls herself much the same."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.shares_card(street.ben)
    await street.ana.presses("Yes")
    street.becomes(street.luna, first_name="Ben", last_name="0kafor")
    await street.luna.says("/balance")
    await street.settled()
    await street.ana.says("send 5 to @luna")
    await street.ana.reads("not your contact Ben Okafor (@ben)", "looks much the same")


async def test_anothers_list_is_out_of_reach(street: Street) -> None:
    """Ana's buttons do nothing in Ben's hands, nor a made-up number in her own."""
    await street.open_wallets(street.ana, street.ben)
    await pays(street, street.ana, "send 5 to @ben")
    await contact(street.ana, "Ben Okafor")
    shown = await street.ana.sees(lambda message: "Block" in str(message["inline_keyboard"]), "a contact")
    block = next(key["data"] for row in shown["inline_keyboard"] for key in row if key["text"] == "Block")
    await street.forge(street.ben, block, street.ben, shown["id"])
    await street.forge(street.ben, block, street.ana, shown["id"])
    await street.settled()
    assert not await street.context.contacts.blocks(street.ana.id, street.ben.id)


def card(user_id: int | None, first_name: str, last_name: str) -> dict[str, object]:
    """A contact card as a client may make it up."""
    facts = {"phone_number": "+15550000", "first_name": first_name, "user_id": user_id, "last_name": last_name}
    return {name: value for name, value in facts.items() if value}
