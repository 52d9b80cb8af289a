"""The load's plan: the same from the same seed, and all in it that the load is for."""

from __future__ import annotations

from collections import Counter

from tests.rig.plan import (
    COMPLAINTS,
    LATE,
    NAMES,
    QUEUES,
    SALES,
    SUPPORT,
    planned_acts,
    planned_calls,
    planned_phone_call,
)


def test_the_same_seed_plans_the_same() -> None:
    assert planned_calls(5, 60, 4) == planned_calls(5, 60, 4) != planned_calls(6, 60, 4)
    assert planned_acts(5, 60) == planned_acts(5, 60) != planned_acts(6, 60)
    assert planned_phone_call(5, 1) == planned_phone_call(5, 1) != planned_phone_call(6, 1)


def test_thirty_agents_on_three_queues() -> None:
    assert len(SALES | SUPPORT | COMPLAINTS | LATE.keys()) == 30
    assert {queue for queue, _ in QUEUES} == {"sales", "support", "complaints"}


def test_calls_come_at_the_rate_in_order_with_every_name() -> None:
    calls = planned_calls(1, 300, 5)
    assert 1300 < len(calls) < 1700
    assert [call.at for call in calls] == sorted(call.at for call in calls)
    assert {call.name for call in calls} >= set(NAMES)
    called = Counter(call.dialled.partition("-")[2] for call in calls)
    assert called["sales"] > called["support"] > called["complaints"] > called[""] > 0


def test_the_acts_pause_log_in_and_out() -> None:
    acts = planned_acts(1, 120)
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    kinds = Counter((act.action, act.fields.get("Paused")) for act in acts)
    for kind in (("QueuePause", "true"), ("QueuePause", "false"), ("QueueAdd", "true"), ("QueueAdd", "false")):
        assert kinds[kind] > 3
    assert kinds["QueueRemove", None] > 3
    assert not any("\r" in str(value) or "\n" in str(value) for act in acts for value in act.fields.values())


def test_nobody_is_logged_in_twice() -> None:
    here: set[object] = set()
    for act in planned_acts(3, 300):
        who = act.fields.get("Interface")
        if act.action == "QueueAdd":
            assert who not in here
            here.add(who)
        elif act.action == "QueueRemove":
            here.remove(who)


def test_phones_do_everything() -> None:
    calls = [planned_phone_call(1, count) for count in range(400)]
    assert {call.end for call in calls} == {"hang up", "blind", "attended"}
    assert any(call.rejects for call in calls)
    assert any(call.rings is None for call in calls)
    assert any(call.hold for call in calls)
    assert all(0 < call.hold[0] < call.hold[1] < call.talks for call in calls if call.hold)
