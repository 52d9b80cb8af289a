"""What panes and windows say of floor discipline in words: how grave, how it ended, who came, parts of a handover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from data.discipline.catalogue import Occasion
from data.model.days import MINUTE
from data.model.discipline import (
    Avoidable,
    Closing,
    Entry,
    FindingRow,
    Gravity,
    HandoverItem,
    ShiftRow,
    Where,
    Worked,
)
from data.model.discipline_seen import DisciplineSeen, Presence
from data.model.picture import AgentRow
from widgets.cells import brief, safe, width_of
from widgets.look import REASON_WORDS, Look
from widgets.person import when_text
from widgets.table import TablePane
from widgets.walk_words import count_text, in_language, place_text, zone_text

Row = TypeVar("Row")

GRAVITY_WORDS: Mapping[Gravity, str] = {
    Gravity.MINOR: "minor",
    Gravity.MAJOR: "major",
    Gravity.CRITICAL: "critical",
}
CLOSING_WORDS: Mapping[Closing, str] = {Closing.CORRECTED: "corrected", Closing.WITHDRAWN: "withdrawn"}
PRESENCE_WORDS: Mapping[Presence, str] = {
    Presence.EXPECTED: "expected",
    Presence.PRESENT: "came",
    Presence.LATE: "late",
    Presence.ABSENT: "absent",
    Presence.UNKNOWN: "not measured",
}
AVOIDABLE_WORDS: Mapping[Avoidable, str] = {
    Avoidable.YES: "avoidable",
    Avoidable.NO: "not avoidable",
    Avoidable.UNSURE: "perhaps avoidable",
}
WORKED_WORDS: Mapping[Worked, str] = {
    Worked.YES: "the measures worked",
    Worked.PARTLY: "the measures worked in part",
    Worked.NO: "the measures did not work",
}
ENTRY_WORDS: Mapping[Entry, str] = {Entry.MEASURE: "measure", Entry.TOLD: "told", Entry.NOTE: "note"}
OCCASION_WORDS: Mapping[Occasion, str] = {
    Occasion.PRE_SHIFT: "before the shift",
    Occasion.OPENING: "opening",
    Occasion.MID_SHIFT: "mid-shift",
    Occasion.SAFETY: "safety",
    Occasion.SECURITY: "information security",
    Occasion.HANDOVER: "handover",
    Occasion.CLOSING: "closing",
}
SECTION_WORDS: Mapping[str, str] = {
    "incidents": "Incidents",
    "queues": "Queues",
    "attendance": "Attendance",
    "breaks": "Breaks",
    "flags": "Flags",
    "follow_ups": "Follow-ups",
    "findings": "Findings",
    "rounds": "Rounds",
}
"""The parts of a handover, in the order in which it is read."""
MISSED_WORDS: Mapping[str, str] = {"absent": "absent", "late": "late", "left_early": "left early"}
UNIT_WORDS: Mapping[str, str] = {"points": "in points", "money": "in money", "level": "in levels"}


class DisciplinePane(TablePane[Row], Generic[Row]):
    """A pane of the screen of discipline: besides the picture it is handed what is known of attendance and scores."""

    MEASURED = False
    seen: DisciplineSeen | None = None

    def set_seen(self, seen: DisciplineSeen | None) -> None:
        """Take attendance, scores and the rules in force; None: they have not come yet."""
        if seen is not self.seen:
            self.seen = seen
            self.sync()

    def whole(self, parts: Iterable[str], lines: int = 1, indent: int = 2) -> str:
        """Return as many parts as have room on some lines of the pane, none of them cut but the first."""
        room = lines * (self.content_size.width - 4 - indent - (8 if lines > 1 else 0))
        kept: list[str] = []
        for part in parts:
            if part and (not kept or not self.content_size.width or width_of(joined([*kept, part], self.look)) <= room):
                kept.append(part)
        return joined(kept, self.look)

    def row_of(self, key: object) -> Row | None:
        """Return the row of a key, None where there is none."""
        return next((entry.row for entry in self._entries if entry.key == key and entry.row is not None), None)


def joined(parts: Iterable[str], look: Look) -> str:
    """Return what there is of some parts, a dot between them."""
    return f" {look.glyphs.dot} ".join(part for part in parts if part)


def minutes_text(ms: int, look: Look) -> str:
    """Return a length of time in minutes, from two hours on in hours too; no time of the day reads like it."""
    return look.say("{n} min", n=ms // MINUTE) if ms < 120 * MINUTE else brief(ms)


def shift_text(
    key: str, shifts: Iterable[ShiftRow], now_ms: int, look: Look, seen: DisciplineSeen | None = None
) -> str:
    """Return what a shift is called, with its day where it is not today's; an unknown one by its own id."""
    day, _, own = key.partition("/")
    titles = dict(seen.shifts) if seen is not None else {}
    titles |= {shift.key.partition("/")[2]: (shift.en, shift.zh) for shift in shifts}
    name = in_language(*titles.get(own, (own, own)), look)
    return name if day[5:] == look.day(now_ms) else f"{safe(day[5:])} {name}"


def area_text(area: str, seen: DisciplineSeen | None, look: Look) -> str:
    """Return what an area is called."""
    names = {key: (en, zh) for key, en, zh in seen.areas} if seen is not None else {}
    return in_language(*names.get(area, (area, area)), look)


def subject_text(row: FindingRow, look: Look, agents: Mapping[int, AgentRow] | None = None) -> str:
    """Return whom or what a finding is about."""
    if row.agent_id is not None:
        agent = (agents or {}).get(row.agent_id)
        return safe(row.agent or (agent.name if agent is not None else "")) or look.say("agent {id}", id=row.agent_id)
    if row.where is Where.ZONE:
        return zone_text(row.place, look)
    return place_text(row.where, row.place, look, agents)


def points_of_finding(row: FindingRow, look: Look) -> str:
    """Return what a finding counts by itself, in its unit; "" for nothing."""
    return count_text(row.points, row.unit, row.positive, look) if row.points else ""


def finding_lines(row: FindingRow, now_ms: int, look: Look) -> list[str]:
    """Return all that is known of a finding, a text for each thing, the most needed first."""
    say = look.say
    grave = look.words(GRAVITY_WORDS[row.severity]) if not row.positive else look.words("credit")
    times = say("{n} times", n=row.repeats + 1) if row.repeats else ""
    found = say("found by {name} {time}", name=row.by, time=when_text(row.at_ms, now_ms, look)) if row.by else ""
    closed = ""
    if row.closing is not None and row.closed_ms is not None:
        closed = joined(
            (
                f"{look.words(CLOSING_WORDS[row.closing])} {when_text(row.closed_ms, now_ms, look)}",
                safe(row.closed_by),
                safe(row.closed_note),
            ),
            look,
        )
    return [
        in_language(row.en, row.zh, look),
        joined((grave, points_of_finding(row, look), times), look),
        look.words("a matter for more than a lead") if row.dismissal else "",
        say("owner: {name}", name=row.owner) if row.owner else "",
        say("due {time}", time=when_text(row.due_ms, now_ms, look)) if row.due_ms is not None else "",
        say("check again {time}", time=when_text(row.recheck_ms, now_ms, look)) if row.recheck_ms is not None else "",
        closed,
        found,
        say("done: {what}", what=row.measure) if row.measure else "",
        safe(row.note),
        say("photo {name}", name=row.photo) if row.photo else "",
    ]


def item_parts(item: HandoverItem, seen: DisciplineSeen | None, now_ms: int, look: Look) -> list[str]:
    """Return a line of a handover in words: what, whom it is about, what was written, whose it is, until when."""
    what, who = _what(item, seen, look), safe(item.who)
    if item.section == "rounds":
        who = look.words(item.who)
    said = [what, who, safe(item.text)]
    if item.at_ms is not None:
        said.append(_began(item, item.at_ms, now_ms, look))
    if item.owner:
        said.append(look.say("owner: {name}", name=item.owner))
    if item.due_ms is not None:
        text = "over since {time}" if item.section == "incidents" else "due {time}"
        said.append(look.say(text, time=when_text(item.due_ms, now_ms, look)))
    return said


def _began(item: HandoverItem, at_ms: int, now_ms: int, look: Look) -> str:
    """Return since when something is open; of queues and breaks for how long."""
    time = when_text(at_ms, now_ms, look)
    match item.section:
        case "queues" | "breaks":
            return brief(now_ms - at_ms)
        case "attendance":
            return look.say("came {time}", time=time)
        case "rounds":
            return ""
    return look.say("since {time}", time=time)


def _what(item: HandoverItem, seen: DisciplineSeen | None, look: Look) -> str:
    """Return what a line is about, by its key: a kind, a rule, a checklist, a reason."""
    match item.section:
        case "incidents":
            kinds = {key: (en, zh) for key, en, zh in seen.incident_kinds} if seen is not None else {}
            return in_language(*kinds.get(item.what, (item.what, item.what)), look)
        case "queues":
            state = look.say("{n} waiting", n=item.n) if item.n else look.words("past its limit")
            return f"{safe(item.what)} {state}"
        case "attendance":
            missed = look.words(MISSED_WORDS.get(item.what, item.what))
            return f"{missed} {minutes_text((item.n or 0) * MINUTE, look)}" if item.what != "absent" else missed
        case "breaks":
            return look.words(REASON_WORDS.get(item.what, safe(item.what.replace("_", " ")))) or look.words("break")
        case "flags":
            return safe(look.vocabulary.called(item.what, look.language))
        case "follow_ups":
            return look.words("coaching")
        case "findings":
            rules = {rule.id: (rule.en, rule.zh) for rule in seen.rules} if seen is not None else {}
            return in_language(*rules.get(item.what, (item.what, item.what)), look)
        case _:
            names = seen.names if seen is not None else {}
            title = in_language(*names.get(item.what, (item.what, item.what)), look)
            return f"{title} {look.say('{n} checks left', n=item.n or 0)}"
