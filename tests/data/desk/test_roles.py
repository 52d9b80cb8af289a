"""Who may ask for what, and how the machine's users and groups come to a role."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.desk import callers
from data.desk.callers import Caller, Person, address_of, caller_of, person_of, tty_named, tty_of, unknown_names
from data.desk.roles import NEEDED, Rights, refused
from data.model.acts import Ear
from data.model.discipline import Avoidable, Closing, Entry, Where, Worked
from data.model.discipline_requests import MarkPlace
from data.model.people import (
    REQUESTS,
    Decision,
    EraseAgent,
    ListenIn,
    RaiseFlag,
    Refusal,
    Request,
    Role,
    StopListeningIn,
)
from data.model.words import Mark

_VALUES: dict[str, Any] = {
    "Decision": Decision.OFFER,
    "Ear": Ear.LISTEN,
    "Mark": Mark.PASS,
    "Where": Where.SEAT,
    "Closing": Closing.CORRECTED,
    "Entry": Entry.MEASURE,
    "Avoidable": Avoidable.NO,
    "Worked": Worked.PARTLY,
    "tuple[str, ...]": ("x", "y"),
    "bool": True,
}


def example(kind: type[Request]) -> Request:
    """Return a request of a kind."""
    given_ = {
        each.name: _VALUES.get(str(each.type), 1 if str(each.type).startswith("int") else "x") for each in fields(kind)
    }
    return kind(**given_)


ALL = [example(kind) for kind in REQUESTS.values()]

LEADS = {"raise_flag", "change_flag", "resolve_flag", "note_mood", "note_coaching", "close_follow_up", "decide_break",
         "pause_agent", "unpause_agent", "end_wrap_up", "start_round", "mark_place", "end_round", "raise_finding",
         "change_finding", "close_finding", "note_incident", "add_to_incident", "end_incident", "review_incident",
         "write_handover", "acknowledge_handover"}  # fmt: skip
SUPERVISORS = {"sign_out_agent", "move_agent", "listen_in", "stop_listening_in", "set_roster"}


def test_every_act_has_a_role() -> None:
    assert set(NEEDED) == set(REQUESTS.values())
    assert {name for name, kind in REQUESTS.items() if NEEDED[kind] is Role.LEAD} == LEADS
    assert {name for name, kind in REQUESTS.items() if NEEDED[kind] is Role.SUPERVISOR} == SUPERVISORS
    assert NEEDED[EraseAgent] is Role.ADMIN


@pytest.mark.parametrize("request_", ALL, ids=lambda each: type(each).__name__)
def test_the_matrix(request_: Request) -> None:
    needed = NEEDED[type(request_)]
    for role in Role:
        own = refused(role, ("North",), request_, "North")
        assert (own is None) == (role >= needed), role
        if own is not None:
            assert own.refusal is Refusal.ROLE
            assert own.said == f"that takes the role {needed.name.lower()}; you have {role.name.lower()}"
        other = refused(role, ("North",), request_, "South")
        assert (other is None) == (role >= max(needed, Role.SUPERVISOR)), role


@given(st.sampled_from(ALL), st.sampled_from(Role), st.lists(st.sampled_from(["", "A", "B"])), st.sampled_from("ABC"))
def test_more_of_a_role_never_allows_less(request_: Request, role: Role, teams: list[str], team: str) -> None:
    if refused(role, tuple(teams), request_, team) is None:
        assert all(refused(more, tuple(teams), request_, team) is None for more in Role if more >= role)
        assert role is not Role.VIEWER


def test_a_lead_without_a_team_acts_on_nobody_nor_on_those_without_one() -> None:
    for teams, team in (((), "North"), (("North",), ""), (("",), "")):
        answer = refused(Role.LEAD, teams, RaiseFlag(1, "tired"), team)
        assert answer is not None and answer.refusal is Refusal.TEAM
    answer = refused(Role.LEAD, (), RaiseFlag(1, "tired"), "North")
    assert answer is not None and "you lead no team" in answer.said


def test_a_lead_acts_on_places_of_the_own_team_and_of_nobody() -> None:
    request = MarkPlace("r", Where.SEAT, "A-1", Mark.PASS)
    for concerns, allowed in (((), True), (("North",), True), (("South", "North"), True), (("South",), False)):
        answer = refused(Role.LEAD, ("North",), request, "", concerns=frozenset(concerns))
        assert (answer is None) == allowed, concerns
    answer = refused(Role.LEAD, ("North",), request, "", concerns=frozenset({"South", "West"}))
    assert answer is not None and "there sits South, West, you lead North" in answer.said
    assert refused(Role.VIEWER, ("North",), request, "", concerns=frozenset()) is not None
    assert refused(Role.SUPERVISOR, (), request, "", concerns=frozenset({"South"})) is None


def test_a_listener_may_stop_without_a_role() -> None:
    assert refused(Role.VIEWER, (), StopListeningIn(1), "", own=True) is None
    assert refused(Role.LEAD, ("North",), StopListeningIn(1), "North") is not None
    assert refused(Role.LEAD, ("North",), ListenIn(1, "x", "y"), "North") is not None


# ------------------------------------------------------------------ users and groups


class Database:
    """A user database in which `members` are in groups."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.users = {"ann": 101, "ben": 102}
        self.groups = {"leads": 201, "staff": 202}
        self.members: dict[str, set[str]] = {"leads": {"ann"}, "staff": {"ann", "ben"}}
        monkeypatch.setattr(pwd, "getpwuid", self._by_uid)
        monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_uid=self.users[name]))
        monkeypatch.setattr(grp, "getgrnam", lambda name: SimpleNamespace(gr_gid=self.groups[name]))
        monkeypatch.setattr(os, "getgrouplist", self._groups)

    def _by_uid(self, uid: int) -> object:
        name = {uid: name for name, uid in self.users.items()}[uid]
        return SimpleNamespace(pw_name=name, pw_gid=202)

    def _groups(self, name: str, gid: int) -> list[int]:
        return [gid, *(self.groups[group] for group, names in self.members.items() if name in names)]


def test_a_change_of_a_group_holds_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(monkeypatch)
    rights = Rights(leads=("@leads",), teams={"North": ("@leads",), "South": ("ben",)})
    assert person_of(101, rights, 0) == Person("ann", Role.LEAD, ("North",))
    assert person_of(102, rights, 0) == Person("ben", Role.VIEWER, ("South",))
    database.members["leads"] = {"ben"}
    assert person_of(101, rights, 0) == Person("ann", Role.VIEWER, ())
    assert person_of(102, rights, 0) == Person("ben", Role.LEAD, ("North", "South"))


def test_names_and_numbers_of_users_and_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    Database(monkeypatch)
    for name, role in (("ann", 3), ("101", 3), ("@leads", 3), ("@201", 3), ("@101", 0), ("201", 0), ("leads", 0)):
        assert person_of(101, Rights(admins=(name,)), 0).role == role, name
    assert person_of(101, Rights(("ann",), ("@staff",), ()), 0).role is Role.SUPERVISOR
    assert person_of(555, Rights(admins=("555",)), 0) == Person("uid 555", Role.ADMIN, ())
    assert person_of(555, Rights(admins=("@555",)), 0).role is Role.VIEWER
    assert unknown_names(Rights(("ann", "zoe"), ("@leads", "@nobody-s"), ("77",), {"N": ("a\0b",)})) == (
        "zoe",
        "@nobody-s",
        "a\0b",
    )


def test_root_and_the_pollers_own_user_are_admins() -> None:
    assert person_of(0, Rights(), 12345).role is Role.ADMIN
    assert person_of(12345, Rights(), 12345).role is Role.ADMIN
    assert person_of(54321, Rights(), 12345).role is Role.VIEWER


# ------------------------------------------------------------------ where somebody sits


def test_the_kernel_says_who_calls() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        caller = caller_of(one)
    assert (caller.uid, caller.pid) == (os.getuid(), os.getpid())


def test_terminals_by_the_kernels_number() -> None:
    assert tty_named(os.makedev(136, 7)) == "/dev/pts/7"
    assert tty_named(os.makedev(137, 2)) == "/dev/pts/258"
    assert tty_named(os.makedev(4, 3)) == "/dev/tty3"
    assert tty_named(0) == ""
    assert tty_of(2**22 + 1, 0) == ""


def test_the_terminal_of_another_users_process_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller may have ended by now, and its number be another process's."""
    (tmp_path / "stat").write_text(f"77 (a) name) S 1 77 77 {os.makedev(136, 7)} 0 0")
    monkeypatch.setattr(callers, "Path", lambda *_: tmp_path)
    assert tty_of(77, os.getuid()) == "/dev/pts/7"
    assert tty_of(77, os.getuid() + 1) == ""


def test_the_address_is_the_terminals_in_utmp(tmp_path: Path) -> None:
    def record(line: bytes, kind: int, address: bytes, host: bytes = b"") -> bytes:
        packed = struct.unpack("4i", address.ljust(16, b"\0"))
        return callers._UTMP.pack(kind, 1, line, b"", b"ann", host, 0, 0, 0, 0, 0, *packed, b"")

    utmp = tmp_path / "utmp"
    utmp.write_bytes(
        record(b"pts/1", 8, socket.inet_aton("10.0.0.1"))
        + record(b"pts/1", 7, socket.inet_aton("10.0.0.7"))
        + record(b"pts/2", 7, socket.inet_pton(socket.AF_INET6, "fd00::2"))
        + record(b"pts/3", 7, b"", b"desk-3\x1b[31m")
        + b"torn"
    )
    found = [address_of(f"/dev/pts/{n}", (tmp_path / "none", utmp)) for n in range(1, 5)]
    assert found == ["10.0.0.7", "fd00::2", "desk-3\ufffd[31m", ""]


def test_what_is_only_said_is_marked() -> None:
    assert Caller(1, 2).placed("/dev/pts/9", "10.0.0.7") == ("/dev/pts/9 (said)", "10.0.0.7 (said)")
    assert Caller(1, 2, "/dev/pts/1", "10.0.0.1").placed("/dev/pts/9", "10.0.0.7") == ("/dev/pts/1", "10.0.0.1")
    assert Caller(1, 2).placed("", "") == ("", "")
