"""What a walk says in words: places, points, what the floor itself knows, what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from data.alerts import Level
from data.model.discipline import Fact, FindingRow, Gravity, Prefill, RuleLine, Where
from data.model.picture import AgentRow
from widgets.cells import duration, safe
from widgets.look import REASON_WORDS, Look
from widgets.walking import Halt

GRAVITY_LEVELS: Mapping[Gravity, Level] = {
    Gravity.MINOR: Level.CALM,
    Gravity.MAJOR: Level.WARN,
    Gravity.CRITICAL: Level.ALARM,
}
"""How bad a breach of a rule is, as everything else on the screen is."""


_ONE = {
    "{n} findings": "1 finding",
    "{n} findings:": "1 finding:",
    "{n} places are left.": "1 place is left.",
    "{n} places were left.": "1 place was left.",
    "{n} points": "1 point",
    "+{n} points": "+1 point",
}
"""What is said of one, by what is said of more."""


def counted(text: str, n: int, look: Look) -> str:
    """Return a text that counts something, as it is said of so many."""
    return look.words(_ONE[text]) if n == 1 else look.say(text, n=n)


def in_language(en: str, zh: str, look: Look) -> str:
    """Return the reader's one of two texts, the other one where it is empty; safe to draw."""
    return safe((zh or en) if look.language == "zh" else (en or zh))


def place_text(where: Where, place: str, look: Look, agents: Mapping[int, AgentRow] | None = None) -> str:
    """Return what a place is called: a seat's or a zone's name, an agent's, or the whole floor."""
    if where is Where.FLOOR:
        return look.words("the whole floor")
    if where is Where.AGENT:
        agent = (agents or {}).get(int(place)) if place.isdecimal() else None
        return safe(agent.name) if agent is not None else look.say("agent {id}", id=place)
    return zone_text(place, look) if where is Where.ZONE else safe(place)


def zone_text(zone: str, look: Look) -> str:
    """Return what a zone is called; a letter or a number alone says what it is."""
    if not zone:
        return look.words("the whole floor")
    if zone == "elsewhere":
        return look.words(zone)
    return look.say("zone {name}", name=zone) if len(zone) <= 2 else safe(zone)


def halt_text(halt: Halt, look: Look, agents: Mapping[int, AgentRow]) -> str:
    """Return what a halt is called."""
    return place_text(halt.where, halt.place, look, agents)


_POINTS = {
    "points": ("{n} points", "+{n} points"),
    "money": ("fine {n}", "bonus {n}"),
    "level": ("level {n}", "level {n}"),
}


def points_text(rule: RuleLine, points: int | None, look: Look) -> str:
    """Return what a breach of a rule costs, or praise adds: its points, or the range of them while none are chosen."""
    least, most = (rule.least, rule.most) if points is None else (points, points)
    n = least if least == most else f"{least}{look.glyphs.none}{most}"
    return count_text(n, rule.unit, rule.positive, look)


def count_text(n: int | str, unit: str, positive: bool, look: Look) -> str:
    """Return so many points of a unit in words."""
    text = _POINTS.get(unit, _POINTS["points"])[positive]
    return counted(text, 1, look) if n == 1 and text in _ONE else look.say(text, n=n)


def fact_text(fact: Fact, look: Look, n: int = 1) -> str:
    """Return what the floor itself knows in words, with its figures; `n`: how often in all."""
    text = _FACTS[fact.prefill](fact, look)
    return look.say("{what}, {n} times today", what=text, n=n) if n > 1 else text


def _late(fact: Fact, look: Look) -> str:
    over, limit = duration(fact.value_ms), duration(fact.limit_ms)
    if fact.until_ms is None:
        return look.say(
            "not signed in since {time}, {over} late ({limit} allowed)",
            time=look.clock(fact.since_ms),
            over=over,
            limit=limit,
        )
    return look.say(
        "signed in at {time}, {over} late ({limit} allowed)", time=look.clock(fact.until_ms), over=over, limit=limit
    )


def _overrun(fact: Fact, look: Look) -> str:
    return look.say(
        "{reason} of {time} took {length}, {limit} allowed",
        reason=look.words(REASON_WORDS.get(fact.reason, fact.reason.replace("_", " "))) or look.words("break"),
        time=look.clock(fact.since_ms),
        length=duration(fact.value_ms),
        limit=duration(fact.limit_ms),
    )


def _wrap_up(fact: Fact, look: Look) -> str:
    length, limit = duration(fact.value_ms), duration(fact.limit_ms)
    text = "wrap-up at {time} took {length}, {limit} allowed"
    return look.say(text, time=look.clock(fact.since_ms), length=length, limit=limit)


def _no_reason(fact: Fact, look: Look) -> str:
    text = "not ready without a reason at {time} for {length}"
    return look.say(text, time=look.clock(fact.since_ms), length=duration(fact.value_ms))


def _idle(fact: Fact, look: Look) -> str:
    text = "free at {time} for {length} while calls waited"
    return look.say(text, time=look.clock(fact.since_ms), length=duration(fact.value_ms))


_FACTS: Mapping[Prefill, Callable[[Fact, Look], str]] = {
    Prefill.LATE_SIGN_IN: _late,
    Prefill.BREAK_OVERRUN: _overrun,
    Prefill.WRAP_UP_OVER: _wrap_up,
    Prefill.NO_REASON: _no_reason,
    Prefill.IDLE_WHILE_WAITING: _idle,
}


def found_text(row: FindingRow, look: Look, day_since_ms: int) -> str:
    """Return what was found before at a place and is still open: what, when, how often, whose it is."""
    what = in_language(row.en, row.zh, look)
    parts = [look.clock(row.at_ms) if row.at_ms >= day_since_ms else look.day(row.at_ms)]
    if row.repeats:
        parts.append(look.say("{n} times", n=row.repeats + 1))
    if row.owner or row.due_ms:
        parts.append(owner_text(row.owner, row.due_ms, look))
    return f"{what}  " + f" {look.glyphs.dot} ".join(parts)


def owner_text(owner: str, due_ms: int | None, look: Look) -> str:
    """Return who puts something right, and until when."""
    due = look.clock(due_ms) if due_ms is not None else ""
    return " ".join(part for part in (look.glyphs.arrow, safe(owner), due) if part)
