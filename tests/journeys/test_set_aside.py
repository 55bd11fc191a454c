"""Money set aside for somebody without a wallet, as its payer sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import aside
from sandbox.tour import start_parameter
from tests.journeys.asides import LUNCH, chooses_pin, data, escrow, in_chat, set_aside
from tests.journeys.conftest import until

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_the_card_says_plainly_that_the_money_will_wait(street: Street) -> None:
    """Ben has no wallet: the card says so, for how long the money waits and that it returns; then the PIN decides."""
    await street.open_wallets(street.ana)
    await street.ana.says("send 5 to @ben for lunch")
    card = await street.ana.reads(
        "Set aside €5.00 for @ben",
        "Note: “lunch”",
        "@ben has no wallet yet: €5.00 will be set aside for 7 days; if they do not claim it, it returns to you",
        "Whoever has this username when they come can claim it",
        "Fee: free",
        "Balance after: €45.00",
    )
    assert await street.ana.buttons() == ["Confirm with PIN", "Cancel"]
    await street.ana.confirms()
    placed = await street.ana.reads(
        "Set aside for @ben · €5.00 · until 28 Nov", "Note: “lunch”", "Your balance: €45.00", "Reference", "Seal"
    )
    assert placed["id"] == card["id"]
    assert await street.ana.buttons() == ["Send the link on", "Take it back"]
    assert await street.cents(street.ana) == 45_00


async def test_without_a_username_or_with_a_mention_the_number_is_enough(street: Street) -> None:
    """Chai is mentioned by name: Telegram says who that is, and the card calls them as Telegram does."""
    await street.open_wallets(street.ana)
    mention = {"offset": 10, "length": 4, "user_id": street.chai.id}
    await street.ana.writes("send 5 to Chai for lunch", mentions=[mention])
    card = await street.ana.reads("Set aside €5.00 for Chai Srisuk", "Chai Srisuk has no wallet yet")
    assert "this username" not in card["text"]


async def test_nobody_is_invited_before_there_is_a_quote(street: Street) -> None:
    """While questions are open, and if they are left open, the wallet knows nothing of whoever was picked."""
    await street.open_wallets(street.ana)
    known = {"Ana Moreno"}
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.chai)
    await street.ana.reads("To Chai Srisuk")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    assert {each.party.name for each in await street.wallet.parties()} == known
    await street.ana.presses("Skip")
    await street.ana.reads("Set aside €5.00 for Chai Srisuk")
    assert {each.party.name for each in await street.wallet.parties()} == known | {"Chai Srisuk"}


async def test_a_missing_amount_is_asked_for_as_ever(street: Street) -> None:
    """That Ben has no wallet changes nothing about the questions."""
    await street.open_wallets(street.ana)
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.ana.presses("€10.00")
    await street.ana.presses("Skip")
    await street.ana.reads("Set aside €10.00 for @ben")


async def test_where_nobody_can_be_meant_the_plain_invitation_stays(street: Street) -> None:
    """A business nobody knows, a number nobody has, the bot itself: nothing is set aside."""
    await street.open_wallets(street.ana)
    await street.ana.says("pay 5 to Café Luna")
    await street.ana.reads("I know nobody called Café Luna, so nothing was paid")
    await street.ana.says("send 5 to @sixpence_bot")
    await street.ana.reads("I know nobody called @sixpence_bot, so nothing was paid")
    assert await escrow(street) == 0


async def test_a_wrong_pin_sets_nothing_aside(street: Street) -> None:
    """The PIN is asked for and counted as for any payment; the same card ends as it should."""
    await street.open_wallets(street.ana)
    await street.ana.says(LUNCH)
    await street.ana.confirms("111222")
    await street.ana.reads("Set aside €5.00 for @ben", "Wrong PIN. No money moved", "4 tries left")
    assert await escrow(street) == 0
    await street.ana.confirms()
    await street.ana.reads("Set aside for @ben · €5.00")
    assert await escrow(street) == 5_00


async def test_more_than_one_has_is_refused(street: Street) -> None:
    """What is set aside is spent as far as everything else is concerned."""
    await street.open_wallets(street.ana)
    await set_aside(street, "send 30 to @ben")
    await street.ana.says("send 30 to @ben")
    await street.ana.reads("you have €20.00", "it needs €30.00", "No money moved")


async def test_cancel_on_the_card_sets_nothing_aside(street: Street) -> None:
    """Before the PIN, Cancel is Cancel."""
    await street.open_wallets(street.ana)
    await street.ana.says(LUNCH)
    await street.ana.presses("Cancel")
    await street.ana.reads("Set aside €5.00 for @ben", "was cancelled. No money moved")
    assert await escrow(street) == 0


async def test_it_can_be_taken_back(street: Street) -> None:
    """One press, on the same card; a second one changes nothing, and the link now leads to the end of it."""
    await street.open_wallets(street.ana, street.luna)
    code = await set_aside(street)
    card = await street.ana.reads("Set aside for @ben")
    await street.ana.presses("Take it back", times=2)
    taken = await street.ana.reads("Taken back · €5.00", "You had set it aside for @ben. It is yours again.", "Seal")
    assert taken["id"] == card["id"]
    assert not taken["inline_keyboard"]
    assert (await street.cents(street.ana), await escrow(street)) == (50_00, 0)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.start(code)
    await street.ben.reads("Ana Moreno took back the €5.00", "Nothing reached you")


async def test_with_nothing_under_way_cancel_shows_what_was_set_aside_last_and_moves_nothing(street: Street) -> None:
    """However often: the card says whom it is for and how much, and its button takes it back."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.says("/cancel")
    await street.ana.reads("Cancelled. No money moved.")
    assert await escrow(street) == 5_00
    for _ in range(2):
        await street.ana.says("/cancel")
        await street.ana.reads("Nothing is under way", "What you set aside last")
        await street.ana.reads("Set aside for @ben · €5.00")
        await street.settled()
        assert await in_chat(street.ana, "Set aside for @ben") == 1
    assert await in_chat(street.ana, "This is further down in the chat now.") == 2
    assert await escrow(street) == 5_00
    await street.ana.presses("Take it back")
    await street.ana.reads("Taken back · €5.00")
    assert await escrow(street) == 0
    await street.ana.says("/cancel")
    await street.ana.reads("There is nothing to cancel.")


async def test_taking_back_what_was_claimed_changes_nothing(street: Street) -> None:
    """Ben was faster: Ana's old button shows her what happened."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    card = await street.ana.reads("Set aside for @ben")
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.presses("Accept")
    await street.ana.reads("accepted the €5.00")
    await street.forge(street.ana, data(card)["Take it back"], street.ana, card["id"])
    await street.settled()
    await street.ana.reads("Claimed by Ben Okafor · €5.00")
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (45_00, 5_00)


async def test_what_nobody_claims_comes_back_by_itself(street: Street, clock: Clock) -> None:
    """After seven days, to the second: the card and a message say so, and whoever saw the offer is told."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    offer = await street.ben.reads("has set aside €5.00 for you")
    clock.advance(days=7, seconds=-1)
    await aside.return_unclaimed(street.context)
    assert await escrow(street) == 5_00
    clock.advance(seconds=1)
    await street.ben.presses("Accept")
    await street.ben.reads("had set aside for you went back: its time ended on 28 Nov, 12:00 UTC")
    await aside.return_unclaimed(street.context)
    await street.ana.reads("Came back · €5.00", "@ben did not claim it in time. It is yours again.")
    await street.ana.reads("€5.00 came back to you: @ben did not claim it in time", "New balance: €50.00", "Seal")
    await street.ben.sees(lambda message: message["id"] > offer["id"] and "went back" in message["text"], "the news")
    await aside.return_unclaimed(street.context)
    assert (await street.cents(street.ana), await street.cents(street.ben), await escrow(street)) == (50_00, 0, 0)


async def test_the_payer_is_reminded_once_at_half_time(street: Street, clock: Clock) -> None:
    """With the link again, and the day on which the money returns."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    clock.advance(days=3, hours=11)
    await aside.remind(street.context)
    assert not await in_chat(street.ana, "has not claimed")
    clock.advance(hours=1)
    for _ in range(2):
        await aside.remind(street.context)
        clock.advance(seconds=1)
    reminded = await street.ana.reads("@ben has not claimed the €5.00 you set aside yet", "28 Nov, 12:00 UTC", "lunch")
    assert start_parameter(reminded) == code
    assert await in_chat(street.ana, "has not claimed") == 1


async def test_a_payer_who_has_blocked_the_bot_is_no_hindrance(street: Street, clock: Clock) -> None:
    """The reminder is lost, the money is not: it comes back, and the news waits until she lets the bot in again."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await street.blocks(street.ana, blocked=True)
    clock.advance(days=4)
    await aside.remind(street.context)
    clock.advance(days=4)
    await aside.return_unclaimed(street.context)
    assert await street.cents(street.ana) == 50_00
    await street.told()
    await street.blocks(street.ana, blocked=False)
    await street.ana.start()
    await street.ana.reads("€5.00 came back to you")


async def test_a_payee_who_has_blocked_the_bot_keeps_nobody_waiting(street: Street) -> None:
    """Ben saw the offer and blocked the bot: Ana takes the money back and is not kept from it."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.reads("has set aside €5.00 for you")
    await street.blocks(street.ben, blocked=True)
    await street.ana.presses("Take it back")
    await street.ana.reads("Taken back · €5.00")
    await street.give(street.ana, 1_00)
    assert await street.cents(street.ana) == 51_00


async def test_the_card_comes_by_courier_if_the_edit_failed(street: Street) -> None:
    """The money is set aside; that Telegram stumbled just then delays only the news of it, and the link."""
    await street.open_wallets(street.ana)
    await street.ana.says(LUNCH)
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    await street.http.post("/control/fault", json={"method": "editMessageText", "kind": "server_error", "times": 2})
    await street.ana.says(street.ana.pin)

    async def placed() -> bool:
        return await escrow(street) == 5_00

    await until(placed)
    street.clock.advance(seconds=11)
    street.context.courier_wake()
    await street.ana.reads("Set aside for @ben · €5.00", "Seal")
    assert await street.ana.buttons() == ["Send the link on", "Take it back"]
    assert await in_chat(street.ana, "Set aside for @ben") == 1


async def test_an_expired_card_may_be_asked_for_again(street: Street, clock: Clock) -> None:
    """Two minutes are over before the PIN: asked again, the same card sets the money aside, under one link."""
    await street.open_wallets(street.ana)
    await street.ana.says(LUNCH)
    await street.ana.reads("Open until")
    clock.advance(minutes=3)
    await street.ana.presses("Confirm with PIN")
    await street.ana.presses("Ask again")
    await street.ana.reads("Set aside €5.00 for @ben", "Open until")
    await street.ana.confirms()
    await street.ana.reads("Set aside for @ben · €5.00")
    assert await escrow(street) == 5_00


async def test_the_balance_names_what_waits_and_for_whom(street: Street) -> None:
    """A line for each, with the time at which it returns."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await set_aside(street, "send 7 to @luna")
    await street.ana.says("/balance")
    await street.ana.reads(
        "You have €38.00.",
        "Set aside for @ben: €5.00, back with you on 28 Nov, 12:00 UTC if they do not claim it.",
        "Set aside for @luna: €7.00",
    )


async def test_the_history_tells_how_it_went(street: Street) -> None:
    """Set aside, come back; and for whoever claimed it, from whom."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await street.ana.presses("Take it back")
    code = await set_aside(street, "send 7 to @ben for dinner")
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.presses("Accept")
    await street.ben.reads("You received €7.00")
    await street.ana.says("/history")
    await street.ana.reads("−€5.00 set aside for @ben", "€5.00 came back, set aside for @ben", "−€7.00 set aside for")
    await street.ben.says("/history")
    await street.ben.reads("€7.00 claimed, from Ana Moreno", "Note: “dinner”")


async def test_the_card_can_be_verified(street: Street) -> None:
    """Its seal holds the books to it, whatever has become of the money since."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    card = await street.ana.reads("Set aside for @ben")
    await street.ana.writes("/verify", reply_to=card["id"])
    await street.ana.reads("This receipt is genuine", "€5.00 from Ana Moreno to @ben")
