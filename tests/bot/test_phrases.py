"""Which messages ask for a payment, what exactly they ask for, and which start nothing."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.amounts import Ambiguous, Amount, NotAnAmount
from bot.intents import (
    Ask,
    Incomplete,
    Intent,
    Mention,
    Name,
    NoIntent,
    Pay,
    Refused,
    Unclear,
    UnclearReason,
    UserId,
    Username,
)
from bot.phrases import read
from wallet import MAX_NOTE

FIVE = Amount(500)
BEN = Username("ben")

COMPLETE: list[tuple[str, Intent]] = [
    ("send 5 to @ben for lunch", Pay(FIVE, BEN, "lunch")),
    ("pay @ben 5.00", Pay(FIVE, BEN)),
    ("5 eur to ben", Pay(FIVE, Name("ben"))),
    ("5 to @ben lunch", Pay(FIVE, BEN, "lunch")),
    ("5€ to @ben", Pay(FIVE, BEN)),
    ("€5 to ben for lunch", Pay(FIVE, Name("ben"), "lunch")),
    ("send @ben 5", Pay(FIVE, BEN)),
    ("send to @ben 5", Pay(FIVE, BEN)),
    ("send 5 @ben", Pay(FIVE, BEN)),
    ("give ben 5€ for the taxi", Pay(FIVE, Name("ben"), "the taxi")),
    ("give ben 5 € for the taxi", Pay(FIVE, Name("ben"), "the taxi")),
    ("tip @ben 5", Pay(FIVE, BEN)),
    ("transfer 5 to @ben", Pay(FIVE, BEN)),
    ("#envoyer 10EUR @ben", Pay(Amount(1000), BEN)),
    ("#envoyer 10 euros @ben", Pay(Amount(1000), BEN)),
    ("#envoyer 10EUR @ben pour le taxi", Pay(Amount(1000), BEN, "le taxi")),
    ("#ENVOYER 10eur @BEN merci", Pay(Amount(1000), BEN, "merci")),
    ("/send 5 @ben lunch", Pay(FIVE, BEN, "lunch")),
    ("/send @ben 5 lunch", Pay(FIVE, BEN, "lunch")),
    ("/pay 5 @ben", Pay(FIVE, BEN)),
    ("/send@SixpenceBot 5 @ben", Pay(FIVE, BEN)),
    ("/SEND 5 @ben", Pay(FIVE, BEN)),
    ("/send 5 ben", Pay(FIVE, Name("ben"))),
    ("/send 5 @ben is this right?", Pay(FIVE, BEN, "is this right?")),
    ("envoyer 10 euros à @ben", Pay(Amount(1000), BEN)),
    ("envoyer 10 euros a\u0300 @ben", Pay(Amount(1000), BEN)),
    ("envoyer 10 euros a @ben", Pay(Amount(1000), BEN)),
    ("10 euros à ben", Pay(Amount(1000), Name("ben"))),
    ("envoie 10€ à Ana Maria pour le déjeuner", Pay(Amount(1000), Name("Ana Maria"), "le déjeuner")),
    ("Send 5 To @Ben For Lunch", Pay(FIVE, BEN, "Lunch")),
    ("SEND 5 EUR TO @BEN", Pay(FIVE, BEN)),
    ("  send   5   to   @ben  ", Pay(FIVE, BEN)),
    ("send\n5\nto\n@ben", Pay(FIVE, BEN)),
    ("send 5 to @ben.", Pay(FIVE, BEN)),
    ("send 5 to @ben!!", Pay(FIVE, BEN)),
    ("send @ben 5.", Pay(FIVE, BEN)),
    ("send 5, to @ben", Pay(FIVE, BEN)),
    ("please send 5 to @ben", Pay(FIVE, BEN)),
    ("Please, send 5 to @ben please", Pay(FIVE, BEN)),
    ("send 5 to ben please", Pay(FIVE, Name("ben"))),
    ("s’il te plaît envoie 5 à @ben", Pay(FIVE, BEN)),
    ("send 5 to @ben, lunch", Pay(FIVE, BEN, "lunch")),
    ("send 5 to @ben: lunch", Pay(FIVE, BEN, "lunch")),
    ("send 5 to ben: lunch", Pay(FIVE, Name("ben"), "lunch")),
    ("send 5 to ben - lunch", Pay(FIVE, Name("ben"), "lunch")),
    ("send 5 to ben\nlunch", Pay(FIVE, Name("ben"), "lunch")),
    ("send 5 to @ben\nlunch\nand tea", Pay(FIVE, BEN, "lunch and tea")),
    ("send 5 to @ben “lunch”", Pay(FIVE, BEN, "“lunch”")),
    ("send 5 to @ben for 2 pizzas", Pay(FIVE, BEN, "2 pizzas")),
    ("send 5 to @ben for lunch with @ana", Pay(FIVE, BEN, "lunch with @ana")),
    ("send 5 to @ben for @ana's present", Pay(FIVE, BEN, "@ana's present")),
    ("pay Café Luna 4.50", Pay(Amount(450), Name("Café Luna"))),
    ("send 5 to Ana Maria", Pay(FIVE, Name("Ana Maria"))),
    ("send 5 to O’Neill", Pay(FIVE, Name("O’Neill"))),
    ("send 5 to สมชาย", Pay(FIVE, Name("สมชาย"))),
    ("send 5 to राहुल for चाय", Pay(FIVE, Name("राहुल"), "चाय")),
    ("send 5 to R2D2", Pay(FIVE, Name("R2D2"))),
    ("send 1.234,50 € to @ben", Pay(Amount(123450), BEN)),
    ("send 1 234,50 € to @ben", Pay(Amount(123450), BEN)),
    ("send ٥٫٥٠ to @ben", Pay(Amount(550), BEN)),
    ("send １２ to @ben", Pay(Amount(1200), BEN)),
    ("send 1,234 to @ben", Pay(Ambiguous((123, 123400)), BEN)),
    ("send 1.234 € to ben for rent", Pay(Ambiguous((123, 123400)), Name("ben"), "rent")),
    ("send \u20685\u2069 to \u2068@ben\u2069", Pay(FIVE, BEN)),
    ("send 5 for lunch to @ben", Pay(FIVE, BEN, "lunch")),
    ("/pay send 5 to @ben", Pay(FIVE, BEN)),
    ("/pay pay @ben 5", Pay(FIVE, BEN)),
    ("/pay please pay 5 to @ben", Pay(FIVE, BEN)),
    ("/pay please send some money to @ben", Incomplete(None, BEN)),
    ("/pay pay 5 for lunch", Incomplete(FIVE, None, "lunch")),
    ("/pay 5 lunch @ben", Pay(FIVE, BEN, "lunch")),
    ("/pay 5 pad thai to @ben", Pay(FIVE, BEN, "pad thai")),
    ("/pay Give Well 5", Pay(FIVE, Name("Give Well"))),
    ("/pay Pay", Incomplete(None, Name("Pay"))),
    ("send 5 for the taxi to @ben please", Pay(FIVE, BEN, "the taxi")),
    ("#envoyer 5 pour le taxi à @ben", Pay(FIVE, BEN, "le taxi")),
    ("/send 5 for 2 pizzas @ben", Pay(FIVE, BEN, "2 pizzas")),
    ("pay back 5 to @ben", Pay(FIVE, BEN)),
    ("pay ben back 5", Pay(FIVE, Name("ben"))),
    ("pay @ben back 5", Pay(FIVE, BEN)),
    ("give ben 5 back", Pay(FIVE, Name("ben"))),
    ("send €5 back to @ben", Pay(FIVE, BEN)),
    ("send only 5 to @ben", Pay(FIVE, BEN)),
    ("send @ben just 5", Pay(FIVE, BEN)),
    ("send another 5 to @ben", Pay(FIVE, BEN)),
    ("send 5 more to ben", Pay(FIVE, Name("ben"))),
    ("send 5 now to @ben", Pay(FIVE, BEN)),
    ("send 5 to @ben again", Pay(FIVE, BEN)),
    ("repay @ben 5", Pay(FIVE, BEN)),
    ("envoie seulement 5 à @ben", Pay(FIVE, BEN)),
    ("rembourse 5 à @ben", Pay(FIVE, BEN)),
    ("send 5 to Get Back", Pay(FIVE, Name("Get Back"))),
    ("pay Just Pizza 5", Pay(FIVE, Name("Just Pizza"))),
    ("send 5 to ben thanks", Pay(FIVE, Name("ben"), "thanks")),
    ("send 5 to ben, thank you for lunch", Pay(FIVE, Name("ben"), "thank you for lunch")),
    ("send 5 to @ben for invoice no 5", Pay(FIVE, BEN, "invoice no 5")),
    ("send 5 to @ben for no. 1.", Pay(FIVE, BEN, "no. 1.")),
    ("send 5 to @ben for no 12", Pay(FIVE, BEN, "no 12")),
    ("send 5 to @ben sorry 5 minutes late", Pay(FIVE, BEN, "sorry 5 minutes late")),
    ("send 5 to @ben for friday", Pay(FIVE, BEN, "friday")),
    ("send 5 to @ben monday lunch", Pay(FIVE, BEN, "monday lunch")),
    ("send 5 to @ben for invoice 482915", Pay(FIVE, BEN, "invoice 482915")),
    ("send 5 to @ben order 482915", Pay(FIVE, BEN, "order 482915")),
]

PARTIAL: list[tuple[str, Intent]] = [
    ("/send", Incomplete()),
    ("/pay", Incomplete()),
    ("send", Incomplete()),
    ("Please send!", Incomplete()),
    ("send money", Incomplete()),
    ("/send 5", Incomplete(FIVE)),
    ("send 5", Incomplete(FIVE)),
    ("pay 5 euros", Incomplete(FIVE)),
    ("send 1,234", Incomplete(Ambiguous((123, 123400)))),
    ("send 5 for lunch", Incomplete(FIVE, None, "lunch")),
    ("send 5 for lunch, don't send it to @ben", Incomplete(FIVE, None, "lunch, don't send it to @ben")),
    ("send 5 for lunch with @ben", Incomplete(FIVE, None, "lunch with @ben")),
    ("send 5 for lunch but not to @ben", Incomplete(FIVE, None, "lunch but not to @ben")),
    ("/send @ben", Incomplete(None, BEN)),
    ("/send ben", Incomplete(None, Name("ben"))),
    ("/send @ben lunch", Incomplete(None, BEN, "lunch")),
    ("pay @ben", Incomplete(None, BEN)),
    ("pay @ben for lunch", Incomplete(None, BEN, "lunch")),
    ("send to ben", Incomplete(None, Name("ben"))),
    ("send money to @ben", Incomplete(None, BEN)),
]

REFUSED: list[tuple[str, Intent]] = [
    ("send 0 to @ben", Refused(NotAnAmount("not_positive"), BEN)),
    ("send -5 to @ben", Refused(NotAnAmount("not_positive"), BEN)),
    ("send 5.5555 to @ben for tea", Refused(NotAnAmount("too_precise"), BEN, "tea")),
    ("send 5 usd to @ben", Refused(NotAnAmount("other_currency", "USD"), BEN)),
    ("send $5 to @ben", Refused(NotAnAmount("other_currency", "USD"), BEN)),
    ("5 usd to ben", Refused(NotAnAmount("other_currency", "USD"), Name("ben"))),
    (f"send {'9' * 400} to @ben", Refused(NotAnAmount("too_large"), BEN)),
    ("send 5x to @ben", Refused(NotAnAmount("not_a_number"), BEN)),
    ("send 5€50 to @ben", Refused(NotAnAmount("not_a_number"), BEN)),
    ("send +5 to @ben", Refused(NotAnAmount("not_a_number"), BEN)),
    ("send ½ to @ben", Refused(NotAnAmount("not_a_number"), BEN)),
    ("send 1e5 to @ben", Refused(NotAnAmount("not_a_number"), BEN)),
    ("send 5", Incomplete(FIVE)),
    ("send 5 usd", Refused(NotAnAmount("other_currency", "USD"))),
]

UNCLEAR: list[tuple[str, UnclearReason]] = [
    ("send 5 to @ben and @ana", "two_payees"),
    ("send 5 to @ben @ana", "two_payees"),
    ("send 5 to @ben, @ana", "two_payees"),
    ("send @ben 5 to @ana", "two_payees"),
    ("send 5 to @ben to @ana", "two_payees"),
    ("send 5 to ben and ana", "two_payees"),
    ("send 5 to ben & ana", "two_payees"),
    ("send 5 to @ben and ana", "two_payees"),
    ("envoyer 5 à @ben et @ana", "two_payees"),
    ("send 5 to @ben for @ana", "two_payees"),
    ("send 5 to @ben lunch @ana", "two_payees"),
    ("pay @ben and @ana", "two_payees"),
    ("5 to @ben and @ana", "two_payees"),
    ("send 5 10 to @ben", "two_amounts"),
    ("send 5 to @ben 10", "two_amounts"),
    ("send 5 eur to @ben 10 eur", "two_amounts"),
    ("send 5 to @ben lunch 10 eur", "two_amounts"),
    ("send 5 to @ben for 10 eur", "two_amounts"),
    ("send 5 or 10 to @ben", "two_amounts"),
    ("send 5 to @ben or @ana", "two_payees"),
    ("send 5 to @ben or ana", "two_payees"),
    ("send 5 to @ben and 6 to @ana", "two_amounts"),
    ("send 5 to @ben\nsend 6 to @ana", "two_amounts"),
    ("send 5 to ben. Send 6 to ana", "two_amounts"),
    ("send 5 each to @ben and @chai", "two_payees"),
    ("send 5 each to ben and chai", "two_payees"),
    ("send 5 to both @ben and @chai", "two_payees"),
    ("envoie 5 chacun à @ben et @chai", "two_payees"),
    ("send 50 to @ben no 5", "two_amounts"),
    ("send 50 to @ben, no, 5 please", "two_amounts"),
    ("send 50 to @ben sorry I meant 5", "two_amounts"),
    ("send 50 to @ben make it 5", "two_amounts"),
    ("send 5 to @ben not 50", "two_amounts"),
    ("send 5 to @ben instead of 50", "two_amounts"),
    ("send 50 to @ben for lunch, no 5", "two_amounts"),
    ("send 50 to @ben\nsorry, 5", "two_amounts"),
    ("send 5 to me", "payee"),
    ("send 5 to my bank", "payee"),
    ("/pay 5 ben and @ana", "two_payees"),
    ("/pay 5 lunch @ben @ana", "two_payees"),
    ("/pay 5 ben, @ana", "two_payees"),
    ("/pay ask @ben 5", "two_payees"),
    ("/pay 5 not @ben", "payee"),
    ("/pay 5 lunch with @ben", "payee"),
    ("/pay 5 lunch not to @ben", "payee"),
    ("/pay 5 from @ben", "payee"),
    ("/pay 5 lunch 6 @ben", "two_amounts"),
    ("send 5 to the man who sold the world", "payee"),
    ("send 5 to ben, ana", "payee"),
    ("send 5 to ben one two three four", "payee"),
    ("send 5 to @be", "payee"),
    ("send 5 to @bеn", "payee"),
    ("send 5 to @\u212aate", "payee"),
    ("send 5 to \u202e@ben", "payee"),
    ("send 5 for @ben", "payee"),
    ("send 5 for @ana to @ben", "payee"),
    ("send 5 for 10 eur to @ben", "two_amounts"),
    ("/send 5 and more", "payee"),
    ("send 5 to @ben tomorrow", "not_now"),
    ("send 5 to ben tomorrow", "not_now"),
    ("send 5 to @ben if he asks", "not_now"),
    ("5 to @ben every day", "not_now"),
    ("send 5 to @ben each week", "not_now"),
    ("send 5 to @ben on friday", "not_now"),
    ("send 5 to @ben next month", "not_now"),
    ("send 5 to @ben\n482915", "pin"),
    ("send 5 to @ben 482915", "pin"),
    ("send 5 to @ben for 482915", "pin"),
    ("send 5 to ben: 482 915.", "pin"),
    ("/pay 5 @ben 482915", "pin"),
    ("/pay @ben 5 for lunch, my pin is 482915", "pin"),
]

NOTHING = [
    "",
    " ",
    "\n",
    "please",
    "hello",
    "5",
    "@ben",
    "@ben 5",
    "/start",
    "/sender 5 @ben",
    "#sends 5 @ben",
    "I paid 5 to ben yesterday",
    "i sent @ben 5 eur",
    "ben, send 5 to @ana",
    "can you send 5 to ben?",
    "can you send 5 to @ben",
    "could you please pay @ben 5",
    "should I send 5 to @ben?",
    "send 5 to @ben?",
    "send 5 to ben？",
    "don't send 5 to ben",
    "don’t send 5 to @ben",
    "do not send 5 to @ben",
    "never send 5 to @ben",
    "please don't send 5 to @ben",
    "n'envoie pas 5 à @ben",
    '"send 5 to ben"',
    '"send 5 to @ben"',
    "“send 5 to @ben”",
    "«send 5 to @ben»",
    "'send 5 to @ben'",
    "> send 5 to @ben",
    "`/send 5 @ben`",
    "sent 5 to @ben",
    "sending 5 to @ben",
    "ana: send 5 to @ben",
    "he said send 5 to @ben",
    "type /send 5 @ben to pay",
    "5 to go",
    "5 to ben",
    "5 to 10 people",
    "10 to 1 he forgets",
    "5 eur to the bank",
    "5 of us went to @ben",
    "5x to @ben",
    "send help",
    "pay attention",
    "pay attention to @ben and @ana",
    "give me a break",
    "give me 5",
    "give it 5 minutes",
    "give ben 5 minutes",
    "send 5 more minutes",
    "send him 5",
    "send @ben a message",
    "transfer complete",
    "pay day is near, ask @ana",
    "tip of the day",
    "send five to ben, won't you",
    "\u202esend 5 to @ben",
]

CLEANED_NOTES = [
    ("lunch\x00", "lunch"),
    ("lu\u202ench", "lunch"),
    ("\u2067lunch\u2069", "lunch"),
    ("\u200flunch", "lunch"),
    ("lunch \t and\r\n tea", "lunch and tea"),
    ("lunch.", "lunch."),
    ("Lunch — 3 × <b>tea</b> & “cake”", "Lunch — 3 × <b>tea</b> & “cake”"),
    ("👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤️"),
    ("déjeuner à 12 h", "déjeuner à 12 h"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("lu\u200bn\xadch", "lunch"),
    ("lunch\ud83d", "lunch"),
]


@pytest.mark.parametrize(("text", "expected"), COMPLETE + PARTIAL + REFUSED)
def test_an_instruction_is_read_as_written(text: str, expected: Intent) -> None:
    """Amount, payee and note in any of the accepted orders; what is missing stays missing."""
    assert read(text) == expected


@pytest.mark.parametrize(("text", "reason"), UNCLEAR)
def test_a_contradiction_is_reported_not_resolved(text: str, reason: UnclearReason) -> None:
    """Two payees, two amounts, nobody in particular or another time: said so, never chosen."""
    assert read(text) == Unclear(reason)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_instruction_starts_nothing(text: str) -> None:
    """Talk about money, questions, negations, quotations and idioms."""
    assert read(text) == NoIntent()


@pytest.mark.parametrize(("typed", "kept"), CLEANED_NOTES)
def test_a_note_keeps_the_persons_own_text(typed: str, kept: str) -> None:
    """Only control and direction characters go, and white space becomes single spaces."""
    assert read(f"send 5 to @ben for {typed}") == Pay(FIVE, BEN, kept)


def test_the_longest_note_is_kept_whole() -> None:
    """140 characters, counted as characters and not as UTF-16 units."""
    note = "😀" * MAX_NOTE
    assert read(f"send 5 to @ben for {note}") == Pay(FIVE, BEN, note)


def test_a_longer_note_is_reported_not_cut() -> None:
    """One character more is the person's to shorten."""
    assert read(f"send 5 to @ben for {'x' * (MAX_NOTE + 1)}") == Unclear("note_too_long")


def test_amounts_are_read_in_the_wallets_currency() -> None:
    """Code and exponent reach the amount parser."""
    assert read("send 1,234 to @ben", code="JPY", exponent=0) == Pay(Amount(1234), BEN)
    assert read("send 5 euros to @ben", code="JPY", exponent=0) == Refused(NotAnAmount("other_currency", "EUR"), BEN)


@pytest.mark.parametrize("username", ["abc", "A_1", "x" * 32])
def test_a_username_has_3_to_32_characters(username: str) -> None:
    """Telegram's alphabet, and its upper bound; the case does not count."""
    assert read(f"send 5 to @{username}") == Pay(FIVE, Username(username.lower()))


@pytest.mark.parametrize("username", ["ab", "x" * 33, "bén", "ben-o", "ben@ana", "бен"])
def test_anything_else_after_an_at_sign_is_no_payee(username: str) -> None:
    """A look-alike or truncated username is asked about."""
    assert read(f"send 5 to @{username}") == Unclear("payee")


@pytest.mark.parametrize(
    ("text", "mention", "expected"),
    [
        ("send 5 to Ana", Mention(10, 3, 7), Pay(FIVE, UserId(7))),
        ("send 5 to Ana Maria for lunch", Mention(10, 9, 7), Pay(FIVE, UserId(7), "lunch")),
        ("send Ana 5 lunch", Mention(5, 3, 7), Pay(FIVE, UserId(7), "lunch")),
        ("send 5 to 😀 Ana 😀, lunch", Mention(10, 9, 7), Pay(FIVE, UserId(7), "lunch")),
        ("send 5 to 50 Cent", Mention(10, 7, 7), Pay(FIVE, UserId(7))),
        ("pay Ana", Mention(4, 3, 7), Incomplete(None, UserId(7))),
        ("5 to Ana", Mention(5, 3, 7), Pay(FIVE, UserId(7))),
        ("/send 5 me", Mention(8, 2, 7), Pay(FIVE, UserId(7))),
        ("send 5 to @ben Ana", Mention(15, 3, 7), Unclear("two_payees")),
        ("send 5 to @ben for Ana", Mention(19, 3, 7), Unclear("two_payees")),
        ("I sent Ana 5", Mention(7, 3, 7), NoIntent()),
    ],
)
def test_a_mention_is_a_payee_by_id(text: str, mention: Mention, expected: Intent) -> None:
    """Telegram's own id wins over whatever the words say; offsets count UTF-16 units."""
    assert read(text, mentions=[mention]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/pay 5 lunch", Unclear("payee")),
        ("/pay 5 for lunch", Incomplete(FIVE, None, "lunch")),
        ("/pay 5 to lunch", Pay(FIVE, Name("lunch"))),
        ("/pay lunch 5", Pay(FIVE, Name("lunch"))),
        ("/pay 5 lunch @ben", Pay(FIVE, BEN, "lunch")),
        ("/request 5 cinema", Ask(Unclear("payee"))),
        ("/request 5 cinema @ben", Ask(Pay(FIVE, BEN, "cinema"))),
        ("/request please 5 from @ben", Ask(Pay(FIVE, BEN))),
        ("/request ask please @ben for 5", Ask(Pay(FIVE, BEN))),
    ],
)
def test_in_a_group_a_bare_word_behind_the_amount_names_nobody(text: str, expected: Intent) -> None:
    """There it says what for; a name stands before the amount, after "to", or has an @."""
    assert read(text, in_group=True) == expected


CHAI = UserId(9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/pay 5", Pay(FIVE, CHAI)),
        ("/pay 5 lunch", Pay(FIVE, CHAI, "lunch")),
        ("/pay 5 for a trip to the sea", Pay(FIVE, CHAI, "a trip to the sea")),
        ("/pay @ben 5", Pay(FIVE, BEN)),
        ("/pay @ben 5 for lunch with @ana", Pay(FIVE, BEN, "lunch with @ana")),
        ("/pay pay 5 for lunch", Pay(FIVE, CHAI, "lunch")),
        ("/pay 5 lunch @ben", Pay(FIVE, BEN, "lunch")),
        ("/pay 5 ben and @ana", Unclear("two_payees")),
        ("/pay 5 to ben", Pay(FIVE, Name("ben"))),
        ("/pay to ben 5", Pay(FIVE, Name("ben"))),
        ("/pay 5 for lunch to @ben", Pay(FIVE, BEN, "lunch")),
        ("/pay 5 for lunch to ben", Unclear("payee")),
        ("/pay 5 for lunch to ben at the cinema", Unclear("payee")),
        ("/pay 5 for lunch to ben who had paid for it", Unclear("payee")),
        ("/pay 5 for lunch, thanks to you", Pay(FIVE, CHAI, "lunch, thanks to you")),
        ("/pay 5 for lunch to @be", Unclear("payee")),
        ("/pay 5 to my bank", Unclear("payee")),
        ("/pay 5 for lunch (@ben)", Unclear("payee")),
        ("/pay 5 for @ben", Unclear("two_payees")),
        ("/pay 5 for lunch with @ben", Unclear("two_payees")),
        ("/pay 5 and ben", Unclear("two_payees")),
        ("/pay lunch 5", Incomplete(None, CHAI, "lunch 5")),
        ("/request 10 from ben", Ask(Pay(Amount(1000), Name("ben")))),
        ("/request 10 for cinema from @ben", Ask(Pay(Amount(1000), BEN, "cinema"))),
        ("/request 10 for cinema @ben", Ask(Pay(Amount(1000), BEN, "cinema"))),
        ("/request 10 for cinema from ben", Ask(Unclear("payee"))),
        ("/request 10 for cinema", Ask(Pay(Amount(1000), CHAI, "cinema"))),
    ],
)
def test_a_known_payee_stands_unless_the_words_name_another(text: str, expected: Intent) -> None:
    """Whoever is named wins; where the words only might name somebody, it is asked about."""
    assert read(text, known=CHAI) == expected


@pytest.mark.parametrize("mention", [Mention(10, 99, 7), Mention(-1, 3, 7), Mention(11, 2, 7), Mention(10, 0, 7)])
def test_a_mention_that_does_not_fit_is_ignored(mention: Mention) -> None:
    """Outside the text, empty, or cutting an emoji in half: nobody is paid through it."""
    intent = read("send 5 to 😀Ana", mentions=[mention])
    assert not isinstance(intent, Pay)


def test_overlapping_mentions_count_once() -> None:
    """The first one stands."""
    mentions = [Mention(10, 9, 7), Mention(14, 5, 8)]
    assert read("send 5 to Ana Maria", mentions=mentions) == Pay(FIVE, UserId(7))


def test_a_long_text_is_read_in_bounded_depth() -> None:
    """The longest message Telegram carries, made of the costliest words."""
    for word in ("5 ", "ben ", "@ben ", "for ", "eur ", "send 5 to @ben "):
        read("send 5 to @ben " + word * (4096 // len(word)))


WORDS = st.sampled_from([
    "send", "pay", "/send", "#envoyer", "please", "5", "5,50", "1,234", "-5", "5x", "€", "eur", "usd",
    "to", "à", "a", "for", "pour", "and", "@ben", "@ana", "ben", "Ana", "me", "the", "tomorrow",
    "lunch", ",", ".", "?", "!", ":", "-", "\n", "“", "”", "don't", "😀", "\u202e", "\u200b",
])  # fmt: skip


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(), st.integers(-2, 30), st.integers(-2, 30))
def test_no_text_makes_the_reader_raise(text: str, offset: int, length: int) -> None:
    """Any text gets an intent, and a note is always short, on one line and free of controls."""
    intent = read(text, mentions=[Mention(offset, length, 7)])
    if isinstance(intent, Pay | Incomplete | Refused):
        assert len(intent.note) <= MAX_NOTE
        assert not {unicodedata.category(char) for char in intent.note} & {"Cc", "Cs"}


@given(st.lists(WORDS, max_size=14))
def test_a_payment_names_only_what_was_typed(words: list[str]) -> None:
    """The payee of a complete payment stands in the text, and no other @username does outside a note."""
    text = " ".join(words)
    intent = read(text)
    if isinstance(intent, Pay) and isinstance(intent.payee, Username):
        assert f"@{intent.payee.username}" in words
        outside = Counter(text.split()) - Counter(intent.note.split())
        assert {word for word in outside if word.startswith("@")} <= {f"@{intent.payee.username}"}


@given(
    minor=st.integers(1, 10**9),
    template=st.sampled_from(
        [
            "send {amount} to @{payee} for {note}",
            "pay @{payee} {amount} for {note}",
            "{amount} to @{payee} for {note}",
            "/send {amount} @{payee} {note}",
            "#envoyer {amount}EUR @{payee} pour {note}",
            "Please, give @{payee} {amount} €: {note}",
        ]
    ),
    payee=st.from_regex(r"[A-Za-z0-9_]{3,32}", fullmatch=True),
    note=st.sampled_from(["lunch", "the taxi", "déjeuner", "rent for May", "🍕"]),
)
def test_what_is_written_is_what_is_read(minor: int, template: str, payee: str, note: str) -> None:
    """Every form carries amount, payee and note through unchanged."""
    text = template.format(amount=f"{minor // 100}.{minor % 100:02d}", payee=payee, note=note)
    assert read(text) == Pay(Amount(minor), Username(payee.lower()), note)
