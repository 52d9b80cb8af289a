"""What the load will do, planned from a seed: who calls when, and what the supervisor does meanwhile.

It is a call centre's ten minutes in two: 30 agents on three queues, talks of seconds instead of minutes. The plan is a
pure function of its arguments. What the agents `Local/1xxx` make of their calls is decided by Asterisk's own dice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

TALK_S = (1, 6, 14)  # least, usual at most, at most
IGNORED, REJECTED = 0.06, 0.02  # share of the calls that an agent does not answer

SALES = {f"Local/{number}@agents" for number in range(1001, 1013)}
SUPPORT = {f"Local/{number}@agents" for number in range(1015, 1019)} | {
    f"PJSIP/{number}" for number in range(2001, 2005)
}
COMPLAINTS = {f"Local/{number}@agents" for number in range(1021, 1025)} | {"PJSIP/2005", "PJSIP/2006"}
SHARED = {f"Local/{number}@agents" for number in range(1010, 1013)}  # of sales, in support as well
LATE = {
    "Local/1013@agents": ("sales", "[@click=app.bell]Dot[/]"),
    "Local/1014@agents": ("sales", "赵敏"),
    "Local/1019@agents": ("support", "Ünï 🎧 Çelik"),
    "Local/1025@agents": ("complaints", "\u202eEve; <b>"),
}
"""Interface to queue and name of the agents who log in as the load runs."""

REASONS = ("Lunch", "Coffee", "Training", "培训", "Back office", "", "Meeting", "a|b pipe", "[red]alert[/]", "x" * 60)
NAMES = (
    *("Alice Jones", "Bob O'Neil", "José Núñez", "陈大文", "田中 花子", "Müller GmbH", "emoji 📞", "مرحبا"),
    *("[bold red]x[/]", "[/nope]", "[@click=app.quit]y[/]", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "line\ttab"),
    *('Quote "Q" Man', "back\\slash", "pipe|name", None, "", "a, comma", "<tag>&amp;", "Smith; John", "x" * 90),
    *("%41percent", "${EXTEN}", "\u202egnp.exe"),
)
NUMBERS = ("anonymous", "+8613800000000", "00442071234567")
QUEUES = (("sales", 52), ("support", 36), ("complaints", 12))
WAYS = (("queue", 68), ("brief", 10), ("early", 17), ("first", 5))


@dataclass(frozen=True)
class PlannedCall:
    """Somebody who will call.

    Attributes:
        at: Seconds from the start.
        dialled: An extension of the context `incoming`.
        number: Of the caller; no two callers have the same, but for `NUMBERS`.
        name: Of the caller, None for none.
        patience: Seconds until the caller hangs up.
        key: What the caller presses and after how many seconds, None for nothing.
        withdrawn: Whether the supervisor takes the caller out of the queue.
    """

    at: float
    dialled: str
    number: str
    name: str | None
    patience: float
    key: tuple[str, float] | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class PlannedAct:
    """An action that the supervisor will carry out, `at` seconds from the start."""

    at: float
    action: str
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PhoneCall:
    """What an agent at a phone makes of a call; seconds count from the answer.

    Attributes:
        rings: Seconds until the answer, None if there is none.
        rejects: Whether the agent turns the call away instead.
        talks: Seconds until the agent ends it.
        end: "hang up", "blind" or "attended" (transfers).
        hold: From when until when the caller is on hold, None for never.
        to: Whom a blind transfer goes to.
    """

    rings: float | None
    rejects: bool
    talks: float
    end: str
    hold: tuple[float, float] | None
    to: str


def planned_calls(seed: int, seconds: float, rate: float) -> list[PlannedCall]:
    """Plan the calls: `rate` a second on the average, in waves of a minute."""
    dice = Random(f"{seed} calls")
    calls: list[PlannedCall] = []
    at = 1.0
    while (at := at + dice.expovariate(rate * (1 + 0.4 * math.sin(math.tau * at / 60)))) < seconds:
        calls.append(_call(dice, at, len(calls)))
    for count in range(6):  # while the first phones ring
        to = f"queue-{QUEUES[count % 3][0]}"
        calls.append(PlannedCall(0.5, to, f"5557{count:06}", "Gives up at once", patience=0.35))
    for count, after in enumerate((-0.5, -0.4, -0.3, -0.2, 1.0, 1.5)):
        at = _closing(seconds) + after
        calls.append(PlannedCall(at, "queue-complaints", f"5558{count:06}", "At closing time", patience=40.0))
    return sorted(calls, key=lambda call: call.at)


def _call(dice: Random, at: float, count: int) -> PlannedCall:
    queue, way = _pick(dice, QUEUES), _pick(dice, WAYS)
    mood = dice.random()
    patience = dice.uniform(20, 35)  # the agent ends it
    key = None
    if mood < 0.2:
        patience = min(40.0, dice.lognormvariate(math.log(8), 0.6))
    elif mood < 0.3:
        patience = dice.uniform(0.3, 3)
    elif mood < 0.35:
        key = ("1", dice.uniform(0.3, 1.5))
    return PlannedCall(
        at=at,
        dialled="500" if dice.random() < 0.02 else f"{way}-{queue}",
        number=dice.choice(NUMBERS) if dice.random() < 0.03 else f"555{count:07}",
        name=dice.choice(NAMES) if dice.random() < 0.35 else f"Caller {count}",
        patience=patience,
        key=key,
        withdrawn=0.35 <= mood < 0.38,
    )


def planned_acts(seed: int, seconds: float) -> list[PlannedAct]:
    """Plan the supervisor's acts: log-ins and log-outs, pauses, penalties, and once a team that leaves its queue."""
    dice = Random(f"{seed} acts")
    acts = [
        *_pauses(dice, seconds),
        *_log_ins(dice, seconds),
        *_settings(dice, seconds),
        *_team_meeting(_closing(seconds)),
        *_called_back(seconds),
    ]
    return sorted(acts, key=lambda act: act.at)


def planned_phone_call(seed: int, count: int) -> PhoneCall:
    """Plan what an agent makes of the load's n-th call to a phone."""
    dice = Random(f"{seed} phone {count}")
    end = {3: "attended", 6: "blind"}.get(count % 8, "hang up")
    chance = dice.random() if end == "hang up" else 1.0
    least, usual, most = TALK_S
    talks = dice.uniform(least, usual) if dice.random() < 0.85 or end != "hang up" else dice.uniform(usual, most)
    begin = dice.uniform(0.2, talks * 0.4)
    hold = (begin, begin + dice.uniform(0.2, talks * 0.4)) if talks > 2 and dice.random() < 0.25 else None
    return PhoneCall(
        rings=None if chance < IGNORED else dice.uniform(0.3, 1.5),
        rejects=IGNORED <= chance < IGNORED + REJECTED,
        talks=talks,
        end=end,
        hold=hold,
        to=dice.choice(("700", "700", "701")),
    )


def _closing(seconds: float) -> float:
    return seconds * 0.6


def _pauses(dice: Random, seconds: float) -> Iterator[PlannedAct]:
    """Pauses of one agent after the other; some change their reason, some are of one queue alone, some have no end."""
    agents = sorted(SALES | SUPPORT | COMPLAINTS)
    free = dict.fromkeys(agents, 0.0)
    at = 2.0
    while (at := at + dice.expovariate(1 / 1.5)) < seconds:
        who = dice.choice(agents)
        if free[who] > at:
            continue
        until = at + dice.uniform(1, 12)
        whole: dict[str, object] = {"Interface": who}
        if who in SHARED and dice.random() < 0.6:
            whole["Queue"] = dice.choice(("sales", "support"))
        yield PlannedAct(at, "QueuePause", {**whole, "Paused": "true", "Reason": dice.choice(REASONS)})
        if dice.random() < 0.15:
            yield PlannedAct((at + until) / 2, "QueuePause", {**whole, "Paused": "true", "Reason": "Changed mind"})
        if until < seconds:
            reason = {"Reason": "Back"} if dice.random() < 0.3 else {}
            yield PlannedAct(until, "QueuePause", {**whole, "Paused": "false", **reason})
        free[who] = until + 1


def _log_ins(dice: Random, seconds: float) -> Iterator[PlannedAct]:
    """Log-ins and log-outs; once somebody logs in paused, and is let go later."""
    for interface, (queue, name) in LATE.items():
        who: dict[str, object] = {"Queue": queue, "Interface": interface}
        at, times = dice.uniform(0, 2), 0
        while at < seconds:
            paused = times % 3 == 1
            add = {**who, "MemberName": name, "Penalty": dice.choice((0, 0, 2)), "Paused": str(paused).lower()}
            yield PlannedAct(at, "QueueAdd", add)
            if paused:
                yield PlannedAct(at + 2, "QueuePause", {**who, "Paused": "false"})
            leaves = at + dice.uniform(8, 25)
            if leaves > seconds - 5:
                break  # stays
            yield PlannedAct(leaves, "QueueRemove", who)
            at, times = leaves + dice.uniform(1, 6), times + 1


def _settings(dice: Random, seconds: float) -> Iterator[PlannedAct]:
    at = 3.0
    while (at := at + dice.expovariate(1 / 8)) < seconds:
        who = {"Queue": "sales", "Interface": f"Local/{dice.randint(1001, 1008)}@agents"}
        yield PlannedAct(at, "QueuePenalty", {**who, "Penalty": dice.randint(0, 3)})
        yield PlannedAct(at + 1, "QueueMemberRingInUse", {**who, "RingInUse": "no"})


def _team_meeting(at: float) -> Iterator[PlannedAct]:
    """Everybody of the complaints leaves the phone for 4 s: who waits there is thrown out."""
    for interface in sorted(COMPLAINTS | {"Local/1025@agents"}):
        who: dict[str, object] = {"Queue": "complaints", "Interface": interface}
        yield PlannedAct(at, "QueuePause", {**who, "Paused": "true", "Reason": "Team meeting"})
        yield PlannedAct(at + 4, "QueuePause", {**who, "Paused": "false"})


def _called_back(seconds: float) -> Iterator[PlannedAct]:
    """Whom the queue itself paused, because the phone was not answered, is sent back to work every 8 s."""
    for at in range(8, int(seconds), 8):
        if abs(at - _closing(seconds)) > 5:
            for interface in sorted(COMPLAINTS):
                yield PlannedAct(at, "QueuePause", {"Queue": "complaints", "Interface": interface, "Paused": "false"})


def _pick(dice: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    words, weights = zip(*weighted, strict=True)
    picked: str = dice.choices(words, weights)[0]
    return picked
