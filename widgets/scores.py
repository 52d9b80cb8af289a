"""Scores of teams, zones and areas over the last days, and which rules are breached the most. Never of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.alerts import Level
from data.model.days import DAY
from data.model.discipline_seen import RuleCount, Scores, TeamScore
from data.model.picture import Picture
from widgets.canvas import Line, Piece
from widgets.cells import percent, safe, spark
from widgets.columns import Column
from widgets.discipline_words import UNIT_WORDS, DisciplinePane, area_text
from widgets.pane import LEVEL_TONES, Heading
from widgets.table import Cell, Entry
from widgets.walk_words import in_language, zone_text

Row = TeamScore | RuleCount

LEAST_N = 10
"""Below so many checks a ratio is grey."""
_COLUMNS = (
    Column("mark", 1),
    Column("name", 18, most=60, gap=1, eager=True),
    Column("value", 5, right=True, head="score"),
    Column("cost", 5, rank=2, right=True, head="cost", most=6),
    Column("n", 5, rank=4, right=True, head="found", most=6),
    Column("ratio", 6, rank=1, right=True, head="passed", most=8),
    Column("trend", 7, rank=3, most=14, head="trend"),
)


class ScoresPane(DisciplinePane[Row]):
    """The scores. Row keys are `team:`, `zone:`, `area:` and `rule:` with the name."""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns, the strip as wide as there are days."""
        days = max((len(score.by_day) for score in self._scores()), default=7)
        return tuple(
            column._replace(width=min(days, 14), most=0) if column.key == "trend" and days else column
            for column in _COLUMNS
        )

    def _scores(self) -> Sequence[TeamScore]:
        scores = self.seen.scores if self.seen is not None else None
        return () if scores is None else (*scores.teams, *scores.zones, *scores.areas)

    def heading(self) -> Heading:
        """Return of how many days, and how many teams do not pass."""
        look, name = self.look, self.look.words("Scores")
        if self.seen is None or self._message():
            return Heading(name)
        scores = self.seen.scores
        failing = sum(not score.passed for score in scores.teams)
        days = max(1, round((scores.until_ms - scores.since_ms) / DAY))
        parts = [look.say("{n} below the pass mark", n=failing)] if failing else []
        parts.append(look.say("last {n} days", n=days))
        parts.append(look.words(UNIT_WORDS.get(scores.unit, scores.unit)))
        return Heading(name, parts, Level.WARN if failing else Level.CALM, self.position())

    def empty(self) -> str:
        """Say that the scores are still read, or that nothing was found or checked."""
        if self.seen is None:
            return self.look.words("Reading the scores…")
        return "" if self._entries else self.look.words("Nothing was checked or found in these days.")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[Row]]:
        """Return teams, zones and areas, the lowest score first, and the rules that are breached the most."""
        return [] if self.seen is None else list(self._listed(self.seen.scores, picture))

    def _listed(self, scores: Scores, picture: Picture) -> Iterator[Entry[Row]]:
        words = self.look.words
        known = {agent.team for agent in picture.agents}
        teams = [score for score in scores.teams if score.name in known] or scores.teams
        for kind, title, rows in (
            ("team", "Teams", teams),
            ("area", "Areas", scores.areas),
            ("zone", "Zones", scores.zones),
        ):
            told = [row for row in rows if row.findings or row.positive or row.checks or kind == "team"]
            if told:
                yield Entry(kind, None, _title(words(title)))
            for row in sorted(told, key=lambda row: (row.passed, row.score)):
                yield Entry(f"{kind}:{row.name}", row)
        if scores.pareto:
            yield Entry("rules", None, _title(words("Rules breached most: share, and cumulated")))
            for rule in scores.pareto:
                yield Entry(f"rule:{rule.rule}", rule)

    def _called(self, row: Row) -> str:
        look = self.look
        if isinstance(row, RuleCount):
            return in_language(row.en, row.zh, look)
        scores = self.seen.scores if self.seen is not None else None
        if scores is not None and row in scores.areas:
            return area_text(row.name, self.seen, look)
        if scores is not None and row in scores.zones:
            return zone_text(row.name, look)
        return safe(row.name)

    def cells(self, row: Row, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a row's cells: of a rule its share, and the share of all down to it."""
        look, none = self.look, self.look.glyphs.none
        if isinstance(row, RuleCount):
            return {
                "mark": Cell(""),
                "name": Cell(self._called(row)),
                "value": Cell("", "dim"),
                "cost": Cell(str(row.points) if row.points else "", "dim"),
                "n": Cell(str(row.n)),
                "ratio": Cell(percent(row.share), "dim"),
                "trend": Cell(percent(row.cumulated), "faint"),
            }
        level = Level.CALM if row.passed else Level.WARN
        ratio = row.passed_checks / row.checks if row.checks else None
        days = row.by_day[-widths["trend"] :] if "trend" in widths else ()
        strip = spark(days, widths.get("trend", 0), look.glyphs.spark, max(1, *days)) if days else ""
        return {
            "mark": Cell(look.level(level), LEVEL_TONES[level]),
            "name": Cell(self._called(row), "text"),
            "value": Cell(str(row.score), "strong" if row.passed else "level-warn"),
            "cost": Cell(f"{none if look.glyphs.none == '-' else '−'}{row.deducted}" if row.deducted else "", "dim"),
            "n": Cell(str(row.findings) if row.findings else "", "dim"),
            "ratio": Cell(percent(ratio, none=none), "faint" if row.checks < LEAST_N else "text"),
            "trend": Cell(strip, "spark"),
        }

    def foot(self, row: Row) -> str:
        """Return how the figure comes about."""
        look = self.look
        if isinstance(row, RuleCount):
            text = "{rule}: {n} times, {share} of all that was found, {all} down to here"
            return look.say(text, rule=self._called(row), n=row.n, share=percent(row.share), all=percent(row.cumulated))
        base = row.score + row.deducted - row.added
        text = "score {score} = {base} − {deducted} for {found} found + {added} for {praise} credits"
        score = look.say(
            text,
            score=row.score,
            base=base,
            deducted=row.deducted,
            added=row.added,
            found=row.findings,
            praise=row.positive,
        )
        passed = look.say("{passed} of {n} checks passed", passed=row.passed_checks, n=row.checks)
        return f"{score} {look.glyphs.dot} {passed}"


def _title(text: str) -> Line:
    return (Piece(text, "title"),)
