"""What the dashboards show over the made-up hours: `python -m tests.deploy.hour_pictures docs/dashboards`.

Grafana is not run here: these are our own plots of the series that a real Prometheus returns to each panel's queries.
"""

from __future__ import annotations

import json
import math
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.deploy.hour import START_S
from tests.deploy.hour_played import LAST, played
from tests.deploy.places import BOARDS, asked
from tests.deploy.servers import Prometheus

STEP_S = 60
COLUMNS = 3
MOST_NAMES = 6
LONGEST_NAME = 34
Points = list[tuple[float, float]]


class Panel(NamedTuple):
    """A panel and what Prometheus returns to its queries, by the name in its legend."""

    title: str
    kind: str
    unit: str
    series: dict[str, Points]


def drawn(board: Path, hours: Prometheus) -> list[Panel]:
    """Every panel of a board with its series over all hours."""
    panels = json.loads(board.read_text(encoding="utf-8"))["panels"]
    return [panel(one, hours) for one in panels if one["type"] != "row"]


def panel(one: dict[str, Any], hours: Prometheus) -> Panel:
    unit = one["fieldConfig"]["defaults"].get("unit", "")
    found: dict[str, Points] = {}
    for target in one["targets"]:
        for series in hours.over(asked(target["expr"]), START_S, LAST, STEP_S):
            name = legend(target.get("legendFormat", ""), series["metric"]) or one["title"]
            found.setdefault(name, []).extend(numbers(series["values"]))
    return Panel(one["title"], one["type"], unit, found)


def numbers(values: list[tuple[float, str]]) -> Iterator[tuple[float, float]]:
    return ((at, float(value)) for at, value in values if math.isfinite(float(value)))


def legend(form: str, labels: dict[str, str]) -> str:
    """A series' name by the panel's form, as Grafana writes it."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: labels.get(found[1], ""), form)


def picture(title: str, panels: list[Panel], into: Path) -> None:
    """One board as a picture: a small plot each panel."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    rows = math.ceil(len(panels) / COLUMNS)
    figure, places = pyplot.subplots(rows, COLUMNS, figsize=(13, 2 * rows + 0.6), squeeze=False)
    figure.suptitle(
        f"{title}, over three made-up hours: one in which all is well, two in which everything fails",
        fontsize=9,
    )
    for place, one in zip(places.flat, [*panels, *[None] * (rows * COLUMNS - len(panels))], strict=True):
        if one is None:
            place.set_axis_off()
        else:
            plot(place, one)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.4 / (2 * rows + 0.6)))
    figure.savefig(into, dpi=80, metadata={"Software": None})
    pyplot.close(figure)
    lighten(into)


def lighten(picture: Path) -> None:
    """Keep 48 colours of a picture: it becomes a third as large."""
    from PIL import Image

    with Image.open(picture) as full:
        few = full.convert("RGB").quantize(48)
    few.save(picture, optimize=True)


def plot(place: Any, one: Panel) -> None:
    place.set_title(f"{one.title}{f' [{one.unit}]' if one.unit else ''}", fontsize=9, loc="left")
    for name, points in one.series.items():
        times = [datetime.fromtimestamp(at, UTC) for at, _ in points]
        shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        place.plot(times, [value for _, value in points], linewidth=0.9, label=shown)
    place.tick_params(labelsize=7)
    place.grid(alpha=0.3, linewidth=0.4)
    from matplotlib.dates import DateFormatter

    place.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    if 1 < len(one.series) <= MOST_NAMES:
        place.legend(fontsize=6.5, loc="upper left", frameon=False)


def main(folder: Path) -> None:
    """Write one PNG a board."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, played(Path(kept)) as hours:
        for board in BOARDS:
            title = json.loads(board.read_text(encoding="utf-8"))["title"]
            picture(title, drawn(board, hours), folder / f"{board.stem}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
