"""Telegram stumbles at every kind of call: each payment still happens once, and is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import messages
from tests.journeys.boards import FLAT

if TYPE_CHECKING:
    from telegram import Bot
    from telegram import Message as Sent

    from sandbox.person import Message
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery", "getChat", "deleteMessage")


@pytest.mark.parametrize("kind", ["server_error", "lost_reply"])
async def test_a_payment_survives_a_stumble_at_any_call(street: Street, kind: str) -> None:
    """One failing call per payment, of each method in turn: as many payments as were confirmed."""
    await street.open_wallets(street.ana, street.ben)
    for number, method in enumerate(METHODS, start=1):
        fault = {"method": method, "kind": kind, "times": 1}
        await street.http.post("/control/fault", json=fault)
        await street.ana.says(f"send 1 to @ben for {method}")
        await street.ana.reads("Open until", f"Note: “{method}”")
        await street.ana.confirms()
        await street.ana.reads("You sent €1.00", f"Note: “{method}”")
        await street.settled()
        assert street.world.faults._waiting == [], "the stumble did happen"
        assert await street.cents(street.ana) == 50_00 - 100 * number
    await street.ben.reads("You received €1.00", "Note: “deleteMessage”")
    assert await street.cents(street.ben) == 50_00 + 100 * len(METHODS)


async def shown_in_the_flat(street: Street, somebody: Somebody, words: str, *, lost: int) -> list[Message]:
    """What the group sees of it, where Telegram's answer to the first few messages was lost."""
    await street.open_wallets(street.ana, street.ben)
    fault = {"method": "sendMessage", "kind": "lost_reply", "times": lost, "chat_id": str(FLAT)}
    await street.http.post("/control/fault", json=fault)
    await somebody.says_in(FLAT, words)
    await street.settled()
    return [message for message in await street.ana.messages(FLAT) if message["inline_keyboard"]]


@pytest.mark.parametrize(
    ("words", "presser", "button"),
    [
        ("/pay @ben 5 lunch", "ana", "Confirm with PIN"),
        ("/request @ben 10 cinema", "ben", "Pay"),
        ("/split 90 dinner", "ben", "I’m in"),
    ],
)
async def test_a_second_copy_in_a_group_goes_away_when_it_is_pressed(
    street: Street, words: str, presser: str, button: str
) -> None:
    """The first message's number was lost, so it was sent once more: pressed, the copy does what it says, and goes."""
    copy, card = await shown_in_the_flat(street, street.ana, words, lost=1)
    await getattr(street, presser).taps(copy, button, chat=FLAT)
    await street.settled()
    shown = [message["id"] for message in await street.chai.messages(FLAT)]
    assert card["id"] in shown
    assert copy["id"] not in shown


async def test_a_card_whose_number_was_never_told_is_known_once_it_is_pressed(street: Street) -> None:
    """By whoever may not use it as well: from then on it says what becomes of it."""
    *_, card, sorry = await shown_in_the_flat(street, street.ana, "/request @ben 10 cinema", lost=3)
    assert "not all of it" in sorry["text"]
    await street.chai.taps(card, "Pay", chat=FLAT)
    await street.settled()
    request = (await street.wallet.open_requests_of((await street.party(street.ana)).id))[0]
    await street.wallet.decline_request(request.id, request.payer.id)
    street.context.courier_wake()
    over = await street.ana.reads("That is over", chat=FLAT)
    assert over["id"] == card["id"]


async def test_updates_out_of_order_pay_once(street: Street) -> None:
    """Words and presses may overtake each other; what was confirmed is paid, once."""
    await street.open_wallets(street.ana, street.ben)
    await street.http.post("/control/updates", json={"reorder": True, "duplicate": True})
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    assert await street.cents(street.ana) == 45_00


async def test_no_pin_is_left_anywhere(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong and a right PIN, pressed and typed: not in a log, a call, the inbox or a card."""
    caplog.set_level("DEBUG")
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.confirms("739164")
    await street.ana.reads("Wrong PIN")
    await street.ana.presses("Confirm with PIN")
    await street.ana.types_pin()
    await street.ana.reads("You sent €5.00")
    await street.settled()
    kept = caplog.text + str(await street.stored()) + str([call["params"] for call in await street.calls()])
    for pin in (street.ana.pin, "739164"):
        assert pin not in kept


@pytest.mark.parametrize(("words", "answer"), [("send 5 to @ben", "Send €5.00 to Ben"), ("/balance", "You have €50")])
async def test_nobody_is_left_without_an_answer_because_telegram_had_us_wait(
    street: Street, words: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a minute, four times over: then they are answered, once, and not with an apology."""
    await street.open_wallets(street.ana, street.ben)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(street.inbox, "_sleep", sleep)
    fault = {"method": "sendMessage", "kind": "retry_after", "times": 4, "retry_after": 30}
    (await street.http.post("/control/fault", json=fault | {"chat_id": str(street.ana.id)})).raise_for_status()
    before = len(await street.ana.texts())
    await street.ana.says(words)
    await street.settled()
    shown = (await street.ana.texts())[before:]
    assert waits == [30] * 4
    assert len(shown) == 2
    assert answer in shown[1]


@pytest.mark.parametrize(
    "refusal",
    [
        BadRequest("Not enough rights to send text messages to the chat"),
        Forbidden("Forbidden: bot was kicked from the group chat"),
        BadRequest("Something that nobody has heard of"),
    ],
    ids=["no rights", "sent away", "unknown"],
)
@pytest.mark.parametrize("words", ["/pay @ben 5", "/request @ben 5 lunch", "/split 90 dinner @ben"])
async def test_who_asks_in_a_group_that_hears_nothing_is_told_in_private(
    street: Street, words: str, refusal: TelegramError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and that others may have been asked all the same."""
    await street.open_wallets(street.ana, street.ben)
    sent = messages.sent

    async def refused_in_the_flat(bot: Bot, chat_id: int, face: messages.Face, **how: Any) -> Sent:
        if chat_id == FLAT:
            raise refusal
        return await sent(bot, chat_id, face, **how)

    async def sleep(_: float) -> None:
        """No time passes."""

    monkeypatch.setattr(messages, "sent", refused_in_the_flat)
    monkeypatch.setattr(street.inbox, "_sleep", sleep)
    before = len(await street.ana.texts())
    await street.ana.says_in(FLAT, words)
    await street.settled()
    (told,) = (await street.ana.texts())[before:]
    assert "does not let me write in that group" in told
    assert "/requests" in told
