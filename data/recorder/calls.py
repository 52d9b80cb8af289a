"""The calls' half of recording: each queue visit from entry to end, written once whatever order its words come in."""

from __future__ import annotations

from data.model.known import AgentKnown
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    RingEnded,
    WaitingSeen,
    WrapUpEnded,
)
from data.model.rows import Call, Ring
from data.model.words import Outcome, State
from data.recorder.agents import PHONE_RANG, TALKS, WRAPPED_UP, told
from data.recorder.visits import SAME_MS, VisitBook

SECOND = 1_000
_TALKED = (Outcome.ANSWERED, Outcome.TRANSFERRED)


class CallBook(VisitBook):
    """The visits while the words on them are taken, one after the other."""

    def entered(self, event: CallEntered) -> None:
        """Take an entry. One no newer than the visit known is a repeat; a newer one means that visit was lost.

        One that was lost at a gap goes on, if this is its entry told again.
        """
        queue_id = self.agents.queue_id(event.queue)
        key = (event.call, queue_id)
        old = self.current(*key)
        if old is not None:
            if event.at_ms <= old.entered_ms + self._slack(old) or old.id in self.derived:
                named = old._replace(caller=event.caller, caller_name=event.caller_name)
                self._repeated(old, named if event.caller or event.caller_name else old)
                return
            if old.agent_id is not None:
                self.set_aside(old, event.at_ms)
            else:
                self.lose(old, event.at_ms)
        elif key in self.closed:
            lost = self.lost_of(*key, event.at_ms)
            if lost is not None and (lost.ended_ms or 0) < self.agents.since_ms:
                self.write(self.found(lost), lost)
                return
            if self._was(self.closed[key], event.at_ms):
                self.rows.repeats += 1
                return
        self.write(self.begin(event.call, queue_id, event.at_ms, event.caller, event.caller_name), None)

    @staticmethod
    def _slack(call: Call) -> int:
        """Return how much later than the entry another word on it may be: who waits has not come again so soon."""
        return SAME_MS if call.answered_ms is None else 0

    def _repeated(self, call: Call, told: Call) -> None:
        """Take a word that comes again: the last one wins, as it may have been cut off before."""
        self.rows.repeats += 1
        if told != call:
            self.open[call.contact, call.queue_id, 0] = self.write(told, call)

    @staticmethod
    def _was(call: Call, entered_ms: int) -> bool:
        """Whether an entry is of an ended visit: it is dated before the end, or the visit took no time."""
        return entered_ms == call.entered_ms or entered_ms < (call.ended_ms or 0)

    def ringing(self, event: CallRinging) -> None:
        """Take the start of ringing at an agent's phone."""
        queue_id = self.agents.queue_id(event.queue)
        call = self.current(event.call, queue_id)
        if call is None or call.answered_ms is not None:
            self.rows.repeats += 1
            return
        agent = self.agents.present(event.agent, queue_id, event.at_ms)
        self.agents.rings(agent, call, event.at_ms)

    def ring_ended(self, event: RingEnded) -> None:
        """Take a ring that was not answered."""
        queue_id = self.agents.queue_id(event.queue)
        call = self.current(event.call, queue_id) or self.closed.get((event.call, queue_id))
        agent = self.agents.rung(event, queue_id)
        ring = Ring(agent.id, queue_id, call and call.id, event.at_ms, event.ring_ms, event.cancelled)
        if ring in self.rows.rings[-64:]:
            self.rows.repeats += 1
        else:
            self.rows.rings.append(ring)
        self.agents.settle(told(agent._replace(ringing=None), PHONE_RANG), event.at_ms)

    def answered(self, event: CallAnswered) -> None:
        """Take a connection; an entry that was not seen is worked out from the wait."""
        queue_id = self.agents.queue_id(event.queue)
        key = (event.call, queue_id)
        call = self.current(*key)
        stored = call
        if call is not None and call.answered_ms is not None:
            if call.agent_id == self.agents.agent(event.agent).id:
                self._answered_again(call, event)
                return
            self.end_unseen(call, event.at_ms)
            call = stored = None
        elif call is None:
            ended = self.closed.get(key)
            if ended is not None and ended.answered_ms is not None and ended.answered_ms >= event.at_ms:
                self.rows.repeats += 1
                return
            if ended is not None and ended.outcome == Outcome.LOST:
                stored, call = ended, self.found(ended)
        if call is None:
            call = self.derive(event.call, queue_id, event.at_ms - (event.wait_ms or 0))
        agent = self.freed(self.agents.present(event.agent, queue_id, event.at_ms), queue_id, event.at_ms)
        self.connect(agent, call, stored, event.at_ms, event.wait_ms, event.ring_ms)

    def _answered_again(self, call: Call, event: CallAnswered) -> None:
        same = call.answered_ms == event.at_ms and event.wait_ms is not None
        self._repeated(call, call._replace(wait_ms=event.wait_ms, ring_ms=event.ring_ms) if same else call)

    def held(self, event: CallHeld | CallResumed) -> None:
        """Take the start or the end of a hold."""
        agent = self.agents.agent(event.agent)
        held = isinstance(event, CallHeld)
        if agent.calls:
            self.agents.settle(agent._replace(held=held), event.at_ms)
        elif agent.seen is not None and agent.seen.state in TALKS:
            seen = agent.seen._replace(state=State.HOLD if held else State.TALKING)
            self.agents.settle(agent._replace(seen=seen), event.at_ms)
        else:
            self.rows.repeats += 1

    def ended(self, event: CallEnded) -> None:
        """Take the end of a visit; one whose entry or answer was not seen is worked out from the figures."""
        queue_id = self.agents.queue_id(event.queue)
        call = self._agents_leg(event, queue_id) or self.current(event.call, queue_id)
        stored: Call | None
        if call is not None:
            stored = call
        else:
            stored = self.closed.get((event.call, queue_id)) or self._agents_last(event, queue_id)
            call = stored and self._corrected(stored, event)
            if stored is not None and call is None:
                self.rows.repeats += 1
                return
        if call is None:
            span = (event.wait_ms or 0) + (event.talk_ms or 0) + (event.hold_ms or 0)
            call = self.begin(event.call, queue_id, event.at_ms - span)
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
            self.remove(call)
            self.derived.discard(call.id)
        self.write(call, stored)
        self.agents.hush(call.id, event.at_ms)
        self.keep(call)
        if call.agent_id is None:
            return
        key = event.agent
        agent = self.agents.by_key.get(key) if key else None
        if agent is None or agent.id != call.agent_id:
            agent = self.agent_of(call)
        if agent is not None:
            self._leave(agent, call, event)

    def _leave(self, agent: AgentKnown, call: Call, event: CallEnded) -> None:
        if call.id not in agent.calls and agent.span is None:
            agent = self.agents.present(agent.key, None, event.at_ms)
        if agent.seen is not None and agent.span is not None and event.at_ms <= agent.span.since_ms:
            return  # a late word on a visit before: what the agent does now is seen
        rest = tuple(c for c in agent.calls if c != call.id)
        wrapping = (call.id, call.queue_id) if event.wraps_up and not rest else agent.wrapping
        agent = agent._replace(calls=rest, held=agent.held and bool(rest), wrapping=wrapping, seen=None)
        self.agents.settle(agent, event.at_ms)

    def _agents_leg(self, event: CallEnded, queue_id: int) -> Call | None:
        """Return the visit that the named agent talks and that this ends.

        Where the agent sends the caller on, the end may be told under the contact of the agent's second call, whatever
        kind of end it is: queue and wait tell the visit then. A word that was cut off before its figures is of the only
        one that the agent talks there.
        """
        agent = self.agents.by_key.get(event.agent) if event.agent else None
        if agent is None:
            return None
        mine = [self.agents.calls[c] for c in agent.calls if self.agents.calls[c].queue_id == queue_id]
        for call in mine:
            if call.contact == event.call:
                return call
        if self.current(event.call, queue_id) is not None or (event.call, queue_id) in self.closed:
            return None
        for call in mine:
            if self._same_wait(call, event):
                return call
        whole = event.outcome != Outcome.TRANSFERRED and event.talk_ms is not None
        return mine[0] if len(mine) == 1 and not whole else None

    def _agents_last(self, event: CallEnded, queue_id: int) -> Call | None:
        """Return the visit of which an unknown contact's end tells once more how the named agent ended it just now.

        One word on an end may have the caller's contact and another that of the agent's second call.
        """
        agent = self.agents.by_key.get(event.agent) if event.agent else None
        call = self.last_of(agent.id, queue_id) if agent is not None else None
        if call is None or agent is None or call.agent_id != agent.id or not self.is_voice(queue_id):
            return None
        cut_off = event.wait_ms is None or event.talk_ms is None
        same = call.ended_ms == event.at_ms if cut_off else self._same_wait(call, event)
        return call if same and abs((call.ended_ms or 0) - event.at_ms) <= SAME_MS else None

    @staticmethod
    def _same_wait(call: Call, event: CallEnded) -> bool:
        """Whether an end tells a visit's wait, which is in whole seconds, by a clock read a little after the answer."""
        if call.wait_ms is None or event.wait_ms is None:
            return call.wait_ms == event.wait_ms
        return 0 <= event.wait_ms - call.wait_ms <= SECOND

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
        agent = self.agents.agent(event.agent)
        call = self.closed.get((event.call, queue_id))
        if call is None and agent.wrapping is not None and agent.wrapping[1] == queue_id:
            self.wrapped_up(agent.wrapping[0], event.at_ms)
        self._wrapped_up(call, event.at_ms)
        if agent.wrapping is None:
            self.rows.repeats += 1
        self.agents.settle(told(agent._replace(wrapping=None), WRAPPED_UP), event.at_ms)

    def _wrapped_up(self, call: Call | None, at_ms: int) -> None:
        if call is not None and call.ended_ms is not None and call.wrap_up_ms is None:
            after = call._replace(wrap_up_ms=max(0, at_ms - call.ended_ms))
            self.closed[call.contact, call.queue_id] = self.write(after, call)

    # What a snapshot shows

    def waits(self, row: WaitingSeen, now_ms: int) -> None:
        """Begin a visit that a snapshot shows and that is not known, or find it again.

        Its entry may lie before all that was measured, but not before the end of the contact's last visit there.
        """
        queue_id = self.agents.queue_id(row.queue)
        entered_ms = max(0, min(row.entered_ms, now_ms))
        old = self.current(row.call, queue_id)
        if old is not None and old.answered_ms is not None:
            self.set_aside(old, entered_ms)
        elif old is not None:
            self.lose(old, entered_ms)
        lost = self.lost_of(row.call, queue_id, entered_ms)
        if lost is not None:
            self.write(self.found(lost), lost)
            return
        closed = self.closed.get((row.call, queue_id))
        if closed is not None:
            entered_ms = max(entered_ms, closed.ended_ms or 0)
        self.write(self.begin(row.call, queue_id, entered_ms, row.caller, row.caller_name), None)

    def ended_now(self, call: Call, agent: str, at_ms: int) -> None:
        """End an answered visit that a snapshot shows to be over: the figures are those of the times."""
        event = CallEnded(at_ms, call.contact, "", agent, Outcome.ANSWERED)
        self._close(self._finished(call, event), call, event)

    def wrapped_up(self, call_id: int, at_ms: int) -> None:
        """Take that after-call work is shown to be over."""
        self._wrapped_up(next((c for c in reversed(self.closed.values()) if c.id == call_id), None), at_ms)
