"""The settings file: read, checked against its schema, and shown with the line each value stands on.

A table each, all of them optional:

- [site]    name, zone
- [screen]  language, theme
- [store]   path
- [poller]  interval_s
- [source.NAME]  adapter, interval_s, and the adapter's options      a telephony system each
- [goal]    threshold_s, short_abandon_s, target, formula      what every queue is measured against
- [queue.NAME]  the same, for one queue
- [agents]  aliases = { "NAME" = "AGENT" }, rules = { 'PATTERN' = 'AGENT' }
- [limits]  waiting, wait_s, talk_s, wrap_up_s, pause_s, service_good, service_fair, least_n
- [limits.queue.NAME], [limits.team.NAME]  the same; [limits.reason] REASON = [5, 10, 15] in seconds
- [breaks]  allowances_s, times_a_day, total_s, no_rest, aliases, protected, planned, grace_s, share_percent, most_out,
  least_out
- [breaks.team.NAME]  share_percent, most_out, least_out;  [load]  hard_queues, count_lateness
- [desk]  leads, supervisors, admins: lists of users and @groups; [desk.teams] TEAM = the same, of who leads it
- [retention]  flags_and_mood_days, coaching_days, discipline_days;  [discipline]  catalogue
- [flags.KIND]  en, zh, severity, expires_min, step, in_use;  [steps.STEP]  en, zh, in_use
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import is_typeddict

from console.settings import Settings, SettingsError, SourceSettings, zone_of
from console.settings_schema import File
from console.settings_vocabulary import vocabulary
from data.alerts import Limits
from data.breaks import BreakPolicy, day_time
from data.desk.roles import Rights
from data.metrics import Goal
from data.model.text import safe_text
from data.model.toml_lines import Keys, Table, leaves, line_of, lines_of


def read(path: Path, settings: Settings) -> Settings:
    """Return `settings` with what the file says. Raises SettingsError: one line for each thing that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    lines = lines_of(text)
    try:
        TypeAdapter(File).validate_python(table)
    except ValidationError as error:
        problems = (_explain(path, lines, detail) for detail in error.errors(include_url=False))
        raise SettingsError("\n".join(dict.fromkeys(problems))) from None
    places = [*leaves(table), *(("source", name) for name in table.get("source", {}))]
    origins = {".".join(keys): f"{path}:{line_of(lines, keys)}" for keys in places}
    return _taken(path, lines, replace(settings, file=path, origins={**settings.origins, **origins}), table)


def _taken(path: Path, lines: Mapping[Keys, int], settings: Settings, table: Table) -> Settings:
    """Put the values of a table that was found to be good into the settings."""
    site, screen, poller = (table.get(name, {}) for name in ("site", "screen", "poller"))
    agents = table.get("agents", {})
    goal = _goal(settings.goal, table.get("goal", {}))
    zone = site.get("zone", settings.zone)
    if zone:
        zone = zone_of(zone, f"{path}:{line_of(lines, ('site', 'zone'))}: site.zone").key
    store, catalogue = table.get("store", {}).get("path"), table.get("discipline", {}).get("catalogue")
    return replace(
        settings,
        site=site.get("name", settings.site),
        zone=zone,
        language=screen.get("language", settings.language),
        theme=screen.get("theme", settings.theme),
        store=settings.store if store is None else _beside(path, store),
        catalogue=settings.catalogue if catalogue is None else _beside(path, catalogue),
        sources=_sources(path, lines, table.get("source", {})) or settings.sources,
        interval_ms=_ms(poller.get("interval_s", settings.interval_ms / 1000)),
        goal=goal,
        queues={name: _goal(goal, own) for name, own in table.get("queue", {}).items()},
        aliases=tuple(f"{name}={agent}" for name, agent in agents.get("aliases", {}).items()),
        rules=tuple(f"{pattern}={agent}" for pattern, agent in agents.get("rules", {}).items()),
        limits=_limits(settings.limits, table),
        rights=_rights(table.get("desk", {})),
        retention=settings.retention._replace(**table.get("retention", {})),
        vocabulary=vocabulary(path, lines, settings.vocabulary, table),
    )


def _beside(path: Path, named: str) -> Path:
    """Return a path that the file names: a relative one begins where the file is."""
    return path.absolute().parent / Path(named).expanduser()


def _sources(path: Path, lines: Mapping[Keys, int], table: Table) -> tuple[SourceSettings, ...]:
    """Return the sources; what an adapter makes of its options is seen when it is needed."""
    found = []
    for name, own in table.items():
        if safe_text(name, 60) != name or name[:1] in ("", ".") or "/" in name:
            raise SettingsError(
                f"{path}:{line_of(lines, ('source', name))}: {name!r} can't be a source's name: it has at most 60 "
                f"characters, no slash among them and none that can't be seen, and does not begin with a dot"
            )
        options = {key: value for key, value in own.items() if key not in ("adapter", "interval_s")}
        interval_ms = _ms(own["interval_s"]) if "interval_s" in own else None
        found.append(SourceSettings(name, own["adapter"], options, interval_ms, path.absolute().parent))
    return tuple(found)


def _rights(table: Table) -> Rights:
    teams = {safe_text(team): tuple(names) for team, names in table.get("teams", {}).items()}
    leads, supervisors, admins = (tuple(table.get(name, ())) for name in ("leads", "supervisors", "admins"))
    return Rights(leads, supervisors, admins, teams)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _goal(goal: Goal, table: Table) -> Goal:
    return Goal(
        _ms(table["threshold_s"]) if "threshold_s" in table else goal.threshold_ms,
        _ms(table["short_abandon_s"]) if "short_abandon_s" in table else goal.short_abandon_ms,
        table.get("target", goal.target),
        table.get("formula", goal.formula),
    )


def _thresholds(limits: Limits, table: Table) -> Limits:
    """Return limits with a table's thresholds put in; those in seconds become ms."""
    plain = {"waiting": tuple, "service_good": float, "service_fair": float, "least_n": int}
    said: dict[str, Any] = {name: kind(table[name]) for name, kind in plain.items() if name in table}
    for name in ("wait_s", "talk_s", "wrap_up_s", "pause_s"):
        if name in table:
            said[f"{name.removesuffix('_s')}_ms"] = tuple(map(_ms, table[name]))
    return replace(limits, **said)


def _limits(limits: Limits, table: Table) -> Limits:
    own = table.get("limits", {})
    breaks, load = _breaks(limits.breaks, table.get("breaks", {})), replace(limits.load, **table.get("load", {}))
    site = replace(_thresholds(limits, own), breaks=breaks, load=load)
    reasons = own.get("reason", {}).items()
    site = replace(site, by_reason={name: (_ms(a), _ms(b), _ms(c)) for name, (a, b, c) in reasons})
    return replace(
        site,
        by_queue={name: _thresholds(site, each) for name, each in own.get("queue", {}).items()},
        by_team={name: _thresholds(site, each) for name, each in own.get("team", {}).items()},
    )


def _breaks(policy: BreakPolicy, table: Table) -> BreakPolicy:
    """Return a policy with a table's rules put in; allowances, times a day and aliases add to those that ship."""
    allowed = {name: _ms(seconds) for name, seconds in table.get("allowances_s", {}).items()}
    aliases = {name.casefold(): reason for name, reason in table.get("aliases", {}).items()}
    said: dict[str, Any] = {name: frozenset(table[name]) for name in ("protected", "planned") if name in table}
    said |= {f"{name}_ms": _ms(table[f"{name}_s"]) for name in ("grace", "total") if f"{name}_s" in table}
    site = replace(
        _places(policy, table),
        allowances={**policy.allowances, **allowed},
        aliases={**policy.aliases, **aliases},
        times_a_day={**policy.times_a_day, **table.get("times_a_day", {})},
        no_rest=tuple(map(day_time, table["no_rest"])) if "no_rest" in table else policy.no_rest,
        **said,
    )
    return replace(site, by_team={name: _places(site, own) for name, own in table.get("team", {}).items()})


def _places(policy: BreakPolicy, table: Table) -> BreakPolicy:
    """Return a policy with a table's word on how many may be out at once."""
    return replace(
        policy, **{name: table[name] for name in ("share_percent", "most_out", "least_out") if name in table}
    )


# ------------------------------------------------------------------ what is wrong, and which keys there are


def _valid_keys(kind: Any, at: Keys) -> dict[str, Any]:  # noqa: ANN401 (a type of any kind)
    """Return the valid keys below a place in the schema; empty where any name will do."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if is_typeddict(kind):
        hints = get_type_hints(kind)
        return _valid_keys(hints[at[0]], at[1:]) if at else hints
    if get_origin(kind) is dict and at:
        return _valid_keys(get_args(kind)[1], at[1:])
    return {}


def _all_keys(kind: Any, above: Keys = ()) -> list[Keys]:  # noqa: ANN401
    found: list[Keys] = []
    for key, below in _valid_keys(kind, ()).items():
        found += _all_keys(below, (*above, key)) or [(*above, key)]
    return found


def _nearest(keys: Keys) -> str:
    """Return the valid key that somebody may have meant: beside it, else anywhere."""
    from difflib import get_close_matches

    beside = _valid_keys(File, keys[:-1])
    near = get_close_matches(keys[-1], beside, 1)
    if near:
        return ".".join((*keys[:-1], near[0]))
    everywhere = {full[-1]: full for full in reversed(_all_keys(File))}
    near = get_close_matches(keys[-1], everywhere, 1)
    return ".".join(everywhere[near[0]]) if near else ""


_GONE = {
    ("poller", "adapter"): "give each telephony system a table of its own: [source.NAME] with adapter = 'NAME' in it",
    ("poller", "options"): "write them into the source's own table, [source.NAME], beside its adapter",
}
"""Keys of earlier versions, and what to write instead."""


def _explain(path: Path, lines: Mapping[Keys, int], problem: ErrorDetails) -> str:
    """Return one line on one problem: where, which key, what is wrong, what was meant."""
    keys = tuple(part for part in problem["loc"] if isinstance(part, str))
    name = ".".join(keys)
    place = f"{path}:{line_of(lines, keys)}: {name}"
    if keys in _GONE:
        return f"{place} is no setting any more: {_GONE[keys]}"
    if keys[0] == "source" and keys[-1] != "interval_s":
        return f"{place}{_explain_source(keys)}"  # without what stands there: it may be a secret
    if problem["type"] == "extra_forbidden":
        near = _nearest(keys)
        beside = ", ".join(_valid_keys(File, keys[:-1]))
        return f"{place} is no setting; " + (f"did you mean {near}?" if near else f"there are {beside}")
    what = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_pattern_mismatch":
        what = "should be a user's name or number, or @ and a group's"
    given = problem["input"]
    shown = "" if isinstance(given, dict) else f", not {given!r}"
    if problem["type"] in ("list_type", "too_short", "too_long"):
        what = "should be a list" if problem["type"] == "list_type" else what.partition(" after")[0]
        shown += _example_of(keys)
    return f"{place}: {what[:1].lower()}{what[1:]}{shown}"


def _example_of(keys: Keys) -> str:
    """Return what to write for a key that takes a list, with what each part of it is for; "" where none ships."""
    from console.settings_shown import values
    from console.settings_template import meaning_of, toml

    key = "pause_s" if keys[:2] == ("limits", "reason") else keys[-1]
    usual = dict(values(Settings())).get(f"{keys[0]}.{key}")
    if not isinstance(usual, (list, tuple)) or not usual:
        return ""
    meaning = meaning_of(keys[0], "reason" if key != keys[-1] else key)
    return f": write it as {toml(keys[-1]) if not keys[-1].isidentifier() else keys[-1]} = {toml(usual)} ({meaning})"


def _explain_source(keys: Keys) -> str:
    if len(keys) < 3:
        return ": each source is a table with a name of its own: write [source.NAME], with adapter = 'NAME' in it"
    return ": say which adapter it is: adapter = 'NAME' (`floorwalk adapters` lists them)"
