"""Proofs of requests: what says that it was paid was, by one payment of just that; what does not, was not."""

from __future__ import annotations

from wallet.proofs import Claim

ANSWERED = """
    (SELECT p.*, q.request_id, row_number() OVER (PARTITION BY q.request_id ORDER BY p.settled_at, p.id) AS nth
     FROM wallet.payments p JOIN wallet.quotes q ON q.id = p.quote_id WHERE q.request_id IS NOT NULL) p
    FULL JOIN wallet.requests r ON r.id = p.request_id
"""
AS_ANSWERED = """
    CASE WHEN p.id IS NULL THEN r.state <> 'paid' AND r.payment_id IS NULL
         ELSE r.state = 'paid' AND r.payment_id = p.id AND p.nth = 1 AND p.kind = 'payment'
              AND (p.debit_account_id, p.credit_account_id, p.amount, p.currency, p.note)
                  = (r.payer_account_id, r.payee_account_id, r.amount, r.currency, r.note)
              AND p.settled_at < r.expires_at
    END
"""

REQUESTS = (
    Claim(
        "answers",
        "Every request that was paid has one payment of just what was asked for, in time; no other has any.",
        f"""
        SELECT CASE WHEN p.id IS NULL THEN 'request ' || r.id ELSE 'payment ' || p.id END, {AS_ANSWERED},
               GREATEST(r.amount, p.amount)
        FROM {ANSWERED}
        """,  # noqa: S608 - the words above
    ),
    Claim(
        "overdue requests",
        "No request has been open for more than an hour past its time.",
        """
        SELECT 'request ' || id, expires_at >= :at - INTERVAL '1 hour', amount FROM wallet.requests WHERE state = 'open'
        """,
    ),
)
