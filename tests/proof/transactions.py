"""What happens inside a transaction: nothing but talking to the database, and never for long."""

from __future__ import annotations

import gc
import inspect
import types
from collections import Counter
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.books import settings
from tests.conftest import Clock, euros, person
from tests.faults.harm import BY, WHY
from tests.proof.finding import Effort, Finding, Prover
from tests.proof.scene import scene
from tests.wallet import every_verb
from wallet import Database, Wallet, connection_url
from wallet import database as databases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.books import Server

PATIENCE = 5.0
"""How many seconds, beyond the limit, a machine that is busy with other things may take."""


async def transactions_wait_for_the_database_only(server: Server, effort: Effort) -> list[Finding]:
    """Each wait inside a transaction of any verb is looked at: argon2, the network or a pause would be found."""
    seen: Counter[str] = Counter()
    for _ in range(effort.times(1, 20)):
        clock = Clock()
        with server.database() as url, watching() as waits:
            async with Wallet.open(settings(url), clock=clock) as wallet:
                await every_verb.use(wallet, clock)
        seen += waits
    others = {where: times for where, times in seen.items() if where != "database"}
    claim = "Inside a transaction nothing is waited for but the database: no hashing, no network, no pause."
    return [Finding("L14", claim, seen.total(), sum(others.values()), ", ".join(others))]


async def the_bots_transactions_do_too(server: Server, effort: Effort) -> list[Finding]:
    """The bot with a pretend Telegram over HTTP: wallets, payments, a business, a wrong PIN, the courier at work."""
    with watching() as seen:
        async with scene(server) as here:
            ana, ben = here.street.ana, here.street.ben
            await here.street.open_wallets(ana, ben)
            await here.street.open_business(ben, "Café Luna")
            for number in range(effort.times(1, 20)):
                await here.pays(ana, f"send 0.10 to @{ben.name} for coffee {number}")
                await here.pays(ana, "pay 0.20 to Café Luna")
                await here.says(ana, "/history")
            await here.says(ana, "send 0.10 to Café Luna")
            await here.taps(ana, "Cancel")
            await here.told()
            errors = here.alarms.heard()
    others = {where: times for where, times in seen.items() if where != "database"}
    claim = "So it is in the bot: it asks nothing of Telegram while a transaction is open."
    return [Finding("L14", claim, seen.total(), sum(others.values()) + len(errors), ", ".join([*others, *errors]))]


@contextmanager
def watching() -> Iterator[Counter[str]]:
    """What was waited for inside every transaction of this process, wallet's or bot's. Snapshots hold no lock."""
    seen: Counter[str] = Counter()
    transaction = Database.transaction

    async def watch(database: Database, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        return await transaction(database, lambda conn: watched(work(conn), seen))

    with patch.object(Database, "transaction", watch):
        yield seen


@types.coroutine
def watched(coroutine: Any, seen: Counter[str]) -> Generator[Any, Any, Any]:
    """Run a coroutine, and note each time it is suspended whether it is the database's driver that waits."""
    resume, value = coroutine.send, None
    while True:
        try:
            waits_for = resume(value)
        except StopIteration as end:
            return end.value
        packages = list(packages_waiting(coroutine))
        seen["database" if "psycopg" in packages else " > ".join(packages)] += 1
        try:
            value, resume = (yield waits_for), coroutine.send
        except BaseException as error:  # noqa: BLE001 - it is passed on
            value, resume = error, coroutine.throw


def packages_waiting(suspended: Any) -> Iterator[str]:
    """Whose code a suspended coroutine stands in, outermost first."""
    while suspended is not None:
        if type(suspended).__name__ in ("async_generator_asend", "async_generator_athrow"):
            suspended = next(filter(inspect.isasyncgen, gc.get_referents(suspended)))  # nothing else leads there
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(suspended, f"{kind}_frame")), None)
        if kind is None:
            return
        yield str(getattr(suspended, f"{kind}_frame").f_globals["__name__"]).partition(".")[0]
        suspended = getattr(suspended, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")


async def a_hung_client_is_put_out(server: Server, effort: Effort) -> list[Finding]:
    """Somebody locks an account in a transaction and falls silent: PostgreSQL ends it, and others go on."""
    limit = effort.times(1, 10)
    with (
        server.database() as url,
        patch.dict(databases._SESSION, idle_in_transaction_session_timeout=f"{limit}s"),
    ):
        own = settings(url)
        async with Wallet.open(own) as wallet:
            ana = await person(wallet, "Ana", pin=None)
            hung = create_async_engine(connection_url(own), poolclass=NullPool)
            silent = await hung.connect()
            await _lock_everything(silent)
            started = perf_counter()
            await wallet.deposit(ana.id, euros(wallet, 100), key=uuid4(), by=BY, reason=WHY)
            seconds = perf_counter() - started
            await silent.invalidate()
            await silent.close()
    claim = f"Who falls silent inside a transaction holds up others for {limit} s at most."
    figure = f"{seconds:.1f} s" + ("" if effort.long else "; production waits 10 s")
    return [Finding("L14", claim, 1, int(seconds > limit + PATIENCE), figure)]


async def _lock_everything(conn: AsyncConnection) -> None:
    await conn.execute(text("SELECT id FROM wallet.accounts FOR NO KEY UPDATE"))


PROVERS: tuple[Prover, ...] = (
    transactions_wait_for_the_database_only,
    the_bots_transactions_do_too,
    a_hung_client_is_put_out,
)
