"""What Asterisk's manager events say of queues, in the words of an observation.

A ring that the caller's giving up ended, and how an unanswered contact left (given up, timed out, nobody there, thrown
out), are in no event: all are told as abandoned. A key pressed to leave is told by nothing but the leaving. The queue
log knows all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from data.adapters.asterisk.status import Clock, Entry, caller, interface_of, whole
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Event,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
    WaitingSeen,
)
from data.model.text import safe_text
from data.model.words import Outcome

Fields = Mapping[str, str]
Visit = tuple[str, str]
"""A contact's unique id and the queue."""

CONNECTING_MS = 10_000
"""Who left a queue's list and is not connected after this long has gone; the agent may hear an announcement first."""


_AHEAD_MS = 500
"""An event may come while it is asked for."""

_WHOLE_MS = 1_000
"""A list tells waits in whole seconds."""


class Talk(NamedTuple):
    """A call at an agent's phone: `held_ms` so far, `held_since_ms` while it is on hold."""

    visit: Visit
    interface: str
    channel: str
    held_ms: int = 0
    held_since_ms: int | None = None


class Events:
    """Turns manager events into events of an observation; remembers what a later one needs of an earlier one."""

    def __init__(self) -> None:
        """Know of no call yet."""
        self.names: dict[str, str] = {}
        """The members' names that events told, by interface."""
        self.channels: dict[str, str] = {}
        """The channel of each contact, by unique id."""
        self.heard = False
        """Whether a word on a queue has come since the watch began."""
        self.timed = True
        """Whether the events taken last told their times."""
        self._rung: dict[Visit, set[str]] = {}
        """Whose phones were called for a contact who waits."""
        self._talks: dict[str, Talk] = {}
        self._joined: dict[Visit, CallEntered] = {}
        self._leaving: dict[Visit, int] = {}
        self._handlers: dict[str, Callable[[Fields, int], Iterable[Event]]] = {
            "QueueCallerJoin": self._join,
            "Join": self._join,
            "QueueCallerLeave": self._leave,
            "Leave": self._leave,
            "QueueCallerAbandon": self._abandon,
            "AgentCalled": self._called,
            "AgentRingNoAnswer": self._not_answered,
            "AgentConnect": self._connect,
            "AgentComplete": self._complete,
            "QueueMemberAdded": self._added,
            "QueueMemberRemoved": self._removed,
            "QueueMemberPause": self._pause,
            "QueueMemberPaused": self._pause,
            "Hold": self._hold,
            "Unhold": self._unhold,
            "AgentDump": self._dumped,
            "Hangup": self._hung_up,
        }

    def take(self, told: Iterable[Fields], clock: Clock, busy: frozenset[str] = frozenset()) -> list[Event]:
        """Return what manager events say, in their order; one without a time of its own is of the clock's moment.

        `busy` are the interfaces whose phones are in use: whom one of them was called for may still be connected.
        """
        events: list[Event] = []
        self.timed = True
        for fields in told:
            handler = self._handlers.get(fields.get("Event", ""))
            if handler is not None:
                self.heard = self.heard or "Queue" in fields
                self.timed = self.timed and "Timestamp" in fields
                events.extend(event for event in handler(fields, _moment(fields, clock)) if _is_keyed(event))
        events.extend(self._gone(clock.now_ms, busy))
        return events

    def leaving(self) -> list[WaitingSeen]:
        """Return who has left a queue's list for an agent's phone and is not connected yet."""
        seen = (self._joined.get(visit) for visit in self._leaving)
        return [WaitingSeen(e.call, e.queue, e.at_ms, e.caller, e.caller_name) for e in seen if e is not None]

    def unheard(self, entries: Iterable[Entry], clock: Clock, since_ms: int) -> frozenset[str]:
        """Return who waits, came after a moment, and was in no event."""
        new = (entry for entry in entries if clock.now_ms - entry.wait_s * 1000 > since_ms + _WHOLE_MS)
        return frozenset(entry.call for entry in new if (entry.call, entry.queue) not in self._joined)

    def channel_of_agent(self, interface: str) -> str | None:
        """Return the channel of the call at an agent's phone, None where none is known."""
        return next((talk.channel for talk in self._talks.values() if talk.interface == interface), None)

    def ended(self, call: str, queue: str) -> None:
        """Take that a contact who waited has left, by whatever told it: a key pressed is told by the log alone."""
        if (call, queue) in self._leaving:
            self._end((call, queue))

    def forget(self, calls: frozenset[str], talking: frozenset[str]) -> None:
        """Let go of what is kept of contacts and talks, but for those that are still there; events were missed."""
        self.heard = False
        self.channels = {call: channel for call, channel in self.channels.items() if call in calls}
        self._joined = {visit: entered for visit, entered in self._joined.items() if visit[0] in calls}
        self._rung = {visit: agents for visit, agents in self._rung.items() if visit[0] in calls}
        self._leaving.clear()
        self._talks = {key: talk for key, talk in self._talks.items() if talk.interface in talking}

    def _join(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        call, queue = visit = _visit(fields)
        if visit in self._leaving:  # who is back in the queue was not connected
            yield CallEnded(self._leaving[visit], *visit, None, Outcome.OVERFLOWED)
            self._end(visit)
        self.channels[call] = safe_text(fields.get("Channel", ""))
        entered = self._joined[visit] = CallEntered(at_ms, call, queue, *caller(fields))
        yield entered

    def _leave(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        visit = _visit(fields)
        if visit in self._joined:
            self._leaving[visit] = at_ms
        return ()

    def _gone(self, now_ms: int, busy: frozenset[str]) -> Iterable[Event]:
        """Yield the end of those who left and whom nobody was connected with: they pressed a key."""
        for visit, at_ms in tuple(self._leaving.items()):
            if now_ms - at_ms > CONNECTING_MS and not busy & self._rung.get(visit, set()):
                yield CallEnded(at_ms, *visit, None, Outcome.OVERFLOWED)
                self._end(visit)

    def _hung_up(self, fields: Fields, _at_ms: int) -> Iterable[Event]:
        """Take the end of a channel: a contact's who had left without being connected."""
        call = safe_text(fields.get("Uniqueid", ""))
        for visit, left_ms in tuple(self._leaving.items()):
            if visit[0] == call:
                yield CallEnded(left_ms, *visit, None, Outcome.OVERFLOWED)
                self._end(visit)

    def _dumped(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        """Take that an agent hung up before they were connected: the contact waits on."""
        self._leaving.pop(_visit(fields), None)
        return (RingEnded(at_ms, *_visit(fields), self._member(fields)),)

    def _abandon(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        visit = _visit(fields)
        self._end(visit)
        return (CallEnded(at_ms, *visit, None, Outcome.ABANDONED, _seconds(fields, "HoldTime", "Holdtime")),)

    def _end(self, visit: Visit) -> None:
        self._joined.pop(visit, None)
        self._leaving.pop(visit, None)
        self._rung.pop(visit, None)
        if not any(other[0] == visit[0] for other in self._joined):
            self.channels.pop(visit[0], None)

    def _called(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        visit, interface = _visit(fields), self._member(fields)
        if visit in self._joined:
            self._rung.setdefault(visit, set()).add(interface)
        return (CallRinging(at_ms, *visit, interface),)

    def _not_answered(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        ring_ms = whole(fields, "RingTime", "Ringtime")  # this one is in ms
        return (RingEnded(at_ms, *_visit(fields), self._member(fields), ring_ms),)

    def _connect(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        visit, interface = _visit(fields), self._member(fields)
        self._joined.pop(visit, None)
        self._leaving.pop(visit, None)
        self._rung.pop(visit, None)
        channel = safe_text(fields.get("DestChannel") or fields.get("BridgedChannel", ""))
        self._talks = {key: talk for key, talk in self._talks.items() if talk.interface != interface}
        self._talks[channel] = Talk(visit, interface, channel)
        wait_ms, ring_ms = _seconds(fields, "HoldTime", "Holdtime"), _seconds(fields, "RingTime", "Ringtime")
        return (CallAnswered(at_ms, *visit, interface, wait_ms, ring_ms),)

    def _complete(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        visit, interface = _visit(fields), self._member(fields)
        talk = self._ended(visit, interface, safe_text(fields.get("DestChannel", "")))
        transferred = fields.get("Reason") == "transfer"
        talk_ms = _seconds(fields, "TalkTime", "Talktime")
        held_ms = None
        if talk is not None:
            held_ms = talk.held_ms + (at_ms - talk.held_since_ms if talk.held_since_ms is not None else 0)
            if talk_ms is not None:
                held_ms = max(0, min(held_ms, talk_ms))
                talk_ms -= held_ms
        outcome = Outcome.TRANSFERRED if transferred else Outcome.ANSWERED
        wait_ms = _seconds(fields, "HoldTime", "Holdtime")
        for over in {visit, talk.visit if talk is not None else visit}:  # a transfer may name the second leg
            if not any(other.visit[0] == over[0] for other in self._talks.values()) and over not in self._joined:
                self._end(over)
        return (CallEnded(at_ms, *visit, interface, outcome, wait_ms, talk_ms, held_ms),)

    def _ended(self, visit: Visit, interface: str, channel: str) -> Talk | None:
        """Return the talk that ends: by its visit, or, as a transfer may name the second leg, by the agent's phone."""
        for key, talk in self._talks.items():
            if talk.visit == visit and talk.interface == interface:
                return self._talks.pop(key)
        return self._talks.pop(channel, None)

    def _hold(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        talk = self._talks.get(fields.get("Channel", ""))
        if talk is None or talk.held_since_ms is not None:
            return ()
        self._talks[talk.channel] = talk._replace(held_since_ms=at_ms)
        return (CallHeld(at_ms, *talk.visit, talk.interface),)

    def _unhold(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        talk = self._talks.get(fields.get("Channel", ""))
        if talk is None or talk.held_since_ms is None:
            return ()
        held_ms = talk.held_ms + max(0, at_ms - talk.held_since_ms)
        self._talks[talk.channel] = talk._replace(held_since_ms=None, held_ms=held_ms)
        return (CallResumed(at_ms, *talk.visit, talk.interface),)

    def _added(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        interface, queue = self._member(fields), safe_text(fields.get("Queue", ""))
        yield SignedIn(at_ms, interface, queue)
        if fields.get("Paused") == "1":
            yield Paused(at_ms, interface, queue, safe_text(fields.get("PausedReason", "")))

    def _removed(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        return (SignedOut(at_ms, self._member(fields), safe_text(fields.get("Queue", ""))),)

    def _pause(self, fields: Fields, at_ms: int) -> Iterable[Event]:
        interface, queue = self._member(fields), safe_text(fields.get("Queue", ""))
        if fields.get("Paused") != "1":
            return (Resumed(at_ms, interface, queue),)
        return (Paused(at_ms, interface, queue, safe_text(fields.get("PausedReason") or fields.get("Reason", ""))),)

    def _member(self, fields: Fields) -> str:
        interface = interface_of(fields)
        name = safe_text(fields.get("MemberName") or fields.get("AgentName", ""))
        if name:
            self.names[interface] = name
        return interface


def _is_keyed(event: Event) -> bool:
    """Whether an event names what it is about: nothing can be recorded of a contact, queue or agent without a key."""
    return "" not in (getattr(event, "call", None), getattr(event, "queue", None), getattr(event, "agent", None))


def _visit(fields: Fields) -> Visit:
    return safe_text(fields.get("Uniqueid", "")), safe_text(fields.get("Queue", ""))


def _seconds(fields: Fields, *names: str) -> int | None:
    """Return a duration that is told in whole seconds, in ms; None where it is not told."""
    return max(0, whole(fields, *names)) * 1000 if any(fields.get(name) for name in names) else None


def _moment(fields: Fields, clock: Clock) -> int:
    """Return when an event was, by our clock."""
    try:
        at_ms = clock.ms(float(fields["Timestamp"]))
    except (KeyError, ValueError, OverflowError):
        return clock.now_ms
    # A time that can't be is no time; one that is ahead of ours would take all that follows with it.
    return min(at_ms, clock.now_ms + _AHEAD_MS) if abs(at_ms - clock.now_ms) < 3_600_000 else clock.now_ms
