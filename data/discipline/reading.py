"""A catalogue of a TOML text, or all that is wrong with it: each thing on a line, with its place and what is expected.

Tables: [area.KEY], [rule.KEY], [checklist.KEY], [shift.KEY], [incident.KEY], [scoring], [scoring.found_by]; what each
may hold is in `data.discipline.entries`, and in ../../docs/catalogue.md for people.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.discipline.catalogue import NOTHING, Catalogue, Checklist, Edge, Offset, Rule, Scoring, ShiftPlan, Text
from data.discipline.entries import (
    AREA,
    DAYS,
    FOUND_BY,
    INCIDENT,
    SCORING,
    SHIFT,
    Key,
    Keys,
    WrongError,
    checklist_keys,
    nearest,
    rule_keys,
    wrong_name,
)
from data.model.discipline import Where
from data.model.text import safe_text
from data.model.toml_lines import Keys as Place
from data.model.toml_lines import line_of, lines_of

Table = Mapping[str, Any]

MOST_BYTES = 1_000_000
TABLES = ("area", "rule", "checklist", "shift", "incident", "scoring")
_NEEDED = {
    "area": "[area.KEY] with en = and zh =",
    "rule": "[rule.KEY] with area =, where =, en = and zh =",
    "shift": '[shift.KEY] with en =, zh =, from = "08:00" and until = "17:00"',
    "incident": "[incident.KEY] with en = and zh =",
}
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TWICE = re.compile(r"Cannot declare .+ twice|Cannot overwrite a value")
DAY_MIN = 1440


class CatalogueError(ValueError):
    """A catalogue can't be used; `problems` has a line for each thing that is wrong, in the order of the file."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = problems


def catalogue_at(path: Path) -> Catalogue:
    """Return the catalogue of a file. Raises CatalogueError, also where the file can't be read."""
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CatalogueError((f"{path}:1: can't be read: {error.strerror}",)) from None
    if len(body) > MOST_BYTES:
        raise CatalogueError((f"{path}:1: has more than {MOST_BYTES:,} bytes: that is no catalogue",))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise CatalogueError((f"{path}:{line}: is not UTF-8 text: save it as UTF-8",)) from None
    return read_catalogue(text, str(path))


def read_catalogue(text: str, file: str) -> Catalogue:
    """Return the catalogue of a text; `file` is what problems call it. Raises CatalogueError with all of them."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError((_not_toml(text, file, str(error)),)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in thousands of brackets
        raise CatalogueError((f"{file}:1: is not valid TOML: something in it is far too long",)) from None
    reading = _Reading(text, file)
    catalogue = reading.catalogue(table)
    if reading.problems:
        raise CatalogueError(reading.told())
    return catalogue


def _not_toml(text: str, file: str, said: str) -> str:
    """Return what is wrong with a text that is no TOML, with its line and, if it is known, the key."""
    place = _PLACE.search(said)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    what = safe_text(_PLACE.sub("", said), 200)
    key = safe_text(_key_on(text, line), 200)
    at = f"{file}:{line}: {key}: " if key else f"{file}:{line}: "
    if _TWICE.match(what):
        return f"{at}stands there twice: give each its own key"
    open_quote = ": is a quote left open?" if what == r"Illegal character '\n'" else ""
    return f"{at}is not valid TOML: {what[:1].lower()}{what[1:]}{open_quote}"


def _key_on(text: str, number: int) -> str:
    """Return the key or table that stands on a line of a text that is no TOML, "" where none does."""
    *before, line = text.split("\n")[:number]
    is_table = line.lstrip().startswith("[")
    tables = (each if each.lstrip().startswith("[") and not is_table else "" for each in before)
    found = lines_of("\n".join((*tables, line)))
    return next((".".join(keys) for keys, at in found.items() if at == number), "")


class _Reading:
    """Reads the tables of one file, and gathers what is wrong."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self.problems: list[tuple[Place, str]] = []

    def wrong(self, keys: Place, what: str) -> None:
        self.problems.append((keys, what))

    def told(self) -> tuple[str, ...]:
        """Return the problems as lines, by their place in the file."""
        lines = lines_of(self._text)
        placed = sorted(((line_of(lines, keys), keys, what) for keys, what in self.problems), key=lambda each: each[0])
        named = (f"{self._file}:{line}: {safe_text('.'.join(keys), 200)}: {what}" for line, keys, what in placed)
        return tuple(dict.fromkeys(named))

    # -------------------------------------------------------------- the whole

    def catalogue(self, table: Table) -> Catalogue:
        """Return what a table holds; of use only where no problem was found."""
        unknown = [name for name in table if name not in TABLES]
        for name in unknown:
            self.wrong((name,), f"is no table of a catalogue; {nearest(name, TABLES)}")
        entries = {kind: self._entries(kind, table) for kind in TABLES if kind != "scoring"}
        for kind, how in _NEEDED.items():
            if not table.get(kind) and not unknown:
                self.wrong((kind,), f"there is none: write at least one {how}")
        read = {kind: dict(self._read(kind, entries[kind], keys)) for kind, keys in _keys_of(entries).items()}
        rules = {key: self._rule(key, said) for key, said in read["rule"].items()}
        shifts = {key: self._shift(key, said) for key, said in read["shift"].items()}
        checklists = {key: self._checklist(key, said, rules, shifts) for key, said in read["checklist"].items()}
        self._shifts_apart(shifts)
        return Catalogue(
            {key: _named(said) for key, said in read["area"].items()},
            rules,
            checklists,
            shifts,
            {key: _named(said) for key, said in read["incident"].items()},
            self._scoring(table.get("scoring", {})),
        )

    def _entries(self, kind: str, table: Table) -> Table:
        """Return the entries of a kind that are tables of their own."""
        told = table.get(kind, {})
        if not isinstance(told, dict):
            self.wrong((kind,), f"should be tables of their own, each with a key: write [{kind}.KEY]")
            return {}
        for key, said in told.items():
            if what := wrong_name(key):
                self.wrong((kind, key), what)
            elif not isinstance(said, dict):
                self.wrong((kind, key), f"should be a table of its own: write [{kind}.{key}]")
        return {key: said for key, said in told.items() if isinstance(said, dict)}

    def _read(self, kind: str, entries: Table, keys: Keys) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the entries of a kind whose values are all as they should be."""
        for key, said in entries.items():
            before = len(self.problems)
            values = self._values((kind, key), said, keys)
            if "en" in keys and not said.keys() & {"en", "zh"}:
                self.wrong((kind, key), 'has no text: write en = "English", zh = "中文", or both')
            if len(self.problems) == before:
                yield key, values

    def _values(self, place: Place, said: Table, keys: Mapping[str, Key]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in said.items():
            if name not in keys:
                self.wrong((*place, name), f"is no key of [{'.'.join(place)}]; {nearest(name, keys)}")
                continue
            try:
                found[name] = keys[name].read(value)
            except WrongError as error:
                self.wrong((*place, name), safe_text(str(error), 400))
        for name, key in keys.items():
            if key.required and name not in said:
                self.wrong(place, f"has no {name}: write {_EXAMPLES[name]}")
        return found

    # -------------------------------------------------------------- what hangs together

    def _rule(self, key: str, said: dict[str, Any]) -> Rule:
        place = ("rule", key)
        positive, prefill = said.get("positive", False), said.get("data")
        if prefill and said["where"] not in (Where.SEAT, Where.AGENT):
            what = f'is known of people only: write where = "seat" or "agent", not "{said["where"]}"'
            self.wrong((*place, "data"), what)
        if prefill and positive:
            self.wrong((*place, "data"), "is known of breaches only: leave out positive, or data")
        if positive and said.get("dismissal"):
            self.wrong(
                (*place, "dismissal"), "can't be of a rule to somebody's credit: leave out positive, or dismissal"
            )
        least, most = said.pop("points", (1, 1))
        renamed = {"prefill": said.pop("data", None), "do": _text(said.pop("do_en", ""), said.pop("do_zh", ""))}
        return Rule(id=key, text=_named(said), least=least, most=most, **renamed, **_without_texts(said))

    def _shift(self, key: str, said: dict[str, Any]) -> ShiftPlan:
        if said["from"] == said["until"]:
            self.wrong(("shift", key, "until"), "is when it begins: a shift lasts from a minute to just under a day")
        weekdays = tuple(sorted(DAYS.index(day) for day in said.get("days", DAYS)))
        return ShiftPlan(key, _named(said), said["from"], said["until"], weekdays)

    def _shifts_apart(self, shifts: Mapping[str, ShiftPlan]) -> None:
        """Find shifts that are the same under two keys."""
        before: list[ShiftPlan] = []
        for plan in shifts.values():
            for other in before:
                days = set(plan.weekdays) & set(other.weekdays)
                if (plan.since, plan.until) == (other.since, other.until) and days:
                    what = f"is from and until the same times as shift.{other.id} on {DAYS[min(days)]}"
                    self.wrong(("shift", plan.id), f"{what}: give them other times or days, or leave one out")
            before.append(plan)

    def _checklist(
        self, key: str, said: dict[str, Any], rules: Mapping[str, Rule], shifts: Mapping[str, ShiftPlan]
    ) -> Checklist:
        place = ("checklist", key)
        for rule in said["rules"]:
            if rule in rules and rules[rule].positive:
                self.wrong((*place, "rules"), f"{rule} is to somebody's credit: that is said of people, not checked")
        opens, due = said.get("opens"), said.get("due")
        if (opens is None) != (due is None):
            there, other = ("opens", "due") if due is None else ("due", "opens")
            self.wrong((*place, there), f'needs {other} beside it, as {other} = "start +00:30"')
        elif opens is not None and due is not None:
            bound = [shifts[each] for each in said.get("shifts", shifts) if each in shifts]
            self._in_order(place, opens, due, said.get("every_min"), bound)
        elif "every_min" in said:
            self.wrong((*place, "every_min"), 'needs opens and due beside it, as opens = "start +02:00"')
        occasion = said.pop("for")
        return Checklist(id=key, title=_named(said), occasion=occasion, **_without_texts(said))

    def _in_order(
        self, place: Place, opens: Offset, due: Offset, every_min: int | None, shifts: Collection[ShiftPlan]
    ) -> None:
        """Find a checklist that is due before it opens, or comes again before it is due."""
        for plan in shifts:
            length = (plan.until - plan.since) % DAY_MIN
            open_min, due_min = ((length if at.edge is Edge.END else 0) + at.minutes for at in (opens, due))
            if due_min <= open_min:
                what = f"is not after it opens, in shift.{plan.id}: write a later due, or an earlier opens"
                self.wrong((*place, "due"), what)
                return
            if every_min and every_min < due_min - open_min:
                what = f"comes again before it is due, {due_min - open_min} minutes after it opens in shift.{plan.id}"
                self.wrong((*place, "every_min"), f"{what}: write at least that")
                return

    def _scoring(self, table: object) -> Scoring:
        if not isinstance(table, dict):
            self.wrong(("scoring",), "should be a table: write [scoring]")
            return Scoring()
        found_by = table.get("found_by", {})
        said = self._values(("scoring",), {key: each for key, each in table.items() if key != "found_by"}, SCORING)
        if isinstance(found_by, dict):
            said["found_by"] = self._values(("scoring", "found_by"), found_by, FOUND_BY)
        else:
            self.wrong(("scoring", "found_by"), "should be a table: write [scoring.found_by]")
        scoring = replace(Scoring(), **said)
        if scoring.pass_mark > scoring.base:
            what = f"{scoring.pass_mark} is more than the base of {scoring.base}: nobody would pass"
            self.wrong(("scoring", "pass_mark" if "pass_mark" in said else "base"), what)
        return scoring


def _keys_of(entries: Mapping[str, Table]) -> Mapping[str, Keys]:
    return {
        "area": AREA,
        "rule": rule_keys(entries["area"]),
        "shift": SHIFT,
        "checklist": checklist_keys(entries["rule"], entries["shift"]),
        "incident": INCIDENT,
    }


_EXAMPLES = {
    "area": "the key of an [area.KEY]",
    "where": 'where = "seat", "agent", "zone" or "floor"',
    "from": 'from = "08:00"',
    "until": 'until = "17:00"',
    "for": 'for = "pre_shift", "opening", "mid_shift", "safety", "security", "handover" or "closing"',
    "rules": 'rules = ["KEY", …] with keys of [rule.KEY]',
}
"""What to write for each key that must be there."""


def _text(en: str, zh: str) -> Text:
    """Return a text in both languages; one that is missing is as the other."""
    return Text(en or zh, zh or en) if en or zh else NOTHING


def _named(said: Table) -> Text:
    return _text(said.get("en", ""), said.get("zh", ""))


def _without_texts(said: Table) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key not in ("en", "zh")}
