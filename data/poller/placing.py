"""Where in the store's time an answer belongs.

- The store's time never goes back. An answer that ends no later than what is covered, because a clock was set back, is
  recorded 1 ms after it, and its events no earlier: time stands still until the clock has caught up, and nothing that
  was said is lost.
- Nothing is stretched over what nobody saw. Only an adapter with `Capability.EVENTS` can know what happened while it
  was not asked. For any other the poller says how long it looked: its first answer, one after a failed poll, and one
  after a silence of more than five intervals (60 s at least: a machine that slept) begin a new stretch, whatever they
  claim. The poller, not the adapter, times states that the source does not time.
"""

from __future__ import annotations

from data.model.known import Known
from data.model.observation import Observation

SILENT_INTERVALS = 5
SILENT_MS = 60_000


def is_silence(silent_ms: int, interval_ms: int) -> bool:
    """Whether a source was not asked for so long that a list of how it is says nothing of what lies between."""
    return silent_ms > max(SILENT_INTERVALS * interval_ms, SILENT_MS)


def is_kept(observation: Observation, known: Known) -> bool:
    """Whether an answer is the one that was recorded last, told again."""
    return observation.cursor is not None and observation.cursor == known.cursor


def says_something(observation: Observation) -> bool:
    """Whether there is more in an answer than that time went by."""
    return bool(
        observation.events
        or observation.acts
        or observation.directory is not None
        or observation.snapshot is not None
        or observation.cursor is not None
    )


def placed(observation: Observation, known: Known, behind: bool) -> Observation:
    """Return an answer with times that go on from what is covered.

    `behind`: a clock was set back and has not caught up, so that the events' times are of an hour that was before.
    """
    covered = known.coverage
    since_ms, until_ms = observation.since_ms, observation.until_ms
    if covered is not None and says_something(observation):
        stands = until_ms < covered.until_ms or (until_ms == covered.until_ms and observation.cursor is None)
        until_ms = covered.until_ms + 1 if stands else until_ms
    if since_ms is not None:
        since_ms = min(since_ms, until_ms)
        if covered is not None:
            since_ms = max(since_ms, covered.until_ms)
    events = observation.events
    if behind and covered is not None:
        events = [event._replace(at_ms=max(event.at_ms, covered.until_ms)) for event in events]
    return observation._replace(since_ms=since_ms, until_ms=until_ms, events=events)
