"""What a check is: a promise of the contract, why it matters, how to mend it, and a function that judges."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from data.adapters.conformance.evidence import Evidence, NotApplicable
from data.adapters.registry import without_secrets
from data.model.text import safe_text

MOST_SHOWN = 3
"""So many of the things that are wrong are told; the rest is counted."""

Judge = Callable[[Evidence], Iterator[str]]


class Verdict(StrEnum):
    """What came of a check. A warning is no broken promise, but somebody will be sorry for it."""

    OK = "ok"
    FAILED = "FAIL"
    WARNING = "warning"
    NOT_APPLICABLE = "–"


class Ruling(NamedTuple):
    """What a check found: `found` says what was seen, or why nothing could be."""

    check: str
    verdict: Verdict
    promise: str
    found: str
    why: str
    mend: str


class Check(NamedTuple):
    """A promise and the function that judges it: it yields what is wrong, or raises NotApplicable."""

    name: str
    promise: str
    why: str
    mend: str
    judge: Judge
    only_warns: bool

    def on(self, evidence: Evidence) -> Ruling:
        """Return what comes of this check. Nothing that an adapter made up can break it."""
        try:
            wrong = list(islice(self.judge(evidence), 1000))
        except NotApplicable as why:
            return self._ruling(evidence, Verdict.NOT_APPLICABLE, str(why))
        except Exception as error:  # what was seen is hostile: a key may have an __eq__ of its own
            return self._ruling(evidence, Verdict.FAILED, f"what came can't even be looked at: {error!r}")
        if not wrong:
            return self._ruling(evidence, Verdict.OK, "")
        more = f"; and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
        verdict = Verdict.WARNING if self.only_warns else Verdict.FAILED
        return self._ruling(evidence, verdict, "; ".join(wrong[:MOST_SHOWN]) + more)

    def _ruling(self, evidence: Evidence, verdict: Verdict, found: str) -> Ruling:
        told = safe_text(without_secrets(found, evidence.secrets), 600)
        return Ruling(self.name, verdict, self.promise, told, self.why, self.mend)


class Checks(list[Check]):
    """The checks of a module, in order: `@CHECKS.promise` and `@CHECKS.advice` add a function, told by its docstring.

    The docstring's first paragraph is the promise, the others begin with `Why:` and `Mend:`.
    """

    def promise(self, judge: Judge) -> Judge:
        """Add a check that fails."""
        self.append(_made(judge, only_warns=False))
        return judge

    def advice(self, judge: Judge) -> Judge:
        """Add a check that only warns."""
        self.append(_made(judge, only_warns=True))
        return judge


def _made(judge: Judge, *, only_warns: bool) -> Check:
    promise, why, mend = (" ".join(each.split()) for each in (inspect.getdoc(judge) or "").split("\n\n"))
    return Check(judge.__name__, promise, why.removeprefix("Why: "), mend.removeprefix("Mend: "), judge, only_warns)
