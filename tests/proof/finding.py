"""What a proof reports: how often something was tried, and how often it went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.books import Server


@dataclass(frozen=True)
class Finding:
    """One row of docs/proof.md. `wrong` must be 0; `figure` says what else was measured, in a few words."""

    fault: str
    """Its number: L for the ledger, P for PINs, T for Telegram, as the head of the page says; or a word."""
    claim: str
    """One sentence that is true if nothing went wrong."""
    tried: int
    wrong: int
    figure: str = ""


def _unheard(words: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Effort:
    """How much to try. Everything that is left to chance comes from the seed; a long run tells so many stories.

    `say` tells whoever watches how far it is, in a few words.
    """

    seed: int
    long: bool
    stories: int = 1000
    say: Callable[[str], None] = _unheard

    def times(self, short: int, long: int) -> int:
        """So many tries in the short version, so many in the long one."""
        return long if self.long else short


Prover = Callable[["Server", Effort], Awaitable[Sequence[Finding]]]
"""Tries something on fresh databases of this server and reports. It raises only if it could not try."""
