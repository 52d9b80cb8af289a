"""The answer to QueueStatus: who serves which queue and how, and who waits; as a snapshot of the floor.

Fields by version: `Uniqueid` since 1.6.2, `InCall` since 13 (`IsInCall` in 11), `PausedReason` since 13, `LastPause`,
`LoginTime` and `Wrapuptime` since 16. What a version leaves out is None here, and is not guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from data.model.observation import AgentEntry, AgentSeen, Serving, Snapshot, WaitingSeen
from data.model.text import safe_text
from data.model.words import State

Fields = Mapping[str, str]

IDLE = frozenset({0, 1})
"""Device states in which a member may be rung: unknown counts as free, as Asterisk has it."""
_AWAY = frozenset({4, 5})
_RINGING = 6
_HOLD = 8

_BUSY_WITH_THIS = frozenset({State.HOLD})
_BUSY_SOMEHOW = frozenset({State.HOLD, State.RINGING})
_MAYBE_WRAPPING = frozenset({State.WRAP_UP})


class Membership(NamedTuple):
    """A member of a queue as Asterisk tells it. `paused` is the reason, None where there is no pause; epochs are s."""

    queue: str
    interface: str
    name: str
    status: int
    in_call: bool
    paused: str | None
    last_call_s: int
    last_pause_s: int
    login_s: int
    wrap_up_s: int


class Entry(NamedTuple):
    """A caller who waits; `wait_s` in whole seconds."""

    queue: str
    call: str
    channel: str
    wait_s: int
    caller: str
    caller_name: str


class Status(NamedTuple):
    """One answer to QueueStatus."""

    queues: tuple[str, ...]
    members: tuple[Membership, ...]
    entries: tuple[Entry, ...]


def whole(fields: Fields, *names: str) -> int:
    """Return the first of some fields that is a whole number, 0 where there is none."""
    for name in names:
        text = fields.get(name, "")
        if text.lstrip("-").isdecimal() and len(text) < 19:
            return int(text)
    return 0


def caller(fields: Fields) -> tuple[str, str]:
    """Return a caller's number and name, "" where Asterisk knows none."""
    number, name = (safe_text(fields.get(key, "")) for key in ("CallerIDNum", "CallerIDName"))
    nobody = ("unknown", "<unknown>")
    return "" if number in nobody else number, "" if name in nobody else name


def interface_of(fields: Fields) -> str:
    """Return the interface of a member by any of the names that versions give it."""
    for name in ("Interface", "Location", "Member", "AgentCalled"):
        if fields.get(name):
            return safe_text(fields[name])
    return ""


def status_of(items: Iterable[Fields]) -> Status:
    """Return what the items of a QueueStatus say; items that name no queue, member or call are left out."""
    queues: list[str] = []
    members: list[Membership] = []
    entries: list[Entry] = []
    for item in items:
        kind, queue = item.get("Event"), safe_text(item.get("Queue", ""))
        if not queue:
            continue
        if kind == "QueueParams":
            queues.append(queue)
        elif kind == "QueueMember" and interface_of(item):
            members.append(membership_of(item, queue))
        elif kind == "QueueEntry" and item.get("Uniqueid"):
            entries.append(
                Entry(
                    queue,
                    safe_text(item["Uniqueid"]),
                    safe_text(item.get("Channel", "")),
                    max(0, whole(item, "Wait")),
                    *caller(item),
                )
            )
    return Status(tuple(queues), tuple(members), tuple(entries))


def membership_of(item: Fields, queue: str) -> Membership:
    """Return one member of a queue, from a list item or from an event."""
    interface = interface_of(item)
    return Membership(
        queue,
        interface,
        safe_text(item.get("Name") or item.get("MemberName") or interface),
        whole(item, "Status"),
        whole(item, "InCall", "IsInCall") == 1,
        safe_text(item.get("PausedReason", "")) if item.get("Paused") == "1" else None,
        whole(item, "LastCall"),
        whole(item, "LastPause"),
        whole(item, "LoginTime"),
        whole(item, "Wrapuptime"),
    )


class Clock(NamedTuple):
    """How to tell the source's seconds in our ms: `skew_ms` is the source's clock less ours."""

    now_ms: int
    skew_ms: int = 0

    def ms(self, epoch_s: float) -> int:
        """Return a moment of the source by our clock."""
        return round(epoch_s * 1000) - self.skew_ms

    def past_ms(self, epoch_s: int) -> int | None:
        """Return a moment that the source tells in whole seconds, None where it tells none or one to come."""
        at_ms = self.ms(epoch_s)
        return at_ms if epoch_s > 0 and at_ms <= self.now_ms else None


def names_of(members: Iterable[Membership], told: Mapping[str, str] = MappingProxyType({})) -> dict[str, AgentEntry]:
    """Return who is to be shown by which name, by interface; one name at two phones is told with the phone's number.

    `told` are the names that events told, also of those who have left since.
    """
    named = {**told} | {member.interface: member.name for member in members}
    often = Counter(named.values())
    return {
        interface: AgentEntry(
            interface, name if often[name] == 1 or name == interface else f"{name} {_phone(interface)}"
        )
        for interface, name in named.items()
    }


def _phone(interface: str) -> str:
    """Return what sets an interface apart in few letters: 2001 of PJSIP/2001, 1001 of Local/1001@agents."""
    return interface.partition("/")[2].partition("@")[0] or interface


def snapshot_of(status: Status, clock: Clock, wrap_up_s: Mapping[str, int], leaving: Iterable[WaitingSeen]) -> Snapshot:
    """Return how the floor is by a QueueStatus.

    Args:
        status: The answer.
        clock: When it was given.
        wrap_up_s: The wrap-up time of each queue, which no list tells.
        leaving: Who has left a queue's list for an agent's phone and is not connected yet.
    """
    of_agent: dict[str, list[Membership]] = defaultdict(list)
    for member in status.members:
        of_agent[member.interface].append(member)
    agents = tuple(_agent(interface, members, clock, wrap_up_s) for interface, members in of_agent.items())
    waiting = [
        WaitingSeen(entry.call, entry.queue, clock.now_ms - entry.wait_s * 1000, entry.caller, entry.caller_name)
        for entry in status.entries
    ]
    return Snapshot(agents, (*waiting, *leaving), corrects=True)


def _agent(interface: str, members: list[Membership], clock: Clock, wrap_up_s: Mapping[str, int]) -> AgentSeen:
    serving = tuple(
        Serving(
            member.queue,
            member.paused,
            clock.past_ms(member.login_s),
            clock.past_ms(member.last_pause_s) if member.paused is not None else None,
        )
        for member in members
    )
    state, queue, or_states = _state(members, clock, wrap_up_s)
    reason = ""
    if state == State.NOT_READY:
        reason = max(members, key=lambda member: member.last_pause_s).paused or ""
    return AgentSeen(interface, state, None, reason, queue, None, serving, or_states)


def _state(
    members: list[Membership], clock: Clock, wrap_up_s: Mapping[str, int]
) -> tuple[State, str | None, frozenset[State]]:
    """Return what an agent does, in which queue, and what that looks the same as.

    The device's state is the same in all queues; `InCall` is set in the queue of the call only. In use without it is
    a ring at a device that tells none (Local), a call of their own, or a call that the queue has lost sight of.
    """
    talking = next((member for member in members if member.in_call), None)
    if talking is not None:
        return State.TALKING, talking.queue, _BUSY_WITH_THIS
    status = members[0].status
    if status in IDLE:
        wrapping = _MAYBE_WRAPPING if any(_wraps_up(member, clock, wrap_up_s) for member in members) else frozenset()
        paused = all(member.paused is not None for member in members)
        return State.NOT_READY if paused else State.AVAILABLE, None, wrapping
    if status in _AWAY:
        return State.OFFLINE, None, frozenset()
    if status == _RINGING:
        return State.RINGING, None, frozenset({State.TALKING, State.HOLD})
    return State.HOLD if status == _HOLD else State.TALKING, None, _BUSY_SOMEHOW | {State.TALKING}


def _wraps_up(member: Membership, clock: Clock, wrap_up_s: Mapping[str, int]) -> bool:
    seconds = member.wrap_up_s or wrap_up_s.get(member.queue, 0)
    return seconds > 0 and clock.ms(member.last_call_s + seconds + 1) > clock.now_ms
