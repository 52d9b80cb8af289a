"""The round that is next due: what failed, what is to do and how far it is, what is done; and the other rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.alerts import Level
from data.model.discipline import RoundRow
from data.model.picture import ItemRow, Picture
from data.model.words import Mark
from widgets.canvas import Line, Piece
from widgets.cells import safe, width_of
from widgets.columns import Column
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("sign", 1),
    Column("text", 24, most=60, gap=1, eager=True),
    Column("far", 7, rank=1, right=True, most=9),
    Column("place", 5, rank=3, most=8),
    Column("owner", 12, rank=2, most=24),
    Column("note", 16, rank=4, most=40),
    Column("by", 10, rank=5, most=14),
)
_ORDER = {Mark.FAIL: 0, None: 1, Mark.PASS: 2, Mark.NOT_APPLICABLE: 3}
_TONES = {Mark.FAIL: "level-alarm", None: "strong", Mark.PASS: "level-good", Mark.NOT_APPLICABLE: "faint"}
_SPOKEN = {Mark.FAIL: "strong", None: "text", Mark.PASS: "dim", Mark.NOT_APPLICABLE: "dim"}


class ChecklistPane(TablePane[ItemRow]):
    """The items of the checklist. A row's key is the item's, with the place where it failed."""

    HEADS_FROM = 0
    MEASURED = False

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of an item; those in which no item says anything leave their room to the text."""
        items = self.picture.checklist.items if self.picture and self.picture.checklist else ()
        failed = any(item.mark is Mark.FAIL and (item.owner or item.due_ms) for item in items)
        said = {
            "place": any(item.place for item in items),
            "owner": failed,
            "far": any(item.n > 1 for item in items),
            "note": any(item.note for item in items),
            "by": any(item.by for item in items),
        }
        if self.look.wall:  # what was found where, and whose it is, is no matter of a wall
            said = dict.fromkeys(said, False) | {"far": said["far"]}
        return tuple(column for column in _COLUMNS if said.get(column.key, True))

    def heading(self) -> Heading:
        """Return which checklist, when it is due and how far it is."""
        look, name = self.look, self.look.words("Checklist")
        view = self.picture.checklist if self.picture else None
        if view is None:
            return Heading(name)
        row = (
            next((row for row in self.picture.discipline.rounds if row.key == view.key), None) if self.picture else None
        )
        done, n, failed = (row.done, row.n, row.failed) if row is not None else _counted(view.items)
        late = done < n and self.now_ms > view.due_ms
        due = look.say("overdue since {time}" if late else "due {time}", time=look.clock(view.due_ms))
        title = safe(view.title_zh if look.language == "zh" and view.title_zh else view.title_en)
        far = look.say("{done} of {n}", done=done, n=n)
        parts = [due, title, far]
        if failed:
            parts.insert(0, f"{look.glyphs.marks[Mark.FAIL]} {failed}")
        level = Level.ALARM if failed else Level.WARN if late else Level.CALM
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that no checklist is due, when the next one opens, and what can be done meanwhile."""
        if self.picture is None or self._entries:
            return ""
        look = self.look
        said = [look.words("No checklist is due on this shift.")]
        coming = [row for row in self.picture.discipline.rounds if not row.is_done and row.opens_ms > self.now_ms]
        if coming:
            row = min(coming, key=lambda row: row.opens_ms)
            title = row.zh if look.language == "zh" and row.zh else row.en
            said.append(look.say("{round} opens at {time}.", round=title, time=look.clock(row.opens_ms)))
        if not (look.read_only or look.wall):
            said.append(look.say("{key} begins one by hand.", key=look.keys["check"]))
        return " ".join(said)

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[ItemRow]]:
        """Return the items: failed first, then what is to do, done ones last; below them the rounds late or next."""
        view = picture.checklist
        if view is None:
            return []
        items = [Entry(_key(item), item) for item in sorted(view.items, key=lambda item: _ORDER[item.mark])]
        rounds = [row for row in picture.discipline.rounds if row.key != view.key and not row.is_done]
        late = sorted((row for row in rounds if row.is_late(now_ms)), key=lambda row: row.due_ms)
        going = sorted((row for row in rounds if row.opens_ms <= now_ms <= row.due_ms), key=lambda row: row.due_ms)
        coming = sorted((row for row in rounds if row.opens_ms > now_ms), key=lambda row: row.opens_ms)
        above = [self._remark(row, now_ms) for row in late]
        return [*above, *items, *(self._remark(row, now_ms) for row in (*going, *coming[:1]))]

    def _remark(self, row: RoundRow, now_ms: int) -> Entry[ItemRow]:
        return Entry(f"round:{row.key}", None, _round_line(row, now_ms, self.look))

    def foot(self, row: ItemRow) -> str:
        """Return a rule's whole text, and what was noted of it, by whom."""
        look = self.look
        text = row.zh if look.language == "zh" and row.zh else row.en
        noted = () if look.wall else (row.place, row.note, row.by)
        return f" {look.glyphs.dot} ".join(safe(part) for part in (text, *noted) if part)

    def cells(self, row: ItemRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an item's cells; done ones step back."""
        look = self.look
        owner = ""
        if row.mark is Mark.FAIL and (row.owner or row.due_ms):
            due = look.clock(row.due_ms) if row.due_ms else ""
            owner = " ".join(part for part in (look.glyphs.arrow, row.owner, due) if part)
            if width_of(owner) > widths.get("owner", 0):  # half a time says nothing: leave it to the names
                owner = " ".join(part for part in (look.glyphs.arrow, row.owner or due) if part)
        late = row.due_ms is not None and row.due_ms < now_ms and row.mark is Mark.FAIL
        return {
            "sign": Cell(look.glyphs.marks[row.mark], _TONES[row.mark]),
            "text": Cell(row.zh if look.language == "zh" and row.zh else row.en, _SPOKEN[row.mark]),
            "far": Cell(f"{row.done}/{row.n}" if row.n > 1 else "", "dim"),
            "place": Cell(row.place, "dim"),
            "owner": Cell(owner, "level-warn" if late else "dim"),
            "note": Cell(row.note, "dim"),
            "by": Cell(row.by, "faint"),
        }


def _counted(items: Sequence[ItemRow]) -> tuple[int, int, int]:
    """Return how many items of how many are done, and how many failed, where nothing else is known of the round."""
    return sum(item.mark is not None for item in items), len(items), sum(item.mark is Mark.FAIL for item in items)


def _key(item: ItemRow) -> str:
    """Return what a line is known by: a rule that failed at several places has a line for each."""
    return f"{item.key}@{item.place}@{item.agent_id or ''}" if item.mark is Mark.FAIL else item.key


def _round_line(row: RoundRow, now_ms: int, look: Look) -> Line:
    """Return another round: how far it is, and when it is due or opens."""
    title = safe(row.zh if look.language == "zh" and row.zh else row.en)
    if row.opens_ms > now_ms:
        level, parts = Level.CALM, [look.say("opens {time}", time=look.clock(row.opens_ms))]
    else:
        level = Level.WARN if row.is_late(now_ms) else Level.CALM
        text = "overdue since {time}" if level else "due {time}"
        parts = [look.say("{done} of {n}", done=row.done, n=row.n), look.say(text, time=look.clock(row.due_ms))]
    said = f" {look.glyphs.dot} ".join(parts)
    return (
        Piece(f"{look.level(level)} ", LEVEL_TONES[level]),
        Piece(f"{title}  ", "dim"),
        Piece(said, LEVEL_TONES[level]),
    )
