"""Telegram user ↔ wallet party: the only place that knows both ids.

A person is their numeric Telegram id. A username is a hint: it changes, is recycled, and differs in case, so it is
refreshed with every update of its owner and belongs to whoever was last seen with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from bot import models
from wallet import directly

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection
    from telegram import User

    from wallet import Database


_PERSONS: Final = UUID("5c1e4d7e-3a52-4d6f-9a0e-6d9f0c2b7a11")
_GROUPS: Final = UUID("8d8c1a1e-52a4-4b11-9f0c-7f3f1e0a6c35")
_USERNAMES: Final = UUID("b0a5d7c2-64de-4a0e-9a53-1f3f6f0d7c58")
_MAX_NAME: Final = 128
_BEYOND_ANY_ID: Final = 2**63
_DEFAULT_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has started the bot. `name` is as Telegram gave it: clean it before it is shown."""

    user_id: int
    party_id: UUID
    username: str | None
    name: str
    language: str


_PEOPLE: Final = "SELECT user_id, party_id, username, name, language FROM bot.people WHERE"
_BY_ID: Final = f"{_PEOPLE} user_id = %(wanted)s"
_BY_PARTY: Final = f"{_PEOPLE} party_id = %(wanted)s"
_BY_USERNAME: Final = f"{_PEOPLE} lower(username) = %(wanted)s"


def person_key(user_id: int) -> UUID:
    """Return the wallet's key for this Telegram user's party: the same for ever, so a wallet is opened once."""
    return uuid5(_PERSONS, str(user_id))


def username_key(username: str) -> UUID:
    """Return the wallet's key for whoever has this username, whatever its case, where no number is known."""
    return uuid5(_USERNAMES, username.removeprefix("@").lower())


def group_key(chat_id: int) -> UUID:
    """Return the wallet's key for this group, which it knows nothing else about."""
    return uuid5(_GROUPS, str(chat_id))


def is_possible(user_id: int) -> bool:
    """Whether a Telegram user can have this id at all."""
    return abs(user_id) < _BEYOND_ANY_ID


class People:
    """The people we know, by Telegram id, by party, by username."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def find(self, user_id: int) -> Person | None:
        """Return the person with this Telegram id, if they have started the bot."""
        if not is_possible(user_id):
            return None
        return await self._one(_BY_ID, user_id)

    async def of_party(self, party_id: UUID) -> Person | None:
        """Return the person whose own party this is; None for a business."""
        return await self._one(_BY_PARTY, party_id)

    async def named(self, username: str) -> Person | None:
        """Return the person last seen with this username, whatever its case. Verify before trusting it with money."""
        return await self._one(_BY_USERNAME, username.removeprefix("@").lower())

    async def register(self, user: User, party_id: UUID) -> Person:
        """Remember a Telegram user and their party. Registering twice changes nothing."""

        async def work(conn: AsyncConnection) -> Person:
            await _release_username(conn, user)
            seen = {
                "username": user.username,
                "name": _name(user),
                "language": _language(user),
                "reachable": True,
            }
            row = insert(models.Person).values(user_id=user.id, party_id=party_id, started_at=self._clock(), **seen)
            await conn.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=seen))
            return Person(user.id, party_id, user.username, _name(user), _language(user))

        return await self._store.transaction(work)

    async def refresh(self, person: Person, user: User) -> Person:
        """Take over what Telegram says about them now. Writes only when something changed."""
        now = Person(user.id, person.party_id, user.username, _name(user), _language(user) or person.language)
        return person if now == person else await self.register(user, person.party_id)

    async def set_reachable(self, user_id: int, *, reachable: bool) -> None:
        """Note whether the bot may write to them: they blocked it, or let it in again."""

        async def work(conn: AsyncConnection) -> None:
            mine = models.Person.user_id == user_id
            await conn.execute(update(models.Person).where(mine).values(reachable=reachable))

        await self._store.statement(work)

    async def _one(self, which: str, wanted: object) -> Person | None:
        async def work(conn: AsyncConnection) -> Person | None:
            rows = await directly(conn, which, {"wanted": wanted})
            return Person(*rows[0]) if rows else None

        return await self._store.read(work)


async def _release_username(conn: AsyncConnection, user: User) -> None:
    """Take a username that moved to this user from its former owner."""
    if user.username:
        taken = func.lower(models.Person.username) == user.username.lower()
        others = models.Person.user_id != user.id
        await conn.execute(update(models.Person).where(taken, others).values(username=None))


def _name(user: User) -> str:
    return user.full_name[:_MAX_NAME]


def _language(user: User) -> str:
    return user.language_code or _DEFAULT_LANGUAGE
