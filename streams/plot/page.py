"""The page: head, the flowsheet from pressure to temperature, the laboratory, and a strip for each tripped criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.guideline import Guideline
from streams.plot import panels
from streams.plot.axes import MARGIN, time_axis
from streams.plot.doses import dose_marks, rhythm
from streams.plot.episodes import Strips, strips
from streams.plot.facts import Course
from streams.plot.labs import LABS, draw_lab
from streams.plot.sheet import LEFT, STYLE, WIDTH, Sheet
from streams.plot.strips import draw_strips, height
from streams.show.palette import GREY, INK
from streams.show.plain import plain
from streams.times import HOUR, short, wire

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = (
    (panels.pressure, 1.9),
    (panels.heart_rate, 1.0),
    (panels.urine, 1.4),
    (panels.phenylephrine, 0.85),
    (panels.saturation, 0.8),
    (panels.oxygen, 0.75),
    (panels.temperature, 0.75),
)
LAB_HEIGHT, LAB_GAP, GAP = 1.0, 0.55, 0.14
BEFORE = 4 * HOUR
POINTS = 72


class Drawing(NamedTuple):
    """The finished figure and its axes by what they show."""

    figure: Figure
    axes: dict[str, Axes]


def draw(course: Course, alerts: Sequence[dict[str, Any]], guideline: Guideline, clock: int, title: str = "") -> Drawing:
    """One page for one patient up to the clock. Takes that patient's alert transitions in order; `title` says where things stand."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        tripped = strips(alerts, [row.code for row in guideline.rows], clock)
        return fill(course, tripped, guideline, (begins(course, clock), clock), title)


def begins(course: Course, clock: int) -> int:
    """Where the page starts: a little before the first cycle; without one, at the first fact."""
    first = min([*course.instants, clock - HOUR])
    return max(first, course.cycles[0] - BEFORE) if course.cycles else first


def fill(course: Course, tripped: Strips, guideline: Guideline, span: tuple[int, int], title: str) -> Drawing:
    """Lays the panels down, top to bottom."""
    sheet = Sheet(sum(tall + GAP for _, tall in PANELS) + LAB_HEIGHT + 2 * LAB_GAP + height(tripped))
    axes: dict[str, Axes] = {}
    for panel, tall in PANELS:
        axes[panel.__name__] = ax = sheet.place(tall, GAP)
        panel(ax, course, guideline, span)
        rhythm(ax, course, guideline)
        ax.tick_params(which="both", labelbottom=False)
    dose_marks(axes["pressure"], course, span)
    time_axis(axes["temperature"], span)
    sheet.used += LAB_GAP - GAP
    label_row(sheet, "Laboratory", LAB_HEIGHT / 2)
    for lab, ax in zip(LABS, sheet.row(len(LABS), LAB_HEIGHT, LAB_GAP), strict=True):
        axes[lab.code] = ax
        draw_lab(ax, lab, course, guideline, span)
    label_row(sheet, "Tripped criteria", -0.12)
    axes["strips"] = ax = sheet.place(height(tripped))
    draw_strips(ax, tripped, span)
    rhythm(ax, course, guideline)
    time_axis(ax, span)
    head(sheet, course, guideline, span, title)
    return Drawing(sheet.figure, axes)


def label_row(sheet: Sheet, words: str, below: float) -> None:
    """The name of what comes next, in the column of names."""
    sheet.figure.text((LEFT - MARGIN / POINTS) / WIDTH, 1 - (sheet.used + below) / sheet.height, words, va="center")


def head(sheet: Sheet, course: Course, guideline: Guideline, span: tuple[int, int], title: str) -> None:
    """Who, when, where things stand; and at the foot which edition judged."""
    given = sum(1 for at, given in course.doses if given and at <= span[1])
    write(sheet, 0.30, f"Patient {plain(course.patient)}", title, fontsize=13, fontweight="bold", color=INK)
    over = f"{short(wire(span[0]))} to {short(wire(span[1]))} (UTC), {given} doses of IL-2 given"
    write(sheet, 0.54, over, "blue bands: 4 to 6 h after a dose, when the pressure is lowest", color=GREY)
    edition = f"Guideline {guideline.id} version {guideline.version}, {guideline.sha256[:12]}"
    write(sheet, sheet.height - 0.14, edition, "Advice for clinicians; it never doses", fontsize=7, color=GREY)


def write(sheet: Sheet, below: float, left: str, right: str, **style: Any) -> None:
    """Words at both edges of the page, so many inches below its top."""
    height = 1 - below / sheet.height
    sheet.figure.text(0.03, height, left, va="center", **style)
    sheet.figure.text(0.97, height, right, va="center", ha="right", **style)
