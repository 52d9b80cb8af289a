"""Marks on their way from a walk to the desk: shown at once, sent at once, each place's in the order of the keys."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerCancelled, WorkerFailed

from console.acting.screen import refusal_text
from console.desk import DeskError
from data.model.discipline import Where
from data.model.discipline_requests import MarkPlace
from data.model.words import Mark
from widgets.walk_words import place_text
from widgets.walking import Check, Entered, Fate, Halt, Place, Walk

if TYPE_CHECKING:
    from console.app import FloorApp
    from console.screens.walk import WalkScreen

KEPT_BACK = "it waits for a mark before it that was not taken"


class Marking:
    """What was marked on a screen and what became of it.

    What is said of a whole place is not sent while a mark of that place stands refused: nothing that somebody found
    amiss is passed as well because the line was bad.
    """

    def __init__(self, screen: WalkScreen) -> None:
        self._screen = screen
        self.entered: dict[Place, dict[str, Entered]] = {}
        self._refused: defaultdict[Place, set[str]] = defaultdict(set)
        self._one_by_one: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: set[Worker[None]] = set()

    def has_marked(self, halt: Halt) -> bool:
        """Whether something at a stop was marked here."""
        return any(check.rule.id in self.entered.get(check.place, {}) for check in halt.checks)

    # --------------------------------------------------------------- marking

    def agree(self, walk: Walk, halt: Halt) -> None:
        """Mark what is still open at a stop as it is shown: what the floor itself knows fails, the rest is well.

        What was refused is asked once more, as it was. Where nobody sits, what the floor would know of them is not
        applicable.
        """
        rest: dict[Place, list[str]] = {}
        there = halt.agent_id is not None
        for check in halt.checks:
            shown = walk.shown(check)
            again = shown.own if shown.fate is Fate.REFUSED else None
            if again is not None and not again.yields:
                self._send(self._request(check, again), (check.rule.id,))
            elif shown.mark is None and check.facts:
                self.mark(check, Entered(Mark.FAIL, 0, self._screen.fact_of(check)), from_data=True)
            elif shown.mark is None and check.rule.prefill is not None and check.place[0] is Where.SEAT and not there:
                self.mark(check, Entered(Mark.NOT_APPLICABLE, 0))  # what is told of people says nothing of a chair
            elif shown.mark is None:
                rest.setdefault(check.place, []).append(check.rule.id)
        for place, rules in rest.items():
            self._send(MarkPlace(self._screen.walk_key, *place, Mark.PASS), rules)

    def mark(self, check: Check, entered: Entered, from_data: bool = False) -> None:
        """Mark one rule at its place."""
        self._send(self._request(check, entered, from_data), (check.rule.id,))

    def _request(self, check: Check, entered: Entered, from_data: bool = False) -> MarkPlace:
        return MarkPlace(
            *(self._screen.walk_key, *check.place, entered.mark, (check.rule.id,), entered.note, entered.photo),
            points=entered.points,
            owner=entered.owner,
            due_ms=entered.due_ms,
            from_data=from_data,
        )

    def _send(self, request: MarkPlace, rules: Sequence[str]) -> None:
        """Show marks, and have the desk keep them meanwhile."""
        app = self._screen.floor_app
        entered = Entered(
            *(request.mark, app.clock.moment(), request.note, request.photo, request.points, request.owner),
            due_ms=request.due_ms,
            yields=not request.rules,
            by=self._screen.own,
        )
        for rule in rules:
            self.entered.setdefault((request.where, request.place), {})[rule] = entered
        keep = self._keep(app, request, tuple(rules), entered)
        worker = app.run_worker(keep, group="marks", exit_on_error=True)  # the app's: leaving the screen ends no mark
        self._under_way.add(worker)

    # ------------------------------------------------------------- the desk

    async def _keep(self, app: FloorApp, request: MarkPlace, rules: tuple[str, ...], entered: Entered) -> None:
        """Have the desk keep marks, after those of the same place that were made before."""
        place = (request.where, request.place)
        async with self._one_by_one[place]:
            if not request.rules and self._refused[place]:
                done, words = False, app.look.words(KEPT_BACK)
            else:
                done, words = await self._ordered(app, request)
            if done:
                self._refused[place].difference_update(rules)
            elif request.rules:
                self._refused[place].update(rules)
        fate = Fate.DONE if done else Fate.REFUSED
        here = self.entered.get(place, {})
        for rule in rules:
            if here.get(rule) is entered:
                here[rule] = entered._replace(fate=fate, words=words, at_ms=app.clock.moment())
        self._under_way = {worker for worker in self._under_way if not worker.is_finished}
        if not done:
            self._tell_refusal(app, place, words)
        if self._screen.is_attached:
            self._screen.remake()
        app.ask()

    async def _ordered(self, app: FloorApp, request: MarkPlace) -> tuple[bool, str]:
        try:
            answer = await app.desk.order(request)
        except DeskError as error:
            app.set_standing(None)
            return False, app.look.words(str(error))
        return answer.done, "" if answer.done else refusal_text(answer, app.look)

    def _tell_refusal(self, app: FloorApp, place: Place, words: str) -> None:
        """Say what was not taken: whoever made the mark is a stop further by now."""
        agents = {agent.id: agent for agent in app.seen.picture.agents} if app.seen and app.seen.picture else {}
        name = place_text(*place, app.look, agents)
        said = app.look.say("{place}: not taken: {why}", place=name, why=words)
        app.notify(said, severity="error", timeout=10, markup=False)

    async def settled(self) -> None:
        """Return once nothing is under way any more."""
        for worker in list(self._under_way):
            try:
                await worker.wait()
            except (WorkerCancelled, WorkerFailed):
                continue
