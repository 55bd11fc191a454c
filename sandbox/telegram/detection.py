"""The entities that Telegram finds by itself in plain text: commands, mentions, tags, links and numbers."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json

_DOMAIN: Final = (
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?:app|biz|ch|com|coop|de|dev|edu|es|eu|example|fr|gov|info|io|it|me|net|nl|org|pl|pt|shop|th|uk|us)"
)
_URL: Final = rf"(?<![\w@.])(?:https?://[^\s<>]+|{_DOMAIN}(?::\d+)?(?:/[^\s<>]*)?(?![\w@-]))"
_COMMAND: Final = r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"
# In order of precedence: a piece of text belongs to the first kind that claims it.
_PATTERNS: Final = (
    ("url", re.compile(_URL, re.IGNORECASE)),
    ("email", re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_DOMAIN}(?![\w-])", re.IGNORECASE)),
    ("bot_command", re.compile(_COMMAND)),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?![A-Za-z0-9_])")),
    ("cashtag", re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?![\w$])")),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[ -]?\d){6,14}(?!\w)")),
)


def find_entities(text: str, taken: Iterable[Json] = ()) -> list[Json]:
    """Return the entities of a plain text in order; nothing overlaps the ones that are `taken` already."""
    spans = [(entity["offset"], entity["offset"] + entity["length"]) for entity in taken]
    found: list[Json] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            matched = match.group().rstrip(".,;:!?)'\"") if kind == "url" else match.group()
            offset = utf16.length(text[: match.start()])
            end = offset + utf16.length(matched)
            if matched and not _overlaps(spans, offset, end):
                spans.append((offset, end))
                found.append({"type": kind, "offset": offset, "length": end - offset})
    return sorted(found, key=lambda entity: entity["offset"])


def _overlaps(spans: Sequence[tuple[int, int]], offset: int, end: int) -> bool:
    return any(offset < taken_end and taken < end for taken, taken_end in spans)
