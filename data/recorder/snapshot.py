"""A snapshot is compared with what is known after the events, and what differs is put right.

With `corrects` events go before: a difference has to be shown by two snapshots in a row. Without, each snapshot counts.
A source that gives nothing but snapshots can't tell how a contact left: who waited and is no longer there, and with no
agent either, is lost; where it tells whom an agent talks with, that visit is answered.
"""

from __future__ import annotations

from collections.abc import Mapping

from data.model.known import AgentKnown, Doubt
from data.model.observation import Snapshot, WaitingSeen
from data.model.rows import Call
from data.recorder.calls import CallBook
from data.recorder.doubts import Doubts
from data.recorder.seen import SeenAgents
from data.recorder.visits import SAME_MS


def correct(calls: CallBook, snapshot: Snapshot, before: Mapping[str, AgentKnown], doubts: Doubts) -> dict[Doubt, int]:
    """Put right what a snapshot shows to be otherwise; return the differences that the next one has to show again.

    `before` is how the agents were before the observation.
    """
    agents = SeenAgents(calls, snapshot, doubts, before)
    if snapshot.waiting is not None:
        shown = {(row.call, row.queue): row for row in snapshot.waiting}
        _lose_who_left(calls, agents, shown, doubts)
        talked = [row for row in shown.values() if _is_talked(calls, row)]
        agents.begun = {row.call for row in shown.values() if _take_entry(calls, row, doubts)}
    else:
        talked = []
    if snapshot.agents is not None:
        agents.take()
        agents.take_again({row.call for row in talked if _take_entry(calls, row, doubts, doubts.now_ms)})
    told = {kind for kind, rows in (("agent", snapshot.agents), ("contact", snapshot.waiting)) if rows is not None}
    return {**{doubt: first_ms for doubt, first_ms in doubts.before.items() if doubt[0] not in told}, **doubts.kept}


def _lose_who_left(
    calls: CallBook, agents: SeenAgents, shown: Mapping[tuple[str, str], WaitingSeen], doubts: Doubts
) -> None:
    """End the visits that are known to wait and are not shown, unless an agent is shown to have taken them up."""
    queues = calls.agents.queues
    listed = {(contact, queues.get(queue)) for contact, queue in shown}
    for visit in tuple(calls.open.values()):
        if visit.answered_ms is not None or (visit.contact, visit.queue_id) in listed:
            continue
        if not agents.agreement.is_taken_up(visit):
            at_ms = doubts.since(("contact", visit.contact, ("left", visit.queue_id)))
            if at_ms is not None:
                calls.lose(visit, at_ms)


def _take_entry(calls: CallBook, row: WaitingSeen, doubts: Doubts, at_once_ms: int | None = None) -> bool:
    """Begin the visit of a contact who is shown to wait and is not known to, or find it again; return whether it was.

    Who has just been answered may still be shown to wait.
    """
    known = _known(calls, row)
    if known is not None and row.entered_ms <= (known.answered_ms or known.entered_ms) + SAME_MS:
        return False
    if doubts.since(("contact", row.call, ("waits", row.queue)), at_once_ms) is None:
        return False
    calls.waits(row, doubts.now_ms)
    return True


def _is_talked(calls: CallBook, row: WaitingSeen) -> bool:
    known = _known(calls, row)
    return known is not None and known.answered_ms is not None


def _known(calls: CallBook, row: WaitingSeen) -> Call | None:
    queue_id = calls.agents.queues.get(row.queue)
    return calls.current(row.call, queue_id) if queue_id is not None else None
