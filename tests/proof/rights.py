"""What the bot's login on the database may not do, nor its owner: change history, or read the hash of a PIN.

Everything is tried over a login that is only a member of the application's role, as the handbook wants it, on books
that belong to an owner who is no superuser.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests import books
from tests.conftest import PIN, Clock, euros, person
from tests.proof.finding import Effort, Finding, Prover
from wallet import Wallet, migrate
from wallet.pin_hashing import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import URL, Connection, Engine

    from tests.books import Server
    from wallet import WalletSettings

MAY_CHANGE = {
    "parties": {"name", "search_name", "named_at"},
    "accounts": {"status", "balance", "last_seq", "head"},
    "quotes": {"state", "pin_attempts"},
    "payments": {"refunded", "fee_refunded"},
    "holds": {"state", "reminded_at"},
    "requests": {"state", "payer_account_id", "claimed_from", "reminded_at", "payment_id"},
    "splits": {"group_key", "asked_at", "expires_at", "closed_at"},
    "shares": {"nth", "is_in", "amount", "odd", "request_id"},
    "nettings": {"group_key", "state"},
    "netting_sides": {"agreed_at"},
    "notices": {"due_at", "attempts", "delivered_at", "parked_at"},
}
"""All columns that the application's role may change; each one more is a finding."""

CHANGE = "UPDATE wallet.{table} SET {column} = DEFAULT"
REMOVALS = ("DELETE FROM wallet.{table}", "TRUNCATE wallet.{table} CASCADE")
HISTORY = ("transfers", "entries", "acts")
ROOTS = ("payments", "accounts", "parties")
"""What history speaks of."""

READING = (
    "SELECT hash FROM wallet.pins",
    "SELECT * FROM wallet.pins",
    "SELECT pins FROM wallet.pins",
    "TABLE wallet.pins",
    "SELECT to_jsonb(p) FROM wallet.pins p",
    "SELECT count(*) FROM wallet.pins WHERE hash LIKE '$argon2id%'",
    "SELECT party_id FROM wallet.pins ORDER BY hash",
    "SELECT 1 FROM wallet.pins a JOIN wallet.pins b USING (hash)",
    "SELECT proved_by FROM wallet.pins",
    "COPY wallet.pins TO STDOUT",
    "COPY (SELECT hash FROM wallet.pins) TO STDOUT",
    "UPDATE wallet.pins SET failures = 0 RETURNING hash",
    "UPDATE wallet.pins SET failures = 0",
    "UPDATE wallet.pins SET hash = NULL",
    "INSERT INTO wallet.pins SELECT * FROM wallet.pins",
    "INSERT INTO wallet.pins (party_id, changed_at) SELECT id, now() FROM wallet.parties RETURNING hash",
    "DELETE FROM wallet.pins RETURNING hash",
    "MERGE INTO wallet.pins p USING wallet.parties q ON q.id = p.party_id WHEN MATCHED THEN UPDATE SET hash = ''",
    "CREATE TEMP TABLE mine AS SELECT hash FROM wallet.pins",
    "SELECT * FROM pg_statistic",
    "CREATE FUNCTION wallet.leak() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT hash FROM wallet.pins'",
    "CREATE VIEW wallet.leak AS SELECT hash FROM wallet.pins",
    "CREATE TRIGGER leak AFTER UPDATE ON wallet.pins EXECUTE FUNCTION wallet.refuse_change()",
    "CREATE POLICY leak ON wallet.pins USING (true)",
)
TAKING_OVER = (
    "ALTER TABLE wallet.entries DISABLE TRIGGER ALL",
    "ALTER TABLE wallet.entries DISABLE TRIGGER wallet_entries_append_only",
    "DROP TRIGGER wallet_entries_append_only ON wallet.entries",
    "DROP FUNCTION wallet.refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION wallet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION wallet.prove_pin SECURITY INVOKER",
    "DROP TABLE wallet.entries CASCADE",
    "DROP SCHEMA wallet CASCADE",
    "ALTER TABLE wallet.pins OWNER TO CURRENT_USER",
    "GRANT SELECT (hash) ON wallet.pins TO CURRENT_USER",
    "GRANT SELECT (hash) ON wallet.pins TO sixpence_app",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "ALTER ROLE sixpence_app SUPERUSER",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/passwd')",
)


@dataclass(frozen=True)
class Books:
    """Books of an owner who is no superuser, with a bot's login that is a member of the application's role only."""

    owner: URL
    login: URL
    owner_name: str

    @property
    def settings(self) -> WalletSettings:
        return books.settings(self.login)


async def the_bots_login_cannot_change_history(server: Server, _: Effort) -> list[Finding]:
    """Every column of every table, every DELETE and TRUNCATE, and every way around them that we know."""
    with owned(server) as own:
        await _fill(own.settings)
        columns = _columns(own)
        with _engine(own.login).connect() as connection:
            changes = [CHANGE.format(table=table, column=column) for table, column in columns]
            allowed = {CHANGE.format(table=t, column=c) for t, known in MAY_CHANGE.items() for c in known}
            tables = sorted({table for table, _ in columns})
            removals = [removal.format(table=table) for removal in REMOVALS for table in tables]
            done = [change for change in (*changes, *removals) if not _denied(connection, change)]
            taken = [way for way in TAKING_OVER if not _denied(connection, way.format(owner=own.owner_name))]
    stray = [change for change in done if change not in allowed]
    missing = allowed - set(done)
    history = f"columns it may change: {len(allowed)} of {len(columns)}, none of them in history"
    return [
        Finding(
            "L15",
            "The bot's login changes, deletes and empties no history, and of the rest only what changes by nature",
            len(changes) + len(removals),
            len(stray) + len(missing),
            history if not stray else f"{history}; but {stray[0]}",
        ),
        Finding("Rights", "The bot's login takes no right that it was not given", len(TAKING_OVER), len(taken)),
    ]


async def the_owner_meets_the_triggers(server: Server, _: Effort) -> list[Finding]:
    """The owner has every right, and history still says no: column by column, and to DELETE and TRUNCATE."""
    with owned(server) as own:
        await _fill(own.settings)
        tries = [CHANGE.format(table=table, column=column) for table, column in _columns(own, HISTORY)]
        tries += [removal.format(table=table) for removal in REMOVALS for table in (*HISTORY, *ROOTS)]
        with _engine(own.owner).connect() as connection:
            changed = [change for change in tries if not _refused_as_history(connection, change)]
    claim = "The owner of the tables is refused by a trigger when history is to change"
    return [Finding("L15", claim, len(tries), len(changed), changed[0] if changed else "")]


async def no_login_reads_a_hash(server: Server, effort: Effort) -> list[Finding]:
    """Not by any statement, not through what the functions answer, nor in what an error says."""
    with owned(server) as own:
        victim = await _fill(own.settings)
        secret = _run(own.owner, "SELECT hash FROM wallet.pins WHERE party_id = :id", id=victim)[0][0]
        seen: list[str] = []
        read: list[str] = []
        for statement in READING:
            with _engine(own.login).connect() as connection:  # a COPY that is let through would keep it busy
                read += [statement] * (not _denied(connection, statement, seen))
        with _engine(own.login).connect() as connection:
            seen += [_answer(connection, statement, facts) for statement, facts in _calls(victim, effort)]
    leaks = sum(secret.rpartition("$")[2] in answer for answer in seen)
    return [
        Finding("Rights", "No statement of the bot's login reads or sets a PIN's hash", len(READING), len(read)),
        Finding("Rights", "No answer or error of the PIN's functions gives a hash away", len(seen), leaks),
    ]


async def a_stolen_login_guesses_ten_times(server: Server, effort: Effort) -> list[Finding]:
    """A thief with the bot's login and the pepper asks the functions directly, in parallel, and lies about the time."""
    tries = effort.times(60, 2_000)
    with owned(server) as own:
        victim = await _fill(own.settings)
        async with Wallet.open(own.settings, clock=Clock()) as wallet:
            first = await wallet._hasher.hash(victim, "000000")
        answers: list[bool | None] = []
        ways = (_count_and_prove, _prove_only, _count_once_and_prove_often)
        workers = [asyncio.to_thread(_guess, own, victim, ways[n % 3], tries // 6, first.pepper_id) for n in range(6)]
        for guesses in await asyncio.gather(*workers):
            answers += guesses
        state = _run(own.owner, "SELECT failures, unproved FROM wallet.pins WHERE party_id = :id", id=victim)[0]
    compared = sum(answer is not None for answer in answers)
    figure = f"{compared} PINs compared, then {len(answers) - compared} refusals, whatever time it was said to be"
    claim = "A stolen login, even with the pepper, has at most 10 PINs compared for a person, whatever clock it shows"
    return [Finding("P1", claim, len(answers), max(0, compared - 10) + (state.failures != 10), figure)]


@contextmanager
def owned(server: Server) -> Iterator[Books]:
    """A database of an owner who is no superuser, migrated by it, and a login for the bot; all gone on leaving."""
    mark = uuid4().hex[:8]
    owner, login = f"owner_{mark}", f"bot_{mark}"
    database = f"books_of_{mark}"
    books.run(server.url, f"CREATE ROLE {owner} LOGIN CREATEROLE")
    books.run(server.url, f"GRANT sixpence_app TO {owner} WITH ADMIN OPTION")
    books.run(server.url, f"CREATE ROLE {login} LOGIN IN ROLE sixpence_app")
    books.run(server.url, f"CREATE DATABASE {database} OWNER {owner}")
    own = Books(
        server.url.set(username=owner, database=database), server.url.set(username=login, database=database), owner
    )
    try:
        migrate.upgrade(books.settings(own.owner))
        yield own
    finally:
        books.run(server.url, f"DROP DATABASE {database} WITH (FORCE)")
        books.run(server.url, f"DROP ROLE {login}")
        books.run(server.url, f"REVOKE sixpence_app FROM {owner} CASCADE")
        books.run(server.url, f"DROP ROLE {owner}")


async def _fill(settings: WalletSettings) -> Any:
    """A deposit, a payment and an act, by the bot's login; the id of a person with a PIN."""
    async with Wallet.open(settings, clock=Clock()) as wallet:
        ana, ben = await person(wallet, "Ana", 10_00), await person(wallet, "Ben")
        quote = await wallet.quote(ana.id, ben.id, euros(wallet, 4_00), key=uuid4())
        await wallet.confirm(quote.id, ana.id, PIN)
        return ana.id


def _calls(victim: Any, effort: Effort) -> list[tuple[str, dict[str, object]]]:
    """What a curious login asks the functions, with facts that fit and facts that do not."""
    count = "SELECT * FROM wallet.count_pin_attempt(:id, CAST(:at AS timestamptz))"
    prove = "SELECT wallet.prove_pin(:id, :attempt, :given, :newer, :pepper, NULL)"
    choose = "SELECT wallet.choose_pin(:id, :choice, :hash, 'p', now())"
    times = ("2026-11-21 12:00Z", "2999-01-01Z", "infinity", "-infinity", None)
    calls: list[tuple[str, dict[str, object]]] = [(count, {"id": victim, "at": at}) for at in times]
    for newer, pepper in ((None, None), ("mine", None), (None, "mine"), ("mine", "mine")):
        for given in (None, "", "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"):
            facts = {"id": victim, "attempt": uuid4(), "given": given, "newer": newer, "pepper": pepper}
            calls.append((prove, facts))
    calls += [
        (choose, {"id": id_, "choice": choice, "hash": hash_})
        for id_ in (victim, uuid4())
        for choice in (uuid4(), None)
        for hash_ in ("", "x")
    ]
    calls.append(("SELECT wallet.reset_pin(:id, NULL)", {"id": victim}))
    return calls * effort.times(1, 3)


def _answer(connection: Connection, statement: str, facts: dict[str, object]) -> str:
    try:
        return repr(connection.execute(text(statement), facts).all())
    except DBAPIError as error:
        return f"{error} {getattr(error.orig, 'diag', None) and error.orig.diag.message_detail}"  # type: ignore[union-attr]


def _guess(own: Books, victim: Any, way: Any, times: int, pepper_id: str) -> list[bool | None]:
    """What each guess was answered; an error answers nothing."""
    answers: list[bool | None] = []
    with _engine(own.login).connect() as connection:
        for number in range(times):
            try:
                answers.append(way(connection, victim, number, pepper_id))
            except DBAPIError:
                answers.append(None)
    return answers


def _count_and_prove(connection: Connection, victim: Any, number: int, pepper_id: str) -> bool | None:
    """As the wallet does it, each time a century later."""
    row = connection.execute(
        text("SELECT * FROM wallet.count_pin_attempt(:id, now() + CAST(:years AS interval))"),
        {"id": victim, "years": f"{number * 100} years"},
    ).first()
    if row is not None:
        assert Recipe.read(row.recipe, pepper_id) is not None, "what a thief needs to hash guesses"
    return _prove_only(connection, victim, number, pepper_id)


def _count_once_and_prove_often(connection: Connection, victim: Any, number: int, pepper_id: str) -> bool | None:
    """One counted attempt, many comparisons."""
    if number == 0:
        return _count_and_prove(connection, victim, number, pepper_id)
    return _prove_only(connection, victim, number, pepper_id)


def _prove_only(connection: Connection, victim: Any, number: int, _: str) -> bool | None:
    answer: bool | None = connection.execute(
        text("SELECT wallet.prove_pin(:id, :attempt, :given, NULL, NULL, NULL)"),
        {"id": victim, "attempt": uuid4(), "given": f"guess {number}"},
    ).scalar_one()
    return answer


def _columns(own: Books, tables: Sequence[str] = ()) -> list[tuple[str, str]]:
    query = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'wallet' AND (table_name = ANY(:tables) OR cardinality(CAST(:tables AS text[])) = 0)
        ORDER BY 1, 2
    """
    return [(row[0], row[1]) for row in _run(own.owner, query, tables=list(tables))]


def _denied(connection: Connection, statement: str, seen: list[str] | None = None) -> bool:
    try:
        connection.execute(text(statement))
    except DBAPIError as error:
        if seen is not None:
            seen.append(str(error.orig))
        return isinstance(error.orig, psycopg.errors.InsufficientPrivilege)
    return False


def _refused_as_history(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(text(statement))
    except DBAPIError as error:
        return isinstance(error.orig, psycopg.errors.RestrictViolation)
    return False


def _run(url: URL, statement: str, **facts: object) -> Sequence[Any]:
    with _engine(url).connect() as connection:
        return connection.execute(text(statement), facts).all()


def _engine(url: URL) -> Engine:
    """As this login itself, each statement on its own."""
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


PROVERS: tuple[Prover, ...] = (
    the_bots_login_cannot_change_history,
    the_owner_meets_the_triggers,
    no_login_reads_a_hash,
    a_stolen_login_guesses_ten_times,
)
