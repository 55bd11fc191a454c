"""`parse_mode` MarkdownV2: marks become entities, and mistakes are refused in Telegram's own words.

Offsets of entities count UTF-16 code units of the plain text; offsets in refusals count bytes of the marked
text.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from sandbox.telegram import utf16
from sandbox.telegram.cast import Json

# Mark → entity type and the name that Telegram's refusals use; longer marks first.
_MARKS: Final = {
    "```": ("pre", "Pre"),
    "__": ("underline", "Underline"),
    "||": ("spoiler", "Spoiler"),
    "![": ("custom_emoji", "CustomEmoji"),
    "*": ("bold", "Bold"),
    "_": ("italic", "Italic"),
    "~": ("strikethrough", "Strikethrough"),
    "`": ("code", "Code"),
    "[": ("text_link", "TextUrl"),
}
_ENDS: Final = {"![": "]", "[": "]"}
_RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")
_LANGUAGE: Final = re.compile(r"([^\s`]+(?=\s))?(?:\r\n|\n\r|\n|\r)?")


@dataclass(frozen=True)
class _Open:
    """A mark that waits for its end."""

    mark: str
    offset: int
    at: int
    entity: Json


@dataclass
class _Reader:
    """One reading of a marked text: `position` goes through it, `offset` counts what came out."""

    marked: str
    position: int = 0
    offset: int = 0
    plain: list[str] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    quote: _Open | None = None

    def read(self) -> tuple[str, list[Json]]:
        while self.position < len(self.marked):
            self._step()
        if self.stack:
            self._unfinished()
        if self.quote:
            self._finish(self.quote)
        return "".join(self.plain), sorted(self.entities, key=lambda found: (found["offset"], -found["length"]))

    def _step(self) -> None:
        character = self.marked[self.position]
        following = self.marked[self.position + 1 : self.position + 2]
        if character == "\\" and following and following <= "~":
            self._emit(following, 2)
        elif self.stack and self._at(_ENDS.get(self.stack[-1].mark, self.stack[-1].mark)):
            self._end_mark()
        elif self.stack and self.stack[-1].mark in {"`", "```"} and character != "`":
            self._emit(character, 1)
        elif character == "\n" or self.position == 0:
            self._line_start(character)
        elif character in _RESERVED:
            self._start_mark(character)
        else:
            self._emit(character, 1)

    def _at(self, mark: str) -> bool:
        # A single underscore never ends where two stand: those are a mark of their own.
        found = self.marked.startswith(mark, self.position)
        return found and not (mark == "_" and self.marked.startswith("__", self.position))

    def _emit(self, text: str, consumed: int) -> None:
        self.plain.append(text)
        self.offset += utf16.length(text)
        self.position += consumed

    def _line_start(self, character: str) -> None:
        """Begin, continue or end a block quotation, which lives on lines that start with ">"."""
        if character == "\n":
            self._emit("\n", 1)
            quoted = self.marked.startswith(">", self.position)
            if self.quote and not quoted:
                if self.stack:
                    self._unfinished()
                self._finish(self.quote)
                self.quote = None
        else:
            quoted = character == ">"
        if quoted:
            if self.quote is None:
                self.quote = _Open(">", self.offset, self._byte(self.position), {"type": "blockquote"})
            self.position += 1
        elif character in _RESERVED:
            self._start_mark(character)
        elif character != "\n":
            self._emit(character, 1)

    def _start_mark(self, character: str) -> None:
        mark = next((mark for mark in _MARKS if self.marked.startswith(mark, self.position)), None)
        if mark is None:
            raise ValueError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        at = self._byte(self.position)
        self.position += len(mark)
        entity: Json = {"type": _MARKS[mark][0]}
        if mark == "```" and (head := _LANGUAGE.match(self.marked, self.position)):
            self.position = head.end()
            if head.group(1):
                entity["language"] = head.group(1)
        self.stack.append(_Open(mark, self.offset, at, entity))

    def _end_mark(self) -> None:
        opened = self.stack.pop()
        self.position += len(_ENDS.get(opened.mark, opened.mark))
        if opened.mark == "[":
            opened.entity["url"] = self._target("a URL") or "".join(self.plain)[-(self.offset - opened.offset) :]
        elif opened.mark == "![":
            target = self._target("a custom emoji URL")
            if not target.startswith("tg://emoji?id="):
                raise ValueError("Custom emoji entity must contain a tg://emoji URL")
            opened.entity["custom_emoji_id"] = target.removeprefix("tg://emoji?id=")
        self._finish(opened)

    def _target(self, what: str) -> str:
        """Return what stands in the parentheses that follow, "" where none do."""
        if not self.marked.startswith("(", self.position):
            return ""
        begin = self.position + 1
        end = begin
        while end < len(self.marked) and self.marked[end] != ")":
            end += 2 if self.marked[end] == "\\" else 1
        if end >= len(self.marked):
            raise ValueError(f"Can't find end of {what} at byte offset {self._byte(begin)}")
        self.position = end + 1
        return re.sub(r"\\([\x01-\x7e])", r"\1", self.marked[begin:end])

    def _finish(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        if length:
            self.entities.append({"offset": opened.offset, "length": length, **opened.entity})

    def _unfinished(self) -> None:
        opened = self.stack[-1]
        name = "PreCode" if "language" in opened.entity else _MARKS[opened.mark][1]
        raise ValueError(f"Can't find end of {name} entity at byte offset {opened.at}")

    def _byte(self, position: int) -> int:
        return len(self.marked[:position].encode())


def parse_markdown(marked: str) -> tuple[str, list[Json]]:
    """Return the plain text and its entities; raises ValueError with Telegram's complaint."""
    return _Reader(marked).read()
