"""Reconciling: prove the books. Every claim is checked on everything, in one snapshot; nothing is ever repaired.

To add a proof, add a `Claim` to one of the tables below: `LEDGER`, `PAYMENTS` or `RULES`.
No set of claims finds a history that was rewritten consistently everywhere.
"""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy import text

from wallet.limits import DAY, MONTH, Limits
from wallet.proofs_ledger import LEDGER
from wallet.proofs_payments import PAYMENTS
from wallet.proofs_rules import RULES
from wallet.values import Reconciliation

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.fees import Tariff
    from wallet.money import Currency

CLAIMS = (*LEDGER, *PAYMENTS, *RULES)
"""All that is claimed about the books, in the order it is read."""

_MOMENT = timedelta.resolution
"""A window begins just after the moment that lies a whole day, or month, before: what was paid then has left it."""


async def prove(
    conn: AsyncConnection, currency: Currency, tariff: Tariff, limits: Limits, at: datetime
) -> Reconciliation:
    """Check every claim in the caller's snapshot. `at` is now; tariff and limits are those configured now."""
    started = perf_counter()
    parameters = _parameters(tariff, limits, at)
    proofs = [await claim.prove(conn, parameters, currency) for claim in CLAIMS]
    entries = (await conn.execute(text("SELECT count(*) FROM wallet.entries"))).scalar_one()
    return Reconciliation(at, perf_counter() - started, entries, tuple(proofs))


def _parameters(tariff: Tariff, limits: Limits, at: datetime) -> dict[str, object]:
    return {
        "at": at,
        "starts": [rate.start for rate in tariff.rates],
        "ppms": [rate.ppm for rate in tariff.rates],
        "fixed": [rate.fixed for rate in tariff.rates],
        "per_payment": limits.per_payment,
        "day": limits.day,
        "month": limits.month,
        "payments_a_day": limits.payments_a_day,
        "a_day": DAY - _MOMENT,
        "a_month": MONTH - _MOMENT,
    }
