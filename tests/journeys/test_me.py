"""/me: a link and a QR code to be paid by. Opening one never pays by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.person import plain

if TYPE_CHECKING:
    from sandbox.person import Message
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


def parameter(message: Message) -> str:
    """The start parameter of the link under a picture."""
    (found,) = re.findall(r"https://t\.me/sixpence_bot\?start=(\S+)", plain(message["text"]))
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", found)
    return str(found)


async def test_a_link_without_an_amount_asks_for_one_and_then_pays_by_pin(street: Street) -> None:
    """Ben opens Ana's link: how much, what for, the card, his PIN; the same as with /send."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me")
    picture = await street.ana.reads("Pay Ana Moreno", "Nothing moves until you confirm")
    assert picture["photo"]
    await street.ben.start(parameter(picture))
    await street.ben.reads("To Ana Moreno")
    await street.ben.reads("How much?")
    await street.ben.presses("€10.00")
    await street.ben.presses("Skip")
    await street.ben.reads("Send €10.00 to Ana Moreno", "@ana")
    assert await street.cents(street.ben) == 50_00
    await street.ben.confirms()
    await street.ana.reads("You received €10.00 from Ben Okafor")


async def test_a_link_with_an_amount_and_a_note_opens_the_card(street: Street) -> None:
    """Everything is known, so the card is next; it pays as often as a PIN says so, and never by being opened."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me 5 coffee")
    picture = await street.ana.reads("Pay €5.00 to Ana Moreno", "Note: “coffee”", "Good until 21 Dec")
    code = parameter(picture)
    assert "coffee" not in code
    for _ in range(3):
        await street.ben.start(code)
    await street.ben.reads("Send €5.00 to Ana Moreno", "Note: “coffee”")
    await street.settled()
    assert await street.cents(street.ben) == 50_00
    await street.ben.confirms()
    await street.ana.reads("You received €5.00 from Ben Okafor", "coffee")


async def test_the_link_of_an_account_stays_the_same(street: Street) -> None:
    """What hangs on a wall is good for ever."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me")
    first = parameter(await street.ana.reads("Pay Ana Moreno"))
    street.clock.advance(days=400)
    await street.ana.says("/me")
    await street.settled()
    assert parameter(await street.ana.reads("Pay Ana Moreno")) == first


async def test_a_link_with_an_amount_expires(street: Street) -> None:
    """After 30 days it says so, and nothing happens."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me 5 coffee")
    code = parameter(await street.ana.reads("Note: “coffee”"))
    street.clock.advance(days=30)
    await street.ben.start(code)
    await street.ben.reads("This link was good until", "Nothing was paid", "Ask for a new one")


async def test_ones_own_link_pays_nobody(street: Street) -> None:
    """Its maker is told what it is for."""
    await street.open_wallets(street.ana)
    await street.ana.says("/me 5 coffee")
    await street.ana.start(parameter(await street.ana.reads("Note: “coffee”")))
    await street.ana.reads("This link is your own", "see it again with /me")


async def test_a_link_with_a_changed_character_leads_to_nobody(street: Street) -> None:
    """Each place in turn, also in what comes before the code: a clear sentence, and nothing else."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me 5 coffee")
    code = parameter(await street.ana.reads("Note: “coffee”"))
    for at in range(0, len(code), 5):
        flipped = code[:at] + ("x" if code[at] != "x" else "y") + code[at + 1 :]
        await street.ben.start(flipped)
        await street.settled()
        await street.ben.reads("This link leads to nobody I know", "Nothing was paid")
    assert not any("Send €5.00" in text for text in await street.ben.texts())


async def test_a_business_gets_the_code_for_its_counter(street: Street) -> None:
    """Its owner chooses which account it is for; whoever scans it pays the business."""
    await street.open_wallets(street.luna, street.ana)
    await street.open_business(street.luna, "Café Luna")
    await street.luna.says("/me 3.50 espresso")
    await street.luna.reads("Which account is it for?")
    assert await street.luna.buttons() == ["Luna Rossi", "Café Luna"]
    await street.luna.presses("Café Luna")
    picture = await street.luna.reads("Pay €3.50 to Café Luna", "espresso")
    await street.ana.scans(picture)
    await street.ana.reads("Send €3.50 to Café Luna", "A business", "Fee: none for you")
    await street.luna.start(parameter(picture))
    await street.luna.reads("This link is your own")


async def test_the_picture_says_what_the_link_says(street: Street) -> None:
    """A camera reads the very link that stands below."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me 1,234")
    await street.ana.reads("reads two ways")
    await street.ana.presses("€1.23")
    picture = await street.ana.reads("Pay €1.23 to Ana Moreno")
    assert await street.ben.scans(picture) == f"https://t.me/sixpence_bot?start={parameter(picture)}"
    await street.ben.reads("Send €1.23 to Ana Moreno")


async def test_the_amount_is_changed_by_button(street: Street) -> None:
    """Written with a note, refused with a reason, or taken away again; each gives a picture of its own."""
    await street.open_wallets(street.ana)
    await street.ana.says("/me")
    await street.ana.presses("Change amount")
    await street.ana.reads("How much shall it ask for?")
    await street.ana.says("a lot")
    await street.ana.reads("I could not read that as an amount")
    await street.ana.says("7.50 for lunch")
    await street.ana.reads("Pay €7.50 to Ana Moreno", "Note: “lunch”")
    await street.ana.presses("Change amount")
    await street.ana.presses("Any amount")
    await street.ana.reads("Pay Ana Moreno")
    await street.ana.says("5")
    await street.ana.reads("I did not understand that")


async def test_any_amount_leaves_a_newer_question_alone(street: Street) -> None:
    """The button stays when its own question was answered long ago; what is asked by now still waits."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me")
    await street.ana.presses("Change amount")
    question = await street.ana.reads("How much shall it ask for?")
    await street.ana.says("5")
    await street.ana.reads("Pay €5.00 to Ana Moreno")
    await street.ana.says("/send @ben")
    await street.ana.reads("How much?")
    await street.ana.taps(question, "Any amount")
    await street.ana.reads("Pay Ana Moreno")
    await street.ana.says("7")
    await street.ana.reads("What is it for?")


async def test_the_link_is_sent_on_by_button(street: Street) -> None:
    """Telegram's own sharing page, with the link and a word about it."""
    await street.open_wallets(street.ana)
    await street.ana.says("/me 5 coffee")
    picture = await street.ana.reads("Note: “coffee”")
    (share,) = (key for row in picture["inline_keyboard"] for key in row if "Send it on" in key["text"])
    asked = urlsplit(share["url"])
    assert (asked.netloc, asked.path) == ("t.me", "/share/url")
    assert parse_qs(asked.query)["url"] == [f"https://t.me/sixpence_bot?start={parameter(picture)}"]
    assert "€5.00" in plain(parse_qs(asked.query)["text"][0])


async def test_a_forwarded_picture_and_anothers_buttons_do_nothing(street: Street) -> None:
    """The buttons work for their owner only, and a forward starts nothing."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/me 5 coffee")
    picture = await street.ana.reads("Note: “coffee”")
    change = next(key["data"] for row in picture["inline_keyboard"] for key in row if "data" in key)
    await street.forge(street.ben, change, street.ben, picture["id"])
    await street.ana.forwards(picture)
    await street.settled()
    assert not any("How much" in text for text in [*await street.ana.texts(), *await street.ben.texts()])


async def test_a_newcomer_chooses_a_pin_before_the_link_works(street: Street) -> None:
    """Whoever has no wallet yet is told to open the link once more."""
    await street.open_wallets(street.ana)
    await street.ana.says("/me 5 coffee")
    await street.ben.start(parameter(await street.ana.reads("Note: “coffee”")))
    await street.ben.reads("Choose a PIN first", "open the link once more")
    await street.ben.reads("PIN")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("20 dollars dinner", "This wallet keeps EUR, not USD."),
        ("5 try", "This wallet keeps EUR, not TRY."),
        ("5 fr tea", "This wallet keeps EUR, not CHF."),
        ("5 000 000 000 000 000", "That is more than can be paid at once."),
    ],
)
async def test_no_link_asks_for_less_than_was_written(street: Street, words: str, answer: str) -> None:
    """Another currency, or more words of a number, are part of the amount and not the note."""
    await street.open_wallets(street.ana)
    await street.ana.says(f"/me {words}")
    await street.ana.reads(answer, "No link was made.")
