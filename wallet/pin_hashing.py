"""Hashing PINs: `Argon2id(HMAC-SHA256(pepper, "pin-v1" ‖ party id ‖ PIN))`.

No argon2 cost protects six digits by itself; the pepper, which is never in the database, does. The party's id is bound
in, so a hash moved to another person's row matches nothing. Hashes are compared in the database, which keeps them to
itself (`pins`). argon2 runs in threads, as many as there are cores (the library releases the interpreter's lock), and
so many PINs may wait; beyond that people are told to try again. When many wait, a thread hashes several in one go, so
that they go on together and share what comes next: a batch each (`pin_attempts`), where each had a transaction.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import re
import secrets
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from argon2 import Type
from argon2.low_level import hash_secret

from wallet.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from wallet.settings import WalletSettings

WAITING_PER_THREAD = 64
MOST_TOGETHER = 8
"""So many PINs a thread hashes in one go at most, where as many wait for every other thread, and for one more."""
SALT_BYTES, HASH_BYTES = 16, 32

_RECIPE = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]{22})")


@dataclass(frozen=True, slots=True)
class HashedPin:
    """An encoded argon2id hash, and which pepper it was made with."""

    hash: str = field(repr=False)
    pepper_id: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a PIN was hashed: all but the hash."""

    memory_kib: int
    time_cost: int
    salt: bytes
    pepper_id: str

    @classmethod
    def read(cls, text: str, pepper_id: str) -> Recipe | None:
        """From an encoded hash without its last part, `$argon2id$v=19$m=…,t=…,p=1$salt`. None if it makes no sense."""
        found = _RECIPE.fullmatch(text)
        return cls(int(found[1]), int(found[2]), base64.b64decode(found[3] + "=="), pepper_id) if found else None


_Work = tuple[bytes, Recipe, "asyncio.Future[str | Exception]"]
"""What is to be hashed, how, and where the hash goes."""


class PinHasher:
    """`peppers` gives the current one first, then those being rotated out; it is asked when the first PIN comes."""

    def __init__(self, peppers: Callable[[], list[bytes]], *, memory_kib: int, time_cost: int) -> None:
        self._read_peppers = peppers
        self._cost = (memory_kib, time_cost)
        threads = os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads * WAITING_PER_THREAD
        self._waiting: deque[_Work] = deque()
        self._shifts: list[asyncio.Task[None]] = []
        self._most_shifts = threads + 1  # so that a thread that is done finds its next work there already

    @classmethod
    def of(cls, settings: WalletSettings) -> PinHasher:
        """As the operator set it. Without a pepper the books can be kept, but no PIN: SettingsError."""
        return cls(settings.peppers, memory_kib=settings.argon2_memory_kib, time_cost=settings.argon2_time_cost)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A place in the queue, taken before an attempt is counted. Busy."""
        if self._room == 0:
            raise Busy
        self._room -= 1
        try:
            yield
        finally:
            self._room += 1

    async def hash(self, party_id: UUID, pin: str) -> HashedPin:
        """A new hash with the current pepper and cost."""
        return await self.hash_as(party_id, pin, None)

    async def hash_as(self, party_id: UUID, pin: str, recipe: Recipe | None) -> HashedPin:
        """The hash that this PIN has by this recipe; by a new one if its pepper is gone, which matches nothing."""
        if recipe is None or recipe.pepper_id not in self._peppers:
            recipe = Recipe(*self._cost, secrets.token_bytes(SALT_BYTES), self._current)
        message = b"pin-v1" + party_id.bytes + pin.encode("ascii")
        secret = hmac.digest(self._peppers[recipe.pepper_id], message, "sha256")
        return HashedPin(await self._run(secret, recipe), recipe.pepper_id)

    def is_outdated(self, recipe: Recipe | None) -> bool:
        """Whether the cost or the pepper has changed since, so that the hash should be made anew."""
        return recipe is None or (recipe.memory_kib, recipe.time_cost, recipe.pepper_id) != (*self._cost, self._current)

    def keys(self, purpose: bytes) -> tuple[bytes, ...]:
        """A key for some other purpose from each pepper, the current one's first. SettingsError without a pepper."""
        return tuple(hmac.digest(pepper, purpose, "sha256") for pepper in self._peppers.values())

    def pepper_ids(self) -> tuple[str, ...]:
        """The names of all peppers that are set. SettingsError without one."""
        return tuple(self._peppers)

    def close(self) -> None:
        self._threads.shutdown()

    @cached_property
    def _peppers(self) -> dict[str, bytes]:
        return {pepper_id(pepper): pepper for pepper in self._read_peppers()}

    @property
    def _current(self) -> str:
        return next(iter(self._peppers))

    async def _run(self, secret: bytes, recipe: Recipe) -> str:
        """Hash in a thread, when its turn comes."""
        hashed: asyncio.Future[str | Exception] = asyncio.get_running_loop().create_future()
        self._waiting.append((secret, recipe, hashed))
        self._shifts = [shift for shift in self._shifts if not shift.done()]
        if len(self._shifts) < self._most_shifts:
            self._shifts.append(asyncio.create_task(self._shift()))
        outcome = await hashed
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _shift(self) -> None:
        """Have those who wait hashed, some in one go, until nobody waits."""
        while self._waiting:
            many = max(1, min(MOST_TOGETHER, len(self._waiting) // self._most_shifts))
            some = [self._waiting.popleft() for _ in range(many)]
            for (*_, hashed), outcome in zip(some, await self._hash_all(some), strict=True):
                if not hashed.done():  # else its caller went away
                    hashed.set_result(outcome)

    async def _hash_all(self, some: Sequence[_Work]) -> list[str | Exception]:
        work = [(secret, recipe) for secret, recipe, _ in some]
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _argon2id_each, work)
        except RuntimeError as closed:  # the threads have been closed
            return [closed for _ in some]


def _argon2id_each(work: Sequence[tuple[bytes, Recipe]]) -> list[str | Exception]:
    return [_argon2id(secret, recipe) for secret, recipe in work]


def _argon2id(secret: bytes, recipe: Recipe) -> str | Exception:
    try:
        return hash_secret(
            secret,
            recipe.salt,
            time_cost=recipe.time_cost,
            memory_cost=recipe.memory_kib,
            parallelism=1,
            hash_len=HASH_BYTES,
            type=Type.ID,
        ).decode()
    except Exception as error:  # noqa: BLE001 - it belongs to who gave this PIN, not to those beside
        return error


def pepper_id(pepper: bytes) -> str:
    """A short name for a pepper, which tells nothing about it."""
    return hashlib.sha256(b"sixpence pepper id" + pepper).hexdigest()[:8]
