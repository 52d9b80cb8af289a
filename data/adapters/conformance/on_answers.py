"""Checks of the answers as a whole: that they come, in time, in one piece, and one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

from data.adapters.base import AccessError, Capability, Finding, SourceError
from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import CLOSINGS, Answer, Evidence, NotApplicable
from data.adapters.vetting import Fault
from data.adapters.vetting.values import shown
from data.model.observation import Observation
from data.model.text import safe_text

CHECKS = Checks()

HOLDS_UP_MS = 100
AHEAD_MS = 2_000
"""How far an answer may end after this machine's present: the clocks of two machines are never quite the same."""


def _kind_of(fault: Fault) -> str:
    """Return whether a fault of an answer is one of its times, its keys or its shape."""
    reasons = {
        "times": (
            "is no whole number",
            "is before 1980",
            "is too far from the end of the answer",
            "is no length of time",
        ),
        "keys": ("is empty",),
    }
    if fault.kind == "answer":
        return "times" if "until_ms" in fault.said else "shape"
    return next((kind for kind, ends in reasons.items() if fault.kind.endswith(ends)), "shape")


def _faults(evidence: Evidence, kind: str) -> Iterator[str]:
    """Yield what the poller's own sieve has against the answers. Raises NotApplicable where there are none."""
    answers = evidence.watch("main").vetted
    if not answers:
        raise NotApplicable("no poll went well")
    yield from (fault.said for answer in answers for fault in answer.faults if _kind_of(fault) == kind)


def _told(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@CHECKS.promise
def the_source_answers(evidence: Evidence) -> Iterator[str]:
    """A source that is well is polled without an error, each time within the deadline.

    Why: A failed poll marks the source DOWN at once, on every screen.

    Mend: See what it says: an address, a password, a right that is missing; if nothing is, the adapter gave up too
    soon.
    """
    for answer in evidence.watch("main").done("poll"):
        if answer.late:
            yield "a poll did not end within its deadline"
        elif answer.error is not None:
            yield _told(answer.error)


@CHECKS.promise
def errors_are_source_errors(evidence: Evidence) -> Iterator[str]:
    """`poll` and `perform` raise SourceError (AccessError is one) and nothing else.

    Why: A SourceError says what is wrong at the source; any other means that the adapter is broken, and tells nobody
    what to do. CancelledError and SystemExit would end the poller.

    Mend: Where the adapter talks to the outside: `except (OSError, httpx.HTTPError) as error: raise
    SourceError("what, where, what to do") from error`.
    """
    for answer in evidence.calls:
        error = answer.error
        if error is None or answer.late:
            continue
        if isinstance(error, asyncio.CancelledError) and (answer.cancelled or answer.doing == "poll while closing"):
            continue
        if answer.doing not in CLOSINGS and not isinstance(error, SourceError):
            yield f"{answer.doing} raised {_told(error)}"


@CHECKS.promise
def errors_say_what_is_wrong(evidence: Evidence) -> Iterator[str]:
    """The message of a SourceError says something, in one safe line.

    Why: It is all that a supervisor sees of the failure.

    Mend: Say what, where and what to do; put texts from outside through `safe_text`.
    """
    errors = [answer.error for answer in evidence.calls if isinstance(answer.error, SourceError)]
    if not errors:
        raise NotApplicable("none came")
    for text in dict.fromkeys(map(str, errors)):
        if not text.strip():
            yield "one says nothing"
        elif safe_text(text, len(text)) != text:
            yield f"one is not safe to show: {text!r}"


@CHECKS.promise
def errors_tell_no_secret(evidence: Evidence) -> Iterator[str]:
    """No error, and nothing that led to it, holds a secret.

    Why: Errors are written to logs and shown on screens, and their causes in crash reports.

    Mend: Don't put the options, an address with a password in it, or a sent request into a message; `raise … from
    None`.
    """
    if not evidence.secrets:
        raise NotApplicable("it was made without a secret")
    for answer in evidence.calls:
        error = answer.error
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            if any(secret in text for secret in evidence.secrets for text in (str(error), repr(error))):
                yield f"a {type(error).__name__} raised by {answer.doing} holds a secret"
            error = error.__cause__ or error.__context__


@CHECKS.promise
def answers_are_observations(evidence: Evidence) -> Iterator[str]:
    """`poll` returns an `Observation` that holds what its fields are declared to hold.

    Why: The poller leaves out what can't be used; what it leaves out is lost.

    Mend: Return the named tuples of `data.model.observation`, with texts as str and words as their enums.
    """
    yield from _faults(evidence, "shape")


@CHECKS.promise
def times_are_whole_and_plausible(evidence: Evidence) -> Iterator[str]:
    """Every time is UTC milliseconds since 1970, and every duration milliseconds, as a whole number (int).

    Why: A float or seconds put an event into 1970, or a call of a minute on the books as one of 16 hours.

    Mend: `round(seconds * 1000)`, from times with a zone: `datetime.fromisoformat(…).timestamp()`.
    """
    yield from _faults(evidence, "times")


@CHECKS.promise
def keys_are_not_empty(evidence: Evidence) -> Iterator[str]:
    """Every call, queue, agent and seat is named by a key that is not empty.

    Why: All that have no key would be one and the same.

    Mend: Leave out an event of which the source does not say whom it is about.
    """
    yield from _faults(evidence, "keys")


@CHECKS.promise
def answers_follow_one_another(evidence: Evidence) -> Iterator[str]:
    """An observation begins (`since_ms`) where the one before ended (`until_ms`), later only after a gap.

    Why: What lies between two observations, or before one that begins with None, was not measured: spans end there.
    One that reaches back says the same time twice.

    Mend: Remember the `until_ms` of the last good answer, and begin there.
    """
    told = evidence.observations()
    for observation in told:
        if observation.since_ms is not None and observation.until_ms < observation.since_ms:
            yield f"one ends {observation.since_ms - observation.until_ms} ms before it begins"
    if len(told) < 2:
        raise NotApplicable("only one answer came")
    yield from _breaks(told)


def _breaks(told: list[Observation]) -> Iterator[str]:
    gaps = []
    for before, after in pairwise(told):
        if after.since_ms is None:
            yield "one after the first does not say since when it watched"
        elif after.since_ms < before.until_ms:
            yield f"one begins {before.until_ms - after.since_ms} ms before the end of the one before it"
        elif after.since_ms > before.until_ms:
            gaps.append(after.since_ms - before.until_ms)
    if len(gaps) == len(told) - 1 > 1:  # the first may be due to what was found to begin with
        yield f"there is a gap before every one of them, of {min(gaps)} ms at least"


@CHECKS.advice
def nothing_was_missed(evidence: Evidence) -> Iterator[str]:
    """Polled without a pause, an adapter tells no gaps.

    Why: At each gap all that is known of agents and calls is forgotten.

    Mend: See whether the source really lost something, or the adapter its place.
    """
    told = evidence.observations()
    if len(told) < 2:
        raise NotApplicable("only one answer came")
    for before, after in pairwise(told):
        if after.since_ms is not None and after.since_ms > before.until_ms:
            yield f"a gap of {after.since_ms - before.until_ms} ms"


@CHECKS.promise
def no_answer_ends_in_the_future(evidence: Evidence) -> Iterator[str]:
    """`until_ms` is not later than this machine's present.

    Why: The screen shows ages by this machine's clock: what is to come can't have been measured.

    Mend: Take the source's clock, and correct by the difference to this machine's that you measured.
    """
    if Capability.PLAYED_SUPERVISOR in evidence.watch("main").capabilities:
        raise NotApplicable("it is played, on a clock of its own")
    evidence.observations()
    for answer, observation, _ in evidence.watch("main").vetted:
        if observation is not None and observation.until_ms > answer.answered_ms + AHEAD_MS:
            yield f"one ends {observation.until_ms - answer.answered_ms} ms in the future"


@CHECKS.promise
def a_lost_source_is_a_source_error(evidence: Evidence) -> Iterator[str]:
    """Where nothing outside can be reached, `poll` raises SourceError, and no AccessError.

    Why: An answer that nobody gave claims that nothing happened; an AccessError stops the poller until a person
    comes.

    Mend: Raise AccessError only where the source itself said that it won't let us in.
    """
    cut = evidence.watch("cut").done("poll while cut off")
    if not cut:
        raise NotApplicable("it reaches nothing outside")
    for answer in cut:
        if isinstance(answer.error, AccessError):
            yield f"it was told as {_told(answer.error)}"
        elif answer.late:
            yield "the poll did not end within its deadline"
    if cut[0] is evidence.watch("cut").answers[0] and cut[0].went_well:
        yield "its first poll answered, although nothing outside could be reached"


@CHECKS.promise
def goes_on_after_a_failure(evidence: Evidence) -> Iterator[str]:
    """After a failed poll the next ones answer, and go on where the last good one ended.

    Why: Sources fail every night; what happened meanwhile is told afterwards, or told as a gap.

    Mend: Let go of a broken connection, make a new one in the next poll, and move the place on only with a good
    answer.
    """
    watch = evidence.watch("cut")
    if not watch.done("poll while cut off"):
        raise NotApplicable("it reaches nothing outside")
    failed = 0
    for answer in watch.answers:
        if answer.doing == "poll while cut off":
            failed = 3
        elif answer.doing == "poll" and failed:
            failed = 0 if answer.went_well else failed - 1
            if not answer.went_well and not failed:
                yield f"three polls after it was cut off it still fails: {_problem(answer)}"
    told = watch.observations
    for before, after in pairwise(told):
        if after.since_ms is not None and after.since_ms < before.until_ms:
            yield "it lost its place: the next good answer begins before the end of the last one"


def _problem(answer: Answer) -> str:
    return "the poll does not end" if answer.late else _told(answer.error)


@CHECKS.promise
def examining_tells_what_was_found(evidence: Evidence) -> Iterator[str]:
    """`examine`, where there is one, returns a list of `Finding` in safe words, all of them well where the source is.

    Why: `floorwalk doctor` prints them for somebody who looks for a fault.

    Mend: `Finding("reachable", True, safe_text(…))`; what is wrong is a finding, too, and no exception.
    """
    if not callable(getattr(evidence.loaded, "examine", None)):
        raise NotApplicable("it has no `examine`")
    for answer in evidence.watch("examined").done("examine"):
        if not answer.went_well:
            yield f"it raised {_problem(answer)}" if answer.error is not None else "it did not end"
        elif type(answer.told) is not list or not all(type(each) is Finding for each in answer.told):
            yield f"it returned {shown(answer.told)}, not a list of Finding"
        else:
            yield from _odd_findings(answer.told, evidence.secrets)


def _odd_findings(findings: list[Finding], secrets: tuple[str, ...]) -> Iterator[str]:
    for what, well, found in findings:
        if [type(what), type(well), type(found)] != [str, bool, str]:
            yield f"{what!r} is no text, truth and text"
        elif any(secret in found for secret in secrets):
            yield f"{what!r} holds a secret"
        elif safe_text(found, max(1, len(found))) != found:
            yield f"{what!r} is not safe to show: {found!r}"
        elif not well:
            yield f"{what!r} is not well: {found}"


@CHECKS.advice
def does_not_hold_up_the_loop(evidence: Evidence) -> Iterator[str]:
    """No call keeps the event loop for longer than a tenth of a second.

    Why: Several sources are polled by one process; while one works without an await, none of the others is heard.

    Mend: `await asyncio.to_thread(…)` for what reads or reckons for long.
    """
    longest_ms = max((watch.longest_ms for watch in evidence.watches.values()), default=None)
    if longest_ms is None:
        raise NotApplicable("it was not tried")
    if longest_ms > HOLDS_UP_MS:
        yield f"the loop waited for {longest_ms} ms"
