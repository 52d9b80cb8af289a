"""What became of each line of a log: nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_LISTED = 1000
"""How many rejected lines are kept word for word; all are counted."""


@dataclass(slots=True)
class Report:
    """The account of an import. lines = used + repeated + noted + outbound + unjoined + blank + rejected.

    `noted` lines say something that no figure needs (a reload, a penalty), by event; `outbound` ones are of calls
    made by agents, never counted as inbound; `unjoined` ones sign in an interface that never acts under that name.
    """

    lines: int = 0
    used: int = 0
    repeated: int = 0
    blank: int = 0
    noted: Counter[str] = field(default_factory=Counter)
    outbound: Counter[str] = field(default_factory=Counter)
    unjoined: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """How many lines were rejected, by why."""
    rejected: list[tuple[str, int, str, str]] = field(default_factory=list)
    """(file, line number from 1, why, the line's beginning)."""
    went_back: int = 0
    """How often time went back."""
    went_back_ms: int = 0
    """By how much at the most."""
    first_ms: int | None = None
    last_ms: int | None = None
    already: int = 0
    """Lines that an earlier import had taken."""

    @property
    def rejects(self) -> int:
        """How many lines were rejected."""
        return self.reasons.total()

    def reject(self, name: str, number: int, why: str, line: str) -> None:
        """Note a line that can't be used."""
        self.reasons[why] += 1
        if len(self.rejected) < MAX_LISTED:
            self.rejected.append((name, number, why, line[:120]))
