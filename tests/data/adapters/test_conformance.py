"""The conformance kit: every adapter in the tree passes, and every check fails on one that breaks its promise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.adapters.conformance import Judgement, Manner, Targets, Verdict, judge
from tests.data.adapters.hostile_adapter import SECRET, Good, World, family

TARGETS = Targets(agent="1001", queue="sales", phone="SIP/9", call="w1", extension="700", context="default")


FOUND = (Verdict.FAILED, Verdict.WARNING)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    for undo in world.leaks:
        undo()


def judged(adapter: type[Good], world: World) -> Judgement:
    manner = Manner(
        polls=4,
        pause=world.tick,
        clock=lambda: world.now_ms,
        deadline_s=adapter.deadline_s,
        patience_s=adapter.deadline_s,
        linger_s=0.04,
        targets=TARGETS,
    )
    return judge("hostile", adapter, {"line": str(world.line), "password": SECRET, "world": world}, manner)


def told(result: Judgement, *verdicts: Verdict) -> dict[str, str]:
    return {each.check: each.found for each in result.rulings if each.verdict in verdicts}


def test_a_good_one_passes(world: World) -> None:
    result = judged(Good, world)
    assert told(result, *FOUND, Verdict.NOT_APPLICABLE) == {}


@pytest.mark.parametrize("adapter", family(), ids=lambda adapter: adapter.__name__)
def test_what_is_broken_is_found(adapter: type[Good], world: World) -> None:
    result = judged(adapter, world)
    assert set(result.failed) == set(adapter.breaks), told(result, *FOUND)
    assert set(result.warned) >= set(adapter.warns), told(result, *FOUND)
