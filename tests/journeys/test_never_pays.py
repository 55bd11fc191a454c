"""What never pays: anything but a fresh message by the person themselves."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from tests.proof import retweets
from tests.proof.scene import scene

if TYPE_CHECKING:
    from tests.books import Server
    from tests.journeys.conftest import Street

pytestmark = pytest.mark.anyio

WORDS = "send 5 to @ben"
Json = dict[str, Any]


async def test_the_retweet_rule(server: Server) -> None:
    """Every manner in which something comes that nobody wrote just now, with everything that pays: no row changes."""
    async with scene(server) as here:
        street = here.street
        await street.open_wallets(street.ana, street.ben, street.luna)
        business = await street.open_business(street.luna, "Café Luna")
        await here.push(*retweets.debts(street))
        by_manner = defaultdict[str, list[Json]](list)
        for name, update in retweets.table(street, business.id.hex):
            by_manner[name].append(update)
        wrong = {name: await here.attacked(*updates) for name, updates in by_manner.items()}
        assert {name: found for name, found in wrong.items() if found} == {}
        assert len(wrong) == len(retweets.MANNERS)


async def test_what_the_rule_forbids_works_when_it_is_ones_own(server: Server) -> None:
    """The same triggers, written by Ana just now, each show a card: the table before this one tries something."""
    async with scene(server) as here:
        street = here.street
        await street.open_wallets(street.ana, street.ben, street.luna)
        await street.open_business(street.luna, "Café Luna")
        await here.push(*retweets.debts(street))
        starting = [trigger for trigger in retweets.triggers(street, "") if trigger.starts]
        idle = [one for one in starting if "bot.cards" not in await here.attacked(retweets.honest(street, one))]
        assert idle == []


async def test_a_forward_pays_nothing(street: Street) -> None:
    """A forwarded instruction gets one sentence, and no card."""
    await street.open_wallets(street.ana, street.ben)
    original = await street.ana.says(WORDS)
    await street.ana.reads("Send €5.00")
    await street.ana.forwards(original)
    await street.ana.reads("A forwarded message never pays")
    assert await _cards(street) == 1


@pytest.mark.parametrize("words", ["/request 5 @ben lunch", "request 5 from @ben for lunch", "ask ben for 5"])
async def test_a_request_that_is_no_fresh_message_asks_nobody(street: Street, words: str) -> None:
    """Forwarded, edited, through another bot, by a schedule, by a channel or in a group by an anonymous admin."""
    await street.open_wallets(street.ana, street.ben)
    await street.context.contacts.remember(street.ben.id, street.ana.id, "Ana")
    await street.context.contacts.remember(street.ana.id, street.ben.id, "Ben")
    small_talk = await street.ana.says("good morning")
    await street.ana.reads("did not understand")
    await street.ana.edits(small_talk, words)
    await street.ana.reads("An edited message never pays")
    for manner in ({"via_bot": True}, {"offline": True}):
        await street.ana.writes(words, **manner)
    await street.inject(street.ana, words, sender_chat={"id": -1000000000202, "type": "channel", "title": "News"})
    await street.inject(street.ana, words, chat={"id": -1000000000101, "type": "supergroup", "title": "Market Street"})
    await street.settled()
    ben = await street.party(street.ben)
    assert await street.wallet.open_requests_to(ben.id) == ()
    original = await street.ana.says(words)
    await street.ana.reads("You asked Ben Okafor")
    await street.ana.forwards(original)
    await street.ana.reads("A forwarded message never pays")
    assert len(await street.wallet.open_requests_to(ben.id)) == 1


async def test_an_edit_pays_nothing(street: Street) -> None:
    """Neither small talk edited into an instruction, nor a changed amount."""
    await street.open_wallets(street.ana, street.ben)
    message = await street.ana.says("good morning")
    await street.ana.reads("did not understand")
    await street.ana.edits(message, WORDS)
    await street.ana.reads("An edited message never pays")
    assert await _cards(street) == 0


@pytest.mark.parametrize("manner", [{"via_bot": True}, {"offline": True}])
async def test_a_message_made_by_a_machine_pays_nothing(street: Street, manner: dict[str, Any]) -> None:
    """Sent through another bot, or by a schedule: nobody pressed Send just now."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.writes(WORDS, **manner)
    await street.ana.reads("Only a message that you write yourself can pay")
    assert await _cards(street) == 0


@pytest.mark.parametrize(
    "field",
    [
        {"sender_chat": {"id": -1000000000202, "type": "channel", "title": "News"}},
        {"sender_business_bot": {"id": 7000000002, "is_bot": True, "first_name": "Other"}},
        {"business_connection_id": "connection"},
    ],
)
async def test_a_message_in_somebodys_name_pays_nothing(street: Street, field: dict[str, Any]) -> None:
    """A channel's or a business bot's message carries Ana's id, and is still not Ana's."""
    await street.open_wallets(street.ana, street.ben)
    await street.inject(street.ana, WORDS, **field)
    await street.ana.reads("Only a message that you write yourself can pay")
    assert await _cards(street) == 0


async def test_a_message_by_nobody_is_passed_over(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """Without a sender there is nobody to act for and nobody to answer."""
    await street.open_wallets(street.ana, street.ben)
    before = await street.ana.texts()
    message = {"message_id": 10**6, "date": 1, "chat": street.world.people[street.ana.id].chat(), "text": WORDS}
    await street.http.post("/control/update", json={"message": message})
    await street.settled()
    assert await street.ana.texts() == before
    assert not caplog.records


async def test_small_talk_that_is_forwarded_is_left_alone(street: Street) -> None:
    """Only what looks like an instruction gets an answer."""
    await street.open_wallets(street.ana)
    message = await street.ana.says("good morning")
    await street.ana.reads("did not understand")
    before = len(await street.ana.messages())
    await street.ana.forwards(message)
    await street.settled()
    assert len(await street.ana.messages()) == before + 1


async def test_a_group_is_no_place_to_pay(street: Street) -> None:
    """In a group an instruction is passed over, whoever writes it."""
    await street.open_wallets(street.ana, street.ben)
    await street.inject(street.ana, WORDS, chat={"id": -1000000000101, "type": "supergroup", "title": "Market Street"})
    await street.settled()
    assert await _cards(street) == 0


async def _cards(street: Street) -> int:
    """How many payments Ana has been shown."""
    return sum("Open until" in text for text in await street.ana.texts())


async def test_an_edit_is_told_which_payment_still_waits(street: Street) -> None:
    """Ana wrote one zero too many, and mends it: the card is still for the first amount, and she reads so."""
    await street.open_wallets(street.ana, street.ben)
    message = await street.ana.says("send 50 to @ben")
    await street.ana.reads("Send €50.00")
    await street.ana.edits(message, "send 5 to @ben")
    await street.ana.reads("An edited message never pays", "€50.00 to Ben Okafor still waits", "/cancel stops it")
    await street.ana.says("/cancel")
    await street.ana.reads("Cancelled")
    await street.ana.edits(message, "send 5 to @ben")
    await street.ana.reads("Write it anew if you mean it")


async def test_an_edited_answer_is_told_that_the_first_one_stands(street: Street) -> None:
    """The question has moved on with the name as it was first written."""
    await street.open_wallets(street.ana, street.ben)
    await street.ana.says("/send")
    await street.ana.reads("Who is it for?")
    answer = await street.ana.says("@bne")
    await street.ana.reads("To @bne")
    await street.ana.edits(answer, "@ben")
    await street.ana.reads("An edited message never pays", "what you wrote first", "/cancel stops it")
