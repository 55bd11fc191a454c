"""The values of splits and nettings. They carry facts, never sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wallet.money import Money
    from wallet.values import Party, Request

Way = Literal["even", "shares", "amounts"]
SplitState = Literal["gathering", "asking", "closed"]
NettingState = Literal["proposed", "agreed", "refused", "overtaken", "replaced", "expired"]


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody named when a split is started: with a weight (by shares) or an amount (by amounts)."""

    party_id: UUID
    weight: int = 1
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one person carries of a split; `odd`: one cent more than an exact part, so that all add up.

    Until everybody is asked the amount is what it would be now. `request` is what the starter then asks them for: it
    is paid, declined, cancelled like any other. The starter's own share has none.
    """

    party: Party
    amount: Money
    odd: bool
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """A total that `starter` paid, or will, divided among people of a group; shares in order, the starter's first.

    gathering: people join and leave, until `expires_at`. asking: shares are fixed, and the others are asked for theirs,
    until `expires_at`, which is later then.
    closed: nobody is asked any more; all shares are paid or ended otherwise, or nobody ever was asked.
    """

    id: UUID
    group: UUID
    starter: Party
    total: Money
    note: str
    way: Way
    state: SplitState
    created_at: datetime
    expires_at: datetime
    asked_at: datetime | None
    shares: tuple[Share, ...]

    def share_of(self, party_id: UUID) -> Share | None:
        """This person's share."""
        return next((share for share in self.shares if share.party.id == party_id), None)


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who owes or is owed in a netting, and whether they have agreed to it."""

    party: Party
    agreed: bool


@dataclass(frozen=True, slots=True)
class NetPayment:
    """A payment that evens out; `request` asks for it, once everybody has agreed."""

    payer: Party
    payee: Party
    amount: Money
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Netting:
    """The open shares of a group (`claims`), and the fewer `payments` that leave everybody where those would.

    Nothing changes before every side has agreed; then, at once, all claims are netted and the payments are asked for.
    overtaken: a claim had ended by then, or a side was frozen, so nothing was changed. replaced: a newer one of the
    group took its place.
    """

    id: UUID
    group: UUID
    state: NettingState
    created_at: datetime
    expires_at: datetime
    sides: tuple[Side, ...]
    claims: tuple[Request, ...]
    payments: tuple[NetPayment, ...]

    def side_of(self, party_id: UUID) -> Side | None:
        """This person's side."""
        return next((side for side in self.sides if side.party.id == party_id), None)
