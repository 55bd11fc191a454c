"""Notes: what people write beside an amount, as it may be shown to others."""

from __future__ import annotations

import unicodedata

from wallet.errors import NoteTooLong

MAX_NOTE = 140
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
JOINERS = "\u200c\u200d"
MARKS = ("Mn", "Me")
MOST_MARKS = 3


def clean_note(note: str) -> str:
    """Without control and format characters, which could forge what a card says, and towers of marks.

    Joiners stay: emoji need them, and so do Persian and Indic words.
    """
    spaced = " ".join(note.split())
    seen = "".join(char for char in spaced if _is_seen(char))
    return " ".join(without_stacked_marks(seen).split())


def without_stacked_marks(text: str) -> str:
    """`text` with at most three marks in a row: towers of them paint over the lines above and below."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in MARKS else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


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
