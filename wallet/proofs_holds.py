"""Proofs of money set aside: escrow holds what waits, and each hold ended once, for its own amount."""

from __future__ import annotations

from wallet.proofs import Claim

PLACED = """
    (SELECT * FROM wallet.payments WHERE kind = 'hold') p
    FULL JOIN wallet.holds h ON h.id = p.id
    LEFT JOIN wallet.quotes q ON q.id = p.quote_id
"""
AS_PLACED = """
    h.payer_account_id = p.debit_account_id AND h.amount = p.amount AND h.currency = p.currency
    AND h.payee_account_id = q.payee_account_id AND h.expires_at = q.held_until AND h.created_at >= p.settled_at
"""
"""When limits count it is later than it was settled only if the clock was set back between two payments."""

ENDED = """
    (SELECT *, row_number() OVER (PARTITION BY original_id ORDER BY settled_at, id) AS nth
     FROM wallet.payments WHERE kind IN ('capture', 'release')) e
    FULL JOIN wallet.holds h ON h.id = e.original_id
    LEFT JOIN wallet.accounts debit ON debit.id = e.debit_account_id
    LEFT JOIN wallet.accounts credit ON credit.id = e.credit_account_id
"""
AS_ENDED = """
    e.nth = 1 AND e.amount = h.amount AND e.currency = h.currency AND debit.kind = 'escrow'
    AND CASE h.state
        WHEN 'captured' THEN e.kind = 'capture' AND credit.kind = 'personal' AND credit.id <> h.payer_account_id
                             AND e.settled_at < h.expires_at
        WHEN 'open' THEN false
        ELSE e.kind = 'release' AND credit.id = h.payer_account_id
    END
"""

HOLDS = (
    Claim(
        "escrow",
        "Escrow holds what is set aside and has not ended yet, no more and no less.",
        """
        SELECT 'account ' || a.id, a.balance = COALESCE(h.due, 0), abs(a.balance - COALESCE(h.due, 0))
        FROM wallet.accounts a
        LEFT JOIN (SELECT currency, sum(amount) AS due FROM wallet.holds WHERE state = 'open' GROUP BY currency) h
          ON h.currency = a.currency
        WHERE a.kind = 'escrow'
        """,
    ),
    Claim(
        "holds",
        "Every hold is what a payment set aside, for the payee and until the time that its quote showed.",
        f"SELECT 'hold ' || COALESCE(h.id, p.id), {AS_PLACED}, GREATEST(h.amount, p.amount) FROM {PLACED}",  # noqa: S608 - the words above
    ),
    Claim(
        "hold ends",
        "Every hold ended at most once, with its own amount: captured in time, or released to its payer, as it says.",
        f"""
        SELECT CASE WHEN e.id IS NULL THEN 'hold ' || h.id ELSE 'payment ' || e.id END, {AS_ENDED},
               GREATEST(h.amount, e.amount)
        FROM {ENDED} WHERE e.id IS NOT NULL OR h.state <> 'open'
        """,  # noqa: S608 - the words above
    ),
    Claim(
        "overdue holds",
        "No hold has been open for more than an hour past its time.",
        """
        SELECT 'hold ' || id, expires_at >= :at - INTERVAL '1 hour', amount FROM wallet.holds WHERE state = 'open'
        """,
    ),
)
