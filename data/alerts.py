"""When a figure is worth a look: thresholds with their defaults, and the level that a value has reached.

Pure functions: no clock, no I/O. Durations are ms; a threshold is reached at its value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from data.breaks import POLICY, BreakPolicy, allowance, canonical, is_protected, overrun
from data.load import LOAD_POLICY, LoadPolicy
from data.model.picture import AgentRow, QueueRow
from data.model.words import State

_SECOND = 1_000
_MINUTE = 60_000


class Level(IntEnum):
    """How much a figure asks for attention."""

    CALM = 0
    NOTICE = 1
    WARN = 2
    ALARM = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """A site's thresholds, with others for single queues, teams and reasons.

    Three thresholds lead to NOTICE, WARN, ALARM; two to WARN, ALARM; a fourth marks what is beyond ALARM.
    """

    waiting: tuple[int, int, int, int] = (1, 5, 10, 15)
    wait_ms: tuple[int, int] = (60 * _SECOND, 120 * _SECOND)
    talk_ms: tuple[int, int, int] = (60 * _SECOND, 180 * _SECOND, 300 * _SECOND)
    wrap_up_ms: tuple[int, int] = (60 * _SECOND, 300 * _SECOND)
    pause_ms: tuple[int, int, int] = (5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE)
    """For pauses whose reason has no allowance."""
    service_good: float = 0.80
    service_fair: float = 0.60
    least_n: int = 10
    """Below so many contacts a ratio says nothing."""
    breaks: BreakPolicy = POLICY
    load: LoadPolicy = LOAD_POLICY
    by_queue: Mapping[str, Limits] = field(default_factory=dict, hash=False)
    by_team: Mapping[str, Limits] = field(default_factory=dict, hash=False)
    by_reason: Mapping[str, tuple[int, int, int]] = field(default_factory=dict, hash=False)
    """Pause thresholds in ms that replace a reason's allowance."""

    def of(self, queue: str = "", team: str = "") -> Limits:
        """Return the limits that hold for a queue, by its key, or a team; the queue's own go first."""
        if self.by_queue and (own := self.by_queue.get(queue)) is not None:
            return own
        return self.by_team.get(team, self) if self.by_team else self


LIMITS = Limits()
"""The thresholds as shipped."""

_LEVELS = tuple(Level)
_CALM = Level.CALM
_TWO = (Level.CALM, Level.WARN, Level.ALARM)
_TALKING, _HOLD, _WRAP_UP, _NOT_READY = State.TALKING, State.HOLD, State.WRAP_UP, State.NOT_READY
"""Members of enumerations by names of their own: the levels of thousands of agents are asked for each second."""

_OVERRUN = (Level.CALM, Level.WARN, Level.ALARM, Level.ALARM)


def steps(value: float, thresholds: Sequence[float]) -> int:
    """Return how many of the rising `thresholds` a value has reached."""
    reached = 0
    for threshold in thresholds:
        if value < threshold:
            break
        reached += 1
    return reached


def waiting_heat(waiting: int, limits: Limits = LIMITS) -> int:
    """Return the heat of a queue's depth: 0 none, up to 4 beyond alarm."""
    return steps(waiting, limits.waiting)


def waiting_level(waiting: int, limits: Limits = LIMITS) -> Level:
    """Return the level of so many contacts waiting."""
    return Level(min(waiting_heat(waiting, limits), Level.ALARM))


def wait_level(wait_ms: int, limits: Limits = LIMITS) -> Level:
    """Return the level of the longest wait."""
    return _of_two(wait_ms, limits.wait_ms)


def service_level(
    ratio: float | None, target: float | None = None, n: int | None = None, limits: Limits = LIMITS
) -> Level:
    """Return the level of a service level against its target; CALM where there is nothing to judge.

    A queue's own target moves the amber bound in proportion (0.60 of 0.80).

    Args:
        ratio: The service level, None where nothing was offered.
        target: The queue's own target; the site's when None.
        n: What the ratio was counted over; below `limits.least_n` it is not judged.
        limits: The thresholds in force.
    """
    if ratio is None or (n is not None and n < limits.least_n):
        return Level.CALM
    good = limits.service_good if target is None else target
    if ratio >= good:
        return Level.CALM
    return Level.WARN if ratio >= good * limits.service_fair / limits.service_good else Level.ALARM


def state_level(state: State, reason: str, for_ms: int, limits: Limits = LIMITS) -> Level:
    """Return the level of an agent who has been `for_ms` in a state; silence is worth a notice."""
    if state is _TALKING or state is _HOLD:
        return _LEVELS[steps(for_ms, limits.talk_ms)]
    if state is _WRAP_UP:
        return _of_two(for_ms, limits.wrap_up_ms)
    if state is _NOT_READY:
        return pause_level(reason, for_ms, limits)
    return Level.NOTICE if state is State.UNKNOWN else _CALM


def pause_level(reason: str, for_ms: int, limits: Limits = LIMITS) -> Level:
    """Return the level of a pause: by its reason's allowance, else by `pause_ms`; protected ones are CALM."""
    if is_protected(reason, limits.breaks):
        return Level.CALM
    own = limits.by_reason.get(canonical(reason, limits.breaks)) if limits.by_reason else None
    if own is None and allowance(reason, limits.breaks) is not None:
        return _OVERRUN[overrun(reason, for_ms, limits.breaks)]
    return _LEVELS[steps(for_ms, own or limits.pause_ms)]


def flag_level(severity: int) -> Level:
    """Return the level of an open flag by its severity; praise is none."""
    return Level(min(severity, Level.ALARM))


def agent_level(agent: AgentRow, now_ms: int, limits: Limits = LIMITS) -> Level:
    """Return how much an agent needs somebody: by time in state, and by what people have flagged."""
    if limits.by_queue or limits.by_team:
        limits = limits.of(agent.queue_key, agent.team)
    level = state_level(agent.state, agent.reason, now_ms - agent.since_ms, limits)
    flagged = Level.ALARM if agent.urgent else Level.WARN if agent.flags else Level.CALM
    return max(level, flagged)


def queue_level(queue: QueueRow, now_ms: int, limits: Limits = LIMITS) -> Level:
    """Return the worst of a queue's depth, longest wait and service level; silence is worth a notice."""
    if queue.unknown:
        return Level.NOTICE
    own = limits.of(queue.key)
    longest = Level.CALM if queue.oldest_ms is None else wait_level(now_ms - queue.oldest_ms, own)
    ratio, _, n, _, _, target = queue.service
    return max(waiting_level(queue.waiting, own), longest, service_level(ratio, target, n, own))


def _of_two(value: int, thresholds: tuple[int, int]) -> Level:
    """Return WARN at the first threshold and ALARM at the second."""
    return _TWO[steps(value, thresholds)]
