"""Splitting in a group: one board for all, a share by each one's own PIN, and something to do in every state."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bot.journeys import expiry, requested
from sandbox.person import plain
from sandbox.telegram.cast import MARKET_STREET
from tests.conftest import euros
from tests.journeys.boards import FLAT, all_asked, all_in, bots_words, pays_share, pays_share_in_private, toasts

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

THIRDS = "• Ana Moreno · €30.00\n• Ben Okafor · €30.00\n• Chai Srisuk · €30.00"


async def test_whoever_is_in_presses_so_and_pays_their_share(street: Street) -> None:
    """From the first word to the last cent: one card, edited in place, and a private one for each who pays."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    board = await street.ana.reads("Ana Moreno splits €90.00", "Note: “dinner”", THIRDS, chat=FLAT)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("○ Ben Okafor · €30.00 · to pay", "€0.00 of €60.00 is paid", chat=FLAT)
    await street.ben.reads("Ana Moreno asks you to pay €30.00", "Note: “dinner”")
    await pays_share(street.ben)
    await street.ana.reads("✓ Ben Okafor · €30.00 · paid", "€30.00 of €60.00 is paid", chat=FLAT)
    await pays_share(street.chai)
    done = await street.ana.reads("• Ana Moreno · €30.00 · their own share", "All is paid", chat=FLAT)
    assert done["id"] == board["id"]
    assert not done["inline_keyboard"]
    assert len(await bots_words(street)) == 1
    await street.ana.reads("You received €30.00 from Chai Srisuk")
    assert await street.cents(street.ana) == 50_00 + 60_00


async def test_a_share_is_paid_in_private_where_the_group_cannot_hide_it(street: Street) -> None:
    """Bot API 10.0 knows no messages for one member alone; pressed twice, there is one card."""
    street.world.features.level = "10.0"
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ben.presses("Pay my share", chat=FLAT)
    await street.ben.reads("Balance after")
    await pays_share_in_private(street.ben)
    assert sum("You sent €30.00" in text or "Balance after" in text for text in await street.ben.texts()) == 1
    await street.ana.reads("✓ Ben Okafor · €30.00 · paid", chat=FLAT)


async def test_a_share_beyond_ones_money_is_no_reason_to_pay_less(street: Street) -> None:
    """A share is paid in full: who has too little reads, in private, what helps."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.wallet.withdraw(
        (await street.party(street.ben)).id, euros(street.wallet, 45_00), key=uuid4(), by="test", reason="test"
    )
    await street.ben.presses("Pay my share", chat=FLAT)
    said = await street.ben.reads("you have €5.00", "needs €30.00", "No money moved", "Top up first")
    assert "smaller amount" not in said["text"]


async def test_nobody_else_sees_a_share_being_paid(street: Street) -> None:
    """Card, keypad and balance are Ben's alone, beside the board that all see."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ben.presses("Pay my share", chat=FLAT)
    await street.ben.reads_ephemeral("Balance after: €20.00", chat=FLAT)
    await street.ben.reads("○ Ben Okafor · €30.00 · to pay", chat=FLAT)
    await street.ben.presses("Confirm with PIN", chat=FLAT)
    await street.ben.reads_ephemeral("○○○○○○", chat=FLAT)
    for other in (street.ana, street.chai):
        assert not any("Balance" in text or "PIN ○" in text for text in await other.texts_in(FLAT))
    assert len(await bots_words(street)) == 1


async def test_the_board_says_who_carries_the_odd_cent(street: Street) -> None:
    """A hundred by three: the starter pays one more."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street, "/split 100 dinner")
    await street.ana.reads("• Ana Moreno · €33.34 · with the odd cent\n• Ben Okafor · €33.33\n", chat=FLAT)


async def test_one_may_change_ones_mind(street: Street) -> None:
    """Out again, before everybody is asked: the others' shares grow, and the card says so."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.ben.presses("I’m out", chat=FLAT)
    board = await street.ana.reads("• Ana Moreno · €45.00\n• Chai Srisuk · €45.00", chat=FLAT)
    assert "Ben" not in board["text"]


async def test_the_starter_may_carry_nothing(street: Street) -> None:
    """Who only paid for the others presses that they are out."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.ana.presses("I’m out", chat=FLAT)
    await street.ana.reads("• Ben Okafor · €45.00\n• Chai Srisuk · €45.00", chat=FLAT)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("€0.00 of €90.00 is paid", chat=FLAT)


@pytest.mark.parametrize(
    ("words", "shares"),
    [
        ("/split 90 dinner @ben", ["• Ana Moreno · €45.00", "○ Ben Okafor · €45.00"]),
        ("/split 90 dinner @ben x2", ["• Ana Moreno · €30.00", "○ Ben Okafor · €60.00"]),
        ("/split 90 dinner @ben €20", ["• Ana Moreno · €70.00", "○ Ben Okafor · €20.00"]),
        ("/split 90 dinner @ben 90.00", ["○ Ben Okafor · €90.00"]),
    ],
)
async def test_those_named_are_asked_at_once(street: Street, words: str, shares: list[str]) -> None:
    """Evenly, by shares, by amounts; what amounts leave is the starter's own."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    board = await street.ana.reads(*shares, "to pay", chat=FLAT)
    assert ("Ana Moreno ·" in plain(board["text"])) == (len(shares) == 2)
    await street.ben.reads("Ana Moreno asks you to pay")


async def test_somebody_without_a_username_is_named_by_mention(street: Street) -> None:
    """Wherever in the words it stands."""
    await street.open_wallets(street.ana, street.chai)
    await street.ana.mentions(FLAT, "/split 90 🍜 soup {} €20", street.chai)
    await street.ana.reads("splits €90.00", "Note: “🍜 soup”", "○ Chai Srisuk · €20.00 · to pay", chat=FLAT)


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("/split dinner", "How much is to be split?"),
        ("/split 90 dinner @ben 2", "Do you mean shares or amounts?"),
        ("/split 1,234 dinner", "reads two ways"),
        ("/split 90 20 dinner", "two amounts"),
        ("/split 90 dinner @ben x2 @chai €5", "do not mix"),
        ("/split 90 dinner @ben and soup @chai", "which words"),
        ("/split 90 dinner @ben €5 @chai", "Some have an amount"),
        ("/split 90 dinner @ben @ben", "named twice"),
        ("/split $90 dinner", "USD"),
        (f"/split 90 {'x' * 150}", "at most 140"),
    ],
)
async def test_what_reads_two_ways_is_asked_about(street: Street, words: str, question: str) -> None:
    """Nobody is asked for anything, and one line says how to write it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    await street.ana.reads(question, chat=FLAT)
    assert await street.wallet.open_requests_of((await street.party(street.ana)).id) == ()


async def test_parts_beyond_the_total_are_refused_in_private(street: Street) -> None:
    """The group hears that it did not work, the starter why."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben €91")
    await street.ana.reads("That did not work", chat=FLAT)
    await street.ana.reads("The parts add up to €91.00, and the total is €90.00")


async def test_one_needs_a_wallet_to_start_or_to_join(street: Street) -> None:
    """And is told the way; then the same button works."""
    await street.chai.says_in(FLAT, "/split 90 dinner")
    await street.chai.reads("You have no wallet yet, so nothing was split", chat=FLAT)
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/split 90 dinner")
    await street.ben.presses("I’m in", chat=FLAT)
    assert any("You have no wallet yet" in toast for toast in await toasts(street))
    board = await street.ben.reads("Ana Moreno splits", chat=FLAT)
    ways = [button["url"] for row in board["inline_keyboard"] for button in row if button.get("url")]
    assert ways == [f"https://t.me/{street.context.bot.username}"]
    await street.open_wallets(street.ben)
    await street.ben.presses("I’m in", chat=FLAT)
    await street.ben.reads("• Ben Okafor · €45.00", chat=FLAT)


async def test_somebody_without_a_wallet_can_be_named(street: Street) -> None:
    """Their share waits on the board; once they have opened a wallet, they are shown it, and pay like anybody."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    await street.ana.reads("○ @ben · €45.00 · no wallet yet", chat=FLAT)
    await street.open_wallets(street.ben)
    await street.ben.reads("Ana Moreno asks you to pay €45.00")
    await street.ana.reads("○ Ben Okafor · €45.00 · to pay", chat=FLAT)
    await pays_share(street.ben)
    await street.ana.reads("All is paid", chat=FLAT)
    assert (await street.wallet.reconcile()).clean


async def test_somebody_without_a_wallet_is_not_named_twice(street: Street) -> None:
    """By username, and by a mention that Telegram says is of whoever has that username: one person, one share."""
    await street.open_wallets(street.ana, street.chai)
    await street.ana.mentions(FLAT, "/split 90 dinner @BEN {} and {}", street.ben, street.chai)
    await street.ana.reads("Somebody is named twice", "nothing was asked", chat=FLAT)
    assert await street.wallet.open_requests_of((await street.party(street.ana)).id) == ()


async def test_only_the_starter_asks_reminds_and_forgives(street: Street) -> None:
    """Anybody else's press gets a toast, and changes nothing."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    for button in ("Ask everybody now", "Call it off"):
        await street.ben.presses(button, chat=FLAT)
    await street.ana.reads(THIRDS, chat=FLAT)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("to pay", chat=FLAT)
    for button in ("Remind those left", "Forgive the rest"):
        await street.ben.presses(button, chat=FLAT)
    assert "This button is not for you." in await toasts(street)
    board = await street.ana.reads("○ Ben Okafor", "○ Chai Srisuk", chat=FLAT)
    assert board["inline_keyboard"]


async def test_only_those_with_a_share_can_pay(street: Street) -> None:
    """The starter's own needs no payment; whoever is not in has none."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    await street.ana.presses("Pay my share", chat=FLAT)
    await street.chai.presses("Pay my share", chat=FLAT)
    said = await toasts(street)
    assert {"Your own share needs no payment.", "You have no share in this."} <= said
    await pays_share(street.ben)
    await street.ana.reads("All is paid", chat=FLAT)


async def test_nobody_else_is_not_enough(street: Street) -> None:
    """Alone there is nobody to ask."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/split 90 dinner")
    await street.ana.presses("Ask everybody now", chat=FLAT)
    assert "Nobody else is in yet, so there is nobody to ask." in await toasts(street)


async def test_a_press_from_before_everybody_was_asked_comes_too_late(street: Street) -> None:
    """A phone that still shows the old buttons: the shares are fixed, and it is said."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    old = await street.ben.reads("Press “I’m in”", chat=FLAT)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("to pay", chat=FLAT)
    data = old["inline_keyboard"][0][1]["data"]
    await street.forge_in(street.ben, data, FLAT, old["id"])
    assert "Everybody was asked already, so the shares are fixed." in await toasts(street)
    await street.ana.reads("○ Ben Okafor · €30.00 · to pay", chat=FLAT)


async def test_a_boards_buttons_work_on_it_and_nowhere_else(street: Street) -> None:
    """Pressed by hand in another chat, or with the id of a card of another kind: a toast, and nothing else."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    board = await street.ana.reads("○ Ben Okafor", chat=FLAT)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    payment = await street.ana.reads("waiting for", chat=FLAT)
    of_board, of_payment = (card["inline_keyboard"][0][0]["data"].partition(":")[2] for card in (board, payment))
    for word in ("sin", "sout", "sask", "spay", "sremind", "sclose", "nagree", "nrefuse", "npay"):
        await street.forge_in(street.ana, f"{word}:{of_board}", MARKET_STREET.id, board["id"])
        await street.forge_in(street.ana, f"{word}:{of_payment}", FLAT, payment["id"])
    for word in ("gpin", "gcancel", "gaskpay", "gaskcancel", "nagree", "nrefuse", "npay"):
        await street.forge_in(street.ana, f"{word}:{of_board}", FLAT, board["id"])
    assert await toasts(street) == {"This button is not for you."}
    await street.ana.reads("○ Ben Okafor · €45.00 · to pay", chat=FLAT)


async def test_those_left_are_reminded_once_a_day(street: Street) -> None:
    """Not on the day they were asked; the day after, and not twice."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ana.presses("Remind those left", chat=FLAT)
    assert any("less than a day ago" in toast for toast in await toasts(street))
    await pays_share(street.ben)
    street.clock.advance(days=1)
    await street.ana.presses("Remind those left", chat=FLAT)
    assert "Reminded: 1" in await toasts(street)
    await street.chai.reads("Ana Moreno asks you to pay €30.00")


async def test_what_is_forgiven_is_owed_no_more(street: Street) -> None:
    """Ben has paid, Chai need not: he is told, and the board says how it ended."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.chai.reads("Ana Moreno asks you to pay €30.00")
    await pays_share(street.ben)
    await street.ana.presses("Forgive the rest", chat=FLAT)
    board = await street.ana.reads(
        "✓ Ben Okafor · €30.00 · paid",
        "– Chai Srisuk · €30.00 · forgiven",
        "over: €30.00 of €60.00 was paid",
        chat=FLAT,
    )
    assert not board["inline_keyboard"]
    await street.chai.reads("took back the request", "you owe nothing")


async def test_a_split_may_be_called_off(street: Street) -> None:
    """Nobody was asked, and no money moved."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.ana.presses("Call it off", chat=FLAT)
    board = await street.ana.reads("nobody was asked, and no money moved", chat=FLAT)
    assert not board["inline_keyboard"]


async def test_declining_is_seen_by_all(street: Street) -> None:
    """In the private chat, where one is asked; the board says so, and the starter is told."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ben.presses("Decline")
    await street.ana.reads("– Ben Okafor · €30.00 · declined", chat=FLAT)
    await street.ana.reads("Ben Okafor declined to pay €30.00")
    await pays_share(street.chai)
    await street.ana.reads("over: €30.00 of €60.00 was paid", chat=FLAT)


async def test_somebody_who_accepts_no_payments_from_one_cannot_be_joined(street: Street) -> None:
    """Ana has blocked Ben: he is told when he presses, not when he pays."""
    await street.open_wallets(street.ana, street.ben)
    contact = await street.context.contacts.remember(street.ana.id, street.ben.id, "Ben")
    await street.context.contacts.change(contact, blocked=True)
    await street.ana.says_in(FLAT, "/split 90 dinner")
    await street.ben.presses("I’m in", chat=FLAT)
    assert "Ana Moreno accepts no payments from you." in await toasts(street)


async def test_somebody_who_has_blocked_one_is_not_asked(street: Street) -> None:
    """Ben has blocked Ana: naming him asks nobody."""
    await street.open_wallets(street.ana, street.ben)
    contact = await street.context.contacts.remember(street.ben.id, street.ana.id, "Ana")
    await street.context.contacts.change(contact, blocked=True)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    await street.ana.reads("That did not work", chat=FLAT)
    assert await street.wallet.open_requests_to((await street.party(street.ben)).id) == ()


async def test_a_forgiven_share_has_no_card_left_that_asks_for_a_pin(street: Street) -> None:
    """Ben had it open to be paid: it says that nothing is asked of him any more."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/split 30 dinner @ben")
    await street.ben.presses("Pay €15.00")
    await street.ben.reads("Send €15.00", "Open until")
    await street.ana.presses("Forgive the rest", chat=FLAT)
    await street.ben.reads("Send €15.00", "This request was taken back by who asked. No money moved.")


async def test_somebody_frozen_forgives_nothing(street: Street) -> None:
    """Whoever found their phone cannot: neither all that is open in a split, nor one share of it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/split 30 dinner @ben")
    await street.ana.reads("○ Ben Okafor · €15.00 · to pay", chat=FLAT)
    await street.wallet.freeze((await street.party(street.ana)).id, by="test", reason="test")
    await street.ana.presses("Forgive the rest", chat=FLAT)
    await street.ana.reads("Your account is frozen. No money moved")
    await street.ana.says("/requests")
    await street.ana.presses("€15.00 from Ben Okafor")
    await street.ana.presses("Cancel")
    await street.ana.reads("You asked Ben Okafor for €15.00", "Your account is frozen. No money moved")
    assert len(await street.wallet.open_requests_to((await street.party(street.ben)).id)) == 1


async def test_somebody_frozen_splits_nothing_and_reads_why(street: Street) -> None:
    """Neither what is new, nor what people have joined; it is their own account, so they are spoken to."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.wallet.freeze((await street.party(street.ana)).id, by="test", reason="test")
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.says_in(FLAT, "/split 10 taxi @ben")
    await street.settled()
    frozen = [text for text in await street.ana.texts() if "account is frozen" in text]
    assert len(frozen) == 2
    assert all(text.startswith("Your account is frozen") for text in frozen)


async def test_time_ends_a_split_and_its_board_says_so(street: Street) -> None:
    """Nobody was asked in a week: over. Nobody paid in a week: out of time."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.says_in(FLAT, "/split 60 taxi")
    await street.ana.reads("splits €60.00", "Note: “taxi”", chat=FLAT)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    await street.ana.reads("○ Ben Okafor", chat=FLAT)
    await street.settled()
    street.clock.advance(days=7, seconds=1)
    await expiry.close_expired(street.context)
    await requested.end_unanswered(street.context)
    await street.ana.reads("€60.00", "“taxi”", "nobody was asked", chat=FLAT)
    board = await street.ana.reads("– Ben Okafor · €45.00 · out of time", chat=FLAT)
    assert not board["inline_keyboard"]


async def test_shares_that_run_out_of_time_are_told_of_together(street: Street) -> None:
    """Ana reads once who did not pay; the cards of all who were asked say that it is over."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street, "/split 90 dinner")
    for one in (street.ben, street.chai):
        await one.reads("Ana Moreno asks you to pay €30.00")
    await pays_share(street.ben)
    await street.ana.mentions(FLAT, "/split 60 taxi @ben {}", street.chai)
    for one in (street.ben, street.chai):
        await one.reads("Ana Moreno asks you to pay €20.00")
    await street.told()
    street.clock.advance(days=7, seconds=1)
    await requested.end_unanswered(street.context)
    await street.ana.reads("your split of €90.00: €30.00 of €60.00 was paid", "– Chai Srisuk · €30.00")
    await street.ana.reads("your split of €60.00: €0.00 of €40.00 was paid", "– Ben Okafor", "– Chai Srisuk")
    for one, amount in ((street.ben, "€20.00"), (street.chai, "€20.00"), (street.chai, "€30.00")):
        await one.reads(f"Ana Moreno asked you for {amount}. The time for it is over")
    told = [text for text in await street.ana.texts() if "Time is over" in text]
    assert ["Ben Okafor" in text for text in told] == ["taxi" in text for text in told]
    assert len(told) == 2
    assert not any("did not answer your request" in text for text in await street.ana.texts())


async def test_somebody_who_left_the_group_still_has_their_share(street: Street) -> None:
    """The board is out of their sight, the request is in their own chat: they pay there, and the board says so."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ben.does("leave", FLAT)
    await street.ben.presses("Pay €30.00")
    await street.ben.reads("Balance after")
    await street.ben.confirms()
    await street.ana.reads("✓ Ben Okafor · €30.00 · paid", chat=FLAT)


async def test_somebody_who_blocked_the_bot_is_told_to_let_it_in(street: Street) -> None:
    """On a server that must write in private: the press says so, and then the same button brings the card."""
    street.world.features.level = "10.0"
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.blocks(street.ben, blocked=True)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("○ Ben Okafor", chat=FLAT)
    await street.ben.presses("Pay my share", chat=FLAT)
    assert any("I may not write to you" in toast for toast in await toasts(street))
    await street.blocks(street.ben, blocked=False)
    await pays_share_in_private(street.ben)
    await street.ana.reads("✓ Ben Okafor", chat=FLAT)


async def test_a_group_that_becomes_a_supergroup_keeps_its_splits(street: Street) -> None:
    """The old board stays behind, and a new one goes on in its place; shares are paid meanwhile."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ben.presses("Pay €30.00")
    await street.ben.reads("Balance after")
    await street.ben.confirms()
    await street.ben.reads("You sent €30.00")
    await street.ana.reads("✓ Ben Okafor · €30.00 · paid", "○ Chai Srisuk", chat=moved)
    await pays_share(street.chai, chat=moved)
    await street.ana.reads("All is paid", chat=moved)


async def test_an_old_board_never_writes_over_another_message(street: Street) -> None:
    """A supergroup numbers its messages anew: the fourth is another one than the board was."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    for said in ("who had dinner?", "ben?", "/split 90 dinner @ben"):
        await street.ana.says_in(FLAT, said)
    board = await street.ana.reads("○ Ben Okafor", chat=FLAT)
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ana.says_in(moved, "/pay @ben 5 lunch")
    payment = await street.ana.reads("Ana Moreno pays Ben Okafor", chat=moved)
    assert payment["id"] == board["id"]
    await street.ben.presses("Decline")
    await street.ana.reads("Ben Okafor declined")
    await street.settled()
    await street.ana.reads("Ana Moreno pays Ben Okafor", chat=moved)


async def test_a_board_that_was_deleted_can_be_brought_back(street: Street) -> None:
    """By anybody in the group, with /split alone; there is one at a time."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    board = await street.ana.reads("○ Ben Okafor", chat=FLAT)
    await street.ana.does("delete", FLAT, message_id=board["id"])
    await ben_pays_where_he_was_asked(street)
    assert await bots_words(street) == []
    for _ in range(2):
        await street.chai.says_in(FLAT, "/split")
        await street.settled()
    (shown,) = await bots_words(street)
    assert "✓ Ben Okafor · €30.00 · paid" in shown
    await pays_share(street.chai)
    await street.ana.reads("All is paid", chat=FLAT)
    await street.chai.says_in(FLAT, "/split")
    await street.chai.reads("Nothing is being split here", chat=FLAT)


async def ben_pays_where_he_was_asked(street: Street) -> None:
    """In his private chat."""
    await street.ben.presses("Pay €30.00")
    await street.ben.reads("Balance after")
    await street.ben.confirms()
    await street.ben.reads("You sent €30.00")


async def test_a_split_outlives_the_bot_in_its_group(street: Street) -> None:
    """The bot sent away: shares are paid all the same, in private."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_asked(street)
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    await ben_pays_where_he_was_asked(street)
    assert await street.cents(street.ana) == 80_00


async def test_a_message_handled_again_makes_no_second_board(street: Street) -> None:
    """After a crash the inbox hands it over once more."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/split 90 dinner @ben")
    await street.ana.reads("○ Ben Okafor", chat=FLAT)
    await street.replay("/split 90 dinner @ben")
    await street.settled()
    assert len(await bots_words(street)) == 1
    assert len(await street.wallet.open_requests_to((await street.party(street.ben)).id)) == 1


@pytest.mark.parametrize("command", ["/split", "/split 90 dinner", "/settle"])
async def test_in_private_it_is_said_where_to_split(street: Street, command: str) -> None:
    """And how."""
    await street.open_wallets(street.ana)
    await street.ana.says(command)
    await street.ana.reads("Splits are for groups", "/split 90 dinner @ben x2 @chai", "/settle")
