"""The open flags: what a person saw, about whom, and what comes next; under them what the workload alone says.

On a wall, and to who may only look, it is praise only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.alerts import Level, flag_level
from data.break_board import asked_of, by_need
from data.flags import Severity
from data.model.days import MINUTE
from data.model.picture import FlagRow, FollowUpRow, LoadRow, Picture
from data.model.words import Band
from widgets.canvas import Line, Piece
from widgets.cells import age, brief, safe, width_of
from widgets.columns import Column
from widgets.load import asked, band_level, reasons, score_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading, RowKey
from widgets.table import Cell, Entry, TablePane

Row = FlagRow | FollowUpRow

_MOST_STEP = 26
_COLUMNS = (
    Column("mark", 1),
    Column("sign", 1, gap=1),
    Column("agent", 8, most=18, gap=1),
    Column("kind", 8, most=18),
    Column("at", 5, right=True),
    Column("next", 14, rank=1, most=_MOST_STEP, eager=True),
    Column("note", 16, rank=2, most=60, eager=True),
    Column("owner", 8, rank=4, most=14),
    Column("by", 6, rank=5, most=14),
    Column("until", 8, rank=3, most=12),
)
_SOON_MS = 10 * MINUTE
"""A flag that ends so soon, and was not dealt with, asks for it once more."""
_LEAST_LOADS = 5
"""For so many lines of what the workload says there is always room, by scrolling."""
NOT_FOR_ALL = "Flags are for the people who lead; praise is shown to all."
"""What is said to who may not see flags."""


def expired(flag: FlagRow, now_ms: int) -> bool:
    """Tell whether a flag has outlived its time and is still open."""
    return flag.expires_ms is not None and flag.expires_ms <= now_ms


def pressing(flag: FlagRow, now_ms: int) -> bool:
    """Tell whether a flag can't wait: its follow-up is due, or it ends, or soon will, without having been resolved."""
    if flag.severity == Severity.PRAISE:
        return False
    due = flag.follow_up_ms is not None and flag.follow_up_ms <= now_ms
    ends = flag.severity > Severity.NOTE and flag.expires_ms is not None and flag.expires_ms - _SOON_MS <= now_ms
    return due or ends or expired(flag, now_ms)


class FlagsPane(TablePane[Row]):
    """The open flags and the follow-ups of the day. Row keys are flag ids, and `coaching:` with a coaching's id."""

    HEADS_FROM = 0
    MEASURED = False
    _room = _LEAST_LOADS

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a flag; what nobody says leaves its room to the notes."""
        rows = [entry.row for entry in self._entries if entry.row is not None]
        flags, called = [row for row in rows if isinstance(row, FlagRow)], self.look.vocabulary.called
        widest = {
            "kind": max((width_of(called(row.kind, self.look.language)) for row in flags), default=0),
            "by": max((width_of(row.by) for row in rows), default=0),
        }
        steps = max((width_of(self._next(row, _MOST_STEP)) for row in flags), default=0)
        said = {
            "next": any(isinstance(row, FollowUpRow) or row.step or row.follow_up_ms for row in rows),
            "owner": any(row.owner for row in flags),
            "note": self.look.tells_of_people,
        }
        return tuple(
            column._replace(
                width=max(column.width, min(widest.get(column.key, 0), column.most)),
                most=steps if column.key == "next" else column.most,
            )
            for column in _COLUMNS
            if said.get(column.key, True)
        )

    def agent_of(self, key: RowKey | None) -> int | None:
        """Return whom a row is about."""
        row = self.row_of(key)
        return None if row is None else row.agent_id

    def row_of(self, key: RowKey | None) -> Row | None:
        """Return the flag or the follow-up of a key, None where there is none."""
        return next((entry.row for entry in self._entries if entry.key == key and entry.row is not None), None)

    def heading(self) -> Heading:
        """Return how many are open, how many can't wait, follow-ups that are due, and the praise."""
        look, name = self.look, self.look.words("Flags")
        if self.picture is None or self._message():
            return Heading(name)
        flags = self._flags(self.picture)
        praise = sum(flag.severity == Severity.PRAISE for flag in flags)
        parts = [look.say("{n} open", n=len(flags) - praise)] if look.tells_of_people else []
        due = sum(row.due_ms <= self.now_ms for row in self._follow_ups(self.picture))
        due += sum(flag.follow_up_ms is not None and flag.follow_up_ms <= self.now_ms for flag in flags)
        late = sum(expired(flag, self.now_ms) for flag in flags)
        if due:
            parts.append(look.say("{n} to follow up", n=due))
        if late:
            parts.append(look.say("{n} past their time", n=late))
        if praise:
            parts.append(f"{look.glyphs.praise} {praise}")
        level = max((flag_level(flag.severity) for flag in flags), default=Level.CALM)
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that nothing is flagged, and how to flag."""
        if self.picture is None or self._entries:
            return ""
        if self.look.wall:
            return self.look.words("No praise yet.")
        if not self.look.tells_of_people:
            return self.look.words(NOT_FOR_ALL)
        return _hint("No open flags.", "{key} flags an agent.", "flag", self.look)

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[Row]]:
        """Return what can't wait, then by urgency and age; then the follow-ups; last what the workload says."""
        flags = sorted(
            self._flags(picture),
            key=lambda flag: (not pressing(flag, now_ms), -flag.severity, flag.raised_ms),
        )
        entries: list[Entry[Row]] = [Entry(flag.id, flag) for flag in flags]
        entries += [Entry(f"coaching:{row.id}", row) for row in self._follow_ups(picture)]
        entries += self._loads(picture)
        return entries

    def cells(self, row: Row, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return the cells of a flag or a follow-up."""
        if isinstance(row, FollowUpRow):
            return self._follow_up_cells(row, now_ms)
        look = self.look
        praise = row.severity == Severity.PRAISE
        until = ""
        if row.expires_ms is not None:
            gone = expired(row, now_ms)
            until = look.words("expired") if gone else look.say("to {time}", time=look.clock(row.expires_ms))
        level = flag_level(row.severity)
        due = row.follow_up_ms is not None and row.follow_up_ms <= now_ms
        ends = pressing(row, now_ms) and not due
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "sign": Cell(look.glyphs.praise if praise else look.glyphs.flag, "praise" if praise else "flag"),
            "agent": Cell(row.agent, "text"),
            "kind": Cell(look.vocabulary.called(row.kind, look.language), "praise" if praise else "text"),
            "at": Cell(brief(now_ms - row.raised_ms), "dim"),
            "next": Cell(self._next(row, widths.get("next", 0)), "level-warn" if due else "dim"),
            "note": Cell(row.note, "dim"),
            "owner": Cell(row.owner, "text"),
            "by": Cell(row.by, "dim"),
            "until": Cell(until, "level-warn" if ends else "dim"),
        }

    def _follow_up_cells(self, row: FollowUpRow, now_ms: int) -> dict[str, Cell]:
        look = self.look
        due = row.due_ms <= now_ms
        level = Level.NOTICE if due else Level.CALM
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "sign": Cell(look.glyphs.arrow, "text"),
            "agent": Cell(row.agent, "text"),
            "kind": Cell(look.words("coaching"), "text"),
            "at": Cell(age(now_ms - row.at_ms), "dim"),
            "next": Cell(f"{look.glyphs.arrow} {self._when(row.due_ms)}", "level-warn" if due else "dim"),
            "note": Cell(row.note, "dim"),
            "owner": Cell(""),
            "by": Cell(row.by, "dim"),
            "until": Cell(""),
        }

    def _next(self, row: FlagRow, width: int) -> str:
        """Return a flag's next step and when; where both have no room, when."""
        look = self.look
        step = look.vocabulary.called(row.step, look.language) if row.step else ""
        if row.follow_up_ms is None:
            return step
        when = f"{look.glyphs.arrow} {self._when(row.follow_up_ms)}"
        both = f"{step} {when}".strip()
        return both if width_of(safe(both)) <= width else when

    def _when(self, moment_ms: int) -> str:
        """Return a moment of the day as a time, of another day with its date."""
        day = self.picture
        if day is not None and not day.day_since_ms <= moment_ms < day.day_until_ms:
            return f"{self.look.day(moment_ms)} {self.look.clock(moment_ms)}"
        return self.look.clock(moment_ms)

    # What the workload says is no flag of anybody's: remarks, without a cursor; the pane of breaks acts on it

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the rows and remarks; of what the workload says as much as there is room for."""
        room = max(_LEAST_LOADS, height - sum(entry.row is not None for entry in self._entries))
        if self.picture is not None and room != self._room:
            self._room = room
            self._arranged(self.ordered(self.picture, self.now_ms))
        return super().body(width, height)

    def _loads(self, picture: Picture) -> Iterator[Entry[Row]]:
        """Give a remark for each agent whose workload asks for a break, the most urgent first."""
        look = self.look
        if not look.tells_of_people:
            return
        asking = [(agent, picture.loads.get(agent.id)) for agent in picture.agents if agent.id not in picture.offers]
        due = sorted(
            ((agent, load) for agent, load in asking if load is not None and asked_of(agent, load) >= Band.OFFER),
            key=lambda each: by_need(*each),
        )
        most = len(due) if len(due) < self._room else self._room - 1
        for agent, load in due[:most]:
            yield Entry(f"load:{agent.id}", None, self._load(load, agent.name))
        if due:
            more = len(due) - most
            text = look.say("{n} more whose workload asks for a break", n=more) if more else ""
            hint = "" if look.read_only else look.say("{key} on Breaks sends them", key=look.keys.get("break", "b"))
            said = f" {look.glyphs.dot} ".join(part for part in (text, hint) if part)
            if said:
                yield Entry("loads", None, (Piece(f"  {said}", "dim"),))

    def _load(self, load: LoadRow, name: str) -> Line:
        look = self.look
        level = band_level(asked(load))
        score = score_text(load.score, look)
        before = look.say("{name}: load {score}, {parts}", name=name, score=score, parts="")
        room = self.content_size.width - 6 - width_of(before)
        if load.score is None:
            text = look.say("{name}: two hours without a break", name=name)
        else:
            text = before + reasons(load, look, 3, max(0, room))
        return (Piece(f"{look.level(level)} ", LEVEL_TONES[level]), Piece(text, "load"))

    def foot(self, row: Row) -> str:
        """Return the whole of a row's note, with who said it, who has it and until when."""
        if not row.note or not self.look.tells_of_people:
            return ""
        look = self.look
        said = [safe(row.note)]
        if row.by:
            said.append(look.say("by {name}", name=row.by))
        if isinstance(row, FlagRow) and row.owner:
            said.append(look.say("owner: {name}", name=row.owner))
        if isinstance(row, FlagRow) and row.expires_ms is not None:
            said.append(look.say("to {time}", time=look.clock(row.expires_ms)))
        return f" {look.glyphs.dot} ".join(said)

    def _flags(self, picture: Picture) -> list[FlagRow]:
        """Return the flags that may stand here: to everybody the praise."""
        told = self.look.tells_of_people
        return [flag for flag in picture.flags if told or flag.severity == Severity.PRAISE]

    def _follow_ups(self, picture: Picture) -> Sequence[FollowUpRow]:
        return picture.follow_ups if self.look.tells_of_people else ()


def _hint(calm: str, act: str, key: str, look: Look) -> str:
    """Return what is calm and, where acts are possible, the key for one."""
    if look.read_only:
        return look.words(calm)
    joint = "" if look.language == "zh" else " "
    return look.words(calm) + joint + look.say(act, key=look.keys.get(key, ""))
