"""The settings file that `floorwalk init` writes: every key with what it is for, those nobody set commented out."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from console.choices import LANGUAGES, THEMES
from console.settings import Settings
from console.settings_shown import values
from data.adapters.base import Option
from data.metrics import FORMULAS
from data.model.text import safe_text


class Configured(NamedTuple):
    """What is known of a site: values by dotted keys, and its source.

    `options` are the source's by name; `kept` says for each secret, in words, where it is.
    """

    said: Mapping[str, Any]
    source: str
    adapter: str
    declared: Sequence[Option]
    options: Mapping[str, Any]
    kept: Mapping[str, str]


_ROOM = 44
"""Columns before the words on a key."""

_HEAD = """\
# What Floorwalk goes by here; `floorwalk config show` prints what holds, and where each value comes from.
# Take the "# " away from the front of a line to change what it says. No secret belongs in this file.
"""

_Table = tuple[str, Mapping[str, str]]
"""What a table is for, and what each of its keys is for."""

_SITE: Mapping[str, _Table] = {
    "site": (
        "",
        {"name": "what the screens call this floor", "zone": "where it stands: its days and clocks are of here"},
    ),
    "screen": (
        "How the screens look; each reader can change both there.",
        {
            "language": f"{', '.join(LANGUAGES)}; auto: as the reader's terminal says",
            "theme": ", ".join(THEMES),
        },
    ),
    "store": ("", {"path": "where the poller writes what it saw, and the screens read it"}),
    "poller": ("", {"interval_s": "how often a source is asked, in seconds, if it says nothing else"}),
}

_GOAL = {
    "threshold_s": "a contact is answered in time within so many seconds",
    "short_abandon_s": "who hangs up sooner did not really wait",
    "target": "the service level to reach",
    "formula": f"how it is counted: {', '.join(FORMULAS)}",
}

_THRESHOLDS = {
    "waiting": "contacts waiting: notice, watch, needs you, in reverse",
    "wait_s": "the longest wait: watch, needs you",
    "talk_s": "a talk: notice, watch, needs you",
    "wrap_up_s": "wrap-up: watch, needs you",
    "pause_s": "a pause whose reason has no allowance: notice, watch, needs you",
    "service_good": "a service level from here on is good",
    "service_fair": "from here on fair",
    "least_n": "a ratio of fewer contacts is grey",
}

_RULES: Mapping[str, _Table] = {
    "goal": ("What every queue is measured against.", _GOAL),
    "queue": ("What single queues are measured against instead.", {"sales": "all or some of the keys above"}),
    "limits": (
        "When a figure is worth a look. Times are in seconds.",
        {
            **_THRESHOLDS,
            "queue": "all or some of these for single queues",
            "team": "and for single teams",
            "reason": "pauses of one reason: notice, watch, needs you",
        },
    ),
    "breaks": (
        "Breaks: how long, and how many at once.",
        {
            "allowances_s": "how long a break of a reason may be",
            "times_a_day": "how many of them a day has",
            "total_s": "how long all of a day's rests may last; without it, as long as they do",
            "no_rest": "times of the day in which nobody rests",
            "grace_s": "so much longer is not over yet",
            "share_percent": "so many of those on shift may be out",
            "most_out": "but never more",
            "least_out": "and always so many",
            "protected": "reasons that are never refused, capped or coloured",
            "planned": "reasons that are work by plan, and no rest",
            "team": "another share, most or least for single teams",
            "aliases": "what the telephony system calls a reason, and which one it is",
        },
    ),
    "load": (
        "How much strain an agent's work is; nothing about the person goes into it.",
        {
            "hard_queues": "queues whose calls are hard ones, such as complaints",
            "count_lateness": "whether being late from breaks counts",
        },
    ),
    "desk": (
        "Who may act on this floor: users and @groups of this machine. Everybody else only looks; root may all.",
        {
            "leads": "act on the people of the teams that are theirs",
            "supervisors": "on everybody, and on the phones",
            "admins": "and may erase what is kept about somebody",
            "teams": "who leads which team",
        },
    ),
    "retention": (
        "For how many days is kept what people recorded about people.",
        {
            "flags_and_mood_days": "flags, moods, decisions about breaks, who listened",
            "coaching_days": "coaching and praise",
            "discipline_days": "rounds, findings, incidents, handovers, the roster",
        },
    ),
    "discipline": (
        "What is expected of this floor: its rules, checklists and shifts, in a file of their own.",
        {"catalogue": "the file, beside this one; without it what ships"},
    ),
    "flags": (
        "What people may flag: a table each; one of a shipped kind changes it, in_use = false takes it away.",
        {"late_back": "en, zh, severity (note, watch, urgent, praise), expires_min, step, in_use"},
    ),
    "steps": ("What may come next of a flag.", {"quiet_room": "en, zh, in_use"}),
    "agents": (
        "Who is who, where a queue log calls one person by two names.",
        {
            "aliases": "a name in the log, and the agent it is of",
            "rules": "a regular expression for such names, and what becomes of them",
        },
    ),
}

_EXAMPLES: Mapping[str, Any] = {
    "queue.sales": {"threshold_s": 10, "target": 0.9},
    "limits.queue": {"sales": {"wait_s": [30, 60]}},
    "limits.team": {"North": {"talk_s": [120, 240, 480]}},
    "limits.reason": {"Lunch": [1800, 2400, 3600]},
    "breaks.aliases": {"Lunch": "meal"},
    "breaks.total_s": 2400,
    "breaks.no_rest": ["09:00-09:30", "17:30-18:00"],
    "breaks.team": {"North": {"most_out": 2}},
    "load.hard_queues": ["complaints"],
    "desk.leads": ["@leads"],
    "desk.supervisors": ["liumin"],
    "desk.admins": ["@floorwalk"],
    "desk.teams": {"North": ["chenjing", "@leads-north"]},
    "discipline.catalogue": "rules.toml",
    "flags.late_back": {"en": "back late", "zh": "晚归", "severity": "note", "expires_min": 60},
    "steps.quiet_room": {"en": "the quiet room", "zh": "去静室"},
    "agents.aliases": {"Local/1001@agents": "王小明"},
    "agents.rules": {r"SIP/(\d+)": r"Agent/\1"},
}
"""What is shown of keys that ship without a value, or with too many."""


def meaning_of(table: str, key: str) -> str:
    """Return what a key of one of the rules' tables is for, in words. Raises KeyError."""
    return _RULES[table][1][key]


def toml(value: object) -> str:
    """Return a value as TOML has it, on one line."""
    if isinstance(value, str):
        if "\\" in value and "'" not in value and value.isprintable():
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key_of(key)} = {toml(each)}' for key, each in value.items())} }}" if value else "{}"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else str(value)


def key_of(text: str) -> str:
    """Return a key as TOML has it, quoted where it must be."""
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else toml(text)


def written(site: Configured) -> str:
    """Return the text of a site's settings file."""
    shipped = dict(values(Settings()))
    usual = {**shipped, **{name: _below(shipped, name) for name in ("breaks.allowances_s", "breaks.times_a_day")}}
    usual |= _EXAMPLES
    return "\n".join([_HEAD, *_tables(_SITE, site, usual), *_source(site), *_tables(_RULES, site, usual)])


def _below(shipped: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a table's values by their last key."""
    return {key.removeprefix(f"{name}."): value for key, value in shipped.items() if key.startswith(f"{name}.")}


def _tables(tables: Mapping[str, _Table], site: Configured, usual: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of tables; each key that is commented out is a line that can be put in force alone."""
    for table, (about, keys) in tables.items():
        if about:
            yield f"# {about}"
        yield f"[{table}]"
        for key, meaning in keys.items():
            full = f"{table}.{key}"
            yield from _entry(key, toml(site.said.get(full, usual.get(full))), meaning, full in site.said)
        yield ""


def _entry(key: str, value: str, meaning: str, in_force: bool) -> Iterator[str]:
    """Yield a key with its value and what it is for, beside it where there is room, else above."""
    line = f"{'' if in_force else '# '}{key_of(key)} = {value}"
    if len(line) > _ROOM:
        yield f"# {key}: {meaning}"
        yield line
    else:
        yield f"{line:<{_ROOM}} # {meaning}"


def _source(site: Configured) -> Iterator[str]:
    """Yield the lines of the source's table."""
    yield "# A telephony system. Its name is yours to choose; another one has a table of its own, [source.ANOTHER]."
    yield f"[source.{key_of(site.source)}]"
    yield from _entry("adapter", toml(site.adapter), "which kind it is: `floorwalk adapters` lists them", in_force=True)
    yield from _entry("interval_s", "1", "how often it is asked, in seconds", in_force=False)
    for option in site.declared:
        about = safe_text(option.about, 200)
        key = f"{option.name}_file" if option.secret else option.name
        if option.secret:
            yield f"# {option.name}: {about}; {site.kept[option.name]}"
            about = f"the file with {option.name} in it, if another one"
        in_force = key in site.options
        usual = toml(f"{site.source}.{option.name}") if option.secret else _example(option)
        yield from _entry(key, toml(site.options[key]) if in_force else usual, about, in_force)
    yield ""


def _example(option: Option) -> str:
    """Return an option's example as TOML, or a value of its kind."""
    if option.kind is str:
        return toml(safe_text(option.example, 200))
    try:
        tomllib.loads(f"example = {option.example}")
    except tomllib.TOMLDecodeError:
        return toml(option.kind())
    return safe_text(option.example, 200)
