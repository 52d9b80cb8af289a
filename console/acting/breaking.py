"""Decide about an agent's break: what is known of it first, then one key.

b 1  a rest is approved        b o  one is offered        b r  whoever is out is called back

What speaks against a break is said beside it and forbids nothing: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from console.acting.screen import ActingScreen
from console.screens.chooser import Choice, ChooserScreen
from data.alerts import Level
from data.break_board import Board, board_of, objections, rooms_for
from data.breaks import (
    Against,
    Bound,
    BreakPolicy,
    Taken,
    allowance,
    bound,
    canonical,
    is_protected,
    is_rest,
    quiet_at,
    reasons_in_order,
    taken,
)
from data.model.people import DecideBreak, Decision
from data.model.picture import AgentRow, OfferRow, Picture
from data.model.words import Band, State
from widgets.breaks import offer_text, outlook_line, places_text, reason_text, worked
from widgets.canvas import Line, Piece
from widgets.cells import brief
from widgets.load import asked, asked_text, band_level, score_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen

REASON_KEYS = "1234567890acdfghinpqstvyzACDEFGHILMNPQSTUVWXYZ"
"""The keys of the reasons, in their order: digits first, then letters that mean nothing else in these windows."""
_PAUSE = "pause"


def keyed_reasons(policy: BreakPolicy) -> Iterator[tuple[str, str]]:
    """Give each reason of the policy with its key, the same in every window; "" where keys run out."""
    reasons = reasons_in_order(policy)
    yield from zip((*REASON_KEYS, *[""] * len(reasons)), reasons, strict=False)


AGAINST_WORDS: Mapping[Against, str] = {
    Against.FLOOR: "would be {n} of {cap}",
    Against.TEAM: "{team}: would be {n} of {cap}",
    Against.TIME: "nobody rests now",
    Against.TIMES: "all of today's taken",
    Against.TOTAL: "today's time is used up",
}
"""What speaks against a break, in few words."""

_DONE: Mapping[Decision, str] = {
    Decision.OFFER: "{name}: {reason} offered",
    Decision.APPROVE: "{name}: {reason} approved",
    Decision.REFUSE: "{name}: {reason} refused",
    Decision.RETURN: "{name} is called back",
    Decision.WITHDRAW: "{name}: the offer is withdrawn",
}


BOUND_WORDS: Mapping[Bound, str] = {
    Bound.LOAD: "the load needs {required} of {staffed}",
    Bound.SHARE: "{percent} % of {staffed} signed in",
    Bound.MOST: "never more at once",
    Bound.LEAST: "so many may always go",
}
"""What the number of places comes from."""


class Case(NamedTuple):
    """All that is known of an agent's break: the board of a picture at a moment, and what the day has had of breaks."""

    agent: AgentRow
    picture: Picture
    board: Board
    now_ms: int
    day: Mapping[str, Taken] | None
    """None: not known yet."""

    @property
    def is_out(self) -> bool:
        """Whether they are on a break."""
        return self.agent.state is State.NOT_READY

    @property
    def offer(self) -> OfferRow | None:
        """The offer or approval that was not taken yet."""
        return self.picture.offers.get(self.agent.id)


async def decide(screen: ActingScreen, agent: AgentRow) -> None:
    """Decide about an agent's break."""
    app, look = screen.floor_app, screen.floor_app.look
    if screen.picture is None:
        return
    board = board_of(screen.picture, look.limits.breaks)
    case = Case(agent, screen.picture, board, app.clock.moment(), None)
    chosen = await screen.ask(BreakScreen(look, case))
    if chosen is None:
        return
    decision, reason = cast("tuple[Decision, str]", chosen.value)
    told = look.say(_DONE[decision], name=agent.name, reason=reason_text(reason, look))
    standing = app.standing
    if decision in (Decision.APPROVE, Decision.RETURN) and standing is not None:
        pausable = _PAUSE in dict(standing.abilities).get(agent.source, ())
        told += "" if pausable else "\n" + look.words("Tell them: their phone can't be paused from here.")
    await screen.order(DecideBreak(agent.id, decision, reason, chosen.note), told)


class BreakScreen(ChooserScreen):
    """The window that asks; `subject` lets the app read the agent's day meanwhile, and its breaks are told then."""

    def __init__(self, look: Look, case: Case) -> None:
        self._case = case
        self.subject: tuple[Literal["agent"], int] = ("agent", case.agent.id)
        title = look.say("{name}: break", name=case.agent.name)
        note = look.words("note, if any")
        super().__init__(look, title, choices_of(case, look), about=about_lines(case, look), note=note)

    def on_mount(self) -> None:
        """Ask for the agent's day."""
        super().on_mount()
        cast("FloorApp", self.app).ask()

    def show_seen(self, seen: FloorSeen) -> None:
        """Take what the day had of breaks, once; nothing else changes under the reader's eyes."""
        if self._case.day is not None or seen.detail is None or seen.wish.detail != self.subject:
            return
        look = self.look
        self._case = self._case._replace(day=taken(seen.detail.timeline, look.limits.breaks))
        self._list.choices, self._list.about = choices_of(self._case, look), about_lines(self._case, look)
        self._list.sync()


# ------------------------------------------------------------------ what is known


def about_lines(case: Case, look: Look) -> list[Line]:
    """Return what should be known: places, the day's breaks, work without one, decisions, what one more would do."""
    said = [_places_line(case, look), _cap_line(case, look), _day_line(case, look), _work_line(case, look)]
    return [*said, _outlook_line(case, look)]


def _places_line(case: Case, look: Look) -> Line:
    """Return how many are out of how many may be, on the floor and in the team, and a time in which nobody rests."""
    places, policy = case.board.places, look.limits.breaks
    floor, team = places.floor, places.team(case.agent.team)
    said = [places_text(places, look)]
    if case.agent.team:
        said.append(look.say("{team} {out} of {cap}", team=case.agent.team, out=team.taken, cap=team.cap))
    if quiet := quiet_at(case.now_ms, look.zone, policy):
        said.append(look.say("nobody rests {time}", time=quiet))
    full = floor.full or team.full or quiet is not None
    return (Piece(_joined(said, look), "level-warn" if full else "text"),)


def _cap_line(case: Case, look: Look) -> Line:
    """Return how many may be out, and why so many."""
    places, policy = case.board.places, look.limits.breaks
    why = look.say(
        BOUND_WORDS[bound(places.staffed, places.required, policy)],
        required=places.required,
        staffed=places.staffed,
        percent=policy.share_percent,
    )
    return (Piece(look.say("allowed {cap}: {why}", cap=places.floor.cap, why=why), "dim"),)


def _day_line(case: Case, look: Look) -> Line:
    """Return what the day had of breaks of each reason, protected ones never counted; a dash until it is known."""
    policy = look.limits.breaks
    if case.day is None:
        return (*_told_pieces(case, look), Piece(look.words("today") + f" {look.glyphs.ellipsis}", "dim"))
    said = []
    for reason, (times, ms) in case.day.items():
        if is_protected(reason, policy) or not reason:
            continue
        most = policy.times_a_day.get(reason)
        counted = f"{times}" if most is None else look.say("{done} of {n}", done=times, n=most)
        said.append(f"{reason_text(reason, look)} {counted} ({worked(ms)})")
    if policy.total_ms is not None:
        rested_ms = sum(each.taken_ms for reason, each in case.day.items() if is_rest(reason, policy))
        said.append(look.say("{done} of {n}", done=worked(rested_ms), n=worked(policy.total_ms)))
    text = _joined(said, look) if said else look.words("no break yet")
    return (*_told_pieces(case, look), Piece(f"{look.words('today')} {text}", "text"))


def _work_line(case: Case, look: Look) -> Line:
    """Return for how long they have worked without a break, or been out, and their load."""
    agent = case.agent
    if case.is_out:
        allowed = allowance(agent.reason, look.limits.breaks)
        limited = allowed is not None and not is_protected(agent.reason, look.limits.breaks)
        out = f"{reason_text(agent.reason, look) or look.words('out')} {brief(case.now_ms - agent.since_ms)}"
        return (Piece(out + (" " + look.say("of {time}", time=brief(allowed)) if allowed and limited else "")),)
    pieces = []
    if agent.break_ms is not None:
        pieces.append(Piece(look.say("{time} without a break", time=worked(case.now_ms - agent.break_ms))))
    load = case.picture.loads.get(agent.id)
    if load is not None and load.score is not None and look.tells_of_people:
        pieces.append(Piece(f" {look.glyphs.dot} " if pieces else "", "dim"))
        band = asked(load)
        said = look.say("load {n}", n=score_text(load.score, look))
        words = f": {asked_text(load, look)}" if band > Band.OK else ""
        pieces.append(Piece(said + words, LEVEL_TONES[band_level(band)]))
    return tuple(pieces)


def _told_pieces(case: Case, look: Look) -> Line:
    """Return what was refused of late, or offered in vain; what still stands is said where it is withdrawn."""
    told = case.picture.lapsed.get(case.agent.id)
    if told is None or not look.tells_of_people:
        return ()
    return (Piece(offer_text(told, look, case.now_ms), "level-warn"), Piece(f" {look.glyphs.dot} ", "dim"))


def _outlook_line(case: Case, look: Look) -> Line:
    """Return what one more or two on a break would do to the service level, among those who share their queues."""
    line = outlook_line(case.board.cover, look, case.board.cover.pool_of(case.agent.id))
    return (line[0]._replace(text=line[0].text.lstrip()), *line[1:]) if line else ()


def _joined(said: Sequence[str], look: Look) -> str:
    return f" {look.glyphs.dot} ".join(said)


# ------------------------------------------------------------------ what can be decided


def choices_of(case: Case, look: Look) -> list[Choice]:
    """Return what can be decided, the likeliest first; nobody is called back from, or refused, a protected reason."""
    policy = look.limits.breaks
    reason = canonical(case.agent.reason, policy)
    known = reason in policy.allowances or reason in policy.protected
    choices = []
    if case.is_out and not is_protected(reason, policy):
        choices.append(Choice("r", (Decision.RETURN, reason if known else "rest"), look.words("call back")))
    choices += _approvals(case, look)
    if not case.is_out:
        rest = reasons_in_order(policy)[0]
        hint = _hint(case, rest, look)
        choices.append(Choice("o", (Decision.OFFER, rest), look.words("offer a rest"), hint))
        if case.offer is None:
            choices.append(Choice("x", (Decision.REFUSE, rest), look.words("refuse a rest")))
    if case.offer is not None:
        taken_back = offer_text(case.offer, look, case.now_ms)
        choices.append(Choice("w", (Decision.WITHDRAW, case.offer.reason), look.words("withdraw it"), taken_back))
    return choices


def _approvals(case: Case, look: Look) -> Iterator[Choice]:
    """Give a choice for each reason, with what speaks against it; against a protected one nothing does."""
    policy = look.limits.breaks
    for key, reason in keyed_reasons(policy):
        hint = _hint(case, reason, look)
        allowed = allowance(reason, policy)
        if not hint and allowed and not is_protected(reason, policy):
            hint = look.say("{n} min", n=allowed // 60_000)
        yield Choice(key, (Decision.APPROVE, reason), reason_text(reason, look), hint)


def _hint(case: Case, reason: str, look: Look) -> str:
    """Return in words what speaks most against a break for a reason; "" where nothing does."""
    policy = look.limits.breaks
    found = objections(case.board, case.agent, reason, case.now_ms, look.zone, case.day, policy)
    if not found:
        return ""
    floor, team = rooms_for(case.board, case.agent, policy)
    room = team if found[0] is Against.TEAM else floor
    said = look.say(AGAINST_WORDS[found[0]], n=room.taken + 1, cap=room.cap, team=case.agent.team)
    return f"{look.level(Level.WARN)} {said}"
