"""Joining the two names of an agent: the options, the rules made of them, and a word about those that join nothing."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.commands.common import EX_CONFIG, EX_USAGE, CommandError

if TYPE_CHECKING:
    from console.settings import Settings
    from data.adapters.queue_log import NameRules
    from data.importer import Imported


def naming_options(parser: ArgumentParser) -> None:
    """Add the options that join an agent's two names."""
    parser.add_argument(
        "--alias", metavar="NAME=AGENT", action="append", default=[], help="a name in the log and whom it means"
    )
    parser.add_argument(
        "--name-rule",
        metavar="PATTERN=AGENT",
        action="append",
        default=[],
        help="the same by a pattern for the whole name, with \\1 for its first group",
    )


def name_rules(args: Namespace, settings: Settings) -> NameRules:
    """Return the rules of the command line and of the settings; the command line's go first."""
    from data.adapters.queue_log import NameRules
    from data.adapters.queue_log.names import NameRuleError

    try:
        NameRules.of(args.alias, args.name_rule)
    except NameRuleError as error:
        raise CommandError(str(error), EX_USAGE) from None
    try:
        return NameRules.of((*settings.aliases, *args.alias), (*args.name_rule, *settings.rules))
    except NameRuleError as error:
        raise CommandError(f"{settings.file}: {error}", EX_CONFIG) from None


def in_vain(args: Namespace, settings: Settings, imported: Imported) -> Iterator[str]:
    """Yield a line for each alias and name rule of the command line that joins nothing in the log."""
    from data.adapters.queue_log import NameRules

    rules = name_rules(args, settings)
    unnamed = NameRules.of((), (*args.name_rule, *settings.rules))
    standing = {key for name in imported.named for key in (name, unnamed.key(name))}
    for text in args.alias:
        name, _, agent = text.partition("=")
        if name not in standing:
            yield f"the alias {text} matches nothing here"
        elif agent not in imported.acting:
            yield f"{agent} acts nowhere in this log (the alias {text})"
    for text in args.name_rule:
        pattern = re.compile(text.rpartition("=")[0])
        meant = sorted({rules.key(name) for name in imported.named if pattern.fullmatch(name)})
        if not meant:
            yield f"the name rule {text} matches nothing here"
        elif imported.acting.isdisjoint(meant):
            more = f" and {len(meant) - 1} more" if len(meant) > 1 else ""
            yield f"{meant[0]}{more} act{'' if more else 's'} nowhere in this log (the name rule {text})"
