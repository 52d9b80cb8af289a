"""A floor that is played: the same seed, size and day give the same events, however it is polled."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.adapters.base import Capability, Option
from data.adapters.simulator.acting import Acting
from data.adapters.simulator.before import before
from data.adapters.simulator.coaching import Coaching
from data.adapters.simulator.demand import arrivals
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.floor import Breaks, FloorPlan, default_floor, plain_floor
from data.adapters.simulator.found import Found
from data.adapters.simulator.handing_over import handovers_of
from data.adapters.simulator.incident import incident_of
from data.adapters.simulator.journal import Journal
from data.adapters.simulator.moods import Moods, RollCall
from data.adapters.simulator.rostering import rostered
from data.adapters.simulator.rounds import Rounds
from data.adapters.simulator.shift import Duty, roster
from data.adapters.simulator.supervisor import Supervisor
from data.model.acts import Order, PhoneAct, Result
from data.model.days import INTERVAL, day_of, day_window
from data.model.observation import Act, Directory, Event, Observation

__all__ = ["Breaks", "FloorPlan", "Simulator", "default_floor", "plain_floor", "simulate_day"]

UTC = ZoneInfo("UTC")
T = TypeVar("T", Event, Act)

_CAN = frozenset(
    {
        *(Capability.EVENTS, Capability.HISTORY, Capability.PLAYED_SUPERVISOR),
        *(Capability.PAUSE, Capability.SIGN_IN, Capability.END_WRAP_UP, Capability.LISTEN),
    }
)


class Simulator:
    """A simulated telephony system, as an adapter.

    Each local day is played from its own seed, so that any day can be made alone. The first observation
    begins at the midnight before `start_ms`: whoever opens the floor at 10:42 finds the whole morning.

    Acts are carried out in the millisecond after they are ordered, so that the same seed with the same acts gives the
    same day however it is polled. Those of the day are in the cursor: a floor that goes on elsewhere plays them again.

    Args:
        seed: Of all chance.
        agents: How many people the floor has.
        zone: Where the floor stands, or its name; it cuts the days.
        start_ms: The moment that the floor shows when the simulator is made; None: what the clock shows.
        clock: Returns the present in UTC ms; None: the machine's clock.
        speed: How many simulated seconds pass in one of the clock's.
        load: Multiplies the arrivals.
        plan: Another floor than the default one.
        weekends: Whether fewer work and call on Saturdays and Sundays.
        weeks: How many weeks of roll-calls before the first day its first observation tells of.
    """

    options = (
        Option("seed", "of all chance: the same one plays the same floor", int, example="1"),
        Option("agents", "how many people the floor has", int, example="60"),
        Option("zone", "where the floor stands, if not where the site does", example="Asia/Shanghai"),
        Option("speed", "played seconds in a second", float, example="1"),
        Option("load", "multiplies the arrivals", float, example="1.5"),
        Option("weekends", "whether fewer work and call on Saturdays and Sundays", bool, example="true"),
    )

    def __init__(
        self,
        seed: int = 1,
        agents: int = 60,
        zone: ZoneInfo | str = UTC,
        start_ms: int | None = None,
        clock: Callable[[], int] | None = None,
        speed: float = 1.0,
        load: float = 1.0,
        plan: FloorPlan | None = None,
        weekends: bool = True,
        weeks: int = 4,
    ) -> None:
        self._seed = seed
        self._zone = zone if isinstance(zone, ZoneInfo) else _zone_of(zone)
        self._clock = clock or _machine_clock
        self._speed = speed
        self._load = load
        self._made_ms = self._clock()
        self._start_ms = self._made_ms if start_ms is None else start_ms
        plan = plan or default_floor(agents, seed)
        self._plan = plan if weekends else plan.without_weekends()
        self._day = self._first_day = day_of(self._start_ms, self._zone)
        self._moods = Moods(self._plan, seed)
        self._weeks = weeks if self._plan.rostered else 0
        self._events: list[Event] = []
        self._acts: list[Act] = []
        self._journal = Journal()
        self._open()
        self._played_ms = self._until_ms = day_window(self._day, self._zone).since_ms
        self._told = False

    @property
    def name(self) -> str:
        """The source's name."""
        return "simulator"

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this adapter can do."""
        return _CAN

    def now_ms(self) -> int:
        """Return the simulated present."""
        return self._start_ms + round((self._clock() - self._made_ms) * self._speed)

    async def poll(self) -> Observation:
        """Return what happened since the last poll, the first time since midnight."""
        return self.advance(self.now_ms())

    async def perform(self, order: Order) -> Result:
        """Carry out an act, once for each key; what it does is in the next observation."""
        answered = self._journal.answer(order)
        if answered is not None:
            return answered
        late_ms = self._clock() - order.expires_ms
        at_ms = max(self.now_ms(), self._until_ms, self._played_ms - 1) + 1
        if late_ms > 0:
            result = Result(done=False, said=f"the order expired {late_ms / 1000:.1f} s ago")
        else:
            result = self._carry_out(order.act, at_ms)
        self._journal.keep(order, at_ms, result)
        return result

    async def aclose(self) -> None:
        """Nothing is held."""

    def resume(self, cursor: str | None, covered_ms: int, _known: Directory) -> None:
        """Go on after `covered_ms`: the same seed plays what came before, with the acts that `cursor` tells."""
        self._journal.restore(cursor, self._carry_out_again)
        self.advance(covered_ms)

    def advance(self, until_ms: int) -> Observation:
        """Return what happened after the last observation, up to and including `until_ms`."""
        since_ms, self._until_ms = self._until_ms, max(until_ms, self._until_ms)
        self._play(self._until_ms)
        events, acts = _up_to(self._events, self._until_ms), _up_to(self._acts, self._until_ms)
        if not self._told:
            acts = self._before() + acts
        directory = None if self._told else self._plan.directory
        self._told = True
        cursor = self._journal.cursor(day_window(self._day, self._zone).since_ms, self._until_ms)
        return Observation(self.name, since_ms, self._until_ms, events, tuple(acts), directory, cursor)

    def _before(self) -> list[Act]:
        """Return what people did before the first day, in order of time."""
        if not self._weeks:
            return []
        noted = self._moods.before(self._first_day, self._weeks, self._zone)
        found = before(self._plan, self._first_day, self._zone, self._seed)
        return sorted(noted + found, key=lambda act: act.at_ms)

    def _carry_out_again(self, act: PhoneAct, at_ms: int) -> Result:
        """Carry out an act of an earlier run, unless it is of an earlier day."""
        if at_ms <= self._until_ms:
            return Result(done=True, said="this was carried out before")
        return self._carry_out(act, at_ms)

    def _carry_out(self, act: PhoneAct, at_ms: int) -> Result:
        self._play(at_ms)
        result = self._acting.carry_out(act, at_ms)
        self._gather()
        return result

    def _play(self, until_ms: int) -> None:
        """Let happen all that is due up to and including a moment, day by day."""
        self._played_ms = max(until_ms, self._played_ms)
        while True:
            window = day_window(self._day, self._zone)
            self._engine.run(min(self._played_ms, window.until_ms))
            self._gather()
            if self._played_ms <= window.until_ms:
                break
            self._day += timedelta(days=1)
            self._open()

    def _gather(self) -> None:
        self._events += self._engine.events
        self._engine.events.clear()

    def _open(self) -> None:
        """Make the day before its first event. Each kind of chance has a stream of its own."""
        day = self._day

        def stream(kind: str) -> Random:
            return Random(f"{self._seed}/{day}/{kind}")

        duties = roster(self._plan, day, self._zone, stream("shift"))
        coming = arrivals(self._plan, day, self._zone, self._load, stream("demand"))
        self._engine = Engine(self._plan, duties, coming, stream("floor"), f"{day:%Y%m%d}")
        Supervisor(self._engine, day, self._zone, stream("supervisor"), stream("steps"), self._acts)
        if self._plan.rostered:
            RollCall(self._engine, self._plan, self._moods, day, self._zone, self._acts)
            Coaching(self._engine, day, self._zone, stream("coaching"), self._acts)
            Found(self._engine, day, self._zone, stream("found"), self._acts)
            Rounds(self._engine, self._plan, duties, day, self._zone, stream("rounds"), self._acts)
            for act in self._written(duties):
                self._engine.at(act.at_ms, self._acts.append, act)
        self._acting = Acting(self._engine, f"{self._seed}/{day}")

    def _written(self, duties: Sequence[Duty]) -> Iterator[Act]:
        """Yield what is written down on the day whatever happens on the floor."""
        yield rostered(self._plan, duties, self._day, self._zone)
        yield from handovers_of(self._day, self._zone)
        for surge in self._plan.shape.surges[:1]:
            yield from incident_of(self._day, surge, self._zone)


def _up_to(told: list[T], until_ms: int) -> list[T]:
    """Take from a list what happened up to a moment; an act may have been played a little ahead."""
    at = bisect_right(told, until_ms, key=lambda each: each.at_ms)
    taken, told[:] = told[:at], told[at:]
    return taken


def simulate_day(
    day: date,
    zone: ZoneInfo = UTC,
    seed: int = 1,
    agents: int = 60,
    load: float = 1.0,
    plan: FloorPlan | None = None,
    batch_ms: int = INTERVAL,
    weeks: int = 0,
) -> Iterator[Observation]:
    """Yield a whole local day, midnight to midnight, in observations of `batch_ms`.

    `weeks`: of how many weeks before it the first one tells the roll-calls.
    """
    window = day_window(day, zone)
    floor = Simulator(seed, agents, zone, window.since_ms, lambda: 0, load=load, plan=plan, weeks=weeks)
    for since_ms in range(window.since_ms, window.until_ms, batch_ms):
        yield floor.advance(min(since_ms + batch_ms, window.until_ms))


def _zone_of(key: str) -> ZoneInfo:
    """Return a zone by its key. Raises ValueError."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"there is no time zone {key!r}") from error


def _machine_clock() -> int:
    return time.time_ns() // 1_000_000
