"""Render an explanation as lines of text, the most important first, or as JSON with times as on the wire."""

from typing import Any

import msgspec

from rules.explain.explanation import Cited, Explanation, Look, Rule, Window, amount, span, when
from rules.wire import instants
from rules.wire.instants import HOUR

INDENT = "  "


def lines(explanation: Explanation, verbose: bool = False) -> list[str]:
    """Return the headline; why; the facts; what was observed; the rule; what clears it; what to do.

    `verbose`: the section of the specification too; without it only the guideline is cited.
    """
    window = explanation.window
    looked = [f"{when(window.start)} to {when(window.end)}: {window.words}"] if window is not None else []
    items = (
        ("Why", list(explanation.why)),
        ("Facts", [fact(one) for one in explanation.facts]),
        ("Window", looked),
        ("Looked at", [look(explanation.look)]),
        ("Rule", rule(explanation.rule, verbose)),
        ("What clears it", list(explanation.clears)),
        ("What to do", [f"{measure['text']} ({measure['source']})" for measure in explanation.measures]),
    )
    head = [explanation.headline, f"Patient {explanation.patient} at {when(explanation.at)}."]
    return head + [
        line for title, found in items if found for line in (f"{title}:", *(INDENT + one for one in found))
    ]


def fact(one: Cited) -> str:
    """Write a cited fact: `o7 at 2026-03-02T10:00:00Z (known 10:05): 15 mL, the latest collection`."""
    at = "" if one.at is None else f" at {when(one.at)}"
    known = "" if one.known is None else f" (known {when(one.known)})"
    value = "" if one.value is None else f" {amount(one.value, one.unit)},"
    return f"{one.id}{at}{known}:{value} {one.part}"


def look(found: Look) -> str:
    """Write mode, interval, last seen, due, stale."""
    since = "" if found.intensive_since is None else f" since {when(found.intensive_since)}"
    parts = [
        f"mode {found.mode}{since}",
        "" if found.interval is None else f"every {span(found.interval)}",
        "" if found.seen is None else f"last seen {when(found.seen)}",
        "" if found.due is None else f"to be looked at again by {when(found.due)}",
        "" if found.overdue_at is None else f"overdue at {when(found.overdue_at)}",
        "" if found.stale_at is None else f"too old after {when(found.stale_at)}",
    ]
    return ", ".join(part for part in parts if part)


def rule(found: Rule, verbose: bool = False) -> list[str]:
    """Return the rule in words, with where the paper says so; `verbose`: and the specification."""
    parts = (
        ("Relative", found.relative),
        ("Absolute", found.absolute),
        ("Window", found.window),
        ("Too old", found.stale),
        ("Specification", f"docs/spec/{found.section}" if verbose else None),
    )
    return [f"{found.words} ({found.source}).", *(f"{name}: {value}." for name, value in parts if value)]


def time(moment: int | None) -> str | None:
    """Write a moment (ms) as RFC 3339; None stays None."""
    return None if moment is None else instants.text(moment)


def wire(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as `il2watch explain -o json` prints it."""
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
    return {
        "id": one.id,
        "at": time(one.at),
        "known": time(one.known),
        "value": one.value,
        "unit": one.unit,
        "part": one.part,
    }


def _window(window: Window | None) -> dict[str, Any] | None:
    return (
        None
        if window is None
        else {"start": time(window.start), "end": time(window.end), "words": window.words}
    )


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
