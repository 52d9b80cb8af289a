"""QueueStatus as a snapshot: each field of each version, what an agent does, who waits."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from data.adapters.asterisk.messages import answer_to
from data.adapters.asterisk.status import Clock, Membership, Status, membership_of, names_of, snapshot_of, status_of
from data.model.observation import AgentSeen, Serving, WaitingSeen
from data.model.words import State

FOLDER = Path(__file__).parents[2] / "fixtures" / "asterisk"
NOW_S = 1_795_293_930
NOW = Clock(NOW_S * 1000)


def real() -> Status:
    body = (FOLDER / "http" / "supervisor.rawman.QueueStatus.txt").read_bytes()
    return status_of(answer_to("QueueStatus", "q1", body).items)


def test_a_real_answer() -> None:
    status = real()
    assert sorted(status.queues) == ["big", "complaints", "hq", "sales", "support", "vip"]
    assert (len(status.members), len({m.interface for m in status.members}), len(status.entries)) == (36, 33, 39)
    snapshot = snapshot_of(status, NOW, {}, ())
    agents = {agent.agent: agent for agent in snapshot.agents or ()}
    assert snapshot.corrects
    assert Counter(agent.state for agent in agents.values()) == {
        State.TALKING: 26,
        State.AVAILABLE: 3,
        State.OFFLINE: 2,
        State.NOT_READY: 2,
    }
    assert {key for key, agent in agents.items() if agent.state == State.OFFLINE} == {"PJSIP/2009", "PJSIP/9999"}
    shared = agents["Local/1011@agents"]  # John Smith serves two queues, and is one agent
    assert {serving.queue for serving in shared.serving or ()} == {"sales", "support"}
    entry = status.entries[0]
    seen = (snapshot.waiting or ())[0]
    assert seen == WaitingSeen(entry.call, entry.queue, (NOW_S - entry.wait_s) * 1000, entry.caller, entry.caller_name)


def member(queue: str = "sales", status: int = 1, *, in_call: bool = False, paused: str | None = None) -> Membership:
    return Membership(queue, "PJSIP/1", "Ann", status, in_call, paused, 0, NOW_S - 60, NOW_S - 600, 0)


def seen(*members: Membership, wrap_up_s: int = 0) -> AgentSeen:
    snapshot = snapshot_of(Status(("sales",), members, ()), NOW, {"sales": wrap_up_s}, ())
    assert snapshot.agents is not None
    (agent,) = snapshot.agents
    return agent


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, State.AVAILABLE),
        (1, State.AVAILABLE),
        (2, State.TALKING),
        (3, State.TALKING),
        (4, State.OFFLINE),
        (5, State.OFFLINE),
        (6, State.RINGING),
        (7, State.TALKING),
        (8, State.HOLD),
    ],
)
def test_what_a_device_state_means(status: int, state: State) -> None:
    assert seen(member(status=status)).state == state


def test_in_use_without_a_call_of_the_queue_may_be_a_ring_or_a_call_of_their_own() -> None:
    agent = seen(member(status=2))
    assert (agent.state, agent.queue) == (State.TALKING, None)
    assert {State.RINGING, State.HOLD} <= agent.or_states


def test_in_a_call_of_one_queue_the_other_queues_do_not_matter() -> None:
    agent = seen(member("sales", 2), member("support", 2, in_call=True, paused="Lunch"))
    assert (agent.state, agent.queue, agent.or_states) == (State.TALKING, "support", frozenset({State.HOLD}))


def test_paused_in_all_queues_is_not_ready_for_the_last_reason() -> None:
    early = member("sales", paused="Lunch")._replace(last_pause_s=NOW_S - 90)
    late = member("support", paused="Tea")
    agent = seen(early, late)
    assert (agent.state, agent.reason) == (State.NOT_READY, "Tea")
    assert agent.serving == (
        Serving("sales", "Lunch", (NOW_S - 600) * 1000, (NOW_S - 90) * 1000),
        Serving("support", "Tea", (NOW_S - 600) * 1000, (NOW_S - 60) * 1000),
    )


def test_paused_in_one_of_two_queues_is_available() -> None:
    agent = seen(member("sales", paused="Lunch"), member("support"))
    assert agent.state == State.AVAILABLE
    assert agent.serving is not None
    assert [serving.paused for serving in agent.serving] == ["Lunch", None]


def test_the_time_of_the_last_pause_says_nothing_once_it_is_over() -> None:
    (serving,) = seen(member()).serving or ()
    assert (serving.paused, serving.paused_ms) == (None, None)


def test_after_a_call_it_may_be_wrap_up_for_as_long_as_the_queue_says() -> None:
    def after(seconds: int, wrap_up_s: int, own_s: int = 0) -> frozenset[State]:
        return seen(member()._replace(last_call_s=NOW_S - seconds, wrap_up_s=own_s), wrap_up_s=wrap_up_s).or_states

    assert after(3, 10) == {State.WRAP_UP}
    assert after(30, 10) == frozenset()
    assert after(30, 10, own_s=60) == {State.WRAP_UP}
    assert after(3, 0) == frozenset()


def test_times_are_by_our_clock() -> None:
    status = Status(("sales",), (member(paused="Tea"),), ())
    (agent,) = snapshot_of(status, Clock((NOW_S - 37) * 1000, 37_000), {}, ()).agents or ()
    (serving,) = agent.serving or ()
    assert (serving.since_ms, serving.paused_ms) == ((NOW_S - 637) * 1000, (NOW_S - 97) * 1000)
    (agent,) = snapshot_of(status, Clock((NOW_S - 100) * 1000), {}, ()).agents or ()
    (serving,) = agent.serving or ()
    assert serving.paused_ms is None  # a time to come says that the clocks differ, not when it was


NAMED = (("PJSIP/2001", "Kim"), ("Local/1001@agents", "Kim"), ("odd", "Kim"), ("c", "Lee"))


def test_one_name_at_two_phones_is_told_with_the_phone() -> None:
    members = [member()._replace(interface=key, name=name) for key, name in NAMED]
    assert [entry.name for entry in names_of(members).values()] == ["Kim 2001", "Kim 1001", "Kim odd", "Lee"]


def test_a_name_stays_told_with_the_phone_when_its_other_bearer_has_left() -> None:
    here = member()._replace(interface="PJSIP/2001", name="Kim")
    told = {"PJSIP/2001": "Kim", "PJSIP/2002": "Kim"}
    assert {entry.name for entry in names_of([here], told).values()} == {"Kim 2001", "Kim 2002"}


def versions() -> list[tuple[str, str, list[str]]]:
    """Return (version, item, its fields) as each version of Asterisk prints them."""
    found: list[tuple[str, str, list[str]]] = []
    version, last = "", dict[str, list[str]]()
    for line in (FOLDER / "ami_queue_status_fields.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            version = line.split()[-1]
        elif match := re.match(r"\s+(QueueParams|QueueMember|QueueEntry): (.+)", line):
            kind, fields = match.groups()
            if "same as" not in fields:
                last[kind] = re.findall(r"(\w+): %", fields)
            found.append((version, kind, last[kind]))
    return found


VALUES = {"Queue": "sales", "Location": "SIP/1", "Name": "Ann", "Status": "1", "Paused": "1", "Wait": "7"} | {
    "Uniqueid": "1.1",
    "CallerIDNum": "555",
    "CallerIDName": "<unknown>",
    "InCall": "1",
    "IsInCall": "1",
}


@pytest.mark.parametrize(("version", "kind", "fields"), versions(), ids=lambda value: str(value)[:20])
def test_every_version_is_read(version: str, kind: str, fields: list[str]) -> None:
    item = {"Event": kind} | {field: VALUES.get(field, "0") for field in fields}
    status = status_of([item])
    if kind == "QueueParams":
        assert status.queues == ("sales",)
    elif kind == "QueueMember":
        (found,) = status.members
        assert (found.interface, found.name) == ("SIP/1", "Ann" if "Name" in fields else "SIP/1")
        assert found.in_call == bool({"InCall", "IsInCall"} & {*fields})
        assert found.paused == ("0" if "PausedReason" in fields else "")
    elif "Uniqueid" in fields:
        (entry,) = status.entries
        assert (entry.call, entry.wait_s, entry.caller, entry.caller_name) == ("1.1", 7, "555", "")
    else:
        assert not status.entries  # what has no id can't be told from the next one


def test_strange_figures_are_none_rather_than_an_end() -> None:
    strange = {"Status": "9" * 40, "LastCall": "soon", "LoginTime": "-5", "Paused": "maybe", "Location": "x\x1b[31m"}
    found = membership_of(strange, "sales")
    assert (found.status, found.last_call_s, found.paused) == (0, 0, None)
    assert "\x1b" not in found.interface
    agent = seen(found)
    assert (agent.state, agent.serving) == (State.AVAILABLE, (Serving("sales"),))
