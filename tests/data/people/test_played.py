"""Played people and real ones on one floor: who plays leaves alone what real people recorded."""

from __future__ import annotations

from data.model.days import MINUTE
from data.model.observation import Act, FlagRaised, FlagResolved
from data.model.people import RaiseFlag
from data.model.words import FlagKind
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
