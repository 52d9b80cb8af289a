"""A small log in, the store's rows out: every trap of real queue logs, and every version's format."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given

from data.adapters.queue_log import NameRules
from data.adapters.queue_log.lines import PARSERS, is_outbound
from data.adapters.queue_log.names import NameRuleError
from data.metrics import NOTHING, Goal, asa_ms, figures_of
from data.model.observation import CallAnswered, CallEnded, CallEntered, RingEnded
from data.model.words import Outcome
from tests.data.logs import ASTERISK, REAL_RUN, Day, accounted, at, log, queue_logs, second, take
from tests.examples import examples

ENTERED = "0|c1|sales|NONE|ENTERQUEUE||5551234|1"
CONNECTED = "5|c1|sales|Ann|CONNECT|5|c1.9|2"


# How visits end


@pytest.mark.parametrize(
    ("line", "outcome", "wait"),
    [
        ("9|c1|sales|NONE|ABANDON|1|1|9", "abandoned", 9),
        ("9|c1|sales|Ann|ABANDON|1|1|8", "abandoned", 8),
        ("9|c1|sales|NONE|EXITWITHTIMEOUT|1", "timed_out", 9),
        ("9|c1|sales|NONE|EXITWITHTIMEOUT|1|1|8", "timed_out", 8),
        ("9|c1|sales|NONE|EXITWITHKEY|2|1", "overflowed", 9),
        ("9|c1|sales|NONE|EXITWITHKEY|#|1|1|8", "overflowed", 8),
        ("9|c1|sales|NONE|EXITEMPTY|1|1|9", "overflowed", 9),
        ("9|c1|sales|NONE|WITHDRAW|1|1|9|by supervisor 王", "overflowed", 9),
        ("9|c1|sales|NONE|ABANDON", "abandoned", 9),
        ("9|c1|sales|NONE|ABANDON|1|1|-1", "abandoned", 9),
        ("9|c1|sales|NONE|ABANDON|1|1|9|extra|fields|", "abandoned", 9),
    ],
)
def test_unanswered_visits_end_as_the_log_says(tmp_path: Path, line: str, outcome: str, wait: int) -> None:
    day = take(tmp_path, log(ENTERED, line))
    assert day.figures() == [("c1", None, outcome, wait, None)]
    assert (day.call().caller, second(day.call().ended_ms)) == ("5551234", 9)
    assert day.agents == {} or not day.spans


@pytest.mark.parametrize(
    ("line", "outcome", "talk"),
    [
        ("65|c1|sales|Ann|COMPLETEAGENT|5|60|1", "answered", 60),
        ("65|c1|sales|Ann|COMPLETECALLER|5|58|1", "answered", 58),  # the field wins over the difference of times
        ("65|c1|sales|Ann|COMPLETECALLER|5|58|1|", "answered", 58),
        ("65|c1|sales|Ann|COMPLETECALLER|5", "answered", 60),
        ("65|c1|sales|Ann|COMPLETECALLER", "answered", 60),
        ("65|c1|sales|Ann|TRANSFER|701|xfer", "transferred", 60),
        ("65|c1|sales|Ann|TRANSFER|701|xfer|5|59", "transferred", 59),
        ("65|c1|sales|Ann|TRANSFER|701|xfer|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|BLINDTRANSFER|701|xfer|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|BRIDGE||5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|BRIDGE|4f-1a|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|BRIDGE|4f-1a|5|59|1||", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|LINK|SIP/1|SIP/2|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|LINK|SIP/1|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|APP|Queue|5|59|1", "transferred", 59),
        ("65|c1|sales|Ann|ATTENDEDTRANSFER|APP|Queue(a|b)|5|59|1", "transferred", 59),
        ("65|c1|sales|NONE|ABANDON|1|1|5", "answered", None),  # answered whatever follows
        ("65|c1|sales|NONE|EXITWITHTIMEOUT|1|1|5", "answered", None),
    ],
)
def test_answered_visits_stay_answered(tmp_path: Path, line: str, outcome: str, talk: int | None) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, line))
    assert day.figures() == [("c1", "Ann", outcome, 5, talk)]
    call = day.call()
    assert (second(call.answered_ms), second(call.ended_ms), call.ring_ms) == (5, 65, 2000)
    assert day.states("Ann") == [("talking", "", 5, 65), ("available", "", 65, None)]


@pytest.mark.parametrize(
    ("fields", "wait", "ring"),
    [("|7", 7, None), ("|7|SIP/5-1", 7, None), ("|7|SIP/5-1|3", 7, 3000), ("", 5, None), ("|", 5, None)],
)
def test_connect_of_any_version(tmp_path: Path, fields: str, wait: int, ring: int | None) -> None:
    call = take(tmp_path, log(ENTERED, f"5|c1|sales|Ann|CONNECT{fields}")).call()
    assert (call.wait_ms, call.ring_ms) == (wait * 1000, ring)
    assert (call.outcome, second(call.answered_ms), call.ended_ms) == (Outcome.ANSWERED, 5, None)


@pytest.mark.parametrize(
    ("fields", "number", "name"),
    [
        ("||5551234", "5551234", ""),  # ≤ 1.6: no position
        ("||5551234|1", "5551234", ""),
        ("||5551234|1|王 小明", "5551234", "王 小明"),
        ("|http://x|5551234|1|A_B|more|", "5551234", "A_B"),
        ("", "", ""),
        ("|", "", ""),
        ("|||", "", ""),
    ],
)
def test_enterqueue_of_any_version(tmp_path: Path, fields: str, number: str, name: str) -> None:
    call = take(tmp_path, log(f"0|c1|sales|NONE|ENTERQUEUE{fields}")).call()
    assert (call.caller, call.caller_name, call.entered_ms, call.outcome) == (number, name, at(0), None)


def test_a_call_that_never_ends_stays_open(tmp_path: Path) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, "9|c2|sales|NONE|ENTERQUEUE||1|1", "4000|NONE|NONE|Bob|PAUSEALL|x"))
    assert day.figures() == [("c1", "Ann", "answered", 5, None), ("c2", None, None, None, None)]
    assert [c.ended_ms for c in day.calls] == [None, None]
    assert day.states("Ann") == [("talking", "", 5, None)]


def test_an_agent_who_answers_again_has_ended_the_call_before(tmp_path: Path) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, "90|c2|sales|NONE|ENTERQUEUE||1|1", "99|c2|sales|Ann|CONNECT|9|x|1"))
    assert day.figures() == [("c1", "Ann", "answered", 5, None), ("c2", "Ann", "answered", 9, None)]
    assert [second(c.ended_ms) for c in day.calls] == [99, None]
    assert day.states("Ann") == [("talking", "", 5, 99), ("talking", "", 99, None)]


def test_a_call_answered_by_another_agent_frees_the_first(tmp_path: Path) -> None:
    day = take(
        tmp_path, log(ENTERED, CONNECTED, "50|c1|sales|Bob|CONNECT|0|x|1", "70|c1|sales|Bob|COMPLETEAGENT|0|20|1")
    )
    assert day.states("Ann") == [("talking", "", 5, 50), ("available", "", 50, None)]
    assert day.states("Bob") == [("talking", "", 50, 70), ("available", "", 70, None)]


# Words that are missing


def test_complete_without_connect(tmp_path: Path) -> None:
    day = take(tmp_path, log(ENTERED, "65|c1|sales|Ann|COMPLETEAGENT|5|58|1"))
    assert day.figures() == [("c1", "Ann", "answered", 5, 58)]
    assert second(day.call().answered_ms) == 7
    assert day.imported.derived == 0


def test_complete_without_anything(tmp_path: Path) -> None:
    day = take(tmp_path, log("0|NONE|NONE|Bob|PAUSEALL|", "65|c1|sales|Ann|COMPLETEAGENT|5|58|1"))
    call = day.call()
    assert (second(call.entered_ms), second(call.answered_ms), second(call.ended_ms)) == (2, 7, 65)
    assert day.figures() == [("c1", "Ann", "answered", 5, 58)]
    assert day.imported.derived == 1
    assert day.states("Ann") == [("available", "", 65, None)]


def test_abandon_without_enterqueue(tmp_path: Path) -> None:
    day = take(tmp_path, log("40|c1|sales|NONE|ABANDON|3|5|30"))
    assert day.figures() == [("c1", None, "abandoned", 30, None)]
    assert second(day.call().entered_ms) == 10
    assert day.imported.derived == 1


def test_connect_without_enterqueue_takes_the_wait_from_the_field(tmp_path: Path) -> None:
    day = take(tmp_path, log("40|c1|sales|Ann|CONNECT|30|x|4", "50|c1|sales|Ann|COMPLETECALLER|30|10|1"))
    assert day.figures() == [("c1", "Ann", "answered", 30, 10)]
    assert second(day.call().entered_ms) == 10
    assert day.imported.derived == 1


def test_connect_dated_before_enterqueue(tmp_path: Path) -> None:
    day = take(tmp_path, log("7|c1|sales|NONE|ENTERQUEUE||1|1", CONNECTED, "65|c1|sales|Ann|COMPLETEAGENT|5|60|1"))
    assert day.figures() == [("c1", "Ann", "answered", 5, 60)]
    assert day.call().entered_ms <= (day.call().answered_ms or 0)


def test_connect_written_before_enterqueue(tmp_path: Path) -> None:
    day = take(tmp_path, log(CONNECTED, "3|c1|sales|NONE|ENTERQUEUE||1|1", "65|c1|sales|Ann|COMPLETEAGENT|5|60|1"))
    assert day.figures() == [("c1", "Ann", "answered", 5, 60)]
    assert day.report.repeated == 1


def test_entry_written_after_all_else(tmp_path: Path) -> None:
    day = take(tmp_path, log(CONNECTED, "65|c1|sales|Ann|COMPLETEAGENT|5|60|1", "1|c1|sales|NONE|ENTERQUEUE||1|1"))
    assert day.figures() == [("c1", "Ann", "answered", 5, 60)]


# Lines that come again, and time that goes back


def test_repeated_lines_change_nothing(tmp_path: Path) -> None:
    lines = [
        *(ENTERED,) * 3,
        *(CONNECTED,) * 2,
        ENTERED,
        "65|c1|sales|Ann|COMPLETEAGENT|5|60|1",
        *(f"65|c1|sales|Ann|COMPLETEAGENT|5|60|{n}" for n in range(1, 6)),
        *(ENTERED,) * 3,
        CONNECTED,
        *("70|c2|sales|Ann|RINGNOANSWER|9000",) * 2,
    ]
    day = take(tmp_path, log(*lines))
    assert day.figures() == [("c1", "Ann", "answered", 5, 60)]
    assert day.states("Ann") == [("talking", "", 5, 65), ("available", "", 65, None)]
    assert len(day.rings) == 1
    assert (day.report.lines, day.report.used, day.report.repeated) == (len(lines), 4, len(lines) - 4)


def test_an_old_entry_repeated_after_the_contact_came_back(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *(ENTERED, CONNECTED, "65|c1|sales|Ann|BLINDTRANSFER|701|x|5|60|1", "65|c1|sales|NONE|ENTERQUEUE||1|1"),
            *(ENTERED, "70|c1|sales|NONE|ABANDON|1|1|5"),
        ),
    )
    assert day.figures() == [("c1", "Ann", "transferred", 5, 60), ("c1", None, "abandoned", 5, None)]


def test_the_whole_log_twice_in_one_file(tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    once.mkdir()
    twice.mkdir()
    text = REAL_RUN.read_text(encoding="utf-8")
    half = "".join(text.splitlines(keepends=True)[:1500])
    first, second_ = take(once, half), take(twice, half + "".join(half.splitlines(keepends=True)[-200:]))
    assert [c[1:] for c in first.calls if c.ended_ms] == [c[1:] for c in second_.calls if c.ended_ms]
    assert len(first.calls) == len(second_.calls)


def test_time_going_back_an_hour(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            "0|MANAGER|sales|Ann|ADDMEMBER|",
            *("3600|c1|sales|NONE|ENTERQUEUE||1|1", "3605|c1|sales|Ann|CONNECT|5|x|1"),
            *("65|c1|sales|Ann|COMPLETEAGENT|5|60|1", "80|c2|sales|NONE|ENTERQUEUE||1|1"),
            "85|c2|sales|NONE|ABANDON|1|1|5",
        ),
    )
    assert day.figures() == [("c2", None, "abandoned", 5, None), ("c1", "Ann", "answered", 5, 60)]
    assert day.states("Ann") == [("available", "", 0, 3605), ("available", "", 3605, None)]
    assert (day.report.went_back, day.report.went_back_ms) == (1, 3_540_000)
    assert day.coverage[0][1:3] == (at(0), at(3605))


# Restarts


def test_a_restart_loses_who_waits_and_keeps_what_was_answered(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            "0|MANAGER|sales|Ann|ADDMEMBER|",
            ENTERED,
            CONNECTED,
            "20|c2|sales|NONE|ENTERQUEUE||1|1",
            "100|NONE|NONE|NONE|QUEUESTART|",
            "110|MANAGER|sales|Ann|ADDMEMBER|",
        ),
    )
    assert day.figures() == [("c1", "Ann", "answered", 5, None), ("c2", None, "lost", 80, None)]
    assert [second(c.ended_ms) for c in day.calls] == [100, 100]
    assert day.states("Ann") == [
        ("available", "", 0, 5),
        ("talking", "", 5, 100),
        ("offline", "", 100, 110),
        ("available", "", 110, None),
    ]


def test_after_a_restart_nothing_is_known_of_who_never_signed_in(tmp_path: Path) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, "100|NONE|NONE|NONE|QUEUESTART|", "130|c3|sales|Ann|CONNECT|1|x|1"))
    assert day.states("Ann") == [("talking", "", 5, 100), ("unknown", "", 100, 130), ("talking", "", 130, None)]


def test_seven_restarts_without_log_offs(tmp_path: Path) -> None:
    lines = ["0|MANAGER|sales|Ann|ADDMEMBER|"]
    for n in range(1, 8):
        lines += [f"{n * 100}|NONE|NONE|NONE|QUEUESTART|", f"{n * 100}|MANAGER|sales|Ann|ADDMEMBER|"]
    day = take(tmp_path, log(*lines))
    assert [state[0] for state in day.states("Ann")] == ["available"] * 8
    assert [(second(m.since_ms), second(m.until_ms)) for m in day.members][:2] == [(0, 100), (100, 200)]


# Who is who


def test_an_interface_and_a_name_join_by_the_default_rule(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            "0|MANAGER|sales|Local/1127@callback-agent|ADDMEMBER|",
            "5|c1|sales|Agent/1127|CONNECT|5|x|1",
            "9|c1|sales|Agent/1127|COMPLETEAGENT|5|4|1",
            "10|NONE|NONE|Local/id-1127@agentcallback|PAUSEALL|Lunch",
            "20|MANAGER|sales|Local/1127@callback-agent|REMOVEMEMBER|",
        ),
    )
    assert list(day.agents) == ["Agent/1127"]
    assert day.states("Agent/1127") == [
        ("available", "", 0, 5),
        ("talking", "", 5, 9),
        ("available", "", 9, 10),
        ("not_ready", "Lunch", 10, 20),
        ("offline", "", 20, None),
    ]
    assert not day.report.unjoined


@pytest.mark.parametrize(
    "names",
    [
        NameRules.of(aliases=["SIP/2001=Zoë Müller"]),
        NameRules.of(rules=[r"SIP/200(\d)=Zoë Müller"]),
        NameRules.of(aliases=["Agent/2001=Zoë Müller"], rules=[r"SIP/(\d+)=Agent/\1"]),
    ],
)
def test_an_interface_and_a_name_join_by_alias_or_rule(tmp_path: Path, names: NameRules) -> None:
    text = log("0|MANAGER|sales|SIP/2001|ADDMEMBER|", "5|c1|sales|Zoë Müller|CONNECT|5|x|1")
    day = take(tmp_path, text, names)
    assert list(day.agents) == ["Zoë Müller"]
    assert day.states("Zoë Müller")[0] == ("available", "", 0, 5)


def test_an_interface_that_no_rule_joins_is_no_idle_agent(tmp_path: Path) -> None:
    day = take(tmp_path, log("0|MANAGER|sales|SIP/2001|ADDMEMBER|", "5|c1|sales|Zoë Müller|CONNECT|5|x|1"))
    assert list(day.agents) == ["Zoë Müller"]
    assert day.report.unjoined == {"SIP/2001": 1}


@pytest.mark.parametrize(
    ("rules", "aliases"), [(["SIP/(=x"], []), (["nothing"], []), ([], ["nothing"]), ([r"a=\9"], [])]
)
def test_a_wrong_rule_is_named(rules: list[str], aliases: list[str]) -> None:
    with pytest.raises(NameRuleError, match=r"SIP|nothing|a="):
        NameRules.of(aliases, rules)


def test_interfaces_with_spaces_dots_and_any_script(tmp_path: Path) -> None:
    names = ["Local/a b.c@x y", "Zoë Müller", "[bold]王[/]", "SIP/\x1b[31mred"]
    day = take(tmp_path, log(*(f"{n}|c{n}|sales|{name}|CONNECT|0|x|0" for n, name in enumerate(names))))
    assert list(day.agents) == [*names[:3], "SIP/\N{REPLACEMENT CHARACTER}[31mred"]


# Signing in and out


def test_a_login_across_midnight_is_one_stretch(tmp_path: Path) -> None:
    day = take(tmp_path, log("0|NONE|NONE|Ann|AGENTLOGIN|SIP/1", "78677|NONE|NONE|Ann|AGENTLOGOFF|SIP/1|78677"))
    assert day.states("Ann") == [("available", "", 0, 78_677), ("offline", "", 78_677, None)]


def test_a_logoff_says_since_when_who_was_there_before_the_log(tmp_path: Path) -> None:
    text = log("0|NONE|NONE|Bob|PAUSEALL|", "500|NONE|NONE|Ann|AGENTLOGOFF|SIP/1|300")
    assert take(tmp_path, text).states("Ann") == [("available", "", 200, 500), ("offline", "", 500, None)]


def test_a_logoff_reaches_back_no_further_than_what_was_watched(tmp_path: Path) -> None:
    text = log("0|NONE|NONE|Bob|PAUSEALL|", "500|NONE|NONE|Ann|AGENTLOGOFF|SIP/1|78677")
    assert take(tmp_path, text).states("Ann") == [("available", "", 0, 500), ("offline", "", 500, None)]


@pytest.mark.parametrize("line", ["9|NONE|NONE|Ann|AGENTLOGOFF|SIP/1", "9|MANAGER|sales|Ann|REMOVEMEMBER|"])
def test_signing_out_an_agent_never_seen(tmp_path: Path, line: str) -> None:
    text = log("0|MANAGER|sales|Bob|ADDMEMBER|", line)
    assert take(tmp_path, text).states("Ann") == [("offline", "", 9, None)]


def test_removed_while_talking_then_the_call_ends(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *("0|MANAGER|sales|Ann|ADDMEMBER|", ENTERED, CONNECTED, "20|MANAGER|sales|Ann|REMOVEMEMBER|"),
            "65|c1|sales|Ann|COMPLETEAGENT|5|60|1",
        ),
    )
    assert day.states("Ann") == [("available", "", 0, 5), ("talking", "", 5, 65), ("offline", "", 65, None)]


def test_who_was_only_presumed_there_is_gone_when_removed(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(CONNECTED, "65|c1|sales|Ann|COMPLETEAGENT|5|60|1", "90|MANAGER|sales|Ann|REMOVEMEMBER|"),
    )
    assert day.states("Ann")[-1] == ("offline", "", 90, None)


def test_a_ring_that_began_before_the_sign_out_signs_nobody_in(tmp_path: Path) -> None:
    lines = [
        "0|MANAGER|sales|Ann|ADDMEMBER|",
        ENTERED,
        "6|MANAGER|sales|Ann|REMOVEMEMBER|",
        "6|c1|sales|Ann|RINGCANCELED|3501",
        "9|c1|sales|Ann|RINGNOANSWER|9000",
    ]
    day = take(tmp_path, log(*lines))
    assert day.states("Ann") == [("available", "", 0, 6), ("offline", "", 6, None)]
    assert [(r.ring_ms, r.cancelled) for r in day.rings] == [(3501, 1), (9000, 0)]
    later = take(tmp_path, log(*lines, "60|c1|sales|Ann|RINGNOANSWER|9000"), store="later.sqlite")
    assert later.states("Ann")[-1] == ("available", "", 60, None)


# Pauses


def test_pauses_with_reasons(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            "0|MANAGER|sales|Ann|ADDMEMBER|",
            "0|MANAGER|support|Ann|ADDMEMBER|",
            "10|NONE|NONE|Ann|PAUSEALL|a|b pipe",
            "10|NONE|sales|Ann|PAUSE|a|b pipe",
            "10|NONE|support|Ann|PAUSE|a|b pipe",
            "20|NONE|NONE|Ann|PAUSEALL|培训",
            "30|NONE|NONE|Ann|UNPAUSEALL|",
            "30|NONE|sales|Ann|UNPAUSE|",
            "40|NONE|sales|Ann|PAUSE|Lunch",
            "50|NONE|support|Ann|PAUSE|Coffee",
            "60|NONE|sales|Ann|UNPAUSE|",
            "70|NONE|support|Ann|UNPAUSE|",
        ),
    )
    assert day.states("Ann") == [
        ("available", "", 0, 10),
        ("not_ready", "a|b pipe", 10, 20),
        ("not_ready", "培训", 20, 30),
        ("available", "", 30, 50),  # paused in one queue of two
        ("not_ready", "Coffee", 50, 60),
        ("available", "", 60, None),
    ]
    paused = [(m.queue_id, second(m.since_ms), second(m.until_ms), m.paused) for m in day.members if m.paused]
    assert (day.queues["support"], 50, 70, "Coffee") in paused
    assert (day.queues["sales"], 40, 60, "Lunch") in paused


def test_a_member_added_paused(tmp_path: Path) -> None:
    day = take(tmp_path, log("0|MANAGER|sales|Ann|ADDMEMBER|PAUSED", "9|NONE|sales|Ann|UNPAUSE|"))
    assert day.states("Ann") == [("not_ready", "", 0, 9), ("available", "", 9, None)]


def test_a_removal_ends_a_pause(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *("0|MANAGER|sales|Ann|ADDMEMBER|", "5|NONE|NONE|Ann|PAUSEALL|Lunch"),
            *("9|MANAGER|sales|Ann|REMOVEMEMBER|", "20|MANAGER|sales|Ann|ADDMEMBER|"),
        ),
    )
    assert [s[0] for s in day.states("Ann")] == ["available", "not_ready", "offline", "available"]


def test_a_pause_during_a_call_holds_after_it(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *("0|MANAGER|sales|Ann|ADDMEMBER|", ENTERED, CONNECTED, "20|NONE|sales|Ann|PAUSE|Later"),
            "65|c1|sales|Ann|COMPLETEAGENT|5|60|1",
        ),
    )
    assert day.states("Ann")[1:] == [("talking", "", 5, 65), ("not_ready", "Later", 65, None)]


# Transfers


def test_a_blind_transfer_to_the_same_queue_whose_entry_comes_first(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *(ENTERED, CONNECTED, "65|c1|sales|NONE|ENTERQUEUE||5551234|1"),
            *("65|c1|sales|Ann|BLINDTRANSFER|701|xfer|5|60|1", "75|c1|sales|Bob|CONNECT|10|x|1"),
            "95|c1|sales|Bob|COMPLETECALLER|10|20|1",
        ),
    )
    assert day.figures() == [("c1", "Ann", "transferred", 5, 60), ("c1", "Bob", "answered", 10, 20)]
    assert day.states("Ann") == [("talking", "", 5, 65), ("available", "", 65, None)]
    assert day.states("Bob") == [("talking", "", 75, 95), ("available", "", 95, None)]


def test_a_contact_in_two_queues_is_two_visits(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *(ENTERED, CONNECTED, "65|c1|sales|Ann|BLINDTRANSFER|701|xfer|5|60|1"),
            *("65|c1|support|NONE|ENTERQUEUE||5551234|1", "66|c1|support|Bob|CONNECT|1|x|0"),
            "74|c1|support|Bob|COMPLETECALLER|1|8|1",
        ),
    )
    assert day.figures() == [("c1", "Ann", "transferred", 5, 60), ("c1", "Bob", "answered", 1, 8)]
    assert [c.contact for c in day.calls] == ["c1", "c1"]


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("ATTENDEDTRANSFER|LINK|a|b|5|60|1", "transferred"),
        ("ATTENDEDTRANSFER|APP|Wait|5|60|1", "transferred"),
        ("COMPLETECALLER|5|60|1", "answered"),
        ("COMPLETEAGENT|5|60|1", "answered"),
        ("COMPLETEAGENT|6|60|1", "answered"),
    ],
)
def test_an_end_under_the_other_legs_id(tmp_path: Path, end: str, outcome: str) -> None:
    day = take(
        tmp_path,
        log(
            *(ENTERED, CONNECTED, "30|c2|sales|NONE|ENTERQUEUE||1|1", "31|c2|sales|Bob|CONNECT|1|x|1"),
            *(f"65|c77|sales|Ann|{end}", "80|c2|sales|Bob|COMPLETEAGENT|1|49|1"),
        ),
    )
    assert day.figures() == [("c1", "Ann", outcome, 5, 60), ("c2", "Bob", "answered", 1, 49)]
    assert day.states("Ann")[-1] == ("available", "", 65, None)
    assert day.imported.derived == 0


def test_an_end_told_under_both_legs_ids_is_one(tmp_path: Path) -> None:
    ends = ["65|c77|sales|Ann|COMPLETECALLER|5|60|1", "66|c77|sales|Ann|ATTENDEDTRANSFER|APP|Wait|5|61|1"]
    for lines in (ends, ends[::-1], [ends[0], "65|c1|sales|Ann|COMPLETECALLER|5|60|1"]):
        day = take(Path(mkdtemp(dir=tmp_path)), log(ENTERED, CONNECTED, *lines))
        assert [(figures[0], figures[3]) for figures in day.figures()] == [("c1", 5)]
        assert (day.report.repeated, day.imported.derived) == (1, 0)


@pytest.mark.parametrize(
    "stray",
    [
        "65|c77|sales|Ann|COMPLETECALLER|7|58|1",
        "65|c77|support|Ann|COMPLETECALLER|5|60|1",
        "65|c77|sales|Bob|COMPLETECALLER|5|60|1",
    ],
    ids=["wait", "queue", "agent"],
)
def test_an_end_of_an_unknown_call_that_is_nobodys_talk_is_a_visit_of_its_own(tmp_path: Path, stray: str) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, stray, "90|c1|sales|Ann|COMPLETEAGENT|5|85|1"))
    assert sorted(figures[0] for figures in day.figures()) == ["c1", "c77"]
    assert ("c1", "Ann", "answered", 5, 85) in day.figures()
    assert day.imported.derived == 1


# Calls that are no inbound calls


def test_outbound_and_callbacks_are_never_counted(tmp_path: Path) -> None:
    kinds = ["OUTDIAL", "OUTANSWER", "OUTCALL", "OUTTRANSFER", "OUTNUMBER", "OUTBOUND", "CALLBACK", "CALLBACKOFFERED"]
    day = take(tmp_path, log(*(f"{n}|o{n}|sales|Ann|{kind}|5|60|1" for n, kind in enumerate(kinds))))
    assert (day.calls, day.spans) == ([], [])
    assert day.report.outbound == Counter(kinds)


def test_callback_logins_are_sign_ins(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log("0|NONE|NONE|Ann|AGENTCALLBACKLOGIN|1001@x", "90|NONE|NONE|Ann|AGENTCALLBACKLOGOFF|1001@x|90|Autologoff"),
    )
    assert day.states("Ann") == [("available", "", 0, 90), ("offline", "", 90, None)]


def test_rings_are_in_milliseconds(tmp_path: Path) -> None:
    day = take(
        tmp_path,
        log(
            *("0|MANAGER|sales|Ann|ADDMEMBER|", "0|MANAGER|sales|Bob|ADDMEMBER|", ENTERED),
            *(
                "15|c1|sales|Ann|RINGNOANSWER|15000",
                "15|c1|sales|Bob|RINGNOANSWER|0",
                "19|c1|sales|Ann|RINGCANCELED|3501",
            ),
        ),
    )
    told = [(r.agent_id, r.call_id, r.ring_ms, bool(r.cancelled)) for r in day.rings]
    ann, bob = day.agents["Ann"], day.agents["Bob"]
    assert told == [(ann, 1, 15000, False), (bob, 1, 0, False), (ann, 1, 3501, True)]


# Bytes and fields


def test_odd_bytes_and_spaces(tmp_path: Path) -> None:
    text = (
        b"\r\n\n   \n"
        b"1750000000.25|c1|sales|NONE|ENTERQUEUE||5551234|1\r\n"
        b"1750000005 |c1 |sales |Zo\xeb |CONNECT |5 |x |2|\r\n"
        b"1750000065.75|c1|sales|Zo\xeb|COMPLETEAGENT|5|60|1|||\n"
    )
    day = take(tmp_path, text)
    call = day.call()
    assert list(day.agents) == ["Zo\N{REPLACEMENT CHARACTER}"]
    assert (second(call.entered_ms), second(call.answered_ms), second(call.ended_ms)) == (0.25, 5, 65.75)
    assert (call.wait_ms, call.talk_ms, call.ring_ms) == (5000, 60_000, 2000)
    assert (day.report.blank, day.report.rejects) == (3, 0)


def test_a_last_line_without_a_line_end_counts(tmp_path: Path) -> None:
    day = take(tmp_path, log(ENTERED, CONNECTED, "65|c1|sales|Ann|COMPLETEAGENT|5|60|1").rstrip("\n"))
    assert day.figures() == [("c1", "Ann", "answered", 5, 60)]


REJECTED = {
    "junk": "has fewer than five fields",
    "1750000000|c1|sales|Ann": "has fewer than five fields",
    "ENTERQUEUE|a|b|c|d|e": "does not begin with a time",
    "nan|c1|sales|NONE|ENTERQUEUE||1|1": "does not begin with a time",
    "-5|c1|sales|NONE|ENTERQUEUE||1|1": "has a time outside 1980 to 2100",
    "99999999999|c1|sales|NONE|ENTERQUEUE||1|1": "has a time outside 1980 to 2100",
    "1e400|c1|sales|NONE|ENTERQUEUE||1|1": "does not begin with a time",
    "1750000000|c1|sales|NONE|": "names no event",
    "1750000000|NONE|sales|NONE|ENTERQUEUE||1|1": "names no call",
    "1750000000|c1|NONE|NONE|ENTERQUEUE||1|1": "names no queue",
    "1750000000|c1|sales|NONE|CONNECT|5|x|1": "names no agent",
    "1750000000|NONE|NONE|Ann|PAUSE|x": "names no queue",
    "1750000000|NONE|NONE||PAUSEALL|x": "names no agent",
}


def test_what_cannot_be_used_is_told_with_its_number_and_why(tmp_path: Path) -> None:
    lines = [*REJECTED, ENTERED.replace("0|", "1750000000|", 1)]
    day = take(tmp_path, "\n".join(["", *lines]))
    assert [(name, number, why) for name, number, why, _ in day.report.rejected] == [
        ("queue_log", number, why) for number, why in enumerate(REJECTED.values(), 2)
    ]
    assert day.report.reasons == Counter(REJECTED.values())
    assert (day.report.lines, day.report.used, day.report.blank) == (len(lines) + 1, 1, 1)
    assert accounted(day.report) == day.report.lines


def test_what_says_nothing_of_calls_is_noted(tmp_path: Path) -> None:
    kinds = ["CONFIGRELOAD", "PENALTY", "RINGINUSE", "SYSCOMPAT", "AGENTDUMP", "DID", "ANYTHING THE DIALPLAN WRITES"]
    day = take(tmp_path, log(*(f"{n}|NONE|sales|Ann|{kind}|x" for n, kind in enumerate(kinds))))
    assert (set(day.report.noted), day.report.used, day.spans) == ({k[:24] for k in kinds}, 0, [])


def test_an_empty_log(tmp_path: Path) -> None:
    day = take(tmp_path, "")
    assert (day.report.lines, day.calls, day.coverage) == (0, [], [])


@examples(60)
@given(lines=queue_logs(nasty=True, sign_ins=False))
def test_every_line_is_accounted_for(tmp_path: Path, lines: list[str]) -> None:
    report = take(Path(mkdtemp(dir=tmp_path)), "".join(f"{line}\n" for line in lines)).report
    assert accounted(report) == report.lines == len(lines)
    assert len(report.rejected) == report.rejects


# Every version


def formats() -> list[tuple[str, str, str]]:
    with (ASTERISK / "queue_log_formats.tsv").open(encoding="utf-8") as file:
        return [
            (event.strip(), row["data_format"], row["fields (by position)"] or "")
            for row in csv.DictReader(file, delimiter="\t")
            for event in row["event"].split("/")
            if not event.startswith("(any")
        ]


VALUES = {
    "wait s": "7",
    "talk s": "11",
    "login s": "90",
    "ring ms": "4000",
    "ring s": "3",
    "caller number": "5551234",
    "caller name": "Ann Caller",
    "kind and target(s)": "BRIDGE|4f1a",
    "reason": "Lunch",
    "empty or PAUSED": "PAUSED",
}


@pytest.mark.parametrize(("event", "layout", "meanings"), formats())
def test_the_format_table(tmp_path: Path, event: str, layout: str, meanings: str) -> None:
    size = layout.count("%")
    told = dict.fromkeys(meanings.split("|")[:size], "1")
    data = "|".join(VALUES.get(meaning, value) for meaning, value in told.items())
    day = take(tmp_path, f"1750000100|c1|sales|Ann|{event}|{data}\n")
    report = day.report
    assert (report.lines, report.rejects, accounted(report)) == (1, 0, 1)
    assert report.used == (event in PARSERS)
    assert report.outbound.total() == is_outbound(event)
    if event in PARSERS:
        expect_figures(event, told, day)


def expect_figures(event: str, told: dict[str, str], day: Day) -> None:
    parsed = PARSERS[event](at(100), "c1", "sales", "Ann", "|".join(VALUES.get(m, "1") for m in told).split("|"))
    wait = 7000 if "wait s" in told else None
    match parsed:
        case CallEntered():
            assert parsed.caller == ("5551234" if "caller number" in told else "")
            assert parsed.caller_name == ("Ann Caller" if "caller name" in told else "")
        case CallAnswered():
            assert (parsed.wait_ms, parsed.ring_ms) == (wait, 3000 if "ring s" in told else None)
        case CallEnded():
            assert (parsed.wait_ms, parsed.talk_ms) == (wait, 11_000 if "talk s" in told else None)
        case RingEnded():
            assert parsed.ring_ms == 4000
        case _:
            assert day.spans


# A real day


def test_the_real_run_equals_its_truth(tmp_path: Path) -> None:
    truth = json.loads((ASTERISK / "truth.json").read_text(encoding="utf-8"))
    day = take(tmp_path, REAL_RUN.read_bytes())
    assert (day.report.rejects, day.report.repeated, accounted(day.report)) == (0, 0, truth_lines(truth))
    names = {number: name for name, number in day.queues.items()}
    for queue_id, name in names.items():
        expect_queue(day, queue_id, truth["queues"][name])
    expect_agents(day, truth["agents"])


def truth_lines(truth: dict[str, Any]) -> int:
    return sum(truth["events"].values())


def expect_queue(day: Day, queue_id: int, true: dict[str, Any]) -> None:
    total = NOTHING
    for call in day.calls:
        if call.queue_id == queue_id:
            total = total.plus(figures_of(call, Goal()))
    assert total.offered == true["offered"]
    assert total.answered == true["answered"] == total.handled
    assert total.abandoned == true["abandoned"]
    assert total.timed_out == true["exitwithtimeout"]
    assert total.overflowed == true["exitempty"] + true["exitwithkey"] + true["withdraw"]
    assert total.transferred == true["blindtransfer"] + true["attendedtransfer"]
    assert total.answered_within == true["answered_within_sl"]
    assert total.abandoned_within == true["abandoned_within_sl"]
    assert total.wait_answered_ms == true["sum_hold"] * 1000
    assert total.talk_ms == true["sum_talk"] * 1000
    assert (total.waiting, total.talking, total.lost) == (true["unresolved"], 0, 0)
    assert round((asa_ms(total) or 0) / 1000, 3) == true["asa"]
    rings = Counter(bool(ring.cancelled) for ring in day.rings if ring.queue_id == queue_id)
    assert (rings[False], rings[True]) == (true["ringnoanswer"], true["ringcanceled"])


def expect_agents(day: Day, truth: dict[str, Any]) -> None:
    for name, true in truth.items():
        agent = day.agents[name]
        handled = [call for call in day.calls if call.agent_id == agent]
        assert len(handled) == true.get("connect", 0)
        assert sum(call.talk_ms or 0 for call in handled) == true.get("talk", 0) * 1000
        rings = [ring for ring in day.rings if ring.agent_id == agent and not ring.cancelled]
        assert len(rings) == true.get("rna", 0)
