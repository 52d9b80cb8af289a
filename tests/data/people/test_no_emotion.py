"""Nothing here holds an inferred emotion: no table, no field of an adapter or an act, no export, no audited word."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from data.adapters.base import SourceError
from data.adapters.vetting import vetted
from data.flags import FLAG_WORDS, STEP_WORDS
from data.load import RULES, Workload
from data.model import discipline, words
from data.model.observation import AgentSeen, CallEnded, CallEntered, MoodNoted, Observation, Snapshot
from data.model.people import REQUESTS
from data.model.words import Outcome, State
from data.store import schema
from data.store.about import SECTIONS, all_about
from data.store.audit import RESULTS
from tests.data.people import reviewed
from tests.data.people.site import NOON, Site

MODULES = (
    *("data.model.observation", "data.model.discipline_acts", "data.model.acts", "data.model.people"),
    *("data.model.discipline", "data.model.discipline_requests", "data.model.discipline_seen"),
    *("data.model.rows", "data.load"),
)

INFERRED = re.compile(
    r"emotion|sentiment|affect|feeling|valence|arousal|stress|anger|angry|happ|sad(?!min)|fear|joy|frustrat|burnout|"
    r"fatigue|attention|engage|tone|pitch|prosod|voice_|speech|face|facial|gaze|keystroke|typing|heart(?!beat)|personality"
)
"""What a column or field of that kind would be called."""


def fields_of(kind: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    return tuple(getattr(kind, "_fields", ()))


def own_classes(module: ModuleType) -> Iterator[tuple[str, type]]:
    for name, kind in vars(module).items():
        if inspect.isclass(kind) and kind.__module__ == module.__name__:
            yield f"{module.__name__}.{name}", kind


def fields() -> dict[str, str]:
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name, kind in own_classes(module):
            if fields_of(kind):
                found[name] = " ".join(fields_of(kind))
    return found


def columns() -> dict[str, str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.create(connection)
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table: " ".join(row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")) for (table,) in tables
        }


def vocabularies() -> dict[str, str]:
    found = {name: " ".join(kind) for name, kind in own_classes(words) if issubclass(kind, StrEnum)}
    found |= {name: " ".join(kind) for name, kind in own_classes(discipline) if issubclass(kind, StrEnum)}
    found["flags"] = " ".join(word.key for word in FLAG_WORDS)
    found["steps"] = " ".join(word.key for word in STEP_WORDS)
    found["load"] = " ".join(rule.name for rule in RULES)
    found["acts"] = " ".join(REQUESTS)
    found["export"] = " ".join(["person", *SECTIONS, "mentions", "computed"])
    return found


def test_every_column_was_reviewed() -> None:
    assert columns() == reviewed.TABLES


def test_every_field_of_an_adapter_an_act_and_a_row_was_reviewed() -> None:
    assert fields() == reviewed.FIELDS


def test_every_word_was_reviewed() -> None:
    assert vocabularies() == reviewed.WORDS


@pytest.mark.parametrize(
    "listed", [reviewed.TABLES, reviewed.FIELDS, reviewed.WORDS], ids=["columns", "fields", "words"]
)
def test_none_is_called_like_an_emotion(listed: dict[str, str]) -> None:
    """Whoever reviews is held to it too; what can be seen and heard of a person is not how they feel."""
    seen = {"raised_voice", "stepped_away_upset", "distressed_caller"}
    named = {name for texts in listed.items() for text in texts for name in text.split()} - seen
    assert not [name for name in named if INFERRED.search(name.lower())]


def test_an_export_has_no_key_besides_those_of_reviewed_columns(site: Site) -> None:
    known = {name for text in reviewed.TABLES.values() for name in text.split()}
    known |= {f"{name.removesuffix('_ms')}_at" for name in known}
    known |= {"number", "source", "queue", "where", "text", "about", "count", "rows", *reviewed.WORDS["export"].split()}
    with site.reading() as reader, reader.one_state() as connection:
        found = all_about(connection, 1, str)
        for section in SECTIONS.values():
            titles = {column[0] for column in connection.execute(section.sql, (1,)).description}
            assert titles <= known, titles - known
    assert set(keys_of(found)) <= known


def keys_of(value: Any) -> Iterator[str]:  # noqa: ANN401 (anything that JSON can hold)
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from keys_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys_of(each)


def test_what_an_act_came_to_is_no_feeling() -> None:
    assert {
        *("done", "ordered", "role", "team", "expired", "unknown", "invalid", "cannot", "unsure", "failed")
    } == RESULTS


def test_the_load_is_told_from_times_and_counts_alone() -> None:
    assert tuple(rule.name for rule in RULES) == Workload._fields
    assert {rule.unit for rule in RULES} <= {"min", "h", "n", "ratio", "z"}


# What an adapter sends all the same


class EmotionalSeen(AgentSeen):
    """An agent with a feeling that a machine made up."""

    emotion = "angry"


class EmotionalEnd(CallEnded):
    sentiment = -0.8


class EmotionalObservation(Observation):
    moods = ()


class MoodSensed(NamedTuple):
    at_ms: int
    agent: str
    emotion: str


def test_an_observation_with_more_to_it_is_refused() -> None:
    with pytest.raises(SourceError, match="no Observation"):
        vetted(EmotionalObservation("x", None, NOON), NOON)


def test_events_and_rows_with_more_to_them_are_left_out() -> None:
    well = CallEntered(NOON, "c", "sales")
    ended = EmotionalEnd(NOON, "c", "sales", "Ann", Outcome.ANSWERED)
    seen = EmotionalSeen("Ann", State.TALKING)
    told: Any = (well, ended, MoodSensed(NOON, "Ann", "angry"), {"emotion": "angry"})
    answer = Observation("x", None, NOON, told, snapshot=Snapshot((seen, AgentSeen("Bo", State.TALKING))))
    observation, faults = vetted(answer, NOON)
    assert list(observation.events) == [well]
    assert observation.snapshot is not None
    assert [agent.agent for agent in observation.snapshot.agents or ()] == ["Bo"]
    assert sum(fault.times for fault in faults) == 4


def test_an_attribute_can_not_be_put_on_an_event() -> None:
    with pytest.raises(AttributeError):
        AgentSeen("Ann", State.TALKING).emotion = "angry"  # type: ignore[attr-defined]


def test_a_mood_from_an_adapter_is_left_out() -> None:
    """Only people note one; the played supervisor, who is no adapter's, does it for them on a played floor."""
    mood = MoodNoted(NOON, "Ann", 1, "machine")
    observation, _ = vetted(Observation("x", None, NOON, acts=(mood,)), NOON)
    assert observation.acts == ()
