"""Stores to look at: a played day, a real log's day, floors with nobody on them, and one with hostile names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.adapters.simulator import simulate_day
from data.importer import import_logs
from data.model.days import MINUTE, SECOND, moment_of
from data.model.observation import (
    Act,
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallRinging,
    ChecklistItem,
    ChecklistOpened,
    Directory,
    Event,
    FlagRaised,
    ItemMarked,
    Observation,
    Paused,
    QueueEntry,
    SeatEntry,
    SignedIn,
)
from data.model.words import Channel, FlagKind, Mark, Outcome
from data.recorder import record
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
    items = tuple(ChecklistItem(f"{name}{i}", name, name) for i, name in enumerate(HOSTILE))
    opened = ChecklistOpened(start + 2 * MINUTE, HOSTILE[0], HOSTILE[1], HOSTILE[1], end, items)
    acts: list[Act] = [opened]
    for i, name in enumerate(HOSTILE):
        mark, marked = tuple(Mark)[i % 3], start + 3 * MINUTE + i
        acts.append(FlagRaised(start + MINUTE, f"a{i}", tuple(FlagKind)[i % 5], HOSTILE[-i], name))
        if i < 18:
            acts.append(ItemMarked(marked, HOSTILE[0], f"{name}{i}", mark, name, name, name, name, end))
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


@pytest.fixture(scope="session")
def hostile(stores: Path) -> Path:
    """A floor on which every name wants to steer the terminal."""
    return write(stores / "hostile.sqlite", HOSTILE[9], [hostile_floor()])
