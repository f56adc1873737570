"""A strip for each tripped criterion: when it stood, at which level, by colour, hatch and height."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.plot.axes import day
from streams.plot.episodes import Stretch, Strips
from streams.show.palette import GREY, INK, LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EACH = 0.2
TALL = {"absolute": 0.78, "relative": 0.44}
HATCH = {"absolute": "xxxx", "relative": "////"}


def height(strips: Strips) -> float:
    """Inches that the strips take."""
    return EACH * (max(len(strips), 1) + 0.4)


def draw_strips(ax: Axes, strips: Strips, span: tuple[int, int]) -> None:
    """The strips from the top, named on the left; says so when nothing tripped."""
    count = len(strips)
    ax.set_ylim(max(count, 1) - 0.3, -0.9)
    ax.set_yticks(range(count), list(strips))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for number, stretches in enumerate(strips.values()):
        ax.axhline(number, color=GREY, lw=0.3, zorder=0)
        for stretch in stretches:
            draw_stretch(ax, number, stretch)
    legend(ax) if count else ax.text(*MIDDLE, "no criterion tripped", transform=ax.transAxes, ha="center", va="center", color=GREY, style="italic")


MIDDLE = (0.5, 0.5)


def draw_stretch(ax: Axes, number: int, stretch: Stretch) -> None:
    """A bar from one transition to the next; an arrow where it still stood at the page's end."""
    start, end = day(stretch.start), day(stretch.end)
    ax.barh(
        number, end - start, left=start, height=TALL[stretch.level], color=LEVEL[stretch.level],
        hatch=HATCH[stretch.level], ec="white", lw=0.4, gid=f"strip {stretch.level}",
    )  # fmt: skip
    if stretch.open:
        ax.plot([end], [number], marker=">", ms=5, color=INK, clip_on=False)


def legend(ax: Axes) -> None:
    """What colour, hatch and height mean."""
    from matplotlib.patches import Patch

    shown = [Patch(facecolor=LEVEL[level], hatch=HATCH[level], edgecolor="white", label=level) for level in ("relative", "absolute")]
    ax.legend(handles=shown, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=7, borderaxespad=0.1)
