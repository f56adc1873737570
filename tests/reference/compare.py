"""Where an engine and the reference differ, and the smallest log that still shows it."""

from collections.abc import Callable, Iterable
from typing import Any

from . import HOUR, both, clock
from .records import Event

Assess = Callable[[list[Event], str | None], dict[str, dict[str, Any]]]
Run = Callable[[list[Event], str | None], list[dict[str, Any]]]

CRITERION = ("state", "stale", "correctable", "evaluates_at", "group")
TRIPPED = ("relative", "absolute")
PARTS = (
    "blood_pressure",
    "pressors",
    "dose",
    "fluids",
    "eligibility",
    "accepted",
    "recommendation",
    "reasons",
    "mode",
    "relative",
    "absolute",
)
ALERT = ("patient", "seq", "id", "subject", "kind", "level", "priority", "transition", "at", "decided")
CONTEXT = ("reason", "recommendation", "carried", "acknowledged", "unacknowledged")
UNORDERED = ("missing", "correctable", "unacknowledged")
WITH_EVIDENCE = ("criterion", "blood-pressure")
BEYOND = 20 * HOUR


def differences(events: list[Event], engine_assess: Assess, engine_run: Run, clocks: int = 6) -> list[str]:
    """Every difference in assessments at several instants and in all alerts, as readable lines; empty when
    they agree.
    """
    ats = instants(events, clocks)
    expected, wanted = both(events, ats, ats[-1] if ats else None)
    found = []
    for at, ours in zip(ats, expected, strict=True):
        found += assessments(at, ours, engine_assess(events, at))
    return found + alerts(wanted, engine_run(events, ats[-1] if ats else None))


def instants(events: list[Event], count: int) -> list[str]:
    """Instants to compare at: some of those at which facts became known, one between, and one well after the
    last.
    """
    known = sorted({clock.parse(e.get("known") or e["at"]) for e in events})
    if not known:
        return []
    step = max(1, len(known) // max(1, count - 2))
    chosen = {
        *known[step - 1 :: step],
        known[-1],
        (known[len(known) // 2] + known[len(known) // 2 - 1]) // 2,
        known[-1] + BEYOND,
    }
    return [str(clock.show(at)) for at in sorted(chosen)]


# ---- assessments


def assessments(at: str, wanted: dict[str, dict[str, Any]], got: dict[str, dict[str, Any]]) -> list[str]:
    """Differences of all patients at one clock."""
    found = [
        f"@{at} {p}: line {'missing' if p in wanted else 'not expected'}"
        for p in sorted(set(wanted) ^ set(got))
    ]
    return found + [
        f"@{at} {p} {line}" for p in sorted(set(wanted) & set(got)) for line in _assessment(wanted[p], got[p])
    ]


def _assessment(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    found = _criteria(wanted, got)
    wanted, got = ({**each, "pressors": _agents(each["pressors"])} for each in (wanted, got))
    for part in PARTS:
        found += _unlike(part, wanted[part], got.get(part))
    found += _unlike("advice", _advice(wanted), _advice(got))
    ours, theirs = _monitoring(wanted), _monitoring(got)
    found += _unlike("monitoring", list(ours), list(theirs))
    return found + _unlike("monitoring", ours, theirs)


def _advice(assessment: dict[str, Any]) -> list[str]:
    """Advice in order; correctives, which ride on their criteria, sorted after it."""
    given = assessment.get("advice", [])
    plain = [a["code"] for a in given if a["code"] != "corrective"]
    return plain + sorted(f"corrective/{a['subject']}" for a in given if a["code"] == "corrective")


def _agents(pressors: dict[str, Any]) -> dict[str, Any]:
    """The pressors with their agents in order of name: the text names none."""
    return {**pressors, "agents": sorted(pressors.get("agents", ()), key=lambda one: one["agent"])}


def _monitoring(assessment: dict[str, Any]) -> dict[str, Any]:
    return {m["what"]: (m.get("due"), m["overdue"]) for m in assessment.get("monitoring", [])}


def _criteria(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    theirs = {c["code"]: c for c in got.get("criteria", [])}
    found = _unlike("criteria", [c["code"] for c in wanted["criteria"]], list(theirs))
    for ours in wanted["criteria"]:
        found += _criterion(ours, theirs.get(ours["code"], {}))
    return found


def _criterion(ours: dict[str, Any], other: dict[str, Any]) -> list[str]:
    code, tripped = ours["code"], ours["state"] in TRIPPED
    fields = CRITERION + (("value", "since") if tripped and not ours["stale"] else ())
    fields += () if tripped and ours["stale"] else ("missing",)
    found = []
    for field in fields:
        if ours[field] is not None or field != "value":
            found += _unlike(f"{code}.{field}", *(_sorted(field, c.get(field)) for c in (ours, other)))
    if tripped:
        found += _unlike(f"{code}.evidence", sorted(ours["evidence"]), sorted(other.get("evidence") or []))
    return found


def _sorted(field: str, value: Any) -> Any:
    return sorted(value) if field in UNORDERED and isinstance(value, Iterable) else value


def _unlike(name: str, wanted: Any, got: Any) -> list[str]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [
            line
            for key in dict.fromkeys([*wanted, *got])
            for line in _unlike(f"{name}.{key}", wanted.get(key), got.get(key))
        ]
    return [] if _same(wanted, got) else [f"{name}: reference {wanted!r}, engine {got!r}"]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, (int, float)):
        return bool(a == b)
    return isinstance(b, (int, float)) and abs(a - b) < 0.001


# ---- alerts


def alerts(wanted: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    """Differences of two runs, transition by transition; stops a patient at its first missing or additional
    one, for the rest follows from it.
    """
    patients = sorted({a["patient"] for a in [*wanted, *got]})
    pairs = [([a for a in run if a["patient"] == p] for run in (wanted, got)) for p in patients]
    return _order(got) + [line for ours, theirs in pairs for line in _patient(ours, theirs)]


def _order(got: list[dict[str, Any]]) -> list[str]:
    keys = [(clock.parse(a["decided"]), a["patient"]) for a in got]
    late = [i for i in range(1, len(keys)) if keys[i][0] < keys[i - 1][0]]
    return [f"alert {late[0]} of the engine is out of order of decision"] if late else []


def _patient(wanted: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for ours, theirs in zip(wanted, got, strict=False):
        if _name(ours) != _name(theirs):
            return [*found, f"alert: reference {_brief(ours)}, engine {_brief(theirs)}"]
        found += [f"alert {_brief(ours)}: {line}" for line in _alert(ours, theirs)]
    for more, who in ((wanted[len(got) :], "reference"), (got[len(wanted) :], "engine")):
        found += [f"alert only in the {who}: {_brief(more[0])}"] if more else []
    return found


def _name(alert: dict[str, Any]) -> tuple[Any, ...]:
    return (alert["subject"], alert["transition"], alert["decided"])


def _brief(alert: dict[str, Any]) -> str:
    return (
        f"{alert['patient']} #{alert['seq']} {alert['subject']} {alert['transition']} {alert['level']} "
        f"at {alert['at']} decided {alert['decided']}"
    )


def _alert(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """The fields of one transition; the `at` of an `amended` one is left open by the text, and the phase with
    it.
    """
    fields = [f for f in ALERT if f != "at" or ours["transition"] != "amended"]
    found = [line for field in fields for line in _unlike(field, ours.get(field), theirs.get(field))]
    context = theirs.get("context") or {}
    phased = ours["kind"] == "blood-pressure" and ours["at"] == theirs.get("at")
    compared = CONTEXT + (("phase",) if phased else ())
    for field in compared:
        pair = (_sorted(field, c.get(field)) for c in (ours["context"], context))
        found += _unlike(f"context.{field}", *pair)
    if ours["kind"] in WITH_EVIDENCE and ours["level"] in TRIPPED and ours["evidence"]:
        found += _unlike("evidence", sorted(ours["evidence"]), sorted(theirs.get("evidence") or []))
        found += _unlike("value", ours["value"], theirs.get("value")) if ours["value"] is not None else []
    return found


# ---- the smallest log


def shrink(
    events: list[Event], engine_assess: Assess, engine_run: Run, like: str | None = None
) -> list[Event]:
    """A minimal log that still differs (with a line containing `like`, if given): events dropped in halves,
    then one at a time.
    """

    def differs(log: list[Event]) -> bool:
        try:
            lines = differences(log, engine_assess, engine_run, clocks=8)
        except Exception:  # an engine that falls over on the shorter log is another matter
            return False
        return any(like is None or like in line for line in lines)

    size = max(1, len(events) // 2)
    while True:
        kept = _without(events, size, differs)
        if size == 1 and len(kept) == len(events):
            return kept
        events, size = kept, (size if size == 1 else size // 2)


def _without(events: list[Event], size: int, differs: Callable[[list[Event]], bool]) -> list[Event]:
    i = 0
    while i < len(events):
        shorter = events[:i] + events[i + size :]
        if shorter and differs(shorter):
            events = shorter
        else:
            i += size
    return events
