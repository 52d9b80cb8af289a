"""What a walk asks for: a note, who puts something right, points, a photo's name, a seat to go to, and its end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from console.acting.flagging import ask_when, leads_known
from console.screens.asking import AskScreen
from console.screens.chooser import Choice, ChooserScreen, Chosen
from console.screens.prompt import PromptError
from data.model.days import MINUTE
from data.model.discipline_requests import EndRound
from data.model.words import Mark
from widgets.look import Look
from widgets.walk_words import in_language
from widgets.walking import Check, Entered, Said, Shown

if TYPE_CHECKING:
    from console.screens.walk import WalkScreen

Doing = Callable[["WalkScreen", Check], Coroutine[Any, Any, None]]
_NO_SUCH = "no such place on this round: write a seat's name, or the end of it"
_RANGE = "write a whole number within the range"


async def note(screen: WalkScreen, check: Check) -> None:
    """Ask for a note on a mark; one of what the floor itself knows begins with its figures."""
    look, shown = screen.floor_app.look, _shown(screen, check)
    title = look.say("{rule}: a note", rule=_rule(check, look))
    before = shown.note or (screen.fact_of(check) if shown.mark is None else "")
    text = await screen.ask(AskScreen(look, title, look.words("note, if any"), str.strip, before))
    if text is not None:
        _again(screen, check, note=text)


async def photo(screen: WalkScreen, check: Check) -> None:
    """Ask for the name of a photo's file."""
    look, shown = screen.floor_app.look, _shown(screen, check)
    title = look.say("{rule}: the photo's file", rule=_rule(check, look))
    name = await screen.ask(AskScreen(look, title, "IMG_0412.jpg", str.strip, shown.photo))
    if name is not None:
        _again(screen, check, photo=name)


async def points(screen: WalkScreen, check: Check) -> None:
    """Ask for the points of a breach, where the rule leaves them open."""
    look, rule = screen.floor_app.look, check.rule
    if rule.least == rule.most:
        said = look.say("This rule leaves no choice: it is {n}.", n=rule.least)
        screen.notify(said, markup=False)
        return
    span = f"{rule.least}{look.glyphs.none}{rule.most}"

    def read(text: str) -> int:
        wanted = text.strip()
        if not wanted.isascii() or not wanted.isdigit() or not rule.least <= int(wanted) <= rule.most:
            raise PromptError(_RANGE)
        return int(wanted)

    title = look.say("{rule}: how many points, {span}?", rule=_rule(check, look), span=span)
    n = await screen.ask(AskScreen(look, title, span, read))
    if n is not None:
        _again(screen, check, points=n)


async def give(screen: WalkScreen, check: Check) -> None:
    """Ask who puts something right, and until when."""
    owner = await _who(screen, check)
    if owner is None:
        return
    due_ms = await _until(screen, check)
    if due_ms is not None:
        _again(screen, check, owner=owner, due_ms=due_ms or None)


async def _who(screen: WalkScreen, check: Check) -> str | None:
    """Ask for a name: oneself, who sits there, who is known to lead, or anybody."""
    look = screen.floor_app.look
    agent = screen.chosen_agent()
    known = [*([screen.own] if screen.own else []), *([agent.name] if agent is not None else [])]
    known += [name for name in leads_known(screen.picture) if name not in known]
    choices = [Choice(str(at), name, name) for at, name in enumerate(known[:9], 1)]
    if choices and screen.own:
        choices[0] = choices[0]._replace(hint=look.words("you"))
    choices.append(Choice("w", "", look.words("somebody else…")))
    title = look.say("{rule}: who puts it right?", rule=_rule(check, look))
    chosen = await screen.ask(ChooserScreen(look, title, choices))
    if chosen is None or chosen.value:
        return None if chosen is None else str(chosen.value)

    def read(text: str) -> str:
        if not text.strip():
            raise PromptError("write a name")
        return text.strip()

    return await screen.ask(AskScreen(look, title, look.words("a name"), read))


async def _until(screen: WalkScreen, check: Check) -> int | None:
    """Ask for a deadline, 0 for none, None at Esc."""
    app, look = screen.floor_app, screen.floor_app.look
    now_ms = app.clock.moment()
    choices = [
        Choice("1", now_ms + 15 * MINUTE, look.say("in {n} minutes", n=15), look.clock(now_ms + 15 * MINUTE)),
        Choice("2", now_ms + 30 * MINUTE, look.say("in {n} minutes", n=30), look.clock(now_ms + 30 * MINUTE)),
        Choice("3", now_ms + 60 * MINUTE, look.words("in an hour"), look.clock(now_ms + 60 * MINUTE)),
    ]
    shifts = screen.picture.discipline.shifts if screen.picture is not None else ()
    end_ms = min((shift.until_ms for shift in shifts if shift.until_ms > now_ms), default=None)
    if end_ms is not None:
        choices.append(Choice("4", end_ms, look.words("by the end of the shift"), look.clock(end_ms)))
    choices += [Choice("t", -1, look.words("another time…")), Choice("0", 0, look.words("no deadline"))]
    title = look.say("{rule}: until when?", rule=_rule(check, look))
    chosen: Chosen | None = await screen.ask(ChooserScreen(look, title, choices))
    if chosen is None or not isinstance(chosen.value, int):
        return None
    return await ask_when(screen, title) if chosen.value < 0 else chosen.value


def _again(screen: WalkScreen, check: Check, **changes: Any) -> None:  # noqa: ANN401 (fields of a mark)
    """Make a mark once more with something else said of it; what nobody has marked fails, for something is said."""
    shown, walk = _shown(screen, check), screen.walk
    told = Said() if walk is None else walk.said(check)
    said: dict[str, Any] = {"note": shown.note, "photo": shown.photo}
    by_data = shown.mark is None and shown.by_data
    if by_data:
        said["note"] = screen.fact_of(check)
    mark = shown.mark or Mark.FAIL
    if not {*changes} <= {"note", "photo"}:  # points and owners are those of a breach
        mark = Mark.FAIL
    if mark is Mark.FAIL:
        said |= {"points": told.points, "owner": told.owner, "due_ms": told.due_ms}
    screen.marking.mark(check, Entered(mark, 0, **(said | changes)), from_data=by_data)
    screen.remake()


def _shown(screen: WalkScreen, check: Check) -> Shown:
    return screen.walk.shown(check) if screen.walk is not None else Shown()


def _rule(check: Check, look: Look) -> str:
    return in_language(check.rule.en, check.rule.zh, look)


# ------------------------------------------------------------------------- the way


async def go_to_seat(screen: WalkScreen) -> None:
    """Ask for a seat, and go there."""
    look = screen.floor_app.look

    def read(text: str) -> str:
        halt = screen.walk.named(text, screen.at) if screen.walk is not None else None
        if halt is None:
            raise PromptError(_NO_SUCH)
        return halt.key

    first = next((halt.place for halt in screen.walk.halts if halt.place), "A-09") if screen.walk is not None else ""
    key = await screen.ask(AskScreen(look, look.words("Go to which seat?"), first, read))
    if key is not None and screen.walk is not None:
        screen.go_stop(screen.walk.halt(key))


async def end(screen: WalkScreen) -> None:
    """Ask whether to end a round although places are left, saying how many; with a note, if any."""
    walk, look = screen.walk, screen.floor_app.look
    if walk is None:
        return
    name = in_language(walk.view.round.en, walk.view.round.zh, look)
    if not walk.left:
        await finish(screen)
        return
    title = look.say(
        "{round}: end it, although {n} of {all} places are left?", round=name, n=walk.left, all=len(walk.halts)
    )
    choices = (Choice("1", True, look.words("end it")),)
    chosen = await screen.ask(ChooserScreen(look, title, choices, note=look.words("why, if you like")))
    if chosen is not None:
        await finish(screen, chosen.note)


async def finish(screen: WalkScreen, note: str = "") -> None:
    """End the round once all marks are kept, and leave; where one was not taken, go there instead."""
    app, look = screen.floor_app, screen.floor_app.look
    app.gate.let_go()
    await screen.marking.settled()
    screen.remake()
    walk = screen.walk
    if walk is None:
        return
    if walk.refused:
        said = look.say("{n} places have a mark that was not taken: look at them first.", n=walk.refused)
        screen.notify(said, severity="warning", markup=False)
        screen.go_stop(walk.next_open())
        return
    row = walk.view.round
    said = look.say(
        "{round}: ended, {done} of {n} places, {failed} failed",
        **{"round": in_language(row.en, row.zh, look), "done": walk.done, "n": len(walk.halts)},
        failed=len(walk.failed),
    )
    answer = await screen.order(EndRound(row.key, note), said)
    if answer is not None and answer.done and screen.is_current:
        screen.dismiss()
