"""Played people and real ones on one floor: who plays leaves alone what real people recorded."""

from __future__ import annotations

from data.model.days import HOUR, MINUTE
from data.model.discipline import Where
from data.model.discipline_acts import RoundMarked
from data.model.discipline_requests import MarkPlace
from data.model.observation import Act, Directory, FlagRaised, FlagResolved, SeatEntry
from data.model.people import RaiseFlag
from data.model.words import FlagKind, Mark
from data.store.played import write_acts
from tests.data.people.site import NOON, Site


def played(site: Site, *acts: Act) -> None:
    with site.writer.transaction() as connection:
        write_acts(connection, acts, site.known.source_id)


def resolved(site: Site) -> list[tuple[str, str | None]]:
    """Return who raised each flag, and who resolved it."""
    return site.rows("SELECT raised_by, resolved_by FROM flag ORDER BY raised_by")


def test_a_played_lead_deals_with_their_own_flags_only(site: Site) -> None:
    site.done(RaiseFlag(1, "raised_voice"), by="liumin")
    played(
        site,
        FlagRaised(NOON + 1, "1000", FlagKind.RAISED_VOICE, "Ida Holt", "", None),
        FlagRaised(NOON + 2, "1000", FlagKind.RAISED_VOICE, "Max Low", "", None),
        FlagRaised(NOON + 3, "1001", FlagKind.RAISED_VOICE, "Ida Holt", "", None),
        FlagResolved(NOON + MINUTE, "1000", FlagKind.RAISED_VOICE, "Ida Holt", "a tea"),
    )
    assert resolved(site) == [("Ida Holt", "Ida Holt"), ("Ida Holt", None), ("Max Low", None), ("liumin", None)]
    open_ = {flag.raised_ms - NOON for flag in site.picture(NOON + 2 * MINUTE).flags if flag.agent_id == 1}
    assert open_ == {0, 2}


def test_what_is_resolved_stays_as_it_was(site: Site) -> None:
    own = FlagRaised(NOON + 1, "1000", FlagKind.RAISED_VOICE, "Ida Holt", "", None)
    ends = FlagResolved(NOON + MINUTE, "1000", FlagKind.RAISED_VOICE, "Ida Holt", "a tea")
    played(site, own, ends, ends._replace(at_ms=NOON + 2 * MINUTE, note="told twice"))
    assert site.rows("SELECT resolved_ms, resolved_note FROM flag") == [(NOON + MINUTE, "a tea")]


def test_a_played_round_takes_nothing_back_that_somebody_else_has_marked(site: Site) -> None:
    site.told([], Directory(seats=(SeatEntry("A-01", "A", 0, 0),)), NOON + 9 * HOUR + 1)
    key, opened_ms = "2025-11-22/early/walk/1", NOON + 7 * HOUR  # without a zone the site's day is that of UTC
    failed = MarkPlace(key, Where.SEAT, "A-01", Mark.FAIL, ("phone_put_away",), "on the desk")
    assert site.order(failed, opened_ms, by="liumin").done
    rules = ("phone_put_away", "headset_on")
    whole = RoundMarked(opened_ms + MINUTE, key, Where.SEAT, "A-01", Mark.PASS, "Ida Holt", rules)
    played(site, whole, whole._replace(at_ms=opened_ms + 2 * MINUTE, rules=rules[:1]))
    marks = site.rows("SELECT item, mark, marked_by FROM checklist_mark ORDER BY item")
    assert marks == [("headset_on", "pass", "Ida Holt"), ("phone_put_away", "fail", "liumin")]
    assert site.rows("SELECT rule, closing FROM finding") == [("phone_put_away", None)]
