"""Asking for money in a group, or in a chat that the bot is not in: one card for all, and only who is asked pays.

On a server that has no messages for one member alone, so that what is private happens in the payer's own chat;
`test_splits` and `test_ephemeral_keypads` have the newer servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from telegram.error import BadRequest

from bot.conversation import Cards
from bot.journeys import requested
from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES, MARKET_STREET
from tests.journeys.asides import chooses_pin

if TYPE_CHECKING:
    from uuid import UUID

    from bot.conversation import Card
    from sandbox.person import Message
    from tests.journeys.conftest import Street
    from wallet import Quote

pytestmark = pytest.mark.anyio

FLAT, BOT = FLATMATES.id, "Sixpence"
WAITING = "Ana Moreno asks Ben Okafor for €10.00 · waiting for Ben Okafor\nNote: “cinema”"
PAID = "✓ Ben Okafor paid Ana Moreno €10.00\nNote: “cinema”"
OVER = "Ana Moreno asked Ben Okafor for €10.00. That is over. No money moved.\nNote: “cinema”"


@pytest.fixture(autouse=True)
def older_server(street: Street) -> None:
    """Bot API 10.0 knows no ephemeral messages."""
    street.world.features.level = "10.0"


async def bots_words(street: Street) -> list[str]:
    """What the bot has said in the group, as it reads now."""
    return [plain(message["text"]) for message in await street.ana.messages(FLAT) if message["from"]["name"] == BOT]


async def toasts(street: Street) -> list[str]:
    await street.settled()
    return [call["params"].get("text", "") for call in await street.calls("answerCallbackQuery")]


@pytest.mark.parametrize(
    "words",
    [
        "/request @ben 10 cinema",
        "/request@sixpence_bot 10 @ben cinema",
        "@sixpence_bot request 10 from @ben for cinema",
        "@sixpence_bot ask @ben for 10 for cinema",
        "@sixpence_bot please ask @ben for 10 for cinema",
        "@sixpence_bot Please, kindly request 10 from @ben for cinema",
    ],
)
async def test_a_stranger_may_ask_where_others_see_it(street: Street, words: str) -> None:
    """One card in the group, edited in place; the payer's own, with balance and PIN, in their private chat."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    card = await street.chai.reads(WAITING, chat=FLAT)
    await street.ben.reads("Ana Moreno asks you to pay €10.00", "Note: “cinema”")
    await street.ben.presses("Pay", chat=FLAT)
    await street.ben.reads("Send €10.00 to Ana Moreno", "Balance after: €40.00")
    await street.ben.confirms()
    assert (await street.chai.reads(PAID, chat=FLAT))["id"] == card["id"]
    assert await bots_words(street) == [PAID]
    await street.ben.reads("✓ You paid Ana Moreno the €10.00 they asked for")
    await street.ana.reads("You received €10.00", "They paid what you had asked for.")


async def test_a_reply_asks_whoever_is_answered(street: Street) -> None:
    """And a text mention whoever is mentioned, by Telegram's own word."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    said = await street.ben.says_in(FLAT, "what a film")
    await street.ana.replies_to(said, "/request 10 cinema", chat=FLAT)
    await street.ben.reads(WAITING, chat=FLAT)
    await street.ana.mentions(FLAT, "/request 3 from {} for popcorn", street.chai)
    await street.chai.reads("Ana Moreno asks Chai Srisuk for €3.00", "Note: “popcorn”", chat=FLAT)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/request 10 for cinema from @ben", WAITING),
        ("/request 10 for cinema @ben", WAITING),
        ("/request please 10 from @ben for cinema", WAITING),
        ("/request 10 cinema @ben", WAITING),
        ("/request 10 from ben", "Ana Moreno asks Ben Okafor for €10.00"),
        ("/request 10 for cinema from ben", "Ana Moreno: I could not make out who it is for"),
    ],
)
async def test_an_answer_to_chai_that_points_at_ben_never_asks_chai(street: Street, words: str, answer: str) -> None:
    """Chai hears nothing of it."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    said = await street.chai.says_in(FLAT, "Ben owes you for the cinema")
    await street.ana.replies_to(said, words, chat=FLAT)
    await street.ana.reads(answer, chat=FLAT)
    await street.settled()
    assert not any("asks you" in text for text in await street.chai.texts())


async def test_nobody_elses_press_does_anything_in_the_group(street: Street) -> None:
    """Only who is asked pays, only who asks cancels; all others get a toast."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    for presser, label in (
        (street.chai, "Pay"),
        (street.ana, "Pay"),
        (street.chai, "Cancel"),
        (street.ben, "Cancel"),
    ):
        await presser.presses(label, chat=FLAT)
    assert await toasts(street) == ["This button is not for you."] * 4
    assert await bots_words(street) == [WAITING]


@pytest.mark.parametrize("end", ["cancelled", "declined", "expired"])
async def test_the_group_sees_that_it_is_over(street: Street, end: str) -> None:
    """And not why: whether somebody declined is between the two."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ben.reads("Ana Moreno asks you to pay €10.00")
    if end == "cancelled":
        await street.ana.presses("Cancel", chat=FLAT)
        await street.ben.reads("Ana Moreno took back the request")
    elif end == "declined":
        await street.ben.presses("Decline")
        await street.ana.reads("Ben Okafor declined to pay €10.00")
    else:
        card = await street.ben.reads(WAITING, chat=FLAT)
        street.clock.advance(days=7)
        await street.ben.taps(card, "Pay", chat=FLAT)  # whoever sweeps up what is over may come first
    await street.chai.reads(OVER, chat=FLAT)
    await street.settled()
    assert await bots_words(street) == [OVER]


async def test_a_refusal_is_told_to_who_asked_alone(street: Street) -> None:
    """Blocked: the group hears that it did not work, Ana alone why; Ben hears nothing."""
    await street.open_wallets(street.ana, street.ben)
    contact = await street.context.contacts.remember(street.ben.id, street.ana.id, "Ana")
    await street.context.contacts.change(contact, blocked=True)
    before = await street.ben.texts()
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ana.reads("no money moved. I told you why in our private chat", chat=FLAT)
    await street.ana.reads("Ben Okafor takes no requests from you")
    await street.settled()
    assert await street.ben.texts() == before


@pytest.mark.parametrize("words", ["/request @ben 10 cinema", "/split 20 cinema @ben"])
async def test_a_stranger_does_not_ask_in_a_group_that_only_they_are_in(street: Street, words: str) -> None:
    """Ben lets no strangers ask him: naming him where he is not does not get round that."""
    await street.open_wallets(street.ana, street.ben)
    await street.ben.does("leave", FLAT)
    before = await street.ben.texts()
    await street.ana.says_in(FLAT, words)
    await street.ana.reads("no money moved. I told you why in our private chat", chat=FLAT)
    await street.ana.reads("You and Ben Okafor never paid each other")
    await street.settled()
    assert await street.ben.texts() == before


async def test_where_telegram_hides_the_members_an_answer_says_who_is_there(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bots that are no administrators may not be told who is in a group; whoever wrote in it is."""

    async def hidden(*_: object, **__: object) -> NoReturn:
        raise BadRequest("member list is inaccessible")

    monkeypatch.setattr(type(street.context.bot), "get_chat_member", hidden)
    await street.open_wallets(street.ana, street.ben)
    said = await street.ben.says_in(FLAT, "what a film")
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ana.reads("You and Ben Okafor never paid each other")
    await street.ana.replies_to(said, "/request 10 cinema", chat=FLAT)
    await street.ben.reads(WAITING, chat=FLAT)


@pytest.mark.parametrize("words", ["/request", "/request @ben", "/request 1,234 @ben", "/request 5 of those"])
async def test_an_unfinished_request_is_explained(street: Street, words: str) -> None:
    """One line that shows how it is done, or that it is not certain who is meant."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    await street.ana.reads("so nothing was asked", chat=FLAT)


async def test_somebody_without_a_wallet_who_asks_is_told(street: Street) -> None:
    """There is nothing to be paid into yet."""
    await street.open_wallets(street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ana.reads("You have no wallet yet, so nothing was asked", chat=FLAT)


async def test_who_has_no_wallet_is_led_to_one(street: Street) -> None:
    """The group's button opens the private chat; the request is there after the PIN."""
    await street.open_wallets(street.ana)
    said = await street.ben.says_in(FLAT, "what a film")
    await street.ana.replies_to(said, "/request 10 cinema", chat=FLAT)
    card = await street.ben.reads(WAITING, chat=FLAT)
    link = card["inline_keyboard"][0][0]["url"]
    await street.ben.start(link.partition("?start=")[2])
    await street.ben.reads("You are asked for money. Choose a PIN first")
    await chooses_pin(street.ben)
    await street.ben.reads("Ana Moreno asks you to pay €10.00")
    await street.give(street.ben, 20_00)
    await street.ben.presses("Pay €10.00")
    await street.ben.confirms()
    await street.ben.reads(PAID, chat=FLAT)


async def test_a_payer_who_blocked_the_bot_is_told_how(street: Street) -> None:
    """An alert in the group; pressed again later, it works."""
    await street.open_wallets(street.ana, street.ben)
    await street.blocks(street.ben, blocked=True)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ben.presses("Pay", chat=FLAT)
    assert "I may not write to you. Start our private chat, then press again." in await toasts(street)
    await street.blocks(street.ben, blocked=False)
    await street.ben.presses("Pay", chat=FLAT)
    await street.ben.reads("Send €10.00 to Ana Moreno")


async def test_beginning_to_pay_takes_no_longer_however_often_it_was_cancelled(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One quote is asked for each time, and none while the one before it is open."""
    await street.open_wallets(street.ana, street.ben)
    asked_for = []
    quote_request = street.wallet.quote_request

    async def counted(request_id: UUID, payer_id: UUID, *, key: UUID) -> Quote:
        asked_for.append(key)
        return await quote_request(request_id, payer_id, key=key)

    monkeypatch.setattr(street.wallet, "quote_request", counted)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    for _ in range(3):
        await street.ben.presses("Pay", chat=FLAT)
        await street.ben.presses("Pay", chat=FLAT)
        await street.settled()
        await street.ben.presses("Cancel")
        await street.settled()
        street.clock.advance(seconds=1)
    assert len(asked_for) == len(set(asked_for)) == 3


async def test_a_card_that_was_deleted_in_the_group_stops_nothing(street: Street) -> None:
    """It is paid in private all the same; nothing is written into the group anew."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    card = await street.ana.reads(WAITING, chat=FLAT)
    await street.ana.does("delete", FLAT, message_id=card["id"])
    await street.ben.presses("Pay €10.00")
    await street.ben.confirms()
    await street.ben.reads("✓ You paid Ana Moreno the €10.00")
    assert await bots_words(street) == []


async def requests_inline(street: Street, chat: int | None = None) -> Message:
    """Ana asks in her chat with Ben, or in another, in which there is no bot."""
    return await street.ana.picks_inline(chat or street.ben.id, "request 10 cinema", "Ask for €10.00")


async def test_whoever_presses_first_is_asked(street: Street) -> None:
    """They see whom they would pay in their own chat; the message between the two says how it stands."""
    await street.open_wallets(street.ana, street.ben)
    await requests_inline(street)
    await street.ben.reads("Ana Moreno asks for €10.00", "Note: “cinema”", chat=street.ana.id)
    await street.ben.presses("Pay", chat=street.ana.id)
    await street.ben.reads(WAITING, chat=street.ana.id)
    await street.ben.reads("Ana Moreno asks you to pay €10.00", "@ana", "Note: “cinema”")
    await street.ben.presses("Pay €10.00")
    await street.ben.confirms()
    await street.ben.reads(PAID, chat=street.ana.id)
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (60_00, 40_00)


async def test_the_second_to_press_is_told(street: Street) -> None:
    """Chai presses what he saw a moment before Ben was bound; and whoever asks does not pay themselves."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await requests_inline(street, MARKET_STREET.id)
    seen = await street.chai.reads("Ana Moreno asks for", chat=MARKET_STREET.id)
    ((pressed,),) = seen["inline_keyboard"]
    await street.ana.presses("Pay", chat=MARKET_STREET.id)
    await street.settled()
    await street.ben.presses("Pay", chat=MARKET_STREET.id)
    await street.ben.reads(WAITING, chat=MARKET_STREET.id)
    (press,) = [each for each in await street.calls("editMessageText") if "inline_message_id" in each["params"]][:1]
    await street.forge_inline(street.chai, pressed["data"], press["params"]["inline_message_id"])
    await street.forge_inline(street.chai, pressed["data"])
    assert await toasts(street) == [
        "Whoever is to pay presses this.",
        "See our private chat: there you pay it, or decline.",
        "Somebody pressed this already.",
        "This request is too old. Nothing was paid.",
    ]
    await street.chai.presses("Pay", chat=MARKET_STREET.id)
    assert (await toasts(street))[-1] == "This button is not for you."


async def test_a_payer_without_a_wallet_is_led_to_one_by_the_press(street: Street) -> None:
    """Telegram opens our chat with the link; the PIN leads to the request."""
    await street.open_wallets(street.ana)
    await requests_inline(street)
    await street.ben.presses("Pay", chat=street.ana.id)
    await street.ben.reads(WAITING, chat=street.ana.id)
    await street.settled()
    (link,) = [call["params"]["url"] for call in await street.calls("answerCallbackQuery") if "url" in call["params"]]
    await street.ben.start(link.partition("?start=")[2])
    await chooses_pin(street.ben)
    await street.ben.reads("Ana Moreno asks you to pay €10.00")


async def test_without_feedback_the_first_press_keeps_the_request(street: Street) -> None:
    """BotFather's switch for feedback may be off."""
    await street.open_wallets(street.ana, street.ben)
    street.world.features.inline_feedback = False
    await requests_inline(street)
    await street.ben.presses("Pay", chat=street.ana.id)
    await street.ben.reads("Ana Moreno asks you to pay €10.00")


async def test_a_cap_is_told_to_who_asks(street: Street) -> None:
    """The presser learns that nothing moved, the asker why; the message stays open."""
    await street.open_wallets(street.ana, street.ben)
    street.wallet._settings = street.wallet._settings.model_copy(update={"limit_requests_a_day": 1})
    await street.ana.says_in(FLAT, "/request @ben 1")
    await street.ben.reads("asks you to pay €1.00")
    await requests_inline(street)
    await street.ben.presses("Pay", chat=street.ana.id)
    await street.ana.reads("You can ask for money 1 time in 24 hours")
    assert "That did not work, and no money moved. Whoever asks knows why." in await toasts(street)


async def test_somebody_frozen_who_asks_reads_that_it_is_their_own_account(street: Street) -> None:
    """Not that “Ana” cannot be paid, and that Ana should be told."""
    await street.open_wallets(street.ana, street.ben)
    await requests_inline(street)
    await street.wallet.freeze((await street.party(street.ana)).id, by="test", reason="test")
    await street.ben.presses("Pay", chat=street.ana.id)
    await street.ana.reads("Your account is frozen")


@pytest.mark.parametrize("words", ["request", "request cinema", "ask 1,234"])
async def test_what_is_no_amount_asks_nothing(street: Street, words: str) -> None:
    """There is nothing to send by mistake; the way to write it is shown."""
    await street.open_wallets(street.ana)
    _, answer = await street.ana.asks_inline(street.ben.id, words)
    assert answer["results"] == []
    assert "request 5 lunch" in plain(answer["button"]["text"])


async def test_a_card_is_set_right_when_its_message_is_known(street: Street) -> None:
    """Telegram showed it and never said so; it is declined before anybody presses a button of it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    shown = await street.ana.reads(WAITING, chat=FLAT)
    await street.ben.reads("Ana Moreno asks you to pay €10.00")
    await street.settled()
    await street.forget_number(street.ana, FLAT, shown)
    await street.ben.presses("Decline")
    await street.ana.reads("Ben Okafor declined")
    assert await bots_words(street) == [WAITING], "nobody knows which message to change"
    await street.chai.presses("Pay", chat=FLAT)
    await street.ana.reads(OVER, chat=FLAT)


async def test_a_request_that_ends_while_it_is_shown_in_the_supergroup_is_shown_as_over(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its group became one, and the card goes along; Ben declines while Telegram takes its time."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ben.reads("Ana Moreno asks you to pay €10.00")
    await street.told()
    (request,) = await street.wallet.open_requests_to((await street.party(street.ben)).id)
    sent = Cards._change

    async def late(cards: Cards, card: Card, *conditions: Any, **values: Any) -> Card:
        if card.kind == requested.GROUP and values.get("message_id") is not None:
            await street.wallet.decline_request(request.id, request.payer.id)
            street.context.courier_wake()
            await street.told()
        return await sent(cards, card, *conditions, **values)

    monkeypatch.setattr(Cards, "_change", late)
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ana.reads(OVER, chat=moved)


async def test_a_request_that_ends_while_its_card_is_sent_is_shown_as_over(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram's answer takes its time: nobody knew yet which message to set right, so who sends it does."""
    await street.open_wallets(street.ana, street.ben)
    sent = Cards.sent

    async def late(cards: Cards, card: Card, message_id: int) -> Card:
        street.clock.advance(days=7)
        await requested.end_unanswered(street.context)
        await street.told()
        return await sent(cards, card, message_id)

    monkeypatch.setattr(Cards, "sent", late)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ana.reads(OVER, chat=FLAT)
