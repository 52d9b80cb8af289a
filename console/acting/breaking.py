"""Decide about an agent's break: what is known of it first, then one key.

b 1  a rest is approved        b o  one is offered        b r  whoever is out is called back

What speaks against a break is said beside it and forbids nothing: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from console.acting.screen import ActingScreen
from console.screens.chooser import Choice, ChooserScreen
from data.break_board import Board, board_of, objections
from data.breaks import Against, Taken, allowance, canonical, is_protected, is_rest, quiet_at, taken
from data.model.people import DecideBreak, Decision
from data.model.picture import AgentRow, OfferRow, Picture
from data.model.words import Band, State
from widgets.breaks import outlook_line, reason_text, worked
from widgets.canvas import Line, Piece
from widgets.cells import brief
from widgets.load import BAND_WORDS, asked, band_level, score_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.feed import FloorSeen

_ORDER = ("rest", "meal", "restroom", "micro", "coaching", "training", "meeting", "medical", "system_fault")
"""The reasons that ship, in the order of their keys; a site's own come after them."""
_DIGITS = "1234567890"
_PAUSE = "pause"

AGAINST_WORDS: Mapping[Against, str] = {
    Against.FLOOR: "over the floor's cap",
    Against.TEAM: "over the team's cap",
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
    """Return what should be known: places, the day's breaks, work without one, and what one more would do."""
    return [_places_line(case, look), _day_line(case, look), _work_line(case, look), _outlook_line(case, look)]


def _places_line(case: Case, look: Look) -> Line:
    """Return how many are out of how many may be, on the floor and in the team, and a time in which nobody rests."""
    places, policy = case.board.places, look.limits.breaks
    floor, team = places.floor, places.team(case.agent.team)
    said = [look.say("{n} out, {counted} of {cap} allowed", n=places.out, counted=floor.out, cap=floor.cap)]
    if case.agent.team:
        said.append(look.say("{team} {out} of {cap}", team=case.agent.team, out=team.out, cap=team.cap))
    if quiet := quiet_at(case.now_ms, look.zone, policy):
        said.append(look.say("nobody rests {time}", time=quiet))
    full = floor.full or team.full or quiet is not None
    return (Piece(_joined(said, look), "level-warn" if full else "text"),)


def _day_line(case: Case, look: Look) -> Line:
    """Return what the day had of breaks of each reason, protected ones never counted; a dash until it is known."""
    policy = look.limits.breaks
    if case.day is None:
        return (Piece(look.words("today") + f" {look.glyphs.ellipsis}", "dim"),)
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
    return (Piece(f"{look.words('today')} {text}", "text"),)


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
        words = f": {look.words(BAND_WORDS[band])}" if band > Band.OK else ""
        pieces.append(Piece(said + words, LEVEL_TONES[band_level(band)]))
    if case.offer is not None:
        pieces.append(Piece(f" {look.glyphs.dot} {_offer_text(case.offer, look)}", "text"))
    return tuple(pieces)


def _outlook_line(case: Case, look: Look) -> Line:
    """Return what one more or two on a break would do to the service level, among those who share their queues."""
    line = outlook_line(case.board.cover, look, case.board.cover.pool_of(case.agent.id))
    return (line[0]._replace(text=line[0].text.lstrip()), *line[1:]) if line else ()


def _offer_text(offer: OfferRow, look: Look) -> str:
    word = look.words("approved" if offer.decision is Decision.APPROVE else "offered")
    return f"{reason_text(offer.reason, look)} {word} {look.clock(offer.at_ms)}"


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
        rest = reasons_of(look)[0]
        hint = _hint(case, rest, look)
        choices.append(Choice("o", (Decision.OFFER, rest), look.words("offer a rest"), hint))
        choices.append(Choice("x", (Decision.REFUSE, rest), look.words("refuse a rest")))
    if case.offer is not None:
        taken_back = _offer_text(case.offer, look)
        choices.append(Choice("w", (Decision.WITHDRAW, case.offer.reason), look.words("withdraw it"), taken_back))
    return choices


def reasons_of(look: Look) -> tuple[str, ...]:
    """Return the policy's reasons in the order of their keys."""
    policy = look.limits.breaks
    known = {*policy.allowances, *policy.protected}
    own = sorted(known.difference(_ORDER))
    return (*(reason for reason in _ORDER if reason in known), *own)


def _approvals(case: Case, look: Look) -> Iterator[Choice]:
    """Give a choice for each reason, with what speaks against it; against a protected one nothing does."""
    policy = look.limits.breaks
    for key, reason in zip(_DIGITS, reasons_of(look), strict=False):
        hint = _hint(case, reason, look)
        allowed = allowance(reason, policy)
        if not hint and allowed and not is_protected(reason, policy):
            hint = look.say("{n} min", n=allowed // 60_000)
        yield Choice(key, (Decision.APPROVE, reason), reason_text(reason, look), hint)


def _hint(case: Case, reason: str, look: Look) -> str:
    """Return in words what speaks most against a break for a reason; "" where nothing does."""
    found = objections(case.board, case.agent, reason, case.now_ms, look.zone, case.day, look.limits.breaks)
    sign = look.level(band_level(Band.OFFER))
    return f"{sign} " + look.words(AGAINST_WORDS[found[0]]) if found else ""
