"""A small catalogue in which nothing is wrong, and what may be: each with the exact words that tell it."""

# ruff: noqa: E501 (a line of what people are told stays one line)

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
[area.desk]
en = "Desk"
zh = "工位"

[rule.phone_away]
area = "desk"
where = "seat"
en = "Private phone put away"
zh = "手机收好"
severity = "major"
points = [2, 5]

[rule.back_in_time]
area = "desk"
where = "seat"
en = "Back in time"
data = "break_overrun"

[rule.helped]
area = "desk"
where = "agent"
zh = "帮助同事"
positive = true

[checklist.walk]
en = "Walk"
for = "mid_shift"
rules = ["phone_away", "back_in_time"]
opens = "start +01:00"
due = "start +02:00"
every_min = 120
shifts = ["day"]

[shift.day]
en = "Day"
from = "08:30"
until = "17:30"
days = ["mon", "tue"]

[incident.other]
en = "Other"

[scoring]
base = 100
pass_mark = 60
repeat_percent = [100, 150]
amnesty = [2027-01-01]
"""


class Mistake(NamedTuple):
    """Instead of `good` somebody wrote `bad`; it is told in these words."""

    kind: str
    good: str
    bad: str
    told: tuple[str, ...]


def mistake(kind: str, good: str, bad: str, *told: str) -> Mistake:
    """Return a mistake; where `good` is not in the good catalogue, that is one of the test's own."""
    assert GOOD.count(good) == 1, (kind, GOOD.count(good))
    return Mistake(kind, good, bad, told)


LONG = "h" * 41

MISTAKES = (
    mistake(
        "unknown table",
        "[incident.other]",
        "[incidents.other]",
        "40: incidents: is no table of a catalogue; did you mean incident?",
    ),
    mistake(
        "unknown key",
        'severity = "major"',
        'severty = "major"',
        "10: rule.phone_away.severty: is no key of [rule.phone_away]; did you mean severity?",
    ),
    mistake(
        "unknown key that is like none",
        'severity = "major"',
        "xyz = 1",
        "10: rule.phone_away.xyz: is no key of [rule.phone_away]; there are area, where, en, zh, severity, points, unit, positive, checked_by, every, do_en, do_zh, …",
    ),
    mistake(
        "no number",
        "points = [2, 5]",
        'points = "2"',
        "11: rule.phone_away.points: should be a whole number, or the least and the most as [1, 5], not '2'",
    ),
    mistake(
        "truth as a number",
        "every_min = 120",
        "every_min = true",
        "31: checklist.walk.every_min: should be a whole number from 15 to 1,440, not true",
    ),
    mistake(
        "number as a truth",
        "positive = true",
        "positive = 1",
        "23: rule.helped.positive: should be true or false, not 1",
    ),
    mistake(
        "text as a list",
        'en = "Walk"',
        'en = ["Walk"]',
        "26: checklist.walk.en: should be a text in quotes, not ['Walk']",
    ),
    mistake(
        "list as a text",
        'shifts = ["day"]',
        'shifts = "day"',
        "32: checklist.walk.shifts: should be a list of shifts, not 'day'",
    ),
    mistake(
        "control character",
        'en = "Back in time"',
        'en = "Back\\u001b[2J in time"',
        "16: rule.back_in_time.en: 'Back\\x1b[2J in time' holds what can't be seen, or spaces around it: write plain characters only",
    ),
    mistake(
        "bidi control",
        'zh = "手机收好"',
        'zh = "手机\\u202e收好"',
        "9: rule.phone_away.zh: '手机\\u202e收好' holds what can't be seen, or spaces around it: write plain characters only",
    ),
    mistake(
        "line end in a text",
        'zh = "手机收好"',
        'zh = "手机\\n收好"',
        "9: rule.phone_away.zh: '手机\\n收好' holds what can't be seen, or spaces around it: write plain characters only",
    ),
    mistake(
        "markup",
        'en = "Walk"',
        'en = "[@click=app.quit]Walk[/]"',
        "26: checklist.walk.en: '[@' looks like markup, and none is drawn: write it without",
    ),
    mistake(
        "empty text",
        'en = "Desk"',
        'en = ""',
        "2: area.desk.en: is empty: write a text, or leave the key out",
    ),
    mistake(
        "no text",
        '[incident.other]\nen = "Other"',
        "[incident.other]",
        '40: incident.other: has no text: write en = "English", zh = "中文", or both',
    ),
    mistake(
        "title too long",
        'en = "Day"',
        'en = "' + "Day" * 14 + '"',
        "35: shift.day.en: has 42 characters; at most 40 are shown",
    ),
    mistake(
        "text too long",
        'en = "Private phone put away"',
        'en = "' + "x" * 121 + '"',
        "8: rule.phone_away.en: has 121 characters; at most 120 are shown",
    ),
    mistake(
        "unknown severity",
        'severity = "major"',
        'severity = "mayor"',
        "10: rule.phone_away.severity: there is no severity 'mayor'; did you mean major?",
    ),
    mistake(
        "unknown place",
        'where = "agent"',
        'where = "person"',
        "21: rule.helped.where: there is no such place 'person'; there are seat, agent, zone, floor",
    ),
    mistake(
        "unknown area",
        '[rule.helped]\narea = "desk"',
        '[rule.helped]\narea = "disk"',
        "20: rule.helped.area: there is no area 'disk'; did you mean desk?",
    ),
    mistake(
        "no area",
        '[rule.helped]\narea = "desk"',
        "[rule.helped]",
        "19: rule.helped: has no area: write the key of an [area.KEY]",
    ),
    mistake(
        "no place",
        'where = "agent"\n',
        "",
        '19: rule.helped: has no where: write where = "seat", "agent", "zone" or "floor"',
    ),
    mistake(
        "range turned round",
        "points = [2, 5]",
        "points = [5, 2]",
        "11: rule.phone_away.points: goes from 5 down to 2: write the least first, [2, 5]",
    ),
    mistake(
        "negative points",
        "points = [2, 5]",
        "points = -2",
        "11: rule.phone_away.points: -2 is less than nothing: say positive = true of a rule that adds points",
    ),
    mistake(
        "three points",
        "points = [2, 5]",
        "points = [1, 2, 3]",
        "11: rule.phone_away.points: should be a whole number, or the least and the most as [1, 5], not [1, 2, 3]",
    ),
    mistake(
        "too many points",
        "points = [2, 5]",
        "points = 100001",
        "11: rule.phone_away.points: should be at most 100,000, not 100,001",
    ),
    mistake(
        "known of no zone",
        'where = "seat"\nen = "Back',
        'where = "zone"\nen = "Back',
        '17: rule.back_in_time.data: is known of people only: write where = "seat" or "agent", not "zone"',
    ),
    mistake(
        "unknown data",
        'data = "break_overrun"',
        'data = "overrun"',
        "17: rule.back_in_time.data: there is no such thing known of the floor 'overrun'; did you mean break_overrun?",
    ),
    mistake(
        "data to somebody's credit",
        'data = "break_overrun"',
        'data = "break_overrun"\npositive = true',
        "17: rule.back_in_time.data: is known of breaches only: leave out positive, or data",
        "29: checklist.walk.rules: back_in_time is to somebody's credit: that is said of people, not checked",
    ),
    mistake(
        "dismissal to somebody's credit",
        "positive = true",
        "positive = true\ndismissal = true",
        "24: rule.helped.dismissal: can't be of a rule to somebody's credit: leave out positive, or dismissal",
    ),
    mistake(
        "deadline of nothing",
        'severity = "major"',
        "deadline_min = 0",
        "10: rule.phone_away.deadline_min: should be a whole number from 1 to 43,200, not 0",
    ),
    mistake(
        "key that is none",
        "[rule.helped]",
        '[rule."Helped out"]',
        "19: rule.Helped out: 'Helped out' can't be a key: write at most 40 small letters a-z, digits and _, as desk_in_order",
    ),
    mistake(
        "key too long",
        "[rule.helped]",
        "[rule." + "h" * 41 + "]",
        "19: rule."
        + LONG
        + ": '"
        + LONG
        + "' can't be a key: write at most 40 small letters a-z, digits and _, as desk_in_order",
    ),
    mistake(
        "entry twice",
        "[rule.helped]",
        "[rule.phone_away]",
        "19: rule.phone_away: stands there twice: give each its own key",
    ),
    mistake(
        "key twice",
        "base = 100",
        "base = 100\nbase = 100",
        "45: scoring.base: stands there twice: give each its own key",
    ),
    mistake(
        "entry that is no table",
        '[incident.other]\nen = "Other"',
        '[incident]\nother = "Other"',
        "41: incident.other: should be a table of its own: write [incident.other]",
    ),
    mistake(
        "kind that is no table",
        '[incident.other]\nen = "Other"',
        '[[incident]]\nen = "Other"',
        "40: incident: should be tables of their own, each with a key: write [incident.KEY]",
    ),
    mistake(
        "unknown rule",
        '["phone_away", "back_in_time"]',
        '["phone_awry", "back_in_time"]',
        "28: checklist.walk.rules: there is no rule 'phone_awry'; did you mean phone_away?",
    ),
    mistake(
        "rule twice",
        '["phone_away", "back_in_time"]',
        '["phone_away", "phone_away"]',
        "28: checklist.walk.rules: 'phone_away' stands in it twice",
    ),
    mistake(
        "no rules",
        '["phone_away", "back_in_time"]',
        "[]",
        "28: checklist.walk.rules: should hold 1 to 60 rules, not 0",
    ),
    mistake(
        "rule to somebody's credit",
        '["phone_away", "back_in_time"]',
        '["phone_away", "helped"]',
        "28: checklist.walk.rules: helped is to somebody's credit: that is said of people, not checked",
    ),
    mistake(
        "unknown shift",
        'shifts = ["day"]',
        'shifts = ["night"]',
        "32: checklist.walk.shifts: there is no shift 'night'; there is only day",
    ),
    mistake(
        "unknown moment",
        'for = "mid_shift"',
        'for = "midshift"',
        "27: checklist.walk.for: there is no such moment of a shift 'midshift'; did you mean mid_shift?",
    ),
    mistake(
        "no time of a shift",
        'opens = "start +01:00"',
        'opens = "start+1h"',
        '29: checklist.walk.opens: should be a time of the shift, as "start", "start +00:15" or "end -00:30", not \'start+1h\'',
    ),
    mistake(
        "due before it opens",
        'due = "start +02:00"',
        'due = "start +01:00"',
        "30: checklist.walk.due: is not after it opens, in shift.day: write a later due, or an earlier opens",
    ),
    mistake(
        "due before it opens at the end",
        'opens = "start +01:00"',
        'opens = "end -00:30"',
        "30: checklist.walk.due: is not after it opens, in shift.day: write a later due, or an earlier opens",
    ),
    mistake(
        "never due",
        'due = "start +02:00"\n',
        "",
        '29: checklist.walk.opens: needs due beside it, as due = "start +00:30"',
    ),
    mistake(
        "again without an hour",
        'opens = "start +01:00"\ndue = "start +02:00"\n',
        "",
        '29: checklist.walk.every_min: needs opens and due beside it, as opens = "start +02:00"',
    ),
    mistake(
        "again before it is due",
        "every_min = 120",
        "every_min = 45",
        "31: checklist.walk.every_min: comes again before it is due, 60 minutes after it opens in shift.day: write at least that",
    ),
    mistake(
        "no time of the day",
        'from = "08:30"',
        'from = "8:30"',
        '36: shift.day.from: should be a time of the day from "00:00" to "23:59", as "08:30", not \'8:30\'',
    ),
    mistake(
        "24 o'clock",
        'until = "17:30"',
        'until = "24:00"',
        '37: shift.day.until: should be a time of the day from "00:00" to "23:59", as "08:30", not \'24:00\'',
    ),
    mistake(
        "time as a time",
        'from = "08:30"',
        "from = 08:30:00",
        '36: shift.day.from: should be a time of the day from "00:00" to "23:59", as "08:30", not 08:30:00',
    ),
    mistake(
        "shift of no length",
        'until = "17:30"',
        'until = "08:30"',
        "37: shift.day.until: is when it begins: a shift lasts from a minute to just under a day",
    ),
    mistake(
        "no such day",
        'days = ["mon", "tue"]',
        'days = ["mo", "tue"]',
        "38: shift.day.days: there is no day 'mo'; did you mean mon?",
    ),
    mistake(
        "day twice",
        'days = ["mon", "tue"]',
        'days = ["mon", "mon"]',
        "38: shift.day.days: 'mon' stands in it twice",
    ),
    mistake(
        "two shifts the same",
        "[incident.other]",
        '[shift.again]\nen = "Again"\nfrom = "08:30"\nuntil = "17:30"\ndays = ["tue"]\n\n[incident.other]',
        "40: shift.again: is from and until the same times as shift.day on tue: give them other times or days, or leave one out",
    ),
    mistake(
        "pass mark out of reach",
        "pass_mark = 60",
        "pass_mark = 101",
        "45: scoring.pass_mark: 101 is more than the base of 100: nobody would pass",
    ),
    mistake(
        "weights that fall",
        "repeat_percent = [100, 150]",
        "repeat_percent = [150, 100]",
        "46: scoring.repeat_percent: must not fall from one to the next, as [150, 100] does",
    ),
    mistake(
        "weights that are none",
        "repeat_percent = [100, 150]",
        "repeat_percent = 150",
        "46: scoring.repeat_percent: should be a list of 1 to 20 percentages, as [100, 150, 200], not 150",
    ),
    mistake(
        "amnesty that is no day",
        "amnesty = [2027-01-01]",
        'amnesty = ["2027-01-01"]',
        "47: scoring.amnesty: should be a day without quotes, as 2027-01-01, not '2027-01-01'",
    ),
    mistake(
        "day that is none",
        "amnesty = [2027-01-01]",
        "amnesty = [2027-02-30]",
        "47: scoring.amnesty: is not valid TOML: invalid date or datetime",
    ),
    mistake(
        "unknown role",
        "amnesty = [2027-01-01]",
        "[scoring.found_by]\nsupervisr = 5",
        "48: scoring.found_by.supervisr: is no key of [scoring.found_by]; did you mean supervisor?",
    ),
    mistake(
        "quote left open",
        'zh = "工位"',
        'zh = "工位',
        "3: area.desk.zh: is not valid TOML: illegal character '\\n': is a quote left open?",
    ),
    mistake(
        "bracket left open",
        "[shift.day]",
        "[shift.day",
        "34: is not valid TOML: expected ']' at the end of a table declaration",
    ),
    mistake(
        "no kind of incident",
        '[incident.other]\nen = "Other"\n',
        "",
        "1: incident: there is none: write at least one [incident.KEY] with en = and zh =",
    ),
)
