"""An adapter that keeps every promise of the contract, and a family of others, each of which breaks one.

They all stand before one small telephony system in memory, whose clock goes on when a test says so.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ClassVar

from data.adapters.base import AccessError, Capability, Finding, Option, SourceError, refused
from data.model.acts import HangUp, Order, Pause, PhoneAct, Redirect, Result, SignIn, SignOut, Unpause
from data.model.observation import (
    AgentEntry,
    AgentSeen,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallRinging,
    Directory,
    Event,
    FlagRaised,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    Serving,
    SignedIn,
    SignedOut,
    Snapshot,
    WaitingSeen,
)
from data.model.words import FlagKind, Outcome, State

TICK_MS = 10_000
SECRET = "hunter2-of-the-floor"


class World:
    """A telephony system with two agents and a queue: each tick of ten seconds one call comes, is answered and ends."""

    def __init__(self, folder: Path) -> None:
        self.line = folder / "line"
        """What an adapter has to open to reach the system."""
        self.line.write_text("ready", "utf-8")
        self.now_ms = time.time_ns() // 1_000_000 - 3_600_000
        self.log: list[Event] = []
        self.paused: dict[str, tuple[str, int]] = {}
        self.serving = {"1001", "1002"}
        self.waiting = {"w1": self.now_ms - 30_000}
        self.ticks = 0
        self.leaks: list[Callable[[], object]] = []
        """What undoes the things that the worst ones leave behind."""

    async def tick(self) -> None:
        """Let ten seconds pass."""
        began, call, agent = self.now_ms, f"c{self.ticks}", ("1001", "1002")[self.ticks % 2]
        self.ticks += 1
        self.log += [
            CallEntered(began + 3_000, call, "sales", "13812348000", "李雷"),
            CallRinging(began + 4_000, call, "sales", agent),
            CallAnswered(began + 5_000, call, "sales", agent, 2_000, 1_000),
            CallEnded(began + 7_000, call, "sales", agent, Outcome.ANSWERED, 2_000, 2_000, 0),
        ]
        self.now_ms += TICK_MS

    def agents(self) -> tuple[AgentSeen, ...]:
        """Return the agents as they are."""
        return tuple(self._seen(key) for key in sorted(self.serving))

    def _seen(self, key: str) -> AgentSeen:
        if key not in self.paused:
            return AgentSeen(key, State.AVAILABLE, serving=(Serving("sales"),))
        reason, since_ms = self.paused[key]
        return AgentSeen(key, State.NOT_READY, since_ms, reason, serving=(Serving("sales", reason, None, since_ms),))

    def carry_out(self, act: PhoneAct) -> str:
        """Do what is asked for; return "" or why not."""
        agent = getattr(act, "agent", None)
        if agent is not None and agent not in ("1001", "1002"):
            return "no such member"
        call = getattr(act, "call", None)
        if call is not None and call not in self.waiting:
            return "no such channel"
        self._do(act)
        return ""

    def _do(self, act: PhoneAct) -> None:
        if isinstance(act, Pause):
            self.paused[act.agent] = (act.reason, self.now_ms)
            self.log.append(Paused(self.now_ms, act.agent, act.queue, act.reason))
        elif isinstance(act, Unpause):
            self.paused.pop(act.agent, None)
            self.log.append(Resumed(self.now_ms, act.agent, act.queue))
        elif isinstance(act, SignOut):
            self.serving.discard(act.agent)
            self.log.append(SignedOut(self.now_ms, act.agent, act.queue))
        elif isinstance(act, SignIn):
            self.serving.add(act.agent)
            self.log.append(SignedIn(self.now_ms, act.agent, act.queue))
        elif isinstance(act, (Redirect, HangUp)):
            del self.waiting[act.call]
            self.log.append(CallEnded(self.now_ms, act.call, "sales", None, Outcome.OVERFLOWED))


DIRECTORY = Directory((AgentEntry("1001", "王小明"), AgentEntry("1002", "Zoë")), (QueueEntry("sales", "Sales"),))


class Good:
    """Keeps every promise: events and snapshots, a bookmark, all acts but one."""

    breaks: ClassVar[tuple[str, ...]] = ()
    """The checks that must fail, and no others."""
    warns: ClassVar[tuple[str, ...]] = ()
    """The checks that must warn."""
    deadline_s: ClassVar[float] = 20.0
    patience_s: ClassVar[float] = 20.0
    """How long polls and other things may take; short ones are for those that never end."""

    name = "good"
    capabilities = frozenset(Capability) - {Capability.HISTORY, Capability.PLAYED_SUPERVISOR, Capability.HANG_UP}
    options: ClassVar[tuple[Option, ...]] = (
        Option("line", "the file by which the system is reached", required=True, example="/run/line"),
        Option("password", "what lets one in", secret=True),
    )

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        given: tuple[object, ...] = (line, password)
        if not all(isinstance(each, str) for each in given):
            raise ValueError("line and password are texts")
        assert world is not None
        self.world = world
        self.line = line
        self.password = password
        self.place: int | None = None
        self.until_ms: int | None = None
        self.told = False
        self.done: dict[str, Result] = {}

    async def poll(self) -> Observation:
        """Return what happened since the last one."""
        await self.connect()
        place = len(self.world.log) if self.place is None else self.place
        events = self.world.log[place:]
        until_ms = self.world.now_ms
        await asyncio.sleep(0)
        observation = self.answer(events, place + len(events), until_ms)
        self.place, self.until_ms, self.told = place + len(events), observation.until_ms, True
        return observation

    async def connect(self) -> None:
        """Reach the system. Raises SourceError."""
        try:
            with open(self.line, encoding="utf-8") as line:  # noqa: PTH123 (what is looked for is the plain one)
                line.read()
        except OSError as error:
            raise self.failure(error) from None
        await asyncio.sleep(0)

    def failure(self, error: OSError) -> Exception:
        """Return what is raised where the system can't be reached."""
        return SourceError(f"{self.line} can't be reached: {error.strerror}: see whether it is switched on")

    def answer(self, events: list[Event], place: int, until_ms: int) -> Observation:
        """Return what is told of these events and of now."""
        waiting = tuple(WaitingSeen(call, "sales", at_ms) for call, at_ms in sorted(self.world.waiting.items()))
        return Observation(
            "good",
            self.until_ms,
            until_ms,
            tuple(events),
            directory=None if self.told else DIRECTORY,
            cursor=str(place),
            snapshot=Snapshot(self.world.agents(), waiting, corrects=True),
        )

    async def perform(self, order: Order) -> Result:
        """Carry out an act once."""
        if isinstance(order.act, HangUp):
            return refused(order)
        if order.key in self.done:
            return self.done[order.key]
        if order.expires_ms <= self.world.now_ms:
            return Result(done=False, said="it has expired")
        await self.connect()
        why_not = self.world.carry_out(order.act)
        self.done[order.key] = Result(not why_not, why_not or "done")
        return self.done[order.key]

    async def examine(self) -> list[Finding]:
        """Look the system over."""
        await self.connect()
        return [Finding("reachable", ok=True, found=f"{self.line} is {len(self.line)} letters away")]

    async def aclose(self) -> None:
        """Let go of nothing."""

    def resume(self, cursor: str | None, covered_ms: int, _known: Directory) -> None:
        """Go on at the bookmark."""
        self.place = None if cursor is None else int(cursor)
        self.until_ms = covered_ms


class Changed(Good):
    """Tells what `changed` makes of an honest answer."""

    def answer(self, events: list[Event], place: int, until_ms: int) -> Observation:
        """Return the changed one."""
        observation = super().answer(events, place, until_ms)
        changed: Any = self.changed(observation)
        return changed  # type: ignore[no-any-return]

    def changed(self, told: Observation) -> Any:  # noqa: ANN401 (that is the point)
        """Return something else."""
        return told


# ------------------------------------------------------------------ made wrongly


class WithoutAnEnd(Good):
    breaks = ("has_the_parts_of_an_adapter",)
    aclose = None  # type: ignore[assignment]


class NotAsync(Good):
    breaks = ("has_the_parts_of_an_adapter",)

    def poll(self) -> Observation:  # type: ignore[override]
        raise AssertionError


class AnotherKeyword(Good):
    breaks = ("has_the_parts_of_an_adapter",)
    options = (*Good.options, Option("port", "of the line", int))


class OptionsThatSayNothing(Good):
    breaks = ("options_say_what_they_are_for",)
    options = (Option("line", " ", required=True), Good.options[1])


class OpenPassword(Good):
    breaks = ("secrets_are_declared",)
    options = (Good.options[0], Option("password", "what lets one in"))


class OpensAtOnce(Good):
    breaks = ("making_one_reaches_nothing",)

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        super().__init__(line=line, password=password, world=world)
        Path(line).read_text("utf-8")


class SleepsAtOnce(Good):
    breaks = ("making_one_reaches_nothing",)

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        super().__init__(line=line, password=password, world=world)
        time.sleep(0)


class RaisesKeyErrors(Good):
    breaks = ("impossible_options_are_value_errors",)

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        if not isinstance(line, str):
            raise KeyError(line)
        super().__init__(line=line, password=password, world=world)


class ShowsItsPassword(Good):
    breaks = ("shows_no_secret",)

    def __repr__(self) -> str:
        return f"ShowsItsPassword({self.password!r})"


# ------------------------------------------------------------------ errors


class NeverThere(Good):
    breaks = ("the_source_answers",)

    async def poll(self) -> Observation:
        raise SourceError("nobody is there: switch it on")


class ShutOut(Good):
    breaks = ("the_source_answers",)
    tries = 0

    async def poll(self) -> Observation:
        type(self).tries += 1
        raise AccessError("the password is wrong: see the account")


class Hangs(Good):
    breaks = ("the_source_answers",)
    deadline_s = 0.1

    async def poll(self) -> Observation:
        await asyncio.Event().wait()
        raise AssertionError


class EverySecondTime(Good):
    """Fails at every second poll in a way of its own."""

    error: ClassVar[type[BaseException]] = ValueError
    turn = False

    async def poll(self) -> Observation:
        self.turn = not self.turn
        if not self.turn:
            raise self.error
        return await super().poll()


class RaisesAnything(EverySecondTime):
    breaks = ("the_source_answers", "errors_are_source_errors")


class RaisesCancelled(EverySecondTime):
    breaks = RaisesAnything.breaks
    error = asyncio.CancelledError


class EndsTheProcess(EverySecondTime):
    breaks = RaisesAnything.breaks
    error = SystemExit


class LetsErrorsThrough(Good):
    breaks = ("errors_are_source_errors",)

    def failure(self, error: OSError) -> Exception:
        return error


class SaysNothing(Good):
    breaks = ("errors_say_what_is_wrong",)

    def failure(self, error: OSError) -> Exception:
        return SourceError("")


class SaysTooMuch(Good):
    breaks = ("errors_say_what_is_wrong",)

    def failure(self, error: OSError) -> Exception:
        return SourceError("the line says \x1b]0;hello\x07")


class TellsItsPassword(Good):
    breaks = ("errors_tell_no_secret",)

    def failure(self, error: OSError) -> Exception:
        return SourceError(f"no line for {self.password}")


class TellsItsPasswordDeepDown(Good):
    breaks = ("errors_tell_no_secret",)

    def failure(self, error: OSError) -> Exception:
        failure = SourceError("no line")
        failure.__cause__ = ValueError({"sent": self.password})
        return failure

    async def connect(self) -> None:
        try:
            await super().connect()
        except SourceError as error:
            raise error from ValueError({"sent": self.password})


class CriesWolf(Good):
    breaks = ("a_lost_source_is_a_source_error",)

    def failure(self, error: OSError) -> Exception:
        return AccessError("we are not let in: see the account")


class AnswersByItself(Good):
    breaks = ("a_lost_source_is_a_source_error",)

    async def connect(self) -> None:
        try:
            await super().connect()
        except SourceError:
            await asyncio.sleep(0)


class ThreadedErrors(Good):
    breaks = ("errors_are_source_errors",)

    async def connect(self) -> None:
        await asyncio.to_thread(Path(self.line).read_text, "utf-8")


class GivesUp(Good):
    breaks = ("goes_on_after_a_failure",)
    gone = False

    async def connect(self) -> None:
        try:
            if self.gone:
                raise SourceError("it was lost before: start again")
            await super().connect()
        except SourceError:
            self.gone = True
            raise


class LosesItsPlace(Good):
    breaks = ("goes_on_after_a_failure",)

    async def connect(self) -> None:
        try:
            await super().connect()
        except SourceError:
            if self.until_ms is not None:
                self.until_ms -= TICK_MS
            raise


class FindsNothing(Good):
    breaks = ("examining_tells_what_was_found",)

    async def examine(self) -> list[Finding]:
        return "all is well"  # type: ignore[return-value]


class FindsThePassword(Good):
    breaks = ("examining_tells_what_was_found",)

    async def examine(self) -> list[Finding]:
        return [Finding("signed in", ok=True, found=f"with {self.password}")]


class NeverFinds(Good):
    breaks = ("examining_tells_what_was_found",)
    deadline_s = 1.0

    async def examine(self) -> list[Finding]:
        await asyncio.Event().wait()
        raise AssertionError


class WorksForLong(Good):
    warns = ("does_not_hold_up_the_loop",)

    async def connect(self) -> None:
        if not self.world.ticks:
            time.sleep(0.15)
        await super().connect()


# ------------------------------------------------------------------ answers


class NoObservation(Changed):
    breaks = ("answers_are_observations",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told if told.since_ms is None else told._replace(directory={"agents": []})  # type: ignore[arg-type]


class WordsOfItsOwn(Changed):
    breaks = ("answers_are_observations",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [
            each._replace(outcome="happy") if isinstance(each, CallEnded) else each  # type: ignore[arg-type]
            for each in told.events
        ]
        return told._replace(events=events)


class Floats(Changed):
    breaks = ("times_are_whole_and_plausible",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events: list[Any] = list(told.events)
        return told._replace(events=[each._replace(at_ms=each.at_ms + 0.5) for each in events])


class Seconds(Changed):
    breaks = ("times_are_whole_and_plausible",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [
            each._replace(wait_ms=2.0, talk_ms=True) if isinstance(each, CallEnded) else each  # type: ignore[arg-type]
            for each in told.events
        ]
        return told._replace(events=events)


class SecondsThroughout(Changed):
    breaks = ("times_are_whole_and_plausible",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(until_ms=told.until_ms // 1000)


class NobodyRings(Changed):
    breaks = ("keys_are_not_empty",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [each._replace(agent="") if isinstance(each, CallRinging) else each for each in told.events]
        return told._replace(events=events)


class NeverKnowsSinceWhen(Changed):
    breaks = ("answers_follow_one_another",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(since_ms=None)


class ReachesBack(Changed):
    breaks = ("answers_follow_one_another", "goes_on_after_a_failure", "goes_on_after_it_was_broken_off")

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told if told.since_ms is None or not self.told else told._replace(since_ms=told.since_ms - 500)


class MissesSomething(Changed):
    warns = ("nothing_was_missed",)
    polls = 0

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        self.polls += 1
        return told._replace(since_ms=told.until_ms, events=()) if self.polls == 3 else told


class MissesAlways(Changed):
    breaks = ("answers_follow_one_another",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told if told.since_ms is None else told._replace(since_ms=told.since_ms + 1)


class AheadOfTime(Changed):
    breaks = ("no_answer_ends_in_the_future",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(until_ms=told.until_ms + 30_000)


class Colourful(Changed):
    breaks = ("texts_are_safe",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [
            each._replace(caller_name="\x1b[31mred") if isinstance(each, CallEntered) else each for each in told.events
        ]
        return told._replace(events=events)


class LongKeys(Changed):
    breaks = ("texts_are_safe",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [each._replace(agent="x" * 200) if isinstance(each, CallRinging) else each for each in told.events]
        return told._replace(events=events)


# ------------------------------------------------------------------ events


class Foretells(Changed):
    breaks = ("events_lie_within_their_answer",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [
            each._replace(at_ms=each.at_ms + 8_000) if isinstance(each, CallEnded) else each for each in told.events
        ]
        return told._replace(events=events)


class Remembers(Changed):
    breaks = ("events_lie_within_their_answer",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        old = SignedIn(told.until_ms - 500_000, "1001", "sales")
        return told._replace(events=[old, *told.events])


class Backwards(Changed):
    breaks = ("events_are_in_order",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(events=told.events[::-1])


class AnswersFirst(Changed):
    breaks = ("events_are_in_order",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        events = [each._replace(at_ms=told.until_ms - 1) for each in told.events]
        return told._replace(events=sorted(events, key=lambda each: not isinstance(each, CallAnswered)))


class Repeats(Good):
    breaks = ("nothing_is_told_twice",)
    warns = ("the_recorder_hears_nothing_again",)

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        super().__init__(line=line, password=password, world=world)
        self.last: list[Event] = []

    def answer(self, events: list[Event], place: int, until_ms: int) -> Observation:
        last, self.last = self.last, events
        return super().answer([*last, *events], place, until_ms)


class EndsTwice(Changed):
    breaks = ("a_visit_ends_once",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        again = [each._replace(at_ms=each.at_ms + 1) for each in told.events if isinstance(each, CallEnded)]
        return told._replace(events=[*told.events, *again])


class EntersTwice(Changed):
    warns = ("the_recorder_hears_nothing_again",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        entered = [each for each in told.events if isinstance(each, CallEntered)]
        again = [each._replace(caller_name="somebody else") for each in entered]
        return told._replace(events=[*entered, *again, *(each for each in told.events if each not in entered)])


# ------------------------------------------------------------------ who and what


class NewKeys(Changed):
    breaks = ("keys_stay", "goes_on_after_it_was_broken_off")
    made = 0

    def __init__(self, *, line: str, password: str = "", world: World | None = None) -> None:
        super().__init__(line=line, password=password, world=world)
        type(self).made += 1
        self.number = type(self).made

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        named: list[Any] = [each for each in told.events if hasattr(each, "agent")]
        events = [each._replace(agent=f"{each.agent}/{self.number}") for each in named]
        return told._replace(events=events, directory=None, snapshot=Snapshot((), (), corrects=True))


class Nameless(Changed):
    warns = ("all_are_in_the_directory",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(directory=None)


class OneKeyForTwo(Changed):
    breaks = ("the_directory_makes_sense",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        twice = (*DIRECTORY.agents, AgentEntry("1001", "somebody else"))
        return told._replace(directory=DIRECTORY._replace(agents=twice))


class TwoStates(Changed):
    breaks = ("snapshots_make_sense",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        agents = (*self.world.agents(), AgentSeen("1001", State.TALKING))
        return told._replace(snapshot=Snapshot(agents, (), corrects=True))


class FreeSinceTomorrow(Changed):
    breaks = ("snapshots_make_sense",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        agents = (AgentSeen("1001", State.AVAILABLE, told.until_ms + 60_000),)
        return told._replace(snapshot=Snapshot(agents, (), corrects=True))


class OldPictures(Changed):
    breaks = ("a_snapshot_is_of_now",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(until_ms=told.until_ms - 30_000, events=())


class Overrides(Changed):
    breaks = ("snapshots_say_how_they_count",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        assert told.snapshot is not None
        return told._replace(snapshot=told.snapshot._replace(corrects=False))


class PromisesPictures(Changed):
    breaks = ("capabilities_hold",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(snapshot=None)


class UnexpectedHistory(Changed):
    breaks = ("capabilities_hold",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told if told.since_ms is not None else told._replace(since_ms=told.until_ms - 3_600_000)


class ReadsMinds(Changed):
    breaks = ("capabilities_hold",)

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(acts=(FlagRaised(told.until_ms, "1001", FlagKind.RAISED_VOICE, "the machine"),))


class OneBookmark(Changed):
    breaks = ("the_recorder_takes_it", "goes_on_after_a_restart")

    def changed(self, told: Observation) -> Any:  # noqa: ANN401
        return told._replace(cursor="0")


# ------------------------------------------------------------------ life and death


class NeverEnds(Good):
    breaks = ("a_poll_can_be_broken_off",)

    async def poll(self) -> Observation:
        try:
            return await super().poll()
        except asyncio.CancelledError:
            return await super().poll()


class MovesOnTooSoon(Good):
    breaks = ("goes_on_after_it_was_broken_off",)

    async def poll(self) -> Observation:
        place = len(self.world.log) if self.place is None else self.place
        await self.connect()
        events = self.world.log[place:]
        self.place = place + len(events)
        await asyncio.sleep(0)
        observation = self.answer(events, self.place, self.world.now_ms)
        self.until_ms, self.told = observation.until_ms, True
        return observation


class WearsOut(Good):
    breaks = ("answers_however_often_it_was_broken_off",)
    connections = 4

    async def connect(self) -> None:
        if not self.connections:
            raise SourceError("there is no connection left: start again")
        self.connections -= 1
        await super().connect()
        self.connections += 1

    def failure(self, error: OSError) -> Exception:
        self.connections += 1
        return super().failure(error)


class ForgetsItsBookmark(Good):
    breaks = ("goes_on_after_a_restart",)
    resume = None  # type: ignore[assignment]


class BeginsAnew(Good):
    breaks = ("goes_on_after_a_restart",)

    def resume(self, cursor: str | None, covered_ms: int, _known: Directory) -> None:
        self.place, self.until_ms = 0, covered_ms - TICK_MS


class ClosedOnce(Good):
    breaks = ("can_be_closed_at_any_time",)
    closed = False

    async def aclose(self) -> None:
        if self.closed:
            raise RuntimeError("it is closed already")
        self.closed = True


class NeverCloses(Good):
    breaks = ("can_be_closed_at_any_time",)
    patience_s = 0.05

    async def aclose(self) -> None:
        await asyncio.Event().wait()


class WaitsForItself(Good):
    breaks = ("a_poll_ends_when_it_is_closed",)
    deadline_s = 1.0
    closed = False

    async def connect(self) -> None:
        if self.closed:
            await asyncio.Event().wait()
        await super().connect()

    async def aclose(self) -> None:
        self.closed = True


class LeavesAFile(Good):
    breaks = ("leaves_nothing_behind",)
    file: IO[str] | None = None

    async def poll(self) -> Observation:
        answer = await super().poll()
        if self.file is None:
            self.file = Path(self.line).open(encoding="utf-8")  # noqa: SIM115
            self.world.leaks.append(self.file.close)
        return answer


class LeavesAThread(Good):
    breaks = ("leaves_nothing_behind",)

    async def poll(self) -> Observation:
        if self.place is None:
            end = threading.Event()
            thread = threading.Thread(target=end.wait, daemon=True)
            thread.start()
            self.world.leaks += [end.set, thread.join]
        return await super().poll()


class LeavesATask(Good):
    breaks = ("leaves_nothing_behind",)
    task: asyncio.Task[bool] | None = None

    async def poll(self) -> Observation:
        if self.task is None:
            self.task = asyncio.create_task(asyncio.Event().wait())
        return await super().poll()


# ------------------------------------------------------------------ orders


class AnswersNothing(Good):
    breaks = ("results_are_results",)

    async def perform(self, order: Order) -> Result:
        return None if isinstance(order.act, HangUp) else await super().perform(order)  # type: ignore[return-value]


class SaysNothingOfIt(Good):
    breaks = ("results_are_results",)

    async def perform(self, order: Order) -> Result:
        return (await super().perform(order))._replace(said="")


class ObeysEverything(Good):
    breaks = ("refuses_what_it_does_not_list",)

    async def perform(self, order: Order) -> Result:
        return Result(True, "gladly") if isinstance(order.act, HangUp) else await super().perform(order)


class DoesNothing(Good):
    warns = ("carries_out_what_it_lists",)

    async def perform(self, order: Order) -> Result:
        return Result(False, "not today")


class ObeysAgain(Good):
    breaks = ("carries_out_an_order_once",)

    async def perform(self, order: Order) -> Result:
        self.done.clear()
        return await super().perform(order)


class ObeysLate(Good):
    breaks = ("refuses_what_has_expired",)

    async def perform(self, order: Order) -> Result:
        late = isinstance(order.act, Pause) and order.expires_ms < self.world.now_ms
        return await super().perform(order._replace(expires_ms=self.world.now_ms + 1) if late else order)


class ObeysOnNobody(Good):
    breaks = ("says_when_nobody_is_there",)

    async def perform(self, order: Order) -> Result:
        result = await super().perform(order)
        return Result(True, "done") if result.said.startswith("no such") else result


class StumblesOverNobody(Good):
    breaks = ("says_when_nobody_is_there",)

    async def perform(self, order: Order) -> Result:
        result = await super().perform(order)
        if result.said.startswith("no such"):
            raise SourceError(result.said)
        return result


def family() -> list[type[Good]]:
    """Return those that break something, in the order they are written."""
    found: list[type[Good]] = []
    todo: list[type[Good]] = [Good]
    while todo:
        each = todo.pop(0)
        todo += each.__subclasses__()
        if each.__dict__.get("breaks") or each.__dict__.get("warns"):
            found.append(each)
    return found
