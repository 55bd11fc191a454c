"""Large books to measure on: about as many entries as asked for, such that every proof holds.

    made = fill(url, 1_000_000)     # into a migrated database without payments, as its owner; half a minute or so

People put money in, pay each other and the businesses that some of them own, and now and then a payment is refunded in
part, reversed, or money is taken out. Who pays whom is arithmetic, so two fills of one size are alike. One business is
paid ten times in every hundred payments: a long history. Everybody pays twice a day, within the default limits.

What is said of payments is made by set-based SQL. Only the ledger's part is walked through in order, in memory: what an
account held and was sealed with before cannot be known otherwise.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID  # noqa: TC003 - a NamedTuple keeps its annotations

import psycopg
from psycopg import sql

from wallet import seals
from wallet.accounts import system_account_id
from wallet.models import SYSTEM_ACCOUNTS
from wallet.money import Currency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.abc import Query
    from sqlalchemy.engine import URL

    from wallet.values import PaymentKind

EURO = Currency.parse("EUR")
UNTIL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When the last payment is settled, unless told otherwise."""

_ROUND = timedelta(hours=12)
"""In each round everybody pays once."""

_ENTRIES_OF_A_THOUSAND = 3006
"""Entries of a thousand payments, with their fees, refunds, reversals and withdrawals."""

_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Made:
    """What was filled in."""

    entries: int
    accounts: int
    busiest: UUID
    """The business (a party) that is paid most: at a million entries its history has some 66,000 lines."""
    person: UUID
    """A person like any other: a hundred lines or so, and money left."""


class _Move(NamedTuple):
    """A transfer to be written: a row of the table `moves`."""

    k: int
    part: int
    id: UUID
    payment_id: UUID
    kind: str
    debit: UUID
    credit: UUID
    amount: int
    at: datetime
    payment_kind: PaymentKind
    note: str
    original_id: UUID | None


def fill(url: URL, entries: int, *, until: datetime = UNTIL) -> Made:
    """Fill the migrated books at `url` with about so many entries (20,000 at least), settled up to `until`.

    The owner of the tables must be a superuser: triggers and foreign keys rest meanwhile, and indexes are built last.
    """
    people = max(200, entries // 100)
    payments = max(0, entries - 2 * people) * 1000 // _ENTRIES_OF_A_THOUSAND
    step = _ROUND / people
    facts: dict[str, Any] = {
        "people": people,
        "businesses": people // 20,
        "payments": payments,
        "deposit": (payments // people + 2) * 2000,
        "start": until - payments * step,
        "step": step,
        "currency": EURO.code,
        "bank": system_account_id("bank_clearing", EURO),
        "income": system_account_id("fee_income", EURO),
        "system_ids": [system_account_id(kind, EURO) for kind in SYSTEM_ACCOUNTS],
        "system_kinds": list(SYSTEM_ACCOUNTS),
    }
    target = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(target, autocommit=True) as conn:
        conn.cursor_factory = psycopg.ClientCursor
        conn.execute("SET session_replication_role = replica")
        conn.execute("SET work_mem = '256MB'")
        conn.execute("SET maintenance_work_mem = '512MB'")
        with _without_indexes(conn), conn.transaction():
            for statement in (*_PARTIES, *_EVENTS, *_FACTS):
                conn.execute(statement, facts)
            written, accounts = _post(conn)
        conn.execute("VACUUM (ANALYZE)")
        busiest, person = _parties(conn, people)
    return Made(written, accounts, busiest, person)


@contextmanager
def _without_indexes(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Indexes take no rows meanwhile, and are built anew at the end, constraints checked: so much faster."""
    tables = [row[0] for row in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'wallet'")]
    conn.execute("""
        UPDATE pg_index SET indisready = false
        WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'wallet'::regnamespace)
    """)
    yield
    for table in tables:
        conn.execute(sql.SQL("REINDEX TABLE wallet.{}").format(sql.Identifier(table)))


@dataclass(slots=True)
class _Held:
    """An account, as the moves so far left it."""

    id: UUID
    balance: int = 0
    seq: int = 0
    head: bytes = b""

    def move(self, signed: int) -> bytes:
        """Its side of the next transfer, as that is sealed."""
        head, self.balance, self.seq = self.head, self.balance + signed, self.seq + 1
        return seals.side(self.id, self.seq, self.balance, head)


def _post(conn: psycopg.Connection[Any]) -> tuple[int, int]:
    """Write transfers, entries and balances, in the order of the moves; how many entries and accounts there are."""
    accounts: dict[UUID, _Held] = {}
    with psycopg.ServerCursor(conn, "moves") as moves:
        moves.execute("SELECT * FROM moves ORDER BY k, part", binary=True)
        while chunk := moves.fetchmany(_CHUNK):
            transfers: list[str] = []
            entries: list[str] = []
            for move in map(_Move._make, chunk):
                debit = accounts.get(move.debit) or accounts.setdefault(move.debit, _Held(move.debit))
                credit = accounts.get(move.credit) or accounts.setdefault(move.credit, _Held(move.credit))
                seal = _sealed(move, debit, credit)
                sides = f"{debit.id}\t{debit.seq}\t{credit.id}\t{credit.seq}"
                debit.head = credit.head = seal
                transfers.append(
                    f"{move.id}\t{move.payment_id}\t{move.kind}\t{sides}\t{move.amount}\tEUR\t{move.at}\t\\\\x{seal.hex()}\n"
                )
                entries += (
                    f"{debit.id}\t{debit.seq}\t{move.id}\t{-move.amount}\t{debit.balance}\n",
                    f"{credit.id}\t{credit.seq}\t{move.id}\t{move.amount}\t{credit.balance}\n",
                )
            _copy(conn, _COPY_TRANSFERS, transfers)
            _copy(conn, _COPY_ENTRIES, entries)
    conn.execute("CREATE TEMP TABLE held (id uuid, balance bigint, last_seq bigint, head bytea) ON COMMIT DROP")
    held = accounts.values()
    _copy(conn, "COPY held FROM STDIN", [f"{a.id}\t{a.balance}\t{a.seq}\t\\\\x{a.head.hex()}\n" for a in held])
    conn.execute("""
        UPDATE wallet.accounts a SET balance = h.balance, last_seq = h.last_seq, head = h.head
        FROM held h WHERE h.id = a.id
    """)
    return sum(account.seq for account in held), len(accounts)


def _sealed(move: _Move, debit: _Held, credit: _Held) -> bytes:
    return seals.seal(
        move.id,
        move.kind,
        move.amount,
        EURO.code,
        seals.microseconds(move.at),
        debit.move(-move.amount),
        credit.move(move.amount),
        seals.reason(move.payment_id, move.payment_kind, move.note, move.original_id),
    )


def _copy(conn: psycopg.Connection[Any], statement: Query, lines: list[str]) -> None:
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(lines))


# A UUIDv7 of that time; its random part is a hash.
_MADE_ID = """
    CREATE OR REPLACE FUNCTION pg_temp.made_id(at timestamptz, what text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
                || '7' || left(md5(what), 3) || '8' || right(md5(what), 15))::uuid
    $$
"""

# Crockford's letters, 50 bits of the id's SHA-256, as `wallet.ids.reference`.
_REFERENCE = """
    CREATE OR REPLACE FUNCTION pg_temp.reference(id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (bits >> shift & 31)::int + 1, 1)
                          || CASE shift WHEN 39 THEN '-' ELSE '' END, '' ORDER BY shift DESC)
        FROM (SELECT ('x' || encode(substr(sha256(uuid_send(id)), 1, 8), 'hex'))::bit(64)::bigint) hashed(bits),
             generate_series(14, 59, 5) shift
    $$
"""

# As `wallet.fees.round_half_even`.
_HALF_EVEN = """
    CREATE OR REPLACE FUNCTION pg_temp.half_even(numerator bigint, denominator bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$
        SELECT whole + (twice > denominator OR (twice = denominator AND mod(whole, 2) = 1))::int
        FROM (SELECT numerator / denominator, 2 * mod(numerator, denominator)) part(whole, twice)
    $$
"""

_HOLDERS = """
    CREATE TEMP TABLE holders ON COMMIT DROP AS
    SELECT n, n >= %(people)s AS is_business,
           pg_temp.made_id(%(start)s - INTERVAL '2 days' + n * INTERVAL '1 ms', 'party ' || n) AS party_id,
           pg_temp.made_id(%(start)s - INTERVAL '2 days' + n * INTERVAL '1 ms', 'account ' || n) AS account_id,
           CASE WHEN n >= %(people)s THEN (n - %(people)s) * 20 ELSE n END AS person
    FROM generate_series(0, %(people)s + %(businesses)s - 1) n
"""

_PARTIES = (
    _MADE_ID,
    _REFERENCE,
    _HALF_EVEN,
    _HOLDERS,
    """
    INSERT INTO wallet.parties (id, key, kind, name, search_name, owner_id, created_at)
    SELECT h.party_id, pg_temp.made_id(%(start)s, 'key ' || h.n),
           CASE WHEN h.is_business THEN 'business' ELSE 'person' END,
           CASE WHEN h.is_business THEN 'Shop ' ELSE 'Person ' END || h.n,
           CASE WHEN h.is_business THEN 'shop ' ELSE 'person ' END || h.n,
           CASE WHEN h.is_business THEN owner.party_id END, %(start)s - INTERVAL '2 days'
    FROM holders h JOIN holders owner ON owner.n = h.person
    """,
    """
    INSERT INTO wallet.accounts (id, kind, currency, status)
    SELECT made.id, kind, %(currency)s, 'open'
    FROM unnest(%(system_ids)s::uuid[], %(system_kinds)s::text[]) AS made(id, kind)
    WHERE NOT EXISTS (SELECT FROM wallet.accounts a WHERE a.kind = made.kind)
    """,
    """
    INSERT INTO wallet.accounts (id, party_id, kind, currency, status)
    SELECT account_id, party_id, CASE WHEN is_business THEN 'business' ELSE 'personal' END, %(currency)s, 'open'
    FROM holders ORDER BY n
    """,
)

# What happens, in order of `k`: four places for every payment, for what follows from it. `debit` and `credit` are
# holders, or null for the bank.
_PAID = """
    CREATE TEMP TABLE paid ON COMMIT DROP AS
    SELECT n, payer, payee, amount, payee >= %(people)s AS to_business,
           CASE WHEN payee >= %(people)s
                THEN pg_temp.half_even(amount * 9900::bigint, 1000000) ELSE 0 END AS fee
    FROM (SELECT n, payer, 100 + mod(chance / 64, 1900) AS amount,
                 CASE WHEN mod(n, 20) < 12 THEN mod(payer + 1 + mod(chance, %(people)s - 1), %(people)s)
                      WHEN mod(shop * 20 - payer, %(people)s) = 0 THEN %(people)s + mod(shop + 1, %(businesses)s)
                      ELSE %(people)s + shop END AS payee
          FROM (SELECT n, chance, mod(mod(n, %(people)s) * 15485863::bigint, %(people)s) AS payer,
                       CASE WHEN mod(chance, 4) = 0 THEN 0 ELSE mod(chance / 4, %(businesses)s) END AS shop
                FROM (SELECT n, ('x' || left(md5(n::text), 7))::bit(28)::int AS chance
                      FROM generate_series(0, %(payments)s - 1) n) chances) drawn) chosen
"""

_EVENTS = (
    _PAID,
    """
    CREATE TEMP TABLE events ON COMMIT DROP AS
    SELECT *, pg_temp.made_id(at, 'payment ' || k) AS id
    FROM (SELECT *, %(start)s + k * (%(step)s / 4) AS at
          FROM (SELECT (n - %(people)s)::bigint * 4 AS k, 'deposit' AS kind, NULL::int AS debit, n AS credit,
                       %(deposit)s::bigint AS amount, 0::bigint AS fee, NULL::bigint AS original
                FROM generate_series(0, %(people)s - 1) n
                UNION ALL
                SELECT n * 4::bigint, 'payment', payer, payee, amount, fee, NULL FROM paid
                UNION ALL
                SELECT n * 4::bigint + 1, 'refund', payee, payer, amount / 2,
                       pg_temp.half_even(fee * (amount / 2), amount), n * 4::bigint
                FROM paid WHERE mod(n, 20) = 12
                UNION ALL
                SELECT n * 4::bigint + 2, 'reversal', payee, payer, amount, fee, n * 4::bigint
                FROM paid WHERE mod(n, 1000) = 3
                UNION ALL
                SELECT n * 4::bigint + 3, 'withdrawal', payer, NULL, 100, 0, NULL
                FROM paid WHERE mod(n, 500) = 1) what) timed
    """,
    "CREATE INDEX ON events (k)",
    "ANALYZE events, holders",
    """
    CREATE TEMP TABLE asked ON COMMIT DROP AS
    SELECT e.*, o.id AS original_id,
           COALESCE(debit.account_id, %(bank)s) AS debit_account,
           COALESCE(credit.account_id, %(bank)s) AS credit_account,
           debit.party_id AS debit_party, credit.party_id AS credit_party,
           debit.person AS debit_person, credit.person AS credit_person
    FROM events e
    LEFT JOIN events o ON o.k = e.original
    LEFT JOIN holders debit ON debit.n = e.debit
    LEFT JOIN holders credit ON credit.n = e.credit
    ORDER BY e.k
    """,
    "CREATE INDEX ON asked (k)",
    "ANALYZE asked",
)

_FACTS = (
    """
    INSERT INTO wallet.quotes (id, key, payer_account_id, payee_account_id, amount, fee, currency, note, state,
                               created_at, expires_at, code)
    SELECT id, pg_temp.made_id(at, 'asked ' || k), debit_account, credit_account, amount, fee, %(currency)s,
           CASE mod(k, 16) WHEN 0 THEN 'lunch, and thanks' WHEN 4 THEN 'ticket ' || k ELSE '' END, 'open',
           at - INTERVAL '9 s', at + INTERVAL '111 s', sha256(uuid_send(id))
    FROM asked WHERE kind = 'payment' ORDER BY k
    """,
    """
    INSERT INTO wallet.payments (id, kind, request_hash, reference, debit_account_id, credit_account_id, amount, fee,
                                 currency, note, quote_id, original_id, refunded, fee_refunded, settled_at)
    SELECT p.id, p.kind, sha256(uuid_send(p.id)), pg_temp.reference(p.id), p.debit_account, p.credit_account, p.amount,
           p.fee, %(currency)s, COALESCE(q.note, 'as it happens'), q.id, p.original_id, COALESCE(r.amount, 0),
           COALESCE(r.fee, 0), p.at
    FROM asked p LEFT JOIN wallet.quotes q ON q.id = p.id LEFT JOIN asked r ON r.original = p.k
    ORDER BY p.k
    """,
    """
    INSERT INTO wallet.notices (id, recipient_id, party_id, kind, payment_id, facts, created_at, due_at, attempts,
                                delivered_at)
    SELECT pg_temp.made_id(p.at, side || ' of ' || p.k), recipient.party_id, told.party_id,
           CASE p.kind WHEN 'payment' THEN CASE side WHEN 'debit' THEN 'payment_sent' ELSE 'payment_received' END
                       WHEN 'refund' THEN CASE side WHEN 'debit' THEN 'refund_sent' ELSE 'refund_received' END
                       WHEN 'reversal' THEN 'reversed' WHEN 'deposit' THEN 'deposited' ELSE 'withdrawn' END,
           p.id, '{}', p.at, p.at, 1, p.at + INTERVAL '1 s'
    FROM asked p
    CROSS JOIN LATERAL (VALUES ('debit', p.debit_party, p.debit_person), ('credit', p.credit_party, p.credit_person))
        AS told(side, party_id, person)
    JOIN holders recipient ON recipient.n = told.person
    ORDER BY p.k
    """,
    """
    INSERT INTO wallet.spending (account_id, nth, total, at)
    SELECT debit_account, row_number() OVER account, sum(amount) OVER account, at
    FROM asked WHERE kind = 'payment' WINDOW account AS (PARTITION BY debit_account ORDER BY k) ORDER BY k
    """,
    """
    INSERT INTO wallet.acts (id, at, actor, verb, subject_id, reason)
    SELECT pg_temp.made_id(at, 'act ' || k), at, 'operator', kind, id, 'as it happens'
    FROM asked WHERE kind <> 'payment' ORDER BY k
    """,
    # A fee goes from the payee to fee income; a return brings it back first.
    """
    CREATE TEMP TABLE moves ON COMMIT DROP AS
    SELECT a.k, part, pg_temp.made_id(a.at, 'move ' || a.k || '.' || part) AS id, a.id AS payment_id,
           CASE part WHEN 1 THEN 'amount' ELSE 'fee' END AS kind,
           CASE part WHEN 1 THEN a.debit_account WHEN 2 THEN a.credit_account ELSE %(income)s END AS debit,
           CASE part WHEN 1 THEN a.credit_account WHEN 2 THEN %(income)s ELSE a.debit_account END AS credit,
           CASE part WHEN 1 THEN a.amount ELSE a.fee END AS amount, a.at,
           p.kind AS payment_kind, p.note, p.original_id
    FROM asked a JOIN wallet.payments p ON p.id = a.id
    JOIN generate_series(0, 2) part
      ON part = 1 OR (a.fee > 0 AND part = CASE WHEN a.original IS NULL THEN 2 ELSE 0 END)
    ORDER BY a.k, part
    """,
)

_COPY_TRANSFERS = """
    COPY wallet.transfers (id, payment_id, kind, debit_account_id, debit_seq, credit_account_id, credit_seq, amount,
                           currency, settled_at, seal) FROM STDIN
"""
_COPY_ENTRIES = "COPY wallet.entries (account_id, seq, transfer_id, amount, balance_after) FROM STDIN"


def _parties(conn: psycopg.Connection[Any], people: int) -> tuple[UUID, UUID]:
    """The busiest business, and a person."""
    found = conn.execute(
        "SELECT id FROM wallet.parties WHERE name IN (%s, %s) ORDER BY kind", (f"Shop {people}", "Person 7")
    ).fetchall()
    return found[0][0], found[1][0]
