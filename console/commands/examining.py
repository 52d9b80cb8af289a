"""What `floorwalk doctor` finds out about the sources: each one is made, and asked once for real."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from console.settings import Settings, SettingsError, SourceSettings
from console.settings_secrets import MadeWith
from console.settings_sources import Checked, check, doubled, forget, mistakable, with_secrets
from data.adapters.base import Adapter, Examinable, Finding, SourceError
from data.adapters.registry import AdapterError, make
from data.model.text import safe_text

if TYPE_CHECKING:
    from data.model.observation import Observation

DEADLINE_S = 10.0
"""How long a source may take to answer."""

MOST = 500
"""The most characters of what a source says."""


def examine_sources(settings: Settings) -> list[Finding]:
    """Return what was found of each source, in the order of the settings; they are asked at the same time."""
    if not settings.configured:
        return [Finding("source", ok=True, found="none: a floor is played; `floorwalk init` sets one up")]
    return asyncio.run(_examined(settings))


async def _examined(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    sound: list[Checked] = []
    for source in settings.sources:
        try:
            sound.append(check(settings, source))
        except SettingsError as error:
            found += _wrong(source, error)
    found += [
        Finding("sources", ok=False, found=problem) for problem in (*mistakable(sound), *doubled(settings, sound))
    ]
    answers = await asyncio.gather(*(_source(settings, each) for each in sound))
    forget(sound)
    return found + [finding for answer in answers for finding in answer]


def _wrong(source: SourceSettings, error: Exception) -> list[Finding]:
    return [Finding(f"source {source.name}", ok=False, found=line) for line in str(error).splitlines()]


async def _source(settings: Settings, checked: Checked) -> list[Finding]:
    """Return what was found of a source whose options are as they should be."""
    source = checked.source
    try:
        made_with = with_secrets(settings, checked)
        adapter = make(source.adapter, made_with)
    except (SettingsError, AdapterError) as error:
        return _wrong(source, error)
    about = [Finding("made", ok=True, found=f"{source.adapter}, {_made_with(checked)}")]
    try:
        answer = await _answer(adapter)
    finally:
        with suppress(Exception):
            async with asyncio.timeout(DEADLINE_S):
                await adapter.aclose()
    return [_told(source, finding, made_with) for finding in about + answer]


def _made_with(checked: Checked) -> str:
    """Return where the secrets of a source were found."""
    places = {name: place.origin for name, place in checked.secrets.items() if place is not None}
    return ", ".join(f"{name} from {origin}" for name, origin in places.items()) or "without a secret"


def _told(source: SourceSettings, finding: Finding, made_with: MadeWith) -> Finding:
    """Return a finding with the source's name, safe to show: it is in the words of a plugin, or of the system."""
    what = safe_text(made_with.without_secrets(str(finding.what)), 60)
    found = safe_text(made_with.without_secrets(str(finding.found)), MOST)
    return Finding(f"{source.name}: {what}", bool(finding.ok), found)


async def _answer(adapter: Adapter) -> list[Finding]:
    """Return what a source says of itself, or what one poll of it brings. Nothing is written."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            if isinstance(adapter, Examinable):
                return [Finding(*finding) for finding in await adapter.examine()]
            return [Finding("answers", ok=True, found=_counted(await adapter.poll()))]
    except TimeoutError:
        why = f"not within {DEADLINE_S:g} s: see that the system runs, and that nothing between here and there drops it"
    except Exception as error:
        why = str(error)
        if not isinstance(error, SourceError) and not isinstance(getattr(error, "code", None), int):
            why = f"{type(error).__name__}: {why}: this is a fault of the adapter; tell its author"
    return [Finding("answers", ok=False, found=why)]


def _counted(observation: Observation) -> str:
    """Return what is in an answer, in figures."""
    counts: dict[str, int] = {}
    if observation.directory is not None:
        counts |= {"agents": len(observation.directory.agents), "queues": len(observation.directory.queues)}
    if observation.snapshot is not None:
        shown = {"agents": observation.snapshot.agents, "waiting": observation.snapshot.waiting}
        counts |= {what: len(rows) for what, rows in shown.items() if rows is not None}
    counts["events"] = len(observation.events)
    return ", ".join(f"{what} {count}" for what, count in counts.items())
