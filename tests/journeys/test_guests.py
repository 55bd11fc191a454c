"""Guest mode: the bot is called by its name into a chat that it is not in, and posts one message there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import expiry, public
from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES
from tests.journeys.asides import escrow

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

FLAT, BOT = FLATMATES.id, "Sixpence"
WAITING = "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"
PAID = "✓ Ana Moreno paid Ben Okafor €5.00\nNote: “lunch”"


async def posted(street: Street, chat: int | None = None) -> list[str]:
    """What the bot has posted in Ana's chat with Ben, or in another, as it reads now."""
    shown = await street.ana.messages(street.ben.id if chat is None else chat)
    return [plain(message["text"]) for message in shown if message["from"]["name"] == BOT]


async def test_an_answer_to_a_message_pays_its_writer(street: Street) -> None:
    """Ben wrote, Ana calls the bot in answer: one card between them, the PIN in her own chat, one receipt for both."""
    await street.open_wallets(street.ana, street.ben)
    said = await street.ben.says_in(street.ana.id, "I paid for lunch")
    await street.ana.calls_guest(street.ben.id, "5 lunch", reply_to=said["id"])
    card = await street.ben.reads(WAITING, chat=street.ana.id)
    await street.ana.presses("Confirm with PIN", chat=street.ben.id)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    await street.ana.confirms()
    assert (await street.ben.reads(PAID, chat=street.ana.id))["id"] == card["id"]
    assert await posted(street) == [PAID]
    await street.ben.reads("You received €5.00 from Ana Moreno", "lunch")


async def test_words_name_the_payee(street: Street) -> None:
    """In a group that the bot is not in, as in any chat: by username, or by a mention of somebody without one."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    await street.ana.calls_guest(FLAT, "5 to @ben for lunch")
    await street.ben.reads(WAITING, chat=FLAT)
    await street.ana.mentions(FLAT, "@sixpence_bot 5 to {} for 🍜 soup", street.chai)
    await street.ana.reads("Ana Moreno pays Chai Srisuk €5.00", "Note: “🍜 soup”", chat=FLAT)


async def test_an_answer_to_chai_whose_words_name_ben_pays_ben(street: Street) -> None:
    """As in a group: who is written goes before who is answered."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    said = await street.chai.says_in(FLAT, "Ben paid for us")
    await street.ana.calls_guest(FLAT, "5 for lunch to @ben", reply_to=said["id"])
    await street.ana.reads(WAITING, chat=FLAT)


async def test_a_note_that_no_card_has_room_for_is_not_offered(street: Street) -> None:
    """With “to Dan” in front, because nobody here is called so, it is too long: it would be refused on the press."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, f"5 to dan for {'x' * 137}")
    await street.ana.reads("That is not a whole payment", chat=street.ben.id)


async def test_where_nobody_is_named_the_payee_says_that_it_is_them(street: Street) -> None:
    """As with inline mode: the payer then sees exactly whom they would pay, and the PIN binds that person."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, "5 lunch")
    await street.ben.reads("Ana Moreno would like to pay €5.00", "Note: “lunch”", chat=street.ana.id)
    await street.ana.presses("It’s me", chat=street.ben.id)
    await street.settled()
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor", "This is the first time you pay them")
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=street.ana.id)
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts[:2] == ["Whoever is to be paid presses this.", "Now it is theirs to confirm."]


async def test_nobody_elses_press_does_anything(street: Street) -> None:
    """Ben presses both buttons of Ana's card: a toast each, and nothing else."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, "5 to @ben for lunch")
    await street.ben.presses("Confirm with PIN", chat=street.ana.id)
    await street.ben.presses("Cancel", chat=street.ana.id)
    await street.settled()
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts == ["This button is not for you."] * 2
    assert await posted(street) == [WAITING]


async def test_cancelled_and_expired_it_says_so(street: Street) -> None:
    """The message is edited by the name under which Telegram knows it."""
    await street.open_wallets(street.ana, street.ben)
    for words in ("5 to @ben for lunch", "6 to @ben for supper"):
        await street.ana.calls_guest(street.ben.id, words)
    await street.ana.reads("supper", chat=street.ben.id)
    await street.ana.presses("Cancel", chat=street.ben.id)
    await street.ana.reads("did not pay Ben Okafor €6.00. No money moved.\nNote: “supper”", chat=street.ben.id)
    await street.settled()
    street.clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    await street.ana.reads("did not pay Ben Okafor €5.00. No money moved.\nNote: “lunch”", chat=street.ben.id)


async def test_money_for_somebody_without_a_wallet_is_set_aside(street: Street) -> None:
    """For the very person who was answered, by their number; the message between them carries the link."""
    await street.open_wallets(street.ana)
    said = await street.ben.says_in(street.ana.id, "I paid for lunch")
    await street.ana.calls_guest(street.ben.id, "5 lunch", reply_to=said["id"])
    await street.ana.presses("Confirm with PIN", chat=street.ben.id)
    await street.ana.reads("has no wallet yet")
    await street.ana.confirms()
    await street.ben.reads("Ana Moreno has set €5.00 aside for Ben Okafor", "Note: “lunch”", chat=street.ana.id)
    assert await escrow(street) == 5_00


async def test_a_caller_without_a_wallet_is_shown_the_way(street: Street) -> None:
    """One line, with a button; nothing is opened for anybody."""
    await street.ana.calls_guest(street.ben.id, "5 to @ben")
    await street.ana.reads("Ana Moreno: You have no wallet yet", chat=street.ben.id)
    assert await street.context.people.find(street.ana.id) is None


async def test_a_refusal_is_told_to_the_caller_alone(street: Street) -> None:
    """For the bot the chat has Ben's number, and so has Ben's own chat with it: what is Ana's does not go there."""
    await street.open_wallets(street.ana, street.ben)
    before = await street.ben.texts()
    await street.ana.calls_guest(street.ben.id, "500 to @ben for rent")
    await street.ana.reads("no money moved. I told you why in our private chat", chat=street.ben.id)
    await street.ana.reads("€50.00")
    assert not any("50.00" in text for text in await posted(street))
    assert await street.ben.texts() == before


async def test_an_unfinished_call_is_explained(street: Street) -> None:
    """No amount, one that reads two ways, two people: how it is done, and no offer to whoever comes first."""
    await street.open_wallets(street.ana, street.ben)
    for words in ("to @ben", "1,234 to @ben", "5 to @ben and @luna", "hello", "ask @ben for 10", "request 5 lunch"):
        await street.ana.calls_guest(street.ben.id, words)
    await street.settled()
    answers = await posted(street)
    assert ["“@sixpence_bot 5 to @name for lunch”" in text for text in answers] == [True] * 6


async def test_talk_about_the_bot_is_left_alone(street: Street) -> None:
    """Its name stands first where it is spoken to."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(street.ben.id, "Do you know @sixpence_bot? send 5 to @ben")
    await street.settled()
    assert await posted(street) == []


async def test_a_call_handled_again_is_answered_once(street: Street) -> None:
    """After a crash the inbox hands it over once more: one message, one payment."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, "5 to @ben for lunch")
    await street.ana.reads(WAITING, chat=street.ben.id)
    await street.replay("@sixpence_bot 5 to @ben for lunch", kind="guest_message")
    await street.settled()
    assert await posted(street) == [WAITING]


async def test_a_message_that_was_posted_just_before_a_crash_is_known_by_its_first_press(street: Street) -> None:
    """Which message shows the card was not noted; the payer's press says so, and the message follows the payment."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, "5 to @ben for lunch")
    await street.ana.reads(WAITING, chat=street.ben.id)
    await street.settled()
    card = await street.context.cards.latest(street.ana.id, public.PAYMENT)
    assert card is not None
    await street.context.cards._change(card, facts={})
    await street.ana.presses("Confirm with PIN", chat=street.ben.id)
    await street.ana.reads("Balance after")
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=street.ana.id)


async def test_on_an_older_server_inline_mode_is_still_there(street: Street) -> None:
    """Without guest mode the bot hears nothing of a mention, and the offer above the keyboard does the same."""
    street.world.features.level = "9.0"
    await street.open_wallets(street.ana, street.ben)
    await street.ana.calls_guest(street.ben.id, "5 lunch")
    await street.ana.picks_inline(street.ben.id, "5 lunch", "Pay €5.00")
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor")
    assert await posted(street) == []
