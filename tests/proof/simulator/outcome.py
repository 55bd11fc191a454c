"""What is told of a seed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """How a seed went. `problem` is empty when all was well; the trace is the same at every run of the seed."""

    seed: int
    steps: int = 0
    kills: int = 0
    suspensions: int = 0
    looks: int = 0
    payments: int = 0
    holds: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)
    nettings: dict[str, int] = field(default_factory=dict)
    offers: int = 0
    told: int = 0
    struck: list[str] = field(default_factory=list)
    problem: str = ""
    trace: list[str] = field(default_factory=list)
