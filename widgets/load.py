"""Load: who has how much of it, since when, and from what. It is computed from workload alone (`data.load`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from data.alerts import Level
from data.break_board import asked_of, by_need
from data.load import BANDS, LEAST_COVERAGE, RULE
from data.model.days import HOUR, MINUTE
from data.model.picture import AgentRow, LoadPart, LoadRow, Person, Picture
from data.model.words import Band, State
from widgets.canvas import Line, Piece, padded
from widgets.cells import fit, spark, width_of
from widgets.columns import Column
from widgets.look import Look
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry, TablePane

BAND_WORDS: Mapping[Band, str] = {
    Band.OK: "ok",
    Band.WATCH: "watch",
    Band.OFFER: "offer a break",
    Band.URGENT: "urgent",
}
"""What each band is called, in English."""

PART_WORDS: Mapping[str, str] = {
    "since_break": "{n} min since a break",
    "occupancy": "occupancy {n} %",
    "hard_calls": "{n} hard calls",
    "back_to_back": "{n} calls back to back",
    "handle_drift": "calls longer than the own usual (z {n})",
    "wrap_up_drift": "wrap-up longer than the own usual (z {n})",
    "hours": "{n} h today",
    "late": "{n} min late from breaks",
}
"""What was measured of each part of a load, in a few words."""

_AT_LENGTH: Mapping[str, str] = {
    **PART_WORDS,
    "since_break": "{n} min since a break of 5 min or more",
    "occupancy": "occupancy {n} % in the last hour",
    "hard_calls": "{n} hard calls in the last hour",
}
"""The same, where there is room for what it is counted over."""

PART_NAMES: Mapping[str, str] = {
    "since_break": "minutes since a break",
    "occupancy": "occupancy of the hour, %",
    "hard_calls": "hard calls in the hour",
    "back_to_back": "calls back to back",
    "handle_drift": "handle time against own",
    "wrap_up_drift": "wrap-up against own",
    "hours": "hours today",
    "late": "minutes late from breaks",
}
"""What each part of a load is called."""

QUARTER = 15 * MINUTE

_COLUMNS = (
    Column("mark", 1),
    Column("name", 9, most=20, gap=1),
    Column("score", 4, right=True, head="load", gap=1),
    Column("bar", 10, rank=3, gap=1),
    Column("band", 6, most=13, head="band"),
    Column("since", 5, rank=2, right=True, head="since"),
    Column("parts", 38, most=74, head="most of it from", eager=True),
    Column("known", 5, rank=4, right=True, head="known"),
)
_BAR = 10
_FIGURES = 32
"""The cells of the numbers in the table of parts."""


class Loaded(NamedTuple):
    """An agent with a load."""

    agent: AgentRow
    load: LoadRow


def asked(load: LoadRow) -> Band:
    """Return what a load asks for: its band's, and a break after two hours without one."""
    return max(load.band, Band.OFFER) if load.overdue else load.band


def asked_text(load: LoadRow, look: Look) -> str:
    """Return what a load asks for; where only the time without a break asks, that: the score then says less."""
    by_time = load.overdue and load.band < Band.OFFER
    return look.words("2 h without a break" if by_time else BAND_WORDS[asked(load)])


def since_text(load: LoadRow, look: Look) -> str:
    """Return since when a load has asked for what it does; "" where it asks for nothing, or not by its band."""
    return look.clock(load.since_ms) if load.band and load.band == asked(load) else ""


def band_level(band: Band) -> Level:
    """Return the level, and with it sign and colour, of a band."""
    return Level(int(band))


def score_text(score: float | None, look: Look) -> str:
    """Return a score as a whole number, cut so that nobody reads a bound before it is reached."""
    return look.glyphs.none if score is None else str(int(score + 1e-9))


def bar_text(share: float, width: int, look: Look) -> str:
    """Return a bar of which `share`, 0 to 1, is filled; what is more than nothing fills a cell."""
    full = min(width, max(int(share * width + 1e-9), 1 if share > 0 else 0))
    return look.glyphs.bars[State.TALKING] * full + look.glyphs.bars[State.AVAILABLE] * (width - full)


def measured_text(part: LoadPart, look: Look) -> str:
    """Return what was measured of a part as a number, or the sign for what is not known."""
    if part.value is None:
        return look.glyphs.none
    value = part.value * 100 if part.name == "occupancy" else part.value
    return f"{value:.1f}" if part.name in ("handle_drift", "wrap_up_drift", "hours") else str(int(value + 1e-9))


def part_text(part: LoadPart, look: Look, texts: Mapping[str, str] = PART_WORDS) -> str:
    """Return a part in a few words."""
    words = texts.get(part.name)
    return look.say(words, n=measured_text(part, look)) if words else look.words(part.name)


class LoadPane(TablePane[Loaded]):
    """The agents by load, who needs a break most first. Row keys are agent ids."""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a load."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return how many are in each band that asks for something."""
        look, name = self.look, self.look.words("Load")
        if self.picture is None or self._message():
            return Heading(name)
        bands = asked_bands(self.picture)
        said = (
            (Band.URGENT, "{n} urgent"),
            (Band.OFFER, "{n} to offer a break"),
            (Band.WATCH, "{n} to watch"),
        )
        parts = [look.say(text, n=bands.count(band)) for band, text in said if band in bands]
        level = band_level(max(bands, default=Band.OK))
        return Heading(name, parts or [look.words("nobody under strain")], level, self.position())

    def empty(self) -> str:
        """Say that no load is known, and why."""
        if not self.look.tells_of_people:
            return self.look.words("Loads are for the people who lead.")
        if self.picture is None or self._entries:
            return ""
        return self.look.words("No load is known. It is computed of those who are signed in.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[Loaded]]:
        """Return the agents in the order in which a break is due to them; of who is out nothing is asked."""
        rows = [Loaded(agent, picture.loads[agent.id]) for agent in picture.agents if agent.id in picture.loads]
        rows.sort(key=lambda row: by_need(row.agent, row.load))
        return [Entry(row.agent.id, row) for row in rows]

    def cells(self, row: Loaded, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return an agent's cells: sign, score and bar by band, and in words what makes most of it."""
        look, load = self.look, row.load
        out = row.agent.state is State.NOT_READY
        band = asked_of(row.agent, load)
        level = band_level(band)
        tone = LEVEL_TONES[level] if level else "text"
        known = load.score is not None
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "name": Cell(row.agent.name, "strong" if level is Level.ALARM else "text"),
            "score": Cell(score_text(load.score, look), tone if known else "dim"),
            "bar": Cell(bar_text((load.score or 0) / 100, _BAR, look) if known else "", tone if level else "load"),
            "band": Cell(self._band(row, widths.get("band", 0)), tone if level else "dim"),
            "since": Cell("" if out else since_text(load, look), "dim"),
            "parts": Cell(reasons(load, look, 2, widths.get("parts", 0)), "text" if level else "dim"),
            "known": Cell(f"{load.coverage}%", "dim"),
        }

    def foot(self, row: Loaded) -> str:
        """Return all the parts that give points."""
        return reasons(row.load, self.look, len(row.load.parts)) if row.load.score is not None else ""

    def _band(self, row: Loaded, room: int) -> str:
        """Return what a load asks for, shorter where there is no room for more; of who is out, that they are."""
        look = self.look
        if row.agent.state is State.NOT_READY:
            return look.words("out")
        if row.load.score is None and not asked(row.load):
            return ""
        by_time = asked_text(row.load, look) != look.words(BAND_WORDS[asked(row.load)])
        said = look.words("2 h no break") if by_time else asked_text(row.load, look)
        if width_of(said) <= room:
            return said
        return look.words("2 h+") if by_time else look.words("break") if asked(row.load) is Band.OFFER else said


def reasons(load: LoadRow, look: Look, most: int = 2, room: int = 0) -> str:
    """Return in words the parts that give a load the most points, or why there is no score.

    At most `most` parts; fewer where they have no room in so many cells (0: any), for a number cut in two is none.
    """
    if load.score is None:
        return look.say("no score: {n} % known", n=load.coverage)
    parts = sorted((part for part in load.parts if part.points > 0), key=lambda part: -part.points)
    said = look.words(", ").join(part_text(part, look) for part in parts[:most])
    return said if most < 2 or not 0 < room < width_of(said) else reasons(load, look, most - 1, room)


def asked_bands(picture: Picture) -> list[Band]:
    """Return what is asked of each agent with a load; nothing of who is out already."""
    loads = picture.loads
    return [asked_of(agent, loads[agent.id]) for agent in picture.agents if agent.id in loads]


def band_piece(load: LoadRow, look: Look) -> Piece:
    """Return sign and name of what a load asks for."""
    band = asked(load)
    level = band_level(band)
    return Piece(f"{look.level(level)} {asked_text(load, look)}".strip(), LEVEL_TONES[level])


# ------------------------------------------------------------------ one load, part by part


def load_heading(load: LoadRow | None, look: Look) -> Heading:
    """Return the heading of one agent's load: the score, and what it asks for since when."""
    name = look.words("Load")
    if load is None:
        return Heading(name)
    if load.score is None:
        return Heading(name, look.say("no score: {n} % known", n=load.coverage))
    band = asked(load)
    said = look.say("{n} of 100", n=score_text(load.score, look))
    if band:
        said += f" {look.glyphs.dot} {asked_text(load, look)}"
    parts = [said]
    if since := since_text(load, look):
        parts.append(look.say("since {time}", time=since))
    return Heading(name, parts, band_level(band))


def part_lines(load: LoadRow, width: int, look: Look) -> list[Line]:
    """Return the table of a load's parts: what was measured, from where to where it counts, its points; and the sum."""
    lines = [_part_row("", look.words("measured"), look.words("from–to"), look.words("points"), "", width, "faint")]
    for part in load.parts:
        of = RULE.get(part.name)
        bounds = "" if of is None else f"{_figure(part.name, of.lo)}{look.glyphs.none}{_figure(part.name, of.hi)}"
        unknown = part.value is None
        measured = look.words("not known") if unknown else measured_text(part, look)
        points = look.say("{n} of {all}", n=_points(part.points), all=part.weight)
        tone = "dim" if unknown else "text" if part.points else "dim"
        bar = bar_text(part.points / part.weight if part.weight else 0, _BAR, look)
        lines.append(
            _part_row(look.words(PART_NAMES.get(part.name, part.name)), measured, bounds, points, bar, width, tone)
        )
    total = sum(part.points for part in load.parts)
    known = look.say("{n} % known", n=load.coverage)
    said = look.say("{n} of {all}", n=_points(total), all=100)
    lines.append(_part_row(look.words("together"), known, "", said, "", width, "strong"))
    return lines


def _part_row(name: str, measured: str, bounds: str, points: str, bar: str, width: int, tone: str) -> Line:
    """Return a line of the table; the bar gives way where there is no room."""
    room = min(26, max(12, width - _FIGURES))
    pieces = [
        Piece(fit(name, room), tone),
        Piece(fit(measured, 11, right=True), tone),
        Piece(fit(bounds, 9, right=True), "faint"),
        Piece(fit(points, 12, right=True), tone),
    ]
    if width >= room + _FIGURES + 2 + _BAR:
        pieces.append(Piece(f"  {bar}", "load"))
    return padded(tuple(pieces), width)


def _figure(name: str, value: float) -> str:
    """Return a bound as it is measured."""
    return f"{value * 100:g}" if name == "occupancy" else f"{value:g}"


def _points(points: float) -> str:
    """Return points with one decimal where they have one."""
    return f"{points:.1f}".removesuffix(".0")


def load_sentences(load: LoadRow, look: Look) -> list[str]:
    """Return a load in sentences: what it is and from what, what is not known, and what it is made from."""
    joint = look.words(", ")
    counted = [
        look.say(
            "{part} ({n} of {all})", part=part_text(part, look, _AT_LENGTH), n=_points(part.points), all=part.weight
        )
        for part in sorted(load.parts, key=lambda part: -part.points)
        if part.points > 0
    ]
    if load.score is None:
        first = look.say(
            "No score: only {n} % of what makes it is known, and it takes {least}.",
            n=load.coverage,
            least=LEAST_COVERAGE,
        )
    else:
        since, said = since_text(load, look), asked_text(load, look)
        said = look.say("{band} since {time}", band=said, time=since) if since else said
        first = look.say("Load {n} of 100 ({band})", n=score_text(load.score, look), band=said)
        first += look.words(": ") + joint.join(counted) if counted else ""
        first += look.words(".")
    lines = [first]
    if load.overdue:
        lines.append(look.words("Two hours without a break of 5 minutes: that asks for one whatever the score."))
    unknown = [look.words(PART_NAMES.get(part.name, part.name)) for part in load.parts if part.value is None]
    if unknown:
        lines.append(look.say("Not known: {parts}.", parts=joint.join(unknown)))
    lines.append(look.say("Covers {n} %. Computed from workload only.", n=load.coverage))
    return lines


def course_lines(person: Person, width: int, look: Look) -> list[Line]:
    """Return a load over the day as a strip of bars by quarter of an hour, and the hours under it."""
    scores = person.load_day
    if not scores or all(score is None for score in scores):
        return []
    step = max(1, min(4, width // len(scores)))
    scores = scores[-(width // step) :]
    since_ms = person.load_since_ms + (len(person.load_day) - len(scores)) * QUARTER
    pieces: list[Piece] = []
    hours = ""
    for at, score in enumerate(scores):
        moment_ms = since_ms + at * QUARTER
        pieces.append(_course_piece(score, step, look))
        if moment_ms % HOUR == 0 and at * step >= len(hours):
            hours = hours.ljust(at * step) + look.clock(moment_ms)[:2] + " "
    return [padded(tuple(pieces), width), (Piece(fit(hours, width), "faint"),)]


def _course_piece(score: float | None, step: int, look: Look) -> Piece:
    """Return one quarter of an hour: its height and the colour of the band that its score lies in."""
    if score is None:
        return Piece(look.glyphs.gap * step, "faint")
    band = Band(sum(score >= bound for bound in BANDS))
    level = band_level(band)
    return Piece(spark([int(score)] * step, step, look.glyphs.spark, 100), LEVEL_TONES[level] if level else "load")
