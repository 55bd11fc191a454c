"""Harm done to a database's work at a chosen step, and a story that must come out right all the same."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import psycopg
from psycopg.sql import Composable
from sqlalchemy import text

from tests.conftest import PIN, business, euros, person
from wallet import database as databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet import Party, Wallet

BY, WHY = "operator", "test"
AMOUNT, REFUND, ASIDE = 500, 200, 100
FEE = 3
"""What a business pays on what is left of the amount once the refund is taken from it."""


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
    """One of everything that moves money, with the keys fixed, so that it can be told again.

    A deposit, one that was a mistake, a payment with its fee, a part of it given back, money set aside and claimed,
    set aside and taken back, withdrawals. What the wallet kept of the fee is all that is left in the end.
    """

    def __init__(self, wallet: Wallet, *people: Party) -> None:
        self.wallet = wallet
        self.ana, self.ben, self.cafe, self.nina = people
        self.keys = [uuid4() for _ in range(10)]

    @classmethod
    async def of_new_people(cls, wallet: Wallet) -> Story:
        """Of a payer, somebody with a café, and somebody who has no wallet."""
        ana, ben = await person(wallet, "Ana"), await person(wallet, "Ben")
        return cls(wallet, ana, ben, await business(wallet, ben), await wallet.invite("@nina", key=uuid4()))

    async def tell(self) -> UUID:
        wallet, ana, ben, cafe, nina = self.wallet, self.ana, self.ben, self.cafe, self.nina
        keys = iter(self.keys)
        await wallet.deposit(ana.id, euros(wallet, AMOUNT), key=next(keys), by=BY, reason=WHY)
        mistake = await wallet.deposit(ana.id, euros(wallet, AMOUNT), key=next(keys), by=BY, reason=WHY)
        await wallet.reverse(mistake.payment_id, key=next(keys), by=BY, reason=WHY)
        quote = await wallet.quote(ana.id, cafe.id, euros(wallet, AMOUNT), key=next(keys))
        await wallet.confirm(quote.id, ana.id, PIN)
        await wallet.refund(quote.id, euros(wallet, REFUND), key=next(keys), by=BY, reason=WHY)
        claimed, returned = [await wallet.quote(ana.id, nina.id, euros(wallet, ASIDE), key=next(keys)) for _ in "12"]
        for hold in (claimed, returned):
            await wallet.confirm(hold.id, ana.id, PIN)
        await wallet.capture(claimed.id, ben.id)
        await wallet.cancel_hold(returned.id, ana.id)
        for party, left in ((cafe, AMOUNT - REFUND - FEE), (ben, ASIDE), (ana, REFUND - ASIDE)):
            await wallet.withdraw(party.id, euros(wallet, left), key=next(keys), by=BY, reason=WHY)
        return quote.id

    async def check(self) -> None:
        """It happened once: balances, entries, notices, acts, attempts."""
        parties = {summary.party.id: summary for summary in await self.wallet.parties()}
        three = [parties[party.id] for party in (self.ana, self.ben, self.cafe)]
        assert [summary.balance.minor for summary in three] == [0, 0, 0]
        assert [summary.entries for summary in three] == [9, 2, 5]
        assert await self._count("wallet.notices", "recipient_id", [self.ana.id, self.ben.id]) == 16
        assert await self._count("wallet.acts", "subject_id", self.keys) == 7
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
        story = await Story.of_new_people(wallet)
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
