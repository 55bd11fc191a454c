"""A card whose time is over says so by itself, and only such a card; and what time does to money waits for no card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bot.conversation import Cards
from bot.journeys import expiry
from sandbox.telegram.cast import FLATMATES
from tests.journeys.asides import set_aside
from tests.journeys.conftest import until

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

AFTER = 120 + 30


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time does is looked after again and again, by itself."""
    monkeypatch.setattr(expiry, "_LOOK_AGAIN", 0.01)


async def test_a_forgotten_card_closes_itself_and_may_be_asked_for_again(street: Street, clock: Clock) -> None:
    """Nobody presses anything; the card says that nothing was paid, and offers to ask again."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after")
    await street.settled()
    clock.advance(seconds=AFTER - 1)
    await expiry.close_expired(street.context)
    assert "Confirm with PIN" in await street.ana.buttons()
    clock.advance(seconds=1)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")
    assert await street.ana.buttons() == ["Ask again"]
    await street.ana.presses("Ask again")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")


async def test_an_abandoned_keypad_closes_too(street: Street, clock: Clock) -> None:
    """The pad stands in the card's place."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.presses("Confirm with PIN")
    await street.ana.reads("○○○○○○")
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")


async def test_what_was_paid_or_cancelled_is_left_as_it_is(street: Street, clock: Clock) -> None:
    """Time changes nothing about a receipt, and Telegram is not asked for anything."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben for lunch")
    await street.ana.confirms()
    await street.ana.reads("You sent €5.00 to Ben Okafor")
    await street.ana.says("send 6 to @ben for dinner")
    await street.ana.presses("Cancel")
    await street.ana.reads("Send €6.00 to Ben Okafor", "cancelled")
    edits = len(await street.calls("editMessageText"))
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    assert len(await street.calls("editMessageText")) == edits


async def two_cards(street: Street) -> None:
    """Ana is about to pay Ben €5.00, and Ben, a second later, to pay Ana €6.00."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("send 5 to @ben")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Balance after")
    street.clock.advance(seconds=1)
    await street.ben.says("send 6 to @ana")
    await street.ben.reads("Send €6.00 to Ana Moreno", "Balance after")
    await street.settled()


async def test_a_blocked_bot_does_not_hold_up_the_others(street: Street, clock: Clock) -> None:
    """Ana has blocked the bot; Ben's card closes all the same."""
    await two_cards(street)
    await street.blocks(street.ana, blocked=True)
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ben.reads("Send €6.00 to Ana Moreno", "No money moved")


async def test_a_flooded_chat_does_not_hold_up_the_others(street: Street, clock: Clock) -> None:
    """Telegram wants Ana's card to wait; Ben's closes all the same, and hers when it is looked at again."""
    await two_cards(street)
    clock.advance(seconds=AFTER)
    fault = {"method": "editMessageText", "kind": "retry_after", "retry_after": 3600, "chat_id": str(street.ana.id)}
    (await street.http.post("/control/fault", json=fault)).raise_for_status()
    await expiry.close_expired(street.context)
    await street.ben.reads("Send €6.00 to Ana Moreno", "No money moved")
    assert not street.world.faults._waiting, "it did meet the limit"
    clock.advance(seconds=30)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")


async def test_flooded_chats_leave_others_their_turn(
    street: Street, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest cards, as many as are looked at in one go, cannot be closed now: Ben's is looked at next."""
    await two_cards(street)
    clock.advance(seconds=AFTER)
    monkeypatch.setattr(Cards.overdue, "__defaults__", (1,))
    fault = {"method": "editMessageText", "kind": "retry_after", "retry_after": 3600, "chat_id": str(street.ana.id)}
    (await street.http.post("/control/fault", json=fault)).raise_for_status()
    for _ in range(2):
        await expiry.close_expired(street.context)
    assert "No money moved" in (await street.ben.texts())[-1]


async def test_a_card_that_cannot_be_looked_at_holds_up_none_behind_it(
    street: Street, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever ails it, the log says which card it is, and why; the next is closed in its turn."""
    await two_cards(street)
    clock.advance(seconds=AFTER)
    oldest, _ = await street.context.cards.overdue()
    await street.context.cards._change(oldest, quote_id=uuid4())
    monkeypatch.setattr(Cards.overdue, "__defaults__", (1,))
    for _ in range(2):
        await expiry.close_expired(street.context)
    await street.ben.reads("No money moved")
    assert [(str(record.args), record.exc_info is None) for record in caplog.records] == [(f"({oldest.id!r},)", False)]


async def test_a_card_is_set_right_when_its_message_is_known(street: Street, clock: Clock) -> None:
    """Telegram showed it and never said so; when its time is over nobody knows what to edit, until somebody presses."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLATMATES.id, "/pay @ben 5 lunch")
    shown = await street.ben.reads("waiting for Ana Moreno’s PIN", chat=FLATMATES.id)
    await street.settled()
    await street.forget_number(street.ana, FLATMATES.id, shown)
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ben.presses("Cancel", chat=FLATMATES.id)
    await street.settled()
    await expiry.close_expired(street.context)
    await street.ben.reads("Ana Moreno did not pay Ben Okafor €5.00. No money moved.\nNote: “lunch”", chat=FLATMATES.id)


async def test_a_card_asked_for_again_meanwhile_is_looked_at_again(street: Street, clock: Clock) -> None:
    """Its time was over and it was about to be closed when its payer asked again: the new time ends as well."""
    await two_cards(street)
    clock.advance(seconds=AFTER)
    stale = await street.context.cards.overdue()
    await expiry.close_expired(street.context)
    await street.ana.presses("Ask again")
    await street.ana.reads("Balance after")
    await street.settled()
    for card in stale:
        await street.context.cards.looked_at(card)
    clock.advance(seconds=AFTER)
    await expiry.close_expired(street.context)
    await street.ana.reads("Send €5.00 to Ben Okafor", "No money moved")


@pytest.mark.usefixtures("often")
async def test_money_does_not_wait_for_a_card(street: Street, clock: Clock) -> None:
    """Telegram holds back an edit of Chai's card; what Ana had set aside comes back to her meanwhile."""
    await street.open_wallets(street.ana, street.chai)
    await set_aside(street)
    await street.chai.says("send 6 to @ana")
    await street.chai.reads("Send €6.00 to Ana Moreno", "Balance after")
    await hangs(street, "editMessageText", street.chai)
    clock.advance(seconds=AFTER)
    await has_hung(street)
    clock.advance(days=7)
    await came_back(street)
    assert "Confirm with PIN" in await street.chai.buttons(), "it is still held back"


@pytest.mark.usefixtures("often")
async def test_money_does_not_wait_for_a_reminder(street: Street, clock: Clock) -> None:
    """Telegram holds back what reminds Ana at half time; at the end her money comes back all the same."""
    await street.open_wallets(street.ana)
    await set_aside(street)
    await hangs(street, "sendMessage", street.ana)
    clock.advance(days=4)
    await has_hung(street)
    clock.advance(days=3)
    await came_back(street)


async def hangs(street: Street, method: str, somebody: Somebody) -> None:
    """Telegram neither does nor answers the next call of this method in somebody's chat."""
    fault = {"method": method, "kind": "hang", "chat_id": str(somebody.id)}
    (await street.http.post("/control/fault", json=fault)).raise_for_status()


async def has_hung(street: Street) -> None:
    """Wait until the bot has made this call, and waits for its answer."""

    async def it_hangs() -> bool:
        return not street.world.faults._waiting

    await until(it_hangs)


async def came_back(street: Street) -> None:
    """Wait until Ana has again what she had set aside: less long than a call to Telegram may take."""

    async def she_has_it() -> bool:
        return await street.cents(street.ana) == 50_00

    await until(she_has_it)
