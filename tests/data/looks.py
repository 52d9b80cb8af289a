"""Observations with snapshots to test with: floors of which anything is said and shown at any time."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from data.model.known import AgentKnown, Known, Rows
from data.model.observation import (
    AgentSeen,
    CallAnswered,
    CallEntered,
    Event,
    Observation,
    Serving,
    SignedIn,
    Snapshot,
    WaitingSeen,
)
from data.model.rows import Call
from data.model.words import Outcome, State
from data.recorder import record
from tests.data.floor import AGENTS, CALLS, CHAT, QUEUES, REASON, Tables, any_event
from tests.data.logs import START, at

TALKS = (State.TALKING, State.HOLD)
BUSY = (*TALKS, State.RINGING, State.WRAP_UP)
STEP = st.sampled_from([1, 500, 1_000, 2_000, 5_000, 61_000, 400_000])
AGO = st.sampled_from([-5_000, 0, 300, 1_000, 4_000, 30_000, 3_600_000])
WAIT = st.sampled_from([0, 300, 1_000, 4_000, 30_000, 3_600_000])
GAP = st.sampled_from([0, 0, 0, 0, 1_000, 60_000, 7_200_000])


def moments(now_ms: int) -> st.SearchStrategy[int | None]:
    """Draw when something began, which is mostly not told."""
    return st.one_of(st.none(), st.none(), AGO.map(lambda ago: now_ms - ago))


@st.composite
def rows_of_agents(draw: st.DrawFn, now_ms: int) -> AgentSeen:
    """Draw how an agent is shown, whether it makes sense or not."""
    queues = draw(st.lists(QUEUES, unique=True, max_size=3))
    paused = st.one_of(st.none(), st.none(), REASON)
    serving = tuple(Serving(q, draw(paused), draw(moments(now_ms)), draw(moments(now_ms))) for q in queues)
    state = draw(st.sampled_from([*State, State.TALKING, State.TALKING, State.AVAILABLE]))
    return AgentSeen(
        draw(AGENTS),
        state,
        draw(moments(now_ms)),
        draw(REASON),
        draw(st.one_of(st.none(), QUEUES)),
        draw(st.one_of(st.none(), CALLS)),
        draw(st.sampled_from([serving, serving, None])),
        draw(st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(State), max_size=2))),
    )


@st.composite
def snapshots(draw: st.DrawFn, now_ms: int, corrects: bool, waits: st.SearchStrategy[int] = WAIT) -> Snapshot:
    """Draw how a source shows itself; contacts have waited for one of `waits` ms."""
    agents = draw(st.one_of(st.none(), st.lists(rows_of_agents(now_ms), max_size=4)))
    waiting = draw(
        st.one_of(
            st.none(), st.lists(st.builds(WaitingSeen, CALLS, QUEUES, waits.map(lambda ms: now_ms - ms)), max_size=4)
        )
    )
    return Snapshot(
        None if agents is None else tuple(agents), None if waiting is None else tuple(waiting), corrects=corrects
    )


@st.composite
def watched(draw: st.DrawFn, most: int = 8, *, corrects: bool | None = None) -> list[Observation]:
    """Draw answers of a source that says and shows anything, some of it again, and that is lost now and then."""
    seen: list[Observation] = []
    since_ms, last = START, None
    for number in range(draw(st.integers(1, most))):
        since_ms += draw(GAP)
        until_ms = since_ms + draw(STEP)
        moment = st.integers(since_ms - 2_000, until_ms)
        events: list[Event] = [draw(any_event(at_ms)) for at_ms in sorted(draw(st.lists(moment, max_size=4)))]
        correcting = draw(st.booleans()) if corrects is None else corrects
        again = last is not None and draw(st.booleans())
        snapshot = last if again else draw(st.one_of(st.none(), snapshots(until_ms, correcting, AGO)))
        last = snapshot if snapshot is not None else last
        told = CHAT if number == 0 else None
        seen.append(Observation("test", since_ms, until_ms, events, (), told, None, snapshot))
        since_ms = until_ms
    return seen


def later(known: Known, snapshot: Snapshot, after_ms: int = 1_000, events: tuple[Event, ...] = ()) -> Observation:
    """Return the next answer of a source, which shows itself like this."""
    assert known.coverage
    until_ms = known.coverage.until_ms
    return Observation("test", until_ms, until_ms + after_ms, events, (), None, None, snapshot)


def disagreements(known: Known, snapshot: Snapshot) -> list[str]:
    """Return in what the knowledge differs from what a snapshot shows; told anew, and plainly, from the contract."""
    found = []
    if snapshot.agents is not None:
        rows = {row.agent: row for row in snapshot.agents}
        for key, row in rows.items():
            found += _of_agent(known, known.agents[key], row, snapshot)
        for key, agent in known.agents.items():
            if key not in rows and agent.span is not None:
                off = agent.span.state == State.OFFLINE or (snapshot.corrects and bool(agent.calls))
                found += [] if off and not agent.members and not agent.signed_in else [f"{key} is still here: {agent}"]
    if snapshot.waiting is not None:
        found += _of_waiting(known, snapshot)
    return found


def _of_agent(known: Known, agent: AgentKnown, row: AgentSeen, snapshot: Snapshot) -> list[str]:
    found = []
    if row.serving is not None:
        shown = {known.queues.get(s.queue): s.paused for s in row.serving}
        if {q: m.paused for q, m in agent.members.items()} != shown:
            found.append(f"{row.agent} serves {agent.members}, not {row.serving}")
    span = agent.span
    if span is None:
        return [*found, f"nothing is known of {row.agent}"]
    same: list[Callable[[], bool]] = [
        lambda: span.state == row.state and (span.state != State.NOT_READY or _reason_fits(span.reason, row)),
        lambda: span.state in row.or_states and span.state != row.state,
        lambda: snapshot.corrects and (span.state, row.state) == (State.HOLD, State.TALKING),
        lambda: row.state == State.UNKNOWN and span.state in BUSY,
    ]
    if not any(fits() for fits in same):
        found.append(f"{row.agent} is {span}, not {row}")
    if span.state == row.state and row.state in BUSY and row.queue is not None:
        chats = [c for c in known.open.values() if c.id in agent.calls and known.queues.get("chat") == c.queue_id]
        talked = {c.queue_id for c in known.open.values() if c.id in agent.calls}
        if known.queues.get(row.queue) not in {span.queue_id, *talked} and not chats:
            found.append(f"{row.agent} is busy with {span}, not {row}")
    return found


def _reason_fits(reason: str, row: AgentSeen) -> bool:
    return reason == row.reason or (row.reason == "" and bool(row.serving))


def _of_waiting(known: Known, snapshot: Snapshot) -> list[str]:
    """Who is shown to wait and to talk at once may be known as either."""
    assert snapshot.waiting is not None
    names = {number: name for name, number in known.queues.items()}
    talking = {row.call for row in snapshot.agents or () if row.state in TALKS}
    waits = {(c.contact, names[c.queue_id]) for c in known.open.values() if c.answered_ms is None}
    shown = {(row.call, row.queue): row for row in snapshot.waiting}
    talked = {(c.contact, names[c.queue_id]): c for c in known.open.values() if c.answered_ms is not None}
    found = [f"{visit} waits and is not shown" for visit in waits - shown.keys() if visit[0] not in talking]
    for visit, row in shown.items():
        held = talked.get(visit)
        came_back = held is None or row.entered_ms > (held.answered_ms or 0) + 3_000
        if visit not in waits and came_back:
            found.append(f"{visit} does not wait")
    return found


def snapshot_of(known: Known, corrects: bool) -> Snapshot:
    """Return how a source would show what is known of it."""
    names = {number: name for name, number in known.queues.items()}
    visits = {call.id: call for call in known.open.values()}
    rows = []
    for key, agent in known.agents.items():
        if agent.span is not None and (agent.members or agent.span.state != State.OFFLINE):
            _, state, reason, queue_id, call_id, *_ = agent.span
            call = visits.get(call_id or 0)
            serving = tuple(Serving(names[number], member.paused) for number, member in agent.members.items())
            queue = names.get(queue_id or 0)
            rows.append(AgentSeen(key, state, None, reason, queue, call and call.contact, serving))
    waiting = [
        WaitingSeen(c.contact, names[c.queue_id], c.entered_ms) for c in visits.values() if c.answered_ms is None
    ]
    return Snapshot(tuple(rows), tuple(waiting), corrects)


# Told by hand

SALES = (Serving("sales"),)
BOTH = (Serving("sales"), Serving("support"))
ANN_SERVES = SignedIn(START, "Ann", "sales")
ANN_TALKS: tuple[Event, ...] = (
    ANN_SERVES,
    CallEntered(START, "c1", "sales"),
    CallAnswered(at(5), "c1", "sales", "Ann"),
)


class Watch:
    """A source that is watched from second 0 on; the next answer is told with `told` or `shown`."""

    def __init__(self, *events: Event, until: float = 10) -> None:
        self.known, self.tables, self.now = Known(1), Tables(), START
        self.rows = Rows(1)
        self._take(Observation("t", START, at(until), events, (), CHAT))

    def _take(self, observation: Observation) -> Watch:
        self.known, self.rows = record(self.known, observation)
        self.tables.add(self.rows)
        self.now = observation.until_ms
        return self

    def told(self, *events: Event, until: float | None = None) -> Watch:
        """Tell events, by default up to the last of them."""
        return self._take(
            Observation("t", self.now, max(e.at_ms for e in events) if until is None else at(until), events)
        )

    def shown(
        self,
        *agents: AgentSeen,
        waiting: tuple[WaitingSeen, ...] | None = None,
        corrects: bool = False,
        until: float | None = None,
        since: float | None = None,
        events: tuple[Event, ...] = (),
        people: bool = True,
    ) -> Watch:
        """Show these agents and contacts, by default a second later."""
        snapshot = Snapshot(agents if people else None, waiting, corrects)
        until_ms = self.now + 1_000 if until is None else at(until)
        since_ms = self.now if since is None else at(since)
        return self._take(Observation("t", since_ms, until_ms, events, (), None, None, snapshot))

    def twice(self, *agents: AgentSeen, waiting: tuple[WaitingSeen, ...] | None = None) -> Watch:
        """Show the same two times, by a source that tells events too."""
        self.shown(*agents, waiting=waiting, corrects=True)
        return self.shown(*agents, waiting=waiting, corrects=True)

    def states(self, agent: str = "Ann") -> list[tuple[str, float]]:
        """Return an agent's (state and reason, since second) that took any time."""
        spans = self.tables.of_agent(self.known.agents[agent].id)
        return [
            (f"{s.state} {s.reason}".strip(), (s.since_ms - START) / 1000) for s in spans if s.until_ms != s.since_ms
        ]

    def state(self, agent: str = "Ann") -> str:
        return self.states(agent)[-1][0]

    def members(self, agent: str = "Ann") -> list[tuple[str, float, float | None, str | None]]:
        """Return an agent's memberships as (queue, since second, until second, pause)."""
        number = self.known.agents[agent].id
        names = {i: name for name, i in self.known.queues.items()}
        mine = sorted((m for m in self.tables.members.values() if m.agent_id == number), key=lambda m: m[1:3])
        return [(names[m.queue_id], second(m.since_ms) or 0, second(m.until_ms), m.paused) for m in mine]

    def call(self, contact: str = "c1") -> Call:
        """Return the only visit of a contact."""
        (call,) = (call for call in self.tables.calls.values() if call.contact == contact)
        return call

    def visits(self) -> list[tuple[float, Outcome | None]]:
        """Return all visits as (entered second, outcome)."""
        return [((call.entered_ms - START) / 1000, call.outcome) for call in self.tables.calls.values()]

    def nothing_changed(self) -> bool:
        rows = self.rows
        return not (rows.spans or rows.calls or rows.members or rows.standings)


def second(moment_ms: int | None) -> float | None:
    return None if moment_ms is None else (moment_ms - START) / 1000


def ann(state: State, serving: tuple[Serving, ...] | None = SALES, **more: object) -> AgentSeen:
    return AgentSeen("Ann", state, serving=serving)._replace(**more)  # type: ignore[arg-type]


AVAILABLE = ann(State.AVAILABLE)
