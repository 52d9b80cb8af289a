"""Several recorders that write into one store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.model.known import Known
from data.model.observation import CallAnswered, CallEntered, Directory, Event, Observation, SignedIn
from data.recorder import record
from data.store.writer import Writer
from tests.data.logs import at

Said = tuple[str, Observation]
"""What a source of this name said."""


def write(store: Path, said: Iterable[Said], afresh: bool = False) -> None:
    """Write what several recorders make of observations, as one process does; `afresh`: each starts anew every time."""
    with Writer(store) as writer:
        known: dict[str, Known] = {}
        for name, observation in said:
            before = writer.known(name) if afresh or name not in known else known[name]
            known[name], rows = record(before, observation)
            writer.write(rows)


def told(since: float, until: float, *events: Event, directory: Directory | None = None) -> Observation:
    """Return what a source said of some seconds."""
    return Observation("", at(since), at(until), list(events), (), directory)


def begun(agent: str, call: str, talker: str) -> tuple[Event, ...]:
    """Return the start of a floor: an agent who is free, one who talks, and a contact that waits."""
    return (
        SignedIn(at(0), agent, "sales"),
        SignedIn(at(0), talker, "sales"),
        CallEntered(at(1), f"{call}1", "sales"),
        CallAnswered(at(3), f"{call}1", "sales", talker, 2_000),
        CallEntered(at(5), f"{call}2", "sales"),
    )
