"""Statements over whole batches: a column an array, many statements a round trip.

A batch is written by a handful of statements, each over arrays, one array a column. They go to the driver directly, all
in one round trip, because a statement through SQLAlchemy costs a quarter of a millisecond however much it does.
"""

from __future__ import annotations

import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

from wallet.database import driver_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

Statement = tuple[str, "Mapping[str, object]"]
"""SQL with `%(name)s` for parameters, and these."""


async def together(conn: AsyncConnection, statements: Iterable[Statement]) -> list[Sequence[Any]]:
    """Run these in this order in one round trip, within `conn`'s transaction; the rows of each, none for a write.

    Each is sent as soon as it is made, so the database works on the first while the next is being put together.
    If one fails, those after it have not run. Errors are psycopg's own.
    """
    async with sending(conn) as send:
        cursors = [await send(statement) for statement in statements]
    return [await cursor.fetchall() if cursor.rownumber is not None else () for cursor in cursors]


@asynccontextmanager
async def sending(conn: AsyncConnection) -> AsyncIterator[Callable[[Statement], Awaitable[psycopg.AsyncCursor[Any]]]]:
    """Send statements one by one, as they come up; they run in this order while we go on, and have run on leaving."""
    driver = driver_of(conn)

    async def send(statement: Statement) -> psycopg.AsyncCursor[Any]:
        return await driver.execute(*statement, prepare=True)

    async with driver.pipeline():
        yield send


class Uuids(bytes):
    """An array of UUIDs as PostgreSQL keeps it; reading one from text takes it twenty times as long."""


class Hashes(bytes):
    """An array of byte strings, likewise."""


def uuids(ids: Iterable[UUID | None]) -> Uuids:
    """An array of UUIDs."""
    items = [_ITEM + id_.int.to_bytes(16) if id_ is not None else _NULL for id_ in ids]
    return Uuids(_ARRAY.pack(1, 1, _UUID, len(items), 1) + b"".join(items))


def hashes(values: Iterable[bytes]) -> Hashes:
    """An array of byte strings."""
    items = [_LENGTH.pack(len(value)) + value for value in values]
    return Hashes(_ARRAY.pack(1, 0, _BYTEA, len(items), 1) + b"".join(items))


def numbers(values: Iterable[int]) -> str:
    """An array of integers; to be cast `::bigint[]`."""
    return "{" + ",".join(map(str, values)) + "}"


def texts(values: Iterable[str | None]) -> str:
    """An array of any text; to be cast `::text[]`, or to what the text stands for."""
    return "{" + ",".join([_quoted(value) if value is not None else "NULL" for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _BinaryDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Uuids | Hashes) -> Buffer:
        return bytes(obj)


class _UuidsDumper(_BinaryDumper):
    oid = psycopg.adapters.types["uuid"].array_oid


class _HashesDumper(_BinaryDumper):
    oid = psycopg.adapters.types["bytea"].array_oid


psycopg.adapters.register_dumper(Uuids, _UuidsDumper)
psycopg.adapters.register_dumper(Hashes, _HashesDumper)

_UUID: Final = psycopg.adapters.types["uuid"].oid
_BYTEA: Final = psycopg.adapters.types["bytea"].oid
_ARRAY: Final = struct.Struct(">iiIii")
"""Dimensions, whether there may be NULLs, the type of an item, how many, the number of the first."""
_LENGTH: Final = struct.Struct(">i")
_ITEM: Final = _LENGTH.pack(16)
_NULL: Final = _LENGTH.pack(-1)
