"""What of a picture everybody may read, on a wall or as a viewer: of people praise, and nothing else that was noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from data.flags import Severity
from data.model.discipline import (
    Discipline,
    FindingRow,
    HandoverItem,
    HandoverRow,
    IncidentRow,
    MarkRow,
    RoundRow,
    WalkView,
    Where,
)
from data.model.discipline_seen import AttendanceRow, DisciplineSeen
from data.model.picture import ChecklistView, ItemRow, Person, Picture
from data.model.strip import DayStrip
from data.model.words import Mark

_OF_PEOPLE = frozenset({"attendance", "breaks", "flags", "follow_ups"})
"""The parts of a handover that name people."""


def without_people(picture: Picture) -> Picture:
    """Return a picture without flags other than praise, loads, moods, offers, follow-ups and who listens.

    Of discipline it keeps how far rounds are, what was found of places, and that something happened; no names.
    """
    return picture._replace(
        agents=tuple(agent._replace(flags=0, urgent=0) for agent in picture.agents),
        flags=tuple(flag for flag in picture.flags if flag.severity == Severity.PRAISE),
        totals=picture.totals._replace(flags=0),
        loads={},
        moods={},
        offers={},
        lapsed={},
        follow_ups=(),
        listening=(),
        checklist=None if picture.checklist is None else _checklist_without_people(picture.checklist),
        discipline=_discipline_without_people(picture.discipline),
    )


def person_without(person: Person) -> Person:
    """Return an agent's own page with its praise alone."""
    return Person(
        load=None,
        load_day=(),
        load_since_ms=person.load_since_ms,
        flags=tuple(line for line in person.flags if line.flag.severity == Severity.PRAISE),
        moods=(),
        coaching=(),
        decisions=(),
        listening=(),
    )


def strip_without_people(strip: DayStrip) -> DayStrip:
    """Return a day without the moments that name a person."""
    return strip._replace(marks=tuple(mark for mark in strip.marks if mark.kind not in ("flag", "break")))


# ------------------------------------------------------------------ discipline


def _discipline_without_people(known: Discipline) -> Discipline:
    return known._replace(
        rounds=tuple(_unsigned(row) for row in known.rounds),
        findings=_of_places(known.findings),
        incidents=tuple(_untold(row) for row in known.incidents),
        handovers=tuple(_of_nobody(row) for row in known.handovers),
    )


def seen_without_people(seen: DisciplineSeen) -> DisciplineSeen:
    """Return what is known of discipline with figures and places alone: nobody's attendance, no finding on a person."""
    return seen._replace(
        closed=_of_places(seen.closed),
        attendance=tuple(_nameless(row) for row in seen.attendance),
        handover=None if seen.handover is None else _of_nobody(seen.handover),
    )


def walk_without_people(view: WalkView) -> WalkView:
    """Return a round without what was marked of people, and without names and notes."""
    marks = {
        place: {rule: row._replace(by="", note="", photo="") for rule, row in rows.items()}
        for place, rows in view.marks.items()
        if place[0] is not Where.AGENT
    }
    return view._replace(round=_unsigned(view.round), marks=MappingProxyType(marks), facts=())


def _checklist_without_people(view: ChecklistView) -> ChecklistView:
    told = _reached_items(view.items, frozenset())
    return view._replace(items=tuple(item._replace(note="", by="", owner="", due_ms=None) for item in told))


def _reached_items(items: Iterable[ItemRow], agents: frozenset[int]) -> list[ItemRow]:
    """Return the lines of a checklist without those on what failed of other people than these.

    A rule of which no line is left has one that says how far it is, and nothing of how it went.
    """
    told: dict[str, list[ItemRow]] = {}
    for item in items:
        lines = told.setdefault(item.key, [])
        hidden = item.where is Where.AGENT and item.mark is Mark.FAIL and item.agent_id not in agents
        plain = item._replace(mark=None, place="", note="", by="", owner="", due_ms=None, agent_id=None)
        lines.append(plain._replace(mark=Mark.NOT_APPLICABLE) if hidden else item)
    return [
        line
        for lines in told.values()
        for line in [line for line in lines if line.mark is not Mark.NOT_APPLICABLE] or lines[:1]
    ]


def _unsigned(row: RoundRow) -> RoundRow:
    return row._replace(by=(), place="", ended_by="")


def _of_places(findings: Iterable[FindingRow]) -> tuple[FindingRow, ...]:
    """Return the findings on places, without what somebody wrote and whose they are."""
    return tuple(
        row._replace(team="", by="", owner="", note="", measure="", photo="", closed_by="", closed_note="")
        for row in findings
        if row.agent_id is None
    )


def _untold(row: IncidentRow) -> IncidentRow:
    """Return that something happened, and when; what was written of it may name people."""
    review = None if row.review is None else row.review._replace(change="", by="")
    return row._replace(title="", by="", ended_by="", entries=(), review=review)


def _of_nobody(row: HandoverRow) -> HandoverRow:
    items = tuple(_impersonal(item) for item in row.items if item.section not in _OF_PEOPLE)
    return row._replace(by="", note="", items=items, acknowledged_by="", acknowledged_note="")


def _impersonal(item: HandoverItem) -> HandoverItem:
    return item._replace(text="", owner="")


def _nameless(row: AttendanceRow) -> AttendanceRow:
    duty = row.duty._replace(agent_id=None, agent="", seat="", breaks=())
    return row._replace(duty=duty, first_ms=None)


# ------------------------------------------------------------------ a lead's own teams


def picture_of_lead(picture: Picture, teams: frozenset[str]) -> Picture:
    """Return a picture with what was found of people in these teams only; what was found of places stays."""
    known, checklist = picture.discipline, picture.checklist
    if checklist is not None:
        own = frozenset(agent.id for agent in picture.agents if agent.team in teams)
        checklist = checklist._replace(items=tuple(_reached_items(checklist.items, own)))
    return picture._replace(checklist=checklist, discipline=known._replace(findings=_reached(known.findings, teams)))


def seen_of_lead(seen: DisciplineSeen, teams: frozenset[str]) -> DisciplineSeen:
    """Return what is known of discipline with what was found of people in these teams only."""
    return seen._replace(closed=_reached(seen.closed, teams))


def walk_of_lead(view: WalkView, picture: Picture, teams: frozenset[str]) -> WalkView:
    """Return a round with what failed of people in these teams only; of others that it was looked at."""
    own = {str(agent.id) for agent in picture.agents if agent.team in teams}
    marks = {
        place: rows if place[0] is not Where.AGENT or place[1] in own else _seen_only(rows)
        for place, rows in view.marks.items()
    }
    return view._replace(marks=MappingProxyType(marks))


def _seen_only(rows: Mapping[str, MarkRow]) -> Mapping[str, MarkRow]:
    """Return marks with nothing in them of what failed but that somebody was there."""
    return {
        rule: row if row.mark is not Mark.FAIL else row._replace(mark=Mark.NOT_APPLICABLE, note="", photo="")
        for rule, row in rows.items()
    }


def _reached(findings: Iterable[FindingRow], teams: frozenset[str]) -> tuple[FindingRow, ...]:
    return tuple(row for row in findings if row.agent_id is None or row.team in teams)
