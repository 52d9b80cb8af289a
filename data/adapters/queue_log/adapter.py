"""The queue log as an adapter: files in, observations and an account of every line out."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from data.adapters.base import Capability, Option, refused
from data.adapters.queue_log.files import (
    MAX_LINE,
    LogFile,
    LogFileError,
    Mark,
    Place,
    chunks,
    look_through,
    open_plain,
)
from data.adapters.queue_log.lines import ACTING_EVENTS, INTERFACE_EVENTS, PARSERS, LineError, is_outbound
from data.adapters.queue_log.names import NameRules
from data.adapters.queue_log.report import Report
from data.adapters.queue_log.tail import Growing, at_end, rotated
from data.model.acts import Order, Result
from data.model.observation import AgentEntry, Directory, Event, Observation, QueueEntry
from data.model.text import safe_text

_EARLIEST, _LATEST = 315_532_800, 4_102_444_800
"""Epochs outside 1980–2100 are no times."""

NOBODY = Directory()

JOIN_MS = 3_600_000
"""Silence between two files, or while nobody followed them, is a gap if it is longer than this, else measured."""


def _ignore(_done: int) -> None:
    """Report progress to nobody."""


def machine_ms() -> int:
    """Return the machine's time."""
    return time.time_ns() // 1_000_000


class QueueLog:
    """Reads queue logs, in the order of their first lines, as observations of about a megabyte of text each.

    An import draws `observations`, which end with the files. `poll` follows the last one as it grows and is rotated,
    and says by `clock` up to when nothing more was written: it must be the clock of the machine that writes the log.
    `taken` says what earlier imports took, None where that is not known yet; `goals` gives a queue its entry where
    more than its name is known. `report` fills as the observations are drawn. Not `alone`: another source tells who is
    who and what was before, so that following begins at the log's end and all sign-ins are told.
    """

    name = "queue_log"
    capabilities = frozenset({Capability.EVENTS, Capability.HISTORY})
    options = (Option("paths", "the queue logs; the last one is followed", list, required=True),)

    def __init__(
        self,
        paths: Iterable[Path | str] | Path | str = (),
        names: NameRules | None = None,
        taken: Iterable[Mark] | None = None,
        goals: Mapping[str, QueueEntry] | None = None,
        progress: Callable[[int], None] = _ignore,
        source: str = "queue_log",
        clock: Callable[[], int] = machine_ms,
        *,
        alone: bool = True,
    ) -> None:
        """Look through the files, or, where `taken` is None, do so when they are asked for. Raises LogFileError."""
        self.source = source
        self.names = names or NameRules.of()
        self.goals = goals or {}
        self.report = Report()
        given = [paths] if isinstance(paths, (Path, str)) else paths
        self._paths = [Path(path).expanduser() if isinstance(path, str) else path for path in given]
        self._taken = set(taken or ())
        self._progress = progress
        self._alone = alone
        self.lost_place = False
        """Whether the place to go on at was not found, so that what was written since is not known."""
        self._clock = clock
        self._keys: dict[str, str] = {}
        self._safe: dict[str, str] = {}
        self._known_agents: dict[str, str] = {}
        self._known_queues: set[str] = set()
        self._batches: Generator[Observation, None, None] | None = None
        self._until_ms: int | None = None
        self.cursor: str | None = None
        """How far the log that is followed was read; what `resume` takes."""
        self.marks: dict[Path, tuple[LogFile, tuple[Mark, ...]]] = {}
        """What has been taken of each file so far, for the store's ledger; the last file is the one being read."""
        if taken is not None:
            self.files = self._look_through(self._paths)

    @cached_property
    def files(self) -> list[LogFile]:
        """The files in the order of their first lines, looked through. Raises LogFileError for one that can't be."""
        return self._look_through(self._paths)

    def _look_through(self, paths: Iterable[Path]) -> list[LogFile]:
        """Look through files once; what two of them share is taken from one of them."""
        taken = set(self._taken)
        files = []
        for path in sorted(paths, key=_size):  # an earlier copy comes before its file
            file = look_through(path, frozenset(taken), self._progress)
            taken.add(file.whole)
            files.append(file)
        return sorted(files, key=lambda file: (file.first is None, file.first))

    @cached_property
    def _unjoined(self) -> frozenset[str]:
        """Return the interfaces that sign in but never act, where names act that never sign in.

        They are most likely the same people, but nothing in the log says who is who, so their sign-ins are left
        out rather than shown as agents who sit idle all day.
        """
        if not self._alone:
            return frozenset()
        acting, signing = set(), set()
        for raw, event in {pair for file in self.files for pair in file.names}:
            key, kind = self.names.key(raw.decode("utf-8", "replace").strip()), event.decode()
            if kind in INTERFACE_EVENTS:
                signing.add(key)
            elif kind in ACTING_EVENTS:
                acting.add(key)
        acting.discard("NONE")
        return frozenset(signing - acting) if acting - signing else frozenset()

    def resume(self, cursor: str | None, covered_ms: int, _known: Directory = NOBODY) -> None:
        """Follow the log on from where `cursor` says that it was read to."""
        marks = marks_of(cursor)
        self._taken = {min(marks)} if marks else set()  # the line end, not what was cut off beyond it
        self.cursor, self._until_ms = cursor, covered_ms
        self._batches = None

    async def poll(self) -> Observation:
        """Return the next observation; where no line is new, one in which nothing happened. Raises LogFileError."""
        return self.follow()

    def follow(self) -> Observation:
        """Return what `poll` does, for somebody on a thread of their own: the first time reads all of the log.

        Raises LogFileError; the next time goes on where the last one that went well ended.
        """
        if self._batches is None:
            self._batches = self._followed()
        try:
            observation = next(self._batches)
        except Exception:
            self._batches = None
            if self._until_ms is not None:
                self.resume(self.cursor, self._until_ms)
            raise
        self.cursor = observation.cursor or self.cursor
        if self.cursor is None and (read := self.marks.get(self._paths[-1])):
            self.cursor = cursor_of(read[1])  # nothing was written since following began at the end
        return observation

    async def perform(self, order: Order) -> Result:
        """Refuse: a log can only be read."""
        return refused(order)

    async def aclose(self) -> None:
        """Let go of the file being read."""
        if self._batches is not None:
            self._batches.close()
        self._batches = None

    def observations(self, covered_ms: int | None = None) -> Iterator[Observation]:
        """Yield all that the files say. `covered_ms`: up to when the source is already known."""
        self._until_ms = covered_ms
        for file in self.files:
            yield from self._read(file)

    def _followed(self) -> Generator[Observation, None, None]:
        """Yield what the files say, then for ever what is written to the last one and its successors."""
        *before, live = self._to_follow()
        for file in before:
            yield from self._read(file)
        while True:
            yield from self._read(live, Growing(live.path, self._clock))
            live = LogFile(live.path, live.name, Mark(0, b""), None, frozenset(), 0)

    def _to_follow(self) -> list[LogFile]:
        """Return the files that are not read to their end, the live one last.

        Where the place to go on at is in none of them, the live one was rotated meanwhile: the place is looked for
        beside it, among what was written since.
        """
        self.__dict__.pop("files", None)  # they have grown since
        files = self.files
        if not files:
            raise LogFileError("no queue log is named: --option 'paths=[\"/var/log/asterisk/queue_log\"]'")
        if self._until_ms is None:
            return files if self._alone else [at_end(files[-1])]
        live = files[-1].path
        if not any(file.skip for file in files):
            since = rotated(live, self._until_ms)
            files = self._look_through({live, *since})
            files.sort(key=lambda file: file.path == live)
        at = next((n for n, file in enumerate(files) if file.skip), None)
        self.lost_place = at is None
        if at is None and not self._alone:
            return [at_end(files[-1])]
        return files[at or 0 :]

    def _read(self, file: LogFile, growing: Growing | None = None) -> Iterator[Observation]:
        """Yield what a file says, to its end or, of a growing one, until another has taken its place."""
        place = Place()
        number, fresh = 0, not file.skip
        with growing or open_plain(file.path) as opened:
            for piece in chunks(opened, file.path):
                if growing is not None and not piece.data:
                    yield self._silence(growing)
                    continue
                start = max(0, min(len(piece.data), file.skip - place.size))
                marks = place.pass_by(piece)
                self.marks[file.path] = (file, marks)
                self._progress(len(piece.data))
                number += piece.data.count(b"\n", 0, start)
                if start < len(piece.data) and not piece.goes_on:
                    events = self._events(file.name, number, piece.data[start:])
                    watched_ms = growing.watched_ms if growing is not None else None
                    observation = self._observation(events, fresh, cursor_of(marks), watched_ms)
                    fresh = fresh and observation is None
                    if observation is not None:
                        yield observation
                number += piece.data.count(b"\n", start)

    def _silence(self, growing: Growing) -> Observation:
        """Return that nothing was written since the last observation."""
        until_ms = growing.watched_ms or 0
        since_ms = self._until_ms
        if since_ms is None or until_ms - since_ms > JOIN_MS:
            since_ms = until_ms
        self._until_ms = until_ms = max(since_ms, until_ms)
        return Observation(self.source, since_ms, until_ms)

    def _observation(self, events: list[Event], fresh: bool, cursor: str, watched_ms: int | None) -> Observation | None:
        if not events:
            return None
        first_ms = events[0].at_ms
        last_ms = max(event[0] for event in events)
        since_ms, until_ms = self._until_ms, self._until_ms
        if since_ms is None or (fresh and first_ms - since_ms > JOIN_MS):
            since_ms = min(event[0] for event in events)
        until_ms = last_ms if until_ms is None else max(until_ms, last_ms)
        if watched_ms is not None and 0 < watched_ms - until_ms <= JOIN_MS:
            until_ms = watched_ms
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


def _size(path: Path) -> int:
    """Return a file's size. Raises LogFileError for what is no file: reading a pipe would wait for its writer."""
    try:
        found = path.stat()
    except OSError as error:
        raise LogFileError(f"{path} can't be read: {error.strerror or error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise LogFileError(f"{path} can't be read: it is no regular file")
    return found.st_size


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
