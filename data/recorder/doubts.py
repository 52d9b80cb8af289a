"""What one snapshot showed and the next has to show again, before it is believed against what was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.model.known import Doubt
from data.model.observation import Event, SourceRestarted


def unmentioned(doubts: Mapping[Doubt, int], events: Iterable[Event]) -> Mapping[Doubt, int]:
    """Return the doubts on agents and contacts that none of the events names: what is told goes before."""
    if not doubts:
        return doubts
    names: set[tuple[str, str]] = set()
    for event in events:
        if isinstance(event, SourceRestarted):
            return {}
        names.update({("agent", getattr(event, "agent", None) or ""), ("contact", getattr(event, "call", ""))})
    return {doubt: first_ms for doubt, first_ms in doubts.items() if doubt[:2] not in names}


class Doubts:
    """The differences that a snapshot shows; `kept` are those that the next one has to show again."""

    def __init__(self, before: Mapping[Doubt, int], now_ms: int, at_once: bool) -> None:
        """Take what was doubted before; `at_once`: what the snapshot shows is believed."""
        self.before = before
        self.kept: dict[Doubt, int] = {}
        self.now_ms = now_ms
        self.at_once = at_once

    def since(self, doubt: Doubt, at_once_ms: int | None = None) -> int | None:
        """Return since when a difference counts, None where it is only noted.

        One that needs no second sight counts since `at_once_ms`, if it was not noted before.
        """
        first_ms = self.before.get(doubt)
        if first_ms is not None:
            return first_ms
        if at_once_ms is not None:
            return at_once_ms
        if self.at_once:
            return self.now_ms
        return self.since_before(doubt)

    def since_before(self, doubt: Doubt) -> int | None:
        """Return since when a difference counts that always has to be shown twice, None where it is only noted."""
        first_ms = self.before.get(doubt)
        if first_ms is None:
            self.kept[doubt] = self.now_ms
        return first_ms
