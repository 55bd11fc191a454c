"""What stands behind a number and makes another of it: “50 cents”, “5 k”, “10 %”, “2 x 5”, “5 - 10”. Pure.

None of these is worked out: whoever writes “50 cents” is asked for digits, and pays neither 50 nor 0.50 before.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.amounts import is_currency
from bot.vocabulary import NAME_STOPS

LONGEST: Final = 4
"""How many words behind a number say another at most: “thousand hong kong dollars”."""
_UNITS: Final = frozenset({
    "c", "ct", "cts", "cent", "cents", "¢", "p", "penny", "pennies", "pence", "centime", "centimes", "k", "m", "mio",
    "mln", "bn", "grand", "dozen", "hundred", "hundreds", "thousand", "thousands", "million", "millions", "billion",
    "billions", "mille", "milliard", "milliards", "lakh", "lakhs", "crore", "crores", "%", "‰", "pct", "percent",
    "pourcent", "twice", "thrice",
})  # fmt: skip
_UNITS_OF_TWO: Final = frozenset({("per", "cent"), ("pour", "cent"), ("per", "mille"), ("divided", "by")})
_OPERATORS: Final = frozenset(
    {"x", "×", "*", "/", "÷", "times", "fois", "plus", "minus", "less", "moins", "-", "–", "—"}
)
_OPERATION: Final = re.compile(r"[x×*/÷–—]\W?\d.*")  # "x5"; "-5" is read as an amount
# What money is called that no ordinary note has beside its amount: “5 hong kong dollars”, “5 euro cents”.
_MONEY: Final = frozenset({
    "cents", "dollars", "pounds", "francs", "rupees", "pesos", "dinars", "dirhams", "riyals", "rials", "roubles",
    "rubles", "shillings", "crowns", "krona", "kronor", "krone", "kroner", "koruna", "korun", "yen", "yuan", "liras",
    "lei", "leva",
})  # fmt: skip
_MOST_BEFORE_MONEY: Final = 2  # as in "hong kong dollars"
_NOT_BEFORE_MONEY: Final = NAME_STOPS - {"us"}  # "5 US cents", but not "5 lost my pounds"


def length(words: Sequence[str]) -> int:
    """Return how many of the words behind a number make another of it; 0 if they leave it as it is."""
    said = [word.casefold().strip("().,;:!…") for word in words[:LONGEST]]
    behind = _unit(said)
    return behind + (0 < behind < len(said) and is_currency(said[behind]))


def _unit(said: list[str]) -> int:
    if not said:
        return 0
    if said[0] in _UNITS or _OPERATION.fullmatch(said[0]):
        return 1
    if tuple(said[:2]) in _UNITS_OF_TWO:
        return 2 + _is_number(said[2:])
    if said[0] in _OPERATORS and _is_number(said[1:]):
        return 2
    for at, word in enumerate(said[: _MOST_BEFORE_MONEY + 1]):
        if word in _MONEY:
            return at + 1
        if word in _NOT_BEFORE_MONEY or any(char.isnumeric() for char in word):
            break
    return 0


def _is_number(said: list[str]) -> bool:
    return bool(said) and any(char.isnumeric() for char in said[0][:2])
