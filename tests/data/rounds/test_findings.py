"""Findings, incidents, handovers and rosters: recorded, refused in words, and told as of any moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data.discipline.roster import PlannedBreak, RosterRow, line_of
from data.model.days import DAY, HOUR, MINUTE
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    ChangeFinding,
    CloseFinding,
    EndIncident,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    WriteHandover,
)
from data.model.discipline_seen import Presence
from data.model.people import Refusal, Request
from data.model.words import Mark
from data.store.findings_at import _FINDING, _INCIDENTS, OPEN
from tests.data.people.site import NOON
from tests.data.rounds.ground import SHIFT, WALK, Ground, at_seat

BADGE = RaiseFinding("badge", Where.AGENT, "2", "not worn")


def test_a_finding_is_as_it_was_then(ground: Ground) -> None:
    finding = ground.done(replace(BADGE, owner="Zhang", due_ms=NOON + HOUR), NOON)
    change = ChangeFinding(finding, measure="told to fetch it", owner="Liu", recheck_ms=NOON + 2 * HOUR)
    ground.done(change, NOON + 10 * MINUTE, "ma")
    ground.done(CloseFinding(finding, Closing.CORRECTED, "worn"), NOON + HOUR, "ma")
    (first,) = ground.findings(NOON)
    (second,) = ground.findings(NOON + HOUR - 1)
    assert ground.findings(NOON - 1) == ground.findings(NOON + HOUR) == ()
    assert (first.note, first.measure, first.owner, first.due_ms, first.recheck_ms) == (
        *("not worn", "", "Zhang", NOON + HOUR, None),
    )
    assert (second.measure, second.owner, second.due_ms, second.recheck_ms) == (
        *("told to fetch it", "Liu", NOON + HOUR, NOON + 2 * HOUR),
    )
    (closed,) = ground.board(NOON + HOUR).closed
    assert (closed.closing, closed.closed_ms, closed.closed_by, closed.closed_note) == (
        *(Closing.CORRECTED, NOON + HOUR, "ma", "worn"),
    )
    assert ground.board(NOON + HOUR - 1).closed == ()
    assert ground.order(CloseFinding(finding, Closing.WITHDRAWN), NOON + 2 * HOUR).said == (
        "this finding is closed already by ma"
    )
    assert (
        ground.order(ChangeFinding(finding, note="x"), NOON + 2 * HOUR).said == "this finding is closed already by ma"
    )


def test_repeats_are_of_the_same_rule_and_person_or_place_within_the_period(ground: Ground) -> None:
    ground.done(BADGE, NOON - 8 * DAY)
    withdrawn = ground.done(BADGE, NOON - 3 * DAY)
    ground.done(BADGE, NOON - 2 * DAY)
    ground.done(replace(BADGE, place="3"), NOON - DAY)
    last = ground.done(BADGE, NOON)
    seat = RaiseFinding("tidy", Where.SEAT, "A-1")
    ground.done(seat, NOON - DAY)
    other = ground.done(seat, NOON)
    repeats = {row.id: row.repeats for row in ground.findings(NOON)}
    assert (repeats[last], repeats[other]) == (2, 1)
    ground.done(CloseFinding(withdrawn, Closing.WITHDRAWN, "somebody else's"), NOON + MINUTE)
    assert {row.id: row.repeats for row in ground.findings(NOON + MINUTE)}[last] == 1
    assert {row.id: row.repeats for row in ground.findings(NOON)}[last] == 2, "as known then"


def test_what_is_to_somebodys_credit_is_told_on_its_day(ground: Ground) -> None:
    praise = ground.done(RaiseFinding("helped", Where.AGENT, "3", points=3), NOON)
    (row,) = ground.findings()
    assert (row.positive, row.points, row.agent) == (True, 3, "Bo")
    assert ground.findings(NOON + DAY) == ()
    assert "is withdrawn, or stands" in ground.order(CloseFinding(praise, Closing.CORRECTED)).said
    team = next(score for score in ground.board().scores.teams if score.name == "North")
    assert (team.positive, team.added, team.score) == (1, 3, 103)


def test_what_is_wrong_with_a_finding_is_said(ground: Ground) -> None:
    finding = ground.done(BADGE, NOON)
    tried: dict[str, Request] = {
        "there is no rule 'x' in force": replace(BADGE, rule="x"),
        "where: badge is checked at agents": replace(BADGE, where=Where.SEAT, place="A-1"),
        "where: exits is checked at the floor as a whole": replace(BADGE, rule="exits"),
        "there is no agent 77": replace(BADGE, place="77"),
        "points: 2": replace(BADGE, points=3),
        "there is no finding 99": CloseFinding(99, Closing.CORRECTED),
        "owner: 120 characters at most": ChangeFinding(finding, owner="x" * 121),
        "recheck_ms: lies ahead, within a year": ChangeFinding(finding, recheck_ms=NOON),
    }
    for words, request in tried.items():
        answer = ground.order(request, NOON)
        assert not answer.done and answer.said.startswith(words), answer


def test_a_finding_stays_open_for_days_and_scores_count_it(ground: Ground) -> None:
    finding = ground.done(at_seat("A-2", Mark.FAIL, "phone"), NOON)
    ground.order(at_seat("A-1", Mark.PASS), NOON)
    ground.order(MarkPlace(WALK, Where.AGENT, "1", Mark.PASS), NOON)
    assert [row.id for row in ground.findings(NOON + 5 * DAY)] == [finding]
    scores = ground.board(NOON + 5 * DAY).scores
    north, south = (next(score for score in scores.teams if score.name == name) for name in ("North", "South"))
    assert (north.findings, north.deducted, north.checks, north.passed_checks) == (1, 5, 1, 0)
    assert (south.findings, south.checks, south.passed_checks) == (0, 3, 3)
    assert {(zone.name, zone.deducted) for zone in scores.zones} == {("A", 5), ("B", 0)}
    assert [(rule.rule, rule.n) for rule in scores.pareto] == [("phone", 1)]
    assert ground.board(NOON - 1).scores.pareto == ()


def test_what_is_read_does_not_grow_with_the_years(ground: Ground) -> None:
    plans = {
        "findings": (f"{_FINDING} f.id IN ({OPEN})", (NOON, DAY, NOON)),
        "incidents": (f"SELECT * FROM incident WHERE id IN ({_INCIDENTS})", (NOON, NOON)),
    }
    for name, (sql, values) in plans.items():
        with ground.reading() as reader:
            plan = [row[-1] for row in reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
        assert not [step for step in plan if step.startswith("SCAN")], (name, plan)


# ------------------------------------------------------------------ incidents


def test_an_incident_from_its_begin_to_its_review(ground: Ground) -> None:
    number = ground.done(NoteIncident("outage", "screens dark", NOON - 10 * MINUTE), NOON)
    ground.done(AddToIncident(number, Entry.MEASURE, "restarted", NOON + MINUTE), NOON + 5 * MINUTE, "ma")
    ground.done(AddToIncident(number, Entry.TOLD, "duty manager"), NOON + 6 * MINUTE, "ma")
    ground.done(EndIncident(number, "all back"), NOON + HOUR, "ma")
    assert "end it first" not in ground.order(EndIncident(number), NOON + HOUR).said
    ground.done(ReviewIncident(number, Avoidable.YES, Worked.PARTLY, "a spare line"), NOON + 2 * HOUR, "chief")

    def at(moment_ms: int) -> list[tuple[int, bool, bool]]:
        rows = ground.discipline(moment_ms).incidents
        return [(len(row.entries), row.ended_ms is not None, row.review is not None) for row in rows]

    assert at(NOON - 1) == []
    assert at(NOON) == [(0, False, False)]
    assert at(NOON + 5 * MINUTE) == [(1, False, False)], "told of a minute before, known from then on"
    assert at(NOON + HOUR) == [(3, True, False)]
    assert at(NOON + 2 * HOUR) == [(3, True, True)]
    assert at(NOON + 2 * DAY) == []
    (row,) = ground.discipline(NOON + 2 * HOUR).incidents
    assert (row.kind, row.en, row.title, row.at_ms, row.shift) == (
        *("outage", "System outage", "screens dark", NOON - 10 * MINUTE, SHIFT),
    )
    assert [(entry.kind, entry.text, entry.at_ms) for entry in row.entries] == [
        (Entry.MEASURE, "restarted", NOON + MINUTE),
        (Entry.TOLD, "duty manager", NOON + 6 * MINUTE),
        (Entry.NOTE, "all back", NOON + HOUR),
    ]
    assert row.review is not None and (row.review.change, row.review.by) == ("a spare line", "chief")


def test_an_incident_that_nobody_has_reviewed_stays(ground: Ground) -> None:
    number = ground.done(NoteIncident("outage", "dark"), NOON)
    ground.done(EndIncident(number), NOON + HOUR)
    assert [row.id for row in ground.discipline(NOON + 9 * DAY).incidents] == [number]


def test_what_is_wrong_with_an_incident_is_said(ground: Ground) -> None:
    number = ground.done(NoteIncident("outage", "dark"), NOON)
    tried: dict[str, Request] = {
        "there is no kind of incident 'fire'; there are outage": NoteIncident("fire", "x"),
        "at_ms: lies in the past": NoteIncident("outage", "x", NOON + 1),
        "title: say what happened": NoteIncident("outage", " "),
        "there is no incident 9": AddToIncident(9, Entry.NOTE, "x"),
        "text: say what was done": AddToIncident(number, Entry.NOTE, ""),
        "this incident goes on: end it first": ReviewIncident(number, Avoidable.NO, Worked.NO),
    }
    for words, request in tried.items():
        answer = ground.order(request, NOON)
        assert not answer.done and answer.said.startswith(words), answer


# ------------------------------------------------------------------ handovers


def test_a_handover_counts_once_somebody_else_has_read_it(ground: Ground) -> None:
    ground.done(at_seat("A-2", Mark.FAIL, "phone", note="again"), NOON)
    end = NOON + 5 * HOUR
    assert ground.discipline(end).missing == (SHIFT,)
    number = ground.done(WriteHandover(SHIFT, "quiet"), end + MINUTE, "ann")
    assert ground.order(AcknowledgeHandover(number), end + 2 * MINUTE, "ann").said == (
        "a handover is acknowledged by who takes over, not by who wrote it"
    )
    assert ground.discipline(end + 2 * MINUTE).missing == (SHIFT,)
    ground.done(AcknowledgeHandover(number, "seen"), end + 3 * MINUTE, "ben")
    assert ground.discipline(end + 3 * MINUTE).missing == ()
    assert ground.discipline(end + 3 * MINUTE - 1).missing == (SHIFT,)
    (row,) = ground.discipline(end + 3 * MINUTE).handovers
    assert (row.id, row.by, row.note, row.acknowledged_by, row.acknowledged_note) == (
        *(number, "ann", "quiet", "ben", "seen"),
    )
    finding = next(item for item in row.items if item.section == "findings")
    assert (finding.what, finding.who, finding.text) == ("phone", "A-2", "again")
    ground.order(at_seat("A-2", Mark.PASS, "phone"), end + HOUR)
    assert ground.discipline(end + HOUR).handovers[0].items == row.items, "as it was written"
    said = ground.order(WriteHandover(SHIFT), end + HOUR, "ann").said
    assert said == "this shift is handed over: ben has acknowledged it"


def test_what_would_be_handed_over_now_is_shown_before(ground: Ground) -> None:
    ground.done(at_seat("A-2", Mark.FAIL, "phone"), NOON)
    told = ground.board().handover
    assert told is not None and (told.id, told.shift) == (0, SHIFT)
    number = ground.done(WriteHandover(SHIFT), NOON)
    (written,) = ground.discipline().handovers
    assert (written.id, written.items) == (number, told.items)


def test_what_is_wrong_with_a_handover_is_said(ground: Ground) -> None:
    first = ground.done(WriteHandover(SHIFT), NOON, "ann")
    second = ground.done(WriteHandover(SHIFT, "more"), NOON + MINUTE, "ann")
    late = NOON + 5 * HOUR + DAY + 1
    for words, request, at_ms in (
        ("there is no shift 'x'", WriteHandover("x"), NOON),
        ("this shift begins at 08:00 on 2025-11-23", WriteHandover("2025-11-23/early"), NOON),
        ("this shift ended more than a day ago", WriteHandover(SHIFT), late),
        (f"this handover was written anew: read {second}", AcknowledgeHandover(first), NOON + HOUR),
        ("there is no handover 9", AcknowledgeHandover(9), NOON),
    ):
        answer = ground.order(request, at_ms, "ben")
        assert not answer.done and answer.said.startswith(words), answer


# ------------------------------------------------------------------ the roster


def duty(agent: str, day: int = 22, since: int = 8 * 60, until: int = 17 * 60) -> RosterRow:
    meal = (PlannedBreak("meal", since + 240, since + 270),)
    return RosterRow(agent, date(2025, 11, day), "", "early", since, until, "", (), meal)


def set_roster(ground: Ground, at_ms: int, *rows: RosterRow) -> None:
    ground.done_without_id(SetRoster(tuple(map(line_of, rows))), at_ms, "chief")


def test_attendance_stands_on_the_roster_as_it_was_set_by_then(ground: Ground) -> None:
    set_roster(ground, NOON - 9 * HOUR, duty("1000"), duty("Ann Lee"), duty("ghost"))
    rows = {row.duty.agent: row for row in ground.board().attendance}
    assert list(rows) == ["王芳", "Ann Lee", "ghost"]
    assert rows["王芳"].duty.agent_id == 1 and rows["Ann Lee"].duty.agent_id == 2
    assert rows["ghost"].duty.agent_id is None and rows["ghost"].presence is Presence.UNKNOWN
    assert rows["王芳"].duty.shift == SHIFT
    assert rows["王芳"].first_ms == NOON - 3 * HOUR
    before = ground.board()
    off = RosterRow("1000", date(2025, 11, 22))
    set_roster(ground, NOON + MINUTE, off, duty("Ann Lee", since=10 * 60))
    assert ground.board() == before
    after = {row.duty.agent: row.duty.since_ms for row in ground.board(NOON + MINUTE).attendance}
    assert after == {"ghost": NOON - 4 * HOUR, "Ann Lee": NOON - 2 * HOUR}


def test_the_same_roster_twice_is_kept_once(ground: Ground) -> None:
    for at_ms in (NOON, NOON + HOUR):
        set_roster(ground, at_ms, duty("1000"), duty("1001"))
    assert ground.rows("SELECT agent_id, shift, set_by FROM roster ORDER BY agent_id") == [
        (1, SHIFT, "chief"),
        (2, SHIFT, "chief"),
    ]


def test_what_is_wrong_with_a_roster_is_said(ground: Ground) -> None:
    for words, lines in (
        ("lines: say whose duty it is", ()),
        ("lines: this is no line of a roster", ("x",)),
        ("lines: 1000 has two duties", (line_of(duty("1000")), line_of(duty("1000", since=600)))),
        ("lines: there is no shift 'night'; there are early", (line_of(duty("1000")._replace(shift="night")),)),
    ):
        answer = ground.order(SetRoster(lines), NOON)
        assert (answer.done, answer.refusal) == (False, Refusal.INVALID)
        assert answer.said.startswith(words), answer
