"""What a proof is: a claim about the books, and a query with one row for each thing that it is checked on.

The query's columns are `example` (what to look at if the claim is false there), `holds` and `stake` (minor units). A
row counts as bad unless `holds` is true, so what is missing, and therefore cannot be compared, is bad as well. Queries
only read, work on whole sets, and know these parameters:

    :at                                       when the snapshot is taken
    :per_payment :day :month :payments_a_day  the limits as configured
    :a_day :a_month                           the windows that they hold in
    :starts :ppms :fixed                      the tariff as configured, one array a column
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from wallet.money import Currency, Money
from wallet.values import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Claim:
    """One invariant: its short name, its sentence, and the query that checks it."""

    name: str
    claim: str
    query: str

    async def prove(self, conn: AsyncConnection, parameters: Mapping[str, object], currency: Currency) -> Proof:
        """Check it on everything that `conn`'s transaction sees."""
        row = (await conn.execute(text(_COUNT.format(query=self.query)), parameters)).one()
        examples = tuple(sorted(row.examples or ()))
        return Proof(self.name, self.claim, row.checked, row.bad, Money(int(row.at_stake), currency), examples)


# sum(bigint) is NUMERIC, exact however large; Python's int takes it whole.
_COUNT = """
    SELECT count(*) AS checked,
           count(*) FILTER (WHERE holds IS NOT TRUE) AS bad,
           COALESCE(sum(stake) FILTER (WHERE holds IS NOT TRUE), 0) AS at_stake,
           (array_agg(example) FILTER (WHERE holds IS NOT TRUE))[1:5] AS examples
    FROM ({query}) AS looked_at(example, holds, stake)
"""
