"""What a shift hands over: all that is open, nothing that is not, and the same after it was kept as a text."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.discipline.catalogue import Rule, Text
from data.discipline.handover import SECTIONS, handover_items, items_json, items_of
from data.model.days import HOUR, MINUTE
from data.model.discipline import (
    Avoidable,
    Closing,
    Discipline,
    Entry,
    HandoverItem,
    IncidentEntry,
    IncidentRow,
    Review,
    RoundRow,
    Where,
    Worked,
)
from data.model.discipline_seen import AttendanceRow, Duty, Presence
from data.model.picture import (
    AgentRow,
    FlagRow,
    FollowUpRow,
    Picture,
    QueueRow,
    ServiceLevel,
    SourceState,
    Totals,
)
from data.model.text import safe_text
from data.model.words import Channel, Health, State
from tests.data.discipline.found import finding
from tests.examples import examples

NOW = 1_000 * HOUR
SERVICE = ServiceLevel(None, 0, 0, "answered_and_abandoned", 20_000)
RULE = Rule("no_food", "workstation", Text("No food", "不进食"), Where.SEAT)


def queue(name: str, waiting: int, oldest_ms: int | None = None) -> QueueRow:
    return QueueRow(1, name, Channel.VOICE, waiting, oldest_ms, 0, SERVICE, 0, 0, 0, 0, 0, 0, ())


def agent(name: str, state: State, reason: str = "") -> AgentRow:
    return AgentRow(1, name, "Sales", "A-01", state, reason, "", NOW - 5 * MINUTE, 0, 0, 0, 0, (), None)


def flag(name: str, severity: int, **more: object) -> FlagRow:
    row = FlagRow(1, 1, name, "tired", "says tired", "liu", NOW - HOUR, NOW + HOUR, severity)
    return row._replace(**more)  # type: ignore[arg-type]


def round_row(checklist: str, due_ms: int, done: int) -> RoundRow:
    key = f"2026-12-01/early/{checklist}/1"
    return RoundRow(
        key, checklist, "", "", "opening", "lead", "2026-12-01/early", 0, due_ms, done, 10, 0, 0, 0, ("liu",)
    )


def incident(kind: str, ended_ms: int | None, review: Review | None = None) -> IncidentRow:
    measures = (
        IncidentEntry(Entry.MEASURE, NOW, "call back", "liu"),
        IncidentEntry(Entry.TOLD, NOW, "IT", "liu"),
        IncidentEntry(Entry.MEASURE, NOW, "breaks paused", "liu"),
    )
    return IncidentRow(1, kind, "", "", "Billing down", NOW - HOUR, "liu", measures, ended_ms, "", review)


def picture(**more: object) -> Picture:
    source, totals = SourceState("pbx", Health.UP, NOW), Totals(0, None, SERVICE, (), 0)
    bare = Picture(NOW, NOW - HOUR, NOW + HOUR, source, (), (), (), None, (), totals)
    return bare._replace(**more)  # type: ignore[arg-type]


def attended(name: str, presence: Presence, late_ms: int = 0, left_ms: int = 0) -> AttendanceRow:
    duty = Duty(1, name, "2026-12-01/early", NOW - 8 * HOUR, NOW)
    return AttendanceRow(duty, presence, None, late_ms, left_ms, 0, 0, 0, 0, 0)


def sections(items: tuple[HandoverItem, ...]) -> list[str]:
    return [item.section for item in items]


def test_a_quiet_floor_hands_over_nothing() -> None:
    quiet = picture(
        queues=(queue("sales", 0), queue("chat", 0)._replace(unknown=True)),
        agents=(agent("Ida", State.AVAILABLE),),
        flags=(flag("Ida", 0),),
    )
    assert handover_items(quiet, [attended("Ida", Presence.PRESENT)]) == ()


def test_all_that_is_open_is_in_it_section_by_section() -> None:
    reviewed = Review(Avoidable.NO, Worked.YES, "", "liu", NOW)
    discipline = Discipline(
        rounds=(round_row("walk", NOW - 1, 4), round_row("opening", NOW - 1, 10), round_row("closing", NOW + 1, 0)),
        findings=(
            finding(RULE, NOW - HOUR, agent_id=None, place="B", note="boxes", owner="caretaker", due_ms=NOW + HOUR),
            finding(RULE, NOW - HOUR, closing=Closing.CORRECTED),
            finding(RULE, NOW - HOUR, positive=True),
        ),
        incidents=(
            incident("system_outage", None),
            incident("surge", NOW - 1),
            incident("power", NOW - 1, reviewed),
        ),
    )
    full = picture(
        queues=(queue("billing", 3, NOW - MINUTE), queue("sales", 0)),
        agents=(agent("Ida", State.NOT_READY, "rest"), agent("Max", State.NOT_READY, "restroom")),
        flags=(flag("Ida", 2, follow_up_ms=NOW + MINUTE), flag("Zoe", 3, owner="chen")),
        follow_ups=(FollowUpRow(1, 1, "Ida", "opening of calls", "liu", NOW - HOUR, NOW + HOUR),),
        discipline=discipline,
    )
    rows = [
        attended("Ann", Presence.ABSENT),
        attended("Bo", Presence.LATE, 7 * MINUTE),
        attended("Cy", Presence.PRESENT, 0, 12 * MINUTE + 1),
        attended("Di", Presence.EXPECTED),
    ]
    items = handover_items(full, rows)
    assert [(i.section, i.what, i.text, i.who, i.owner, i.due_ms, i.n) for i in items] == [
        ("incidents", "system_outage", "Billing down: call back; breaks paused", "", "liu", None, None),
        ("incidents", "surge", "Billing down: call back; breaks paused", "", "liu", NOW - 1, None),
        ("queues", "billing", "", "", "", None, 3),
        ("attendance", "absent", "", "Ann", "", None, 480),
        ("attendance", "late", "", "Bo", "", None, 7),
        ("attendance", "left_early", "", "Cy", "", None, 12),
        ("breaks", "rest", "", "Ida", "", NOW + 6 * MINUTE, None),
        ("flags", "tired", "says tired", "Ida", "liu", NOW + MINUTE, None),
        ("flags", "tired", "says tired", "Zoe", "chen", NOW + HOUR, None),
        ("follow_ups", "coaching", "opening of calls", "Ida", "liu", NOW + HOUR, None),
        ("findings", "no_food", "boxes", "B", "caretaker", NOW + HOUR, None),
        ("rounds", "walk", "", "lead", "liu", NOW - 1, 6),
    ]
    assert sections(items) == sorted(sections(items), key=SECTIONS.index)


def test_a_finding_about_a_person_is_handed_over_without_name_seat_or_note() -> None:
    secret = finding(RULE, NOW, agent="Ida Holt", place="A-07", note="bun of Ida", team="Sales")
    [item] = handover_items(picture(discipline=Discipline(findings=(secret,))))
    assert (item.what, item.who, item.text) == ("no_food", "Sales", "")
    assert not {"Ida", "A-07", "bun"} & set(items_json([item]).split())
    assert "A-07" not in items_json([item])


WORDS = st.text(max_size=20).map(safe_text)
TIMES = st.none() | st.integers(-(2**53), 2**53)
ITEMS = st.builds(HandoverItem, st.sampled_from(SECTIONS), WORDS, WORDS, WORDS, WORDS, TIMES, TIMES, TIMES)


@examples(150)
@given(st.lists(ITEMS, max_size=6))
def test_a_handover_reads_as_it_was_written(items: list[HandoverItem]) -> None:
    assert items_of(items_json(items)) == tuple(items)


@examples(100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda each: st.lists(each)))
def test_whatever_stands_in_the_store_is_read_without_an_error(told: object) -> None:
    assert items_of(json.dumps(told)) == () or isinstance(told, list)
    assert items_of(f"{json.dumps(told)}x") == ()


def test_what_is_no_line_of_a_handover_is_left_out_and_texts_are_safe() -> None:
    good = ["flags", "tired", "\x1b[2J", "Ida", "liu", 1, None, None]
    bad: list[list[object]] = [["moods", *good[1:]], good[:7], [*good[:7], True], ["flags", 1, *good[2:]]]
    [item] = items_of(json.dumps([good, *bad]))
    assert item.text == "\ufffd[2J"
