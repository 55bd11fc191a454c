"""A thief in the database: reads it all, or writes in it as its owner does, and does not know the pepper."""

from __future__ import annotations

import asyncio
import hmac
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from argon2 import Type
from argon2.low_level import hash_secret

from tests.books import PEPPER
from tests.conftest import PIN, person
from tests.proof.finding import Effort, Finding
from tests.proof.wallets import refused, wallets
from tests.wallet.owner import as_owner
from wallet import WrongPin
from wallet.pin_hashing import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from tests.books import Server

OWN = "730164"


@dataclass(frozen=True)
class Stolen:
    """A row of the stolen database, as the attack script reads it."""

    party: UUID
    hash: str
    pepper_id: str


def _with_key(key: bytes) -> Callable[[Stolen, bytes], bytes]:
    return lambda row, pin: hmac.digest(key, b"pin-v1" + row.party.bytes + pin, "sha256")


WITHOUT_PEPPER: dict[str, Callable[[Stolen, bytes], bytes]] = {
    "the PIN itself": lambda _, pin: pin,
    "what the pepper is mixed with": lambda row, pin: b"pin-v1" + row.party.bytes + pin,
    "an empty pepper": _with_key(b""),
}
"""What a thief may take for the secret who knows the code and the database."""

WITH_PEPPER = {"the pepper": _with_key(PEPPER.encode())}


async def the_stolen_database(server: Server, effort: Effort) -> list[Finding]:
    """The attack script over all PINs, or over a part where the right one lies; argon2 at its cheapest."""
    near = range(int(PIN) - 250, int(PIN) + 250)
    space = range(10**6) if effort.long else near
    async with wallets(server, 1) as (wallet,):
        await person(wallet, "Ana")
        row = Stolen(*as_owner(wallet._settings, "SELECT party_id, hash, pepper_id FROM wallet.pins")[0])
    found = await asyncio.to_thread(attack, row, space, tuple(WITHOUT_PEPPER))
    control = await asyncio.to_thread(attack, row, near, tuple(WITH_PEPPER))
    figure = f"{len(space):,} PINs in {len(WITHOUT_PEPPER)} ways; with the pepper the same script finds the PIN"
    claim = "In a stolen database without the pepper no PIN is found, even with argon2 at its cheapest"
    return [Finding("P2", claim, len(space) * len(WITHOUT_PEPPER), len(found) + (control != [PIN]), figure)]


def attack(row: Stolen, space: range, ways: tuple[str, ...]) -> list[str]:
    """All PINs of this space that one of the ways takes to the stolen hash; on all cores, if it takes long."""
    if len(space) < 10**5:
        return _search(row, space, ways)
    cores = os.cpu_count() or 1
    parts = [space[part::cores] for part in range(cores)]
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        return [pin for found in pool.map(_search, [row] * cores, parts, [ways] * cores) for pin in found]


def _search(row: Stolen, space: range, names: Sequence[str]) -> list[str]:
    recipe = Recipe.read(row.hash.rpartition("$")[0], row.pepper_id)
    assert recipe is not None, "written by the wallet"
    wanted = row.hash.encode()
    cost = (recipe.time_cost, recipe.memory_kib, 1, 32, Type.ID)
    ways = [(WITHOUT_PEPPER | WITH_PEPPER)[name] for name in names]
    return [
        f"{pin:06}"
        for pin in space
        if any(hash_secret(way(row, b"%06d" % pin), recipe.salt, *cost) == wanted for way in ways)
    ]


async def swapped_hashes(server: Server, effort: Effort) -> list[Finding]:
    """Each person's hash is laid over each other's; the thief tries the PIN they know, and the one that was there."""
    number = effort.times(3, 8)
    accepted = tried = 0
    async with wallets(server, 1) as (wallet,):
        known = {(await person(wallet, f"Person {n}", pin=None)).id: f"{int(OWN) + n:06}" for n in range(number)}
        for party_id, pin in known.items():
            await wallet.set_pin(party_id, pin)
        for thief, victim in permutations(known, 2):
            before = as_owner(
                wallet._settings, "SELECT hash, pepper_id FROM wallet.pins WHERE party_id = :id", id=victim
            )[0]
            as_owner(wallet._settings, _LAY_OVER, thief=thief, victim=victim)
            for pin in (known[thief], known[victim]):
                accepted += not await refused(wallet.check_pin(victim, pin), WrongPin)
                tried += 1
            as_owner(wallet._settings, _PUT_BACK, victim=victim, hash=before.hash, pepper_id=before.pepper_id)
            await wallet.check_pin(victim, known[victim])
    claim = "A hash laid over somebody else's lets nobody in, with either PIN; put back, it does"
    return [Finding("P3", claim, tried, accepted)]


_LAY_OVER = """
UPDATE wallet.pins mine SET hash = theirs.hash, pepper_id = theirs.pepper_id FROM wallet.pins theirs
WHERE mine.party_id = :victim AND theirs.party_id = :thief
"""
_PUT_BACK = "UPDATE wallet.pins SET hash = :hash, pepper_id = :pepper_id WHERE party_id = :victim"
