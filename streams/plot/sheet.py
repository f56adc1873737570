"""Lay out the sheet: axes from the top in inches, with one time axis in common, saved reproducibly.

The same course gives the same bytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 10.0, 1.85, 0.75, 1.0, 0.6

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.parse_math": False,
    "axes.edgecolor": "#999999",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 8,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "il2watch",
    "date.epoch": "1970-01-01T00:00:00",
    "timezone": "UTC",
}

# Overrides what each format would record of the time or the program, so that two runs give the same file.
METADATA: Mapping[str, Mapping[str, str | None]] = {
    ".svg": {"Date": None, "Creator": "il2watch"},
    ".pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": "il2watch"},
    ".png": {"Software": None},
}


class PlotPage:
    """A page filled from the top: `place` returns the next axes."""

    def __init__(self, height: float) -> None:
        from matplotlib.figure import Figure

        self.height = TOP + height + BOTTOM
        self.figure: Figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        self.used = TOP
        self.first: Axes | None = None

    def place(self, height: float, gap: float = 0.12) -> Axes:
        """Return the next axes over the whole width; they share the time axis of the first."""
        made = self.figure.add_axes(self.box(LEFT, WIDTH - LEFT - RIGHT, height), sharex=self.first)
        self.first = self.first or made
        self.used += height + gap
        return made

    def row(self, count: int, height: float, gap: float = 0.12, between: float = 0.58) -> list[Axes]:
        """Return small axes side by side, each with its own time axis."""
        width = (WIDTH - LEFT - RIGHT - between * (count - 1)) / count
        made = [
            self.figure.add_axes(self.box(LEFT + number * (width + between), width, height))
            for number in range(count)
        ]
        self.used += height + gap
        return made

    def box(self, left: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Convert inches from the top left to fractions of the figure."""
        return left / WIDTH, 1 - (self.used + height) / self.height, width / WIDTH, height / self.height


RECORDS = "simulators.charting.records"
"""Imported by name when called, as all of `simulators` is."""


def save(figure: Figure, path: Path) -> None:
    """Write SVG, PNG or PDF by the suffix; an older file stays as it was where that fails.

    Raises UsageError when the folder or the permission is missing.
    """
    import matplotlib

    page = io.BytesIO()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A patient id may be written in any script.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(page, format=path.suffix[1:].lower(), dpi=150, metadata=METADATA[path.suffix.lower()])
    try:
        with import_module(RECORDS).beside(path) as into:
            into.write(page.getvalue())
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror}; -o names a file in a folder that is there"
        ) from None
