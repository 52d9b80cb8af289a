"""What a shift hands over: the lines that a console gathers of all that is open. Its lead completes and signs them.

Pure: no clock, no I/O. A handover's lines are kept as they were when it was written, as a JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain

from data.alerts import LIMITS, Level, Limits, queue_level
from data.breaks import is_protected
from data.discipline.facts import break_limit_ms
from data.model.days import MINUTE
from data.model.discipline import Entry, FindingRow, HandoverItem, IncidentRow, RoundRow
from data.model.discipline_seen import AttendanceRow, Presence
from data.model.picture import FlagRow, FollowUpRow, Picture
from data.model.text import safe_text
from data.model.words import State

SECTIONS = ("incidents", "queues", "attendance", "breaks", "flags", "follow_ups", "findings", "rounds")
"""The parts of a handover, in the order in which it is read."""

LONGEST = 500
"""The longest text of a line."""


def handover_items(
    picture: Picture, attendance: Iterable[AttendanceRow] = (), limits: Limits = LIMITS
) -> tuple[HandoverItem, ...]:
    """Return what is open at the picture's moment, section by section.

    - incidents: those that go on, and those that nobody has reviewed yet; `what` is the kind, `text` the title and the
      measures, `due_ms` when it ended.
    - queues: those with contacts waiting, or worse than calm, where that is known; `n` wait, the longest since `at_ms`.
    - attendance: who by the roster was absent, late or left_early (as `what` says), by `n` minutes.
    - breaks: who is not ready, `what` is the reason, `due_ms` until when that is no overrun. A protected reason is kept
      on no paper.
    - flags: the open ones but praise; `what` is the kind, `due_ms` when somebody looks again, else when it expires.
    - follow_ups: coachings to come back to.
    - findings: the open ones; `what` is the rule. One about a person is named by the team, without a note: it is that
      team's lead who can look it up.
    - rounds: those that should have been done by now; `what` is the checklist, `n` checks are left.

    Args:
        picture: The floor at the moment.
        attendance: The shift's duties against what was seen of them.
        limits: The site's thresholds.
    """
    discipline = picture.discipline
    told = {
        "incidents": (_incident(each) for each in discipline.incidents if each.ended_ms is None or each.review is None),
        "queues": _queues(picture, limits),
        "attendance": chain.from_iterable(map(_attendance, attendance)),
        "breaks": _breaks(picture, limits),
        "flags": (_flag(flag) for flag in picture.flags if flag.severity > 0),
        "follow_ups": (_follow_up(each) for each in picture.follow_ups),
        "findings": (_finding(each) for each in discipline.findings if not each.positive and each.closing is None),
        "rounds": (_round(each) for each in discipline.rounds if each.is_late(picture.moment_ms)),
    }
    return tuple(item for section in SECTIONS for item in told[section])


def _incident(each: IncidentRow) -> HandoverItem:
    measures = "; ".join(entry.text for entry in each.entries if entry.kind is Entry.MEASURE)
    text = f"{each.title}: {measures}" if measures else each.title
    return HandoverItem("incidents", each.kind, text[:LONGEST], "", each.by, each.at_ms, each.ended_ms)


def _queues(picture: Picture, limits: Limits) -> Iterator[HandoverItem]:
    for queue in picture.queues:
        if not queue.unknown and (queue.waiting or queue_level(queue, picture.moment_ms, limits) > Level.CALM):
            yield HandoverItem("queues", queue.name, at_ms=queue.oldest_ms, n=queue.waiting)


def _attendance(row: AttendanceRow) -> Iterator[HandoverItem]:
    if row.presence is Presence.ABSENT:
        yield _missed(row, "absent", row.duty.until_ms - row.duty.since_ms)
    elif row.presence is Presence.LATE:
        yield _missed(row, "late", row.late_ms)
    if row.left_early_ms >= MINUTE:
        yield _missed(row, "left_early", row.left_early_ms)


def _missed(row: AttendanceRow, what: str, length_ms: int) -> HandoverItem:
    return HandoverItem("attendance", what, who=row.duty.agent, at_ms=row.first_ms, n=length_ms // MINUTE)


def _breaks(picture: Picture, limits: Limits) -> Iterator[HandoverItem]:
    for agent in picture.agents:
        if agent.state is State.NOT_READY and not is_protected(agent.reason, limits.breaks):
            limit_ms = break_limit_ms(agent.reason, limits.of("", agent.team)) if agent.reason else None
            due_ms = None if limit_ms is None else agent.since_ms + limit_ms
            yield HandoverItem("breaks", agent.reason, who=agent.name, at_ms=agent.since_ms, due_ms=due_ms)


def _flag(flag: FlagRow) -> HandoverItem:
    due_ms = flag.expires_ms if flag.follow_up_ms is None else flag.follow_up_ms
    return HandoverItem("flags", flag.kind, flag.note, flag.agent, flag.owner or flag.by, flag.raised_ms, due_ms)


def _follow_up(each: FollowUpRow) -> HandoverItem:
    return HandoverItem("follow_ups", "coaching", each.note, each.agent, each.by, each.at_ms, each.due_ms)


def _finding(each: FindingRow) -> HandoverItem:
    text, who = (each.note, each.place) if each.agent_id is None else ("", each.team)
    return HandoverItem("findings", each.rule, text, who, each.owner or each.by, each.at_ms, each.due_ms)


def _round(each: RoundRow) -> HandoverItem:
    by = each.by[0] if each.by else ""
    return HandoverItem("rounds", each.checklist, "", each.role, by, each.last_ms, each.due_ms, each.n - each.done)


def items_json(items: Iterable[HandoverItem]) -> str:
    """Return the lines of a handover as the text in which they are kept."""
    return json.dumps([[*item] for item in items], ensure_ascii=False, separators=(",", ":"))


def items_of(text: str) -> tuple[HandoverItem, ...]:
    """Return the lines of a text as `items_json` writes it, safe to draw; what is not one of them is left out."""
    try:
        rows = json.loads(text)
    except ValueError:
        return ()
    return tuple(item for row in rows if (item := _item(row)) is not None) if isinstance(rows, list) else ()


def _item(row: object) -> HandoverItem | None:
    if not isinstance(row, list) or len(row) != len(HandoverItem._fields):
        return None
    *words, at_ms, due_ms, n = row
    if not all(isinstance(word, str) for word in words) or words[0] not in SECTIONS:
        return None
    if any(number is not None and type(number) is not int for number in (at_ms, due_ms, n)):
        return None
    section, what, text, who, owner = (safe_text(word, LONGEST) for word in words)
    return HandoverItem(section, what, text, who, owner, at_ms, due_ms, n)
