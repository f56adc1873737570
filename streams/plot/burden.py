"""Plot alarm burden against sensitivity: one point per configuration.

So a site sees what a threshold costs and what it gains.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.display import BLUE, GREY, INK, VERMILLION, plain
from streams.plot import sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = (("absolute", VERMILLION, "^"), ("relative", BLUE, "o"))
WIDTH, HEIGHT = 7.0, 4.5


class Sensitivity(NamedTuple):
    """The share of true episodes detected: of all, and of the distinct ones; None where there are none."""

    all: float | None
    distinct: float | None


class Point(NamedTuple):
    """A configuration: pages of criteria and hypotension per patient-day, and sensitivity by level."""

    name: str
    burden: float
    sensitivity: Mapping[str, Sensitivity]


def draw(configurations: list[Point], page: Path) -> None:
    """Write the picture. Raises UsageError when it cannot be written."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(sheet.STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for one in configurations:
            points(axes, one)
        frame(axes)
        sheet.save(figure, page)


def points(axes: Axes, one: Point) -> None:
    """Draw a configuration's points by level: filled for all true episodes, hollow for the distinct ones."""
    for level, colour, shape in LEVELS:
        found = one.sensitivity[level]
        for share, face in ((found.distinct, "none"), (found.all, colour)):
            if share is not None:
                axes.plot([one.burden], [share], shape, color=colour, markerfacecolor=face, markersize=7)
    axes.annotate(
        plain(one.name),
        (one.burden, 0.5),
        (-1, 0),
        ("data", "axes fraction"),
        "offset points",
        rotation=90,
        color=GREY,
        fontsize=7,
        ha="right",
    )
    axes.axvline(one.burden, color=GREY, linewidth=0.3)


def frame(axes: Axes) -> None:
    """Draw the axes, the line of 1.00, and the legend."""
    axes.set(
        xlabel="pages of criteria and hypotension per patient-day",
        ylabel="true episodes detected",
        ylim=(None, 1.01),
    )
    axes.set_xlim(0, max(1.0, 1.15 * axes.dataLim.xmax))
    axes.axhline(1.0, color=GREY, linewidth=0.6)
    for level, colour, shape in LEVELS:
        axes.plot([], [], shape, color=colour, label=f"{level}, all true episodes")
        axes.plot([], [], shape, color=colour, markerfacecolor="none", label=f"{level}, distinct ones")
    axes.legend(
        frameon=False, fontsize=7, labelcolor=INK, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4
    )
