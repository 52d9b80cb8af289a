"""The rig itself: a real Asterisk that tests can start, call, kill and start again."""

from __future__ import annotations

import pytest

from tests.rig.asterisk import Rig

pytestmark = pytest.mark.asterisk


def test_a_call_comes_through_the_queue_log(rig: Rig) -> None:
    rig.add_agent("desk", 1901, "张三")
    caller = rig.call("desk", "5550123", "王小明")
    ((_, call_id, *_),) = rig.logged("CONNECT")
    caller.hang_up()
    ((_, ended_id, queue, agent, *_),) = rig.logged("COMPLETECALLER")
    assert (ended_id, queue, agent) == (call_id, "desk", "张三")
    assert rig.logged("ENTERQUEUE")[0][5:] == ["", "5550123", "1", "王小明"]
