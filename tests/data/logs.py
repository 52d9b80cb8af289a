"""Queue logs to test with: small ones written by hand, and plausible or nasty ones drawn by hypothesis."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from data.adapters.queue_log import NameRules, Report
from data.importer import Imported, import_logs
from data.model.observation import QueueEntry
from data.model.rows import Call, Coverage, Member, Ring, Sample, Span
from data.store.files import open_for_reading

ROOT = Path(__file__).resolve().parent.parent
ASTERISK = ROOT / "fixtures" / "asterisk"
REAL_RUN = ASTERISK / "queue_log"

EPOCH = 1_750_000_000
"""When the logs written here begin, in seconds; a quarter of an hour lies 400 s further on."""
START = EPOCH * 1000


def at(second: float) -> int:
    """Return the moment in ms that lies so many seconds after the logs' begin."""
    return START + round(second * 1000)


def log(*lines: str) -> str:
    """Return a log of lines that begin with seconds since `EPOCH`, or that are taken as they are after a `!`."""
    written = []
    for line in lines:
        if line.startswith("!"):
            written.append(line[1:])
        else:
            second, _, rest = line.partition("|")
            written.append(f"{EPOCH + int(second)}|{rest}")
    return "".join(f"{line}\n" for line in written)


class Day(NamedTuple):
    """What a store holds after an import, with agents and queues by name."""

    report: Report
    imported: Imported
    calls: list[Call]
    spans: list[Span]
    members: list[Member]
    rings: list[Ring]
    samples: list[Sample]
    coverage: list[Coverage]
    agents: dict[str, int]
    queues: dict[str, int]
    store: Path

    def states(self, agent: str) -> list[tuple[Any, ...]]:
        """Return an agent's (state, reason, from second, to second) that took any time, the last one open."""
        mine = [s for s in self.spans if s.agent_id == self.agents[agent]]
        return [
            (str(s.state), s.reason, second(s.since_ms), second(s.until_ms)) for s in mine if s.until_ms != s.since_ms
        ]

    def call(self) -> Call:
        """Return the only visit."""
        assert len(self.calls) == 1, self.calls
        return self.calls[0]

    def figures(self) -> list[tuple[Any, ...]]:
        """Return each visit's (contact, agent, outcome, wait s, talk s), in order of entry."""
        names = {number: name for name, number in self.agents.items()}
        return [
            (
                c.contact,
                names.get(c.agent_id or 0),
                c.outcome and str(c.outcome),
                seconds(c.wait_ms),
                seconds(c.talk_ms),
            )
            for c in sorted(self.calls, key=lambda c: (c.entered_ms, c.id))
        ]


def second(moment_ms: int | None) -> float | None:
    """Return a moment in seconds since `EPOCH`."""
    return None if moment_ms is None else (moment_ms - START) / 1000


def seconds(length_ms: int | None) -> float | None:
    """Return a length in seconds."""
    return None if length_ms is None else length_ms / 1000


def take(
    folder: Path,
    text: str | bytes,
    names: NameRules | None = None,
    goals: Mapping[str, QueueEntry] | None = None,
    store: str = "floor.sqlite",
) -> Day:
    """Write a log into `folder`, import it into a store there, and return what that holds."""
    path = folder / "queue_log"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    imported = import_logs(folder / store, [path], names=names, goals=goals)
    return day_of(folder / store, imported)


def day_of(store: Path, imported: Imported) -> Day:
    """Return what a store holds."""
    with reading(store) as db:

        def rows(query: str) -> list[Any]:
            return db.execute(query).fetchall()

        return Day(
            report=imported.report,
            imported=imported,
            calls=[Call(*row) for row in rows("SELECT * FROM call ORDER BY id")],
            spans=[
                Span(*row)
                for row in rows(
                    "SELECT agent_id, state, reason, queue_id, call_id, since_ms, until_ms FROM state_span "
                    "ORDER BY agent_id, since_ms"
                )
            ],
            members=[Member(*row) for row in rows("SELECT * FROM member ORDER BY agent_id, queue_id, since_ms")],
            rings=[
                Ring(*row)
                for row in rows(
                    "SELECT agent_id, queue_id, call_id, at_ms, ring_ms, cancelled FROM ring ORDER BY at_ms"
                )
            ],
            samples=[
                Sample(*row)
                for row in rows("SELECT queue_id, at_ms, waiting FROM queue_sample ORDER BY at_ms, queue_id")
            ],
            coverage=[Coverage(*row) for row in rows("SELECT * FROM coverage ORDER BY since_ms")],
            agents=dict(rows("SELECT key, id FROM agent ORDER BY id")),
            queues=dict(rows("SELECT key, id FROM queue ORDER BY id")),
            store=store,
        )


@contextmanager
def reading(store: Path) -> Iterator[sqlite3.Connection]:
    """Give a read-only connection to a store, closed afterwards."""
    connection = open_for_reading(store)
    try:
        yield connection
    finally:
        connection.close()


def accounted(report: Report) -> int:
    """Return how many lines a report gives account of."""
    tallies = (report.noted, report.outbound, report.unjoined, report.reasons)
    return report.used + report.repeated + report.blank + sum(tally.total() for tally in tallies)


NOT_COMPARED = ("imported", "revision", "heartbeat", "source", "sqlite_stat1")
"""Tables that say how the rest came to be, not what is true of the floor."""


def dump(store: Path, leave_out: tuple[str, ...] = NOT_COMPARED) -> dict[str, list[Any]]:
    """Return all rows of all tables but those left out."""
    with reading(store) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {t: sorted(db.execute(f"SELECT * FROM {t}").fetchall(), key=repr) for t in tables if t not in leave_out}


# Logs drawn by hypothesis

QUEUES = ("sales", "support")
AGENTS = ("Agent/1001", "Agent/1002", "王小明")
INTERFACE = {"Agent/1002": "Local/1002@agents"}
"""Under which other name an agent is added and removed."""


class Line(NamedTuple):
    """A line to be: when (s since `EPOCH`), in which order of lines of one second, and what after the epoch."""

    second: int
    order: int
    text: str


@st.composite
def contact_lines(draw: st.DrawFn, number: int) -> list[Line]:
    """Draw all that is written of one contact: an entry, rings, an answer or not, transfers, an end or none."""
    begin = draw(st.integers(0, 5_400))
    lines: list[Line] = []
    clock, contact = begin, f"{EPOCH + begin}.{number}"

    def say(queue: str, agent: str, text: str) -> None:
        lines.append(Line(clock, number * 100 + len(lines), f"{contact}|{queue}|{agent}|{text}"))

    for leg in range(draw(st.integers(1, 2))):
        queue = draw(st.sampled_from(QUEUES))
        say(queue, "NONE", f"ENTERQUEUE||555{number:04}|1" + draw(st.sampled_from(["", "|李 雷"])))
        entered = clock
        for _ in range(draw(st.integers(0, 2))):
            clock += draw(st.integers(0, 15))
            agent = draw(st.sampled_from(AGENTS))
            say(queue, agent, draw(st.sampled_from(["RINGNOANSWER|15000", "RINGNOANSWER|0", "RINGCANCELED|3501"])))
        clock += draw(st.integers(0, 90))
        wait = clock - entered
        end = draw(st.sampled_from(ENDS))
        if not end.startswith("CONNECT"):
            if end:
                say(queue, "NONE", end.format(wait=wait))
            break
        agent = draw(st.sampled_from(AGENTS))
        say(queue, agent, f"CONNECT|{wait}|{contact}9|{draw(st.integers(0, 20))}")
        talk = draw(st.integers(0, 900))
        clock += talk
        last = end.removeprefix("CONNECT>")
        if last:
            say(queue, agent, last.format(wait=wait, talk=talk))
        if not last.startswith(("BLIND", "ATTENDED")) or leg:
            break
    return lines


ENDS = (
    "",
    "ABANDON|1|1|{wait}",
    "EXITWITHTIMEOUT|1|1|{wait}",
    "EXITWITHKEY|1|1|1|{wait}",
    "EXITEMPTY|1|1|{wait}",
    "WITHDRAW|1|1|{wait}|by hand",
    "CONNECT>COMPLETEAGENT|{wait}|{talk}|1",
    "CONNECT>COMPLETECALLER|{wait}|{talk}|1",
    "CONNECT>COMPLETEAGENT|{wait}|{talk}|1",
    "CONNECT>BLINDTRANSFER|701|xfer|{wait}|{talk}|1",
    "CONNECT>ATTENDEDTRANSFER|LINK|a|b|{wait}|{talk}|1",
    "CONNECT>",
)


@st.composite
def agent_lines(draw: st.DrawFn, number: int) -> list[Line]:
    """Draw what is written of agents apart from calls: sign-ins and sign-outs, pauses with and without a queue."""
    agent = draw(st.sampled_from(AGENTS))
    queue = draw(st.sampled_from(QUEUES))
    reason = draw(st.sampled_from(["", "Lunch", "a|b pipe", "培训"]))
    clock = draw(st.integers(0, 7_200))
    told = draw(
        st.sampled_from(
            (
                f"NONE|NONE|{agent}|PAUSEALL|{reason}",
                f"NONE|NONE|{agent}|UNPAUSEALL|",
                f"NONE|{queue}|{agent}|PAUSE|{reason}",
                f"NONE|{queue}|{agent}|UNPAUSE|",
                f"MANAGER|{queue}|{INTERFACE.get(agent, agent)}|ADDMEMBER|",
                f"MANAGER|{queue}|{INTERFACE.get(agent, agent)}|ADDMEMBER|PAUSED",
                f"MANAGER|{queue}|{INTERFACE.get(agent, agent)}|REMOVEMEMBER|",
                f"NONE|NONE|{agent}|AGENTLOGIN|SIP/1",
                f"NONE|NONE|{agent}|AGENTLOGOFF|SIP/1|600",
            )
        )
    )
    return [Line(clock, number, told)]


@st.composite
def queue_logs(draw: st.DrawFn, nasty: bool = False, contacts: int = 8, sign_ins: bool = True) -> list[str]:
    """Draw a log's lines: plausible ones in order of time, or with all that real files do to a reader.

    With `sign_ins` every agent begins with an ADDMEMBER to every queue, so that no name is left unjoined.
    """
    lines = [
        Line(0, -1, f"MANAGER|{queue}|{INTERFACE.get(agent, agent)}|ADDMEMBER|")
        for agent in AGENTS
        for queue in QUEUES
        if sign_ins or draw(st.booleans())
    ]
    for number in range(draw(st.integers(0, contacts))):
        lines += draw(contact_lines(number))
    for number in range(draw(st.integers(0, 8))):
        lines += draw(agent_lines(1_000_000 + number))
    if nasty and draw(st.booleans()):
        lines.append(Line(draw(st.integers(0, 7_200)), 0, "NONE|NONE|NONE|QUEUESTART|"))
    written = [f"{EPOCH + line.second}|{line.text}" for line in sorted(lines)]
    return draw(spoiled(written)) if nasty else written


JUNK = (
    "",
    "   ",
    "junk",
    "a|b|c|d|ENTERQUEUE||1|1",
    f"{EPOCH + 50}|NONE|NONE|NONE|CONFIGRELOAD|",
    f"{EPOCH + 60}|x.1|sales|NONE|OUTCALL|a|b|c",
    f"{EPOCH + 70}|NONE|sales|Agent/1001|PENALTY|3",
    f"{EPOCH + 80}|x.2|sales|Agent/1001|COMPLETEAGENT|5|20|1",
    f"{EPOCH + 90}|x.3|support|NONE|ABANDON|1|1|7",
    f"{EPOCH + 95}|x.4|support|王小明|CONNECT|3",
    "1|||",
)


@st.composite
def spoiled(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """Draw a log with lines dropped, repeated, moved, set back in time, and junk in between."""
    spots = st.integers(0, max(len(lines) - 1, 0))
    for _ in range(draw(st.integers(0, 6))):
        if not lines:
            break
        here, there = draw(spots) % len(lines), draw(spots) % len(lines)
        how = draw(st.sampled_from(["drop", "repeat", "move", "back", "junk", "space"]))
        line = lines[here]
        if how == "drop":
            lines = lines[:here] + lines[here + 1 :]
        elif how == "repeat":
            lines = [*lines[:there], line, *lines[there:]]
        elif how == "move":
            rest = lines[:here] + lines[here + 1 :]
            lines = [*rest[:there], line, *rest[there:]]
        elif how == "back" and line[:10].isdigit():
            back = draw(st.sampled_from([1, 60, 3_600]))
            lines = [*lines[:here], f"{int(line[:10]) - back}{line[10:]}", *lines[here + 1 :]]
        elif how == "junk":
            lines = [*lines[:here], draw(st.sampled_from(JUNK)), *lines[here:]]
        else:
            lines = [*lines[:here], line.replace("|", " |", 3) + "|\r", *lines[here + 1 :]]
    return lines
