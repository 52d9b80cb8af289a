"""Decide about an agent's break."""

from __future__ import annotations

from console.acting.screen import ActingScreen
from data.model.picture import AgentRow


async def decide(screen: ActingScreen, agent: AgentRow) -> None:
    """Decide about an agent's break."""
    raise NotImplementedError
