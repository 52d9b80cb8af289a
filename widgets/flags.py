"""The open flags: what a person saw, about whom, and since when."""

from __future__ import annotations

from collections.abc import Mapping

from data.alerts import Level, flag_level
from data.flags import Severity
from data.model.picture import FlagRow, Picture
from widgets.cells import brief
from widgets.columns import Column
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("mark", 1),
    Column("sign", 1, gap=1),
    Column("agent", 8, most=18, gap=1),
    Column("kind", 17, most=18),
    Column("at", 5, right=True),
    Column("note", 14, rank=1, most=60, eager=True),
    Column("by", 10, rank=3, most=14),
    Column("until", 8, rank=2, most=12),
)


def expired(flag: FlagRow, now_ms: int) -> bool:
    """Tell whether a flag has outlived its time and is still open."""
    return flag.expires_ms is not None and flag.expires_ms <= now_ms


class FlagsPane(TablePane[FlagRow]):
    """The open flags. Row keys are flag ids."""

    HEADS_FROM = 0
    MEASURED = False

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a flag."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many are open, how many past their time, and the praise."""
        look, name = self.look, self.look.words("Flags")
        if self.picture is None or self._message():
            return Heading(name)
        flags = self.picture.flags
        praise = sum(flag.severity == Severity.PRAISE for flag in flags)
        late = sum(expired(flag, self.now_ms) for flag in flags)
        parts = [look.say("{n} open", n=len(flags) - praise)]
        if late:
            parts.append(look.say("{n} past their time", n=late))
        if praise:
            parts.append(f"{look.glyphs.praise} {praise}")
        level = max((flag_level(flag.severity) for flag in flags), default=Level.CALM)
        return Heading(name, parts, level, self.position())

    def empty(self) -> str:
        """Say that nothing is flagged, and how to flag."""
        if self.picture is None or self.picture.flags:
            return ""
        return _hint("No open flags.", "{key} flags an agent.", "flag", self.look)

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[FlagRow]]:
        """Return the flags: those past their time first, then by urgency, the oldest first."""
        flags = sorted(
            picture.flags,
            key=lambda flag: (not expired(flag, now_ms), -flag.severity, flag.raised_ms),
        )
        return [Entry(flag.id, flag) for flag in flags]

    def cells(self, row: FlagRow, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a flag's cells."""
        look = self.look
        praise, late = row.severity == Severity.PRAISE, expired(row, now_ms)
        until = ""
        if row.expires_ms is not None:
            until = look.words("expired") if late else look.say("to {time}", time=look.clock(row.expires_ms))
        level = flag_level(row.severity)
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "sign": Cell(look.glyphs.praise if praise else look.glyphs.flag, "praise" if praise else "flag"),
            "agent": Cell(row.agent, "text"),
            "kind": Cell(look.vocabulary.called(row.kind, look.language), "praise" if praise else "text"),
            "at": Cell(brief(now_ms - row.raised_ms), "dim"),
            "note": Cell(row.note, "dim"),
            "by": Cell(row.by, "dim"),
            "until": Cell(until, "level-warn" if late else "dim"),
        }


def _hint(calm: str, act: str, key: str, look: Look) -> str:
    """Return what is calm and, where acts are possible, the key for one."""
    if look.read_only:
        return look.words(calm)
    joint = "" if look.language == "zh" else " "
    return look.words(calm) + joint + look.say(act, key=look.keys.get(key, ""))
