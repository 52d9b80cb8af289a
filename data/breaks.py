"""Break rules: what each reason allows, how far a break has overrun, how many may be out at once.

Pure functions: no clock, no I/O. Durations are ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MINUTE = 60_000

ALLOWANCES: Mapping[str, int] = {
    "rest": 10 * _MINUTE,
    "micro": 5 * _MINUTE,
    "meal": 30 * _MINUTE,
    "restroom": 5 * _MINUTE,
    "training": 30 * _MINUTE,
    "coaching": 30 * _MINUTE,
    "meeting": 30 * _MINUTE,
}
"""How long a break of a reason may last, in ms; a reason that is not here has no limit of its own."""

PROTECTED = frozenset({"restroom", "medical", "system_fault"})
"""Reasons that are never refused, counted against the cap, or coloured."""

ALIASES: Mapping[str, str] = {
    "break": "rest",
    "short_break": "rest",
    "小休": "rest",
    "休息": "rest",
    "微休": "micro",
    "lunch": "meal",
    "dinner": "meal",
    "用餐": "meal",
    "就餐": "meal",
    "toilet": "restroom",
    "卫生间": "restroom",
    "培训": "training",
    "辅导": "coaching",
    "会议": "meeting",
    "就医": "medical",
    "sick": "medical",
    "system": "system_fault",
    "fault": "system_fault",
    "系统故障": "system_fault",
}
"""Other names that telephony systems give to the same reasons."""


@dataclass(frozen=True, slots=True)
class BreakPolicy:
    """A site's break rules. Allowances and grace in ms."""

    allowances: Mapping[str, int] = field(default_factory=lambda: ALLOWANCES, hash=False)
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES, hash=False)
    protected: frozenset[str] = PROTECTED
    grace_ms: int = _MINUTE
    share_percent: int = 15
    most_out: int = 6
    least_out: int = 1


POLICY = BreakPolicy()
"""The rules as shipped."""


def canonical(reason: str, policy: BreakPolicy = POLICY) -> str:
    """Return the name by which the policy knows a reason: `Lunch ` → `meal`; an unknown one as it came."""
    name = reason.strip().casefold().replace(" ", "_").replace("-", "_")
    return policy.aliases.get(name, name if name in policy.allowances or name in policy.protected else reason)


def is_protected(reason: str, policy: BreakPolicy = POLICY) -> bool:
    """Tell whether a reason is never refused, capped or coloured."""
    return canonical(reason, policy) in policy.protected


def allowance(reason: str, policy: BreakPolicy = POLICY) -> int | None:
    """Return how long a break for `reason` may last in ms, or None where no limit is set."""
    return policy.allowances.get(canonical(reason, policy))


def overrun_level(out_ms: int, allowed_ms: int | None, grace_ms: int = _MINUTE) -> int:
    """Return how far a break has overrun: 0 not (or no limit), 1 nudge, 2 the lead's, 3 out of the staffing.

    Level 1 begins after the grace and lasts to the larger of 3 min and 25 % over the allowance, level 2 to
    the larger of 10 min and 100 %.
    """
    if allowed_ms is None:
        return 0
    over_ms = out_ms - allowed_ms
    if over_ms <= grace_ms:
        return 0
    if over_ms <= max(3 * _MINUTE, allowed_ms // 4):
        return 1
    if over_ms <= max(10 * _MINUTE, allowed_ms):
        return 2
    return 3


def overrun(reason: str, out_ms: int, policy: BreakPolicy = POLICY) -> int:
    """Return the overrun level, 0–3, of a break for `reason` after `out_ms`; protected ones are 0."""
    if is_protected(reason, policy):
        return 0
    return overrun_level(out_ms, allowance(reason, policy), policy.grace_ms)


def cap(staffed: int, required: int, policy: BreakPolicy = POLICY) -> int:
    """Return how many may be on a break at once: max(1, min(6, ⌊15 % staffed⌋, staffed − required)).

    With nobody staffed it is 0.

    Args:
        staffed: Agents signed in, those on a break included.
        required: Agents that the load needs now.
        policy: The site's share and bounds.
    """
    if staffed <= 0:
        return 0
    spare = min(policy.most_out, staffed * policy.share_percent // 100, staffed - required)
    return max(policy.least_out, spare)
