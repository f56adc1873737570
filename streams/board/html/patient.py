"""Render the patient page in sections, each separately, so that only what changed is sent."""

from __future__ import annotations

import htpy as h

from rules.guideline import Guideline
from rules.guideline.nurse_names import input_name
from rules.wire.assessments import TRIPPED, AcceptedItem, CriterionRow, IgnoredItem
from rules.wire.instants import text as wire
from streams import measurements
from streams.board import display_texts
from streams.board.html import alerts
from streams.board.html.element import Html, age, cached, hidden, render, time
from streams.board.html.unit import dose, fluids, pressure, shape
from streams.board.patient import LabView, PatientView, accepted
from streams.flowsheet.limits import thresholds
from streams.flowsheet.shift_words import LAB_NAMES

LAB_HEAD = ("Lab", "Latest", "Beyond", "At", "Before", "Reference")


def latest(view: PatientView) -> h.Node:
    """Return the laboratory section."""
    title = h.h2["Laboratory"]
    if not view.labs:
        return h.fragment[title, h.p(class_="note")["No result in the last days."]]
    head = h.thead[h.tr(role="row")[*(h.th(scope="col", role="columnheader")[name] for name in LAB_HEAD)]]
    rows = (lab_row(lab, thresholds(view.guideline, lab.unit)) for lab in view.labs)
    body = h.tbody(role="rowgroup")[*rows]
    return h.fragment[
        title,
        h.table(class_="grid labs", role="table")[head, body],
    ]


@cached
def lab_row(lab: LabView, limits: tuple[float, ...]) -> h.Node:
    limits = (*limits, *(end for end in (lab.low, lab.high) if end is not None))
    value = h.fragment[h.b[display_texts.read(lab.value, limits)], " ", measurements.unit(lab.unit)]
    before = h.span[display_texts.read(lab.before[1], limits)] if lab.before else "–"
    cells = (value, beyond(lab), time(wire(lab.at)), before, reference(lab))
    name = LAB_NAMES.get(lab.code, lab.code.replace("-", " ").capitalize())
    return h.tr(role="row", data_lab=lab.code)[
        h.th(scope="row", role="rowheader")[name], *(h.td(role="cell")[cell] for cell in cells)
    ]


def beyond(lab: LabView) -> h.Node:
    """Return a flag when a value is below or above the laboratory's own reference limits."""
    if lab.high is not None and lab.value > lab.high:
        return h.span(class_="flag")["↑ high"]
    return h.span(class_="flag")["↓ low"] if lab.low is not None and lab.value < lab.low else None


def reference(lab: LabView) -> str:
    if lab.low is not None and lab.high is not None:
        return f"{display_texts.number(lab.low)}–{display_texts.number(lab.high)}"
    if lab.high is not None:
        return f"up to {display_texts.number(lab.high)}"
    return f"from {display_texts.number(lab.low)}" if lab.low is not None else ""


MET = {"met": ("✓", "met"), "not-met": ("▲", "not met"), "unknown": ("?", "unknown")}
ELIGIBLE = {"met": "clear", "not-met": "absolute", "unknown": "indeterminate"}


def given(view: PatientView) -> h.Node:
    """Return open advice in the guideline's order; the same measure for several subjects appears once."""
    title = h.h2["What to do"]
    found = view.assessment.advice if view.assessment else []
    if not found:
        return h.fragment[title, h.p(class_="note")["The guideline advises nothing now."]]
    by_text: dict[tuple[str, str], list[str]] = {}
    for one in found:
        subject = display_texts.criterion(one.subject, view.guideline) if one.subject else ""
        by_text.setdefault((one.text, one.source), []).append(subject)
    return h.fragment[
        title,
        h.ul(class_="advice")[
            *(item(text, source, subjects) for (text, source), subjects in by_text.items())
        ],
    ]


def item(text: str, source: str, subjects: list[str]) -> h.Node:
    """Return a measure: `Urine: initially fluids; ... (Table 5)`."""
    named = ", ".join(filter(None, subjects))
    return h.li[h.b[f"{named}: "] if named else None, text, " ", h.small[f"({source})"]]


def monitoring(view: PatientView) -> h.Node:
    """Return the items of Table 1: last seen, due, overdue."""
    found = view.assessment.monitoring if view.assessment else []
    if not found:
        return None
    head = h.thead[h.tr[*(h.th(scope="col")[name] for name in ("To be looked at", "Last", "Due", "State"))]]
    late = h.span(class_="state technical")[shape("technical"), "overdue"]
    rows = (
        h.tr(data_what=one.what)[
            h.th(scope="row")[looked_at(one.what, view.guideline)],
            h.td[time(one.last)],
            h.td[time(one.due) if one.due else "each cycle" if one.last is None else "–"],
            h.td[late if one.overdue else None],
        ]
        for one in found
    )
    return h.fragment[
        h.h2["Charting", h.small(class_="note")[" Table 1"]], h.table(class_="grid")[head, h.tbody[*rows]]
    ]


def looked_at(what: str, guideline: Guideline) -> str:
    """Return an item of Table 1 by what is looked at, any other by what its alert says."""
    words = display_texts.charting(what, guideline)
    return words.partition(" not ")[0] if what in guideline.observes else words


def set_aside(view: PatientView) -> h.Node:
    """Return what was charted in the last 24 h and is not used, with why (criteria.md section 8)."""
    found = view.assessment.ignored if view.assessment else ()
    if not found:
        return None
    items = (
        h.li[h.b[one.code.replace("-", " "), " ", aside_value(one)], ", ", time(one.at), f": {one.reason}"]
        for one in found
    )
    return h.fragment[h.h2["Charted and not used", h.small(class_="note")[" last 24 h"]], h.ul[*items]]


def aside_value(one: IgnoredItem) -> str:
    """Return a value as it was sent."""
    return " ".join(filter(None, (display_texts.number(one.value), measurements.unit(one.unit))))


def eligibility(view: PatientView) -> h.Node:
    """Return whether therapy may begin; displayed before the first dose."""
    if view.assessment is None or view.assessment.dose.number or view.assessment.dose.readiness == "finished":
        return None
    name = view.guideline.eligibility.item_name
    rows = (h.li[state(one.state), " ", name(one.item)] for one in view.assessment.eligibility)
    return h.fragment[h.h2["Before the first dose"], h.ul(class_="eligible")[*rows]]


def state(name: str) -> h.Node:
    glyph, word = MET[name]
    return h.span(class_=f"state {ELIGIBLE[name]}")[h.span(class_="shape", aria_hidden="true")[glyph], word]


NOT_YET = "Not assessed yet: facts have come, and the worker has judged none of them."
UNREADABLE = f"{display_texts.UNREADABLE}. Judge by what is charted, and have the board's version looked at."
CRITERIA_HEAD = ("System", "Criterion", "State", "Value", "Limit", "Since", "Note")


def table(view: PatientView) -> h.Node:
    """Return the rows of Table 3."""
    title = h.h2["Criteria for delay or discontinuation", h.small(class_="note")[" Table 3"]]
    if view.assessment is None:
        words = UNREADABLE if view.unreadable else NOT_YET
        return h.fragment[title, h.p[words]]
    counts = h.p(class_="note")[
        f"{view.assessment.relative} relative, {view.assessment.absolute} absolute, counted by group."
    ]
    head = h.thead[
        h.tr(role="row")[*(h.th(scope="col", role="columnheader")[name] for name in CRITERIA_HEAD)]
    ]
    rows, before = [], None
    for one in view.assessment.criteria:
        rows.append(criterion_row(one, one.system if one.system != before else None, view))
        before = one.system
    return h.fragment[
        title, counts, h.table(class_="grid", role="table")[head, h.tbody(role="rowgroup")[*rows]]
    ]


def criterion_row(one: CriterionRow, system: str | None, view: PatientView) -> h.Node:
    state, value, known = one.state, one.value, accepted(one.code, view.assessment)
    name = display_texts.criterion(one.code, view.guideline)
    cells = (
        cell(system.capitalize() if system else "", class_="system"),
        criterion(one.code, name, view.explains),
        judged(state),
        cell(
            display_texts.criterion_value(one, view.guideline),
            data_value=display_texts.number(value),
        ),
        cell(one.limit or "–"),
        since(one.since),
        h.td(class_="note", role="cell")[note(one, known, name)],
    )
    calm = " calm" if state == "clear" and value is None and not one.evaluates_at else ""
    return h.tr(role="row", class_=f"crit {state}{calm}", data_code=one.code, data_evidence=one.code)[*cells]


@cached
def cell(text: str, **attributes: str) -> h.Node:
    return h.td(**attributes, role="cell")[text]


@cached
def since(instant: str | None) -> h.Node:
    return h.td(role="cell")[time(instant)]


@cached
def judged(state: str) -> h.Node:
    label = h.span(class_=f"state {state}")[shape(state), display_texts.STATE[state]]
    return h.td(data_state=state, role="cell")[label]


@cached
def criterion(code: str, name: str, explains: bool) -> h.Node:
    """Return the name of a row, as a button that opens the explanation when there is one."""
    asking = h.button(
        type="button", class_="why-button", data_explain=code, aria_haspopup="dialog", id=f"why-{code}"
    )
    return h.th(scope="row", role="rowheader")[asking[name] if explains else h.span[name]]


def note(one: CriterionRow, known: AcceptedItem | None, name: str) -> h.Node:
    """Return what qualifies a state: accepted, old or missing data, what to correct first, when evaluated.

    With the button that accepts it as known, for one that is tripped.
    """
    parts: list[h.Node] = []
    if known is not None:
        parts.append(f"accepted up to {known.level} by {known.by}: {known.reason}; not counted")
    if one.stale:
        parts.append("old data: the state is kept")
    if one.missing:
        parts.append(f"missing: {', '.join(map(input_name, one.missing))}")
    if one.correctable:
        parts.append(f"first correct: {', '.join(one.correctable)}")
    if one.evaluates_at:
        parts.append(h.fragment["judged at ", time(one.evaluates_at)])
    words = [node for part in parts for node in ("; ", part)][1:]
    offered = known is None and one.state in TRIPPED
    return [*words, alerts.accept(one.code, one.state, name, "row") if offered else None]


SECTIONS = (
    "summary", "alerts", "criteria", "advice", "labs", "aside", "monitoring", "eligibility", "timeline",
)  # fmt: skip


def sections(view: PatientView) -> dict[str, Html]:
    """Return the markup of each section."""
    return {
        "summary": render(summary(view)),
        "alerts": render(alerts.open_alerts(view)),
        "criteria": render(table(view)),
        "advice": render(given(view)),
        "labs": render(latest(view)),
        "aside": render(set_aside(view)),
        "monitoring": render(monitoring(view)),
        "eligibility": render(eligibility(view)),
        "timeline": render(alerts.timeline(view)),
    }


def patient(cells: dict[str, str], ranges: h.Node) -> h.Node:
    """Return the page's content from its sections.

    The flowsheet comes after the alerts, for readers who look for the reason.
    """

    def section(name: str) -> h.Node:
        return h.section(class_=f"section {name}", data_cell=name, id=name)[Html(cells[name])]

    sheet = h.section(class_="section flowsheet", id="flowsheet")[
        h.h2["Flowsheet"], ranges, h.div(id="sheet", class_="sheet")
    ]
    first = h.div(class_="first")[section("alerts"), section("advice")]
    middle = h.div(class_="middle")[sheet, section("criteria")]
    last = h.div(class_="last")[
        section("aside"), section("monitoring"), section("eligibility"), section("labs"), section("timeline")
    ]
    return h.fragment[
        h.nav(class_="back", aria_label="Back")[h.a(href="/")["← All patients"]],
        section("summary"),
        h.div(class_="columns")[first, middle, last],
    ]


def summary(view: PatientView) -> h.Node:
    """Return patient, recommendation, reasons, since when; dose, pressure, fluids."""
    advised = view.advised
    level = "clear" if advised.over else display_texts.RECOMMENDATION_LEVEL.get(advised.word, "indeterminate")
    word = h.strong(class_=f"block {level}")[
        shape(level), display_texts.RECOMMENDATION.get(advised.word, advised.word)
    ]
    headline = h.p[word, " ", None if view.unreadable else display_texts.MEANS.get(advised.word, "")]
    since = h.p(class_="note")["since ", time(advised.since)] if advised.since and not advised.over else None
    over = h.p(class_="note")["Therapy has ended."] if advised.over else None
    reasons = (
        h.li[shape(level), hidden(display_texts.STATE[level] + ": "), reason]
        for level, reason in advised.reasons
    )
    why = h.ul(class_="why")[*reasons] if advised.reasons else None
    clocks = (
        fact("Dose", dose(view.dose)),
        against(view.blockers),
        fact("Systolic pressure", pressure(view.pressure)),
        fact("Fluid above maintenance, 24 h", fluids(view.fluids)),
        fact("Pressors", pressors(view)),
    )
    lead = h.div(class_="lead")[
        h.div(class_="advised")[headline, since, over, why], h.dl(class_="facts")[*clocks]
    ]
    return h.fragment[h.h1(id="who")[view.name, " ", place(view)], lead]


def against(blockers: tuple[str, ...]) -> h.Node:
    """Return what stands against the next dose beside the reasons; nothing where nothing does."""
    if not blockers:
        return None
    return fact("Against the next dose, too", h.ul(class_="against")[*(h.li[one] for one in blockers)])


def pressors(view: PatientView) -> h.Node:
    """Return the pressor load with the rates it is made of; a rate without a number says so."""
    found = view.assessment.pressors if view.assessment else None
    if found is None or not found.agents:
        return h.span(class_="none")["none running"] if found else h.span(class_="none")["–"]
    rates = ", ".join(
        f"{one.agent} {'rate not known' if one.rate is None else display_texts.measured(one.rate, one.unit)}"
        for one in found.agents
    )
    load = display_texts.measured(found.load, found.unit, thresholds(view.guideline, found.unit))
    return h.fragment[h.strong[f"load {load}"], h.span(class_="note")[rates]]


def unjudged(view: PatientView) -> str:
    return ", judgement not readable" if view.unreadable else ", not judged yet"


def fact(name: str, value: h.Node) -> h.Node:
    return h.div[h.dt[name], h.dd[value]]


def place(view: PatientView) -> h.Node:
    """Return unit, location, mode of monitoring, and the age of the newest fact and of the assessment."""
    where = view.unit if view.unit == view.location else f"{view.unit}, {view.location}"
    mode = f", {view.assessment.mode} monitoring" if view.assessment else ""
    newest = (
        h.fragment[", newest event ", age(wire(view.newest))]
        if view.newest is not None
        else ", nothing charted"
    )
    judged_at = h.fragment[", judged ", time(view.assessment.at)] if view.assessment else unjudged(view)
    other = None
    if not view.same_guideline:
        other = h.span(class_="warn", role="alert")[
            " The worker goes by another configuration than this board: limits are not drawn."
        ]
    return h.small[where, mode, newest, judged_at, other]
