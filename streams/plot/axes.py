"""Draw what all panels share: name, limit lines, bands, time axis, and the note that nothing was charted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar
from zoneinfo import ZoneInfo

from streams.display import GREY, INK, LEVEL_COLOUR
from streams.flowsheet.series import within
from streams.plot.sheet import LEFT, RIGHT, WIDTH
from streams.times import DAY, ZONE, local

if TYPE_CHECKING:
    from matplotlib.axes import Axes

T = TypeVar("T")
Span = tuple[int, int]
BAND = {"relative": "////", "absolute": "xxxx"}
DAYS_WITH_HOURS = 4 * DAY
MARGIN = 112  # points from a panel's left edge to the names


def points(series: Iterable[tuple[int, T]], span: Span) -> list[tuple[int, T]]:
    """Return the entries within the page."""
    return within(series, *span)


def day(at: int) -> float:
    """Return an instant as matplotlib counts: days since the Unix epoch."""
    return at / DAY


def days(series: Iterable[tuple[int, object]]) -> list[float]:
    """Return the instants of a series in days."""
    return [day(at) for at, _ in series]


def across(at: int, span: Span) -> float:
    """Return how far an instant is from the left edge of a panel over the whole width, in points."""
    return (at - span[0]) / (span[1] - span[0]) * (WIDTH - LEFT - RIGHT) * 72


def padded(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of an axis that holds all values with a margin."""
    low, high = min(values), max(values)
    return low - (high - low) * 0.06, high + (high - low) * 0.08


def label(ax: Axes, *lines: str) -> None:
    """Write name over unit, left of the panel; all panels in one column."""
    ax.annotate(
        "\n".join(lines), (0, 0.5), xycoords="axes fraction", xytext=(-MARGIN, 0), textcoords="offset points",
        ha="left", va="center", annotation_clip=False,
    )  # fmt: skip


def limit_lines(ax: Axes, lines: Iterable[tuple[float, str, str]]) -> None:
    """Draw a thin line at each limit, with its number at the right edge.

    The number is below the line of the lowest limit and above that of the highest, so that close ones stay
    apart.
    """
    ordered = sorted(lines)
    for number, (value, words, colour) in enumerate(ordered):
        ax.axhline(value, color=colour, lw=0.8, ls=(0, (4, 2)), zorder=2.5, gid=f"limit {value:g}")
        ax.annotate(
            words, (1, value), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
            fontsize=7, color=INK, va=beside(number, len(ordered)), annotation_clip=False,
        )  # fmt: skip


def beside(number: int, count: int) -> Literal["center", "top", "bottom"]:
    """Return the vertical alignment of a limit's number relative to its line."""
    if count == 1 or 0 < number < count - 1:
        return "center"
    return "bottom" if number else "top"


def bands(ax: Axes, levels: Iterable[tuple[float, float, str]]) -> None:
    """Draw a band from one value to another, coloured and hatched by level."""
    for low, high, level in levels:
        ax.axhspan(
            low,
            high,
            facecolor=LEVEL_COLOUR[level],
            alpha=0.13,
            hatch=BAND[level],
            edgecolor=LEVEL_COLOUR[level],
            lw=0,
            zorder=0,
            gid=f"band {level}",
        )


def nothing(ax: Axes, charted: Sequence[object]) -> None:
    """Write that nothing was charted: an empty panel must not look like a normal one."""
    if not charted:
        ax.text(
            0.5,
            0.5,
            "none charted",
            transform=ax.transAxes,
            ha="center",
            va="center",
            color=GREY,
            style="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
        )


def time_axis(ax: Axes, span: Span) -> None:
    """Draw days as long ticks with their date, and hours between them while there is room."""
    from matplotlib.dates import HourLocator
    from matplotlib.ticker import FuncFormatter

    hours = span[1] - span[0] <= DAYS_WITH_HOURS
    ax.tick_params(which="both", labelbottom=True)
    date_axis(ax, span, 14, "00:00\n{0:%a} {0.day} {0:%b}" if hours else "{0.day} {0:%b}")
    if hours:
        ax.xaxis.set_minor_locator(HourLocator(byhour=(8, 16), tz=ZoneInfo(ZONE.get())))
        ax.xaxis.set_minor_formatter(FuncFormatter(lambda at, _: dated(at, "{0:%H:%M}")))


def date_axis(ax: Axes, span: Span, parts: int, pattern: str = "{0.day} {0:%b}") -> None:
    """Write dates at midnights of the site's zone, at least a `parts`-th of the axis apart."""
    from matplotlib.dates import DayLocator
    from matplotlib.ticker import FuncFormatter

    ax.set_xlim(day(span[0]), day(span[1]))
    between = max(1, math.ceil((span[1] - span[0]) / DAY / parts))
    ax.xaxis.set_major_locator(DayLocator(interval=between, tz=ZoneInfo(ZONE.get())))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: dated(at, pattern)))


def dated(at: float, pattern: str) -> str:
    """Write a tick's instant in the site's zone."""
    return pattern.format(local(round(at * DAY)))


GAP = 2.0


@cache
def width(words: str, size: float) -> float:
    """Return how wide words are at a font size, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(
        TextPath((0, 0), words, prop=FontProperties(family="DejaVu Sans", size=size)).get_extents().width
    )


def rows(spans: Iterable[tuple[float, float]], taken: float = float("-inf")) -> list[int]:
    """Return the row of each label, from where it begins and ends, in points: the first in which it has room.

    `taken`: how far the first row is in use before them.
    """
    free: list[float] = [taken]
    found = []
    for left, right in spans:
        row = next((row for row, edge in enumerate(free) if edge + GAP <= left), len(free))
        free[row : row + 1] = [right]
        found.append(row)
    return found


def flags(spans: list[tuple[float, float]]) -> list[int]:
    """Return the row of each label that is written to the right of a line from below.

    It is over every label whose line would run through it. `spans`: beginnings and ends, in order.
    """
    found: list[int] = []
    for place in reversed(range(len(spans))):
        crossed = [
            row
            for (left, _), row in zip(spans[place + 1 :], reversed(found), strict=True)
            if left < spans[place][1] + GAP
        ]
        found.append(max(crossed, default=-1) + 1)
    return found[::-1]
