"""A business beside the personal account: opened, approved, paid; only the business pays a fee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_business_waits_for_approval_and_then_is_paid(street: Street) -> None:
    """Registered, approved by the operator, told so; before that it cannot be found."""
    await street.open_wallets(street.luna, street.ana)
    await street.luna.says("/business Café Luna")
    await street.luna.presses("Open")
    await street.luna.reads("Café Luna is registered", "I tell you when it can be paid")
    await street.ana.says("pay 5 to Café Luna")
    await street.ana.reads("I know nobody called Café Luna")
    await street.approve("Café Luna")
    await street.luna.reads("✓ Café Luna is approved")
    await street.ana.says("pay 5 to café luna")
    await street.ana.reads("Send €5.00 to Café Luna", "A business", "Total: €5.00")


async def test_the_payer_pays_the_price_and_the_business_the_fee(street: Street) -> None:
    """Ana pays €10.00 and no more; Luna is told gross, fee and net."""
    await street.open_wallets(street.luna, street.ana)
    await street.open_business(street.luna, "Café Luna")
    await street.ana.says("pay 10 to Café Luna for cake")
    await street.ana.reads("Fee: none for you", "Total: €10.00", "Balance after: €40.00")
    await street.ana.confirms()
    await street.ana.reads("You sent €10.00 to Café Luna", "Fee: none for you", "Your balance: €40.00")
    await street.luna.reads("Café Luna received €10.00 from Ana Moreno", "Fee: €0.10", "Net: €9.90", "Note: “cake”")
    await street.luna.says("/balance")
    await street.luna.reads("You have €50.00", "Café Luna: €9.90")


async def test_the_balance_says_by_what_code_each_account_is_paid_into(street: Street) -> None:
    """The operator finds the account by it, whatever its owner is called by then."""
    await street.open_wallets(street.luna)
    cafe = await street.open_business(street.luna, "Café Luna")
    luna = await street.party(street.luna)
    await street.luna.says("/balance")
    await street.luna.reads(f"Account code, for paying in: {luna.code}", f"Of Café Luna: {cafe.code}")
    assert str(luna.id).startswith(luna.code)
    assert luna.code != cafe.code


async def test_a_link_leads_to_the_business_and_pays_nothing_by_itself(street: Street) -> None:
    """The link opens the question how much; without an answer and a PIN nothing happens."""
    await street.open_wallets(street.luna, street.ana)
    business = await street.open_business(street.luna, "Café Luna")
    await street.luna.says("/business")
    await street.luna.reads(
        "Café Luna", "of each payment 0.99% is your fee", f"https://t.me/sixpence_bot?start=pay_{business.id.hex}"
    )
    await street.ana.start(f"pay_{business.id.hex}")
    await street.ana.reads("To Café Luna")
    await street.ana.reads("How much?")
    assert await street.cents(street.ana) == 50_00


async def test_a_broken_link_leads_nowhere(street: Street) -> None:
    """Whatever somebody made of the link, it ends in a sentence."""
    await street.open_wallets(street.ana)
    await street.ana.start("pay_nobody")
    await street.ana.reads("This link leads to nobody I know")


async def test_a_business_is_named_when_asked(street: Street) -> None:
    """/business alone asks for the name; the next words are it, once they are confirmed."""
    await street.open_wallets(street.luna)
    await street.luna.says("/business")
    await street.luna.reads("What is the new business called?")
    await street.luna.says("Café Luna")
    await street.luna.reads("Open a business named “Café Luna”?", "Nothing is registered until you press Open")
    assert not await _businesses(street)
    await street.luna.presses("Open")
    await street.luna.reads("Café Luna is registered")
    assert await _businesses(street) == ["Café Luna"]


async def test_words_that_were_no_name_open_nothing(street: Street) -> None:
    """Not now: nothing is registered, and the words after it are words again."""
    await street.open_wallets(street.luna)
    await street.luna.says("/business")
    await street.luna.says("why?")
    await street.luna.reads("Open a business named “why?”?")
    await street.luna.presses("Not now")
    await street.luna.reads("“why?” was not opened. Nothing was registered.")
    await street.luna.says("ok thanks")
    await street.luna.reads("I did not understand that")
    assert not await _businesses(street)


async def test_looking_at_a_business_asks_for_no_name(street: Street) -> None:
    """With one there already, the words after /business are words; another is opened by its button."""
    await street.open_wallets(street.luna)
    await street.open_business(street.luna, "Café Luna")
    await street.luna.says("/business")
    await street.luna.reads("Café Luna", "through this link")
    await street.luna.says("ok thanks")
    await street.luna.reads("I did not understand that")
    await street.luna.presses("Open another")
    await street.luna.reads("What is the new business called?")
    await street.luna.says("Bar Luna")
    await street.luna.reads("Open a business named “Bar Luna”?")
    await street.luna.presses("Open")
    await street.luna.reads("Bar Luna is registered")
    assert await _businesses(street) == ["Café Luna", "Bar Luna"]


async def test_whoever_may_open_no_more_is_offered_none(street: Street) -> None:
    """Five are all that a person may own."""
    await street.open_wallets(street.luna)
    for number in range(1, 6):
        await street.open_business(street.luna, f"Café {number}")
    await street.luna.says("/business")
    assert (await street.luna.reads("Café 1", "Café 5"))["inline_keyboard"] is None


async def test_a_business_is_opened_once_however_often_open_is_pressed(street: Street) -> None:
    """Further presses, and a late Not now, show what became of it."""
    await street.open_wallets(street.luna)
    await street.luna.says("/business Café Luna")
    card = await street.luna.reads("Open a business named")
    await street.luna.presses("Open", times=3)
    await street.luna.reads("Café Luna is registered")
    await street.settled()
    stored = await street.context.cards.of_message(street.luna.id, street.luna.id, card["id"])
    assert stored is not None
    await street.forge(street.luna, f"nobusiness:{stored.id}", street.luna, card["id"])
    await street.settled()
    await street.luna.reads("Café Luna is registered")
    assert await _businesses(street) == ["Café Luna"]


async def test_ones_own_business_cannot_be_paid(street: Street) -> None:
    """Paying oneself through a shop would only feed the fee."""
    await street.open_wallets(street.luna)
    await street.open_business(street.luna, "Café Luna")
    await street.luna.says("pay 5 to Café Luna")
    await street.luna.reads("cannot pay yourself or a business of your own", "No money moved")


async def test_an_instruction_is_no_name(street: Street) -> None:
    """Whoever was asked for a name and writes a payment, even one that cannot be, does not found a business."""
    await street.open_wallets(street.luna, street.ben)
    await street.luna.says("/business")
    await street.luna.reads("What is the new business called?")
    await street.luna.says("send 0 to @ben")
    await street.luna.reads("To Ben Okafor")
    assert await street.wallet.businesses((await street.party(street.luna)).id) == ()


async def _businesses(street: Street) -> list[str]:
    return [each.name for each in await street.wallet.businesses((await street.party(street.luna)).id)]
