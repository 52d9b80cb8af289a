"""Act on an agent's phone."""

from __future__ import annotations

from console.acting.screen import ActingScreen
from data.model.picture import AgentRow


async def phone(screen: ActingScreen, agent: AgentRow) -> None:
    """Act on an agent's phone."""
    raise NotImplementedError
