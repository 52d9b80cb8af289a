"""After-call work, which Asterisk has no state for: it lasts for the queue's wrap-up time from the end of a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.adapters.asterisk.status import Clock, Membership
from data.model.observation import CallAnswered, CallEnded, Event, SignedOut, WrapUpEnded


class WrapUps:
    """Puts after-call work into a stream of events; `seconds` is the wrap-up time of each queue."""

    def __init__(self, seconds: Mapping[str, int]) -> None:
        """Know of nobody at work."""
        self._seconds = seconds
        self._own: dict[tuple[str, str], int] = {}
        self._due: dict[str, WrapUpEnded] = {}

    def learn(self, own: Mapping[tuple[str, str], int]) -> None:
        """Take the wrap-up times that members have of their own, by (queue, interface)."""
        self._own = dict(own)

    def left_behind(self, members: Iterable[Membership], clock: Clock, resumed_ms: int) -> list[WrapUpEnded]:
        """Return the ends of after-call work that was under way when an earlier run stopped, at `resumed_ms`.

        Which call it was that run knew; here it is told by the end of the member's last one.
        """
        ends: dict[str, WrapUpEnded] = {}
        for member in members:
            seconds = self._own.get((member.queue, member.interface)) or self._seconds.get(member.queue, 0)
            at_ms = clock.ms(member.last_call_s + seconds)
            if seconds > 0 and resumed_ms - seconds * 1000 < clock.ms(member.last_call_s) <= resumed_ms:
                ends[member.interface] = WrapUpEnded(at_ms, "", member.queue, member.interface)
        return [end for end in ends.values() if end.at_ms <= clock.now_ms]

    def put_into(self, events: Iterable[Event], until_ms: int) -> list[Event]:
        """Return events, sorted by time, with those of after-call work among them, up to a moment."""
        told: list[Event] = []
        for event in events:
            told += self._ended_by(event.at_ms)
            match event:
                case CallEnded(agent=str()):
                    event = self._begun(event)
                case CallAnswered() | SignedOut(queue=None):
                    self._due.pop(event.agent, None)
            told.append(event)
        told += self._ended_by(until_ms)
        return told

    def _begun(self, event: CallEnded) -> CallEnded:
        agent = event.agent or ""
        seconds = self._own.get((event.queue, agent)) or self._seconds.get(event.queue, 0)
        if seconds <= 0:
            return event
        self._due[agent] = WrapUpEnded(event.at_ms + seconds * 1000, event.call, event.queue, agent)
        return event._replace(wraps_up=True)

    def _ended_by(self, at_ms: int) -> list[Event]:
        due: list[Event] = sorted((e for e in self._due.values() if e.at_ms <= at_ms), key=lambda e: e.at_ms)
        for event in due:
            if isinstance(event, WrapUpEnded):
                del self._due[event.agent]
        return due
