"""The agents' half of recording: sign-ins, pauses, and the one state that is derived from all that is known."""

from __future__ import annotations

from collections import defaultdict

from data.model.known import AgentKnown, Known, Rows, Standing, doing
from data.model.observation import Paused, Resumed, RingEnded, SignedIn, SignedOut
from data.model.rows import Call, Member, Span
from data.model.words import State

TALKS = frozenset({State.TALKING, State.HOLD})

WHERE_THEY_SERVE = frozenset({State.AVAILABLE, State.NOT_READY, State.UNKNOWN})
"""What was seen of an agent and no longer holds once they sign in or out of a queue, pause or resume."""
WRAPPED_UP = WHERE_THEY_SERVE | {State.WRAP_UP}
"""What no longer holds once after-call work is over."""
PHONE_RANG = frozenset(State) - TALKS
"""What no longer holds once their phone rings: a second call may ring them in the midst of one of their own."""


def told(agent: AgentKnown, disproved: frozenset[State]) -> AgentKnown:
    """Return an agent after a word on them that says more than these states, if one of them was only seen."""
    if agent.seen is None or agent.seen.state not in disproved:
        return agent
    return agent._replace(seen=None)


class AgentBook:
    """The agents while one observation is recorded; `calls` gives a visit by id for its queue."""

    def __init__(self, known: Known, rows: Rows) -> None:
        """Start from what was known; nothing of it is changed."""
        self.rows = rows
        self.by_key = dict(known.agents)
        self.key_of = {agent.id: key for key, agent in known.agents.items()}
        self.at_phones: defaultdict[int, set[str]] = defaultdict(set)
        """The keys of the agents whose phone rings for a visit, by its id."""
        for key, agent in known.agents.items():
            if agent.ringing is not None:
                self.at_phones[agent.ringing[0]].add(key)
        self.queues = dict(known.queues)
        self.calls: dict[int, Call] = {call.id: call for call in known.open.values()}
        self.next_agent = known.next_agent
        self.next_queue = known.next_queue
        self.since_ms = known.coverage.since_ms if known.coverage else 0

    def queue_id(self, key: str) -> int:
        """Return the id of a queue, giving it one when it is new."""
        queue_id = self.queues.get(key)
        if queue_id is None:
            queue_id = self.queues[key] = self.next_queue
            self.next_queue += 1
            self.rows.queues.append((queue_id, key))
        return queue_id

    def agent(self, key: str) -> AgentKnown:
        """Return what is known of an agent, making the acquaintance where there was none."""
        agent = self.by_key.get(key)
        if agent is None:
            agent = self.by_key[key] = AgentKnown(self.next_agent, key)
            self.key_of[agent.id] = key
            self.next_agent += 1
            self.rows.agents.append((agent.id, key))
        return agent

    def settle(self, agent: AgentKnown, at_ms: int) -> None:
        """Keep `agent` and, if the derived state is another one now, end its span and open the next at `at_ms`.

        What was seen of them is let go where they would be said to do the same without it.
        """
        span = agent.span
        derived = doing(agent, self.calls)
        if agent.seen is not None:
            bare = agent._replace(seen=None)
            agent = bare if doing(bare, self.calls) == derived else agent
        if span is None or derived != span[1:5]:
            if span is None:
                at_ms = max(at_ms, self.since_ms)  # time may go back to before a gap
            else:
                at_ms = max(at_ms, span.since_ms)
                if at_ms > span.since_ms:
                    self.rows.spans[agent.id, span.since_ms] = Span(*span[:6], at_ms)
            state, reason, queue_id, call_id = derived
            span = Span(agent.id, state, reason, queue_id, call_id, at_ms, None)
            self.rows.spans[agent.id, at_ms] = span
            agent = agent._replace(span=span)
        self.keep(agent)

    def keep(self, agent: AgentKnown) -> None:
        """Remember an agent, and note for the store what no span or membership tells."""
        if agent[3:6] != self.by_key[agent.key][3:6]:
            self.rows.standings[agent.id] = Standing(*agent[3:6])
        self.by_key[agent.key] = agent

    def present(self, key: str, queue_id: int | None, at_ms: int) -> AgentKnown:
        """Return an agent who just acted, and so is signed in, and serves the queue (not yet settled)."""
        agent = self.agent(key)
        if not agent.signed_in and not agent.members:
            agent = agent._replace(signed_in=True, presumed=True)
        if queue_id is not None and queue_id not in agent.members:
            agent = self._with_member(agent, queue_id, at_ms, None)
        return agent

    def _with_member(self, agent: AgentKnown, queue_id: int, at_ms: int, paused: str | None) -> AgentKnown:
        """Open a membership, or cut the one there is where the pause changes."""
        old = agent.members.get(queue_id)
        if old is None:
            at_ms = max(at_ms, self.since_ms)
        else:
            if old.paused == paused:
                return agent
            at_ms = max(at_ms, old.since_ms)
            self._close_member(old, at_ms)
        member = Member(agent.id, queue_id, at_ms, None, paused)
        self.rows.members[agent.id, queue_id, at_ms] = member
        return agent._replace(members={**agent.members, queue_id: member})

    def _close_member(self, member: Member, at_ms: int) -> None:
        end = max(at_ms, member.since_ms)
        self.rows.members[member.agent_id, member.queue_id, member.since_ms] = member._replace(until_ms=end)

    def signed_in(self, event: SignedIn) -> None:
        """Take a sign-in."""
        agent = self.agent(event.agent)
        if event.queue is None:
            agent = agent._replace(signed_in=True, presumed=False, paused="" if event.paused else None, seen=None)
        else:
            paused = "" if event.paused else agent.paused
            agent = told(self.serves(agent, self.queue_id(event.queue), event.at_ms, paused), WHERE_THEY_SERVE)
        self.settle(agent, event.at_ms)

    def serves(self, agent: AgentKnown, queue_id: int, at_ms: int, paused: str | None) -> AgentKnown:
        """Return an agent who serves a queue, paused there or not (not yet settled)."""
        agent = self._with_member(agent, queue_id, at_ms, paused)
        return agent._replace(signed_in=False, presumed=False) if agent.presumed else agent

    def signed_out(self, event: SignedOut) -> None:
        """Take a sign-out; where the sign-in was before anything was known, its length says when it was."""
        agent = self.agent(event.agent)
        if agent.span is None and event.signed_in_ms:
            since_ms = max(event.at_ms - event.signed_in_ms, self.since_ms)
            if since_ms < event.at_ms:
                agent = agent._replace(signed_in=True)
                self.settle(agent, since_ms)
                agent = self.by_key[agent.key]
        if event.queue is None:
            agent = self.without_members(agent, event.at_ms)
        else:
            agent = told(self.leaves(agent, self.queue_id(event.queue), event.at_ms), WHERE_THEY_SERVE)
        if not agent.signed_in and not agent.members:
            agent = agent._replace(seen=None)
        self.settle(agent, event.at_ms)

    def leaves(self, agent: AgentKnown, queue_id: int, at_ms: int) -> AgentKnown:
        """Return an agent who does not serve a queue any more (not yet settled)."""
        member = agent.members.get(queue_id)
        rest = {q: m for q, m in agent.members.items() if q != queue_id}
        if member is not None:
            self._close_member(member, at_ms)
            agent = agent._replace(members=rest, paused=agent.paused if rest else None)
        if agent.presumed and not rest:
            agent = agent._replace(signed_in=False, presumed=False, paused=None)
        return agent

    def without_members(self, agent: AgentKnown, at_ms: int) -> AgentKnown:
        """Return an agent who is signed out of everything (not yet settled)."""
        for member in agent.members.values():
            self._close_member(member, at_ms)
        return agent._replace(members={}, signed_in=False, presumed=False, paused=None, wrapping=None, seen=None)

    def paused(self, event: Paused) -> None:
        """Take a pause, of one queue or of all; a second pause with another reason changes the reason."""
        queue_id = None if event.queue is None else self.queue_id(event.queue)
        agent = self.present(event.agent, queue_id, event.at_ms)
        if queue_id is not None:
            agent = self._with_member(agent, queue_id, event.at_ms, event.reason)
        else:
            for each in tuple(agent.members):
                agent = self._with_member(agent, each, event.at_ms, event.reason)
            agent = agent._replace(paused=event.reason)
        self.settle(told(agent, WHERE_THEY_SERVE), event.at_ms)

    def resumed(self, event: Resumed) -> None:
        """Take the end of a pause, of one queue or of all."""
        queue_id = None if event.queue is None else self.queue_id(event.queue)
        agent = self.present(event.agent, queue_id, event.at_ms)
        for each in tuple(agent.members) if queue_id is None else (queue_id,):
            agent = self._with_member(agent, each, event.at_ms, None)
        self.settle(told(agent._replace(paused=None), WHERE_THEY_SERVE), event.at_ms)

    def rings(self, agent: AgentKnown, call: Call, at_ms: int) -> None:
        """Take that an agent's phone rings for a visit."""
        self.at_phones[call.id].add(agent.key)
        self.settle(told(agent._replace(ringing=(call.id, call.queue_id)), PHONE_RANG), at_ms)

    def rung(self, event: RingEnded, queue_id: int) -> AgentKnown:
        """Return an agent whose phone rang, signed in unless it began to ring before they signed out."""
        agent = self.agent(event.agent)
        span = agent.span
        if span and span.state == State.OFFLINE and event.at_ms - (event.ring_ms or 0) <= span.since_ms:
            return agent
        return self.present(event.agent, queue_id, event.at_ms)

    def hush(self, call_id: int, at_ms: int) -> None:
        """Stop the ringing for a visit at every phone."""
        for key in self.at_phones.pop(call_id, ()):
            agent = self.by_key[key]
            if agent.ringing is not None and agent.ringing[0] == call_id:
                self.settle(agent._replace(ringing=None), at_ms)

    def restart(self, at_ms: int) -> None:
        """Void all sign-ins. Who was only presumed to be there is unknown now, the others are offline."""
        for agent in tuple(self.by_key.values()):
            if agent.span is None:
                continue
            emptied = self.without_members(agent, at_ms)
            emptied = emptied._replace(presumed=agent.presumed, calls=(), held=False, ringing=None)
            self.settle(emptied, at_ms)

    def blind(self, at_ms: int) -> None:
        """Forget all states: nothing is known from `at_ms` on."""
        for agent in tuple(self.by_key.values()):
            emptied = self.without_members(agent, at_ms)._replace(calls=(), held=False, ringing=None)
            self._forget(emptied, at_ms)

    def _forget(self, agent: AgentKnown, at_ms: int) -> None:
        span = agent.span
        if span is not None:
            self.rows.spans[agent.id, span.since_ms] = Span(*span[:6], max(at_ms, span.since_ms))
        self.keep(agent._replace(span=None))
