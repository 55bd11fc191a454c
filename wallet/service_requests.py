"""The wallet's verbs for asking people for money. A part of `Wallet`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wallet import notes, notices, parties, payments, quote_codes, requests, splits
from wallet.errors import (
    KeyConflict,
    NotAPayer,
    PartyFrozen,
    PartyInvited,
    PartyPending,
    PartyUnknown,
    RequestUnknown,
    SelfPayment,
)
from wallet.orders import checked_amount
from wallet.values_notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.database import Database
    from wallet.money import Currency, Money
    from wallet.pin_hashing import PinHasher
    from wallet.settings import WalletSettings
    from wallet.values import Party, Quote, Request


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks whom, how much, and the key that makes asking idempotent."""

    payee_id: UUID
    payer_id: UUID
    amount: Money
    note: str
    key: UUID


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request is made by."""

    currency: Currency
    requests_a_day: int
    at: datetime
    expires_at: datetime


class RequestVerbs:
    """A request is open until it is paid, declined, cancelled, expired or netted, once. It never repeats by itself."""

    currency: Currency
    _database: Database
    _clock: Callable[[], datetime]
    _settings: WalletSettings
    _hasher: PinHasher

    async def ask(self, payee_id: UUID, payer_id: UUID, amount: Money, *, note: str = "", key: UUID) -> Request:
        """Ask a person, who may have no wallet yet, for money for this party. The key becomes the request's id.

        The payer is told, if they have a wallet. PartyUnknown, PartyFrozen, PartyPending, PartyInvited (the payee),
        NotAPayer, SelfPayment, AmountOutOfRange, WrongCurrency, NoteTooLong, TooManyRequests, KeyConflict.
        """
        asking, at = Asking(payee_id, payer_id, amount, note, key), self._clock()
        until = at + timedelta(days=self._settings.request_days)
        terms = Terms(self.currency, self._settings.limit_requests_a_day, at, until)
        return await self._database.transaction(lambda conn: _ask(conn, asking, terms))

    async def request(self, request_id: UUID) -> Request:
        """What was asked for, and what became of it. RequestUnknown."""
        return await self._database.read(lambda conn: requests.find(conn, request_id, self.currency))

    async def open_requests_of(self, asker_id: UUID) -> tuple[Request, ...]:
        """What this person, or a business of theirs, has asked for; oldest first."""
        return await self._database.read(lambda conn: requests.open_of(conn, asker_id, self.currency))

    async def open_requests_to(self, payer_id: UUID) -> tuple[Request, ...]:
        """What this person is asked for, oldest first."""
        return await self._database.read(lambda conn: requests.open_to(conn, payer_id, self.currency))

    async def quote_request(self, request_id: UUID, payer_id: UUID, *, key: UUID) -> Quote:
        """What paying this request would be: a quote as any other, and confirmed like one, but it pays the request.

        RequestUnknown, RequestClosed, and all that `quote` is refused with. Confirming it is refused with RequestClosed
        where the request has ended meanwhile.
        """
        terms = payments.Terms.of(self._settings, self._hasher.keys(quote_codes.PURPOSE), self._clock())

        async def quote(conn: AsyncConnection) -> Quote:
            asked = await requests.find(conn, request_id, self.currency)
            if asked.payer.id != payer_id:
                raise RequestUnknown
            requests.Standing(asked.state, asked.expires_at).require_open(terms.at)
            wanted = payments.Asked(payer_id, asked.payee.id, asked.amount, asked.note, key, request_id)
            return await payments.quote(conn, wanted, terms)

        return await self._database.transaction(quote)

    async def claim_request(self, request_id: UUID, payer_id: UUID) -> Request:
        """The payer, who had no wallet and was known by a name, is this person: the front's to decide. They pay it now.

        Asked again, the same, as it stands by then. RequestUnknown where it is, or has come to be, somebody else's;
        RequestClosed where it has ended, which one whose time is over has only once `expire_requests` was called;
        SelfPayment; PartyInvited; PartyUnknown also for a business.
        """

        async def claim(conn: AsyncConnection) -> Request:
            asked = await requests.find(conn, request_id, self.currency)
            payer = await parties.account_of(conn, payer_id)
            if payer.party.kind != "person":
                raise PartyUnknown
            if payer.party.id == asked.asker_id:
                raise SelfPayment
            if payer.party.status == "invited":
                raise PartyInvited("payer", payer.party.name)
            if asked.payer.id != payer_id and not await requests.claim(conn, request_id, payer.account_id):
                requests.Standing(asked.state, asked.expires_at).require_open(self._clock())
                raise RequestUnknown
            return await requests.find(conn, request_id, self.currency)

        return await self._database.transaction(claim)

    async def decline_request(self, request_id: UUID, payer_id: UUID) -> Request:
        """The payer will not pay; who asked is told. Asked again, the same. RequestUnknown, RequestClosed."""

        async def decline(conn: AsyncConnection) -> Request:
            asked = await requests.find(conn, request_id, self.currency)
            if asked.payer.id != payer_id:
                raise RequestUnknown
            if await requests.end(conn, request_id, "declined"):
                await notices.of_request(conn, NoticeKind.REQUEST_DECLINED, [(request_id, asked.payee)], self._clock())
            return await requests.find(conn, request_id, self.currency)

        return await self._database.transaction(decline)

    async def cancel_request(self, request_id: UUID, asker_id: UUID) -> Request:
        """Who asked no longer does; the payer is told, if they have a wallet. As `decline_request`.

        PartyFrozen (who asked): whoever has their phone gives nothing away.
        """

        async def cancel(conn: AsyncConnection) -> Request:
            asked = await _of_asker(conn, request_id, asker_id, self.currency)
            if (asker := await parties.find(conn, asker_id)).status == "frozen":
                raise PartyFrozen("payee", asker.name)
            if await requests.end(conn, request_id, "cancelled"):
                await notices.to_payers(conn, NoticeKind.REQUEST_CANCELLED, [asked], self._clock())
            return await requests.find(conn, request_id, self.currency)

        return await self._database.transaction(cancel)

    async def remind(self, request_id: UUID, asker_id: UUID) -> Request:
        """Tell the payer once more, a day after they were asked or last reminded.

        RequestUnknown, RequestClosed, ReminderTooSoon; PartyInvited where the payer has no wallet to be told in.
        """
        at = self._clock()

        async def remind(conn: AsyncConnection) -> Request:
            asked = await _of_asker(conn, request_id, asker_id, self.currency)
            if asked.payer.status == "invited":
                raise PartyInvited("payer", asked.payer.name)
            if await requests.remind(conn, request_id, at):
                await notices.to_payers(conn, NoticeKind.REQUEST_REMINDED, [asked], at)
            return await requests.find(conn, request_id, self.currency)

        return await self._database.transaction(remind)

    async def expire_requests(self, limit: int = 50) -> int:
        """End what is past its time, the oldest first, and tell who asked; how many were ended.

        Shares of one split run out of time together, and are told of by one notice.
        """

        async def expire(conn: AsyncConnection) -> int:
            ended = await requests.expire(conn, limit, self._clock(), self.currency)
            told_already = await splits.told_already(conn, [asked.id for asked in ended])
            told = [(asked.id, asked.payee) for asked in ended if asked.id not in told_already]
            await notices.of_request(conn, NoticeKind.REQUEST_EXPIRED, told, self._clock())
            return len(ended)

        return await self._database.transaction(expire)


async def _ask(conn: AsyncConnection, asking: Asking, terms: Terms) -> Request:
    amount, note = checked_amount(asking.amount, terms.currency), notes.checked(asking.note)
    payee = await parties.account_of(conn, asking.payee_id)
    payer = await parties.account_of(conn, asking.payer_id)
    asker_id = payee.party.owner_id or payee.party.id
    await requests.lock_asker(conn, asker_id)
    earlier = (await requests.load_many(conn, [asking.key], terms.currency)).get(asking.key)
    if earlier is None:
        _require_may_ask(payee.party, payer.party)
        await requests.require_room(conn, asker_id, payer.account_id, terms.requests_a_day, terms.at)
        accounts = payee.account_id, payer.account_id
        placed = requests.Placed(asking.key, *accounts, amount, note, terms.at, terms.expires_at)
        added = await requests.insert(conn, placed, terms.currency)
        earlier = await requests.find(conn, asking.key, terms.currency)
        if added:
            await notices.to_payers(conn, NoticeKind.REQUEST_RECEIVED, [earlier], terms.at)
    same_payer = await requests.first_asked(conn, asking.key) == payer.account_id
    if not same_payer or (earlier.payee.id, earlier.amount.minor, earlier.note) != (asking.payee_id, amount, note):
        raise KeyConflict(asking.key)
    return earlier


def _require_may_ask(payee: Party, payer: Party) -> None:
    """Who is asked may be frozen for the moment, which is not the asker's to know."""
    if payer.kind != "person":
        raise NotAPayer
    if payer.id in (payee.id, payee.owner_id):
        raise SelfPayment
    if payee.status == "frozen":
        raise PartyFrozen("payee", payee.name)
    if payee.status == "pending":
        raise PartyPending("payee", payee.name)
    if payee.status == "invited":
        raise PartyInvited("payee", payee.name)


async def _of_asker(conn: AsyncConnection, request_id: UUID, asker_id: UUID, currency: Currency) -> Request:
    asked = await requests.find(conn, request_id, currency)
    if asked.asker_id != asker_id:
        raise RequestUnknown
    return asked
