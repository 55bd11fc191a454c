"""/send, step by step: to whom, how much, what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio


async def test_a_contact_an_amount_button_and_a_note(street: Street) -> None:
    """Chosen from the contact list, by button, and with a note written: the card says it all."""
    await street.open_wallets(street.ana, street.chai)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.picks_contact(street.chai)
    await street.ana.reads("To Chai Srisuk")
    await street.ana.reads("How much?")
    assert await street.ana.buttons() == ["€5.00", "€10.00", "€20.00", "€50.00"]
    await street.ana.presses("€10.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("the tickets")
    await street.ana.reads("Send €10.00 to Chai Srisuk", "Note: “the tickets”")
    await street.ana.confirms()
    await street.chai.reads("You received €10.00 from Ana Moreno", "the tickets")


async def test_everything_may_be_typed_and_the_note_skipped(street: Street) -> None:
    """A username, an amount as one writes it, and Skip."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.says("@ben")
    await street.ana.reads("How much?")
    await street.ana.says("7,50 €")
    await street.ana.reads("Amount: €7.50")
    await street.ana.reads("What is it for?")
    await street.ana.presses("Skip")
    card = await street.ana.reads("Send €7.50 to Ben Okafor")
    assert "Note" not in card["text"]


@pytest.mark.parametrize("words", ["Chai", "to Chai"])
async def test_a_mention_answers_whom_it_is_for(street: Street, words: str) -> None:
    """By Telegram's own number: Chai need not be known by name, and another of that name is not meant."""
    await street.open_wallets(street.ana, street.chai, street.luna)
    await street.ana.says("send 1 to @luna")
    await street.ana.confirms()
    await street.ana.reads("You sent")
    street.becomes(street.luna, first_name="Chai", last_name="Other")
    await street.luna.says("/balance")
    await street.luna.reads("€")
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    mention = {"offset": words.index("Chai"), "length": 4, "user_id": street.chai.id}
    await street.ana.writes(words, mentions=[mention])
    await street.ana.reads("To Chai Srisuk")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("my friend @ben", "To Ben Okafor"),
        ("Ben Okafor @ben", "To Ben Okafor"),
        ("t.me/ben", "To Ben Okafor"),
        ("@ben 5 for lunch", "Send €5.00 to Ben Okafor"),
        ("ben 5 for lunch", "Send €5.00 to Ben Okafor"),
        ("@ben 5 USD", "This wallet keeps EUR, not USD."),
        ("@ben and ana", "It reads as if for more than one person"),
        ("not @ben", "I know nobody called not @ben"),
    ],
)
async def test_whom_it_is_for_is_answered_in_ones_own_words(street: Street, words: str, answer: str) -> None:
    """What else the answer says is not asked again; who is not certain is not taken."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.says(words)
    await street.ana.reads(answer)


async def test_a_name_that_reads_as_an_instruction_is_a_name_first(street: Street) -> None:
    """A business may be called so: it is found by its whole name."""
    await street.open_wallets(street.ana, street.ben)
    await street.open_business(street.ben, "Tea and 5")
    await street.ana.says("/send 3")
    await street.ana.reads("Who is it for?")
    await street.ana.says("tea and 5")
    await street.ana.reads("What is it for?")


async def test_another_amount_beside_the_first_is_asked_about(street: Street) -> None:
    """And the question stays open."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send 3")
    await street.ana.reads("Who is it for?")
    await street.ana.says("@ben 5")
    await street.ana.reads("I see two amounts")
    await street.ana.says("@ben")
    await street.ana.presses("Skip")
    await street.ana.reads("Send €3.00 to Ben Okafor")


async def test_an_amount_answers_first_whom_it_is_for(street: Street) -> None:
    """Then it is not asked how much."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.says("5 for lunch")
    await street.ana.says("@ben")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “lunch”")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("5 for lunch", "Note: “lunch”"),
        ("5 lunch", "Note: “lunch”"),
        ("5 for lunch to @luna", "Send €5.00 to Luna Rossi"),
        ("5 or 10", "I see two amounts"),
        ("5 USD for lunch", "This wallet keeps EUR, not USD."),
        ("lunch", "could not read that as an amount"),
    ],
)
async def test_how_much_may_be_answered_with_a_note(street: Street, words: str, answer: str) -> None:
    """As it may be to whom; whoever is named then is another payment's."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("/send @ben")
    await street.ana.reads("How much?")
    await street.ana.says(words)
    await street.ana.reads(answer)


async def test_an_unknown_payee_may_be_corrected(street: Street) -> None:
    """A name that nobody here has is answered with an invitation; the question stays open for another answer."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.ana.says("Luna Rossi")
    await street.ana.reads("I know nobody called Luna Rossi")
    await street.ana.says("ben")
    await street.ana.reads("How much?")


async def test_an_amount_that_is_none_is_asked_for_again(street: Street) -> None:
    """Nothing is lost by a slip: the question stays open."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben for lunch")
    await street.ana.reads("How much?")
    await street.ana.says("a lot")
    await street.ana.reads("could not read that as an amount")
    await street.ana.says("5")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “lunch”")


async def test_a_number_of_six_digits_is_an_amount_where_one_is_asked_for(street: Street) -> None:
    """Some currencies have many zeros: here six digits answer the question, and are no PIN."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben for lunch")
    await street.ana.reads("How much?")
    await street.ana.says("100000")
    await street.ana.reads("That is more than you have", "€50.00", "€100,000.00")


async def test_a_whole_instruction_overrides_the_question(street: Street) -> None:
    """Whoever changes their mind may simply say so."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.ana.says("send 3 to @luna for roses")
    await street.ana.reads("Send €3.00 to Luna Rossi", "roses")


async def test_two_of_one_name_are_asked_about(street: Street) -> None:
    """A person called Luna and a business called Luna: two buttons, and no guess."""
    await street.open_wallets(street.ana, street.luna, street.ben)
    await street.open_business(street.ben, "Luna")
    await street.ana.says("send 5 to Luna")
    await street.ana.reads("Which of these do you mean?")
    assert sorted(await street.ana.buttons()) == ["Luna Rossi (@luna)", "Luna · A business"]
    await street.ana.presses("A business")
    await street.ana.reads("Send €5.00 to Luna", "A business", "Fee: none for you")


async def test_cancel_ends_it(street: Street) -> None:
    """After /cancel nothing is being asked."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.ana.says("/cancel")
    await street.ana.reads("Cancelled. No money moved.")
    await street.ana.says("5")
    await street.ana.reads("I did not understand that")


async def test_a_button_of_a_question_that_is_over_does_nothing(street: Street) -> None:
    """After /cancel, and below a newer question: a toast, and what is asked stays as it is."""
    await street.open_wallets(street.ana, street.ben, street.luna)
    await street.ana.says("/send to @ben")
    old = await street.ana.reads("How much?")
    await street.ana.says("/cancel")
    await street.ana.reads("Cancelled. No money moved.")
    await street.ana.taps(old, "€5.00")
    await street.ana.says("/send to @luna for roses")
    await street.ana.reads("To Luna Rossi")
    await street.ana.taps(old, "€10.00")
    await street.ana.says("20")
    await street.ana.reads("Send €20.00 to Luna Rossi", "Note: “roses”")
    await street.settled()
    assert not any("What is it for?" in text for text in await street.ana.texts())
    toasts = [call["params"].get("text") for call in await street.calls("answerCallbackQuery")]
    assert toasts == ["This button does nothing any more."] * 2


@pytest.mark.parametrize(
    ("asked", "question"),
    [("/send", "Who is it for?"), ("/send to @ben for lunch", "How much?"), ("/business", "What is the new business")],
)
async def test_what_holds_no_words_leaves_the_question_open(street: Street, asked: str, question: str) -> None:
    """A voice message or a sticker: a sentence says that an answer is still waited for, and no more."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says(asked)
    await street.ana.reads(question)
    await street.settled()
    before = len(await street.ana.texts())
    await street.inject(street.ana, "", voice={"file_id": "a", "file_unique_id": "b", "duration": 3})
    await street.settled()
    (said,) = (await street.ana.texts())[before:]
    assert "but what I asked still waits for an answer" in said
    assert "send 5" not in said


async def test_what_holds_no_words_is_not_understood_when_nothing_was_asked(street: Street) -> None:
    """It gets the way to pay instead."""
    await street.open_wallets(street.ana)
    await street.inject(street.ana, "", voice={"file_id": "a", "file_unique_id": "b", "duration": 3})
    await street.ana.reads("I did not understand that", "send 5")


async def test_a_press_that_is_handled_again_asks_what_it_led_to(street: Street) -> None:
    """Telegram failed before the next question was there: by then the button's own question is over."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.settled()
    fault = {"method": "sendMessage", "kind": "server_error", "times": 1, "chat_id": str(street.ana.id)}
    await street.http.post("/control/fault", json=fault)
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.presses("Skip")
    await street.ana.reads("Send €5.00 to Ben Okafor")


async def test_a_note_that_is_too_long_is_asked_for_again(street: Street) -> None:
    """The amount and the payee need not be said twice."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send 5 to @ben")
    await street.ana.presses("Cancel")
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("long " * 40)
    await street.ana.reads("A note has at most 140 characters")
    await street.ana.says("lunch")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “lunch”")


async def test_an_answer_that_is_handled_again_leads_to_the_same_card(street: Street) -> None:
    """After a crash the note comes in again: the same quote, and no second card."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben")
    await street.ana.reads("How much?")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.http.post("/control/fault", json={"method": "sendMessage", "kind": "server_error", "times": 1})
    await street.ana.says("lunch")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “lunch”", "Open until")
    await street.settled()
    assert sum("Open until" in text for text in await street.ana.texts()) == 1


async def test_a_contact_is_taken_by_its_number(street: Street) -> None:
    """Whatever name comes with it, we show the person with that number; nobody's number is an unknown payee."""
    await street.open_wallets(street.ana, street.ben)
    for user_id, name, answer in (
        (street.ben.id, "Luna", "To Ben Okafor"),
        (2**64, "Nobody", "I know nobody called Nobody"),
    ):
        await street.ana.says("/send")
        await street.ana.reads("Who is it for?")
        await street.inject(street.ana, "", users_shared=_shared({"user_id": user_id, "first_name": name}))
        await street.ana.reads(answer)


async def test_a_share_of_nobody_is_passed_over(street: Street) -> None:
    """An answer without a contact in it is none."""
    await street.open_wallets(street.ana)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    await street.inject(street.ana, "", users_shared=_shared())
    await street.ana.reads("I was not waiting for a contact")


def _shared(*users: dict[str, Any]) -> dict[str, Any]:
    return {"request_id": 1, "users": list(users), "user_ids": [user["user_id"] for user in users]}


@pytest.mark.parametrize("said", ["cancel", "Stop.", "undo that", "Annuler"])
@pytest.mark.parametrize("asked", ["/send", "/send to @ben for lunch", "/request 5", "/business"])
async def test_a_question_is_answered_by_stopping(street: Street, asked: str, said: str) -> None:
    """In words as by /cancel: nothing is asked any more."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says(asked)
    await street.settled()
    await street.ana.says(said)
    await street.ana.reads("Cancelled. No money moved.")
    await street.ana.says("5")
    await street.ana.reads("I did not understand that")


@pytest.mark.parametrize("said", ["skip", "No", "none.", "-", "non"])
async def test_a_note_may_be_skipped_in_words(street: Street, said: str) -> None:
    """As by its button."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.says(said)
    await street.ana.reads("No note.")
    card = await street.ana.reads("Send €5.00 to Ben Okafor")
    assert "Note" not in card["text"]


async def test_a_refund_is_what_a_payment_may_be_for(street: Street) -> None:
    """At the question for a note that word stops nothing."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben")
    await street.ana.presses("€5.00")
    await street.ana.reads("What is it for?")
    await street.ana.says("refund")
    await street.ana.reads("Send €5.00 to Ben Okafor", "Note: “refund”")


@pytest.mark.parametrize("said", ["50 cents", "5 k", "2 x 5", "5 ron"])
async def test_an_answer_in_other_units_is_no_amount(street: Street, said: str) -> None:
    """The question stays open."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send to @ben for lunch")
    await street.ana.reads("How much?")
    await street.ana.says(said)
    await street.ana.reads("Nothing was paid.")
    await street.ana.says("0.50")
    await street.ana.reads("Send €0.50 to Ben Okafor", "Note: “lunch”")
