"""The rows of the store: what the recorder writes and the rules read. Times and durations are ms, ids integers."""

from __future__ import annotations

from typing import NamedTuple

from data.model.words import Outcome, State


class Span(NamedTuple):
    """An agent was in one state in [since_ms, until_ms); `until_ms` None: still is."""

    agent_id: int
    state: State
    reason: str
    queue_id: int | None
    call_id: int | None
    since_ms: int
    until_ms: int | None = None


class Call(NamedTuple):
    """One visit of a contact to a queue; the legs of one contact share `contact`.

    `wait_ms`, `talk_ms` (without hold), `hold_ms`, `wrap_up_ms` are the source's figures where it gives them. An
    answered visit has `answered_ms`; an open one has no `ended_ms` and no outcome unless it is being talked.
    """

    id: int
    contact: str
    queue_id: int
    agent_id: int | None
    caller: str
    caller_name: str
    entered_ms: int
    answered_ms: int | None = None
    ended_ms: int | None = None
    wait_ms: int | None = None
    ring_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    wrap_up_ms: int | None = None
    outcome: Outcome | None = None


class Ring(NamedTuple):
    """An agent's phone rang for a contact and was not answered."""

    agent_id: int
    queue_id: int
    call_id: int | None
    at_ms: int
    ring_ms: int | None
    cancelled: bool


class Member(NamedTuple):
    """An agent served a queue in [since_ms, until_ms), paused there with `reason` or (None) not."""

    agent_id: int
    queue_id: int
    since_ms: int
    until_ms: int | None
    paused: str | None


class Sample(NamedTuple):
    """How many contacts waited in a queue at a whole minute; minutes with none are left out."""

    queue_id: int
    at_ms: int
    waiting: int


class Coverage(NamedTuple):
    """A source was watched in [since_ms, until_ms]; `reason` says why the watch ended, when known."""

    source_id: int
    since_ms: int
    until_ms: int
    reason: str = ""
