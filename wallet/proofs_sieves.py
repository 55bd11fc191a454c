"""The sieves: what clean books pass through instead of every claim's own query (`wallet.sieves` says how).

Where rows need only be the same on two sides, their digests are compared.
Where one depends on another, they are joined.
"""

from __future__ import annotations

from wallet.models import MAY_BE_NEGATIVE, one_of
from wallet.money import MAX_MINOR
from wallet.proofs_holds import AS_ENDED, AS_PLACED, ENDED, PLACED
from wallet.proofs_requests import ANSWERED, AS_ANSWERED
from wallet.proofs_rules import SPENT
from wallet.seals import IN_SQL as SEALED
from wallet.sieves import Held, Sieve, digest

_SUBTRACTS = f"amount BETWEEN -{MAX_MINOR} AND {MAX_MINOR} AND balance_after BETWEEN -{2**62} AND {2**62}"
"""What is far beyond all money could not even be subtracted; the claims' own queries say so."""

ACCOUNTS = Sieve(
    """
    wallet.accounts a
    LEFT JOIN (SELECT account_id, sum(amount) AS total, max(seq) AS last, min(balance_after) AS lowest
               FROM wallet.entries GROUP BY account_id) e ON e.account_id = a.id
    LEFT JOIN wallet.entries newest ON newest.account_id = a.id AND newest.seq = a.last_seq
    LEFT JOIN wallet.transfers t ON t.id = newest.transfer_id
    """,
    (
        Held("balances", "a.balance = COALESCE(e.total, 0)"),
        Held("last entries", "a.last_seq = COALESCE(e.last, 0)"),
        Held(
            "no overdraft",
            f"a.kind IN {one_of(*MAY_BE_NEGATIVE)} OR (a.balance >= 0 AND COALESCE(e.lowest, 0) >= 0)",
            f"count(*) FILTER (WHERE a.kind NOT IN {one_of(*MAY_BE_NEGATIVE)})",
        ),
        Held("chain", "a.head = CASE a.last_seq WHEN 0 THEN ''::bytea ELSE t.seal END"),
    ),
)

# Entries are the sides of transfers, one by one. Each but an account's first goes on from where one ended, and each is
# gone on from or is where its account stands: so they follow one another from the first to the last.
LINKS = Sieve(
    f"""
    (SELECT count(*) AS number, bool_and(seq > 1 OR balance_after = amount) AS begun,
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
    (SELECT {digest("id", numbers=("last_seq", "balance"), of="last_seq <> 0")} AS stands FROM wallet.accounts) a
    """,  # noqa: S608 - all of it stands here
    (
        Held("double entry", "e.moved = t.moved", "sum(e.number)"),
        Held("transfers balance", "e.moved = t.moved", "sum(t.number / 2)"),
        Held("running balances", "e.reached = e.gone_on_from + a.stands AND COALESCE(e.begun, true)", "sum(e.number)"),
        Held("chain", "e.moved = t.moved AND e.reached = e.gone_on_from + a.stands", "0"),
    ),
    whole="bool_and(e.number = t.number)",
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

_MOVED = ("t.payment_id", "t.debit_account_id", "t.credit_account_id")
_ASKED = ("p.id", "p.debit_account_id", "p.credit_account_id")
_TAKEN = (
    "p.id",
    "CASE WHEN p.original_id IS NULL THEN p.credit_account_id ELSE income.id END",
    "CASE WHEN p.original_id IS NULL THEN income.id ELSE p.debit_account_id END",
)

_A_FEE = "p.fee <> 0"

# A payment's transfers: its amount; and its fee, from the payee to fee income, or back.
DUE = Sieve(
    f"""
    (SELECT count(*) AS number,
            {digest(*_MOVED, words=("t.kind", "t.currency"), numbers=("t.amount",), times=("t.settled_at",))} AS moved,
            bool_and(t.amount BETWEEN 1 AND {MAX_MINOR} AND t.debit_account_id <> t.credit_account_id) AS possible
     FROM wallet.transfers t) t
    CROSS JOIN
    (SELECT count(*) + count(*) FILTER (WHERE {_A_FEE}) AS number,
            {digest(*_ASKED, words=("'amount'", "p.currency"), numbers=("p.amount",), times=("p.settled_at",))}
            + {digest(*_TAKEN, words=("'fee'", "p.currency"), numbers=("p.fee",), times=("p.settled_at",), of=_A_FEE)}
                AS due
     FROM wallet.payments p
     LEFT JOIN wallet.accounts income ON income.kind = 'fee_income' AND income.currency = p.currency) p
    """,  # noqa: S608 - all of it stands here
    (
        Held("payments move money", "t.moved = p.due", "sum(t.number)"),
        Held("currencies", "t.moved = p.due", "sum(t.number)"),
        Held("transfers balance", "t.moved = p.due", "0"),
        Held("amounts", "COALESCE(t.possible, true)", "sum(t.number)"),
    ),
    whole="bool_and(t.number = p.number)",
)

_ONE_CURRENCY = """
    p.id IS NULL OR (p.currency = debit.currency AND p.currency = credit.currency
                     AND p.currency = COALESCE(q.currency, p.currency)
                     AND (p.fee = 0 OR p.currency = income.currency))
"""

PAYMENTS = Sieve(
    """
    wallet.payments p
    FULL JOIN wallet.quotes q ON q.id = p.quote_id
    LEFT JOIN wallet.accounts debit ON debit.id = p.debit_account_id
    LEFT JOIN wallet.accounts credit ON credit.id = p.credit_account_id
    LEFT JOIN wallet.accounts income ON income.kind = 'fee_income' AND income.currency = p.currency
    LEFT JOIN wallet.parties payee ON payee.id = credit.party_id
    LEFT JOIN (SELECT original_id, sum(amount) AS amount, sum(fee) AS fee FROM wallet.payments
               WHERE kind IN ('refund', 'reversal') GROUP BY original_id) r ON r.original_id = p.id
    LEFT JOIN unnest(CAST(:starts AS date[]), CAST(:ends AS date[]), CAST(:ppms AS bigint[]), CAST(:fixed AS bigint[]))
        AS rate(start, until, ppm, fixed)
        ON credit.kind = 'business' AND (q.created_at AT TIME ZONE 'UTC')::date >= rate.start
           AND ((q.created_at AT TIME ZONE 'UTC')::date >= rate.until) IS NOT TRUE
    CROSS JOIN LATERAL (
        SELECT p.amount / 1000000 * rate.ppm + p.amount % 1000000 * rate.ppm / 1000000 AS whole,
               p.amount % 1000000 * rate.ppm % 1000000 AS rest) percent
    """,
    (
        Held("currencies", _ONE_CURRENCY, "0"),
        Held("transfers balance", _ONE_CURRENCY, "0"),
        Held(
            "amounts",
            f"""
            (p.id IS NULL OR (p.amount BETWEEN 1 AND {MAX_MINOR} AND p.debit_account_id <> p.credit_account_id))
            AND (q.id IS NULL OR (q.amount BETWEEN 1 AND {MAX_MINOR} AND q.payer_account_id <> q.payee_account_id))
            """,
            "count(p.id) + count(q.id)",
        ),
        Held(
            "sides",
            """
            CASE p.kind
                WHEN 'payment' THEN debit.kind = 'personal' AND credit.kind IN ('personal', 'business')
                    AND debit.party_id IS DISTINCT FROM payee.owner_id
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
            """
            p.id IS NULL
            OR ((p.refunded, p.fee_refunded) = (COALESCE(r.amount, 0), COALESCE(r.fee, 0))
                AND p.refunded <= p.amount AND p.fee_refunded <= p.fee)
            """,
            "count(p.id)",
        ),
    ),
    whole="count(p.id) = (SELECT count(*) FROM wallet.payments)",
)

_KINDS = """
    CASE p.kind WHEN 'payment' THEN 'payment_{verb}' WHEN 'refund' THEN 'refund_{verb}'
                WHEN 'reversal' THEN 'reversed' WHEN 'deposit' THEN 'deposited' WHEN 'withdrawal' THEN 'withdrawn'
                WHEN 'hold' THEN 'hold_placed' WHEN 'capture' THEN 'payment_received'
                WHEN 'release' THEN 'hold_released' END
"""
_DUE = "COALESCE({party}.owner_id, {party}.id)"

NOTICES = Sieve(
    f"""
    (SELECT count(*) AS number, {digest("payment_id", "party_id", "recipient_id", words=("kind",))} AS told
     FROM wallet.notices WHERE payment_id IS NOT NULL AND kind <> 'hold_gone') n
    CROSS JOIN
    (SELECT count(payer.id) + count(payee.id) + count(holder.id) AS number,
            {digest("p.id", "payer.id", _DUE.format(party="payer"), words=(_KINDS.format(verb="sent"),))}
            + {digest("p.id", "payee.id", _DUE.format(party="payee"), words=(_KINDS.format(verb="received"),))}
            + {digest("p.id", "holder.id", _DUE.format(party="holder"), words=("'hold_captured'",))} AS due
     FROM wallet.payments p
     LEFT JOIN wallet.holds h ON h.id = p.original_id AND p.kind = 'capture'
     LEFT JOIN wallet.accounts held ON held.id = h.payer_account_id
     LEFT JOIN wallet.parties holder ON holder.id = held.party_id
     LEFT JOIN wallet.accounts debit ON debit.id = p.debit_account_id
     LEFT JOIN wallet.accounts credit ON credit.id = p.credit_account_id
     LEFT JOIN wallet.parties payer ON payer.id = debit.party_id
     LEFT JOIN wallet.parties payee ON payee.id = credit.party_id) p
    """,  # noqa: S608 - all of it stands here
    (Held("notices", "n.number = p.number AND n.told = p.due", "sum(n.number)"),),
)

REQUESTS = Sieve(
    """
    (SELECT count(*), count(DISTINCT id) FROM wallet.payments
     UNION ALL SELECT count(*), count(DISTINCT reference) FROM wallet.payments
     UNION ALL SELECT count(*), count(DISTINCT key) FROM wallet.quotes) AS asked(times, different)
    """,
    (Held("requests", "times = different", "sum(different)"),),
)

SPENDING = Sieve(
    f"({SPENT}) p FULL JOIN wallet.spending s ON s.account_id = p.account_id AND s.nth = p.nth",
    (
        Held("spending counters", "p.total = s.total AND p.at = s.at"),
        Held("limits", "p.total = s.total AND p.at = s.at", "0"),
    ),
)

# The counters, where they are right, say of each payment how much it was; the one so many payments before, how many
# a day there were.
LIMITS = Sieve(
    """
    (SELECT amount, in_a_day, in_a_month, at, before
     FROM (SELECT amount, at, sum(amount) OVER day AS in_a_day, sum(amount) OVER month AS in_a_month,
                  lag(at, CAST(LEAST(:payments_a_day, 2147483647) AS int)) OVER account AS before
           FROM (SELECT *, total - lag(total, 1, 0::bigint) OVER (PARTITION BY account_id ORDER BY nth) AS amount
                 FROM wallet.spending) paid
           WINDOW account AS (PARTITION BY account_id ORDER BY at),
                  day AS (account RANGE make_interval(secs => :a_day) PRECEDING),
                  month AS (account RANGE make_interval(secs => :a_month) PRECEDING)) s) spent
    """,
    (
        Held(
            "limits",
            """
            amount <= :per_payment AND in_a_day <= :day AND in_a_month <= :month
            AND (before IS NULL OR at - before > make_interval(secs => :a_day))
            """,
        ),
    ),
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

SIEVES = (SEALS, SPENDING, PAYMENTS, LIMITS, NOTICES, ACCOUNTS, LINKS, DUE, REQUESTS, HOLDS, HOLD_ENDS, ANSWERS)
"""Those that take longest come first, so that two connections are done at about the same time."""
