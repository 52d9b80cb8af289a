"""Floor discipline made by hand on the hand-made floor: rounds, findings, incidents, handovers, scores, attendance."""

from __future__ import annotations

from data.model.days import DAY as DAY_MS
from data.model.days import HOUR, MINUTE
from data.model.discipline import (
    Avoidable,
    Closing,
    Discipline,
    Entry,
    FindingRow,
    Gravity,
    HandoverItem,
    HandoverRow,
    IncidentEntry,
    IncidentRow,
    Review,
    RuleLine,
    ShiftRow,
    Where,
    Worked,
)
from data.model.discipline_seen import (
    AttendanceRow,
    DisciplineSeen,
    Duty,
    Presence,
    RuleCount,
    Scores,
    TeamScore,
)
from data.model.picture import AgentRow, Picture
from tests.widgets.floor_picture import DAY, HOSTILE, NOW, floor_picture
from tests.widgets.walk_picture import ROUNDS, rule

EARLY, LATE = "2025-05-14/early", "2025-05-13/late"
SHIFTS = (
    ShiftRow(EARLY, "Early shift", "早班", DAY + 8 * HOUR, DAY + 17 * HOUR),
    ShiftRow("2025-05-14/late", "Late shift", "晚班", DAY + 11 * HOUR, DAY + 20 * HOUR),
)
LONG = "the customer's name and number stood on a sheet of paper beside the keyboard, face up, for anybody to read"

AREAS = (
    ("workstation", "Workstation", "工位"),
    ("conduct", "Conduct", "行为规范"),
    ("time", "Time", "作息"),
    ("safety", "Environment and safety", "环境与安全"),
    ("security", "Information security", "信息安全"),
)


def area_rule(
    area: str, id: str, en: str, zh: str, where: Where, severity: Gravity, points: tuple[int, int]
) -> RuleLine:
    """Return a rule of an area."""
    return rule(id, en, zh, where, severity, points)._replace(area=area)


RULES = (
    area_rule(
        "workstation", "desk", "Desk in order, nothing on it but work", "桌面整齐", Where.SEAT, Gravity.MINOR, (1, 1)
    ),
    area_rule(
        "workstation", "phone", "Private phone put away and silent", "手机收好静音", Where.SEAT, Gravity.MAJOR, (2, 5)
    ),
    area_rule("conduct", "chat", "No chatting between calls", "通话间隙不闲聊", Where.AGENT, Gravity.MINOR, (1, 3)),
    area_rule("time", "on_time", "On time for the shift", "按时到岗", Where.AGENT, Gravity.MAJOR, (2, 2)),
    area_rule(
        "safety", "exits", "Fire exits and corridors clear", "消防通道畅通", Where.ZONE, Gravity.CRITICAL, (5, 5)
    ),
    area_rule(
        "safety", "lights", "Lights and air as they should be", "灯光空调正常", Where.FLOOR, Gravity.MINOR, (1, 1)
    ),
    area_rule(
        "security", "paper", "No customer data on paper", "不留客户纸质信息", Where.SEAT, Gravity.CRITICAL, (5, 10)
    ),
    area_rule("conduct", "helped", "Helped a colleague", "主动帮助同事", Where.AGENT, Gravity.MINOR, (2, 5))._replace(
        positive=True
    ),
)


def found(id: int, rule: str, place: str, minutes: float, agent: AgentRow | None = None, **more: object) -> FindingRow:
    """Return an open finding, so many minutes old."""
    line = next(each for each in RULES if each.id == rule)
    row = FindingRow(
        *(id, rule, line.area, line.en, line.zh, line.severity, line.positive, line.least, line.unit, line.where),
        *(place, None, "", "", "Zhang Lei", "lead", NOW - round(minutes * MINUTE), ""),
    )
    if agent is not None:
        row = row._replace(agent_id=agent.id, agent=agent.name, team=agent.team)
    return row._replace(**more)  # type: ignore[arg-type]


def findings() -> tuple[FindingRow, ...]:
    """Return open findings of every kind: late, to be looked at again, on a person, of a place, repeated, praise."""
    agents = {agent.id: agent for agent in floor_picture().agents}
    return (
        found(1, "phone", "A-04", 18, owner="Zhang Lei", due_ms=NOW + 28 * MINUTE, repeats=1),
        found(
            2,
            "paper",
            "A-10",
            62,
            owner="IT",
            due_ms=NOW - 30 * MINUTE,
            note=LONG,
            measure="taken away",
            dismissal=True,
        ),
        found(3, "desk", "A-10", 1800),
        found(4, "exits", "Zone B", 12, due_ms=NOW + 3 * MINUTE, owner="陈经理", photo="IMG_0412.jpg"),
        found(5, "chat", "B-03", 40, agents[122], repeats=2, points=3, recheck_ms=NOW - MINUTE, note="second talk"),
        found(6, "on_time", "A-02", 370, agents[101], owner="王小明", measure="a word in private"),
        found(7, "helped", "A-06", 55, agents[105], points=3, note="showed the new form to two others"),
        found(8, "lights", "", 9),
    )


CLOSED = (
    found(9, "desk", "C-01", 200, closing=Closing.CORRECTED, closed_ms=NOW - 150 * MINUTE, closed_by="Zhang Lei"),
    found(
        *(10, "phone", "B-11", 190),
        closing=Closing.WITHDRAWN,
        closed_ms=NOW - 180 * MINUTE,
        closed_by="陈经理",
        closed_note="it was the phone of the house",
    ),
)

INCIDENTS = (
    IncidentRow(
        *(
            3,
            "system_outage",
            "System outage",
            "系统故障",
            "CRM answers after half a minute",
            NOW - 22 * MINUTE,
            "Zhang Lei",
        ),
        entries=(
            IncidentEntry(Entry.TOLD, NOW - 20 * MINUTE, "IT on duty, duty manager", "Zhang Lei"),
            IncidentEntry(Entry.MEASURE, NOW - 14 * MINUTE, "paper forms; all breaks but meals put off", "陈经理"),
        ),
    ),
    IncidentRow(
        *(2, "surge", "Surge of calls", "话务突增", "a letter went out to all customers", DAY + 9 * HOUR, "Liu Min"),
        entries=(
            IncidentEntry(Entry.MEASURE, DAY + 9 * HOUR + 5 * MINUTE, "three from e-mail to the phones", "Liu Min"),
        ),
        ended_ms=DAY + 10 * HOUR,
        ended_by="Liu Min",
    ),
    IncidentRow(
        *(1, "power", "Power failure", "停电", "lights out in zone C", DAY + 8 * HOUR + 5 * MINUTE, "Liu Min"),
        ended_ms=DAY + 8 * HOUR + 20 * MINUTE,
        ended_by="Liu Min",
        review=Review(Avoidable.NO, Worked.PARTLY, "torches at each zone", "陈经理", DAY + 9 * HOUR),
    ),
)
KINDS = (
    ("system_outage", "System outage", "系统故障"),
    ("surge", "Surge of calls", "话务突增"),
    ("power", "Power failure", "停电"),
    ("other", "Other", "其他"),
)

ITEMS = (
    HandoverItem("incidents", "system_outage", "CRM answers after half a minute", "", "Zhang Lei", NOW - 22 * MINUTE),
    HandoverItem("queues", "投诉 complaints", at_ms=NOW - 102_000, n=7),
    HandoverItem("attendance", "absent", who="吴刚", n=540),
    HandoverItem("attendance", "late", who="陈晓", at_ms=DAY + 8 * HOUR + 12 * MINUTE, n=12),
    HandoverItem("breaks", "rest", who="王小明", at_ms=NOW - 12 * MINUTE, due_ms=NOW - 2 * MINUTE),
    HandoverItem(
        "flags", "distressed_caller", "wants a word", "Liu Mei", "Zhang Lei", NOW - 14 * MINUTE, NOW + 8 * MINUTE
    ),
    HandoverItem("follow_ups", "coaching", "greeting in full", "马超", "Liu Min", NOW - 2 * DAY_MS, NOW + HOUR),
    HandoverItem("findings", "paper", "", "A-10", "IT", NOW - 62 * MINUTE, NOW - 30 * MINUTE),
    HandoverItem("findings", "chat", "", "North", "Zhang Lei", NOW - 40 * MINUTE),
    HandoverItem("rounds", "safety", "", "lead", "", None, NOW - 12 * MINUTE, 5),
)
DRAFT = HandoverRow(0, EARLY, NOW, "", "", ITEMS)
HANDOVERS = (
    HandoverRow(5, "2025-05-14/night", DAY + 8 * HOUR, "wang", "printer of zone B is out of paper", ITEMS[:1]),
    HandoverRow(
        *(4, "2025-05-13/early", DAY - 7 * HOUR, "zhanglei", "all well", ()),
        acknowledged_ms=DAY - 6 * HOUR - 50 * MINUTE,
        acknowledged_by="chen",
        acknowledged_note="headset at A-03 is on order",
    ),
)


def discipline() -> Discipline:
    """Return what the picture holds."""
    return Discipline(SHIFTS, ROUNDS, findings(), INCIDENTS, HANDOVERS, (LATE,))


def discipline_picture() -> Picture:
    """Return the floor with it."""
    return floor_picture()._replace(discipline=discipline())


def score(
    name: str, score: int, found: int, checks: tuple[int, int], days: tuple[int, ...], added: int = 0
) -> TeamScore:
    """Return a score: what is missing to 100 was deducted."""
    passed, n = checks
    return TeamScore(name, found, 1 if added else 0, 100 - score + added, added, score, score >= 60, n, passed, days)


SCORES = Scores(
    DAY - 6 * DAY_MS,
    DAY + DAY_MS,
    (
        score("客服一部", 93, 4, (412, 420), (0, 1, 0, 2, 0, 1, 3)),
        score("客服二部", 54, 21, (380, 415), (4, 8, 6, 9, 3, 7, 9)),
        score("North", 101, 1, (9, 9), (0, 0, 0, 0, 0, 1, 0), 2),
        score("Night desk", 100, 0, (0, 0), (0, 0, 0, 0, 0, 0, 0)),
    ),
    (
        score("Zone A", 88, 9, (600, 612), (1, 2, 1, 3, 0, 2, 3)),
        score("Zone B", 71, 14, (560, 590), (4, 2, 6, 5, 3, 4, 5)),
    ),
    (
        score("workstation", 80, 12, (700, 712), (2, 3, 2, 4, 1, 4, 4)),
        score("security", 85, 2, (200, 202), (0, 5, 0, 0, 0, 0, 10)),
    ),
    (
        RuleCount("phone", "Private phone put away and silent", "手机收好静音", 11, 24, 0.44, 0.44),
        RuleCount("desk", "Desk in order, nothing on it but work", "桌面整齐", 8, 8, 0.32, 0.76),
        RuleCount("chat", "No chatting between calls", "通话间隙不闲聊", 6, 9, 0.24, 1.0),
    ),
)


def duty(agent: AgentRow | None, name: str = "") -> Duty:
    """Return a duty of the early shift."""
    since, until = SHIFTS[0].since_ms, SHIFTS[0].until_ms
    if agent is None:
        return Duty(None, name, EARLY, since, until)
    return Duty(agent.id, agent.name, EARLY, since, until, agent.seat, (("meal", DAY + 12 * HOUR, DAY + 13 * HOUR),))


def attendance() -> tuple[AttendanceRow, ...]:
    """Return who came, late, left, did not come, is not known, or is still to come."""
    agents = floor_picture().agents
    worked, since = 390 * MINUTE, SHIFTS[0].since_ms

    def row(at: int, presence: Presence, late: int = 0, left: int = 0, share: float = 0.95) -> AttendanceRow:
        came = presence in (Presence.PRESENT, Presence.LATE)
        scheduled = worked if came else 0
        return AttendanceRow(
            *(duty(agents[at]), presence, since + late * MINUTE if came else None, late * MINUTE, left * MINUTE),
            *(round(scheduled * share), scheduled, round(scheduled * share), round(scheduled * 0.9), worked, scheduled),
        )

    return (
        row(0, Presence.PRESENT),
        row(1, Presence.LATE, late=12, share=0.88),
        row(2, Presence.PRESENT, left=25, share=0.91),
        row(6, Presence.ABSENT),
        row(8, Presence.PRESENT, share=0.99),
        row(9, Presence.EXPECTED),
        row(10, Presence.LATE, late=31, share=0.8),
        AttendanceRow(duty(None, "新员工 New Hire"), Presence.UNKNOWN, None, 0, 0, 0, 0, 0, 0, 0),
    )


def discipline_seen() -> DisciplineSeen:
    """Return what the screen shows besides."""
    names = {row.checklist: (row.en, row.zh) for row in ROUNDS}
    return DisciplineSeen(
        CLOSED, SCORES, attendance(), DRAFT, KINDS, AREAS, RULES, names, {"night": ("Night shift", "夜班")}
    )


def hostile_discipline() -> tuple[Discipline, DisciplineSeen]:
    """Return discipline whose every text is one that steers a terminal, or is markup."""
    bad = HOSTILE[2]
    row = found(1, "desk", HOSTILE[0], 5, note=bad, owner=HOSTILE[1], measure=bad, photo=bad, en=bad, zh=bad, by=bad)
    person = row._replace(id=2, agent_id=100, agent=bad, team=HOSTILE[0])
    entry = IncidentEntry(Entry.MEASURE, NOW - MINUTE, bad, HOSTILE[1])
    incident = IncidentRow(1, "surge", bad, bad, HOSTILE[1], NOW - MINUTE, bad, (entry,))
    item = HandoverItem("flags", bad, bad, HOSTILE[1], bad, NOW, NOW, 1)
    handover = HandoverRow(1, f"2025-05-14/{bad}", NOW, bad, HOSTILE[1], (item,))
    rounds = (
        ROUNDS[0]._replace(en=bad, zh=bad, by=(bad,), place=bad),
        ROUNDS[1]._replace(en=HOSTILE[0], zh=HOSTILE[0]),
    )
    shifts = (SHIFTS[0]._replace(en=bad, zh=bad),)
    known = Discipline(shifts, rounds, (row, person), (incident,), (handover,), (f"2025-05-13/{bad}",))
    missing = duty(None, bad)._replace(shift=bad, seat=bad)
    absent = AttendanceRow(missing, Presence.ABSENT, None, 0, 0, 0, 0, 0, 0, 0)
    scores = SCORES._replace(teams=(score(bad, 90, 1, (9, 10), (1, 2)),), zones=(score(bad, 90, 1, (9, 10), (1, 2)),))
    scores = scores._replace(
        pareto=(RuleCount("x", bad, bad, 1, 1, 1.0, 1.0),), areas=(score("x", 9, 1, (1, 2), (1,)),)
    )
    closed = (row._replace(id=3, closing=Closing.CORRECTED, closed_ms=NOW, closed_by=bad, closed_note=bad),)
    draft = HandoverRow(0, EARLY, NOW, "", "", (item, item._replace(section="rounds"), item._replace(section="queues")))
    seen = DisciplineSeen(closed, scores, (absent,), draft, (("surge", bad, bad),), (("x", bad, bad),), RULES[:1], {})
    return known, seen
