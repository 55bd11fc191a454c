"""Asking somebody for money in private: one card for each side, which says how it stands and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bot.conversation import Cards
from bot.journeys import expiry, requested
from sandbox.tour import start_parameter
from tests.conftest import euros
from tests.journeys.asides import chooses_pin, data, in_chat

if TYPE_CHECKING:
    from bot.conversation import Card
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

CINEMA = "/request 10 @ben cinema"
ASKED = ("You asked Ben Okafor for €10.00", "Note: “cinema”", "Waiting for Ben Okafor, until 28 Nov, 12:00 UTC")
TO_PAY = ("Ana Moreno asks you to pay €10.00", "@ana", "Note: “cinema”", "€10.00 goes from you to Ana Moreno")


async def acquainted(street: Street) -> None:
    """Ana and Ben have wallets, and are on each other's lists."""
    await street.open_wallets(street.ana, street.ben)
    for one, other in ((street.ana, street.ben), (street.ben, street.ana)):
        await street.context.contacts.remember(one.id, other.id, other.full_name)


async def asks(street: Street, words: str = CINEMA) -> None:
    """Ana asks Ben; both have their cards."""
    await acquainted(street)
    await street.ana.says(words)
    await street.ana.reads(*ASKED)
    await street.ben.reads(*TO_PAY)
    await street.told()


async def toasts(street: Street) -> list[str]:
    await street.settled()
    return [call["params"].get("text", "") for call in await street.calls("answerCallbackQuery")]


@pytest.mark.parametrize(
    "words", [CINEMA, "request 10 from @ben for cinema", "ask ben for 10 for cinema", "Please ask @ben for 10: cinema"]
)
async def test_a_request_is_paid_with_the_payers_pin(street: Street, words: str) -> None:
    """Both cards say what became of it; the money moved once, and whoever asked is told that it answers them."""
    await asks(street, words)
    card = await street.ben.reads(*TO_PAY)
    assert await street.ben.buttons(*TO_PAY) == ["Pay €10.00", "Decline", "Block Ana Moreno"]
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Send €10.00 to Ana Moreno", "Note: “cinema”", "Balance after: €40.00")
    await street.ben.confirms()
    await street.ben.reads("✓ You sent €10.00 to Ana Moreno")
    paid = await street.ben.reads("✓ You paid Ana Moreno the €10.00 they asked for")
    assert (paid["id"], paid["inline_keyboard"]) == (card["id"], None)
    await street.ana.reads("✓ Ben Okafor paid you the €10.00 you asked for")
    await street.ana.reads("You received €10.00 from Ben Okafor", "They paid what you had asked for.")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (60_00, 40_00)


async def test_asking_is_guided_step_by_step(street: Street) -> None:
    """Whom, how much, what for: each question only if it is open."""
    await acquainted(street)
    await street.ana.says("/request")
    await street.ana.reads("Whom do you ask?")
    await street.ana.says("@ben")
    await street.ana.reads("From Ben Okafor @ben")
    await street.ana.presses("€10.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("cinema")
    await street.ana.reads(*ASKED)
    await street.ben.reads(*TO_PAY)


async def test_a_contact_may_be_picked_and_asked(street: Street) -> None:
    """The same list as for paying, the other way round."""
    await acquainted(street)
    await street.ana.says("request 10")
    await street.ana.reads("Whom do you ask?")
    await street.ana.picks_contact(street.ben)
    await street.ana.presses("Skip")
    await street.ben.reads("Ana Moreno asks you to pay €10.00")


async def test_a_request_handled_again_asks_once(street: Street) -> None:
    """After a crash the inbox hands the words in again: the same request, and the same cards."""
    await asks(street)
    before = await street.ana.texts(), await street.ben.texts()
    await street.replay(CINEMA)
    await street.settled()
    assert (await street.ana.texts(), await street.ben.texts()) == before


async def test_declining_moves_nothing_and_is_told(street: Street) -> None:
    """Ben's card and Ana's say so; her news says it once."""
    await asks(street)
    await street.ben.presses("Decline")
    declined = await street.ben.reads("You declined to pay Ana Moreno €10.00. No money moved.")
    assert not declined["inline_keyboard"]
    await street.ana.reads("Ben Okafor declined to pay €10.00. No money moved.", "Note: “cinema”")
    await street.settled()
    assert not await in_chat(street.ana, "Waiting for Ben")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (50_00, 50_00)


async def test_who_asks_for_money_takes_it_from_somebody_they_have_blocked(street: Street) -> None:
    """They can take the request back; while it is open it can be paid."""
    await asks(street)
    contact = await street.context.contacts.remember(street.ana.id, street.ben.id, "Ben")
    await street.context.contacts.change(contact, blocked=True)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Balance after")
    await street.ben.confirms()
    await street.ben.reads("You sent €10.00")


async def test_blocking_declines_all_and_ends_asking(street: Street) -> None:
    """Everything that Ana asks is declined; what she asks next, Ben never sees; she is told what to do instead."""
    await asks(street)
    await street.ana.says("/request 3 @ben popcorn")
    await street.ben.reads("asks you to pay €3.00", "popcorn")
    await street.ben.presses("Block Ana Moreno")
    await street.ben.reads("Ana Moreno is blocked", "ask of you, and what they send you", "/contacts")
    await street.ana.reads("declined to pay €10.00")
    await street.ana.reads("declined to pay €3.00")
    before = await street.ben.texts()
    await street.ana.says(CINEMA)
    await street.ana.reads("Ben Okafor takes no requests from you. Nothing was asked.")
    await street.settled()
    assert await street.ben.texts() == before


async def test_who_asked_may_take_it_back(street: Street) -> None:
    """Ben's card loses its buttons; a card that was open to pay it pays nothing any more."""
    await asks(street)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Send €10.00 to Ana Moreno")
    await street.ana.presses("Cancel")
    await street.ana.reads("You took back your request to Ben Okafor for €10.00")
    await street.ben.reads("Ana Moreno took back the request for €10.00", "you owe nothing")
    card = await street.ben.reads("Send €10.00", "This request was taken back by who asked. No money moved.")
    assert not card["inline_keyboard"]
    street.clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    await street.ben.reads("Send €10.00", "This request was taken back by who asked. No money moved.")


@pytest.mark.parametrize("keypad", [False, True])
async def test_who_declines_has_no_card_left_that_asks_for_their_pin(street: Street, keypad: bool) -> None:
    """The card that would have paid it says so at once, and closes its keypad: a PIN typed then is for nothing."""
    await asks(street)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Send €10.00", "Open until")
    if keypad:
        await street.ben.presses("Confirm with PIN")
        await street.ben.reads("○○○○○○")
    await street.ben.presses("Decline")
    card = await street.ben.reads("Send €10.00", "This request was declined. No money moved.")
    assert not card["inline_keyboard"]
    await street.ben.says(street.ben.pin)
    await street.ben.reads("I deleted what looked like a PIN")


async def test_a_card_that_missed_the_end_of_its_request_asks_for_no_pin(street: Street) -> None:
    """The request ended where the bot did not hear of it: pressing says so, and opens no keypad."""
    await asks(street)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Send €10.00", "Open until")
    ben = (await street.party(street.ben)).id
    (request,) = await street.wallet.open_requests_to(ben)
    await street.wallet.decline_request(request.id, ben)
    await street.ben.presses("Confirm with PIN")
    await street.ben.reads("Send €10.00", "This request was declined. No money moved.")


async def test_a_request_that_nobody_answers_is_over_in_a_week(street: Street) -> None:
    """Both cards say so by themselves; whoever asked is told once, and nothing repeats."""
    await asks(street)
    street.clock.advance(days=7)
    await requested.end_unanswered(street.context)
    await street.ana.reads("Ben Okafor did not answer your request for €10.00 in time", "/request")
    await street.ben.reads("Ana Moreno asked you for €10.00. The time for it is over.")
    await street.told()
    before = await street.ana.texts()
    await requested.end_unanswered(street.context)
    await street.settled()
    assert await street.ana.texts() == before


async def test_a_request_that_ends_while_it_is_brought_is_brought_as_over(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram's answer takes its time: nobody knew yet which message to set right, so who sends it does."""
    await acquainted(street)
    stands = Cards.stands

    async def late(cards: Cards, card: Card, chat_id: int, message_id: int | None) -> Card:
        if chat_id == street.ben.id:
            street.clock.advance(days=7)
            await requested.end_unanswered(street.context)
            await street.told()
        return await stands(cards, card, chat_id, message_id)

    monkeypatch.setattr(Cards, "stands", late)
    await street.ana.says(CINEMA)
    await street.ben.reads("Ana Moreno asked you for €10.00. The time for it is over.")


async def test_before_the_sweep_a_press_says_that_it_is_over(street: Street) -> None:
    """The card goes by the clock, not by the sweep."""
    await asks(street)
    street.clock.advance(days=7)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("The time for it is over. No money moved.")


async def test_a_payment_of_a_request_that_ran_out_may_be_asked_again(street: Street) -> None:
    """Two minutes are for the PIN, a week is for the request: asked again, the card still answers it."""
    await asks(street)
    await street.ben.presses("Pay €10.00")
    await street.ben.reads("Send €10.00 to Ana Moreno")
    await street.settled()
    street.clock.advance(seconds=150)
    await expiry.close_expired(street.context)
    await street.ben.presses("Ask again")
    await street.ben.confirms()
    await street.ben.reads("✓ You paid Ana Moreno the €10.00 they asked for")
    await street.ana.reads("✓ Ben Okafor paid you the €10.00 you asked for")


async def test_a_reminder_brings_the_card_to_the_end_once_a_day(street: Street) -> None:
    """Not on the day of asking; then Ben sees it again, further down, with the same buttons."""
    await asks(street)
    first = await street.ben.reads(*TO_PAY)
    await street.ana.presses("Remind")
    await street.ana.reads("They heard of it less than a day ago", "from 22 Nov, 12:00 UTC")
    assert await street.ana.buttons(*ASKED) == ["Remind", "Cancel"]
    street.clock.advance(days=1)
    await street.ana.presses("Remind")
    again = await street.ben.sees(
        lambda one: one["id"] > first["id"] and "asks you to pay" in one["text"], "a reminder"
    )
    assert data(again) == data(first)
    await street.ben.reads("This is further down in the chat now.")
    await street.ana.reads("✓ Reminded: 22 Nov, 12:00 UTC")


async def test_requests_lists_what_is_open_both_ways(street: Street) -> None:
    """A button for each brings its card, with all that can be done, to the end of the chat."""
    await asks(street)
    await street.ben.says("/request 4 @ana tea")
    await street.ana.reads("Ben Okafor asks you to pay €4.00")
    await street.ana.says("/requests")
    assert await street.ana.buttons("Open requests") == [
        "€4.00 to Ben Okafor · “tea”",
        "€10.00 from Ben Okafor · “cinema”",
    ]
    await street.ana.presses("€10.00 from Ben Okafor")
    listed = await street.ana.reads("Open requests")
    shown = await street.ana.sees(lambda one: one["id"] > listed["id"] and "You asked" in one["text"], "the card")
    assert list(data(shown)) == ["Remind", "Cancel"]
    await street.ana.presses("€4.00 to Ben Okafor")
    await street.ana.sees(lambda one: one["id"] > shown["id"] and "asks you to pay" in one["text"], "the card")
    await street.ana.presses("Pay €4.00")
    await street.ana.confirms()
    await street.ana.reads("✓ You paid Ben Okafor the €4.00")


async def test_without_requests_the_list_says_how_to_ask(street: Street) -> None:
    """No state is dead."""
    await street.open_wallets(street.ana)
    await street.ana.says("/requests")
    await street.ana.reads("No request is open", "/request 10 @name cinema")


@pytest.mark.parametrize("words", [CINEMA, "/request @ben"])
async def test_a_stranger_does_not_ask_in_private(street: Street, words: str) -> None:
    """Ben hears nothing; Ana is told at once what to do instead."""
    await street.open_wallets(street.ana, street.ben)
    before = await street.ben.texts()
    await street.ana.says(words)
    await street.ana.reads("You and Ben Okafor never paid each other", "Nothing was asked", "/me", "in a group")
    await street.settled()
    assert await street.ben.texts() == before


async def test_strangers_may_be_let_in(street: Street) -> None:
    """In /privacy, and out again."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says("/privacy")
    await street.ben.presses("Everybody may ask me")
    await street.ben.reads("Everybody who finds you may ask you for money")
    await street.ana.says(CINEMA)
    await street.ben.reads(*TO_PAY)
    await street.ben.presses("Only those I deal with may ask")
    await street.ben.reads("Only those you deal with may ask you in private")
    await street.ana.says("/request 1 @ben")
    await street.ana.reads("never paid each other")


async def test_who_was_paid_once_may_ask(street: Street) -> None:
    """A payment makes an acquaintance, whichever way it went."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says("send 5 to @ana")
    await street.ben.confirms()
    await street.ben.reads("You sent €5.00")
    await street.settled()
    for asker, payer in ((street.ana, street.ben), (street.ben, street.ana)):
        await asker.says(f"/request 1 @{payer.name.lower()}")
        await payer.reads("asks you to pay €1.00")


async def test_three_open_requests_to_one_person_are_enough(street: Street) -> None:
    """The fourth is refused, with what to do; a declined one makes room."""
    await asks(street)
    for amount in (1, 2):
        await street.ana.says(f"/request {amount} @ben")
        await street.ben.reads(f"asks you to pay €{amount}.00")
    await street.ana.says("/request 3 @ben")
    await street.ana.reads("3 open requests to them already. Nothing was asked", "/requests")
    await street.ben.presses("Decline")
    await street.ben.reads("You declined to pay Ana Moreno")
    await street.ana.says("/request 3 @ben")
    await street.ben.reads("asks you to pay €3.00")


async def test_a_day_is_for_so_many_requests(street: Street) -> None:
    """Here for one."""
    await acquainted(street)
    street.wallet._settings = street.wallet._settings.model_copy(update={"limit_requests_a_day": 1})
    await street.ana.says(CINEMA)
    await street.ana.reads(*ASKED)
    await street.ana.says("/request 1 @ben")
    await street.ana.reads("You can ask for money 1 time in 24 hours. Nothing was asked", "from 22 Nov, 12:00 UTC")


async def test_too_little_money_leaves_the_request_open(street: Street) -> None:
    """The card says why, and keeps its buttons."""
    await acquainted(street)
    await street.ana.says("/request 60 @ben rent")
    await street.ben.presses("Pay €60.00")
    said = await street.ben.reads("asks you to pay €60.00", "you have €50.00", "No money moved", "Top up first")
    assert "smaller amount" not in said["text"]
    assert await street.ben.buttons("asks you to pay") == ["Pay €60.00", "Decline", "Block Ana Moreno"]


async def test_money_that_went_elsewhere_before_the_pin_of_a_request_is_no_reason_to_pay_less(street: Street) -> None:
    """A request is paid in full or not at all, so the card says what helps there."""
    await asks(street, "/request 10 @ben cinema")
    await street.ben.presses("Pay €10.00")
    card = await street.ben.reads("Send €10.00 to Ana Moreno", "Balance after: €40.00")
    await street.wallet.withdraw(
        (await street.party(street.ben)).id, euros(street.wallet, 45_00), key=uuid4(), by="test", reason="test"
    )
    await street.ben.presses("Confirm with PIN")
    said = await street.ben.reads("Send €10.00 to Ana Moreno", "you have €5.00", "No money moved", "Top up first")
    assert said["id"] == card["id"]
    assert "smaller amount" not in said["text"]


async def test_a_request_beyond_a_limit_is_no_reason_to_pay_less(street: Street) -> None:
    """One payment is at most €1,000: whoever asked would have to ask for less."""
    await acquainted(street)
    await street.give(street.ben, 2_000_00)
    await street.ana.says("/request 1001 @ben rent")
    await street.ben.presses("Pay €1,001.00")
    said = await street.ben.reads("One payment is at most €1,000.00", "No money moved", "ask for less")
    assert "smaller amount" not in said["text"]


async def test_a_frozen_person_does_not_ask(street: Street) -> None:
    """They are told of themselves, not of somebody else."""
    await acquainted(street)
    await street.wallet.freeze((await street.party(street.ana)).id, by="test", reason="test")
    await street.ana.says(CINEMA)
    await street.ana.reads("Your account is frozen.")


async def test_somebody_without_a_wallet_opens_one_and_sees_it(street: Street) -> None:
    """The link leads to a PIN, the PIN to the request, and the payer's money, once there is some, pays it."""
    await street.open_wallets(street.ana)
    await street.ana.says(CINEMA)
    card = await street.ana.reads("You asked @ben for €10.00", "@ben has no wallet yet", "send the link on")
    code = start_parameter(card)
    await street.ben.start(code)
    await street.ben.reads("You are asked for money. Choose a PIN first")
    assert not await in_chat(street.ben, "€10.00")
    await chooses_pin(street.ben)
    await street.ben.reads(*TO_PAY)
    await street.ana.reads("You asked Ben Okafor for €10.00")
    assert await street.ana.buttons("You asked Ben Okafor") == ["Remind", "Cancel"]
    await street.give(street.ben, 20_00)
    await street.ben.presses("Pay €10.00")
    await street.ben.confirms()
    await street.ben.reads("✓ You paid Ana Moreno the €10.00")
    assert await street.cents(street.ana) == 60_00
    await street.chai.start(code)
    await street.chai.reads("choose a PIN")


async def test_a_link_shows_a_request_to_nobody_else(street: Street) -> None:
    """Neither how much, nor from whom; and its sender is told that it is theirs."""
    await street.open_wallets(street.ana, street.chai)
    await street.ana.says(CINEMA)
    code = start_parameter(await street.ana.reads("You asked @ben"))
    await street.chai.start(code)
    await street.chai.reads("This is meant for @ben, not for you")
    assert not await in_chat(street.chai, "€10.00")
    await street.ana.start(code)
    await street.ana.reads("This is your own link, for @ben")
    await street.ana.start("ask_" + "A" * 22)
    await street.ana.reads("This link leads to nothing I know")


async def test_whoever_blocked_the_bot_sees_it_on_coming_back(street: Street) -> None:
    """Parked, not lost; and what was taken back meanwhile is not brought."""
    await acquainted(street)
    await street.blocks(street.ben, blocked=True)
    await street.ana.says(CINEMA)
    await street.ana.reads(*ASKED)
    await street.told()
    await street.ana.says("/request 3 @ben popcorn")
    await street.ana.reads("You asked Ben Okafor for €3.00")
    await street.ana.presses("Cancel")
    await street.ana.reads("You took back your request to Ben Okafor for €3.00")
    await street.blocks(street.ben, blocked=False)
    await street.ben.start()
    await street.ben.reads(*TO_PAY)
    await street.settled()
    assert not await in_chat(street.ben, "€3.00")


async def test_a_deleted_card_comes_anew(street: Street) -> None:
    """Of the payer who is told that it was taken back; of the asker who looks at what is open."""
    await asks(street)
    card = await street.ben.reads(*TO_PAY)
    await street.ben.does("delete", None, message_id=card["id"])
    await street.ana.presses("Cancel")
    anew = await street.ben.reads("Ana Moreno took back the request for €10.00")
    assert anew["id"] != card["id"]


async def test_somebody_elses_press_answers_nothing(street: Street) -> None:
    """Every button of both cards, pressed by everybody else, from their chat and from the owner's: a toast each."""
    await asks(street)
    await street.open_wallets(street.chai)
    to_pay, asked = await street.ben.reads(*TO_PAY), await street.ana.reads(*ASKED)
    pressed = 0
    for owner, message in ((street.ben, to_pay), (street.ana, asked)):
        for presser in (one for one in (street.ana, street.ben, street.chai) if one is not owner):
            for press in data(message).values():
                for chat in (owner, presser):
                    await street.forge(presser, press, chat, message["id"])
                    pressed += 1
    assert await toasts(street) == ["This button is not for you."] * pressed
    (request,) = await street.wallet.open_requests_to((await street.party(street.ben)).id)
    assert request.state == "open"


@pytest.mark.parametrize("label", ["Pay €10.00", "Decline"])
async def test_a_double_tap_answers_once(street: Street, label: str) -> None:
    """Both presses are answered; one thing happens."""
    await asks(street)
    await street.ben.presses(label, times=2)
    if label == "Decline":
        await street.ana.reads("declined to pay €10.00")
        await street.settled()
        assert await in_chat(street.ben, "You declined") == 1
    else:
        await street.ben.confirms()
        await street.ben.reads("✓ You paid Ana Moreno")
    assert len(await toasts(street)) >= 2


async def test_a_request_that_is_stopped_at_its_note_asks_nobody(street: Street) -> None:
    """It has no PIN to stop it: “cancel” is no note."""
    await acquainted(street)
    await street.ana.says("ask @ben")
    await street.ana.reads("How much?")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("cancel")
    await street.ana.reads("Cancelled. No money moved.")
    await street.settled()
    assert not any("€5.00" in text for text in await street.ben.texts())
