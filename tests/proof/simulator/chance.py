"""Everything that is random in production, from the seed instead: ids, tokens, salts and pauses."""

from __future__ import annotations

import base64
import itertools
import random
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Chance(random.Random):
    """The seed's own chance."""

    def happens(self, probability: float) -> bool:
        """Whether something of this probability does."""
        return self.random() < probability

    def presses(self) -> int:
        """How often a finger presses a button that it means to press."""
        return 2 if self.happens(0.15) else 1

    def uuid(self) -> UUID:
        """A key."""
        return UUID(int=self.getrandbits(128), version=4)


@contextmanager
def tamed(seed: int) -> Iterator[None]:
    """Let production draw from the seed. Its draws are apart from those of the story."""
    source = random.Random(f"production {seed}")
    state = random.getstate()

    def token(length: int = 16) -> str:
        return base64.urlsafe_b64encode(source.randbytes(length)).rstrip(b"=").decode()

    with ExitStack() as patches:
        for name, made in {
            "token_urlsafe": token,
            "token_bytes": source.randbytes,
            "randbits": source.getrandbits,
            "randbelow": source.randrange,
        }.items():
            patches.enter_context(patch(f"secrets.{name}", made))
        patches.enter_context(patch("wallet.ids.uuid7", _in_order(source)))
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(state)


def _in_order(source: random.Random) -> Callable[[], UUID]:
    """Version 7 by a count in the place of the time: each id is greater than those before, in all programs."""
    numbers = itertools.count(1)

    def make() -> UUID:
        return UUID(int=next(numbers) << 80 | 7 << 76 | 2 << 62 | source.getrandbits(60))

    return make
