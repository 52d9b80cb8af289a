"""A store with a few agents, in which people record what they see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from data.breaks import POLICY
from data.flags import VOCABULARY
from data.model.days import HOUR, MINUTE
from data.model.observation import AgentEntry, Directory, Event, Observation, QueueEntry, SignedIn
from data.model.people import Answer, Refusal, Request
from data.model.picture import Detail, Person, Picture
from data.recorder import record
from data.store import audit, people
from data.store.reader import Reader
from data.store.writer import Writer

ZONE = ZoneInfo("Asia/Shanghai")
NOON = 1_763_784_000_000
"""12:00 on 22 November 2025 in Shanghai."""
NAMES = ("王芳", "Ann Lee", "Bo")


class Site:
    """A floor of `NAMES`, whose ids are 1, 2, 3; it was measured from nine to nine, and all are signed in."""

    def __init__(self, path: Path, names: Sequence[str] = NAMES) -> None:
        self.path = path
        self.writer = Writer(path)
        self.known = self.writer.known("pbx")
        agents = tuple(AgentEntry(f"10{n:02}", name, "North" if n else "South") for n, name in enumerate(names))
        queues = (QueueEntry("sales", "Sales"), QueueEntry("help", "Help"))
        entered = [SignedIn(NOON - 3 * HOUR, agent.key, "sales") for agent in agents]
        self.told(entered, Directory(agents, queues), NOON - 3 * HOUR)
        self.told([], None, NOON + 9 * HOUR)

    @classmethod
    def over(cls, path: Path) -> Self:
        """Return a site over a store that one has made before, as it is."""
        site = cls.__new__(cls)
        site.path, site.writer = path, Writer(path)
        site.known = site.writer.known("pbx")
        return site

    def told(self, events: Sequence[Event], directory: Directory | None = None, until_ms: int | None = None) -> None:
        """Have a source tell something, up to a moment."""
        covered = self.known.coverage
        until_ms = until_ms or max(event.at_ms for event in events)
        since_ms = None if covered is None else covered.until_ms
        self.known, rows = record(self.known, Observation("pbx", since_ms, until_ms, list(events), (), directory))
        self.writer.write(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.writer.close()

    def order(self, request: Request, at_ms: int = NOON, by: str = "liumin") -> Answer:
        """Have something recorded as the desk has it: with its audit, in one transaction."""
        with self.writer.recording() as connection:
            answer = people.carry_out(connection, request, by, at_ms, vocabulary=VOCABULARY, policy=POLICY)
            result = audit.DONE if answer.done else str(answer.refusal)
            agent = getattr(request, "agent", None) if answer.refusal is not Refusal.UNKNOWN else None
            detail = {"note": getattr(request, "note", ""), "said": answer.said}
            audit.append(connection, audit.Entry(at_ms, 1000, by, "lead", "", "", "x", agent, result, detail))
        return answer

    def done(self, request: Request, at_ms: int = NOON, by: str = "liumin") -> int:
        """Have something recorded that must be taken; return the id of it."""
        answer = self.order(request, at_ms, by)
        assert answer.done, answer
        assert answer.id is not None
        return answer.id

    def done_without_id(self, request: Request, at_ms: int = NOON, by: str = "liumin") -> None:
        """Have something recorded that must be taken, and that nothing is numbered of."""
        answer = self.order(request, at_ms, by)
        assert answer.done, answer

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Give a reader."""
        with Reader(self.path) as reader:
            yield reader

    def picture(self, at_ms: int = NOON + MINUTE) -> Picture:
        """Return the floor at a moment."""
        with self.reading() as reader:
            return reader.floor_at(at_ms, ZONE)

    def detail(self, agent: int, at_ms: int = NOON + MINUTE) -> Detail:
        """Return an agent's day up to a moment."""
        with self.reading() as reader:
            return reader.detail_of("agent", agent, at_ms, ZONE)

    def person(self, agent: int, at_ms: int = NOON + MINUTE) -> Person:
        """Return what an agent's own page shows at a moment."""
        person = self.detail(agent, at_ms).person
        assert person is not None
        return person

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Return what a query finds."""
        with self.reading() as reader:
            return reader.connection.execute(sql, values).fetchall()
