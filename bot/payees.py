"""Who is to be paid: from what was typed to a party, and what a payer should see of them before the PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram.error import BadRequest, Forbidden

from bot import intents, names

if TYPE_CHECKING:
    from uuid import UUID

    from bot.context import Context
    from bot.identity import Person
    from wallet import Party

_REMEMBERED: Final = 50
"""How many entries of the payer's history are searched for people they know."""


@dataclass(frozen=True, slots=True)
class Payee:
    """A party as a payer sees it. `doubts` are what is odd about the name as it was given to us."""

    party: Party
    username: str | None
    doubts: frozenset[names.Reason]

    @property
    def name(self) -> str:
        """The name, safe to show."""
        return names.clean(self.party.name)


async def find(context: Context, payer: Person, payee: intents.Payee) -> tuple[UUID, ...]:
    """Return the parties that may be meant: none, the one, or several to ask about."""
    match payee:
        case intents.UserId(user_id):
            person = await context.people.find(user_id)
            return (person.party_id,) if person else ()
        case intents.Username(username):
            person = await _verified(context, username)
            return (person.party_id,) if person else ()
        case intents.Name(name):
            return await _called(context, payer, name)


async def describe(context: Context, party: Party) -> Payee:
    """Return what may be shown of this party."""
    person = await context.people.of_party(party.id)
    if person is None:
        return Payee(party, None, names.suspicious(party.name))
    return Payee(party, person.username, names.suspicious(person.name))


async def resembled(context: Context, payer: Person, party: Party) -> str | None:
    """Return the name of somebody else, paid before, whose name looks the same."""
    known = await _paid_before(context, payer)
    alike = (name for known_id, name in known.items() if known_id != party.id and names.looks_like(name, party.name))
    return next(map(names.clean, alike), None)


async def _verified(context: Context, username: str) -> Person | None:
    """Return the person who has this username now, by Telegram's word: a username we remember may have moved on."""
    person = await context.people.named(username)
    if person is None:
        return None
    try:
        chat = await context.bot.get_chat(person.user_id)
    except (BadRequest, Forbidden):
        return None
    return person if (chat.username or "").lower() == username.lower() else None


async def _called(context: Context, payer: Person, name: str) -> tuple[UUID, ...]:
    """Open businesses of this name, people paid before by this name, and whoever has it as a username."""
    found = {business.id for business in await context.wallet.find_businesses(name)}
    for known_id, known in (await _paid_before(context, payer)).items():
        if name.casefold() in {known.casefold(), known.partition(" ")[0].casefold()}:
            found.add(known_id)
    if " " not in name and (person := await _verified(context, name)):
        found.add(person.party_id)
    return tuple(sorted(found))


async def _paid_before(context: Context, payer: Person) -> dict[UUID, str]:
    """Return the names of those whom the payer paid lately."""
    history = await context.wallet.history(payer.party_id, limit=_REMEMBERED)
    return {
        line.counterparty_id: line.counterparty or ""
        for line in history.lines
        if line.counterparty_id and line.payment_kind == "payment" and line.amount.minor < 0
    }
