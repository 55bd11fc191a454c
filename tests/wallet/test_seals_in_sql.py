"""The seal is written down twice, in Python and in SQL: both agree, whatever is sealed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import NullPool, create_engine, text

from wallet import seals

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_WORDS = ("", "amount", "fee", "EUR", "lunch", "naïve ☕ 𝛑", "back\\slash and 'quote'", "x" * 140, "é" * 70)
_GIVEN = text(f"""
    SELECT {seals.IN_SQL}
    FROM (VALUES (CAST(:id AS uuid), CAST(:kind AS text), CAST(:amount AS bigint), CAST(:currency AS text),
                  CAST(:at AS timestamptz), CAST(:debit AS uuid), CAST(:debit_seq AS bigint), CAST(:credit AS uuid),
                  CAST(:credit_seq AS bigint)))
             AS t(id, kind, amount, currency, settled_at, debit_account_id, debit_seq, credit_account_id, credit_seq),
         (VALUES (CAST(:payment AS uuid), CAST(:why AS text), CAST(:note AS text), CAST(:original AS uuid)))
             AS p(id, kind, note, original_id),
         (VALUES (CAST(:debit_balance AS bigint))) AS debit(balance_after),
         (VALUES (CAST(:credit_balance AS bigint))) AS credit(balance_after),
         (VALUES (CAST(:debit_head AS bytea))) AS before_debit(seal),
         (VALUES (CAST(:credit_head AS bytea))) AS before_credit(seal)
""")  # noqa: S608 - the expression under test


def test_sql_and_python_seal_alike(database_url: URL) -> None:
    """Random transfers, first ones of an account and later ones, with notes in any script."""
    rng = random.Random(1)
    with create_engine(database_url, poolclass=NullPool).connect() as conn:
        for _ in range(200):
            given = _any_transfer(rng)
            assert bytes(conn.execute(_GIVEN, given).scalar_one()) == _in_python(given)


def _any_transfer(rng: random.Random) -> dict[str, Any]:
    def any_id() -> UUID:
        return UUID(bytes=rng.randbytes(16))

    return {
        "id": any_id(),
        "kind": rng.choice(_WORDS),
        "amount": rng.randint(1, 2**53 - 1),
        "currency": rng.choice(_WORDS),
        "at": datetime(1999, 12, 31, tzinfo=UTC) + timedelta(microseconds=rng.randrange(10**15)),
        "debit": any_id(),
        "debit_seq": rng.choice((1, rng.randint(2, 2**40))),
        "debit_balance": rng.randint(-(2**63), 2**63 - 1),
        "debit_head": rng.randbytes(32),
        "credit": any_id(),
        "credit_seq": rng.choice((1, rng.randint(2, 2**40))),
        "credit_balance": rng.randint(-(2**63), 2**63 - 1),
        "credit_head": rng.randbytes(32),
        "payment": any_id(),
        "why": rng.choice(("payment", "deposit", "refund")),
        "note": rng.choice(_WORDS),
        "original": rng.choice((None, any_id())),
    }


def _in_python(given: dict[str, Any]) -> bytes:
    why = seals.reason(given["payment"], given["why"], given["note"], given["original"])
    what = (given["id"], given["kind"], given["amount"], given["currency"], seals.microseconds(given["at"]))
    return seals.seal(*what, _side(given, "debit"), _side(given, "credit"), why)


def _side(given: dict[str, Any], name: str) -> bytes:
    seq = given[f"{name}_seq"]
    return seals.side(given[name], seq, given[f"{name}_balance"], b"" if seq == 1 else given[f"{name}_head"])
