"""What speaks for looking twice at a payee, beside the name itself. Said on the card, before the PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import identity, names, payees
from wallet import Money, search_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.contacts import Contact
    from bot.context import Context
    from bot.identity import Person
    from bot.payees import Payee
    from wallet import Line, Party, Quote


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody else with the payee's name, paid before: their name is safe to show.

    `last_paid` is what the payee was paid last, if that was lately.
    """

    name: str
    username: str | None
    last_paid: Line | None


@dataclass(frozen=True, slots=True)
class Cautions:
    """Names, safe to show, usernames and amounts.

    `paid_alike` and `contact_alike` are somebody else whose name looks the same; `namesake` is one of them where both
    were paid before. `name_then` and `username_then` are what the payee was called when this payer paid them last,
    where it has changed; no username is "". `alias` is what the payer calls the payee; `alias_of` is whom they called
    so before, and `alias_is_new` that they have not paid the payee under it: a name is given without a PIN.
    `more_than` is the operator's amount, where a stranger would be paid more.
    """

    paid_alike: str | None = None
    contact_alike: str | None = None
    namesake: Namesake | None = None
    more_than: Money | None = None
    alias: str | None = None
    alias_of: str | None = None
    alias_is_new: bool = False
    name_then: str | None = None
    username_then: str | None = None


async def of(context: Context, payer: Person, quote: Quote, payee: Payee) -> Cautions:
    """Return what this payer should know of the payee: names are free to take, also by somebody paid before."""
    contact = await payees.listed(context, payer, quote.payee)
    everybody = await context.contacts.everybody(payer.user_id)
    namesake = await _namesake(context, payer, quote.payee)
    paid_alike = namesake.name if namesake and quote.first_time else None
    contact_alike = None if namesake else await _contact_alike(context, everybody, payee)
    if quote.first_time:
        namesake = None
    if contact is None:
        more_than = _more_than(context, quote) if quote.first_time else None
        return Cautions(paid_alike, contact_alike, namesake, more_than)
    alias_is_new = contact.alias is not None and not _same(contact.alias, contact.paid_alias)
    return Cautions(
        paid_alike,
        contact_alike,
        namesake,
        alias=contact.alias,
        alias_of=_paid_as(everybody, contact) if alias_is_new else None,
        alias_is_new=alias_is_new,
        name_then=_name_then(contact, payee),
        username_then=_username_then(contact, payee),
    )


def _more_than(context: Context, quote: Quote) -> Money | None:
    limit = Money(context.settings.stranger_amount, context.wallet.currency)
    return limit if quote.amount.minor > limit.minor else None


def _name_then(contact: Contact, payee: Payee) -> str | None:
    if contact.paid_name is None:
        return None
    then = names.clean(contact.paid_name)
    return None if names.skeleton(then) == names.skeleton(payee.name) else then


def _username_then(contact: Contact, payee: Payee) -> str | None:
    then = contact.paid_username or ""
    return None if contact.paid_at is None or then.lower() == (payee.username or "").lower() else then


def _paid_as(everybody: Sequence[Contact], contact: Contact) -> str | None:
    """Return somebody else whom the payer called so when they paid them last."""
    others = (other for other in everybody if other.id != contact.id and _same(contact.alias, other.paid_alias))
    return next(map(_shown, others), None)


def _same(alias: str | None, other: str | None) -> bool:
    return search_form(alias or "") == search_form(other or "")


async def _namesake(context: Context, payer: Person, party: Party) -> Namesake | None:
    """Return somebody else, paid before, whose name looks the same."""
    paid = await payees.last_paid(context, payer)
    for known_id, line in paid.items():
        if known_id != party.id and names.looks_like(line.counterparty or "", party.name):
            person = await context.people.of_party(known_id)
            username = person.username if person else None
            return Namesake(names.clean(line.counterparty or ""), username, paid.get(party.id))
    return None


async def _contact_alike(context: Context, everybody: Sequence[Contact], payee: Payee) -> str | None:
    """Return another contact of the payer's whose name, alias or username looks like the payee's."""
    for contact in everybody:
        if _looks_alike(contact, payee) and not await _is_payee(context, contact, payee):
            return _shown(contact)
    return None


def _shown(contact: Contact) -> str:
    handle = f" (@{contact.username})" if contact.username else ""
    return f"{names.own_name(contact.name)}{handle}"


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
