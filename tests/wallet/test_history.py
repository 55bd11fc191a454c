"""History, statements and receipts: pages that hold still, and sums that close."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.conftest import PIN, Clock, business, euros, person
from wallet import Party, PartyUnknown, PaymentUnknown, Receipt, Statement, Wallet
from wallet.accounts import system_account_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

pytestmark = pytest.mark.anyio

BY, WHY = "operator", "cash"


async def deposit(wallet: Wallet, party: Party, cents: int) -> Receipt:
    return await wallet.deposit(party.id, euros(wallet, cents), key=uuid4(), by=BY, reason=WHY)


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int, note: str = "") -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), note=note, key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


async def test_pages_hold_still_while_new_entries_arrive(wallet: Wallet) -> None:
    """Every old line is seen exactly once, however many new ones come in between."""
    ana = await person(wallet, "Ana", pin=None)
    for cents in range(1, 26):
        await deposit(wallet, ana, cents)
    seen: list[int] = []
    older: int | None = None
    while True:
        page = await wallet.history(ana.id, older=older, limit=10)
        seen.extend(line.amount.minor for line in page.lines)
        await deposit(wallet, ana, 100)
        if (older := page.older) is None:
            break
    assert seen == list(range(25, 0, -1))


async def test_the_last_page_says_so(wallet: Wallet) -> None:
    """Exactly full, over-full, empty; a page is never longer than a hundred or shorter than one."""
    ana, ben = await person(wallet, "Ana", pin=None), await person(wallet, "Ben", pin=None)
    for _ in range(3):
        await deposit(wallet, ana, 1)
    assert (await wallet.history(ana.id, limit=3)).older is None
    assert (await wallet.history(ana.id, limit=2)).older == 2
    assert len((await wallet.history(ana.id, limit=0)).lines) == 1
    assert len((await wallet.history(ana.id, limit=10**9)).lines) == 3
    assert (await wallet.history(ben.id)).lines == ()
    with pytest.raises(PartyUnknown):
        await wallet.history(uuid4())


async def test_a_line_says_who_what_and_what_is_left(wallet: Wallet) -> None:
    """Signed amount, counterparty, note, reference; the outside world has no name; the fee is a line of its own."""
    ana, luna = await person(wallet, "Ana", 1000), await person(wallet, "Luna")
    cafe = await business(wallet, luna)
    receipt = await pay(wallet, ana, cafe, 1000, "two coffees")
    paid, deposited = (await wallet.history(ana.id)).lines
    assert (paid.amount.minor, paid.counterparty, paid.note) == (-1000, "Café Luna", "two coffees")
    assert (paid.reference, paid.payment_id, paid.payment_kind) == (receipt.reference, receipt.payment_id, "payment")
    assert (deposited.amount.minor, deposited.counterparty, deposited.balance_after.minor) == (1000, None, 1000)
    fee, gross = (await wallet.history(cafe.id)).lines
    assert (gross.kind, gross.amount.minor, gross.counterparty) == ("amount", 1000, "Ana")
    assert (fee.kind, fee.amount.minor, fee.balance_after.minor) == ("fee", -10, 990)


def closes(statement: Statement) -> bool:
    """Opening and lines make the closing balance."""
    return statement.opening.minor + sum(line.amount.minor for line in statement.lines) == statement.closing.minor


async def test_balances_are_ones_own_and_those_of_ones_businesses(wallet: Wallet) -> None:
    """The person first, then each business as it stands, and nobody else's; each as it is by itself."""
    ana, ben = await person(wallet, "Ana", 500, pin=None), await person(wallet, "Ben", 70, pin=None)
    cafe, shop = [await business(wallet, ana, name) for name in ("Café Luna", "Shop")]
    await business(wallet, ben, "Ben's")
    await deposit(wallet, shop, 30)
    found = await wallet.balances(ana.id)
    assert [party for party, _ in found] == [await wallet.party(party.id) for party in (ana, cafe, shop)]
    assert [balance.ledger.minor for _, balance in found] == [500, 0, 30]
    assert [balance for _, balance in found] == [await wallet.balance(party.id) for party, _ in found]
    with pytest.raises(PartyUnknown):
        await wallet.balances(uuid4())


async def test_statements_close_and_follow_one_another(wallet: Wallet, clock: Clock) -> None:
    """Opening plus lines is closing, and closing is the next one's opening; a moment belongs to one of them only."""
    ana = await person(wallet, "Ana", pin=None)
    start = clock.now
    for cents in (5, 7, 11, 13):
        await deposit(wallet, ana, cents)
        clock.advance(hours=6)
    hours = [start + timedelta(hours=hour) for hour in (-24, 0, 6, 18, 24, 48)]
    statements = [await wallet.statement(ana.id, *span) for span in pairwise(hours)]
    assert [len(statement.lines) for statement in statements] == [0, 1, 2, 1, 0]
    assert all(closes(statement) for statement in statements)
    assert [statement.closing.minor for statement in statements] == [0, 5, 23, 36, 36]
    assert [s.opening for s in statements[1:]] == [s.closing for s in statements[:-1]]


async def test_a_long_statement_has_the_time_it_takes(wallet: Wallet) -> None:
    """It comes in parts, all of it in order; the database neither cuts it off nor minds us reading between them."""
    ana, ben = await person(wallet, "Ana", pin=None), await person(wallet, "Ben", pin=None)
    await asyncio.gather(*(deposit(wallet, party, cents) for cents in range(1, 61) for party in (ana, ben)))
    bank = system_account_id("bank_clearing", wallet.currency)
    found = await wallet.statement(bank, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert [line.seq for line in found.lines] == list(range(1, 121))
    assert closes(found)

    async def limits(conn: AsyncConnection) -> list[str]:
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        return [str((await conn.execute(text(f"SHOW {name}"))).scalar_one()) for name in names]

    assert await wallet._database.snapshot(limits, at_leisure=True) == ["0", "0"]
    assert await wallet._database.snapshot(limits) == ["5s", "10s"]


async def test_statements_close_when_the_clock_was_set_back(wallet: Wallet, clock: Clock) -> None:
    """Entries keep their order and their time, also when the two disagree."""
    ana = await person(wallet, "Ana", pin=None)
    noon = clock.now
    await deposit(wallet, ana, 100)
    clock.advance(hours=-2)
    await deposit(wallet, ana, 50)
    clock.advance(hours=1)
    await deposit(wallet, ana, 7)
    hours = [noon + timedelta(hours=hour) for hour in (-3, -1.5, -0.5, 1)]
    statements = [await wallet.statement(ana.id, *span) for span in pairwise(hours)]
    assert all(closes(statement) for statement in statements)
    assert [statement.closing.minor for statement in statements] == [50, 57, 157]
    assert statements[-1].closing == (await wallet.balance(ana.id)).ledger


async def test_a_receipt_is_for_its_two_sides_only(wallet: Wallet) -> None:
    """Each sees their own balance; nobody else sees it at all."""
    ana, ben, eve = await person(wallet, "Ana", 100), await person(wallet, "Ben", 7), await person(wallet, "Eve")
    paid = await pay(wallet, ana, ben, 30)
    assert await wallet.receipt(paid.payment_id, ana.id) == paid
    theirs = await wallet.receipt(paid.payment_id, ben.id)
    assert (theirs.viewer, theirs.balance_after.minor, theirs.reference) == ("payee", 37, paid.reference)
    for payment_id, party_id in ((paid.payment_id, eve.id), (uuid4(), ana.id), (paid.payment_id, uuid4())):
        with pytest.raises(PaymentUnknown):
            await wallet.receipt(payment_id, party_id)


async def test_a_note_cannot_forge_what_a_card_says(wallet: Wallet) -> None:
    """Line breaks become spaces, control and direction characters go, joined emoji stay."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben")
    note = " for\n\n lunch\u202e \x00\ud83d \u2066and\u2069 \ufefftea \U0001f468\u200d\U0001f373 "
    paid = await pay(wallet, ana, ben, 1, note)
    assert paid.note == "for lunch and tea \U0001f468\u200d\U0001f373"
