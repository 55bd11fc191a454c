"""The quick proof: the last balance of every account, and the totals. For the hours between two whole ones."""

from __future__ import annotations

from wallet.proofs import Claim
from wallet.proofs_ledger import TRIAL_BALANCE
from wallet.sieves import Held, Sieve

QUICK = (
    TRIAL_BALANCE,
    Claim(
        "totals",
        "There are as many entries as the accounts count.",
        """
        SELECT 'all entries', (SELECT count(*) FROM wallet.entries) = COALESCE(sum(last_seq), 0), 0
        FROM wallet.accounts
        """,
    ),
    Claim(
        "last balances",
        "The balance of every account is that of its last entry.",
        """
        SELECT 'account ' || a.id, a.balance = CASE a.last_seq WHEN 0 THEN 0 ELSE e.balance_after END,
               abs(a.balance - COALESCE(e.balance_after, 0))
        FROM wallet.accounts a LEFT JOIN wallet.entries e ON e.account_id = a.id AND e.seq = a.last_seq
        """,
    ),
)

LAST_BALANCES = Sieve(
    "wallet.accounts a LEFT JOIN wallet.entries e ON e.account_id = a.id AND e.seq = a.last_seq",
    (
        Held("trial balance", "a.currency = :currency", checked="1", together="sum(a.balance) = 0"),
        Held("totals", checked="1", together="(SELECT count(*) FROM wallet.entries) = sum(a.last_seq)"),
        Held("last balances", "a.balance = CASE a.last_seq WHEN 0 THEN 0 ELSE e.balance_after END"),
    ),
)
"""All three in one go: entries are counted, and each account's last one is looked up."""

SETTINGS = "SELECT set_config('min_parallel_table_scan_size', '0', true), set_config('jit', 'off', true)"
"""Accounts take few pages, but each a look-up: worth sharing among workers. Compiling takes longer than it saves."""
