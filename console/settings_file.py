"""The settings file: read, checked against its schema, and shown with the line each value stands on.

A table each, all of them optional:

- [site]    name, zone
- [screen]  language, theme
- [store]   path
- [poller]  adapter, interval_s, options = { … }
- [goal]    threshold_s, short_abandon_s, target, formula      what every queue is measured against
- [queue.NAME]  the same, for one queue
- [agents]  aliases = { "NAME" = "AGENT" }, rules = { 'PATTERN' = 'AGENT' }
- [limits]  waiting, wait_s, talk_s, wrap_up_s, pause_s, service_good, service_fair, least_n
- [limits.queue.NAME], [limits.team.NAME]  the same; [limits.reason] REASON = [5, 10, 15] in seconds
- [breaks]  allowances_s, aliases, protected, grace_s, share_percent, most_out, least_out
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict, is_typeddict

from console.choices import LANGUAGES, THEMES
from console.settings import Settings, SettingsError, zone_of
from data.alerts import Limits
from data.breaks import BreakPolicy
from data.metrics import FORMULAS, Goal

Table = dict[str, Any]
Keys = tuple[str, ...]


def _rising(values: list[float]) -> list[float]:
    if sorted(values) != values:
        raise ValueError("must not fall from one to the next")
    return values


Two = Annotated[list[float], Field(min_length=2, max_length=2), AfterValidator(_rising)]
Three = Annotated[list[float], Field(min_length=3, max_length=3), AfterValidator(_rising)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]

_exact = with_config(ConfigDict(extra="forbid", strict=True))


@_exact
class _Site(TypedDict, total=False):
    name: str
    zone: str


@_exact
class _Screen(TypedDict, total=False):
    language: Literal[LANGUAGES]  # type: ignore[valid-type]
    theme: Literal[THEMES]  # type: ignore[valid-type]


@_exact
class _Store(TypedDict, total=False):
    path: str


@_exact
class _Poller(TypedDict, total=False):
    adapter: str
    interval_s: Annotated[float, Field(ge=0.2, le=3600)]
    options: dict[str, Any]


@_exact
class _Goal(TypedDict, total=False):
    threshold_s: Seconds
    short_abandon_s: Seconds
    target: Ratio
    formula: Literal[FORMULAS]  # type: ignore[valid-type]


@_exact
class _Agents(TypedDict, total=False):
    aliases: dict[str, str]
    rules: dict[str, str]


@_exact
class _Thresholds(TypedDict, total=False):
    waiting: Annotated[list[int], Field(min_length=4, max_length=4), AfterValidator(_rising)]
    wait_s: Two
    talk_s: Three
    wrap_up_s: Two
    pause_s: Three
    service_good: Ratio
    service_fair: Ratio
    least_n: Annotated[int, Field(ge=0)]


@_exact
class _Limits(_Thresholds, total=False):
    queue: dict[str, _Thresholds]
    team: dict[str, _Thresholds]
    reason: dict[str, Three]


@_exact
class _Breaks(TypedDict, total=False):
    allowances_s: dict[str, Seconds]
    aliases: dict[str, str]
    protected: list[str]
    grace_s: Seconds
    share_percent: Annotated[int, Field(ge=0, le=100)]
    most_out: Annotated[int, Field(ge=0)]
    least_out: Annotated[int, Field(ge=0)]


@_exact
class _File(TypedDict, total=False):
    site: _Site
    screen: _Screen
    store: _Store
    poller: _Poller
    goal: _Goal
    queue: dict[str, _Goal]
    agents: _Agents
    limits: _Limits
    breaks: _Breaks


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
        TypeAdapter(_File).validate_python(table)
    except ValidationError as error:
        problems = (_explain(path, lines, detail) for detail in error.errors(include_url=False))
        raise SettingsError("\n".join(dict.fromkeys(problems))) from None
    origins = {".".join(keys): f"{path}:{_line(lines, keys)}" for keys in leaves(table)}
    return _taken(path, lines, replace(settings, file=path, origins={**settings.origins, **origins}), table)


def _taken(path: Path, lines: Mapping[Keys, int], settings: Settings, table: Table) -> Settings:
    """Put the values of a table that was found to be good into the settings."""
    site, screen, poller = (table.get(name, {}) for name in ("site", "screen", "poller"))
    agents = table.get("agents", {})
    goal = _goal(settings.goal, table.get("goal", {}))
    zone = site.get("zone", settings.zone)
    if zone:
        zone = zone_of(zone, f"{path}:{_line(lines, ('site', 'zone'))}: site.zone").key
    store = table.get("store", {}).get("path")
    return replace(
        settings,
        site=site.get("name", settings.site),
        zone=zone,
        language=screen.get("language", settings.language),
        theme=screen.get("theme", settings.theme),
        store=settings.store if store is None else path.absolute().parent / Path(store).expanduser(),
        adapter=poller.get("adapter", settings.adapter),
        options=poller.get("options", settings.options),
        interval_ms=_ms(poller.get("interval_s", settings.interval_ms / 1000)),
        goal=goal,
        queues={name: _goal(goal, own) for name, own in table.get("queue", {}).items()},
        aliases=tuple(f"{name}={agent}" for name, agent in agents.get("aliases", {}).items()),
        rules=tuple(f"{pattern}={agent}" for pattern, agent in agents.get("rules", {}).items()),
        limits=_limits(settings.limits, table),
    )


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
    site = replace(_thresholds(limits, own), breaks=_breaks(limits.breaks, table.get("breaks", {})))
    reasons = own.get("reason", {}).items()
    site = replace(site, by_reason={name: (_ms(a), _ms(b), _ms(c)) for name, (a, b, c) in reasons})
    return replace(
        site,
        by_queue={name: _thresholds(site, each) for name, each in own.get("queue", {}).items()},
        by_team={name: _thresholds(site, each) for name, each in own.get("team", {}).items()},
    )


def _breaks(policy: BreakPolicy, table: Table) -> BreakPolicy:
    """Return a policy with a table's rules put in; allowances and aliases add to those that ship."""
    said = {name: table[name] for name in ("share_percent", "most_out", "least_out") if name in table}
    allowed = {name: _ms(seconds) for name, seconds in table.get("allowances_s", {}).items()}
    return replace(
        policy,
        allowances={**policy.allowances, **allowed},
        aliases={**policy.aliases, **{name.casefold(): reason for name, reason in table.get("aliases", {}).items()}},
        protected=frozenset(table["protected"]) if "protected" in table else policy.protected,
        grace_ms=_ms(table["grace_s"]) if "grace_s" in table else policy.grace_ms,
        **said,
    )


# ------------------------------------------------------------------ where a key stands, and which ones there are

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def _keys_in(text: str, end: str) -> Keys | None:
    """Return the keys of a dotted name that `end` follows."""
    keys: list[str] = []
    at = 0
    while found := _PART.match(text, at):
        keys.append(next(part for part in found.groups() if part is not None))
        at = found.end()
        if text[at : at + 1] == end:
            return tuple(keys)
        if text[at : at + 1] != ".":
            return None
        at += 1
    return None


def lines_of(text: str) -> dict[Keys, int]:
    """Return the line, from 1, on which each table and key of a TOML text stands."""
    found: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            if (keys := _keys_in(stripped.lstrip("["), "]")) is not None:
                table = keys
                found.setdefault(table, number)
        elif (keys := _keys_in(stripped, "=")) is not None:
            found.setdefault((*table, *keys), number)
    return found


def _line(lines: Mapping[Keys, int], keys: Keys) -> int:
    """Return the line of a key, or of the nearest table around it."""
    while keys and keys not in lines:
        keys = keys[:-1]
    return lines.get(keys, 1)


def leaves(table: Table, above: Keys = ()) -> list[Keys]:
    """Return the keys of all values that are no tables."""
    found: list[Keys] = []
    for key, value in table.items():
        found += leaves(value, (*above, key)) if isinstance(value, dict) else [(*above, key)]
    return found


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

    beside = _valid_keys(_File, keys[:-1])
    near = get_close_matches(keys[-1], beside, 1)
    if near:
        return ".".join((*keys[:-1], near[0]))
    everywhere = {full[-1]: full for full in reversed(_all_keys(_File))}
    near = get_close_matches(keys[-1], everywhere, 1)
    return ".".join(everywhere[near[0]]) if near else ""


def _explain(path: Path, lines: Mapping[Keys, int], problem: ErrorDetails) -> str:
    """Return one line on one problem: where, which key, what is wrong, what was meant."""
    keys = tuple(part for part in problem["loc"] if isinstance(part, str))
    place = f"{path}:{_line(lines, keys)}: {'.'.join(keys)}"
    if problem["type"] == "extra_forbidden":
        near = _nearest(keys)
        beside = ", ".join(_valid_keys(_File, keys[:-1]))
        return f"{place} is no setting; " + (f"did you mean {near}?" if near else f"there are {beside}")
    what = problem["msg"].removeprefix("Value error, ")
    given = problem["input"]
    shown = "" if isinstance(given, dict) else f", not {given!r}"
    return f"{place}: {what[:1].lower()}{what[1:]}{shown}"
