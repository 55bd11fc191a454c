"""Text as Telegram takes it from a bot: parsed by `parse_mode` or with given entities, cleaned and measured.

Lengths are measured in UTF-16 code units after parsing: 4096 for a text, 1024 for a caption.
"""

from typing import Any, Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json
from sandbox.telegram.detection import find_entities
from sandbox.telegram.entities import check_given, clean, settle
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup_html import parse_html
from sandbox.telegram.markup_markdown import parse_markdown
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

_PARSERS: Final = {"html": parse_html, "markdownv2": parse_markdown}
_MOST_ENTITIES: Final = 100
# Telegram looks for nothing of its own within these.
_OPAQUE: Final = frozenset({"code", "pre", "text_link", "text_mention"})


def read_text(world: World, parameters: Parameters, too_long: str = "message is too long") -> Json:
    """Return the `text`, `entities` and `link_preview_options` of a call; raises ApiError 400."""
    if not parameters.text("text"):
        raise bad_request("message text is empty")
    text, entities = _read(world, parameters, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16.length(text) > 4096:
        raise bad_request(too_long)
    content: Json = {"text": text, "entities": entities} if entities else {"text": text}
    options = parameters.json("link_preview_options", "link preview options")
    return content | ({"link_preview_options": options} if options else {})


def read_caption(world: World, parameters: Parameters) -> Json:
    """Return the `caption` and `caption_entities` of a call, {} where there are none; raises ApiError 400."""
    text, entities = _read(world, parameters, "caption", "caption_entities")
    if utf16.length(text) > 1024:
        raise bad_request("message caption is too long")
    content: Json = {"caption": text} if text else {}
    return content | ({"caption_entities": entities} if entities else {})


def _read(world: World, parameters: Parameters, field: str, entities_field: str) -> tuple[str, list[Json]]:
    text, mode = parameters.text(field), parameters.text("parse_mode").lower()
    if mode and mode not in _PARSERS:
        raise bad_request("unsupported parse_mode")
    if mode:
        text, marked = _parse(mode, text)
        settled = [settle(world, entity) for entity in marked]
    else:
        given: list[Any] = parameters.json(entities_field, "entities") or []
        settled = [check_given(world, text, item) for item in given[:_MOST_ENTITIES]]
    text, entities = clean(text, [entity for entity in settled if entity])
    found = find_entities(text, [entity for entity in entities if entity["type"] in _OPAQUE])
    merged = sorted([*entities, *found], key=lambda entity: (entity["offset"], -entity["length"]))
    return text, merged[:_MOST_ENTITIES]


def _parse(mode: str, text: str) -> tuple[str, list[Json]]:
    try:
        return _PARSERS[mode](text)
    except ValueError as complaint:
        raise bad_request(f"can't parse entities: {complaint}") from None
