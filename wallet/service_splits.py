"""The wallet's verbs for splitting a total among the people of a group. A part of `Wallet`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wallet import notices, parties, requests, shares, splits, splitting
from wallet.errors import RequestClosed
from wallet.errors_splits import SplitClosed, SplitUnknown
from wallet.values_notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.database import Database
    from wallet.money import Currency, Money
    from wallet.settings import WalletSettings
    from wallet.values import Party
    from wallet.values_splits import Part, Split, Way


class SplitVerbs:
    """A split gathers people, then asks each for their share by a request, which is paid like any other."""

    currency: Currency
    _database: Database
    _clock: Callable[[], datetime]
    _settings: WalletSettings

    async def start_split(
        self,
        starter_id: UUID,
        group: UUID,
        total: Money,
        *,
        note: str = "",
        way: Way = "even",
        parts: Sequence[Part] = (),
        key: UUID,
    ) -> Split:
        """Split what this person paid, or will. Among `parts`, who are asked at once; without any, people join first.

        By weights and by amounts everybody must be named. The starter is in: with a weight of 1, or with what the
        amounts leave, unless named as well. `group` is the front's own key. The key becomes the split's id.
        PartyUnknown, PartyFrozen, PartyInvited (the starter), NotAPayer, AmountOutOfRange, WrongCurrency, NoteTooLong,
        SplitEmpty, SplitFull, SplitTooSmall, PartsUnequalTotal, TooManyRequests, KeyConflict.
        """
        asking = shares.Asking(starter_id, group, total, note, way, tuple(parts), key)
        return await self._database.transaction(lambda conn: shares.start(conn, asking, self._split_terms()))

    async def split(self, split_id: UUID) -> Split:
        """The split as it stands now. SplitUnknown."""
        return await self._database.read(lambda conn: splits.find(conn, split_id, self.currency, self._clock()))

    async def split_of(self, request_id: UUID) -> Split | None:
        """The split that this request is a share of."""

        async def read(conn: AsyncConnection) -> Split | None:
            split_id = await splits.of_request(conn, request_id)
            return await splits.find(conn, split_id, self.currency, self._clock()) if split_id else None

        return await self._database.read(read)

    async def open_splits(self, group: UUID, limit: int = 10) -> tuple[Split, ...]:
        """The newest of this group's splits that gather people or ask them, oldest first."""

        async def read(conn: AsyncConnection) -> tuple[Split, ...]:
            at = self._clock()
            ids = await splits.newest_open_of(conn, group, limit, at)
            found = [await splits.find(conn, split_id, self.currency, at) for split_id in reversed(ids)]
            return tuple(split for split in found if split.state != "closed")  # closed since the list was read

        return await self._database.read(read)

    async def join_split(self, split_id: UUID, person_id: UUID) -> Split:
        """Be in. Joining twice changes nothing.

        SplitUnknown, SplitClosed, SplitFull, SplitTooSmall, PartyUnknown, PartyInvited, NotAPayer.
        """

        async def join(conn: AsyncConnection) -> Split:
            split, person = await self._gathering(conn, split_id), await shares.person_account(conn, person_id)
            if split.share_of(person_id) is None:
                shares.require_room(split.total, len(split.shares) + 1)
                await splits.join(conn, split_id, person.account_id)
            return await splits.find(conn, split_id, self.currency, self._clock())

        return await self._database.transaction(join)

    async def leave_split(self, split_id: UUID, person_id: UUID) -> Split:
        """Be out, before shares are fixed; later one declines the request. SplitUnknown, SplitClosed, PartyUnknown."""

        async def leave(conn: AsyncConnection) -> Split:
            await self._gathering(conn, split_id)
            await splits.leave(conn, split_id, (await parties.account_of(conn, person_id)).account_id)
            return await splits.find(conn, split_id, self.currency, self._clock())

        return await self._database.transaction(leave)

    async def ask_split(self, split_id: UUID, starter_id: UUID) -> Split:
        """Fix the shares and ask everybody for theirs. Asked again, the same.

        SplitUnknown also when it is somebody else's; SplitClosed, SplitEmpty, PartyFrozen (the starter).
        """

        async def ask(conn: AsyncConnection) -> Split:
            split = await self._of_starter(conn, split_id, starter_id)
            if split.asked_at is None:
                shares.require_gathering(split)
                people = await splits.members(conn, split_id)
                await shares.ask(conn, split, people, splitting.evenly(split.total, len(people)), self._split_terms())
            return await splits.find(conn, split_id, self.currency, self._clock())

        return await self._database.transaction(ask)

    async def remind_split(self, split_id: UUID, starter_id: UUID) -> tuple[Party, ...]:
        """Tell those whose share is open once more, each at most once a day; who was reminded, which is somebody.

        SplitUnknown, SplitClosed; ReminderTooSoon where everybody was told less than a day ago; SplitEmpty where those
        left have no wallet to be told in.
        """
        at = self._clock()

        async def remind(conn: AsyncConnection) -> tuple[Party, ...]:
            split = await self._of_starter(conn, split_id, starter_id)
            if split.state != "asking":
                raise SplitClosed(split.state)
            return await shares.remind(conn, shares.open_of(split), at)

        return await self._database.transaction(remind)

    async def close_split(self, split_id: UUID, starter_id: UUID) -> Split:
        """Forgive what is open: it is asked for no longer, and who was asked is told. Closing twice changes nothing.

        A share that is being paid at this moment is either paid or forgiven. SplitUnknown also when somebody else's;
        PartyFrozen (the starter): whoever has their phone gives nothing away.
        """

        async def close(conn: AsyncConnection) -> Split:
            split = await self._of_starter(conn, split_id, starter_id)
            shares.require_not_frozen(split.starter)
            for asked in shares.open_of(split):
                with suppress(RequestClosed):  # paid or declined since we looked
                    if await requests.end(conn, asked.id, "cancelled"):
                        await notices.to_payers(conn, NoticeKind.REQUEST_CANCELLED, [asked], self._clock())
            await splits.close(conn, split_id, self._clock())
            return await splits.find(conn, split_id, self.currency, self._clock())

        return await self._database.transaction(close)

    def _split_terms(self) -> shares.Terms:
        at = self._clock()
        until = at + timedelta(days=self._settings.request_days)
        return shares.Terms(self.currency, self._settings.limit_requests_a_day, at, until)

    async def _gathering(self, conn: AsyncConnection, split_id: UUID) -> Split:
        """The split, locked, while people may join and leave."""
        await splits.lock(conn, split_id)
        split = await splits.find(conn, split_id, self.currency, self._clock())
        shares.require_gathering(split)
        return split

    async def _of_starter(self, conn: AsyncConnection, split_id: UUID, starter_id: UUID) -> Split:
        """The split, locked, for who started it."""
        await splits.lock(conn, split_id)
        split = await splits.find(conn, split_id, self.currency, self._clock())
        if split.starter.id != starter_id:
            raise SplitUnknown
        return split
