"""What stands after `/split` → what is to be split, among whom, and how. Pure.

    90 dinner                         whoever presses "I'm in", the same for each
    90 dinner @ben @chai              these and whoever writes it, the same for each
    90 dinner @ben x2 @chai           by shares: two for Ben, one for everybody else
    90 dinner @ben €20 @chai 30.50    by amounts; what is left is the writer's own

Around names there may be brackets and commas, and "=" before what each carries.

Promises: never raises, never guesses; no @username and no weight is taken for words. A whole number beside a name
(`@ben 2`) reads two ways, as shares and as an amount, so it is asked about; unless another part has a currency or a
decimal mark, because then all are amounts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.amounts import Ambiguous, Amount, NotAnAmount
from bot.intents import Mention, UserId, Username
from bot.keypad import is_pin_given_away
from bot.tokens import AT_SOMEBODY, Reader, tokenize
from bot.vocabulary import FOR, JOINING
from wallet import MAX_NOTE, MAX_PEOPLE, clean_note

_WEIGHT: Final = re.compile(r"[x×*]([0-9]{1,3})|([0-9]{1,3})[x×]")
_AMONG: Final = JOINING | {"with", "among", "between", "avec", "entre", ",", "("}
_NAME: Final = r"@[A-Za-z0-9_]{3,32}"
_AROUND_NAMES: Final = re.compile(rf"\((?=\s*{_NAME}(?!['’\w]))|(?<=[\w)]),(?={_NAME})")
_NAME_EQUALS: Final = re.compile(rf"({_NAME})\s*=")

Way = Literal["even", "shares", "amounts"]
Reason = Literal[
    "no_total",  # nothing says how much
    "ambiguous",  # an amount reads two ways
    "two_amounts",  # there is another amount where the words should be
    "people",  # words stand among the people, and it is not clear what they say
    "shares_or_amounts",  # a bare number beside a name
    "mixed",  # shares and amounts at once
    "parts_missing",  # amounts for some of those named, and not for others
    "twice",  # somebody is named twice
    "too_many",  # more are named than a split has room for
    "note_too_long",
    "pin",  # six digits that may be one stand where everybody would read them
]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody named, with a weight (by shares) or an amount in minor units (by amounts)."""

    payee: Username | UserId
    part: int = 1


@dataclass(frozen=True, slots=True)
class Split:
    """Split `total` minor units among those named; among whoever presses, if nobody is."""

    total: int
    note: str = ""
    way: Way = "even"
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsplit:
    """Not read for certain; why, for a question."""

    reason: Reason


def read(
    text: str, *, mentions: Sequence[Mention] = (), code: str = "EUR", exponent: int = 2
) -> Split | Unsplit | NotAnAmount:
    """Read what stands after the command; amounts are in `code`, which has `exponent` decimals."""
    try:
        plain = _plain(text)
        return _Reader(plain, tokenize(plain, mentions), code, exponent).split()
    except _Unread as unread:
        return unread.why


def _plain(text: str) -> str:
    """The text with spaces for what people write around names; each word keeps its place, for the mentions' sake."""
    spaced = _AROUND_NAMES.sub(" ", text)
    return _NAME_EQUALS.sub(lambda named: named[1].ljust(len(named[0])), spaced)


class _Unread(Exception):
    def __init__(self, why: Unsplit | NotAnAmount) -> None:
        self.why = why


@dataclass(frozen=True, slots=True)
class _Named:
    """Somebody, and what stands beside the name; `bare`: a number that could be a weight or an amount."""

    payee: Username | UserId
    weight: int | None = None
    amount: int | None = None
    bare: bool = False


class _Reader(Reader):
    """The total; then words and people, in either order."""

    __slots__ = ()

    def split(self) -> Split:
        total, at = self._total()
        at += self._word(at) in FOR
        first = next((place for place in range(at, len(self.tokens)) if self._handle_at(place)), len(self.tokens))
        named, after = self._people(first)
        note = self._note(at, first, after, anybody=bool(named))
        return Split(total, note, *_parts(named))

    def _total(self) -> tuple[int, int]:
        if (found := self._stated_at(0)) is None:
            raise _Unread(Unsplit("no_total"))
        return self._certain(found[0]), found[1]

    def _people(self, at: int) -> tuple[list[_Named], int]:
        """Everybody from a token on, with their parts, and the token after the last of them.

        A name too many ends the reading: a message has room for hundreds.
        """
        named: list[_Named] = []
        seen: set[Username | UserId] = set()
        end = at
        while handle := self._handle_at(at):
            if handle in seen:
                raise _Unread(Unsplit("twice"))
            if len(seen) == MAX_PEOPLE:
                raise _Unread(Unsplit("too_many"))
            seen.add(handle)
            person, end = self._with_part(handle, at + 1)
            named.append(person)
            at = end
            while self._word(at) in _AMONG:
                at += 1
        if any(self._handle_at(place) for place in range(end, len(self.tokens))):
            raise _Unread(Unsplit("people"))
        return named, end

    def _with_part(self, payee: Username | UserId, at: int) -> tuple[_Named, int]:
        if weight := _WEIGHT.fullmatch(self._word(at)):
            if not (shares := int(weight[1] or weight[2])):
                raise _Unread(NotAnAmount("not_positive"))
            return _Named(payee, weight=shares), at + 1
        if (found := self._stated_at(at)) is None:
            return _Named(payee), at
        reading, end = found
        is_bare = self.text[self.tokens[at].start : self.tokens[end - 1].end].isdecimal()
        return _Named(payee, amount=self._certain(reading), bare=is_bare), end

    def _note(self, start: int, first: int, after: int, *, anybody: bool) -> str:
        """The words before the people, or those after them."""
        while anybody and first > start and _AMONG & {self._word(first - 1), self._word(first - 1).removeprefix("(")}:
            first -= 1
        before, behind = range(start, first), range(after if anybody else first, len(self.tokens))
        if before and behind:
            raise _Unread(Unsplit("people"))
        places = before or behind
        places = places[self._word(places.start) in FOR :]
        if not places:
            return ""
        beside_a_name = places[-1] if anybody and before else places[0]
        if self._is_an_amount(places[0]) or self._is_an_amount(beside_a_name):
            raise _Unread(Unsplit("two_amounts"))
        if anybody and any(_WEIGHT.fullmatch(self._word(place)) for place in places):
            raise _Unread(Unsplit("people"))
        note = clean_note(self.text[self.tokens[places[0]].start : self.tokens[places[-1]].end])
        if AT_SOMEBODY.search(note):
            raise _Unread(Unsplit("people"))
        if len(note) > MAX_NOTE:
            raise _Unread(Unsplit("note_too_long"))
        if is_pin_given_away(note):
            raise _Unread(Unsplit("pin"))
        return note

    def _certain(self, reading: Amount | Ambiguous | NotAnAmount) -> int:
        match reading:
            case Amount(minor):
                return minor
            case Ambiguous():
                raise _Unread(Unsplit("ambiguous"))
            case NotAnAmount():
                raise _Unread(reading)


def _parts(named: list[_Named]) -> tuple[Way, tuple[Member, ...]]:
    weighted, priced = [one for one in named if one.weight], [one for one in named if one.amount]
    if weighted and priced:
        raise _Unread(Unsplit("mixed"))
    if weighted:
        return "shares", tuple(Member(one.payee, one.weight or 1) for one in named)
    if not priced:
        return "even", tuple(Member(one.payee) for one in named)
    if all(one.bare for one in priced):
        raise _Unread(Unsplit("shares_or_amounts"))
    if len(priced) < len(named):
        raise _Unread(Unsplit("parts_missing"))
    return "amounts", tuple(Member(one.payee, one.amount or 0) for one in named)
