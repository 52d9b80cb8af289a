"""What a picture holds of discipline, a round in whole, and what the screen of discipline shows: as of a moment."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from data.alerts import LIMITS, Limits
from data.discipline.attendance import attendance_of
from data.discipline.facts import facts_of
from data.discipline.handover import handover_items
from data.discipline.scores import scores_of
from data.discipline.stops import Ground, Sitter, ground_of
from data.model.days import DAY, MINUTE, SECOND, Window, day_of
from data.model.discipline import (
    Discipline,
    Fact,
    FindingRow,
    HandoverRow,
    Prefill,
    ShiftRow,
    WalkView,
    Where,
)
from data.model.discipline_seen import AttendanceRow, DisciplineSeen
from data.model.picture import AgentRow, ChecklistView, ItemRow, Picture, Seat
from data.model.words import SIGNED_IN, Mark
from data.store.checks_at import ChecksAsOf, period_of
from data.store.directory import DirectoryCache
from data.store.findings_at import FindingsAsOf
from data.store.roster_at import RosterAsOf
from data.store.roundbook import RoundBook, line_of
from data.store.rounds_at import RoundAt, RoundsAsOf, next_due, walk_view
from data.store.seen_at import SeenAsOf
from data.store.tally import Marked

FACTS_MS = 15 * SECOND
"""Facts are told as of the last full quarter of a minute: they are about minutes."""
_HANDED_OVER_MS = DAY
"""So long after its end a shift without a handover is told of."""
_IN_USE_MS = 30 * DAY
"""Where nobody has walked a round or handed over for so long, no handover is missed."""


class DisciplineAsOf:
    """All of discipline as of a moment; the directory is brought to that moment before."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache, limits: Limits = LIMITS) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory
        self._limits = limits
        self._book = RoundBook(connection, directory)
        self._rounds = RoundsAsOf(self._book)
        self._findings = FindingsAsOf(connection, directory)
        self._roster = RosterAsOf(connection, directory)
        self._seen = SeenAsOf(connection, directory)
        self._checks = ChecksAsOf(connection, directory)
        self._kept_ground: tuple[tuple[Seat, ...], Ground] | None = None
        self._facts: tuple[object, tuple[Fact, ...]] | None = None

    def at(
        self, agents: Iterable[AgentRow], moment_ms: int, day: Window, zone: ZoneInfo
    ) -> tuple[Discipline, ChecklistView | None]:
        """Return what a picture holds: discipline at a moment of a day, and the round that is next due."""
        ground = self._ground(agents)
        shifts = self._rounds.shifts(moment_ms, zone)
        rounds = self._rounds.at(moment_ms, zone, day, ground)
        scoring = self._book.catalogue(moment_ms)[1].scoring
        told = Discipline(
            shifts,
            tuple(each.row for each in rounds),
            self._findings.open_at(moment_ms, day.since_ms, scoring),
            self._findings.incidents(moment_ms, day.since_ms),
            self._findings.handovers(moment_ms),
            self._missing(moment_ms, zone),
        )
        due = next_due(rounds, moment_ms, shifts)
        return told, None if due is None else self._checklist(due, moment_ms, ground)

    def walk(self, key: str, picture: Picture, zone: ZoneInfo, *, facts: bool = True) -> WalkView | None:
        """Return a round in whole at the picture's moment, None where there is none of that key.

        `facts` False leaves out what the floor itself knows, which takes the longest.
        """
        moment_ms, day = picture.moment_ms, Window(picture.day_since_ms, picture.day_until_ms)
        ground = self._ground(picture.agents)
        rounds = self._rounds.at(moment_ms, zone, day, ground)
        each = next((each for each in rounds if each.row.key == key), None)
        each = each or self._rounds.one(key, moment_ms, zone, ground)
        if each is None:
            return None
        wanted = {rule.prefill for rule in each.rules if facts and rule.prefill is not None}
        found = self._new_facts(each, wanted, picture, zone) if wanted else ()
        return walk_view(each, moment_ms, ground, rounds, day)._replace(facts=found)

    def seen(self, picture: Picture, zone: ZoneInfo) -> DisciplineSeen:
        """Return what the screen of discipline shows at the picture's moment besides the picture."""
        moment_ms = picture.moment_ms
        catalogue = self._book.catalogue(moment_ms)[1]
        period = period_of(moment_ms, zone)
        zone_of = {seat.label: seat.zone for seat in picture.seats}
        scores = scores_of(
            self._findings.made(period, moment_ms, catalogue.scoring),
            self._checks.made(period, moment_ms, zone),
            catalogue,
            period,
            moment_ms,
            zone,
            zones=zone_of,
            teams=sorted({agent.team for agent in picture.agents if agent.team}),
        )
        attendance = self.attendance(picture, zone)
        return DisciplineSeen(
            tuple(self._closed(period.since_ms, picture)),
            scores,
            attendance,
            self.handover(picture, attendance, zone),
            tuple((key, *text) for key, text in catalogue.incidents.items()),
            tuple((key, *text) for key, text in catalogue.areas.items()),
            tuple(line_of(rule) for rule in catalogue.rules.values()),
            {key: (each.title.en, each.title.zh) for key, each in catalogue.checklists.items()},
            {key: (each.title.en, each.title.zh) for key, each in catalogue.shifts.items()},
        )

    def _closed(self, since_ms: int, picture: Picture) -> list[FindingRow]:
        scoring = self._book.catalogue(picture.moment_ms)[1].scoring
        return self._findings.closed(since_ms, picture.moment_ms, scoring)

    # -------------------------------------------------------------- the floor

    def _ground(self, agents: Iterable[AgentRow]) -> Ground:
        sitters = tuple([Sitter(agent.id, agent.seat, agent.state in SIGNED_IN) for agent in agents])
        kept = self._kept_ground
        if kept is None or kept[0] != self._directory.seats or kept[1].sitters != sitters:
            kept = self._kept_ground = self._directory.seats, ground_of(self._directory.seats, sitters)
        return kept[1]

    def _missing(self, moment_ms: int, zone: ZoneInfo) -> tuple[str, ...]:
        """Return the shifts that ended of late without a handover that counts, where any was seen of them."""
        ended = self._rounds.ended_shifts(moment_ms, zone, _HANDED_OVER_MS)
        missing = [shift for shift in ended if not self._findings.counts(shift.key, moment_ms)]
        if not missing or not self._in_use(moment_ms):
            return ()
        return tuple(shift.key for shift in missing if self._was_seen(shift))

    def _in_use(self, moment_ms: int) -> bool:
        sql = (
            "SELECT EXISTS (SELECT 1 FROM handover WHERE at_ms > ?1 AND at_ms <= ?2) "
            "OR EXISTS (SELECT 1 FROM checklist WHERE opened_ms > ?1 AND begun_ms <= ?2 AND opened_ms <= ?2)"
        )
        (found,) = self._connection.execute(sql, (moment_ms - _IN_USE_MS, moment_ms)).fetchone()
        return bool(found)

    def _was_seen(self, shift: ShiftRow) -> bool:
        sql = "SELECT 1 FROM coverage WHERE since_ms < ? AND until_ms > ? LIMIT 1"
        return self._connection.execute(sql, (shift.until_ms, shift.since_ms)).fetchone() is not None

    def _checklist(self, each: RoundAt, moment_ms: int, ground: Ground) -> ChecklistView:
        """Return a round as its pane shows it: a line for each rule, and one more wherever it failed."""
        state = each.tally.state(moment_ms)
        by_rule: dict[str, list[Marked]] = defaultdict(list)
        for (_, key), mark in state.items():
            by_rule[key].append(mark)
        places = each.tally.places_at(moment_ms)
        numbers = {where: ground.number(where, places) for where in {rule.where for rule in each.rules}}
        failed = any(mark.row.mark is Mark.FAIL for mark in state.values())
        findings = self._raised(each, moment_ms) if failed else {}
        items: list[ItemRow] = []
        for rule in each.rules:
            plain = ItemRow(rule.id, rule.en, rule.zh, None, "", "", "", "", None, None, rule.where)
            items += self._items(plain, by_rule[rule.id], numbers[rule.where] if each.row.shift else 1, findings)
        return ChecklistView(each.row.key, each.row.en, each.row.zh, each.row.due_ms, tuple(items))

    def _raised(self, each: RoundAt, moment_ms: int) -> Mapping[tuple[str, str], FindingRow]:
        """Return the findings that a round has raised, by rule and place: of an agent the id."""
        if not each.tally.marks:
            return {}
        rows = self._findings.of_round(each.tally.marks[0].round_id, moment_ms)
        return {(row.rule, row.place if row.agent_id is None else str(row.agent_id)): row for row in rows}

    def _items(
        self, plain: ItemRow, marks: Sequence[Marked], n: int, findings: Mapping[tuple[str, str], FindingRow]
    ) -> list[ItemRow]:
        plain = plain._replace(done=len(marks), n=n)
        failed = [mark for mark in marks if mark.row.mark is Mark.FAIL]
        lines = [self._failed(plain, mark, findings) for mark in failed]
        if len(marks) < n:
            return [*lines, plain]
        if not lines and marks:
            last = max(marks, key=lambda mark: (mark.row.at_ms, mark.id))
            passed = any(mark.row.mark is Mark.PASS for mark in marks)
            told = Mark.PASS if passed else Mark.NOT_APPLICABLE
            place = last.told if n == 1 and last.place[0] is Where.FLOOR else ""
            note = last.row.note if n == 1 else ""
            lines = [plain._replace(mark=told, note=note, by=last.row.by, place=place, at_ms=last.row.at_ms)]
        return lines

    def _failed(self, plain: ItemRow, mark: Marked, findings: Mapping[tuple[str, str], FindingRow]) -> ItemRow:
        row, finding = mark.row, findings.get((mark.row.rule, mark.place[1]))
        agent_id = int(mark.place[1]) if mark.place[0] is Where.AGENT and mark.place[1].isdecimal() else None
        place = mark.told if agent_id is None else self._directory.agent(agent_id).name
        owner, due_ms = (mark.owner, mark.due_ms) if finding is None else (finding.owner, finding.due_ms)
        return plain._replace(
            mark=row.mark,
            note=row.note if finding is None else finding.note,
            by=row.by,
            place=place,
            owner=owner,
            due_ms=due_ms,
            at_ms=row.at_ms,
            agent_id=agent_id,
        )

    # -------------------------------------------------------------- facts and attendance

    def _new_facts(
        self, each: RoundAt, wanted: Collection[Prefill | None], picture: Picture, zone: ZoneInfo
    ) -> tuple[Fact, ...]:
        """Return the facts that no other round of the shift has looked at: a person has decided about those."""
        window = Window(picture.day_since_ms - DAY, picture.moment_ms)
        marked = self._checks.marked_elsewhere(each.row.shift, each.row.key, window)
        rules = {rule.prefill: rule.id for rule in each.rules}
        seats = {agent.id: agent.seat for agent in picture.agents}

        def seen_ms(fact: Fact) -> int:
            rule, seat = rules.get(fact.prefill, ""), seats.get(fact.agent_id, "")
            places = ((Where.SEAT, seat), (Where.AGENT, str(fact.agent_id)))
            return max(marked.get((rule, where, place), 0) for where, place in places)

        facts = self._facts_of(each, wanted, picture, zone)
        return tuple(fact for fact in facts if fact.since_ms + fact.limit_ms > seen_ms(fact))

    def _facts_of(
        self, each: RoundAt, wanted: Collection[Prefill | None], picture: Picture, zone: ZoneInfo
    ) -> tuple[Fact, ...]:
        """Return what the floor knows of the round's shift up to a moment, of the kinds that its rules ask for."""
        moment_ms = picture.moment_ms // FACTS_MS * FACTS_MS
        shift = self._rounds.shift(each.row.shift, picture.moment_ms, zone)
        since_ms = picture.day_since_ms if shift is None else shift.since_ms
        until_ms = moment_ms if shift is None else min(moment_ms, max(shift.until_ms, each.row.due_ms))
        if until_ms <= since_ms:
            return ()
        key = (each.row.key, until_ms, frozenset(wanted), self._directory.stamp, self._directory.revision("past"))
        if self._facts is None or self._facts[0] != key:
            window = Window(since_ms, until_ms)
            duties = self._roster.duties(day_of(since_ms, zone), moment_ms, window)
            expected = {duty.agent_id for duty in duties if duty.agent_id is not None}
            agents = sorted({agent.id for agent in picture.agents} | expected)
            seen = self._seen.seen(window, agents, duties, idle=Prefill.IDLE_WHILE_WAITING in wanted)
            scoring = self._book.catalogue(picture.moment_ms)[1].scoring
            facts = tuple(fact for fact in facts_of(seen, window, scoring, self._limits) if fact.prefill in wanted)
            self._facts = key, facts
        return self._facts[1]

    def attendance(self, picture: Picture, zone: ZoneInfo) -> tuple[AttendanceRow, ...]:
        """Return the day's duties against what was seen of them up to the picture's moment."""
        moment_ms, day = picture.moment_ms, Window(picture.day_since_ms, picture.day_until_ms)
        duties = self._roster.duties(day_of(moment_ms, zone), moment_ms, day)
        if not duties:
            return ()
        window = Window(min(duty.since_ms for duty in duties), moment_ms)
        agents = sorted({duty.agent_id for duty in duties if duty.agent_id is not None})
        late_ms = self._book.catalogue(moment_ms)[1].scoring.late_min * MINUTE
        spans, measured = self._seen.spans(window, agents), self._seen.measured(window, agents)
        return attendance_of(duties, spans, measured, moment_ms, late_ms, self._limits.breaks)

    def handover(
        self, picture: Picture, attendance: Sequence[AttendanceRow], zone: ZoneInfo, shift: str = ""
    ) -> HandoverRow | None:
        """Return what a handover of a shift, else of the one that ends next, would say if it were written now."""
        key = shift or self._handed_over_next(picture, zone)
        if not key:
            return None
        own = [row for row in attendance if row.duty.shift == key]
        items = handover_items(picture, own or [row for row in attendance if not row.duty.shift], self._limits)
        return HandoverRow(0, key, picture.moment_ms, "", "", items)

    def _handed_over_next(self, picture: Picture, zone: ZoneInfo) -> str:
        now_ms = picture.moment_ms
        written = {row.shift for row in picture.discipline.handovers}
        going = [shift for shift in picture.discipline.shifts if shift.since_ms <= now_ms < shift.until_ms]
        left = [shift for shift in going if shift.key not in written] or going
        if left:
            return min(left, key=lambda shift: (shift.until_ms, shift.key)).key
        ended = [shift.key for shift in self._rounds.ended_shifts(now_ms, zone, _HANDED_OVER_MS)]
        return next((key for key in ended if key not in written), "")
