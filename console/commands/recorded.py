"""What was recorded of floor discipline on some days, read from the store and put on paper for whoever asks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from console.commands import papers
from console.commands.common import CommandError, day_from, in_zone, last_day, last_measured, now_ms
from console.commands.document import Document
from console.commands.handover_paper import handovers
from console.commands.papers import Pen
from console.commands.sight import sight_of
from console.locale import Language, reader_language, words_of
from console.locale.documents import document_words
from data.discipline.attendance import attendance_of
from data.discipline.catalogue import Text
from data.discipline.scores import scores_of
from data.model.days import MINUTE, Window, day_of, day_window
from data.model.discipline import FindingRow, HandoverRow, IncidentRow, WalkView
from data.model.discipline_seen import AttendanceRow, Scores
from data.store.catalogues import in_force
from data.store.checks_at import ChecksAsOf
from data.store.findings_at import FindingsAsOf
from data.store.reader import Reader
from data.store.roster_at import RosterAsOf
from data.store.seen_at import SeenAsOf

if TYPE_CHECKING:
    from console.settings import Settings

MOST_DAYS = 366


class Days(NamedTuple):
    """Whole local days, both ends with them."""

    since: date
    until: date

    def window(self, zone: ZoneInfo) -> Window:
        """Return them as UTC ms."""
        return Window(day_window(self.since, zone).since_ms, day_window(self.until, zone).until_ms)

    def each(self) -> Iterator[date]:
        """Yield them one by one."""
        return (self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1))

    def __str__(self) -> str:
        """Return them as a person reads them."""
        return f"{self.since}" if self.since == self.until else f"{self.since} – {self.until}"


def present_day(reader: Reader, zone: ZoneInfo) -> date:
    """Return the last day measured: a played floor has a clock of its own; today where nothing was measured."""
    end_ms = last_measured(reader.measured())
    return day_of(now_ms(), zone) if end_ms is None else last_day(end_ms, zone)[0]


def days_asked(args: Namespace, reader: Reader, zone: ZoneInfo) -> Days:
    """Return the days that were asked for. Raises CommandError for those that make no sense."""
    since, until = getattr(args, "since", None), getattr(args, "until", None)
    if args.day and (since or until):
        raise CommandError("give either --day, or --since and --until")
    if until and not since:
        raise CommandError("--until needs a --since: the first of the days")
    if not since:
        day = day_from(args.day, zone) if args.day else present_day(reader, zone)
        return Days(day, day)
    first = day_from(since, zone)
    days = Days(first, day_from(until, zone) if until else max(first, present_day(reader, zone)))
    if days.until < days.since:
        raise CommandError(f"--until {days.until} comes before --since {days.since}")
    if (days.until - days.since).days >= MOST_DAYS:
        raise CommandError(f"these are more than {MOST_DAYS} days: ask for fewer at once")
    return days


def last_days(reader: Reader, zone: ZoneInfo, count: int) -> Days:
    """Return the last days, the present one with them."""
    if not 1 <= count <= MOST_DAYS:
        raise CommandError(f"--days: {count} is not within 1 to {MOST_DAYS}")
    today = present_day(reader, zone)
    return Days(today - timedelta(days=count - 1), today)


def paper(what: str, reader: Reader, settings: Settings, days: Days, lang: str | None, *, flat: bool) -> Document:
    """Return what was recorded on some days as a document, as it is known now.

    Args:
        what: walks, findings, incidents, handovers, attendance or scores.
        reader: Of the store.
        settings: The site's.
        days: Which days.
        lang: en or zh, None: the reader's own.
        flat: Whether it is for a spreadsheet or a program.
    """
    zone = in_zone(settings, reader.site()).tz
    records = Records(reader, settings, zone, days)
    spoken = reader_language(lang or (None if settings.language == "auto" else settings.language))
    sight = sight_of(settings.store)
    pen = Pen(
        say=document_words(spoken),
        lang=spoken,
        zone=zone,
        name_of=lambda agent_id: reader.directory.agent(agent_id).name,
        sees=lambda agent_id: sight.reaches(reader.directory.agent(agent_id).team),
        flat=flat,
        period=str(days),
        leads=sight.leads,
    )
    match what:
        case "walks":
            views = records.walks()
            return papers.walks([view.round for view in views], views, pen)
        case "findings":
            return papers.findings(records.findings(), pen)
        case "incidents":
            return papers.incidents(records.incidents(), pen)
        case "handovers":
            return handovers(records.handovers(), pen, records.named(spoken))
        case "attendance":
            return papers.attendance(records.attendance(), pen)
    return papers.scores(records.scores(), pen)


_ROUNDS = (
    "SELECT key, max(due_ms, coalesce(ended_ms, 0), "
    "coalesce((SELECT max(at_ms) FROM checklist_mark WHERE checklist_id = c.id), 0)) FROM checklist c "
    "WHERE opened_ms >= ? AND opened_ms < ? AND begun_ms IS NOT NULL ORDER BY opened_ms, id"
)
"""The rounds of some days that somebody has begun, and when the last was done on each."""


class Records:
    """What a store holds of floor discipline on some days, as it is known now."""

    def __init__(self, reader: Reader, settings: Settings, zone: ZoneInfo, days: Days) -> None:
        """Read who is on the floor at the end of these days, or now."""
        self._reader = reader
        self._settings = settings
        self._zone = zone
        self._days = days
        self._window = days.window(zone)
        self._now_ms = max(now_ms(), last_measured(reader.measured()) or 0)
        self._floor = reader.floor_at(min(self._now_ms, self._window.until_ms - 1), zone, loads=False)
        with reader.one_state() as connection:
            self._catalogue = in_force(connection, self._now_ms)
        self._findings = FindingsAsOf(reader.connection, reader.directory)

    def walks(self) -> list[WalkView]:
        """Return the rounds that were begun, each with the floor as it was when the last was done on it."""
        with self._reader.one_state() as connection:
            rounds = connection.execute(_ROUNDS, self._window).fetchall()
        views = [
            self._reader.walk_of(key, min(last_ms, self._now_ms), self._zone, facts=False) for key, last_ms in rounds
        ]
        return [view for view in views if view is not None]

    def findings(self) -> list[FindingRow]:
        """Return all that was found, open or closed."""
        with self._reader.one_state():
            return self._findings.made(self._window, self._now_ms, self._catalogue.scoring)

    def incidents(self) -> list[IncidentRow]:
        """Return what happened, in order of time."""
        with self._reader.one_state():
            found = self._findings.incidents_between(self._window, self._now_ms)
        return sorted(found, key=lambda row: (row.at_ms, row.id))

    def handovers(self) -> list[HandoverRow]:
        """Return what was handed over, in order of time."""
        with self._reader.one_state():
            return self._findings.handovers_between(self._window, self._now_ms)

    def named(self, lang: Language) -> Callable[[str, str], str]:
        """Return what names a line of a handover in a language, by its section and its word."""
        catalogue, words = self._catalogue, words_of(lang)
        texts: dict[str, Mapping[str, Text]] = {
            "incidents": catalogue.incidents,
            "findings": {key: rule.text for key, rule in catalogue.rules.items()},
            "rounds": {key: each.title for key, each in catalogue.checklists.items()},
            "flags": {word.key: Text(word.en, word.zh) for word in self._settings.vocabulary.flags},
        }

        def name(section: str, word: str) -> str:
            en, zh = texts.get(section, {}).get(word, ("", ""))
            text = (zh or en) if lang == "zh" else (en or zh)
            return text or document_words(lang)(word) if section != "breaks" else words(word)

        return name

    def attendance(self) -> list[AttendanceRow]:
        """Return who was on the roster of these days, by what it says now, against what was seen of them since."""
        roster = RosterAsOf(self._reader.connection, self._reader.directory)
        seen = SeenAsOf(self._reader.connection, self._reader.directory)
        with self._reader.one_state():
            duties = [
                duty
                for day in self._days.each()
                for duty in roster.duties(day, self._now_ms, day_window(day, self._zone))
                if day_of(duty.since_ms, self._zone) == day
            ]
            if not duties:
                return []
            until_ms = min(self._now_ms, max(duty.until_ms for duty in duties))
            window = Window(min(min(duty.since_ms for duty in duties), until_ms), until_ms)
            agents = sorted({duty.agent_id for duty in duties if duty.agent_id is not None})
            spans, measured = seen.spans(window, agents), seen.measured(window, agents)
        late_ms = self._catalogue.scoring.late_min * MINUTE
        policy = self._settings.limits.breaks
        return list(attendance_of(duties, spans, measured, self._now_ms, late_ms, policy))

    def scores(self) -> Scores:
        """Return the scores of teams, zones and areas; what counts no longer is told as of the end of the days."""
        with self._reader.one_state():
            checks = ChecksAsOf(self._reader.connection, self._reader.directory)
            return scores_of(
                self._findings.made(self._window, self._now_ms, self._catalogue.scoring),
                checks.made(self._window, self._now_ms, self._zone),
                self._catalogue,
                self._window,
                min(self._now_ms, self._window.until_ms - 1),
                self._zone,
                zones={seat.label: seat.zone for seat in self._floor.seats},
                teams=sorted({agent.team for agent in self._floor.agents if agent.team}),
            )
