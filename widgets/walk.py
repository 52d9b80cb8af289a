"""The stop of a walk: who is there, what was found before, the rules with a key each, and what comes at the end.

╭ A-09 ── stop 19 of 60 · Zone A ──────────────────────────╮
│ 王小明 · 客服一部   ● talk 3:12                          │
│ ✗ still open: phone on the desk  09:40 · time no. 2      │
│                                                          │
│ 1 ☐   desk items on their side and in order     1 point  │
│ 2 ✗ ! phone on the desk                       1–3 points │
│       → 张磊 15:00 · second time                         │
│ 3 ✗   by the data: rest of 10:12 took 12:05, 10:00 …     │
╰──────────────────────────────────────────────────────────╯
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events
from textual.message import Message

from data.alerts import Level
from data.model.discipline import Where
from data.model.picture import AgentRow
from data.model.words import Mark, State
from widgets.agents import state_text, state_tone
from widgets.canvas import Line, Piece, on_ground, padded
from widgets.cells import brief, fit, safe, width_of
from widgets.pane import LEVEL_TONES, Heading, Pane, wrap
from widgets.walk_found import Found
from widgets.walk_map import HOW_LEVELS, strip_lines
from widgets.walk_words import (
    GRAVITY_LEVELS,
    fact_text,
    found_text,
    halt_text,
    in_language,
    points_text,
    zone_text,
)
from widgets.walking import Check, Fate, Halt, Shown, Walk

RULE_KEYS = "1234567890adstyu"
"""The keys of a stop's rules, in their order; what comes after them is reached by Tab."""
_TONES = {Mark.FAIL: "level-alarm", Mark.PASS: "level-good", Mark.NOT_APPLICABLE: "faint", None: "dim"}
_BEFORE = 6
"""The cells before a rule's text: its key, its mark, how grave it is."""


class StopPane(Pane):
    """The stop at which a walk is. `set_walk` gives it the walk; `at` None is its end, where nothing is left."""

    MEASURED = False

    walk: Walk | None = None
    at: str | None = None
    chosen: int | None = None
    """Which of the stop's checks is in hand, by its place among them."""
    strip = False
    """Whether the row of seats stands here, as there is no room for the map."""
    own = ""
    missing = ""
    """What to say where there is no walk."""
    top = 0
    _spots: Sequence[int | None] = ()

    class Pressed(Message):
        """A rule was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def set_walk(self, walk: Walk | None, at: str | None, chosen: int | None, own: str = "", missing: str = "") -> None:
        """Show a walk at a stop."""
        if at != self.at:
            self.top = 0
        self.walk, self.at, self.chosen, self.own, self.missing = walk, at, chosen, own, missing
        self.sync()

    @property
    def agents(self) -> Mapping[int, AgentRow]:
        """The picture's agents by id."""
        return {agent.id: agent for agent in self.picture.agents} if self.picture else {}

    # --------------------------------------------------------------- the frame

    def heading(self) -> Heading:
        """Return which stop it is, and how far along the way."""
        look, walk = self.look, self.walk
        if walk is None:
            return Heading(look.words("Round"))
        halt = walk.halt(self.at)
        if halt is None:
            return Heading(look.words("The end of the round"))
        at = look.say("stop {n} of {all}", n=walk.index(halt.key) + 1, all=len(walk.halts))
        parts = [at]
        if halt.zone and halt.where is not Where.ZONE:
            parts.append(zone_text(halt.zone, look))
        how = walk.hows[halt.key]
        said = {
            "done": look.words("all looked at"),
            "failed": look.words("something is amiss"),
            "refused": look.words("a mark was not taken"),
            "unseen": look.words("not seen today"),
        }.get(how.value)
        if said:
            parts.append(said)
        return Heading(halt_text(halt, look, self.agents), parts, HOW_LEVELS[how])

    def empty(self) -> str:
        """Say why there is no walk, or no place to look at."""
        if self.walk is None:
            return self.missing or self.look.words("Reading the round…")
        if not self.walk.halts:
            return self.look.words(
                "There is no place to look at: no seats are set up, and nobody is signed in. "
                "The round fills as people come."
            )
        return ""

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return the stop, or what was found in the end."""
        walk = self.walk
        if walk is None:
            return []
        halt = walk.halt(self.at)
        below: list[Line] = []
        if self.strip and height > 8:
            below = strip_lines(walk, self.at, width, self.look, self.own, self.agents, self.picture)
        if halt is None:
            self._spots = ()
            above = Found(walk, self.look, self.own, self.agents).at_the_end(width, height - len(below))
        else:
            above = self._stop(walk, halt, width, height - len(below))
        blank = [padded((), width)] * (height - len(above) - len(below))
        return [*above, *blank, *below]

    # ---------------------------------------------------------------- the stop

    def _stop(self, walk: Walk, halt: Halt, width: int, height: int) -> list[Line]:
        """Return who is there, what was found before, and the rules, in at most so many lines."""
        head = self._who(halt, width)
        found = self._found(walk, halt, width, most=3 if height > 16 else 1)
        blocks = self._blocks(walk, halt, width, full=True)
        gap = 1 if height >= len(head) + len(found) + 1 + len(halt.checks) else 0
        room = height - len(head) - len(found) - gap
        if sum(map(len, blocks)) > room:
            blocks = self._blocks(walk, halt, width, full=False)
        lines, spots = self._in_view(blocks, room)
        before = len(head) + len(found) + gap
        self._spots = [*[None] * before, *spots]
        above = [*head, *found, *[padded((), width)] * gap, *lines]
        return [*above, *Found(walk, self.look, self.own, self.agents).so_far(halt, width, height - len(above))]

    def _in_view(self, blocks: Sequence[Sequence[Line]], room: int) -> tuple[list[Line], list[int | None]]:
        """Return as many of the rules as have room, from where the one in hand is seen."""
        lines = [line for block in blocks for line in block]
        spots: list[int | None] = [index for index, block in enumerate(blocks) for _ in block]
        if len(lines) <= room:
            self.top = 0
            return lines, spots
        if self.chosen is not None and self.chosen < len(blocks):
            first = spots.index(self.chosen)
            last = first + len(blocks[self.chosen])
            self.top = min(max(self.top, last - room + 1), first)
        self.top = max(0, min(self.top, len(lines) - room + 1))
        shown = lines[self.top : self.top + room - 1]
        hidden = len({*spots} - {*spots[self.top : self.top + room - 1]})
        if not hidden:
            return lines[self.top : self.top + room], spots[self.top : self.top + room]
        more = self.look.say("{n} more rules: Tab goes through them", n=hidden)
        width = sum(width_of(piece.text) for piece in lines[0])
        line = padded((Piece(" " * _BEFORE), Piece("".join(self.look.glyphs.more) + " " + more, "dim")), width)
        return [*shown, line], [*spots[self.top : self.top + room - 1], None]

    def _who(self, halt: Halt, width: int) -> list[Line]:
        """Return who is there, in which state and since when."""
        look = self.look
        agent = self.agents.get(halt.agent_id) if halt.agent_id is not None else None
        if agent is None:
            return [padded((Piece(self._nobody(halt), "dim"),), width, look.glyphs.ellipsis)]
        away = agent.state in (State.OFFLINE, State.UNKNOWN)
        state = (
            f"{look.glyphs.states[agent.state]} {safe(state_text(agent, look))} {brief(self.now_ms - agent.since_ms)}"
        )
        seat = agent.seat if halt.where is Where.AGENT else ""
        side = f" {look.glyphs.dot} ".join(safe(part) for part in (agent.team, seat) if part)
        room = width - width_of(state) - 2
        name = fit(agent.name, min(width_of(safe(agent.name)), max(4, room)), ellipsis=look.glyphs.ellipsis)
        pieces = [Piece(name, "dim" if away else "strong"), Piece("  "), Piece(state, state_tone(agent, look))]
        if side:
            pieces += [Piece("  "), Piece(side, "dim")]
        return [padded(tuple(pieces), width, look.glyphs.ellipsis)]

    def _nobody(self, halt: Halt) -> str:
        """Return what is to be said of a stop at which nobody sits."""
        look, seats = self.look, self.picture.seats if self.picture else ()
        if halt.where is Where.FLOOR:
            zones = len({seat.zone for seat in seats})
            return look.say("{n} seats in {zones} zones", n=len(seats), zones=zones) if zones > 1 else ""
        if halt.where is Where.ZONE:
            return look.say("{n} seats", n=sum(seat.zone == halt.zone for seat in seats))
        return look.words("Nobody sits here" if halt.where is Where.SEAT else "Not signed in")

    def _found(self, walk: Walk, halt: Halt, width: int, most: int) -> list[Line]:
        """Return what was found here before and is still open."""
        look = self.look
        rows = [row for row in walk.found(halt) if row.agent_id is None or look.tells_of_people]
        if not rows:
            return []
        rows = sorted(rows, key=lambda row: (-row.severity, -row.at_ms))
        day_ms = self.picture.day_since_ms if self.picture else 0
        lines: list[Line] = []
        sign = look.glyphs.marks[Mark.FAIL]
        for row in rows[:most]:
            told = wrap(look.say("still open: {what}", what=found_text(row, look, day_ms)), width - 2)
            lines += [
                (Piece(f"{' ' if at else sign} ", "level-warn"), Piece(line, "level-warn"))
                for at, line in enumerate(told)
            ]
        if len(rows) > most:
            lines.append((Piece("  "), Piece(look.say("and {n} more", n=len(rows) - most), "dim")))
        return [padded(line, width, look.glyphs.ellipsis) for line in lines]

    # --------------------------------------------------------------- the rules

    def _blocks(self, walk: Walk, halt: Halt, width: int, full: bool) -> list[list[Line]]:
        """Return each rule's lines; not `full`: one for each, but for the one in hand and what is amiss."""
        blocks = []
        for index, check in enumerate(halt.checks):
            shown = walk.shown(check)
            whole = full or index == self.chosen
            block = self._rule(walk, index, check, shown, width, whole)
            block += self._remarks(walk, check, shown, width, whole, index == self.chosen)
            blocks.append([on_ground(line, "cursor") for line in block] if index == self.chosen else block)
        return blocks

    def _rule(self, walk: Walk, index: int, check: Check, shown: Shown, width: int, whole: bool) -> list[Line]:
        """Return a rule with its key, its mark, how grave it is, its text and its points."""
        look, rule = self.look, check.rule
        key = RULE_KEYS[index] if index < len(RULE_KEYS) else " "
        failed = shown.mark is Mark.FAIL or (shown.mark is None and shown.by_data)
        refused = shown.fate is Fate.REFUSED
        praised = failed and rule.positive
        sign = look.glyphs.praise if praised else look.glyphs.marks[Mark.FAIL if failed else shown.mark]
        sign = look.level(Level.ALARM) if refused else sign
        tone = "praise" if praised else "level-alarm" if failed or refused else _TONES[shown.mark]
        level = Level.CALM if rule.positive else GRAVITY_LEVELS[rule.severity]
        points = points_text(rule, walk.said(check).points, look)
        room = width - _BEFORE - width_of(points) - 2
        if room < 12:
            points, room = "", width - _BEFORE
        text = in_language(rule.en, rule.zh, look)
        lines = wrap(text, room) if whole else [text]
        spoken = "strong" if failed else "dim" if shown.mark is not None else "text"
        first: Line = (
            Piece(f"{key} ", "key"),
            Piece(f"{sign} ", tone),
            Piece(f"{look.level(level)} ", LEVEL_TONES[level]),
            Piece(fit(lines[0] if lines else "", room, ellipsis=look.glyphs.ellipsis), spoken),
        )
        if points:
            first = (*first, Piece("  "), Piece(points, "level-warn" if failed and not praised else "faint"))
        rest = [(Piece(" " * _BEFORE), Piece(line, spoken)) for line in lines[1:]]
        return [padded(line, width, look.glyphs.ellipsis) for line in (first, *rest)]

    def _remarks(self, walk: Walk, check: Check, shown: Shown, width: int, whole: bool, in_hand: bool) -> list[Line]:
        """Return what is to be said below a rule: a refusal, the figures, note and owner, what to do."""
        look = self.look
        said: list[tuple[str, str]] = []
        if shown.fate is Fate.REFUSED:
            said.append((look.say("not taken: {why}", why=look.words(shown.words)), "level-alarm"))
        personal = check.place[0] is Where.AGENT and not look.tells_of_people
        if shown.mark is None and shown.by_data and not personal:
            text = fact_text(check.facts[0], look, len(check.facts))
            said.append((look.say("by the data: {what}", what=text), "level-warn"))
        if shown.mark is not None:
            text = Found(walk, look, self.own, self.agents).told(check)
            if text:
                said.append((text, "dim"))
        if in_hand and shown.mark is Mark.FAIL:
            do = in_language(check.rule.do_en, check.rule.do_zh, look)
            if do:
                said.append((look.say("to do: {what}", what=do), "text"))
        lines: list[Line] = []
        for text, tone in said:
            parts = wrap(text, width - _BEFORE - 2) if whole else [text]
            for at, part in enumerate(parts):
                sign = look.glyphs.elbow if not at else " "
                lines.append((Piece(" " * _BEFORE), Piece(f"{sign} ", "dim"), Piece(part, tone)))
        return [padded(line, width, look.glyphs.ellipsis) for line in lines]

    def on_click(self, event: events.Click) -> None:
        """Tell which rule was clicked."""
        line = event.y - 1
        index = self._spots[line] if 0 <= line < len(self._spots) else None
        if index is not None:
            self.post_message(self.Pressed(index))
