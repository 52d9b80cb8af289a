"""Note an incident, what is done about it and who was told; afterwards say whether that helped, and what changes.

i 2 TITLE Enter        something of the second kind happened
i m TEXT Enter         a measure (with the cursor on the incident; else a, b … name the one that is meant first)
i x                    it is over
i 2 1 TEXT Enter       afterwards: not avoidable, the measures worked, this changes
"""

from __future__ import annotations

from console.acting.known import choose, discipline_known
from console.acting.screen import ActingScreen
from console.screens.asking import AskScreen
from console.screens.chooser import Choice, ChooserScreen
from console.screens.prompt import PromptError
from data.model.discipline import Avoidable, Entry, IncidentRow, Worked
from data.model.discipline_requests import AddToIncident, EndIncident, NoteIncident, ReviewIncident
from widgets.canvas import Line, Piece
from widgets.cells import safe
from widgets.discipline_words import AVOIDABLE_WORDS, WORKED_WORDS, joined
from widgets.incidents import going_on, incident_texts
from widgets.look import Look
from widgets.pane import wrap
from widgets.person import when_text
from widgets.walk_words import in_language

_LETTERS = "abcdefgh"
_WIDTH = 58
_NEW = "new"


async def incident(screen: ActingScreen, row: IncidentRow | None) -> None:
    """Deal with the incident under the cursor; without one note something new, or go on with one that goes on."""
    if row is not None and row.review is None:
        again = await _deal_with(screen, row)
        if not again:
            return
    await _note(screen, offer=row is None)


async def _note(screen: ActingScreen, *, offer: bool) -> None:
    """Ask what happened, and note it; those that go on are there to be chosen instead."""
    seen, picture = await discipline_known(screen), screen.picture
    if seen is None or picture is None:
        return
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    going = going_on(picture.discipline.incidents) if offer else []
    last = [
        Choice(key, row, f"{in_language(row.en, row.zh, look)} {safe(row.title)}".strip(), _since(row, now_ms, look))
        for key, row in zip(_LETTERS, going, strict=False)
    ]
    kinds = [Choice("", key, in_language(en, zh, look)) for key, en, zh in seen.incident_kinds]
    if not kinds and not last:
        screen.notify(look.words("No kinds of incidents are in force."), markup=False)
        return
    chosen = await choose(screen, look.words("What happened on the floor?"), kinds, last=last)
    if chosen is None:
        return
    if isinstance(chosen.value, IncidentRow):
        await _deal_with(screen, chosen.value)
        return
    kind = next(in_language(en, zh, look) for key, en, zh in seen.incident_kinds if key == chosen.value)
    title = await screen.ask(AskScreen(look, kind, look.words("in a few words: what, where, how many"), _text))
    if title is not None:
        await screen.order(NoteIncident(str(chosen.value), title), look.say("{kind}: noted", kind=kind))


def _since(row: IncidentRow, now_ms: int, look: Look) -> str:
    return look.say("since {time}", time=when_text(row.at_ms, now_ms, look))


def _text(text: str) -> str:
    if not text.strip():
        raise PromptError("write something")
    return text.strip()


# ------------------------------------------------------------------ one that is not settled


async def _deal_with(screen: ActingScreen, row: IncidentRow) -> bool:
    """Ask what is to be noted of an incident; return whether it is about another one."""
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    name = in_language(row.en, row.zh, look)
    if row.ended_ms is not None:
        return await _review(screen, row, name)
    title = look.say("{name}: what is to be noted?", name=joined((name, safe(row.title)), look))
    chosen = await screen.ask(ChooserScreen(look, title, _ways(look), about=_about(row, now_ms, look)))
    if chosen is None:
        return False
    if chosen.value == _NEW:
        return True
    if chosen.value == "over":
        await screen.order(EndIncident(row.id), look.say("{name}: over", name=name))
    elif chosen.value == "show":
        show_floor_at(screen, row)
    elif isinstance(chosen.value, Entry):
        await _add(screen, row, name, chosen.value)
    return False


def _ways(look: Look) -> list[Choice]:
    words = look.words
    return [
        Choice("m", Entry.MEASURE, words("a measure…")),
        Choice("t", Entry.TOLD, words("who was told…")),
        Choice("n", Entry.NOTE, words("a note…")),
        Choice("x", "over", words("it is over")),
        Choice("g", "show", words("show the floor as it was then")),
        Choice("o", _NEW, words("something else happened…")),
    ]


def _about(row: IncidentRow, now_ms: int, look: Look) -> list[Line]:
    """Return what is known of an incident, in a few lines; the newest are kept."""
    lines = [line for text in incident_texts(row, now_ms, look)[2:] for line in wrap(text, _WIDTH)]
    return [(Piece(line, "dim"),) for line in lines[-6:]]


async def _add(screen: ActingScreen, row: IncidentRow, name: str, kind: Entry) -> None:
    look = screen.floor_app.look
    asked = {
        Entry.MEASURE: "{name}: what was done?",
        Entry.TOLD: "{name}: who was told?",
        Entry.NOTE: "{name}: a note",
    }
    text = await screen.ask(AskScreen(look, look.say(asked[kind], name=name), look.words("in a few words"), _text))
    if text is not None:
        await screen.order(AddToIncident(row.id, kind, text), look.say("{name}: noted", name=name))


# ------------------------------------------------------------------ afterwards


async def _review(screen: ActingScreen, row: IncidentRow, name: str) -> bool:
    """Ask whether it was avoidable, whether the measures worked, and what changes; else note what was forgotten."""
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    others = [
        Choice("m", Entry.MEASURE, look.words("a measure…")),
        Choice("t", Entry.TOLD, look.words("who was told…")),
        Choice("n", Entry.NOTE, look.words("a note…")),
        Choice("g", "show", look.words("show the floor as it was then")),
        Choice("o", _NEW, look.words("something else happened…")),
    ]
    choices = [Choice("", each, look.words(text)) for each, text in AVOIDABLE_WORDS.items()]
    title = look.say("{name}: could it have been avoided?", name=joined((name, safe(row.title)), look))
    chosen = await choose(screen, title, choices, last=others, about=_about(row, now_ms, look))
    if chosen is None:
        return False
    if isinstance(chosen.value, Entry):
        await _add(screen, row, name, chosen.value)
    elif chosen.value == "show":
        show_floor_at(screen, row)
    elif isinstance(chosen.value, Avoidable):
        await _how_it_went(screen, row, name, chosen.value)
    return chosen.value == _NEW


async def _how_it_went(screen: ActingScreen, row: IncidentRow, name: str, avoidable: Avoidable) -> None:
    look = screen.floor_app.look
    choices = [Choice("", each, look.words(text)) for each, text in WORKED_WORDS.items()]
    chosen = await choose(screen, look.say("{name}: did the measures work?", name=name), choices)
    if chosen is None or not isinstance(chosen.value, Worked):
        return
    title = look.say("{name}: what changes?", name=name)
    change = await screen.ask(AskScreen(look, title, look.words("nothing, if left empty"), str.strip))
    if change is not None:
        request = ReviewIncident(row.id, avoidable, chosen.value, change)
        await screen.order(request, look.say("{name}: reviewed", name=name))


def show_floor_at(screen: ActingScreen, row: IncidentRow) -> None:
    """Show the floor as it was when an incident began; the way back is told."""
    from console.screens.floor import FloorScreen

    app, look = screen.floor_app, screen.floor_app.look
    if app.clock.mode == "live" and not app.clock.has_live:
        return
    title = joined((in_language(row.en, row.zh, look), safe(row.title)), look)
    time = when_text(row.at_ms, app.clock.moment(), look)
    screen.steer(row.at_ms)
    text = (
        "The floor at {time}: {what}. Home comes back to now." if app.clock.has_live else "The floor at {time}: {what}."
    )
    while len(app.screen_stack) > 1 and not isinstance(app.screen, FloorScreen) and not app.screen.is_modal:
        app.pop_screen()
    app.notify(look.say(text, time=time, what=title), timeout=10, markup=False)
