"""Asterisk as an adapter: events for what happened, QueueStatus for how it is, the queue log for the exact record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from data.adapters.asterisk.acts import Acts
from data.adapters.asterisk.ami import Session
from data.adapters.asterisk.events import Events
from data.adapters.asterisk.examine import examined
from data.adapters.asterisk.following import FollowedLog, Interfaces, by_interface
from data.adapters.asterisk.reconcile import Reconciler
from data.adapters.asterisk.status import IDLE, Clock, Fields, Status, names_of, snapshot_of, status_of
from data.adapters.asterisk.wrap_up import WrapUps
from data.adapters.base import Capability, Finding, Option, SourceError
from data.adapters.queue_log.adapter import machine_ms
from data.model.acts import Order, Result
from data.model.observation import (
    AgentEntry,
    CallEnded,
    Directory,
    Event,
    Observation,
    QueueEntry,
    Snapshot,
    SourceRestarted,
)

_MEASURE_EVERY_MS = 60_000
"""How often the difference of the clocks is measured."""

_HEARING_MS = 60_000
"""Callers who came this lately are looked at to tell whether events are heard."""


class Asterisk:
    """One Asterisk.

    A poll reads what is new in the queue log, then takes the events that queued up since the last one, then asks for
    QueueStatus; so a line is seldom ahead of its event, and the list is never behind the events. What was taken is kept
    until an observation with it has been returned: a poll that fails or is cancelled loses nothing.

    Args:
        url: Where its HTTP server answers, with the prefix if it has one.
        user: The manager account.
        secret: Its secret.
        login: `auto` and `cookie` log in once with a digest of the secret; `digest` signs each request.
        queue_log: The queue log or its folder, where the poller runs on the same machine; "" without one.
        wrap_up_s: The wrap-up time of queues (s), which Asterisk tells nobody.
        ca_file: The certificates to trust instead of the system's.
        deadline_s: The most that one request may take.
        clock: This machine's clock, in ms.
    """

    name = "asterisk"
    options = (
        Option("url", "where its HTTP server answers", required=True, example="http://127.0.0.1:8088"),
        Option("user", "the account in manager.conf", required=True, example="floorwalk"),
        Option("secret", "the account's secret", secret=True, required=True),
        Option("queue_log", "the queue log or its folder, if it is on this machine", example="/var/log/asterisk"),
        Option("wrap_up_s", "the wrap-up time of queues in seconds", dict, example="{ sales = 15 }"),
        Option("login", "cookie, digest or auto", example="auto"),
        Option("ca_file", "the certificates to trust instead of the system's"),
        Option("deadline_s", "the most seconds that one request may take", float, example="5"),
    )

    def __init__(
        self,
        *,
        url: str,
        user: str,
        secret: str,
        login: str = "auto",
        queue_log: str = "",
        wrap_up_s: Mapping[str, int] | None = None,
        ca_file: str = "",
        deadline_s: float = 5.0,
        clock: Callable[[], int] = machine_ms,
    ) -> None:
        """Ask nothing yet. Raises ValueError for options that can't be."""
        if login not in ("auto", "cookie", "digest"):
            raise ValueError(f"login: {login!r} is none of auto, cookie, digest")
        if not 0 < deadline_s <= 60:
            raise ValueError(f"deadline_s: {deadline_s!r} is no number of seconds up to 60")
        self._wrap_up_s = _wrap_up_times(wrap_up_s or {})
        self._session = Session(
            url=url, user=user, secret=secret, login=login, deadline_s=deadline_s, ca_file=ca_file, clock=clock
        )
        self._clock = clock
        self._log = FollowedLog(Path(queue_log).expanduser(), clock) if queue_log else None
        self._events = Events()
        self._reconciler = Reconciler(follows_log=bool(queue_log))
        self._wrap_ups = WrapUps(self._wrap_up_s)
        self._interfaces = Interfaces()
        self._status = Status((), (), ())
        self._acts = Acts(self._session, self._events.channel_of_agent, self._channel_of_call, clock=clock)
        self._logged: list[Event] = []
        self._told: list[Fields] = []
        self._broken = True
        """Whether events were missed since the last observation."""
        self._listened_ms = 0
        self._unheard: frozenset[str] = frozenset()
        self._deaf = False
        self._resumed_ms: int | None = None
        """Where an earlier run stopped, until the wrap-ups that it left behind are ended."""
        self._measured_ms: int | None = None
        self._until_ms: int | None = None
        self._cursor: str | None = None
        self._entries: dict[str, AgentEntry | QueueEntry] = {}
        self._later: Observation | None = None

    def __repr__(self) -> str:
        """Say which Asterisk it is."""
        return f"Asterisk({self._session!r})"

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do, and, once it has been asked, what the account may do."""
        return frozenset({Capability.EVENTS, Capability.SNAPSHOT}) | self._acts.capabilities

    def resume(self, cursor: str | None, covered_ms: int, known: Directory) -> None:
        """Go on after `covered_ms`: with the log from where it was read to, without one with a gap."""
        self._until_ms = covered_ms
        self._interfaces.learn_names({agent.key: agent.name for agent in known.agents})
        if self._log is not None and cursor is not None:
            self._log.resume(cursor, covered_ms)
            self._cursor = cursor
            self._resumed_ms = covered_ms

    async def poll(self) -> Observation:
        """Return what happened since the last good poll and how it is now. Raises SourceError."""
        if self._later is not None:
            later, self._later = self._later, None
            return later
        if self._log is not None:
            self._logged += await self._log.read()
        await self._measure()
        clock = Clock(self._clock(), self._session.skew_ms)
        await self._listen(clock.now_ms)
        self._status = await self._ask_status()
        clock = clock._replace(now_ms=max(clock.now_ms, self._until_ms or 0))
        return self._observe(clock)

    async def _measure(self) -> None:
        """Measure how far the source's clock is from ours, at the first poll and then now and again."""
        now_ms = self._clock()
        if self._measured_ms is None or not 0 <= now_ms - self._measured_ms < _MEASURE_EVERY_MS:
            await self._session.measure()
            await self._acts.learn()
            self._measured_ms = now_ms

    async def _listen(self, now_ms: int) -> None:
        """Take the events that queued up; where the watch began anew, what was before it is missed."""
        drained = await self._session.drain()
        if drained.anew:
            self._told.clear()
            self._listened_ms = now_ms
            self._broken = True
        self._told += drained.events
        for event in drained.events:
            self._acts.on_event(event)

    async def _ask_status(self) -> Status:
        answer = await self._session.ask("QueueStatus")
        if not answer.ok:
            raise SourceError(f"Asterisk does not tell QueueStatus: {answer.said}")
        return status_of(answer.items)

    def _observe(self, clock: Clock) -> Observation:
        """Return what was taken as an observation; from here on it counts as told."""
        events = self._merged(clock)
        self._check_hearing(clock)
        since_ms = self._until_ms if self._is_unbroken() else None
        self._broken = False
        if since_ms is not None and self._resumed_ms is not None:
            events += self._wrap_ups.left_behind(self._status.members, clock, self._resumed_ms)
            events.sort(key=lambda event: event.at_ms)
        self._resumed_ms = None
        caught_up = self._log is None or self._log.caught_up
        until_ms = max([clock.now_ms if caught_up else self._until_ms or 0, *(event.at_ms for event in events)])
        events = self._wrap_ups.put_into(events, until_ms)
        snapshot = None
        if caught_up:
            snapshot = snapshot_of(self._status, clock, self._wrap_up_s, self._events.leaving())
        before, events, since_ms = self._apart(events, since_ms)
        observation = self._told_now(since_ms, max(until_ms, since_ms or 0), events, snapshot)
        if before is None:
            return observation
        self._later = observation
        return before

    def _check_hearing(self, clock: Clock) -> None:
        """Raise SourceError where callers wait whose coming no event told: the account is kept from them.

        The list alone can't tell how a call goes on, and figures made of it would be wrong. The queue log can. It stays
        so until a word on a queue comes.
        """
        unheard = self._events.unheard(self._status.entries, clock, max(self._listened_ms, clock.now_ms - _HEARING_MS))
        self._unheard, before = unheard, self._unheard
        self._deaf = not self._events.heard and (self._deaf or bool(unheard & before)) and self._log is None
        if self._deaf:
            self._broken = True
            raise SourceError(
                f"{self._session.user} at {self._session.base} hears nothing of calls: give the account read = "
                "agent,call in manager.conf, then `manager reload`"
            )

    def _merged(self, clock: Clock) -> list[Event]:
        """Return the facts that are new, each once, sorted by time."""
        if self._broken:
            talking = frozenset(member.interface for member in self._status.members if member.in_call)
            self._events.forget(frozenset(entry.call for entry in self._status.entries), talking)
            self._reconciler.missed_events()
        busy = frozenset(member.interface for member in self._status.members if member.status not in IDLE)
        late: list[Fields] = []
        if self._log is not None and not self._log.caught_up:
            late, self._told = self._told, []  # there is more of the log, which is of before
        told = self._events.take(self._told, clock, busy)
        self._interfaces.learn_names(self._events.names)
        self._interfaces.learn(self._status.members)
        logged = by_interface(self._logged, self._interfaces, clock)
        self._told, self._logged = late, []
        members = self._status.members
        self._wrap_ups.learn({(m.queue, m.interface): m.wrap_up_s for m in members if m.wrap_up_s})
        merged = self._reconciler.merge(told, logged, self._listened_ms, timed=self._events.timed)
        for event in merged:
            if isinstance(event, CallEnded):
                self._events.ended(event.call, event.queue)
        return merged

    def _is_unbroken(self) -> bool:
        """Whether all that happened since the last observation is known: by events, or by the log where they failed."""
        if self._until_ms is None or not self._broken:
            return True
        if self._log is None or self._cursor is None:
            return False
        missed, self._log.missed = self._log.missed, False
        return not missed

    def _apart(self, events: list[Event], since_ms: int | None) -> tuple[Observation | None, list[Event], int | None]:
        """Return what was before Asterisk started again, what was since, and when that is.

        Between the last word and the start nobody knows what was: the observation of before ends with its last event.
        """
        started = [at for at, event in enumerate(events) if isinstance(event, SourceRestarted)]
        if not started:
            return None, events, since_ms
        before, after = events[: started[-1]], events[started[-1] :]
        if self._until_ms is None:
            return None, after, after[0].at_ms
        until_ms = max([self._until_ms, *(event.at_ms for event in before)])
        observation = Observation(self.name, since_ms, until_ms, before) if before else None
        return observation, after, max(after[0].at_ms, until_ms + 1)

    def _told_now(
        self, since_ms: int | None, until_ms: int, events: list[Event], snapshot: Snapshot | None
    ) -> Observation:
        self._until_ms = until_ms
        cursor = None if self._log is None or self._log.cursor == self._cursor else self._log.cursor
        self._cursor = cursor or self._cursor
        return Observation(self.name, since_ms, until_ms, events, (), self._directory(events), cursor, snapshot)

    def _directory(self, events: Iterable[Event]) -> Directory | None:
        """Return the agents and queues that are new or have another name; queues that nobody uses are left out."""
        status = self._status
        used = {member.queue for member in status.members} | {entry.queue for entry in status.entries}
        used.update(queue for event in events if (queue := getattr(event, "queue", None)))
        agents = names_of(status.members, self._events.names)
        queues = {queue: QueueEntry(queue, queue) for queue in used}
        new_agents = tuple(entry for key, entry in agents.items() if self._entries.get(f"a:{key}") != entry)
        new_queues = tuple(entry for key, entry in queues.items() if f"q:{key}" not in self._entries)
        self._entries |= {f"a:{entry.key}": entry for entry in new_agents}
        self._entries |= {f"q:{entry.key}": entry for entry in new_queues}
        return Directory(new_agents, new_queues) if new_agents or new_queues else None

    def _channel_of_call(self, call: str) -> str | None:
        """Return the channel of a contact, None where it is not known."""
        listed = (entry.channel for entry in self._status.entries if entry.call == call)
        return next(listed, None) or self._events.channels.get(call)

    async def examine(self) -> list[Finding]:
        """Look this Asterisk over for whoever connects it: access, rights, clock, queues, the queue log."""
        return await examined(self._session, self._log)

    async def perform(self, order: Order) -> Result:
        """Carry out an act. Raises SourceError where nobody can tell whether it was done."""
        return await self._acts.perform(order)

    async def aclose(self) -> None:
        """Log off, and let go of the connection and the log."""
        if self._log is not None:
            await self._log.aclose()
        await self._session.aclose()


def _wrap_up_times(told: Mapping[str, object]) -> dict[str, int]:
    """Return the wrap-up time of each queue in seconds. Raises ValueError."""
    if not isinstance(told, Mapping):
        raise ValueError("wrap_up_s: write the seconds of each queue, such as { sales = 15 }")
    for queue, seconds in told.items():
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= 3600:
            raise ValueError(f"wrap_up_s: {queue}: {seconds!r} is no number of seconds from 0 to 3600")
    return {queue: round(float(str(seconds))) for queue, seconds in told.items()}
