"""The queues: who waits, how long, how well the day goes; the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from data.alerts import LIMITS, Level, Limits, queue_level, service_level, wait_level, waiting_heat
from data.model.picture import Picture, QueueRow, ServiceLevel
from data.model.words import State
from widgets.canvas import Line, Piece
from widgets.cells import brief, percent, spark
from widgets.columns import Column
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.sources import told_apart
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("mark", 1),
    Column("channel", 1, gap=1),
    Column("name", 12, most=20, gap=1),
    Column("waiting", 4, right=True, head="wait", gap=1),
    Column("longest", 6, right=True, head="oldest", gap=1),
    Column("service", 5, rank=2, right=True, head="SL%", gap=1),
    Column("n", 5, rank=9, right=True, head="of"),
    Column("answered", 4, rank=5, right=True, head="ans", gap=1),
    Column("abandoned", 4, rank=4, right=True, head="aban", gap=1),
    Column("talking", 4, rank=8, right=True, head="talk"),
    Column("available", 4, rank=1, right=True, head="free", gap=1),
    Column("depth", 8, rank=3, most=30, head="30 min", gap=1),
)

HEAT_TONES = ("dim", "level-notice", "level-warn", "level-alarm", "reverse-level-alarm")
"""The tones of a queue's depth, by its heat."""


def service_tone(service: ServiceLevel, limits: Limits = LIMITS) -> str:
    """Return the tone of a service level: good, amber, red; faint where it says nothing yet."""
    if service.ratio is None or service.n < limits.least_n:
        return "dim"
    level = service_level(service.ratio, service.target, service.n, limits)
    return LEVEL_TONES[level] if level else "level-good"


def idle_remark(queue: QueueRow, now_ms: int, look: Look) -> str:
    """Return the words for contacts that wait past their threshold while agents sit free, or nothing."""
    if queue.oldest_ms is None or now_ms - queue.oldest_ms < queue.service.threshold_ms:
        return ""
    if queue.available:
        return look.say("{n} wait while {free} of its agents are free", n=queue.waiting, free=queue.available)
    if queue.free_elsewhere:
        return look.say("{free} are free elsewhere, none serves it", free=queue.free_elsewhere)
    return ""


class QueuesPane(TablePane[QueueRow]):
    """The queues in a table. Row keys are queue ids."""

    def columns(self) -> tuple[Column, ...]:
        """Return the queues' columns."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many queues are past a limit."""
        words = self.look.words
        if self.picture is None or self._message():
            return Heading(words("Queues"))
        limits, now = self.look.limits, self.now_ms
        past = [level for row in self.picture.queues if (level := queue_level(row, now, limits)) >= Level.WARN]
        silent = sum(row.unknown for row in self.picture.queues)
        unknown = [self.look.say("{n} not known", n=silent)] if silent else []
        if not past:
            said = unknown or words("all within their limits")
            return Heading(words("Queues"), said, Level.NOTICE if silent else Level.CALM, self.position())
        alarms = sum(level is Level.ALARM for level in past)
        parts = [self.look.say("{n} past their limit", n=alarms)] if alarms else []
        if len(past) > alarms:
            parts.append(self.look.say("{n} near their limit", n=len(past) - alarms))
        return Heading(words("Queues"), parts + unknown, max(past), self.position())

    def empty(self) -> str:
        """Say why no queue is listed."""
        if self.picture is None or self.picture.queues:
            return ""
        return self.look.words("No queues yet. They appear with their first contact.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[QueueRow]]:
        """Return the queues, worst first; those of one level keep the site's order. Remarks follow their row."""
        limits = self.look.limits
        queues = sorted(picture.queues, key=lambda row: -queue_level(row, now_ms, limits))
        return [entry for row in queues for entry in self._with_remark(row, now_ms)]

    def _with_remark(self, row: QueueRow, now_ms: int) -> Iterator[Entry[QueueRow]]:
        """Give a queue's row, and under it the line about idle agents."""
        yield Entry(row.id, row)
        remark = idle_remark(row, now_ms, self.look)
        if remark:
            line: Line = (Piece(f"    {self.look.glyphs.elbow} ", "frame"), Piece(remark, "level-notice"))
            yield Entry(f"remark:{row.id}", None, line)

    def cells(self, row: QueueRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a queue's cells, each figure coloured by its own threshold; what nobody knows now has none."""
        look = self.look
        limits, glyphs = look.limits.of(row.key), look.glyphs
        name = told_apart(row.name, widths.get("name", 0), self.picture.sources if self.picture else (), look)
        level = queue_level(row, now_ms, look.limits)
        waited = None if row.oldest_ms is None else now_ms - row.oldest_ms
        short = row.waiting and not row.available
        cells = {
            "mark": Cell(look.level(level) if level else glyphs.well, LEVEL_TONES[level] if level else "level-good"),
            "channel": Cell(glyphs.channels[row.channel], "dim"),
            "name": Cell(name, "strong" if level is Level.ALARM else "text"),
            "waiting": Cell(str(row.waiting), HEAT_TONES[waiting_heat(row.waiting, limits)]),
            "longest": Cell(
                glyphs.none if waited is None else brief(waited),
                "dim" if waited is None else LEVEL_TONES[wait_level(waited, limits)].replace("dim", "text"),
            ),
            "service": Cell(percent(row.service.ratio, none=glyphs.none), service_tone(row.service, limits)),
            "n": Cell(str(row.service.n), "dim"),
            "answered": Cell(str(row.answered), "dim"),
            "abandoned": Cell(str(row.abandoned), "dim"),
            "talking": Cell(str(row.talking), "dim"),
            "available": Cell(str(row.available), "level-warn" if short else "text"),
            "depth": Cell(spark(row.depth, widths.get("depth", 0), glyphs.spark, limits.waiting[2]), "spark"),
        }
        if row.unknown:
            cells["mark"] = Cell(glyphs.states[State.UNKNOWN], LEVEL_TONES[level])
            cells |= dict.fromkeys(("waiting", "longest", "talking", "available"), Cell(glyphs.none, "dim"))
        return cells
