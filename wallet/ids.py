"""Identifiers made by the application: UUIDv7 (RFC 9562) in order of time, and short references for people."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

# Crockford's letters: without I, L, O and U, read aloud and typed without mistakes.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
"""Two letters for each ten bits: receipts are made by the thousand."""
_GROUPS = re.compile(r"(?<![A-Z0-9-])[A-Z0-9]{5}(?:-[A-Z0-9]{5})+(?![A-Z0-9-])")
_MISREAD = str.maketrans("OIL", "011")


def new_id() -> UUID:
    """A new id, greater than all this process made before."""
    return uuid7()


def reference(payment_id: UUID) -> str:
    """Ten letters and digits for people, as `7K3M9-QPX2T`: 50 bits of a hash.

    Among ten million payments the next one has one chance in a hundred million to meet a reference that is
    taken; it is then refused by a unique constraint, and asked for again it has another id and another reference.
    """
    return _grouped(_letters(hashlib.sha256(payment_id.bytes).digest(), 10))


def read_reference(typed: str) -> str:
    """A reference as people type it (`7k3m9 qpx2t`, an O for a zero) in the form it is kept in."""
    letters = "".join(char for char in typed.upper() if char.isalnum()).translate(_MISREAD)
    return _grouped(letters)


def short_seal(seal: bytes) -> str:
    """Twenty letters and digits of a transfer's seal, as receipts show it: `7K3M9-QPX2T-08BFN-4C6HW`, 100 bits."""
    letters = _letters(seal, 20)
    return f"{letters[:5]}-{letters[5:10]}-{letters[10:15]}-{letters[15:]}"


def read_receipt_code(typed: str) -> tuple[str, str] | None:
    """The reference and the seal that end a whole receipt, or that somebody typed; None if both are not there.

    A name or a note before them may look like a code as well: `Pizza-Party`.
    """
    codes = [group for group in _GROUPS.findall(typed.upper()) if group.count("-") in (1, 3)]
    if len(codes) == 2 and codes[0].count("-") == 3:  # typed the other way round
        codes.reverse()
    match codes[-2:]:
        case [reference, seal] if (reference.count("-"), seal.count("-")) == (1, 3):
            return read_reference(reference), seal.translate(_MISREAD)
        case _:
            return None


def fingerprint(fields: Iterable[object]) -> bytes:
    """SHA-256 over these fields, each with its length in front, so that no two requests read alike."""
    digest = hashlib.sha256()
    for field in fields:
        encoded = str(field).encode(errors="surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()


def _letters(source: bytes, count: int) -> str:
    """The first `5 * count` bits of these bytes, an even number of letters."""
    number = int.from_bytes(source[:20], "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(150, 150 - 5 * count, -10)])


def _grouped(letters: str) -> str:
    return f"{letters[:5]}-{letters[5:]}"
