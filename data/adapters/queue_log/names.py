"""One agent under two names: rules that join an interface and a member's name.

A queue log names an agent by the member's name in most lines and by the interface where members are added and
removed. Nothing in the log says which belong together, so a rule does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_RULES = ((r"(?:Local|Agent)/(?:id-)?(\d+)(?:@.*)?", r"Agent/\1"),)
"""`Local/1127@callback-agent` and `Agent/1127` are one agent on every site seen."""


class NameRuleError(ValueError):
    """A rule is no valid pattern; the message names it."""


@dataclass(slots=True)
class NameRules:
    """Turns the names of a log into one key for each agent, and remembers the best name to show.

    `aliases` maps a name as it stands in the log to the agent's name; `rules` are (pattern for the whole name,
    replacement) pairs tried in order where no alias fits.
    """

    aliases: dict[str, str] = field(default_factory=dict)
    rules: tuple[tuple[re.Pattern[str], str], ...] = ()
    _keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, aliases: Iterable[str] = (), rules: Iterable[str] = ()) -> NameRules:
        """Make rules of `NAME=AGENT` texts. Raises NameRuleError naming the one that is wrong."""
        pairs = []
        for text in rules:
            pattern, found, template = text.rpartition("=")
            try:
                compiled = re.compile(pattern)
                re.sub(compiled, template, "")
            except (re.error, IndexError) as error:
                raise NameRuleError(f"the name rule {text!r} is no valid pattern: {error}") from error
            if not found:
                raise NameRuleError(f"the name rule {text!r} has no '=': write PATTERN=AGENT")
            pairs.append((compiled, template))
        named = {}
        for text in aliases:
            name, found, agent = text.partition("=")
            if not found or not agent:
                raise NameRuleError(f"the alias {text!r} has no '=': write NAME=AGENT")
            named[name] = agent
        defaults = tuple((re.compile(pattern), template) for pattern, template in DEFAULT_RULES)
        return cls(named, (*pairs, *defaults))

    def key(self, name: str) -> str:
        """Return the key of the agent that a name of the log means."""
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = self._find(name)
        return key

    def _find(self, name: str) -> str:
        if name in self.aliases:
            return self.aliases[name]
        for pattern, template in self.rules:
            found = pattern.fullmatch(name)
            if found is not None:
                joined = found.expand(template)
                return self.aliases.get(joined, joined)
        return name
