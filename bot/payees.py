"""Who is to be paid: from what was typed to a party, and what a payer should see of them before the PIN."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram.error import BadRequest, Forbidden

from bot import identity, intents, names
from bot.contacts import NotAccepted, NotAsked, NotToBeFound
from bot.draft import Stranger
from bot.vocabulary import BESIDE_NAMES
from wallet import WalletError, search_form

if TYPE_CHECKING:
    from uuid import UUID

    from bot.contacts import Contact
    from bot.context import Context
    from bot.identity import Person
    from wallet import Line, Party, Receipt

log = logging.getLogger(__name__)

_REMEMBERED: Final = 50
"""How many entries of the payer's history are searched for people they know."""


@dataclass(frozen=True, slots=True)
class Payee:
    """A party as a payer sees it. `doubts` are what is odd about the name as it was given to us.

    `by_username`: nobody here, but whoever has the username that the payer wrote when they come.
    """

    party: Party
    username: str | None
    doubts: frozenset[names.Reason]
    by_username: bool = False

    @property
    def name(self) -> str:
        """The name, safe to show."""
        return names.clean(self.party.name)


async def find(context: Context, payer: Person, payee: intents.Payee) -> tuple[UUID, ...]:
    """Return the parties that may be meant: none, the one, or several to ask about. NotToBeFound."""
    match payee:
        case intents.UserId(user_id):
            person = await context.people.find(user_id)
            return (person.party_id,) if person else ()
        case intents.Username(username):
            person = await _verified(context, username)
            if person and not await _may_find(context, payer, person):
                raise NotToBeFound(f"@{username}")
            return (person.party_id,) if person else ()
        case intents.Name(name):
            return await _called(context, payer, name) or await _called_by_the_rest(context, payer, name)


async def find_or_invite(context: Context, payer: Person, payee: intents.Payee, called: str) -> tuple[UUID, ...]:
    """As `find`; a stranger is invited, for a quote that is asked for at once.

    `called` is Telegram's own word for somebody known by number, so it goes before what others have called them.
    """
    if found := await find(context, payer, payee):
        return found
    meant = stranger(context, payee, called)
    if meant is None:
        return ()
    party = await context.wallet.invite(meant.called, key=meant.key)
    if isinstance(payee, intents.UserId) and party.status == "invited" and party.name != meant.called:
        await context.wallet.rename(party.id, meant.called)
    return (party.id,)


def stranger(context: Context, payee: intents.Payee, called: str) -> Stranger | None:
    """Return whom nobody has found here, if it is certain who that is: by number, or by username.

    `called` is how somebody known by number is shown until they have told us their name.
    """
    match payee:
        case intents.UserId(user_id) if identity.is_possible(user_id):
            return Stranger(identity.person_key(user_id), called)
        case intents.Username(username) if username.lower() != context.bot.username.lower():
            return Stranger(identity.username_key(username), f"@{username}")
        case _:
            return None


async def invite(context: Context, meant: Stranger) -> UUID:
    """Return the party of somebody without a wallet, which is made now if it is not there yet.

    One that is there keeps its name: it stands in other people's books, where nobody's contact card may change it.
    """
    return (await context.wallet.invite(meant.called, key=meant.key)).id


async def _is_a_username(context: Context, party: Party) -> bool:
    named = await context.wallet.named_by(identity.username_key(party.name))
    return named is not None and named.id == party.id


async def describe(context: Context, party: Party) -> Payee:
    """Return what may be shown of this party."""
    person = await context.people.of_party(party.id)
    if person is None:
        by_username = party.status == "invited" and await _is_a_username(context, party)
        return Payee(party, None, names.suspicious(party.name), by_username=by_username)
    return Payee(party, person.username, names.suspicious(person.name))


async def ensure_accepted(context: Context, payer: Person, party_id: UUID) -> None:
    """Raise NotAccepted if the payee is a person who has blocked the payer."""
    payee = await context.people.of_party(party_id)
    if payee is not None and await context.contacts.blocks(payee.user_id, payer.user_id):
        raise NotAccepted(payee.name)


async def ensure_may_ask(context: Context, asker: Person, payer_id: UUID, *, in_public: bool = False) -> None:
    """Raise NotAsked if this person has blocked the asker, or never dealt with them and lets no strangers ask.

    `in_public`: in a chat that both are in, where strangers may. Who has no wallet yet is disturbed by nobody.
    """
    payer = await context.people.of_party(payer_id)
    if payer is None or payer.user_id == asker.user_id:
        return
    if await context.contacts.blocks(payer.user_id, asker.user_id):
        raise NotAsked(payer.name, blocked=True)
    if in_public or await context.contacts.may_ask(asker.user_id, payer.user_id):
        return
    people, _ = await dealt_with(context, asker)
    if payer not in people:
        raise NotAsked(payer.name, blocked=False)


async def remember_payment(context: Context, receipt: Receipt) -> None:
    """Put payer and payee on each other's lists; a business lists nobody. The money has moved: never raises for it."""
    if receipt.kind not in {"payment", "capture"} or receipt.payer is None or receipt.payee is None:
        return
    try:
        payer = await context.people.of_party(receipt.payer.id)
        if payer is None:
            return
        if receipt.payee.kind == "business":
            await context.contacts.paid_business(payer, receipt.payee)
        elif payee := await context.people.of_party(receipt.payee.id):
            await context.contacts.paid(payer, payee)
    except WalletError as error:
        log.warning("payment %s is missing in a list of contacts: %s", receipt.reference, type(error).__name__)


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
    """Contacts, open businesses, people paid before, and whoever has it as a username and may be found.

    Contacts by the name they were seen with too: it may have been taken since by somebody else whom one has paid.
    """
    wanted = search_form(name)
    found = {business.id for business in await context.wallet.find_businesses(name)}
    for known_id, known in (await paid_before(context, payer)).items():
        whole = search_form(known)
        if wanted in {whole, whole.partition(" ")[0]}:
            found.add(known_id)
    for contact in await context.contacts.called(payer.user_id, name):
        if party_id := await party_of(context, contact):
            found.add(party_id)
    if " " not in name and (person := await _verified(context, name)) and await _may_find(context, payer, person):
        found.add(person.party_id)
    return tuple(sorted(found))


async def _called_by_the_rest(context: Context, payer: Person, name: str) -> tuple[UUID, ...]:
    """Those called so without the words that only stress it: "ben now". With a capital such a word is a name's own."""
    words = name.split()
    while words and words[0] in BESIDE_NAMES:
        words.pop(0)
    while words and words[-1] in BESIDE_NAMES:
        words.pop()
    rest = " ".join(words)
    return await _called(context, payer, rest) if rest and rest != name else ()


async def listed(context: Context, payer: Person, party: Party) -> Contact | None:
    """Return the payee's line on the payer's list, if they have a wallet and are on it."""
    person = await context.people.of_party(party.id)
    if person is not None:
        return await context.contacts.of_person(payer.user_id, person.user_id)
    return await context.contacts.of_business(payer.user_id, party.id)


async def party_of(context: Context, contact: Contact) -> UUID | None:
    """Return the party of a contact; None for somebody who has no wallet."""
    if contact.user_id is None:
        return contact.business_id
    person = await context.people.find(contact.user_id)
    return person.party_id if person else None


async def _may_find(context: Context, seeker: Person, person: Person) -> bool:
    """Whether one may find the other by name: as `Contacts.may_find`, and those paid before may be found for good."""
    if person.user_id == seeker.user_id or await context.contacts.may_find(seeker.user_id, person):
        return True
    return person.party_id in await paid_before(context, seeker)


async def dealt_with(context: Context, person: Person) -> tuple[list[Person], list[Party]]:
    """Return the people and the businesses that the newest of somebody's history names."""
    history = await context.wallet.history(person.party_id, limit=_REMEMBERED)
    ids = {line.counterparty_id for line in history.lines if line.counterparty_id and line.paid}
    people: list[Person] = []
    businesses: list[Party] = []
    for party_id in sorted(ids):
        other = await context.people.of_party(party_id)
        if other is not None:
            people.append(other)
            continue
        party = await context.wallet.party(party_id)
        if party.kind == "business":
            businesses.append(party)
    return people, businesses


async def paid_before(context: Context, payer: Person) -> dict[UUID, str]:
    """Return the names of those whom the payer paid lately."""
    return {party_id: line.counterparty or "" for party_id, line in (await last_paid(context, payer)).items()}


async def last_paid(context: Context, payer: Person) -> dict[UUID, Line]:
    """Return the last payment to each of those whom the payer paid lately."""
    history = await context.wallet.history(payer.party_id, limit=_REMEMBERED)
    return {
        line.counterparty_id: line
        for line in reversed(history.lines)
        if line.counterparty_id and line.paid and line.amount.minor < 0
    }
