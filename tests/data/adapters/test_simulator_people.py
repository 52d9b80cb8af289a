"""The played leads: roll-calls today and in the weeks before, coaching, praise, and flags with a next step."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

import pytest

from data.adapters.simulator import Simulator, plain_floor, simulate_day
from data.flags import VOCABULARY
from data.model.days import DAY, HOUR, MINUTE, day_window, local_time
from data.model.observation import Act, CoachingNoted, Directory, FlagRaised, MoodNoted, Observation, SignedIn
from data.model.picture import MoodRow
from data.model.text import safe_text
from data.mood import Why, weeks_of
from data.recorder import record
from data.store.writer import Writer

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 7, 27)
LEADS = {"刘敏", "陈静", "Marco", "Ivo"}


@lru_cache(maxsize=4)
def opened(day: date, hour: int = 19, seed: int = 1) -> Observation:
    """Return the first observation of a floor that is opened at an hour of a day."""
    start_ms = day_window(day, ZONE).since_ms + hour * HOUR
    floor = Simulator(seed, 60, ZONE, start_ms, clock=lambda: start_ms, weekends=False)
    return floor.advance(start_ms)


def moods(acts: Iterable[Act]) -> list[MoodNoted]:
    return [act for act in acts if isinstance(act, MoodNoted)]


def rows(noted: Iterable[MoodNoted]) -> list[MoodRow]:
    return [MoodRow(int(each.agent), each.at_ms, each.mood, each.note, each.by, each.said) for each in noted]


def test_a_fresh_floor_knows_four_weeks_of_roll_calls_and_goes_on_with_todays() -> None:
    first = opened(MONDAY)
    assert first.since_ms is not None
    before = [each for each in moods(first.acts) if each.at_ms <= first.since_ms]
    days = {local_time(each.at_ms, ZONE).date() for each in before}
    assert days == {MONDAY - timedelta(days=back) for back in range(1, 29)}
    today = [each for each in moods(first.acts) if each.at_ms > first.since_ms]
    assert 55 <= len({each.agent for each in today}) <= 60
    assert [act.at_ms for act in first.acts] == sorted(act.at_ms for act in first.acts)
    assert not any(isinstance(act, MoodNoted) and first.until_ms < act.at_ms for act in first.acts)


def test_only_the_first_observation_of_a_floor_that_does_not_go_on_tells_of_the_weeks_before() -> None:
    start_ms = day_window(MONDAY, ZONE).since_ms + 10 * HOUR
    floor = Simulator(1, 20, ZONE, start_ms, clock=lambda: start_ms)
    assert floor.advance(start_ms).acts[0].at_ms < start_ms - 20 * DAY
    assert all(act.at_ms > start_ms for act in floor.advance(start_ms + HOUR).acts)
    again = Simulator(1, 20, ZONE, start_ms, clock=lambda: start_ms)
    again.resume(None, start_ms, Directory())
    assert all(act.at_ms > start_ms for act in again.advance(start_ms + HOUR).acts)


def test_each_shift_has_its_roll_call_when_it_has_begun_and_who_is_not_there_is_absent() -> None:
    first = opened(MONDAY)
    since_ms = first.since_ms or 0
    signed_in = {e.agent: e.at_ms for e in reversed(first.events) if isinstance(e, SignedIn)}
    called: dict[str, MoodNoted] = {}
    for noted in moods(first.acts):
        if noted.at_ms > since_ms:
            called.setdefault(noted.agent, noted)
    assert {local_time(each.at_ms, ZONE).hour for each in called.values()} == {8, 9, 11}
    assert {local_time(each.at_ms, ZONE).minute for each in called.values()} <= {5, 6, 7}
    for noted in called.values():
        assert (noted.mood is None) == (signed_in.get(noted.agent, noted.at_ms + DAY) > noted.at_ms)
    assert any(each.mood is None for each in called.values())


def test_on_a_weekend_who_has_the_day_off_is_not_absent() -> None:
    sunday = [act for each in simulate_day(MONDAY - timedelta(days=1), ZONE) for act in each.acts]
    called = moods(sunday)
    assert 20 < len({each.agent for each in called}) < 50
    assert sum(each.mood is None for each in called) < 6


def test_somebody_has_hard_mondays_and_somebody_hard_afternoons_and_the_rules_find_them() -> None:
    found: set[Why] = set()
    for seed in (1, 2, 3):
        first = opened(MONDAY, 16, seed)
        weeks = weeks_of(rows(moods(first.acts)), first.until_ms, ZONE)
        found |= {concern.why for concerns in weeks.concerns.values() for concern in concerns}
        assert len(weeks.concerns) < 25, "everybody is worth a look: nobody is"
    assert {Why.WEEKDAY, Why.HOUR} <= found


def test_a_team_is_lower_in_one_week_of_five_than_in_the_others() -> None:
    first = opened(MONDAY)
    teams = {agent.key: agent.team for agent in first.directory.agents} if first.directory else {}
    by_week: dict[str | None, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for each in moods(first.acts):
        if each.mood is not None:
            by_week[teams[each.agent]][(local_time(each.at_ms, ZONE).toordinal() - 1) // 7].append(each.mood)
    lowest = {team: min(mean(marks) for marks in weeks.values()) for team, weeks in by_week.items()}
    usual = {team: mean(mark for marks in weeks.values() for mark in marks) for team, weeks in by_week.items()}
    falls = sorted(usual[team] - lowest[team] for team in usual)
    assert falls[-1] > 0.7
    assert falls[-2] < 0.45


def test_what_is_noted_is_by_a_lead_in_the_leads_language_and_safe() -> None:
    acts = opened(MONDAY).acts
    assert {each.by for each in moods(acts)} == LEADS
    notes = {(each.by, each.note) for each in moods(acts)} | {(each.by, each.note) for each in coachings(acts)}
    assert len(notes) > 40
    for by, note in sorted(notes - {(lead, "") for lead in LEADS}):
        assert safe_text(note) == note
        assert note.isascii() == (by in {"Marco", "Ivo"})


def coachings(acts: Iterable[Act]) -> list[CoachingNoted]:
    return [act for act in acts if isinstance(act, CoachingNoted)]


def test_some_are_coached_and_some_are_praised_and_leads_come_back_to_it() -> None:
    noted = [each for seed in range(1, 9) for each in coachings(opened(MONDAY, seed=seed).acts)]
    assert len(noted) == 8 * 6
    assert 0.15 < mean(each.praise for each in noted) < 0.55
    assert all(each.note for each in noted)
    follow_ups = [each for each in noted if each.follow_up_ms is not None]
    assert len(follow_ups) > 15
    for each in follow_ups:
        assert not each.praise
        assert HOUR < (each.follow_up_ms or 0) - each.at_ms <= 4 * HOUR


def test_flags_say_what_comes_next_and_whose_it_is() -> None:
    raised = [act for act in opened(MONDAY).acts if isinstance(act, FlagRaised)]
    steps = {step.key for step in VOCABULARY.steps}
    for flag in raised:
        word = VOCABULARY.word(flag.kind)
        assert word is not None
        assert (flag.step in steps) == bool(word.step) == bool(flag.owner)
        assert flag.follow_up_ms is None or flag.at_ms + 30 * MINUTE <= flag.follow_up_ms <= flag.at_ms + 90 * MINUTE
    assert any(flag.follow_up_ms for flag in raised)
    assert any(flag.owner in LEADS for flag in raised)


def test_a_plain_floor_has_no_leads_who_note_moods() -> None:
    acts = [act for each in simulate_day(MONDAY, ZONE, plan=plain_floor(5, 20, 60_000, 60_000)) for act in each.acts]
    assert not moods(acts)
    assert not coachings(acts)


def test_days_play_the_same_moods_alone_and_one_after_the_other() -> None:
    start_ms = day_window(MONDAY, ZONE).since_ms
    floor = Simulator(1, 60, ZONE, start_ms, clock=lambda: start_ms, weeks=0)
    floor.advance(start_ms + DAY)
    second = floor.advance(start_ms + 2 * DAY)
    alone = [act for each in simulate_day(MONDAY + timedelta(days=1), ZONE) for act in each.acts]
    assert list(second.acts) == alone


# ------------------------------------------------------------------ written


PEOPLE = ("mood", "coaching", "flag", "flag_change")


def written(store: Path, times: int) -> dict[str, list[tuple[object, ...]]]:
    """Write a morning's acts so many times, and return what is in the store."""
    observation = opened(MONDAY, 12)
    with Writer(store) as writer:
        _, recorded = record(writer.known("simulator"), observation)
        writer.write(recorded)
        for _ in range(times - 1):
            only_acts = type(recorded)(recorded.source_id, acts=recorded.acts)
            writer.write(only_acts)
    with closing(sqlite3.connect(store)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in PEOPLE}


def test_acts_are_written_whole_and_a_second_time_change_nothing(tmp_path: Path) -> None:
    once, twice = written(tmp_path / "once.sqlite", 1), written(tmp_path / "twice.sqlite", 2)
    assert once == twice
    acts = opened(MONDAY, 12).acts
    assert len(once["mood"]) == len(moods(acts)) > 1500
    assert len(once["coaching"]) == len(coachings(acts)) == 3
    raised = [act for act in acts if isinstance(act, FlagRaised)]
    assert len(once["flag"]) == len(raised)
    assert len(once["flag_change"]) == sum(bool(flag.step) for flag in raised) > 3


@pytest.mark.parametrize("agents", [1, 7, 1_000])
def test_a_floor_of_any_size_has_its_roll_calls(agents: int) -> None:
    start_ms = day_window(MONDAY, ZONE).since_ms + 12 * HOUR
    floor = Simulator(1, agents, ZONE, start_ms, clock=lambda: start_ms)
    noted = moods(floor.advance(start_ms).acts)
    assert len({each.agent for each in noted if each.at_ms > start_ms - 12 * HOUR}) == agents
    assert len(noted) < 11_000
