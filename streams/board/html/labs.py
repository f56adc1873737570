"""The latest result of every lab, with the one before, its reference limits and its unit."""

from __future__ import annotations

from rules.wire.instants import text as wire
from streams.board import words
from streams.board.html.element import Html, join, tag
from streams.board.html.when import time
from streams.board.patient import Lab, View

HEAD = ("Lab", "Latest", "Beyond", "At", "Before", "Reference")
NAMES = {code: code.upper() for code in ("alt", "ast", "ck", "ck-mb", "inr", "pt", "ptt", "tsh", "wbc")} | {"free-t4": "Free T4"}


def latest(view: View) -> Html:
    title = tag("h2", "Laboratory")
    if not view.labs:
        return join((title, tag("p", "No result in the last days.", class_="note")))
    head = tag("thead", tag("tr", *(tag("th", name, scope="col", role="columnheader") for name in HEAD), role="row"))
    return join((title, tag("table", head, tag("tbody", *map(row, view.labs), role="rowgroup"), class_="grid labs", role="table")))


def row(lab: Lab) -> Html:
    value = join((tag("b", words.number(lab.value)), " ", words.unit(lab.unit)))
    before = tag("span", words.number(lab.before[1])) if lab.before else "–"
    return tag(
        "tr", tag("th", NAMES.get(lab.code, lab.code.replace("-", " ").capitalize()), scope="row", role="rowheader"),
        *(tag("td", cell, role="cell") for cell in (value, beyond(lab), time(wire(lab.at)), before, reference(lab))), role="row", data_lab=lab.code,
    )  # fmt: skip


def beyond(lab: Lab) -> Html | None:
    """Below or above the laboratory's own reference limits."""
    if lab.high is not None and lab.value > lab.high:
        return tag("span", "↑ high", class_="flag")
    return tag("span", "↓ low", class_="flag") if lab.low is not None and lab.value < lab.low else None


def reference(lab: Lab) -> str:
    if lab.low is not None and lab.high is not None:
        return f"{words.number(lab.low)}–{words.number(lab.high)}"
    if lab.high is not None:
        return f"up to {words.number(lab.high)}"
    return f"from {words.number(lab.low)}" if lab.low is not None else ""
