"""Wallet: one verb per use case. The only opener of transactions; everything below it takes the connection.

Common to all verbs: amounts are `Money` in the wallet's one currency; times are UTC; every refusal is a `WalletError`
and means that no money moved, except where its own docstring says that it has (`QuotePaid`, `RequestClosed("paid")`).
`Unavailable` leaves it open, once or not at all: ask again with the same key. Keys are UUIDs that the caller fixes
before it asks: the same key with the same request has the same result, with another request it is a `KeyConflict`.
The verbs for PINs, for money set aside, for requests and for the operator are beside this, in `service_*.py`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakValueDictionary

from wallet import (
    history,
    limits,
    migrate,
    notices,
    parties,
    payments,
    pin_attempts,
    quote_codes,
    receipts,
    register,
    verification,
)
from wallet.database import Database, connection_url, embedded
from wallet.errors import QuotePaid, QuoteUnknown
from wallet.group_commit import GroupCommit
from wallet.orders import Order
from wallet.pin_hashing import PinHasher
from wallet.service_administration import AdministrationVerbs
from wallet.service_holds import HoldVerbs
from wallet.service_nettings import NettingVerbs
from wallet.service_pins import PinVerbs
from wallet.service_requests import RequestVerbs
from wallet.service_splits import SplitVerbs
from wallet.settlement import Settlement
from wallet.values import Receipt

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import timedelta

    from wallet.money import Money
    from wallet.settings import WalletSettings
    from wallet.values import (
        AccountSummary,
        Balance,
        HistoryPage,
        Party,
        PartySummary,
        PaymentSummary,
        Quote,
        Statement,
        Verification,
    )
    from wallet.values_notices import Notice


def utc_now() -> datetime:
    """The clock of production; tests bring their own."""
    return datetime.now(UTC)


class Wallet(PinVerbs, HoldVerbs, RequestVerbs, SplitVerbs, NettingVerbs, AdministrationVerbs):
    """The money. Open it with `async with Wallet.open(settings) as wallet`."""

    def __init__(self, database: Database, settings: WalletSettings, clock: Callable[[], datetime] = utc_now) -> None:
        self.currency = settings.currency
        self.limits = limits.Limits.of(settings)
        self._settings = settings
        self._database = database
        self._clock = clock
        self._hasher = PinHasher.of(settings)
        self._settlement = Settlement(self.currency, self.limits, clock)
        self._looks = GroupCommit[tuple[UUID, UUID], payments.StoredQuote](self._look_up)
        self._counts = GroupCommit[pin_attempts.Look, pin_attempts.Attempt | None](self._count)
        self._comparisons = GroupCommit[pin_attempts.Given, bool](self._compare)
        self._postings = GroupCommit[Order, Receipt](self._settle)
        self._payers: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: WalletSettings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Wallet]:
        """A wallet on `settings.database_url`, or on the embedded PostgreSQL in `settings.data_dir` without one.

        The schema must be up to date (`sixpence-admin migrate`). On leaving, postings under way are finished first.
        SettingsError, at once and in one sentence, if the database cannot be reached or is not migrated, or if its
        books are kept in another currency.
        """
        with embedded(settings):
            database = Database(connection_url(settings))
            wallet = cls(database, settings, clock)
            try:
                await database.require_schema(migrate.newest(), migrate.knows)
                await database.transaction(lambda conn: parties.open_system_accounts(conn, wallet.currency))
                yield wallet
            finally:
                for batches in (wallet._looks, wallet._counts, wallet._comparisons, wallet._postings):
                    await batches.close()
                wallet._hasher.close()
                await database.close()

    # -- parties ------------------------------------------------------------------------------------------------------

    async def open_person(self, name: str, *, key: UUID) -> Party:
        """Open a person's wallet, with one account, also one that was invited by this key; or return the one it opened.

        BadName, KeyConflict.
        """
        return await self._database.transaction(
            lambda conn: parties.open_person(conn, key=key, name=name, currency=self.currency, at=self._clock())
        )

    async def open_business(self, owner_id: UUID, name: str, *, key: UUID) -> Party:
        """Open a business beside its owner's personal account, or return the one this key opened.

        It is pending until an administrator approves it, or open at once if the operator's settings say so.
        BadName, PartyUnknown, PartyFrozen, PartyInvited (the owner), TooManyBusinesses, KeyConflict.
        """
        return await self._database.transaction(
            lambda conn: parties.open_business(
                conn,
                owner_id=owner_id,
                name=name,
                key=key,
                approved=not self._settings.business_approval,
                currency=self.currency,
                at=self._clock(),
            )
        )

    async def party(self, party_id: UUID) -> Party:
        """The party as it stands. PartyUnknown."""
        return await self._database.read(lambda conn: parties.find(conn, party_id))

    async def businesses(self, owner_id: UUID) -> tuple[Party, ...]:
        """The businesses this person owns, oldest first."""
        return await self._database.read(lambda conn: parties.owned_by(conn, owner_id))

    async def find_businesses(self, name: str) -> tuple[Party, ...]:
        """Open businesses by name, as `search_form` compares them; at most ten."""
        return await self._database.read(lambda conn: parties.businesses_named(conn, name))

    async def rename(self, party_id: UUID, name: str) -> Party:
        """Show the party under this name from now on. BadName, PartyUnknown."""
        return await self._database.transaction(lambda conn: parties.rename(conn, party_id, name, self._clock()))

    async def parties(self) -> tuple[PartySummary, ...]:
        """All parties with their balances, oldest first."""
        return await self._database.read(lambda conn: register.parties(conn, self.currency))

    async def find_parties(self, typed: str, *, limit: int = 20) -> tuple[PartySummary, ...]:
        """The party of this id, or its account's; else those of this name, or whose id begins so (eight characters).

        Oldest first. Names are compared as `search_form` has it.
        """
        return await self._database.read(lambda conn: register.find(conn, typed, limit, self.currency))

    async def accounts(self) -> tuple[AccountSummary, ...]:
        """All accounts, the system's included."""
        return await self._database.read(lambda conn: register.accounts(conn, self.currency))

    async def began(self) -> datetime | None:
        """Since when there are books: when the first party was opened."""
        return await self._database.read(register.began)

    # -- payments -----------------------------------------------------------------------------------------------------

    async def quote(self, payer_id: UUID, payee_id: UUID, amount: Money, *, note: str = "", key: UUID) -> Quote:
        """What a payment would be: payee, amount, fee, total; open for two minutes.

        To an invited payee the money is to be set aside: `held_until` says until when.
        Refused early with what confirming would be refused with: PartyUnknown, PartyFrozen, PartyPending, PartyInvited
        (the payer), NotAPayer, SelfPayment, AmountOutOfRange, WrongCurrency, NoteTooLong, InsufficientFunds,
        LimitExceeded, PinCooling.
        """
        asked = payments.Asked(payer_id, payee_id, amount, note, key)
        terms = payments.Terms.of(self._settings, self._hasher.keys(quote_codes.PURPOSE), self._clock())
        return await self._database.transaction(lambda conn: payments.quote(conn, asked, terms))

    async def find_quote(self, quote_id: UUID, payer_id: UUID) -> Quote:
        """This payer's quote, in whatever state. QuoteUnknown."""
        return (await self._stored_quote(quote_id, payer_id)).quote

    async def confirm(self, quote_id: UUID, payer_id: UUID, pin: str) -> Receipt:
        """Pay exactly this quote, or set its money aside, once.

        Confirming what is paid already returns the same receipt, whatever the PIN.
        An attempt is counted before the PIN is looked at. Three wrong PINs void the quote, five in a row lock payments.
        QuoteUnknown, QuoteExpired, QuoteClosed, MalformedPin, PinNotSet, WrongPin, PinLocked, PinCooling, Busy, and all
        that `quote` is refused with, checked again under the accounts' locks; RequestClosed, of a request it answers.
        """
        async with self._payer(payer_id):
            stored = await self._stored_quote(quote_id, payer_id)
            if stored.quote.state != "paid":
                payments.require_open(stored.quote, self._clock())
                with suppress(QuotePaid):  # by another process, since we looked: settling finds its payment, or refuses
                    await self._verify(payer_id, pin, quote_id)
            return await self._postings.submit(stored.order())

    async def cancel(self, quote_id: UUID, payer_id: UUID) -> None:
        """Close a quote. A second cancel changes nothing. QuoteUnknown, QuotePaid."""
        await self._database.transaction(lambda conn: payments.cancel(conn, quote_id, payer_id))

    async def receipt(self, payment_id: UUID, party_id: UUID) -> Receipt:
        """The receipt as this party sees it. PaymentUnknown also when it is somebody else's."""
        return await self._database.read(lambda conn: receipts.load(conn, payment_id, party_id, self.currency))

    async def find_payment(self, wanted: str) -> PaymentSummary:
        """By its id, or by the reference that people see, however they typed it. PaymentUnknown."""
        return await self._database.read(lambda conn: receipts.find(conn, wanted, self.currency))

    async def verify(self, code: str, party_id: UUID | None = None) -> Verification:
        """Hold a receipt against today's books. `code` is the receipt, or its reference and its seal in any words.

        `party_id` is the person who asks, who may ask about their own payments and those of their businesses; without
        one, an operator asks. Reads only. MalformedReceiptCode; PaymentUnknown also when it is somebody else's.
        """
        keys = self._hasher.keys(quote_codes.PURPOSE) if self._settings.has_pepper else ()
        return await self._database.snapshot(
            lambda conn: verification.verify(conn, code, party_id, self.currency, keys)
        )

    # -- reading ------------------------------------------------------------------------------------------------------

    async def balance(self, party_id: UUID) -> Balance:
        """What the party has. PartyUnknown."""
        return await self._database.read(lambda conn: history.balance(conn, party_id, self.currency))

    async def balances(self, person_id: UUID) -> tuple[tuple[Party, Balance], ...]:
        """What this person has, and then each of their businesses, oldest first. PartyUnknown."""
        return await self._database.read(lambda conn: history.balances(conn, person_id, self.currency))

    async def history(self, party_id: UUID, *, older: int | None = None, limit: int = 20) -> HistoryPage:
        """Entries, newest first, in pages by keyset: pass the last page's `older` for the next. PartyUnknown."""
        return await self._database.read(lambda conn: history.page(conn, party_id, older, limit, self.currency))

    async def statement(self, whose: UUID, start: datetime, end: datetime) -> Statement:
        """All entries with start <= time < end, with opening and closing balance; of a party, or of any account.

        PartyUnknown.
        """
        return await self._database.snapshot(
            lambda conn: history.statement(conn, whose, start, end, self.currency), at_leisure=True
        )

    async def latest_transfers(self, limit: int = 20) -> tuple[receipts.BookLine, ...]:
        """The newest transfers of the whole book, for an operator's eye."""
        return await self._database.read(lambda conn: receipts.latest(conn, limit, self.currency))

    # -- notices: the outbox ------------------------------------------------------------------------------------------

    async def due_notices(self, *, limit: int = 50, lease: timedelta = notices.LEASE) -> tuple[Notice, ...]:
        """Take notices that are due; they come back by themselves after `lease` unless they are settled before.

        Only the oldest undelivered notice of each recipient is handed out, so a person hears things in order. Those
        of money and PINs come before those of requests.
        """
        return await self._database.transaction(
            lambda conn: notices.take_due(conn, limit, lease, self._clock(), self.currency)
        )

    async def notice_delivered(self, notice_id: UUID) -> None:
        """The person has been told. Settling a notice twice changes nothing."""
        await self._database.statement(lambda conn: notices.delivered(conn, notice_id, self._clock()))

    async def notice_failed(self, notice_id: UUID, *, retry_in: timedelta) -> None:
        """Telling failed for now; the notice is due again after `retry_in`."""
        await self._database.statement(lambda conn: notices.failed(conn, notice_id, retry_in, self._clock()))

    async def notice_parked(self, notice_id: UUID, attempt: int) -> None:
        """The person could not be reached at this attempt (blocked the bot); kept until `unpark_notices`.

        If that has come in between, the notice comes back when its lease ends.
        """
        await self._database.statement(lambda conn: notices.parked(conn, notice_id, attempt, self._clock()))

    async def unpark_notices(self, person_id: UUID) -> None:
        """The person can be reached again: all that was parked for them is due now."""
        await self._database.transaction(lambda conn: notices.unpark(conn, person_id, self._clock()))

    # -- inside -------------------------------------------------------------------------------------------------------

    async def _settle(self, orders: Sequence[Order]) -> list[Receipt | Exception]:
        return await self._database.transaction(lambda conn: self._settlement.settle(conn, orders))

    async def _stored_quote(self, quote_id: UUID, payer_id: UUID) -> payments.StoredQuote:
        return await self._looks.submit((quote_id, payer_id))

    async def _look_up(self, wanted: Sequence[tuple[UUID, UUID]]) -> Sequence[payments.StoredQuote | QuoteUnknown]:
        keys = self._hasher.keys(quote_codes.PURPOSE)
        return await self._database.read(lambda conn: payments.find_all(conn, wanted, self.currency, keys))
