"""The ward as a table: a row a patient, whoever is worst first, as much of it as there are lines for."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rules.wire.alerts import RANK, RECOMMENDATIONS
from streams.demo.bed import COLUMNS, TRIPPED, bed, discharged, empty
from streams.demo.view import View
from streams.show.assessment import Assessment
from streams.show.plain import plain
from streams.show.terminal import table

Lines = list[list[Segment]]
BETWEEN = 2


def rows(view: View, screen: Console, most: int) -> Lines:
    """At most so many lines: all of what is to be said, if there is room; else a line a patient; of those that do not fit, the names."""
    full = lines(ward(view, screen), screen)
    if len(full) <= most:
        return full
    short = lines(ward(view, screen, short=True), screen)
    if len(short) <= most:
        return short
    shown = max(0, most - 1)
    return short[:shown] + lines(others(urgent(view)[max(0, shown - 1) :]), screen)


def others(patients: list[str]) -> Text:
    """Who is not shown: those nobody need look at first."""
    return Text(f"  ... {len(patients)} more, less urgent: {', '.join(map(plain, patients))}", style="dim", no_wrap=True, overflow="ellipsis")


def lines(drawn: RenderableType, screen: Console) -> Lines:
    return screen.render_lines(drawn, screen.options.update(height=None), pad=False)


def ward(view: View, screen: Console, short: bool = False) -> Table:
    """A row a patient; `short`: one line each, cut where the terminal ends."""
    made = table(*COLUMNS)
    cells = [row(view, patient, screen) for patient in urgent(view)]
    if short:
        made.box = None
        for column, width in zip(made.columns, widths(cells, screen.width), strict=True):
            column.no_wrap, column.overflow, column.width = True, "ellipsis", width
    for one in cells:
        made.add_row(*one)
    return made


def widths(cells: list[list[Text | str]], room: int) -> list[int]:
    """Of the columns, as wide as what is in them; the last takes what is left."""
    found = [max(cell_len(str(one)) for one in (name, *(row[at] for row in cells))) for at, name in enumerate(COLUMNS[:-1])]
    return [*found, max(1, room - sum(found) - BETWEEN * len(found))]


def row(view: View, patient: str, screen: Console) -> list[Text | str]:
    """The cells of a patient: assessed, not yet, or no longer there."""
    found = view.assessments.get(patient)
    if found is not None:
        return bed(found, screen)
    return discharged(patient, screen) if patient in view.gone else empty(patient)


def urgent(view: View) -> list[str]:
    """The patients, the worst first: by what is tripped now, then by what is recommended; those who are alike in the order of the beds."""
    return sorted(view.patients, key=lambda patient: urgency(view.assessments.get(patient)))


def urgency(assessment: Assessment | None) -> tuple[int, int]:
    """Less comes first."""
    if assessment is None:
        return 1, 0
    states = [row["state"] for row in assessment["criteria"]] + [assessment["blood_pressure"]["state"]]
    worst = max((RANK[state] for state in states if state in TRIPPED), default=0)
    return -worst, -RECOMMENDATIONS.index(assessment["recommendation"])
