"""Why an agent's row has the sign that it has: the thresholds that were reached, and what people have flagged."""

from __future__ import annotations

from collections.abc import Iterator

from data.alerts import Level, state_level
from data.break_board import asked_of
from data.breaks import allowance, canonical, is_protected
from data.model.picture import AgentRow, Picture
from data.model.words import Band, State
from widgets.cells import duration, safe
from widgets.load import asked_text, score_text
from widgets.look import REASON_WORDS, STATE_WORDS, Look


def why_text(agent: AgentRow, level: Level, picture: Picture, now_ms: int, look: Look) -> str:
    """Return why an agent has a level, in words, the state first; "" where there is nothing to explain."""
    if look.wall:
        return ""
    said = [*_state(agent, now_ms, look), *_load(agent, level, picture, look), *_flags(agent, picture, look)]
    return f"{look.level(level)} ".lstrip() + f" {look.glyphs.dot} ".join(said) if said else ""


def _state(agent: AgentRow, now_ms: int, look: Look) -> Iterator[str]:
    """Give the state with its time and the threshold that it has passed."""
    limits, for_ms = look.limits.of(agent.queue_key, agent.team), now_ms - agent.since_ms
    if not state_level(agent.state, agent.reason, for_ms, limits):
        return
    reason = REASON_WORDS.get(canonical(agent.reason, limits.breaks), safe(agent.reason)) if agent.reason else ""
    word = look.words(reason or STATE_WORDS[agent.state])
    steps: tuple[int, ...] = ()
    if agent.state in (State.TALKING, State.HOLD):
        steps = limits.talk_ms
    elif agent.state is State.WRAP_UP:
        steps = limits.wrap_up_ms
    elif agent.state is State.NOT_READY and not is_protected(agent.reason, limits.breaks):
        allowed = allowance(agent.reason, limits.breaks)
        own = limits.by_reason.get(canonical(agent.reason, limits.breaks))
        steps = own or ((allowed,) if allowed is not None else limits.pause_ms)
    passed = max((step for step in steps if for_ms >= step), default=None)
    time = duration(max(0, for_ms))
    if passed is None:
        yield f"{word} {time}"
    else:
        yield look.say("{word} {time} (over {most})", word=word, time=time, most=duration(passed))


def _load(agent: AgentRow, level: Level, picture: Picture, look: Look) -> Iterator[str]:
    """Give the load, where it asks for something or there is something else to explain."""
    load = picture.loads.get(agent.id) if look.tells_of_people else None
    asked = asked_of(agent, load)
    if load is None or (not level and asked < Band.OFFER):
        return
    score = look.say("load {n}", n=score_text(load.score, look)) if load.score is not None else ""
    words = asked_text(load, look) if asked >= Band.OFFER else ""
    if text := look.words(": ").join(part for part in (score, words) if part):
        yield text


def _flags(agent: AgentRow, picture: Picture, look: Look) -> Iterator[str]:
    """Give the open flags, each with when it was raised."""
    for flag in picture.flags:
        if flag.agent_id == agent.id:
            yield f"{safe(look.vocabulary.called(flag.kind, look.language))} {look.clock(flag.raised_ms)}"
