"""Catalogues of any kind for property tests, and the TOML that would make them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import strategies as st

from data.discipline.catalogue import (
    NOTHING,
    Catalogue,
    Checker,
    Checklist,
    Edge,
    Every,
    Occasion,
    Offset,
    Rule,
    Scoring,
    ShiftPlan,
    Text,
    Unit,
)
from data.discipline.entries import DAYS, ROLES
from data.model.discipline import Gravity, Prefill, Where

keys = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)
words = st.text(st.sampled_from("ab Z9,.%()'\"\\中文，。é"), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
texts = st.builds(Text, words, words)
points = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted)
offsets = st.integers(-59, 59)


@st.composite
def rules(draw: st.DrawFn, key: str, areas: list[str]) -> Rule:
    where = draw(st.sampled_from(Where))
    positive = draw(st.booleans())
    of_people = where in (Where.SEAT, Where.AGENT) and not positive
    least, most = draw(points)
    return Rule(
        key,
        draw(st.sampled_from(areas)),
        draw(texts),
        where,
        draw(st.sampled_from(Gravity)),
        least,
        most,
        draw(st.sampled_from(Unit)),
        positive,
        draw(st.sampled_from(Checker)),
        draw(st.sampled_from(Every)),
        draw(texts | st.just(NOTHING)),
        draw(st.booleans()),
        draw(st.none() | st.sampled_from(Prefill)) if of_people else None,
        draw(st.none() | st.integers(1, 43_200)),
        draw(st.booleans()) and not positive,
    )


@st.composite
def checklists(draw: st.DrawFn, key: str, checked: list[str], shifts: list[str]) -> Checklist:
    opens = due = every_min = None
    if draw(st.booleans()):
        edge = draw(st.sampled_from(Edge))
        first, length = draw(st.integers(-120, 120)), draw(st.integers(1, 90))
        opens, due = Offset(edge, first), Offset(edge, first + length)
        every_min = draw(st.none() | st.integers(90, 300))
    return Checklist(
        key,
        draw(texts),
        draw(st.sampled_from(Occasion)),
        tuple(draw(st.lists(st.sampled_from(checked), min_size=1, max_size=5, unique=True))),
        draw(st.sampled_from(Checker)),
        opens,
        due,
        every_min,
        tuple(draw(st.lists(st.sampled_from(shifts), max_size=3, unique=True))),
    )


@st.composite
def plans(draw: st.DrawFn, key: str, since: int) -> ShiftPlan:
    """Return a shift that begins at a minute of its own: no other one is the same."""
    until = draw(st.integers(0, 1439).filter(lambda minute: minute != since))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return ShiftPlan(key, draw(texts), since, until, tuple(sorted(days)))


def scorings() -> st.SearchStrategy[Scoring]:
    return st.builds(
        Scoring,
        base=st.integers(100, 200),
        pass_mark=st.integers(0, 100),
        repeat_days=st.integers(1, 365),
        repeat_percent=st.lists(st.integers(0, 500), min_size=1, max_size=5).map(lambda each: tuple(sorted(each))),
        found_by=st.dictionaries(st.sampled_from(ROLES), st.integers(0, 50)),
        expire_days=st.integers(1, 365),
        amnesty=st.lists(st.dates(date(2000, 1, 1), date(2100, 1, 1)), max_size=3, unique=True).map(tuple),
        late_min=st.integers(0, 240),
        idle_s=st.integers(1, 3600),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Return a catalogue that a file could hold."""
    areas, named, lists, shifts, incidents = (
        draw(st.lists(keys, min_size=least, max_size=4, unique=True)) for least in (1, 1, 0, 1, 1)
    )
    minutes = draw(st.lists(st.integers(0, 1439), min_size=len(shifts), max_size=len(shifts), unique=True))
    there = {key: draw(rules(key, areas)) for key in named}
    checked = [key for key, rule in there.items() if not rule.positive]
    return Catalogue(
        {key: draw(texts) for key in areas},
        there,
        {key: draw(checklists(key, checked, shifts)) for key in lists} if checked else {},
        {key: draw(plans(key, minute)) for key, minute in zip(shifts, minutes, strict=True)},
        {key: draw(texts) for key in incidents},
        draw(scorings()),
    )


# ------------------------------------------------------------------ as TOML


def written(catalogue: Catalogue) -> str:
    """Return the file that holds a catalogue."""
    tables = [
        *(_table(f"area.{key}", _named(text)) for key, text in catalogue.areas.items()),
        *(_table(f"rule.{key}", _rule(rule)) for key, rule in catalogue.rules.items()),
        *(_table(f"checklist.{key}", _checklist(each)) for key, each in catalogue.checklists.items()),
        *(_table(f"shift.{key}", _shift(plan)) for key, plan in catalogue.shifts.items()),
        *(_table(f"incident.{key}", _named(text)) for key, text in catalogue.incidents.items()),
        _table("scoring", _scoring(catalogue.scoring)),
        _table("scoring.found_by", dict(catalogue.scoring.found_by)),
    ]
    return "\n".join(tables)


def _table(name: str, values: dict[str, Any]) -> str:
    return "\n".join((f"[{name}]", *(f"{key} = {_value(value)}" for key, value in values.items()), ""))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _named(text: Text, of: str = "") -> dict[str, Any]:
    return {f"{of}en": text.en, f"{of}zh": text.zh}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "area": rule.area,
        "where": rule.where,
        **_named(rule.text),
        **(_named(rule.do, "do_") if rule.do.en else {}),
        "severity": rule.severity.name.lower(),
        "points": rule.least if rule.least == rule.most else (rule.least, rule.most),
        "unit": rule.unit,
        "positive": rule.positive,
        "checked_by": rule.checked_by,
        "every": rule.every,
        "repeats": rule.repeats,
        "dismissal": rule.dismissal,
        **({"data": rule.prefill} if rule.prefill else {}),
        **({"deadline_min": rule.deadline_min} if rule.deadline_min else {}),
    }


def _checklist(each: Checklist) -> dict[str, Any]:
    return {
        **_named(each.title),
        "for": each.occasion,
        "rules": each.rules,
        "role": each.role,
        **({"opens": _offset(each.opens), "due": _offset(each.due)} if each.opens and each.due else {}),
        **({"every_min": each.every_min} if each.every_min else {}),
        **({"shifts": each.shifts} if each.shifts else {}),
    }


def _offset(at: Offset) -> str:
    hours, minutes = divmod(abs(at.minutes), 60)
    return f"{at.edge} {'-' if at.minutes < 0 else '+'}{hours:02}:{minutes:02}"


def _shift(plan: ShiftPlan) -> dict[str, Any]:
    since, until = (f"{minute // 60:02}:{minute % 60:02}" for minute in (plan.since, plan.until))
    return {**_named(plan.title), "from": since, "until": until, "days": tuple(DAYS[day] for day in plan.weekdays)}


def _scoring(scoring: Scoring) -> dict[str, Any]:
    return {name: getattr(scoring, name) for name in scoring.__dataclass_fields__ if name != "found_by"}
