"""What others send somebody, ask of them or press is bounded: one person cannot stop the bot for everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.conftest import euros
from tests.journeys.asides import OFFER, chooses_pin, in_chat, set_aside
from tests.journeys.boards import FLAT
from wallet import MAX_NOTE, Part

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

A_FEW = 3
LIST = ("Open requests", "You are asked for")


async def many_shares(street: Street, count: int = 20) -> None:
    """Ana splits so many costs with Ben, with as much to say of each as she may; he has heard of them all."""
    await street.open_wallets(street.ana, street.ben)
    ana, ben = await street.party(street.ana), await street.party(street.ben)
    for _ in range(count):
        total, note = euros(street.wallet, 2), "😀" * MAX_NOTE
        await street.wallet.start_split(
            ana.id, uuid4(), total, note=note, way="even", parts=[Part(ben.id)], key=uuid4()
        )
    street.context.courier_wake()
    await street.told()


async def test_start_does_not_repeat_all_that_one_is_asked_for(street: Street) -> None:
    """Twenty shares are one list, as for /requests, short enough for Telegram; a press in it brings the card."""
    await many_shares(street)
    before = len(await street.calls("sendMessage"))
    await street.ben.start()
    await street.ben.reads(*LIST, "20")
    await street.settled()
    assert len(await street.calls("sendMessage")) - before == 2
    await street.ben.presses("€0.01 to Ana Moreno")
    await street.ben.reads("Ana Moreno asks you to pay €0.01", "Open until")


async def test_what_was_asked_by_a_username_is_theirs_though_it_comes_as_a_list(street: Street) -> None:
    """Ben opens a wallet and finds more than a few shares: all are his from now on, and the boards say so."""
    await street.open_wallets(street.ana)
    for _ in range(A_FEW + 1):
        await street.ana.says_in(FLAT, "/split 9 pizza @ben")
        await street.ana.reads("no wallet yet", chat=FLAT)
        await street.settled()
    await street.ben.start()
    await street.ben.reads("choose a PIN")
    await chooses_pin(street.ben)
    await street.ben.reads(*LIST, str(A_FEW + 1))
    await street.settled()
    ben = await street.party(street.ben)
    assert len(await street.wallet.open_requests_to(ben.id)) == A_FEW + 1
    assert not any("no wallet yet" in text for text in await street.ana.texts_in(FLAT))


async def test_start_shows_a_few_offers_at_a_time(street: Street) -> None:
    """Of five offers three come, and word of the other two; those come once these are answered."""
    await street.open_wallets(street.ana)
    for _ in range(A_FEW + 2):
        await set_aside(street)
        await street.settled()
    await street.ben.start()
    await street.ben.reads("choose a PIN")
    await chooses_pin(street.ben)
    await street.ben.reads("2 more offers are waiting for you")
    assert await in_chat(street.ben, OFFER[0]) == A_FEW
    for taken in (1, 2):
        await street.ben.presses("Accept")
        await street.settled()
        assert await street.cents(street.ben) == taken * 5_00
    await street.ben.start()
    await street.ben.reads("Welcome back")
    await street.settled()
    assert await in_chat(street.ben, OFFER[0]) == A_FEW
    assert await in_chat(street.ben, "more offers are waiting") == 1


async def test_presses_do_not_flood_whoever_wrote_the_offer(street: Street) -> None:
    """Ana offers more than she has: she hears why it came to nothing once, however often Ben presses."""
    await street.open_wallets(street.ana, cents=1_00)
    await street.open_wallets(street.ben)
    await street.ana.picks_inline(street.ben.id, "5 lunch", "Pay €5.00")
    for _ in range(5):
        await street.ben.presses("It’s me", chat=street.ana.id)
    await street.settled()
    assert await in_chat(street.ana, "That is more than you have") == 1
    await street.give(street.ana, 9_00)
    await street.ben.presses("It’s me", chat=street.ana.id)
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_presses_do_not_flood_whoever_asks(street: Street) -> None:
    """Ana has asked as often as she may: she hears of that once, however often Ben presses what she sent."""
    await street.open_wallets(street.ana, street.ben)
    street.wallet._settings = street.wallet._settings.model_copy(update={"limit_requests_a_day": 1})
    await street.context.contacts.remember(street.ana.id, street.ben.id, street.ben.full_name)
    await street.context.contacts.set_askable(street.ben.id, askable=True)
    await street.ana.says("/request 10 @ben cinema")
    await street.ben.reads("asks you to pay €10.00")
    await street.ana.picks_inline(street.ben.id, "request 5 lunch", "Ask for €5.00")
    for _ in range(5):
        await street.ben.presses("Pay", chat=street.ana.id)
    await street.settled()
    assert await in_chat(street.ana, "You can ask for money") == 1
