"""What speaks for looking twice at a payee, beside the name itself. Said on the card, before the PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import identity, names, payees
from wallet import Money

if TYPE_CHECKING:
    from bot.contacts import Contact
    from bot.context import Context
    from bot.identity import Person
    from bot.payees import Payee
    from wallet import Line, Party, Quote


@dataclass(frozen=True, slots=True)
class Namesake:
    """The name that somebody else has too, safe to show; and what the payee was paid last, if that was lately."""

    name: str
    last_paid: Line | None


@dataclass(frozen=True, slots=True)
class Cautions:
    """Names, safe to show, usernames and amounts.

    `paid_alike` and `contact_alike` are somebody else whose name looks the same; `alias` is what the payer calls the
    payee; `username_then` is the username the payee had when this payer paid them last, where it has changed;
    `more_than` is the operator's amount, where a stranger would be paid more; `namesake` is who else was paid by this
    payer, where nothing on the card tells the two apart.
    """

    paid_alike: str | None = None
    contact_alike: str | None = None
    alias: str | None = None
    username_then: str | None = None
    more_than: Money | None = None
    namesake: Namesake | None = None


async def of(context: Context, payer: Person, quote: Quote, payee: Payee) -> Cautions:
    """Return what this payer should know of the payee. For a payee paid before, one matters: a namesake.

    Look-alikes and strangers matter for a first payment only.
    """
    contact = await payees.listed(context, payer, quote.payee)
    paid_alike = contact_alike = more_than = namesake = None
    if quote.first_time:
        paid_alike = await _paid_alike(context, payer, quote.payee)
        contact_alike = None if paid_alike else await _contact_alike(context, payer, payee)
        more_than = _more_than(context, quote) if contact is None else None
    elif payee.username is None:
        namesake = await _namesake(context, payer, quote.payee)
    if contact is None:
        return Cautions(paid_alike, contact_alike, more_than=more_than, namesake=namesake)
    changed = contact.paid_username and contact.paid_username.lower() != (payee.username or "").lower()
    username_then = contact.paid_username if changed else None
    return Cautions(paid_alike, contact_alike, contact.alias, username_then, namesake=namesake)


def _more_than(context: Context, quote: Quote) -> Money | None:
    limit = Money(context.settings.stranger_amount, context.wallet.currency)
    return limit if quote.amount.minor > limit.minor else None


async def _paid_alike(context: Context, payer: Person, party: Party) -> str | None:
    """Return the name of somebody else, paid before, whose name looks the same."""
    known = await payees.paid_before(context, payer)
    alike = (name for known_id, name in known.items() if known_id != party.id and names.looks_like(name, party.name))
    return next(map(names.clean, alike), None)


async def _namesake(context: Context, payer: Person, party: Party) -> Namesake | None:
    """Return somebody else, paid before, whose name looks the same, and who has no username either."""
    paid = await payees.last_paid(context, payer)
    for known_id, line in paid.items():
        if known_id == party.id or not names.looks_like(line.counterparty or "", party.name):
            continue
        person = await context.people.of_party(known_id)
        if person is None or person.username is None:
            return Namesake(names.clean(line.counterparty or ""), paid.get(party.id))
    return None


async def _contact_alike(context: Context, payer: Person, payee: Payee) -> str | None:
    """Return another contact of the payer's whose name, alias or username looks like the payee's."""
    for contact in await context.contacts.everybody(payer.user_id):
        if _looks_alike(contact, payee) and not await _is_payee(context, contact, payee):
            handle = f" (@{contact.username})" if contact.username else ""
            return f"{names.clean(contact.name)}{handle}"
    return None


def _looks_alike(contact: Contact, payee: Payee) -> bool:
    same_name = any(names.looks_like(name, payee.party.name) for name in (contact.name, contact.alias or ""))
    return same_name or names.looks_like(contact.username or "", _handle(payee))


def _handle(payee: Payee) -> str:
    """Return the payee's username; of somebody without a wallet it may be all that is known."""
    return payee.party.name.removeprefix("@") if payee.by_username else payee.username or ""


async def _is_payee(context: Context, contact: Contact, payee: Payee) -> bool:
    """Whether a contact is the payee: by number, or, while they have no wallet, by the username they were seen with."""
    if contact.user_id is None:
        return contact.business_id == payee.party.id
    if await context.people.find(contact.user_id) is None and payee.by_username:
        return (contact.username or "").lower() == _handle(payee).lower()
    party = await context.wallet.named_by(identity.person_key(contact.user_id))
    return party is not None and party.id == payee.party.id
