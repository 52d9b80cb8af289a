"""Checks of `perform`: what it must refuse, and, where it may be tried, what it must carry out."""

from __future__ import annotations

from collections.abc import Iterator

from data.adapters.base import ACTS, SourceError
from data.adapters.conformance.checks import Checks
from data.adapters.conformance.evidence import Evidence, NotApplicable, Ordered
from data.model.acts import Result
from data.model.text import safe_text

CHECKS = Checks()


def _ordered(evidence: Evidence, *kinds: str, or_else: str = "no acts were tried") -> list[Ordered]:
    found = [each for each in evidence.ordered if each.kind in kinds]
    if not found:
        raise NotApplicable(or_else)
    return found


def _act(ordered: Ordered) -> str:
    return type(ordered.order.act).__name__


def _done(ordered: Ordered) -> bool:
    told = ordered.answer.told
    return type(told) is Result and bool(told.done)


@CHECKS.promise
def results_are_results(evidence: Evidence) -> Iterator[str]:
    """`perform` returns a `Result` that says in safe words what came of the order, soon.

    Why: Whoever gave the order reads these words, and nothing else.

    Mend: `Result(done, safe_text(what the telephony system said, 400))`; never an empty text.
    """
    for each in _ordered(evidence, "undeclared", "listed", "again", "expired", "unknown"):
        told = each.answer.told
        if each.answer.late:
            yield f"{_act(each)} got no answer"
        elif each.answer.error is not None:
            continue
        elif type(told) is not Result or [type(part) for part in told] != [bool, str]:
            yield f"{_act(each)} is answered with a {type(told).__name__}"
        elif not told.said or safe_text(told.said, max(1, len(told.said))) != told.said:
            yield f"{_act(each)} is answered with {told.said!r}"


@CHECKS.promise
def refuses_what_it_does_not_list(evidence: Evidence) -> Iterator[str]:
    """An act that `capabilities` does not list is answered with `Result(False, why)`.

    Why: The screen offers what is listed; an order for anything else is a mistake or worse.

    Mend: `return refused(order)`, of `data.adapters.base`.
    """
    tried = "it lists every act" if evidence.watch("acting").capabilities >= ACTS else "no acts were tried"
    for each in _ordered(evidence, "undeclared", or_else=tried):
        if _done(each):
            yield f"{_act(each)} was carried out, and is not listed"
        elif isinstance(each.answer.error, SourceError):
            yield f"{_act(each)} is not listed, and was answered with {type(each.answer.error).__name__}"


@CHECKS.advice
def carries_out_what_it_lists(evidence: Evidence) -> Iterator[str]:
    """An act that `capabilities` lists is carried out, on somebody who is there.

    Why: A button that does nothing costs a supervisor the minute in which it would have helped.

    Mend: See what the telephony system said. A right may be missing: then list the act no longer. Or it can't be done
    with whom it was tried on: who is in no call can't be listened to, and who is in no wrap-up has none to end.
    """
    for each in _ordered(evidence, "listed"):
        if not _done(each):
            told = each.answer.told
            said = told.said if isinstance(told, Result) else repr(each.answer.error)
            yield f"{_act(each)} was not carried out: {said}"


@CHECKS.promise
def carries_out_an_order_once(evidence: Evidence) -> Iterator[str]:
    """An order that comes again under the same key is not carried out again.

    Why: The desk gives an order again when it does not know what came of it.

    Mend: Keep the keys of the last orders with their results, and answer with those.
    """
    if evidence.pauses_seen is None:
        raise NotApplicable("no pause was tried")
    seen, again = evidence.pauses_seen
    if not seen:
        raise NotApplicable("the polls did not show the pause")
    if again:
        yield "a pause that was ended began anew when its order came again"


@CHECKS.promise
def refuses_what_has_expired(evidence: Evidence) -> Iterator[str]:
    """An order whose `expires_ms` is past is not carried out.

    Why: What was right a minute ago, before the line was lost, may be wrong now.

    Mend: Compare with the clock just before it is sent, and `return Result(False, "it has expired")`.
    """
    for each in _ordered(evidence, "expired"):
        if _done(each):
            yield f"{_act(each)} was carried out a minute after it had expired"


@CHECKS.promise
def says_when_nobody_is_there(evidence: Evidence) -> Iterator[str]:
    """An order on somebody who is not there is answered with `Result(False, …)`.

    Why: It is a mistake that whoever gave it can put right, and no trouble of the source.

    Mend: Pass on what the telephony system says; raise SourceError only where nobody can tell whether it was done.
    """
    for each in _ordered(evidence, "unknown"):
        if _done(each):
            yield f"{_act(each)} was carried out on nobody"
        elif isinstance(each.answer.error, SourceError):
            yield f"{_act(each)} on nobody was answered with {type(each.answer.error).__name__}: {each.answer.error}"
