"""Reconcile: an honest book is clean, and every kind of falsification is found by the proofs that ought to find it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests import books
from tests.bench import large_books
from tests.conftest import PIN, Clock, business, euros, person
from tests.wallet.corruptions import CORRUPTIONS, NAMES, Corruption
from tests.wallet.outbox import tell_all
from wallet import Part, Party, Receipt, Reconciliation, Split, Wallet, WalletSettings, reconcile
from wallet.database import migration_url
from wallet.fees import Tariff
from wallet.limits import Limits
from wallet.proofs_quick import QUICK
from wallet.sieves import digest

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

    from tests.books import Server

pytestmark = pytest.mark.anyio


async def pay(wallet: Wallet, payer: Party, payee: Party, cents: int, note: str = "") -> Receipt:
    quote = await wallet.quote(payer.id, payee.id, euros(wallet, cents), note=note, key=uuid4())
    return await wallet.confirm(quote.id, payer.id, PIN)


async def keep_honest_books(wallet: Wallet, clock: Clock) -> None:
    """One of everything: payments, fees, returns whole and in part, reversals, freezes, quotes that came to nothing."""
    by = {"by": "operator", "reason": "as it happens"}
    await set_money_aside(wallet, clock)
    await ask_around(wallet, clock)
    await share_costs(wallet)
    ana, ben, luna = (
        await person(wallet, "Ana", 150_000),
        await person(wallet, "Ben", 5_000),
        await person(wallet, "Luna"),
    )
    cafe = await business(wallet, luna)
    lunch = await pay(wallet, ana, ben, 500, "lunch")
    small, odd, wrong = [await pay(wallet, ana, cafe, cents) for cents in (1000, 3333, 5050)]
    clock.advance(hours=30)
    await pay(wallet, ben, ana, 120)
    await wallet.refund(lunch.payment_id, euros(wallet, 200), key=uuid4(), **by)
    for part in (euros(wallet, 1111), euros(wallet, 1111), None):
        await wallet.refund(odd.payment_id, part, key=uuid4(), **by)
    await wallet.refund(small.payment_id, euros(wallet, 500), key=uuid4(), **by)
    await wallet.reverse(wrong.payment_id, key=uuid4(), **by)
    mistaken = await wallet.deposit(ben.id, euros(wallet, 700), key=uuid4(), **by)
    await wallet.reverse(mistaken.payment_id, key=uuid4(), **by)
    paid_out = await wallet.withdraw(ben.id, euros(wallet, 300), key=uuid4(), **by)
    await wallet.reverse(paid_out.payment_id, key=uuid4(), **by)
    await wallet.withdraw(ben.id, euros(wallet, 250), key=uuid4(), **by)
    await wallet.freeze(luna.id, **by)
    await wallet.unfreeze(luna.id, **by)
    await wallet.freeze(cafe.id, **by)
    left, cancelled = [await wallet.quote(ana.id, ben.id, euros(wallet, 77), key=uuid4()) for _ in range(2)]
    await wallet.cancel(cancelled.id, ana.id)
    assert left.state == "open"
    clock.advance(minutes=1)
    await tell_all(wallet)
    await pay(wallet, ana, ben, 999, "not told yet")


async def set_money_aside(wallet: Wallet, clock: Clock) -> None:
    """Every way a hold can end, and one that waits: eight days ago, half of them this week."""
    dora, newbie = await person(wallet, "Dora", 9_000), await wallet.invite("@newbie", key=uuid4())
    eve = await person(wallet, "Eve")

    async def aside(cents: int, note: str) -> UUID:
        return (await pay(wallet, dora, newbie, cents, note)).payment_id

    clock.advance(days=-8)
    claimed, _ = await aside(600, "claimed"), await aside(610, "expired")
    await wallet.capture(claimed, eve.id)
    clock.advance(days=8)
    assert await wallet.expire_holds() == 1
    clock.advance(seconds=1)
    await wallet.cancel_hold(await aside(620, "taken back"), dora.id)
    await wallet.refuse_hold(await aside(630, "refused"), eve.id)
    await aside(640, "waits")


async def ask_around(wallet: Wallet, clock: Clock) -> None:
    """Every way a request can end, and one that waits."""
    fay, gus = await person(wallet, "Fay"), await person(wallet, "Gus", 9_000)

    async def ask(cents: int, note: str) -> UUID:
        return (await wallet.ask(fay.id, gus.id, euros(wallet, cents), note=note, key=uuid4())).id

    clock.advance(days=-8)
    await ask(700, "nobody answered")
    clock.advance(days=8)
    assert await wallet.expire_requests() == 1
    answered = await wallet.quote_request(await ask(710, "answered"), gus.id, key=uuid4())
    await wallet.confirm(answered.id, gus.id, PIN)
    await wallet.decline_request(await ask(720, "declined"), gus.id)
    await wallet.cancel_request(await ask(730, "no longer"), fay.id)
    await ask(740, "asked")


async def share_costs(wallet: Wallet) -> None:
    """Splits of every kind and state, and nettings, one of them agreed: none of it moves money."""
    hal, ivy, jo = [await person(wallet, name) for name in ("Hal", "Ivy", "Jo")]
    home, trip = uuid4(), uuid4()

    async def split(group: UUID, starter: Party, cents: int, note: str, *parts: Part, **facts: Any) -> Split:
        amount = euros(wallet, cents)
        return await wallet.start_split(starter.id, group, amount, note=note, parts=parts, key=uuid4(), **facts)

    async def owes(group: UUID, payer: Party, payee: Party, cents: int, note: str) -> None:
        await split(group, payee, cents, note, Part(payer.id, amount=euros(wallet, cents)), way="amounts")

    dinner = await split(home, hal, 1000, "dinner", Part(ivy.id), Part(jo.id))
    asked = dinner.shares[1].request
    assert asked is not None
    await wallet.decline_request(asked.id, ivy.id)
    await wallet.close_split(dinner.id, hal.id)
    gathering = await split(home, hal, 900, "who is in?")
    await wallet.join_split(gathering.id, ivy.id)
    await split(home, ivy, 600, "groceries", Part(jo.id, amount=euros(wallet, 400)), way="amounts")
    await owes(home, hal, jo, 400, "rent")
    refused = await wallet.propose_netting(home, hal.id, key=uuid4())
    await wallet.refuse_netting(refused.id, ivy.id)
    await owes(trip, hal, ivy, 500, "tickets")
    await owes(trip, ivy, jo, 500, "petrol")
    netting = await wallet.propose_netting(trip, hal.id, key=uuid4())
    for party in (ivy, jo):
        await wallet.agree_to_netting(netting.id, party.id)


async def test_honest_books_are_clean(wallet: Wallet, clock: Clock) -> None:
    """Everything the wallet can do leaves every proof standing, and every proof has looked at something."""
    await keep_honest_books(wallet, clock)
    result = await wallet.reconcile()
    assert [proof for proof in result.proofs if not proof.holds] == []
    assert [proof.name for proof in result.proofs if not proof.checked] == []
    assert result.clean
    assert result.entries == 78


async def test_empty_books_are_clean(wallet: Wallet) -> None:
    """Nothing happened yet, so nothing is wrong."""
    assert (await wallet.reconcile()).clean
    assert (await wallet.reconcile(quick=True)).clean


async def test_sieves_look_at_as_much_as_the_claims_own_queries(
    wallet: Wallet, clock: Clock, settings: WalletSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On honest books, each claim was checked on as many things with the sieves as without them."""
    await keep_honest_books(wallet, clock)
    sifted = await reconciled(settings, clock)
    monkeypatch.setattr(reconcile, "SIEVES", ())
    assert [(proof.name, proof.checked) for proof in sifted.proofs] == [
        (proof.name, proof.checked) for proof in (await reconciled(settings, clock)).proofs
    ]
    assert sifted.clean


@pytest.mark.parametrize("other", [6, -5, 5 + 2**32, 4 + 2**32, 5 + 2**62, -(2**62)])
async def test_a_digest_tells_every_number_apart(settings: WalletSettings, other: int) -> None:
    """Whatever the key; also numbers that the database's own hash folds into one."""
    ours, theirs = digest(numbers=("ours",)), digest(numbers=("theirs",))
    rows = "(VALUES (1::bigint, 1::bigint), (CAST(5 AS bigint), CAST(:other AS bigint))) AS compared(ours, theirs)"
    engine = create_async_engine(migration_url(settings))
    async with engine.connect() as conn:
        for key in range(20):
            query = text(f"SELECT {ours} = {theirs} FROM {rows}")  # noqa: S608 - the expression under test
            assert (await conn.execute(query, {"key": key, "other": other})).scalar_one() is False
            assert (await conn.execute(query, {"key": key, "other": 5})).scalar_one() is True
    await engine.dispose()


async def test_the_quick_proof_says_that_it_is_quick(wallet: Wallet, clock: Clock) -> None:
    """It is clean on honest books, checks something with every claim, and is marked."""
    await keep_honest_books(wallet, clock)
    result = await wallet.reconcile(quick=True)
    assert (result.clean, result.quick, result.entries) == (True, True, 78)
    assert [proof.name for proof in result.proofs if not proof.checked] == []
    assert not (await wallet.reconcile()).quick


@pytest.mark.parametrize(
    ("what", "fails"),
    [
        ("a balance is raised", {"trial balance": 700, "last balances": 700}),
        ("money moves between two balances", {"last balances": 1400}),
        ("an entry is deleted", {"totals": 0}),
        ("the newest entry is deleted", {"totals": 0, "last balances": 5929}),
        ("the last entry's number is off", {"totals": 0, "last balances": 148321}),
        ("an entry grows", {}),
    ],
)
async def test_the_quick_proof_finds_wrong_totals_and_last_balances(
    wallet: Wallet, clock: Clock, settings: WalletSettings, what: str, fails: dict[str, int]
) -> None:
    """It finds wrong balances and missing entries; what history says, it leaves to the whole proof."""
    await keep_honest_books(wallet, clock)
    corruption = next(one for one in CORRUPTIONS if one.what == what)
    engine = create_async_engine(migration_url(settings))
    async with engine.begin() as conn:
        await conn.execute(text(_WITHOUT_CONSTRAINTS))
    async with engine.connect() as conn:
        await conn.execute(text("SET LOCAL session_replication_role = replica"))
        await conn.execute(text(corruption.statement.format_map(NAMES)))
        result = await reconcile.prove_quickly(conn, wallet.currency, clock())
    await engine.dispose()
    assert {proof.name: proof.at_stake.minor for proof in result.proofs if not proof.holds} == fails


async def test_large_books_are_clean(server: Server, clock: Clock) -> None:
    """The books that measurements are made on stand every proof, each of which has looked at something."""
    with server.database() as url:
        made = large_books.fill(url, 20_000, until=clock())
        async with Wallet.open(books.settings(url), clock=clock) as wallet:
            result = await wallet.reconcile()
            assert (await wallet.balance(made.person)).available.minor > 0
    assert [proof for proof in result.proofs if not proof.holds] == []
    unused = ["outbox", "holds", "hold ends", "overdue holds", "answers", "overdue requests"]
    unused += ["splits", "shares", "closed splits", "nettings", "netted claims"]
    assert [proof.name for proof in result.proofs if not proof.checked] == unused
    assert result.entries == made.entries
    assert 19_800 < made.entries < 20_200


async def test_a_limit_is_proved_to_the_cent(wallet: Wallet, clock: Clock, settings: WalletSettings) -> None:
    """The limits that were just reached hold; with any of them one lower, the proof fails."""
    await keep_honest_books(wallet, clock)
    tight = Limits(per_payment=5050, day=9883, month=10882, payments_a_day=4)
    assert await failing(settings, clock, limits=tight) == []
    for lower in (
        replace(tight, per_payment=5049),
        replace(tight, day=9882),
        replace(tight, month=10881),
        replace(tight, payments_a_day=3),
    ):
        assert await failing(settings, clock, limits=lower) == ["limits"]


@pytest.mark.parametrize(("hours", "micro", "fails"), [(24, 0, []), (23, 3_599_999_999, ["limits"])])
async def test_a_day_is_over_after_exactly_24_hours(
    wallet: Wallet, clock: Clock, settings: WalletSettings, hours: int, micro: int, fails: list[str]
) -> None:
    """What was paid a day ago no longer counts; a microsecond less than a day ago, it does."""
    ana, ben = await person(wallet, "Ana", 5000), await person(wallet, "Ben")
    await pay(wallet, ana, ben, 100)
    clock.advance(hours=hours, microseconds=micro)
    await tell_all(wallet)
    await pay(wallet, ana, ben, 100)
    assert await failing(settings, clock, limits=Limits(100, 100, 1000, 10)) == fails


async def test_fees_are_proved_by_the_tariff_of_the_quote_s_day(
    wallet: Wallet, clock: Clock, settings: WalletSettings
) -> None:
    """A rate that starts later changes nothing about the past; one that was never charged is found."""
    await keep_honest_books(wallet, clock)
    assert await failing(settings, clock, tariff=Tariff.parse("0.99%; from 2026-11-23: 5% + 10")) == []
    assert await failing(settings, clock, tariff=Tariff.parse("0.99%; from 2026-11-21: 5%")) == ["fees"]


async def test_fees_are_rounded_as_the_wallet_rounds_them(settings: WalletSettings, clock: Clock) -> None:
    """Ties, fixed parts and fees that would be more than the amount: both ways of reckoning agree."""
    steep = settings.model_copy(update={"tariff": Tariff.parse("1% + 3")})
    async with Wallet.open(steep, clock=clock) as wallet:
        ana, luna = await person(wallet, "Ana", 50_000), await person(wallet, "Luna")
        cafe = await business(wallet, luna)
        receipts = [await pay(wallet, ana, cafe, cents) for cents in (1, 3, 50, 150, 250, 251, 12_349, 12_350, 12_351)]
        assert [receipt.fee.minor for receipt in receipts] == [1, 3, 3, 5, 5, 6, 126, 127, 127]
        for receipt, part in zip(receipts, (1, 1, 25, 75, 50, 125, 1, 6_175, 6_175), strict=True):
            await wallet.refund(receipt.payment_id, euros(wallet, part), key=uuid4(), by="operator", reason="too much")
        assert (await wallet.reconcile()).clean


async def test_a_failed_proof_names_what_to_look_at(wallet: Wallet, clock: Clock, settings: WalletSettings) -> None:
    """Five examples at most, however many are bad, and what is at stake in all."""
    ana, ben = await person(wallet, "Ana", 5000), await person(wallet, "Ben")
    for _ in range(7):
        await pay(wallet, ana, ben, 100)
    result = await reconciled(settings, clock, limits=Limits(99, 5000, 5000, 10))
    limits = next(proof for proof in result.proofs if not proof.holds)
    assert (limits.name, limits.checked, limits.bad, limits.at_stake.minor) == ("limits", 7, 7, 7)
    assert len(limits.examples) == 5
    account = next(account.id for account in await wallet.accounts() if account.name == "Ana")
    assert all(example.startswith(f"account {account} payment ") for example in limits.examples)


def test_every_proof_is_explained_to_operators() -> None:
    """The handbook says of each what its failure means."""
    handbook = (Path(__file__).parents[2] / "docs" / "reconciling.md").read_text()
    assert [claim.name for claim in (*reconcile.CLAIMS, *QUICK) if f"| {claim.name} |" not in handbook] == []


_WITHOUT_CONSTRAINTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT conrelid::regclass AS relation, conname AS name FROM pg_constraint
                     WHERE connamespace = 'wallet'::regnamespace AND contype IN ('c', 'u', 'p') LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', found.relation, found.name);
        END LOOP;
    END $$
"""


async def test_every_corruption_is_found(
    wallet: Wallet, clock: Clock, settings: WalletSettings, subtests: pytest.Subtests
) -> None:
    """Each is undone before the next; the proofs that fail are exactly those that the table names."""
    await keep_honest_books(wallet, clock)
    engine = create_async_engine(migration_url(settings))
    async with engine.begin() as conn:
        await conn.execute(text(_WITHOUT_CONSTRAINTS))
        await conn.execute(text("DROP INDEX wallet.uq_payments_one_reversal, wallet.uq_payments_one_end"))
    fired: set[str] = set()
    for corruption in CORRUPTIONS:
        with subtests.test(corruption.what):
            found = await proofs_after(engine, corruption, wallet, clock)
            fired |= found.keys()
            assert found == corruption.fails
    await engine.dispose()
    assert fired == {claim.name for claim in reconcile.CLAIMS}


async def proofs_after(engine: AsyncEngine, corruption: Corruption, wallet: Wallet, clock: Clock) -> dict[str, int]:
    """The proofs that fail after this corruption, each with what is at stake; the books are as before again."""
    async with engine.connect() as conn, conn.begin() as transaction:
        await conn.execute(text("SET LOCAL session_replication_role = replica"))
        done = await conn.execute(text(corruption.statement.format_map(NAMES)))
        assert done.rowcount > 0, "it must hit something"
        result = await reconcile.prove(conn, wallet.currency, Tariff.parse("0.99%"), wallet.limits, clock())
        await transaction.rollback()
    return {proof.name: proof.at_stake.minor for proof in result.proofs if not proof.holds}


async def reconciled(
    settings: WalletSettings, clock: Clock, *, limits: Limits | None = None, tariff: Tariff | None = None
) -> Reconciliation:
    """Reconcile as somebody with other limits, or another tariff, would."""
    engine = create_async_engine(migration_url(settings))
    async with engine.connect() as conn:
        result = await reconcile.prove(
            conn, settings.currency, tariff or settings.tariff, limits or Limits.of(settings), clock()
        )
    await engine.dispose()
    return result


async def failing(
    settings: WalletSettings, clock: Clock, *, limits: Limits | None = None, tariff: Tariff | None = None
) -> list[str]:
    """The names of the proofs that fail then."""
    result = await reconciled(settings, clock, limits=limits, tariff=tariff)
    return [proof.name for proof in result.proofs if not proof.holds]
