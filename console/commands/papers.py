"""What was done about floor discipline, as documents: walks, findings, incidents, attendance, scores.

Each is made of the rows that screens show. Who may not see what was found of a person gets the row without whom it is
about and without what was written of it, and a note that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from console.commands.document import At, Cell, Column, Document, Fact, Facts, Lasting, Part, Share, Table
from data.discipline.attendance import attendance_sum
from data.model.discipline import Closing, FindingRow, IncidentRow, MarkRow, RoundRow, RuleLine, WalkView, Where
from data.model.discipline_seen import AttendanceRow, Presence, RuleCount, Scores, TeamScore
from data.model.words import Mark


class Pen(NamedTuple):
    """What all documents are written with.

    Args:
        say: Translates what we say ourselves.
        lang: The reader's language, en or zh.
        zone: What times are told in.
        name_of: Who an agent is, by id.
        sees: Whether the reader may see what was found of an agent, by id.
        flat: Whether it is for a spreadsheet or a program: no repeated titles, nothing drawn.
        period: The days, as a person reads them.
        leads: Whether the reader is a lead at least, who may read what a shift hands over of people.
    """

    say: Callable[[str], str]
    lang: str
    zone: ZoneInfo
    name_of: Callable[[int], str]
    sees: Callable[[int], bool]
    flat: bool
    period: str
    leads: bool = True

    def either(self, en: str, zh: str) -> str:
        """Return a catalogue's text in the reader's language, the other one where it has none."""
        return (zh or en) if self.lang == "zh" else (en or zh)

    def document(self, title: str, *parts: Part, hidden: bool = False) -> Document:
        """Return a document of this period; `hidden`: something in it was left out."""
        note = self.say("Names, places and notes of what concerns people are left out: you may not see them.")
        return Document(f"{self.say(title)} · {self.period}", parts, self.zone, self.lang, (note,) if hidden else ())

    def who(self, name: str) -> str:
        """Return who walked or found something, or what they wrote of it: for leads only."""
        return name if self.leads else ""

    def columns(self, *columns: tuple[str, str] | tuple[str, str, bool]) -> tuple[Column, ...]:
        """Return columns with their titles translated."""
        return tuple(Column(column[0], self.say(column[1]), *column[2:]) for column in columns)


def moment(moment_ms: int | None) -> At | None:
    """Return a moment as a cell, nothing where there is none."""
    return None if moment_ms is None else At(moment_ms)


# ------------------------------------------------------------------ walks


def walks(rounds: Sequence[RoundRow], views: Iterable[WalkView], pen: Pen) -> Document:
    """Return rounds over the floor, and each mark that was made on them."""
    marks: list[tuple[Cell, ...]] = []
    hidden = False
    for view in views:
        rules = {rule.id: rule for rule in view.rules}
        for (where, place), by_rule in view.marks.items():
            seen = pen.leads and (where is not Where.AGENT or pen.sees(int(place)))
            hidden = hidden or not seen
            marks += [
                _mark(view.round, where, place, mark, rules.get(mark.rule), seen, pen) for mark in by_rule.values()
            ]
    marks.sort(key=_by_moment)
    return pen.document("Walks", _rounds(rounds, pen), _marks(marks, pen), hidden=hidden)


def _by_moment(row: tuple[Cell, ...]) -> tuple[str, int]:
    at = row[1]
    return str(row[0]), at.ms if isinstance(at, At) else 0


def _rounds(rounds: Sequence[RoundRow], pen: Pen) -> Table:
    columns = pen.columns(
        *(("round", "Round"), ("checklist", "Checklist"), ("opens", "Opens"), ("due", "Due")),
        *(("done", "Done", True), ("checks", "Checks", True), ("failed", "Failed", True)),
        *(
            ("seats_done", "Seats seen", True),
            ("seats", "Seats", True),
            ("by", "By"),
            ("ended", "Ended"),
            ("late", "Late"),
        ),
    )
    rows = tuple(
        (
            *(each.key, pen.either(each.en, each.zh), At(each.opens_ms), At(each.due_ms)),
            *(each.done, each.n, each.failed, each.seats_done, each.seats, pen.who(", ".join(each.by))),
            *(moment(each.ended_ms), _was_late(each)),
        )
        for each in rounds
    )
    return Table("rounds", pen.say("Rounds"), columns, rows, pen.say("Nobody has walked a round in this time."))


def _was_late(each: RoundRow) -> bool:
    """Whether a round ended, or was last marked, after it was due."""
    last_ms = each.ended_ms or each.last_ms
    return last_ms is not None and last_ms > each.due_ms


def _marks(rows: Sequence[tuple[Cell, ...]], pen: Pen) -> Table:
    columns = pen.columns(
        *(("round", "Round"), ("at", "When"), ("where", "Where"), ("place", "Place"), ("rule", "Rule")),
        *(("text", "What is checked"), ("mark", "Mark"), ("by", "By"), ("note", "Note"), ("photo", "Photo")),
    )
    return Table("marks", pen.say("Marks"), columns, tuple(rows), pen.say("Nothing was marked in this time."))


_MARKS = {Mark.PASS: "passed", Mark.FAIL: "failed", Mark.NOT_APPLICABLE: "not applicable"}
_WHERE = {Where.SEAT: "seat", Where.AGENT: "agent", Where.ZONE: "zone", Where.FLOOR: "floor"}


def _mark(
    round_: RoundRow, where: Where, place: str, mark: MarkRow, rule: RuleLine | None, seen: bool, pen: Pen
) -> tuple[Cell, ...]:
    if where is Where.AGENT:
        place = pen.name_of(int(place)) if seen else ""
    return (
        *(round_.key, At(mark.at_ms), pen.say(_WHERE[where]), place, mark.rule),
        *("" if rule is None else pen.either(rule.en, rule.zh), pen.say(_MARKS[mark.mark]), pen.who(mark.by)),
        *(mark.note if seen else "", mark.photo if seen else ""),
    )


# ------------------------------------------------------------------ findings

_CLOSINGS = {Closing.CORRECTED: "corrected", Closing.WITHDRAWN: "withdrawn", None: "open"}
_GRAVITY = ("", "minor", "major", "critical")


def findings(rows: Sequence[FindingRow], pen: Pen) -> Document:
    """Return what was found, open or closed."""
    columns = pen.columns(
        *(("id", "No.", True), ("at", "When"), ("area", "Area"), ("rule", "Rule"), ("text", "What was found")),
        *(("severity", "Severity"), ("kind", "Kind"), ("points", "Points", True), ("unit", "Unit")),
        *(("repeats", "Repeats", True), ("where", "Where"), ("place", "Place"), ("agent", "Agent"), ("team", "Team")),
        *(("by", "Found by"), ("note", "Note"), ("photo", "Photo"), ("measure", "What was done"), ("owner", "Owner")),
        *(
            ("due", "Due"),
            ("recheck", "Check again"),
            ("state", "State"),
            ("closed", "Closed"),
            ("closed_by", "Closed by"),
        ),
        *(("closed_note", "Note on closing"), ("round", "Round"), ("dismissal", "Beyond a lead")),
    )
    hidden = [row for row in rows if not pen.leads or (row.agent_id is not None and not pen.sees(row.agent_id))]
    lines = tuple(_finding(row, row not in hidden, pen) for row in rows)
    table = Table("findings", "" if pen.flat else pen.say("Findings"), columns, lines, pen.say("Nothing was found."))
    return pen.document("Findings", table, hidden=bool(hidden))


def _finding(row: FindingRow, seen: bool, pen: Pen) -> tuple[Cell, ...]:
    def private(text: str) -> str:
        return text if seen else ""

    place = row.place if seen or row.agent_id is None else ""
    return (
        *(row.id, At(row.at_ms), row.area, row.rule, pen.either(row.en, row.zh), pen.say(_GRAVITY[row.severity])),
        *(pen.say("credit" if row.positive else "breach"), row.points, row.unit, row.repeats),
        *(pen.say(_WHERE[row.where]), place, private(row.agent), row.team, pen.who(row.by)),
        *(private(row.note), private(row.photo), private(row.measure), private(row.owner)),
        *(
            moment(row.due_ms),
            moment(row.recheck_ms),
            pen.say(_CLOSINGS[row.closing]),
            moment(row.closed_ms),
            row.closed_by,
        ),
        *(private(row.closed_note), row.round, row.dismissal),
    )


# ------------------------------------------------------------------ incidents

_ENTRIES = {"measure": "measure", "told": "told", "note": "note"}


def incidents(rows: Sequence[IncidentRow], pen: Pen) -> Document:
    """Return what happened to the floor, what was done about it when, and what was thought of it afterwards."""
    columns = pen.columns(
        *(("id", "No.", True), ("at", "When"), ("kind", "Kind"), ("title", "What happened"), ("by", "Noted by")),
        *(("ended", "Over"), ("ended_by", "Ended by"), ("lasted", "Lasted", True), ("avoidable", "Avoidable")),
        *(
            ("worked", "Measures worked"),
            ("change", "What changes"),
            ("reviewed_by", "Reviewed by"),
            ("reviewed", "Reviewed"),
        ),
    )
    lines = tuple(_incident(row, pen) for row in rows)
    whole = Table("incidents", pen.say("Incidents"), columns, lines, pen.say("Nothing happened."))
    noted = pen.columns(("incident", "No.", True), ("at", "When"), ("kind", "Kind"), ("text", "Text"), ("by", "By"))
    entries = tuple(
        (row.id, At(entry.at_ms), pen.say(_ENTRIES[entry.kind]), pen.who(entry.text), pen.who(entry.by))
        for row in rows
        for entry in row.entries
    )
    measures = Table("entries", pen.say("Measures, people told, notes"), noted, entries, pen.say("Nothing was noted."))
    return pen.document("Incidents", whole, measures, hidden=bool(rows) and not pen.leads)


def _incident(row: IncidentRow, pen: Pen) -> tuple[Cell, ...]:
    lasted = None if row.ended_ms is None else Lasting(row.ended_ms - row.at_ms)
    review: tuple[Cell, ...] = (None, None, None, None, None)
    if row.review is not None:
        told = row.review
        review = (pen.say(told.avoidable), pen.say(told.worked), pen.who(told.change), pen.who(told.by), At(told.at_ms))
    kind = pen.either(row.en, row.zh) or row.kind
    names = (pen.who(row.title), pen.who(row.by), moment(row.ended_ms), pen.who(row.ended_by))
    return (row.id, At(row.at_ms), kind, *names, lasted, *review)


# ------------------------------------------------------------------ attendance

_PRESENCE = {
    Presence.EXPECTED: "expected",
    Presence.PRESENT: "present",
    Presence.LATE: "late",
    Presence.ABSENT: "absent",
    Presence.UNKNOWN: "not known",
}


def attendance(rows: Sequence[AttendanceRow], pen: Pen) -> Document:
    """Return who was to be there when, and what was seen of it; of whom the reader may not see, the sums only."""
    seen = [row for row in rows if row.duty.agent_id is None or pen.sees(row.duty.agent_id)]
    columns = pen.columns(
        *(("shift", "Shift"), ("agent", "Agent"), ("since", "From"), ("until", "Until"), ("seat", "Seat")),
        *(("presence", "Attendance"), ("first", "Signed in"), ("late", "Late by", True)),
        *(("left_early", "Left early by", True), ("adherence", "Adherence", True), ("scheduled", "of", True)),
        *(("conformance", "Conformance", True), ("to_work", "of", True), ("measured", "Measured", True)),
    )
    lines = tuple(_attended(row, pen) for row in seen)
    people = Table("attendance", pen.say("Who was expected"), columns, lines, pen.say("The roster names nobody here."))
    return pen.document("Attendance", _attendance_sums(rows, pen), people, hidden=len(seen) < len(rows))


def _attended(row: AttendanceRow, pen: Pen) -> tuple[Cell, ...]:
    duty = row.duty
    unknown = pen.say("(no source knows them)") if duty.agent_id is None else ""
    return (
        *(duty.shift, f"{duty.agent} {unknown}".strip(), At(duty.since_ms), At(duty.until_ms), duty.seat),
        *(pen.say(_PRESENCE[row.presence]), moment(row.first_ms)),
        *(Lasting(row.late_ms) if row.late_ms else None, Lasting(row.left_early_ms) if row.left_early_ms else None),
        *(Share(row.adherent_ms, row.scheduled_ms), Lasting(row.scheduled_ms)),
        *(Share(row.worked_ms, row.to_work_ms), Lasting(row.to_work_ms), Lasting(row.measured_ms)),
    )


def _attendance_sums(rows: Sequence[AttendanceRow], pen: Pen) -> Facts:
    counted = [
        Fact(str(presence), pen.say(word).capitalize(), sum(row.presence is presence for row in rows))
        for presence, word in _PRESENCE.items()
    ]
    told = attendance_sum(rows)
    shares = (
        Fact("attendance", pen.say("Attendance"), Share(told.came, told.expected)),
        Fact("attendance_of", pen.say("of heads expected"), told.expected),
        Fact("hours", pen.say("Hours signed in"), Share(told.signed_in_ms, told.hours_ms)),
        Fact("hours_of", pen.say("of time on duty"), Lasting(told.hours_ms)),
        Fact("adherence", pen.say("Adherence"), Share(told.adherent_ms, told.scheduled_ms)),
        Fact("adherence_of", pen.say("of scheduled time"), Lasting(told.scheduled_ms)),
        Fact("conformance", pen.say("Conformance"), Share(told.worked_ms, told.to_work_ms)),
        Fact("conformance_of", pen.say("of time scheduled at the phone"), Lasting(told.to_work_ms)),
    )
    return Facts("sums", "", (Fact("n", pen.say("On the roster"), len(rows)), *counted, *shares))


# ------------------------------------------------------------------ scores

_BARS = "·▁▂▃▄▅▆▇█"
_TREND = 30
"""How many days a drawn trend shows at most."""


def scores(told: Scores, pen: Pen) -> Document:
    """Return the scores of teams, zones and areas, the rules most often breached, and each day's points: no person."""
    groups = (("teams", "Teams", told.teams), ("zones", "Zones", told.zones), ("areas", "Areas", told.areas))
    parts: list[Part] = [_scored(key, title, rows, told.unit, pen) for key, title, rows in groups]
    parts.append(_pareto(told.pareto, pen))
    if pen.flat:
        parts.append(_days(groups, pen))
    return pen.document("Scores", *parts)


def _scored(key: str, title: str, rows: Sequence[TeamScore], unit: str, pen: Pen) -> Table:
    columns = pen.columns(
        *(("name", "Name"), ("score", "Score", True), ("passed", "Passed")),
        *(("findings", "Findings", True), ("deducted", "Deducted", True)),
        *(("credits", "Credits", True), ("added", "Added", True)),
        *(("passed_checks", "Checks passed", True), ("checks", "of", True)),
        *(() if pen.flat else (("trend", "Trend"),)),
    )
    lines = tuple(
        (
            *(
                row.name or pen.say("(none)"),
                row.score,
                row.passed,
                row.findings,
                row.deducted,
                row.positive,
                row.added,
            ),
            *(Share(row.passed_checks, row.checks), row.checks),
            *(() if pen.flat else (_trend(row.by_day),)),
        )
        for row in rows
    )
    about = "" if unit == "points" else f"{pen.say('Counted in')} {unit}"
    return Table(key, pen.say(title), columns, lines, pen.say("Nothing counts here."), about)


def _trend(by_day: Sequence[int]) -> str:
    from widgets.cells import spark

    days = by_day[-_TREND:]
    return spark(days, len(days), _BARS, 1)


def _pareto(rows: Sequence[RuleCount], pen: Pen) -> Table:
    columns = pen.columns(
        *(("rule", "Rule"), ("text", "What was found"), ("n", "Findings", True), ("points", "Points", True)),
        *(("share", "Share", True), ("cumulated", "Cumulated", True)),
    )
    lines = tuple(
        (row.rule, pen.either(row.en, row.zh), row.n, row.points, Share(row.share, 1), Share(row.cumulated, 1))
        for row in rows
    )
    return Table(
        "pareto", pen.say("Rules, the most often breached first"), columns, lines, pen.say("Nothing was found.")
    )


def _days(groups: Iterable[tuple[str, str, Sequence[TeamScore]]], pen: Pen) -> Table:
    columns = pen.columns(("of", "Of"), ("name", "Name"), ("day", "Day", True), ("deducted", "Deducted", True))
    lines = tuple(
        (key, row.name, number, points)
        for key, _, rows in groups
        for row in rows
        for number, points in enumerate(row.by_day, 1)
    )
    return Table("days", pen.say("Days"), columns, lines)
