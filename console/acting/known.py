"""What acts on discipline need to know besides the picture: the rules in force, their areas, the kinds of incidents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.acting.screen import ActingScreen
from console.screens.chooser import Choice, ChooserScreen, Chosen
from data.model.days import MINUTE
from data.model.discipline_seen import DisciplineSeen
from widgets.canvas import Line
from widgets.wall import seen_without_people

if TYPE_CHECKING:
    from console.app import FloorApp

PAGE = 10
"""So many choices have a digit of their own at a time."""
DIGITS = "1234567890"
_LONGEST_S = 5.0
_HOLDS_MS = 5 * MINUTE
"""So long what was last told of the rules is taken for what is in force; the desk knows better, and says so."""
_LOOKS_S = 0.02
_MORE = object()


async def discipline_known(screen: ActingScreen) -> DisciplineSeen | None:
    """Return the rules in force and what comes with them: those of the last answer, else asked for; None at no answer.

    Keys typed ahead go on waiting meanwhile.
    """
    app = screen.floor_app
    if (known := _told(app)) is not None:
        return known
    before, screen.wants_discipline = screen.wants_discipline, True
    asked_ms = app.clock.moment()
    try:
        with app.gate.working():
            app.ask()
            for _ in range(round(_LONGEST_S / _LOOKS_S)):
                if (known := _told(app)) is not None:
                    return known
                answer = app.rules_seen
                if answer is not None and answer.error and answer.wish.moment_ms >= asked_ms:
                    break
                await asyncio.sleep(_LOOKS_S)
    finally:
        screen.wants_discipline = before
    screen.notify(app.look.words("The rules can't be read just now."), severity="warning", markup=False)
    return None


def _told(app: FloorApp) -> DisciplineSeen | None:
    """Return what the last answer told, if it is of late, as far as we may see it."""
    answer, now_ms = app.rules_seen, app.clock.moment()
    if answer is None or answer.discipline is None or not 0 <= now_ms - answer.wish.moment_ms < _HOLDS_MS:
        return None
    return answer.discipline if app.look.tells_of_people else seen_without_people(answer.discipline)


async def choose(
    screen: ActingScreen,
    title: str,
    choices: Sequence[Choice],
    *,
    last: Sequence[Choice] = (),
    about: Sequence[Line] = (),
    detailed: bool = False,
) -> Chosen | None:
    """Ask for one of any number of choices: their keys are the digits, page after page; `last` keep their own keys."""
    look, at = screen.floor_app.look, 0
    while True:
        page = keyed(choices[at : at + PAGE])
        more = [Choice("m", _MORE, look.words("more…"))] if len(choices) > PAGE else []
        chosen = await screen.ask(ChooserScreen(look, title, [*page, *more, *last], about=about, detailed=detailed))
        if chosen is None or chosen.value is not _MORE:
            return chosen
        at = at + PAGE if at + PAGE < len(choices) else 0


def keyed(choices: Sequence[Choice]) -> list[Choice]:
    """Return choices with the digits as their keys, in their order; one that has a key keeps it."""
    return [choice._replace(key=choice.key or key) for key, choice in zip(DIGITS, choices, strict=False)]
