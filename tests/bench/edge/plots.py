"""The plots of the page, as SVG: what a table shows, in a line a contender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.edge.aims import Points, of
from tests.bench.edge.figures import AIM_MS
from tests.bench.edge.sitting import Point

SETTINGS = {"svg.hashsalt": "il2watch", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}


def draw(points: Points, folder: Path) -> list[str]:
    """Write a plot for each sweep that has points; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    limit = "alerts' p99, ms"
    wanted: list[tuple[str, dict[str, Any], str, str, str, str]] = [
        ("rate-10", {"sweep": "rate", "every": 10}, "rate", "p99_ms", "records/s, one in ten trips", limit),
        ("rate-1", {"sweep": "rate", "every": 1}, "rate", "p99_ms", "records/s, every record trips", limit),
        ("history", {"sweep": "history"}, "hours", "p99_ms", "hours of history", limit),
        ("patients", {"sweep": "patients"}, "patients", "p99_ms", "patients", limit),
        ("memory", {"sweep": "memory"}, "patients", "rss_mb", "patients with 8 h", "RSS, MB"),
        ("fold", {"sweep": "fold"}, "patients", "us_an_event", "patients", "processor us an event"),
    ]
    drawn = []
    for name, what, across, up, below, beside in wanted:
        found = [one for one in of(points, **what) if one.get(up) is not None]
        if len(found) > 1:
            plot(found, across, up, (below, beside), folder / f"{name}.svg")
            drawn.append(name)
    return drawn


def plot(points: Points, across: str, up: str, labels: tuple[str, str], path: Path) -> None:
    """Write one plot, both axes in logarithms but for hours; points that were not held are hollow."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):  # type: ignore[arg-type]
        figure = Figure(figsize=(7, 3.2), layout="constrained")
        axes = figure.subplots()
        for name in dict.fromkeys(one["contender"] for one in points):
            mine = sorted((one for one in points if one["contender"] == name), key=lambda one: one[across])
            line(axes, name, mine, across, up)
        if up == "p99_ms":
            axes.axhline(AIM_MS, color="0.6", linewidth=0.8, linestyle="--")
        scale(axes, across)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        axes.legend(frameon=False, fontsize=8)
        figure.savefig(path, metadata={"Date": None})


def line(axes: Any, name: str, points: Points, across: str, up: str) -> None:
    horizontal, vertical = [one[across] for one in points], [one[up] for one in points]
    (drawn,) = axes.plot(horizontal, vertical, linewidth=1, label=name)
    full: Callable[[Point], bool] = lambda one: one.get("held", True) or up != "p99_ms"  # noqa: E731
    faces = [drawn.get_color() if full(one) else "white" for one in points]
    axes.scatter(horizontal, vertical, s=22, c=faces, edgecolors=drawn.get_color(), zorder=3)


def scale(axes: Any, across: str) -> None:
    axes.set_yscale("log")
    if across != "hours":
        axes.set_xscale("log")
