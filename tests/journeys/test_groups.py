"""Paying in a group: one card for all, the PIN for nobody's eyes, and nothing by anybody's press but the payer's.

On a server that has no messages for one member alone, so that what is private happens in the payer's own chat;
`test_ephemeral_keypads` has the newer servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.journeys import expiry
from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES, MARKET_STREET
from tests.journeys.asides import escrow

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

FLAT, BOT = FLATMATES.id, "Sixpence"
WAITING = "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"
PAID = "✓ Ana Moreno paid Ben Okafor €5.00\nNote: “lunch”"


@pytest.fixture(autouse=True)
def older_server(street: Street) -> None:
    """Bot API 10.0 knows no ephemeral messages."""
    street.world.features.level = "10.0"


async def bots_words(street: Street, chat: int = FLAT) -> list[str]:
    """What the bot has said in the group, as it reads now."""
    somebody = street.luna if chat == MARKET_STREET.id else street.ana
    return [plain(message["text"]) for message in await somebody.messages(chat) if message["from"]["name"] == BOT]


async def pays_in_private(somebody: Somebody, chat: int = FLAT) -> None:
    """From the group's card to the receipt in one's own chat."""
    await somebody.presses("Confirm with PIN", chat=chat)
    await somebody.reads("Balance after")
    await somebody.confirms()


@pytest.mark.parametrize("words", ["/pay 5 lunch", "@sixpence_bot pay 5 for lunch"])
async def test_a_reply_pays_whoever_is_answered(street: Street, words: str) -> None:
    """One public card, edited in place; fee, balance and PIN are in the payer's own chat; the payee is told."""
    await street.open_wallets(street.ana, street.ben)
    paid_lunch = await street.ben.says_in(FLAT, "I paid for lunch")
    await street.ana.replies_to(paid_lunch, words, chat=FLAT)
    card = await street.ben.reads(WAITING, chat=FLAT)
    await pays_in_private(street.ana)
    await street.ana.reads("You sent €5.00 to Ben Okafor", "Your balance: €45.00")
    assert (await street.chai.reads(PAID, chat=FLAT))["id"] == card["id"]
    assert await bots_words(street) == [PAID]
    await street.ben.reads("You received €5.00 from Ana Moreno", "lunch")


@pytest.mark.parametrize(
    "words",
    [
        "/pay @ben 5 lunch",
        "/pay@sixpence_bot @ben 5 lunch",
        "@sixpence_bot 5 to @ben for lunch",
        "@sixpence_bot send 5 to @ben for lunch",
        "@sixpence_bot please pay @ben 5 lunch",
        "/pay 5 lunch @ben",
    ],
)
async def test_words_name_the_payee(street: Street, words: str) -> None:
    """By username, after the command or after the bot's name."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    await street.ana.reads(WAITING, chat=FLAT)
    await pays_in_private(street.ana)
    await street.ana.reads(PAID, chat=FLAT)


async def test_somebody_without_a_username_is_mentioned_by_name(street: Street) -> None:
    """Telegram itself says who a text mention means, wherever in the words it stands."""
    await street.open_wallets(street.ana, street.chai)
    await street.ana.mentions(FLAT, "/pay 5 to {} for 🍜 soup", street.chai)
    await street.ana.reads("Ana Moreno pays Chai Srisuk €5.00", "Note: “🍜 soup”", chat=FLAT)


async def test_what_the_words_say_goes_before_what_is_answered(street: Street) -> None:
    """A reply to Ben that names Chai pays Chai."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    said = await street.ben.says_in(FLAT, "Chai paid")
    await street.ana.mentions(FLAT, "/pay {} 5", street.chai, reply_to=said["id"])
    await street.ana.reads("Ana Moreno pays Chai Srisuk €5.00", chat=FLAT)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/pay 5 for lunch to @ben", "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"),
        (
            "@sixpence_bot 5 for lunch to @ben",
            "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”",
        ),
        ("/pay 5 to ben", "Ana Moreno pays Ben Okafor €5.00"),
        ("/pay 5 for lunch to ben", "Ana Moreno: I could not make out who it is for"),
        ("/pay 5 for lunch with @ben", "Ana Moreno: It reads as if for more than one person"),
    ],
)
async def test_an_answer_to_chai_that_points_at_ben_never_pays_chai(street: Street, words: str, answer: str) -> None:
    """Wherever Ben stands in the words; where he only might be meant, it is asked about."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    said = await street.chai.says_in(FLAT, "Ben got us all lunch")
    await street.ana.replies_to(said, words, chat=FLAT)
    await street.ana.reads(answer, chat=FLAT)


@pytest.mark.parametrize("words", ["/pay 5 lunch", "/pay 5 for lunch"])
async def test_a_note_is_no_name_of_a_business(street: Street, words: str) -> None:
    """There is a business called Lunch, and nobody is answered: it is asked who is meant."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, "Lunch")
    await street.ana.says_in(FLAT, words)
    await street.ana.reads("That is not a whole payment, so nothing was paid", chat=FLAT)
    await street.ana.says_in(FLAT, "/pay 5 to Lunch")
    await street.ana.reads("Ana Moreno pays Lunch €5.00", chat=FLAT)


async def test_nobody_elses_press_does_anything(street: Street) -> None:
    """Ben presses both buttons of Ana's card: he gets a toast, she is asked nothing, nothing moves."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ben.presses("Confirm with PIN", chat=FLAT)
    await street.ben.presses("Cancel", chat=FLAT)
    await street.settled()
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts == ["This button is not for you."] * 2
    assert await bots_words(street) == [WAITING]
    assert not any("Send €5.00" in text for text in await street.ben.texts() + await street.ana.texts())


@pytest.mark.parametrize("where", ["in the group", "in private"])
async def test_a_cancelled_payment_says_so_everywhere(street: Street, where: str) -> None:
    """Cancelled here or there, both cards end, and no money moved."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Balance after")
    await street.ana.presses("Cancel", chat=FLAT if where == "in the group" else None)
    await street.ben.reads("Ana Moreno did not pay Ben Okafor €5.00. No money moved.\nNote: “lunch”", chat=FLAT)
    await street.ana.reads("This payment was cancelled.")
    assert await street.cents(street.ben) == 50_00


async def test_an_expired_payment_says_so_in_the_group(street: Street) -> None:
    """Nobody is left in front of a card that looks open and is not; asking again opens both."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Balance after")
    await street.settled()
    street.clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    await street.ana.reads("Ana Moreno did not pay", chat=FLAT)
    await street.ana.presses("Ask again")
    await street.ana.reads(WAITING, chat=FLAT)
    await street.ana.confirms()
    await street.ana.reads(PAID, chat=FLAT)


async def test_a_refusal_keeps_balances_out_of_the_group(street: Street) -> None:
    """Too little money: the group hears that nothing moved, the payer alone why."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 500 rent")
    await street.ana.reads("no money moved. I told you why in our private chat", chat=FLAT)
    await street.ana.reads("€50.00")
    assert not any("50.00" in text for text in await bots_words(street))


async def test_an_unfinished_instruction_is_explained(street: Street) -> None:
    """No amount, one that reads two ways, no payee, one whom nobody knows: a line each that shows how it is done."""
    await street.open_wallets(street.ana, street.ben)
    for words in ("/pay @ben", "/pay 1,234 @ben", "/pay 5 lunch", "/pay 5 to lunch"):
        await street.ana.says_in(FLAT, words)
        await street.settled()
    *incomplete, unknown = await bots_words(street)
    assert ["not a whole payment" in text for text in incomplete] == [True, True, True]
    assert "I do not know for certain whom you mean" in unknown


async def test_a_payer_without_a_wallet_is_shown_the_way(street: Street) -> None:
    """Nothing is opened for anybody by a message in a group."""
    await street.open_wallets(street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.reads("Ana Moreno: You have no wallet yet", chat=FLAT)
    assert await street.context.people.find(street.ana.id) is None


async def test_money_for_somebody_without_a_wallet_waits_in_sight_of_the_group(street: Street) -> None:
    """The card carries the link to claim it, and says when it has been claimed."""
    await street.open_wallets(street.ana)
    said = await street.ben.says_in(FLAT, "I paid for lunch")
    await street.ana.replies_to(said, "/pay 5 lunch", chat=FLAT)
    await pays_in_private(street.ana)
    card = await street.ben.reads("Ana Moreno has set €5.00 aside for Ben Okafor", "Note: “lunch”", chat=FLAT)
    assert await escrow(street) == 5_00
    ((claim,),) = card["inline_keyboard"]
    await street.ben.start(claim["url"].partition("?start=")[2])
    await street.ben.reads("Choose")
    for _ in range(2):
        await street.ben.says(street.ben.pin)
    await street.ben.presses("Accept")
    await street.ben.reads(PAID, chat=FLAT)
    assert await escrow(street) == 0


async def test_what_is_private_is_not_answered_in_a_group(street: Street) -> None:
    """A balance is nobody else's business."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/balance")
    await street.ana.reads("I answer that in our private chat only", chat=FLAT)
    assert not any("50.00" in text for text in await bots_words(street))


@pytest.mark.parametrize("manner", ["forward", "edit", "via another bot", "scheduled", "anonymous admin", "channel"])
async def test_only_a_fresh_message_by_the_person_themselves_pays(street: Street, manner: str) -> None:
    """The retweet rule holds in groups: none of these even makes a card."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    words, street_chat = "/pay @ben 5 lunch", MARKET_STREET.id
    match manner:
        case "forward":
            said = await street.ben.says_in(FLAT, "/pay @ana 5")
            await street.settled()
            await street.ana.forwards_to(FLAT, said, from_chat=FLAT)
        case "edit":
            said = await street.ana.says_in(FLAT, "hello")
            await street.ana.does("edit", FLAT, message_id=said["id"], text=words)
        case "via another bot":
            await street.ana.says_in(FLAT, words, via_bot=True)
        case "scheduled":
            await street.ana.says_in(FLAT, words, offline=True)
        case "anonymous admin":
            await street.luna.says_in(street_chat, words, **{"as": "anonymous_admin"})
        case "channel":
            await street.luna.says_in(street_chat, words, **{"as": "channel"})
    await street.settled()
    shown = await bots_words(street) + await bots_words(street, street_chat)
    assert not any(text.startswith(("Ana Moreno", "Luna Rossi")) for text in shown)
    assert await street.cents(street.ana) == 50_00


async def test_a_payment_outlives_its_card_and_its_group(street: Street) -> None:
    """The card deleted, the bot sent away: the payment goes through and the payer's chat has the receipt."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Balance after")
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    assert await street.cents(street.ben) == 55_00


async def test_a_group_that_becomes_a_supergroup_keeps_its_payments(street: Street) -> None:
    """The old card cannot be edited any more; the payment goes on, on a card in the new group, as does the next."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Balance after")
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    await street.ana.reads(PAID, chat=moved)
    await street.ana.says_in(moved, "/pay @ben 5 lunch")
    await street.ana.reads(WAITING, chat=moved)


async def test_a_request_goes_along_to_the_supergroup(street: Street) -> None:
    """It is shown there while it is open, and can be answered there."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says_in(FLAT, "/request @ana 5 lunch")
    await street.ana.reads("asks", "lunch", chat=FLAT)
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ana.presses("Pay", chat=moved)
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_card_sent_while_its_group_moved_is_the_one_in_the_supergroup(street: Street) -> None:
    """Telegram's answer to the first message comes last: there its number is another message's, and is not kept."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.says_in(FLAT, "who had lunch?")
    await street.ben.says_in(FLAT, "/request @ana 5 lunch")
    before = await street.ana.reads("asks", "lunch", chat=FLAT)
    await street.settled()
    card = await street.context.cards.of_message(street.ben.id, FLAT, before["id"])
    assert card is not None
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    there = await street.ana.reads("asks", "lunch", chat=moved)
    await street.settled()
    await street.context.cards.sent(card, before["id"])
    assert await street.context.cards.of_message(street.ben.id, moved, there["id"]) is not None


async def test_the_bot_says_once_what_it_is_for(street: Street) -> None:
    """When it is brought into a group: one message, and no other before somebody asks."""
    await street.ana.does("remove", FLAT, user_id=street.context.bot.id)
    await street.ana.does("add", FLAT, user_id=street.context.bot.id)
    await street.ana.reads("Pay each other here", chat=FLAT)


async def test_an_instruction_handled_again_makes_no_second_card(street: Street) -> None:
    """After a crash the inbox hands the message over once more."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.reads(WAITING, chat=FLAT)
    await street.replay("/pay @ben 5 lunch")
    await street.settled()
    assert await bots_words(street) == [WAITING]


async def test_a_group_that_telegram_holds_back_holds_up_nobody_who_paid_in_it(street: Street) -> None:
    """Ana is told and may go on at once, and what she paid under is remembered; the group's card comes right later."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLATMATES.id, "/pay @ben 5 pizza")
    await street.ana.presses("Confirm with PIN", chat=FLATMATES.id)
    await street.ana.reads("Send €5.00 to Ben Okafor")
    await street.settled()
    await street.cannot_be_edited(FLATMATES.id)
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    await street.ana.says("/balance")
    await street.ana.reads("You have €45.00")
    (known,) = await street.context.contacts.everybody(street.ana.id)
    assert (known.paid_name, known.paid_username) == ("Ben Okafor", "ben")
