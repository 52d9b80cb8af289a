"""How far a walk is: where it halts, what is checked there, and what holds of each check.

Marks that were made on this screen hold at once, until the store tells of them. Pure: the walk is made anew whenever
something is told or entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from data.model.days import SECOND
from data.model.discipline import Fact, FindingRow, MarkRow, RuleLine, Stop, WalkView, Where
from data.model.words import Mark

Place = tuple[Where, str]
"""Where a mark belongs, as the store names it."""

HOLD_MS = 5 * SECOND
"""So long a mark that was kept is shown as it was entered, until a picture tells of it."""
ABOUT_MS = 10 * 60 * SECOND
"""So long after the last mark somebody else is shown where they made it."""


class Fate(Enum):
    """What has become of a mark."""

    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"


class Entered(NamedTuple):
    """A mark as it was entered; `words` say why it was refused.

    `yields`: it was meant only where nobody had marked yet, so that a mark of somebody else holds against it.
    """

    mark: Mark
    at_ms: int
    note: str = ""
    photo: str = ""
    points: int | None = None
    owner: str = ""
    due_ms: int | None = None
    fate: Fate = Fate.SENDING
    words: str = ""
    yields: bool = False
    by: str = ""


class Said(NamedTuple):
    """What is said of what failed besides a note."""

    points: int | None = None
    owner: str = ""
    due_ms: int | None = None
    repeats: int = 0


class Check(NamedTuple):
    """A rule at a place; `facts` are what the floor itself knows against it, the worst one first."""

    place: Place
    rule: RuleLine
    facts: tuple[Fact, ...] = ()


class Halt(NamedTuple):
    """Where somebody stands still on a walk: a seat with who sits there, a zone, the floor, or an agent."""

    key: str
    where: Where
    place: str
    zone: str
    agent_id: int | None
    checks: tuple[Check, ...]


class Shown(NamedTuple):
    """What holds of a check. `words`: why the last mark was refused. `by_data`: nobody marked, the floor knows."""

    mark: Mark | None = None
    by: str = ""
    at_ms: int | None = None
    note: str = ""
    photo: str = ""
    fate: Fate = Fate.DONE
    words: str = ""
    by_data: bool = False
    own: Entered | None = None
    """The mark as it was entered here, where that is what holds, what was told of, or what was refused."""


class How(Enum):
    """How a halt is."""

    REFUSED = "refused"
    FAILED = "failed"
    UNSEEN = "unseen"
    """Not looked at on this walk, nor on any other of the day."""
    OPEN = "open"
    DONE = "done"


NOTHING = Shown()


class Walk:
    """A round as it stands with what was entered here.

    Args:
        view: What the store tells.
        present: The agents who are signed in, and so are checked where they sit.
        entered: What was marked on this screen, by place and rule.
        now_ms: The moment.
        findings: What is open, for what was found at a place before.
    """

    def __init__(
        self,
        view: WalkView,
        present: Iterable[int] = (),
        entered: Mapping[Place, Mapping[str, Entered]] | None = None,
        now_ms: int = 0,
        findings: Iterable[FindingRow] = (),
    ) -> None:
        self.view = view
        self.now_ms = now_ms
        self.findings = tuple(findings)
        self._entered = entered or {}
        self.halts = tuple(_halts(view, frozenset(present), self.findings))
        self._at = {halt.key: at for at, halt in enumerate(self.halts)}
        self._shown: dict[tuple[Place, str], Shown] = {}

    # --------------------------------------------------------------- what holds

    def shown(self, check: Check) -> Shown:
        """Return what holds of a check."""
        key = (check.place, check.rule.id)
        if key not in self._shown:
            self._shown[key] = self._find(check)
        return self._shown[key]

    def _find(self, check: Check) -> Shown:
        told = self.view.marks.get(check.place, {}).get(check.rule.id)
        entered = self._entered.get(check.place, {}).get(check.rule.id)
        if entered is not None and entered.fate is Fate.REFUSED:
            return _told(told, check)._replace(fate=Fate.REFUSED, words=entered.words, own=entered)
        if entered is None or not self._holds(entered, told):
            same = entered is not None and told is not None and told.mark is entered.mark and told.by == entered.by
            return _told(told, check)._replace(own=entered if same else None)
        return Shown(entered.mark, "", entered.at_ms, entered.note, entered.photo, entered.fate, own=entered)

    def _holds(self, entered: Entered, told: MarkRow | None) -> bool:
        if told is not None and entered.yields:
            return False
        if entered.fate is Fate.SENDING:
            return True
        late = told is not None and told.at_ms >= entered.at_ms
        return not late and self.now_ms - entered.at_ms < HOLD_MS

    def how(self, halt: Halt) -> How:
        """Return how a halt is; a refused mark goes before all, for somebody thinks that it is done."""
        shown = [self.shown(check) for check in halt.checks]
        if any(each.fate is Fate.REFUSED for each in shown):
            return How.REFUSED
        if any(
            each.mark is Mark.FAIL and not check.rule.positive for each, check in zip(shown, halt.checks, strict=True)
        ):
            return How.FAILED
        if all(each.mark is not None for each in shown):
            return How.DONE
        begun = any(each.mark is not None for each in shown)
        unseen = halt.where is Where.SEAT and halt.place in self._unseen and not begun
        return How.UNSEEN if unseen else How.OPEN

    def is_done(self, halt: Halt) -> bool:
        """Whether everything at a halt is marked, and nothing was refused."""
        return all(
            (shown := self.shown(check)).mark is not None and shown.fate is not Fate.REFUSED for check in halt.checks
        )

    @cached_property
    def _unseen(self) -> frozenset[str]:
        return frozenset(self.view.unseen)

    @cached_property
    def hows(self) -> Mapping[str, How]:
        """How each halt is, by key."""
        return {halt.key: self.how(halt) for halt in self.halts}

    @cached_property
    def done(self) -> int:
        """At how many halts nothing is left to do."""
        return sum(self.is_done(halt) for halt in self.halts)

    @cached_property
    def left(self) -> int:
        """How many halts are still to be looked at."""
        return len(self.halts) - self.done

    @cached_property
    def failed(self) -> tuple[tuple[Halt, Check], ...]:
        """What failed, in the order of walking."""
        return tuple(
            (halt, check)
            for halt in self.halts
            for check in halt.checks
            if self.shown(check).mark is Mark.FAIL and not check.rule.positive
        )

    @cached_property
    def refused(self) -> int:
        """At how many halts a mark was refused."""
        return sum(how is How.REFUSED for how in self.hows.values())

    # ---------------------------------------------------------------- the way

    def halt(self, key: str | None) -> Halt | None:
        """Return a halt by its key."""
        at = self._at.get(key or "")
        return None if at is None else self.halts[at]

    def index(self, key: str | None) -> int:
        """Return the place of a halt in the order of walking, -1 for none."""
        return self._at.get(key or "", -1)

    def next_open(self, key: str | None = None) -> Halt | None:
        """Return the next halt after a key that is not done, from the first one on where there is none after it."""
        at = self.index(key) + 1
        return next((halt for halt in (*self.halts[at:], *self.halts[:at]) if not self.is_done(halt)), None)

    def next_unseen(self, key: str | None = None) -> Halt | None:
        """Return the next seat that nobody has looked at on this day; where there is none, the next open halt."""
        at = self.index(key) + 1
        around = (*self.halts[at:], *self.halts[:at])
        unseen = next((halt for halt in around if self.hows[halt.key] is How.UNSEEN and halt.key != key), None)
        return unseen or self.next_open(key)

    def step(self, key: str | None, by: int) -> Halt | None:
        """Return the halt so many further on, or back; the first or the last one where the way ends."""
        if not self.halts:
            return None
        at = self.index(key)
        if at < 0:
            return self.halts[-1 if by < 0 else 0]
        return self.halts[max(0, min(len(self.halts) - 1, at + by))]

    def named(self, text: str, near: str | None = None) -> Halt | None:
        """Return the halt that a text names: a whole place, else its end or beginning, in the zone of `near` first."""
        wanted = text.strip().casefold()
        if not wanted:
            return None
        here = self.halt(near)
        zone = here.zone if here is not None else ""
        ordered = sorted(self.halts, key=lambda halt: (halt.where is not Where.SEAT, halt.zone != zone))
        for fits in (str.__eq__, _ends, str.startswith):
            for halt in ordered:
                if halt.place and fits(halt.place.casefold(), wanted):
                    return halt
        return None

    # --------------------------------------------------------------- the others

    def others(self, own: str) -> dict[str, str]:
        """Return where others have marked of late: the key of the halt by their name, who did last first."""
        last: dict[str, tuple[int, Place]] = {}
        for place, marks in self.view.marks.items():
            for mark in marks.values():
                if mark.by and mark.by != own and self.now_ms - mark.at_ms < ABOUT_MS:
                    last[mark.by] = max(last.get(mark.by, (0, place)), (mark.at_ms, place))
        where = {check.place: halt.key for halt in self.halts for check in halt.checks}
        ordered = sorted(last.items(), key=lambda item: -item[1][0])
        return {name: where[place] for name, (_, place) in ordered if place in where}

    def marked_by(self, halt: Halt, own: str) -> str:
        """Return who else has made the last mark at a halt, "" where nobody else has."""
        marks = [mark for check in halt.checks if (mark := self._mark(check)) is not None and mark.by != own]
        return max(marks, key=lambda mark: mark.at_ms).by if marks else ""

    def _mark(self, check: Check) -> MarkRow | None:
        return self.view.marks.get(check.place, {}).get(check.rule.id)

    def found(self, halt: Halt) -> tuple[FindingRow, ...]:
        """Return what is open at a halt from before this round."""
        return tuple(
            row
            for row in self.findings
            if row.round != self.view.round.key
            and not row.positive
            and ((row.agent_id is not None and row.agent_id == halt.agent_id) or _is_at(row, halt))
        )

    def said(self, check: Check) -> Said:
        """Return what is said of a failed check: as it was entered here, then as the finding has it that it raised."""
        shown = self.shown(check)
        if shown.mark is not Mark.FAIL:
            return Said()
        row, own = self.finding(check), shown.own
        told = Said() if row is None else Said(row.points, row.owner, row.due_ms, row.repeats)
        entered = Said() if own is None else Said(own.points, own.owner, own.due_ms)
        first, second = (told, entered) if shown.by else (entered, told)
        points = first.points if first.points is not None else second.points
        return Said(points, first.owner or second.owner, first.due_ms or second.due_ms, told.repeats)

    def finding(self, check: Check) -> FindingRow | None:
        """Return the finding that a failed check of this round has raised, where it is told already."""
        where, place = check.place
        for row in self.findings:
            if row.round == self.view.round.key and row.rule == check.rule.id:
                if where is Where.AGENT and row.agent_id is not None and str(row.agent_id) == place:
                    return row
                if where is not Where.AGENT and row.where is where and row.place == place:
                    return row
        return None


def _ends(text: str, wanted: str) -> bool:
    """Whether a label ends in what was typed: 9 is A-09, and 12 is A-12 but no A-112."""
    rest = text.removesuffix(wanted)
    return rest != text and not rest.rstrip("0")[-1:].isdigit()


def _is_at(row: FindingRow, halt: Halt) -> bool:
    return row.agent_id is None and row.where is halt.where and row.place == halt.place


def _told(mark: MarkRow | None, check: Check) -> Shown:
    if mark is None:
        return NOTHING._replace(by_data=bool(check.facts))
    return Shown(mark.mark, mark.by, mark.at_ms, mark.note, mark.photo)


def _halts(view: WalkView, present: frozenset[int], findings: tuple[FindingRow, ...]) -> Iterable[Halt]:
    """Yield where the walk halts: who sits at a seat is looked at there, not once more apart.

    Where there are no seats, the rules for them are checked at the agents.
    """
    own = {agent for stop in view.stops if stop.where is Where.AGENT and (agent := _agent_of(stop)) is not None}
    seated = {stop.agent_id for stop in view.stops if stop.where is Where.SEAT and stop.agent_id is not None}
    seatless = all(stop.where is not Where.SEAT for stop in view.stops)
    for stop in view.stops:
        agent = _agent_of(stop)
        if stop.where is Where.AGENT and agent in seated:
            continue
        places: list[Place] = [(stop.where, stop.place)]
        if stop.where is Where.SEAT and agent is not None:
            sitting = (Where.AGENT, str(agent))
            if agent in own or agent in present or sitting in view.marks:
                places.append(sitting)
        checks = tuple(
            Check(place, rule, _facts(view, rule, agent, findings))
            for place in places
            for rule in view.rules
            if (Where.AGENT if seatless and rule.where is Where.SEAT else rule.where) is place[0]
        )
        if checks:
            yield Halt(f"{stop.where}/{stop.place}", stop.where, stop.place, stop.zone, agent, checks)


def _agent_of(stop: Stop) -> int | None:
    if stop.agent_id is None and stop.where is Where.AGENT and stop.place.isdecimal():
        return int(stop.place)
    return stop.agent_id


def _facts(view: WalkView, rule: RuleLine, agent: int | None, findings: tuple[FindingRow, ...]) -> tuple[Fact, ...]:
    """Return what is known against a rule of who is there, but for what an open finding of another round tells."""
    if rule.prefill is None or agent is None:
        return ()
    since_ms = max(
        (
            row.at_ms
            for row in findings
            if row.rule == rule.id and row.agent_id == agent and row.round != view.round.key
        ),
        default=0,
    )
    facts = [
        fact
        for fact in view.facts
        if fact.prefill is rule.prefill and fact.agent_id == agent and fact.since_ms >= since_ms
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.limit_ms - fact.value_ms, -fact.since_ms)))
