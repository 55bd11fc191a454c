"""Harm done to a database's work at a chosen step, and a story that must come out right all the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import psycopg
from psycopg.sql import Composable
from sqlalchemy import text

from tests.conftest import PIN, euros, person
from wallet import database as databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet import Party, Wallet

BY, WHY = "operator", "test"
AMOUNT, REFUND = 500, 200


class Nth:
    """Does something bad the n-th time it is passed, once."""

    def __init__(self, harm: Callable[[], None]) -> None:
        self._harm = harm
        self._left = 0

    def arm(self, nth: int) -> None:
        self._left = nth

    @property
    def struck(self) -> bool:
        return self._left == 0

    def __call__(self, *_: object) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                self._harm()


def fails(error: type[psycopg.Error]) -> Nth:
    """Fails in this way, as PostgreSQL says it."""

    def fail() -> None:
        raise error("made to fail")

    return Nth(fail)


@contextmanager
def at_each_statement(passed: Callable[[str], object]) -> Iterator[None]:
    """Pass every statement of this process, whoever sends it, before it is sent."""
    execute = psycopg.AsyncCursor.execute

    async def harmed(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        composed = query.as_bytes() if isinstance(query, Composable) else query
        passed(composed if isinstance(composed, str) else bytes(composed).decode())
        return await execute(cursor, query, *args, **kwargs)

    with patch.object(psycopg.AsyncCursor, "execute", harmed), at_once():
        yield


@contextmanager
def at_each_commit(wallet: Wallet, passed: Callable[[], object], *, answer_lost: bool) -> Iterator[None]:
    """Pass every COMMIT of this wallet, just before it is sent, or just after it was done and before it is known."""
    dialect = wallet._database._engine.sync_engine.dialect
    commit = dialect.do_commit

    def do_commit(connection: Any) -> None:
        if answer_lost:
            commit(connection)
        passed()
        if not answer_lost:
            commit(connection)

    with patch.object(dialect, "do_commit", do_commit), at_once():
        yield


@contextmanager
def at_once() -> Iterator[None]:
    """Transactions are tried again without waiting."""
    with patch.object(databases, "_FIRST_PAUSE", 0), patch.object(databases, "_LONGEST_PAUSE", 0):
        yield


class Story:
    """One of everything that moves money, with the keys fixed, so that it can be told again."""

    def __init__(self, wallet: Wallet, ana: Party, ben: Party) -> None:
        self.wallet, self.ana, self.ben = wallet, ana, ben
        self.keys = [uuid4() for _ in range(5)]

    async def tell(self) -> UUID:
        wallet, ana, ben, keys = self.wallet, self.ana, self.ben, self.keys
        await wallet.deposit(ana.id, euros(wallet, AMOUNT), key=keys[0], by=BY, reason=WHY)
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, AMOUNT), key=keys[1])
        await wallet.confirm(quote.id, ana.id, PIN)
        await wallet.refund(quote.id, euros(wallet, REFUND), key=keys[2], by=BY, reason=WHY)
        await wallet.withdraw(ben.id, euros(wallet, AMOUNT - REFUND), key=keys[3], by=BY, reason=WHY)
        await wallet.withdraw(ana.id, euros(wallet, REFUND), key=keys[4], by=BY, reason=WHY)
        return quote.id

    async def check(self) -> None:
        """It happened once: balances, entries, notices, acts, attempts."""
        parties = {summary.party.id: summary for summary in await self.wallet.parties()}
        both = [parties[party.id] for party in (self.ana, self.ben)]
        assert [summary.balance.minor for summary in both] == [0, 0]
        assert [summary.entries for summary in both] == [4, 3]
        assert await self._count("wallet.notices", "recipient_id", [self.ana.id, self.ben.id]) == 7
        assert await self._count("wallet.acts", "subject_id", self.keys) == 4
        assert (await self.wallet.pin_state(self.ana.id)).tries_left == 5

    async def _count(self, table: str, column: str, ids: list[UUID]) -> int:
        query = text(f"SELECT count(*) FROM {table} WHERE {column} = ANY(:ids)")  # noqa: S608 - names from above

        async def work(conn: AsyncConnection) -> int:
            return int((await conn.execute(query, {"ids": ids})).scalar_one())

        return await self.wallet._database.read(work)


async def tell_with_harm(wallet: Wallet, nth: Nth, *, every: int = 1) -> tuple[int, list[str]]:
    """Tell the story over and over, each time with the harm so many steps later, until it comes too late to strike.

    Every fourth time it is told again with the same keys, as a caller does who got no answer. Returns how often the
    harm struck, and what came out wrong.
    """
    struck = 0
    wrong: list[str] = []
    while True:
        step = 1 + struck * every
        story = Story(wallet, await person(wallet, "Ana"), await person(wallet, "Ben"))
        try:
            nth.arm(step)
            quote_id = await story.tell()
            if not nth.struck:
                return struck, wrong
            if struck % 4 == 3:
                assert await story.tell() == quote_id
            await story.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what went wrong
            wrong.append(f"at step {step}: {error!r}")
        nth.arm(0)
        struck += 1
