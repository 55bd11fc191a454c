"""`parse_mode` HTML: tags become entities, and mistakes are refused in Telegram's own words.

Offsets of entities count UTF-16 code units of the plain text; offsets in refusals count bytes of the marked
text.
"""

import re
from dataclasses import dataclass
from typing import Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json

_TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_TOKEN: Final = re.compile(r"<(/?)([^\s>/]*)([^>]*)>|<")
_ATTRIBUTE: Final = re.compile(r"([^\s=>]*)\s*(?:(=)\s*(?:\"([^\"]*)\"|'([^']*)'|([a-zA-Z0-9.-]+))?)?\s*")


@dataclass(frozen=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    entity: Json
    offset: int


def parse_html(marked: str) -> tuple[str, list[Json]]:
    """Return the plain text and its entities; raises ValueError with Telegram's complaint."""
    plain: list[str] = []
    entities: list[Json] = []
    stack: list[_Open] = []
    offset = position = 0
    for match in _TOKEN.finditer(marked):
        piece = _decode(marked[position : match.start()])
        plain.append(piece)
        offset += utf16.length(piece)
        position = match.end()
        at = len(marked[: match.start()].encode())
        if match.group(2) is None:
            raise ValueError(f"Unclosed start tag at byte offset {at}")
        if match.group(1):
            _close(stack, entities, match.group(2).lower(), offset, at)
        else:
            stack.append(_open(match.group(2).lower(), match.group(3), offset, at))
    plain.append(_decode(marked[position:]))
    if stack:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return "".join(plain), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _open(tag: str, rest: str, offset: int, at: int) -> _Open:
    if tag not in _TAGS:
        raise ValueError(f'Unsupported start tag "{tag}" at byte offset {at}')
    attributes = _attributes(tag, rest, at)
    entity: Json = {"type": _TAGS[tag]}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if tag == "a":
        entity["url"] = attributes.get("href", "")
    elif tag == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    elif tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif tag == "code" and attributes.get("class", "").startswith("language-"):
        entity["language"] = attributes["class"].removeprefix("language-")
    return _Open(tag, entity, offset)


def _attributes(tag: str, rest: str, at: int) -> dict[str, str]:
    found: dict[str, str] = {}
    position = len(rest) - len(rest.lstrip())
    while position < len(rest):
        match = _ATTRIBUTE.match(rest, position)
        if match is None or not match.group(1):
            raise ValueError(f'Empty attribute name in the tag "{tag}" at byte offset {at}')
        name, equals, double, single, bare = match.groups()
        value = next((text for text in (double, single, bare) if text is not None), None)
        if equals is None and (tag, name) != ("blockquote", "expandable"):
            raise ValueError(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {at}'
            )
        if equals and value is None:
            raise ValueError(f"Unclosed start tag at byte offset {at}")
        found[name.lower()] = _decode(value or "")
        position = match.end()
    return found


def _close(stack: list[_Open], entities: list[Json], tag: str, offset: int, at: int) -> None:
    if not stack:
        raise ValueError(f"Unexpected end tag at byte offset {at}")
    opened = stack.pop()
    if tag and tag != opened.tag:
        raise ValueError(f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{tag}>"')
    length = offset - opened.offset
    if length == 0:
        return
    entity: Json = {"offset": opened.offset, "length": length, **opened.entity}
    if opened.tag == "pre" and entities and _is_language_of(entities[-1], entity):
        entity["language"] = entities.pop()["language"]
    if opened.tag == "code" and not (stack and stack[-1].tag == "pre"):
        entity.pop("language", None)
    entities.append(entity)


def _is_language_of(inner: Json, outer: Json) -> bool:
    """Return whether a `<code>` fills a `<pre>` and only names its language."""
    same_place = (inner["offset"], inner["length"]) == (outer["offset"], outer["length"])
    return same_place and inner["type"] == "code" and "language" in inner


def _decode(text: str) -> str:
    return _REFERENCE.sub(_referenced, text)


def _referenced(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()
