"""Proofs of the rules money moves by: fees, returns, limits, and what the system's own accounts must hold."""

from __future__ import annotations

from wallet.proofs import Claim

SPENT = """
    SELECT p.id, p.debit_account_id AS account_id, p.amount, t.debit_seq AS seq,
           row_number() OVER account AS nth, sum(p.amount) OVER account AS total, max(p.settled_at) OVER account AS at
    FROM wallet.payments p
    JOIN wallet.transfers t ON t.payment_id = p.id AND t.kind = 'amount'
    WHERE p.kind IN ('payment', 'hold')
    WINDOW account AS (PARTITION BY p.debit_account_id ORDER BY t.debit_seq ROWS UNBOUNDED PRECEDING)
"""
"""Every payment of a person, as counted from the payments themselves; what they set aside is one as well.

`at` never goes back, whatever the clock did.
"""

RULES = (
    Claim(
        "fees",
        "Only businesses pay a fee, when paid, and it is what the tariff, as configured now, says for the quote's day.",
        """
        SELECT 'payment ' || p.id, p.fee = due.fee, abs(p.fee - due.fee)
        FROM wallet.payments p
        LEFT JOIN wallet.quotes q ON q.id = p.quote_id
        LEFT JOIN wallet.accounts credit ON credit.id = p.credit_account_id
        LEFT JOIN LATERAL (
            SELECT ppm::numeric * p.amount AS millionths, fixed
            FROM unnest(CAST(:starts AS date[]), CAST(:ppms AS bigint[]), CAST(:fixed AS bigint[]))
                AS rates(start, ppm, fixed)
            WHERE start <= (q.created_at AT TIME ZONE 'UTC')::date ORDER BY start DESC LIMIT 1) rate ON true
        CROSS JOIN LATERAL (SELECT div(millionths, 1000000) AS whole, mod(millionths, 1000000) AS rest) part
        CROSS JOIN LATERAL (
            SELECT whole + (rest > 500000 OR (rest = 500000 AND mod(whole, 2) = 1))::int AS rounded) half_even
        CROSS JOIN LATERAL (
            SELECT CASE WHEN p.kind = 'payment' AND credit.kind = 'business'
                        THEN COALESCE(LEAST(p.amount, rounded + fixed), 0) ELSE 0 END AS fee) due
        WHERE p.original_id IS NULL
        """,
    ),
    Claim(
        "returns",
        "Every refund and reversal goes back the way its original came; a reversal undoes all of it, amount and fee.",
        """
        SELECT 'payment ' || r.id,
               r.debit_account_id = o.credit_account_id AND r.credit_account_id = o.debit_account_id
                   AND r.currency = o.currency
                   AND CASE r.kind
                       WHEN 'refund' THEN o.kind = 'payment'
                       WHEN 'reversal' THEN o.original_id IS NULL AND r.amount = o.amount AND r.fee = o.fee
                   END,
               r.amount
        FROM wallet.payments r LEFT JOIN wallet.payments o ON o.id = r.original_id
        WHERE r.kind IN ('refund', 'reversal')
        """,
    ),
    Claim(
        "returned amounts",
        "What was returned of a payment is the sum of its refunds and reversals, never more than was paid.",
        """
        SELECT 'payment ' || o.id,
               o.refunded = COALESCE(r.amount, 0) AND o.fee_refunded = COALESCE(r.fee, 0)
                   AND o.refunded <= o.amount AND o.fee_refunded <= o.fee,
               GREATEST(abs(o.refunded - COALESCE(r.amount, 0)), COALESCE(r.amount, 0) - o.amount,
                        abs(o.fee_refunded - COALESCE(r.fee, 0)))
        FROM wallet.payments o
        LEFT JOIN (SELECT original_id, sum(amount) AS amount, sum(fee) AS fee
                   FROM wallet.payments WHERE kind IN ('refund', 'reversal') GROUP BY original_id) r
          ON r.original_id = o.id
        """,
    ),
    Claim(
        "returned fees",
        "With every part of a payment that was returned, the fee was returned in proportion.",
        """
        SELECT 'payment ' || id, returned = due, abs(returned - due)
        FROM (SELECT r.id, o.amount, sum(r.fee) OVER original AS returned,
                     o.fee * sum(r.amount) OVER original AS numerator
              FROM wallet.payments r
              JOIN wallet.payments o ON o.id = r.original_id AND o.amount > 0
              LEFT JOIN wallet.transfers t ON t.payment_id = r.id AND t.kind = 'amount'
              WHERE r.kind IN ('refund', 'reversal')
              WINDOW original AS (PARTITION BY r.original_id ORDER BY t.debit_seq ROWS UNBOUNDED PRECEDING)) so_far
        CROSS JOIN LATERAL (SELECT div(numerator, amount) AS whole, 2 * mod(numerator, amount) AS twice) part
        CROSS JOIN LATERAL (
            SELECT whole + (twice > amount OR (twice = amount AND mod(whole, 2) = 1))::int AS due) half_even
        """,
    ),
    Claim(
        "spending counters",
        "The counters that limits rest on agree with every payment.",
        f"""
        SELECT 'account ' || COALESCE(p.account_id, s.account_id) || ' payment ' || COALESCE(p.nth, s.nth),
               p.total = s.total AND p.at = s.at, abs(COALESCE(p.total, 0) - COALESCE(s.total, 0))
        FROM ({SPENT}) p FULL JOIN wallet.spending s ON s.account_id = p.account_id AND s.nth = p.nth
        """,  # noqa: S608 - the query above
    ),
    Claim(
        "limits",
        "Nobody ever paid more than the limits allow, as configured now, but for what was set aside and had come back.",
        f"""
        WITH p AS ({SPENT}),
        released AS MATERIALIZED (
            SELECT p.account_id, p.amount, p.at, t.credit_seq AS seq
            FROM wallet.payments r JOIN p ON p.id = r.original_id JOIN wallet.transfers t ON t.payment_id = r.id
            WHERE r.kind = 'release'),
        back AS (
            SELECT p.account_id, p.nth, sum(r.amount) AS month,
                   COALESCE(sum(r.amount) FILTER (WHERE r.at >= p.at - make_interval(secs => :a_day)), 0) AS day,
                   count(*) FILTER (WHERE r.at >= p.at - make_interval(secs => :a_day)) AS payments
            FROM released r JOIN p ON p.account_id = r.account_id AND p.seq > r.seq
                                  AND r.at >= p.at - make_interval(secs => :a_month)
            GROUP BY p.account_id, p.nth)
        SELECT 'account ' || account_id || ' payment ' || nth,
               amount <= :per_payment AND in_a_day <= :day AND in_a_month <= :month AND payments <= :payments_a_day,
               GREATEST(amount - :per_payment, in_a_day - :day, in_a_month - :month, 0)
        FROM (SELECT p.account_id, p.nth, p.amount,
                     sum(p.amount) OVER day - COALESCE(sum(p.amount) OVER later, 0) - COALESCE(b.day, 0) AS in_a_day,
                     count(*) OVER day - count(*) OVER later - COALESCE(b.payments, 0) AS payments,
                     sum(p.amount) OVER month - COALESCE(sum(p.amount) OVER later, 0) - COALESCE(b.month, 0)
                         AS in_a_month
              FROM p LEFT JOIN back b ON b.account_id = p.account_id AND b.nth = p.nth
              WINDOW account AS (PARTITION BY p.account_id ORDER BY p.at),
                     day AS (account RANGE make_interval(secs => :a_day) PRECEDING),
                     month AS (account RANGE make_interval(secs => :a_month) PRECEDING),
                     later AS (PARTITION BY p.account_id, p.at ORDER BY p.nth
                               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) spent
        """,  # noqa: S608 - the query above
    ),
    Claim(
        "fee income",
        "Fee income holds all fees, less those that were returned.",
        """
        SELECT 'account ' || a.id, a.balance = COALESCE(p.due, 0), abs(a.balance - COALESCE(p.due, 0))
        FROM wallet.accounts a
        LEFT JOIN (SELECT currency, sum(CASE WHEN original_id IS NULL THEN fee ELSE -fee END) AS due
                   FROM wallet.payments GROUP BY currency) p ON p.currency = a.currency
        WHERE a.kind = 'fee_income'
        """,
    ),
    Claim(
        "bank clearing",
        "Bank clearing is minus what is in the bank: the deposits less the withdrawals, net of reversals.",
        """
        SELECT 'account ' || a.id, a.balance = COALESCE(p.due, 0), abs(a.balance - COALESCE(p.due, 0))
        FROM wallet.accounts a
        LEFT JOIN (SELECT p.currency, sum(CASE WHEN 'deposit' IN (p.kind, o.kind) THEN 1 ELSE -1 END
                                          * CASE WHEN o.id IS NULL THEN -p.amount ELSE p.amount END) AS due
                   FROM wallet.payments p LEFT JOIN wallet.payments o ON o.id = p.original_id
                   WHERE p.kind <> 'payment' AND COALESCE(o.kind, p.kind) IN ('deposit', 'withdrawal')
                   GROUP BY p.currency) p ON p.currency = a.currency
        WHERE a.kind = 'bank_clearing'
        """,
    ),
)
