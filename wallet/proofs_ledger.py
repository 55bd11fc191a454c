"""Proofs of the ledger: transfers, entries and balances, whatever they were made for."""

from __future__ import annotations

from wallet.models import MAY_BE_NEGATIVE, one_of
from wallet.money import MAX_MINOR
from wallet.proofs import Claim
from wallet.seals import FROM as SEALED_FROM
from wallet.seals import IN_SQL as SEALED

TRIAL_BALANCE = Claim(
    "trial balance",
    "All balances add up to zero: nothing was made, nothing was lost.",
    """
    SELECT currency, sum(balance) = 0, abs(sum(balance)) FROM wallet.accounts GROUP BY currency
    """,
)

LEDGER = (
    Claim(
        "transfers balance",
        "The entries of every transfer sum to zero in each currency.",
        """
        SELECT 'transfer ' || e.transfer_id, sum(e.amount) = 0, abs(sum(e.amount))
        FROM wallet.entries e JOIN wallet.accounts a ON a.id = e.account_id
        GROUP BY e.transfer_id, a.currency
        """,
    ),
    TRIAL_BALANCE,
    Claim(
        "balances",
        "The balance of every account is the sum of its entries.",
        """
        SELECT 'account ' || a.id, a.balance = COALESCE(e.total, 0), abs(a.balance - COALESCE(e.total, 0))
        FROM wallet.accounts a
        LEFT JOIN (SELECT account_id, sum(amount) AS total FROM wallet.entries GROUP BY account_id) e
          ON e.account_id = a.id
        """,
    ),
    Claim(
        "running balances",
        "Entries follow without a gap, each balance being the last one's plus its amount.",
        """
        SELECT 'account ' || account_id || ' entry ' || seq,
               seq = before_seq + 1 AND balance_after = before::numeric + amount,
               abs(balance_after::numeric - before - amount)
        FROM (SELECT *, lag(seq, 1, 0::bigint) OVER account AS before_seq,
                     lag(balance_after, 1, 0::bigint) OVER account AS before
              FROM wallet.entries WINDOW account AS (PARTITION BY account_id ORDER BY seq)) e
        """,
    ),
    Claim(
        "last entries",
        "Every account knows the number of its last entry.",
        """
        SELECT 'account ' || a.id, a.last_seq = COALESCE(e.last, 0), 0
        FROM wallet.accounts a
        LEFT JOIN (SELECT account_id, max(seq) AS last FROM wallet.entries GROUP BY account_id) e
          ON e.account_id = a.id
        """,
    ),
    Claim(
        "no overdraft",
        "No account but a clearing account is or ever was below zero.",
        f"""
        SELECT 'account ' || a.id, a.balance >= 0 AND COALESCE(e.lowest, 0) >= 0,
               abs(LEAST(a.balance, e.lowest, 0))
        FROM wallet.accounts a
        LEFT JOIN (SELECT account_id, min(balance_after) AS lowest FROM wallet.entries GROUP BY account_id) e
          ON e.account_id = a.id
        WHERE a.kind NOT IN {one_of(*MAY_BE_NEGATIVE)}
        """,  # noqa: S608 - the words are this program's own
    ),
    Claim(
        "double entry",
        "Every transfer has its two entries, minus on its debit, plus on its credit account, and none is left over.",
        """
        SELECT 'transfer ' || COALESCE(t.id, e.transfer_id), t.amount = e.amount AND t.seq = e.seq,
               abs(COALESCE(t.amount, 0)::numeric - COALESCE(e.amount, 0))
        FROM (SELECT id, debit_account_id AS account_id, debit_seq AS seq, -amount AS amount FROM wallet.transfers
              UNION ALL SELECT id, credit_account_id, credit_seq, amount FROM wallet.transfers) t
        FULL JOIN wallet.entries e ON e.transfer_id = t.id AND e.account_id = t.account_id
        """,
    ),
    Claim(
        "currencies",
        "Transfer, payment, quote and both accounts are in one currency.",
        """
        SELECT 'transfer ' || t.id,
               t.currency = debit.currency AND t.currency = credit.currency AND t.currency = p.currency
                   AND t.currency = COALESCE(q.currency, t.currency),
               t.amount
        FROM wallet.transfers t
        LEFT JOIN wallet.accounts debit ON debit.id = t.debit_account_id
        LEFT JOIN wallet.accounts credit ON credit.id = t.credit_account_id
        LEFT JOIN wallet.payments p ON p.id = t.payment_id
        LEFT JOIN wallet.quotes q ON q.id = p.quote_id
        """,
    ),
    Claim(
        "amounts",
        "Every amount is from 1 to 2^53 - 1 and goes to another account than it comes from.",
        f"""
        SELECT source || ' ' || id, amount BETWEEN 1 AND {MAX_MINOR} AND debit <> credit, abs(amount::numeric)
        FROM (SELECT 'transfer' AS source, id, amount, debit_account_id AS debit, credit_account_id AS credit
              FROM wallet.transfers
              UNION ALL SELECT 'payment', id, amount, debit_account_id, credit_account_id FROM wallet.payments
              UNION ALL SELECT 'quote', id, amount, payer_account_id, payee_account_id FROM wallet.quotes) moved
        """,  # noqa: S608 - the number is this program's own
    ),
    Claim(
        "chain",
        "Every transfer is sealed with what came before it on both of its accounts; every account knows its last seal.",
        f"""
        SELECT 'transfer ' || t.id, t.seal = {SEALED}, t.amount::numeric
        FROM {SEALED_FROM}
        UNION ALL
        SELECT 'account ' || a.id, a.head = CASE a.last_seq WHEN 0 THEN ''::bytea ELSE t.seal END, abs(a.balance)
        FROM wallet.accounts a
        LEFT JOIN wallet.entries e ON e.account_id = a.id AND e.seq = a.last_seq
        LEFT JOIN wallet.transfers t ON t.id = e.transfer_id
        """,  # noqa: S608 - the words are this program's own
    ),
)
