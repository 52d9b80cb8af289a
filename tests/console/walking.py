"""A walk to go on: rounds over the played floor, and a desk that keeps what is marked, as the store does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from console.feed import FloorSeen, Wish
from console.screens.walk import WalkScreen
from data.model.days import HOUR, MINUTE
from data.model.discipline import (
    Discipline,
    Fact,
    FindingRow,
    MarkRow,
    Prefill,
    RoundRow,
    RuleLine,
    ShiftRow,
    Stop,
    WalkView,
    Where,
)
from data.model.discipline_requests import EndRound, MarkPlace, StartRound
from data.model.discipline_seen import DisciplineSeen, Scores
from data.model.people import Answer, Request, Role
from data.model.picture import Picture
from data.model.words import SIGNED_IN, Mark
from tests.console.acting import NotingDesk, acting_floor
from tests.console.floor_pilot import NARROW, app_of, until
from tests.console.floor_store import SURGE
from tests.widgets.walk_picture import RULES

SHIFT = ShiftRow("2026-11-20/early", "Early shift", "早班", SURGE - 3 * HOUR, SURGE + 5 * HOUR)
KEY = f"{SHIFT.key}/mid_shift/1"
SEAT_RULES = tuple(rule for rule in RULES if rule.where is Where.SEAT)
BOTH = tuple(rule for rule in RULES if rule.where in (Where.SEAT, Where.AGENT))
NO_SCORES = Scores(0, 0, (), (), (), ())


def round_row(checklist: str, number: str = "1", opens: int = -30, due: int = 60, **more: Any) -> RoundRow:  # noqa: ANN401
    """Return a round of the shift, its times in minutes from the surge."""
    titles = {
        "mid_shift": ("Mid-shift walk", "班中巡场"),
        "opening": ("Opening check", "开班检查"),
        "safety": ("Safety round", "安全巡查"),
    }
    row = RoundRow(
        *(f"{SHIFT.key}/{checklist}/{number}", checklist, *titles[checklist], checklist, "lead", SHIFT.key),
        *(SURGE + opens * MINUTE, SURGE + due * MINUTE, 0, 240, 0, 0, 60),
    )
    return row._replace(**more)


class Rounds(NotingDesk):
    """A desk that keeps marks, and shows what it has kept as the store would: to be looked at through the feed."""

    def __init__(self, desk: NotingDesk, rules: Sequence[RuleLine]) -> None:
        super().__init__(desk.standing, desk.answer)
        self.rules = tuple(rules)
        self.view: WalkView | None = None
        self.rows: tuple[RoundRow, ...] = (round_row("mid_shift"),)
        self.facts: tuple[Fact, ...] = ()
        self.findings: tuple[FindingRow, ...] = ()
        self.unseen: tuple[str, ...] | None = None
        self.stops: Callable[[Picture], tuple[Stop, ...]] = seats_of
        self.refuse: Callable[[MarkPlace], Answer | None] = lambda request: None
        self.ended: tuple[str, ...] = ()

    async def order(self, request: Request, key: str = "") -> Answer:
        """Keep what is ordered, unless it is to be refused."""
        if isinstance(request, MarkPlace) and self.standing is not None:
            await self.open.wait()
            refused = self.answer or self.refuse(request)
            if refused is not None:
                self.ordered.append(request)
                return refused
        answer = await super().order(request, key)
        if answer.done and isinstance(request, MarkPlace):
            self.keep(request, self.standing.user if self.standing else "")
        if answer.done and isinstance(request, StartRound):
            self.rows = (*self.rows, round_row(request.checklist, "+1", 0, 60))
        if answer.done and isinstance(request, EndRound):
            self.ended = (*self.ended, request.round)
        return answer

    def keep(self, request: MarkPlace, by: str, at_ms: int = SURGE) -> None:
        """Keep a mark as the store does: of all rules only where nobody has marked."""
        assert self.view is not None
        marks = {place: dict(each) for place, each in self.view.marks.items()}
        here = marks.setdefault((request.where, request.place), {})
        rules = request.rules or tuple(
            rule.id for rule in self.rules if rule.where is request.where and rule.id not in here
        )
        for rule in rules:
            here[rule] = MarkRow(rule, request.mark, at_ms, by, request.note, request.photo)
        self.view = self.view._replace(marks=marks)

    def seen(self, picture: Picture) -> WalkView:
        """Return the round as the store tells of it."""
        if self.view is None:
            self.view = WalkView(self.rows[0], self.rules, self.stops(picture), {}, self.facts)
        unseen = self.unseen if self.unseen is not None else tuple(stop.place for stop in self.view.stops)
        marked = {place for where, place in self.view.marks if where is Where.SEAT}
        ended = self.view.round.key in self.ended
        row = self.view.round._replace(ended_ms=SURGE if ended else None, ended_by="zhanglei" if ended else "")
        left = tuple(seat for seat in unseen if seat not in marked)
        return self.view._replace(round=row, facts=self.facts, unseen=left)

    def discipline(self) -> Discipline:
        """Return what the picture holds of discipline."""
        return Discipline((SHIFT,), self.rows, self.findings)

    def marks(self) -> list[MarkPlace]:
        """Return what was ordered of marks."""
        return [request for request in self.ordered if isinstance(request, MarkPlace)]


def seats_of(picture: Picture) -> tuple[Stop, ...]:
    """Return the seats of the floor as one walks along them, with who sits there."""
    sitting = {agent.seat: agent.id for agent in picture.agents if agent.seat}
    zones = list(dict.fromkeys(seat.zone for seat in picture.seats))
    seats = sorted(
        picture.seats,
        key=lambda seat: (zones.index(seat.zone), seat.row, -seat.column if seat.row % 2 else seat.column),
    )
    return tuple(Stop(Where.SEAT, seat.label, seat.zone, sitting.get(seat.label)) for seat in seats)


def agents_of(picture: Picture) -> tuple[Stop, ...]:
    """Return the agents who are signed in: a walk over a floor without seats."""
    return tuple(Stop(Where.AGENT, str(agent.id), "", agent.id) for agent in picture.agents if agent.state in SIGNED_IN)


def overrun(agent: int, minutes: int = 13) -> Fact:
    """Return a break that ran over."""
    return Fact(
        Prefill.BREAK_OVERRUN, agent, SURGE - 40 * MINUTE, SURGE - 27 * MINUTE, minutes * MINUTE, 10 * MINUTE, "rest"
    )


@asynccontextmanager
async def rounds(
    store: Path,
    size: tuple[int, int] = NARROW,
    *,
    rules: Sequence[RuleLine] = SEAT_RULES,
    role: Role | None = Role.LEAD,
    change: Callable[[Rounds], None] = lambda desk: None,
    alter: Callable[[Picture], Picture] = lambda picture: picture,
    **more: Any,  # noqa: ANN401 (fields of Options)
) -> AsyncIterator[tuple[Pilot[None], Rounds]]:
    """Run the app live on a floor with rounds; nothing is opened yet."""
    async with acting_floor(store, size, role=role, **more) as (pilot, noting):
        app = app_of(pilot)
        desk = Rounds(noting, rules)
        change(desk)
        app.desk = desk  # type: ignore[assignment]
        plain = app.feed._answer

        def with_rounds(wish: Wish, number: int) -> FloorSeen:
            seen = plain(wish, number)
            if seen.picture is None:
                return seen
            seen.picture = alter(seen.picture)._replace(discipline=desk.discipline())
            seen.walk = desk.seen(seen.picture) if wish.walk in {row.key for row in desk.rows} else None
            if wish.discipline:
                names = {"mid_shift": ("Mid-shift walk", "班中巡场"), "safety": ("Safety round", "安全巡查")}
                seen.discipline = DisciplineSeen((), NO_SCORES, (), None, names=names)
            return seen

        app.feed._answer = with_rounds  # type: ignore[method-assign]
        app.ask()
        await until(
            pilot,
            lambda: app.seen and app.seen.picture and app.seen.picture.discipline.rounds == desk.rows,
            "the rounds are known",
        )
        yield pilot, desk


@asynccontextmanager
async def walk(
    store: Path,
    size: tuple[int, int] = NARROW,
    **more: Any,  # noqa: ANN401 (as of `rounds`)
) -> AsyncIterator[tuple[Pilot[None], Rounds, WalkScreen]]:
    """Open the round that is due by its keys."""
    async with rounds(store, size, **more) as (pilot, desk):
        screen = await opened(pilot)
        yield pilot, desk, screen


async def opened(pilot: Pilot[None], *keys: str) -> WalkScreen:
    """Open the first round of the chooser, and wait until it is there."""
    app = app_of(pilot)
    await pilot.press(*(keys or ("c", "1")))
    await until(pilot, lambda: isinstance(app.screen, WalkScreen), "the walk")
    screen = app.screen
    assert isinstance(screen, WalkScreen)
    await until(pilot, lambda: screen.walk is not None, "a round to walk")
    return screen


def told(desk: Rounds, mark: Mark) -> list[tuple[str, tuple[str, ...]]]:
    """Return the places and rules that got a mark, in the order in which it was told."""
    return [(request.place, request.rules) for request in desk.marks() if request.mark is mark]
