"""Ten minutes' worth of calls on a real Asterisk: at the end the store equals Asterisk's own queue log.

Watched twice at once: by a poller that follows the queue log, and by one that has the manager interface alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest

from data.model.text import safe_text
from data.model.words import Health
from tests.asterisk.truth import Truth, truth_of
from tests.asterisk.watching import Visit, Watch, settled
from tests.rig.asterisk import Rig
from tests.rig.packages import Tree

pytestmark = pytest.mark.asterisk

SECONDS, RATE, SEED = 110, 4.0, 7


class Day(NamedTuple):
    """What happened, and what was seen of it."""

    truth: Truth
    names: dict[str, str]
    followed: Watch
    alone: Watch


@pytest.fixture(scope="module")
def day(asterisk_tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    options = "wrap_up_s = { sales = 1, support = 2, complaints = 3 }"
    with Rig(asterisk_tree) as rig:
        followed = Watch(folder / "followed", {"pbx": rig}, ("pbx",), options=options)
        alone = Watch(folder / "alone", {"pbx": rig}, options=options)
        with followed, alone:
            for watch in (followed, alone):
                watch.until_health(Health.UP)
            counted = rig.load(SECONDS, RATE, SEED)
            for watch in (followed, alone):
                settled(watch)
        names = counted["late"]
        log = folder / "queue_log"
        log.write_bytes(rig.queue_log.read_bytes())
    yield Day(truth_of([log], names), names, followed, alone)


def visits_in(truth: Truth) -> Counter[Visit]:
    return Counter(
        Visit(
            visit.call,
            visit.queue,
            visit.outcome or "",
            visit.wait,
            visit.talk,
            safe_text(visit.agent) if visit.agent else None,
        )
        for visit in truth.visits
    )


def without_kind(visits: Counter[Visit]) -> Counter[Visit]:
    """Return visits as the manager alone can tell them: it does not say why somebody left who was not answered."""
    found: Counter[Visit] = Counter()
    for visit, n in visits.items():
        left = visit.outcome not in ("answered", "transferred")
        found[visit._replace(outcome="left", wait_s=None) if left else visit] += n
    return found


def as_logged(seen: Counter[Visit], real: Counter[Visit]) -> Counter[Visit]:
    """Return visits seen, with the log's seconds where a second passed between the event and the line.

    Asterisk reads its clock anew for each word on an answer or an end, so that two of them now and then differ by one.
    """
    agreed, missing = Counter(seen), real - seen
    for visit in (seen - real).elements():
        same = next((other for other in missing.elements() if is_near(visit, other)), None)
        if same is not None:
            missing[same] -= 1
            agreed[visit] -= 1
            agreed[same] += 1
    assert (agreed - seen).total() <= real.total() / 100
    return +agreed


def is_near(one: Visit, other: Visit) -> bool:
    pairs = ((one.wait_s, other.wait_s), (one.talk_s, other.talk_s))
    return one._replace(wait_s=None, talk_s=None) == other._replace(wait_s=None, talk_s=None) and all(
        a == b or (a is not None and b is not None and abs(a - b) == 1) for a, b in pairs
    )


def test_the_day_had_everything(day: Day) -> None:
    events = day.truth.events
    assert sum(visits_in(day.truth).values()) > 300
    assert {"EXITEMPTY", "EXITWITHKEY", "EXITWITHTIMEOUT", "ABANDON", "WITHDRAW"} <= events.keys()
    assert {"BLINDTRANSFER", "ATTENDEDTRANSFER", "ADDMEMBER", "REMOVEMEMBER", "PAUSE", "RINGNOANSWER"} <= events.keys()
    assert not day.truth.broken
    assert not day.truth.strays


def test_each_call_is_in_the_store_once_as_the_log_tells_it(day: Day) -> None:
    real = visits_in(day.truth)
    assert as_logged(day.followed.visits(), real) == real


def test_the_manager_alone_tells_each_call_but_not_why_somebody_left(day: Day) -> None:
    real = without_kind(visits_in(day.truth))
    seen = as_logged(without_kind(day.alone.visits()), real)
    untold = Counter({visit: n for visit, n in (seen - real).items() if visit.agent and visit.talk_s is None})
    # Now and then Asterisk itself sends no event of an end, to none of its sessions: how long was talked is not known
    # then, nor whether the caller was sent on.
    assert sum(untold.values()) <= sum(real.values()) / 100
    assert seen - untold == real & seen
    assert Counter(v._replace(talk_s=None, outcome="answered") for v in (real - seen).elements()) == untold
    unanswered = [visit for visit in day.alone.visits() if visit.talk_s is None and not visit.agent]
    assert {visit.outcome for visit in unanswered} == {"abandoned", "overflowed"}
    waits = {(v.call, v.queue): v.wait_s for v in visits_in(day.truth) if v.talk_s is None}
    for visit in unanswered:
        assert abs((visit.wait_s or 0) - (waits[visit.call, visit.queue] or 0)) <= 1


@pytest.mark.parametrize("which", ["followed", "alone"])
def test_each_pause_is_in_the_store(day: Day, which: str) -> None:
    watch: Watch = getattr(day, which)
    rows = watch.sql(
        "SELECT q.key, (SELECT name FROM agent_history h WHERE h.agent_id = m.agent_id ORDER BY since_ms DESC LIMIT 1),"
        " m.paused, m.since_ms, m.until_ms FROM member m JOIN queue q ON q.id = m.queue_id "
        "WHERE m.paused IS NOT NULL ORDER BY m.since_ms"
    )
    seen = grouped((*row[:3], row[3] / 1000, None if row[4] is None else row[4] / 1000) for row in rows)
    real = grouped((p.queue, safe_text(p.agent), safe_text(p.reason), p.start, p.end) for p in day.truth.pauses)
    assert {key: len(times) for key, times in seen.items()} == {key: len(times) for key, times in real.items()}
    for key, times in real.items():
        for (start, end), (seen_start, seen_end) in zip(times, seen[key], strict=True):
            assert -0.1 <= seen_start - start < 1.1
            assert (end is None) == (seen_end is None)
            assert end is None or seen_end is None or -0.1 <= seen_end - end < 1.1


Times = list[tuple[float, float | None]]


def grouped(pauses: Iterable[tuple[str, str, str, float, float | None]]) -> dict[tuple[str, str, str], Times]:
    found: dict[tuple[str, str, str], Times] = defaultdict(list)
    for queue, agent, reason, start, end in pauses:
        found[queue, agent, reason].append((start, end))
    return dict(found)


@pytest.mark.parametrize("which", ["followed", "alone"])
def test_nothing_is_missed_and_no_agent_is_in_two_states(day: Day, which: str) -> None:
    watch: Watch = getattr(day, which)
    assert len(watch.sql("SELECT * FROM coverage")) == 1
    overlaps = watch.sql(
        "SELECT a.agent_id FROM state_span a JOIN state_span b ON a.agent_id = b.agent_id AND a.since_ms < b.since_ms "
        "AND (a.until_ms IS NULL OR a.until_ms > b.since_ms)"
    )
    assert overlaps == []
    assert {row[0] for row in watch.sql("SELECT key FROM agent")} >= set(day.names)


@pytest.mark.parametrize("which", ["followed", "alone"])
def test_hostile_names_are_harmless_in_the_store(day: Day, which: str) -> None:
    watch: Watch = getattr(day, which)
    texts = watch.sql("SELECT caller_name FROM call UNION SELECT caller FROM call UNION SELECT name FROM agent_history")
    assert all(safe_text(text) == text for (text,) in texts)
    assert any("red" in text for (text,) in texts)
