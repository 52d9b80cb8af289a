"""Twelve minutes of a real Asterisk under load: its manager events and its queue log, and the calls in them.

The calls are read from the log by a few lines of their own here, not by the program's reader.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from data.adapters.asterisk.following import Interfaces
from data.adapters.asterisk.status import membership_of
from data.adapters.queue_log import QueueLog
from data.adapters.queue_log.names import NameRules
from data.model.observation import Event
from data.model.rows import Call

FOLDER = Path(__file__).parents[2] / "fixtures" / "asterisk"
UNANSWERED = {
    "ABANDON": ("abandoned", 2),
    "EXITWITHTIMEOUT": ("timed_out", 2),
    "EXITEMPTY": ("overflowed", 2),
    "EXITWITHKEY": ("overflowed", 3),
}


class Told(NamedTuple):
    """A manager event and when it came, in s."""

    at_s: float
    fields: Mapping[str, str]


class Visit(NamedTuple):
    """What the log says of one call: durations in s."""

    call: str
    queue: str
    outcome: str
    wait_s: int
    talk_s: int | None


@cache
def told() -> tuple[Told, ...]:
    with lzma.open(FOLDER / "ami_events.jsonl.xz", "rt", encoding="utf-8") as lines:
        return tuple(Told(each["t"], each["ev"]) for each in map(json.loads, lines))


@cache
def logged() -> tuple[Event, ...]:
    log = QueueLog(FOLDER / "queue_log", NameRules(), taken=(), alone=False)
    return tuple(event for observation in log.observations() for event in observation.events)


@cache
def interfaces() -> Interfaces:
    known = Interfaces()
    named = (each.fields for each in told() if each.fields.get("MemberName"))
    known.learn([membership_of(fields, fields["Queue"]) for fields in named])
    return known


@cache
def truth() -> Counter[Visit]:
    """Return the calls in the log; the attended transfers whose line names the second leg are found by the wait."""
    waits: dict[tuple[str, str], list[int]] = {}
    visits: Counter[Visit] = Counter()
    stray: list[tuple[str, int, int]] = []
    for line in (FOLDER / "queue_log").read_text(encoding="utf-8").splitlines():
        _, call, queue, _, kind, *data = line.split("|")
        if kind == "CONNECT":
            waits.setdefault((call, queue), []).append(int(data[0]))
        elif kind in UNANSWERED:
            outcome, at = UNANSWERED[kind]
            visits[Visit(call, queue, outcome, int(data[at]), None)] += 1
        elif kind in ("COMPLETEAGENT", "COMPLETECALLER"):
            visits[Visit(call, queue, "answered", waits[call, queue].pop(0), int(data[1]))] += 1
        elif kind in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
            wait, talk = int(data[-3]), int(data[-2])
            if waits.get((call, queue)):
                visits[Visit(call, queue, "transferred", waits[call, queue].pop(0), talk)] += 1
            else:
                stray.append((queue, wait, talk))
    left = [(call, queue, wait) for (call, queue), rest in waits.items() for wait in rest]
    for queue, wait, talk in stray:
        found = next(each for each in left if each[1:] == (queue, wait))
        left.remove(found)
        visits[Visit(found[0], queue, "transferred", wait, talk)] += 1
    assert not left
    return visits


def visits_of(calls: Iterable[Call], queues: Mapping[str, int]) -> Counter[Visit]:
    """Return recorded calls as the log would tell them."""
    names = {number: name for name, number in queues.items()}
    return Counter(_visit(call, names) for call in calls)


def _visit(call: Call, names: Mapping[int, str]) -> Visit:
    assert call.outcome is not None, call
    talk = None
    if call.answered_ms is not None:
        talk = ((call.talk_ms or 0) + (call.hold_ms or 0)) // 1000
    return Visit(call.contact, names[call.queue_id], str(call.outcome), (call.wait_ms or 0) // 1000, talk)
