"""What stands above the flowsheet: over which time it is drawn. The drawing itself is the script's."""

from __future__ import annotations

from streams.board.html.element import Html, tag

RANGES = (("8", "8 h"), ("24", "24 h"), ("72", "72 h"), ("cycle", "Cycle"))


def ranges() -> Html:
    """Toggles, one of which is on."""
    return tag(
        "div",
        *(toggle(*one) for one in RANGES),
        tag("output", "", id="reading", class_="note"),
        class_="ranges",
        role="group",
        aria_label="Over which time",
    )


def toggle(hours: str, words: str) -> Html:
    return tag("button", words, type="button", class_="toggle", aria_pressed="true" if hours == RANGES[0][0] else "false", data_hours=hours)
