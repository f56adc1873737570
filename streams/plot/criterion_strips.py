"""Draw a strip for each tripped criterion: when it had which level (criteria.md, section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.wire.alerts import AlertRecord
from streams.display import GREY, INK, LEVEL_COLOUR
from streams.plot.axes import day
from streams.times import instant

if TYPE_CHECKING:
    from matplotlib.axes import Axes


OVERLAY = "overlay"
DRAWN = {"criterion", "blood-pressure", OVERLAY}


class Stretch(NamedTuple):
    """One level from one instant to the next, ms; `open`: it still held at the end of the page."""

    start: int
    end: int
    level: str
    open: bool = False


Strips = dict[str, list[Stretch]]


def strips(alerts: Iterable[AlertRecord], order: Sequence[str], end: int) -> Strips:
    """Return the stretches of every tripped criterion and of hypotension, in the order of the table.

    `end` closes those still open.
    """
    by_subject: Strips = {}
    for (subject, _), transitions in episodes(alerts).items():
        by_subject.setdefault(subject, []).extend(stretches(transitions, end))
    return {subject: by_subject[subject] for subject in ("hypotension", *order) if by_subject.get(subject)}


def episodes(alerts: Iterable[AlertRecord]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Map (subject, episode id) to its levels by the instant each became true; reminders change nothing."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for alert in alerts:
        if alert.kind in DRAWN and alert.transition != "reminder":
            found.setdefault((alert.subject, alert.id), []).append((instant(alert.at), alert.level))
    return found


def stretches(levels: list[tuple[int, str]], end: int) -> list[Stretch]:
    """Return the stretches between transitions; `clear` ends an episode and has none."""
    ends = [*(at for at, _ in levels[1:]), end]
    last = len(levels) - 1
    return [
        Stretch(start, stop, level, number == last)
        for number, ((start, level), stop) in enumerate(zip(levels, ends, strict=True))
        if level != "clear" and stop > start
    ]


EACH = 0.2
TALL = {"absolute": 0.78, "relative": 0.44, "advisory": 0.3}
HATCH = {"absolute": "xxxx", "relative": "////", "advisory": ""}
"""By level; what a pack beside says is advisory."""


def height(strips: Strips) -> float:
    """Return the height of the strips in inches."""
    return EACH * (max(len(strips), 1) + 0.4)


def draw_strips(ax: Axes, strips: Strips, span: tuple[int, int]) -> None:
    """Draw the strips from the top, named on the left; without any, write that nothing tripped."""
    count = len(strips)
    ax.set_ylim(max(count, 1) - 0.3, -0.9)
    ax.set_yticks(range(count), list(strips))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for number, stretches in enumerate(strips.values()):
        ax.axhline(number, color=GREY, lw=0.3, zorder=0)
        for stretch in stretches:
            draw_stretch(ax, number, stretch)
    levels = {stretch.level for stretches in strips.values() for stretch in stretches}
    legend(ax, levels) if count else ax.text(
        *MIDDLE,
        "no criterion tripped",
        transform=ax.transAxes,
        ha="center",
        va="center",
        color=GREY,
        style="italic",
    )


MIDDLE = (0.5, 0.5)


def draw_stretch(ax: Axes, number: int, stretch: Stretch) -> None:
    """Draw a bar from one transition to the next; an arrow where the level still held at the page's end."""
    start, end = day(stretch.start), day(stretch.end)
    ax.barh(
        number, end - start, left=start, height=TALL[stretch.level], color=LEVEL_COLOUR[stretch.level],
        hatch=HATCH[stretch.level], ec="white", lw=0.4, gid=f"strip {stretch.level}",
    )  # fmt: skip
    if stretch.open:
        ax.plot([end], [number], marker=">", ms=5, color=INK, clip_on=False)


def legend(ax: Axes, levels: set[str]) -> None:
    """Explain colour and hatch of the two levels of a criterion, and of an advisory one if there is any."""
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=LEVEL_COLOUR[level], hatch=HATCH[level], edgecolor="white", label=level)
        for level in ("advisory", "relative", "absolute")
        if level != "advisory" or level in levels
    ]
    ax.legend(
        handles=patches,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(patches),
        frameon=False,
        fontsize=7,
        borderaxespad=0.1,
    )
