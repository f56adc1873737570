"""Before therapy: the eleven items (criteria.md 7.4)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import labs
from .facts import Value
from .knowledge import Knowledge, timeless
from .labs import Bands
from .row import ABSOLUTE

MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"


@timeless
def items(k: Knowledge) -> list[dict[str, str]]:
    """Each item's state in order."""
    findings = _findings(k)
    heavy = _any(findings.get("heavy-smoker"), findings.get("heavy-lung-burden"))
    old = _any(_fifty(findings.get("age")), findings.get("family-history-cardiac"))
    echo = findings.get("earlier-myocarditis") is True or _myocarditis(k)
    states = {
        "creatinine": _at_most(k, "creatinine", Fraction("1.6")),
        "bilirubin": _at_most(k, "bilirubin", Fraction(2)),
        "ecg": _is(findings.get("ecg-normal"), True),
        "steroid": _is(findings.get("recent-steroid"), False),
        "infection": _is(findings.get("recent-infection"), False),
        "stress-test": _if(old, findings.get("stress-test-normal")),
        "chest-xray": _is(findings.get("chest-xray-clear"), True),
        "pulmonary-function": _if(heavy, findings.get("pft-adequate")),
        "antihypertensives": _is(findings.get("antihypertensives-stopped"), True),
        "organ-disease": _is(findings.get("major-organ-disease"), False),
        "exercise-echo": _if(echo, findings.get("exercise-echo-normal")),
    }
    return [{"item": item, "state": state} for item, state in states.items()]


def not_met(k: Knowledge) -> list[str]:
    """The items that are not met, or unknown."""
    return [i["item"] for i in items(k) if i["state"] != MET]


def _findings(k: Knowledge) -> dict[str, Any]:
    findings: dict[str, Any] = {}
    for fact in k.baselines:
        findings |= fact.event.get("findings") or {}
        if fact.event.get("age") is not None:
            findings["age"] = fact.event["age"]
    return findings


def _myocarditis(k: Knowledge) -> bool:
    """Whether cardiac enzymes were absolute in an earlier cycle of the stay."""
    cycle = k.charted
    if cycle is None or cycle is k.cycles[0]:
        return False
    first, until = k.cycles[0].start, cycle.start
    values = sorted((v for c in labs.ENZYMES for v in k.results(c)), key=lambda v: v.rank)
    states = [(v.at, e.state) for v, e in zip(values, labs.enzymes(k), strict=True) if v.at < until]
    before = [state for at, state in states if at < first][-1:]
    return ABSOLUTE in [*before, *(state for at, state in states if at >= first)]


def _fifty(age: float | None) -> bool | None:
    return None if age is None else age >= 50


def _any(*conditions: bool | None) -> bool | None:
    return True if any(conditions) else None if None in conditions else False


def _is(value: bool | None, wanted: bool) -> str:
    return UNKNOWN if value is None else MET if value is wanted else NOT_MET


def _if(needed: bool | None, normal: bool | None) -> str:
    if normal or needed is False:
        return MET
    return UNKNOWN if needed is None or normal is None else NOT_MET


def _at_most(k: Knowledge, code: str, limit: Fraction) -> str:
    """By the latest value; what was met no longer is known to be, if a newer one cannot be read."""
    charted = [v for f in k.baselines for v in f.values if v.code == code]
    ordered: list[Value] = sorted([*charted, *k.results(code)], key=lambda v: v.rank)
    values = [v for v in ordered if v.usable]
    if not values:
        return UNKNOWN
    found = labs.states(values[-1], Bands(lambda v: MET if v <= limit else NOT_MET, (limit,)))
    state = found.pop() if len(found) == 1 else UNKNOWN
    return state if state == NOT_MET or ordered[-1].usable else UNKNOWN
