"""Act on an agent's phone: what the agent's source can and state allows, with a yes where it reaches deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from console.acting.breaking import keyed_reasons
from console.acting.screen import ActingScreen
from console.screens.chooser import Choice, ChooserScreen, Chosen
from console.screens.confirm import ConfirmScreen, Field
from data.alerts import Level, state_level
from data.model.acts import Ear
from data.model.people import (
    EndWrapUp,
    ListenIn,
    MoveAgent,
    PauseAgent,
    Request,
    Role,
    SignOutAgent,
    StopListeningIn,
    UnpauseAgent,
)
from data.model.picture import AgentRow, ListeningRow, Picture, QueueRow
from data.model.words import SIGNED_IN, State
from widgets.canvas import Line, Piece
from widgets.cells import brief, duration
from widgets.look import REASON_WORDS, Look

_ON_A_CALL = frozenset({State.TALKING, State.HOLD})
_BUSY = frozenset({State.RINGING, State.TALKING, State.HOLD, State.WRAP_UP})
"""In these an agent is seen on, though a pause holds already: it shows once they are done."""
_KEYS = "123456789"
_MORE = object()
_NOTHING = Chosen(None)

_EAR_LABELS: Mapping[Ear, tuple[str, str]] = {
    Ear.LISTEN: ("l", "listen to the call…"),
    Ear.WHISPER: ("w", "whisper to the agent…"),
    Ear.BARGE: ("b", "join the call…"),
}
_EAR_EFFECTS: Mapping[Ear, str] = {
    Ear.LISTEN: "You hear {name} and the caller; neither hears you.",
    Ear.WHISPER: "You hear both; {name} hears you, the caller does not.",
    Ear.BARGE: "You hear both, and both hear you.",
}


class Situation(NamedTuple):
    """What decides which acts on a phone there are.

    `can` is what the agent's source can, `queues` those of the source, `listening` who listens to the agent.
    """

    agent: AgentRow
    can: frozenset[str]
    role: Role
    queues: tuple[QueueRow, ...]
    listening: tuple[ListeningRow, ...]
    now_ms: int


class Pick(NamedTuple):
    """A line of the first window that leads to further questions; others stand for a request at once."""

    what: str
    ear: Ear = Ear.LISTEN


async def phone(screen: ActingScreen, agent: AgentRow) -> None:
    """Act on an agent's phone."""
    app, look = screen.floor_app, screen.floor_app.look
    picture, standing = screen.picture, app.standing
    if picture is None or standing is None:
        return
    situation = situation_of(agent, picture, dict(standing.abilities), standing.role, app.clock.moment())
    choices = choices_of(situation, look)
    why = why_not(situation, look)
    about: list[Line] = [*listening_lines(situation.listening, look), *((Piece(text, "dim"),) for text in why)]
    title = look.say("{name}: phone", name=agent.name)
    if not choices:
        await screen.ask(ConfirmScreen(look, title, why))
        return
    chosen = await screen.ask(ChooserScreen(look, title, choices, about=about))
    if chosen is None:
        return
    if isinstance(chosen.value, Pick):
        await _further(screen, situation, chosen.value)
    elif isinstance(chosen.value, PauseAgent | UnpauseAgent):
        done = await _order(screen, chosen.value, _done_text(chosen.value, agent, look))
        if done and isinstance(chosen.value, PauseAgent) and agent.state in _BUSY:
            screen.notify(look.words("It takes effect after the contact in hand."), markup=False)


def situation_of(
    agent: AgentRow, picture: Picture, abilities: Mapping[str, Sequence[str]], role: Role, now_ms: int
) -> Situation:
    """Return what decides which acts there are; an agent of a source that the desk does not know has none."""
    queues = tuple(queue for queue in picture.queues if queue.source == agent.source)
    listening = tuple(ear for ear in picture.listening if ear.agent_id == agent.id and ear.ends_ms > now_ms)
    return Situation(agent, frozenset(abilities.get(agent.source, ())), role, queues, listening, now_ms)


def choices_of(situation: Situation, look: Look) -> list[Choice]:
    """Return what can be done, what is most wanted first."""
    agent, can = situation.agent, situation.can
    choices: list[Choice] = []
    if agent.state is State.WRAP_UP and "end_wrap_up" in can:
        for_ms = situation.now_ms - agent.since_ms
        stuck = state_level(agent.state, "", for_ms, look.limits.of(agent.queue_key, agent.team)) >= Level.WARN
        hint = look.say("for {time}", time=brief(for_ms))
        choices.append(
            Choice("e", Pick("end"), look.words("end the wrap-up…"), hint, "level-warn" if stuck else "text")
        )
    if "pause" in can:
        choices += _pauses(agent, look)
    if situation.role >= Role.SUPERVISOR:
        choices += _listening_choices(situation, look)
        if "sign_in" in can and agent.state in SIGNED_IN:
            if _elsewhere(situation):
                choices.append(Choice("m", Pick("move"), look.words("move to another queue…")))
            choices.append(Choice("o", Pick("out"), look.words("sign out of all queues…")))
    return choices


def _pauses(agent: AgentRow, look: Look) -> Iterator[Choice]:
    """Give the end of a pause, or a pause for each reason of the site."""
    if agent.state is State.NOT_READY:
        yield Choice("u", UnpauseAgent(agent.id), look.words("end the pause: calls reach them again"))
        return
    if agent.state not in SIGNED_IN:
        return
    policy = look.limits.breaks
    for key, reason in keyed_reasons(policy):
        allowed = policy.allowances.get(reason)
        hint = duration(allowed) if allowed and reason not in policy.protected else ""
        label = look.say("pause: {reason}", reason=_reason_text(reason, look))
        yield Choice(key, PauseAgent(agent.id, reason), label, hint)


def _listening_choices(situation: Situation, look: Look) -> Iterator[Choice]:
    """Give the ways to join a call, and the end of each listening."""
    if "listen" not in situation.can:
        return
    if situation.agent.state in _ON_A_CALL:
        for ear, (key, label) in _EAR_LABELS.items():
            yield Choice(key, Pick("ear", ear), look.words(label))
    if situation.listening:
        who = look.words(", ").join(ear.listener for ear in situation.listening)
        yield Choice("x", Pick("stop"), look.say("end what {who} hears…", who=who))


def why_not(situation: Situation, look: Look) -> list[str]:
    """Return in sentences what can't be done here, and why."""
    agent, can = situation.agent, situation.can
    said = []
    if not can:
        name = agent.source or look.words("The source")
        said.append(look.say("{source} takes no acts on phones.", source=name))
    elif agent.state not in SIGNED_IN:
        said.append(look.say("{name} is not signed in.", name=agent.name))
    if can & {"listen", "sign_in"} and situation.role < Role.SUPERVISOR:
        said.append(
            look.say(
                "Listening, moving and signing out take the role {role}; you have {own}.",
                role=look.words(Role.SUPERVISOR.name.lower()),
                own=look.words(situation.role.name.lower()),
            )
        )
    return said


def listening_lines(listening: Sequence[ListeningRow], look: Look) -> list[Line]:
    """Return a line about who listens to the agent now, none where nobody does; of several the first and how many."""
    if not listening:
        return []
    more = f" +{len(listening) - 1}" if len(listening) > 1 else ""
    return [(Piece(f"{look.level(Level.WARN)}{more} {listening_text(listening[0], look)}", "level-warn"),)]


def listening_text(ear: ListeningRow, look: Look) -> str:
    """Return who listens, how, since and up to when, and why."""
    return look.say(
        "{who}: {ear} since {since}, ends {ends} ({reason})",
        who=ear.listener,
        ear=look.words(ear.ear.value),
        since=look.clock(ear.since_ms),
        ends=look.clock(ear.ends_ms),
        reason=ear.reason,
    )


def _reason_text(reason: str, look: Look) -> str:
    return look.words(REASON_WORDS.get(reason, reason.replace("_", " ")))


def _done_text(request: Request, agent: AgentRow, look: Look) -> str:
    if isinstance(request, PauseAgent):
        return look.say("{name} is paused: {reason}", name=agent.name, reason=_reason_text(request.reason, look))
    return look.say("{name} takes calls again", name=agent.name)


async def _order(screen: ActingScreen, request: Request, done: str) -> bool:
    """Have it done, and say once what came of it; returns whether it was done.

    That is in the desk's own words, which tell most; where the reader has another language, `done`.
    """
    answer = await screen.order(request, "" if screen.floor_app.look.language == "en" else done)
    return answer is not None and answer.done


# ------------------------------------------------------------------ further questions


async def _further(screen: ActingScreen, situation: Situation, pick: Pick) -> None:
    """Ask what is still to be known, and for a yes."""
    agent, look = situation.agent, screen.floor_app.look
    if pick.what == "ear":
        await _listen(screen, situation, pick.ear)
    elif pick.what == "move":
        await _move(screen, situation)
    elif pick.what == "stop":
        await _stop(screen, situation)
    elif pick.what == "end":
        effect = look.say("{name} is free for the next call at once.", name=agent.name)
        if await _sure(screen, look.say("End the wrap-up of {name}", name=agent.name), [effect]):
            await _order(screen, EndWrapUp(agent.id), look.say("the wrap-up of {name} is ended", name=agent.name))
    else:
        await _sign_out(screen, situation)


async def _sure(screen: ActingScreen, title: str, effects: Sequence[str]) -> bool:
    return await screen.ask(ConfirmScreen(screen.floor_app.look, title, effects)) is not None


async def _sign_out(screen: ActingScreen, situation: Situation) -> None:
    agent, look = situation.agent, screen.floor_app.look
    if agent.queues:
        title = look.say("Sign {name} out of {queues}", name=agent.name, queues=look.words(", ").join(agent.queues))
    else:
        title = look.say("Sign {name} out of all queues", name=agent.name)
    effects = [look.words("No calls reach them until they sign in again.")]
    if agent.state in _ON_A_CALL:
        effects.append(look.words("The call they are in goes on."))
    if await _sure(screen, title, effects):
        await _order(screen, SignOutAgent(agent.id), look.say("{name} is signed out", name=agent.name))


async def _listen(screen: ActingScreen, situation: Situation, ear: Ear) -> None:
    """Ask for the reason, once for the own phone, and for a yes."""
    agent, look, app = situation.agent, screen.floor_app.look, screen.floor_app
    effects = [
        look.say(_EAR_EFFECTS[ear], name=agent.name),
        look.words("It ends by itself after 15 minutes, and is recorded with the reason."),
        *(listening_text(other, look) for other in situation.listening),
    ]
    fields = (
        Field(look.words("The reason")),
        Field(look.words("Your own phone, such as PJSIP/3001"), app.phone),
    )
    if app.phone:
        effects.append(look.say("It is heard on {phone}.", phone=app.phone))
    titles = {
        Ear.LISTEN: "Listen to {name}",
        Ear.WHISPER: "Whisper to {name}",
        Ear.BARGE: "Join the call of {name}",
    }
    said = await screen.ask(ConfirmScreen(look, look.say(titles[ear], name=agent.name), effects, fields))
    if said is None:
        return
    reason, app.phone = said
    await _order(screen, ListenIn(agent.id, app.phone, reason, ear), "")


async def _stop(screen: ActingScreen, situation: Situation) -> None:
    """Ask whose listening is to end, where there are several, and for a yes."""
    look, title = screen.floor_app.look, "End the listening to {name}"
    title = look.say(title, name=situation.agent.name)
    listening: object = situation.listening[0]
    if len(situation.listening) > 1:
        choices = [Choice("", ear, listening_text(ear, look)) for ear in situation.listening]
        listening = (await _one_of(screen, title, choices) or _NOTHING).value
    if not isinstance(listening, ListeningRow):
        return
    if await _sure(screen, title, [look.say("{who} hears the call no longer.", who=listening.listener)]):
        done = look.say("{who} listens no longer", who=listening.listener)
        await _order(screen, StopListeningIn(listening.id), done)


# ------------------------------------------------------------------ moving


def _elsewhere(situation: Situation) -> list[QueueRow]:
    """Return the queues that the agent could serve besides, the fullest first."""
    queues = [queue for queue in situation.queues if queue.name not in situation.agent.queues]
    return sorted(queues, key=lambda queue: (-queue.waiting, queue.name.casefold()))


async def _move(screen: ActingScreen, situation: Situation) -> None:
    """Ask for the queue to serve, and which of those served now it is instead of."""
    agent, look = situation.agent, screen.floor_app.look
    title = look.say("{name}: to which queue?", name=agent.name)
    offered = [
        Choice("", queue, queue.name, look.say("{n} waiting", n=queue.waiting)) for queue in _elsewhere(situation)
    ]
    to = (await _one_of(screen, title, offered) or _NOTHING).value
    if not isinstance(to, QueueRow):
        return
    served = [queue for queue in situation.queues if queue.name in agent.queues]
    away: object = None
    if served:
        title = look.say("{name} to {queue}: instead of?", name=agent.name, queue=to.name)
        offered = [Choice("", queue, queue.name) for queue in served]
        chosen = await _one_of(screen, title, [*offered, Choice("", None, look.words("besides those served now"))])
        if chosen is None:
            return
        away = chosen.value
    effects = [look.say("Calls of {queue} reach them besides those they serve.", queue=to.name)]
    if isinstance(away, QueueRow):
        effects = [look.say("Calls of {to} reach them, those of {away} no longer.", to=to.name, away=away.name)]
    if await _sure(screen, look.say("Move {name} to {queue}", name=agent.name, queue=to.name), effects):
        request = MoveAgent(agent.id, to.id, away.id if isinstance(away, QueueRow) else None)
        await _order(screen, request, look.say("{name} serves {queue}", name=agent.name, queue=to.name))


async def _one_of(screen: ActingScreen, title: str, choices: Sequence[Choice]) -> Chosen | None:
    """Ask for one of any number of choices, nine at a time."""
    look, first = screen.floor_app.look, 0
    while True:
        page = [choice._replace(key=_KEYS[at]) for at, choice in enumerate(choices[first : first + len(_KEYS)])]
        if len(choices) > len(_KEYS):
            page.append(Choice("0", _MORE, look.words("more…")))
        chosen = await screen.ask(ChooserScreen(look, title, page))
        if chosen is None or chosen.value is not _MORE:
            return chosen
        first = first + len(_KEYS) if first + len(_KEYS) < len(choices) else 0
