"""Identifiers made by the application: UUIDv7 (RFC 9562) in order of time, and short references for people."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud and typed without mistakes
_MISREAD = str.maketrans("OIL", "011")


def new_id() -> UUID:
    """A new id, greater than all this process made before."""
    return uuid7()


def reference(payment_id: UUID) -> str:
    """Ten letters and digits for people, as `7K3M9-QPX2T`: 50 bits of a hash.

    Among ten million payments the next one has one chance in a hundred million to meet a reference that is
    taken; it is then refused by a unique constraint, and asked for again it has another id and another reference.
    """
    number = int.from_bytes(hashlib.sha256(payment_id.bytes).digest(), "big")
    return _grouped("".join(_CROCKFORD[number >> shift & 31] for shift in range(45, -1, -5)))


def read_reference(typed: str) -> str:
    """A reference as people type it (`7k3m9 qpx2t`, an O for a zero) in the form it is kept in."""
    letters = "".join(char for char in typed.upper() if char.isalnum()).translate(_MISREAD)
    return _grouped(letters)


def fingerprint(fields: Iterable[object]) -> bytes:
    """SHA-256 over these fields, each with its length in front, so that no two requests read alike."""
    digest = hashlib.sha256()
    for field in fields:
        encoded = str(field).encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()


def _grouped(letters: str) -> str:
    return f"{letters[:5]}-{letters[5:]}"
