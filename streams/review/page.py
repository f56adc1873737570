"""Write a review as a page of tables and plots, and as CSV: each number beside that of the period before."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TextIO
from zoneinfo import ZoneInfo

import htpy as h
from markupsafe import Markup

from rules.wire.instants import aware
from streams.config.review import ReviewTable
from streams.display import BLUE, GREY, ORANGE, VERMILLION
from streams.review.numbers import Number, Numbers, Period

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEAD = ("table", "row", "measure", "now", "before")
TITLES = {
    "burden": "Alarms and pages",
    "level": "By level",
    "hour": "By hour of the day",
    "subject": "By subject",
    "time to acknowledge, by level": "Time to acknowledgement, by level",
    "time to acknowledge, by hour": "Time to acknowledgement, by hour of the day",
    "answers": "Reminders, escalations and commands",
    "unanswered": "What nobody answered",
    "marks": "Pages marked by who got them",
    "would have paged": "In shadow: what would have been paged, by level",
    "flapping": "Subjects that flap: three episodes in 12 h",
    "late charting": "The feed: charted late, by source",
    "dead letters": "The feed: dead letters, by reason",
    "unmapped": "The feed: codes not mapped",
    "clocks": "The feed: times that cannot be",
    "alarms of the system": "Alarms of the system itself",
    "transition": "Transitions",
    "organ system": "Alarms by organ system",
    "acknowledged": "Acknowledgements, by level",
    "actionable": "Acknowledgements: was there something to do?",
    "enqueued": "Pages enqueued, by what they do",
    "held back": "Pages held back by rule",
    "escalated because": "Escalations, by cause",
}
"""The tables in the order of the page."""
CHARTS = ("hour", "time to acknowledge, by level", "subject")
TOP = 15


class Review(NamedTuple):
    """A period's numbers beside those of the period before; `unit`: None is every one."""

    period: Period
    unit: str | None
    now: Numbers
    before: Numbers

    def rows(self) -> list[tuple[Number, float | None, float | None]]:
        """Return every number of either period, table by table; within one in order of rows."""
        order = list(TITLES)
        known = dict.fromkeys((*self.now, *self.before))
        keys = sorted(known, key=lambda key: (order.index(key.table), key.row))
        return [(key, self.now.get(key), self.before.get(key)) for key in keys]


class Budget(NamedTuple):
    """A budget of the configuration, and what it is of."""

    key: str
    number: Number
    limit: float | None


def exceeded(review: Review, table: ReviewTable) -> list[str]:
    """Return the budgets that are exceeded, each in one line."""
    budgets = (
        Budget(
            "pages-a-patient-day", Number("burden", "all", "pages a patient-day"), table.pages_a_patient_day
        ),
        Budget(
            "share-unanswered", Number("unanswered", "episodes", "share unanswered"), table.share_unanswered
        ),
        Budget("share-late", Number("late charting", "all", "share late"), table.share_late),
    )
    return [
        f"{one.key}: {written(found)}, and at most {written(one.limit)} was agreed"
        for one in budgets
        if one.limit is not None and (found := review.now.get(one.number, 0.0)) > one.limit
    ]


def written(value: float | None) -> str:
    """Return a number for reading: whole ones whole, others with three figures; a dash for none."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def write_csv(review: Review, into: TextIO) -> None:
    """Write a line a number, at full precision."""
    out = csv.writer(into)
    out.writerow(HEAD)
    for key, now, before in review.rows():
        out.writerow((*key, *("" if value is None else repr(value) for value in (now, before))))


def page(review: Review, over: Sequence[str]) -> str:
    """Return the page: what is over its budget first, plots, then the tables."""
    where = review.unit or "all units"
    budgets = (
        h.div(class_="over", role="alert")[h.h2["Over budget"], h.ul[*(h.li[one] for one in over)]]
        if over
        else h.p["No budget is exceeded."]
    )
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title["Alarm review"],
        h.style[Markup(STYLE)],
    ]
    body = h.body[
        h.main[
            h.h1[f"Alarm review, {where}"],
            h.p[f"{span(review.period)}; before: {span(review.period.before)}. No patient is named."],
            budgets,
            *(h.figure[Markup(svg(picture(review, name))), h.figcaption[TITLES[name]]] for name in CHARTS),
            *(_table(review, name) for name in TITLES),
        ]
    ]
    return f"{h.html(lang='en')[head, body]}\n"


STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;margin:1rem}"
    "main{max-width:60rem;margin:auto}table{border-collapse:collapse}"
    ".wide{overflow-x:auto;margin-bottom:1rem}"
    "th,td{padding:.15rem .7rem;border-bottom:1px solid #c4ccd4;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.over{border:2px solid #b23000;"
    "padding:.2rem 1rem}figure{margin:1rem 0;break-inside:avoid}svg{max-width:100%;height:auto}"
    "@media(max-width:45rem){th,td{padding-inline:.35rem}}"
    "@media print{:root{color-scheme:light}.wide{overflow:visible}"
    "@page{size:A4;margin:12mm}body{font-size:10pt}tr{break-inside:avoid}}"
)


def span(period: Period) -> str:
    """Return a period in the site's zone: `2026-03-02 00:00 to 2026-03-09 00:00 (Europe/Berlin)`."""
    first, last = (_local(moment, period.zone) for moment in (period.start, period.end))
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({period.zone})"


def _local(moment: int, zone: str) -> datetime:
    return aware(moment).astimezone(ZoneInfo(zone))


def _table(review: Review, name: str) -> h.Node:
    rows = [(key, now, before) for key, now, before in review.rows() if key.table == name]
    if not rows:
        return None
    measures = list(dict.fromkeys(key.measure for key, *_ in rows))
    found = {(key.row, key.measure): (now, before) for key, now, before in rows}
    heads = (h.th(scope="col")[part] for measure in measures for part in (measure, "before"))
    lines = (
        h.tr[
            h.th(scope="row")[row],
            *(
                h.td(class_="n")[written(value)]
                for measure in measures
                for value in found.get((row, measure), (None, None))
            ),
        ]
        for row in ordered(review, name, dict.fromkeys(key.row for key, *_ in rows))
    )
    table = h.table[h.thead[h.tr[h.th(scope="col")[""], *heads]], h.tbody[*lines]]
    scrolled = h.div(class_="wide", role="region", tabindex="0", aria_label=TITLES[name])[table]
    return h.fragment[h.h2[TITLES[name]], scrolled]


def ordered(review: Review, table: str, rows: Iterable[str]) -> list[str]:
    """Return the rows of a table, those of the subjects by how often they alarm."""
    if table != "subject":
        return list(rows)
    return sorted(rows, key=lambda row: (-review.now.get(Number(table, row, "alarms"), 0.0), row))


def picture(review: Review, name: str) -> Figure:
    """Draw a table: the period beside the one before."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(8, 3.2), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        DRAWS[name](review, axes)
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False)
    return figure


def _hours(review: Review, axes: Axes) -> None:
    hours = [f"{hour:02}" for hour in range(24)]
    for place, (what, colour) in enumerate((("alarms", ORANGE), ("pages", VERMILLION))):
        values = [review.now.get(Number("hour", hour, f"{what} a patient-day"), 0.0) for hour in hours]
        axes.bar([at + 0.4 * place for at in range(24)], values, 0.4, color=colour, label=what)
        before = [review.before.get(Number("hour", hour, f"{what} a patient-day"), 0.0) for hour in hours]
        axes.plot([at + 0.4 * place for at in range(24)], before, "_", color=GREY, label=f"{what}, before")
    axes.set(xlabel="hour of the day", ylabel="a patient-day", xticks=range(0, 24, 2))


def _levels(review: Review, axes: Axes) -> None:
    table = CHARTS[1]
    levels = sorted({key.row for key in review.now if key.table == table})
    for place, (measure, colour) in enumerate((("median s", BLUE), ("90th percentile s", ORANGE))):
        values = [review.now.get(Number(table, level, measure), 0.0) / 60 for level in levels]
        axes.bar(
            [at + 0.4 * place for at in range(len(levels))], values, 0.4, color=colour,
            label=measure.removesuffix(" s"),
        )  # fmt: skip
    axes.set(ylabel="min", xticks=[at + 0.2 for at in range(len(levels))], xticklabels=levels)


def _subjects(review: Review, axes: Axes) -> None:
    rows = {key.row for key in review.now if key.table == "subject"}
    top = ordered(review, "subject", rows)[:TOP][::-1]
    for place, (numbers, colour, label) in enumerate(
        ((review.before, GREY, "before"), (review.now, BLUE, "now"))
    ):
        values = [numbers.get(Number("subject", row, "alarms"), 0.0) for row in top]
        axes.barh([at + 0.4 * place for at in range(len(top))], values, 0.4, color=colour, label=label)
    axes.set(xlabel="alarms", yticks=[at + 0.2 for at in range(len(top))], yticklabels=top)


DRAWS = {"hour": _hours, CHARTS[1]: _levels, "subject": _subjects}


def svg(figure: Figure) -> str:
    """Return a picture as SVG to stand in a page: the same bytes each time."""
    import matplotlib

    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "il2watch", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue().decode().partition("?>")[2].partition(">")[2]


SHORT = {"burden": "", "unanswered": "episodes ", "late charting": "facts, "}
"""What stands before a measure of the summary, by table."""


def summary(review: Review) -> str:
    """Return the numbers of the whole period in a few lines of text."""
    rows = [
        (key, now, before)
        for key, now, before in review.rows()
        if (key.table, key.row) in {("burden", "all"), ("unanswered", "episodes"), ("late charting", "all")}
    ]
    lines = [
        f"{SHORT[key.table]}{key.measure}: {written(now)} (before {written(before)})"
        for key, now, before in rows
    ]
    return "\n".join((f"{span(review.period)}, {review.unit or 'all units'}", *lines))
