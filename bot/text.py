"""Every sentence we say passes here: looked up in the person's language, its arguments made harmless.

Promises: a message is Telegram HTML whose only markup is the catalogue's own, because every argument is escaped here
and nowhere else; every argument stands in Unicode isolates (U+2068…U+2069), so that an Arabic name cannot reorder the
amount beside it; nothing can be pressed in a name or a note, which anybody may write. The English sentence is the
message id, so a missing translation is English, never a key.
"""

from __future__ import annotations

import gettext
import html
import io
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wallet import Money

LOCALES: Final = Path(__file__).parent / "locales"
DOMAIN: Final = "sixpence"
FALLBACK: Final = "en"

Argument = str | int | Money | datetime

_SYMBOLS: Final = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "THB": "฿", "KRW": "₩", "NGN": "₦", "PHP": "₱",
    "UAH": "₴", "VND": "₫", "ILS": "₪", "KZT": "₸", "GHS": "₵",
}  # fmt: skip
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_PRESSABLE: Final = re.compile(
    r"[@#]|//|[^\s.]\.[^\W\d_]{2}|(?:\d+\.){3}\d"  # mentions and tags, addresses
    r"|(?<![0-9A-Za-z])/\w|\$(?:[A-Z]|1INCH)|\+\d|\d(?:[ -]?\d){12}"  # commands, shares, numbers of phones and cards
)
"""Where Telegram makes a link by itself; rather too often than too rarely, for it does so in ways it tells nobody."""


def amount(money: Money) -> str:
    """`€1,234.50`, or `12.50 HOUR` for a unit without a sign of its own. Latin digits, minus as `−`."""
    whole, point, rest = (-money if money.minor < 0 else money).digits().partition(".")
    digits = f"{int(whole):,}{point}{rest}"
    sign = "−" if money.minor < 0 else ""
    symbol = _SYMBOLS.get(money.currency.code)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {money.currency.code}"


def time(moment: datetime) -> str:
    """`21 Nov, 14:05 UTC`. We do not know a person's time zone, so the zone is said."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def day(moment: datetime) -> str:
    """`28 Nov`, for where the hour stands elsewhere."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def isolate(text: str) -> str:
    """`text` so that its direction stays its own. Isolates of its own are dropped: they could close ours."""
    bare = text.replace(_FIRST_STRONG_ISOLATE, "").replace(_POP_ISOLATE, "")
    return f"{_FIRST_STRONG_ISOLATE}{bare}{_POP_ISOLATE}"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the sentences of a language; an empty catalogue, which speaks English, for one we do not have."""
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, domain=DOMAIN))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue, in alphabetical order."""
    return tuple(sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


class Speaker:
    """One person's language. `language` is a Telegram `language_code` such as `pt-br`."""

    def __init__(self, language: str = FALLBACK) -> None:
        self.language = language
        wanted = language.lower().replace("-", "_")
        spoken = languages()
        known = next((each for each in (wanted, wanted.partition("_")[0]) if each in spoken), FALLBACK)
        self._catalogue = catalogue(known)

    def t(self, message: str, /, **arguments: Argument) -> str:
        """Return the sentence as Telegram HTML, for a message. Placeholders are `{name}`."""
        return self._catalogue.gettext(message).format_map(_shown_in_html(arguments))

    def plural(self, one: str, many: str, count: int, /, **arguments: Argument) -> str:
        """As `t`, in the form the language uses for `count`; `{count}` may stand in both."""
        return self._catalogue.ngettext(one, many, count).format_map(_shown_in_html({**arguments, "count": count}))

    def label(self, message: str, /, **arguments: Argument) -> str:
        """Return the sentence as plain text, for what takes no markup: buttons, toasts, command descriptions."""
        shown = {name: isolate(plain(value)) for name, value in arguments.items()}
        return self._catalogue.gettext(message).format_map(shown)


def plain(value: Argument) -> str:
    """Return a value as people read it: money and times in our own form, the rest as it is."""
    match value:
        case Money():
            return amount(value)
        case datetime():
            return time(value)
        case _:
            return str(value)


def _shown_in_html(arguments: dict[str, Argument]) -> dict[str, str]:
    return {name: _in_html(value) for name, value in arguments.items()}


def _in_html(value: Argument) -> str:
    """Return a value without markup of its own; words that Telegram would link are code, in which it links nothing."""
    shown = html.escape(isolate(plain(value)), quote=False)
    return f"<code>{shown}</code>" if isinstance(value, str) and _PRESSABLE.search(value) else shown
