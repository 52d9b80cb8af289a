"""The incident of a played day: billing can't be looked up, callers ask why, and what the leads do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.floor import Surge
from data.model.days import MINUTE
from data.model.discipline import Avoidable, Entry, Worked
from data.model.discipline_acts import IncidentEnded, IncidentEntered, IncidentNoted, IncidentReviewed
from data.model.observation import Act

TITLE = "账单查询不可用 billing lookup down"
KIND = "system_outage"

_ENTRIES = (
    (2, Entry.TOLD, "IT 值班 IT on duty", "张磊"),
    (3, Entry.MEASURE, "先登记后回电，不让客户在线等待", "张磊"),
    (5, Entry.TOLD, "duty manager", "Dana"),
    (8, Entry.MEASURE, "four of team two moved to billing", "Dana"),
    (12, Entry.MEASURE, "暂停小休，十一点十分恢复", "张磊"),
    (19, Entry.NOTE, "IT: database is back, answers are slow", "Dana"),
)
"""(minutes after it began, kind, text, by whom)."""
NOTED_AFTER, ENDED_AFTER, REVIEWED_AFTER = 1.3, 27, 75


def incident_of(day: date, surge: Surge, zone: ZoneInfo) -> Iterator[Act]:
    """Yield what is noted of a surge, in order of time."""
    began_ms = clock_ms(day, surge.since, zone)

    def after(minutes: float) -> int:
        return began_ms + round(minutes * MINUTE)

    yield IncidentNoted(after(NOTED_AFTER), KIND, TITLE, "张磊", began_ms)
    for minutes, kind, text, by in _ENTRIES:
        yield IncidentEntered(after(minutes), TITLE, kind, text, by)
    yield IncidentEnded(after(ENDED_AFTER), TITLE, "张磊", "系统恢复，排队回落")
    change = "IT tells us before it restarts the billing database; call-back form stays ready"
    yield IncidentReviewed(after(REVIEWED_AFTER), TITLE, Avoidable.YES, Worked.PARTLY, "Dana", change)
