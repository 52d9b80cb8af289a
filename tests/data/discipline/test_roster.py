"""A roster as people keep it: read whole, or every mistake told; and the one text of each duty, both ways."""

from __future__ import annotations

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.breaks import POLICY
from data.discipline.catalogue import Catalogue, ShiftPlan, Text
from data.discipline.roster import DAY_MINUTES, PlannedBreak, RosterRow, duty_of, fault_of, line_of, row_of, rows_of
from data.discipline.roster_file import COLUMNS, RosterError, read_roster
from data.model.days import HOUR, MINUTE, moment_of
from data.model.text import safe_text
from tests.examples import examples

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 12, 1)
CATALOGUE = Catalogue(
    shifts={
        "early": ShiftPlan("early", Text("Early shift", "早班"), 8 * 60, 17 * 60),
        "night": ShiftPlan("night", Text("Night shift", "夜班"), 22 * 60, 6 * 60, (0, 1, 2, 3, 4)),
    }
)

ENGLISH = """agent,name,shift,day,from,until,seat,skills,breaks
1001,Ida Holt,early,2026-12-01,,,A-01,billing; sales,10:30-10:45 rest; 12:00-12:30 meal
1002,Max Low,,2026-12-01,09:00,18:00,A-02,,15:00-15:15
1003,Zoë,night,2026-12-01,,,,,02:00-02:30 meal
1004,Ann,off,2026-12-01,,,,,
"""
CHINESE = """工号,姓名,班次,日期,上班,下班,座席,技能,休息,备注
1001,Ida Holt,早班,2026年12月1日,,,A-01,billing、sales,10:30至10:45 小休；12:00～12:30 用餐,
1002,Max Low,,2026/12/1,9:00,18:00:00,A-02,,15：00－15：15,调班
1003,Zoë,夜班,2026.12.01,,,,,次日02:00-02:30 用餐,
1004,Ann,休,2026-12-01,,,,,,
"""
ROWS = (
    RosterRow(
        *("1001", TUESDAY, "Ida Holt", "early", 480, 1020, "A-01", ("billing", "sales")),
        (PlannedBreak("rest", 630, 645), PlannedBreak("meal", 720, 750)),
    ),
    RosterRow("1002", TUESDAY, "Max Low", "early", 540, 1080, "A-02", (), (PlannedBreak("rest", 900, 915),)),
    RosterRow("1003", TUESDAY, "Zoë", "night", 1320, 1800, "", (), (PlannedBreak("meal", 1560, 1590),)),
    RosterRow("1004", TUESDAY, "Ann"),
)


def problems(text: str, name: str = "r.csv") -> list[str]:
    with pytest.raises(RosterError) as caught:
        read_roster(text.encode(), name, CATALOGUE)
    return list(caught.value.problems)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_exports_of_spreadsheets_are_read(text: str, between: str, encoding: str, end: str) -> None:
    lines = [line.replace(";", "；") if between == ";" else line for line in text.splitlines()]
    data = end.join(line.replace(",", between) for line in lines).encode(encoding)
    assert read_roster(data, "roster.csv", CATALOGUE) == ROWS


def test_the_same_in_toml() -> None:
    text = """
[[duty]]
agent = "1001"
name = "Ida Holt"
shift = "early"
day = 2026-12-01
seat = "A-01"
skills = ["billing", "sales"]
breaks = ["10:30-10:45 rest", "12:00-12:30 meal"]

[[duty]]
"工号" = 1002
"姓名" = "Max Low"
"日期" = "2026-12-01"
from = 09:00:00
until = "18:00"
seat = "A-02"
breaks = "15:00-15:15"

[[duty]]
agent = "1003"
name = "Zoë"
day = 2026-12-01
shift = "night"
breaks = "02:00-02:30 meal"

[[duty]]
agent = "1004"
name = "Ann"
day = 2026-12-01
shift = "off"
"""
    assert read_roster(text.encode(), "roster.toml", CATALOGUE) == ROWS


def test_names_alone_are_enough_and_quoted_cells_may_hold_anything() -> None:
    text = '姓名,日期,班次\n"王, 小明",2026-12-01,early\n\n,,\n李娜,2026-12-02,07:30-16:00\n'
    first, second = read_roster(text.encode("gbk"), "r.csv", CATALOGUE)
    assert (first.agent, first.name, first.shift) == ("王, 小明", "王, 小明", "early")
    assert (second.since, second.until, second.shift) == (450, 960, "early")


def test_the_shift_of_times_is_the_one_they_overlap_most() -> None:
    text = "agent,day,from,until\n1,2026-12-01,06:00,10:00\n2,2026-12-01,20:00,23:30\n3,2026-12-01,18:00,21:00\n"
    assert [row.shift for row in read_roster(text.encode(), "r.csv", CATALOGUE)] == ["early", "night", ""]


HEADER = "agent,day,shift,from,until,seat,skills,breaks\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",2026-12-01,early,,,,,", "agent: whose duty it is"),
        (f"{'x' * 121},2026-12-01,early,,,,,", "agent: a text of at most 120 characters"),
        ("1,01/12/2026,early,,,,,", "day: a day such as 2026-12-01; this is '01/12/2026'"),
        ("1,2026-02-30,early,,,,,", "day: a day such as 2026-12-01; this is '2026-02-30'"),
        ("1,1926-12-01,early,,,,,", "day: a day from 2000 to 2199"),
        ("1,,early,,,,,", "day: a day such as 2026-12-01; this is ''"),
        ("1,2026-12-01,,,,,,", "shift: a shift (early, night), or times in `from` and `until`, or off"),
        ("1,2026-12-01,noon,,,,,", "shift: one of early, night, or off; this is 'noon'"),
        ("1,2026-12-05,night,,,,,", "shift: a shift of that weekday, or times: night is not worked on Saturdays"),
        ("1,2026-12-01,,8 am,17:00,,,", "from: a time such as 08:00; this is '8 am'"),
        ("1,2026-12-01,,08:60,17:00,,,", "from: a time such as 08:00; this is '08:60'"),
        ("1,2026-12-01,,08:00,,,,", "until: a time such as 08:00; this is ''"),
        ("1,2026-12-01,,08:00,25:00,,,", "until: a time such as 08:00; this is '25:00'"),
        ("1,2026-12-01,,08:00,次日09:00,,,", "until: a time within 24 hours after `from`"),
        ("1,2026-12-01,early,,,,,soon", "breaks: breaks such as 10:30-10:45 rest; 12:00-12:30 meal; this is 'soon'"),
        ("1,2026-12-01,early,,,,,10:00-10:10 nap", "breaks: a reason of rest, meal"),
        ("1,2026-12-01,early,,,,,07:00-07:10", "breaks: times within the duty: 07:00-07:10 is not"),
        ("1,2026-12-01,early,,,,,16:50-17:10", "breaks: times within the duty: 16:50-17:10 is not"),
        (
            "1,2026-12-01,early,,,,,10:00-10:20; 10:10-10:30 meal",
            "breaks: one after another: 10:10 is before the one before ends",
        ),
        ("1,2026-12-01,early,,,,,,", "row: "),
    ],
)
def test_each_mistake_has_its_line_its_column_and_what_is_expected(row: str, told: str) -> None:
    text = f"{HEADER}9,2026-12-01,early,,,,,\n{row}\n"
    if told == "row: ":
        assert problems(f"{text[:-1]}more\n") == ["r.csv:3: row: 8 cells, as the header has; here are 9"]
        return
    [problem] = problems(text)
    assert problem.startswith(f"r.csv:3: {told}")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = f"{HEADER}1,x,noon,,,,,\n2,2026-12-01,early,,,,,\n2,2026-12-01,off,,,,,\n3,2026-12-01,early,,,,,zzz\n"
    assert [each.split(":")[1:3] for each in problems(text)] == [
        *(["2", " day"], ["2", " shift"], ["4", " agent"], ["5", " breaks"]),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "r.csv:1: file: at least one duty"),
        (HEADER, "r.csv:1: file: at least one duty"),
        ("day,shift\n2026-12-01,early\n", "r.csv:1: agent: a column for it"),
        ("agent,shift\n1,early\n", "r.csv:1: day: a column for it"),
        ("agent,day\n1,2026-12-01\n", "r.csv:1: shift: a column for it"),
        ("agent,day,shift,braeks\n", f"r.csv:1: braeks: one of {', '.join(COLUMNS)}"),
        ("agent,工号,day,shift\n", "r.csv:1: 工号: each column once; this is agent again"),
    ],
)
def test_a_header_is_told_for_itself(text: str, told: str) -> None:
    [problem] = problems(text)
    assert problem.startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[duty]]\nagent = "1"\nday = 2026-12-01\nshift = "noon"\n', "r.toml:4: shift: one of early, night"),
        ('[[duty]]\nagent = "1"\nday = [1]\nshift = "early"\n', "r.toml:3: day: a text, a day, a time or a list"),
        ('[[duty]]\nagent = "1"\nmoon = 1\n', "r.toml:3: moon: one of agent, name"),
        ('[duty]\nagent = "1"\n', "r.toml:1: file: a [[duty]] for each duty"),
        ("[[duty]]\nagent = \n", "r.toml:2: file: TOML"),
    ],
)
def test_mistakes_in_toml_have_their_lines(text: str, told: str) -> None:
    assert any(problem.startswith(told) for problem in problems(text, "r.toml"))


def test_what_is_no_text_is_told() -> None:
    for data in (b"\x00\x01\x02", b"agent\xff\xff\xff\xff", b"\xff\xfe\x00"):
        with pytest.raises(RosterError, match=r"r\.csv:1: file: a text in UTF-8 or GBK"):
            read_roster(data, "r.csv", CATALOGUE)


def test_hostile_texts_are_safe_once_they_are_read() -> None:
    text = f"{HEADER}\x1b[31m1\x07,2026-12-01,early,,,\u202eA,s\u200bx,\n"
    [row] = read_roster(text.encode(), "r.csv", CATALOGUE)
    for word in (row.agent, row.seat, *row.skills):
        assert safe_text(word) == word
    assert "\x1b" not in "".join(problems(f"{HEADER}1,\x1b[2J,early,,,,,\n"))


# ---------------------------------------------------------------- one text of each duty

WORDS = st.text(max_size=12).map(safe_text)


@st.composite
def rows(draw: st.DrawFn) -> RosterRow:
    agent, name, day = draw(WORDS.filter(bool)), draw(WORDS), draw(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
    if draw(st.booleans()):
        return RosterRow(agent, day, name)
    since = draw(st.integers(0, DAY_MINUTES - 1))
    until = since + draw(st.integers(1, DAY_MINUTES))
    edges = sorted(draw(st.sets(st.integers(since, until), max_size=6)))
    reasons = st.sampled_from(("rest", "meal", "training"))
    breaks = [PlannedBreak(draw(reasons), a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    skills = tuple(draw(st.lists(WORDS, max_size=3)))
    return RosterRow(agent, day, name, draw(WORDS), since, until, draw(WORDS), skills, tuple(breaks))


@examples(200)
@given(rows())
def test_a_duty_is_the_same_after_its_text(row: RosterRow) -> None:
    assert fault_of(row) is None
    assert row_of(line_of(row)) == row
    assert "\n" not in line_of(row)


@examples(60)
@given(st.lists(rows(), max_size=5, unique_by=lambda row: (row.day, row.agent)))
def test_texts_are_taken_in_any_order_and_come_by_day_and_agent(told: list[RosterRow]) -> None:
    found = rows_of(map(line_of, told))
    assert sorted(found, key=line_of) == sorted(told, key=line_of)
    assert [(row.day, row.agent) for row in found] == sorted((row.day, row.agent) for row in told)


@pytest.mark.parametrize(
    "line",
    [
        *("", "x", "{}", "[]", "null", "1"),
        '["2026-12-01","1","","",480,1020,"",[],[],1]',
        '["2026-12-01","","","",480,1020,"",[],[]]',
        '["2026-12-01","1","","",480,480,"",[],[]]',
        '["2026-12-01","1","","",480,2000,"",[],[]]',
        '["2026-12-01","1","","",null,1020,"",[],[]]',
        '["2026-12-01","1","","",true,1020,"",[],[]]',
        '["2026-12-01","1","","",480,1e3,"",[],[]]',
        '["2026-12-01","1","","",480,1020,"","ab",[]]',
        '["2026-12-01","1","","",480,1020,"",[],[["rest",400,410]]]',
        '["2026-12-01","1","","",480,1020,"",[],[["rest",500,600],["rest",550,610]]]',
        '["2026-12-01","1","","",null,null,"",[],[["rest",500,600]]]',
        '["2026-12-01","\\u001b[31m","","",480,1020,"",[],[]]',
        '["1900-01-01","1","","",480,1020,"",[],[]]',
        json.dumps(["2026-12-01", "1", "", "", 480, 1020, "", ["s"] * 51, []]),
    ],
)
def test_no_other_text_is_a_duty(line: str) -> None:
    with pytest.raises(ValueError):
        row_of(line)


def test_nobody_has_two_duties_on_a_day() -> None:
    line = line_of(ROWS[0])
    with pytest.raises(ValueError, match="1001 has two duties on 2026-12-01"):
        rows_of([line, line])


def test_a_duty_over_midnight_in_moments() -> None:
    duty = duty_of(ROWS[2], 3, "Zoë", ZONE)
    assert duty is not None
    begin = moment_of(datetime(2026, 12, 1, 22, tzinfo=ZONE))
    assert (duty.shift, duty.since_ms, duty.until_ms) == ("2026-12-01/night", begin, begin + 8 * HOUR)
    assert duty.breaks == (("meal", begin + 4 * HOUR, begin + 4 * HOUR + 30 * MINUTE),)
    assert duty_of(ROWS[3], 4, "Ann", ZONE) is None


def test_a_night_in_which_clocks_change_is_as_long_as_it_is() -> None:
    night = RosterRow("1", date(2026, 3, 28), since=22 * 60, until=30 * 60)
    duty = duty_of(night, 1, "", ZoneInfo("Europe/Berlin"))
    assert duty is not None
    assert duty.until_ms - duty.since_ms == 7 * HOUR


def test_reasons_are_the_policys_by_all_of_their_names() -> None:
    for alias, reason in POLICY.aliases.items():
        [row] = read_roster(f"{HEADER}1,2026-12-01,early,,,,,10:00-10:05 {alias}\n".encode(), "r.csv", CATALOGUE)
        assert row.breaks[0].reason == reason
