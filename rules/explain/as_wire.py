"""An explanation as JSON: times as on the wire, durations in hours, only what there is to say."""

from typing import Any

import msgspec

from rules import instant
from rules.explain.explanation import Cited, Explanation, Look, Rule, Window
from rules.instant import HOUR


def time(moment: int | None) -> str | None:
    return None if moment is None else instant.text(moment)


def wire(explanation: Explanation) -> dict[str, Any]:
    """The explanation as it is printed by `il2watch explain -o json`."""
    plain: dict[str, Any] = {field: getattr(explanation, field) for field in explanation.__struct_fields__}
    return {
        **plain,
        "at": time(explanation.at),
        "since": time(explanation.since),
        "evaluates_at": time(explanation.evaluates_at),
        "missing": list(explanation.missing),
        "correctable": list(explanation.correctable),
        "rule": _rule(explanation.rule),
        "facts": [_fact(one) for one in explanation.facts],
        "window": _window(explanation.window),
        "look": _look(explanation.look),
        "why": list(explanation.why),
        "clears": list(explanation.clears),
        "measures": list(explanation.measures),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return msgspec.structs.asdict(rule)


def _fact(one: Cited) -> dict[str, Any]:
    return {"id": one.id, "at": time(one.at), "known": time(one.known), "value": one.value, "unit": one.unit, "part": one.part}


def _window(window: Window | None) -> dict[str, Any] | None:
    return None if window is None else {"start": time(window.start), "end": time(window.end), "words": window.words}


def _look(look: Look) -> dict[str, Any]:
    return {
        "mode": look.mode,
        "intensive_since": time(look.intensive_since),
        "interval_h": None if look.interval is None else round(look.interval / HOUR, 4),
        "seen": time(look.seen),
        "due": time(look.due),
        "overdue_at": time(look.overdue_at),
        "stale_at": time(look.stale_at),
    }
