"""Draw the unit page: counts that filter, and a row a patient, each cell on its own. State is shape, word
and colour, never colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rules.wire.instants import text as wire
from streams.board import words
from streams.board.html.element import Html, age, hidden, join, tag, time
from streams.board.unit import Advised, Alerts, Dose, Pressure, Row, System

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
CACHED = 4096


def cells(row: Row) -> dict[str, Html]:
    """What stands in each column."""
    return {
        "advised": advised(row.advised),
        "who": who(row.key, row.name, row.unit, row.location, row.newest, row.quiet),
        "alerts": alerts(row.alerts),
        "dose": dose(row.dose),
        "systems": systems(row.systems),
        "pressure": pressure(row.pressure),
        "fluids": fluids(row.fluids),
        "overdue": overdue(row.overdue),
    }


def attributes(row: Row) -> dict[str, str | int]:
    """What the page sorts and filters by."""
    waiting = "yes" if row.alerts.unseen else "no"
    found = f"{row.name} {row.unit} {row.location}".lower()
    return {
        "data_key": row.key,
        "data_rank": row.rank,
        "data_advised": row.advised.word,
        "data_unit": row.unit,
        "data_unseen": waiting,
        "data_find": found,
        "data_over": "yes" if row.advised.over else "no",
    }


def head() -> Html:
    """The columns' names."""
    return tag(
        "div",
        *(tag("div", name, class_=f"c {code}", role="columnheader") for code, name in COLUMNS),
        class_="row head",
        role="row",
    )


@lru_cache(CACHED)
def advised(told: Advised) -> Html:
    level = "clear" if told.over else words.GRAVE.get(told.word, "indeterminate")
    said = tag(
        "strong", shape(level), words.RECOMMENDATION.get(told.word, told.word), class_=f"block {level}"
    )
    over = tag("span", "therapy ended", class_="note") if told.over else None
    since = tag("span", "since ", time(told.since), class_="note") if told.since and not told.over else None
    more = tag("li", f"and {told.more} more") if told.more else None
    why = (
        tag("ul", *(tag("li", shape(level), words_) for level, words_ in told.reasons), more, class_="why")
        if told.reasons
        else None
    )
    return join((said, over, since, why))


def who(key: str, name: str, unit: str, location: str, newest: int | None, quiet: bool) -> Html:
    place = unit if unit == location else f"{unit}, {location}"
    heard = join(("newest ", age(wire(newest)))) if newest is not None else "nothing charted"
    star = tag(
        "button",
        tag("span", "☆", aria_hidden="true"),
        hidden("Mine"),
        class_="star",
        type="button",
        aria_pressed="false",
        data_star=key,
    )
    return join((
        tag("a", name, href=f"/patient/{key}", class_="name"), tag("span", place, class_="note"),
        tag("span", heard, class_="note heard"), star,
        tag("span", "silence in force", class_="note") if quiet else None,
    ))  # fmt: skip


@lru_cache(CACHED)
def alerts(found: Alerts) -> Html:
    seen = tag("span", f"{found.seen} acknowledged", class_="note") if found.seen else None
    if not found.unseen or found.level is None:
        return join((tag("span", "none", class_="none"), seen))
    first = tag("span", shape(found.level), found.message, class_=f"said {found.level}")
    waits = age(wire(found.oldest)) if found.oldest is not None else None
    return join(
        (first, tag("span", f"{words.plural(found.unseen, 'alert')}, oldest ", waits, class_="note"), seen)
    )


@lru_cache(CACHED)
def dose(clock: Dose | None) -> Html:
    if clock is None:
        return tag("span", "–", class_="none")
    level = words.READY_LEVEL.get(clock.readiness, "clear")
    ready = tag(
        "strong",
        shape(level) if level != "clear" else None,
        words.READINESS.get(clock.readiness, clock.readiness),
        class_=f"ready {level}",
    )
    given = tag(
        "span",
        f"{words.plural(clock.number, 'dose')} given",
        join((", last ", time(clock.last))) if clock.last else None,
        class_="note",
    )
    late = f", {clock.delayed_h:.1f} h late" if clock.delayed_h else ""
    due = (
        tag("span", f"dose {clock.number + 1} due ", time(clock.due), late, class_="note")
        if clock.due and clock.readiness != "finished"
        else None
    )
    return join((ready, due, given, tag("span", "peak window now", class_="peak") if clock.peak else None))


@lru_cache(CACHED)
def systems(found: tuple[System, ...]) -> Html:
    """The strip: ten shapes in the table's order."""
    return tag("div", *map(system, found), class_="strip") if found else tag("span", "–", class_="none")


def system(found: System) -> Html:
    label = f"{found.name}: {words.STATE.get(found.state, found.state)}" + (
        f". {found.why}" if found.why else ""
    )
    inside = (
        tag("b", words.SHAPE.get(found.state, "?")),
        tag("i", words.SYSTEMS.get(found.name, found.name)),
    )
    return tag("span", *inside, class_=f"sys {found.state}", role="img", aria_label=label, title=label)


@lru_cache(CACHED)
def pressure(found: Pressure | None) -> Html:
    if found is None:
        return tag("span", "–", class_="none")
    value = tag("strong", words.number(found.latest), class_="big")
    target = f" mmHg, target above {found.target:g}" + (
        " (no baseline: the strictest)" if found.assumed else ""
    )
    state = (
        "hypotension, " + words.STATE[found.state]
        if found.state in ("relative", "absolute")
        else words.STATE[found.state]
    )
    shown = tag(
        "span", shape(found.state), state, ", old" if found.stale else None, class_=f"state {found.state}"
    )
    return join((tag("span", value, tag("span", target, class_="note")), shown))


@lru_cache(CACHED)
def fluids(found: tuple[float, float] | None) -> Html:
    if found is None:
        return tag("span", "–", class_="none")
    given, limit = found
    said = f"{words.number(given)} of {words.number(limit)} mL"
    bar = tag(
        "meter",
        said,
        min=0,
        max=limit,
        high=limit * 2 / 3,
        optimum=0,
        value=min(given, limit),
        aria_label="Fluid above maintenance in 24 h",
    )
    full = tag("span", "limit reached", class_="full") if given >= limit else None
    return join((tag("span", said), bar, full))


@lru_cache(CACHED)
def overdue(found: tuple[str, ...]) -> Html:
    if not found:
        return tag("span", "none", class_="none")
    return tag(
        "ul", *(tag("li", shape("technical"), what, class_="technical") for what in found), class_="why"
    )


def shape(level: str) -> Html:
    """The shape of a level; the word beside it is read out, the shape is not."""
    return tag("span", words.SHAPE.get(level, "?"), class_=f"shape {level}", aria_hidden="true")


ORDER = ("stop", "delay", "correct", words.NOT_ASSESSED, "cannot-tell", "proceed")


def ward(
    rows: Iterable[tuple[str, Mapping[str, str], Mapping[str, str | int]]],
    counted: Counter[str],
    units: Iterable[str],
) -> Html:
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
    inside = (
        tag("div", Html(cells[name]), class_=f"c {name}", role="cell", data_cell=name) for name, _ in COLUMNS
    )
    return tag("div", *inside, class_="row", role="row", **{"data_key": key, **attributes})


def filters(counted: Counter[str], units: Iterable[str]) -> Html:
    """Counts by recommendation, each a filter; unit, mine, not acknowledged; search."""
    tiles = tag(
        "div",
        *(tile(name, counted[name]) for name in ORDER),
        class_="tiles",
        role="group",
        aria_label="Show by recommendation",
    )
    options = [tag("option", "all units", value=""), *(tag("option", name, value=name) for name in units)]
    choose = tag("label", hidden("Unit"), tag("select", *options, id="unit"))
    mine = tag(
        "button",
        tag("span", "★", aria_hidden="true"),
        " Mine",
        type="button",
        id="mine",
        class_="toggle",
        aria_pressed="false",
    )
    waits = tag(
        "button", "Not acknowledged", type="button", id="waits", class_="toggle", aria_pressed="false"
    )
    find = tag(
        "label",
        hidden("Search"),
        tag("input", id="find", type="search", placeholder="Search patient", autocomplete="off"),
    )
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
