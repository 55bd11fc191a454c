"""What people and the operator remember of what they wanted, and what a row of the books says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

CAFE: Final = "Café Luna"

Who = int | str
"""A person by their Telegram id, or the café by its name."""


class Wrong(Exception):
    """An invariant does not hold; the text says which, and on what."""


@dataclass
class Ask:
    """What a person wants to pay, or is asked for, by its note. Of several answers to a question any may count."""

    payer: int
    payees: set[Who]
    amounts: set[int]
    digits: int = 0
    """So many digits of their PIN they have given for it."""
    accepted: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    """Who said so of the money that was set aside for it."""
    taken_back: bool = False
    asker: int | None = None
    """Who asks the payer for it, where it is a request; and whether the one declined it, or the other took it back."""
    declined: bool = False
    cancelled: bool = False
    agreed: bool = True
    """Of a share, whether they ever said that they are in; of a split, whether its starter wanted all to be asked."""
    shares: dict[Who, Ask] = field(default_factory=dict)
    """Of a split, what each of the others may come to be asked for."""


@dataclass
class Order:
    """What the operator orders. `state`: "open" while nobody knows, "done" when acknowledged, "refused"."""

    verb: str
    subject: Any
    amount: int | None
    key: UUID
    state: str = "open"


class Row(NamedTuple):
    """A payment in the books. Money set aside has no `credit`, and what ends that no `debit`: it is in escrow."""

    id: UUID
    kind: str
    amount: int
    fee: int
    note: str
    reference: str
    debit: UUID | None
    credit: UUID | None
    original: UUID | None
    at: datetime
