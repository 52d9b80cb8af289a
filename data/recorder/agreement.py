"""Whether what is known of an agent agrees with how a snapshot shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from data.model.known import AgentKnown, Doing
from data.model.observation import AgentSeen, Serving
from data.model.rows import Call
from data.model.words import State
from data.recorder.agents import TALKS
from data.recorder.visits import VisitBook

NO_QUEUE = -1
"""Stands for a queue that is not known yet: nothing is in it."""

_ON_A_VISIT = TALKS | {State.RINGING, State.WRAP_UP}


class Agreement:
    """Compares agents with the rows of one snapshot; `corrects` is the snapshot's."""

    def __init__(self, visits: VisitBook, rows: Mapping[str, AgentSeen], corrects: bool) -> None:
        """Take note of which contacts are shown with whom."""
        self.visits = visits
        self.agents = visits.agents
        self.corrects = corrects
        self.talkers: defaultdict[str, list[AgentSeen]] = defaultdict(list)
        """The rows of agents who are shown in a talk, by its contact."""
        for row in rows.values():
            if row.call is not None and row.state in TALKS:
                self.talkers[row.call].append(row)
        self._queues_of: defaultdict[str, set[int]] | None = None

    def queue_id(self, key: str | None) -> int | None:
        """Return a queue's id, `NO_QUEUE` for one that is not known, None for None."""
        return None if key is None else self.agents.queues.get(key, NO_QUEUE)

    def is_taken_up(self, visit: Call) -> bool:
        """Whether an agent is shown to talk with the contact of a visit that waits."""
        rows = self.talkers.get(visit.contact, ())
        return any(self.visit_of(row) == (visit.contact, visit.queue_id) for row in rows)

    def visit_of(self, row: AgentSeen) -> tuple[str, int] | None:
        """Return the (contact, queue id) that an agent is shown to be busy with, None where that can't be told.

        Where several are shown with one contact it stays the visit of the one who has it.
        """
        if row.call is None or row.state not in _ON_A_VISIT:
            return None
        queue_id = self.queue_id(row.queue)
        if queue_id is None:
            queues = self._open_queues().get(row.call, set())
            if len(queues) != 1:
                return None
            (queue_id,) = queues
        visit = self.visits.current(row.call, queue_id)
        if visit is not None and visit.agent_id is not None and row.state in TALKS:
            other = self.agents.key_of.get(visit.agent_id)
            theirs = (each.queue for each in self.talkers[row.call] if each.agent == other != row.agent)
            if any(self.queue_id(queue) in (None, queue_id) for queue in theirs):
                return None
        return row.call, queue_id

    def _open_queues(self) -> Mapping[str, set[int]]:
        """Return in which queues each contact had an open visit when this was first asked."""
        if self._queues_of is None:
            self._queues_of = defaultdict(set)
            for contact, queue_id, _ in self.visits.open:
                self._queues_of[contact].add(queue_id)
        return self._queues_of

    def serves_as(self, agent: AgentKnown, serving: tuple[Serving, ...] | None) -> bool:
        """Whether an agent's memberships and the pauses there are the ones shown."""
        if serving is None:
            return True
        members, queues = agent.members, self.agents.queues
        if len(serving) != len(members):
            return False
        for queue, paused, _, _ in serving:
            member = members.get(queues.get(queue, NO_QUEUE))
            if member is None or member.paused != paused:
                return False
        return True

    def does_as(self, agent: AgentKnown, did: Doing, row: AgentSeen) -> bool:
        """Whether what an agent does (`did`) is what a row shows, or can't be told from it at this source."""
        state, reason, queue_id, _ = did
        if state != row.state:
            if state in row.or_states:
                return True
            if row.state == State.UNKNOWN:
                return agent.seen is None and state in _ON_A_VISIT
            if not (self.corrects and state == State.HOLD and row.state == State.TALKING):
                return False
        if state in TALKS:
            return self._talks_as(agent, queue_id, row)
        if state == State.RINGING:
            return self._rings_as(agent, queue_id, row)
        if state == State.WRAP_UP:
            return (row.queue is None and agent.seen is None) or queue_id == self.queue_id(row.queue)
        if state == State.NOT_READY:
            return reason == row.reason or (not row.reason and bool(row.serving))
        return True

    def _talks_as(self, agent: AgentKnown, queue_id: int | None, row: AgentSeen) -> bool:
        visit = self.visit_of(row)
        if not agent.calls:
            return visit is None and queue_id == self.queue_id(row.queue)
        mine = [self.agents.calls[call_id] for call_id in agent.calls]
        if visit is not None:
            return any((call.contact, call.queue_id) == visit for call in mine)
        shown = self.queue_id(row.queue)
        return shown is None or any(c.queue_id == shown or not self.visits.is_voice(c.queue_id) for c in mine)

    def _rings_as(self, agent: AgentKnown, queue_id: int | None, row: AgentSeen) -> bool:
        visit = self.waiting_of(row)
        if agent.seen is not None or agent.ringing is None:
            return visit is None and queue_id == self.queue_id(row.queue)
        if visit is not None:
            return visit.id == agent.ringing[0]
        return row.queue is None or queue_id == self.queue_id(row.queue)

    def waiting_of(self, row: AgentSeen) -> Call | None:
        """Return the visit that an agent is shown to be busy with, if it waits."""
        shown = self.visit_of(row)
        visit = self.visits.current(*shown) if shown is not None else None
        return visit if visit is not None and visit.answered_ms is None else None
