"""Say what was found against a rule, or to somebody's credit; say what is done about a finding, or how it ended.

F 1 3                       the third rule of the first area, as it stands: of the agent under the cursor, of the seat
F 1 ↓ Enter TEXT Tab … Enter  with a note, points, what was done, whose it is, until when, a photo's file
F p 2                       to somebody's credit
x x                         put right        x c +30m Enter   look again in half an hour

Which place it is about the rule says: an agent, a seat, a zone, the floor. What the cursor does not tell is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from console.acting.flagging import ask_when, leads_known
from console.acting.known import DIGITS, choose, discipline_known
from console.acting.screen import ActingScreen
from console.screens.asking import EXAMPLE, AskScreen, read_ahead
from console.screens.chooser import Choice, ChooserScreen
from console.screens.form import FormField, FormScreen
from console.screens.prompt import PromptError
from data.model.days import MINUTE
from data.model.discipline import Closing, FindingRow, RuleLine, Where
from data.model.discipline_requests import ChangeFinding, CloseFinding, RaiseFinding
from data.model.discipline_seen import DisciplineSeen
from data.model.picture import AgentRow, Picture
from widgets.canvas import Line, Piece
from widgets.cells import fit, safe, width_of
from widgets.discipline_words import area_text, finding_lines, joined, points_of_finding, subject_text
from widgets.look import Look
from widgets.pane import LEVEL_TONES, wrap
from widgets.person import when_text
from widgets.walk_words import GRAVITY_LEVELS, in_language, place_text, points_text, zone_text

_CREDIT = object()
_RANGE = "write a whole number within the range"
_WIDTH = 58
"""How wide the window's lines are."""

Place = tuple[Where, str]


async def find(screen: ActingScreen, agent: AgentRow | None) -> None:
    """Say what was found: of an agent, else of a place that is asked for."""
    seen, picture = await discipline_known(screen), screen.picture
    if seen is None or picture is None:
        return
    look = screen.floor_app.look
    whose = safe(agent.name) if agent is not None else look.words("the floor")
    rule = await _rule(screen, seen, whose, agent is not None)
    if rule is None:
        return
    line, detailed = rule
    place = await _place(screen, line, agent, picture)
    if place is None:
        return
    name = whose if line.where is Where.AGENT else _called(place, look)
    request = RaiseFinding(line.id, *place)
    if detailed:
        filled = await _details(screen, line, name)
        if filled is None:
            return
        request = replace(request, **filled)  # type: ignore[arg-type]
    await screen.order(request, look.say("{name}: {kind}", name=name, kind=in_language(line.en, line.zh, look)))


async def _rule(screen: ActingScreen, seen: DisciplineSeen, whose: str, of_agent: bool) -> tuple[RuleLine, bool] | None:
    """Ask for an area and a rule of it; return the rule, and whether more is to be said of it."""
    look = screen.floor_app.look
    rules = [rule for rule in seen.rules if of_agent or rule.where is not Where.AGENT]
    keys = DIGITS if len(seen.areas) <= len(DIGITS) else ("",) * len(seen.areas)  # an area's digit is the same anywhere
    choices = [
        Choice(key, area, area_text(area, seen, look), str(n))
        for key, (area, _, _) in zip(keys, seen.areas, strict=False)
        if (n := sum(rule.area == area and not rule.positive for rule in rules))
    ]
    praise = [rule for rule in rules if rule.positive]
    last = [Choice("p", _CREDIT, look.words("to somebody's credit"), tone="praise")] if praise else []
    if not choices and not last:
        screen.notify(look.words("No rules are in force for this place."), markup=False)
        return None
    chosen = await choose(screen, look.say("{name}: what did you find?", name=whose), choices, last=last)
    if chosen is None:
        return None
    if chosen.value is _CREDIT:
        offered, title = praise, look.say("{name}: to somebody's credit", name=whose)
    else:
        offered = [rule for rule in rules if rule.area == chosen.value and not rule.positive]
        title = look.say("{name}: {kind}", name=whose, kind=area_text(str(chosen.value), seen, look))
    picked = await choose(screen, title, [_rule_choice(rule, look) for rule in offered], detailed=True)
    if picked is None:
        return None
    return next(rule for rule in offered if rule.id == picked.value), picked.detailed


def _rule_choice(rule: RuleLine, look: Look) -> Choice:
    tone = "praise" if rule.positive else LEVEL_TONES[GRAVITY_LEVELS[rule.severity]]
    return Choice(
        "",
        rule.id,
        in_language(rule.en, rule.zh, look),
        points_text(rule, None, look) if rule.most else "",
        "text" if tone == "dim" else tone,
    )


# ------------------------------------------------------------------ which place


async def _place(screen: ActingScreen, rule: RuleLine, agent: AgentRow | None, picture: Picture) -> Place | None:
    """Return the place that a rule is about: of the agent, else the one that is asked for; None at Esc."""
    if rule.where is Where.FLOOR:
        return Where.FLOOR, ""
    if rule.where is Where.AGENT and agent is not None:
        return Where.AGENT, str(agent.id)
    seat = agent.seat if agent is not None else ""
    if rule.where is Where.SEAT:
        if not seat and agent is not None and not picture.seats:  # where no seats are known, agents stand for them
            return Where.AGENT, str(agent.id)
        label = seat or await _seat(screen, rule, picture)
        return None if label is None else (Where.SEAT, label)
    zone = next((each.zone for each in picture.seats if each.label == seat), "")
    found = zone or await _zone(screen, rule, picture)
    return None if found is None else (Where.ZONE, found)


async def _seat(screen: ActingScreen, rule: RuleLine, picture: Picture) -> str | None:
    """Ask for a seat by its name, or the end of it where there is but one such."""
    look = screen.floor_app.look
    labels = [seat.label for seat in picture.seats] or sorted({agent.seat for agent in picture.agents if agent.seat})

    def read(text: str) -> str:
        wanted = text.strip().casefold()
        found = [label for label in labels if label.casefold() == wanted]
        found = found or [label for label in labels if wanted and label.casefold().endswith(wanted)]
        if len(found) != 1:
            raise PromptError("no such seat: write its whole name")
        return found[0]

    title = look.say("{rule}: at which seat?", rule=in_language(rule.en, rule.zh, look))
    return await screen.ask(AskScreen(look, title, labels[0] if labels else "A-09", read))


async def _zone(screen: ActingScreen, rule: RuleLine, picture: Picture) -> str | None:
    """Ask for a zone: one of those that the map has, else any name."""
    look = screen.floor_app.look
    title = look.say("{rule}: in which zone?", rule=in_language(rule.en, rule.zh, look))
    zones = list(dict.fromkeys(seat.zone for seat in picture.seats if seat.zone))
    if not zones:
        return await screen.ask(AskScreen(look, title, look.words("a name"), _needed))
    chosen = await choose(screen, title, [Choice("", zone, zone_text(zone, look)) for zone in zones])
    return None if chosen is None else str(chosen.value)


def _needed(text: str) -> str:
    if not text.strip():
        raise PromptError("write a name")
    return text.strip()


def _called(place: Place, look: Look) -> str:
    return zone_text(place[1], look) if place[0] is Where.ZONE else place_text(*place, look)


# ------------------------------------------------------------------ what else is said


async def _details(screen: ActingScreen, rule: RuleLine, name: str) -> dict[str, object] | None:
    """Ask for all that may be said of a finding; None at Esc."""
    look = screen.floor_app.look
    fields = [FormField("note", look.words("Note"))]
    if rule.least < rule.most:
        span = f"{rule.least}{look.glyphs.none}{rule.most}"
        fields.append(FormField("points", look.words("Points"), span, reader_of_points(rule.least, rule.most)))
    fields.append(FormField("measure", look.words("What was done"), in_language(rule.do_en, rule.do_zh, look)))
    if not rule.positive:
        fields.append(FormField("owner", look.words("Who puts it right"), own_name(screen)))
        fields.append(FormField("due_ms", look.words("Until when"), EXAMPLE, _reader_of_times(screen)))
    fields.append(FormField("photo", look.words("The photo's file"), "IMG_0412.jpg"))
    return await screen.ask(FormScreen(look, f"{name}\n{in_language(rule.en, rule.zh, look)}", fields))


def reader_of_points(least: int, most: int) -> Callable[[str], int]:
    """Return what reads points within a range."""

    def read(text: str) -> int:
        wanted = text.strip()
        if not wanted.isascii() or not wanted.isdigit() or not least <= int(wanted) <= most:
            raise PromptError(_RANGE)
        return int(wanted)

    return read


def _reader_of_times(screen: ActingScreen) -> Callable[[str], int]:
    return lambda text: read_ahead(text, screen.floor_app.clock.moment(), screen.floor_app.look.zone)


def own_name(screen: ActingScreen) -> str:
    """Return who we are at the desk."""
    standing = screen.floor_app.standing
    return standing.user if standing is not None else ""


# ------------------------------------------------------------------ dealing with a finding


async def deal_with(screen: ActingScreen, row: FindingRow) -> None:
    """Say what comes of a finding: put right, looked at again, whose it is, until when, what was done, withdrawn."""
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    agents = {agent.id: agent for agent in screen.picture.agents} if screen.picture is not None else {}
    name = subject_text(row, look, agents)
    if row.closing is not None:
        screen.notify(look.say("{name}: that is closed already.", name=name), markup=False)
        return
    about = _about(row, now_ms, look)
    title = look.say("{name}: what is done about it?", name=name)
    chosen = await screen.ask(ChooserScreen(look, title, _ways(row, now_ms, look), about=about))
    if chosen is None:
        return
    match str(chosen.value):
        case "corrected":
            await _close(screen, row, name, Closing.CORRECTED)
        case "noted":
            await _close(screen, row, name, Closing.CORRECTED, ask=look.words("what was done"))
        case "withdrawn":
            await _close(screen, row, name, Closing.WITHDRAWN, ask=look.words("why it is withdrawn"))
        case "mine":
            await _change(screen, name, ChangeFinding(row.id, owner=own_name(screen)))
        case "points":
            await _points(screen, row, name)
        case way:
            await _WAYS[way](screen, row, name)


def _about(row: FindingRow, now_ms: int, look: Look) -> list[Line]:
    """Return what is known of a finding, in a few lines."""
    lines = wrap(joined(finding_lines(row, now_ms, look), look), _WIDTH)
    return [(Piece(line, "dim"),) for line in lines[:5]]


def _ways(row: FindingRow, now_ms: int, look: Look) -> list[Choice]:
    """Return what can be done about a finding; of praise only that it is withdrawn, or noted more of."""
    words = look.words
    until = when_text(row.due_ms, now_ms, look) if row.due_ms is not None else ""
    again = when_text(row.recheck_ms, now_ms, look) if row.recheck_ms is not None else ""
    owner = look.say("now {name}", name=row.owner) if row.owner else ""
    common = [
        Choice("d", "measure", words("what was done…"), _briefly(row.measure, look)),
        Choice("n", "note", words("note…"), _briefly(row.note, look)),
        Choice("p", "points", words("points…"), points_of_finding(row, look)),
        Choice("u", "withdrawn", words("withdrawn, it counts for nothing…")),
    ]
    if row.positive:
        return common
    return [
        Choice("x", "corrected", words("put right")),
        Choice("X", "noted", words("put right, with a note…")),
        Choice("c", "recheck", words("check again at…"), again),
        Choice("m", "mine", words("I see to it"), owner),
        Choice("w", "owner", words("somebody else sees to it…")),
        Choice("t", "until", words("until when…"), until),
        *common,
    ]


def _briefly(text: str, look: Look) -> str:
    return fit(text, min(20, width_of(safe(text))), ellipsis=look.glyphs.ellipsis)


async def _close(screen: ActingScreen, row: FindingRow, name: str, closing: Closing, ask: str = "") -> None:
    """Close a finding, with a note where one is asked for."""
    look, note = screen.floor_app.look, ""
    if ask:
        title = look.say("{name}: {kind}", name=name, kind=in_language(row.en, row.zh, look))
        told = await screen.ask(AskScreen(look, title, ask, str.strip))
        if told is None:
            return
        note = told
    text = "{name}: put right" if closing is Closing.CORRECTED else "{name}: withdrawn"
    await screen.order(CloseFinding(row.id, closing, note), look.say(text, name=name))


async def _change(screen: ActingScreen, name: str, request: ChangeFinding) -> None:
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    said = [
        look.say("owner: {name}", name=request.owner) if request.owner else "",
        look.say("due {time}", time=when_text(request.due_ms, now_ms, look)) if request.due_ms else "",
        look.say("check again {time}", time=when_text(request.recheck_ms, now_ms, look)) if request.recheck_ms else "",
        look.say("done: {what}", what=request.measure) if request.measure else "",
        look.say("{n} points", n=request.points) if request.points is not None else "",
        safe(request.note or ""),
    ]
    await screen.order(request, look.say("{name}: {kind}", name=name, kind=joined(said, look)))


async def _recheck(screen: ActingScreen, row: FindingRow, name: str) -> None:
    look = screen.floor_app.look
    at_ms = await ask_when(screen, look.say("{name}: check again when?", name=name))
    if at_ms is not None:
        await _change(screen, name, ChangeFinding(row.id, recheck_ms=at_ms))


async def _until(screen: ActingScreen, row: FindingRow, name: str) -> None:
    """Ask for a deadline: the usual ones by a digit, any other by its time."""
    look, now_ms = screen.floor_app.look, screen.floor_app.clock.moment()
    title = look.say("{name}: until when?", name=name)
    times = [(look.say("in {n} minutes", n=n), now_ms + n * MINUTE) for n in (15, 30, 60)]
    shifts = screen.picture.discipline.shifts if screen.picture is not None else ()
    ends = [shift.until_ms for shift in shifts if shift.until_ms > now_ms]
    if ends:
        times.append((look.words("by the end of the shift"), min(ends)))
    choices = [Choice("", at_ms, text, look.clock(at_ms)) for text, at_ms in times]
    last = [Choice("t", None, look.words("another time…"))]
    chosen = await choose(screen, title, choices, last=last)
    if chosen is None:
        return
    due_ms = chosen.value if isinstance(chosen.value, int) else await ask_when(screen, title)
    if due_ms is not None:
        await _change(screen, name, ChangeFinding(row.id, due_ms=due_ms))


async def _owner(screen: ActingScreen, row: FindingRow, name: str) -> None:
    """Ask who sees to a finding: one of those who are known to lead, or anybody by name."""
    look = screen.floor_app.look
    title = look.say("{name}: who sees to it?", name=name)
    known = people_known(screen, row.agent or "")
    choices = [Choice("", each, each) for each in known if each != row.owner][:9]
    last = [Choice("w", "", look.words("somebody else…"))]
    chosen = await choose(screen, title, choices, last=last) if choices else None
    if choices and chosen is None:
        return
    owner = str(chosen.value) if chosen is not None and chosen.value else None
    if owner is None:
        owner = await screen.ask(AskScreen(look, title, look.words("a name"), _needed))
    if owner is not None:
        await _change(screen, name, ChangeFinding(row.id, owner=owner))


def people_known(screen: ActingScreen, agent: str = "") -> list[str]:
    """Return who may see to something: who has done so before, the agent, and oneself, last."""
    own, picture = own_name(screen), screen.picture
    names = leads_known(picture, own)
    known = picture.discipline if picture is not None else None
    more = {name for row in known.findings for name in (row.owner, row.by)} if known is not None else set()
    more |= {name for row in known.rounds for name in row.by} if known is not None else set()
    others = sorted((more | set(names) | {agent}) - {"", own}, key=str.casefold)
    return [*others, *([own] if own else [])]


async def _measure(screen: ActingScreen, row: FindingRow, name: str) -> None:
    look = screen.floor_app.look
    title = look.say("{name}: what was done?", name=name)
    text = await screen.ask(AskScreen(look, title, look.words("what was done"), _text, safe(row.measure)))
    if text is not None:
        await _change(screen, name, ChangeFinding(row.id, measure=text))


async def _note(screen: ActingScreen, row: FindingRow, name: str) -> None:
    look = screen.floor_app.look
    title = look.say("{name}: a note", name=name)
    text = await screen.ask(AskScreen(look, title, look.words("a note"), _text, safe(row.note)))
    if text is not None:
        await _change(screen, name, ChangeFinding(row.id, note=text))


def _text(text: str) -> str:
    if not text.strip():
        raise PromptError("write something")
    return text.strip()


async def _points(screen: ActingScreen, row: FindingRow, name: str) -> None:
    """Ask for points, where the rule that is in force leaves a choice."""
    look, seen = screen.floor_app.look, await discipline_known(screen)
    rule = next((rule for rule in seen.rules if rule.id == row.rule), None) if seen is not None else None
    if rule is None or rule.least == rule.most:
        screen.notify(look.say("This rule leaves no choice: it is {n}.", n=row.points), markup=False)
        return
    span = f"{rule.least}{look.glyphs.none}{rule.most}"
    title = look.say("{rule}: how many points, {span}?", rule=in_language(row.en, row.zh, look), span=span)
    points = await screen.ask(AskScreen(look, title, span, reader_of_points(rule.least, rule.most)))
    if points is not None:
        await _change(screen, name, ChangeFinding(row.id, points=points))


_WAYS = {"recheck": _recheck, "until": _until, "owner": _owner, "measure": _measure, "note": _note}
