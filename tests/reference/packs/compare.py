"""Where the engine and the reference differ about packs."""

from collections.abc import Callable
from typing import Any

from .. import clock
from ..records import Event
from . import KEYS, assess_at

Assess = Callable[[list[Event], str, str], dict[str, dict[str, Any]]]
FIELDS = ("recommendation", "reasons", "verdict")
DOSE = ("readiness", "blockers")
REGIMEN = ("in_cycle", "in_course", "not_before")
ROW = ("state", "now", "stale", "effect")


def instants(events: list[Event], count: int = 3) -> list[str]:
    """Instants to compare at: some at which facts became known, and one well after the last."""
    known = sorted({clock.parse(e.get("known") or e["at"]) for e in events})
    chosen = {known[len(known) * i // (count - 1)] for i in range(1, count - 1)}
    chosen |= {known[-1], known[-1] + 7 * clock.HOUR}
    return [str(clock.show(at)) for at in sorted(chosen)][-count:]


def differences(events: list[Event], engine: Assess, keys: tuple[str, ...] = KEYS) -> list[str]:
    """Every difference of every pack at three instants."""
    ats, found = instants(events), list[str]()
    for key in keys:
        for at, wanted in zip(ats, assess_at(events, key, ats), strict=True):
            found += [f"{key} @{at} {line}" for line in _patients(wanted, engine(events, key, at))]
    return found


def _patients(wanted: dict[str, dict[str, Any]], got: dict[str, dict[str, Any]]) -> list[str]:
    found = [
        f"{p}: line {'missing' if p in wanted else 'not expected'}" for p in sorted(set(wanted) ^ set(got))
    ]
    both = sorted(set(wanted) & set(got))
    return found + [f"{p} {line}" for p in both for line in _one(wanted[p], got[p])]


def _one(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    if "regimen" in got["dose"]:
        wanted, got = _unordered(wanted), {**_unordered(got), "dose": _unordered(got["dose"])}
    found = [line for name in FIELDS for line in _unlike(name, wanted[name], got[name])]
    found += [line for name in DOSE for line in _unlike(name, wanted[name], got["dose"][name])]
    if regimen := got["dose"].get("regimen"):
        found += [line for name in REGIMEN for line in _unlike(name, wanted[name], regimen[name])]
    theirs = {c["code"]: c for c in got["criteria"]}
    for code, row in wanted["criteria"].items():
        found += _row(code, row, theirs.pop(code, {}))
    return found + [
        f"{code}: only in the engine" for code in theirs if theirs[code]["missing"] != [f"{code}.not-open"]
    ]


def _unordered(assessment: dict[str, Any]) -> dict[str, Any]:
    """Reasons and blockers sorted: the text gives packs beside 2001 no order of them."""
    return {
        name: sorted(value) if name in ("reasons", "blockers") else value
        for name, value in assessment.items()
    }


def _row(code: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    found = [line for name in ROW for line in _unlike(f"{code}.{name}", ours[name], theirs.get(name))]
    if ours["missing"] is not None:
        found += _unlike(f"{code}.missing", ours["missing"], sorted(theirs.get("missing", [])))
    return found


def _unlike(name: str, wanted: Any, got: Any) -> list[str]:
    return [] if wanted == got else [f"{name}: reference {wanted!r}, engine {got!r}"]
