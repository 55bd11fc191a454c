"""Odd names, odd spacing and half instructions in a group: each is answered with what is the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.telegram.cast import FLATMATES, MARKET_STREET

if TYPE_CHECKING:
    from tests.journeys.conftest import Somebody, Street

pytestmark = pytest.mark.anyio

FLAT = FLATMATES.id


async def in_topic(street: Street, writer: Somebody, text: str) -> None:
    """Words in a topic that Luna opened. They answer nothing; Telegram has them answer the opening of the topic."""
    user = street.world.people
    group = street.world.chats[MARKET_STREET.id].wire
    place = {"chat": group, "message_thread_id": 77, "is_topic_message": True}
    color = {"name": "Dinner", "icon_color": 7322096}
    opened = {"message_id": 77, "date": 1, "from": user[street.luna.id].user(), "forum_topic_created": color, **place}
    command, _, _ = text.partition(" ")
    entities = [{"type": "bot_command", "offset": 0, "length": len(command)}]
    message = {"message_id": 10**6, "date": 1, "from": user[writer.id].user(), "text": text, "entities": entities}
    await street._update({"message": {**message, **place, "reply_to_message": opened}})


async def test_a_name_that_reads_as_markup_is_a_name(street: Street) -> None:
    """Somebody called “Ana <3” is answered like everybody else."""
    street.becomes(street.ana, first_name="Ana", last_name="<3 & <b>")
    await street.ana.says_in(FLAT, "/pay @ben 5 lunch")
    await street.ben.reads("Ana <3 & <b>: You have no wallet yet", chat=FLAT)


@pytest.mark.parametrize("words", ["/pay 5", "/request 5"])
async def test_whoever_opened_a_topic_is_not_answered_by_all_that_is_said_in_it(street: Street, words: str) -> None:
    """Nobody is named, so it is no whole instruction; least of all one that pays whoever made the topic."""
    await street.open_wallets(street.ana, street.luna)
    await in_topic(street, street.ana, words)
    await street.ana.reads("Ana Moreno: That is not a whole", chat=MARKET_STREET.id)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/pay\n5 @ben\nlunch", "Ana Moreno pays Ben Okafor €5.00 · waiting for Ana Moreno’s PIN\nNote: “lunch”"),
        ("/request\n5 @ben\nlunch", "Ana Moreno asks Ben Okafor for €5.00 · waiting for Ben Okafor\nNote: “lunch”"),
        ("/split\n90 dinner", "Ana Moreno splits €90.00\nNote: “dinner”"),
        ("/pay\n5 10 @ben", "I see two amounts"),
        ("@sixpence_bot\n5 to @ben", "Ana Moreno pays Ben Okafor €5.00"),
        ("@sixpence_bot\nask @ben for 5", "Ana Moreno asks Ben Okafor for €5.00"),
    ],
)
async def test_a_new_line_parts_words_as_a_space_does(street: Street, words: str, answer: str) -> None:
    """What stands on the line of the command is not lost."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, words)
    await street.ana.reads(answer, chat=FLAT)


@pytest.mark.parametrize("command", ["/pay", "/request"])
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("@ben 1,234", "That amount reads two ways"),
        ("@ben $5", "This wallet keeps EUR, not USD."),
        ("@ben 5.5555", "has no such small coins"),
        ("@ben 5 6 lunch", "I see two amounts"),
        (f"@ben 5 {'x' * 141}", "That note is too long"),
        ("@ben 5 tomorrow", "so I did nothing"),
    ],
)
async def test_a_group_hears_what_is_the_matter_with_its_words(
    street: Street, command: str, words: str, answer: str
) -> None:
    """As the private chat does; “not a whole payment” is said of what lacks something."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says_in(FLAT, f"{command} {words}")
    said = await street.ana.reads(answer, chat=FLAT)
    nothing = {
        "/pay": ("Nothing was paid", "I did nothing"),
        "/request": ("Nothing was asked", "nothing was asked", "I did nothing"),
    }
    assert any(words in said["text"] for words in nothing[command])


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/pay 5 @luna", "Ana Moreno pays Luna Rossi €5.00"),
        ("/request 5 @luna", "Ana Moreno asks Luna Rossi for €5.00"),
        ("/split 90 dinner", "Ana Moreno splits €90.00\nNote: “dinner”"),
        ("/split", "Nothing is being split here"),
    ],
)
async def test_what_is_asked_for_in_a_topic_is_answered_in_it(street: Street, words: str, answer: str) -> None:
    """Else Telegram would show the answer in the general topic, where it was not asked for."""
    await street.open_wallets(street.ana, street.luna)
    await in_topic(street, street.ana, words)
    await street.ana.reads(answer, chat=MARKET_STREET.id)
    said = [call["params"] for call in await street.calls("sendMessage")]
    told = [params for params in said if int(params["chat_id"]) == MARKET_STREET.id]
    assert [int(params["message_thread_id"]) for params in told] == [77]


async def test_what_the_payer_alone_sees_stands_in_the_topic_of_the_card(street: Street) -> None:
    """They pressed there, so they look there; a card in the general topic they would not find."""
    await street.open_wallets(street.ana, street.luna)
    await in_topic(street, street.ana, "/pay 5 @luna")
    await street.ana.presses("Confirm with PIN", chat=MARKET_STREET.id)
    await street.ana.reads_ephemeral("Send €5.00 to Luna Rossi", "Balance after", chat=MARKET_STREET.id)
    said = [call["params"] for call in await street.calls("sendMessage")]
    whispered = [params for params in said if "ephemeral_message_parameters" in params]
    assert [int(params.get("message_thread_id", 0)) for params in whispered] == [77]
