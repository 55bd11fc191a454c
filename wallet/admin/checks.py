"""What the doctor found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: right, wrong, or (None) to be looked at; what was found, and what to do about it."""

    name: str
    ok: bool | None
    says: str
    do: str = ""
