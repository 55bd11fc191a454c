"""The sieves: what clean books pass through instead of every claim's own query (`wallet.sieves` says how).

Where rows need only be the same on two sides, their digests are compared.
Where one depends on another, they are joined.
"""

from __future__ import annotations

from wallet.models import MAY_BE_NEGATIVE, one_of
from wallet.money import MAX_MINOR
from wallet.proofs_holds import AS_ENDED, AS_PLACED, ENDED, PLACED
from wallet.proofs_requests import ANSWERED, AS_ANSWERED
from wallet.seals import IN_SQL as SEALED
from wallet.sieves import Held, Sieve, digest

_SUBTRACTS = f"amount BETWEEN -{MAX_MINOR} AND {MAX_MINOR} AND balance_after BETWEEN -{2**62} AND {2**62}"
"""What is far beyond all money could not even be subtracted; the claims' own queries say so."""

_MAY_BE_NEGATIVE = f"SELECT id FROM wallet.accounts WHERE kind IN {one_of(*MAY_BE_NEGATIVE)}"  # noqa: S608 - those words
_FOLLOW = "e.reached = e.gone_on_from + a.stands AND COALESCE(e.begun, true)"

# Entries are the sides of transfers, one by one. Each but an account's first goes on from where one ended, and each is
# gone on from or is where its account stands: so they follow one another from the first to the last, add up to the
# balance, and are as many as the account says.
LINKS = Sieve(
    f"""
    (SELECT count(*) AS number,
            bool_and(seq > 1 OR (seq = 1 AND balance_after = amount)) AS begun,
            bool_and(balance_after >= 0 OR account_id = ANY (ARRAY({_MAY_BE_NEGATIVE}))) AS covered,
            {digest("transfer_id", "account_id", numbers=("seq", "amount"))} AS moved,
            {digest("account_id", numbers=("seq", "balance_after"))} AS reached,
            {digest("account_id", numbers=("seq - 1", "balance_after - amount"), of=f"seq > 1 AND {_SUBTRACTS}")}
                AS gone_on_from
     FROM wallet.entries) e
    CROSS JOIN
    (SELECT 2 * count(*) AS number,
            {digest("id", "debit_account_id", numbers=("debit_seq", "-amount"), of="amount > 0")}
            + {digest("id", "credit_account_id", numbers=("credit_seq", "amount"), of="amount > 0")} AS moved
     FROM wallet.transfers) t
    CROSS JOIN
    (SELECT count(*) AS number, count(*) FILTER (WHERE kind NOT IN {one_of(*MAY_BE_NEGATIVE)}) AS bounded,
            bool_and(last_seq <> 0 OR balance = 0) AS begun,
            bool_and(balance >= 0 OR kind IN {one_of(*MAY_BE_NEGATIVE)}) AS covered,
            {digest("id", numbers=("last_seq", "balance"), of="last_seq <> 0")} AS stands
     FROM wallet.accounts) a
    """,  # noqa: S608 - all of it stands here
    (
        Held("double entry", "e.moved = t.moved", "sum(e.number)"),
        Held("transfers balance", "e.moved = t.moved", "sum(t.number / 2)"),
        Held("running balances", _FOLLOW, "sum(e.number)"),
        Held("balances", f"{_FOLLOW} AND COALESCE(a.begun, true)", "sum(a.number)"),
        Held("last entries", _FOLLOW, "sum(a.number)"),
        Held("no overdraft", "COALESCE(e.covered, true) AND COALESCE(a.covered, true)", "sum(a.bounded)"),
        Held("chain", f"e.moved = t.moved AND {_FOLLOW}", "0"),
    ),
    whole="bool_and(e.number = t.number)",
)

# The last seal is that of a transfer which is the account's last: which is one only, where entries follow.
HEADS = Sieve(
    "wallet.accounts a LEFT JOIN wallet.transfers t ON t.seal = a.head",
    (
        Held(
            "chain",
            """
            CASE a.last_seq WHEN 0 THEN a.head = ''::bytea
                 ELSE (a.id, a.last_seq) IN ((t.debit_account_id, t.debit_seq), (t.credit_account_id, t.credit_seq)) END
            """,
        ),
    ),
)

# The balances that are sealed are those before, and the amount: what the accounts then had, where entries follow.
SEALS = Sieve(
    """
    wallet.transfers t
    LEFT JOIN wallet.payments p ON p.id = t.payment_id
    LEFT JOIN wallet.entries debited ON debited.account_id = t.debit_account_id AND debited.seq = t.debit_seq - 1
    LEFT JOIN wallet.entries credited ON credited.account_id = t.credit_account_id AND credited.seq = t.credit_seq - 1
    LEFT JOIN wallet.transfers before_debit ON before_debit.id = debited.transfer_id
    LEFT JOIN wallet.transfers before_credit ON before_credit.id = credited.transfer_id
    CROSS JOIN LATERAL (
        SELECT CASE t.debit_seq WHEN 1 THEN 0 ELSE debited.balance_after END - t.amount AS balance_after) debit
    CROSS JOIN LATERAL (
        SELECT CASE t.credit_seq WHEN 1 THEN 0 ELSE credited.balance_after END + t.amount AS balance_after) credit
    """,
    (Held("chain", f"t.seal = {SEALED}"),),
)

_HOLDER = """
    (SELECT a.id, a.kind, a.currency, a.party_id, party.id AS told_id, party.owner_id,
            COALESCE(party.owner_id, party.id) AS recipient_id
     FROM wallet.accounts a LEFT JOIN wallet.parties party ON party.id = a.party_id)
"""

_A_FEE = "p.fee <> 0"
_RETURNED = "(p.refunded <> 0 OR p.fee_refunded <> 0)"
_MOVED = ("payment_id", "debit_account_id", "credit_account_id")
_ASKED = ("p.id", "p.debit_account_id", "p.credit_account_id")
_TAKEN = (
    "p.id",
    "CASE WHEN p.original_id IS NULL THEN p.credit_account_id ELSE income.id END",
    "CASE WHEN p.original_id IS NULL THEN income.id ELSE p.debit_account_id END",
)
_KINDS = """
    CASE p.kind WHEN 'payment' THEN 'payment_{verb}' WHEN 'refund' THEN 'refund_{verb}'
                WHEN 'reversal' THEN 'reversed' WHEN 'deposit' THEN 'deposited' WHEN 'withdrawal' THEN 'withdrawn'
                WHEN 'hold' THEN 'hold_placed' WHEN 'capture' THEN 'payment_received'
                WHEN 'release' THEN 'hold_released' END
"""

# A payment's transfers: its amount; and its fee, from the payee to fee income, or back.
_DUE = f"""
    (count(p.id) + count(*) FILTER (WHERE {_A_FEE}),
     {digest(*_ASKED, words=("'amount'", "p.currency"), numbers=("p.amount",), times=("p.settled_at",))}
     + {digest(*_TAKEN, words=("'fee'", "p.currency"), numbers=("p.fee",), times=("p.settled_at",), of=_A_FEE)})
    = (SELECT transfers, moved FROM beside)
"""  # noqa: S608 - all of it stands here
_TOLD = f"""
    (count(debit.told_id) + count(credit.told_id) + count(holder.told_id),
     {digest("p.id", "debit.told_id", "debit.recipient_id", words=(_KINDS.format(verb="sent"),))}
     + {digest("p.id", "credit.told_id", "credit.recipient_id", words=(_KINDS.format(verb="received"),))}
     + {digest("p.id", "holder.told_id", "holder.recipient_id", words=("'hold_captured'",))})
    = (SELECT notices, told FROM beside)
"""  # noqa: S608 - all of it stands here
_GIVEN_BACK = f"""
    {digest("p.id", numbers=("p.refunded", "p.fee_refunded"), of=_RETURNED)} = (SELECT returned FROM beside)
"""  # noqa: S608 - all of it stands here

_ONE_CURRENCY = """
    p.id IS NULL OR (p.currency = debit.currency AND p.currency = credit.currency
                     AND p.currency = COALESCE(q.currency, p.currency)
                     AND (p.fee = 0 OR p.currency = income.currency))
"""
_IN_BOUNDS = f"amount BETWEEN 0 AND {2**62} AND fee BETWEEN 0 AND {2**62}"

PAYMENTS = Sieve(
    f"""
    wallet.payments p
    FULL JOIN wallet.quotes q ON q.id = p.quote_id
    LEFT JOIN {_HOLDER} debit ON debit.id = p.debit_account_id
    LEFT JOIN {_HOLDER} credit ON credit.id = p.credit_account_id
    LEFT JOIN wallet.holds h ON h.id = p.original_id AND p.kind = 'capture'
    LEFT JOIN {_HOLDER} holder ON holder.id = h.payer_account_id
    LEFT JOIN wallet.accounts income ON income.kind = 'fee_income' AND income.currency = p.currency
    LEFT JOIN unnest(CAST(:starts AS date[]), CAST(:ends AS date[]), CAST(:ppms AS bigint[]), CAST(:fixed AS bigint[]))
        AS rate(start, until, ppm, fixed)
        ON credit.kind = 'business' AND (q.created_at AT TIME ZONE 'UTC')::date >= rate.start
           AND ((q.created_at AT TIME ZONE 'UTC')::date >= rate.until) IS NOT TRUE
    CROSS JOIN LATERAL (
        SELECT p.amount / 1000000 * rate.ppm + p.amount % 1000000 * rate.ppm / 1000000 AS whole,
               p.amount % 1000000 * rate.ppm % 1000000 AS rest) percent
    """,
    (
        Held("payments move money", "true", f"count(p.id) + count(*) FILTER (WHERE {_A_FEE})", _DUE),
        Held("currencies", _ONE_CURRENCY, f"count(p.id) + count(*) FILTER (WHERE {_A_FEE})", _DUE),
        Held("transfers balance", _ONE_CURRENCY, "0", _DUE),
        Held("spending counters", "true", "0", _DUE),
        Held("limits", "true", "0", _DUE),
        Held(
            "amounts",
            f"""
            (p.id IS NULL OR (p.amount BETWEEN 1 AND {MAX_MINOR} AND p.debit_account_id <> p.credit_account_id))
            AND (q.id IS NULL OR (q.amount BETWEEN 1 AND {MAX_MINOR} AND q.payer_account_id <> q.payee_account_id))
            """,
            f"2 * count(p.id) + count(*) FILTER (WHERE {_A_FEE}) + count(q.id)",
            f"{_DUE} AND (SELECT possible FROM beside)",  # noqa: S608 - the words above
        ),
        Held(
            "sides",
            """
            CASE p.kind
                WHEN 'payment' THEN debit.kind = 'personal' AND credit.kind IN ('personal', 'business')
                    AND debit.party_id IS DISTINCT FROM credit.owner_id
                WHEN 'hold' THEN debit.kind = 'personal' AND credit.kind = 'escrow'
                WHEN 'deposit' THEN debit.kind = 'bank_clearing' AND credit.party_id IS NOT NULL
                WHEN 'withdrawal' THEN debit.party_id IS NOT NULL AND credit.kind = 'bank_clearing'
                ELSE p.id IS NULL OR p.original_id IS NOT NULL
            END
            """,
            "count(p.id) - count(p.original_id)",
        ),
        Held(
            "quotes",
            """
            CASE WHEN p.id IS NULL THEN true
                 WHEN p.kind NOT IN ('payment', 'hold') THEN q.id IS NULL
                 ELSE q.state = 'open'
                      AND (p.debit_account_id, p.amount, p.fee, p.currency, p.note)
                          = (q.payer_account_id, q.amount, q.fee, q.currency, q.note)
                      AND CASE WHEN q.held_until IS NULL
                               THEN p.kind = 'payment' AND p.credit_account_id = q.payee_account_id
                               ELSE p.kind = 'hold' END
                      AND p.settled_at < q.expires_at END
            """,
            "count(*) FILTER (WHERE p.kind IN ('payment', 'hold'))",
        ),
        Held(
            "fees",
            """
            p.id IS NULL OR p.original_id IS NOT NULL
            OR p.fee = CASE WHEN p.kind = 'payment' AND rate.start IS NOT NULL
                            THEN LEAST(p.amount, rate.fixed::numeric + whole
                                       + (rest > 500000 OR (rest = 500000 AND whole % 2 = 1))::int)
                            ELSE 0 END
            """,
            "count(p.id) - count(p.original_id)",
        ),
        Held(
            "returned amounts",
            "p.id IS NULL OR (p.refunded <= p.amount AND p.fee_refunded <= p.fee)",
            "count(p.id)",
            _GIVEN_BACK,
        ),
        Held("notices", "true", "count(debit.told_id) + count(credit.told_id) + count(holder.told_id)", _TOLD),
    ),
    whole="count(p.id) = (SELECT count(*) FROM wallet.payments)",
    beside=f"""
    SELECT t.*, n.*, r.*
    FROM (SELECT count(*) AS transfers,
                 {digest(*_MOVED, words=("kind", "currency"), numbers=("amount",), times=("settled_at",))} AS moved,
                 COALESCE(bool_and(amount BETWEEN 1 AND {MAX_MINOR} AND debit_account_id <> credit_account_id), true)
                     AS possible
          FROM wallet.transfers) t
    CROSS JOIN (SELECT count(*) AS notices,
                       {digest("payment_id", "party_id", "recipient_id", words=("kind",))} AS told
                FROM wallet.notices WHERE payment_id IS NOT NULL AND kind <> 'hold_gone') n
    CROSS JOIN (SELECT {digest("original_id", numbers=("amount::bigint", "fee::bigint"), of=_IN_BOUNDS)} AS returned
                FROM (SELECT original_id, sum(amount) AS amount, sum(fee) AS fee FROM wallet.payments
                      WHERE kind IN ('refund', 'reversal') GROUP BY original_id) returned
                WHERE amount <> 0 OR fee <> 0) r
    """,  # noqa: S608 - all of it stands here
)

REQUESTS = Sieve(
    """
    (SELECT count(*), count(DISTINCT id) FROM wallet.payments
     UNION ALL SELECT count(*), count(DISTINCT reference) FROM wallet.payments
     UNION ALL SELECT count(*), count(DISTINCT key) FROM wallet.quotes) AS asked(times, different)
    """,
    (Held("requests", "times = different", "sum(different)"),),
)

# What a person pays is all that leaves by an amount's transfer of theirs, but for what has another reason.
_PAID = f"""
    SELECT {digest("account_id", numbers=("nth", "amount"), times=("at",))} AS paid
    FROM (SELECT t.debit_account_id AS account_id, t.amount, row_number() OVER account AS nth,
                 max(t.settled_at) OVER account AS at
          FROM wallet.transfers t
          WHERE t.kind = 'amount' AND NOT EXISTS (
              SELECT FROM wallet.payments p WHERE p.id = t.payment_id AND p.kind NOT IN ('payment', 'hold'))
          WINDOW account AS (PARTITION BY t.debit_account_id ORDER BY t.debit_seq ROWS UNBOUNDED PRECEDING)) paid
"""  # noqa: S608 - all of it stands here

_AS_PAID = f"{digest('account_id', numbers=('nth', 'amount'), times=('at',))} = (SELECT paid FROM beside)"  # noqa: S608 - the query above

# Each counter less the one before is a payment, in the order they were made; less the last one before the day or the
# month began, what was paid in it. Where what was set aside came back, that is too much, and the claim's own query
# decides.
SPENDING = Sieve(
    """
    (SELECT account_id, nth, place, total, total - before AS amount, at,
            total - first_value(before) OVER day AS in_a_day, nth - first_value(nth) OVER day + 1 AS payments,
            total - first_value(before) OVER month AS in_a_month
     FROM (SELECT *, row_number() OVER account AS place, lag(total, 1, 0::bigint) OVER account AS before
           FROM wallet.spending WINDOW account AS (PARTITION BY account_id ORDER BY at, nth)) s
     WINDOW account AS (PARTITION BY account_id ORDER BY at),
            day AS (account RANGE make_interval(secs => :a_day) PRECEDING),
            month AS (account RANGE make_interval(secs => :a_month) PRECEDING)) s
    """,
    (
        Held("spending counters", "nth = place", together=_AS_PAID),
        Held(
            "limits",
            """
            nth = place AND amount <= :per_payment AND in_a_day <= :day AND in_a_month <= :month
            AND payments <= :payments_a_day
            """,
            together=_AS_PAID,
        ),
    ),
    beside=_PAID,
)

HOLDS = Sieve(PLACED, (Held("holds", AS_PLACED),))

HOLD_ENDS = Sieve(
    ENDED,
    (
        Held(
            "hold ends",
            f"(e.id IS NULL AND h.state = 'open') OR ({AS_ENDED})",
            "count(*) FILTER (WHERE e.id IS NOT NULL OR h.state <> 'open')",
        ),
    ),
)

ANSWERS = Sieve(ANSWERED, (Held("answers", AS_ANSWERED),))

SIEVES = (SEALS, SPENDING, PAYMENTS, LINKS, REQUESTS, HEADS, HOLDS, HOLD_ENDS, ANSWERS)
"""Those that take longest come first, so that all connections are done at about the same time."""
