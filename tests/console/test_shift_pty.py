"""A whole shift, driven by keys in a real terminal: what was done is in the store, in the audit and on paper.

The demo's floor of 60 seats, a poller of its own, and a second user of the machine who takes the shift over.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.model.discipline import WalkView, Where
from data.model.words import Mark
from data.store.reader import Reader
from tests.console.floor_of_two import Floor, polled_floor
from tests.console.floor_pty import Session
from tests.data.desk.test_two_users import GAMES, as_user

pytestmark = [
    pytest.mark.pty,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc"),
]

SPACE, ENTER, ESC, TAB = " ", "\r", "\x1b", "\t"
TITLE = "billing is down"
SEATS = 64
"""The demo's map has four more than the floor has people."""
FAILED_AT = (3, 11, 19, 27, 35, 43, 51)
"""At which stops with seats a rule is not kept."""

READ_AND_TAKE_OVER = """
async def play(desk):
    from data.model.discipline_requests import AcknowledgeHandover
    answer = await desk.order(AcknowledgeHandover(told, "read, thank you"))
    return [answer.done, answer.said]
"""


@pytest.fixture
def floor() -> Iterator[Floor]:
    with polled_floor() as made:
        yield made


class Hands:
    """Two hands on a terminal, and how many keys they have pressed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pressed = 0

    def __call__(self, *keys: str) -> None:
        for key in keys:
            self.session.press(key)
            self.pressed += 1

    def read(self, pattern: str) -> str:
        """Wait for a line of the screen in which a pattern is found; return its group."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [match[1] for line in self.session.display() if (match := re.search(pattern, line))]
            return bool(found)

        self.session.until(there, f"showing {pattern}")
        return found[0]

    def pick(self, title: str, text: str) -> None:
        """Press the key of the first line in a window that begins with a text, a regular expression."""
        self.session.see(title)
        self(self.read(rf"│\s+(\w)\s+{text}"))


def rows(floor: Floor, sql: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(f"file:{floor.store}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def kept(session: Session, floor: Floor, sql: str, n: int) -> None:
    """Wait until so many rows are in the store."""
    session.until(lambda: rows(floor, sql)[0][0] >= n, f"keeping {n} of {sql}")


def begun(hands: Hands, floor: Floor, title: str) -> str:
    """Begin a round by hand and return its key; the keys for that are not those of the walk."""
    before = rows(floor, "SELECT coalesce(max(id), 0) FROM checklist")[0][0]
    hands("c")
    hands.session.see("Which round?")
    hands("n")
    hands.pick("Begin which round?", title)
    hands.session.until(lambda: rows(floor, "SELECT 1 FROM checklist WHERE by_hand AND id > ?", before), "begun")
    ((key,),) = rows(floor, "SELECT key FROM checklist WHERE by_hand AND id > ?", before)
    hands.read(r"(stop 1 of \d+)")
    return str(key)


def arrived(hands: Hands, left: int) -> None:
    """Wait for the stop after the one that was left, or for the end."""
    hands.read(rf"(stop {left + 1} of |The end of the round)")


def walk(floor: Floor, key: str, moment_ms: int | None = None) -> WalkView:
    with Reader(floor.store) as reader:
        last_ms = reader.measured()[-1][1] + 60_000
        view = reader.walk_of(key, moment_ms or last_ms, ZoneInfo(floor.zone))
    assert view is not None
    return view


def exported(floor: Floor, what: str) -> dict[str, Any]:
    ended = floor.run("discipline", "export", what, "--format", "json")
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def go_through_the_opening(hands: Hands, floor: Floor) -> None:
    key = begun(hands, floor, "Opening")
    for n, _ in enumerate(walk(floor, key).stops, 1):
        hands(SPACE)
        arrived(hands, n)
    hands.session.until(lambda: walk(floor, key).round.is_done, "through with the opening checklist")
    hands(SPACE)
    hands.session.until(lambda: walk(floor, key).round.ended_ms, "ending the opening checklist")
    hands.session.see("Agents", "? help")


def walk_the_floor(hands: Hands, floor: Floor) -> str:
    """Walk past all seats, with failures at seven; return the round's key."""
    key = begun(hands, floor, "Floor walk")
    view = walk(floor, key)
    assert view.round.seats == SEATS == sum(stop.where is Where.SEAT for stop in view.stops)
    hands.pressed = seats = 0
    for n, stop in enumerate(view.stops, 1):
        seats += stop.where is Where.SEAT
        hands(*("1" if stop.where is Where.SEAT and seats in FAILED_AT else ""), SPACE)
        arrived(hands, n)
    hands.session.until(lambda: walk(floor, key).round.is_done, "through with the walk")
    hands(SPACE)
    hands.session.until(lambda: walk(floor, key).round.ended_ms, "ending the walk")
    hands.session.see("Agents", "? help")
    return key


def put_two_right(hands: Hands, floor: Floor) -> None:
    hands("D")
    hands.session.see("Scores are of teams and places")
    hands("o")
    left = int(hands.read(r"own · (\d+) open"))
    assert left >= len(FAILED_AT)
    for n in (1, 2):
        hands("x")
        hands.session.see("what is done about it?")
        hands("x")
        kept(hands.session, floor, "SELECT count(*) FROM finding WHERE closing = 'corrected' AND closed_by = 'root'", n)
        hands.session.see(f"own · {left - n} open")


def note_an_incident(hands: Hands, floor: Floor) -> None:
    session = hands.session
    hands("i")
    hands.pick("What happened on the floor?", "System outage")
    session.see("in a few words")
    hands(*TITLE, ENTER)
    kept(session, floor, f"SELECT count(*) FROM incident WHERE title = '{TITLE}'", 1)
    session.see("going on", TITLE)
    hands("i")
    hands.pick("What happened on the floor?", f"System outage {TITLE}")
    session.see("what is to be noted?")
    hands("m")
    session.see("what was done?")
    hands(*"called the provider", ENTER)
    kept(session, floor, "SELECT count(*) FROM incident_entry WHERE text = 'called the provider'", 1)
    hands("i")
    hands.pick("What happened on the floor?", f"System outage {TITLE}")
    session.see("what is to be noted?")
    hands("x")
    kept(session, floor, f"SELECT count(*) FROM incident WHERE title = '{TITLE}' AND ended_ms IS NOT NULL", 1)
    hands.read(r"(\d to review)")


def review_it(hands: Hands, floor: Floor) -> None:
    session = hands.session
    asked = f"{TITLE}: could it have been avoided?"
    session.until(lambda: not session.shows("Esc: back"), "leaving the window")
    session.press_each(TAB)
    hands("i")
    for _ in range(4):
        hands.read(r"(avoided\?|to be noted\?|happened on)")
        if session.shows(asked):
            break
        hands(ESC)  # another one is under the cursor: the played floor has its own
        session.until(lambda: not session.shows("Esc: back"), "leaving the window")
        session.press_each("j")
        hands("i")
    session.see(asked)
    hands.pick("could it have been avoided?", "not avoidable")
    hands.pick("did the measures work?", "the measures worked in part")
    session.see("what changes?")
    hands(*"a second line", ENTER)
    kept(session, floor, "SELECT count(*) FROM incident WHERE change = 'a second line'", 1)


def hand_over(hands: Hands, floor: Floor) -> int:
    """Write the early shift's handover; return its number."""
    session = hands.session
    hands("H")
    hands.pick("Which handover?", "Early shift")
    session.see("Enter: complete it")
    hands(ENTER)
    session.see("a note to the next shift")
    hands(*"mind the billing queue", ENTER)
    kept(session, floor, "SELECT count(*) FROM handover WHERE written_by = 'root'", 1)
    return int(rows(floor, "SELECT id FROM handover WHERE written_by = 'root'")[0][0])


def failed(view: WalkView) -> list[str]:
    """Return the seats at which the first of the seats' rules failed."""
    rule = next(line.id for line in view.rules if line.where is Where.SEAT)
    return [place for (_, place), marks in view.marks.items() if rule in marks and marks[rule].mark is Mark.FAIL]


def test_a_shift_is_walked_written_down_and_handed_over(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    session = floor.console()
    hands = Hands(session)
    go_through_the_opening(hands, floor)
    key = walk_the_floor(hands, floor)
    view = walk(floor, key)
    a_seat = (hands.pressed - len(FAILED_AT)) / SEATS
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {SEATS} seats, {len(view.stops) - SEATS} other stops, {len(FAILED_AT)} failures: "
            f"{hands.pressed} keys, {a_seat:.2f} a seat where all is well\n"
        )
    assert a_seat < 1.3
    assert view.unseen == ()
    assert len(failed(view)) == len(FAILED_AT)
    put_two_right(hands, floor)
    note_an_incident(hands, floor)
    review_it(hands, floor)
    number = hand_over(hands, floor)
    if os.getuid() == 0:
        assert as_user(GAMES, floor.store, READ_AND_TAKE_OVER, number)[0]
        session.press_each(TAB, "z")
        while not session.shows("games") and session.shows("if written now"):
            session.press_each("j")  # to the shift that was just handed over
        session.see("games")
    hands(ESC)
    session.see("Agents", "? help")
    hands("q")
    assert session.ended() == 0
    check_the_audit(floor)
    check_the_papers(floor, key, failed(view))


def check_the_audit(floor: Floor) -> None:
    """Hold the audit against what was done: who, and how often."""
    assert floor.run("audit", "verify").returncode == 0
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in json.loads(floor.run("audit", "--json", "--limit", "0").stdout):
        acts[row["user"]][row["act"]] += row["result"] == "done"
    own = acts["root"]
    assert (own["start_round"], own["end_round"], own["close_finding"]) == (2, 2, 2)
    assert own["mark_place"] >= SEATS
    once = ("note_incident", "add_to_incident", "end_incident", "review_incident", "write_handover")
    assert [own[act] for act in once] == [1] * len(once)
    if os.getuid() == 0:
        assert acts["games"] == Counter(acknowledge_handover=1)


def check_the_papers(floor: Floor, key: str, places: list[str]) -> None:
    """Hold what is exported against what was done."""
    walks = exported(floor, "walks")
    (round_,) = (each for each in walks["rounds"] if each["round"] == key)
    assert (round_["seats_done"], round_["seats"], round_["by"]) == (SEATS, SEATS, "root")
    marks = [mark for mark in walks["marks"] if mark["round"] == key]
    assert {mark["place"] for mark in marks if mark["mark"] == "failed"} >= set(places)
    own = [row for row in exported(floor, "findings")["findings"] if row["round"] == key]
    assert len(own) >= len(FAILED_AT)
    assert {row["place"] for row in own} >= set(places)
    closed = [row for row in exported(floor, "findings")["findings"] if row["closed_by"] == "root"]
    assert [row["state"] for row in closed] == ["corrected"] * 2
    told = exported(floor, "incidents")
    (incident,) = (each for each in told["incidents"] if each["title"] == TITLE)
    assert (incident["avoidable"], incident["worked"], incident["change"]) == ("no", "partly", "a second line")
    (handover,) = (each for each in exported(floor, "handovers")["handovers"] if each["by"] == "root")
    assert handover["note"] == "mind the billing queue"
    if os.getuid() == 0:
        assert (handover["acknowledged_by"], handover["answer"], handover["counts"]) == (
            "games",
            "read, thank you",
            True,
        )


def test_a_line_that_drops_in_mid_walk_loses_nothing(floor: Floor) -> None:
    session = floor.console((80, 24))
    hands = Hands(session)
    key = begun(hands, floor, "Evening walk")  # which none of the played leads is at
    view = walk(floor, key)
    stops, half = len(view.stops), len(view.stops) // 2
    for n in range(1, half + 1):
        hands(SPACE)
        arrived(hands, n)
    session.until(lambda: len(walk(floor, key).marks) >= half, "half way")
    before = walk(floor, key)
    session.hang_up()
    session.process.wait(30)

    again = floor.console((80, 24))
    hands = Hands(again)
    hands("c")
    hands.pick("Which round?", rf"Evening walk\b.*\b{before.round.done} of {before.round.n}\b")
    again.see(f"{half} of {stops} places")
    for n in range(half + 1, stops + 1):
        hands(SPACE)
        arrived(hands, n)
    again.until(lambda: walk(floor, key).round.is_done, "going on where it was left")
    after = walk(floor, key)
    assert {place: marks for place, marks in after.marks.items() if place in before.marks} == before.marks
    assert after.unseen == ()

    # and as it was then, it still reads
    moment_ms = max(row.at_ms for marks in before.marks.values() for row in marks.values())
    then = walk(floor, key, moment_ms)
    assert then.marks == before.marks
    assert not then.round.is_done
