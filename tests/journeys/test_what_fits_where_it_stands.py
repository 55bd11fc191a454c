"""One and the same refusal says in each place what was asked for there, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.telegram.cast import FLATMATES

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_one_does_not_ask_oneself(street: Street) -> None:
    """In private and in a group it is said in words of asking."""
    await street.open_wallets(street.ana)
    await street.ana.says("request 5 from @ana for lunch")
    await street.ana.reads("You cannot ask yourself for money. Nothing was asked.", "/request")
    await street.ana.says_in(FLATMATES.id, "/request @ana 5 lunch")
    await street.ana.reads("I told you why in our private chat", chat=FLATMATES.id)
    assert sum("You cannot ask yourself" in text for text in await street.ana.texts()) == 2


async def test_a_business_is_not_asked(street: Street) -> None:
    """It is paid and does not pay; the operator's payouts are nobody's concern here."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, "Bakery")
    await street.ana.says("request 5 from Bakery for bread")
    await street.ana.reads("A business is paid, it does not pay. Nothing was asked.", "/request")


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ("send 0 to @ben", "Nothing was paid."),
        ("request 0 from @ben", "Nothing was asked."),
        ("/me 0", "No link was made."),
    ],
)
async def test_what_is_no_amount_says_what_was_not_done(street: Street, words: str, nothing: str) -> None:
    """Paid, asked, or made a link."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says(words)
    await street.ana.reads("An amount must be more than nothing.", nothing)


async def test_the_answer_to_how_much_to_ask_for_says_so_too(street: Street) -> None:
    """Step by step as in one sentence."""
    await street.open_wallets(street.ana, street.ben)
    await street.context.contacts.set_askable(street.ben.id, askable=True)
    await street.ana.says("/request @ben")
    await street.ana.reads("How much?")
    await street.ana.says("plenty")
    await street.ana.reads("I could not read that as an amount. Nothing was asked.")


@pytest.mark.parametrize("words", ["0 dinner", "90 dinner @ben x0", "90 dinner @ben ½"])
async def test_a_split_that_cannot_be_read_speaks_of_splitting(street: Street, words: str) -> None:
    """Nobody was about to pay."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLATMATES.id, f"/split {words}")
    await street.ana.reads("Nothing was split.", chat=FLATMATES.id)


@pytest.mark.parametrize("name", ["The Little Bakery", "Brot & Spiele", "One Two Three Four Five", "5 Guys"])
async def test_a_business_is_told_words_that_pay_it_only_where_they_do(street: Street, name: str) -> None:
    """A name that I cannot read in a sentence is paid by its link."""
    await street.open_wallets(street.ana, street.luna)
    await street.open_business(street.luna, name)
    await street.luna.says("/business")
    shown = await street.luna.reads("People pay it through this link:")
    assert "pay 5 to" not in shown["text"]


async def test_the_way_to_the_help_leads_there(street: Street) -> None:
    """The button above the keyboard, where what is typed after the bot's name is no amount."""
    await street.open_wallets(street.ana)
    _, answer = await street.ana.asks_inline(street.ben.id, "lunch")
    await street.ana.start(answer["button"]["start_parameter"])
    await street.ana.reads("Write it as you would say it")


async def test_a_newcomer_by_the_link_of_a_business_is_told_to_open_it_again(street: Street) -> None:
    """After the PIN, as for everybody else's link."""
    await street.open_wallets(street.luna)
    bakery = await street.open_business(street.luna, "Bakery")
    await street.ana.start(f"pay_{bakery.id.hex}")
    await street.ana.reads("Choose a PIN first. Then open the link once more to pay.")


async def test_nobody_is_asked_by_a_name_that_says_nothing_to_me(street: Street) -> None:
    """And no word of paying, or that they had no wallet, which I do not know."""
    await street.open_wallets(street.ana)
    await street.ana.says("request 5 from zacharias for lunch")
    await street.ana.reads("I know nobody called zacharias, so nothing was asked.", "/request")
