"""The site's goals for the queues whose source names none."""

from __future__ import annotations

from collections.abc import Mapping

from data.metrics import Goal
from data.model.observation import Observation, QueueEntry


def measured_against(observation: Observation, goals: Mapping[str, Goal]) -> Observation:
    """Return an observation whose queues have the site's goals where the source names none.

    `goals` are by the queue's key, "" for all others.
    """
    directory = observation.directory
    if directory is None or not goals:
        return observation
    queues = tuple(_with_goal(queue, goals.get(queue.key, goals.get("", Goal()))) for queue in directory.queues)
    return observation._replace(directory=directory._replace(queues=queues))


def _with_goal(queue: QueueEntry, goal: Goal) -> QueueEntry:
    return queue._replace(
        threshold_ms=goal.threshold_ms if queue.threshold_ms is None else queue.threshold_ms,
        short_abandon_ms=goal.short_abandon_ms if queue.short_abandon_ms is None else queue.short_abandon_ms,
        target=goal.target if queue.target is None else queue.target,
        formula=goal.formula if queue.formula is None else queue.formula,
    )
