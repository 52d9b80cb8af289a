"""The agents as a snapshot shows them: what differs from what is known is put right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from data.model.days import HOUR
from data.model.known import AgentKnown, Seen, doing
from data.model.observation import AgentSeen, Serving, Snapshot
from data.model.rows import Call, Span
from data.model.words import Outcome, State
from data.recorder.agents import TALKS
from data.recorder.agreement import Agreement
from data.recorder.calls import CallBook
from data.recorder.doubts import Doubts
from data.recorder.visits import SAME_MS

_IDLE = frozenset({State.AVAILABLE, State.NOT_READY, State.OFFLINE})
_IN_A_QUEUE = TALKS | {State.RINGING, State.WRAP_UP}
_LONG_OFF_MS = 12 * HOUR
"""Who was off for longer before a gap, and is not shown after it, is let go."""


class _Step(NamedTuple):
    """A change of an agent's membership in a queue; `stays` False: they serve it no more."""

    at_ms: int
    stays: bool
    queue_id: int
    paused: str | None = None


class SeenAgents:
    """The agents' rows of one snapshot, to be compared with what is known after the events."""

    def __init__(self, calls: CallBook, snapshot: Snapshot, doubts: Doubts, before: Mapping[str, AgentKnown]) -> None:
        """Take the rows; of one agent the last one holds. `before` is how the agents were before the observation."""
        self.calls = calls
        self.agents = calls.agents
        self.doubts = doubts
        self.before = before
        self.corrects = snapshot.corrects
        self.shown = {row.agent: row for row in snapshot.agents or ()}
        self._unseen: list[Call] | None = None
        self.agreement = Agreement(calls, self.shown, snapshot.corrects)
        self.spans = {key: agent.span for key, agent in self.agents.by_key.items()}
        """Each agent's span as it was when they were last compared, or before the snapshot changed anything."""

        self.begun: set[str] = set()
        """The contacts whose visits this snapshot began: who was seen to ring, rings for one of them at once."""

    def take(self) -> None:
        """Put right who differs. Whom that changes beside is compared again, and what differs then counts at once."""
        self._compare_all(self.shown.values())
        nobody = not self.shown
        for key, agent in tuple(self.agents.by_key.items()):
            if key not in self.shown:
                self._absent(agent, nobody)

    def take_again(self, contacts: Collection[str]) -> None:
        """Compare again who is shown with contacts who were found to wait only after the others were taken."""
        rows = [row for row in self.shown.values() if row.call in contacts]
        self._compare_all(rows, self.doubts.now_ms)

    def _compare_all(self, rows: Iterable[AgentSeen], at_once_ms: int | None = None) -> None:
        for row in rows:
            self._compare(row, at_once_ms)
        changed = self._changed()
        while changed:
            for row in changed:
                self._compare(row)
            changed = self._changed()

    def _changed(self) -> list[AgentSeen]:
        by_key, spans = self.agents.by_key, self.spans
        return [row for key, row in self.shown.items() if by_key[key].span is not spans[key]]

    def _compare(self, row: AgentSeen, at_once_ms: int | None = None) -> None:
        agent = self.agents.by_key.get(row.agent)
        if agent is None or agent.span is None:
            self._correct(self.agents.agent(row.agent), row, False, self.doubts.now_ms)
        else:
            agreed = self.agreement.does_as(agent, agent.span[1:5], row)
            if not agreed or not self.agreement.serves_as(agent, row.serving):
                if agent.span is not self.spans[row.agent]:
                    at_once_ms = agent.span.since_ms
                elif row.call in self.begun and agent.span.state == row.state:
                    at_once_ms = self.doubts.now_ms
                self._correct(agent, row, agreed, at_once_ms)
        self.spans[row.agent] = self.agents.by_key[row.agent].span

    def _correct(self, agent: AgentKnown, row: AgentSeen, agreed: bool, at_once_ms: int | None) -> None:
        """Put an agent right; `agreed`: what they do is what is shown. `at_once_ms`: all counts, and since when."""
        steps = self._steps(agent, row, agreed, at_once_ms)
        after: dict[int, AgentKnown] = {}
        now = agent
        for step in steps:
            now = self._stepped(now, step)
            after[step.at_ms] = now
        if agent.span is None or not self.agreement.does_as(now, doing(now, self.agents.calls), row):
            doubt = (row.state, row.reason, row.queue, row.call)
            if at_once_ms is None and agreed and steps:
                at_once_ms = steps[-1].at_ms
            first_ms = self.doubts.since(("agent", row.agent, doubt), at_once_ms)
            if first_ms is not None:
                self._bring(now, row, self._moment(_began_ms(row), first_ms))
                return
        for at_ms, each in after.items():
            self.agents.settle(each._replace(span=self.agents.by_key[row.agent].span), at_ms)

    def _moment(self, told_ms: int | None, else_ms: int) -> int:
        """Return a moment that the source tells, as far as it lies in what was measured, or else the other one."""
        if told_ms is None:
            return else_ms
        return max(self.agents.since_ms, min(told_ms, self.doubts.now_ms))

    # Memberships and pauses

    def _steps(self, agent: AgentKnown, row: AgentSeen, agreed: bool, at_once_ms: int | None) -> list[_Step]:
        """Return the changes of memberships that count, in order of time."""
        if row.serving is None:
            return []
        steps: list[_Step] = []
        began_ms = row.since_ms if row.state in _IDLE and not agreed else None
        shown = {self.agents.queue_id(each.queue): each for each in row.serving}
        for queue_id, each in shown.items():
            member = agent.members.get(queue_id)
            if member is None:
                first_ms = self.doubts.since(("agent", row.agent, ("serves", queue_id)), at_once_ms)
                if first_ms is not None:
                    steps += self._sign_in(queue_id, each, self._moment(began_ms, first_ms))
            elif member.paused != each.paused:
                first_ms = self.doubts.since(("agent", row.agent, ("paused", queue_id, each.paused)), at_once_ms)
                if first_ms is not None:
                    told_ms = each.paused_ms if each.paused is not None else None
                    at_ms = self._moment(told_ms, self._moment(began_ms, first_ms))
                    steps.append(_Step(at_ms, True, queue_id, each.paused))
        for queue_id in agent.members.keys() - shown.keys():
            first_ms = self.doubts.since(("agent", row.agent, ("leaves", queue_id)), at_once_ms)
            if first_ms is not None:
                steps.append(_Step(self._moment(began_ms, first_ms), False, queue_id))
        return sorted(steps, key=lambda step: step.at_ms)

    def _sign_in(self, queue_id: int, told: Serving, else_ms: int) -> list[_Step]:
        since_ms = self._moment(told.since_ms, else_ms)
        if told.paused is None or told.paused_ms is None:
            return [_Step(since_ms, True, queue_id, told.paused)]
        paused_ms = self._moment(told.paused_ms, else_ms)
        begun = [_Step(since_ms, True, queue_id)] if since_ms < paused_ms else []
        return [*begun, _Step(max(since_ms, paused_ms), True, queue_id, told.paused)]

    def _stepped(self, agent: AgentKnown, step: _Step) -> AgentKnown:
        if not step.stays:
            return self.agents.leaves(agent, step.queue_id, step.at_ms)
        agent = self.agents.serves(agent, step.queue_id, step.at_ms, step.paused)
        return agent if agent.paused == step.paused else agent._replace(paused=None)

    # What they do

    def _bring(self, agent: AgentKnown, row: AgentSeen, at_ms: int) -> None:
        """Have an agent do what a row shows."""
        self.agents.keep(agent)
        ended = self._end_others(agent, row, at_ms)
        if row.state in TALKS:
            at_ms = self._take_up(row, at_ms)
        agent = self.agents.by_key[row.agent]
        agent = self._present(agent._replace(seen=None, held=bool(agent.calls) and row.state == State.HOLD), row)
        agent = self._busy(agent, row, ended, at_ms)
        if row.state == State.NOT_READY:
            agent = self._not_ready(agent, row)
        if not agent.calls and not self._does_just(agent, row):
            queue_id = self.agents.queue_id(row.queue) if row.queue and row.state in _IN_A_QUEUE else None
            agent = agent._replace(ringing=None, wrapping=None, seen=Seen(row.state, "", queue_id))
        self.agents.settle(agent, at_ms)

    def _does_just(self, agent: AgentKnown, row: AgentSeen) -> bool:
        """Whether an agent does what a row shows, and not only what looks the same."""
        return self.agreement.does_as(agent, doing(agent, self.agents.calls), row._replace(or_states=frozenset()))

    def _end_others(self, agent: AgentKnown, row: AgentSeen, at_ms: int) -> list[Call]:
        """End the visits that an agent is shown not to talk any more, and return them."""
        calls = [self.agents.calls[call_id] for call_id in agent.calls]
        if row.state in TALKS:
            visit, queue_id = self.agreement.visit_of(row), self.agreement.queue_id(row.queue)
            calls = [call for call in calls if self.calls.is_voice(call.queue_id)]
            if visit is not None:
                calls = [call for call in calls if (call.contact, call.queue_id) != visit]
            else:
                calls = [call for call in calls if queue_id not in (None, call.queue_id)]
        for call in calls:
            self._end(call, row.agent, at_ms)
        return calls

    def _end(self, call: Call, agent: str, at_ms: int) -> None:
        """End an answered visit: where events are told, its end was missed, and when it was is not known."""
        if self.corrects:
            self.calls.end_unseen(call, at_ms)
        else:
            self.calls.ended_now(call, agent, at_ms)

    def _take_up(self, row: AgentSeen, at_ms: int) -> int:
        """Have an agent talk the visit that a row names or times, if there is one; return since when."""
        agent = self.agents.by_key[row.agent]
        visit = self.agreement.visit_of(row)
        if visit is None:
            unended = None if agent.calls else self._unended(agent, row)
            if unended is not None:
                self.calls.talk(agent, self.calls.write(self.calls.found(unended), unended), at_ms)
            return at_ms
        if any((c.contact, c.queue_id) == visit for c in (self.agents.calls[call_id] for call_id in agent.calls)):
            return at_ms
        contact, queue_id = visit[0], visit[1] if row.queue is None else self.agents.queue_id(row.queue)
        call = self.calls.current(contact, queue_id)
        if call is not None and call.answered_ms is not None:
            other = self.calls.agent_of(call)
            self._end(call, other.key if other else "", at_ms)
            call = None
        if call is not None:
            self.calls.connect(agent, call, call, at_ms, None, None)
            return at_ms
        return self._find(agent, contact, queue_id, at_ms)

    def _find(self, agent: AgentKnown, contact: str, queue_id: int, at_ms: int) -> int:
        """Have an agent talk a visit that is not open: one that was lost from sight, or one not known so far."""
        closed = self.calls.closed.get((contact, queue_id))
        if closed is not None and closed.outcome == Outcome.LOST:
            self.calls.connect(agent, self.calls.found(closed), closed, at_ms, None, None)
        elif closed is not None and closed.agent_id == agent.id and _ended_unseen(closed):
            self.calls.talk(agent, self.calls.write(self.calls.found(closed), closed), at_ms)
        else:
            at_ms = max(at_ms, closed.ended_ms or 0) if closed is not None else at_ms
            self.calls.connect(agent, self.calls.derive(contact, queue_id, at_ms), None, at_ms, None, None)
        return at_ms

    def _unended(self, agent: AgentKnown, row: AgentSeen) -> Call | None:
        """Return the visit of an agent that ended only from sight, and whose answer is the one that the row times."""
        if row.since_ms is None or row.queue is None:
            return None
        if self._unseen is None:
            self._unseen = [call for call in self.calls.closed.values() if _ended_unseen(call)]
        queue_id = self.agreement.queue_id(row.queue)
        for call in self._unseen:
            mine = (call.agent_id, call.queue_id) == (agent.id, queue_id)
            still = self.calls.closed.get((call.contact, call.queue_id)) is call
            if mine and still and abs((call.answered_ms or 0) - row.since_ms) <= SAME_MS:
                return call
        return None

    def _present(self, agent: AgentKnown, row: AgentSeen) -> AgentKnown:
        """Return an agent signed in or not, as what they do tells; a call may outlive a sign-out."""
        if row.state == State.OFFLINE:
            return agent._replace(signed_in=False, presumed=False, paused=agent.paused if agent.members else None)
        here = row.state in (State.AVAILABLE, State.NOT_READY, State.WRAP_UP)
        if not here and (row.serving is not None or row.state == State.UNKNOWN):
            return agent
        if not agent.members and not agent.signed_in:
            agent = agent._replace(signed_in=True, presumed=False)
        return agent._replace(paused=None) if row.state == State.AVAILABLE else agent

    def _busy(self, agent: AgentKnown, row: AgentSeen, ended: list[Call], at_ms: int) -> AgentKnown:
        """Return an agent who rings or wraps up for what a row shows, or for nothing."""
        if row.state == State.RINGING:
            visit = self.agreement.waiting_of(row)
            if visit is not None:
                self.agents.at_phones[visit.id].add(agent.key)
                agent = agent._replace(ringing=(visit.id, visit.queue_id))
        else:
            agent = agent._replace(ringing=None)
        if row.state == State.WRAP_UP:
            shown = self.agreement.visit_of(row)
            closed = self.calls.closed.get(shown) if shown else None
            last = closed if closed is not None and closed.agent_id == agent.id else ended[-1] if ended else None
            return agent._replace(wrapping=(last.id, last.queue_id)) if last else agent
        if agent.wrapping is not None and row.state in (State.AVAILABLE, State.NOT_READY):
            self.calls.wrapped_up(agent.wrapping[0], at_ms)
        return agent._replace(wrapping=None)

    def _not_ready(self, agent: AgentKnown, row: AgentSeen) -> AgentKnown:
        """Return an agent whose pauses give the reason shown: in the queues if they can, else in all of them."""
        for paused in (agent.paused, None):
            each = agent._replace(paused=paused)
            if self._does_just(each, row):
                return each
        return agent._replace(paused=row.reason)

    # Who is not shown

    def _absent(self, agent: AgentKnown, nobody: bool) -> None:
        """Sign out an agent who is in none of the rows; that `nobody` at all is left takes two snapshots."""
        doubt = ("agent", agent.key, "absent")
        if agent.span is None:
            if doubt not in self.doubts.before and not self._was_there(self.before.get(agent.key)):
                return
        elif not agent.members and not agent.signed_in and self._is_off(agent, agent.span):
            return
        at_once_ms = self.doubts.now_ms if agent.span is None else None
        at_ms = self.doubts.since_before(doubt) if nobody else self.doubts.since(doubt, at_once_ms)
        if at_ms is None:
            return
        if not self.corrects:
            for call_id in agent.calls:
                self.calls.ended_now(self.agents.calls[call_id], agent.key, at_ms)
        emptied = self.agents.without_members(self.agents.by_key[agent.key], at_ms)
        self.agents.settle(emptied._replace(ringing=None), at_ms)

    def _is_off(self, agent: AgentKnown, span: Span) -> bool:
        """Whether an agent does nothing but, where events tell its end, talk a last call."""
        return span.state == State.OFFLINE or (self.corrects and bool(agent.calls))

    def _was_there(self, agent: AgentKnown | None) -> bool:
        if agent is None or agent.span is None:
            return False
        return agent.span.state != State.OFFLINE or self.doubts.now_ms - agent.span.since_ms < _LONG_OFF_MS


def _began_ms(row: AgentSeen) -> int | None:
    """Return since when an agent is what they are shown to be, as far as the source times it."""
    if row.since_ms is not None or row.state != State.NOT_READY:
        return row.since_ms
    return max((each.paused_ms for each in row.serving or () if each.paused_ms is not None), default=None)


def _ended_unseen(call: Call) -> bool:
    """Whether an answered visit was ended because it was lost from sight."""
    return call.answered_ms is not None and call.talk_ms is None and call.wrap_up_ms is None
