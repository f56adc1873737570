"""The unit page: counts that filter, what to look for, the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from streams.board import words
from streams.board.html.element import Html, hidden, join, tag
from streams.board.html.unit import COLUMNS, head, shape

ORDER = ("stop", "delay", "correct", words.NOT_ASSESSED, "cannot-tell", "proceed")


def ward(rows: Iterable[tuple[str, Mapping[str, str], Mapping[str, str | int]]], counted: Counter[str], units: Iterable[str]) -> Html:
    """The page's content; each row with its cells and attributes, in the order they are to stand."""
    made = [row(key, cells, attributes) for key, cells, attributes in rows]
    empty = tag("p", "No patient is on the board.", id="empty", hidden=bool(made))
    none = tag("p", "No patient is like that.", id="none", class_="note", hidden=True)
    body = tag("div", *made, id="rows", class_="rows", role="rowgroup")
    heads = tag("div", head(), class_="heads", role="rowgroup")
    table = tag("div", heads, body, class_="table", role="table", aria_label="Patients, most urgent first")
    return join((tag("h1", "Patients", class_="vh"), filters(counted, units), empty, none, table))


def row(key: str, cells: Mapping[str, str], attributes: Mapping[str, str | int]) -> Html:
    """One row from the cells on show."""
    inside = (tag("div", Html(cells[name]), class_=f"c {name}", role="cell", data_cell=name) for name, _ in COLUMNS)
    return tag("div", *inside, class_="row", role="row", **{"data_key": key, **attributes})


def filters(counted: Counter[str], units: Iterable[str]) -> Html:
    """Counts by recommendation, each a filter; unit, mine, not acknowledged; search."""
    tiles = tag("div", *(tile(name, counted[name]) for name in ORDER), class_="tiles", role="group", aria_label="Show by recommendation")
    options = [tag("option", "all units", value=""), *(tag("option", name, value=name) for name in units)]
    choose = tag("label", hidden("Unit"), tag("select", *options, id="unit"))
    mine = tag("button", tag("span", "★", aria_hidden="true"), " Mine", type="button", id="mine", class_="toggle", aria_pressed="false")
    waits = tag("button", "Not acknowledged", type="button", id="waits", class_="toggle", aria_pressed="false")
    find = tag("label", hidden("Search"), tag("input", id="find", type="search", placeholder="Search patient", autocomplete="off"))
    told = tag("span", "", id="told", class_="note", role="status")
    return tag("div", tiles, tag("div", choose, mine, waits, find, told, class_="seek"), class_="filters")


def tile(name: str, count: int) -> Html:
    """`▲ Stop 2`, a toggle."""
    level = words.GRAVE[name]
    number = tag("strong", count, data_count=name)
    return tag(
        "button", shape(level), tag("span", words.RECOMMENDATION[name], class_="what"), " ", number,
        type="button", class_=f"tile {level}", aria_pressed="false", data_filter=name,
    )  # fmt: skip
