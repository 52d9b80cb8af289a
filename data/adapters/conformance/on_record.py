"""Checks of what becomes of the answers: the recorder takes them, and what it makes of them adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import Evidence
from data.model.known import Known, Rows
from data.model.observation import Observation
from data.model.rows import Call, Span
from data.recorder import record

CHECKS = Checks()


@CHECKS.promise
def the_recorder_takes_it(evidence: Evidence) -> Iterator[str]:
    """Every observation that tells something is recorded, agents are in one state at a time, and visits end once.

    Why: This is what the store, the screen and all figures are made of.

    Mend: One that is passed over has the cursor of the one before, or no cursor and ends no later: a new answer needs
    a new one. Anything else is worth a report to Floorwalk, with what was told.
    """
    known = Known(1)
    recorded: list[Rows] = []
    for observation in evidence.observations():
        was = known
        known, rows = record(known, observation)
        recorded.append(rows)
        if known is was and (observation.events or observation.snapshot is not None):
            yield f"an observation with {_what(observation)} was passed over as an old one"
    yield from overlaps(recorded)
    yield from second_ends(recorded)


def _what(observation: Observation) -> str:
    return f"{len(observation.events)} events" if observation.events else "a snapshot"


def overlaps(recorded: Iterable[Rows]) -> Iterator[str]:
    """Yield where an agent is in two states at once."""
    spans: dict[int, dict[int, Span]] = defaultdict(dict)
    for rows in recorded:
        for (agent_id, since_ms), span in rows.spans.items():
            spans[agent_id][since_ms] = span
    for agent_id, mine in spans.items():
        for before, after in pairwise(mine[since_ms] for since_ms in sorted(mine)):
            if before.until_ms is None or before.until_ms > after.since_ms:
                yield f"agent {agent_id} is {before.state} and {after.state} at once"
        for span in mine.values():
            if span.until_ms is not None and span.until_ms < span.since_ms:
                yield f"agent {agent_id} is {span.state} for less than no time"


def second_ends(recorded: Iterable[Rows]) -> Iterator[str]:
    """Yield which visits ended a second time, at another moment or with another outcome."""
    ended: dict[int, Call] = {}
    for rows in recorded:
        for call_id, (_, call) in rows.calls.items():
            before = ended.get(call_id)
            if before is not None and (before.ended_ms, before.outcome) != (call.ended_ms, call.outcome):
                yield f"the visit of {call.contact!r} ended as {before.outcome}, then as {call.outcome}"
            if call.ended_ms is not None:
                ended[call_id] = call


@CHECKS.advice
def the_recorder_hears_nothing_again(evidence: Evidence) -> Iterator[str]:
    """No event says what is known already.

    Why: The recorder recognises a repeat by what it says; one that says it a little otherwise is another event.

    Mend: Where two words of the source mean one thing, tell one of them.
    """
    known = Known(1)
    repeats = 0
    evidence.events()
    for number, observation in enumerate(evidence.observations()):
        known, rows = record(known, observation)
        if number:
            repeats += rows.repeats
    if repeats:
        yield f"{repeats} events said what was known"
