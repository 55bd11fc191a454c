"""Looking for a secret in a heap of text, in every spelling that a careless leak might give it."""

from __future__ import annotations

import base64
import html
import json
import re
import string
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from wallet.weak_pins import weakness

if TYPE_CHECKING:
    from random import Random

_DIGITS = str.maketrans(
    {point: str(unicodedata.decimal(chr(point))) for point in range(128, sys.maxunicode) if chr(point).isdecimal()}
)
"""The digits of every script, as 0 to 9."""
_GAPS = r"(?P<gap>[\s.,;:|/_\u2010-\u2015-]{1,2}|['\"],\s?['\"]|[\])}>]+\s?[\[({<]+)"


@lru_cache(maxsize=32)
def _in_plain_digits(text: str) -> str:
    """The text with digits of 0 to 9 and without escapes: six digits stand at the end of `\\u2068739164`, not ten."""
    return re.sub(r"\\+u([0-9a-fA-F]{4})", lambda escaped: chr(int(escaped[1], 16)), text).translate(_DIGITS)


@lru_cache(maxsize=32)
def _in_small_letters(text: str) -> str:
    return text.lower()


@dataclass(frozen=True)
class Canary:
    """A secret that nobody but its owner, its program and its environment may know."""

    name: str
    value: str = field(repr=False)

    @cached_property
    def spellings(self) -> dict[str, str]:
        """How it could be written, as text to search for; base64 wherever in a longer text it may stand."""
        raw = self.value.encode()
        spelled = {
            "as it is": self.value,
            "in a URL": quote(self.value, safe=""),
            "in a URL, all of it": "".join(f"%{byte:02X}" for byte in raw),
            "in JSON": json.dumps(self.value)[1:-1],
            "in JSON, all of it": "".join(f"\\u{ord(char):04x}" for char in self.value),
            "as a repr": repr(self.value)[1:-1],
            "in HTML": html.escape(self.value),
            "in hex": raw.hex(),
            "in hex, apart": raw.hex(" "),
            "as numbers": ", ".join(map(str, raw)),
            "backwards": self.value[::-1],
        }
        for lead in range(3):
            encoded = base64.b64encode(b"\0" * lead + raw).decode()
            whole = len(encoded) - (4 if (lead + len(raw)) % 3 else 0)  # the rest depends on what follows
            spelled[f"in base64, {lead} in"] = encoded[(0, 2, 3)[lead] : whole]
        if not self._is_pin:
            spelled |= {"its end": self.value[-12:], "its middle": self.value[len(self.value) // 2 - 6 :][:12]}
        first = {spelling: name for name, spelling in reversed(spelled.items())}  # six digits are the same in a URL
        return {name: spelling for spelling, name in first.items()}

    def sightings(self, text: str) -> list[str]:
        """Return the spellings in which it is there."""
        seen = [name for name, spelled in self.spellings.items() if self._is_in(text, spelled)]
        if self._is_pin and self._apart.search(_in_plain_digits(text)):
            seen.append("digit by digit, or in other digits")
        return seen

    @property
    def _is_pin(self) -> bool:
        return len(self.value) == 6

    def _is_in(self, text: str, spelled: str) -> bool:
        if not spelled.isdigit() or spelled not in text:
            return spelled in text or (len(spelled) > 12 and spelled.lower() in _in_small_letters(text))
        # Six digits stand in many a hash and number by chance: not counted inside a longer one.
        return re.search(rf"(?<![0-9a-fA-F]){spelled}(?![0-9a-fA-F])", text) is not None

    @cached_property
    def _apart(self) -> re.Pattern[str]:
        one_by_one = _GAPS.join((self.value[0], self.value[1])) + "".join(
            f"(?P=gap){digit}" for digit in self.value[2:]
        )
        halves = rf"{self.value[:3]}[\s.,-]{self.value[3:]}"
        thirds = rf"{self.value[:2]}(?P<two>[\s.,-]){self.value[2:4]}(?P=two){self.value[4:]}"
        whole = rf"(?<![0-9a-fA-F]){self.value}(?![0-9a-fA-F])"
        return re.compile(rf"(?<![0-9a-fA-F])(?:{one_by_one}|{halves}|{thirds})(?![0-9a-fA-F])|{whole}")


@dataclass
class Heap:
    """All that was said and kept, by place. `plain` places have no redaction between them and the eye."""

    places: dict[str, str] = field(default_factory=dict)
    tables: int = 0

    def add(self, place: str, said: str) -> None:
        """Put something more into a place."""
        self.places[place] = self.places.get(place, "") + "\n" + said

    def sightings(self, canary: Canary, *, but: frozenset[str] = frozenset()) -> list[str]:
        """Return where this one was seen, and how it was spelled there."""
        return [
            f"{canary.name} in {place}, {spelling}"
            for place, said in self.places.items()
            if place not in but
            for spelling in canary.sightings(said)
        ]

    @property
    def size(self) -> str:
        return f"{sum(map(len, self.places.values())) // 1000:,} kB in {len(self.places)} places"


def pin(chance: Random) -> str:
    """Six digits that may be chosen as a PIN."""
    while weakness(digits := f"{chance.randrange(10**6):06}") is not None:
        pass
    return digits


def secrets(chance: Random) -> dict[str, Canary]:
    """A mark for each secret of the settings, in letters that must be escaped wherever they may stand."""

    def marked(name: str, lead: str, odd: str) -> tuple[str, Canary]:
        letters = "".join(chance.choices(string.ascii_letters + string.digits, k=40))
        return name, Canary(name, f"{lead}{letters[:20]}{odd}{letters[20:]}")

    return dict(
        (
            marked("bot token", "7000000001:", "-_"),
            marked("pepper", "", "/+='\"<&é %"),
            marked("former pepper", "", "=&\\%41"),
            marked("webhook secret", "", "_-"),
            marked("database password", "", "p@s:/w?rd&%"),
        )
    )
