"""An explanation as plain lines of text, the weightiest first."""

from rules.explain.amounts import amount, span, when
from rules.explain.explanation import Cited, Explanation, Look, Rule

INDENT = "  "


def lines(explanation: Explanation, verbose: bool = False) -> list[str]:
    """The headline; why; the facts; what was looked at; the rule; what clears it; what to do.

    `verbose`: the section of the specification too; without it only the guideline is cited.
    """
    window = explanation.window
    looked = [f"{when(window.start)} to {when(window.end)}: {window.words}"] if window is not None else []
    told = (
        ("Why", list(explanation.why)),
        ("Facts", [fact(one) for one in explanation.facts]),
        ("Window", looked),
        ("Looked at", [look(explanation.look)]),
        ("Rule", rule(explanation.rule, verbose)),
        ("What clears it", list(explanation.clears)),
        ("What to do", [f"{measure['text']} ({measure['source']})" for measure in explanation.measures]),
    )
    head = [explanation.headline, f"Patient {explanation.patient} at {when(explanation.at)}."]
    return head + [line for title, said in told if said for line in (f"{title}:", *(INDENT + one for one in said))]


def fact(one: Cited) -> str:
    """`o7 at 2026-03-02T10:00:00Z (known 10:05): 15 mL, the latest collection`."""
    at = "" if one.at is None else f" at {when(one.at)}"
    known = "" if one.known is None else f" (known {when(one.known)})"
    value = "" if one.value is None else f" {amount(one.value, one.unit)},"
    return f"{one.id}{at}{known}:{value} {one.part}"


def look(found: Look) -> str:
    """Mode, interval, last seen, due, stale."""
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
    """The rule in words, with where the paper says so; `verbose`: and the specification."""
    parts = (
        ("Relative", found.relative),
        ("Absolute", found.absolute),
        ("Window", found.window),
        ("Too old", found.stale),
        ("Specification", f"docs/spec/{found.section}" if verbose else None),
    )
    return [f"{found.words} ({found.source}).", *(f"{name}: {said}." for name, said in parts if said)]
