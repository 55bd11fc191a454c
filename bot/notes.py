"""How a note is shown: as somebody's own words, never as ours. Pure.

Promises: a note stands in quotation marks that nothing in it can close, and alone on its line, so that no sentence of
ours follows it there. That nothing in it can be pressed is `bot.text`'s doing, as for all that people write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wallet import clean_note

if TYPE_CHECKING:
    from bot.text import Speaker

_DOUBLE: Final = '"“”„‟«»″〃❝❞〝〞〟「」『』＂'
"""All that could pass for our own marks."""
_SINGLE: Final = str.maketrans(dict.fromkeys(_DOUBLE, "'"))


def quotable(note: str) -> str:
    """Return the note, clean, with single marks where its own would close ours."""
    return clean_note(note).translate(_SINGLE)


def line(speaker: Speaker, note: str) -> str:
    """Return the line that a note is shown in."""
    return speaker.t("Note: “{note}”", note=quotable(note))


def lines(speaker: Speaker, note: str) -> list[str]:
    """Return the same among other lines: none where there is no note."""
    return [line(speaker, note)] if note else []


def below(speaker: Speaker, text: str, note: str) -> str:
    """Return a text with the note below it."""
    return "\n".join([text, *lines(speaker, note)])
