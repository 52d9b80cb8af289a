"""The calls' half of recording: each queue visit from entry to end, written once whatever order its words come in."""

from __future__ import annotations

from collections import Counter

from data.model.known import AgentKnown, Known, Rows
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    RingEnded,
    WrapUpEnded,
)
from data.model.rows import Call, Ring
from data.model.words import Channel, Outcome
from data.recorder.agents import AgentBook

_TALKED = (Outcome.ANSWERED, Outcome.TRANSFERRED)
_KEEP_MS = 2 * 3_600_000
"""How long an ended visit is remembered, so that a repeated or late word on it is recognised."""
_KEEP = 10_000
"""How many of them are kept before the old ones are let go."""


class CallBook:
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

    def _write(self, call: Call, old: Call | None) -> Call:
        """Note a changed row, beside how it stood before this observation."""
        written = self.rows.calls.get(call.id)
        self.rows.calls[call.id] = (written[0] if written else old, call)
        self.agents.calls[call.id] = call
        return call

    def _begin(self, contact: str, queue_id: int, entered_ms: int, caller: str = "", name: str = "") -> Call:
        call = Call(self.next_call, contact, queue_id, None, caller, name, entered_ms)
        self.next_call += 1
        self.open[contact, queue_id, 0] = call
        self.waiting[queue_id] += 1
        return call

    def _current(self, contact: str, queue_id: int) -> Call | None:
        """Return the open visit of a contact to a queue, the newest where it has come back."""
        return self.open.get((contact, queue_id, 0))

    def _remove(self, call: Call) -> None:
        """Take a visit off the open ones."""
        for agent_id in (0, call.agent_id or 0):
            key = (call.contact, call.queue_id, agent_id)
            if key in self.open and self.open[key].id == call.id:
                del self.open[key]

    def entered(self, event: CallEntered) -> None:
        """Take an entry. One no newer than the visit known is a repeat; a newer one means that visit was lost."""
        queue_id = self.agents.queue_id(event.queue)
        key = (event.call, queue_id)
        old = self._current(*key)
        if old is not None:
            if event.at_ms <= old.entered_ms or old.id in self.derived:
                named = old._replace(caller=event.caller, caller_name=event.caller_name)
                self._repeated(old, named if event.caller or event.caller_name else old)
                return
            if old.agent_id is not None:
                self._set_aside(old, event.at_ms)
            else:
                self._lose(old, event.at_ms)
        elif key in self.closed and self._was(self.closed[key], event.at_ms):
            self.rows.repeats += 1
            return
        self._write(self._begin(event.call, queue_id, event.at_ms, event.caller, event.caller_name), None)

    def _repeated(self, call: Call, told: Call) -> None:
        """Take a word that comes again: the last one wins, as it may have been cut off before."""
        self.rows.repeats += 1
        if told != call:
            self.open[call.contact, call.queue_id, 0] = self._write(told, call)

    @staticmethod
    def _was(call: Call, entered_ms: int) -> bool:
        """Whether an entry is of an ended visit: it is dated before the end, or the visit took no time."""
        return entered_ms == call.entered_ms or entered_ms < (call.ended_ms or 0)

    def _set_aside(self, call: Call, at_ms: int) -> None:
        """Make room for a contact who is back in a queue while their last visit there is still talked."""
        aside = (call.contact, call.queue_id, call.agent_id or 0)
        self._remove(call)
        if aside in self.open:
            self._end_unseen(self.open[aside], at_ms)
        self.open[aside] = call

    def ringing(self, event: CallRinging) -> None:
        """Take the start of ringing at an agent's phone."""
        queue_id = self.agents.queue_id(event.queue)
        call = self._current(event.call, queue_id)
        if call is None or call.answered_ms is not None:
            self.rows.repeats += 1
            return
        agent = self.agents.present(event.agent, queue_id, event.at_ms)
        self.agents.rings(agent, call, event.at_ms)

    def ring_ended(self, event: RingEnded) -> None:
        """Take a ring that was not answered."""
        queue_id = self.agents.queue_id(event.queue)
        call = self._current(event.call, queue_id) or self.closed.get((event.call, queue_id))
        agent = self.agents.rung(event, queue_id)
        ring = Ring(agent.id, queue_id, call and call.id, event.at_ms, event.ring_ms, event.cancelled)
        if ring in self.rows.rings[-64:]:
            self.rows.repeats += 1
        else:
            self.rows.rings.append(ring)
        self.agents.settle(agent._replace(ringing=None), event.at_ms)

    def answered(self, event: CallAnswered) -> None:
        """Take a connection; an entry that was not seen is worked out from the wait."""
        queue_id = self.agents.queue_id(event.queue)
        key = (event.call, queue_id)
        call = self._current(*key)
        stored = call
        if call is not None and call.answered_ms is not None:
            if call.agent_id == self.agents.agent(event.agent).id:
                self._answered_again(call, event)
                return
            self._end_unseen(call, event.at_ms)
            call = stored = None
        elif call is None:
            ended = self.closed.get(key)
            if ended is not None and ended.answered_ms is not None and ended.answered_ms >= event.at_ms:
                self.rows.repeats += 1
                return
            if ended is not None and ended.outcome == Outcome.LOST:
                stored, call = ended, self._found(ended)
        if call is None:
            call = self._begin(event.call, queue_id, event.at_ms - (event.wait_ms or 0))
            self.derived.add(call.id)
            self.rows.derived += 1
        agent = self._freed(self.agents.present(event.agent, queue_id, event.at_ms), queue_id, event.at_ms)
        answered_ms = max(event.at_ms, call.entered_ms)
        wait_ms = answered_ms - call.entered_ms if event.wait_ms is None else event.wait_ms
        call = call._replace(
            agent_id=agent.id,
            answered_ms=answered_ms,
            wait_ms=wait_ms,
            ring_ms=event.ring_ms,
            outcome=Outcome.ANSWERED,
        )
        self.open[*key, 0] = self._write(call, stored)
        self.waiting[queue_id] -= 1
        agent = agent._replace(calls=(*agent.calls, call.id), ringing=None, wrapping=None, held=False)
        self.agents.settle(agent, event.at_ms)
        self.agents.hush(call.id, event.at_ms)

    def _answered_again(self, call: Call, event: CallAnswered) -> None:
        same = call.answered_ms == event.at_ms and event.wait_ms is not None
        self._repeated(call, call._replace(wait_ms=event.wait_ms, ring_ms=event.ring_ms) if same else call)

    def _found(self, lost: Call) -> Call:
        """Open a visit again that was only lost from sight: it goes on after a gap."""
        del self.closed[lost.contact, lost.queue_id]
        self.waiting[lost.queue_id] += 1
        call = lost._replace(ended_ms=None, wait_ms=None, outcome=None)
        self.open[lost.contact, lost.queue_id, 0] = call
        return call

    def _freed(self, agent: AgentKnown, queue_id: int, at_ms: int) -> AgentKnown:
        """End the calls that an agent must have ended to take one of this queue; only voice is one at a time."""
        if not agent.calls or self.channels.get(queue_id, Channel.VOICE) != Channel.VOICE:
            return agent
        for call_id in agent.calls:
            call = self.agents.calls[call_id]
            if self.channels.get(call.queue_id, Channel.VOICE) == Channel.VOICE:
                self._end_unseen(call, at_ms)
        return self.agents.by_key[agent.key]._replace(
            members=agent.members, signed_in=agent.signed_in, presumed=agent.presumed
        )

    def held(self, event: CallHeld | CallResumed) -> None:
        """Take the start or the end of a hold."""
        agent = self.agents.agent(event.agent)
        if agent.calls:
            self.agents.settle(agent._replace(held=isinstance(event, CallHeld)), event.at_ms)
        else:
            self.rows.repeats += 1

    def ended(self, event: CallEnded) -> None:
        """Take the end of a visit; one whose entry or answer was not seen is worked out from the figures."""
        queue_id = self.agents.queue_id(event.queue)
        call = self._agents_leg(event, queue_id) or self._current(event.call, queue_id)
        stored: Call | None
        if call is not None:
            stored = call
        else:
            stored = self.closed.get((event.call, queue_id))
            call = stored and self._corrected(stored, event)
            if stored is not None and call is None:
                self.rows.repeats += 1
                return
        if call is None:
            span = (event.wait_ms or 0) + (event.talk_ms or 0) + (event.hold_ms or 0)
            call = self._begin(event.call, queue_id, event.at_ms - span)
            self.rows.derived += 1
        self._close(self._finished(call, event), stored, event)

    def _finished(self, call: Call, event: CallEnded) -> Call:
        """Return the row of a visit as its end leaves it. Answered stays answered, whatever ends it."""
        if event.outcome in _TALKED or call.answered_ms is not None:
            outcome = event.outcome if event.outcome in _TALKED else Outcome.ANSWERED
            answered_ms = call.answered_ms
            if answered_ms is None:
                talk = (event.talk_ms or 0) + (event.hold_ms or 0)
                answered_ms = max(call.entered_ms, event.at_ms - talk)
        else:
            outcome, answered_ms = event.outcome, None
        ended_ms = max(event.at_ms, answered_ms or call.entered_ms)
        wait_ms = call.wait_ms if call.wait_ms is not None else event.wait_ms
        if wait_ms is None:
            wait_ms = (answered_ms or ended_ms) - call.entered_ms
        talk_ms = event.talk_ms
        if talk_ms is None and answered_ms is not None and event.outcome in _TALKED:
            talk_ms = max(0, ended_ms - answered_ms - (event.hold_ms or 0))
        agent_id = call.agent_id
        if agent_id is None and answered_ms is not None and event.agent is not None:
            agent_id = self.agents.agent(event.agent).id
        return call._replace(
            agent_id=agent_id,
            answered_ms=answered_ms,
            ended_ms=ended_ms,
            wait_ms=wait_ms,
            talk_ms=talk_ms,
            hold_ms=event.hold_ms,
            outcome=outcome,
        )

    def _close(self, call: Call, stored: Call | None, event: CallEnded) -> None:
        if stored is None or stored.ended_ms is None:
            if stored is None or stored.answered_ms is None:
                self.waiting[call.queue_id] -= 1
            self._remove(call)
            self.derived.discard(call.id)
        self._write(call, stored)
        self.agents.hush(call.id, event.at_ms)
        self.closed[call.contact, call.queue_id] = call
        if call.agent_id is None:
            return
        key = event.agent
        agent = self.agents.by_key.get(key) if key else None
        if agent is None or agent.id != call.agent_id:
            agent = self._agent_of(call)
        if agent is not None:
            self._leave(agent, call, event)

    def _leave(self, agent: AgentKnown, call: Call, event: CallEnded) -> None:
        if call.id not in agent.calls and agent.span is None:
            agent = self.agents.present(agent.key, None, event.at_ms)
        rest = tuple(c for c in agent.calls if c != call.id)
        wrapping = (call.id, call.queue_id) if event.wraps_up and not rest else agent.wrapping
        self.agents.settle(agent._replace(calls=rest, held=agent.held and bool(rest), wrapping=wrapping), event.at_ms)

    def _agent_of(self, call: Call) -> AgentKnown | None:
        key = self.agents.key_of.get(call.agent_id) if call.agent_id is not None else None
        return self.agents.by_key.get(key) if key is not None else None

    def _agents_leg(self, event: CallEnded, queue_id: int) -> Call | None:
        """Return the visit that the named agent talks and that this ends.

        An attended transfer may be logged under the contact of the second leg: queue and wait tell the visit then.
        """
        agent = self.agents.by_key.get(event.agent) if event.agent else None
        if agent is None:
            return None
        mine = [self.agents.calls[c] for c in agent.calls if self.agents.calls[c].queue_id == queue_id]
        for call in mine:
            if call.contact == event.call:
                return call
        if self._current(event.call, queue_id) is not None or (event.call, queue_id) in self.closed:
            return None
        for call in mine:
            if call.wait_ms == event.wait_ms:
                return call
        return mine[0] if len(mine) == 1 and event.outcome == Outcome.TRANSFERRED else None

    def _corrected(self, call: Call, event: CallEnded) -> Call | None:
        """Return an ended visit ready for another end, None where that says nothing new.

        The true end replaces one that was only presumed; the same end told again wins where its figures differ, as
        it may have been cut off before.
        """
        if call.outcome == Outcome.LOST:
            return call._replace(wait_ms=None)
        if call.answered_ms is not None and call.talk_ms is None and event.outcome in _TALKED:
            return call
        figure = event.wait_ms if call.answered_ms is None else event.talk_ms
        if figure is None or (call.outcome, call.ended_ms) != (event.outcome, event.at_ms):
            return None
        again = call if call.answered_ms is not None else call._replace(wait_ms=None)
        return None if self._finished(again, event) == call else again

    def wrap_up_ended(self, event: WrapUpEnded) -> None:
        """Take the end of after-call work: the visit gets its wrap-up time."""
        queue_id = self.agents.queue_id(event.queue)
        call = self.closed.get((event.call, queue_id))
        if call is not None and call.ended_ms is not None and call.wrap_up_ms is None:
            after = call._replace(wrap_up_ms=max(0, event.at_ms - call.ended_ms))
            self.closed[event.call, queue_id] = self._write(after, call)
        agent = self.agents.agent(event.agent)
        if agent.wrapping is None:
            self.rows.repeats += 1
        self.agents.settle(agent._replace(wrapping=None), event.at_ms)

    def _end_unseen(self, call: Call, at_ms: int) -> None:
        """End an answered visit whose end was not seen: how long was talked is not known."""
        after = call._replace(ended_ms=max(at_ms, call.answered_ms or at_ms), talk_ms=None)
        self._drop(after, call)
        agent = self._agent_of(call)
        if agent is not None:
            rest = tuple(c for c in agent.calls if c != call.id)
            self.agents.settle(agent._replace(calls=rest, held=False), at_ms)

    def _lose(self, call: Call, at_ms: int) -> None:
        """End a visit that vanished: lost while it waited, answered (talk unknown) if it was answered."""
        if call.answered_ms is not None:
            self._end_unseen(call, at_ms)
            return
        ended_ms = max(at_ms, call.entered_ms)
        after = call._replace(ended_ms=ended_ms, wait_ms=ended_ms - call.entered_ms, outcome=Outcome.LOST)
        self.waiting[call.queue_id] -= 1
        self._drop(after, call)

    def _drop(self, after: Call, before: Call) -> None:
        self._write(after, before)
        self.agents.hush(after.id, after.ended_ms or after.entered_ms)
        self._remove(after)
        self.derived.discard(after.id)
        self.closed[after.contact, after.queue_id] = after

    def lose_all(self, at_ms: int) -> None:
        """End every open visit at a restart or the start of a gap."""
        for call in tuple(self.open.values()):
            self._lose(call, at_ms)

    def forget(self, now_ms: int) -> None:
        """Let go of ended visits that no late word is expected on any more."""
        if len(self.closed) > _KEEP:
            limit = now_ms - _KEEP_MS
            self.closed = {k: c for k, c in self.closed.items() if (c.ended_ms or 0) >= limit}
