"""The catalogues say what the code says. After a change of a sentence: python -m bot.locales."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import bot
from bot.locales.__main__ import catalogue_path, extract
from bot.text import DOMAIN, FALLBACK, LOCALES, languages

SAYING = {"t", "label", "plural"}


def sentences(path: Any) -> dict[Any, Any]:
    with path.open("rb") as source:
        return {message.id: message.string for message in read_po(source) if message.id}


def test_the_template_has_every_sentence_in_the_code() -> None:
    """No more and no less."""
    extracted = {message.id for message in extract() if message.id}
    assert set(sentences(LOCALES / f"{DOMAIN}.pot")) == extracted
    assert len(extracted) > 100


def test_no_sentence_stands_within_an_f_string() -> None:
    """There it is not seen by whoever collects the sentences, and would stay English in every language."""
    files = sorted(Path(bot.__file__).parent.rglob("*.py"))
    unseen = [
        f"{file.name}:{call.lineno}"
        for file in files
        for joined in ast.walk(ast.parse(file.read_text()))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SAYING
    ]
    assert unseen == []


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
