"""Where the words of an instruction contradict themselves: two amounts, two people, nobody for certain, another time.

Or tell a PIN to whoever reads the note. Said, never resolved: whoever wrote it knows best what they meant.
"""

from dataclasses import dataclass

from bot.amounts import NotAnAmount, Reading
from bot.intents import Name, Payee, UnclearReason, UserId
from bot.keypad import is_pin_given_away
from bot.tokens import Reader
from bot.vocabulary import (
    ANOTHER_TIME,
    ARTICLES,
    ASKING,
    ASKING_COMMANDS,
    BEFORE_DAYS,
    BEFORE_TIMES,
    BUT,
    COMMANDS,
    CORRECTING,
    DAYS,
    EACH,
    FOR,
    FOR_WORDS,
    FROM,
    JOINING,
    NEVER,
    NOT_NOW,
    NUMBERED,
    POLITE,
    THEN,
    TIMES,
    TO,
    TO_HANDLE,
    VERBS,
    WAITING,
)
from wallet import MAX_NOTE


@dataclass(slots=True)
class Parts(Reader):
    """What was taken from the tokens so far, up to `at`: the rest is the note.

    `asks`: the payee is who shall pay, and stands after "from"; the amount may stand after "for".
    """

    at: int
    command: bool = False
    asks: bool = False
    known: UserId | None = None
    in_group: bool = False
    amount: Reading | None = None
    payee: Payee | None = None
    addressed: bool = False  # somebody stands after "to", or is given by @username or mention

    @property
    def _to(self) -> frozenset[str]:
        return FROM if self.asks else TO

    def _contradiction(self, note: str, *, marked: bool) -> UnclearReason | None:
        opening = self.at + (self._word(self.at) in FOR)
        if len(note) > MAX_NOTE:
            return "note_too_long"
        if is_pin_given_away(note):
            return "pin"
        if self._has_second_amount(opening, marked=marked) or self._is_corrected(opening, marked=marked):
            return "two_amounts"
        if self.amount is not None and any(self._is_second_instruction(at) for at in self._beginnings(opening)):
            return "two_amounts"
        if self._word(self.at + (self._word(self.at) in self._to)) in EACH and not self._is_a_day(self.at):
            return "two_payees"
        if (self.payee or self.known) and self._has_second_payee(opening, marked=marked):
            return "two_payees"
        if self._is_put_off(opening, marked=marked):
            return "not_now"
        return "payee" if self._has_unknown_payee(opening, note, marked=marked) else None

    def _has_second_amount(self, opening: int, *, marked: bool) -> bool:
        """Whether the note is, begins with or prices another amount: "for table 12" does not."""
        if self.amount is None:
            return False
        opening += self._word(opening) in (JOINING | TO if self.payee else JOINING)
        found = [(at, self._amount_at(at)) for at in range(opening, len(self.tokens))]
        amounts = [(at, hit[1]) for at, hit in found if hit and hit[0] != NotAnAmount("not_a_number")]
        if self._word(opening) in VERBS | COMMANDS:  # a second instruction
            return bool(amounts)
        if marked:
            return (opening, len(self.tokens)) in amounts and self._has_currency(opening, len(self.tokens))
        return any(at == opening or self._has_currency(at, end) for at, end in amounts)

    def _is_corrected(self, opening: int, *, marked: bool) -> bool:
        """Whether the rest takes the amount back: "no 5", "for lunch, sorry, 6"; "for no 5", a number, does not."""
        for at in range(opening + 1, len(self.tokens)):
            found = self._amount_at(at) if self.amount is not None else None
            begins = at
            while begins > opening and self._word(begins - 1) in CORRECTING:
                begins -= 1
            apart = self.tokens[begins - 1].closed or (begins == opening and not marked)
            if found is not None and begins < at and apart and self._ends_a_sentence(found[1]):
                return True
        return False

    def _beginnings(self, opening: int) -> list[int]:
        """Where the sentences of the rest begin, and what is joined to them: behind punctuation, "and" or "then"."""
        return [
            at
            for at in range(opening, len(self.tokens))
            if self.tokens[at - 1].closed or self._word(at - 1) in JOINING | THEN | POLITE
        ]

    def _is_second_instruction(self, at: int) -> bool:
        """Whether one begins at a token: "send 6 to ana", "6 to @ana", and "ana 6" where it is no note by its place."""
        if self._word(at).partition("@")[0] in VERBS | COMMANDS | ASKING | ASKING_COMMANDS:
            return any(self._is_an_amount(later) for later in range(at + 1, self._sentence_end(at)))
        found = self._amount_at(at)
        if found is not None:
            to = self._word(found[1]) in TO_HANDLE | FROM
            return to and (self._handle_at(found[1] + 1) is not None or self._has_currency(at, found[1]))
        gap = self.text[self.tokens[at - 1].end : self.tokens[at].start]
        if "\n" not in gap and (at != self.at or ":" in gap):
            return False
        priced = self._amount_at(at + 1) if self._is_an_amount(at + 1) else None
        named = self._is_name_word(at) and self._word(at) not in NUMBERED
        return named and priced is not None and self._ends_a_sentence(priced[1])

    def _ends_a_sentence(self, end: int) -> bool:
        return self.tokens[end - 1].closed or all(token.word in POLITE for token in self.tokens[end:])

    def _sentence_end(self, at: int) -> int:
        return next((end for end in range(at + 1, len(self.tokens)) if self.tokens[end - 1].closed), len(self.tokens))

    def _is_put_off(self, opening: int, *, marked: bool) -> bool:
        """Whether it is for another time, or not to be at all: "tomorrow", "but not now", "never mind"."""
        if any(self._is_called_off(at) for at in self._beginnings(opening)):
            return True
        gap = self.text[self.tokens[self.at - 1].end :].lstrip(" \t")
        if self._word(self.at) in FOR_WORDS or gap.startswith(":"):
            return False
        while self._word(opening) in BUT:
            opening += 1
        if self._is_called_off(opening) or (self._word(opening), self._word(opening + 1)) in NOT_NOW:
            return True
        return not marked and (self._word(opening) in NEVER or self._is_a_time(opening) or self._is_a_day(opening))

    def _is_called_off(self, at: int) -> bool:
        """Whether a sentence says only that: "never mind", "wait no", "actually don't"."""
        if (self._word(at), self._word(at + 1)) in NOT_NOW:
            return self._ends_a_sentence(at + 2)
        said = {token.word for token in self.tokens[at : self._sentence_end(at)]}
        return said <= NEVER | WAITING | CORRECTING | POLITE and not said.isdisjoint(NEVER | WAITING)

    def _is_a_time(self, at: int) -> bool:
        """Whether a condition or a time to come begins here: "if he won", "in 2 hours", "at noon", "on the 24th"."""
        if self._word(at) in ANOTHER_TIME:
            return True
        if self._word(at) not in BEFORE_TIMES:
            return False
        at += 1
        while self._word(at) in ARTICLES:
            at += 1
        return self._word(at)[:1].isnumeric() or self._word(at) in TIMES

    def _is_a_day(self, at: int) -> bool:
        """Whether the rest is a day to come, and nothing else: "on friday"; "monday lunch" says what for."""
        *before, last = [token.word for token in self.tokens[at:]] or [""]
        return last in DAYS and BEFORE_DAYS.issuperset(before)

    def _has_second_payee(self, opening: int, *, marked: bool) -> bool:
        """Whether the note points at somebody: "for @ana" may, "for lunch with @ana" does not."""
        end = opening + 1 if marked and self.payee else len(self.tokens)
        return self._word(self.at) in JOINING or any(self._handle_at(at) for at in range(opening, end))

    def _has_unknown_payee(self, opening: int, note: str, *, marked: bool) -> bool:
        """Whether somebody is meant whom we cannot make out: "to my bank", "to ben, ana"."""
        if self.payee is None and self.known is not None:  # the rest points at somebody else
            return True
        if self.payee is None and (self._word(self.at) in self._to or self._word(opening).startswith("@")):
            return True
        unplaced = bool(note) and not marked and (self.command or self.addressed)
        return unplaced and (self.payee is None or isinstance(self.payee, Name))
