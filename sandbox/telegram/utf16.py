"""Telegram counts text in UTF-16 code units; Python counts code points. The bridge between the two."""


def length(text: str) -> int:
    """Return how many UTF-16 code units a text has."""
    return len(text) + sum(character > "\uffff" for character in text)


def piece(text: str, offset: int, size: int) -> str:
    """Return the part of a text that an entity covers; half a surrogate pair is dropped."""
    units = text.encode("utf-16-le")[2 * offset : 2 * (offset + size)]
    return units.decode("utf-16-le", "ignore")
