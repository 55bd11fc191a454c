"""A payment, or a request for one, that is being put together: what is known, and so what to ask next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody without a wallet. `key` is the wallet's for their party, which is made no sooner than it is needed."""

    key: UUID
    called: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Payees and amounts (minor units) that may be meant: none is asked for, several are asked about, one is decided.

    A `stranger` is the payee where there are no `payees`. `asks`: the payee is asked to pay, instead of being paid.
    `key` becomes the quote's, or the request's: however often an answer is handled again, the draft ends in the same.
    """

    key: UUID
    payees: tuple[UUID, ...] = ()
    amounts: tuple[int, ...] = ()
    note: str = ""
    ask_note: bool = False
    stranger: Stranger | None = None
    asks: bool = False

    def facts(self) -> dict[str, Any]:
        """As JSON, to be kept between two messages."""
        return {
            "key": self.key.hex,
            "payees": [payee.hex for payee in self.payees],
            "amounts": list(self.amounts),
            "note": self.note,
            "ask_note": self.ask_note,
            "stranger": [self.stranger.key.hex, self.stranger.called] if self.stranger else None,
            "asks": self.asks,
        }

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Draft:
        """Read what `facts` made."""
        return cls(
            key=UUID(facts["key"]),
            payees=tuple(UUID(payee) for payee in facts["payees"]),
            amounts=tuple(facts["amounts"]),
            note=facts["note"],
            ask_note=facts["ask_note"],
            stranger=_stranger(facts.get("stranger")),
            asks=facts.get("asks", False),
        )


def _stranger(facts: list[str] | None) -> Stranger | None:
    return Stranger(UUID(facts[0]), facts[1]) if facts else None
