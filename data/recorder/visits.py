"""The visits that are open and those that ended of late: how one begins, is found again, is talked, and goes."""

from __future__ import annotations

from collections import Counter

from data.model.known import AgentKnown, Known, Rows
from data.model.rows import Call
from data.model.words import Channel, Outcome
from data.recorder.agents import AgentBook

SAME_MS = 3_000
"""Two words on one entry may lie so far apart: waits and moments are told in whole seconds, by several clocks."""

_KEEP_MS = 2 * 3_600_000
"""How long an ended visit is remembered, so that a repeated or late word on it is recognised."""
_KEEP = 10_000
"""How many of them are kept before the old ones are let go."""


class VisitBook:
    """The visits while one observation is recorded."""

    def __init__(self, known: Known, rows: Rows, agents: AgentBook) -> None:
        """Start from what was known; nothing of it is changed."""
        self.rows = rows
        self.agents = agents
        self.open = dict(known.open)
        self.closed = dict(known.closed)
        self.derived = set(known.derived)
        self.channels = dict(known.channels)
        self.next_call = known.next_call
        self.waiting = Counter(c.queue_id for c in known.open.values() if c.answered_ms is None)
        self._last: dict[tuple[int, int], Call] | None = None

    def write(self, call: Call, old: Call | None) -> Call:
        """Note a changed row, beside how it stood before this observation."""
        written = self.rows.calls.get(call.id)
        self.rows.calls[call.id] = (written[0] if written else old, call)
        self.agents.calls[call.id] = call
        return call

    def begin(self, contact: str, queue_id: int, entered_ms: int, caller: str = "", name: str = "") -> Call:
        """Open a new visit that waits; it is not written yet."""
        call = Call(self.next_call, contact, queue_id, None, caller, name, entered_ms)
        self.next_call += 1
        self.open[contact, queue_id, 0] = call
        self.waiting[queue_id] += 1
        return call

    def derive(self, contact: str, queue_id: int, entered_ms: int) -> Call:
        """Open a visit whose entry was not seen but worked out; it is not written yet."""
        call = self.begin(contact, queue_id, entered_ms)
        self.derived.add(call.id)
        self.rows.derived += 1
        return call

    def current(self, contact: str, queue_id: int) -> Call | None:
        """Return the open visit of a contact to a queue, the newest where it has come back."""
        return self.open.get((contact, queue_id, 0))

    def remove(self, call: Call) -> None:
        """Take a visit off the open ones."""
        for agent_id in (0, call.agent_id or 0):
            key = (call.contact, call.queue_id, agent_id)
            if key in self.open and self.open[key].id == call.id:
                del self.open[key]

    def set_aside(self, call: Call, at_ms: int) -> None:
        """Make room for a contact who is back in a queue while their last visit there is still talked."""
        aside = (call.contact, call.queue_id, call.agent_id or 0)
        self.remove(call)
        if aside in self.open:
            self.end_unseen(self.open[aside], at_ms)
        self.open[aside] = call

    def found(self, lost: Call) -> Call:
        """Open a visit again that was only lost from sight: it goes on after a gap. It is not written yet."""
        del self.closed[lost.contact, lost.queue_id]
        if lost.answered_ms is not None:
            call = lost._replace(ended_ms=None)
        else:
            call = lost._replace(ended_ms=None, wait_ms=None, outcome=None)
            self.waiting[lost.queue_id] += 1
        self.open[lost.contact, lost.queue_id, 0] = call
        return call

    def lost_of(self, contact: str, queue_id: int, entered_ms: int) -> Call | None:
        """Return the visit that was lost from sight and that a word on its entry shows to go on, if there is one."""
        call = self.closed.get((contact, queue_id))
        if call is None or call.outcome != Outcome.LOST or abs(call.entered_ms - entered_ms) > SAME_MS:
            return None
        return call

    def connect(
        self, agent: AgentKnown, call: Call, stored: Call | None, at_ms: int, wait_ms: int | None, ring_ms: int | None
    ) -> None:
        """Have an agent, who is free for it, talk an open visit that waits; `stored` is how the visit's row stands."""
        answered_ms = max(at_ms, call.entered_ms)
        call = call._replace(
            agent_id=agent.id,
            answered_ms=answered_ms,
            wait_ms=answered_ms - call.entered_ms if wait_ms is None else wait_ms,
            ring_ms=ring_ms,
            outcome=Outcome.ANSWERED,
        )
        self.open[call.contact, call.queue_id, 0] = self.write(call, stored)
        self.waiting[call.queue_id] -= 1
        self.talk(agent, call, at_ms)
        self.agents.hush(call.id, at_ms)

    def talk(self, agent: AgentKnown, call: Call, at_ms: int) -> None:
        """Note that an agent talks an answered visit."""
        agent = agent._replace(calls=(*agent.calls, call.id), ringing=None, wrapping=None, held=False)
        self.agents.settle(agent, at_ms)

    def is_voice(self, queue_id: int) -> bool:
        """Whether a queue's contacts are calls, of which an agent talks one at a time."""
        return self.channels.get(queue_id, Channel.VOICE) == Channel.VOICE

    def freed(self, agent: AgentKnown, queue_id: int, at_ms: int) -> AgentKnown:
        """End the calls that an agent must have ended to take one of this queue; only voice is one at a time."""
        if not agent.calls or not self.is_voice(queue_id):
            return agent
        for call_id in agent.calls:
            call = self.agents.calls[call_id]
            if self.is_voice(call.queue_id):
                self.end_unseen(call, at_ms)
        return self.agents.by_key[agent.key]._replace(
            members=agent.members, signed_in=agent.signed_in, presumed=agent.presumed
        )

    def agent_of(self, call: Call) -> AgentKnown | None:
        """Return the agent who talks or talked a visit."""
        key = self.agents.key_of.get(call.agent_id) if call.agent_id is not None else None
        return self.agents.by_key.get(key) if key is not None else None

    def end_unseen(self, call: Call, at_ms: int) -> None:
        """End an answered visit whose end was not seen: how long was talked is not known."""
        after = call._replace(ended_ms=max(at_ms, call.answered_ms or at_ms), talk_ms=None)
        self._drop(after, call)
        agent = self.agent_of(call)
        if agent is not None:
            rest = tuple(c for c in agent.calls if c != call.id)
            self.agents.settle(agent._replace(calls=rest, held=False), at_ms)

    def lose(self, call: Call, at_ms: int) -> None:
        """End a visit that vanished: lost while it waited, answered (talk unknown) if it was answered."""
        if call.answered_ms is not None:
            self.end_unseen(call, at_ms)
            return
        ended_ms = max(at_ms, call.entered_ms)
        after = call._replace(ended_ms=ended_ms, wait_ms=ended_ms - call.entered_ms, outcome=Outcome.LOST)
        self.waiting[call.queue_id] -= 1
        self._drop(after, call)

    def _drop(self, after: Call, before: Call) -> None:
        self.write(after, before)
        self.agents.hush(after.id, after.ended_ms or after.entered_ms)
        self.remove(after)
        self.derived.discard(after.id)
        self.keep(after)

    def keep(self, call: Call) -> None:
        """Remember an ended visit."""
        self.closed[call.contact, call.queue_id] = call
        if self._last is not None:
            self._note_last(self._last, call)

    def last_of(self, agent_id: int, queue_id: int) -> Call | None:
        """Return the visit in a queue that an agent ended last, if it is still remembered."""
        if self._last is None:
            self._last = {}
            for call in self.closed.values():
                self._note_last(self._last, call)
        last = self._last.get((agent_id, queue_id))
        return self.closed.get((last.contact, queue_id)) if last is not None else None

    @staticmethod
    def _note_last(last: dict[tuple[int, int], Call], call: Call) -> None:
        key = call.agent_id or 0, call.queue_id
        before = last.get(key)
        if before is None or (before.ended_ms or 0, before.id) <= (call.ended_ms or 0, call.id):
            last[key] = call

    def lose_all(self, at_ms: int) -> None:
        """End every open visit at a restart or the start of a gap."""
        for call in tuple(self.open.values()):
            self.lose(call, at_ms)

    def forget(self, now_ms: int) -> None:
        """Let go of ended visits that no late word is expected on any more."""
        if len(self.closed) > _KEEP:
            limit = now_ms - _KEEP_MS
            self.closed = {k: c for k, c in self.closed.items() if (c.ended_ms or 0) >= limit}
