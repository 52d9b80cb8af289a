"""What the floor says while an Asterisk, the network or the poller fails, and what is in the store afterwards."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.adapters.asterisk.events import CONNECTING_MS
from data.model.words import Health
from tests.asterisk.watching import Watch
from tests.rig.asterisk import Rig
from tests.rig.background import until
from tests.rig.proxy import Proxy

pytestmark = pytest.mark.asterisk

AGENT = "Local/1901@agents"
DOWN_S = 20.0


@pytest.fixture(params=["followed", "alone"])
def watch(request: pytest.FixtureRequest, rig: Rig, tmp_path: Path) -> Iterator[Watch]:
    """The rig watched, with its queue log followed, and by the manager interface alone."""
    with Watch(tmp_path / "w", {"pbx": rig}, ("pbx",) if request.param == "followed" else ()) as watch:
        watch.until_health(Health.UP)
        yield watch


def has_log(watch: Watch) -> bool:
    return "queue_log" in watch.config.read_text(encoding="utf-8")


def gaps(watch: Watch) -> list[tuple[int, int]]:
    """Return the stretches that nobody measured, in ms."""
    rows = watch.sql("SELECT since_ms, until_ms FROM coverage ORDER BY since_ms")
    return [(before[1], after[0]) for before, after in itertools.pairwise(rows)]


def free_in(watch: Watch, gap: tuple[int, int]) -> list[tuple[str, str, int, int | None]]:
    """Return the spans of the agent that say anything at all about a stretch that nobody measured."""
    return [span for span in watch.states(AGENT) if span[2] < gap[1] and (span[3] is None or span[3] > gap[0])]


def outcome(watch: Watch, call: str) -> tuple[str | None, int | None]:
    """Return how a call ended and how long it was talked, in s."""
    ((told, talk_ms),) = watch.sql("SELECT outcome, talk_ms FROM call WHERE contact = ?", call)
    return told, None if talk_ms is None else talk_ms // 1000


def contact(rig: Rig, number: str) -> str:
    """Return the unique id of a caller, from Asterisk's own log."""
    return next(line[1] for line in rig.logged("ENTERQUEUE") if line[6] == number)


def test_asterisk_stops_for_twenty_seconds(rig: Rig, watch: Watch) -> None:
    rig.add_agent("desk", 1901, "张三")
    rig.call("desk", "5550001")
    rig.call("desk", "5550002")
    watch.until_state(AGENT, "talking")
    watch.until_sql("SELECT 1 FROM call WHERE caller = '5550002'")
    rig.kill9()
    stopped = time.monotonic()
    down = watch.until_health(Health.DOWN, 5)
    assert "refused" in down.error or "closed" in down.error, down.error
    talking, waiting = contact(rig, "5550001"), contact(rig, "5550002")
    until(lambda: time.monotonic() > stopped + DOWN_S, "20 s to pass", DOWN_S + 1)
    assert watch.pulse().health == Health.DOWN
    rig.start()
    watch.until_health(Health.UP, 70)
    watch.until_sql("SELECT 1 FROM call WHERE contact = ? AND outcome = 'lost'", waiting)
    ((began_ms, ended_ms),) = gaps(watch)
    assert ended_ms - began_ms > (DOWN_S - 2) * 1000
    assert free_in(watch, (began_ms, ended_ms)) == []
    assert outcome(watch, talking) == ("answered", None)
    assert watch.sql("SELECT count(*) FROM call WHERE ended_ms IS NULL") == [(0,)]
    rig.add_agent("desk", 1901, "张三")
    watch.until_state(AGENT, "available")


def test_a_reload_of_the_queues_changes_nothing(rig: Rig, watch: Watch) -> None:
    rig.add_agent("desk", 1901, "张三")
    caller = rig.call("desk", "5550001")
    watch.until_state(AGENT, "talking")
    before = watch.states(AGENT)
    for command in ("queue reload all", "module reload app_queue.so", "core reload", "logger rotate"):
        rig.cli(command)
    polls = watch.pulse().measured_ms or 0
    until(lambda: (watch.pulse().measured_ms or 0) > polls + 3000, "three polls", 10)
    assert watch.states(AGENT) == before
    caller.hang_up()
    watch.until_sql("SELECT 1 FROM call WHERE outcome = 'answered' AND talk_ms IS NOT NULL")
    assert gaps(watch) == []


@pytest.mark.parametrize("mode", ["swallow", "cut", "slow", "refuse"])
@pytest.mark.parametrize("logs", [("pbx",), ()], ids=["followed", "alone"])
def test_the_network_is_cut(rig: Rig, tmp_path: Path, mode: str, logs: tuple[str, ...]) -> None:
    with Proxy(rig.ports.http) as proxy, Watch(tmp_path / "w", {"pbx": rig}, logs, url=proxy.url) as watch:
        watch.until_health(Health.UP)
        rig.add_agent("desk", 1901, "张三")
        caller = rig.call("desk", "5550001")
        watch.until_state(AGENT, "talking")
        call = contact(rig, "5550001")
        proxy.mode = mode  # type: ignore[assignment]
        down = watch.until_health(Health.DOWN, 30)
        assert "127.0.0.1" in down.error
        caller.hang_up()
        ((ended_s, _, _, _, _, _, talk_s, *_),) = rig.logged("COMPLETECALLER")
        waiting = rig.call("desk", "5550002")
        rig.logged("CONNECT", 2)
        proxy.mode = "pass"
        watch.until_health(Health.UP, 90)
        watch.until_state(AGENT, "talking")
        if logs:
            assert gaps(watch) == []
            assert outcome(watch, call) == ("answered", int(talk_s))
            ((until_ms,),) = watch.sql("SELECT ended_ms FROM call WHERE contact = ?", call)
            assert abs(until_ms / 1000 - int(ended_s)) <= 1
        else:
            # Where the answer with its end was lost, nobody knows how long it was; where it was never sent, it comes.
            assert outcome(watch, call) in {("answered", None), ("answered", int(talk_s))}
            for gap in gaps(watch):
                assert free_in(watch, gap) == []
        waiting.hang_up()
        other = contact(rig, "5550002")
        watch.until_sql("SELECT 1 FROM call WHERE contact = ? AND talk_ms IS NOT NULL", other)
        assert watch.sql("SELECT contact FROM call GROUP BY contact HAVING count(*) > 1") == []


def test_a_wrong_password_is_tried_once_and_told(rig: Rig, tmp_path: Path) -> None:
    watch = Watch(tmp_path / "w", {"pbx": rig}, secret="not-the-secret")
    watch.start()
    assert watch.ended() == 77
    pulse = watch.pulse()
    assert pulse.health == Health.DOWN
    for text in (watch.said, pulse.error):
        assert "floorwalk" in text
        assert "manager.conf" in text
        assert "not-the-secret" not in text
    doctor = watch.run("doctor")
    assert doctor.returncode == 1
    assert "manager.conf" in doctor.stdout
    failures = (rig.folder / "log/messages.log").read_text("utf-8", "replace").count("failed to authenticate")
    assert failures == 2  # the poller's one and the doctor's


def test_the_poller_is_killed_in_mid_call(rig: Rig, watch: Watch) -> None:
    rig.add_agent("desk", 1901, "张三")
    caller = rig.call("desk", "5550001")
    watch.until_state(AGENT, "talking")
    rig.call("desk", "5550002")
    watch.until_sql("SELECT 1 FROM call WHERE caller = '5550002'")
    first, second = contact(rig, "5550001"), contact(rig, "5550002")
    watch.kill9()
    rig.call("desk", "5550003")
    watch.start()
    watch.until_state(AGENT, "talking")
    watch.until_sql("SELECT 1 FROM call WHERE caller = '5550003' AND ended_ms IS NULL")
    watch.until_sql("SELECT 1 FROM call WHERE contact = ? AND ended_ms IS NULL", second)
    caller.hang_up()
    watch.until_sql("SELECT 1 FROM call WHERE contact = ? AND talk_ms IS NOT NULL", first)
    watch.until_sql("SELECT 1 FROM call WHERE contact = ? AND outcome = 'answered'", second)
    assert watch.sql("SELECT contact FROM call GROUP BY contact HAVING count(*) > 1") == []
    if has_log(watch):
        assert gaps(watch) == []
    for gap in gaps(watch):
        assert free_in(watch, gap) == []


def test_an_account_that_hears_nothing_is_told_so(rig: Rig, tmp_path: Path) -> None:
    with Watch(tmp_path / "w", {"pbx": rig}, account="nobody") as watch:
        first_ms = watch.until_health(Health.UP).measured_ms or 0
        until(lambda: (watch.pulse().measured_ms or 0) > first_ms + 2000, "the watch to be on", 10)
        rig.call("desk", "5550001")
        down = watch.until_health(Health.DOWN, 3 * CONNECTING_MS / 1000)
        assert "read = agent,call" in down.error


def test_two_asterisks_are_one_floor(rig: Rig, asterisk_tree: object, tmp_path: Path) -> None:
    other = Rig(rig.tree, "south")
    with other, Watch(tmp_path / "w", {"north": rig, "south": other}) as watch:
        for each in (rig, other):
            each.add_agent("desk", 1901, "张三")
        watch.until_sql("SELECT count(*) FROM agent WHERE key = ? HAVING count(*) = 2", AGENT)
        floor = watch.run("floor").stdout
        assert "desk·north" in floor
        assert "desk·south" in floor
        other.kill9()
        down = watch.until_health(Health.DOWN, 10)
        assert down.name == "south"
        caller = rig.call("desk", "5550001")
        watch.until_sql("SELECT 1 FROM call WHERE answered_ms IS NOT NULL")
        caller.hang_up()
        watch.until_sql("SELECT 1 FROM call WHERE talk_ms IS NOT NULL")
