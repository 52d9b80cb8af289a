"""`floorwalk floor`: the picture of a moment, as text or JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from console.commands.common import (
    EX_NOINPUT,
    Command,
    CommandError,
    boot_ms,
    in_zone,
    iso,
    last_day,
    last_measured,
    moment_from,
    now_ms,
    reading,
    say,
    say_json,
    settings_of,
)
from data.model.words import Health

if TYPE_CHECKING:
    from data.model.picture import AgentRow, Picture, QueueRow, ServiceLevel, SourceState
    from data.store.reader import Reader

LIVE_MS = 60_000
"""How far the last measured moment may lie from the present where the floor of now is shown."""

_EXAMPLES = """\
  floorwalk floor                          now, or the last moment measured
  floorwalk floor --at 10:40               of the last day measured
  floorwalk floor --at 2026-03-02T10:40 --json
"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="TIME", help="now, HH:MM[:SS] of the last day measured, ISO time, epoch seconds"
    )
    parser.add_argument("--json", action="store_true", help="print the picture as JSON")


def _run(args: Namespace) -> int:
    settings = settings_of(args)
    with reading(settings) as reader:
        zone = in_zone(settings, reader.site()).tz
        picture = reader.floor_at(_moment(args.at, reader, zone), zone)
        if args.at in (None, "now"):
            picture = reader.as_now(picture, boot_ms())
    if args.json:
        say_json(values(picture, zone))
        return 0
    for line in _text(picture, zone):
        say(line)
    return 0


def _moment(at: str | None, reader: Reader, zone: ZoneInfo) -> int:
    """Return the moment asked for; by default now where a poller is at work, else the last measured one."""
    end_ms = last_measured(reader.measured())
    if at is not None:
        return moment_from(at, zone, last_day(end_ms if end_ms is not None else now_ms(), zone)[0])
    if end_ms is None:
        why = "; ".join(f"{pulse.name}: {pulse.error}" for pulse in reader.pulses(boot_ms()) if pulse.error)
        raise CommandError(f"nothing was measured yet: {why or 'the store is empty'}", EX_NOINPUT)
    present_ms = now_ms()
    well = [pulse for pulse in reader.pulses(boot_ms()) if pulse.health in (Health.UP, Health.LATE)]
    near_ms = max([LIVE_MS, *(5 * pulse.interval_ms for pulse in well)])
    return present_ms if well and abs(present_ms - end_ms) <= near_ms else end_ms


# ------------------------------------------------------------------ JSON


def values(picture: Picture, zone: ZoneInfo) -> dict[str, Any]:
    """Return a picture as JSON values; moments as ISO times, lengths in seconds, null where there is none."""
    totals = picture.totals
    return {
        "moment": iso(picture.moment_ms, zone),
        "source": _source(picture.source, zone),
        "sources": [_source(source, zone) for source in picture.sources],
        "queues": [_queue(queue, picture.moment_ms, zone) for queue in picture.queues],
        "agents": [_agent(agent, zone) for agent in picture.agents],
        "totals": {
            "waiting": None if picture.is_blind else totals.waiting,
            "longest_wait_s": _age(totals.oldest_ms, picture.moment_ms),
            **_service(totals.service),
            "states": dict(totals.states),
            "flags": totals.flags,
        },
    }


def _source(source: SourceState, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "name": source.name,
        "health": source.health,
        "measured": iso(source.measured_ms, zone),
        "interval_s": source.interval_ms / 1000,
        "error": source.error,
    }


def _age(since_ms: int | None, moment_ms: int) -> float | None:
    return None if since_ms is None else (moment_ms - since_ms) / 1000


def _service(service: ServiceLevel) -> dict[str, Any]:
    return {
        "service_level": None if service.ratio is None else round(service.ratio, 6),
        "service_level_within": service.within,
        "service_level_n": service.n,
        "service_level_formula": service.formula or None,
        "threshold_s": service.threshold_ms / 1000,
        "target": service.target,
    }


def _queue(queue: QueueRow, moment_ms: int, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": queue.id,
        "name": queue.name,
        "channel": queue.channel,
        "known": not queue.unknown,
        "waiting": None if queue.unknown else queue.waiting,
        "oldest": iso(queue.oldest_ms, zone),
        "longest_wait_s": _age(queue.oldest_ms, moment_ms),
        "talking": None if queue.unknown else queue.talking,
        "offered": queue.offered,
        "answered": queue.answered,
        "abandoned": queue.abandoned,
        "other": queue.other,
        **_service(queue.service),
        "available": None if queue.unknown else queue.available,
        "members": queue.members,
        "free_elsewhere": queue.free_elsewhere,
        "depth": queue.depth,
    }


def _agent(agent: AgentRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "state": agent.state,
        "reason": agent.reason,
        "since": iso(agent.since_ms, zone),
        "queue": agent.queue or None,
        "team": agent.team,
        "seat": agent.seat,
        "calls": agent.calls,
        "handle_s": agent.handle_ms / 1000,
        "flags": agent.flags,
        "praise": agent.praise,
        "queues": agent.queues,
        "rested": iso(agent.break_ms, zone),
    }


# ------------------------------------------------------------------ text


def _text(picture: Picture, zone: ZoneInfo) -> Iterator[str]:
    from console.commands.table import clock, percent
    from widgets.look import STATE_WORDS

    totals = picture.totals
    moment = iso(picture.moment_ms, zone) or ""
    for nth, source in enumerate(picture.each_source):
        yield f"{' ' * len(moment) if nth else moment}   {source.name or 'no source'}: {_told(source, zone)}"
    states = "  ".join(f"{STATE_WORDS[state]} {count}" for state, count in totals.states if count)
    longest = clock(_age(totals.oldest_ms, picture.moment_ms))
    level = f"service level {percent(totals.service.ratio)} % of {totals.service.n}"
    waiting = "–" if picture.is_blind else totals.waiting
    yield f"waiting {waiting}  longest {longest}  {level}  flags {totals.flags}"
    if states:
        yield states
    yield ""
    yield from _queue_table(picture)
    yield ""
    yield from _agent_table(picture)


def _told(source: SourceState, zone: ZoneInfo) -> str:
    """Return how a source is: up to when it was measured, and where it is not well now how long ago that is, and why.

    The present is told of by a poller; a moment of the past was measured or not.
    """
    up_to = f"measured up to {iso(source.measured_ms, zone)}" if source.measured_ms is not None else "nothing measured"
    if source.health is Health.UP and source.measured_ms is not None:
        return "measured"
    if source.health in (Health.UP, Health.NONE):
        return up_to
    from widgets.cells import age

    old_ms = -1 if source.measured_ms is None else now_ms() - source.measured_ms
    ago = f", {age(old_ms)} ago" if old_ms >= 0 else ""  # a played floor may be ahead of the clock
    return f"{source.health.upper()}, {up_to}{ago}" + (f": {source.error}" if source.error else "")


def _queue_table(picture: Picture) -> Iterator[str]:
    from console.commands.table import Column, aligned, clock, percent

    heads = ("waiting", "longest", "talk", "SL %", "offered", "answered", "abandoned", "other", "free", "members")
    rows = [
        [
            queue.name,
            _known(queue.waiting, queue),
            clock(_age(queue.oldest_ms, picture.moment_ms)),
            _known(queue.talking, queue),
            percent(queue.service.ratio),
            *map(str, (queue.offered, queue.answered, queue.abandoned, queue.other)),
            *(_known(queue.available, queue), str(queue.members)),
        ]
        for queue in picture.queues
    ]
    yield from aligned([Column("queue", right=False), *map(Column, heads)], rows)


def _known(figure: int, queue: QueueRow) -> str:
    """Return a figure of the moment, or that it is not known."""
    return "–" if queue.unknown else str(figure)


def _agent_table(picture: Picture) -> Iterator[str]:
    from console.commands.table import Column, aligned, clock
    from widgets.look import STATE_WORDS

    columns = [
        *(Column("agent", right=False), Column("state", right=False), Column("for")),
        *(Column("reason", right=False), Column("queue", right=False), Column("team", right=False)),
        *(Column("seat", right=False), Column("calls"), Column("AHT")),
    ]
    rows = [
        [
            *(agent.name, STATE_WORDS[agent.state], clock(_age(agent.since_ms, picture.moment_ms))),
            *(agent.reason, agent.queue, agent.team, agent.seat, str(agent.calls)),
            clock(agent.handle_ms / agent.calls / 1000 if agent.calls else None),
        ]
        for agent in sorted(picture.agents, key=lambda agent: agent.name)
    ]
    yield from aligned(columns, rows)


COMMANDS = {"floor": Command(_EXAMPLES, _configure, _run)}
