"""The wallet's verbs for evening out what the people of a group owe one another. A part of `Wallet`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from wallet import netting, nettings, notices
from wallet.errors import KeyConflict, PartyFrozen
from wallet.errors_splits import NettingClosed, NettingTooLarge, NettingUnknown, NothingToNet
from wallet.money import MAX_MINOR
from wallet.values_notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection

    from wallet.database import Database
    from wallet.money import Currency
    from wallet.settings import WalletSettings
    from wallet.values import Request
    from wallet.values_splits import Netting

OPEN_FOR = timedelta(days=1)
"""So long may the sides take to agree."""


class NettingVerbs:
    """A netting is proposed to all who owe or are owed, and takes effect once, when the last of them agrees."""

    currency: Currency
    _database: Database
    _clock: Callable[[], datetime]
    _settings: WalletSettings

    async def propose_netting(self, group: UUID, proposer_id: UUID, *, key: UUID) -> Netting:
        """Propose the fewest payments that even out this group's open shares. Nothing changes yet.

        A group has one proposal open. While its shares are those of that one, that one is returned as it stands (under
        another key); otherwise the new one replaces it. A proposer who owes or is owed agrees by proposing, but not to
        one that stood already. Shares of people without a wallet, or frozen, stay as they are.
        NothingToNet where it takes as few as it is, or one payment would be larger than any may be; NettingTooLarge,
        KeyConflict.
        """

        async def propose(conn: AsyncConnection) -> Netting:
            at = self._clock()
            while True:  # until one stands: somebody else's may come first, and be over before we have it
                standing = await nettings.standing(conn, key, group)
                claims = await nettings.claims_of(conn, group, self.currency, at)
                if standing is not None and (standing == key or await self._still_fits(conn, standing, claims)):
                    break
                if standing is not None:
                    await nettings.give_way(conn, standing, at)
                if await nettings.insert(conn, nettings.Placed(key, group, at, at + OPEN_FOR), claims):
                    standing = key
                    _require_worth(claims)
                    await self._agree(conn, key, proposer_id)
                    break
            found = await nettings.find(conn, standing, self.currency, at)
            if found.group != group:
                raise KeyConflict(key)
            return found

        return await self._database.transaction(propose)

    async def netting(self, netting_id: UUID) -> Netting:
        """The netting as it stands now. NettingUnknown."""
        return await self._database.read(lambda conn: nettings.find(conn, netting_id, self.currency, self._clock()))

    async def netting_of(self, request_id: UUID) -> Netting | None:
        """The netting that asks for this payment."""

        async def read(conn: AsyncConnection) -> Netting | None:
            netting_id = await nettings.of_request(conn, request_id)
            return await nettings.find(conn, netting_id, self.currency, self._clock()) if netting_id else None

        return await self._database.read(read)

    async def agree_to_netting(self, netting_id: UUID, person_id: UUID) -> Netting:
        """Agree that one's claims and debts are replaced; with the last side's word they are. Agreed twice, the same.

        Look at the state: it is "overtaken", and nothing was changed, where a claim has ended meanwhile, or a side was
        frozen. NettingUnknown also for who is no side of it; NettingClosed; PartyFrozen (this person).
        """

        async def agree(conn: AsyncConnection) -> Netting:
            found = await self._of_side(conn, netting_id, person_id)
            if found.state not in ("proposed", "agreed"):
                raise NettingClosed(found.state)
            if found.state == "proposed":
                _require_not_frozen(found, person_id)
                await self._agree(conn, netting_id, person_id)
            return await nettings.find(conn, netting_id, self.currency, self._clock())

        return await self._database.transaction(agree)

    async def refuse_netting(self, netting_id: UUID, person_id: UUID) -> Netting:
        """Leave all shares as they are. Refused twice, the same. As `agree_to_netting`."""

        async def refuse(conn: AsyncConnection) -> Netting:
            found = await self._of_side(conn, netting_id, person_id)
            if found.state not in ("proposed", "refused"):
                raise NettingClosed(found.state)
            await nettings.end(conn, netting_id, "refused")
            return await nettings.find(conn, netting_id, self.currency, self._clock())

        return await self._database.transaction(refuse)

    async def move_group(self, group: UUID, new_group: UUID) -> None:
        """Know all splits and nettings of a group by its new key from now on. Moved twice, the same.

        A proposal that is open there stays, and the one of the group that moves is replaced.
        """

        async def move(conn: AsyncConnection) -> None:
            await nettings.move_group(conn, group, new_group)

        try:
            await self._database.transaction(move)
        except IntegrityError:  # one was proposed there since we looked
            await self._database.transaction(move)

    async def _still_fits(self, conn: AsyncConnection, netting_id: UUID, claims: Sequence[Request]) -> bool:
        """Whether this proposal is open, and of just these claims."""
        found = await nettings.find(conn, netting_id, self.currency, self._clock())
        return found.state == "proposed" and {claim.id for claim in found.claims} == {claim.id for claim in claims}

    async def _of_side(self, conn: AsyncConnection, netting_id: UUID, person_id: UUID) -> Netting:
        """The netting, locked, for somebody whom it concerns."""
        await nettings.lock(conn, netting_id)
        found = await nettings.find(conn, netting_id, self.currency, self._clock())
        if found.side_of(person_id) is None:
            raise NettingUnknown
        return found

    async def _agree(self, conn: AsyncConnection, netting_id: UUID, person_id: UUID) -> None:
        """Note it, and let the netting take effect if that was the last word needed."""
        at = self._clock()
        await nettings.agree(conn, netting_id, person_id, at)
        found = await nettings.find(conn, netting_id, self.currency, at)
        if not all(side.agreed for side in found.sides):
            return
        until = at + timedelta(days=self._settings.request_days)
        if not await nettings.replace(conn, found, until, self.currency, at):
            await nettings.end(conn, netting_id, "overtaken")
            return
        await nettings.end(conn, netting_id, "agreed")
        made = (await nettings.find(conn, netting_id, self.currency, at)).payments
        told = [(due.request.id, due.payer) for due in made if due.request is not None]
        await notices.of_request(conn, NoticeKind.REQUEST_RECEIVED, told, at)


def _require_not_frozen(found: Netting, person_id: UUID) -> None:
    """PartyFrozen."""
    side = found.side_of(person_id)
    if side is not None and side.party.status == "frozen":
        raise PartyFrozen("payer", side.party.name)


def _require_worth(claims: Sequence[Request]) -> None:
    """NothingToNet, NettingTooLarge."""
    debts = nettings.debts(claims)
    if len(netting.balances(debts)) > nettings.MAX_SIDES:
        raise NettingTooLarge(nettings.MAX_SIDES)
    payments = netting.settle_up(debts)
    if len(payments) >= len(claims) or any(due.amount > MAX_MINOR for due in payments):
        raise NothingToNet(len(claims))
