"""The rhythm behind every panel: doses, the window of each in which the pressure is lowest, and where therapy began and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rules.guideline import Guideline
from streams.plot.axes import day, points
from streams.plot.facts import Course
from streams.plot.limits import peaks
from streams.show.palette import INK, SKY

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def rhythm(ax: Axes, course: Course, guideline: Guideline) -> None:
    """Peak windows shaded, doses given as thin lines, the end of therapy as a thick one."""
    for start, end in peaks(guideline, course.doses):
        ax.axvspan(day(start), day(end), color=SKY, alpha=0.16, lw=0, zorder=-1, gid="peak")
    for at, given in course.doses:
        if given:
            ax.axvline(day(at), color=INK, lw=0.6, alpha=0.55, zorder=0.5, gid="dose")
    for at in course.therapy_ends:
        ax.axvline(day(at), color=INK, lw=1.1, ls=":", zorder=0.5, gid="therapy-end")


def dose_marks(ax: Axes, course: Course, span: tuple[int, int]) -> None:
    """Above the panel: a filled mark with its number for each dose of the cycle, a hollow one for a dose held."""
    above(ax, span[0], "IL-2 dose", "right")
    for at, words in points(numbered(course), span):
        held = words == "held"
        ax.plot(
            [day(at)], [1.03], transform=ax.get_xaxis_transform(), marker="v", ms=6, mfc="white" if held else INK, mec=INK,
            clip_on=False, gid="held" if held else "given",
        )  # fmt: skip
        above(ax, at, words)
    for at, _ in points([(at, None) for at in course.therapy_ends], span):
        ax.text(day(at), 0.97, " therapy end", transform=ax.get_xaxis_transform(), rotation=90, fontsize=6.5, color=INK, ha="right", va="top")


def numbered(course: Course) -> list[tuple[int, str]]:
    """Each dose with its number in its cycle."""
    return [(at, str(number_of(at, course)) if given else "held") for at, given in course.doses]


def number_of(at: int, course: Course) -> int:
    """How many doses were given in the cycle up to an instant, that one included."""
    cycle = max((start for start in course.cycles if start <= at), default=0)
    return sum(1 for when, given in course.doses if given and cycle <= when <= at)


def above(ax: Axes, at: int, words: str, side: Literal["center", "right"] = "center") -> None:
    """Small words over the panel's top edge."""
    ax.annotate(
        words, (day(at), 1.03), xycoords=("data", "axes fraction"), xytext=(0, 6), textcoords="offset points",
        fontsize=7, color=INK, ha=side, va="bottom", annotation_clip=False,
    )  # fmt: skip
