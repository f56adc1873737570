"""Draw the panels of the flowsheet and of the laboratory: charted values and limit lines.

A panel for which nothing was charted says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.chart.vital_sign_limits import target_for
from rules.chart.volumes import Collection
from rules.guideline import Guideline
from rules.guideline.roles import FAST_RATE, PEAK_LOAD, URINE_RATE
from streams.display import BLUE, GREEN, GREY, INK, LEVEL_COLOUR, PURPLE, SKY, VERMILLION
from streams.flowsheet import limits as guideline_limits
from streams.flowsheet.limits import Line, advised, lab_limits, limits
from streams.flowsheet.series import changes, flows, steps
from streams.measurements import figures, unit
from streams.plot.axes import (
    across,
    bands,
    date_axis,
    day,
    days,
    label,
    limit_lines,
    nothing,
    padded,
    points,
    rows,
    width,
)
from streams.plot.course import PlottedCourse
from streams.plot.criterion_strips import HATCH

if TYPE_CHECKING:
    from matplotlib.axes import Axes


Span = tuple[int, int]


def coloured(lines: list[Line]) -> list[tuple[float, str, str]]:
    """Return each limit with its words and the colour of its level."""
    return [(line.value, line.text, LEVEL_COLOUR[line.level]) for line in lines]


def pressure(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw systolic readings over the bands of hypotension, and the target to stay above (Table 2)."""
    above, severe = guideline_limits.pressure(
        guideline, target_for(course.baseline.get("systolic-bp"), guideline)
    )
    label(ax, "Systolic pressure", unit("mm[Hg]"))
    systolic = points(course.of("systolic-bp"), span)
    low, high = padded([value for _, value in systolic] + [severe - 10, above + 40])
    ax.set_ylim(low, high)
    bands(ax, [(severe, above, "relative"), (low, severe, "absolute")])
    held = coloured(guideline_limits.held(guideline, "systolic-bp"))
    limit_lines(ax, [(above, f"target >{above:g}", INK), *held])
    ax.plot(
        days(systolic),
        [value for _, value in systolic],
        color=BLUE,
        lw=1,
        marker="o",
        ms=2.6,
        label="systolic",
    )
    at_or_below = [(at, value) for at, value in systolic if value <= above]
    ax.plot(
        days(at_or_below),
        [value for _, value in at_or_below],
        ls="",
        marker="v",
        ms=5,
        color=VERMILLION,
        label="at or below target",
        zorder=4,
    )
    nothing(ax, systolic)


def heart_rate(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw heart rate, with the limits of `sinus-tachycardia`."""
    curve(ax, course, "heart-rate", span, VERMILLION, ("Heart rate", "/min"), (70, 140))
    limit_lines(ax, coloured(limits(guideline, FAST_RATE)))


def temperature(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw temperature, with the limit of fever."""
    curve(ax, course, "temperature", span, PURPLE, ("Temperature", unit("Cel")), (36.5, 38.6))
    fever = guideline_limits.fever(guideline)
    limit_lines(ax, [(one.value, f"{one.value:.1f}", GREY) for one in fever])


def urine(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw each collection as a bar of its own width.

    The scale is a root, so that 10 and 20 mL/h stay legible beside a diuresis.
    """
    label(ax, "Urine", "mL/h (root scale)")
    ax.set_yscale("function", functions=(lambda rate: abs(rate) ** 0.5, lambda root: root**2))
    collections = [collection for collection in course.urine if span[0] < collection.end <= span[1]]
    known = [collection for collection in collections if collection.rate is not None]
    ax.set_ylim(0, max([120.0, *(rate_of(collection) * 1.15 for collection in known)]))
    ax.set_yticks([rate for rate in (0, 50, 100, 200, 400, 800) if rate <= ax.get_ylim()[1]])
    for collection in known:
        bar(ax, collection, guideline)
    unknown = [collection for collection in collections if collection.rate is None]
    ax.plot(
        days([(c.end, c.volume) for c in unknown]),
        [4.0] * len(unknown),
        ls="",
        marker="D",
        ms=4,
        mfc="white",
        mec=INK,
        label="rate unknown",
    )
    limit_lines(ax, coloured(limits(guideline, URINE_RATE)))
    boluses(ax, course, span)
    nothing(ax, collections)


def bar(ax: Axes, collection: Collection, guideline: Guideline) -> None:
    """Draw a collection's rate over its time; a low one is darker and hatched, not only coloured."""
    rate = rate_of(collection)
    colour, hatch = shade(rate, guideline)
    start, end = day(collection.start), day(collection.end)
    ax.bar(
        start, rate, width=end - start, align="edge", color=colour, hatch=hatch, ec="white", lw=0.5, zorder=2
    )


def shade(rate: float, guideline: Guideline) -> tuple[str, str]:
    """Return colour and hatch of a rate; plain where the pack that decides has no limit for it."""
    row: Any = guideline.row[URINE_RATE] if URINE_RATE in guideline.own_codes else None
    for level in ("absolute", "relative"):
        if row is not None and getattr(row, level).met(rate):
            return LEVEL_COLOUR[level], HATCH[level]
    return SKY, ""


def rate_of(collection: Collection) -> float:
    """Return the rate of a collection, mL/h; 0 when it is unknown."""
    return collection.rate or 0.0


WORDS, UPRIGHT = 6.0, 6.5
"""Points: size of the words in a panel, and the width of an upright one."""


def boluses(ax: Axes, course: PlottedCourse, span: Span) -> None:
    """Mark when fluid was given, and how much."""
    if given := points(course.boluses, span):
        ax.text(1.005, 0.99, "bolus, mL", transform=ax.transAxes, fontsize=6.5, color=BLUE, va="top")
    spans = [(across(at, span) - UPRIGHT / 2, across(at, span) + UPRIGHT / 2) for at, _ in given]
    for (at, volume), row in zip(given, rows(spans), strict=True):
        ax.annotate(
            figures(volume), (day(at), 1.0), xycoords=("data", "axes fraction"), xytext=(0, -1 - 16 * row),
            textcoords="offset points", fontsize=6, color=BLUE, ha="center", va="top", rotation=90,
            label="bolus",
        )  # fmt: skip


def phenylephrine(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw the pressor load as steps, each in force until the next, with the limits of both rows."""
    label(ax, "Pressor load", unit("ug/kg/min"))
    visible = steps(course.pressor, *span)
    rates = [rate for _, rate in visible]
    ax.set_ylim(0, max([guideline_limits.PHENYLEPHRINE[1], *(rate * 1.1 for rate in rates)]))
    ax.step(days(visible), rates, where="post", color=GREEN, lw=1.2)
    ax.fill_between(days(visible), rates, step="post", color=GREEN, alpha=0.25, lw=0)
    weaned = [(guideline.table4.weaned, f"{guideline.table4.weaned:g} to dose", GREY)]
    highest = [
        (line.value, f"{line.value:.1f}", LEVEL_COLOUR[line.level]) for line in limits(guideline, PEAK_LOAD)
    ]
    limit_lines(ax, weaned + highest)
    nothing(ax, visible)


def saturation(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw SpO2, with the saturation to keep."""
    least = guideline_limits.saturations(guideline)
    curve(ax, course, "spo2", span, BLUE, ("SpO2", "%"), least)
    limit_lines(ax, coloured(guideline_limits.saturation(guideline)))


def oxygen(ax: Axes, course: PlottedCourse, guideline: Guideline, span: Span) -> None:
    """Draw the flow as steps with its limits; write the device when it changes, and FiO2 in figures."""
    label(ax, "Oxygen", "L/min")
    visible = steps(flows((at for at, _ in changes(course.devices)), course.of("o2-flow")), *span)
    ax.set_ylim(0, max([guideline_limits.OXYGEN_FLOW[1], *(rate * 1.3 for _, rate in visible)]))
    ax.step(days(visible), [rate for _, rate in visible], where="post", color=GREEN, lw=1.2)
    ax.fill_between(days(visible), [rate for _, rate in visible], step="post", color=GREEN, alpha=0.25, lw=0)
    limit_lines(ax, coloured(guideline_limits.oxygen_flow(guideline)))
    fio2 = [(at, f"FiO2 {figures(value)} %") for at, value in points(changes(course.of("fio2")), span)]
    marks(ax, sorted([*points(changes(course.devices), span), *fio2]), span)
    nothing(ax, visible)


def marks(ax: Axes, words: list[tuple[int, str]], span: Span) -> None:
    """Write words at their instants, in rows from the top."""
    spans = [(across(at, span), across(at, span) + 2 + width(word, WORDS)) for at, word in words]
    for (at, word), row in zip(words, rows(spans), strict=True):
        ax.annotate(
            word, (day(at), 1.0), xycoords=("data", "axes fraction"), xytext=(2, -1 - 8 * row),
            textcoords="offset points", fontsize=WORDS, color=GREEN, va="top",
        )  # fmt: skip


def curve(
    ax: Axes,
    course: PlottedCourse,
    code: str,
    span: Span,
    colour: str,
    name: tuple[str, str],
    least: tuple[float, float],
) -> None:
    """Draw a vital sign as a line with its readings; the axis is never narrower than `least`."""
    label(ax, *name)
    visible = points(course.of(code), span)
    ax.set_ylim(*padded([value for _, value in visible] + list(least)))
    ax.plot(
        days(visible), [value for _, value in visible], color=colour, lw=1, marker="o", ms=2.2, label=code
    )
    nothing(ax, visible)


class LabPanel(NamedTuple):
    """A lab's panel: code, unit, the source of its limit lines, and the least span of its axis.

    `judged_as`: the lab whose row has the limits, or the advice.
    """

    code: str
    unit: str
    lines: Callable[[Guideline, str], list[Line]]
    judged_as: str
    least: tuple[float, float]


LABS = (
    LabPanel("creatinine", "mg/dL", lab_limits, "creatinine", (0.5, 3.2)),
    LabPanel("platelets", "10*3/uL", lab_limits, "platelets", (0, 150)),
    LabPanel("bilirubin", "mg/dL", lab_limits, "bilirubin", (0, 8)),
    LabPanel("potassium", "mmol/L", advised, "hypokalemia", (3.2, 4.5)),
    LabPanel("bicarbonate", "mmol/L", advised, "acidosis", (16, 26)),
)


def draw_lab(
    ax: Axes, lab: LabPanel, course: PlottedCourse, guideline: Guideline, span: tuple[int, int]
) -> None:
    """Draw one lab over the course, with its limit lines."""
    visible = points(course.of(lab.code), span)
    ax.set_title(f"{lab.code}, {unit(lab.unit)}", fontsize=7.5, loc="left", pad=4)
    ax.set_ylim(*padded([value for _, value in visible] + list(lab.least)))
    ax.plot(days(visible), [value for _, value in visible], color=BLUE, lw=1, marker="o", ms=3)
    limit_lines(ax, coloured(lab.lines(guideline, lab.judged_as)))
    nothing(ax, visible)
    scales(ax, span)


def scales(ax: Axes, span: tuple[int, int]) -> None:
    """Set few dates and few values: a date is as wide as a third of the panel."""
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    date_axis(ax, span, 2)
