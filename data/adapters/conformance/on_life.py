"""Checks of how an adapter lives and ends: broken off, closed, started again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from data.adapters.base import Capability
from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import CLOSINGS, Evidence, NotApplicable, Watch
from data.model.observation import CallRinging, Event

CHECKS = Checks()

NEAR_MS = 2_000
"""Two adapters beside each other may date one event so far apart."""


def _twins(evidence: Evidence) -> tuple[Watch, Watch]:
    """Return one that went on steadily, and the one beside it whose polls were broken off. Raises NotApplicable."""
    steady, twin = evidence.watch("steady"), evidence.watch("twin")
    if not any(answer.cancelled for answer in twin.answers):
        raise NotApplicable("its polls never wait, so they can't be broken off")
    return steady, twin


@CHECKS.promise
def a_poll_can_be_broken_off(evidence: Evidence) -> Iterator[str]:
    """A poll that is cancelled at any await ends there.

    Why: The poller gives it a deadline; one that goes on holds up everything for as long as the source is silent.

    Mend: Never catch CancelledError (nor BaseException, nor a bare `except:`) without raising it again.
    """
    for answer in _twins(evidence)[1].answers:
        if answer.cancelled and not isinstance(answer.error, asyncio.CancelledError):
            yield "it did not end" if answer.late else "it went on, as if it had not been told to end"
        elif answer.doing == "poll" and answer.late:
            yield "after one was broken off the next did not end"


@CHECKS.promise
def goes_on_after_it_was_broken_off(evidence: Evidence) -> Iterator[str]:
    """After a poll that was cancelled the next ones go on where the last good one ended: nothing lost, nothing twice.

    Why: On a bad day every third poll meets its deadline; what it had already read must come with the next.

    Mend: Read into a place of its own, and move on (the position, the `since_ms`, the list of what came) in one step,
    with no await between that and the return.
    """
    steady, twin = _twins(evidence)
    for answer in twin.done("poll"):
        if not answer.cancelled and not answer.went_well:
            yield f"a poll after it failed: {answer.error!r}"
    for before, after in pairwise(twin.observations):
        if after.since_ms is not None and after.since_ms < before.until_ms:
            yield "it lost its place: an answer begins before the end of the last good one"
    if len(twin.observations) < 2 or len(steady.observations) < 2:
        return
    yield from _differences(steady, twin)


def _differences(steady: Watch, twin: Watch) -> Iterator[str]:
    """Yield what the one that was broken off told otherwise than the one beside it, but for the gaps that they tell."""
    gaps = [gap for watch in (steady, twin) for gap in _gaps(watch)]
    since_ms = max(watch.observations[0].until_ms for watch in (steady, twin))
    until_ms = min(watch.observations[-1].until_ms for watch in (steady, twin))
    wide = (since_ms - NEAR_MS, until_ms + NEAR_MS)
    narrow = (since_ms + NEAR_MS, until_ms - NEAR_MS)
    for event, n in (_told(steady, narrow, gaps) - _told(twin, wide)).items():
        yield f"{n} × {event[0].__name__} of {event[1]!r} was lost"
    for event, n in (_told(twin, narrow, gaps) - _told(steady, wide)).items():
        yield f"{n} × {event[0].__name__} of {event[1]!r} was told too often"


def _gaps(watch: Watch) -> Iterator[tuple[int, int]]:
    """Yield between which moments something was missed, and said so."""
    for before, after in pairwise(watch.observations):
        yield before.until_ms, after.until_ms if after.since_ms is None else after.since_ms


def _told(
    watch: Watch, between: tuple[int, int], gaps: Sequence[tuple[int, int]] = ()
) -> Counter[tuple[type[Event], Any, Any, Any]]:
    """Return what was told between two moments and not in a gap, without times and figures, after the first answer.

    Where snapshots come as well, they show whose phone rings: nothing of the record hangs on a ring that was not told.
    """
    shown = Capability.SNAPSHOT in watch.capabilities
    return Counter(
        (type(event), getattr(event, "call", None) or getattr(event, "agent", None), *_about(event))
        for observation in watch.observations[1:]
        for event in observation.events
        if between[0] < event.at_ms <= between[1]
        and not (shown and isinstance(event, CallRinging))
        and not any(since_ms < event.at_ms <= until_ms for since_ms, until_ms in gaps)
    )


def _about(event: Event) -> tuple[Any, Any]:
    return getattr(event, "queue", None), getattr(event, "agent", None)


@CHECKS.promise
def answers_however_often_it_was_broken_off(evidence: Evidence) -> Iterator[str]:
    """However often and wherever polls were broken off, the next ones answer.

    Why: A connection or a lock that each one keeps to itself is the end of the source after some weeks.

    Mend: Give back in a `finally`, and where a library loses a connection when it is cancelled, make a new client.
    """
    worn = evidence.watch("worn")
    times = sum(answer.cancelled for answer in worn.answers)
    if not times:
        raise NotApplicable("its polls never wait, so they can't be broken off")
    after = worn.done("poll after wear")
    if after and not any(answer.went_well for answer in after):
        yield f"after {times} polls that were broken off it answers no more: {after[-1].error!r}"


@CHECKS.promise
def goes_on_after_a_restart(evidence: Evidence) -> Iterator[str]:
    """After `resume` it goes on at `covered_ms`, or with a gap, and tells nothing again.

    Why: A poller that was killed starts again a second later; the day goes on.

    Mend: Have a `resume` where there is a cursor; find the place by it, and where that can't be, begin with now, and
    say so by `since_ms`.
    """
    main = evidence.watch("main")
    has_cursor = any(each.cursor is not None for each in main.observations)
    if not callable(getattr(evidence.loaded, "resume", None)):
        if has_cursor:
            yield "it tells a cursor, and has no `resume` that takes it"
            return
        raise NotApplicable("it has no `resume`")
    resumed = evidence.watch("resumed")
    if not resumed.observations:
        yield "it gave no good answer after `resume`"
        return
    covered_ms, since_ms = main.observations[-1].until_ms, resumed.observations[0].since_ms
    if since_ms is not None and since_ms < covered_ms:
        yield f"it begins {covered_ms - since_ms} ms before `covered_ms`"
    before = {event for each in main.observations for event in each.events}
    for each in resumed.observations:
        for event in each.events:
            if event in before:
                yield f"a {type(event).__name__} came again"


@CHECKS.promise
def can_be_closed_at_any_time(evidence: Evidence) -> Iterator[str]:
    """`aclose` ends soon, whether it was never polled, is being polled, or was closed before.

    Why: The poller closes everything at its end, whatever happened until then.

    Mend: Let go only of what is there, and forget it: `client, self._client = self._client, None`.
    """
    closings = [answer for answer in evidence.calls if answer.doing in CLOSINGS]
    if not closings:
        raise NotApplicable("it was not tried")
    for answer in closings:
        if answer.late:
            yield f"{answer.doing} did not end"
        elif answer.error is not None:
            yield f"{answer.doing} raised {type(answer.error).__name__}: {answer.error}"


@CHECKS.promise
def a_poll_ends_when_it_is_closed(evidence: Evidence) -> Iterator[str]:
    """A poll that is under way when it is closed ends soon, and so does one that is asked afterwards.

    Why: A poll that waits for what was taken away from it would never end.

    Mend: Close the connection that it waits on; what that raises, tell as SourceError.
    """
    asked = evidence.watch("closed").done("poll while closing", "poll after aclose")
    if not asked:
        raise NotApplicable("it was not tried")
    for answer in asked:
        if answer.late:
            yield f"the {answer.doing} did not end"


@CHECKS.promise
def leaves_nothing_behind(evidence: Evidence) -> Iterator[str]:
    """After `aclose` no thread, task, file or connection of it is left.

    Why: A poller that makes a new connection after each failure runs out of them in a week.

    Mend: Keep each that you open, and close it in `aclose`; cancel tasks, and await them.
    """
    if not evidence.watches:
        raise NotApplicable("it was not tried")
    yield from dict.fromkeys(left for watch in evidence.watches.values() for left in watch.left)
