"""Stores to look at: a played day, a real log's day, floors with nobody on them, and one with hostile names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.adapters.simulator import simulate_day
from data.discipline.catalogue import Catalogue, Checker, Checklist, Edge, Occasion, Offset, Rule, ShiftPlan, Text
from data.importer import import_logs
from data.model.days import MINUTE, SECOND, moment_of
from data.model.discipline import Entry, Where
from data.model.discipline_acts import FindingRaised, HandoverWritten, IncidentEntered, IncidentNoted, RoundMarked
from data.model.observation import (
    Act,
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallRinging,
    Directory,
    Event,
    FlagRaised,
    Observation,
    Paused,
    QueueEntry,
    SeatEntry,
    SignedIn,
)
from data.model.words import Channel, FlagKind, Mark, Outcome
from data.recorder import record
from data.store.catalogues import put_in_force
from data.store.writer import Writer

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)
LOG = Path(__file__).resolve().parents[1] / "fixtures" / "asterisk" / "queue_log"

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]0;stolen title\x07\x1b]2;stolen title\x1b\\",
    '\x1bP$q"p\x1b\\dcs',
    "\x9b31mc1\x9d0;t\x9c\x85",
    "bell\x07\x08\x7fdel",
    "\u202egnp.exe\u202c\u2066iso\u2069",
    "zero\u200bwidth\u200d\ufeff\u2060",
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[bold]b[/bold][link=http://evil.example]y[/link]",
    "Z" + "\u0301\u0327\u0330" * 20 + "algo",
    "♥\ufe0f❤\ufe0f\U0001f44d\U0001f3fd\U0001f469\u200d\U0001f4bb",
    "cr\rlf\nta\tb\x0b\x0c",
    "very " + "long " * 80,
    "שלום عربي",
    "$(rm -rf ~); `reboot`",
    "nul\x00nul\x1b[?1049l\x1b[2J",
    "line\u2028para\u2029\ufff9x\ufffb",
)
"""Twenty strings that nobody should be called."""


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    """Return a moment of the stores' day."""
    return moment_of(datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=ZONE))


HOSTILE_SHIFT = f"{DAY}/early"
HOSTILE_ROUND = f"{HOSTILE_SHIFT}/walk/1"

SURGE = at(10, 46)
"""In the middle of the played day's surge."""


def write(store: Path, source: str, observations: Iterable[Observation]) -> Path:
    """Write observations into a store, as the poller does."""
    with Writer(store) as writer:
        known = writer.known(source)
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)
    return store


def hostile_floor() -> Observation:
    """Return an hour of a floor on which every text is hostile: who, what, why, and what people wrote."""
    queues = tuple(QueueEntry(f"q{i}", name, tuple(Channel)[i % 3]) for i, name in enumerate(HOSTILE))
    agents = tuple(AgentEntry(f"a{i}", name, HOSTILE[i - 1], f"{name}{i}") for i, name in enumerate(HOSTILE))
    seats = tuple(SeatEntry(f"{name}{i}", HOSTILE[i // 5], i // 4 % 3, i % 4) for i, name in enumerate(HOSTILE))
    start, end = at(10), at(11)
    events: list[Event] = []
    for i, name in enumerate(HOSTILE):
        agent, queue, began = f"a{i}", f"q{i}", start + (i + 1) * SECOND
        events.append(SignedIn(start, agent, queue))
        if i % 2:
            events.append(Paused(began + 20 * MINUTE, agent, None, name))
        for n, wait_s in enumerate((5, 9, 40)):
            call, entered = f"{name}{n}", began + n * 6 * MINUTE
            events.append(CallEntered(entered, call, queue, name + "13800138000", name))
            events.append(CallRinging(entered + SECOND, call, queue, agent))
            events.append(CallAnswered(entered + wait_s * SECOND, call, queue, agent))
            events.append(CallEnded(entered + 3 * MINUTE, call, queue, agent, Outcome.ANSWERED))
        events.append(CallEntered(start + 44 * MINUTE, f"{name}waits", queue, name, name))
        events.append(CallEntered(start + 45 * MINUTE, f"{name}too", queue, name, name))
    events.sort(key=lambda event: event.at_ms)
    acts: list[Act] = [IncidentNoted(start + 2 * MINUTE, "k1", HOSTILE[1], HOSTILE[2])]
    for i, name in enumerate(HOSTILE):
        mark, marked = tuple(Mark)[i % 3], start + 3 * MINUTE + i
        acts.append(FlagRaised(start + MINUTE, f"a{i}", tuple(FlagKind)[i % 5], HOSTILE[-i], name))
        if i < 18:
            told = (Where.SEAT, f"{name}{i}", mark, name, ("seat",), name, "", name[:100], end)
            acts.append(RoundMarked(marked, HOSTILE_ROUND, *told))
            acts.append(FindingRaised(marked, "agent", Where.AGENT, f"a{i}", name, name, None, name, name[:100]))
        acts.append(IncidentEntered(marked, HOSTILE[1], tuple(Entry)[i % 3], name, name))
    acts.append(HandoverWritten(end, HOSTILE_SHIFT, HOSTILE[4], HOSTILE[5]))
    return Observation(HOSTILE[9], start, end, events, tuple(acts), Directory(agents, queues, seats))


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the stores of all tests; nothing in it is changed once it is made."""
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(scope="session")
def played(stores: Path) -> Path:
    """A played weekday of sixty agents."""
    return write(stores / "played.sqlite", "simulator", simulate_day(DAY, ZONE, seed=1, agents=60))


@pytest.fixture(scope="session")
def imported(stores: Path) -> Path:
    """The day of a real log."""
    store = stores / "imported.sqlite"
    import_logs(store, [LOG])
    return store


@pytest.fixture(scope="session")
def quiet(stores: Path) -> Path:
    """A floor that was watched for an hour, with nobody on it."""
    return write(stores / "quiet.sqlite", "simulator", [Observation("simulator", at(10), at(11))])


@pytest.fixture(scope="session")
def bare(stores: Path) -> Path:
    """A store into which nothing was written."""
    store = stores / "bare.sqlite"
    Writer(store).close()
    return store


def hostile_catalogue() -> Catalogue:
    """Return a catalogue with a rule for each kind of place, in which every text is hostile."""

    def text(i: int) -> Text:
        return Text(HOSTILE[i % 20], HOSTILE[(i + 7) % 20])

    rules = {str(where): Rule(str(where), "area", text(i), where, do=text(i + 3)) for i, where in enumerate(Where)}
    due = (Checker.LEAD, Offset(Edge.START, 0), Offset(Edge.END, 0))
    checklists = {
        "walk": Checklist("walk", text(5), Occasion.MID_SHIFT, tuple(rules), *due),
        "other": Checklist("other", text(10), Occasion.SAFETY, ("floor", "zone"), *due),
    }
    shifts = {"early": ShiftPlan("early", text(11), 8 * 60, 17 * 60)}
    incidents = {f"k{i}": text(i) for i in range(5)}
    return Catalogue({"area": text(12)}, rules, checklists, shifts, incidents)


@pytest.fixture(scope="session")
def hostile(stores: Path) -> Path:
    """A floor on which every name wants to steer the terminal, also past what the desk lets through."""
    store = stores / "hostile.sqlite"
    with Writer(store) as writer, writer.transaction() as connection:
        put_in_force(connection, hostile_catalogue(), 0)
        connection.execute("INSERT INTO site VALUES ('zone', ?)", (ZONE.key,))
    write(store, HOSTILE[9], [hostile_floor()])
    with Writer(store) as writer, writer.transaction() as connection:
        for table, column in (
            *(("checklist_mark", "note"), ("checklist_mark", "photo"), ("finding", "note"), ("finding", "en")),
            *(("finding_change", "owner"), ("finding_change", "measure"), ("incident_entry", "text")),
            *(("checklist", "title_en"), ("checklist_item", "en"), ("handover", "note")),
        ):
            connection.execute(f"UPDATE {table} SET {column} = ? || {column} || ?", (HOSTILE[3], HOSTILE[10]))
    return store
