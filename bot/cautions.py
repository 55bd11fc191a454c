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
    from wallet import Party, Quote


@dataclass(frozen=True, slots=True)
class Cautions:
    """Names, safe to show, usernames and amounts.

    `paid_alike` and `contact_alike` are somebody else whose name looks the same; `alias` is what the payer calls the
    payee; `username_then` is the username the payee had when this payer paid them last, where it has changed;
    `more_than` is the operator's amount, where a stranger would be paid more.
    """

    paid_alike: str | None = None
    contact_alike: str | None = None
    alias: str | None = None
    username_then: str | None = None
    more_than: Money | None = None


async def of(context: Context, payer: Person, quote: Quote, payee: Payee) -> Cautions:
    """Return what this payer should know of the payee. Look-alikes and strangers matter for a first payment only."""
    contact = await _listed(context, payer, quote.payee)
    paid_alike = contact_alike = more_than = None
    if quote.first_time:
        paid_alike = await _paid_alike(context, payer, quote.payee)
        contact_alike = None if paid_alike else await _contact_alike(context, payer, payee)
        more_than = _more_than(context, quote) if contact is None else None
    if contact is None:
        return Cautions(paid_alike, contact_alike, more_than=more_than)
    changed = contact.paid_username and contact.paid_username.lower() != (payee.username or "").lower()
    return Cautions(paid_alike, contact_alike, contact.alias, contact.paid_username if changed else None)


async def _listed(context: Context, payer: Person, party: Party) -> Contact | None:
    """Return the payee's line on the payer's list, if they have a wallet and are on it."""
    person = await context.people.of_party(party.id)
    if person is not None:
        return await context.contacts.of_person(payer.user_id, person.user_id)
    return await context.contacts.of_business(payer.user_id, party.id)


def _more_than(context: Context, quote: Quote) -> Money | None:
    limit = Money(context.settings.stranger_amount, context.wallet.currency)
    return limit if quote.amount.minor > limit.minor else None


async def _paid_alike(context: Context, payer: Person, party: Party) -> str | None:
    """Return the name of somebody else, paid before, whose name looks the same."""
    known = await payees.paid_before(context, payer)
    alike = (name for known_id, name in known.items() if known_id != party.id and names.looks_like(name, party.name))
    return next(map(names.clean, alike), None)


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
