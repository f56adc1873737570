"""Alarm burden against sensitivity: one point a configuration, so that a site sees what a threshold costs and
what it buys.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.display import BLUE, GREY, INK, VERMILLION, plain
from streams.plot import sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = (("absolute", VERMILLION, "^"), ("relative", BLUE, "o"))
WIDTH, HEIGHT = 7.0, 4.5


def draw(scores: list[dict[str, Any]], page: Path) -> None:
    """Writes the picture. Raises UsageError when it cannot be written."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(sheet.STYLE):
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white", layout="constrained")
        axes = figure.add_subplot()
        for score in scores:
            points(axes, score)
        frame(axes)
        sheet.save(figure, page)


def points(axes: Axes, score: dict[str, Any]) -> None:
    """A configuration's two points, by level: filled for all true episodes, hollow for those that are
    distinct.
    """
    burden = score["pages"]["of_criteria_and_pressure_per_patient_day"] or 0.0
    for level, colour, shape in LEVELS:
        for which, face in (("distinct", "none"), ("all", colour)):
            sensitivity = score["criteria"][level][which]["sensitivity"]
            if sensitivity is not None:
                axes.plot([burden], [sensitivity], shape, color=colour, markerfacecolor=face, markersize=7)
    name = Path(score["configuration"]).name
    axes.annotate(
        plain(name),
        (burden, 0.5),
        (-1, 0),
        ("data", "axes fraction"),
        "offset points",
        rotation=90,
        color=GREY,
        fontsize=7,
        ha="right",
    )
    axes.axvline(burden, color=GREY, linewidth=0.3)


def frame(axes: Axes) -> None:
    """Axes, the line of 1.00, and what the shapes mean."""
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
