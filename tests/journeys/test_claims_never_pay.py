"""What never moves money that was set aside: links, forwards, edits, replays, other people's buttons; and races."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.journeys.asides import OFFER, chooses_pin, data, escrow, in_chat, set_aside
from tests.journeys.conftest import until

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_link_that_was_bent_leads_nowhere(street: Street) -> None:
    """A letter changed, a payment that set nothing aside, no code at all: a sentence each, and nothing moves."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("send 5 to @luna")
    ordinary = data(await street.ana.reads("Open until"))["Confirm with PIN"].partition(":")[2]
    for code in ("A" * 22, "x", ordinary):
        await street.ben.start(f"claim_{code}")
        await street.ben.reads("This link leads to nothing I know", "No money moved")
        await street.ben.says("/balance")
        await street.ben.reads("You have €50.00")


async def test_links_forwards_and_edits_move_nothing(street: Street) -> None:
    """Opened ten times, forwarded, edited into another message, sent through another bot: the money waits."""
    await street.open_wallets(street.ana, street.ben)
    street.becomes(street.ben, username="benny")
    await street.ben.says("/balance")
    await street.settled()
    code = await set_aside(street)
    street.becomes(street.ben, username="ben")
    for _ in range(10):
        await street.ben.start(code)
    offer = await street.ben.reads(*OFFER)
    await street.settled()
    command = next(message for message in await street.ben.messages() if message["text"] == f"/start {code}")
    for message in (command, offer):
        await street.ben.forwards(message)
    said = await street.ben.says("hello")
    await street.ben.edits(said, f"/start {code}")
    await street.ben.writes(f"/start {code}", via_bot=True)
    await street.ben.reads("Only a message that you write yourself can pay")
    await street.replay(f"/start {code}")
    await street.settled()
    assert (await street.cents(street.ana), await street.cents(street.ben), await escrow(street)) == (
        45_00,
        50_00,
        5_00,
    )


async def test_other_peoples_buttons_move_nothing(street: Street) -> None:
    """Luna sends Ben's buttons and Ana's, from every chat; Ben sends Ana's: a polite answer each."""
    await street.open_wallets(street.ana, street.luna)
    code = await set_aside(street)
    card = await street.ana.reads("Set aside for @ben")
    await street.ben.start(code)
    await chooses_pin(street.ben)
    offer = await street.ben.reads(*OFFER)
    own = data(card)["Take it back"]
    crossed = [f"{word}:{own.partition(':')[2]}" for word in ("accept", "refuse")]
    crossed += [f"{word}:{data(offer)['Accept'].partition(':')[2]}" for word in ("back", "pin", "cancel", "again")]
    for chat in (street.ana, street.ben, street.luna):
        for pressed in (*data(offer).values(), own, *crossed):
            await street.forge(street.luna, pressed, chat, offer["id"])
        await street.forge(street.ben, own, chat, card["id"])
    for pressed in crossed:
        await street.forge(street.ben, pressed, street.ben, offer["id"])
        await street.forge(street.ana, pressed, street.ana, card["id"])
    await street.settled()
    toasts = {call["params"].get("text") for call in await street.calls("answerCallbackQuery")}
    assert "This button is not for you." in toasts
    assert await escrow(street) == 5_00
    await street.ben.reads(*OFFER)


async def test_accept_pressed_three_times_and_delivered_twice_pays_once(street: Street) -> None:
    """Whatever Telegram repeats, there is one capture, one receipt, one word to each."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    await street.ben.reads(*OFFER)
    await street.http.post("/control/updates", json={"duplicate": True})
    await street.ben.presses("Accept", times=3)
    await street.ben.reads("You received €5.00")
    await street.ana.reads("Ben Okafor accepted the €5.00")
    await street.settled()
    assert (await street.cents(street.ben), await escrow(street)) == (5_00, 0)
    assert await in_chat(street.ben, "You received") == 1
    assert await in_chat(street.ana, "accepted the €5.00") == 1


async def test_the_receipt_comes_by_courier_if_the_edit_failed(street: Street) -> None:
    """The money is Ben's; that Telegram stumbled just then delays only the news of it, in the offer's own place."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    offer = await street.ben.reads(*OFFER)
    fault = {"method": "editMessageText", "kind": "server_error", "times": 2, "chat_id": str(street.ben.id)}
    await street.http.post("/control/fault", json=fault)
    await street.ben.presses("Accept")

    async def captured() -> bool:
        return await escrow(street) == 0

    await until(captured)
    street.clock.advance(seconds=11)
    street.context.courier_wake()
    receipt = await street.ben.reads("You received €5.00 from Ana Moreno", "New balance: €5.00")
    assert receipt["id"] == offer["id"]
    await street.ana.reads("Ben Okafor accepted the €5.00")
    assert (await street.cents(street.ben), await in_chat(street.ben, "You received")) == (5_00, 1)


async def test_of_accepting_and_taking_back_at_once_one_wins(street: Street) -> None:
    """Five times over: both sides see the same end, and the money is in one place."""
    await street.open_wallets(street.ana, street.luna, cents=25_00)
    street.becomes(street.luna, username="nobody")
    await street.luna.says("/balance")
    await street.settled()
    for _ in range(5):
        await set_aside(street, "send 5 to @luna for lunch")
        street.becomes(street.luna, username="luna")
        await street.luna.start()
        offer = await street.luna.reads(*OFFER)
        card = await street.ana.reads("Set aside for @luna")
        await asyncio.gather(street.luna.taps(offer, "Accept"), street.ana.taps(card, "Take it back"))
        await street.settled()
        street.becomes(street.luna, username="nobody")
        await street.luna.says("/balance")
        await street.settled()
        ended = await street.ana.sees(lambda message, of=card["id"]: message["id"] == of, "her card", among=None)  # type: ignore[misc]
        assert not ended["inline_keyboard"]
        assert await escrow(street) == 0
    won = await in_chat(street.ana, "Claimed by Luna Rossi")
    assert won + await in_chat(street.ana, "Taken back") == 5
    assert (await street.cents(street.ana), await street.cents(street.luna)) == (25_00 - won * 5_00, 25_00 + won * 5_00)
