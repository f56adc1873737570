"""Render the report of a qualification as one page of HTML, to print and to sign."""

from __future__ import annotations

import htpy as h

from streams.display import plain
from streams.qualify.report import Report, Step

GLYPH = {"passed": "✓", "warned": "▲", "failed": "✕", "skipped": "-"}
SIGNED = ("Qualified by", "For the unit", "For pharmacy and physicians")
STYLE = "".join(
    (
        "body{font:10.5pt/1.4 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}",
        "body{color:#111;background:#fff}h1{font-size:1.5rem}table{border-collapse:collapse;width:100%}",
        "th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #bbb}",
        "td code,dd code{overflow-wrap:anywhere}.failed{color:#9d1111;font-weight:700}",
        ".warned{color:#7a4a00;font-weight:700}.brief{white-space:nowrap}.do{margin:.25rem 0 0}",
        "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}",
        ".sign td{height:3rem;width:22%}tr{break-inside:avoid}",
        "@page{size:A4;margin:15mm}@media print{body{margin:0}}",
    )
)


def page(report: Report) -> str:
    """Return the page."""
    title = f"Qualification of il2watch {report.version}"
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title[title],
        h.style[STYLE],
    ]
    return plain(
        str(
            h.html(lang="en")[
                head,
                h.body[h.main[h.h1[title], *verdict(report), steps(report), identity(report), signatures()]],
            ]
        )
    )


def verdict(report: Report) -> list[h.Node]:
    """Return the result in a sentence, and where and when it was found."""
    failed = report.failed
    words = (
        f"Failed: {', '.join(step.title for step in failed)}. Not to be used until these pass."
        if failed
        else "Passed."
    )
    warned = [step.title for step in report.steps if step.result == "warned"]
    signs = h.p(class_="warned")[f"To be signed for: {', '.join(warned)}."] if warned else None
    when = f"On {report.host}, from {report.began} to {report.ended}."
    return [h.p(class_=report.result)[words], signs, h.p[when]]


def steps(report: Report) -> h.Node:
    """Return the table of the steps: result, what was found, what to do."""
    head = h.tr[*(h.th(scope="col")[name] for name in ("Step", "Result", "Found", "Time"))]
    return h.fragment[h.h2["Steps"], h.table[h.thead[head], h.tbody[*(row(step) for step in report.steps)]]]


def row(step: Step) -> h.Node:
    lines = [h.div[line] for line in step.found]
    do = h.p(class_="do")[h.b["Do: "], step.remedy] if step.remedy else None
    return h.tr[
        h.th(scope="row")[step.title],
        h.td(class_=f"{step.result} brief")[f"{GLYPH[step.result]} {step.result}"],
        h.td[lines, do],
        h.td(class_="brief")[f"{step.seconds:.1f} s"],
    ]


def identity(report: Report) -> h.Node:
    """Return versions and hashes."""
    found = [(h.dt[name], h.dd[h.code[value]]) for name, value in report.identity.items()]
    return h.fragment[h.h2["What is installed"], h.dl[*(node for pair in found for node in pair)]]


def signatures() -> h.Node:
    """Return the lines on which those who answer for it sign."""
    head = h.tr[*(h.th(scope="col")[name] for name in ("", "Name", "Date", "Signature"))]
    rows = (h.tr[h.th(scope="row")[role], h.td, h.td, h.td] for role in SIGNED)
    return h.fragment[h.h2["Signatures"], h.table(class_="sign")[h.thead[head], h.tbody[*rows]]]
