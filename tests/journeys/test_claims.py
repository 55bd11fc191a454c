"""Money set aside for somebody without a wallet, as they see it: the link, the offer, and who may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import aside
from tests.journeys.asides import LUNCH, OFFER, chooses_pin, data, escrow, in_chat, set_aside

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_newcomer_follows_the_link_chooses_a_pin_and_accepts(street: Street) -> None:
    """The link opens a wallet, not the purse: the money moves at Accept, and both are told."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    card = await street.ana.reads("Set aside for @ben")
    await street.ben.start(code)
    await street.ben.reads("Money is waiting for you", "Nothing has moved yet")
    assert not await in_chat(street.ben, "€5.00")
    await chooses_pin(street.ben)
    offer = await street.ben.reads(*OFFER)
    assert await street.ben.buttons(*OFFER) == ["Accept", "Refuse"]
    assert await street.cents(street.ben) == 0
    await street.ben.presses("Accept")
    receipt = await street.ben.reads("✓ You received €5.00 from Ana Moreno", "New balance: €5.00", "Reference", "Seal")
    assert receipt["id"] == offer["id"]
    told = await street.ana.sees(lambda message: message["id"] == card["id"] and "Claimed" in message["text"], "news")
    assert not told["inline_keyboard"]
    await street.ana.reads("✓ Ben Okafor accepted the €5.00 you had set aside", "Note: “lunch”")
    await street.settled()
    assert await in_chat(street.ben, "You received") == 1
    assert (await street.cents(street.ana), await street.cents(street.ben), await escrow(street)) == (45_00, 5_00, 0)


async def test_those_who_gave_and_accepted_have_dealt_with_each_other(street: Street) -> None:
    """Each is on the other's list and may ask the other for money; Ana pays Ben by name, and for no first time."""
    await street.open_wallets(street.ana)
    await street.open_wallets(street.ben, cents=0)
    street.becomes(street.ben, username="benny")
    await street.ben.says("/balance")
    await street.settled()
    await set_aside(street)
    street.becomes(street.ben, username="ben")
    await street.ben.start()
    await street.ben.presses("Accept")
    await street.ben.reads("You received €5.00")
    await street.settled()
    await street.ana.says("/contacts")
    assert await street.ana.buttons("Your contacts") == ["Ben Okafor (@ben)", "Who may find me"]
    await street.ben.says("/contacts")
    assert await street.ben.buttons("Your contacts") == ["Ana Moreno (@ana)", "Who may find me"]
    await street.ana.says("request 2 from @ben")
    await street.ben.reads("Ana Moreno asks you to pay €2.00")
    await street.ana.says("send 1 to ben")
    card = await street.ana.reads("Send €1.00 to Ben Okafor")
    assert "first time" not in card["text"]


async def test_starting_the_bot_is_enough(street: Street) -> None:
    """Without the link, Start and a PIN lead to the same offer; and again at every Start, at the end of the chat."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await street.ben.start()
    await street.ben.reads("choose a PIN")
    await chooses_pin(street.ben)
    first = await street.ben.reads(*OFFER)
    await street.ben.start()
    again = await street.ben.sees(lambda message: message["id"] > first["id"] and "Accept" in message["text"], "it")
    assert data(again) == data(first)
    assert await in_chat(street.ben, "further down in the chat now") == 1
    await street.ben.presses("Accept")
    await street.ben.reads("You received €5.00")


async def test_a_username_counts_as_it_is_now_whatever_its_case(street: Street) -> None:
    """Luna has a wallet, and takes the name @BEN afterwards: the money is for @ben, so it is hers to accept."""
    await street.open_wallets(street.ana, street.luna)
    await set_aside(street, "send 5 to @Ben for lunch")
    street.becomes(street.ben, username=None)
    street.becomes(street.luna, username="BEN")
    await street.luna.start()
    await street.luna.reads(*OFFER)
    await street.luna.presses("Accept")
    await street.luna.reads("You received €5.00")
    await street.ana.reads("Luna Rossi accepted the €5.00")


async def test_a_username_that_has_moved_on_claims_nothing_any_more(street: Street) -> None:
    """Ben saw the offer, then gave the name up: his button says whom the money is for, and moves nothing."""
    await street.open_wallets(street.ana, street.ben)
    street.becomes(street.ben, username="benny")
    await street.ben.says("/balance")
    await street.settled()
    code = await set_aside(street)
    street.becomes(street.ben, username="ben")
    await street.ben.start(code)
    await street.ben.reads(*OFFER)
    street.becomes(street.ben, username=None)
    await street.ben.presses("Accept")
    await street.ben.reads("This is meant for @ben, not for you", "No money moved")
    assert (await street.cents(street.ben), await escrow(street)) == (50_00, 5_00)


async def test_somebody_picked_from_the_contacts_is_their_number(street: Street) -> None:
    """Chai has no username; whoever else takes Chai's name, only that number may accept."""
    await street.open_wallets(street.ana, street.luna)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.chai)
    await street.ana.reads("To Chai Srisuk")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("lunch")
    await street.ana.reads("Chai Srisuk has no wallet yet: €5.00 will be set aside for 7 days")
    await street.ana.confirms()
    await street.ana.reads("Set aside for Chai Srisuk · €5.00")
    street.becomes(street.luna, first_name="Chai", last_name="Srisuk")
    await street.luna.start()
    await street.luna.reads("Welcome back, Chai Srisuk")
    await street.settled()
    assert not await in_chat(street.luna, "set aside")
    await street.chai.start()
    await street.chai.reads("choose a PIN")
    await chooses_pin(street.chai)
    await street.chai.reads(*OFFER)
    await street.chai.presses("Accept")
    await street.chai.reads("You received €5.00 from Ana Moreno")


@pytest.mark.parametrize("with_wallet", [True, False])
async def test_anybody_else_learns_whom_the_link_is_for_and_nothing_more(street: Street, with_wallet: bool) -> None:
    """Neither how much, nor from whom, nor what for; and nothing moves."""
    await street.open_wallets(street.ana)
    if with_wallet:
        await street.open_wallets(street.luna, cents=0)
    code = await set_aside(street, "send 5 to @ben for a surprise")
    await street.luna.start(code)
    await street.luna.reads("This is meant for @ben, not for you, so I did nothing. No money moved.")
    if not with_wallet:
        await chooses_pin(street.luna)
    await street.settled()
    for secret in ("5.00", "surprise", "Ana"):
        assert not await in_chat(street.luna, secret)
    assert await escrow(street) == 5_00


async def test_whoever_set_it_aside_cannot_claim_it(street: Street) -> None:
    """One's own link says what it is, even to somebody who has taken the payee's username."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    street.becomes(street.ben, username=None)
    street.becomes(street.ana, username="ben")
    await street.ana.start(code)
    await street.ana.reads("This is your own link, for @ben", "No money moved")
    await street.ana.start()
    await street.ana.reads("Welcome back")
    await street.settled()
    assert not await in_chat(street.ana, "for you")


async def test_refused_money_goes_back(street: Street) -> None:
    """Ben does not want it: his offer says so, and Ana's card, and a message to her."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.presses("Refuse")
    await street.ben.reads("You refused €5.00 from Ana Moreno. It went back to them.")
    await street.ana.reads("Refused by @ben · €5.00", "It is yours again")
    await street.ana.reads("€5.00 came back to you: @ben refused it", "New balance: €50.00", "Seal")
    await street.ben.start(code)
    await street.settled()
    assert await in_chat(street.ben, "You refused €5.00") == 1
    assert (await street.cents(street.ana), await escrow(street)) == (50_00, 0)


async def test_an_offer_outlived_says_that_it_is_over(street: Street) -> None:
    """Ana took it back a moment before: Ben's button moves nothing, and his offer says what happened, once."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    offer = await street.ben.reads(*OFFER)
    await street.ana.presses("Take it back")
    await street.ana.reads("Taken back · €5.00")
    await street.forge(street.ben, data(offer)["Accept"], street.ben, offer["id"])
    await street.ben.reads("Ana Moreno took back the €5.00", "Nothing reached you")
    await street.settled()
    assert await street.cents(street.ben) == 0
    assert await in_chat(street.ben, "has set aside") == 0


async def test_while_an_account_is_frozen_the_money_waits(street: Street) -> None:
    """Ana's or Ben's: he hears whose, and what to do; once it is open again, the same button works."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.reads(*OFFER)
    payer = await street.party(street.ana)
    await street.wallet.freeze(payer.id, by="test", reason="test")
    await street.ben.presses("Accept")
    await street.ben.reads(*OFFER, "This cannot be accepted at the moment", "No money moved", "Try again later")
    await street.wallet.unfreeze(payer.id, by="test", reason="test")
    payee = await street.party(street.ben)
    await street.wallet.freeze(payee.id, by="test", reason="test")
    await street.ben.taps(await street.ben.reads(*OFFER), "Accept")
    await street.ben.reads(*OFFER, "Your account is frozen. No money moved")
    await street.wallet.unfreeze(payee.id, by="test", reason="test")
    await street.ben.taps(await street.ben.reads(*OFFER), "Accept")
    await street.ben.reads("You received €5.00")


async def test_whoever_is_known_by_number_is_told_once_that_it_went_back(street: Street) -> None:
    """Chai was mentioned, has started since, and let the time go by: one word, and no buttons left."""
    await street.open_wallets(street.ana)
    mention = {"offset": 10, "length": 4, "user_id": street.chai.id}
    await street.ana.writes("send 5 to Chai for lunch", mentions=[mention])
    await street.ana.confirms()
    await street.ana.reads("Set aside for Chai Srisuk")
    await street.chai.start()
    await chooses_pin(street.chai)
    offer = await street.chai.reads(*OFFER)
    await street.settled()
    street.clock.advance(days=7)
    await aside.return_unclaimed(street.context)
    await street.ana.reads("€5.00 came back to you: Chai Srisuk did not claim it in time")
    await street.chai.sees(lambda message: message["id"] > offer["id"] and "went back" in message["text"], "the news")
    await street.give(street.chai, 1_00)  # whatever was to be told before has been told by now
    assert await in_chat(street.chai, "went back") == 2  # the offer itself, and the news
    assert await in_chat(street.chai, "has set aside") == 0


async def test_two_holds_are_two_offers(street: Street) -> None:
    """Each is accepted or refused by itself."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await set_aside(street, "send 7 to @ben for dinner")
    await street.ben.start()
    await chooses_pin(street.ben)
    await street.ben.reads(*OFFER)
    dinner = await street.ben.reads("€7.00", "Note: “dinner”")
    await street.ben.taps(dinner, "Refuse")
    await street.ben.reads("You refused €7.00")
    await street.ben.presses("Accept")
    await street.ben.reads("You received €5.00")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (45_00, 5_00)


async def test_whoever_has_a_wallet_is_paid_at_once(street: Street) -> None:
    """Setting aside is for those without: Ben has started, so Ana's next payment is an ordinary one."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await street.open_wallets(street.ben, cents=0)
    await street.ana.says(LUNCH)
    await street.ana.reads("Send €5.00 to Ben Okafor", "@ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    await street.ben.reads("You received €5.00")
