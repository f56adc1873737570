"""Before therapy: the ten items (criteria.md 7)."""

from typing import Any

from .facts import Knowledge

MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"


def items(k: Knowledge) -> list[dict[str, str]]:
    """Each item's state in order."""
    told = _findings(k)
    heavy = _any(told.get("heavy-smoker"), told.get("heavy-lung-burden"))
    states = {
        "creatinine": _at_most(k, "creatinine", 1.6),
        "bilirubin": _at_most(k, "bilirubin", 2),
        "ecg": _is(told.get("ecg-normal"), True),
        "steroid": _is(told.get("recent-steroid"), False),
        "infection": _is(told.get("recent-infection"), False),
        "stress-test": _if(
            _any(_old(told.get("age")), told.get("family-history-cardiac")), told.get("stress-test-normal")
        ),
        "chest-xray": _is(told.get("chest-xray-clear"), True),
        "pulmonary-function": _if(heavy, told.get("pft-adequate")),
        "antihypertensives": _is(told.get("antihypertensives-stopped"), True),
        "organ-disease": _is(told.get("major-organ-disease"), False),
    }
    return [{"item": item, "state": state} for item, state in states.items()]


def _findings(k: Knowledge) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for fact in k.baselines:
        told |= fact.event.get("findings") or {}
        if fact.event.get("age") is not None:
            told["age"] = fact.event["age"]
    return told


def _old(age: float | None) -> bool | None:
    return None if age is None else age >= 50


def _any(*conditions: bool | None) -> bool | None:
    return True if any(conditions) else None if None in conditions else False


def _is(value: bool | None, wanted: bool) -> str:
    return UNKNOWN if value is None else MET if value is wanted else NOT_MET


def _if(needed: bool | None, normal: bool | None) -> str:
    if normal or needed is False:
        return MET
    return UNKNOWN if needed is None or normal is None else NOT_MET


def _at_most(k: Knowledge, code: str, limit: float) -> str:
    readings = [
        (f.rank, r.value) for f in [*k.baselines, *k.of_type("labs")] for r in f.readings if r.code == code
    ]
    return UNKNOWN if not readings else MET if max(readings)[1] <= limit else NOT_MET
