"""The payer's own card and keypad in the group, where nobody else sees them; and every way in which that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot import models
from bot.journeys import expiry
from sandbox.person import plain
from sandbox.telegram import queries
from sandbox.telegram.cast import FLATMATES
from tests.journeys.asides import escrow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sandbox.person import Message
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

FLAT, BOT = FLATMATES.id, "Sixpence"
WAITING = "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"
PAID = "✓ Ana Moreno paid Ben Okafor €5.00\nNote: “lunch”"


async def asks(street: Street, words: str = "/pay @ben 5 lunch") -> None:
    """Ana's card stands in the group, and she has pressed its button."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    await street.ana.presses("Confirm with PIN", chat=FLAT)


async def opens_keypad(street: Street) -> Message:
    """She presses on, and has the keypad before her: what she sees alone."""
    await asks(street)
    await street.ana.reads_ephemeral("Send €5.00 to Ben Okafor", "Balance after: €45.00", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    return await street.ana.reads_ephemeral("○○○○○○", chat=FLAT)


async def seen(somebody: Somebody, chat: int = FLAT) -> list[str]:
    """What the bot has said in the group, as this member sees it."""
    shown = await somebody.messages(chat)
    return [plain(message["text"]) for message in shown if message["from"]["name"] == BOT]


async def toasts(street: Street) -> list[str]:
    """What those who pressed were told for a moment."""
    return [call["params"].get("text", "") for call in await street.calls("answerCallbackQuery")]


async def test_the_whole_payment_is_made_in_the_group(street: Street) -> None:
    """Card, keypad and receipt in one message that only Ana sees; the others see one card, and it follows."""
    await opens_keypad(street)
    assert await seen(street.ben) == await seen(street.chai) == [WAITING]
    await street.ana.types_pin(chat=FLAT)
    await street.ana.reads_ephemeral("You sent €5.00 to Ben Okafor", "Your balance: €45.00", "Seal", chat=FLAT)
    await street.ben.reads(PAID, chat=FLAT)
    assert await seen(street.chai) == [PAID]
    assert len([message for message in await street.ana.messages(FLAT) if message["ephemeral"]]) == 1
    await street.ben.reads("You received €5.00 from Ana Moreno")


async def test_the_receipt_is_kept_in_the_private_chat(street: Street) -> None:
    """What one member alone sees in a group does not last; a receipt does. The card was never in the private chat."""
    await opens_keypad(street)
    before = len(await street.ana.texts())
    await street.ana.types_pin(chat=FLAT)
    await street.ana.reads("You sent €5.00 to Ben Okafor", "Seal")
    assert len(await street.ana.texts()) == before + 1


async def test_nobody_elses_press_does_anything(street: Street) -> None:
    """Ben presses Ana's keys by hand, and then her card's buttons: a toast, and no digit."""
    keypad = await opens_keypad(street)
    chat = street.world.chats[FLAT].wire
    for row in keypad["inline_keyboard"]:
        for key in row:
            message = {"message_id": 0, "date": 1, "chat": chat, "ephemeral_message_id": -keypad["id"]}
            await street.forge_press(street.ben, key["data"], message)
    await street.settled()
    assert set((await toasts(street))[2:]) == {"This keypad is too old."}
    await street.ana.reads_ephemeral("○○○○○○", chat=FLAT)
    assert await seen(street.ben) == [WAITING]
    await street.ana.types_pin(chat=FLAT)
    await street.ben.reads(PAID, chat=FLAT)


async def test_a_wrong_pin_is_told_to_the_payer_alone(street: Street) -> None:
    """With the way to try again; the group hears nothing of it."""
    await opens_keypad(street)
    await street.ana.types_pin("000001", chat=FLAT)
    await street.ana.reads_ephemeral("Wrong PIN", chat=FLAT)
    assert await seen(street.ben) == [WAITING]
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.types_pin(chat=FLAT)
    await street.ben.reads(PAID, chat=FLAT)


@pytest.mark.parametrize("button", ["card", "keypad", "/cancel"])
async def test_cancelling_closes_both(street: Street, button: str) -> None:
    """On the card, on the keypad, or by the command in the private chat."""
    await (asks if button == "card" else opens_keypad)(street)
    await street.ana.reads_ephemeral("Send €5.00", chat=FLAT)
    if button == "/cancel":
        await street.ana.says("/cancel")
    else:
        await street.ana.presses("Cancel", chat=FLAT)
    await street.ana.reads_ephemeral("This payment was cancelled.", chat=FLAT)
    await street.ben.reads("Ana Moreno did not pay Ben Okafor €5.00. No money moved.\nNote: “lunch”", chat=FLAT)


async def test_an_expired_card_says_so_and_may_be_asked_for_again(street: Street) -> None:
    """Both cards end, and both open again."""
    await asks(street)
    await street.ana.reads_ephemeral("Balance after", chat=FLAT)
    await street.settled()
    street.clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    await street.ben.reads("Ana Moreno did not pay", chat=FLAT)
    await street.ana.presses("Ask again", chat=FLAT)
    await street.ben.reads(WAITING, chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.types_pin(chat=FLAT)
    await street.ben.reads(PAID, chat=FLAT)


async def test_a_pin_typed_in_the_private_chat_counts(street: Street) -> None:
    """While the keypad is open in the group; it is deleted at once, as ever."""
    await opens_keypad(street)
    await street.ana.says(street.ana.pin)
    await street.ana.reads_ephemeral("You sent €5.00", chat=FLAT)
    assert street.ana.pin not in " ".join(await street.ana.texts())


async def test_money_set_aside_has_its_card_in_the_private_chat(street: Street) -> None:
    """There it can be taken back for as long as it waits."""
    await street.open_wallets(street.ana)
    said = await street.ben.says_in(FLAT, "I paid for lunch")
    await street.ana.replies_to(said, "/pay 5 lunch", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("has no wallet yet", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.types_pin(chat=FLAT)
    await street.ana.presses("Take it back")
    await street.ana.reads("Taken back")
    await street.ben.reads("that Ana Moreno had set aside for Ben Okafor went back", chat=FLAT)
    assert await escrow(street) == 0


async def test_pressed_again_it_comes_in_the_private_chat(street: Street) -> None:
    """That a message for one reaches them is not promised: whoever sees none presses again, and there is one card."""
    await asks(street)
    await street.ana.reads_ephemeral("Balance after", chat=FLAT)
    card = next(one for one in await street.ben.messages(FLAT) if WAITING in plain(one["text"]))
    place = {"message_id": card["id"], "date": 1, "chat": street.world.chats[FLAT].wire}
    await street.forge_press(street.ana, card["inline_keyboard"][0][0]["data"], place)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    await street.settled()
    assert not [message for message in await street.ana.messages(FLAT) if message["ephemeral"]]
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=FLAT)


async def test_whoever_blocked_the_bot_still_pays_in_the_group(street: Street) -> None:
    """The private chat is closed, and not needed; pressed again, the card comes where it came before."""
    await street.open_wallets(street.ana, street.ben)
    await street.blocks(street.ana, blocked=True)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Balance after", chat=FLAT)
    card = next(one for one in await street.ben.messages(FLAT) if WAITING in plain(one["text"]))
    await street.forge_press(
        street.ana,
        card["inline_keyboard"][0][0]["data"],
        {"message_id": card["id"], "date": 1, "chat": street.world.chats[FLAT].wire},
    )
    await street.settled()
    assert "I may not write to you" in (await toasts(street))[-1]


async def test_without_ephemeral_messages_and_blocked_there_is_a_toast(street: Street) -> None:
    """It says what to do, and nothing moved."""
    street.world.features.level = "10.0"
    await street.open_wallets(street.ana, street.ben)
    await street.blocks(street.ana, blocked=True)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.settled()
    assert "Start our private chat, then press again" in (await toasts(street))[-1]
    assert await seen(street.ben) == [WAITING]


@pytest.mark.parametrize("level", ["10.0", "10.2"])
async def test_an_older_server_is_asked_once_and_never_tells_the_group(street: Street, level: str) -> None:
    """It would ignore the parameters and tell everybody: 10.0 is not tried, and 10.2 has them by other names."""
    street.world.features.level = level
    await street.open_wallets(street.ana, street.ben)
    for words in ("/pay @ben 5 lunch", "/pay @ben 6 supper"):
        await street.ana.says_in(FLAT, words)
        await street.ana.reads(words.split()[-1], "waiting for", chat=FLAT)
        await street.ana.presses("Confirm with PIN", chat=FLAT)
        await street.settled()
    assert not any("Balance" in text for text in await seen(street.ben))
    probes = [call for call in await street.calls("deleteEphemeralMessage") if call["error_code"] == 404]
    assert len(probes) == (1 if level == "10.0" else 0)
    mine = [message for message in await street.ana.messages(FLAT) if message["ephemeral"]]
    assert len(mine) == (0 if level == "10.0" else 2)


async def test_a_server_that_does_not_know_them_any_more_is_noticed(street: Street) -> None:
    """Before anything is told: whether it knows them is asked each time, until the answer is no; then once a minute."""
    await asks(street)
    await street.ana.reads_ephemeral("Balance after", chat=FLAT)
    for level, chat in (("10.0", None), ("10.3", None), ("10.3", FLAT)):
        street.world.features.level = level
        await street.ana.says_in(FLAT, f"/pay @ben 6 supper {level} {chat}")
        await street.ana.reads(f"supper {level} {chat}", chat=FLAT)
        await street.ana.presses("Confirm with PIN", chat=FLAT)
        await street.ana.reads(f"supper {level} {chat}", "Balance after", chat=chat)
        if level == "10.3":
            street.clock.advance(seconds=61)
    assert not any("Balance" in text for text in await seen(street.ben))


async def test_a_press_that_is_handled_late_is_answered_in_private(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than 15 seconds after the press the server refuses."""
    monkeypatch.setattr(queries, "EPHEMERAL_SECONDS", -1)
    await asks(street)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=FLAT)


async def test_a_server_that_tells_the_group_all_the_same_is_not_tried_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should its answer show that everybody was told, the message is deleted at once, and the private chat is used."""
    monkeypatch.setattr("sandbox.telegram.methods.sending.read_receiver", lambda *_: None)
    await asks(street)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    assert await seen(street.ben) == [WAITING]
    await street.ana.says_in(FLAT, "/pay @ben 6 supper")
    await street.ana.reads("supper", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Send €6.00 to Ben Okafor")
    assert len([call for call in await street.calls("deleteMessage") if call["ok"]]) == 1


async def test_a_card_that_is_gone_is_shown_in_private(street: Street) -> None:
    """She deleted it: what comes next is never told to the group."""
    keypad = await opens_keypad(street)
    await street.ana.says("/help")  # she is busy elsewhere
    street.world.delete_message(street.world.chats[FLAT], keypad["id"])
    await street.ana.says("/cancel")
    await street.ana.reads("This payment was cancelled.")
    await street.settled()
    assert await seen(street.chai) == ["Ana Moreno did not pay Ben Okafor €5.00. No money moved.\nNote: “lunch”"]


async def test_a_number_that_telegram_gives_again_is_another_message(street: Street) -> None:
    """Once an ephemeral message is over, its number may be another's: the older card lets go of it."""
    await asks(street)
    await street.ana.reads_ephemeral("Balance after: €45.00", chat=FLAT)
    street.world.chats[FLAT].ephemerals.clear()
    street.world.chats[FLAT].next_ephemeral_id = 1
    await street.ana.says_in(FLAT, "/pay @ben 6 supper")
    await street.ana.reads("supper", chat=FLAT)
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads_ephemeral("Balance after: €44.00", chat=FLAT)
    await street.settled()

    async def work(conn: AsyncConnection) -> list[int | None]:
        mine = select(models.Card.message_id).where(models.Card.kind == "payment").order_by(models.Card.created_at)
        return list((await conn.execute(mine)).scalars())

    assert sorted(await street.context.store.transaction(work), key=str) == [-1, None]


async def test_a_group_that_migrates_between_card_and_pin(street: Street) -> None:
    """What Ana saw there is gone: the card stands anew in the supergroup, and from there she pays."""
    await opens_keypad(street)
    moved = int((await street.ana.does("upgrade", FLAT))["chat_id"])
    await street.ben.reads(WAITING, chat=moved)
    await street.ana.presses("Confirm with PIN", chat=moved)
    await street.ana.reads("Balance after")
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=moved)
    assert await seen(street.ben, moved) == [PAID]


async def test_a_payee_who_leaves_the_group_is_paid(street: Street) -> None:
    """Between card and PIN: they are who they are, wherever they are."""
    await opens_keypad(street)
    await street.ben.does("leave", FLAT)
    await street.ana.types_pin(chat=FLAT)
    await street.ana.reads_ephemeral("You sent €5.00", chat=FLAT)
    await street.ben.reads("You received €5.00 from Ana Moreno")
    await street.chai.reads(PAID, chat=FLAT)


async def test_the_public_card_may_be_deleted_in_between(street: Street) -> None:
    """The payment goes through, and the payer has the receipt; no other card comes."""
    await opens_keypad(street)
    card = next(one for one in await street.ben.messages(FLAT) if WAITING in plain(one["text"]))
    await street.ana.does("delete", FLAT, message_id=card["id"])
    await street.ana.types_pin(chat=FLAT)
    await street.ana.reads_ephemeral("You sent €5.00", chat=FLAT)
    await street.settled()
    assert await seen(street.ben) == []
