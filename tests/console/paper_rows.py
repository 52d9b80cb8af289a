"""A day's discipline as rows, small enough to be counted by hand; every free text of it is `text`."""

from __future__ import annotations

from data.model.discipline import (
    Avoidable,
    Closing,
    Entry,
    FindingRow,
    Gravity,
    HandoverItem,
    HandoverRow,
    IncidentEntry,
    IncidentRow,
    MarkRow,
    Review,
    RoundRow,
    RuleLine,
    Stop,
    WalkView,
    Where,
    Worked,
)
from data.model.discipline_seen import AttendanceRow, Duty, Presence, RuleCount, Scores, TeamScore
from data.model.words import Mark

NINE = 1_764_550_800_000
"""09:00 of 2025-12-01 in Shanghai."""
MINUTE, HOUR = 60_000, 3_600_000
KEY = "2025-12-01/early/opening/1"


def walk(text: str) -> WalkView:
    """Return a round of which two checks passed and one, at an agent, failed."""
    round_ = RoundRow(
        key=KEY,
        checklist="opening",
        en="Opening",
        zh="开班检查",
        occasion="opening",
        role="lead",
        shift="2025-12-01/early",
        opens_ms=NINE - HOUR,
        due_ms=NINE,
        done=3,
        n=4,
        failed=1,
        seats_done=2,
        seats=3,
        by=("liumin", "chenjing"),
        last_ms=NINE + 5 * MINUTE,
        place="A-02",
        ended_ms=NINE + 6 * MINUTE,
        ended_by="liumin",
    )
    line = RuleLine(
        *("desk", "workstation", "Desk in order", "桌面整齐", Where.SEAT, Gravity.MINOR, 1, 2, "points", False, "", "")
    )
    badge = line._replace(id="badge", en="Badge worn", zh="佩戴工牌", where=Where.AGENT)
    marks = {
        (Where.SEAT, "A-01"): {"desk": MarkRow("desk", Mark.PASS, NINE - 2 * MINUTE, "liumin")},
        (Where.SEAT, text): {"desk": MarkRow("desk", Mark.NOT_APPLICABLE, NINE - MINUTE, "liumin", text, text)},
        (Where.AGENT, "7"): {"badge": MarkRow("badge", Mark.FAIL, NINE, "chenjing", text, "p.jpg")},
    }
    stops = (Stop(Where.SEAT, "A-01"), Stop(Where.SEAT, text), Stop(Where.AGENT, "7", agent_id=7))
    return WalkView(round_, (line, badge), stops, marks)


def findings(text: str) -> tuple[FindingRow, ...]:
    """Return one finding about agent 7, closed, and an open one about a zone."""
    zone = FindingRow(
        id=2,
        rule="exits",
        area="safety",
        en="Exits clear",
        zh="通道畅通",
        severity=Gravity.CRITICAL,
        positive=True,
        points=5,
        unit="points",
        where=Where.ZONE,
        place="South",
        agent_id=None,
        agent="",
        team="",
        by="liumin",
        by_role="lead",
        at_ms=NINE,
        note=text,
    )
    person = zone._replace(
        id=1,
        rule="badge",
        area="appearance",
        severity=Gravity.MAJOR,
        positive=False,
        where=Where.AGENT,
        place="A-07",
        agent_id=7,
        agent=text,
        team="South",
        by="chenjing",
        photo=text,
        measure=text,
        owner=text,
        due_ms=NINE + HOUR,
        recheck_ms=NINE + 2 * HOUR,
        repeats=1,
        closing=Closing.CORRECTED,
        closed_ms=NINE + 30 * MINUTE,
        closed_by="liumin",
        closed_note=text,
        round=KEY,
        dismissal=True,
    )
    return (person, zone)


def incidents(text: str) -> tuple[IncidentRow, ...]:
    """Return one incident, over and reviewed."""
    entries = (IncidentEntry(Entry.MEASURE, NINE + MINUTE, text, "liumin"),)
    review = Review(Avoidable.UNSURE, Worked.PARTLY, text, "chenjing", NINE + HOUR)
    return (
        IncidentRow(3, "outage", "Outage", "故障", text, NINE, "liumin", entries, NINE + 20 * MINUTE, "liumin", review),
    )


def attendance(text: str) -> tuple[AttendanceRow, ...]:
    """Return one who came late, one whom no source knows, and one who came."""
    late = Duty(7, text, "early", NINE, NINE + 8 * HOUR, "A-07")
    never = Duty(None, "Zhao", "early", NINE, NINE + 8 * HOUR)
    figures = (10 * MINUTE, 0, 6 * HOUR, 8 * HOUR, 7 * HOUR, 7 * HOUR + 30 * MINUTE, 8 * HOUR, 7 * HOUR)
    return (
        AttendanceRow(late, Presence.LATE, NINE + 10 * MINUTE, *figures),
        AttendanceRow(never, Presence.UNKNOWN, None, 0, 0, 0, 0, 0, 0, 0),
        AttendanceRow(
            late._replace(agent_id=8, agent="Li"), Presence.PRESENT, NINE, 0, 0, 8 * HOUR, 8 * HOUR, *(8 * HOUR,) * 4
        ),
    )


def scores(text: str) -> Scores:
    """Return two days' scores, in which nobody is named."""
    team = TeamScore(text, 3, 1, 7, 5, 98, True, 8, 6, (7, 0))
    rules = (RuleCount("desk", text, text, 2, 4, 2 / 3, 2 / 3), RuleCount("exits", text, text, 1, 3, 1 / 3, 1.0))
    return Scores(NINE, NINE + 48 * HOUR, (team,), (team._replace(name=""),), (team,), rules, "money")


def handovers(text: str) -> tuple[HandoverRow, ...]:
    """Return one that counts, and one that nobody has acknowledged, in which nothing was open."""
    items = (
        HandoverItem("queues", text, at_ms=NINE, n=3),
        HandoverItem("flags", "tired", text, text, "liumin", NINE, NINE + HOUR),
        HandoverItem("findings", "desk", "", "South", "liumin", NINE, NINE + HOUR),
    )
    done = HandoverRow(1, "2025-12-01/early", NINE, "liumin", text, items, NINE + HOUR, "chenjing", text)
    return (done, HandoverRow(2, "2025-12-01/late", NINE + 8 * HOUR, "chenjing", "", ()))
