"""Hashing PINs: `Argon2id(HMAC-SHA256(pepper, "pin-v1" ‖ party id ‖ PIN))`.

No argon2 cost protects six digits by itself; the pepper, which is never in the database, does. The party's id is bound
in, so a hash moved to another person's row matches nothing. argon2 runs in threads, as many as there are cores (the
library releases the interpreter's lock), and so many PINs may wait; beyond that people are told to try again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from wallet.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from wallet.settings import WalletSettings

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WAITING_PER_THREAD = 64


@dataclass(frozen=True, slots=True)
class HashedPin:
    """An encoded argon2id hash, and which pepper it was made with."""

    hash: str = field(repr=False)
    pepper_id: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the PIN was right, and if so whether its hash should be made anew (cost or pepper have changed)."""

    right: bool
    outdated: bool = False


class PinHasher:
    """`peppers` gives the current one first, then those being rotated out; it is asked when the first PIN comes."""

    def __init__(self, peppers: Callable[[], list[bytes]], *, memory_kib: int, time_cost: int) -> None:
        self._read_peppers = peppers
        self._argon2 = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        threads = os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads * WAITING_PER_THREAD

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
        secret = self._secret(self._current, party_id, pin)
        return HashedPin(await self._run(self._argon2.hash, secret), self._current)

    async def verify(self, party_id: UUID, pin: str, hashed: HashedPin) -> Checked:
        """Check a PIN. A hash whose pepper is gone is simply wrong; `sixpence-admin doctor` tells the operator."""
        if hashed.pepper_id not in self._peppers:
            return Checked(right=False)
        secret = self._secret(hashed.pepper_id, party_id, pin)
        try:
            await self._run(self._argon2.verify, hashed.hash, secret)
        except VerifyMismatchError:
            return Checked(right=False)
        outdated = hashed.pepper_id != self._current or self._argon2.check_needs_rehash(hashed.hash)
        return Checked(right=True, outdated=outdated)

    def close(self) -> None:
        self._threads.shutdown()

    @cached_property
    def _peppers(self) -> dict[str, bytes]:
        return {_pepper_id(pepper): pepper for pepper in self._read_peppers()}

    @property
    def _current(self) -> str:
        return next(iter(self._peppers))

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def _secret(self, pepper_id: str, party_id: UUID, pin: str) -> bytes:
        message = b"pin-v1" + party_id.bytes + pin.encode("ascii")
        return hmac.digest(self._peppers[pepper_id], message, "sha256")


def _pepper_id(pepper: bytes) -> str:
    """A short name for a pepper, which tells nothing about it."""
    return hashlib.sha256(b"sixpence pepper id" + pepper).hexdigest()[:8]
