"""The laboratory: five small panels side by side, each with the lines of Table 3 or Table 5 that its value is judged by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from rules.guideline import Guideline
from streams.plot.axes import dated, day, days, every, limit_lines, nothing, points, room
from streams.plot.facts import Course
from streams.plot.limits import Line, advised, limits
from streams.show.palette import BLUE, LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Lab(NamedTuple):
    """A panel: which lab, its unit, where its lines come from, and the least the axis spans."""

    code: str
    unit: str
    lines: Callable[[Guideline, str], list[Line]]
    judged_as: str
    least: tuple[float, float]


LABS = (
    Lab("creatinine", "mg/dL", limits, "creatinine", (0.5, 3.2)),
    Lab("platelets", "10*3/uL", limits, "platelets", (0, 150)),
    Lab("bilirubin", "mg/dL", limits, "bilirubin", (0, 8)),
    Lab("potassium", "mmol/L", advised, "hypokalemia", (3.2, 4.5)),
    Lab("bicarbonate", "mmol/L", advised, "acidosis", (16, 26)),
)


def draw_lab(ax: Axes, lab: Lab, course: Course, guideline: Guideline, span: tuple[int, int]) -> None:
    """One lab over the course: its values, the last one in figures, its limit lines."""
    shown = points(course.of(lab.code), span)
    ax.set_title(f"{lab.code}, {lab.unit}", fontsize=7.5, loc="left", pad=4)
    ax.set_ylim(*room([value for _, value in shown] + list(lab.least)))
    ax.plot(days(shown), [value for _, value in shown], color=BLUE, lw=1, marker="o", ms=3)
    limit_lines(ax, [(line.value, f"{line.value:g}", LEVEL[line.level]) for line in lab.lines(guideline, lab.judged_as)])
    nothing(ax, shown)
    scales(ax, span)


def scales(ax: Axes, span: tuple[int, int]) -> None:
    """Few dates and few values: the panel is small."""
    from matplotlib.dates import DayLocator
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.set_xlim(day(span[0]), day(span[1]))
    ax.xaxis.set_major_locator(DayLocator(interval=every(span, 4)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: dated(at, "{0.day} {0:%b}")))
