"""Paying in a chat that the bot is not in: offered by its name, bound by “It’s me”, confirmed by the payer alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot import models
from bot.journeys import expiry
from sandbox.person import plain
from sandbox.telegram.cast import FLATMATES, MARKET_STREET
from tests.journeys.asides import escrow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sandbox.person import Message
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

WAITING = "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"
PAID = "✓ Ana Moreno paid Ben Okafor €5.00\nNote: “lunch”"


async def offers(street: Street, words: str = "5 lunch") -> Message:
    """Ana offers money in her chat with Ben, in which there is no bot."""
    return await street.ana.picks_inline(street.ben.id, words, "Pay €5.00")


async def test_money_moves_in_a_chat_between_two_people(street: Street) -> None:
    """Ben says that it is him, Ana confirms in her own chat with the bot, and the message between them says so."""
    await street.open_wallets(street.ana, street.ben)
    await offers(street)
    await street.ben.reads("Ana Moreno would like to pay €5.00", "Note: “lunch”", chat=street.ana.id)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ben.reads(WAITING, chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after: €45.00")
    await street.ana.confirms()
    await street.ben.reads(PAID, chat=street.ana.id)
    assert (await street.cents(street.ana), await street.cents(street.ben)) == (45_00, 55_00)


async def test_the_payer_may_begin_from_the_message_itself(street: Street) -> None:
    """Its button brings the same card; Ben's press of it brings nothing."""
    await street.open_wallets(street.ana, street.ben)
    await offers(street)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ben.presses("Confirm with PIN", chat=street.ana.id)
    await street.ana.presses("Confirm with PIN", chat=street.ben.id)
    await street.ana.confirms()
    await street.ana.reads(PAID, chat=street.ben.id)
    await street.settled()
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert "This button is not for you." in toasts


async def test_the_first_to_press_is_the_payee(street: Street) -> None:
    """Chai presses what he saw a moment before Ben was bound: he is told, and Ana pays Ben."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.picks_inline(MARKET_STREET.id, "5 lunch", "Pay €5.00")
    seen = await street.chai.reads("would like to pay", chat=MARKET_STREET.id)
    ((pressed,),) = seen["inline_keyboard"]
    await street.ben.presses("It’s me", chat=MARKET_STREET.id)
    await street.ben.reads(WAITING, chat=MARKET_STREET.id)
    await street.forge_inline(street.chai, pressed["data"])
    await street.settled()
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts == ["Now it is theirs to confirm.", "This offer is too old. Nothing was paid."]
    await street.ben.reads(WAITING, chat=MARKET_STREET.id)


@pytest.mark.parametrize(
    ("words", "shown", "ended"),
    [
        ("/pay @ben 5 lunch", "Ana Moreno pays Ben Okafor €5.00", "Ana Moreno did not pay Ben Okafor"),
        ("/request @ben 5 lunch", "Ana Moreno asks Ben Okafor for €5.00", "That is over"),
    ],
)
async def test_a_groups_card_is_not_taken_from_its_message(street: Street, words: str, shown: str, ended: str) -> None:
    """Chai presses by hand, with its id, under a message that he sent through the bot: nothing comes of it."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await street.ana.says_in(FLATMATES.id, words)
    card = await street.chai.reads(shown, chat=FLATMATES.id)
    card_id = card["inline_keyboard"][0][0]["data"].partition(":")[2]
    for word in ("itsme", "askme", "gpin", "gcancel", "gaskpay", "gaskcancel"):
        for presser in (street.chai, street.ana):
            await street.forge_inline(presser, f"{word}:{card_id}")
            await street.settled()
    toasts = {call["params"].get("text") for call in await street.calls("answerCallbackQuery")}
    assert not any("private chat" in (toast or "") or "did not work" in (toast or "") for toast in toasts)
    await street.ana.presses("Cancel", chat=FLATMATES.id)
    assert (await street.chai.reads(ended, chat=FLATMATES.id))["id"] == card["id"]


async def test_nobody_pays_themselves(street: Street) -> None:
    """The payer's own press says who is to press."""
    await street.open_wallets(street.ana, street.ben)
    await offers(street)
    await street.ana.presses("It’s me", chat=street.ben.id)
    await street.settled()
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts == ["Whoever is to be paid presses this."]
    await street.ana.reads("would like to pay", chat=street.ben.id)


async def test_a_payee_without_a_wallet_may_say_that_it_is_them(street: Street) -> None:
    """What Ana confirms is set aside for that very person."""
    await street.open_wallets(street.ana)
    await offers(street)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("has no wallet yet", "Set aside €5.00")
    await street.ana.confirms()
    await street.ben.reads("Ana Moreno has set €5.00 aside for Ben Okafor", "Note: “lunch”", chat=street.ana.id)
    assert await escrow(street) == 5_00


async def test_an_offer_that_expires_says_so(street: Street) -> None:
    """Bound and not confirmed in time: the message says that nothing moved."""
    await street.open_wallets(street.ana, street.ben)
    await offers(street)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ben.reads(WAITING, chat=street.ana.id)
    await street.settled()
    street.clock.now += timedelta(minutes=3)
    await expiry.close_expired(street.context)
    await street.ben.reads("Ana Moreno did not pay Ben Okafor €5.00", "Note: “lunch”", chat=street.ana.id)


async def test_a_payer_who_cannot_be_told_why_does_not_pass_for_the_payee(street: Street) -> None:
    """Ana has too little, and has blocked the bot since: that is noted of her, and not of Ben, who pressed."""
    await street.open_wallets(street.ana, cents=1_00)
    await street.open_wallets(street.ben)
    await offers(street)
    await street.blocks(street.ana, blocked=True)
    await street.settled()
    await street.context.people.set_reachable(street.ana.id, reachable=True)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.refused_by_telegram()
    await street.settled()

    async def unreachable(conn: AsyncConnection) -> list[int]:
        return list((await conn.execute(select(models.Person.user_id).where(~models.Person.reachable))).scalars())

    assert await street.context.store.read(unreachable) == [street.ana.id]


@pytest.mark.parametrize(
    "words", ["", "lunch", "1,234 rent", "0", "5 dollars", "5 000 000 000 000 000", f"5 {'x' * 141}"]
)
async def test_what_is_no_amount_offers_nothing(street: Street, words: str) -> None:
    """There is nothing to send by mistake; the way to write it is shown."""
    await street.open_wallets(street.ana)
    _, answer = await street.ana.asks_inline(street.ben.id, words)
    assert answer["results"] == []
    assert "Write an amount" in plain(answer["button"]["text"])


async def test_somebody_without_a_wallet_is_offered_one(street: Street) -> None:
    """Not a message that could not be paid."""
    _, answer = await street.ana.asks_inline(street.ben.id, "5 lunch")
    assert answer["results"] == []
    assert "Open a wallet" in plain(answer["button"]["text"])


async def test_without_feedback_the_first_press_keeps_the_offer(street: Street) -> None:
    """BotFather's switch for feedback may be off: Telegram then does not tell what was sent."""
    await street.open_wallets(street.ana, street.ben)
    street.world.features.inline_feedback = False
    await offers(street)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_forwarded_offer_does_nothing(street: Street) -> None:
    """Its buttons are gone; pressing them by hand, from another message, is refused."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    sent = await offers(street)
    await street.ana.forwards_to(street.chai.id, sent, from_chat=street.ben.id)
    copy = await street.chai.reads("would like to pay", chat=street.ana.id)
    assert not copy["inline_keyboard"]
