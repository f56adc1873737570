"""Draw the ward as a table: a row per patient, the most severe first, as far as there are lines."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rules.wire.alerts import RANK, RECOMMENDATIONS
from rules.wire.assessments import TRIPPED, Assessment, BloodPressure, CriterionRow
from rules.wire.written import hours_of
from streams import display
from streams.demo.overview import DemoView
from streams.display import LEVEL_COLOUR, plain
from streams.show.assessment import recommended
from streams.show.terminal import ascii_only, cell, table

COLUMNS = ("patient", "state", "next dose, due", "why")
READINESS = {"hold": "absolute", "decide": "relative", "unknown": "indeterminate"}


def bed(assessment: Assessment, screen: Console) -> list[Text | str]:
    """Return the cells of an assessed patient's row."""
    return [
        cell(assessment.patient),
        advised(assessment, screen),
        dose(assessment, screen),
        why(assessment, screen),
    ]


def empty(patient: str) -> list[Text | str]:
    """Return the cells of a patient who was not assessed yet."""
    return [cell(patient), "-", "-", "-"]


def discharged(patient: str, screen: Console) -> list[Text | str]:
    """Return the cells of a discharged patient."""
    return [
        cell(patient),
        Text(
            f"{display.pick(display.LEVEL_GLYPH['clear'], ascii_only(screen))} discharged",
            style=LEVEL_COLOUR["clear"],
        ),
        "-",
        "-",
    ]


def advised(assessment: Assessment, screen: Console) -> Text:
    """Return the recommendation, `▲ delay`, without its reasons: those have a column."""
    return recommended(assessment.recommendation, screen)


def dose(assessment: Assessment, screen: Console) -> Text:
    """Return the next dose: `▲ hold  #5 16:00Z +1.2 h`.

    Readiness, which dose is due when, and how late it is; after the end how many were given.
    """
    clock = assessment.dose
    word, level = clock.readiness, READINESS.get(clock.readiness)
    text = Text(
        f"{display.pick(display.LEVEL_GLYPH[level or 'clear'], ascii_only(screen))} {word}",
        style=LEVEL_COLOUR[level] if level else "",
    )
    if word in ("finished", "not-started"):
        return text.append(f", {clock.number} given", style="default")
    late = f" +{hours_of(clock.delayed_h)} h" if clock.delayed_h else ""
    return text.append(f"  #{clock.number + 1} {hour(clock.due)}{late}", style="default")


def hour(time: str | None) -> str:
    """Return the time of day of a wire time."""
    return "-" if time is None else f"{time[11:16]}Z"


def why(assessment: Assessment, screen: Console) -> Text:
    """Return what blocks the dose, the most severe first; what is unknown; what is overdue."""
    pieces = [
        *stops(assessment, screen),
        *tripped(assessment, screen),
        *pressure(assessment, screen),
        *unseen(assessment, screen),
    ]
    pieces += overdue(assessment, screen)
    return Text("  ").join(pieces) if pieces else Text("nothing tripped", style=LEVEL_COLOUR["clear"])


def piece(level: str, words: str, screen: Console) -> Text:
    """Return shape and words in a level's colour, kept on one line if it fits."""
    return Text(
        f"{display.pick(display.LEVEL_GLYPH[level], ascii_only(screen))} {plain(words)}",
        style=LEVEL_COLOUR[level],
    )


def stops(assessment: Assessment, screen: Console) -> list[Text]:
    """Return the stop rules in force, whether or not their criterion still holds."""
    return [piece("absolute", f"stop: {rule}", screen) for rule in assessment.stop_rules]


def tripped(assessment: Assessment, screen: Console) -> list[Text]:
    """Return the tripped rows of Table 3: `▲ urine-hour 7 mL/h <10`.

    Absolute before relative, else in the table's order.
    """
    rows = [row for level in reversed(TRIPPED) for row in assessment.criteria if row.state == level]
    return [
        piece(
            row.state,
            " ".join(filter(None, (row.code, measured(row), row.limit, stale(row)))),
            screen,
        )
        for row in rows
    ]


def measured(row: CriterionRow) -> str:
    """Return the value with its unit; empty for a finding."""
    return "" if row.value is None else f"{cell(row.value)} {row.unit or ''}".strip()


def stale(row: CriterionRow | BloodPressure) -> str:
    return "(stale)" if row.stale else ""


def pressure(assessment: Assessment, screen: Console) -> list[Text]:
    """Return hypotension, which is no row of Table 3."""
    bp = assessment.blood_pressure
    if bp.state not in TRIPPED:
        return []
    return [
        piece(
            bp.state,
            f"pressure {cell(bp.latest)} target >{bp.target:g} {stale(bp)}".rstrip(),
            screen,
        )
    ]


def unseen(assessment: Assessment, screen: Console) -> list[Text]:
    """Return what is missing, when the recommendation is `cannot-tell`."""
    if assessment.recommendation != "cannot-tell":
        return []
    return [
        piece("indeterminate", f"{display.WORD['indeterminate']} {', '.join(assessment.reasons)}", screen)
    ]


def overdue(assessment: Assessment, screen: Console) -> list[Text]:
    """Return what should have been charted by now (Table 1)."""
    late = [item.what for item in assessment.monitoring if item.overdue]
    return [piece("technical", f"overdue {', '.join(late)}", screen)] if late else []


Lines = list[list[Segment]]
BETWEEN = 2


def rows(view: DemoView, screen: Console, most: int) -> Lines:
    """Return at most `most` lines of the table.

    Everything, if there is room; else a line per patient; of those that do not fit, the names.
    """
    full = lines(patient_table(view, screen), screen)
    if len(full) <= most:
        return full
    short = lines(patient_table(view, screen, short=True), screen)
    if len(short) <= most:
        return short
    displayed = max(0, most - 1)
    return short[:displayed] + lines(others(urgent(view)[max(0, displayed - 1) :]), screen)


def others(patients: list[str]) -> Text:
    """Return the names of the patients who are not displayed, the least urgent."""
    return Text(
        f"  ... {len(patients)} more, less urgent: {', '.join(map(plain, patients))}",
        style="dim",
        no_wrap=True,
        overflow="ellipsis",
    )


def lines(renderable: RenderableType, screen: Console) -> Lines:
    return screen.render_lines(renderable, screen.options.update(height=None), pad=False)


def patient_table(view: DemoView, screen: Console, short: bool = False) -> Table:
    """Return the table, a row per patient; `short`: one line each, cut where the terminal ends."""
    made = table(*COLUMNS)
    cells = [row(view, patient, screen) for patient in urgent(view)]
    if short:
        made.box = None
        for column, width in zip(made.columns, widths(cells, screen.width), strict=True):
            column.no_wrap, column.overflow, column.width = True, "ellipsis", width
    for one in cells:
        made.add_row(*one)
    return made


def widths(cells: list[list[Text | str]], space: int) -> list[int]:
    """Return the widths of the columns, as wide as their content; the last takes the rest."""
    found = [
        max(cell_len(str(one)) for one in (name, *(row[at] for row in cells)))
        for at, name in enumerate(COLUMNS[:-1])
    ]
    return [*found, max(1, space - sum(found) - BETWEEN * len(found))]


def row(view: DemoView, patient: str, screen: Console) -> list[Text | str]:
    """Return the cells of a patient: assessed, not assessed yet, or discharged."""
    found = view.assessments.get(patient)
    if found is not None:
        return bed(found, screen)
    return discharged(patient, screen) if patient in view.gone else empty(patient)


def urgent(view: DemoView) -> list[str]:
    """Return the patients, the most severe first.

    By what is tripped now, then by the recommendation; equal ones in the order of the beds.
    """
    return sorted(view.patients, key=lambda patient: urgency(view.assessments.get(patient)))


def urgency(assessment: Assessment | None) -> tuple[int, int]:
    """Return the sort key; the smallest comes first."""
    if assessment is None:
        return 1, 0
    states = [row.state for row in assessment.criteria] + [assessment.blood_pressure.state]
    worst = max((RANK[state] for state in states if state in TRIPPED), default=0)
    return -worst, -RECOMMENDATIONS.index(assessment.recommendation)
