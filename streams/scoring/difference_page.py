"""Write what two guideline packs say of one file as a page that a pharmacist reads in two minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import htpy as h
from markupsafe import Markup

from rules.wire.written import figures
from streams.scoring.switch_gate import a_day, beside, pages, reminders
from streams.times import aware

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from streams.scoring.decision_points import Compared, Opinion, Point
    from streams.scoring.pack_comparison import Concept
    from streams.scoring.switch_gate import Line, Truth

WORDS = ("give", "no-objection", "decide", "blind", "withhold", "stop", "none")
EXAMPLES, COMMONEST = 6, 3


class Section(NamedTuple):
    """A section of the page: its heading, sentences, and a table with its head (empty: none)."""

    heading: str
    sentences: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Reader(NamedTuple):
    """How patients are named: by number, or by id where that was asked for."""

    numbers: dict[str, int]
    ids: bool
    zone: str

    def patient(self, name: str) -> str:
        """Return a patient's name on the page."""
        return name if self.ids else f"Patient {self.numbers.get(name, 0)}"

    def time(self, at: int) -> str:
        """Write a moment as `Tue 14:00`."""
        return aware(at).astimezone(ZoneInfo(self.zone)).strftime("%a %H:%M")


def page(
    found: Compared,
    concepts: Sequence[Concept],
    gate: Sequence[Line],
    reader: Reader,
    truth: Truth | None = None,
) -> list[Section]:
    """Return the page, what matters first."""
    a, b = found.a.guideline.deciding, found.b.guideline.deciding
    return [
        _compared(found, a, b),
        *([_gate(gate)] if gate else []),
        _doses("Doses, all decision points", found.points),
        _doses("Doses that were given", [one for one in found.points if one.given]),
        _listed(found.points, reader),
        _reasons(found.points, a, b),
        _examples(found.points, a, b, reader),
        *([_truth(truth)] if truth else []),
        _pages(found),
        _divergences(found, a, b, reader),
        _concepts(concepts),
        _not_open(a, b),
    ]


def _compared(found: Compared, a: Guideline, b: Guideline) -> Section:
    doses = sum(one.given is not None for one in found.points)
    return Section(
        f"{a.key} against {b.key}",
        (
            f"A is {a.name}, {a.status}; B is {b.name}, {b.status}.",
            f"{found.patients} patients, {figures(found.days)} patient-days, {doses} doses charted, "
            f"{len(found.points)} decision points.",
            "The doses of the record stand: what would have followed a dose withheld is unknown.",
        ),
    )


def _gate(lines: Sequence[Line]) -> Section:
    words = {True: "within", False: "exceeded", None: "cannot be judged"}
    rows = tuple((one.name, _figure(one.figure), _figure(one.limit), words[one.holds]) for one in lines)
    return Section("Gate", (), ("limit", "figure", "at most or at least", ""), rows)


def _figure(value: float | str | None) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float | int) else value


def _doses(heading: str, points: Sequence[Point]) -> Section:
    cells = Counter((one.a.word, one.b.word) for one in points)
    columns = [word for word in WORDS if any(b == word for _, b in cells)]
    rows = [
        (f"A {word}", *(str(cells[word, column]) for column in columns))
        for word in WORDS
        if any(a == word for a, _ in cells)
    ]
    total = f"{len(points)} in all."
    return Section(heading, (total,), ("", *(f"B {word}" for word in columns)), tuple(rows))


def _listed(points: Sequence[Point], reader: Reader) -> Section:
    """List the doses of each cell in which the two differ."""
    cells: dict[tuple[str, str], list[str]] = {}
    for one in points:
        if one.a.word != one.b.word:
            dose = f"{reader.patient(one.patient)} dose {one.number}"
            cells.setdefault((one.a.word, one.b.word), []).append(dose)
    rows = tuple((f"A {a}, B {b}", "; ".join(doses)) for (a, b), doses in sorted(cells.items()))
    return Section("Doses in each cell", (), ("cell", "doses"), rows)


def _reasons(points: Sequence[Point], a: Guideline, b: Guideline) -> Section:
    found: Counter[str] = Counter()
    for one in points:
        if one.a.group != one.b.group:
            for name, opinion in ((a.name, one.a), (b.name, one.b)):
                found.update(f"{name}: {kind}" for kind in {_kind(reason) for reason in _against(opinion)})
    rows = tuple((reason, str(count)) for reason, count in found.most_common(COMMONEST))
    return Section("The commonest reasons for a difference", (), ("reason", "decision points"), rows)


def _against(opinion: Opinion) -> tuple[str, ...]:
    """Return what speaks against a dose: of a verdict that lets it go nothing."""
    return () if opinion.group == "goes" else opinion.reasons


def _kind(reason: str) -> str:
    """Return a reason without its value: `systolic 86 (below 90)` -> `systolic`."""
    return reason.partition(" (")[0].rstrip(" 0123456789.")


def _examples(points: Sequence[Point], a: Guideline, b: Guideline, reader: Reader) -> Section:
    differ = [one for one in points if one.a.group != one.b.group][:EXAMPLES]
    return Section("Examples", tuple(_example(one, a, b, reader) for one in differ) or ("None.",))


def _example(one: Point, a: Guideline, b: Guideline, reader: Reader) -> str:
    """Write `Patient 17, dose 6, Tue 14:00: 2001 gives; label withholds, systolic 86 (below 90)`."""
    where = f"{reader.patient(one.patient)}, dose {one.number}, {reader.time(one.at)}"
    return f"{where}: {_side(a, one.a)}; {_side(b, one.b)}"


VERBS = {
    "give": "gives",
    "no-objection": "has no objection",
    "decide": "leaves it to decide",
    "blind": "cannot tell",
    "withhold": "withholds",
    "stop": "stops",
    "none": "says nothing",
}


def _says(opinion: Opinion) -> str:
    reasons = _against(opinion)[:2]
    why = f", {', '.join(reasons)}" if reasons else ""
    return VERBS.get(opinion.word, opinion.word) + why


def _divergences(found: Compared, a: Guideline, b: Guideline, reader: Reader) -> Section:
    rows = tuple(
        (
            reader.patient(one.patient),
            reader.time(one.at),
            f"{a.name} {_says(one.a)}",
            f"{b.name} {_says(one.b)}",
        )
        for one in found.divergences
    )
    return Section("First divergence of each patient", (), ("patient", "when", "A", "B"), rows)


def _side(guideline: Guideline, opinion: Opinion) -> str:
    return f"{guideline.name} {_says(opinion)}"


def _concepts(concepts: Sequence[Concept]) -> Section:
    rows = tuple(
        (
            one.concept,
            one.where,
            f"{one.episodes_a} / {one.episodes_b}",
            f"{one.pages_a} / {one.pages_b}",
            "-" if one.earlier_min is None else f"{one.earlier_min:g} min",
        )
        for one in concepts
    )
    head = ("concept", "in", "episodes A / B", "pages A / B", "B earlier by (median)")
    return Section("Rows by concept", (), head, rows)


def _truth(found: Truth) -> Section:
    """Write what the ground truth of a simulation says of both."""
    rows = (
        ("minutes of unsafe readiness", _figure(found.unsafe_a_min), _figure(found.unsafe_min)),
        ("absolute truths that the other pages and it does not", "-", _figure(found.missed_absolute)),
        (
            "median delay of a page for an absolute truth, min",
            _figure(found.delay_a_min),
            _figure(found.delay_min),
        ),
    )
    sentence = "The truth is of edition 2, whatever the pack: what a pack has no row for counts against it."
    return Section("By the truth", (sentence,), ("", "A", "B"), rows)


def _pages(found: Compared) -> Section:
    """Write the pages a patient-day; what is no page of its own stands apart."""
    kinds = (
        ("pages", pages),
        ("reminders", reminders),
        ("transitions of packs beside, which page nobody", beside),
    )
    rows = tuple(
        (name, *(_figure(a_day(count(side.alerts), found.days)) for side in (found.a, found.b)))
        for name, count in kinds
    )
    return Section("Pages a patient-day", (), ("", "A", "B"), rows)


def _not_open(a: Guideline, b: Guideline) -> Section:
    sentences = [
        f"{one.name} does not see: {', '.join(row.words for row in one.pack.not_open)}."
        for one in (a, b)
        if one.pack is not None and one.pack.not_open
    ]
    return Section("What nobody has read", tuple(sentences) or ("Nothing.",))


def markdown(sections: Iterable[Section]) -> str:
    """Return the page as Markdown."""
    return "\n".join(line for one in sections for line in _markdown(one))


def _markdown(one: Section) -> list[str]:
    lines = [f"## {one.heading}", "", *(f"{sentence}  " for sentence in one.sentences), ""]
    if one.rows:
        lines += [_row(one.head), _row(("---",) * len(one.head)), *map(_row, one.rows), ""]
    return lines


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def html(sections: Iterable[Section], draft: bool) -> str:
    """Return the page as HTML, with a banner if a draft decides."""
    banner = h.p[h.strong["DRAFT GUIDELINE PACK: not everything of it was read in its source"]]
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title["Two guideline packs"],
        h.style[Markup(STYLE)],
    ]
    body = h.body[h.main[banner if draft else None, *(_html(one) for one in sections)]]
    return f"{h.html(lang='en')[head, body]}\n"


STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;margin:1rem}"
    "main{max-width:60rem;margin:auto}.wide{overflow-x:auto}table{border-collapse:collapse}"
    "td,th{border:1px solid #8a949e;padding:.2em .5em;text-align:left}"
    "@media print{:root{color-scheme:light}.wide{overflow:visible}}"
)


def _html(one: Section) -> h.Node:
    head = h.tr[*(h.th(scope="col")[cell] for cell in one.head)]
    rows = (h.tr[*(h.td[cell] for cell in row)] for row in one.rows)
    table = h.table[h.thead[head], h.tbody[*rows]]
    return h.fragment[
        h.h2[one.heading],
        *(h.p[sentence] for sentence in one.sentences),
        h.div(class_="wide", role="region", tabindex="0", aria_label=one.heading)[table]
        if one.rows
        else None,
    ]
