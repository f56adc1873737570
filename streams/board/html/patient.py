"""Draw the patient page: sections, each on its own, so that only what changed is sent."""

from __future__ import annotations

from rules.wire.assessments import CriterionRow
from rules.wire.instants import text as wire
from streams.board import words
from streams.board.html import alerts
from streams.board.html.element import Html, age, hidden, join, tag, time
from streams.board.html.unit import dose, fluids, pressure, shape
from streams.board.patient import Lab, View

LAB_HEAD = ("Lab", "Latest", "Beyond", "At", "Before", "Reference")
NAMES = {code: code.upper() for code in ("alt", "ast", "ck", "ck-mb", "inr", "pt", "ptt", "tsh", "wbc")} | {
    "free-t4": "Free T4"
}


def latest(view: View) -> Html:
    title = tag("h2", "Laboratory")
    if not view.labs:
        return join((title, tag("p", "No result in the last days.", class_="note")))
    head = tag(
        "thead",
        tag("tr", *(tag("th", name, scope="col", role="columnheader") for name in LAB_HEAD), role="row"),
    )
    return join(
        (
            title,
            tag(
                "table",
                head,
                tag("tbody", *map(lab_row, view.labs), role="rowgroup"),
                class_="grid labs",
                role="table",
            ),
        )
    )


def lab_row(lab: Lab) -> Html:
    value = join((tag("b", words.number(lab.value)), " ", words.unit(lab.unit)))
    before = tag("span", words.number(lab.before[1])) if lab.before else "–"
    cells = (value, beyond(lab), time(wire(lab.at)), before, reference(lab))
    name = NAMES.get(lab.code, lab.code.replace("-", " ").capitalize())
    return tag(
        "tr",
        tag("th", name, scope="row", role="rowheader"),
        *(tag("td", cell, role="cell") for cell in cells),
        role="row",
        data_lab=lab.code,
    )


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


MET = {"met": ("✓", "met"), "not-met": ("▲", "not met"), "unknown": ("?", "unknown")}
ELIGIBLE = {"met": "clear", "not-met": "absolute", "unknown": "indeterminate"}


def given(view: View) -> Html:
    """Open advice in the guideline's order; the same measure for two rows of one group stands once."""
    title = tag("h2", "What to do")
    found = view.assessment.advice if view.assessment else []
    if not found:
        return join((title, tag("p", "The guideline advises nothing now.", class_="note")))
    by_text: dict[tuple[str, str], list[str]] = {}
    for one in found:
        subject = words.criterion(one.subject, view.guideline) if one.subject else ""
        by_text.setdefault((one.text, one.source), []).append(subject)
    return join(
        (
            title,
            tag(
                "ul",
                *(item(text, source, subjects) for (text, source), subjects in by_text.items()),
                class_="advice",
            ),
        )
    )


def item(text: str, source: str, subjects: list[str]) -> Html:
    """`Urine: initially fluids; ... (Table 5)`."""
    named = ", ".join(filter(None, subjects))
    return tag("li", tag("b", f"{named}: ") if named else None, text, " ", tag("small", f"({source})"))


def monitoring(view: View) -> Html:
    """Table 1: last seen, due again, overdue."""
    found = view.assessment.monitoring if view.assessment else []
    if not found:
        return Html()
    head = tag(
        "thead",
        tag("tr", *(tag("th", name, scope="col") for name in ("To be looked at", "Last", "Due", "State"))),
    )
    late = tag("span", shape("technical"), "overdue", class_="state technical")
    rows = (
        tag(
            "tr", tag("th", one.what.replace("-", " "), scope="row"), tag("td", time(one.last)),
            tag("td", time(one.due) if one.due else "each cycle" if one.last is None else "–"),
            tag("td", late if one.overdue else None),
        )
        for one in found
    )  # fmt: skip
    return join(
        (
            tag("h2", "Charting", tag("small", " Table 1", class_="note")),
            tag("table", head, tag("tbody", *rows), class_="grid"),
        )
    )


def eligibility(view: View) -> Html:
    """Whether therapy may begin; shown before the first dose."""
    if view.assessment is None or view.assessment.dose.number or view.assessment.dose.readiness == "finished":
        return Html()
    rows = (
        tag("li", state(one.state), " ", one.item.replace("-", " ")) for one in view.assessment.eligibility
    )
    return join((tag("h2", "Before the first dose"), tag("ul", *rows, class_="eligible")))


def state(name: str) -> Html:
    glyph, word = MET[name]
    return tag(
        "span", tag("span", glyph, class_="shape", aria_hidden="true"), word, class_=f"state {ELIGIBLE[name]}"
    )


CRITERIA_HEAD = ("System", "Criterion", "State", "Value", "Limit", "Since", "Note")


def table(view: View) -> Html:
    title = tag("h2", "Criteria for delay or discontinuation", tag("small", " Table 3", class_="note"))
    if view.assessment is None:
        return join(
            (title, tag("p", "Not assessed yet: facts have come, and the worker has judged none of them."))
        )
    counts = tag(
        "p",
        f"{view.assessment.relative} relative, {view.assessment.absolute} absolute, counted by group.",
        class_="note",
    )
    head = tag(
        "thead",
        tag("tr", *(tag("th", name, scope="col", role="columnheader") for name in CRITERIA_HEAD), role="row"),
    )
    rows, before = [], None
    for one in view.assessment.criteria:
        rows.append(criterion_row(one, one.system if one.system != before else None, view))
        before = one.system
    return join(
        (title, counts, tag("table", head, tag("tbody", *rows, role="rowgroup"), class_="grid", role="table"))
    )


def criterion_row(one: CriterionRow, system: str | None, view: View) -> Html:
    state = one.state
    said = tag("span", shape(state), words.STATE[state], class_=f"state {state}")
    name = words.criterion(one.code, view.guideline)
    cells = (
        tag("td", system.capitalize() if system else None, class_="system", role="cell"),
        tag("th", explains(one.code, name, view), scope="row", role="rowheader"),
        tag("td", said, data_state=state, role="cell"),
        tag(
            "td",
            words.measured(one.value, one.unit) if one.value is not None else "–",
            data_value=words.number(one.value),
            role="cell",
        ),
        tag("td", one.limit or "–", role="cell"),
        tag("td", time(one.since), role="cell"),
        tag("td", note(one), class_="note", role="cell"),
    )
    calm = " calm" if state == "clear" and one.value is None and not one.evaluates_at else ""
    return tag(
        "tr",
        *cells,
        role="row",
        class_=f"crit {state}{calm}",
        data_code=one.code,
        data_evidence=one.code,
    )


def explains(code: str, name: str, view: View) -> Html:
    """The name, which tells why when it is asked."""
    if not view.explains:
        return tag("span", name)
    return tag(
        "button",
        name,
        type="button",
        class_="why-button",
        data_explain=code,
        aria_haspopup="dialog",
        id=f"why-{code}",
    )


def note(one: CriterionRow) -> Html:
    """What qualifies the state."""
    parts: list[Html | str] = []
    if one.stale:
        parts.append("old data: the state is kept")
    if one.missing:
        parts.append(f"missing: {', '.join(one.missing)}")
    if one.correctable:
        parts.append(f"first correct: {', '.join(one.correctable)}")
    if one.evaluates_at:
        parts.append(join(("judged at ", time(one.evaluates_at))))
    return join(parts, "; ")


SECTIONS = ("summary", "alerts", "criteria", "advice", "labs", "monitoring", "eligibility", "timeline")


def sections(view: View) -> dict[str, Html]:
    """What stands in each section."""
    return {
        "summary": summary(view),
        "alerts": alerts.standing(view),
        "criteria": table(view),
        "advice": given(view),
        "labs": latest(view),
        "monitoring": monitoring(view),
        "eligibility": eligibility(view),
        "timeline": alerts.timeline(view),
    }


def patient(cells: dict[str, str], ranges: Html) -> Html:
    """The page's content from the sections on show; the flowsheet stands after the alerts, for those who look
    for the why.
    """

    def section(name: str) -> Html:
        return tag("section", Html(cells[name]), class_=f"section {name}", data_cell=name, id=name)

    sheet = tag(
        "section",
        tag("h2", "Flowsheet"),
        ranges,
        tag("div", id="sheet", class_="sheet"),
        class_="section flowsheet",
        id="flowsheet",
    )
    first = tag("div", section("alerts"), section("advice"), class_="first")
    middle = tag("div", sheet, section("criteria"), class_="middle")
    last = tag(
        "div",
        section("monitoring"),
        section("eligibility"),
        section("labs"),
        section("timeline"),
        class_="last",
    )
    return join((
        tag("nav", tag("a", "← All patients", href="/"), class_="back", aria_label="Back"),
        section("summary"),
        tag("div", first, middle, last, class_="columns"),
    ))  # fmt: skip


def summary(view: View) -> Html:
    """Who, what is advised, why, since when; dose, pressure, fluids."""
    told = view.advised
    level = "clear" if told.over else words.GRAVE.get(told.word, "indeterminate")
    word = tag(
        "strong", shape(level), words.RECOMMENDATION.get(told.word, told.word), class_=f"block {level}"
    )
    said = tag("p", word, " ", words.MEANS.get(told.word, ""))
    since = tag("p", "since ", time(told.since), class_="note") if told.since and not told.over else None
    over = tag("p", "Therapy has ended.", class_="note") if told.over else None
    reasons = (
        tag("li", shape(level), hidden(words.STATE[level] + ": "), reason) for level, reason in told.reasons
    )
    why = tag("ul", *reasons, class_="why") if told.reasons else None
    clocks = (
        fact("Dose", dose(view.dose)),
        fact("Systolic pressure", pressure(view.pressure)),
        fact("Fluid above maintenance, 24 h", fluids(view.fluids)),
    )
    lead = tag(
        "div",
        tag("div", said, since, over, why, class_="advised"),
        tag("dl", *clocks, class_="facts"),
        class_="lead",
    )
    return join((tag("h1", view.name, " ", place(view), id="who"), lead))


def fact(name: str, value: Html) -> Html:
    return tag("div", tag("dt", name), tag("dd", value))


def place(view: View) -> Html:
    """Where, in which mode, how new what is known of the patient."""
    where = view.unit if view.unit == view.location else f"{view.unit}, {view.location}"
    mode = f", {view.assessment.mode} monitoring" if view.assessment else ""
    heard = (
        join((", newest event ", age(wire(view.newest)))) if view.newest is not None else ", nothing charted"
    )
    clock = join((", judged ", time(view.assessment.at))) if view.assessment else ", not judged yet"
    other = None
    if not view.same_guideline:
        other = tag(
            "span",
            " The worker goes by another configuration than this board: limits are not drawn.",
            class_="warn",
            role="alert",
        )
    return tag("small", where, mode, heard, clock, other)
