"""A forger with the owner's rights and all the skill there is: rewrites a payment in every place, and seals anew.

Everything inside the database then agrees with itself. Only what left it, the seals on people's receipts, does not.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, create_engine, text

from wallet import seals
from wallet.database import migration_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy import Connection

    from wallet import WalletSettings

_RAISE_AMOUNT = (
    "UPDATE wallet.payments SET amount = amount + 1 WHERE id = :id",
    "UPDATE wallet.quotes SET amount = amount + 1 WHERE id = :id",
    "UPDATE wallet.transfers SET amount = amount + 1 WHERE payment_id = :id AND kind = 'amount'",
    """UPDATE wallet.entries e SET amount = e.amount + sign(e.amount) FROM wallet.transfers t
       WHERE t.id = e.transfer_id AND t.payment_id = :id AND t.kind = 'amount'""",
    """UPDATE wallet.entries e SET balance_after = (SELECT sum(b.amount) FROM wallet.entries b
                                                  WHERE b.account_id = e.account_id AND b.seq <= e.seq)""",
    """UPDATE wallet.accounts a SET balance = COALESCE((SELECT sum(e.amount) FROM wallet.entries e
                                                       WHERE e.account_id = a.id), 0)""",
    """UPDATE wallet.spending s SET total = s.total + 1 FROM wallet.payments p
       WHERE p.id = :id AND s.account_id = p.debit_account_id AND s.at >= p.settled_at""",
)
_TRANSFERS = """
    SELECT t.*, p.kind AS payment_kind, p.note, p.original_id,
           debit.balance_after AS debit_balance, credit.balance_after AS credit_balance
    FROM wallet.transfers t JOIN wallet.payments p ON p.id = t.payment_id
    JOIN wallet.entries debit ON debit.account_id = t.debit_account_id AND debit.seq = t.debit_seq
    JOIN wallet.entries credit ON credit.account_id = t.credit_account_id AND credit.seq = t.credit_seq
    ORDER BY t.id
"""


@contextmanager
def past_every_trigger(settings: WalletSettings) -> Iterator[Connection]:
    """A transaction of the tables' owner in which no trigger refuses anything."""
    engine = create_engine(migration_url(settings), poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        yield conn


def raise_amount(conn: Connection, payment_id: UUID) -> None:
    """Make a payment one minor unit larger, in every place where anything follows from it. Seals are left."""
    for statement in _RAISE_AMOUNT:
        conn.execute(text(statement), {"id": payment_id} if ":id" in statement else {})


def reseal(conn: Connection) -> int:
    """Seal every transfer anew, from the first, and give accounts their new heads; how many."""
    heads: dict[UUID, bytes] = {}
    transfers = conn.execute(text(_TRANSFERS)).all()
    for t in transfers:
        seal = _seal(t, heads)
        heads[t.debit_account_id] = heads[t.credit_account_id] = seal
        conn.execute(text("UPDATE wallet.transfers SET seal = :seal WHERE id = :id"), {"seal": seal, "id": t.id})
    for account_id, head in heads.items():
        conn.execute(text("UPDATE wallet.accounts SET head = :head WHERE id = :id"), {"head": head, "id": account_id})
    return len(transfers)


def _seal(t: Any, heads: dict[UUID, bytes]) -> bytes:
    return seals.seal(
        t.id,
        t.kind,
        t.amount,
        t.currency,
        seals.microseconds(t.settled_at),
        seals.side(t.debit_account_id, t.debit_seq, t.debit_balance, heads.get(t.debit_account_id, b"")),
        seals.side(t.credit_account_id, t.credit_seq, t.credit_balance, heads.get(t.credit_account_id, b"")),
        seals.reason(t.payment_id, t.payment_kind, t.note, t.original_id),
    )
