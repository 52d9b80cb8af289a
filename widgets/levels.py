"""How much each agent of a picture needs somebody, worked out once for all panes that show the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from data.alerts import LIMITS, Level, Limits, agent_level
from data.model.picture import AgentRow, Picture


class _Last(NamedTuple):
    """What was worked out last, with what it was worked out from: the very same objects, which never change."""

    agents: tuple[AgentRow, ...] = ()
    now_ms: int = 0
    limits: Limits = LIMITS
    levels: Sequence[Level] = ()


_last = [_Last()]


def agent_levels(picture: Picture, now_ms: int, limits: Limits) -> Sequence[Level]:
    """Return the level of each of the picture's agents at a moment, in their order."""
    last = _last[0]
    if last.agents is not picture.agents or last.now_ms != now_ms or last.limits is not limits:
        levels = [agent_level(agent, now_ms, limits) for agent in picture.agents]
        last = _last[0] = _Last(picture.agents, now_ms, limits, levels)
    return last.levels
