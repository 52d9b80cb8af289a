"""A floor made by hand: sixty agents, seven queues, every state, Chinese and Latin and hostile names."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from data.model.days import HOUR, MINUTE, SECOND, moment_of
from data.model.picture import (
    AgentRow,
    CallLine,
    ChecklistView,
    Detail,
    FlagRow,
    ItemRow,
    Picture,
    QueueRow,
    Seat,
    ServiceLevel,
    SourceState,
    TimelinePart,
    Totals,
)
from data.model.strip import DayMark, DayStrip
from data.model.words import Channel, FlagKind, Health, Mark, State

ZONE = ZoneInfo("Asia/Shanghai")
DAY = moment_of(datetime(2025, 5, 14, tzinfo=ZONE))
NOW = moment_of(datetime(2025, 5, 14, 14, 32, 7, tzinfo=ZONE))

HOSTILE = ("[/nope]", "[@click=app.quit]x[/]", "a\x1b[31mred\x1b]0;t\x07", "ta\tb\nline")

_LATIN = (
    *("Liu Mei", "Anna Kowalska", "Ben Okafor", "Chloé Martin", "Dana Fox", "Emeka Obi", "Fatima Zahra"),
    *("Grace Lindqvist-Petersen", "Hiro Tanaka", "Ivan Petrov", "João Souza", "Kim Ji-woo"),
)
_CHINESE = (
    *("王小明", "陈晓", "李娜", "赵强", "周婷", "孙伟", "吴刚", "张磊", "刘洋", "杨帆", "黄丽", "徐静", "马超"),
    *("欧阳文静", "朱琳", "胡军", "郭敏", "何洁", "林涛", "高翔", "罗艳", "郑爽", "梁宇", "谢芳", "宋佳"),
)
_TEAMS = ("客服一部", "客服二部", "North", "Night desk")
_QUEUE_NAMES = ("投诉 complaints", "billing", "sales", "技术 tech", "chat", "e-mail", "[/nope]")


def _service(within: int, n: int, target: float = 0.8) -> ServiceLevel:
    return ServiceLevel(within / n if n else None, within, n, "answered_and_abandoned", 20_000, target)


def _depth(*peaks: int) -> tuple[int, ...]:
    return tuple(peaks[i * len(peaks) // 30] for i in range(30))


def _queue(
    id: int, channel: Channel, waiting: int, waited_s: int | None, service: ServiceLevel, *rest: object
) -> QueueRow:
    talking, answered, abandoned, available, elsewhere, depth = rest
    assert isinstance(talking, int) and isinstance(answered, int) and isinstance(abandoned, int)
    assert isinstance(available, int) and isinstance(elsewhere, int) and isinstance(depth, tuple)
    oldest = None if waited_s is None else NOW - waited_s * SECOND
    name = _QUEUE_NAMES[id - 1]
    offered = answered + abandoned
    return QueueRow(
        id,
        name,
        channel,
        waiting,
        oldest,
        talking,
        service,
        offered,
        answered,
        abandoned,
        available,
        12,
        elsewhere,
        depth,
    )


QUEUES = (
    _queue(1, Channel.VOICE, 7, 102, _service(61, 100), 9, 97, 13, 0, 0, _depth(1, 2, 3, 5, 7, 8, 7, 6, 7)),
    _queue(2, Channel.VOICE, 3, 38, _service(83, 112), 12, 103, 9, 1, 0, _depth(2, 2, 3, 3, 4, 5, 4, 4, 3)),
    _queue(3, Channel.VOICE, 0, None, _service(140, 158), 8, 152, 6, 4, 0, _depth(1, 1, 1, 2, 1, 0, 0, 0)),
    _queue(4, Channel.VOICE, 1, 9, _service(57, 69), 6, 65, 4, 0, 2, _depth(2, 1, 2, 1, 2, 2, 1, 2, 1)),
    _queue(5, Channel.CHAT, 2, 51, _service(3, 7), 4, 7, 0, 3, 0, _depth(2, 2, 2, 3, 2, 2, 2, 2)),
    _queue(6, Channel.EMAIL, 16, 3720, _service(0, 0), 0, 0, 0, 0, 0, _depth(3, 4, 6, 9, 12, 14, 15, 16)),
    _queue(7, Channel.VOICE, 0, None, _service(10, 10), 1, 10, 0, 2, 0, _depth(0)),
)


def _agent(index: int, state: State, seconds: int, reason: str = "", queue: str = "", **more: int) -> AgentRow:
    names = (*_CHINESE, *_LATIN, *HOSTILE)
    name = names[index] if index < len(names) else f"Agent {index:02}"
    calls = more.get("calls", (index * 7) % 33)
    return AgentRow(
        id=100 + index,
        name=name,
        team=_TEAMS[index % 4],
        seat="" if index == 59 else f"{'ABC'[index // 20]}-{index % 20 + 1:02}",
        state=state,
        reason=reason,
        queue=queue,
        since_ms=NOW - seconds * SECOND,
        calls=calls,
        handle_ms=calls * (200 + index * 3) * SECOND,
        flags=more.get("flags", 0),
        praise=more.get("praise", 0),
        queues=(_QUEUE_NAMES[index % 6],),
        break_ms=None if state in (State.OFFLINE, State.UNKNOWN) else NOW - (20 + index * 2) * MINUTE,
    )


def _agents() -> tuple[AgentRow, ...]:
    out, talk, free, wrap = State.NOT_READY, State.TALKING, State.AVAILABLE, State.WRAP_UP
    special = [
        (out, 725, "rest", "", {"flags": 1}),
        (out, 860, "restroom", "", {}),
        (out, 2200, "meal", "", {}),
        (out, 250, "rest", "", {}),
        (out, 1340, "system_fault", "", {}),
        (out, 4000, "training", "", {}),
        (out, 400, "", "", {}),
        (out, 130, "Fire drill", "", {}),
        (wrap, 192, "", "billing", {}),
        (wrap, 25, "", "sales", {}),
        (wrap, 311, "", "技术 tech", {}),
        (State.HOLD, 95, "", "billing", {}),
        (State.HOLD, 12, "", "sales", {}),
        (State.RINGING, 4, "", "sales", {}),
        (State.UNKNOWN, 420, "", "", {}),
        (State.OFFLINE, 5 * 3600 + 125, "", "", {}),
        (State.OFFLINE, 50 * 3600, "", "", {}),
        (free, 31, "", "", {}),
        (free, 230, "", "", {"praise": 1}),
        (free, 3, "", "", {}),
        (free, 65, "", "", {}),
    ]
    rows = [_agent(i, s, t, r, q, **more) for i, (s, t, r, q, more) in enumerate(special)]
    for index in range(len(rows), 60):
        seconds = (index * 37) % 290
        more = {"flags": 1} if index == 25 else {"flags": 2, "praise": 1} if index == 44 else {}
        long = {25: 401, 33: 1312, 37: 205}.get(index, seconds)
        rows.append(_agent(index, talk, long, "", _QUEUE_NAMES[index % 6], **more))
    return tuple(rows)


AGENTS = _agents()

FLAGS = (
    FlagRow(
        1,
        100,
        "王小明",
        FlagKind.DISTRESSED_CALLER,
        "a word after the call, at 14:40",
        "Zhang Lei",
        NOW - 14 * MINUTE,
        None,
    ),
    FlagRow(2, 125, "Liu Mei", FlagKind.ASKED_FOR_HELP, "", "Zhang Lei", NOW - 3 * MINUTE, NOW + 20 * MINUTE, 3),
    FlagRow(3, 144, "[/nope]", FlagKind.RAISED_VOICE, "[b]bold[/b]", "陈经理", NOW - 71 * MINUTE, NOW - MINUTE),
    FlagRow(4, 118, "罗艳", FlagKind.PRAISE, "calmed a shouting customer", "陈经理", NOW - 40 * MINUTE, None, 0),
)


def _item(key: str, en: str, zh: str, mark: Mark | None = None, **more: str) -> ItemRow:
    at = NOW - 20 * MINUTE if mark else None
    due = NOW + 28 * MINUTE if mark is Mark.FAIL else None
    by = "Zhang Lei" if mark else ""
    return ItemRow(key, en, zh, mark, more.get("note", ""), by, more.get("place", ""), more.get("owner", ""), due, at)


CHECKLIST = ChecklistView(
    "mid_shift",
    "Mid-shift walk",
    "班中巡场",
    NOW + 28 * MINUTE,
    (
        _item("desk", "desks in order", "台面整洁", Mark.PASS),
        _item("phone", "phone on the desk", "台面有手机", Mark.FAIL, place="A-09", owner="张磊", note="second time"),
        _item("exits", "fire exits and corridors clear", "消防通道畅通"),
        _item("badge", "badges worn", "佩戴工牌", Mark.PASS),
        _item("visitors", "visitors logged in", "访客登记", Mark.NOT_APPLICABLE),
        _item("noise", "noise level", "现场噪音"),
        _item("usb", "no unapproved USB or paper on the desks", "无违规U盘与纸张"),
    ),
)


def _seats() -> tuple[Seat, ...]:
    places = [(zone, place) for zone in "ABC" for place in range(20)]
    seats = [Seat(f"{z}-{place + 1:02}", f"Zone {z}", place // 10 + 1, place % 10 + 1) for z, place in places]
    return (*seats, Seat("D-01", "Quiet room", 1, 1))


def _totals(agents: tuple[AgentRow, ...]) -> Totals:
    counts = tuple((state, sum(agent.state is state for agent in agents)) for state in State)
    return Totals(29, NOW - 3720 * SECOND, _service(354, 456), counts, len(FLAGS) - 1)


def floor_picture() -> Picture:
    """Return the floor at `NOW`."""
    source = SourceState("asterisk", Health.UP, NOW - 800, 1_000)
    return Picture(NOW, DAY, DAY + 24 * HOUR, source, QUEUES, AGENTS, FLAGS, CHECKLIST, _seats(), _totals(AGENTS))


def empty_picture(health: Health = Health.UP) -> Picture:
    """Return a floor on which there is nothing yet."""
    source = SourceState("asterisk", health, None if health is Health.NONE else NOW - 42 * SECOND, 1_000)
    totals = Totals(0, None, _service(0, 0), (), 0)
    return Picture(NOW, DAY, DAY + 24 * HOUR, source, (), (), (), None, (), totals)


def agent_detail() -> Detail:
    """Return the day of an agent up to `NOW`."""
    start = DAY + 8 * HOUR
    steps = (
        (State.AVAILABLE, "", "", 4),
        (State.TALKING, "", "billing", 7),
        (State.WRAP_UP, "", "billing", 2),
        (State.AVAILABLE, "", "", 3),
        (State.RINGING, "", "billing", 1),
        (State.TALKING, "", "billing", 12),
        (State.HOLD, "", "billing", 3),
        (State.TALKING, "", "billing", 5),
        (State.WRAP_UP, "", "billing", 6),
        (State.NOT_READY, "rest", "", 11),
        (State.UNKNOWN, "", "", 6),
        (State.AVAILABLE, "", "", 5),
    )
    parts, at = [], start
    while at < NOW:
        for state, reason, queue, minutes in steps:
            until = min(NOW, at + minutes * MINUTE)
            if at < until:
                parts.append(TimelinePart(state, reason, queue, at, until))
            at = until
    calls = tuple(
        CallLine(
            n,
            "billing" if n % 3 else "投诉 complaints",
            "王小明",
            "138****8000",
            "[/nope]" if n == 2 else "",
            start + n * 16 * MINUTE,
            None if n == 4 else start + n * 16 * MINUTE + 9 * SECOND,
            None if n == 22 else start + (n * 16 + 5) * MINUTE,
            (9 + n) * SECOND,
            None if n == 4 else (190 + n * 11) * SECOND,
            "abandoned" if n == 4 else "transferred" if n == 9 else "" if n == 22 else "answered",
        )
        for n in range(1, 23)
    )
    figures: tuple[tuple[str, float | int | None, str], ...] = (
        ("calls", 22, "n"),
        ("AHT", 312_000, "ms"),
        ("talk", 3 * HOUR + 4_000, "ms"),
        ("occupancy", 0.873, "ratio"),
        ("adherence", None, "ratio"),
        ("flags", 1, "n"),
    )
    return Detail("王小明", NOW, DAY, DAY + 24 * HOUR, tuple(parts), calls, figures)


def day_strip() -> DayStrip:
    """Return the day of `NOW` in steps of 15 minutes, with a gap and some marks."""
    since = DAY + 8 * HOUR
    load = (2, 4, 7, 9, 14, 18, 23, 26, 24, 19, 12, 9, 8, 11, 14, 17, 19, 16, 12, 12, 10, 0, 0, 14, 12, 9, 7)
    gap = since + 21 * 15 * MINUTE
    marks = (
        DayMark(since + 160 * MINUTE, "service", "", 0.71),
        DayMark(since + 305 * MINUTE, "queue", "投诉 complaints", 9),
        DayMark(gap, "gap", "", 29 * MINUTE),
        DayMark(NOW - 3 * MINUTE, "flag", "Liu Mei"),
        DayMark(NOW - 2 * MINUTE, "break", "王小明", 125_000),
    )
    measured = ((since, gap), (gap + 29 * MINUTE, NOW))
    return DayStrip(since, DAY + 18 * HOUR, 15 * MINUTE, load, measured, marks)
