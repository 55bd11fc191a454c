"""A message as words, mentions and amounts, each with its place in the text. Pure; what readers of phrases stand on."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import units
from bot.amounts import NotAnAmount, Reading, parse_amount
from bot.intents import Mention, UserId, Username
from bot.vocabulary import NAME_STOPS, NOBODY

AT_SOMEBODY: Final = re.compile(r"(?<!\w)@\w")
"""Where words say somebody's @username, well written or not."""
_HANDLE: Final = re.compile(r"@([A-Za-z0-9_]{3,32})")
_MAX_AMOUNT_WORDS: Final = 6  # as in "1 234 567,89 swiss francs"
_MAX_NAME_WORDS: Final = 4
_NAME_MARKS: Final = frozenset("_'’.-")
_TRAILING: Final = ".,;:!…)"
ISOLATES: Final = "\u200e\u200f\u2066\u2067\u2068\u2069"  # around words copied from a message of ours
_CLOSING: Final = re.compile(rf"[{ISOLATES}]*[ \t]*[{re.escape(_TRAILING)}\r\n]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its place in the text, `end` before trailing punctuation.

    `word` is folded for comparing; `closed` says that punctuation or a line break follows. A mention is one
    token.
    """

    start: int
    end: int
    word: str
    closed: bool
    user_id: int | None = None


@dataclass(slots=True)
class Reader:
    """A text and its tokens, and what stands at a token; amounts are in `code`, which has `exponent` decimals."""

    text: str
    tokens: list[Token]
    code: str
    exponent: int

    def _amount_at(self, at: int) -> tuple[Reading, int] | None:
        """Return the amount that starts at a token and the token after it; the longest run of words wins.

        No amount has somebody's name in it.
        """
        words = self.tokens[at : at + _MAX_AMOUNT_WORDS]
        until = next((place for place, token in enumerate(words, at) if self._is_somebody(token)), at + len(words))
        for end in range(until, at, -1):
            run = self.tokens[at:end]
            typed = self.text[run[0].start : run[-1].end]
            reading = parse_amount(typed, code=self.code, exponent=self.exponent)
            if not (isinstance(reading, NotAnAmount) and reading.reason in {"not_a_number", "empty"}):
                return reading, end
        if at < len(self.tokens) and self._is_numeric(self.tokens[at]):
            return NotAnAmount("not_a_number"), at + 1
        return None

    def _is_an_amount(self, at: int) -> bool:
        found = self._amount_at(at)
        return found is not None and found[0] != NotAnAmount("not_a_number")

    def _stated_at(self, at: int) -> tuple[Reading, int] | None:
        """As `_amount_at`, but with all that belongs to it: “50 cents” are neither fifty nor an amount that we read."""
        found = self._amount_at(at)
        if found is None or isinstance(found[0], NotAnAmount):
            return found
        behind = units.length(self._words_in_one_go(found[1]))
        return (NotAnAmount("not_a_number"), found[1] + behind) if behind else found

    def _words_in_one_go(self, end: int) -> list[str]:
        """The words behind a token, as far as no punctuation and nobody stands between."""
        words = []
        for at in range(end, min(end + units.LONGEST, len(self.tokens))):
            if self.tokens[at - 1].closed or self._is_somebody(self.tokens[at]):
                break
            words.append(self._source(self.tokens[at]))
        return words

    def _is_somebody(self, token: Token) -> bool:
        return token.user_id is not None or self.text.startswith("@", token.start)

    def _is_numeric(self, token: Token) -> bool:
        """Whether a word was meant as a number: `5x`, `+5`, `½`."""
        head = self._source(token)[:2]
        return (
            token.user_id is None
            and head[:1] != "@"
            and not head[:1].isalpha()
            and any(char.isnumeric() for char in head)
        )

    def _has_currency(self, at: int, end: int) -> bool:
        typed = self.text[self.tokens[at].start : self.tokens[end - 1].end]
        return any(unicodedata.category(char) in {"Sc", "Lu", "Ll", "Lo"} for char in typed)

    def _handle_at(self, at: int) -> Username | UserId | None:
        if at >= len(self.tokens):
            return None
        token = self.tokens[at]
        if token.user_id is not None:
            return UserId(token.user_id)
        match = _HANDLE.fullmatch(self._source(token))
        return Username(match[1].lower()) if match else None

    def _name_end(self, at: int) -> int:
        """Return the token after the name that starts at `at`; `at` itself if nobody is named there."""
        end = at
        while end < len(self.tokens) and self._is_name_word(end):
            end += 1
            if end - at > _MAX_NAME_WORDS:
                return at
            if self.tokens[end - 1].closed:
                return end
        return at if self._word(end) in NOBODY else end

    def _is_name_word(self, at: int) -> bool:
        token = self.tokens[at]
        return (
            token.user_id is None
            and token.word not in NAME_STOPS
            and _is_spelled_as_name(self._source(token))
            and self._amount_at(at) is None
        )

    def _word(self, at: int) -> str:
        return self.tokens[at].word if at < len(self.tokens) else ""

    def _source(self, token: Token) -> str:
        return self.text[token.start : token.end]


def tokenize(text: str, mentions: Sequence[Mention]) -> list[Token]:
    """Split `text` into words and mentions; a mention that does not fit the text is ignored."""
    found: list[Token] = []
    at = 0
    for start, end, user_id in _spans(text, mentions):
        found += _words(text, at, start)
        found.append(Token(start, end, "", closed=_is_closed(text, end), user_id=user_id))
        at = end
    return found + _words(text, at, len(text))


def _spans(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int, int]]:
    """Return (start, end, user id) of the mentions in code points, in order and without overlap."""
    places = {0: 0}
    units = 0
    for at, char in enumerate(text, start=1):
        units += 2 if char > "\uffff" else 1
        places[units] = at
    spans: list[tuple[int, int, int]] = []
    for mention in sorted(mentions, key=lambda mention: mention.offset):
        start, end = places.get(mention.offset), places.get(mention.offset + mention.length)
        after = spans[-1][1] if spans else 0
        if start is not None and end is not None and after <= start < end:
            spans.append((start, end, mention.user_id))
    return spans


def _words(text: str, start: int, end: int) -> list[Token]:
    words = []
    for match in re.finditer(r"\S+", text[start:end]):
        core = match[0].rstrip(_TRAILING + ISOLATES).lstrip(ISOLATES)
        if core:
            first = start + match.start() + match[0].index(core)
            last = first + len(core)
            words.append(Token(first, last, _folded(core), closed=_is_closed(text, last)))
    return words


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().replace("’", "'")


def _is_closed(text: str, end: int) -> bool:
    return _CLOSING.match(text, end) is not None


def _is_spelled_as_name(word: str) -> bool:
    """Whether `word` is letters with their marks, as in `राहुल`, `O'Neill` or `R2D2`."""
    return word[0].isalpha() and all(
        char.isalnum() or char in _NAME_MARKS or unicodedata.category(char).startswith("M") for char in word
    )
