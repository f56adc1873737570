"""What the paper advises now, what is to be looked at, and whether therapy may begin; each with its source."""

from __future__ import annotations

from streams.board import words
from streams.board.html.element import Html, join, tag
from streams.board.html.unit import shape
from streams.board.html.when import time
from streams.board.patient import View

MET = {"met": ("✓", "met"), "not-met": ("▲", "not met"), "unknown": ("?", "unknown")}
ELIGIBLE = {"met": "clear", "not-met": "absolute", "unknown": "indeterminate"}


def given(view: View) -> Html:
    """Open advice in the guideline's order; the same measure for two rows of one group stands once."""
    title = tag("h2", "What to do")
    found = view.assessment["advice"] if view.assessment else []
    if not found:
        return join((title, tag("p", "The guideline advises nothing now.", class_="note")))
    by_text: dict[tuple[str, str], list[str]] = {}
    for one in found:
        subject = words.criterion(one["subject"], view.guideline) if one["subject"] else ""
        by_text.setdefault((one["text"], one["source"]), []).append(subject)
    return join((title, tag("ul", *(item(text, source, subjects) for (text, source), subjects in by_text.items()), class_="advice")))


def item(text: str, source: str, subjects: list[str]) -> Html:
    """`Urine: initially fluids; ... (Table 5)`."""
    named = ", ".join(filter(None, subjects))
    return tag("li", tag("b", f"{named}: ") if named else None, text, " ", tag("small", f"({source})"))


def monitoring(view: View) -> Html:
    """Table 1: last seen, due again, overdue."""
    found = view.assessment["monitoring"] if view.assessment else []
    if not found:
        return Html()
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in ("To be looked at", "Last", "Due", "State"))))
    rows = (
        tag(
            "tr", tag("th", one["what"].replace("-", " "), scope="row"), tag("td", time(one["last"])),
            tag("td", time(one["due"]) if one["due"] else "each cycle" if one["last"] is None else "–"),
            tag("td", tag("span", shape("technical"), "overdue", class_="state technical") if one["overdue"] else None),
        )
        for one in found
    )  # fmt: skip
    return join((tag("h2", "Charting", tag("small", " Table 1", class_="note")), tag("table", head, tag("tbody", *rows), class_="grid")))


def eligibility(view: View) -> Html:
    """Whether therapy may begin; shown before the first dose."""
    if view.assessment is None or view.assessment["dose"]["number"] or view.assessment["dose"]["readiness"] == "finished":
        return Html()
    rows = (tag("li", state(one["state"]), " ", one["item"].replace("-", " ")) for one in view.assessment["eligibility"])
    return join((tag("h2", "Before the first dose"), tag("ul", *rows, class_="eligible")))


def state(name: str) -> Html:
    glyph, word = MET[name]
    return tag("span", tag("span", glyph, class_="shape", aria_hidden="true"), word, class_=f"state {ELIGIBLE[name]}")
