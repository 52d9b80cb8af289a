"""Hand a shift over: read what is open, complete it with a note; somebody else reads it and takes over.

H Enter TEXT Enter     what is open is read, and handed over with a note
H a                    what another one has written is read, and taken over
"""

from __future__ import annotations

from typing import NamedTuple

from console.acting.known import choose, discipline_known
from console.acting.screen import ActingScreen
from console.screens.asking import AskScreen
from console.screens.chooser import Choice
from console.screens.handover import HandoverScreen
from data.model.discipline import Discipline, HandoverRow, ShiftRow
from data.model.discipline_requests import AcknowledgeHandover, WriteHandover
from data.model.discipline_seen import DisciplineSeen
from data.model.people import Role
from widgets.discipline_words import shift_text
from widgets.handover import unread
from widgets.look import Look
from widgets.person import when_text


class Candidate(NamedTuple):
    """A handover that may be meant: one to be read, or of a shift that goes on or has ended without one."""

    row: HandoverRow
    hint: str


async def hand_over(screen: ActingScreen, row: HandoverRow | None = None) -> None:
    """Show a handover: the one under the cursor, the only one there is, else the one that is chosen."""
    app = screen.floor_app
    seen = app.seen.discipline if app.seen is not None else None  # the page's own is of this very moment
    seen = seen or await discipline_known(screen)
    picture = screen.picture
    if picture is None or seen is None:
        return
    look, known = app.look, picture.discipline
    if row is None:
        candidates = candidates_of(known, seen, app.clock.moment(), look)
        if not candidates:
            screen.notify(look.words("No shift goes on, and none waits to be handed over."), markup=False)
            return
        row = candidates[0].row if len(candidates) == 1 else await _chosen(screen, candidates, known, seen)
    if row is not None:
        await _show(screen, row, seen, known.shifts)


def candidates_of(known: Discipline, seen: DisciplineSeen, now_ms: int, look: Look) -> list[Candidate]:
    """Return what may be meant: those to be read, shifts that ended without one, then those that go on."""
    waiting = unread(known)
    found = [
        Candidate(row, look.say("written {time} by {name}", time=when_text(row.at_ms, now_ms, look), name=row.by))
        for row in waiting
    ]
    told = {row.shift for row in waiting}
    over = look.words("not handed over")
    found += [Candidate(drafted(key, seen, now_ms), over) for key in known.missing if key not in told]
    counted = {row.shift for row in known.handovers if row.acknowledged_ms is not None}
    for shift in sorted(known.shifts, key=lambda shift: shift.until_ms):
        goes_on = shift.since_ms <= now_ms < shift.until_ms
        if goes_on and shift.key not in {*told, *known.missing, *counted}:
            ends = look.say("to {time}", time=look.clock(shift.until_ms))
            found.append(Candidate(drafted(shift.key, seen, now_ms), ends))
    return found


def drafted(shift: str, seen: DisciplineSeen, now_ms: int) -> HandoverRow:
    """Return what a handover of a shift would say if it were written now."""
    items = seen.handover.items if seen.handover is not None else ()
    return HandoverRow(0, shift, now_ms, "", "", items)


async def _chosen(
    screen: ActingScreen, candidates: list[Candidate], known: Discipline, seen: DisciplineSeen
) -> HandoverRow | None:
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    choices = [
        Choice("", each.row, shift_text(each.row.shift, known.shifts, now_ms, look, seen), each.hint)
        for each in candidates
    ]
    chosen = await choose(screen, look.words("Which handover?"), choices)
    return chosen.value if chosen is not None and isinstance(chosen.value, HandoverRow) else None


async def _show(screen: ActingScreen, row: HandoverRow, seen: DisciplineSeen, shifts: tuple[ShiftRow, ...]) -> None:
    """Show a handover whole; complete one that is not written yet, acknowledge one that nobody has read."""
    app, look = screen.floor_app, screen.floor_app.look
    name = shift_text(row.shift, shifts, app.clock.moment(), look, seen)
    if not row.id and not row.items:
        row = drafted(row.shift, seen, app.clock.moment())
    if not await screen.ask(HandoverScreen(look, row, seen, shifts, app.clock.moment(), may_act(screen))):
        return
    if not screen.can_act(Role.LEAD):
        return
    if row.id:
        note = await screen.ask(
            AskScreen(look, look.say("{shift}: taken over", shift=name), look.words("note, if any"), str.strip)
        )
        if note is not None:
            await screen.order(AcknowledgeHandover(row.id, note), look.say("{shift}: taken over", shift=name))
        return
    title = look.say("{shift}: a note to the next shift", shift=name)
    note = await screen.ask(AskScreen(look, title, look.words("note, if any"), str.strip))
    if note is not None:
        said = look.say("{shift}: handed over; it counts once somebody else has read it", shift=name)
        await screen.order(WriteHandover(row.shift, note), said)


def may_act(screen: ActingScreen) -> bool:
    """Whether a handover may be written or acknowledged from here and now."""
    app = screen.floor_app
    return app.clock.mode == "live" and app.standing is not None and app.standing.role >= Role.LEAD
