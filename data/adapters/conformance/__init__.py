"""The conformance kit: what `data.adapters.base` promises, tried on an adapter, whoever wrote it.

    from data.adapters.conformance import Manner, judge
    from data.adapters.registry import load

    rulings = judge("acme", load("acme"), {"url": "http://127.0.0.1:8080"})

`floorwalk adapter check acme` is the same from the command line. A check is a promise of the contract; its docstring
says why it matters and how to mend what breaks it. The trials (`trials`) gather what is seen of an adapter, the checks
(`on_…`) judge it. By default nothing is changed at the source: only acts that the adapter does not list are ordered,
aimed at nobody.
"""

from data.adapters.conformance.checks import Check, Ruling, Verdict
from data.adapters.conformance.judging import CHECKS, Judgement, judge, judge_class
from data.adapters.conformance.trying import Manner, Targets

__all__ = ["CHECKS", "Check", "Judgement", "Manner", "Ruling", "Targets", "Verdict", "judge", "judge_class"]
