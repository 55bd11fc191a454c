"""A number with a unit, a multiplier or another number behind it: fifty cents are not fifty euros."""

from __future__ import annotations

import pytest

from bot.amounts import Amount, NotAnAmount, parse_amount
from bot.intents import Ask, Intent, Name, NoIntent, Pay, Refused, Unclear, UserId, Username
from bot.journeys.me import read_amount
from bot.phrases import read
from bot.split_phrases import Split
from bot.split_phrases import read as read_split
from wallet import Currency

FIVE, BEN = Amount(500), Username("ben")
NO_NUMBER = NotAnAmount("not_a_number")
EURO = Currency("EUR", 2)

OTHER_NUMBERS = [
    "50 cents", "50 Cents", "50 ct", "50 c", "5 p", "5 pence", "50 centimes", "50 euro cents", "€50 cents",
    "5 k", "5 K", "5 m", "5 mio euros", "5 bn", "5 grand", "5 hundred", "5 hundred euros", "5 thousand", "5 million",
    "€5 k", "5 mille", "5 lakh", "2 dozen",
    "10 %", "10 percent", "10 per cent", "10 pour cent",
    "2 x 5", "2 x 5 euros", "2 x5", "2 × 5", "2 ×5", "2 * 5", "2 times 5", "2 fois 5", "20 / 4", "5 € x 3",
    "5 - 10", "5 – 10 euros", "5 — €10",
    "5 hong kong dollars", "5 czech koruna", "5 Egyptian pounds", "5 US cents", "5 lei",
    "5 twice", "5 plus 3", "5 minus 3", "9 divided by 3",
]  # fmt: skip
OTHER_CURRENCIES = [
    ("5 ron", "RON"),
    ("5 RON", "RON"),
    ("5 btc", "BTC"),
    ("5 bitcoins", "BTC"),
    ("0.5 ETH", "ETH"),
    ("5 usdt", "USDT"),
    ("5 crowns", "SEK"),
    ("5 kes", "KES"),
    ("5 PEN", "PEN"),
    ("5 TON", "TON"),
]


@pytest.mark.parametrize("amount", OTHER_NUMBERS)
def test_a_number_that_is_made_another_is_refused(amount: str) -> None:
    """Beside the number, before or behind the payee, paid or asked for, and nothing of it becomes the note."""
    assert read(f"send {amount} to @ben") == Refused(NO_NUMBER, BEN)
    assert read(f"send @ben {amount} for tea") == Refused(NO_NUMBER, BEN, "tea")
    assert read(f"ask @ben for {amount}") == Ask(Refused(NO_NUMBER, BEN))
    assert read(f"/request {amount} @ben") == Ask(Refused(NO_NUMBER, BEN))
    assert read(f"/pay {amount} ben") == Refused(NO_NUMBER, Name("ben"))
    assert read(f"/send {amount}", known=UserId(9)) == Refused(NO_NUMBER, UserId(9))


@pytest.mark.parametrize("amount", OTHER_NUMBERS)
def test_no_link_or_offer_or_split_asks_for_it(amount: str) -> None:
    """They read what is written with the same care."""
    assert read_amount(amount, EURO) == (NO_NUMBER, "")
    assert read_amount(f"{amount} tea", EURO) == (NO_NUMBER, "")
    assert read_amount(f"{amount}.", EURO) == (NO_NUMBER, "")
    assert read_split(f"{amount} @ben") == NO_NUMBER
    assert read_split(f"90 dinner @ben {amount}") == NO_NUMBER


@pytest.mark.parametrize(("amount", "code"), OTHER_CURRENCIES)
def test_a_currency_of_which_only_the_code_is_known_is_refused(amount: str, code: str) -> None:
    """Behind the number, in capitals, or where its code is no word."""
    refused = NotAnAmount("other_currency", code)
    assert parse_amount(amount) == refused
    assert read(f"send @ben {amount}") == Refused(refused, BEN)
    assert read_amount(f"{amount} tea", EURO) == (refused, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("send @ben 5 for 2 coffees", Pay(FIVE, BEN, "2 coffees")),
        ("send 5 for 2 coffees to @ben", Pay(FIVE, BEN, "2 coffees")),
        ("5 to @ben for 50 cents coffee", Pay(FIVE, BEN, "50 cents coffee")),
        ("send @ben 5 for 10 percent of it", Pay(FIVE, BEN, "10 percent of it")),
        ("send @ben 5 for 20 dollars", Unclear("two_amounts")),
        ("send @ben 5, k", Pay(FIVE, BEN, "k")),
        ("send @ben 5: cents", Pay(FIVE, BEN, "cents")),
        ("send 5 to @ben - 10 beers", Pay(FIVE, BEN, "10 beers")),
        ("send @ben 5 - beers", Pay(FIVE, BEN, "beers")),
        ("send @ben 5 x", Pay(FIVE, BEN, "x")),
        ("send @ben 5 all in", Pay(FIVE, BEN, "all in")),
        ("send @ben 5 top up", Pay(FIVE, BEN, "top up")),
        ("send @ben 5 cup of tea", Pay(FIVE, BEN, "cup of tea")),
        ("send @ben 5 gel", Pay(FIVE, BEN, "gel")),
        ("/send 5 Bob", Pay(FIVE, Name("Bob"))),
        ("pay Ron 5", Pay(FIVE, Name("Ron"))),
        ("send 5 to ron", Pay(FIVE, Name("ron"))),
        ("send @ben 5 lost my pounds", Pay(FIVE, BEN, "lost my pounds")),
        ("send 5 to @ben 50 cents", Unclear("two_amounts")),
        ("send @ben 5 euros 50 cents", Unclear("two_amounts")),
        ("send @ben 5 to 10", Unclear("two_amounts")),
        ("send 50 (cents) to @ben", Refused(NO_NUMBER, BEN)),
        ("ask 5 million people", NoIntent()),
        ("give it 10 percent", NoIntent()),
    ],
)
def test_a_word_that_changes_no_number_is_left_alone(text: str, expected: Intent) -> None:
    """What stands behind "for", punctuation or the payee says what for; ordinary words are no currencies."""
    assert read(text) == expected


def test_a_note_behind_an_amount_is_still_a_note() -> None:
    """In a link, an offer and a split."""
    assert read_amount("5 for 2 coffees", EURO) == (FIVE, "2 coffees")
    assert read_amount("5 - coffee", EURO) == (FIVE, "coffee")
    assert read_amount("5 order 482915", EURO) == (FIVE, "order 482915")
    assert read_split("90 dinner for 3") == Split(9000, "dinner for 3")


@pytest.mark.parametrize("text", ["5 482915", "5 for 482915", "5 pin 482915", "5 lunch, my pin is 482915"])
def test_no_link_or_offer_shows_what_may_be_a_pin(text: str) -> None:
    """Whoever it is sent to would read it."""
    assert read_amount(text, EURO) == (NO_NUMBER, "")
