"""What was found on a walk in lines: what is said of a mark, what failed so far, and how it is at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from data.model.discipline import Where
from data.model.picture import AgentRow
from data.model.words import Mark
from widgets.canvas import Line, Piece, padded
from widgets.cells import safe, width_of
from widgets.look import Look
from widgets.pane import LEVEL_TONES, wrap
from widgets.walk_words import GRAVITY_LEVELS, counted, halt_text, in_language, owner_text, place_text
from widgets.walking import Check, Fate, Halt, Walk


class Found(NamedTuple):
    """What was found on a walk, for the reader whose name is `own`."""

    walk: Walk
    look: Look
    own: str
    agents: Mapping[int, AgentRow]

    def told(self, check: Check, when: bool = True) -> str:
        """Return what was said of a mark, and who made it: nothing of a mark of one's own that is well."""
        look, shown = self.look, self.walk.shown(check)
        personal = check.place[0] is Where.AGENT and not look.tells_of_people
        said = self.walk.said(check)
        parts = []
        if said.repeats:
            parts.append(look.say("{n} times", n=said.repeats + 1))
        if said.owner or said.due_ms:
            parts.append(owner_text(said.owner, said.due_ms, look))
        if shown.note and not personal:
            parts.append(safe(shown.note))
        if shown.photo and not personal:
            parts.append(look.say("photo {name}", name=shown.photo))
        other = bool(shown.by) and shown.by != self.own
        if shown.at_ms is not None and (other or (when and shown.by and parts)):
            who = safe(shown.by) if other else look.words("you")
            parts.append(f"{who} {look.clock(shown.at_ms)}")
        if shown.fate is Fate.SENDING and shown.mark is Mark.FAIL:
            parts.append(look.words("being sent"))
        return f" {look.glyphs.dot} ".join(parts)

    def so_far(self, halt: Halt, width: int, height: int) -> list[Line]:
        """Return what failed elsewhere on this round, the last ones first; nothing where there is little room."""
        failed = [each for each in reversed(self.walk.failed) if each[0].key != halt.key]
        if not failed or height < 6:
            return []
        lines: list[Line] = [(), (), (Piece(self.look.words("Found on this round so far"), "title"),)]
        return self._listed(lines, failed, width, height)

    def at_the_end(self, width: int, height: int) -> list[Line]:
        """Return what is left, what comes next, and what failed."""
        look, walk = self.look, self.walk
        said, tone = self._said()
        lines: list[Line] = [(Piece(line, tone),) for line in wrap(said, width)]
        lines.append(())
        if walk.failed:
            lines.append((Piece(counted("{n} findings:", len(walk.failed), look), "title"),))
        else:
            lines.append((Piece(look.words("Nothing was found amiss."), "dim"),))
        return self._listed(lines, walk.failed, width, height)

    def _said(self) -> tuple[str, str]:
        """Return what is left to do, with its tone."""
        look, walk, row = self.look, self.walk, self.walk.view.round
        if row.ended_ms is not None:
            said = look.say("Ended {time} by {who}.", time=look.clock(row.ended_ms), who=row.ended_by)
            if walk.left:
                said += " " + counted("{n} places were left.", walk.left, look)
            return said, "text"
        if walk.left:
            return counted("{n} places are left.", walk.left, look), "level-warn"
        seats = sum(halt.where is Where.SEAT for halt in walk.halts)
        of_seats = seats == len(walk.halts)
        if look.read_only:
            text = "All {n} seats seen." if of_seats else "All {n} places seen."
        else:
            text = (
                "All {n} seats seen: Enter ends the round."
                if of_seats
                else "All {n} places seen: Enter ends the round."
            )
        return look.say(text, n=len(walk.halts)), "level-good"

    def _listed(self, lines: list[Line], failed: Sequence[tuple[Halt, Check]], width: int, height: int) -> list[Line]:
        """Return lines with those of what failed after them, as many as have room."""
        for at, (halt, check) in enumerate(failed):
            told = self._lines(halt, check, width)
            if len(lines) + len(told) + (at < len(failed) - 1) > height:
                lines.append((Piece(self.look.say("and {n} more", n=len(failed) - at), "dim"),))
                break
            lines += told
        return [padded(line, width, self.look.glyphs.ellipsis) for line in lines[:height]]

    def _lines(self, halt: Halt, check: Check, width: int) -> list[Line]:
        """Return what failed where, and what is said of it: on a line, or below where there is no room."""
        look = self.look
        level = GRAVITY_LEVELS[check.rule.severity]
        told = self.told(check, when=False)
        who = place_text(*check.place, look, self.agents)
        place = halt_text(halt, look, self.agents)
        if check.place[0] is Where.AGENT and who != place:
            place = f"{place} {who}"
        text = in_language(check.rule.en, check.rule.zh, look)
        before = width_of(place) + 6
        first, *rest = wrap(text, max(12, width - before)) or [""]
        lines: list[Line] = [
            (
                Piece(f"{look.glyphs.marks[Mark.FAIL]} ", "level-alarm"),
                Piece(f"{look.level(level)} ", LEVEL_TONES[level]),
                *(Piece(place, "strong"), Piece("  "), Piece(first, "text")),
            ),
            *((Piece(" " * before), Piece(line, "text")) for line in rest),
        ]
        if not told:
            return lines
        if not rest and before + width_of(first) + 2 + width_of(told) <= width:
            return [(*lines[0], Piece("  "), Piece(told, "dim"))]
        signs = (look.glyphs.elbow, " ", " ")
        below = zip(signs, wrap(told, width - 6), strict=False)
        return [*lines, *((Piece(f"    {sign} ", "dim"), Piece(part, "dim")) for sign, part in below)]
