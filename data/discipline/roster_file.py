"""A roster as people keep it: a CSV that a spreadsheet wrote, or a TOML file, with headers in English or Chinese.

Nothing of a file with a mistake is taken, and all of its mistakes are told at once, as FILE:LINE: column: what is
expected. Pure: what is read is handed over as bytes.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple, TypeVar

from data.breaks import POLICY, BreakPolicy, canonical, reasons_in_order
from data.discipline.catalogue import Catalogue
from data.discipline.roster import DAY_MINUTES, Fault, PlannedBreak, RosterRow, fault_of, in_order
from data.model.text import MAX_LENGTH, safe_text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "agent": (
        "agent id",
        "id",
        "employee",
        "employee id",
        "staff id",
        "number",
        "工号",
        "员工工号",
        "员工编号",
        "账号",
    ),
    "name": ("agent name", "employee name", "姓名", "员工姓名", "坐席姓名", "座席姓名"),
    "shift": ("班次", "班别"),
    "day": ("date", "日期", "上班日期"),
    "from": ("since", "start", "begin", "上班", "上班时间", "开始", "开始时间"),
    "until": ("to", "end", "下班", "下班时间", "结束", "结束时间"),
    "seat": ("desk", "座席", "坐席", "座席号", "坐席号", "工位", "工位号", "座位"),
    "skills": ("skill", "queues", "技能", "技能组", "队列"),
    "breaks": ("break", "rests", "休息", "小休", "计划休息", "休息时间"),
}
"""The columns of a roster, each with its other names."""

PASSED_OVER = frozenset(
    {"note", "notes", "remark", "team", "weekday", "备注", "说明", "班组", "团队", "部门", "星期", "周几"}
)
"""Columns that spreadsheets have besides, and that say nothing here."""

OFF = frozenset({"off", "day off", "rest day", "leave", "-", "—", "休", "休息", "公休", "轮休", "休假", "请假"})
"""What is written for a shift on a day off."""

EXAMPLE = "10:30-10:45 rest; 12:00-12:30 meal"

T = TypeVar("T")
_LONGEST_CELL = 2_000

Times = tuple[str, int | None, int | None]
"""A duty's shift and its times."""
_NO_TIMES: Times = ("", None, None)
_NO_DAY: date | None = None
_NO_SKILLS: tuple[str, ...] = ()

_NAMES = {name: column for column, others in COLUMNS.items() for name in (column, *others)}
_CLOCK = r"(?:\+|次日)?\s*\d{1,2}[:：]\d\d(?:[:：]00)?(?:\s*\+1)?"
_TIME = re.compile(r"(\+|次日)?\s*(\d{1,2})[:：]([0-5]\d)(?:[:：]00)?(\s*\+1)?")
_STRETCH = re.compile(rf"({_CLOCK})\s*[-–—−－~～至到]\s*({_CLOCK})")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00?:00(?::00)?)?")
_BETWEEN = re.compile(r"[;；,，、|\n]+")


class RosterError(ValueError):
    """A roster with mistakes; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _CellError(Exception):
    """A cell is not what is expected."""

    def __init__(self, column: str, expected: str) -> None:
        super().__init__(expected)
        self.fault = Fault(column, expected)


class _Line(NamedTuple):
    """A duty as it was written; `lines` says of each column on which line of the file, `line` of the whole."""

    line: int
    cells: Mapping[str, str]
    lines: Mapping[str, int]


def read_roster(data: bytes, name: str, catalogue: Catalogue, policy: BreakPolicy = POLICY) -> tuple[RosterRow, ...]:
    """Return the duties of a file, by day and agent.

    Args:
        data: What is in the file: UTF-8 (with or without its mark), UTF-16 with its mark, or GBK.
        name: What the file is called in what is said of it; one that ends in `.toml` is TOML, any other CSV.
        catalogue: Whose shifts may be named.
        policy: Whose reasons breaks may have.

    Raises:
        RosterError: The file has mistakes; it says all of them.
    """
    problems: list[str] = []
    text = _text(data)
    if text is None:
        raise RosterError([f"{name}:1: file: a text in UTF-8 or GBK"])
    written = _toml(text, name, problems) if name.endswith(".toml") else _csv(text, name, problems)
    rows: dict[tuple[str, date], int] = {}
    found: list[RosterRow] = []
    for each in written:
        faults: list[Fault] = []
        row = _row(each.cells, catalogue, policy, faults)
        problems += [_told(name, each, fault) for fault in faults]
        if row is None or faults:
            continue
        first = rows.setdefault((row.agent, row.day), each.line)
        if first != each.line:
            problems.append(_told(name, each, Fault("agent", f"one duty a day; {row.agent} has one on line {first}")))
        found.append(row)
    if not problems and not found:
        problems.append(f"{name}:1: file: at least one duty")
    if problems:
        raise RosterError(sorted(problems, key=lambda told: int(told[len(name) + 1 :].split(":")[0])))
    return in_order(found)


def _told(name: str, each: _Line, fault: Fault) -> str:
    return f"{name}:{each.lines.get(fault.column, each.line)}: {fault.column}: {fault.expected}"


def _text(data: bytes) -> str | None:
    """Return a file's text, None where it is in no encoding that spreadsheets write."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


# ---------------------------------------------------------------- how it is written


def _csv(text: str, name: str, problems: list[str]) -> Iterator[_Line]:
    header = next((line for line in text.splitlines() if line.strip()), "")
    between = max(",;\t", key=header.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=between)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            first, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, name, first, problems)
                if not columns:
                    return
            elif any(cell.strip() for cell in cells[len(columns) :]):
                problems.append(f"{name}:{first}: row: {len(columns)} cells, as the header has; here are {len(cells)}")
            else:
                yield _Line(first, {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c}, {})
    except csv.Error as error:
        problems.append(f"{name}:{reader.line_num or 1}: row: a line of a CSV file ({error})")


def _columns(cells: Sequence[str], name: str, line: int, problems: list[str]) -> list[str]:
    """Return which column each cell of a header names, "" for one that is passed over; [] where it is no header."""
    before = len(problems)
    columns: list[str] = []
    for cell in cells:
        title = _key(cell)
        column = _NAMES.get(title, "")
        if column and column in columns:
            problems.append(f"{name}:{line}: {safe_text(cell)}: each column once; this is {column} again")
        if not column and title and title not in PASSED_OVER:
            problems.append(f"{name}:{line}: {safe_text(cell)}: one of {', '.join(COLUMNS)} (or what they mean)")
        columns.append(column)
    for needed, others in (("agent", ("agent", "name")), ("day", ("day",)), ("shift", ("shift", "from"))):
        if not set(others) & set(columns):
            problems.append(f"{name}:{line}: {needed}: a column for it ({', '.join(COLUMNS[needed][-4:])})")
    return [] if len(problems) > before else columns


def _key(title: str) -> str:
    return re.sub(r"[\s_-]+", " ", title.strip().casefold())


_TABLE = re.compile(r"\s*\[\[\s*([\w\"']+)\s*\]\]")
_ENTRY = re.compile(r"""\s*["']?([^"'=]+?)["']?\s*=""")


def _toml(text: str, name: str, problems: list[str]) -> Iterator[_Line]:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        problems.append(f"{name}:{found[1] if found else 1}: file: TOML ({error})")
        return
    duties = told.get("duty")
    tables = _tables(text)
    if set(told) != {"duty"} or not isinstance(duties, list) or len(duties) != len(tables):
        problems.append(f"{name}:1: file: a [[duty]] for each duty, and nothing else")
        return
    for duty, (line, lines) in zip(duties, tables, strict=True):
        cells: dict[str, str] = {}
        before = len(problems)
        for key, value in duty.items():
            column = _NAMES.get(_key(key))
            at = lines.get(key, line)
            if column is None:
                problems.append(f"{name}:{at}: {safe_text(key)}: one of {', '.join(COLUMNS)}")
            elif (cell := _cell(value)) is None:
                problems.append(f"{name}:{at}: {column}: a text, a day, a time or a list of texts")
            else:
                cells[column] = cell
        if len(problems) == before:
            yield _Line(line, cells, {_NAMES[_key(key)]: at for key, at in lines.items() if _key(key) in _NAMES})


def _tables(text: str) -> list[tuple[int, dict[str, int]]]:
    """Return on which line each duty begins, and on which its keys stand."""
    found: list[tuple[int, dict[str, int]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if _TABLE.match(line):
            found.append((number, {}))
        elif found and (entry := _ENTRY.match(line)):
            found[-1][1].setdefault(entry[1], number)
    return found


def _cell(value: Any) -> str | None:  # noqa: ANN401 - whatever a TOML text may hold
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "; ".join(value)
    return str(value) if type(value) in (str, int) else None


# ---------------------------------------------------------------- what it says


def _row(
    written: Mapping[str, str], catalogue: Catalogue, policy: BreakPolicy, faults: list[Fault]
) -> RosterRow | None:
    """Return the duty of a line; None, with what is wrong in each of its cells put to the faults."""

    def tried(read: Callable[..., T], *given: object, instead: T) -> T:
        try:
            return read(*given)
        except _CellError as error:
            faults.append(error.fault)
            return instead

    cells = {column: safe_text(text, _LONGEST_CELL) for column, text in written.items()}
    name, agent, seat = (
        tried(_word, column, cells.get(column, ""), instead="") for column in ("name", "agent", "seat")
    )
    skills = tried(_skills, cells.get("skills", ""), instead=_NO_SKILLS)
    day = tried(_day, cells.get("day", ""), instead=_NO_DAY)
    shift, since, until = tried(_times, cells, day, catalogue, instead=_NO_TIMES)
    breaks: tuple[PlannedBreak, ...] = ()
    if since is not None and until is not None:
        breaks = tried(_breaks, cells.get("breaks", ""), since, until, policy, instead=())
    if faults or day is None:
        return None
    row = RosterRow(agent or name, day, name, shift, since, until, seat, skills, breaks)
    wrong = fault_of(row)
    if wrong is not None:
        faults.append(wrong)
    return row


def _word(column: str, text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise _CellError(column, f"a text of at most {MAX_LENGTH} characters")
    return text


def _skills(text: str) -> tuple[str, ...]:
    return tuple(_word("skills", skill.strip()) for skill in _BETWEEN.split(text) if skill.strip())


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise _CellError("day", f"a day such as 2026-12-01; this is {text!r}")


def _times(cells: Mapping[str, str], day: date | None, catalogue: Catalogue) -> Times:
    """Return a duty's shift and times: those that are given, else the shift's; none on a day off."""
    named, since, until = cells.get("shift", ""), cells.get("from", ""), cells.get("until", "")
    if named.casefold() in OFF or (not named and since.casefold() in OFF):
        return "", None, None
    if stretch := _STRETCH.fullmatch(named):
        named, since, until = "", stretch[1], stretch[2]
    shift = _shift(named, catalogue) if named else ""
    if since or until:
        times = _stretch(_minute("from", since), _minute("until", until))
        return shift or _fitting(times, day, catalogue), *times
    if not shift:
        raise _CellError("shift", f"a shift ({_ids(catalogue)}), or times in `from` and `until`, or off")
    plan = catalogue.shifts[shift]
    if day is not None and day.weekday() not in plan.weekdays:
        raise _CellError("shift", f"a shift of that weekday, or times: {shift} is not worked on {day:%A}s")
    return shift, *_stretch(plan.since, plan.until)


def _shift(named: str, catalogue: Catalogue) -> str:
    wanted = named.casefold()
    for key, plan in catalogue.shifts.items():
        if wanted in (key.casefold(), plan.title.en.casefold(), plan.title.zh.casefold()):
            return key
    raise _CellError("shift", f"one of {_ids(catalogue)}, or off; this is {named!r}")


def _ids(catalogue: Catalogue) -> str:
    return ", ".join(catalogue.shifts) or "the catalogue has none"


def _minute(column: str, text: str) -> int:
    """Return the minute of a time, counted on over midnight where it says the next day. Raises _CellError."""
    found = _TIME.fullmatch(text)
    if found is not None:
        minute = int(found[2]) * 60 + int(found[3])
        if minute <= DAY_MINUTES:
            return minute + DAY_MINUTES * bool(found[1] or found[4])
    raise _CellError(column, f"a time such as 08:00; this is {text!r}")


def _stretch(since: int, until: int) -> tuple[int, int]:
    """Return two times of which the second comes after the first: on the next day where it reads earlier."""
    since %= DAY_MINUTES
    return since, until + DAY_MINUTES if until <= since else until


def _fitting(times: tuple[int, int], day: date | None, catalogue: Catalogue) -> str:
    """Return the shift of a day with which times overlap most, "" where they do with none."""
    best, most = "", 0
    for key, plan in catalogue.shifts.items():
        since, until = _stretch(plan.since, plan.until)
        overlap = min(until, times[1]) - max(since, times[0])
        if overlap > most and (day is None or day.weekday() in plan.weekdays):
            best, most = key, overlap
    return best


def _breaks(text: str, since: int, until: int, policy: BreakPolicy) -> tuple[PlannedBreak, ...]:
    found: list[PlannedBreak] = []
    known = reasons_in_order(policy)
    for part in _BETWEEN.split(text):
        if not part.strip():
            continue
        stretch = _STRETCH.search(part)
        if stretch is None:
            raise _CellError("breaks", f"breaks such as {EXAMPLE}; this is {part.strip()!r}")
        reason = canonical((part[: stretch.start()] + part[stretch.end() :]).strip() or "rest", policy)
        if reason not in known:
            raise _CellError("breaks", f"a reason of {', '.join(known)}; this is {reason!r}")
        begins = _minute("breaks", stretch[1])
        begins += DAY_MINUTES if begins < since and until > DAY_MINUTES else 0
        ends = _minute("breaks", stretch[2])
        while ends <= begins:
            ends += DAY_MINUTES
        found.append(PlannedBreak(reason, begins, ends))
    return tuple(sorted(found, key=lambda each: each.since))
