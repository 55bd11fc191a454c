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
    BEFORE_DAYS,
    COMMANDS,
    CORRECTING,
    DAYS,
    EACH,
    FOR,
    FROM,
    JOINING,
    POLITE,
    TO,
    VERBS,
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
        if self._word(self.at + (self._word(self.at) in self._to)) in EACH and not self._is_a_day(self.at):
            return "two_payees"
        if (self.payee or self.known) and self._has_second_payee(opening, marked=marked):
            return "two_payees"
        if not marked and (self._word(self.at) in ANOTHER_TIME or self._is_a_day(self.at)):
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

    def _ends_a_sentence(self, end: int) -> bool:
        return self.tokens[end - 1].closed or all(token.word in POLITE for token in self.tokens[end:])

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
