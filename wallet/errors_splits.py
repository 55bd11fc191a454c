"""Refusals of splits and of settling up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wallet.errors import WalletError

if TYPE_CHECKING:
    from wallet.money import Money
    from wallet.values_splits import NettingState, SplitState


@dataclass(eq=False)
class SplitTooSmall(WalletError):
    """Of this total, somebody among so many people would have to pay nothing."""

    total: Money
    people: int
    code = "split_too_small"


@dataclass(eq=False)
class PartsUnequalTotal(WalletError):
    """The parts of a split do not add up to its total."""

    parts: Money
    total: Money
    code = "parts_unequal_total"


@dataclass(eq=False)
class SplitUnknown(WalletError):
    """No such split, or none that this person started."""

    code = "split_unknown"


@dataclass(eq=False)
class SplitClosed(WalletError):
    """It is too late to join or leave: everybody was asked already ("asking"), or the split is over ("closed").

    "gathering": nobody was asked yet, so there is nobody to remind.
    """

    state: SplitState
    code = "split_closed"


@dataclass(eq=False)
class SplitEmpty(WalletError):
    """There is nobody to ask, or to remind, but the starter."""

    code = "split_empty"


@dataclass(eq=False)
class SplitFull(WalletError):
    """So many people may be in one split and no more."""

    limit: int
    code = "split_full"


@dataclass(eq=False)
class NettingUnknown(WalletError):
    """No such netting, or none that concerns this person."""

    code = "netting_unknown"


@dataclass(eq=False)
class NettingClosed(WalletError):
    """The netting ended already, as its state says."""

    state: NettingState
    code = "netting_closed"


@dataclass(eq=False)
class NothingToNet(WalletError):
    """The group has so many open shares between people with wallets, and cannot do with fewer payments."""

    open: int
    code = "nothing_to_net"


@dataclass(eq=False)
class NettingTooLarge(WalletError):
    """More than `limit` people have open shares in the group: too many to agree on anything."""

    limit: int
    code = "netting_too_large"
