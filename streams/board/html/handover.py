"""Render the handover of a shift: an article a patient, on screens and on A4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from operator import attrgetter

import htpy as h
from msgspec.structs import replace

from streams.board import display_texts
from streams.board.html.element import Html, hidden, render, time
from streams.board.html.unit import shape
from streams.handover.model import ALERT, ASSESSMENT, Handover, Line, Section, Sheet, Source
from streams.times import short

RUNNING = ("labs", "ahead")
"""The sections whose lines are short: they run on, several in a row of text."""
Address = Callable[[str], str | None]
"""Returns the address of a patient's page; None: there is none."""
WORDS = display_texts.RECOMMENDATION | {"discharged": "Discharged"}
LEVELS = display_texts.RECOMMENDATION_LEVEL | {"discharged": "clear"}
PLACES = {ALERT: "alerts", ASSESSMENT: "criteria"}
"""The section of a patient's page where a source is to be found; a fact is on the flowsheet."""


def content(handover: Handover, units: Sequence[str], address: Address) -> h.Node:
    """Return the page's content. `units`: to choose from."""
    choose = [h.a(href="/handover", aria_current=_current(handover.unit is None))["All units"]]
    choose += [
        h.a(href=f"/handover?unit={_quoted(unit)}", aria_current=_current(handover.unit == unit))[unit]
        for unit in units
    ]
    return h.fragment[
        h.nav(class_="back", aria_label="Back and units")[h.a(href="/")["← All patients"], *choose],
        sheets(handover, address),
    ]


def _current(chosen: bool) -> str | None:
    return "page" if chosen else None


def _quoted(unit: str) -> str:
    from urllib.parse import quote

    return quote(unit, safe="")


def nothing(reason: str) -> h.Node:
    """Return the page's content where there is nothing to hand over."""
    back = h.nav(class_="back", aria_label="Back")[h.a(href="/")["← All patients"]]
    return h.fragment[back, h.h1["Handover"], h.p[reason]]


def document(handover: Handover) -> Html:
    """Return the handover as a page on its own, with its style inside."""
    style = (files("streams.board") / "static" / "handover.css").read_text(encoding="utf-8")
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title["Handover"],
        h.style[Html(" ".join(style.split()))],
    ]
    body = h.body(class_="handover alone")[h.main[sheets(handover, lambda _: None)]]
    return Html(f"{render(h.html(lang='en')[head, body])}\n")


def sheets(handover: Handover, address: Address) -> h.Node:
    """Return the head and every sheet, the worst first."""
    edition = handover.guideline
    where = handover.unit or "all units"
    head = h.header(class_="shift")[
        h.h1[f"Handover, {where}"],
        h.p[
            f"Shift {short(handover.start)} to {short(handover.end)}, zone {handover.zone}; "
            f"{display_texts.plural(len(handover.sheets), 'patient')}, the worst first. "
            f"States as of {short(handover.at)}; (known later): after the shift."
        ],
    ]
    foot = h.p(class_="edition")[
        f"Guideline {edition['id']} version {edition['version']} ({edition['sha256'][:12]}). "
        "It advises and never doses."
    ]
    return h.fragment[head, *(_article(one, address(one.patient)) for one in handover.sheets), foot]


def _article(one: Sheet, address: str | None) -> h.Node:
    level, word = LEVELS.get(one.advised, "indeterminate"), WORDS.get(one.advised, one.advised)
    where = ", ".join(dict.fromkeys(filter(None, (one.unit, one.location, one.mode))))
    name = h.a(href=address)[one.patient] if address else one.patient
    since = h.span(class_="since")["since ", time(one.since)] if one.since else None
    return h.article(class_=f"handed {level}", data_patient=one.patient)[
        h.header[
            h.strong(class_=f"word {level}")[shape(level), word],
            h.h2[name],
            h.span(class_="place")[where],
            since,
            h.span(class_="note")[f"Assessed as of {short(one.as_of)}"] if one.as_of else None,
        ],
        h.div(class_="columns")[*(_section(section, address) for section in one.sections)],
    ]


def _section(one: Section, address: str | None) -> h.Node:
    running = one.name in RUNNING
    lists = [h.ul[*(_line(line, address) for line in one.lines)]]
    if running:
        lists = [
            h.ul[*_run(list(lines), address)] for _, lines in groupby(one.lines, attrgetter("corrected"))
        ]
    return h.section(class_=f"part {one.name}{' run' * running}", data_section=one.name)[
        h.h3[one.title], *lists
    ]


def _run(lines: Sequence[Line], address: str | None) -> Iterator[h.Node]:
    """Yield lines that run on; the mark that all of them have stands before the first."""
    mark = lines[0].corrected
    for number, line in enumerate(lines):
        first = h.strong(class_="corrected")[f"({mark}) "] if mark and not number else None
        yield _line(replace(line, corrected=""), address, first)


def _line(one: Line, address: str | None, first: h.Node = None) -> h.Node:
    glyph = h.fragment[shape(one.level), hidden(f"{display_texts.STATE[one.level]}: ")] if one.level else None
    link = f"{address}#{_place(one.sources)}" if address and one.sources else None
    text = h.a(href=link)[one.text] if link else one.text
    note = h.span(class_="note")[f" – {one.note}"] if one.note else None
    corrected = h.strong(class_="corrected")[f" ({one.corrected})"] if one.corrected else None
    trace = " ".join(map(_trace, one.sources))
    return h.li(class_=one.level or None, data_sources=trace)[first, glyph, text, note, corrected]


def _place(sources: Sequence[Source]) -> str:
    return PLACES.get(sources[0].kind, "flowsheet")


def _trace(one: Source) -> str:
    """Return a source in one word: `alert:3f.../4`, `assessment:dose`, `fact:v12`."""
    if one.kind == ALERT:
        return f"alert:{one.id}/{one.seq}"
    return f"{one.kind}:{one.part}" if one.kind == ASSESSMENT else f"{one.kind}:{one.id}"
