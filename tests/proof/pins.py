"""PINs: guessing, a stolen database, a bent quote and common PINs are good for nothing, a stop-watch for little:
refusals take the same work and nearly the same time, and five wrong PINs lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.proof import pin_guessing, pin_quotes, pin_theft, pin_timing, pin_weakness

if TYPE_CHECKING:
    from tests.proof.finding import Prover

PROVERS: tuple[Prover, ...] = (
    pin_guessing.parallel_guesses,
    pin_guessing.somebody_elses_attempts,
    pin_guessing.draining_after_a_reset,
    pin_guessing.strange_digits,
    pin_theft.the_stolen_database,
    pin_theft.swapped_hashes,
    pin_quotes.bent_quotes,
    pin_timing.equal_time,
    pin_timing.the_loop_stays_awake,
    pin_weakness.common_pins,
)
