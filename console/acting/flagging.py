"""Say what was seen of an agent, deal with a flag, note a coaching or a praise.

f 2            raises the second kind at once          f ↓ Enter TEXT Enter    with a note
x x 1          resolved, by the first that may help    x 2                     the second step, and it is mine
n c TEXT Enter a coaching                              n f TEXT Enter +2d Enter to be followed up in two days

What is chosen by a figure is the site's own, in its order.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.acting.screen import ActingScreen
from console.screens.asking import EXAMPLE, AskScreen, read_ahead
from console.screens.chooser import Choice, ChooserScreen, Chosen
from console.screens.prompt import PromptError
from data.flags import FlagWord, Severity
from data.model.people import ChangeFlag, CloseFollowUp, NoteCoaching, RaiseFlag, ResolveFlag
from data.model.picture import AgentRow, FlagRow, FollowUpRow, Picture
from widgets.canvas import Line, Piece
from widgets.cells import brief, safe
from widgets.flags import pressing
from widgets.look import Look
from widgets.person import when_text

KEYS = "1234567890abcd"
"""The keys of what a site has words for, in their order."""

_TONES = {
    Severity.PRAISE: "praise",
    Severity.NOTE: "text",
    Severity.WATCH: "level-warn",
    Severity.URGENT: "level-alarm",
}
SEVERITIES = {Severity.NOTE: "note", Severity.WATCH: "watch", Severity.URGENT: "urgent"}

HELPED = (
    "a word in private",
    "a break",
    "the call was taken over",
    "a buddy beside",
    "it settled by itself",
    "nothing to be done",
    "raised by mistake",
)
"""What may have helped, last that nothing was amiss, in the order of the keys."""


async def flag(screen: ActingScreen, agent: AgentRow) -> None:
    """Say what was seen of an agent."""
    look = screen.floor_app.look
    title = look.say("{name}: what did you see?", name=agent.name)
    about = open_flags(screen.picture, agent.id, look)
    choices = [_kind(key, word, look) for key, word in zip(KEYS, look.vocabulary.flags, strict=False)]
    chosen = await screen.ask(ChooserScreen(look, title, choices, about=about, note=look.words("note, if any")))
    if chosen is None:
        return
    kind = str(chosen.value)
    called = look.vocabulary.called(kind, look.language)
    await screen.order(RaiseFlag(agent.id, kind, chosen.note), look.say("{name}: {kind}", name=agent.name, kind=called))


def _kind(key: str, word: FlagWord, look: Look) -> Choice:
    """Return a kind of flag as a choice, with how urgent it is and what usually comes next."""
    called = look.vocabulary.called
    hint = [look.words(SEVERITIES[word.severity])] if word.severity in SEVERITIES else []
    if word.step:
        hint.append(called(word.step, look.language))
    return Choice(
        key, word.key, called(word.key, look.language), f" {look.glyphs.dot} ".join(hint), _TONES[word.severity]
    )


def open_flags(picture: Picture | None, agent: int, look: Look) -> list[Line]:
    """Return a line on each open flag of an agent: what, how long ago, by whom, and the note."""
    flags = [] if picture is None else [flag for flag in picture.flags if flag.agent_id == agent]
    return [flag_line(flag, picture.moment_ms, look) for flag in flags[:4]] if picture is not None else []


def flag_line(flag: FlagRow, now_ms: int, look: Look) -> Line:
    """Return an open flag in one line."""
    praise = flag.severity == Severity.PRAISE
    sign, tone = (look.glyphs.praise, "praise") if praise else (look.glyphs.flag, "flag")
    said = [
        look.vocabulary.called(flag.kind, look.language),
        brief(now_ms - flag.raised_ms),
        flag.by,
        flag.note if look.tells_of_people else "",
    ]
    text = f" {look.glyphs.dot} ".join(safe(part) for part in said if part)
    return (Piece(f"{sign} ", tone), Piece(text, "dim"))


# ------------------------------------------------------------------ dealing with a flag


def flag_to_deal_with(picture: Picture, agent: int) -> FlagRow | None:
    """Return the agent's open flag that asks for most, None where there is none but praise."""
    flags = [row for row in picture.flags if row.agent_id == agent and row.severity != Severity.PRAISE]
    now_ms = picture.moment_ms
    return min(flags, key=lambda row: (not pressing(row, now_ms), -row.severity, row.raised_ms), default=None)


async def deal_with(screen: ActingScreen, row: FlagRow | FollowUpRow) -> None:
    """Say what comes next of a flag, who has it, or that it is resolved; close a follow-up."""
    if isinstance(row, FollowUpRow):
        await _close(screen, row)
        return
    look = screen.floor_app.look
    title = look.say("{name}: what is done about it?", name=row.agent)
    about = [flag_line(row, screen.picture.moment_ms, look)] if screen.picture else []
    chosen = await screen.ask(ChooserScreen(look, title, _ways(row, look), about=about))
    if chosen is None:
        return
    way, value = chosen.value if isinstance(chosen.value, tuple) else ("", "")
    if way == "resolve":
        await _resolve(screen, row)
    elif way == "owner":
        await _give(screen, row)
    elif way == "mine":
        await _change(screen, row, ChangeFlag(row.id, owner=_own_name(screen)))
    elif way == "longer":
        until_ms = await ask_when(screen, look.say("{name}: keep it open until when?", name=row.agent))
        if until_ms is not None:
            await _change(screen, row, ChangeFlag(row.id, expires_ms=until_ms))
    else:
        await _step(screen, row, str(value))


def _ways(row: FlagRow, look: Look) -> list[Choice]:
    """Return what can be done about a flag; the step that was thought of is marked."""
    words, vocabulary = look.words, look.vocabulary
    ways = [Choice("x", ("resolve", ""), words("resolved…"))]
    for key, step in zip(KEYS, vocabulary.steps, strict=False):
        label = vocabulary.called(step.key, look.language)
        ways.append(
            Choice(
                key,
                ("step", step.key),
                f"{label}{look.glyphs.ellipsis}" if step.key == "follow_up" else label,
                words("planned") if step.key == row.step else "",
            )
        )
    owner = look.say("now {name}", name=row.owner) if row.owner else ""
    ways.append(Choice("m", ("mine", ""), words("I have it"), owner))
    ways.append(Choice("w", ("owner", ""), words("somebody else has it…")))
    until = look.say("to {time}", time=look.clock(row.expires_ms)) if row.expires_ms is not None else ""
    ways.append(Choice("t", ("longer", ""), words("keep it open longer…"), until))
    return ways


async def _step(screen: ActingScreen, row: FlagRow, step: str) -> None:
    """Take a next step; whoever chooses it has the flag, where nobody has. A break goes on to its window."""
    look = screen.floor_app.look
    when_ms = None
    if step == "follow_up":
        when_ms = await ask_when(screen, look.say("{name}: follow up when?", name=row.agent))
        if when_ms is None:
            return
    owner = None if row.owner else _own_name(screen)
    await _change(screen, row, ChangeFlag(row.id, step=step, owner=owner, follow_up_ms=when_ms))
    agent = next((each for each in screen.picture.agents if each.id == row.agent_id), None) if screen.picture else None
    if step == "offer_break" and agent is not None:
        from console.acting.breaking import decide

        await decide(screen, agent)


async def _change(screen: ActingScreen, row: FlagRow, request: ChangeFlag) -> None:
    look = screen.floor_app.look
    said = [look.vocabulary.called(request.step, look.language)] if request.step else []
    if request.follow_up_ms is not None:
        now_ms = screen.floor_app.clock.moment()
        said.append(when_text(request.follow_up_ms, now_ms, look))
    if request.owner:
        said.append(look.say("owner: {name}", name=request.owner))
    if request.expires_ms is not None:
        now_ms = screen.floor_app.clock.moment()
        said.append(look.say("to {time}", time=when_text(request.expires_ms, now_ms, look)))
    await screen.order(request, f"{safe(row.agent)}: {f' {look.glyphs.dot} '.join(said)}")


async def _give(screen: ActingScreen, row: FlagRow) -> None:
    """Ask who has a flag: one of those who are known to lead, or somebody by name."""
    look = screen.floor_app.look
    known = [name for name in leads_known(screen.picture, _own_name(screen)) if name != row.owner]
    if known:
        choices = [Choice(key, name, name) for key, name in zip(KEYS[:9], known, strict=False)]
        choices.append(Choice("w", "", look.words("somebody else…")))
        chosen = await screen.ask(ChooserScreen(look, look.say("{name}: who has it?", name=row.agent), choices))
        if chosen is None:
            return
        if chosen.value:
            await _change(screen, row, ChangeFlag(row.id, owner=str(chosen.value)))
            return

    def read(text: str) -> str:
        if not text.strip():
            raise PromptError("write a name")
        return text.strip()

    name = await screen.ask(
        AskScreen(look, look.say("{name}: who has it?", name=row.agent), look.words("a name"), read)
    )
    if name is not None:
        await _change(screen, row, ChangeFlag(row.id, owner=name))


def leads_known(picture: Picture | None, own: str = "") -> list[str]:
    """Return who is seen to have flags, or to have noted something of somebody, by name; oneself last."""
    if picture is None:
        return [own] if own else []
    names = {flag.owner for flag in picture.flags} | {flag.by for flag in picture.flags}
    names |= {mood.by for mood in picture.moods.values()} | {due.by for due in picture.follow_ups}
    names |= {offer.by for offer in picture.offers.values()} | {ear.listener for ear in picture.listening}
    return [*sorted(names - {"", own}, key=str.casefold), *([own] if own else [])]


async def _resolve(screen: ActingScreen, row: FlagRow) -> None:
    """Ask what helped, and resolve a flag."""
    look = screen.floor_app.look
    choices = [Choice(key, helped, look.words(helped)) for key, helped in zip(KEYS, HELPED, strict=False)]
    title = look.say("{name}: what helped?", name=row.agent)
    chosen = await screen.ask(ChooserScreen(look, title, choices, note=look.words("note, if any")))
    if chosen is not None:
        helped = look.words(str(chosen.value)) + (f": {chosen.note}" if chosen.note else "")
        await screen.order(ResolveFlag(row.id, helped), look.say("{name}: resolved", name=row.agent))


async def _close(screen: ActingScreen, row: FollowUpRow) -> None:
    """Close the follow-up of a coaching."""
    look = screen.floor_app.look
    title = look.say("{name}: follow-up of a coaching", name=row.agent)
    about: Sequence[Line] = [(Piece(safe(row.note), "dim"),)]
    choices = (Choice("x", "done", look.words("done")),)
    chosen: Chosen | None = await screen.ask(
        ChooserScreen(look, title, choices, about=about, note=look.words("what came of it"))
    )
    if chosen is not None:
        await screen.order(CloseFollowUp(row.id, chosen.note), look.say("{name}: follow-up done", name=row.agent))


async def ask_when(screen: ActingScreen, title: str) -> int | None:
    """Ask for a moment ahead, None at Esc."""
    app = screen.floor_app

    def read(text: str) -> int:
        return read_ahead(text, app.clock.moment(), app.look.zone)

    return await screen.ask(AskScreen(app.look, title, EXAMPLE, read))


def _own_name(screen: ActingScreen) -> str:
    standing = screen.floor_app.standing
    return standing.user if standing is not None else ""


# ------------------------------------------------------------------ coaching and praise


async def note(screen: ActingScreen, agent: AgentRow) -> None:
    """Note a coaching, one to be followed up, or a praise."""
    look = screen.floor_app.look
    title = look.say("{name}: what is to be remembered?", name=agent.name)
    choices = (
        Choice("c", (False, False), look.words("coaching")),
        Choice("f", (False, True), look.words("coaching, to follow up…")),
        Choice("p", (True, False), look.words("praise"), tone="praise"),
    )
    chosen = await screen.ask(
        ChooserScreen(look, title, choices, note=look.words("what it was about"), note_needed=True)
    )
    if chosen is None or not isinstance(chosen.value, tuple):
        return
    praise, follow_up = chosen.value
    when_ms = None
    if follow_up:
        when_ms = await ask_when(screen, look.say("{name}: follow up when?", name=agent.name))
        if when_ms is None:
            return
    said = look.say("{name}: praise noted" if praise else "{name}: coaching noted", name=agent.name)
    await screen.order(_noted(agent, chosen.note, bool(praise), when_ms, look), said)


def _noted(agent: AgentRow, text: str, praise: bool, when_ms: int | None, look: Look) -> RaiseFlag | NoteCoaching:
    """Return what keeps a note: a praise is the flag of praise, as by its own key, where the site has one."""
    kind = next((word.key for word in look.vocabulary.flags if word.severity == Severity.PRAISE), None)
    if praise and kind is not None:
        return RaiseFlag(agent.id, kind, text)
    return NoteCoaching(agent.id, text, praise, when_ms)
