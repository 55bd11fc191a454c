"""One message of a private chat → what it asks for. Pure.

Promises: never raises, whatever the text; never guesses. Only a text that *is* an instruction starts anything
(`send 5 to @ben for lunch`, `5 eur to ben`, `#envoyer 10EUR @ben`, `/pay 5 @ben`): a question, a quotation or
a sentence about money is `NoIntent`. What contradicts itself is `Unclear`, what lacks a part says which.
Where the payee is known before anything is read, the words may still name another, and then that one is meant.
Nobody is looked up here; forwards, edits and messages sent on behalf of others are the caller's to keep out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.amounts import NotAnAmount
from bot.contradictions import Parts
from bot.intents import (
    Ask,
    Incomplete,
    Intent,
    Mention,
    Name,
    NoIntent,
    Pay,
    Refused,
    Unclear,
    UserId,
    Username,
)
from bot.tokens import AT_SOMEBODY, ISOLATES, tokenize
from bot.vocabulary import (
    ASKING,
    ASKING_COMMANDS,
    COMMANDS,
    FILLER,
    FOR,
    FROM,
    NAME_STOPS,
    NEGATING,
    POLITE,
    STRESS,
    THANKS,
    TO_HANDLE,
    VERBS,
)
from wallet import clean_note

_GAP: Final = " \t\r\n,;.!…" + ISOLATES
_QUESTION: Final = re.compile(r"[?？؟]")
_NOTE_MARKER: Final = re.compile(r"(?:(?:for|pour)(?=\s|$)|:|[–—-](?=\s))\s*", re.IGNORECASE)


def read(
    text: str,
    *,
    mentions: Sequence[Mention] = (),
    code: str = "EUR",
    exponent: int = 2,
    after: str = "",
    known: UserId | None = None,
    in_group: bool = False,
) -> Intent:
    """Read one message; amounts are in the currency `code`, which has `exponent` decimals.

    `after`: ASCII that the message is read as if written after; its mentions are where it says, without that.
    `known`: the payee of an instruction by command, unless its words name one. `in_group`: where `/pay 5 lunch` is
    written in answer to somebody, so that a bare word behind the amount says what for, and names nobody.
    """
    text = after + text
    tokens = tokenize(text, [replace(mention, offset=mention.offset + len(after)) for mention in mentions])
    while tokens and tokens[0].word in POLITE:
        tokens.pop(0)
    if not tokens:
        return NoIntent()
    lead = tokens[0].word
    asks = lead.partition("@")[0] in ASKING_COMMANDS
    if asks or lead.partition("@")[0] in COMMANDS:
        reader = _Reader(text, tokens, code, exponent, at=1, command=True, asks=asks, known=known, in_group=in_group)
        return _asked(reader.intent()) if asks else reader.intent()
    if _QUESTION.search(text):
        return NoIntent()
    if lead in ASKING:
        return _asked(_Reader(text, tokens, code, exponent, at=1, asks=True).intent())
    if lead in VERBS:
        return _Reader(text, tokens, code, exponent, at=1).intent()
    return _Reader(text, tokens, code, exponent, at=0).amount_first()


def can_name(called: str) -> bool:
    """Whether “send 5 to …” can name somebody so: in letters, and in few words."""
    found = read(f"send 5 to {called}")
    return isinstance(found, Pay) and found.payee == Name(called)


def _asked(wanted: Pay | Incomplete | Refused | Unclear | NoIntent) -> Intent:
    return wanted if isinstance(wanted, NoIntent) else Ask(wanted)


@dataclass(slots=True)
class _Reader(Parts):
    """Takes an amount and a payee from the tokens, in either order; what follows is the note."""

    counted: int = -1  # the token after a number without a currency: “10 questions”

    def amount_first(self) -> Intent:
        """Read `5 eur to ben` or `5 to @ben`; "5 to go" has neither currency nor @ and is no instruction."""
        found = self._amount_at(0)
        if found is None or found[0] == NotAnAmount("not_a_number") or self._word(found[1]) not in TO_HANDLE:
            return NoIntent()
        intent = self.intent()
        if self.payee is None or (isinstance(self.payee, Name) and not self._has_currency(0, found[1])):
            return NoIntent()
        return intent

    def intent(self) -> Pay | Incomplete | Refused | Unclear | NoIntent:
        while self._is_idle(self.at):
            self.at += 1
        while self._pass_stress() or self._take_amount() or self._take_payee():
            pass
        if self.payee is None:
            self._take_payee_at_the_end()
        note, marked = self._note()
        reason = self._contradiction(note, marked=marked)
        if reason is not None:
            return Unclear(reason) if self._is_instruction() else NoIntent()
        if not self.command and not self._is_exact(note, marked=marked):
            return NoIntent()
        if isinstance(self.amount, NotAnAmount):
            return Refused(self.amount, self.payee, note)
        if self.amount is None or self.payee is None:
            return Incomplete(self.amount, self.payee, note)
        return Pay(self.amount, self.payee, note)

    def _is_idle(self, at: int) -> bool:
        """Whether a word before all parts says nothing more: `/pay send 5`, `/request please 5`, "send some 5"."""
        word = self._word(at)
        if word in FILLER or (self.asks and word in ASKING) or (self.command and word in POLITE):
            return True
        if not self.command or self.asks or word not in VERBS:
            return False
        begins = self._word(at + 1) in TO_HANDLE | FILLER | POLITE
        return begins or self._handle_at(at + 1) is not None or self._amount_at(at + 1) is not None

    def _pass_stress(self) -> bool:
        """Pass over words that only stress the amount or the payee that follows them: "only 5", "back to @ben"."""
        at = self.at
        while self._word(at) in STRESS:
            at += 1
        amount = self.amount is None and self._amount_at(at) is not None
        payee = self.payee is None and (self._word(at) in self._to or self._handle_at(at) is not None)
        passed = at > self.at and (amount or payee)
        self.at = at if passed else self.at
        return passed

    def _is_instruction(self) -> bool:
        return self.command or self.addressed or self.amount is not None

    def _is_exact(self, note: str, *, marked: bool) -> bool:
        """Whether plain words say a payment and nothing else: "pay attention" and "send 5 minutes" do not."""
        if self.amount is None and self.payee is None:
            return self.at == len(self.tokens)
        if self.amount is None and not self.addressed:
            return False
        if marked or not note:
            return True
        whole = self.amount is not None and isinstance(self.payee, Username | UserId)
        return whole and not (self.asks and self._counts_things())

    def _counts_things(self) -> bool:
        """Whether the number may be one of the things that follow it: "10 questions" are asked of @ben, and no money.

        To ask is to tell somebody at once, without a PIN.
        """
        return self.at == self.counted and not self.tokens[self.at - 1].closed

    def _take_amount(self) -> bool:
        if self.amount is not None:
            return False
        begins = self.at + (self.asks and self._word(self.at) in FOR)
        found = self._stated_at(begins)
        if found is not None:
            self.amount, self.at = found
            self.counted = -1 if self._has_currency(begins, self.at) else self.at
        return found is not None

    def _take_payee(self) -> bool:
        if self.payee is not None:
            return False
        to = self._word(self.at) in self._to or (
            self._word(self.at) in TO_HANDLE and self._handle_at(self.at + 1) is not None
        )
        at = self.at + to
        handle = self._handle_at(at)
        if handle is not None:
            self.payee, self.at = handle, at + 1
        elif to or self._may_be_named_bare():
            end = self._name_end(at)
            while end > at + 1 and self._word(end - 1) in STRESS and self.amount is None and self._amount_at(end):
                end -= 1  # "pay ben back 5"
            if end > at:
                words = (self._source(token) for token in self.tokens[at:end])
                self.payee, self.at = Name(" ".join(words)), end
        if self.payee is not None:
            self.addressed = to or handle is not None
        return self.payee is not None

    def _may_be_named_bare(self) -> bool:
        """Whether a word here may be a name, without "to": not where it says what for."""
        if self.known is not None or self.amount is None:
            return self.known is None
        return self.command and not self.in_group and self._payee_at_the_end() is None

    def _take_payee_at_the_end(self) -> None:
        """Take `to @ben` behind a note, or a known payee where the rest points at nobody else."""
        if found := self._payee_at_the_end():
            (self.payee, end), self.addressed = found, True
            self.tokens = self.tokens[:end]
            self.text = self.text[: self.tokens[-1].end]
        elif self.known is not None and not self._points_at_a_name():
            self.payee = self.known

    def _payee_at_the_end(self) -> tuple[Username | UserId, int] | None:
        """Return the one @handle or mention of the rest, if it ends it, and the token after the note before it."""
        handles = [(at, handle) for at in range(self.at, len(self.tokens)) if (handle := self._handle_at(at))]
        if len(handles) != 1 or any(token.word not in POLITE for token in self.tokens[handles[0][0] + 1 :]):
            return None
        at, handle = handles[0]
        to = self._word(at - 1) in (FROM if self.asks else TO_HANDLE)
        return (handle, at - to) if self._is_note(at - to) and (to or self.command) else None

    def _is_note(self, end: int) -> bool:
        """Whether what stands here, before a token, says what for: any words after "for", else plain ones."""
        opening = self.at + (self._word(self.at) in FOR)
        words = [token.word for token in self.tokens[self.at : end]]
        if end <= opening or words[-1] in NAME_STOPS or not NEGATING.isdisjoint(words):
            return False
        if self._note()[1]:
            return True
        closed = any(self._amount_at(at) or self.tokens[at].closed for at in range(self.at, end))
        plain = not closed and (NAME_STOPS | VERBS | ASKING).isdisjoint(words)
        return plain and self.command and self.amount is not None

    def _points_at_a_name(self) -> bool:
        """Whether the rest says "to" or "from" somebody: "coffee to go" might, "a trip to the sea" does not."""
        if any(token.user_id or AT_SOMEBODY.search(token.word) for token in self.tokens[self.at :]):
            return True
        if self._word(self.at) in self._to:
            return True
        behind = range(self.at + 1, len(self.tokens))
        return any(self._word(at - 1) in self._to and self._is_name_word(at) for at in behind)

    def _note(self) -> tuple[str, bool]:
        """Return the note, and whether "for", a colon, a dash or a line break introduces it."""
        rest = self.text[self.tokens[self.at - 1].end :]
        body = rest.lstrip(_GAP)
        marker = _NOTE_MARKER.match(body)
        marked = marker is not None or "\n" in rest[: len(rest) - len(body)] or self._word(self.at) in THANKS
        note = body[marker.end() :] if marker else body
        if all(token.word in POLITE | STRESS for token in self.tokens[self.at :]):
            note = ""
        return clean_note(note), marked
