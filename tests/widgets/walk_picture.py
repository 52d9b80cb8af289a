"""Rounds made by hand on the hand-made floor: a mid-shift walk over its seats, half done, by two supervisors."""

from __future__ import annotations

from collections.abc import Iterable

from data.model.days import HOUR, MINUTE, SECOND
from data.model.discipline import (
    Discipline,
    Fact,
    FindingRow,
    Gravity,
    MarkRow,
    Prefill,
    RoundRow,
    RuleLine,
    ShiftRow,
    Stop,
    WalkView,
    Where,
)
from data.model.picture import Picture
from data.model.words import Mark, State
from tests.widgets.floor_picture import DAY, NOW, floor_picture

KEY = "2025-05-14/early/mid_shift/1"
SHIFT = ShiftRow("2025-05-14/early", "Early shift", "早班", DAY + 8 * HOUR, DAY + 16 * HOUR)


def rule(
    id: str,
    en: str,
    zh: str,
    where: Where = Where.SEAT,
    severity: Gravity = Gravity.MINOR,
    points: tuple[int, int] = (1, 1),
    do: tuple[str, str] = ("", ""),
    prefill: Prefill | None = None,
    **more: object,
) -> RuleLine:
    """Return a rule as it read then."""
    unit, positive = str(more.get("unit", "points")), bool(more.get("positive"))
    return RuleLine(id, "workstation", en, zh, where, severity, *points, unit, positive, *do, prefill)


RULES = (
    rule("desk", "Desk in order: things on their side, nothing in the way", "台面物品归位、整洁"),
    rule(
        *("phone", "No private phone on the desk", "台面无私人手机", Where.SEAT, Gravity.MAJOR, (2, 5)),
        (
            "Have it put into the locker; a second time the same day goes to the lead.",
            "请收入储物柜；当天再犯交班组长。",
        ),
    ),
    rule("headset", "Headset whole, clean and in its place", "耳麦完好、清洁、归位"),
    rule(
        "usb",
        "No unapproved stick, note or print at the seat",
        "无违规U盘、纸条、打印件",
        Where.SEAT,
        Gravity.CRITICAL,
        (10, 10),
    ),
    rule("badge", "Badge worn and visible", "佩戴工牌", Where.AGENT),
    rule("posture", "Seated upright, headset on", "坐姿端正、佩戴耳麦", Where.AGENT),
    rule(
        *("break", "Back from the break in time", "小休按时返岗", Where.AGENT, Gravity.MAJOR, (1, 3)),
        *(("", ""), Prefill.BREAK_OVERRUN),
    ),
    rule("exits", "Fire exits and corridors clear", "消防通道畅通", Where.FLOOR, Gravity.CRITICAL, (20, 20)),
    rule("noise", "Noise low enough to hear a caller", "现场噪音不影响通话", Where.ZONE),
)


def stops(picture: Picture) -> tuple[Stop, ...]:
    """Return the places in the order of walking."""
    sitting = {agent.seat: agent.id for agent in picture.agents if agent.seat}
    order = [Stop(Where.FLOOR, "")]
    for zone in dict.fromkeys(seat.zone for seat in picture.seats):
        order.append(Stop(Where.ZONE, zone, zone))
        seats = [seat for seat in picture.seats if seat.zone == zone]
        seats.sort(key=lambda seat: (seat.row, seat.column if seat.row % 2 else -seat.column))
        order += [Stop(Where.SEAT, seat.label, zone, sitting.get(seat.label)) for seat in seats]
    seated = {stop.agent_id for stop in order}
    away = (State.OFFLINE, State.UNKNOWN)
    order += [
        Stop(Where.AGENT, str(agent.id), "", agent.id)
        for agent in picture.agents
        if agent.id not in seated and agent.state not in away
    ]
    return tuple(order)


def marked(
    view: WalkView, places: Iterable[Stop], present: frozenset[int], by: str, at_ms: int, step_ms: int = 20 * SECOND
) -> WalkView:
    """Return a walk on which somebody has found everything well at some places, one after the other."""
    marks = {place: dict(each) for place, each in view.marks.items()}
    for at, stop in enumerate(places):
        here = [(stop.where, stop.place)]
        if stop.where is Where.SEAT and stop.agent_id in present:
            here.append((Where.AGENT, str(stop.agent_id)))
        for place in here:
            for line in view.rules:
                if line.where is place[0]:
                    row = MarkRow(line.id, Mark.PASS, at_ms + at * step_ms, by)
                    marks.setdefault(place, {}).setdefault(line.id, row)
    return view._replace(marks=marks)


def failed(view: WalkView, where: Where, place: str, rule: str, at_ms: int, by: str, note: str = "") -> WalkView:
    """Return a walk on which a rule failed at a place."""
    marks = {key: dict(each) for key, each in view.marks.items()}
    marks.setdefault((where, place), {})[rule] = MarkRow(rule, Mark.FAIL, at_ms, by, note)
    return view._replace(marks=marks)


def finding(id: int, rule: str, place: str, at_ms: int, **more: object) -> FindingRow:
    """Return an open finding at a seat."""
    line = next(each for each in RULES if each.id == rule)
    row = FindingRow(
        *(id, rule, line.area, line.en, line.zh, line.severity, line.positive, line.least, line.unit, line.where),
        *(place, None, "", "", "Zhang Lei", "lead", at_ms, ""),
    )
    return row._replace(**more)  # type: ignore[arg-type]


FACTS = (
    Fact(
        Prefill.BREAK_OVERRUN, 109, NOW - 50 * MINUTE, NOW - 37 * MINUTE, 13 * MINUTE + 5 * SECOND, 10 * MINUTE, "rest"
    ),
    Fact(Prefill.BREAK_OVERRUN, 112, NOW - 90 * MINUTE, NOW - 70 * MINUTE, 20 * MINUTE, 10 * MINUTE, "rest"),
    Fact(Prefill.BREAK_OVERRUN, 112, NOW - 30 * MINUTE, NOW - 19 * MINUTE, 11 * MINUTE, 10 * MINUTE, "micro"),
)

ROUND = RoundRow(
    *(KEY, "mid_shift", "Mid-shift walk", "班中巡场", "mid_shift", "lead", SHIFT.key),
    *(NOW - 90 * MINUTE, NOW + 28 * MINUTE, 82, 406, 2, 12, 61),
    by=("Zhang Lei", "陈经理"),
    last_ms=NOW - 40 * SECOND,
    place="B-03",
)


def walk_view() -> WalkView:
    """Return the walk half done: Zone A by Zhang Lei up to A-09 with two failures, Zone B begun by 陈经理."""
    picture = floor_picture()
    way = stops(picture)
    unseen = tuple(stop.place for stop in way if stop.where is Where.SEAT and stop.zone in ("Zone C", "Quiet room"))
    view = WalkView(ROUND, RULES, way, {}, FACTS, unseen)
    signed_in = present(picture)
    view = marked(view, way[:10], signed_in, "Zhang Lei", NOW - 20 * MINUTE)
    zone_b = [stop for stop in way if stop.zone == "Zone B"]
    view = marked(view, zone_b[:4], signed_in, "陈经理", NOW - 2 * MINUTE)
    view = failed(view, Where.SEAT, "A-04", "phone", NOW - 18 * MINUTE, "Zhang Lei", "second time")
    return failed(view, Where.AGENT, "105", "badge", NOW - 17 * MINUTE, "Zhang Lei")


def present(picture: Picture) -> frozenset[int]:
    """Return the agents who are signed in."""
    return frozenset(agent.id for agent in picture.agents if agent.state not in (State.OFFLINE, State.UNKNOWN))


FINDINGS = (
    finding(1, "phone", "A-04", NOW - 18 * MINUTE, round=KEY, owner="Zhang Lei", due_ms=NOW + 28 * MINUTE, repeats=1),
    finding(2, "usb", "A-10", NOW - 5 * HOUR, owner="IT", due_ms=NOW - HOUR, repeats=2),
    finding(3, "desk", "A-10", NOW - 30 * HOUR),
)


def another(key: str, title: tuple[str, str], opens: int, due: int, done: int, n: int, failed: int = 0) -> RoundRow:
    """Return another round of the shift, its times in minutes from now."""
    return RoundRow(
        *(f"{SHIFT.key}/{key}/1", key, *title, key, "lead", SHIFT.key),
        *(NOW + opens * MINUTE, NOW + due * MINUTE, done, n, failed, 0, 0),
    )


ROUNDS = (
    another("safety", ("Safety round", "安全巡查"), -60, -12, 1, 6),
    ROUND,
    another("security", ("Information security", "信息安全检查"), -30, 45, 0, 8),
    another("closing", ("Closing round", "收班检查"), 70, 95, 0, 12),
    another("opening", ("Opening check", "开班检查"), -390, -330, 20, 20, 1)._replace(
        by=("Zhang Lei",), last_ms=NOW - 335 * MINUTE, ended_ms=NOW - 334 * MINUTE, ended_by="Zhang Lei"
    ),
)


def walk_picture() -> Picture:
    """Return the floor at `NOW` with its rounds and findings."""
    return floor_picture()._replace(discipline=Discipline(shifts=(SHIFT,), rounds=ROUNDS, findings=FINDINGS))
