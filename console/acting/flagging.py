"""Say what was seen of an agent."""

from __future__ import annotations

from console.acting.screen import ActingScreen
from data.model.picture import AgentRow


async def flag(screen: ActingScreen, agent: AgentRow) -> None:
    """Say what was seen of an agent."""
    raise NotImplementedError


async def note(screen: ActingScreen, agent: AgentRow) -> None:
    """Note a coaching or a praise."""
    raise NotImplementedError
