"""What others see is kept in step with what happened; nobody's news waits for it, or is told twice because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bot.journeys import expiry, requested
from tests.journeys.asides import chooses_pin, data, in_chat, set_aside
from tests.journeys.boards import FLAT, all_in, bots_words

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.journeys.conftest import Street
    from wallet import Request

pytestmark = pytest.mark.anyio

OVER = "Ana Moreno asked Ben Okafor for €10.00. That is over. No money moved.\nNote: “cinema”"


@pytest.fixture(autouse=True)
def older_server(street: Street) -> None:
    """Without messages for one member alone, what is private happens in one's own chat."""
    street.world.features.level = "10.0"


async def asked_in_the_flat(street: Street) -> Request:
    """Ana asks Ben for €10 where others see it."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, "/request @ben 10 cinema")
    await street.ana.reads("Ana Moreno asks Ben Okafor for €10.00 · waiting", chat=FLAT)
    await street.ben.reads("Ana Moreno asks you to pay €10.00")
    await street.told()
    (request,) = await street.wallet.open_requests_to((await street.party(street.ben)).id)
    return request


@pytest.mark.parametrize("kind", ["retry_after", "server_error", "lost_reply"])
async def test_who_is_paid_reads_it_once_though_a_group_cannot_be_shown_it(
    street: Street, clock: Clock, kind: str
) -> None:
    """The group has to wait, and reads it later; what comes next for Ana does not wait for the group."""
    asked = await asked_in_the_flat(street)
    quote = await street.wallet.quote_request(asked.id, asked.payer.id, key=uuid4())
    await street.cannot_be_edited(FLAT, kind)
    await street.wallet.confirm(quote.id, asked.payer.id, street.ben.pin)
    clock.advance(seconds=11)
    street.context.courier_wake()
    await street.told()
    await street.give(street.ana, 1_00)
    assert not street.world.faults._waiting, "it did meet the fault"
    assert await in_chat(street.ana, "You received €10.00") == 1
    clock.advance(seconds=30)
    await expiry.close_expired(street.context)
    await street.chai.reads("✓ Ben Okafor paid Ana Moreno €10.00", chat=FLAT)
    clock.advance(hours=2)
    street.context.courier_wake()
    await street.settled()
    assert await in_chat(street.ana, "You received €10.00") == 1


async def test_who_asked_reads_once_that_it_was_declined_though_the_payers_chat_has_to_wait(
    street: Street, clock: Clock
) -> None:
    """Ben's card cannot be changed when he declines elsewhere: Ana reads it, the group too, and his card follows."""
    asked = await asked_in_the_flat(street)
    await street.cannot_be_edited(street.ben.id)
    await street.wallet.decline_request(asked.id, asked.payer.id)
    street.context.courier_wake()
    await street.told()
    assert await in_chat(street.ana, "Ben Okafor declined to pay €10.00") == 1
    await street.chai.reads(OVER, chat=FLAT)
    clock.advance(seconds=30)
    await expiry.close_expired(street.context)
    await street.ben.reads("You declined to pay Ana Moreno €10.00")


async def test_a_card_that_had_to_wait_is_tried_until_it_is_shown(street: Street, clock: Clock) -> None:
    """And not any more after that."""
    asked = await asked_in_the_flat(street)
    await street.cannot_be_edited(FLAT, times=3)
    await street.wallet.decline_request(asked.id, asked.payer.id)
    street.context.courier_wake()
    await street.told()
    for _ in range(3):
        assert OVER not in await bots_words(street)
        clock.advance(seconds=30)
        await expiry.close_expired(street.context)
    assert OVER in await bots_words(street)
    clock.advance(days=1)
    assert await street.context.cards.overdue() == []


async def test_a_card_that_had_to_wait_still_ends_when_its_time_is_over(street: Street, clock: Clock) -> None:
    """Looked at once more in between, a payment in a chat without the bot closes as any other."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.picks_inline(street.ben.id, "5 lunch", "Pay €5.00")
    fault = {"method": "editMessageText", "kind": "server_error"}
    (await street.http.post("/control/fault", json=fault)).raise_for_status()
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor")
    await street.settled()
    clock.advance(seconds=30)
    await expiry.close_expired(street.context)
    await street.ben.reads("Ana Moreno pays Ben Okafor €5.00 · waiting", chat=street.ana.id)
    clock.advance(minutes=3)
    await expiry.close_expired(street.context)
    await street.ben.reads("Ana Moreno did not pay Ben Okafor €5.00", chat=street.ana.id)


async def test_a_request_ends_for_all_who_see_it_though_who_asked_has_blocked_the_bot(
    street: Street, clock: Clock
) -> None:
    """Seven days pass: Ben has nothing to press any more, and the group waits for nobody."""
    await asked_in_the_flat(street)
    await street.blocks(street.ana, blocked=True)
    clock.advance(days=7, seconds=1)
    await requested.end_unanswered(street.context)
    await street.told()
    await street.chai.reads(OVER, chat=FLAT)
    card = await street.ben.reads("Ana Moreno asked you for €10.00. The time for it is over")
    assert not card["inline_keyboard"]


async def test_a_split_ends_for_all_who_see_it_though_its_starter_has_blocked_the_bot(
    street: Street, clock: Clock
) -> None:
    """As a request does: the news for Ana alone waits until she is back."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ben.reads("Ana Moreno asks you to pay €30.00")
    await street.told()
    await street.blocks(street.ana, blocked=True)
    clock.advance(days=7, seconds=1)
    await requested.end_unanswered(street.context)
    await street.told()
    await street.ben.reads("Ana Moreno asked you for €30.00. The time for it is over")
    await street.ben.reads("– Chai Srisuk · €30.00 · out of time", chat=FLAT)


async def test_a_split_that_gathered_people_first_is_looked_at_when_their_time_is_over(
    street: Street, clock: Clock
) -> None:
    """Asked on the third day, they have until the tenth: the board says so then, whoever can be told."""
    await street.open_wallets(street.ana, street.ben, street.chai)
    await all_in(street)
    clock.advance(days=3)
    await street.ana.presses("Ask everybody now", chat=FLAT)
    await street.ana.reads("to pay", chat=FLAT)
    await street.settled()
    clock.advance(days=5)
    await expiry.close_expired(street.context)
    await street.ana.reads("○ Chai Srisuk · €30.00 · to pay", chat=FLAT)
    clock.advance(days=2, seconds=1)
    await expiry.close_expired(street.context)
    await street.ana.reads("– Chai Srisuk · €30.00 · out of time", chat=FLAT)
    assert await street.context.cards.overdue() == []


async def test_a_group_sees_that_money_was_claimed_though_its_payer_has_blocked_the_bot(street: Street) -> None:
    """Ben accepts what Ana had set aside before them all: there is nothing left to claim."""
    await street.open_wallets(street.ana)
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ana.presses("Confirm with PIN", chat=FLAT)
    await street.ana.reads("Set aside €5.00 for @ben")
    await street.ana.confirms()
    await street.chai.reads("Ana Moreno has set €5.00 aside for @ben", chat=FLAT)
    await street.told()
    await street.blocks(street.ana, blocked=True)
    await street.ben.start()
    await chooses_pin(street.ben)
    await street.ben.presses("Accept")
    await street.ben.reads("You received €5.00")
    await street.told()
    await street.chai.reads("✓ Ana Moreno paid Ben Okafor €5.00", chat=FLAT)


async def test_who_takes_money_back_does_not_wait_for_the_chat_of_whom_it_was_for(street: Street, clock: Clock) -> None:
    """Telegram holds Ben's chat back for an hour: Ana goes on at once, and Ben's offer ends when it can."""
    await street.open_wallets(street.ana)
    code = await set_aside(street)
    await street.ben.start(code)
    await chooses_pin(street.ben)
    offer = await street.ben.reads("has set aside €5.00 for you")
    await street.told()
    await street.cannot_be_edited(street.ben.id, times=2)
    await street.ana.presses("Take it back")
    await street.ana.reads("Taken back · €5.00")
    await street.ana.says("/balance")
    await street.ana.reads("You have €50.00")
    await street.told()
    for _ in range(2):
        clock.advance(seconds=30)
        await expiry.close_expired(street.context)
    await street.ben.sees(
        lambda message: message["id"] == offer["id"] and "took back" in message["text"], "an offer that is over"
    )
    assert await in_chat(street.ben, "Ana Moreno took back the €5.00") == 2, "on the card, and in a message"
    assert "Accept" in data(offer)
