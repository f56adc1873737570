"""The patient page: sections, each on its own, so that only what changed is sent."""

from __future__ import annotations

from rules.wire.instants import text as wire
from streams.board import words
from streams.board.html import advice, alerts, criteria, labs
from streams.board.html.element import Html, hidden, join, tag
from streams.board.html.unit import dose, fluids, pressure, shape
from streams.board.html.when import age, time
from streams.board.patient import View

SECTIONS = ("summary", "alerts", "criteria", "advice", "labs", "monitoring", "eligibility", "timeline")


def sections(view: View) -> dict[str, Html]:
    """What stands in each section."""
    return {
        "summary": summary(view),
        "alerts": alerts.standing(view),
        "criteria": criteria.table(view),
        "advice": advice.given(view),
        "labs": labs.latest(view),
        "monitoring": advice.monitoring(view),
        "eligibility": advice.eligibility(view),
        "timeline": alerts.timeline(view),
    }


def patient(cells: dict[str, str], ranges: Html) -> Html:
    """The page's content from the sections on show; the flowsheet stands after the alerts, for those who look for the why."""

    def section(name: str) -> Html:
        return tag("section", Html(cells[name]), class_=f"section {name}", data_cell=name, id=name)

    sheet = tag("section", tag("h2", "Flowsheet"), ranges, tag("div", id="sheet", class_="sheet"), class_="section flowsheet", id="flowsheet")
    first = tag("div", section("alerts"), section("advice"), class_="first")
    middle = tag("div", sheet, section("criteria"), class_="middle")
    last = tag("div", section("monitoring"), section("eligibility"), section("labs"), section("timeline"), class_="last")
    return join((
        tag("nav", tag("a", "← All patients", href="/"), class_="back", aria_label="Back"), section("summary"),
        tag("div", first, middle, last, class_="columns"),
    ))  # fmt: skip


def summary(view: View) -> Html:
    """Who, what is advised, why, since when; dose, pressure, fluids."""
    told = view.advised
    level = "clear" if told.over else words.GRAVE.get(told.word, "indeterminate")
    word = tag("strong", shape(level), words.RECOMMENDATION.get(told.word, told.word), class_=f"block {level}")
    said = tag("p", word, " ", words.MEANS.get(told.word, ""))
    since = tag("p", "since ", time(told.since), class_="note") if told.since and not told.over else None
    over = tag("p", "Therapy has ended.", class_="note") if told.over else None
    reasons = (tag("li", shape(level), hidden(words.STATE[level] + ": "), reason) for level, reason in told.reasons)
    why = tag("ul", *reasons, class_="why") if told.reasons else None
    clocks = (
        fact("Dose", dose(view.dose)),
        fact("Systolic pressure", pressure(view.pressure)),
        fact("Fluid above maintenance, 24 h", fluids(view.fluids)),
    )
    lead = tag("div", tag("div", said, since, over, why, class_="advised"), tag("dl", *clocks, class_="facts"), class_="lead")
    return join((tag("h1", view.name, " ", place(view), id="who"), lead))


def fact(name: str, value: Html) -> Html:
    return tag("div", tag("dt", name), tag("dd", value))


def place(view: View) -> Html:
    """Where, in which mode, how new what is known of the patient."""
    where = view.unit if view.unit == view.location else f"{view.unit}, {view.location}"
    mode = f", {view.assessment['mode']} monitoring" if view.assessment else ""
    heard = join((", newest event ", age(wire(view.newest)))) if view.newest is not None else ", nothing charted"
    clock = join((", judged ", time(view.assessment["at"]))) if view.assessment else ", not judged yet"
    other = None
    if not view.same_guideline:
        other = tag("span", " The worker goes by another configuration than this board: limits are not drawn.", class_="warn", role="alert")
    return tag("small", where, mode, heard, clock, other)
