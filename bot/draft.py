"""A payment, or a request for one, that is being put together: what is known, and so what to ask next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """Payees and amounts (minor units) that may be meant: none is asked for, several are asked about, one is decided.

    `asks`: the payee is asked to pay, instead of being paid.
    `key` becomes the quote's, or the request's: however often an answer is handled again, the draft ends in the same.
    """

    key: UUID
    payees: tuple[UUID, ...] = ()
    amounts: tuple[int, ...] = ()
    note: str = ""
    ask_note: bool = False
    asks: bool = False

    def facts(self) -> dict[str, Any]:
        """As JSON, to be kept between two messages."""
        return {
            "key": self.key.hex,
            "payees": [payee.hex for payee in self.payees],
            "amounts": list(self.amounts),
            "note": self.note,
            "ask_note": self.ask_note,
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
            asks=facts.get("asks", False),
        )
