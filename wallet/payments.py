"""Payments: from what was asked to a quote that a PIN may confirm. Settling it is `settlement`'s."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Uuid, any_, bindparam, exists, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from wallet import limits, models, notes, parties, pins, quote_codes, quotes
from wallet.accounts import Holder, system_account_id
from wallet.errors import (
    InsufficientFunds,
    KeyConflict,
    NotAPayer,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    QuoteClosed,
    QuoteExpired,
    QuotePaid,
    QuoteUnknown,
    SelfPayment,
)
from wallet.ids import new_id
from wallet.money import Currency, Money
from wallet.orders import Held, Order, checked_amount
from wallet.values import Party, Quote, QuoteState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.accounts import PartyAccount
    from wallet.fees import Tariff
    from wallet.settings import WalletSettings

QUOTE_LIFETIME = timedelta(seconds=120)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to pay whom, how much, and the key that makes asking idempotent; the request it answers, if any."""

    payer_id: UUID
    payee_id: UUID
    amount: Money
    note: str
    key: UUID
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote and the accounts it stands between."""

    quote: Quote
    payer_account_id: UUID
    payee_account_id: UUID

    def order(self) -> Order:
        """Pay this quote, or set its money aside; its id is the key."""
        quote = self.quote
        payer, payee = Holder(self.payer_account_id, quote.payer), Holder(self.payee_account_id, quote.payee)
        held = Held(payer, payee, quote.held_until) if quote.held_until else None
        return Order(
            key=quote.id,
            kind="hold" if held else "payment",
            debit=payer,
            credit=Holder(system_account_id("escrow", quote.amount.currency)) if held else payee,
            amount=quote.amount.minor,
            fee=quote.fee.minor,
            note=quote.note,
            held=held,
            request_id=quote.request_id,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a quote is made by; `keys` are for its code; money for the invited waits for `hold_days`."""

    currency: Currency
    tariff: Tariff
    limits: limits.Limits
    keys: Sequence[bytes]
    at: datetime
    hold_days: int

    @classmethod
    def of(cls, settings: WalletSettings, keys: Sequence[bytes], at: datetime) -> Terms:
        """As the operator set them, now."""
        rules = limits.Limits.of(settings)
        return cls(settings.currency, settings.tariff, rules, keys, at, settings.hold_days)


async def quote(conn: AsyncConnection, asked: Asked, terms: Terms) -> Quote:
    """As `Wallet.quote`."""
    amount = checked_amount(asked.amount, terms.currency)
    note = notes.checked(asked.note)
    payer = await parties.account_of(conn, asked.payer_id)
    payee = await parties.account_of(conn, asked.payee_id)
    earlier = await _with_key(conn, asked.key)
    if earlier is None:
        _require_parties(payer.party, payee.party)
        await _require_room(conn, payer, asked.amount, terms)
        shown = quote_codes.Shown(
            id=new_id(),
            key=asked.key,
            payer_id=payer.party.id,
            payer_account_id=payer.account_id,
            payee_id=payee.party.id,
            payee_account_id=payee.account_id,
            amount=amount,
            fee=terms.tariff.fee(payee.party.kind, amount, terms.at),
            currency=terms.currency.code,
            note=note,
            created_at=terms.at,
            expires_at=terms.at + QUOTE_LIFETIME,
            held_until=terms.at + timedelta(days=terms.hold_days) if payee.party.status == "invited" else None,
            request_id=asked.request_id,
        )
        await _write(conn, shown, quote_codes.code(terms.keys, shown))
        earlier = await _with_key(conn, asked.key)
        assert earlier is not None, "written above, or by whoever came first"
    same = (earlier.payer_account_id, earlier.payee_account_id, earlier.amount, earlier.note, earlier.request_id)
    if same != (payer.account_id, payee.account_id, amount, note, asked.request_id):
        raise KeyConflict(asked.key)
    return (await find(conn, earlier.id, asked.payer_id, terms.currency, terms.keys)).quote


async def find(
    conn: AsyncConnection, quote_id: UUID, payer_id: UUID, currency: Currency, keys: Sequence[bytes]
) -> StoredQuote:
    """This payer's quote, void if it is not as it was shown. QuoteUnknown."""
    (found,) = await find_all(conn, [(quote_id, payer_id)], currency, keys)
    if isinstance(found, QuoteUnknown):
        raise found
    return found


async def find_all(
    conn: AsyncConnection, wanted: Sequence[tuple[UUID, UUID]], currency: Currency, keys: Sequence[bytes]
) -> list[StoredQuote | QuoteUnknown]:
    """For each quote and payer as `find`."""
    rows = await conn.execute(_QUOTES, {"quotes": [quote_id for quote_id, _ in wanted]})
    found = {(row.id, row.payer_id): row for row in rows}
    return [_stored(found[each], each[1], currency, keys) if each in found else QuoteUnknown() for each in wanted]


def require_open(quote: Quote, at: datetime) -> None:
    """QuoteClosed, QuoteExpired."""
    if quote.state in ("cancelled", "voided"):
        raise QuoteClosed(quote.state)
    if quote.expires_at <= at:
        raise QuoteExpired(quote.expires_at)


async def cancel(conn: AsyncConnection, quote_id: UUID, payer_id: UUID) -> None:
    """As `Wallet.cancel`."""
    await quotes.hold_payer(conn, payer_id)
    await quotes.close(conn, payer_id, "cancelled", quote_id)
    row = (await conn.execute(_QUOTES, {"quotes": [quote_id]})).first()
    if row is None or row.payer_id != payer_id:
        raise QuoteUnknown
    if row.is_paid:
        raise QuotePaid


def _require_parties(payer: Party, payee: Party) -> None:
    if payer.kind != "person":
        raise NotAPayer
    if payer.id in (payee.id, payee.owner_id):
        raise SelfPayment
    if payer.status == "frozen":
        raise PartyFrozen("payer", payer.name)
    if payer.status == "invited":
        raise PartyInvited("payer", payer.name)
    if payee.status == "frozen":
        raise PartyFrozen("payee", payee.name)
    if payee.status == "pending":
        raise PartyPending("payee", payee.name)


async def _require_room(conn: AsyncConnection, payer: PartyAccount, amount: Money, terms: Terms) -> None:
    """What settling would refuse, said early; settling looks again, under the locks."""
    await pins.require_not_cooling(conn, payer.party.id, terms.at)
    balance = (await conn.execute(_BALANCE, {"account": payer.account_id})).scalar_one()
    if balance < amount.minor:
        raise InsufficientFunds(Money(balance, terms.currency), amount)
    spent = await limits.load(conn, payer.account_id, terms.at)
    await limits.require_room(conn, payer.account_id, spent, terms.limits, amount)


async def _with_key(conn: AsyncConnection, key: UUID) -> Row[UUID, UUID, UUID, int, str, UUID | None] | None:
    return (await conn.execute(_WITH_KEY, {"key": key})).first()


async def _write(conn: AsyncConnection, shown: quote_codes.Shown, code: bytes) -> None:
    """Unless there is one with this key: then whoever came first."""
    kept = {name: value for name, value in shown._asdict().items() if name not in ("payer_id", "payee_id")}
    await conn.execute(
        upsert(models.Quote).values(**kept, state="open", code=code).on_conflict_do_nothing(index_elements=["key"])
    )


def _state(row: Row[*tuple[Any, ...]], keys: Sequence[bytes]) -> QuoteState:
    """Paid if there is a payment, and only then; otherwise void unless everything is as it was shown."""
    if row.is_paid:
        return "paid"
    if not quote_codes.fits(keys, quote_codes.Shown.read(row), row.code):
        log.error("quote %s is not as it was shown: it was changed in the database, and is void", row.id)
        return "voided"
    state: QuoteState = row.state
    return state


def _stored(row: Row[*tuple[Any, ...]], payer_id: UUID, currency: Currency, keys: Sequence[bytes]) -> StoredQuote:
    found = Quote(
        id=row.id,
        payer=Party(payer_id, "person", row.payer_name, row.payer_status),
        payee=Party(row.payee_id, row.payee_kind, row.payee_name, row.payee_status, row.payee_owner),
        amount=Money(row.amount, currency),
        fee=Money(row.fee, currency),
        note=row.note,
        first_time=not row.paid_before,
        balance_after=Money(row.balance - row.amount, currency),
        state=_state(row, keys),
        expires_at=row.expires_at,
        held_until=row.held_until,
        request_id=row.request_id,
    )
    return StoredQuote(found, row.payer_account_id, row.payee_account_id)


# Made once: making one takes as long as asking it.
_payer, _payee = aliased(models.Party), aliased(models.Party)
_from, _to = aliased(models.Account), aliased(models.Account)
_paid = exists().where(
    models.Payment.debit_account_id == _from.id,
    models.Payment.credit_account_id == _to.id,
    models.Payment.kind == "payment",
    models.Payment.id != models.Quote.id,
)
_accepted = exists().where(  # what they had set aside, whoever it was for by name
    models.Hold.payer_account_id == _from.id,
    models.Hold.state == "captured",
    models.Payment.original_id == models.Hold.id,
    models.Payment.kind == literal_column("'capture'"),  # said, not bound: the index holds only some kinds
    models.Payment.credit_account_id == _to.id,
)
_QUOTES = (
    select(
        models.Quote,
        _from.balance,
        _from.status.label("payer_status"),
        _to.status.label("payee_status"),
        _payer.id.label("payer_id"),
        _payer.name.label("payer_name"),
        _payee.id.label("payee_id"),
        _payee.kind.label("payee_kind"),
        _payee.name.label("payee_name"),
        _payee.owner_id.label("payee_owner"),
        or_(_paid, _accepted).label("paid_before"),
        exists().where(models.Payment.id == models.Quote.id).label("is_paid"),
    )
    .join(_from, _from.id == models.Quote.payer_account_id)
    .join(_payer, _payer.id == _from.party_id)
    .join(_to, _to.id == models.Quote.payee_account_id)
    .join(_payee, _payee.id == _to.party_id)
    .where(models.Quote.id == any_(bindparam("quotes", type_=ARRAY(Uuid))))
)
_WITH_KEY = select(
    models.Quote.id,
    models.Quote.payer_account_id,
    models.Quote.payee_account_id,
    models.Quote.amount,
    models.Quote.note,
    models.Quote.request_id,
).where(models.Quote.key == bindparam("key"))
_BALANCE = select(models.Account.balance).where(models.Account.id == bindparam("account"))
