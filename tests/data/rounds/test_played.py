"""What played people do about discipline is kept as people's own is, and once, however often it is told."""

from __future__ import annotations

from datetime import date

from data.discipline.roster import RosterRow, line_of
from data.model.days import HOUR, MINUTE
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.discipline_acts import (
    FindingEnded,
    FindingRaised,
    HandoverAcknowledged,
    HandoverWritten,
    IncidentEnded,
    IncidentEntered,
    IncidentNoted,
    IncidentReviewed,
    Rostered,
    RoundEnded,
    RoundMarked,
)
from data.model.observation import Observation
from data.model.words import Mark
from data.recorder import record
from tests.data.people.site import NOON
from tests.data.rounds.ground import OPENING, SHIFT, WALK, Ground, at_seat

ACTS = (
    Rostered(NOON, (line_of(RosterRow("1001", date(2025, 11, 22), "", "early", 480, 1020)),), "chief"),
    RoundMarked(NOON, WALK, Where.SEAT, "A-1", Mark.PASS, "lee"),
    RoundMarked(NOON + 1, WALK, Where.SEAT, "A-2", Mark.FAIL, "lee", ("phone",), "again", owner="lee"),
    RoundMarked(NOON + 2, WALK, Where.AGENT, "1001", Mark.FAIL, "lee", ("badge",), from_data=True),
    RoundMarked(NOON + 3, WALK, Where.AGENT, "1000", Mark.FAIL, "lee", ("badge",)),
    RoundMarked(NOON + 4, WALK, Where.AGENT, "1000", Mark.PASS, "lee", ("badge",)),
    FindingEnded(NOON + 5, WALK, "phone", Where.SEAT, "A-2", Closing.CORRECTED, "lee", "locked away"),
    FindingRaised(NOON + 6, "helped", Where.AGENT, "1002", "lee", "showed how", 2),
    FindingRaised(NOON + 7, "exits", Where.FLOOR, "", "lee", measure="boxes moved"),
    FindingEnded(NOON + 8, "", "exits", Where.FLOOR, "", Closing.CORRECTED, "ben"),
    RoundEnded(NOON + 9, OPENING, "lee"),
    IncidentNoted(NOON + 10, "outage", "screens dark", "lee", NOON),
    IncidentEntered(NOON + 11, "screens dark", Entry.MEASURE, "restarted", "lee"),
    IncidentEnded(NOON + 12, "screens dark", "lee", "back"),
    IncidentReviewed(NOON + 13, "screens dark", Avoidable.NO, Worked.YES, "ben"),
    HandoverWritten(NOON + 14, SHIFT, "lee"),
    HandoverAcknowledged(NOON + 15, SHIFT, "ben"),
    RoundMarked(NOON + 16, WALK, Where.AGENT, "nobody", Mark.PASS, "lee"),
    RoundMarked(NOON + 17, "2025-11-22/other/walk/1", Where.SEAT, "A-1", Mark.PASS, "lee"),
)
TABLES = (
    *("checklist", "checklist_mark", "finding", "finding_change", "incident", "incident_entry", "handover", "roster"),
)


def play(ground: Ground) -> None:
    edge = NOON + 9 * HOUR
    ground.known, rows = record(ground.known, Observation("pbx", edge, edge + MINUTE, [], ACTS))
    ground.writer.write(rows)


def kept(ground: Ground) -> dict[str, list[object]]:
    return {table: ground.rows(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}


def test_what_is_played_is_seen(ground: Ground) -> None:
    play(ground)
    at_ms = NOON + HOUR
    row = ground.round(WALK, at_ms)
    assert (row.done, row.failed, row.by) == (2 + 1 + 1 + 1, 2, ("lee",))
    assert [(each.rule, each.agent, each.note) for each in ground.findings(at_ms)] == [
        ("badge", "Ann Lee", ""),
        ("helped", "Bo", "showed how"),
    ]
    closed = {(each.rule, each.closing, each.closed_by) for each in ground.board(at_ms).closed}
    assert closed == {
        ("phone", Closing.CORRECTED, "lee"),
        ("badge", Closing.WITHDRAWN, "lee"),
        ("exits", Closing.CORRECTED, "ben"),
    }
    discipline = ground.discipline(at_ms)
    (incident,) = discipline.incidents
    assert incident.review is not None and [entry.text for entry in incident.entries] == ["restarted", "back"]
    (handover,) = discipline.handovers
    assert (handover.by, handover.acknowledged_by) == ("lee", "ben")
    assert ground.round(OPENING, at_ms).ended_by == "lee"
    assert [each.duty.agent for each in ground.board(at_ms).attendance] == ["Ann Lee"]
    assert ground.rows("SELECT from_data FROM checklist_mark WHERE agent_id = 2") == [(1,)]


def test_what_is_played_twice_is_kept_once(ground: Ground) -> None:
    play(ground)
    before = kept(ground)
    play(ground)
    assert kept(ground) == before


def test_what_a_person_has_done_since_is_not_undone(ground: Ground) -> None:
    play(ground)
    ground.done(at_seat("A-2", Mark.FAIL, "tidy"), NOON + MINUTE)
    ground.order(at_seat("A-2", Mark.PASS, "phone"), NOON + 2 * MINUTE)
    before = kept(ground)
    play(ground)
    assert kept(ground) == before
