"""The catalogues say what the code says. After a change of a sentence: python -m bot.locales."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel.messages.pofile import read_po

from bot.locales.__main__ import catalogue_path, extract
from bot.text import DOMAIN, FALLBACK, LOCALES, languages


def sentences(path: Any) -> dict[Any, Any]:
    with path.open("rb") as source:
        return {message.id: message.string for message in read_po(source) if message.id}


def test_the_template_has_every_sentence_in_the_code() -> None:
    """No more and no less."""
    extracted = {message.id for message in extract() if message.id}
    assert set(sentences(LOCALES / f"{DOMAIN}.pot")) == extracted
    assert len(extracted) > 100


def test_english_is_complete() -> None:
    """Its sentences are the message ids."""
    english = sentences(catalogue_path(FALLBACK))
    assert set(english) == set(sentences(LOCALES / f"{DOMAIN}.pot"))
    assert all(english[message] == message for message in english)


@pytest.mark.parametrize("language", languages())
def test_translations_keep_their_placeholders(language: str) -> None:
    """A translated sentence has the same arguments as the English one."""
    for message, translated in sentences(catalogue_path(language)).items():
        if translated:
            assert _placeholders(message) == _placeholders(translated)


def _placeholders(message: Any) -> set[str]:
    forms = message if isinstance(message, tuple | list) else [message]
    return {name for form in forms for name in re.findall(r"{(\w+)}", form)}
