"""What people write when asked whom it is for → the one person it points at. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from bot.intents import Mention, UserId, Username
from bot.tokens import AT_SOMEBODY, Reader, tokenize
from bot.vocabulary import JOINING, NEGATING

_LINK: Final = re.compile(r"(?:https?://)?(?:t|telegram)\.me/([A-Za-z0-9_]{3,32})/?", re.IGNORECASE)


def pointed_at(text: str, mentions: Sequence[Mention] = ()) -> Username | UserId | None:
    """Return who alone is given by @username, mention or link; None too where words add others, or take it back."""
    if link := _LINK.fullmatch(text.strip()):
        return Username(link[1].lower())
    return _Reader(text, tokenize(text, mentions), "", 0).person()


class _Reader(Reader):
    __slots__ = ()

    def person(self) -> Username | UserId | None:
        pointing = [
            at for at, token in enumerate(self.tokens) if token.user_id is not None or AT_SOMEBODY.search(token.word)
        ]
        words = {token.word for token in self.tokens}
        if len(pointing) != 1 or not words.isdisjoint(JOINING | NEGATING):
            return None
        return self._handle_at(pointing[0])
