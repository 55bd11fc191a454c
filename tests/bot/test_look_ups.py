"""What the bot keeps grows for years too: whatever it looks up is served by an index, what it forgets included."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from telegram import User

from bot import inbox_table
from bot.contacts import Contacts
from bot.conversation import Cards, Conversations
from bot.identity import People
from bot.inbox_table import Arrival
from bot.pay_links import PayLinks
from tests.plans import Noted, verbs
from wallet import Database, Party, WalletSettings, connection_url

if TYPE_CHECKING:
    from tests.conftest import Clock

pytestmark = pytest.mark.anyio

ANA, BEN, GROUP = 5001, 5002, -7001


async def test_nothing_of_the_bots_reads_a_table_that_grows_from_end_to_end(
    settings: WalletSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For every statement of every store of the bot's there is an index that serves it."""
    noted = Noted.of_driver(monkeypatch)
    store = Database(connection_url(settings))
    stores = (Cards, Contacts, Conversations, PayLinks, People)
    cards, contacts, conversations, links, people = (noted.watch(kind(store, clock)) for kind in stores)
    await use_people(people)
    await use_cards(cards)
    await use_contacts(contacts, people)
    await conversations.wait(ANA, "amount")
    await conversations.of(ANA)
    await conversations.end(ANA)
    await links.to(ANA, uuid4())
    await links.find((await links.asking(ANA, uuid4(), 500, "")).id)
    with noted.under("inbox"):
        await use_inbox(store, clock)
    await store.close()
    assert noted.by_name.keys() - {"inbox"} == verbs(*stores)
    whole = noted.reading_whole_tables(settings)
    assert not whole, "\n".join(whole)


async def use_people(people: Any) -> None:
    for user_id in (ANA, BEN):
        user = User(user_id, f"Somebody {user_id}", is_bot=False, username=f"user{user_id}")
        await people.register(user, uuid4())
    found = await people.find(ANA)
    await people.of_party(found.party_id)
    await people.named(found.username)
    await people.refresh(found, User(ANA, "Ana", is_bot=False, username="ana"))
    await people.set_reachable(ANA, reachable=True)


async def use_cards(cards: Any) -> None:
    quote_id = uuid4()
    card = await cards.create("payment", ANA, GROUP, quote_id=quote_id)
    card = await cards.sent(card, 7)
    card = await cards.stands(card, GROUP, -8)
    card = await cards.requote(card, quote_id, look_again_at=cards._thing._clock())
    card = await cards.becomes(card, "payment", quote_id, card.look_again_at)
    card = await cards.note(card, seen=True)
    await cards.note_once(card, "told")
    await cards.look_later(card, timedelta(minutes=1))
    await cards.looked_at(card)
    await cards.find(card.id, ANA, GROUP)
    await cards.own(card.id, ANA)
    await cards.linked(card.id)
    await cards.of_quote(quote_id, ANA)
    await cards.of_message(ANA, GROUP, -8)
    await cards.latest(ANA, "payment")
    await cards.undecided(ANA, "payment")
    await cards.showing(quote_id, "payment")
    await cards.overdue()
    await cards.to_look_at(GROUP, "payment")
    await cards.unshown(GROUP)
    await cards.moved(GROUP, GROUP - 1)


async def use_contacts(contacts: Any, people: Any) -> None:
    ana, ben = await people.find(ANA), await people.find(BEN)
    shop = Party(uuid4(), "business", "Shop", "open", ana.party_id)
    found = await contacts.remember(ANA, BEN, "Ben")
    await contacts.paid_business(ana, shop)
    await contacts.paid(ana, ben)
    await contacts.learn(ANA, [ben], [shop])
    await contacts.change(found, alias="Benny")
    await contacts.find(ANA, found.id)
    await contacts.page(ANA, 8, 8)
    await contacts.everybody(ANA)
    await contacts.called(ANA, "benny")
    await contacts.of_person(ANA, BEN)
    await contacts.of_business(ANA, shop.id)
    await contacts.blocks(ANA, BEN)
    for findable in (True, False):
        await contacts.set_findable(BEN, findable=findable)
        await contacts.set_askable(BEN, askable=findable)
        await contacts.is_findable(BEN)
        await contacts.is_askable(BEN)
        await contacts.may_find(ANA, ben)
        await contacts.may_ask(ANA, BEN)


async def use_inbox(store: Database, clock: Clock) -> None:
    arrivals = {number: Arrival.of({"update_id": number}) for number in (1, 2)}
    for _ in range(2):  # stored, and delivered again
        waiting = await store.statement(lambda conn: inbox_table.insert(conn, arrivals, {1}, clock.now))
    await store.read(inbox_table.waiting)
    await store.statement(lambda conn: inbox_table.begin(conn, waiting[0].position))
    await store.statement(lambda conn: inbox_table.finish(conn, [waiting[0].position], clock.now))
    await store.statement(lambda conn: inbox_table.prune(conn, clock.now))
