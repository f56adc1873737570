"""Render the unit page: counts that filter, and a row per patient, each cell separately.

A state is shown by shape, word and colour, never by colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import htpy as h

from rules.wire.assessments import TRIPPED
from rules.wire.instants import text as wire
from streams.board import display_texts
from streams.board.html.element import Html, age, cached, hidden, render, time
from streams.board.unit_overview import Advised, Alerts, DoseCell, PressureCell, System, UnitRow
from streams.display import DRAFT_BANNER

COLUMNS = (
    ("advised", "Recommendation"),
    ("who", "Patient"),
    ("alerts", "Not acknowledged"),
    ("dose", "Dose"),
    ("systems", "Organ systems"),
    ("pressure", "Systolic pressure"),
    ("fluids", "Fluid above maintenance, 24 h"),
    ("overdue", "Overdue charting"),
)
CELLS = {name: h.div(class_=f"c {name}", role="cell", data_cell=name) for name, _ in COLUMNS}


def cells(row: UnitRow) -> dict[str, Html]:
    """Return the markup of each column."""
    return {
        "advised": advised(row.advised),
        "who": render(who(row)),
        "alerts": alerts(row.alerts),
        "dose": dose(row.dose),
        "systems": systems(row.systems),
        "pressure": pressure(row.pressure),
        "fluids": fluids(row.fluids),
        "overdue": overdue(row.overdue),
    }


def attributes(row: UnitRow) -> dict[str, str | int]:
    """Return what the page sorts and filters by."""
    waiting = "yes" if row.alerts.unseen else "no"
    searched = f"{row.name} {row.unit} {row.location}".lower()
    return {
        "data_key": row.key,
        "data_rank": row.rank,
        "data_advised": row.advised.word,
        "data_unit": row.unit,
        "data_unseen": waiting,
        "data_find": searched,
        "data_over": "yes" if row.advised.over else "no",
    }


def head() -> h.Node:
    """Return the names of the columns."""
    return h.div(class_="row head", role="row")[
        *(h.div(class_=f"c {code}", role="columnheader")[name] for code, name in COLUMNS)
    ]


@cached
def advised(recommended: Advised) -> h.Node:
    level = (
        "clear"
        if recommended.over
        else display_texts.RECOMMENDATION_LEVEL.get(recommended.word, "indeterminate")
    )
    word = h.strong(class_=f"block {level}")[
        shape(level), display_texts.RECOMMENDATION.get(recommended.word, recommended.word)
    ]
    over = h.span(class_="note")["therapy ended"] if recommended.over else None
    since = (
        h.span(class_="note")["since ", time(recommended.since)]
        if recommended.since and not recommended.over
        else None
    )
    more = h.li[f"and {recommended.more} more"] if recommended.more else None
    why = (
        h.ul(class_="why")[*(h.li[shape(level), words_] for level, words_ in recommended.reasons), more]
        if recommended.reasons
        else None
    )
    return h.fragment[word, over, since, why]


def who(row: UnitRow) -> h.Node:
    """Return the patient's name and place, and the age of the newest fact."""
    place = row.unit if row.unit == row.location else f"{row.unit}, {row.location}"
    newest = ["newest ", age(wire(row.newest))] if row.newest is not None else "nothing charted"
    quiet = h.span(class_="note")["silence in force"] if row.quiet else None
    return [named(row.key, row.name, place), h.span(class_="note newest")[newest], star(row.key), quiet]


@cached
def named(key: str, name: str, place: str) -> h.Node:
    return [h.a(href=f"/patient/{key}", class_="name")[name], h.span(class_="note")[place]]


@cached
def star(key: str) -> h.Node:
    return h.button(class_="star", type="button", aria_pressed="false", data_star=key)[
        h.span(aria_hidden="true")["☆"], hidden("Mine")
    ]


@cached
def alerts(found: Alerts) -> h.Node:
    seen = h.span(class_="note")[f"{found.seen} acknowledged"] if found.seen else None
    if not found.unseen or found.level is None:
        return h.fragment[h.span(class_="none")["none"], seen]
    first = h.span(class_=f"message {found.level}")[shape(found.level), found.message]
    waits = age(wire(found.oldest)) if found.oldest is not None else None
    return h.fragment[
        first, h.span(class_="note")[f"{display_texts.plural(found.unseen, 'alert')}, oldest ", waits], seen
    ]


@cached
def dose(clock: DoseCell | None) -> h.Node:
    if clock is None:
        return h.span(class_="none")["–"]
    level = display_texts.READY_LEVEL.get(clock.readiness, "clear")
    ready = h.strong(class_=f"ready {level}")[
        shape(level) if level != "clear" else None,
        display_texts.READINESS.get(clock.readiness, clock.readiness),
    ]
    given = h.span(class_="note")[
        f"{display_texts.plural(clock.number, 'dose')} given",
        h.fragment[", last ", time(clock.last)] if clock.last else None,
    ]
    late = display_texts.due_late(clock.delayed_h)
    due = (
        h.span(class_="note")[f"dose {clock.number + 1} due ", time(clock.due), late]
        if clock.due and clock.readiness != "finished"
        else None
    )
    draft = h.strong(class_="draft")[DRAFT_BANNER] if clock.draft else None
    beside = (h.span(class_="note beside")[line] for line in clock.beside)
    peak = h.span(class_="peak")["peak window now"] if clock.peak else None
    return h.fragment[draft, ready, *beside, due, given, peak]


@cached
def systems(found: tuple[System, ...]) -> h.Node:
    """Return the strip of ten shapes, in the table's order."""
    return h.div(class_="strip")[*map(system, found)] if found else h.span(class_="none")["–"]


def system(found: System) -> h.Node:
    label = f"{found.name}: {display_texts.STATE.get(found.state, found.state)}" + (
        f". {found.why}" if found.why else ""
    )
    inside = (
        h.b[display_texts.SHAPE.get(found.state, "?")],
        h.i[display_texts.SYSTEMS.get(found.name, found.name)],
    )
    return h.span(class_=f"sys {found.state}", role="img", aria_label=label, title=label)[*inside]


@cached
def pressure(found: PressureCell | None) -> h.Node:
    if found is None:
        return h.span(class_="none")["–"]
    value = h.strong(class_="big")[display_texts.read(found.latest, (found.target,))]
    target = f" mmHg, target above {found.target:g}" + (
        " (no baseline: the strictest)" if found.assumed else ""
    )
    state = (
        "hypotension, " + display_texts.STATE[found.state]
        if found.state in TRIPPED
        else display_texts.STATE[found.state]
    )
    level = h.span(class_=f"state {found.state}")[shape(found.state), state, ", old" if found.stale else None]
    return h.fragment[h.span[value, h.span(class_="note")[target]], level]


@cached
def fluids(found: tuple[float, float] | None) -> h.Node:
    if found is None:
        return h.span(class_="none")["–"]
    given, limit = found
    value = f"{display_texts.read(given, (limit,))} of {display_texts.number(limit)} mL"
    bar = h.meter(
        min=0,
        max=str(limit),
        high=str(limit * 2 / 3),
        optimum=0,
        value=str(min(given, limit)),
        aria_label="Fluid above maintenance in 24 h",
    )[value]
    full = h.span(class_="full")["limit reached"] if given >= limit else None
    return h.fragment[h.span[value], bar, full]


@cached
def overdue(found: tuple[str, ...]) -> h.Node:
    if not found:
        return h.span(class_="none")["none"]
    return h.ul(class_="why")[*(h.li(class_="technical")[shape("technical"), what] for what in found)]


@cached
def shape(level: str) -> h.Node:
    """Return the shape of a level; the word beside it is read out, the shape is not."""
    return h.span(class_=f"shape {level}", aria_hidden="true")[display_texts.SHAPE.get(level, "?")]


ORDER = ("stop", "delay", "correct", display_texts.NOT_ASSESSED, "cannot-tell", "proceed")


def unit_page(
    rows: Iterable[tuple[str, Mapping[str, str], Mapping[str, str | int]]],
    counted: Counter[str],
    units: Iterable[str],
) -> h.Node:
    """Return the page's content. `rows`: key, cells and attributes of each row, in order of display."""
    row_nodes = [row(key, cells, attributes) for key, cells, attributes in rows]
    empty = h.p(id="empty", hidden=bool(row_nodes))["No patient is on the board."]
    none = h.p(id="none", class_="note", hidden=True)["No patient is like that."]
    body = h.div(id="rows", class_="rows", role="rowgroup")[*row_nodes]
    heads = h.div(class_="heads", role="rowgroup")[head()]
    table = h.div(class_="table", role="table", aria_label="Patients, most urgent first")[heads, body]
    return h.fragment[h.h1(class_="vh")["Patients"], filters(counted, units), empty, none, table]


def row(key: str, cells: Mapping[str, str], attributes: Mapping[str, str | int]) -> h.Node:
    """Return a row from its cells."""
    inside = [empty[Html(cells[name])] for name, empty in CELLS.items()]
    return h.div(class_="row", role="row", **{"data_key": key, **attributes})[inside]


def filters(counted: Counter[str], units: Iterable[str]) -> h.Node:
    """Return the filters: counts by recommendation, unit, mine, not acknowledged, search."""
    tiles = h.div(class_="tiles", role="group", aria_label="Show by recommendation")[
        *(tile(name, counted[name]) for name in ORDER)
    ]
    options = [h.option(value="")["all units"], *(h.option(value=name)[name] for name in units)]
    choose = h.label[hidden("Unit"), h.select(id="unit")[*options]]
    mine = h.button(type="button", id="mine", class_="toggle", aria_pressed="false")[
        h.span(aria_hidden="true")["★"], " Mine"
    ]
    waits = h.button(type="button", id="waits", class_="toggle", aria_pressed="false")["Not acknowledged"]
    find = h.label[
        hidden("Search"), h.input(id="find", type="search", placeholder="Search patient", autocomplete="off")
    ]
    matches = h.span(id="matches", class_="note", role="status")
    return h.div(class_="filters")[tiles, h.div(class_="seek")[choose, mine, waits, find, matches]]


def tile(name: str, count: int) -> h.Node:
    """Return the toggle of a recommendation: `▲ Stop 2`."""
    level = display_texts.RECOMMENDATION_LEVEL[name]
    number = h.strong(data_count=name)[count]
    return h.button(type="button", class_=f"tile {level}", aria_pressed="false", data_filter=name)[
        shape(level), h.span(class_="what")[display_texts.RECOMMENDATION[name]], " ", number
    ]
