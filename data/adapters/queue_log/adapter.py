"""The queue log as an adapter: files in, observations and an account of every line out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from data.adapters.base import Capability
from data.adapters.queue_log.files import MAX_LINE, LogFile, Mark, Place, chunks, look_through, open_plain
from data.adapters.queue_log.lines import ACTING_EVENTS, INTERFACE_EVENTS, PARSERS, LineError, is_outbound
from data.adapters.queue_log.names import NameRules
from data.adapters.queue_log.report import Report
from data.model.observation import AgentEntry, Directory, Event, Observation, QueueEntry
from data.model.text import safe_text

_EARLIEST, _LATEST = 315_532_800, 4_102_444_800
"""Epochs outside 1980–2100 are no times."""

JOIN_MS = 3_600_000
"""Silence between two files up to this long counts as measured; a longer one as a gap."""


def _ignore(_done: int) -> None:
    """Report progress to nobody."""


class QueueLog:
    """Reads queue logs once, in the order of their first lines, as observations of about a megabyte of text each.

    `taken` says what earlier imports took; `goals` gives a queue its entry where more than its name is known.
    `report` fills as the observations are drawn.
    """

    name = "queue_log"
    capabilities = frozenset({Capability.EVENTS, Capability.HISTORY})

    def __init__(
        self,
        paths: Iterable[Path] = (),
        names: NameRules | None = None,
        taken: Iterable[Mark] = (),
        goals: Mapping[str, QueueEntry] | None = None,
        progress: Callable[[int], None] = _ignore,
        source: str = "queue_log",
    ) -> None:
        """Look through the files once. Raises LogFileError for one that can't be read."""
        self.source = source
        self.names = names or NameRules.of()
        self.goals = goals or {}
        self.report = Report()
        self._progress = progress
        self.files = self._look_through(paths, set(taken))
        self._unjoined = self._find_unjoined()
        self._keys: dict[str, str] = {}
        self._safe: dict[str, str] = {}
        self._known_agents: dict[str, str] = {}
        self._known_queues: set[str] = set()
        self._batches: Iterator[Observation] | None = None
        self._until_ms: int | None = None
        self.marks: dict[Path, tuple[LogFile, tuple[Mark, ...]]] = {}
        """What has been taken of each file so far, for the store's ledger; the last file is the one being read."""

    def _look_through(self, paths: Iterable[Path], taken: set[Mark]) -> list[LogFile]:
        """Return the files in the order of their first lines; what two of them share is taken from one of them."""
        files = []
        for path in sorted(paths, key=lambda path: path.stat().st_size):  # an earlier copy comes before its file
            file = look_through(path, frozenset(taken), self._progress)
            taken.add(file.whole)
            files.append(file)
        return sorted(files, key=lambda file: (file.first is None, file.first))

    def _find_unjoined(self) -> frozenset[str]:
        """Return the interfaces that sign in but never act, where names act that never sign in.

        They are most likely the same people, but nothing in the log says who is who, so their sign-ins are left
        out rather than shown as agents who sit idle all day.
        """
        acting, signing = set(), set()
        for raw, event in {pair for file in self.files for pair in file.names}:
            key, kind = self.names.key(raw.decode("utf-8", "replace").strip()), event.decode()
            if kind in INTERFACE_EVENTS:
                signing.add(key)
            elif kind in ACTING_EVENTS:
                acting.add(key)
        acting.discard("NONE")
        return frozenset(signing - acting) if acting - signing else frozenset()

    async def poll(self) -> Observation:
        """Return the next observation; when the files are read, one in which nothing happened."""
        if self._batches is None:
            self._batches = self.observations()
        following = next(self._batches, None)
        until_ms = self._until_ms or 0
        return following or Observation(self.source, until_ms, until_ms)

    async def aclose(self) -> None:
        """Let go of the file being read."""
        self._batches = None

    def observations(self, covered_ms: int | None = None) -> Iterator[Observation]:
        """Yield all that the files say. `covered_ms`: up to when the source is already known."""
        self._until_ms = covered_ms
        for file in self.files:
            yield from self._read(file)

    def _read(self, file: LogFile) -> Iterator[Observation]:
        place = Place()
        number, fresh = 0, not file.skip
        with open_plain(file.path) as opened:
            for piece in chunks(opened, file.path):
                start = max(0, min(len(piece.data), file.skip - place.size))
                marks = place.pass_by(piece)
                self.marks[file.path] = (file, marks)
                self._progress(len(piece.data))
                number += piece.data.count(b"\n", 0, start)
                if start < len(piece.data) and not piece.goes_on:
                    events = self._events(file.name, number, piece.data[start:])
                    observation = self._observation(events, fresh, cursor_of(marks))
                    fresh = fresh and observation is None
                    if observation is not None:
                        yield observation
                number += piece.data.count(b"\n", start)

    def _observation(self, events: list[Event], fresh: bool, cursor: str) -> Observation | None:
        if not events:
            return None
        first_ms = events[0].at_ms
        last_ms = max(event[0] for event in events)
        since_ms, until_ms = self._until_ms, self._until_ms
        if since_ms is None or (fresh and first_ms - since_ms > JOIN_MS):
            since_ms = min(event[0] for event in events)
        until_ms = last_ms if until_ms is None else max(until_ms, last_ms)
        self._until_ms = until_ms
        return Observation(self.source, since_ms, until_ms, events, (), self._directory(events), cursor)

    def _directory(self, events: list[Event]) -> Directory | None:
        """Return the agents and queues that these events are the first to name."""
        named = dict.fromkeys(getattr(event, "queue", None) for event in events)
        queues = [queue for queue in named if queue and queue not in self._known_queues]
        self._known_queues.update(queues)
        agents = tuple(AgentEntry(key, name) for key, name in self._known_agents.items())
        entries = tuple(self.goals.get(key) or QueueEntry(key, key) for key in queues)
        return Directory(agents, entries) if agents or entries else None

    def _events(self, name: str, number: int, chunk: bytes) -> list[Event]:
        """Return the events of a chunk of lines, and account for each line of it."""
        text = chunk.decode("utf-8", "replace")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        report = self.report
        report.lines += len(lines)
        events: list[Event] = []
        last_ms = report.last_ms or 0
        padded = " |" in text or "\r" in text
        too_long = _too_long(chunk, lines)
        self._safe.clear()
        for at, line in enumerate(lines):
            number += 1
            if at in too_long:
                report.reject(name, number, "is too long", line)
                continue
            try:
                event = self._event(line, padded)
            except LineError as error:
                report.reject(name, number, str(error), line)
                continue
            if event is None:
                continue
            events.append(event)
            at_ms = event[0]
            if at_ms < last_ms:
                report.went_back += 1
                report.went_back_ms = max(report.went_back_ms, last_ms - at_ms)
            last_ms = at_ms
        report.used += len(events)
        if events:
            report.last_ms = last_ms
            if report.first_ms is None:
                report.first_ms = events[0].at_ms
        return events

    def _event(self, line: str, padded: bool) -> Event | None:
        """Return the event of a line, None for one that is accounted for otherwise. Raises LineError.

        `padded`: there may be blanks or line ends about the fields.
        """
        fields = line.split("|")
        if len(fields) < 5:
            if not line.strip():
                self.report.blank += 1
                return None
            raise LineError("has fewer than five fields")
        if padded and (" |" in line or "\r" in line):
            fields[1:] = [field.strip() for field in fields[1:]]
        epoch, call, queue, agent, kind, *data = fields
        at_ms = _moment(epoch)
        parser = PARSERS.get(kind)
        if parser is None:
            self._note(kind)
            return None
        key = self._agent_key(agent, kind)
        if key in self._unjoined and kind in INTERFACE_EVENTS:
            self.report.unjoined[safe_text(agent)] += 1
            return None
        safe = self._safe
        for text in (call, queue):
            if text not in safe:
                safe[text] = safe_text(text)
        return parser(at_ms, safe[call], safe[queue], key, data)

    def _note(self, kind: str) -> None:
        """Account for a line that says nothing of an inbound call or an agent."""
        if not kind:
            raise LineError("names no event")
        kept = safe_text(kind, 24)
        (self.report.outbound if is_outbound(kind) else self.report.noted)[kept] += 1

    def _agent_key(self, agent: str, kind: str) -> str:
        """Return an agent's key, and note under which name to show them: the one they work under."""
        key = self._keys.get(agent)
        if key is None:
            key = self._keys[agent] = safe_text(self.names.key(agent))
            if key not in ("", "NONE") and key not in self._unjoined:
                named = key in self.names.aliases.values()
                shown = key if named or kind in INTERFACE_EVENTS else safe_text(agent)
                if kind not in INTERFACE_EVENTS or key not in self._known_agents:
                    self._known_agents[key] = shown
        return key


def cursor_of(marks: Iterable[Mark]) -> str:
    """Return what the store keeps of how far a file was taken."""
    return json.dumps([[mark.size, mark.digest.hex()] for mark in marks])


def marks_of(cursor: str | None) -> set[Mark]:
    """Return the marks that a kept cursor holds."""
    return {Mark(size, bytes.fromhex(digest)) for size, digest in json.loads(cursor or "[]")}


def _too_long(chunk: bytes, lines: list[str]) -> frozenset[int]:
    """Return which lines of a chunk are longer than a line may be, in bytes."""
    if max(map(len, lines), default=0) <= MAX_LINE // 4:  # a character is of four bytes at most
        return frozenset()
    return frozenset(at for at, line in enumerate(chunk.split(b"\n")) if len(line) > MAX_LINE)


def _moment(epoch: str) -> int:
    """Return the ms of an epoch in seconds, with or without a fraction. Raises LineError."""
    try:
        at_ms = int(epoch) * 1000
    except ValueError:
        try:
            at_ms = round(float(epoch) * 1000)
        except (ValueError, OverflowError):
            raise LineError("does not begin with a time") from None
    if not _EARLIEST * 1000 <= at_ms <= _LATEST * 1000:
        raise LineError("has a time outside 1980 to 2100")
    return at_ms
