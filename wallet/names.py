"""Names, as they are looked up."""

from __future__ import annotations

import unicodedata

_WITH_ACCENTS = ("LATIN ", "GREEK ")


def search_form(name: str) -> str:
    """What names that are found by one another have in common: neither case, nor spaces, nor accents matter.

    Accents are the combining marks on Latin and Greek letters, and the two dots of ё; many people type none of them.
    Everything else stays: strokes (ø, ł) and ligatures are letters of their own, as are й and ї, and in other scripts
    marks are part of the word (か is not が). For comparing, never for showing.
    """
    kept = []
    accented = False
    for char in unicodedata.normalize("NFKD", name):
        if unicodedata.category(char) != "Mn":
            accented = unicodedata.name(char, "").startswith(_WITH_ACCENTS)
        elif accented:
            continue
        kept.append(char)
    folded = unicodedata.normalize("NFKC", "".join(kept)).casefold().replace("ё", "е")
    return " ".join(folded.split())
