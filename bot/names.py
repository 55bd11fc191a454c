"""How people's names are shown and judged. Pure.

Promises: a cleaned name cannot reorder, hide or blank the text around it, nor hold the marks by which the bot says
that something was paid, is odd or stands apart, nor a @username beside it; a name built to pass for another is flagged
(`suspicious`) or found by comparison (`looks_like`). HTML escaping is the writer's job.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from wallet import without_stacked_marks

FALLBACK: Final = "Someone"
MAX_LENGTH: Final = 64

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters, marks and symbols that show nothing, though their categories say otherwise; then those yet to be assigned.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0").union(
    "\u2065", map(chr, range(0xFFF0, 0xFFF9)), map(chr, range(0xE0000, 0xE0100)), map(chr, range(0xE01F0, 0xE1000))
)
# Honest in emoji, in Arabic or Indic words, after Chinese characters: there they change the shape that is seen.
_JOINERS: Final = frozenset("\u200c\u200d").union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0)))
# What cards and boards say by a mark, and what passes for it; then the dot that stands between their parts. In Catalan
# it is a part of words.
_OURS: Final = re.compile("[✓✔☑✅🗸🗹✗✘❌❎☒⚠⊘⦸⊗🚫⛔★☆⭐○◯⚪◦◌●⬤⚫•∙◉][\ufe0e\ufe0f]*")
_DOT_APART: Final = re.compile(r"(?<!\S)[·⋅・](?!\S)")
# A username within a name is nobody's word but theirs: the bot writes “Ben Okafor (@ben)” of Telegram's.
_HANDLE: Final = re.compile(r"(?<!\w)[(\[{]?(?:[@＠﹫]+\w+)+[)\]}]?")
_USERNAME: Final = re.compile(r"@\w{1,32}")
_EUROPEAN: Final = frozenset({"LATIN", "GREEK", "CYRILLIC"})
# Scripts that Chinese, Japanese and Korean write together within one word.
_EAST_ASIAN: Final = frozenset({"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA"})

_IOTA_BELOW: Final = "\u0345"
"""A mark below Greek letters, which casefold would make a letter."""

# Each letter, and the characters that pass for it. Capitals are apart: Η passes for H, η for n.
_CAPITALS: Final = {
    "A": "АΑ", "B": "ВΒ", "C": "СϹ", "E": "ЕΕ", "H": "НΗ", "J": "Ј", "K": "КΚ", "L": "IІΙӀ", "M": "МΜ",
    "N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "УҮΥ", "Z": "Ζ",
}  # fmt: skip
_SMALL: Final = {
    "a": "аαɑ4", "b": "вь", "c": "сϲ", "d": "ԁđ", "e": "еєε3", "f": "ƒ", "g": "ɡ", "h": "нһħ", "j": "ј",
    "k": "кκ", "l": "iіιıӏł1|", "m": "м", "n": "пη", "o": "оοσø0", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ5",
    "t": "тτŧ", "u": "иυ", "v": "νѵ", "w": "ωԝ", "x": "хχ", "y": "уүγ",
}  # fmt: skip


def _table(shapes: dict[str, str]) -> dict[int, str]:
    return {ord(char): letter for letter, passing in shapes.items() for char in passing}


_CAPITAL_SHAPES: Final = _table(_CAPITALS)
_SMALL_SHAPES: Final = _table(_SMALL)


class Reason(StrEnum):
    """Why a name deserves a warning beside it."""

    BIDI = "bidi"
    INVISIBLE = "invisible"
    MIXED_SCRIPTS = "mixed_scripts"


def clean(name: str) -> str:
    """`name` as it may be shown: one line of at most `MAX_LENGTH` characters, never blank.

    Direction controls, zero-width and control characters are gone, and the bot's own marks; white space is collapsed;
    at most three combining marks stand on one character. A @username is left out, unless it is all there is: so are
    called who have no wallet yet. A name with nothing to see becomes `FALLBACK`.
    """
    spaced = "".join(" " if char.isspace() else char for char in name)
    seen = "".join(char for char in spaced if not _is_unseen(char))
    without_ours = _DOT_APART.sub("", _OURS.sub("", seen))
    shown = " ".join(without_stacked_marks(without_ours).split())
    shown = " ".join(_without_usernames(shown).split())
    if not any(unicodedata.category(char)[0] in "LNPS" for char in shown):
        return FALLBACK
    return shortened(shown, MAX_LENGTH)


def own_name(name: str) -> str:
    """Return, as `clean` does, what somebody calls themselves: not a @username either, which anybody could write."""
    shown = clean(name)
    return shown[1:] if _USERNAME.fullmatch(shown) else shown


def shortened(shown: str, longest: int) -> str:
    """Return a clean name, or note, so that it leaves room for others beside it."""
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def suspicious(name: str) -> frozenset[Reason]:
    """Why `name`, as received, may not be what it seems; empty when nothing speaks against it.

    A name written wholly in another alphabet is honest by itself: compare it with `looks_like`.
    """
    reasons = set()
    if not _BIDI.isdisjoint(name):
        reasons.add(Reason.BIDI)
    if _hides_something(name):
        reasons.add(Reason.INVISIBLE)
    if any(len(_scripts(word)) > 1 for word in _words(name)):
        reasons.add(Reason.MIXED_SCRIPTS)
    return frozenset(reasons)


def skeleton(name: str) -> str:
    """Return `name` with all that looks alike made equal, and what is easily overlooked left out (spaces, punctuation).

    For comparing, never for showing.
    """
    seen = _without_usernames("".join(char for char in name if not _is_unseen(char)))
    decomposed = unicodedata.normalize("NFKD", seen).replace(_IOTA_BELOW, "").translate(_CAPITAL_SHAPES).casefold()
    letters = "".join(
        char
        for char in unicodedata.normalize("NFKD", decomposed).translate(_SMALL_SHAPES)
        if not (char.isspace() or _is_unseen(char) or unicodedata.category(char)[0] in "MP")
    )
    return letters.replace("rn", "m").replace("vv", "w")


def looks_like(a: str, b: str) -> bool:
    """Whether a hurried reader could take one name for the other; never true of names with nothing to see."""
    return bool(skeleton(a)) and skeleton(a) == skeleton(b)


def _without_usernames(name: str) -> str:
    return name if _USERNAME.fullmatch(name) else _HANDLE.sub(" ", name)


def _is_unseen(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _hides_something(name: str) -> bool:
    before = " "
    for char in name:
        if char in _JOINERS:
            if before == " " or _script(before) in _EUROPEAN:
                return True
        elif char.isspace():
            before = " "
        elif char not in _BIDI:
            if _is_unseen(char):
                return True
            before = char
    return False


def _words(name: str) -> list[str]:
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", name)
        if char.isspace() or not (_is_unseen(char) or unicodedata.category(char).startswith("M"))
    )
    return re.findall(r"[^\W_]+", plain)


def _scripts(word: str) -> set[str]:
    return {script for script in map(_script, word) if script}


def _script(char: str) -> str:
    """Return the script of a letter, by the first word of its Unicode name; empty for anything else."""
    if unicodedata.category(char) not in {"Lu", "Ll", "Lt", "Lo"}:
        return ""
    script = unicodedata.name(char, "").partition(" ")[0]
    return "CJK" if script in _EAST_ASIAN else script
