"""The rig itself: a real Asterisk that tests can start, call, kill and start again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.asterisk.truth import Truth, truth_of
from tests.rig.ami import Ami, RefusedError
from tests.rig.asterisk import ACCOUNTS, ROOT, Rig
from tests.rig.background import until
from tests.rig.packages import Tree
from tests.rig.proxy import Proxy

pytestmark = pytest.mark.asterisk

EVERY_EVENT = {
    *("QUEUESTART", "ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER"),
    *("ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW", "RINGNOANSWER", "RINGCANCELED"),
    *("ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "PENALTY", "RINGINUSE"),
}


def asked(url: str, **fields: str) -> str:
    """Log in over HTTP, carry out one action, and return what was said to both."""
    account, secret = fields.pop("account"), fields.pop("secret")
    with httpx.Client(base_url=url, trust_env=False) as client:
        answers = [client.get("/rawman", params={"action": "login", "username": account, "secret": secret}).text]
        answers.append(client.get("/rawman", params=fields).text)
    return "\n".join(answers)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_account_is_answered_over_http(shared_rig: Rig, account: str) -> None:
    who = {"account": account, "secret": shared_rig.users[account]}
    said = asked(shared_rig.url, **who, action="QueueStatus", queue="sales")
    assert "Authentication accepted" in said
    assert "王小明" in said
    pause = {"action": "QueuePause", "interface": "Local/1001@agents", "paused": "false"}
    assert ("Permission denied" in asked(shared_rig.url, **who, **pause)) == (account not in ("full", "floorwalk"))


def test_a_wrong_secret_is_refused(shared_rig: Rig) -> None:
    with pytest.raises(RefusedError, match="Authentication failed"):
        Ami(shared_rig.ports.ami, "floorwalk", "wrong")


def listening(pid: int) -> set[tuple[str, int]]:
    """Return the addresses and ports at which a process takes TCP connections; of IPv6 the bare words."""
    mine = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = (row.split()[at] for at in (1, 3, 9))
            if state == "0A" and f"socket:[{inode}]" in mine:
                address, _, port = local.partition(":")
                shown = socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address
                found.add((shown, int(port, 16)))
    return found


def test_it_listens_on_the_loopback_alone(shared_rig: Rig) -> None:
    assert shared_rig.pid is not None
    ports = shared_rig.ports
    assert listening(shared_rig.pid) == {("127.0.0.1", ports.ami), ("127.0.0.1", ports.http)}


def test_a_call_comes_through_the_queue_log(shared_rig: Rig) -> None:
    interface = shared_rig.add_agent("desk", 1901, "张三")
    caller = shared_rig.call("desk", "5550123", "王|小明")
    (connected,) = shared_rig.logged("CONNECT")
    caller.hang_up()
    shared_rig.logged("COMPLETECALLER")
    (visit,) = truth_of([shared_rig.queue_log], shared_rig.members()).visits
    assert (visit.call, visit.queue, visit.agent, visit.outcome) == (connected[1], "desk", "张三", "answered")
    assert (visit.number, visit.name) == ("5550123", "王_小明"), "Asterisk keeps its own separator out of a name"
    assert shared_rig.members()[interface] == "张三"


def test_a_phone_of_the_desk_answers_and_sends_the_caller_on(rig: Rig) -> None:
    rig.add_agent("desk", 2901, "Desk One")
    rig.add_agent("desk2", 1902, "Second")
    caller = rig.call("desk", "5550124", None)
    rig.logged("CONNECT")
    rig.phone("2901").transfer("702")
    (connected, sent_on) = rig.logged("CONNECT", 2)
    assert connected[1] == sent_on[1], "one call in two queues"
    caller.hang_up()
    rig.logged("BLINDTRANSFER")
    rig.logged("COMPLETECALLER")
    visits = truth_of([rig.queue_log], rig.members()).visits
    assert [(visit.queue, visit.agent, visit.outcome) for visit in visits] == [
        ("desk", "Desk One", "transferred"),
        ("desk2", "Second", "answered"),
    ]


def test_callers_who_leave_are_told_apart(rig: Rig) -> None:
    rig.add_agent("desk", 1801, "Rings For Ever")
    rig.call("desk", "1", hang_up_after=0.5)
    rig.call("desk", "2", how="brief")
    rig.call("desk", "3").press("1")
    rig.call("desk", "4", how="early").hang_up()
    rig.logged("EXITWITHTIMEOUT")
    rig.logged("ABANDON", 2)
    rig.logged("EXITWITHKEY")
    truth = truth_of([rig.queue_log], rig.members())
    assert {visit.number: visit.outcome for visit in truth.visits} == {
        **{"1": "abandoned", "2": "timed_out", "3": "overflowed", "4": "abandoned"}
    }
    assert (truth.strays, truth.broken) == ([], [])


def test_killed_and_started_again(rig: Rig) -> None:
    rig.add_agent("desk", 1901, "张三", paused=True)
    rig.call("desk", "5550125")
    rig.logged("ENTERQUEUE")
    ports, first = rig.ports, rig.pid
    rig.kill9()
    assert rig.pid is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(rig.url, trust_env=False)
    rig.start()
    assert (rig.ports, rig.pid == first) == (ports, False)
    rig.logged("QUEUESTART", 2)
    truth = truth_of([rig.queue_log], {"Local/1901@agents": "张三"})
    (visit,), (pause,) = truth.visits, truth.pauses
    assert (visit.outcome, visit.agent) == ("lost", None)
    assert (pause.agent, pause.queue, pause.end is None) == ("张三", "desk", False)
    assert "Local/1901@agents" not in rig.members(), "who logged in is forgotten"


def test_a_restart_may_begin_afresh(rig: Rig) -> None:
    rig.call("desk", hang_up_after=0.1)
    rig.logged("ABANDON")
    rig.restart(keep=False)
    assert [line[4] for line in rig.logged("QUEUESTART")] == ["QUEUESTART"]
    assert len(rig.log_lines()) == 1


def test_one_that_stands_still_accepts_and_is_silent(rig: Rig) -> None:
    rig.freeze()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(rig.url, trust_env=False, timeout=0.5)
    rig.thaw()
    assert httpx.get(rig.url, trust_env=False).status_code == 404


def test_two_at_once(new_rig: Callable[..., Rig]) -> None:
    one, two = new_rig("one"), new_rig("two")
    assert one.url != two.url
    for rig in (one, two):
        rig.call("desk", "5550126")
        assert rig.logged("ENTERQUEUE")[0][1].startswith(f"{rig.name}-")
    assert len(one.logged("ENTERQUEUE")) == 1
    two.kill9()
    assert "Pong" in one.act("Ping")["Ping"]


def test_nothing_stays(asterisk_tree: Tree) -> None:
    rig = Rig(asterisk_tree)
    with rig:
        pid, folder = rig.pid, rig.folder
        assert Path(f"/proc/{pid}").exists()
        rig.freeze()  # even one that does not listen ends
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


def test_it_ends_with_a_maker_that_is_killed(asterisk_tree: Tree) -> None:
    program = "import sys; from tests.rig.asterisk import Rig; from tests.rig.packages import cached_tree\n"
    program += "with Rig(cached_tree()) as rig: print(rig.pid, rig.folder, flush=True); sys.stdin.read()"
    maker = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with maker:
        assert maker.stdout is not None
        pid, folder = maker.stdout.readline().split()
        assert b"asterisk" in Path(f"/proc/{pid}/cmdline").read_bytes()
        maker.kill()
    until(lambda: not Path(f"/proc/{pid}").exists(), "Asterisk to end")
    shutil.rmtree(folder)


def test_a_start_that_fails_tells_why(asterisk_tree: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.rig.asterisk.CONF", tmp_path)
    with pytest.raises(RuntimeError, match=r"Asterisk ended at its start: (?s:.)*asterisk\.conf"), Rig(asterisk_tree):
        pass


def test_a_proxy_between(shared_rig: Rig) -> None:
    with Proxy(shared_rig.ports.http) as proxy:
        who = {"account": "floorwalk", "secret": shared_rig.users["floorwalk"]}
        assert "Pong" in asked(proxy.url, **who, action="Ping")
        proxy.mode = "refuse"
        with pytest.raises(httpx.ConnectError):
            asked(proxy.url, **who, action="Ping")


@pytest.mark.slow
def test_the_load_makes_every_kind_of_event(rig: Rig) -> None:
    counted = rig.load(seconds=40, rate=4.5, seed=1)
    until(lambda: "Local" not in rig.cli("core show channels"), "the last call to be over")
    members = rig.members() | counted["late"]

    def all_over() -> Truth | None:  # a channel may be gone before the end of its visit is noted
        truth = truth_of([rig.queue_log], members)
        return truth if all(visit.outcome for visit in truth.visits) else None

    truth = until(all_over, "the end of every visit to be noted")
    assert truth is not None
    assert EVERY_EVENT - truth.events.keys() == set()
    assert (truth.strays, truth.broken) == ([], [])
    assert not [name for name in counted["counts"] if name.startswith("failed")], counted
    assert counted["counts"]["calls"] >= 180
    assert len({visit.agent for visit in truth.visits} - {None}) >= 25
