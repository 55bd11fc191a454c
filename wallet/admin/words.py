"""What an operator types: amounts, parties, dates, and who they are."""

from __future__ import annotations

import os
import pwd
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from wallet import Currency, Money, Wallet, search_form
from wallet.accounts import system_account_id
from wallet.admin.output import safe
from wallet.admin.running import Refusal
from wallet.models import SYSTEM_ACCOUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from wallet import PartySummary

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,4}))?")
_SHOWN = 20
"""So many parties are shown at most where it is not certain which one is meant."""


def operator() -> str:
    """The operating system's user: who acts, unless told otherwise."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # containers run as numbers without a name
        return f"uid {os.geteuid()}"


def read_amount(typed: str, currency: Currency) -> Money:
    """`12.50`, `12.5` or `12`: ASCII digits, one point, no sign, no grouping, no more digits than the currency has."""
    found = _AMOUNT.fullmatch(typed)
    part = (found[2] or "") if found else ""
    if found is None or len(part) > currency.exponent:
        example = Money(125 * 10**currency.exponent // 10, currency).digits()
        raise Refusal(f"{typed!r} is not an amount in {currency}: it is more than nothing, and written as {example}.")
    return Money(int(found[1] + part.ljust(currency.exponent, "0")), currency)


async def find_party(wallet: Wallet, typed: str) -> PartySummary:
    """The party with this id, or its account's; else the one with this name, or whose id begins so (eight characters).

    A name is whatever people choose: one that is written like an id never takes the place of that id. Names are
    compared as `search_form` has it. Where that leaves two, both are shown and neither is taken.
    """
    return _the_one(await wallet.find_parties(typed, limit=_SHOWN + 1), typed, "parties")


def _the_one(found: Sequence[PartySummary], typed: str, listed_by: str) -> PartySummary:
    if not found:
        raise Refusal(f"There is no party {typed!r}: sixpence-admin {listed_by} lists them all.")
    if len(found) > 1:
        which = [f"  {one.party.id}  {one.party.kind}  {safe(one.party.name)}" for one in found[:_SHOWN]]
        if len(found) > _SHOWN:
            which.append(f"  … and others: sixpence-admin {listed_by} lists them all.")
        raise Refusal("\n".join((f"{typed!r} is more than one party; take its id:", *which)))
    return found[0]


async def find_account(wallet: Wallet, typed: str) -> tuple[UUID, datetime]:
    """A party's account, as `find_party` finds it, or one of the system's own by name or id; and since when it is.

    A system's name may be written as people do, `Bank clearing`, unless a party has that name, which is said on stderr.
    The system's own move nothing before there is a party.
    """
    found = await wallet.find_parties(typed, limit=_SHOWN + 1)
    spoken = search_form(typed)
    written = spoken.replace(" ", "_")
    is_free = all(search_form(one.party.name) != spoken for one in found)
    wanted = {typed, written} if is_free else {typed}
    for kind in SYSTEM_ACCOUNTS:
        account_id = system_account_id(kind, wallet.currency)
        if wanted & {kind, str(account_id)}:
            return account_id, await wallet.began() or datetime.now(UTC)
    one = _the_one(found, typed, "accounts")
    if written in SYSTEM_ACCOUNTS:
        typer.echo(f"This is the account of a party; the system's own is written {written}.", err=True)
    return one.account_id, one.created_at
