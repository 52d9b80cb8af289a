"""A framed pane: a title that carries its own summary, the frame's accent in focus, and words when there is nothing.

    ╭ Queues ── 2 past their limit ──────────────── 1–5 of 9 ↓ ╮
    │ ▲ complaints                                             ┃
    ╰──────────────────────────────────────────────────────────╯

Panes stacked in one column may share borders: `joined` draws the top corners as tees, `open_ended` leaves the bottom to
the pane below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.message import Message

from data.alerts import Level
from data.model.words import Health
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import fit, width_of
from widgets.look import Look
from widgets.sources import silence

RowKey = int | str

LEVEL_TONES = {
    Level.CALM: "dim",
    Level.NOTICE: "level-notice",
    Level.WARN: "level-warn",
    Level.ALARM: "level-alarm",
}
"""The tone of a text that says how bad something is."""


class Heading(NamedTuple):
    """What stands in a pane's top border: name, summary with its level, and a hint at the right."""

    name: str
    summary: str | Sequence[str] = ()
    """One text, or parts of which the last fall away where room is short."""
    level: Level = Level.CALM
    hint: str = ""


class Pane(Canvas, can_focus=True):
    """A canvas in a frame. Subclasses give `heading` and `body`.

    Those with a cursor post `Selected` when it moves, and `Opened` on Enter or a double click.
    """

    MEASURED = True
    """Whether its rows come from the source, so that they stand still when it falls silent."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 1fr; }"

    class _Row(Message):
        """A message about a row of a pane."""

        def __init__(self, pane: Pane, key: RowKey) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> Pane:
            """The pane that sent it."""
            return self.pane

    class Selected(_Row):
        """The cursor came to rest on another row."""

    class Opened(_Row):
        """A row is to be opened."""

    def __init__(
        self,
        look: Look,
        *,
        joined: bool = False,
        open_ended: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(look, id=id, classes=classes)
        self.joined = joined
        self.open_ended = open_ended
        self.error = ""

    def heading(self) -> Heading:
        """Return what the top border says."""
        raise NotImplementedError

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines within the frame; each `width` cells wide, at most `height` of them."""
        raise NotImplementedError

    def empty(self) -> str:
        """Return what to say when a good picture holds nothing for this pane, and what to do next."""
        return ""

    def thumb(self, height: int) -> range | None:
        """Return the lines of the right border that show how far the pane is scrolled."""
        return None

    def fail(self, message: str) -> None:
        """Say in words why there is nothing to show, instead of the rows; an empty message ends it."""
        self.error = message
        self.sync()

    def set_edges(self, *, joined: bool, open_ended: bool) -> None:
        """Share borders with the pane above (`joined`) or leave the bottom one to the pane below."""
        self.joined, self.open_ended = joined, open_ended
        self.sync()

    @property
    def inner_height(self) -> int:
        """How many lines stand within the frame."""
        return max(0, self.content_size.height - (1 if self.open_ended else 2))

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return frame and content as lines."""
        if width < 8 or height < 2:
            return [padded((), width) for _ in range(height)]
        inner = max(0, height - (1 if self.open_ended else 2))
        message = self._message()
        rows = _spoken(message, width - 4, inner, self.look.glyphs.ellipsis) if message else self.body(width - 4, inner)
        lines = [self._top(width)]
        lines += self._sides(rows, width, inner)
        if not self.open_ended:
            lines.append(self._bottom(width))
        return lines

    def _message(self) -> str:
        """Return what to say instead of rows: an error, no picture yet, nothing measured, nothing there."""
        say = self.look.say
        if self.error:
            return self.error
        if self.picture is None:
            return say("Reading the floor…")
        if all(source.health is Health.NONE for source in self.picture.each_source):
            return say("Nothing was measured at this moment. Move to a time that was.")
        return self.empty()

    @property
    def _frame_tone(self) -> str:
        """The frame's tone: the accent in focus."""
        return "accent" if self.has_focus else "frame"

    def _top(self, width: int) -> Line:
        """Return the top border: corner, name, summary, rule, hint, corner."""
        glyphs, tone = self.look.glyphs, self._frame_tone
        corners = glyphs.corners[4:] if self.joined else glyphs.corners
        heading = self.heading()
        name = Piece(f" {heading.name} ", "reverse-accent" if self.has_focus else "title")
        pieces = [Piece(corners[0], tone), name]
        room = width - 3 - width_of(name.text)
        parts, summary_tone = self._summary(heading)
        dash = glyphs.dash[: 2 if room > 20 else 1]
        hint = f" {heading.hint} " if heading.hint else ""
        summary = self._summed(parts, room - len(dash) - 3 - width_of(hint))
        if summary and room >= 8:
            shown = fit(summary, min(width_of(summary), room - len(dash) - 3), ellipsis=glyphs.ellipsis)
            pieces += [Piece(dash, tone), Piece(f" {shown} ", summary_tone)]
            room -= len(dash) + width_of(shown) + 2
        if width_of(hint) > room - 2:
            hint = ""
        pieces += [
            Piece(glyphs.rule * max(0, room + 1 - width_of(hint)), tone),
            Piece(hint, "dim"),
            Piece(corners[1], tone),
        ]
        return padded(tuple(piece for piece in pieces if piece.text), width, glyphs.ellipsis)

    def _summed(self, parts: Sequence[str], room: int) -> str:
        """Return as many parts of a summary as have room, at least the first."""
        joint = f" {self.look.glyphs.dot} "
        while len(parts) > 1 and width_of(joint.join(parts)) > room:
            parts = parts[:-1]
        return joint.join(parts)

    def _summary(self, heading: Heading) -> tuple[Sequence[str], str]:
        """Return the summary's parts and their tone: a source's silence goes before all else, of all alone."""
        parts = (heading.summary,) if isinstance(heading.summary, str) else heading.summary
        sources = self.picture.each_source if self.MEASURED and self.picture else ()
        if said := silence(sources, self.look):
            answering = any(source.health in (Health.UP, Health.LATE) for source in sources)
            return (said, *parts) if answering else (said,), "level-alarm"
        return parts, LEVEL_TONES[heading.level]

    def _sides(self, rows: Sequence[Line], width: int, height: int) -> list[Line]:
        """Return the rows between the side borders, filled up to `height`; a row's ground reaches its padding."""
        glyphs, tone = self.look.glyphs, self._frame_tone
        thumb = self.thumb(height) or range(0)
        side, plain = Piece(glyphs.side, tone), Piece(glyphs.side, tone)
        blank = (Piece(" " * (width - 4)),)
        lines: list[Line] = []
        for y in range(height):
            row = rows[y] if y < len(rows) else blank
            ground = row[0].ground if row else ""
            left = Piece(glyphs.cursor, "accent") if ground == "cursor" else plain
            right = Piece(glyphs.thumb, tone if self.has_focus else "dim") if y in thumb else side
            lines.append((left, Piece(" ", "text", ground), *row, Piece(" ", "text", ground), right))
        return lines

    def _bottom(self, width: int) -> Line:
        """Return the bottom border."""
        glyphs = self.look.glyphs
        rule = glyphs.rule * (width - 2)
        return (Piece(glyphs.corners[2] + rule + glyphs.corners[3], self._frame_tone),)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Draw the accent and the cursor, or take them away."""
        super().watch_has_focus(has_focus)
        self.sync()


def _spoken(message: str, width: int, height: int, ellipsis: str) -> list[Line]:
    """Return a message as lines, wrapped by cells and set in the upper third of the pane."""
    lines = wrap(message, width)
    above = max(0, (height - len(lines)) // 3)
    blank: Line = (Piece(" " * width),)
    spoken = [(Piece(fit(line, width, ellipsis=ellipsis), "dim"),) for line in lines]
    return ([blank] * above + spoken)[:height]


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells, cut between words, or anywhere in Chinese."""
    lines, line = [], ""
    for word in _words(text):
        if line and width_of((line + word).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    """Return the parts between which a line may break: words with the space after them, or wide characters."""
    parts: list[str] = []
    for character in text:
        within = parts and not parts[-1].endswith(" ") and (character + parts[-1]).isascii()
        if within or (parts and character in " ，。、；：！？）"):
            parts[-1] += character
        else:
            parts.append(character)
    return parts
