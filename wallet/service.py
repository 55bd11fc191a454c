"""Wallet: one verb per use case. The only opener of transactions; everything below it takes the connection.

Common to all verbs: amounts are `Money` in the wallet's one currency; times are UTC; every refusal is a `WalletError`
and means that no money moved; `Unavailable` means "ask again with the same key". Keys are UUIDs that the caller fixes
before it asks: the same key with the same request has the same result, with another request it is a `KeyConflict`.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from wallet import (
    acts,
    history,
    limits,
    migrate,
    notices,
    parties,
    payments,
    pins,
    quote_codes,
    receipts,
    reconcile,
    verification,
    weak_pins,
)
from wallet.database import Database, connection_url, embedded
from wallet.errors import MalformedPin, PinLocked, PinNotSet, QuotePaid, WeakPin, WrongPin
from wallet.group_commit import GroupCommit
from wallet.orders import Order, deposit_order, refund_order, reversal_order, withdrawal_order
from wallet.pin_hashing import PinHasher
from wallet.service_holds import HoldVerbs
from wallet.service_nettings import NettingVerbs
from wallet.service_requests import RequestVerbs
from wallet.service_splits import SplitVerbs
from wallet.settlement import Settlement
from wallet.values import NoticeKind, Receipt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import timedelta
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.money import Money
    from wallet.settings import WalletSettings
    from wallet.values import (
        AccountSummary,
        AdministrativeAct,
        Balance,
        HistoryPage,
        Notice,
        Party,
        PartySummary,
        PaymentSummary,
        PinState,
        Quote,
        Reconciliation,
        Statement,
        Verification,
    )


def utc_now() -> datetime:
    """The clock of production; tests bring their own."""
    return datetime.now(UTC)


class Wallet(HoldVerbs, RequestVerbs, SplitVerbs, NettingVerbs):
    """The money. Open it with `async with Wallet.open(settings) as wallet`."""

    def __init__(self, database: Database, settings: WalletSettings, clock: Callable[[], datetime] = utc_now) -> None:
        self.currency = settings.currency
        self.limits = limits.Limits.of(settings)
        self._settings = settings
        self._database = database
        self._clock = clock
        self._hasher = PinHasher.of(settings)
        self._settlement = Settlement(self.currency, self.limits, clock)
        self._postings = GroupCommit[Order, Receipt](self._settle)
        self._payers: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: WalletSettings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Wallet]:
        """A wallet on `settings.database_url`, or on the embedded PostgreSQL in `settings.data_dir` without one.

        The schema must be up to date (`sixpence-admin migrate`). On leaving, postings under way are finished first.
        SettingsError, at once and in one sentence, if the database cannot be reached or is not migrated.
        """
        with embedded(settings):
            database = Database(connection_url(settings))
            wallet = cls(database, settings, clock)
            try:
                await database.require_schema(migrate.newest())
                await database.transaction(lambda conn: parties.open_system_accounts(conn, wallet.currency))
                yield wallet
            finally:
                await wallet._postings.close()
                wallet._hasher.close()
                await database.close()

    # -- parties ------------------------------------------------------------------------------------------------------

    async def open_person(self, name: str, *, key: UUID) -> Party:
        """Open a person's wallet, with one account, also one that was invited by this key; or return the one it opened.

        BadName.
        """
        return await self._database.transaction(
            lambda conn: parties.open_person(conn, key=key, name=name, currency=self.currency, at=self._clock())
        )

    async def open_business(self, owner_id: UUID, name: str, *, key: UUID) -> Party:
        """Open a business beside its owner's personal account, or return the one this key opened.

        It is pending until an administrator approves it, or open at once if the operator's settings say so.
        BadName, PartyUnknown, PartyFrozen, TooManyBusinesses.
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
        """Open businesses by name, whatever its case; at most ten."""
        return await self._database.read(lambda conn: parties.businesses_named(conn, name))

    async def rename(self, party_id: UUID, name: str) -> Party:
        """Show the party under this name from now on. BadName, PartyUnknown."""
        return await self._database.transaction(lambda conn: parties.rename(conn, party_id, name))

    async def parties(self) -> tuple[PartySummary, ...]:
        """All parties with their balances, oldest first."""
        return await self._database.read(lambda conn: parties.summaries(conn, self.currency))

    async def accounts(self) -> tuple[AccountSummary, ...]:
        """All accounts, the system's included."""
        return await self._database.read(lambda conn: parties.accounts(conn, self.currency))

    # -- PIN ----------------------------------------------------------------------------------------------------------

    async def pin_state(self, person_id: UUID) -> PinState:
        """Whether there is a PIN and what stands in the way of using it."""
        return await self._database.read(lambda conn: pins.state(conn, person_id, self._clock()))

    def check_new_pin(self, pin: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Refuse a PIN that must not be chosen: MalformedPin, WeakPin. `personal_digits`: own phone, own id."""
        if not pins.is_well_formed(pin):
            raise MalformedPin
        if (reason := weak_pins.weakness(pin, personal_digits)) is not None:
            raise WeakPin(reason)

    def suggest_pin(self, *, personal_digits: Sequence[str] = ()) -> str:
        """A random PIN that passes `check_new_pin`."""
        return weak_pins.suggest(personal_digits)

    async def set_pin(self, person_id: UUID, pin: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Choose the first PIN, or a new one after a reset (outgoing payments then cool for 24 hours).

        MalformedPin, WeakPin, PinAlreadySet, PartyUnknown, Busy.
        """
        self.check_new_pin(pin, personal_digits=personal_digits)
        with self._hasher.slot():
            await self._database.read(lambda conn: parties.find(conn, person_id))
            hashed = await self._hasher.hash(person_id, pin)
            await self._database.transaction(lambda conn: pins.choose(conn, person_id, hashed, self._clock()))

    async def change_pin(self, person_id: UUID, old: str, new: str, *, personal_digits: Sequence[str] = ()) -> None:
        """Replace the PIN; the old one is checked and counted like any other attempt, and the person is told.

        MalformedPin, WeakPin, PinNotSet, WrongPin, PinLocked, Busy.
        """
        self.check_new_pin(new, personal_digits=personal_digits)
        async with self._payer(person_id):
            await self._verify(person_id, old, new_pin=new)

    async def check_pin(self, person_id: UUID, pin: str) -> None:
        """Check a PIN outside a payment, counted like any other attempt. As `change_pin`."""
        async with self._payer(person_id):
            await self._verify(person_id, pin)

    async def reset_pin(self, person_id: UUID, *, by: str, reason: str) -> None:
        """Take the PIN away; the person is told and chooses a new one, and payments then cool for 24 hours."""
        act = acts.Act(by, reason)

        async def reset(conn: AsyncConnection) -> None:
            await parties.find(conn, person_id)
            await pins.reset(conn, person_id, self._clock())
            await notices.of_person(conn, person_id, NoticeKind.PIN_RESET, self._clock())
            await acts.record(conn, act, "pin reset", person_id, self._clock())

        await self._database.transaction(reset)

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
        return await self._database.snapshot(lambda conn: verification.verify(conn, code, party_id, self.currency))

    # -- reading ------------------------------------------------------------------------------------------------------

    async def balance(self, party_id: UUID) -> Balance:
        """What the party has. PartyUnknown."""
        return await self._database.read(lambda conn: history.balance(conn, party_id, self.currency))

    async def history(self, party_id: UUID, *, older: int | None = None, limit: int = 20) -> HistoryPage:
        """Entries, newest first, in pages by keyset: pass the last page's `older` for the next. PartyUnknown."""
        return await self._database.read(lambda conn: history.page(conn, party_id, older, limit, self.currency))

    async def statement(self, party_id: UUID, start: datetime, end: datetime) -> Statement:
        """All entries with start <= time < end, with opening and closing balance. PartyUnknown."""
        return await self._database.snapshot(lambda conn: history.statement(conn, party_id, start, end, self.currency))

    async def latest_entries(self, limit: int = 20) -> tuple[receipts.BookLine, ...]:
        """The newest transfers of the whole book, for an operator's eye."""
        return await self._database.read(lambda conn: receipts.latest(conn, limit, self.currency))

    # -- administration: every act is recorded with who and why --------------------------------------------------------

    async def deposit(self, party_id: UUID, amount: Money, *, key: UUID, by: str, reason: str) -> Receipt:
        """Credit money that reached the operator's bank, against bank clearing; the party is told.

        PartyUnknown, PartyFrozen, PartyPending, AmountOutOfRange, WrongCurrency, KeyConflict.
        """
        account = await self._database.read(lambda conn: parties.account_of(conn, party_id))
        return await self._postings.submit(deposit_order(account, amount, self.currency, key, acts.Act(by, reason)))

    async def withdraw(self, party_id: UUID, amount: Money, *, key: UUID, by: str, reason: str) -> Receipt:
        """Debit money that the operator pays out, against bank clearing. As `deposit`, and InsufficientFunds."""
        account = await self._database.read(lambda conn: parties.account_of(conn, party_id))
        return await self._postings.submit(withdrawal_order(account, amount, self.currency, key, acts.Act(by, reason)))

    async def refund(
        self, payment_id: UUID, amount: Money | None = None, *, key: UUID, by: str, reason: str
    ) -> Receipt:
        """Give back a payment, whole or in part, with the fee pro rata; both sides are told.

        The receipt is the one of the party that returns the money.
        PaymentUnknown, NotRefundable, InsufficientFunds, PartyFrozen, KeyConflict.
        """
        original = await self._database.read(lambda conn: receipts.original(conn, payment_id))
        return await self._postings.submit(refund_order(original, amount, self.currency, key, acts.Act(by, reason)))

    async def reverse(self, payment_id: UUID, *, key: UUID, by: str, reason: str) -> Receipt:
        """Undo a mistake of ours: every transfer of a payment, deposit or withdrawal, the other way round, once.

        PaymentUnknown, NotReversible, InsufficientFunds, KeyConflict.
        """
        original = await self._database.read(lambda conn: receipts.original(conn, payment_id))
        return await self._postings.submit(reversal_order(original, key, acts.Act(by, reason)))

    async def freeze(self, party_id: UUID, *, by: str, reason: str) -> None:
        """From now on nothing leaves or reaches this party's account; they are told. Freezing twice changes nothing.

        PartyUnknown; PartyPending for a business not yet approved, whose account does not move anyway.
        """
        await self._database.transaction(
            lambda conn: parties.freeze(conn, party_id, acts.Act(by, reason), self._clock())
        )

    async def unfreeze(self, party_id: UUID, *, by: str, reason: str) -> None:
        """Undo a freeze; they are told. PartyUnknown."""
        await self._database.transaction(
            lambda conn: parties.unfreeze(conn, party_id, acts.Act(by, reason), self._clock())
        )

    async def approve_business(self, business_id: UUID, *, by: str, reason: str) -> None:
        """Open a pending business; its owner is told. Approving twice changes nothing. PartyUnknown."""
        await self._database.transaction(
            lambda conn: parties.approve(conn, business_id, acts.Act(by, reason), self._clock())
        )

    async def acts(self, limit: int = 50) -> tuple[AdministrativeAct, ...]:
        """The newest administrative acts, newest first."""
        return await self._database.read(lambda conn: acts.newest(conn, limit))

    async def reconcile(self, *, quick: bool = False) -> Reconciliation:
        """Prove the books in one consistent, read-only snapshot. Repairs nothing.

        `quick`: only the totals, and where every account stands.
        """

        async def prove(conn: AsyncConnection) -> Reconciliation:
            if quick:
                return await reconcile.prove_quickly(conn, self.currency, self._clock())
            return await reconcile.prove(conn, self.currency, self._settings.tariff, self.limits, self._clock())

        return await self._database.snapshot(prove)

    # -- notices: the outbox ------------------------------------------------------------------------------------------

    async def due_notices(self, *, limit: int = 50, lease: timedelta = notices.LEASE) -> tuple[Notice, ...]:
        """Take notices that are due; they come back by themselves after `lease` unless they are settled before.

        Only the oldest undelivered notice of each recipient is handed out, so a person hears things in order.
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

    async def notice_parked(self, notice_id: UUID) -> None:
        """The person cannot be reached (blocked the bot); kept until `unpark_notices`."""
        await self._database.statement(lambda conn: notices.parked(conn, notice_id, self._clock()))

    async def unpark_notices(self, person_id: UUID) -> None:
        """The person can be reached again: all that was parked for them is due now."""
        await self._database.statement(lambda conn: notices.unpark(conn, person_id, self._clock()))

    # -- inside -------------------------------------------------------------------------------------------------------

    async def _settle(self, orders: Sequence[Order]) -> list[Receipt | Exception]:
        return await self._database.transaction(lambda conn: self._settlement.settle(conn, orders))

    async def _stored_quote(self, quote_id: UUID, payer_id: UUID) -> payments.StoredQuote:
        keys = self._hasher.keys(quote_codes.PURPOSE)
        return await self._database.read(lambda conn: payments.find(conn, quote_id, payer_id, self.currency, keys))

    def _payer(self, person_id: UUID) -> asyncio.Lock:
        """One PIN of a person at a time: a double tap waits, then finds the payment done."""
        return self._payers.setdefault(person_id, asyncio.Lock())

    async def _verify(
        self, person_id: UUID, pin: str, quote_id: UUID | None = None, new_pin: str | None = None
    ) -> None:
        """Count an attempt, hash the PIN outside any transaction, then have it compared, and changed if it is right."""
        if not pins.is_well_formed(pin):
            raise MalformedPin
        with self._hasher.slot():
            attempt = await self._database.transaction(
                lambda conn: pins.reserve(conn, person_id, quote_id, self._clock())
            )
            hashed = await self._hasher.hash_as(person_id, pin, attempt.recipe if attempt else None)
            renewed = attempt is not None and (new_pin is not None or self._hasher.is_outdated(attempt.recipe))
            newer = await self._hasher.hash(person_id, new_pin or pin) if renewed else None
        if attempt is None:
            await self._database.transaction(pins.pretend)
            raise PinNotSet
        given = pins.Given(hashed, newer, is_change=new_pin is not None)
        right = await self._database.transaction(
            lambda conn: pins.prove(conn, person_id, quote_id, attempt, given, self._clock())
        )
        if right:
            return
        if attempt.locks:
            raise PinLocked(attempt.locked_until)
        raise WrongPin(attempt.tries_left, attempt.voids_quote)
