"""Read every sentence out of the code again: `python -m bot.locales` writes the template and brings all catalogues up.

English is complete by itself: its sentences are the message ids. Other languages keep what is translated and gain
empty places for what is new.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.text import DOMAIN, FALLBACK, LOCALES, languages

KEYWORDS: Final = {"t": None, "label": None, "plural": (1, 2)}
_CODE: Final = Path(__file__).parent.parent
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""A file changes only when a sentence does."""
_TEMPLATE: Final = LOCALES / f"{DOMAIN}.pot"


def extract() -> Catalog:
    """Return the template: every sentence in the code of the bot, and the files that say it."""
    template = Catalog(creation_date=_NO_DATE, fuzzy=False)
    found = extract_from_dir(str(_CODE), method_map=[("**.py", "python")], keywords=KEYWORDS)
    for file, _, sentence, _, _ in sorted(found, key=lambda each: each[0]):
        template.add(sentence, locations=[(f"bot/{Path(file).as_posix()}", None)])  # type: ignore[list-item]
    return template


def update(language: str, template: Catalog) -> Catalog:
    """Return the language's catalogue with the template's sentences in it, no more and no less."""
    path = catalogue_path(language)
    catalogue = Catalog(locale=language, project=DOMAIN)
    if path.is_file():
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language, domain=DOMAIN)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    if language == FALLBACK:
        for message in catalogue:
            if message.id:
                message.string = message.id
    return catalogue


def catalogue_path(language: str) -> Path:
    """Return where a language's sentences lie."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def main() -> None:
    """Write the template and every catalogue."""
    template = extract()
    _write(_TEMPLATE, template)
    for language in {FALLBACK, *languages()}:
        _write(catalogue_path(language), update(language, template))


def _write(path: Path, catalogue: Catalog) -> None:
    catalogue.project, catalogue.version = "Sixpence", ""
    catalogue.header_comment = "# The sentences of Sixpence. Written by: python -m bot.locales"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=100, include_lineno=False, sort_output=True)


if __name__ == "__main__":
    main()
