"""The criteria in the order of Table 3: state in shape and word, value, limit, since when, what is missing, and why in words on demand."""

from __future__ import annotations

from typing import Any

from streams.board import words
from streams.board.html.element import Html, join, tag
from streams.board.html.unit import shape
from streams.board.html.when import time
from streams.board.patient import View

HEAD = ("System", "Criterion", "State", "Value", "Limit", "Since", "Note")


def table(view: View) -> Html:
    title = tag("h2", "Criteria for delay or discontinuation", tag("small", " Table 3", class_="note"))
    if view.assessment is None:
        return join((title, tag("p", "Not assessed yet: facts have come, and the worker has judged none of them.")))
    counts = tag("p", f"{view.assessment['relative']} relative, {view.assessment['absolute']} absolute, counted by group.", class_="note")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col", role="columnheader") for name in HEAD), role="row"))
    rows, before = [], None
    for one in view.assessment["criteria"]:
        rows.append(row(one, one["system"] if one["system"] != before else None, view))
        before = one["system"]
    return join((title, counts, tag("table", head, tag("tbody", *rows, role="rowgroup"), class_="grid", role="table")))


def row(one: dict[str, Any], system: str | None, view: View) -> Html:
    state = one["state"]
    said = tag("span", shape(state), words.STATE[state], class_=f"state {state}")
    name = words.criterion(one["code"], view.guideline)
    cells = (
        tag("td", system.capitalize() if system else None, class_="system", role="cell"),
        tag("th", explains(one["code"], name, view), scope="row", role="rowheader"),
        tag("td", said, data_state=state, role="cell"),
        tag("td", words.measured(one["value"], one["unit"]) if one["value"] is not None else "–", data_value=words.number(one["value"]), role="cell"),
        tag("td", one["limit"] or "–", role="cell"),
        tag("td", time(one["since"]), role="cell"),
        tag("td", note(one), class_="note", role="cell"),
    )
    calm = " calm" if state == "clear" and one["value"] is None and not one["evaluates_at"] else ""
    return tag("tr", *cells, role="row", class_=f"crit {state}{calm}", data_code=one["code"], data_evidence=one["code"])


def explains(code: str, name: str, view: View) -> Html:
    """The name, which tells why when it is asked."""
    if not view.explains:
        return tag("span", name)
    return tag("button", name, type="button", class_="why-button", data_explain=code, aria_haspopup="dialog", id=f"why-{code}")


def note(one: dict[str, Any]) -> Html:
    """What qualifies the state."""
    parts: list[Html | str] = []
    if one["stale"]:
        parts.append("old data: the state is kept")
    if one["missing"]:
        parts.append(f"missing: {', '.join(one['missing'])}")
    if one["correctable"]:
        parts.append(f"first correct: {', '.join(one['correctable'])}")
    if one["evaluates_at"]:
        parts.append(join(("judged at ", time(one["evaluates_at"]))))
    return join(parts, "; ")
