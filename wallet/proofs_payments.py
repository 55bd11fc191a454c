"""Proofs of payments: what was asked for is what was moved, told, and signed for."""

from __future__ import annotations

from wallet.models import SHOWN_AS_THEY_HAPPEN, one_of
from wallet.proofs import Claim

PAYMENTS = (
    Claim(
        "payments move money",
        "Every payment has exactly the transfers that its amount and its fee demand, between the accounts it names.",
        """
        SELECT 'payment ' || COALESCE(due.id, t.payment_id),
               due.debit = t.debit_account_id AND due.credit = t.credit_account_id AND due.amount = t.amount
                   AND due.settled_at = t.settled_at AND t.nth = 1,
               GREATEST(due.amount, t.amount)
        FROM (SELECT id, 'amount' AS kind, debit_account_id AS debit, credit_account_id AS credit, amount, settled_at
              FROM wallet.payments
              UNION ALL
              SELECT p.id, 'fee', CASE WHEN p.original_id IS NULL THEN p.credit_account_id ELSE income.id END,
                     CASE WHEN p.original_id IS NULL THEN income.id ELSE p.debit_account_id END, p.fee, p.settled_at
              FROM wallet.payments p
              LEFT JOIN wallet.accounts income ON income.kind = 'fee_income' AND income.currency = p.currency
              WHERE p.fee <> 0) due
        FULL JOIN (SELECT *, row_number() OVER (PARTITION BY payment_id, kind ORDER BY id) AS nth
                   FROM wallet.transfers) t ON t.payment_id = due.id AND t.kind = due.kind
        """,
    ),
    Claim(
        "sides",
        "People pay others, never a business of their own, or into escrow; deposits and withdrawals are with the bank.",
        """
        SELECT 'payment ' || p.id,
               CASE p.kind
                   WHEN 'payment' THEN debit.kind = 'personal' AND credit.kind IN ('personal', 'business')
                       AND debit.party_id IS DISTINCT FROM payee.owner_id
                   WHEN 'hold' THEN debit.kind = 'personal' AND credit.kind = 'escrow'
                   WHEN 'deposit' THEN debit.kind = 'bank_clearing' AND credit.party_id IS NOT NULL
                   WHEN 'withdrawal' THEN debit.party_id IS NOT NULL AND credit.kind = 'bank_clearing'
               END,
               p.amount
        FROM wallet.payments p
        LEFT JOIN wallet.accounts debit ON debit.id = p.debit_account_id
        LEFT JOIN wallet.accounts credit ON credit.id = p.credit_account_id
        LEFT JOIN wallet.parties payee ON payee.id = credit.party_id
        WHERE p.original_id IS NULL
        """,
    ),
    Claim(
        "quotes",
        "Every payment paid a quote that nobody had closed, as it was shown and before it expired.",
        """
        SELECT 'payment ' || p.id,
               q.state = 'open' AND p.debit_account_id = q.payer_account_id
                   AND CASE WHEN q.held_until IS NULL
                            THEN p.kind = 'payment' AND p.credit_account_id = q.payee_account_id
                            ELSE p.kind = 'hold' END
                   AND p.amount = q.amount AND p.fee = q.fee
                   AND p.currency = q.currency AND p.note = q.note AND p.settled_at < q.expires_at,
               GREATEST(p.amount, q.amount)
        FROM (SELECT * FROM wallet.payments WHERE kind IN ('payment', 'hold')) p
        LEFT JOIN wallet.quotes q ON q.id = p.quote_id
        """,
    ),
    Claim(
        "requests",
        "No request was carried out twice; every reference is one payment's.",
        """
        SELECT what || ' ' || word, count(*) = 1, sum(amount) - min(amount)
        FROM (SELECT 'payment' AS what, id::text AS word, amount FROM wallet.payments
              UNION ALL SELECT 'reference', reference, 0 FROM wallet.payments
              UNION ALL SELECT 'quote asked as', key::text, amount FROM wallet.quotes) asked
        GROUP BY what, word
        """,
    ),
    Claim(
        "notices",
        "Each side of each payment has exactly one notice of it, as has who set aside what is captured; to the person "
        "or to the owner of the business.",
        """
        SELECT 'payment ' || COALESCE(due.payment_id, n.payment_id),
               due.recipient_id = n.recipient_id AND due.kind = n.kind AND n.nth = 1,
               COALESCE(due.amount, 0)
        FROM (SELECT p.id AS payment_id, p.amount, party.id AS party_id,
                     COALESCE(party.owner_id, party.id) AS recipient_id,
                     CASE p.kind
                         WHEN 'payment' THEN CASE side WHEN 'debit' THEN 'payment_sent' ELSE 'payment_received' END
                         WHEN 'refund' THEN CASE side WHEN 'debit' THEN 'refund_sent' ELSE 'refund_received' END
                         WHEN 'reversal' THEN 'reversed'
                         WHEN 'deposit' THEN 'deposited'
                         WHEN 'withdrawal' THEN 'withdrawn'
                         WHEN 'hold' THEN 'hold_placed'
                         WHEN 'capture' THEN CASE side WHEN 'credit' THEN 'payment_received' ELSE 'hold_captured' END
                         WHEN 'release' THEN 'hold_released'
                     END AS kind
              FROM wallet.payments p
              LEFT JOIN wallet.holds h ON h.id = p.original_id AND p.kind = 'capture'
              CROSS JOIN LATERAL (VALUES ('debit', p.debit_account_id), ('credit', p.credit_account_id),
                                         ('holder', h.payer_account_id)) AS sides(side, account_id)
              JOIN wallet.accounts a ON a.id = sides.account_id
              JOIN wallet.parties party ON party.id = a.party_id) due
        FULL JOIN (SELECT *, row_number() OVER (PARTITION BY payment_id, party_id ORDER BY id) AS nth
                   FROM wallet.notices WHERE payment_id IS NOT NULL AND kind <> 'hold_gone') n
          ON n.payment_id = due.payment_id AND n.party_id = due.party_id
        """,
    ),
    Claim(
        "outbox",
        "No notice has been due for more than five minutes, unless parked, or behind one that is put off.",
        f"""
        SELECT 'notice ' || n.id,
               n.due_at >= :at - INTERVAL '5 minutes' OR EXISTS (
                   SELECT FROM wallet.notices earlier
                   WHERE earlier.recipient_id = n.recipient_id AND earlier.id < n.id
                     AND earlier.delivered_at IS NULL AND earlier.parked_at IS NULL
                     AND earlier.kind NOT IN {one_of(*SHOWN_AS_THEY_HAPPEN)}
                     AND earlier.due_at >= :at - INTERVAL '5 minutes'),
               0
        FROM wallet.notices n WHERE n.delivered_at IS NULL AND n.parked_at IS NULL
        """,  # noqa: S608 - words of this program's own
    ),
    Claim(
        "acts",
        "Every deposit, withdrawal, refund and reversal has one act on record that says who did it and why.",
        """
        SELECT 'payment ' || p.id, count(act.id) = 1, p.amount
        FROM wallet.payments p LEFT JOIN wallet.acts act ON act.subject_id = p.id AND act.verb = p.kind
        WHERE p.kind IN ('deposit', 'withdrawal', 'refund', 'reversal')
        GROUP BY p.id, p.amount
        """,
    ),
)
