"""What of an update may be stored. Pure.

Promises: of the texts a person wrote, no run of exactly six digits is left, in whatever script and however it
is spaced, because it could be a PIN; and what is left is text that PostgreSQL's JSONB accepts.
"""

import re
from typing import Any, Final

Json = dict[str, Any]

DOTS: Final = "•" * 6
"""What stands where six digits stood."""

_WRITTEN: Final = frozenset({"text", "caption", "query"})
_GAP: Final = r"[\s.\u002d\u2010-\u2015\u2212]"  # one space, dot or dash of any kind between digits
SIX: Final = rf"(?:(?<!\d)\d{{6}}(?!\d)|(?<!\d)(?<!\d{_GAP})\d(?:{_GAP}?\d){{5}}(?!{_GAP}?\d))"
"""A run of exactly six digits, as a part of a pattern."""
_SIX: Final = re.compile(SIX)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def redact(update: Json) -> Json:
    """Return a copy of the update that may be stored; equal to it when nothing had to go."""
    return _copy(update, _WRITTEN)


def storable(update: Json) -> Json:
    """Return a copy as it was written, but with texts that PostgreSQL can hold: handlers may store parts of it."""
    return _copy(update, frozenset())


def _copy(content: Json, blanked: frozenset[str]) -> Json:
    return {key: _storable(value, blanked, written=key in blanked) for key, value in content.items()}


def _storable(value: Any, blanked: frozenset[str], *, written: bool) -> Any:
    match value:
        case dict():
            return _copy(value, blanked)
        case list():
            return [_storable(item, blanked, written=written) for item in value]
        case str():
            clean = _UNSTORABLE.sub("\ufffd", value)
            return _SIX.sub(DOTS, clean) if written else clean
    return value
