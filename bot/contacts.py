"""Whom people deal with: each person's own list, whom they block, and who may find them.

Nothing here is shown to anybody but the list's owner. A contact is a Telegram user, by number, or a business; a
username is a hint that is kept to notice when it changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from bot import models
from wallet import WalletError, search_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.identity import Person
    from wallet import Database, Party

MAX_ALIAS: Final = 32
_MAX_NAME: Final = 128


@dataclass(eq=False)
class NotAccepted(WalletError):
    """The payee takes no payments from this payer. A refusal of the bot's own: the wallet knows nothing of it."""

    name: str
    code = "not_accepted"


@dataclass(eq=False)
class NotToBeFound(WalletError):
    """Somebody who wants to be found by nobody new; `called` is what the payer typed."""

    called: str
    code = "not_to_be_found"


@dataclass(eq=False)
class NotAsked(WalletError):
    """A person takes no requests for money from this one: they never dealt with each other, or it is `blocked`."""

    name: str
    blocked: bool
    code = "not_asked"


@dataclass(eq=False)
class SelfRequest(WalletError):
    """Somebody asks themselves for money."""

    code = "self_request"


@dataclass(eq=False)
class BusinessAsked(WalletError):
    """Somebody asks a business for money, which only persons pay."""

    code = "business_asked"


@dataclass(frozen=True, slots=True)
class Contact:
    """One line of a person's list. Names are as they were given: clean them before they are shown."""

    id: int
    owner_id: int
    user_id: int | None
    business_id: UUID | None
    name: str
    username: str | None
    alias: str | None
    favourite: bool
    blocked: bool
    paid_name: str | None
    paid_username: str | None
    paid_alias: str | None
    paid_at: datetime | None


_COLUMNS: Final = tuple(getattr(models.Contact, field.name) for field in fields(Contact))
_NEWEST_FIRST: Final = (models.Contact.favourite.desc(), models.Contact.seen_at.desc(), models.Contact.id)


class Contacts:
    """Every list, each found by its owner only."""

    def __init__(self, store: Database, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def page(self, owner_id: int, skip: int, limit: int) -> tuple[Contact, ...]:
        """Return a part of the list: favourites first, then those dealt with last."""
        mine = models.Contact.owner_id == owner_id
        return await self._list(mine, skip=skip, limit=limit)

    async def everybody(self, owner_id: int, limit: int = 500) -> tuple[Contact, ...]:
        """Return the list, up to a length that can be looked through."""
        return await self.page(owner_id, 0, limit)

    async def find(self, owner_id: int, contact_id: int) -> Contact | None:
        """Return this line of this person's list."""
        return await self._one(models.Contact.owner_id == owner_id, models.Contact.id == contact_id)

    async def of_person(self, owner_id: int, user_id: int) -> Contact | None:
        """Return what this person's list says of another."""
        return await self._one(models.Contact.owner_id == owner_id, models.Contact.user_id == user_id)

    async def of_business(self, owner_id: int, business_id: UUID) -> Contact | None:
        """Return what this person's list says of a business."""
        return await self._one(models.Contact.owner_id == owner_id, models.Contact.business_id == business_id)

    async def remember(self, owner_id: int, user_id: int, name: str, username: str | None = None) -> Contact:
        """Put somebody on the list, or take over their name and username as they are now."""
        return await self._remember(owner_id, {"user_id": user_id, "name": name[:_MAX_NAME], "username": username})

    async def paid_business(self, payer: Person, business: Party) -> None:
        """A person paid a business: it is on their list, and what they call it is kept."""
        row = {"business_id": business.id, "name": business.name, "username": None}

        async def work(conn: AsyncConnection) -> None:
            await conn.execute(self._put(payer.user_id, row, paid=True))

        await self._store.transaction(work)

    async def paid(self, payer: Person, payee: Person) -> None:
        """A person paid another: each is on the other's list, and what the payee is called by now is kept."""
        puts = [
            (payer.user_id, self._put(payer.user_id, _seen(payee), paid=True)),
            (payee.user_id, self._put(payee.user_id, _seen(payer))),
        ]

        async def work(conn: AsyncConnection) -> None:
            # In the order of their owners, so that two who pay each other do not wait for each other for ever.
            for _, put in sorted(puts, key=lambda one: one[0]):
                await conn.execute(put)

        await self._store.transaction(work)

    async def learn(self, owner_id: int, people: list[Person], businesses: list[Party]) -> None:
        """Put those on the list that are not there yet; those that are stay as they are."""
        now = self._clock()
        rows: list[dict[str, Any]] = [
            {"owner_id": owner_id, "user_id": person.user_id, "business_id": None, "name": person.name[:_MAX_NAME]}
            for person in people
            if person.user_id != owner_id
        ]
        rows += [
            {"owner_id": owner_id, "user_id": None, "business_id": party.id, "name": party.name} for party in businesses
        ]

        async def work(conn: AsyncConnection) -> None:
            for row in rows:
                await conn.execute(insert(models.Contact).values(seen_at=now, **row).on_conflict_do_nothing())

        if rows:
            await self._store.transaction(work)

    async def change(self, contact: Contact, **values: Any) -> Contact | None:
        """Change the alias, whether it is a favourite, or whether they are blocked; the line as it is then."""

        async def work(conn: AsyncConnection) -> None:
            await conn.execute(update(models.Contact).where(models.Contact.id == contact.id).values(**values))

        await self._store.transaction(work)
        return await self.find(contact.owner_id, contact.id)

    async def called(self, owner_id: int, name: str) -> tuple[Contact, ...]:
        """Return those whom this person may mean by it: an alias, a name as last seen, or the first word of that.

        As `search_form` compares them.
        """
        wanted = search_form(name)
        # Compared here: what a database takes for the lower case of É depends on how it was set up.
        return tuple(each for each in await self.everybody(owner_id) if wanted in _names_of(each))

    async def blocks(self, owner_id: int, user_id: int) -> bool:
        """Whether a person takes nothing from another."""
        contact = await self.of_person(owner_id, user_id)
        return contact is not None and contact.blocked

    async def may_find(self, seeker_id: int, person: Person) -> bool:
        """Whether one may find the other by name: the other lets everybody, or either is on the other's list."""
        pair = or_(
            and_(models.Contact.owner_id == seeker_id, models.Contact.user_id == person.user_id),
            and_(models.Contact.owner_id == person.user_id, models.Contact.user_id == seeker_id),
        )
        return await self.is_findable(person.user_id) or await self._asks(select(exists().where(pair)))

    async def may_ask(self, asker_id: int, payer_id: int) -> bool:
        """Whether one may ask the other for money: the other lets everybody, or has the asker on their list."""
        listed = (models.Contact.owner_id == payer_id, models.Contact.user_id == asker_id)
        return await self.is_askable(payer_id) or await self._asks(select(exists().where(*listed)))

    async def is_askable(self, user_id: int) -> bool:
        """Whether people they have not dealt with may ask them for money."""
        return await self._asks(select(models.Person.askable).where(models.Person.user_id == user_id))

    async def set_askable(self, user_id: int, *, askable: bool) -> None:
        """Let everybody ask them for money, or only those they deal with."""
        await self._set(user_id, askable=askable)

    async def is_findable(self, user_id: int) -> bool:
        """Whether people they have not dealt with may find them."""
        return await self._asks(select(models.Person.findable).where(models.Person.user_id == user_id))

    async def set_findable(self, user_id: int, *, findable: bool) -> None:
        """Let everybody find them, or only those they deal with."""
        await self._set(user_id, findable=findable)

    async def _set(self, user_id: int, **values: bool) -> None:
        async def work(conn: AsyncConnection) -> None:
            mine = models.Person.user_id == user_id
            await conn.execute(update(models.Person).where(mine).values(**values))

        await self._store.transaction(work)

    async def _remember(self, owner_id: int, row: dict[str, Any]) -> Contact:
        async def work(conn: AsyncConnection) -> Contact:
            return Contact(*(await conn.execute(self._put(owner_id, row).returning(*_COLUMNS))).one())

        return await self._store.transaction(work)

    def _put(self, owner_id: int, row: dict[str, Any], *, paid: bool = False) -> Insert:
        """Put a line on a list, or take over what is new about it; `paid`: now, by all these names."""
        target, now = "user_id" if "user_id" in row else "business_id", self._clock()
        seen: dict[str, Any] = {name: value for name, value in row.items() if name != target} | {"seen_at": now}
        if paid:
            seen |= {"paid_name": row["name"], "paid_username": row["username"], "paid_at": now}
        line = insert(models.Contact).values(owner_id=owner_id, **{target: row[target]}, **seen)
        alias = {"paid_alias": models.Contact.alias} if paid else {}
        return line.on_conflict_do_update(index_elements=["owner_id", target], set_=seen | alias)

    async def _one(self, *conditions: ColumnElement[bool]) -> Contact | None:
        return next(iter(await self._list(*conditions, limit=1)), None)

    async def _list(self, *conditions: ColumnElement[bool], limit: int, skip: int = 0) -> tuple[Contact, ...]:
        async def work(conn: AsyncConnection) -> tuple[Contact, ...]:
            found = select(*_COLUMNS).where(*conditions).order_by(*_NEWEST_FIRST).offset(skip).limit(limit)
            return tuple(Contact(*row) for row in await conn.execute(found))

        return await self._store.read(work)

    async def _asks(self, question: Any) -> bool:
        async def work(conn: AsyncConnection) -> bool:
            return bool((await conn.execute(question)).scalar())

        return await self._store.read(work)


def _names_of(contact: Contact) -> set[str]:
    name = search_form(contact.name)
    return {name, name.partition(" ")[0], search_form(contact.alias or "")}


def _seen(person: Person) -> dict[str, Any]:
    return {"user_id": person.user_id, "name": person.name[:_MAX_NAME], "username": person.username}
