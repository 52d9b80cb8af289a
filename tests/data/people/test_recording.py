"""What people order is written as ordered, or refused in words that say why; nothing is half done."""

from __future__ import annotations

import pytest

from data.flags import VOCABULARY
from data.model.days import DAY, HOUR, MINUTE
from data.model.people import (
    ChangeFlag,
    CloseFollowUp,
    DecideBreak,
    Decision,
    EraseAgent,
    ListenIn,
    NoteCoaching,
    NoteMood,
    PauseAgent,
    RaiseFlag,
    Refusal,
    Request,
    ResolveFlag,
)
from data.store import people
from tests.data.people.site import NOON, Site

TABLES = ("flag", "flag_change", "mood", "coaching", "break_decision", "listening")


def everything(site: Site) -> list[object]:
    """Return all that people have recorded."""
    return [site.rows(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES]


def test_a_flag_takes_from_its_word_what_is_left_out(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "tired", "半夜班之后"))
    (row,) = site.picture().flags
    word = VOCABULARY.word("tired")
    assert word is not None
    assert (row.id, row.agent_id, row.agent, row.kind, row.note, row.by) == (
        *(flag, 1, "王芳", "tired", "半夜班之后", "liumin"),
    )
    assert (row.step, row.severity, row.expires_ms) == (word.step, word.severity, NOON + word.expires_ms)


def test_a_flag_does_not_end_before_it_is_followed_up(site: Site) -> None:
    site.done(RaiseFlag(1, "tired", follow_up_ms=NOON + 5 * HOUR))
    assert site.picture(NOON + 5 * HOUR).flags
    later = site.done(RaiseFlag(2, "tired"))
    site.done(ChangeFlag(later, follow_up_ms=NOON + 6 * HOUR))
    assert [flag.id for flag in site.picture(NOON + 6 * HOUR).flags if flag.agent_id == 2] == [later]


@pytest.mark.parametrize(
    ("request_", "refusal", "words"),
    [
        (RaiseFlag(1, "sad"), Refusal.INVALID, "asked_for_help, distressed_caller, raised_voice"),
        (RaiseFlag(9, "tired"), Refusal.UNKNOWN, "no agent 9"),
        (RaiseFlag(2**70, "tired"), Refusal.UNKNOWN, "no agent"),
        (RaiseFlag(-1, "tired"), Refusal.UNKNOWN, "no agent -1"),
        (RaiseFlag(1, "tired", step="punish"), Refusal.INVALID, "private_word, offer_break"),
        (RaiseFlag(1, "tired", expires_ms=NOON), Refusal.INVALID, "ends ahead"),
        (RaiseFlag(1, "tired", expires_ms=NOON + 31 * DAY), Refusal.INVALID, "within 30 days"),
        (RaiseFlag(1, "tired", follow_up_ms=NOON), Refusal.INVALID, "lies ahead"),
        (ChangeFlag(9, note="x"), Refusal.UNKNOWN, "no flag 9"),
        (ResolveFlag(9), Refusal.UNKNOWN, "no flag 9"),
        (NoteMood(9, 3), Refusal.UNKNOWN, "no agent 9"),
        (NoteMood(1, 0), Refusal.INVALID, "1 to 5"),
        (NoteMood(1, 6), Refusal.INVALID, "1 to 5"),
        (NoteCoaching(1, "  \u200b "), Refusal.INVALID, "what it was about"),
        (NoteCoaching(1, "x", follow_up_ms=NOON - 1), Refusal.INVALID, "lies ahead"),
        (CloseFollowUp(9), Refusal.UNKNOWN, "no coaching 9"),
        (DecideBreak(9, Decision.OFFER), Refusal.UNKNOWN, "no agent 9"),
        (DecideBreak(1, Decision.OFFER, "nap"), Refusal.INVALID, "meal"),
        (DecideBreak(1, Decision.REFUSE, "卫生间"), Refusal.INVALID, "nobody is refused restroom"),
        (DecideBreak(1, Decision.RETURN, "medical"), Refusal.INVALID, "called back"),
        (EraseAgent(9, "asked"), Refusal.UNKNOWN, "no agent 9"),
        (EraseAgent(1, "王芳 asked for it"), Refusal.INVALID, "leave the name out"),
    ],
    ids=str,
)
def test_what_can_not_be_done_says_why_and_leaves_nothing(
    site: Site, request_: Request, refusal: Refusal, words: str
) -> None:
    before = everything(site)
    answer = site.order(request_)
    assert (answer.done, answer.refusal, answer.id) == (False, refusal, None)
    assert words in answer.said
    assert everything(site) == before


def test_a_flag_is_resolved_once(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "tired"))
    site.done(ResolveFlag(flag, "a tea"), NOON + MINUTE, "chenjing")
    again = site.order(ResolveFlag(flag, "nothing"), NOON + 2 * MINUTE)
    assert (again.done, again.refusal) == (False, Refusal.INVALID)
    assert "resolved already by chenjing" in again.said
    assert not site.order(ChangeFlag(flag, owner="me"), NOON + 2 * MINUTE).done
    (line,) = site.person(1, NOON + 3 * MINUTE).flags
    assert (line.resolved_ms, line.resolved_by, line.helped) == (NOON + MINUTE, "chenjing", "a tea")


def test_an_expired_flag_can_be_resolved_but_not_changed(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "tired", expires_ms=NOON + HOUR))
    assert "raise it anew" in site.order(ChangeFlag(flag, owner="me"), NOON + HOUR).said
    site.done(ResolveFlag(flag, "went home"), NOON + 2 * HOUR)
    assert site.picture(NOON + HOUR - 1).flags
    assert not site.picture(NOON + HOUR).flags


def test_two_who_see_the_same_at_once_are_both_kept(site: Site) -> None:
    site.done(RaiseFlag(1, "tired"), by="a")
    site.done(RaiseFlag(1, "tired"), by="b")
    site.done(NoteMood(1, 2), by="a")
    site.done(NoteMood(1, 4), by="b")
    picture = site.picture()
    assert [flag.by for flag in picture.flags] == ["a", "b"]
    assert picture.moods[1].mood == 4
    assert [mood.mood for mood in site.person(1).moods] == [4, 2]


def test_a_change_leaves_what_it_does_not_name(site: Site) -> None:
    flag = site.done(RaiseFlag(1, "raised_voice", "on the phone", owner="liumin"))
    site.done(ChangeFlag(flag, step="buddy"), NOON + MINUTE, "chenjing")
    (row,) = site.picture(NOON + MINUTE).flags
    assert (row.note, row.step, row.owner, row.by) == ("on the phone", "buddy", "liumin", "liumin")


def test_a_follow_up_is_closed_once(site: Site) -> None:
    without = site.done(NoteCoaching(1, "listen first"))
    assert "not to be followed up" in site.order(CloseFollowUp(without)).said
    coaching = site.done(NoteCoaching(1, "listen first", follow_up_ms=NOON + HOUR))
    site.done(CloseFollowUp(coaching, "better"), NOON + HOUR, "chenjing")
    assert "done already by chenjing" in site.order(CloseFollowUp(coaching), NOON + HOUR).said


def test_what_is_typed_is_made_safe(site: Site) -> None:
    site.done(RaiseFlag(1, "tired", "\x1b]0;x\x07[@click=quit]" + "y" * 600), by="a\x1bb")
    (row,) = site.picture().flags
    assert "\x1b" not in row.note + row.by
    assert len(row.note) <= 500


def test_listening_is_kept_from_its_start_to_its_end(site: Site) -> None:
    request = ListenIn(1, "PJSIP/3001", "a complaint")
    with site.writer.recording() as connection:
        number = people.listening_began(connection, request, "liumin", NOON, NOON + 15 * MINUTE)
        (row,) = people.open_listenings(connection)
        assert (row.id, row.agent_id, row.listener, row.ends_ms) == (number, 1, "liumin", NOON + 15 * MINUTE)
    assert "somebody listens" in site.order(EraseAgent(1, "asked")).said
    with site.writer.recording() as connection:
        people.listening_ended(connection, number, NOON + MINUTE, "liumin")
        people.listening_ended(connection, number, NOON + HOUR, "nobody")
        assert people.open_listenings(connection) == []
    assert [row.id for row in site.picture(NOON).listening] == [number]
    assert site.picture(NOON + MINUTE).listening == ()
    assert [row.ends_ms for row in site.person(1, NOON).listening] == [NOON + 15 * MINUTE]
    assert [row.ends_ms for row in site.person(1, NOON + HOUR).listening] == [NOON + MINUTE]


def test_an_act_on_a_phone_is_not_for_the_store(site: Site) -> None:
    with pytest.raises(TypeError, match="PauseAgent"):
        site.order(PauseAgent(1, "rest"))


def test_people_s_acts_are_on_the_disk_before_they_are_told(site: Site) -> None:
    with site.writer.recording() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    with site.writer.transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    with pytest.raises(ZeroDivisionError), site.writer.recording():
        raise ZeroDivisionError
    with site.writer.transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
