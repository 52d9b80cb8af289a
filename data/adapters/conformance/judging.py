"""An adapter judged: the trials, then the checks on what they have shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from data.adapters.conformance import on_acts, on_answers, on_events, on_life, on_making, on_record
from data.adapters.conformance.checks import Check, Ruling, Verdict
from data.adapters.conformance.evidence import Evidence
from data.adapters.conformance.trials import Trials, look_at_the_class, make_one
from data.adapters.conformance.trying import Manner, run
from data.adapters.registry import Found, breaks

CHECKS: tuple[Check, ...] = (
    *on_making.CHECKS,
    *on_answers.CHECKS,
    *on_events.CHECKS,
    *on_record.CHECKS,
    *on_life.CHECKS,
    *on_acts.CHECKS,
)
"""Every check, in the order in which they are told."""


class Judgement(NamedTuple):
    """What came of it: `seen` says how much there was to look at."""

    name: str
    found: Found
    seen: str
    rulings: tuple[Ruling, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(each.check for each in self.rulings if each.verdict == Verdict.FAILED)

    @property
    def warned(self) -> tuple[str, ...]:
        """The names of the checks that warned."""
        return tuple(each.check for each in self.rulings if each.verdict == Verdict.WARNING)


def judge_class(name: str, loaded: type[Any], found: Found | None = None) -> Judgement:
    """Return what can be said of an adapter without a source: nothing is polled."""
    return _judged(_looked_at(name, loaded, found, {}))


def judge(
    name: str,
    loaded: type[Any],
    options: Mapping[str, Any],
    manner: Manner | None = None,
    found: Found | None = None,
) -> Judgement:
    """Return what can be said of an adapter and its source. Raises AdapterError where it can't be made.

    It runs an event loop of its own. Where the source shuts the adapter out, nothing more is tried.
    """
    evidence = _looked_at(name, loaded, found, options)
    if not list(breaks(loaded)):
        make_one(evidence)
        run(Trials(evidence, manner or Manner()).all())
    return _judged(evidence)


def _looked_at(name: str, loaded: type[Any], found: Found | None, options: Mapping[str, Any]) -> Evidence:
    where = found or Found(loaded.__module__, loaded.__qualname__, "")
    evidence = Evidence(name, where, loaded, options)
    if not list(breaks(loaded)):
        look_at_the_class(evidence)
    return evidence


def _judged(evidence: Evidence) -> Judgement:
    checks = CHECKS if not list(breaks(evidence.loaded)) else on_making.CHECKS[:1]
    return Judgement(evidence.name, evidence.found, _seen(evidence), tuple(check.on(evidence) for check in checks))


def _seen(evidence: Evidence) -> str:
    watch = evidence.watches.get("main")
    if watch is None:
        return "nothing was polled"
    told = watch.observations
    counts = {
        "polls": len(watch.done("poll")),
        "events": sum(len(each.events) for each in told),
        "snapshots": sum(each.snapshot is not None for each in told),
        "agents in the directory": len({a.key for each in told if each.directory for a in each.directory.agents}),
        "orders": len(evidence.ordered),
    }
    return ", ".join(f"{number} {what}" for what, number in counts.items())
