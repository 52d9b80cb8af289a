"""Checks of the class itself, and of what making one does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import Evidence, NotApplicable
from data.adapters.registry import breaks

CHECKS = Checks()

_SECRETIVE = re.compile(r"(?i)(?:^|_)(?:password|passwd|passphrase|secret|token|api_?key|pin)$")


@CHECKS.promise
def has_the_parts_of_an_adapter(evidence: Evidence) -> Iterator[str]:
    """The class has `options`, `poll`, `perform`, `aclose`, and is made with the keywords that it declares.

    Why: Floorwalk makes it from the settings by these options and calls nothing else; what is missing fails at a
    site.

    Mend: Compare the class with the example at the top of `data/adapters/base.py`; the three methods are `async def`.
    """
    yield from breaks(evidence.loaded)


@CHECKS.promise
def loads_nothing_of_the_screen(evidence: Evidence) -> Iterator[str]:
    """Importing it loads neither textual nor rich, and nothing of Floorwalk's own screen.

    Why: The poller runs for months without a terminal; it should not carry a screen, nor break when that changes.

    Mend: Import what drags them in (httpx does, by its command line) inside the function that connects.
    """
    if evidence.drags_in is None:
        raise NotApplicable("it was not tried")
    if evidence.import_error:
        yield f"a fresh process can't import {evidence.found.module}: {evidence.import_error}"
    if evidence.drags_in:
        yield f"importing {evidence.found.module} loads {', '.join(sorted(evidence.drags_in))}"


@CHECKS.promise
def options_say_what_they_are_for(evidence: Evidence) -> Iterator[str]:
    """Every option says in a few words what it is for.

    Why: `floorwalk init` asks for it in these words, and errors tell what is missing by them.

    Mend: Give the `Option` an `about`, and where it helps an `example`.
    """
    if not evidence.loaded.options:
        raise NotApplicable("it has no options")
    for option in evidence.loaded.options:
        if not option.about.strip():
            yield f"option {option.name!r} says nothing about itself"


@CHECKS.promise
def secrets_are_declared(evidence: Evidence) -> Iterator[str]:
    """An option that is a password or the like is declared as a secret.

    Why: Only then it is kept out of the settings file, of errors, and of what `config show` prints.

    Mend: `Option("password", "…", secret=True)`; one that is no secret should not be called like one.
    """
    for option in evidence.loaded.options:
        if _SECRETIVE.search(option.name) and not option.secret:
            yield f"option {option.name!r} sounds like a secret and is not declared as one"


@CHECKS.promise
def making_one_reaches_nothing(evidence: Evidence) -> Iterator[str]:
    """`__init__` opens no file and no connection, starts no process and never sleeps.

    Why: An adapter is made before anything is polled, all of a site's at once: one that waits holds up the others,
    and what fails there can't be tried again.

    Mend: Keep the options in `__init__`, and connect in the first `poll`.
    """
    if evidence.reached is None:
        raise NotApplicable("it was not tried")
    yield from evidence.reached


@CHECKS.promise
def impossible_options_are_value_errors(evidence: Evidence) -> Iterator[str]:
    """An option of a wrong kind is taken, or refused with ValueError (or TypeError), with nothing else.

    Why: These two are told as a mistake in the settings; any other looks like a fault of the program.

    Mend: Look at the options in `__init__`, and raise ValueError that names the one that can't be.
    """
    if not evidence.misfits:
        raise NotApplicable("it has no options, or not those that it needs")
    for name, error in evidence.misfits.items():
        if error is not None and not isinstance(error, (ValueError, TypeError)):
            yield f"{name!r} of a wrong kind is answered with {type(error).__name__}: {error}"


@CHECKS.promise
def shows_no_secret(evidence: Evidence) -> Iterator[str]:
    """`repr()` and `str()` of it hold none of its secrets.

    Why: A crash report, a log line or a debugger shows them to whoever reads it.

    Mend: Leave `__repr__` as Python has it; of a dataclass, `field(repr=False)`.
    """
    if not evidence.secrets:
        raise NotApplicable("it was made without a secret")
    for watch in evidence.watches.values():
        if any(secret in text for secret in evidence.secrets for text in watch.shown):
            yield "a secret stands in its repr()"
            return
