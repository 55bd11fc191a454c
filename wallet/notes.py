"""Notes: what people write beside an amount, as it may be shown to others."""

from __future__ import annotations

import unicodedata

from wallet.errors import NoteTooLong

MAX_NOTE = 140
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
JOINERS = "\u200c\u200d"


def clean_note(note: str) -> str:
    """Without control and format characters, which could forge what a card says.

    Joiners stay: emoji need them, and so do Persian and Indic words.
    """
    spaced = " ".join(note.split())
    seen = "".join(char for char in spaced if _is_seen(char))
    return " ".join(seen.split())


def checked(note: str) -> str:
    """The note, clean. NoteTooLong."""
    note = clean_note(note)
    if len(note) > MAX_NOTE:
        raise NoteTooLong(MAX_NOTE)
    return note


def is_plain(words: str) -> bool:
    """Whether there is nothing to take out: one line, not blank, no longer than a note, no character unseen."""
    return bool(words.strip()) and len(words) <= MAX_NOTE and all(map(_is_seen, words))


def _is_seen(char: str) -> bool:
    return char in JOINERS or unicodedata.category(char) not in UNSEEN
