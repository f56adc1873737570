"""The form of an action: who, why, for how long. One dialog for all of them, outside of what is redrawn, so that nothing typed is lost."""

from __future__ import annotations

from streams.board.html.element import Html, join, tag
from streams.board.html.page import Frame

REASONS = {
    "ack": ("Seen, acting on it", "Bolus running", "Physician called", "Known, expected"),
    "silence": ("Known, being treated", "Sensor off for care"),
    "resume": ("Corrected, physician decides to resume",),
    "expire": ("Not needed any more",),
}
MINUTES = ((15, "15 min"), (30, "30 min"), (60, "1 h"), (240, "4 h"), (720, "12 h"))


def forms(frame: Frame) -> Html:
    """Both dialogs: to act, and to be told why."""
    return join((acting(frame) if frame.may_act else None, telling()))


def acting(frame: Frame) -> Html:
    by = None
    if frame.who is None:
        by = tag("label", "Your name", tag("input", name="by", id="by", required=True, maxlength=128, autocomplete="name"), class_="field")
    minutes = tag("select", *(tag("option", words, value=value) for value, words in MINUTES), name="minutes", id="minutes")
    reasons = ((what, words) for what, held in REASONS.items() for words in held)
    quick = tag("div", *(tag("button", words, type="submit", class_="quick", data_for=what, value=words) for what, words in reasons), class_="quicks")
    do = tag("button", "Do it", type="submit", class_="act primary", id="act-do")
    cancel = tag("button", "Cancel", type="button", class_="act", id="act-cancel")
    form = tag(
        "form",
        tag("h2", "", id="act-title"),
        tag("p", "", id="act-says"),
        by,
        tag("label", "For how long", minutes, class_="field", id="act-minutes"),
        quick,
        tag("label", "Or in your own words", tag("input", name="reason", id="reason", maxlength=500, autocomplete="off"), class_="field"),
        tag("p", "", id="act-error", class_="warn", role="alert"),
        tag("div", do, cancel, class_="acts"),
        id="act-form",
        method="dialog",
    )
    return tag("dialog", form, id="act", aria_labelledby="act-title")


def telling() -> Html:
    """Where an explanation stands."""
    close = tag("button", "Close", type="button", class_="act", id="why-close")
    return tag("dialog", tag("div", id="why-text", tabindex="0"), tag("div", close, class_="acts"), id="why", aria_label="Why")
