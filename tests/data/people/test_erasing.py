"""A person who is erased is in no table and in no file any more, and the queues' figures stay as they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.discipline.handover import items_of
from data.discipline.roster import PlannedBreak, RosterRow, line_of
from data.kpi import KpiRow, kpi_rows
from data.model.days import DAY, HOUR, MINUTE, SECOND
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    ChangeFinding,
    CloseFinding,
    EndIncident,
    EndRound,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    WriteHandover,
)
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallRinging,
    Directory,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
)
from data.model.people import (
    Answer,
    ChangeFlag,
    CloseFollowUp,
    DecideBreak,
    Decision,
    EraseAgent,
    ListenIn,
    NoteCoaching,
    NoteMood,
    RaiseFlag,
    Refusal,
    ResolveFlag,
)
from data.model.words import Mark, Outcome
from data.store import erasing, people, requests
from data.store.about import SECTIONS, all_about
from data.store.audited import verify
from data.store.catalogues import put_in_force
from data.store.erasing import DELETED, UNNAMED
from data.store.requests import Asked
from data.store.schema import CALL_COLUMNS
from tests.data.people.site import NOON, Site
from tests.data.rounds.ground import CATALOGUE, OPENING, SHIFT, WALK

NAME = "Wáng-Fāng 王芳"
KEY = "wf-1000"
NOTE = "a note of her own"
EVENING = NOON + 9 * HOUR


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Site]:
    """A site where something is kept of agent 1 in every table, and much the same of agent 2."""
    with Site(tmp_path / "s.sqlite") as site:
        agents = Directory((AgentEntry(KEY, NAME, "North"),))
        site.told([SignedIn(EVENING, KEY, "sales")], agents, EVENING + SECOND)
        subject = subject_of(site)
        for n, key in enumerate((KEY, "1001", KEY)):
            at_ms = EVENING + (n + 1) * MINUTE
            site.told(
                [
                    CallEntered(at_ms, f"c{n}", "sales", "13812348000", NAME),
                    CallRinging(at_ms + 1, f"c{n}", "sales", "1002"),
                    RingEnded(at_ms + 2 * SECOND, f"c{n}", "sales", KEY if n == 1 else "1002", 2_000),
                    CallAnswered(at_ms + 3 * SECOND, f"c{n}", "sales", key),
                    CallEnded(at_ms + 30 * SECOND, f"c{n}", "sales", key, Outcome.ANSWERED),
                ]
            )
        site.told([Paused(EVENING + 5 * MINUTE, KEY, None, "rest")])
        site.told([Resumed(EVENING + 6 * MINUTE, KEY, None)], None, EVENING + 30 * MINUTE)
        site.told([SignedOut(EVENING + 31 * MINUTE, KEY)], None, EVENING + 40 * MINUTE)
        for agent, other in ((subject, 2), (2, subject)):
            flag = site.done(RaiseFlag(agent, "tired", f"{NOTE}, told by {NAME}"))
            site.done(ChangeFlag(flag, owner=NAME))
            site.done(NoteMood(agent, 2, NOTE))
            site.done(NoteCoaching(agent, f"{NOTE} with {NAME.upper()}", follow_up_ms=NOON + DAY))
            site.done(DecideBreak(agent, Decision.OFFER, note=NOTE))
            with site.writer.recording() as connection:
                listen = people.listening_began(connection, ListenIn(agent, "3001", NOTE), "liumin", NOON, NOON + 1)
                people.listening_ended(connection, listen, NOON + 1, "liumin")
                connection.execute(
                    "INSERT INTO baseline (agent_id, queue_id, start_ms, handle_n, wrap_up_n) VALUES (?, 1, ?, 5, 5)",
                    (agent, NOON + other),
                )
        with site.writer.recording() as connection:
            requests.keep(connection, 1000, "k", NOON, Asked("d", Answer(True, f"{NAME}: tired", 1)))
        checklist(site)
        for agent in (subject, 2):
            disciplined(site, agent)
        yield site


def checklist(site: Site) -> None:
    """Have a mark of a version that had no findings name the person."""
    with site.writer.transaction() as connection:
        connection.execute(
            "INSERT INTO checklist (id, key, title_en, title_zh, opened_ms, due_ms) VALUES (99, 'close', '', '', ?, ?)",
            (EVENING, EVENING + HOUR),
        )
        connection.execute(
            "INSERT INTO checklist_mark (checklist_id, item, place_kind, place, at_ms, mark, marked_by, note, owner) "
            "VALUES (99, 'desk', 'floor', ?1, ?2, 'fail', 'liumin', 'cup', ?1)",
            (NAME, EVENING + MINUTE),
        )


def disciplined(site: Site, agent: int) -> None:
    """Have findings, checks and a duty of a person, and the name of the subject in all that is written freely."""
    site.writer.set_site(zone="Asia/Shanghai")
    with site.writer.transaction() as connection:
        put_in_force(connection, CATALOGUE, NOON - DAY)
    finding = site.done(RaiseFinding("badge", Where.AGENT, str(agent), NOTE, f"{NAME}.jpg"))
    site.done(ChangeFinding(finding, f"seen by {NAME}", f"{NAME} was told", NAME))
    site.done(CloseFinding(finding, Closing.CORRECTED, f"{NAME} put it on"))
    site.done(MarkPlace(WALK, Where.AGENT, str(agent), Mark.FAIL, ("badge",), NOTE, f"{NAME}.jpg"))
    site.done(MarkPlace(WALK, Where.FLOOR, "", Mark.FAIL, ("exits",), f"{NAME}'s bag"))
    site.order(EndRound(OPENING, f"{NAME} was away"))
    incident = site.done(NoteIncident("outage", f"{NAME}'s screen"))
    site.done(AddToIncident(incident, Entry.TOLD, NAME))
    site.done(EndIncident(incident, f"{NAME} restarted"))
    site.done(ReviewIncident(incident, Avoidable.NO, Worked.YES, f"ask {NAME}"))
    handover = site.done(WriteHandover(SHIFT, f"watch {NAME}"), NOON + agent)
    if agent == 2:
        site.done(AcknowledgeHandover(handover, f"{NAME} it is"), NOON + HOUR, "ma")
    key = site.rows("SELECT key FROM agent WHERE id = ?", agent)[0][0]
    duty = RosterRow(key, date(2025, 11, 22), "", "early", 480, 1020, breaks=(PlannedBreak("meal", 720, 750),))
    site.done_without_id(SetRoster((line_of(duty), line_of(RosterRow(f"{NAME} {agent}", date(2025, 11, 22))))))


def subject_of(site: Site) -> int:
    (row,) = site.rows("SELECT id FROM agent WHERE key = ?", KEY)
    return int(row[0])


def tables_of_persons(site: Site) -> set[str]:
    """Return the tables that say whom they are about."""
    tables = [name for (name,) in site.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {t for t in tables if "agent_id" in {row[1] for row in site.rows(f"PRAGMA table_xinfo({t})")}}


def bytes_of(site: Site) -> bytes:
    files = [site.path, site.path.with_name(f"{site.path.name}-wal")]
    return b"".join(path.read_bytes() for path in files if path.exists())


def figures(site: Site) -> list[KpiRow]:
    """Return the queues' figures that don't tell of agents' time."""
    with site.reading() as reader:
        rows = kpi_rows(reader, NOON - DAY, NOON + DAY, "queue")
    return [r._replace(occupancy=None, available_s=0, not_ready_s=0, signed_in_s=0) for r in rows]


def test_the_site_has_something_of_the_person_everywhere(lived: Site) -> None:
    subject = subject_of(lived)
    for table in tables_of_persons(lived):
        assert lived.rows(f"SELECT 1 FROM {table} WHERE agent_id = ?", subject), table
    assert NAME.encode() in bytes_of(lived)


def test_every_table_about_a_person_is_erased_and_exported(lived: Site) -> None:
    """A table that is added must be thought of in both."""
    of_persons = tables_of_persons(lived)
    assert of_persons <= DELETED.keys() | UNNAMED.keys()
    assert of_persons | {"flag_change", "finding_change"} == {
        table for section in SECTIONS.values() for table in section.tables
    }


def test_nothing_is_left_of_who_is_erased(lived: Site) -> None:
    subject = subject_of(lived)
    before = {table: lived.rows(f"SELECT * FROM {table} WHERE agent_id = 2") for table in tables_of_persons(lived)}
    answer = lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    assert answer.done, answer
    assert "1 flag" in answer.said
    for table in tables_of_persons(lived) - {"agent_history", "audit"}:
        assert lived.rows(f"SELECT * FROM {table} WHERE agent_id = ?", subject) == [], table
    assert lived.rows("SELECT * FROM flag_change WHERE flag_id NOT IN (SELECT id FROM flag)") == []
    assert lived.rows("SELECT * FROM finding_change WHERE finding_id NOT IN (SELECT id FROM finding)") == []
    assert lived.rows("SELECT name, team, seat, skills FROM agent_history WHERE agent_id = ?", subject) == [
        ("", None, None, "[]")
    ]
    assert lived.rows("SELECT key, signed_in, paused FROM agent WHERE id = ?", subject) == [
        (f"erased-{subject}", 0, None)
    ]
    for table in ("state_span", "ring", "member", "mood", "baseline", "rollup_agent", "break_decision"):
        assert lived.rows(f"SELECT * FROM {table} WHERE agent_id = 2") == before[table], table


def test_nothing_more_is_kept_of_who_is_erased(lived: Site) -> None:
    subject = subject_of(lived)
    assert lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR).done
    for request in (RaiseFlag(subject, "tired"), NoteMood(subject, 3), NoteCoaching(subject, "x")):
        answer = lived.order(request, EVENING + 2 * HOUR)
        assert not answer.done and "erased" in answer.said, request


def test_the_name_is_in_no_file_any_more(lived: Site) -> None:
    subject = subject_of(lived)
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    assert lived.writer.fold()
    left = bytes_of(lived)
    for text in (NAME, NAME.upper(), KEY):
        assert text.encode() not in left, text
    assert lived.rows("SELECT note FROM flag") == [(f"{NOTE}, told by erased-{subject}",)]
    assert lived.rows("SELECT place, owner FROM checklist_mark WHERE owner <> ''") == [(f"erased-{subject}",) * 2]
    assert lived.rows("SELECT DISTINCT note FROM finding WHERE place_kind = 'floor'") == [(f"erased-{subject}'s bag",)]
    assert {title for (title,) in lived.rows("SELECT title FROM incident")} == {f"erased-{subject}'s screen"}
    (items,) = lived.rows("SELECT items FROM handover WHERE acknowledged_ms IS NOT NULL")[0]
    told = {item.section: item for item in items_of(items)}
    assert told["flags"].text == f"{NOTE}, told by erased-{subject}"
    assert told["findings"].text == f"erased-{subject}'s bag"
    assert lived.rows("SELECT json_extract(answer, '$.answer.said') FROM request") == [("",)]


def test_a_note_about_the_person_alone_is_in_no_file_any_more(lived: Site) -> None:
    subject = subject_of(lived)
    lived.done(NoteMood(subject, 1, "nobody else's business"))
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    assert lived.writer.fold()
    assert b"nobody else's business" not in bytes_of(lived)


def test_the_wal_is_emptied_once_readers_let_it(lived: Site) -> None:
    with lived.reading() as reader, reader.one_state() as connection:
        connection.execute("SELECT count(*) FROM agent").fetchone()
        lived.order(EraseAgent(subject_of(lived), "asked for it"), EVENING + HOUR)
        assert not lived.writer.fold()
    assert lived.writer.fold()
    assert NAME.encode() not in bytes_of(lived)


def test_the_audit_holds_and_tells_nothing_of_the_person(lived: Site) -> None:
    subject = subject_of(lived)
    about = len(lived.rows("SELECT 1 FROM audit WHERE agent_id = ?", subject))
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    with lived.reading() as reader:
        verdict = verify(reader.connection)
    assert verdict.fault is None
    assert verdict.blanked >= about > 0
    last = "SELECT detail FROM audit WHERE agent_id = ? ORDER BY number DESC LIMIT 1"
    assert lived.rows("SELECT count(*) FROM audit WHERE agent_id = ? AND detail IS NOT NULL", subject) == [(1,)]
    assert "erased: " in lived.rows(last, subject)[0][0]


def test_the_queues_figures_stay(lived: Site) -> None:
    rollups = lived.rows("SELECT * FROM rollup_queue ORDER BY 1, 2")
    before = figures(lived)
    assert any(row.ring_no_answer for row in before)
    assert lived.rows(f"SELECT sum({CALL_COLUMNS[1]}) FROM rollup_queue") == [(3,)]
    lived.order(EraseAgent(subject_of(lived), "asked for it"), EVENING + HOUR)
    assert lived.rows("SELECT * FROM rollup_queue ORDER BY 1, 2") == rollups
    assert figures(lived) == before
    with lived.reading() as reader:
        people_left = [row.key for row in kpi_rows(reader, NOON - DAY, NOON + DAY, "agent")]
    assert not [key for key in people_left if "#" in key or "erased" in key or NAME in key]


def test_past_pictures_do_not_show_who_is_erased(lived: Site) -> None:
    at_ms = EVENING + 10 * MINUTE
    subject = subject_of(lived)
    assert subject in {agent.id for agent in lived.picture(at_ms).agents}
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    picture = lived.picture(at_ms)
    assert subject not in {agent.id for agent in picture.agents}
    assert {flag.agent_id for flag in lived.picture(NOON).flags} == {2}


def test_who_works_on_is_a_new_agent(lived: Site) -> None:
    subject = subject_of(lived)
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    lived.known = lived.writer.known("pbx")
    next_day = EVENING + 15 * HOUR
    lived.told([SignedIn(next_day, KEY, "sales")], Directory((AgentEntry(KEY, NAME),)), next_day + MINUTE)
    anew = subject_of(lived)
    assert anew != subject
    assert [a.name for a in lived.picture(next_day + MINUTE).agents if a.id in (anew, subject)] == [NAME]
    assert lived.person(anew, next_day + MINUTE).flags == ()


def test_a_name_that_another_bears_is_left_in_texts(lived: Site) -> None:
    """It can't be told who is meant; what is about the person goes all the same."""
    until_ms = EVENING + 41 * MINUTE
    lived.told([SignedIn(until_ms, "2000", "sales")], Directory((AgentEntry("2000", NAME),)))
    subject = subject_of(lived)
    lived.order(EraseAgent(subject, "asked for it"), EVENING + HOUR)
    assert lived.rows("SELECT note FROM flag") == [(f"{NOTE}, told by {NAME}",)]
    assert lived.rows("SELECT 1 FROM mood WHERE agent_id = ?", subject) == []


def test_a_name_is_left_out_as_a_word_of_its_own(site: Site) -> None:
    kept = site.done(RaiseFlag(1, "tired", "Bob and BO, Bo's; 王芳 from Bo"))
    site.done(EraseAgent(3, "asked for it"))
    (flag,) = site.picture().flags
    assert (flag.id, flag.note) == (kept, "Bob and erased-3, erased-3's; 王芳 from erased-3")
    site.done(EraseAgent(1, "asked for it"))
    assert site.picture().flags == ()


def test_an_agent_can_be_erased_twice(site: Site) -> None:
    site.done(EraseAgent(1, "asked for it"))
    assert "flag" not in site.order(EraseAgent(1, "once more")).said
    assert site.rows("SELECT key FROM agent WHERE id = 1") == [("erased-1",)]


Recorded = RaiseFlag | NoteCoaching | DecideBreak
RECORDED: list[Recorded] = [
    RaiseFlag(1, "tired"),
    NoteCoaching(1, "x", follow_up_ms=NOON + HOUR),
    DecideBreak(1, Decision.OFFER),
]


@pytest.mark.parametrize("request_", RECORDED, ids=lambda request: type(request).__name__)
def test_what_was_erased_leaves_its_number_to_nobody(site: Site, request_: Recorded) -> None:
    """A screen that shows it still would deal with somebody else's in its place."""
    gone = site.done(request_)
    site.done(EraseAgent(1, "asked for it"))
    assert site.done(replace(request_, agent=2)) == gone + 1
    for late in (ResolveFlag(gone), CloseFollowUp(gone)):
        assert site.order(late).refusal is Refusal.UNKNOWN


def test_a_listening_that_was_erased_leaves_its_number_to_nobody(site: Site) -> None:
    def listens(agent: int) -> int:
        with site.writer.recording() as connection:
            number = people.listening_began(connection, ListenIn(agent, "3001", "x"), "ma", NOON, NOON + MINUTE)
            people.listening_ended(connection, number, NOON + 1, "ma")
        return number

    gone = listens(1)
    site.done(EraseAgent(1, "asked for it"))
    assert listens(2) == gone + 1


@pytest.mark.parametrize("reason", ["asked for it in writing", "education is over", "reduced; Edna asked"])
def test_a_reason_may_hold_a_name_within_a_word(site: Site, reason: str) -> None:
    with site.writer.transaction() as connection:
        connection.execute("UPDATE agent_history SET name = 'Ed' WHERE agent_id = 2")
    site.done(EraseAgent(2, reason))


@pytest.mark.parametrize(("agent", "reason"), [(2, "ED asked for it"), (2, "for Ed's sake"), (1, "应王芳的要求")])
def test_a_reason_names_nobody(site: Site, agent: int, reason: str) -> None:
    with site.writer.transaction() as connection:
        connection.execute("UPDATE agent_history SET name = 'Ed' WHERE agent_id = 2")
    answer = site.order(EraseAgent(agent, reason))
    assert "leave the name out" in answer.said
    assert site.rows("SELECT key FROM agent WHERE id = ?", agent) == [(f"100{agent - 1}",)]


def test_a_source_that_uses_our_word_does_not_hinder_it(site: Site) -> None:
    site.told([SignedIn(NOON + 10 * HOUR, "erased-1", "sales")])
    site.done(EraseAgent(1, "asked for it"))
    assert site.rows("SELECT key FROM agent WHERE id = 1") == [("erased-1x",)]


def test_an_export_tells_all_that_is_kept(lived: Site) -> None:
    subject = subject_of(lived)
    with lived.reading() as reader, reader.one_state() as connection:
        found = all_about(connection, subject, str)
    assert found["person"]["key"] == KEY
    for name, section in SECTIONS.items():
        count = sum(
            len(lived.rows(f"SELECT * FROM {table} WHERE {DELETED.get(table, 'agent_id = ?')}", subject))
            for table in section.tables
            if table != "membership"
        )
        assert found[name]["count"] == len(found[name]["rows"]) == count > 0, name
    assert found["moods"]["rows"][0] == {"at_at": str(NOON), "mood": 2, "said": 0, "note": NOTE, "noted_by": "liumin"}
    assert {row["caller"] for row in found["calls"]["rows"]} == {"138****8000"}
    assert found["names"]["rows"][0]["name"] == NAME
    assert {row["where"] for row in found["mentions"]["rows"]} >= {
        "flag.note",
        "checklist_mark.place",
        "incident.title",
        "handover.items",
    }
    assert "13812348000" not in str(found)


_LETTERS = "EdisKkſKıİéÉß王芳_%\\'\" .x"


@example("kim", "", lambda _: "\u212aim")  # the sign for kelvin
@given(st.text(_LETTERS, min_size=1, max_size=4), st.text(_LETTERS, max_size=12), st.sampled_from([str, str.swapcase]))
def test_no_text_that_names_somebody_is_passed_over(name: str, text: str, written: Callable[[str], str]) -> None:
    """What SQLite looks for finds at least what `whole` does, in any case and script."""
    text = f"{text} {written(name)} {text}"
    with closing(sqlite3.connect(":memory:")) as connection:
        (like,) = connection.execute("SELECT ? LIKE ? ESCAPE '\\'", (text, erasing._likeness(name))).fetchone()
    assert like or not erasing.whole(name).search(text)


def test_a_letter_for_a_key_names_nobody(site: Site) -> None:
    with site.writer.transaction() as connection:
        connection.execute("UPDATE agent SET key = 'a' WHERE id = 2")
    flag = site.done(RaiseFlag(1, "tired", note="wants a rest, says Ann Lee"))
    site.done(EraseAgent(2, "wants a new start"))
    assert [(row.id, row.note) for row in site.picture().flags] == [(flag, "wants a rest, says erased-2")]


def test_finding_whose_rings_they_are_reads_no_others(site: Site) -> None:
    (plan,) = site.rows("EXPLAIN QUERY PLAN UPDATE ring SET agent_id = -1 WHERE agent_id = 1")
    assert "ring_agent" in plan[-1]
