"""The floor's figures against a worked example of 25 calls, carried from events through the store."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.metrics import (
    FORMULAS,
    NOTHING,
    CallFigures,
    Goal,
    TimeFigures,
    aht_ms,
    as_of,
    asa_ms,
    figures_of,
    goal_for,
    handle_ms,
    occupancy,
    ratio,
    service_level,
    service_level_parts,
    signed_in_ms,
    total,
)
from data.model.days import moment_of
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Event,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    SignedIn,
    SignedOut,
    WrapUpEnded,
)
from data.model.rows import Call
from data.model.words import Outcome
from data.recorder import record
from data.store.writer import Writer
from tests.data.logs import ROOT, reading

ZONE = ZoneInfo("Asia/Shanghai")
KPI = ROOT / "fixtures" / "kpi"
OUTCOMES = {"overflow": Outcome.OVERFLOWED}


def moment(text: str) -> int:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def table(name: str) -> list[dict[str, str]]:
    with (KPI / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def call_events(row: dict[str, str], signed_out: dict[str, int]) -> list[Event]:
    entered, ended = moment(row["entered"]), moment(row["ended"])
    call, queue, agent = row["leg_id"], row["queue"], row["agent"]
    events: list[Event] = [CallEntered(entered, call, queue, row["caller"])]
    outcome = OUTCOMES.get(row["outcome"]) or Outcome(row["outcome"])
    if not row["answered"]:
        return [*events, CallEnded(ended, call, queue, None, outcome)]
    hold = int(row["hold_s"]) * 1000
    answered = moment(row["answered"])
    events.append(CallAnswered(answered, call, queue, agent))
    events.append(CallEnded(ended, call, queue, agent, outcome, None, ended - answered - hold, hold, wraps_up=True))
    wrapped = min(ended + int(row["acw_s"]) * 1000, signed_out[agent])  # a sign-out cuts after-call work short
    return [*events, WrapUpEnded(wrapped, call, queue, agent)]


def example() -> list[Event]:
    """Return the events of the worked example; at one moment, ends come before beginnings."""
    sessions = table("sessions")
    signed_out = {row["agent"]: moment(row["logout"]) for row in sessions}
    events: list[Event] = []
    for row in table("calls"):
        events += call_events(row, signed_out)
    for row in sessions:
        for queue in row["queues"].split("|"):
            events.append(SignedIn(moment(row["login"]), row["agent"], queue))
        events.append(SignedOut(moment(row["logout"]), row["agent"]))
    for row in table("pauses"):
        events.append(Paused(moment(row["start"]), row["agent"], None, row["reason"]))
        events.append(Resumed(moment(row["end"]), row["agent"], None))
    order = (WrapUpEnded, CallEnded, Resumed, SignedIn, Paused, CallEntered, CallAnswered, SignedOut)
    return sorted(events, key=lambda e: (e.at_ms, order.index(type(e)) if isinstance(e, order) else 0))


Figures = dict[str, CallFigures]
Times = dict[str, TimeFigures]


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Figures, Times]:
    """Return visits by scope, visits by agent, and times by agent and by interval, as the store's rollups sum them."""
    store = tmp_path_factory.mktemp("kpi") / "s.sqlite"
    events = example()
    with Writer(store) as writer:
        _, rows = record(writer.known("kpi"), Observation("kpi", events[0].at_ms, events[-1].at_ms, events))
        writer.write(rows)
    scopes: Figures = defaultdict(CallFigures)
    agents: Figures = defaultdict(CallFigures)
    times: Times = defaultdict(TimeFigures)
    size = len(CallFigures._fields)
    with reading(store) as db:
        for start_ms, queue, *sums in db.execute(
            "SELECT start_ms, key, r.* FROM rollup_queue r JOIN queue ON queue.id = queue_id"
        ).fetchall():
            for scope in ("ALL", queue, f"iv {label(start_ms)}"):
                scopes[scope] = scopes[scope].plus(CallFigures(*sums[2:]))
        for start_ms, agent, *sums in db.execute(
            "SELECT start_ms, key, r.* FROM rollup_agent r JOIN agent ON agent.id = agent_id"
        ).fetchall():
            agents[f"agent {agent}"] = agents[f"agent {agent}"].plus(CallFigures(*sums[2 : size + 2]))
            for scope in (f"agent {agent}", "team A1-A4", f"state {label(start_ms)}"):
                times[scope] = times[scope].plus(TimeFigures(*sums[size + 2 :]))
    return scopes, agents, times


def label(start_ms: int) -> str:
    return datetime.fromtimestamp(start_ms / 1000, ZONE).strftime("%m-%dT%H:%M")


def in_seconds(value: float | None) -> float | None:
    return None if value is None else value / 1000


def call_kpis(f: CallFigures) -> dict[str, float | None]:
    names = ("sl_a_offered", "sl_b_answered", "sl_c_excl_short", "sl_d_excl_ab_le_T", "sl_e_ab_le_T_as_ok")
    levels = dict(zip((*names, "sl_f_incl_overflow"), (service_level(f, name) for name in FORMULAS), strict=True))
    return levels | {
        "offered": f.offered,
        "answered": f.answered,
        "abandoned": f.abandoned,
        "short_abandoned": f.short_abandoned,
        "abandoned_le_T": f.abandoned_within,
        "overflow": f.overflowed,
        "answered_le_T": f.answered_within,
        "connection_rate": ratio(f.answered, f.offered),
        "connection_rate_excl_short": ratio(f.answered, f.offered - f.short_abandoned),
        "abandon_rate": ratio(f.abandoned, f.offered),
        "abandon_rate_excl_short": ratio(f.abandoned - f.short_abandoned, f.offered - f.short_abandoned),
        "asa_s": in_seconds(asa_ms(f)),
        "avg_time_to_abandon_s": in_seconds(ratio(f.wait_abandoned_ms, f.abandoned)),
        "talk_s": f.talk_ms / 1000,
        "hold_s": f.hold_ms / 1000,
        "acw_s": f.wrap_up_ms / 1000,
        "att_s": in_seconds(ratio(f.talk_ms, f.handled)),
        "avg_hold_all_s": in_seconds(ratio(f.hold_ms, f.handled)),
        "avg_acw_s": in_seconds(ratio(f.wrap_up_ms, f.handled)),
        "aht_s": in_seconds(aht_ms(f)),
        "transfer_rate": ratio(f.transferred, f.answered),
    }


def time_kpis(t: TimeFigures) -> dict[str, float | None]:
    return {
        "staffed_s": signed_in_ms(t) / 1000,
        "talk_incl_hold_s": (t.talking_ms + t.hold_ms) / 1000,
        "acw_s": t.wrap_up_ms / 1000,
        "busy_s": (t.talking_ms + t.hold_ms + t.wrap_up_ms) / 1000,
        "ready_idle_s": t.available_ms / 1000,
        "ready_s": t.available_ms / 1000,
        "pause_s": t.not_ready_ms / 1000,
        "occupancy": occupancy(t),
        "not_ready_share": ratio(t.not_ready_ms, signed_in_ms(t)),
    }


def agent_kpis(f: CallFigures) -> dict[str, float | None]:
    return {"handled": f.handled, "hold_s": f.hold_ms / 1000, "aht_s": in_seconds(aht_ms(f))}


def test_the_worked_example(rolled: tuple[Figures, Figures, Times]) -> None:
    scopes, agents, times = rolled
    compared = 0
    for row in table("expected"):
        scope, kpi, text = row["scope"], row["kpi"], row["expected"]
        if scope in ("scope", "contacts") or scope.startswith(("iv-by-event", "pause")):
            continue
        if scope.startswith(("agent", "team", "state")):
            ours = time_kpis(times[scope]) | (agent_kpis(agents[scope]) if scope.startswith("agent") else {})
        else:
            ours = call_kpis(scopes.get(scope, NOTHING))
        if kpi not in ours:
            continue
        expected = None if text == "" else pytest.approx(float(text), rel=1e-8)
        assert ours[kpi] == expected, f"{scope} {kpi}"
        compared += 1
    assert compared > 300


def test_the_longest_wait(rolled: tuple[Figures, Figures, Times]) -> None:
    scopes, _, _ = rolled
    assert (scopes["ALL"].max_wait_ms, scopes["Q2"].max_wait_ms) == (135_000, 125_000)


def test_six_service_levels_of_a_published_example() -> None:
    f = CallFigures(offered=1060, answered=1000, abandoned=60, answered_within=860, abandoned_within=20)
    told = {name: round(100 * (service_level(f, name) or 0), 2) for name in FORMULAS}
    assert told == {
        "answered_and_abandoned": 81.13,
        "answered_only": 86.0,
        "excluding_short_abandons": 81.13,
        "excluding_abandons_within": 82.69,
        "abandons_within_count": 83.02,
        "offered": 81.13,
    }


def test_where_there_is_nothing_there_is_no_ratio() -> None:
    assert [service_level(NOTHING, name) for name in FORMULAS] == [None] * 6
    assert (asa_ms(NOTHING), aht_ms(NOTHING), occupancy(TimeFigures()), ratio(1, 0)) == (None,) * 4
    assert total([]) == NOTHING
    short = CallFigures(offered=1, abandoned=1, short_abandoned=1, abandoned_within=1)
    assert service_level(short, "excluding_short_abandons") is None
    assert service_level(short, "excluding_abandons_within") is None
    assert service_level(short) == 0.0


def test_another_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match=r"'best'.*answered_and_abandoned.*offered"):
        service_level_parts(NOTHING, "best")


@pytest.mark.parametrize(
    ("wait", "outcome", "within", "short"),
    [
        (20_000, Outcome.ANSWERED, 1, 0),
        (20_001, Outcome.ANSWERED, 0, 0),
        (4_999, Outcome.ABANDONED, 1, 1),
        (5_000, Outcome.ABANDONED, 1, 0),
        (20_000, Outcome.ABANDONED, 1, 0),
        (20_001, Outcome.ABANDONED, 0, 0),
    ],
)
def test_thresholds_at_their_edges(wait: int, outcome: Outcome, within: int, short: int) -> None:
    answered = wait if outcome == Outcome.ANSWERED else None
    call = Call(1, "c", 1, None, "", "", 0, answered, wait, wait_ms=wait, outcome=outcome)
    f = figures_of(call, Goal())
    assert (f.answered_within + f.abandoned_within, f.short_abandoned) == (within, short)


def test_a_goal_takes_defaults_where_nothing_is_said() -> None:
    assert goal_for(QueueEntry("q", "Q")) == Goal()
    assert goal_for(QueueEntry("q", "Q", threshold_ms=0, short_abandon_ms=0, target=0.0)) == Goal(0, 0, 0.0)


LENGTHS = st.one_of(st.none(), st.integers(0, 5_000))


@st.composite
def visits(draw: st.DrawFn) -> Call:
    """Draw a visit's row, however it stands."""
    wait, talk, wrap_up = draw(st.integers(0, 5_000)), draw(LENGTHS), draw(LENGTHS)
    fate = draw(st.sampled_from(["waiting", "talking", "handled", Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.LOST]))
    call = Call(1, "c", 1, None, "", "", draw(st.integers(0, 5_000)))
    if fate == "waiting":
        return call
    left_ms = call.entered_ms + wait
    if isinstance(fate, Outcome):
        return call._replace(ended_ms=left_ms, wait_ms=wait, outcome=fate)
    call = call._replace(agent_id=1, answered_ms=left_ms, wait_ms=wait, outcome=Outcome.ANSWERED)
    if fate == "talking":
        return call
    outcome = draw(st.sampled_from([Outcome.ANSWERED, Outcome.TRANSFERRED]))
    return call._replace(ended_ms=left_ms + (talk or 0), talk_ms=talk, wrap_up_ms=wrap_up, outcome=outcome)


@given(visits(), st.integers(0, 20_000))
def test_a_visit_as_of_a_moment_knows_nothing_later(call: Call, later: int) -> None:
    moment_ms = call.entered_ms + later
    then = as_of(call, moment_ms)
    assert then.entered_ms == call.entered_ms
    assert all(t is None or t <= moment_ms for t in (then.answered_ms, then.ended_ms))
    f = figures_of(then, Goal())
    assert f.offered == f.answered + f.abandoned + f.overflowed + f.timed_out + f.lost + f.waiting == 1
    assert f.waiting == (call.ended_ms is None or call.ended_ms > moment_ms) * (
        call.answered_ms is None or call.answered_ms > moment_ms
    )
    assert as_of(then, moment_ms) == then


@given(visits())
def test_a_visit_as_of_its_end_is_the_visit(call: Call) -> None:
    assert as_of(call, 10**9) == call


@given(st.lists(visits(), max_size=8), st.lists(visits(), max_size=8))
def test_sums_add_and_subtract(some: list[Call], others: list[Call]) -> None:
    a, b = (total([figures_of(call, Goal()) for call in calls]) for calls in (some, others))
    both = total([figures_of(call, Goal()) for call in (*some, *others)])
    assert a.plus(b) == both
    assert both.minus(b)[:-1] == a[:-1]
    assert handle_ms(both) == handle_ms(a) + handle_ms(b)
