"""The settings as they hold, by the keys of the file, each with where it comes from; of a secret, that alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from console.settings import Settings
from data.alerts import Limits
from data.breaks import BreakPolicy
from data.flags import Vocabulary
from data.metrics import Goal
from data.model.days import MINUTE

Row = tuple[str, Any, str]
"""(dotted key, value, where it comes from)."""


def shown(settings: Settings) -> list[Row]:
    """Return every setting; `default` is the origin of what nobody has said. Raises SettingsError."""
    file = str(settings.file) if settings.file else None
    rows: list[Row] = [("file", file, "in use" if file else "none found")]
    for key, value in values(settings):
        rows.append((key, value, _origin(settings.origins, key)))
    at = next(at for at, (key, _, _) in enumerate(rows) if key.startswith("goal."))
    return rows[:at] + list(_sources(settings)) + rows[at:]


def _origin(origins: Mapping[str, str], key: str) -> str:
    """Return where a value comes from; of a table or a list of them, where its first part does."""
    if key in origins:
        return origins[key]
    return next((origin for name, origin in origins.items() if name.startswith(f"{key}.")), "default")


def _sources(settings: Settings) -> Iterator[Row]:
    """Yield what is said of each source. A secret's value is that there is one; its origin is where."""
    if not settings.configured:
        (played,) = settings.sources
        yield f"source.{played.name}.adapter", played.adapter, "default"
        return
    from console.settings_sources import checked

    for source, _, secrets in checked(settings):
        key = f"source.{source.name}"
        said: dict[str, Any] = {"adapter": source.adapter}
        if source.interval_ms is not None:
            said["interval_s"] = source.interval_ms / 1000
        for name, value in {**said, **source.options}.items():
            yield f"{key}.{name}", value, _origin(settings.origins, f"{key}.{name}")
        for name, place in secrets.items():
            yield f"{key}.{name}", None if place is None else "***", "not found" if place is None else place.origin


def values(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield every setting but the sources, by its dotted key."""
    yield "site.name", settings.site
    yield "site.zone", settings.zone
    yield "screen.language", settings.language
    yield "screen.theme", settings.theme
    yield "store.path", str(settings.store)
    yield "poller.interval_s", settings.interval_ms / 1000
    yield from _goal("goal", settings.goal)
    for name, goal in settings.queues.items():
        yield from _goal(f"queue.{name}", goal)
    for kind, texts in (("aliases", settings.aliases), ("rules", settings.rules)):
        for text in texts:
            name, _, agent = text.rpartition("=") if kind == "rules" else text.partition("=")
            yield f"agents.{kind}.{name}", agent
    yield from _limits("limits", settings.limits)
    for name, limits in settings.limits.by_queue.items():
        yield from _limits(f"limits.queue.{name}", limits)
    for name, limits in settings.limits.by_team.items():
        yield from _limits(f"limits.team.{name}", limits)
    for name, thresholds in settings.limits.by_reason.items():
        yield f"limits.reason.{name}", _seconds(thresholds)
    yield from _breaks(settings.limits)
    yield "load.hard_queues", sorted(settings.limits.load.hard_queues)
    yield "load.count_lateness", settings.limits.load.count_lateness
    for name in ("leads", "supervisors", "admins"):
        yield f"desk.{name}", list(getattr(settings.rights, name))
    for team, leads in settings.rights.teams.items():
        yield f"desk.teams.{team}", list(leads)
    for name, days in settings.retention._asdict().items():
        yield f"retention.{name}", days
    yield "discipline.catalogue", None if settings.catalogue is None else str(settings.catalogue)
    yield from _words(settings.vocabulary)


def _goal(key: str, goal: Goal) -> Iterator[tuple[str, Any]]:
    yield f"{key}.threshold_s", goal.threshold_ms / 1000
    yield f"{key}.short_abandon_s", goal.short_abandon_ms / 1000
    yield f"{key}.target", goal.target
    yield f"{key}.formula", goal.formula


def _seconds(thresholds: tuple[int, ...]) -> list[float]:
    return [ms / 1000 for ms in thresholds]


def _limits(key: str, limits: Limits) -> Iterator[tuple[str, Any]]:
    yield f"{key}.waiting", list(limits.waiting)
    yield f"{key}.wait_s", _seconds(limits.wait_ms)
    yield f"{key}.talk_s", _seconds(limits.talk_ms)
    yield f"{key}.wrap_up_s", _seconds(limits.wrap_up_ms)
    yield f"{key}.pause_s", _seconds(limits.pause_ms)
    yield f"{key}.service_good", limits.service_good
    yield f"{key}.service_fair", limits.service_fair
    yield f"{key}.least_n", limits.least_n


def _breaks(limits: Limits) -> Iterator[tuple[str, Any]]:
    policy = limits.breaks
    for reason, ms in policy.allowances.items():
        yield f"breaks.allowances_s.{reason}", ms / 1000
    for name, reason in policy.aliases.items():
        yield f"breaks.aliases.{name}", reason
    for reason, times in policy.times_a_day.items():
        yield f"breaks.times_a_day.{reason}", times
    yield "breaks.total_s", None if policy.total_ms is None else policy.total_ms / 1000
    yield "breaks.no_rest", [str(each) for each in policy.no_rest]
    yield "breaks.protected", sorted(policy.protected)
    yield "breaks.planned", sorted(policy.planned)
    yield "breaks.grace_s", policy.grace_ms / 1000
    yield from _places("breaks", policy)
    for name, own in policy.by_team.items():
        yield from _places(f"breaks.team.{name}", own)


def _places(key: str, policy: BreakPolicy) -> Iterator[tuple[str, Any]]:
    yield f"{key}.share_percent", policy.share_percent
    yield f"{key}.most_out", policy.most_out
    yield f"{key}.least_out", policy.least_out


def _words(vocabulary: Vocabulary) -> Iterator[tuple[str, Any]]:
    for flag in vocabulary.flags:
        key = f"flags.{flag.key}"
        yield f"{key}.en", flag.en
        yield f"{key}.zh", flag.zh
        yield f"{key}.severity", flag.severity.name.lower()
        yield f"{key}.expires_min", flag.expires_ms / MINUTE
        yield f"{key}.step", flag.step
    for step in vocabulary.steps:
        yield f"steps.{step.key}.en", step.en
        yield f"steps.{step.key}.zh", step.zh
