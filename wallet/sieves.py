"""Sieves: passes over the books that each find many claims true at once. What does not pass is proved row by row.

Every claim has a query of its own (`proofs_*`), which says what is wrong, where, and how much is at stake. Clean books
need not be asked so much. A sieve goes through the same rows once, joined once, and holds several claims at a time: its
conditions are such that, where they are true, the claim's own query would find nothing. Where one is not, that query
decides; a sieve alone never says that something is wrong. A claim without a sieve is proved by its own query.

All joins are of whole tables, by hashing, which PostgreSQL does in parallel: the time grows as the books do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

SETTINGS = """
    SELECT set_config('work_mem', LEAST(pg_size_bytes(current_setting('effective_cache_size')) / 65536, 1048576)::text
                      || 'kB', true),
           set_config('jit', 'off', true), set_config('enable_indexscan', 'off', true),
           set_config('random_page_cost', '4', true), set_config('enable_mergejoin', 'off', true),
           set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
           set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)
"""
"""For the proving transaction. Compiling takes longer than it saves; look-ups by index lose against whole tables, also
for the sake of their order; and here planning takes no time worth saving.

`work_mem` is a 64th of the memory that PostgreSQL was told there is (`effective_cache_size`), or 64 MB if it was not.
A hash table takes twice that at most, and as much again for each parallel worker; the seals need five at a time, so
with two workers all of them stay below half of that memory. What does not fit goes to disk, which takes ten million
entries twice the time.
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One claim in a sieve: `each` is true of every row, `together` of all of them; `checked` counts what it is about.

    `together` and `checked` are aggregates of the rows, or look at other tables.
    """

    name: str
    each: str = "true"
    checked: str = "count(*)"
    together: str = "true"


@dataclass(frozen=True, slots=True)
class Sieve:
    """Rows (what stands after FROM), and the claims that are held against them; `whole` is true of all together.

    `beside` is a query for one row about other tables, which claims compare with as `(SELECT column FROM beside)`.
    """

    rows: str
    claims: tuple[Held, ...]
    whole: str = "true"
    beside: str = "SELECT"

    async def held(self, conn: AsyncConnection, parameters: Mapping[str, object]) -> dict[str, int | None]:
        """How many things each claim was found true of; None where it was not."""
        columns = ", ".join(
            f"COALESCE(bool_and(({claim.each}) IS TRUE), true) AND ({claim.together}), {claim.checked}"
            for claim in self.claims
        )
        query = f"WITH beside AS MATERIALIZED ({self.beside}) SELECT {self.whole}, {columns} FROM {self.rows}"  # noqa: S608 - all of it stands below
        whole, *row = (await conn.execute(text(query), parameters)).one()
        outcomes = zip(self.claims, row[::2], row[1::2], strict=True)
        return {claim.name: int(checked) if whole and each else None for claim, each, checked in outcomes}


def digest(
    *ids: str,
    numbers: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    times: tuple[str, ...] = (),
    of: str = "true",
) -> str:
    """In SQL, the sum of one keyed hash for each row `of` which it is: equal for equal rows, in whatever order.

    For different rows it is equal by chance, once in 2^64. The key is drawn anew each time, so nobody can prepare that.
    """
    halves = [half for number in numbers for half in (f"({number}) >> 32", f"({number}) & {2**32 - 1}")]
    moments = [f"date_part('epoch', {time})" for time in times]
    hashed = "CAST(:key AS bigint)"
    # A number is hashed by halves, because the whole would be folded into one half first, which needs no key to bend.
    functions = ("uuid_hash_extended", "hashint8extended", "hashtextextended", "hashfloat8extended")
    for function, columns in zip(functions, (ids, halves, words, moments), strict=True):
        for column in columns:
            hashed = f"{function}({column}, {hashed})"
    return f"COALESCE(sum({hashed}) FILTER (WHERE {of}), 0)"
