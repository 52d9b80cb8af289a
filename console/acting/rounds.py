"""Which round to walk: those that are late or due first, then those to come and those done; or one begun by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.acting.known import discipline_known
from console.screens.chooser import Choice, ChooserScreen
from data.model.discipline import RoundRow
from data.model.discipline_requests import StartRound
from data.model.people import Role
from widgets.cells import safe
from widgets.look import Look
from widgets.rounds import in_order
from widgets.walk_words import in_language

if TYPE_CHECKING:
    from console.acting.screen import ActingScreen

PAGE = 9
"""So many rounds have a digit of their own at a time."""
_FOUND_S = 5.0
"""How long a round that was begun is waited for."""


def round_hint(row: RoundRow, now_ms: int, look: Look) -> str:
    """Return how far a round is, and when it is due, opens, or was done."""
    far = look.say("{done} of {n}", done=row.done, n=row.n)
    if row.is_done:
        at_ms = row.ended_ms or row.last_ms
        when = look.say("finished {time}", time=look.clock(at_ms)) if at_ms is not None else look.words("done")
    elif row.opens_ms > now_ms:
        when = look.say("opens {time}", time=look.clock(row.opens_ms))
    else:
        text = "overdue since {time}" if row.is_late(now_ms) else "due {time}"
        when = look.say(text, time=look.clock(row.due_ms))
    failed = [look.say("{n} failed", n=row.failed)] if row.failed else []
    return f" {look.glyphs.dot} ".join([*failed, far, when] if row.n else [*failed, when])


async def choose(screen: ActingScreen) -> None:
    """Ask which round, and walk it."""
    app, first = screen.floor_app, 0
    while screen.picture is not None:
        look, now_ms = app.look, app.clock.moment()
        rounds = in_order(screen.picture.discipline.rounds, now_ms)
        shown = rounds[first : first + PAGE]
        choices = [_choice(str(at), row, now_ms, look) for at, row in enumerate(shown, 1)]
        if len(rounds) > PAGE:
            choices.append(Choice("0", "more", look.words("more…")))
        if app.clock.mode == "live" and not app.read_only:
            choices.append(Choice("n", "other", look.words("another round…")))
        if not choices:
            screen.notify(look.words("No round is known at this moment."), markup=False)
            return
        chosen = await screen.ask(ChooserScreen(look, look.words("Which round?"), choices))
        if chosen is None:
            return
        if chosen.value == "more":
            first = first + PAGE if first + PAGE < len(rounds) else 0
        elif chosen.value == "other":
            await _another(screen)
            return
        else:
            walk(screen, str(chosen.value))
            return


def _choice(key: str, row: RoundRow, now_ms: int, look: Look) -> Choice:
    tone = "level-alarm" if row.is_late(now_ms) else "dim" if row.is_done else "text"
    return Choice(key, row.key, in_language(row.en, row.zh, look), round_hint(row, now_ms, look), tone)


def walk(screen: ActingScreen, key: str) -> None:
    """Walk a round."""
    from console.screens.walk import WalkScreen

    if isinstance(screen, WalkScreen):  # from one round to another: the way back stays the same
        screen.app.switch_screen(WalkScreen(key))
    else:
        screen.app.push_screen(WalkScreen(key))


async def _another(screen: ActingScreen) -> None:
    """Ask for a checklist, begin a round of it, and walk it."""
    if not screen.can_act(Role.LEAD):
        return
    look = screen.floor_app.look
    names = await _checklists(screen)
    if not names:
        screen.notify(look.words("No checklists are known."), markup=False)
        return
    listed, first = list(names.items()), 0
    while True:
        page = [
            Choice(str(at), key, in_language(*title, look))
            for at, (key, title) in enumerate(listed[first : first + PAGE], 1)
        ]
        if len(listed) > PAGE:
            page.append(Choice("0", None, look.words("more…")))
        chosen = await screen.ask(ChooserScreen(look, look.words("Begin which round?"), page))
        if chosen is None:
            return
        if chosen.value is not None:
            break
        first = first + PAGE if first + PAGE < len(listed) else 0
    await _begin(screen, str(chosen.value), names[str(chosen.value)])


async def _checklists(screen: ActingScreen) -> dict[str, tuple[str, str]]:
    """Return the titles of the checklists in force; of those whose rounds are known where no others are told of."""
    seen = await discipline_known(screen)
    if seen is not None and seen.names:
        return dict(seen.names)
    rounds = screen.picture.discipline.rounds if screen.picture is not None else ()
    return {row.checklist: (row.en, row.zh) for row in rounds}


async def _begin(screen: ActingScreen, checklist: str, title: tuple[str, str]) -> None:
    """Begin a round by hand, and walk it as soon as it is told of."""
    app, look = screen.floor_app, screen.floor_app.look
    known = _keys(screen, checklist)
    name = in_language(*title, look)
    answer = await screen.order(StartRound(checklist), look.say("{round}: begun", round=safe(name)))
    if answer is None or not answer.done:
        return
    for _ in range(round(_FOUND_S / 0.05)):
        if begun := _keys(screen, checklist) - known:
            walk(screen, max(begun))
            return
        app.ask()
        await asyncio.sleep(0.05)


def _keys(screen: ActingScreen, checklist: str) -> set[str]:
    """Return the keys of the rounds of a checklist that were begun by hand."""
    rounds = screen.picture.discipline.rounds if screen.picture is not None else ()
    return {row.key for row in rounds if row.checklist == checklist and row.key.rpartition("/")[2].startswith("+")}
