"""Plot alarm burden against sensitivity: one point per configuration.

So a site sees what a threshold costs and what it gains.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.display import BLUE, GREY, INK, VERMILLION, plain
from streams.plot import sheet
from streams.plot.axes import flags, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
    sheet.save(picture(configurations), page)


def picture(configurations: list[Point]) -> Figure:
    """Draw the configurations."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(sheet.STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for one in configurations:
            points(axes, one)
        frame(axes)
        names(figure, axes, configurations)
    return figure


def points(axes: Axes, one: Point) -> None:
    """Draw a configuration's points by level: filled for all true episodes, hollow for the distinct ones."""
    for level, colour, shape in LEVELS:
        found = one.sensitivity[level]
        for share, face in ((found.distinct, "none"), (found.all, colour)):
            if share is not None:
                axes.plot([one.burden], [share], shape, color=colour, markerfacecolor=face, markersize=7)
    axes.axvline(one.burden, color=GREY, linewidth=0.3)


def names(figure: Figure, axes: Axes, configurations: list[Point]) -> None:
    """Write each configuration's name over the panel, to the right of its line."""
    figure.draw_without_rendering()
    ordered = sorted(configurations, key=lambda one: one.burden)
    across = [float(axes.transData.transform((one.burden, 1))[0]) * 72 / figure.dpi for one in ordered]
    spans = [(at, at + 2 + width(plain(one.name), SIZE)) for at, one in zip(across, ordered, strict=True)]
    for one, row in zip(ordered, flags(spans), strict=True):
        axes.annotate(
            plain(one.name), (one.burden, 1), xycoords=("data", "axes fraction"), xytext=(2, 3 + ROW * row),
            textcoords="offset points", color=GREY, fontsize=SIZE, va="bottom", annotation_clip=False,
        )  # fmt: skip
        axes.annotate(
            "", (one.burden, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + ROW * (row + 0.8)),
            textcoords="offset points", arrowprops=LINE,
            annotation_clip=False,
        )  # fmt: skip


LINE = {"arrowstyle": "-", "color": GREY, "lw": 0.3, "shrinkA": 0, "shrinkB": 0}
SIZE, ROW = 7, 10.0
"""Points: size of a name, and of a row of names."""


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
    axes.figure.legend(frameon=False, fontsize=7, labelcolor=INK, loc="outside upper center", ncols=4)
