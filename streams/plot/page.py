"""Draw the page: head, doses, flowsheet, laboratory, and a strip for each tripped criterion."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rules.guideline import Guideline
from rules.guideline.settings.looser import looser
from streams.display import DRAFT_BANNER, GREY, INK, SKY, VERMILLION, plain
from streams.flowsheet.series import peaks
from streams.plot import panels
from streams.plot.axes import MARGIN, across, day, points, rows, time_axis, width
from streams.plot.course import PlottedCourse
from streams.plot.criterion_strips import OVERLAY, Strips, draw_strips, height, strips
from streams.plot.panels import LABS, draw_lab
from streams.plot.sheet import LEFT, STYLE, WIDTH, PlotPage
from streams.times import HOUR, short, wire, zone_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rules.wire.alerts import AlertRecord


def rhythm(ax: Axes, course: PlottedCourse, guideline: Guideline) -> None:
    """Shade the peak windows; draw doses given as thin lines, the end of therapy as a thick one."""
    for start, end in peaks(guideline, course.doses):
        ax.axvspan(day(start), day(end), color=SKY, alpha=0.16, lw=0, zorder=-1, gid="peak")
    for at, given in course.doses:
        if given:
            ax.axvline(day(at), color=INK, lw=0.6, alpha=0.55, zorder=0.5, gid="dose")
    for at in course.therapy_ends:
        ax.axvline(day(at), color=INK, lw=1.1, ls=":", zorder=0.5, gid="therapy-end")


def dose_marks(ax: Axes, course: PlottedCourse, span: tuple[int, int]) -> None:
    """Mark the doses above the panel.

    A filled mark with its number for each dose of the cycle, a hollow one for a dose held.
    """
    from matplotlib.patheffects import withStroke

    above(ax, span[0], "IL-2 dose", 0, "right")
    for (at, words), row in zip(points(numbered(course), span), dose_rows(course, span), strict=True):
        held = words == "held"
        ax.plot(
            [day(at)], [1], transform=over(ax, MARK + row * ROW), marker="v", ms=6,
            mfc="white" if held else INK, mec=INK, clip_on=False, gid="held" if held else "given",
        )  # fmt: skip
        above(ax, at, words, row)
    for at, _ in points([(at, None) for at in course.therapy_ends], span):
        ax.text(
            day(at),
            0.97,
            " therapy end",
            transform=ax.get_xaxis_transform(),
            rotation=90,
            fontsize=6.5,
            color=INK,
            ha="right",
            va="top",
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )


def numbered(course: PlottedCourse) -> list[tuple[int, str]]:
    """Return each dose with its number in its cycle, or `held`."""
    return [(at, str(number_of(at, course)) if given else "held") for at, given in course.doses]


def number_of(at: int, course: PlottedCourse) -> int:
    """Return how many doses were given in the cycle up to an instant, that one included."""
    cycle = max((start for start in course.cycles if start <= at), default=0)
    return sum(1 for when, given in course.doses if given and cycle <= when <= at)


def dose_rows(course: PlottedCourse, span: tuple[int, int]) -> list[int]:
    """Return the row over the panel in which each dose stands with its words, from 0."""
    halves = [
        (across(at, span), max(WIDEST_MARK, width(words, SMALL)) / 2)
        for at, words in points(numbered(course), span)
    ]
    return rows(((middle - half, middle + half) for middle, half in halves), taken=0.0)


def over(ax: Axes, height: float) -> Any:
    """Return the transform to instants, and to points over the panel's top edge."""
    from matplotlib.transforms import ScaledTranslation

    figure: Any = ax.figure
    return ax.get_xaxis_transform() + ScaledTranslation(0, height / POINTS, figure.dpi_scale_trans)


def above(ax: Axes, at: int, words: str, row: int, side: Literal["center", "right"] = "center") -> None:
    """Write small words over the mark of a row over the panel's top edge."""
    ax.annotate(
        words, (day(at), 1), xycoords=("data", "axes fraction"), xytext=(0, MARK + row * ROW + 6),
        textcoords="offset points", fontsize=SMALL, color=INK, ha=side, va="bottom", annotation_clip=False,
    )  # fmt: skip


PANELS = (
    (panels.pressure, 1.9),
    (panels.heart_rate, 1.0),
    (panels.urine, 1.4),
    (panels.phenylephrine, 0.85),
    (panels.saturation, 0.8),
    (panels.oxygen, 0.75),
    (panels.temperature, 0.75),
)
LAB_HEIGHT, LAB_GAP, GAP = 1.0, 0.55, 0.14
BEFORE = 4 * HOUR
BANNER, BANNER_WIDE = 0.15, 150
"""A line of the banner: its height in inches, its characters."""
POINTS = 72
SMALL, MARK, WIDEST_MARK, ROW = 7, 4.0, 7.0, 18.0
"""The doses over the panel, in points: size of the words, height of the lowest mark, its width, a row."""


class Drawing(NamedTuple):
    """The finished figure and its axes by what they show."""

    figure: Figure
    axes: dict[str, Axes]


def draw(
    course: PlottedCourse, alerts: Sequence[AlertRecord], guideline: Guideline, clock: int, title: str = ""
) -> Drawing:
    """Draw one page for one patient up to the clock.

    `alerts`: that patient's transitions in order; `title`: the patient's present status.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        tripped = strips(alerts, drawn(guideline), clock)
        return fill(course, tripped, guideline, (begins(course, clock), clock), title)


def begins(course: PlottedCourse, clock: int) -> int:
    """Return where the page starts: `BEFORE` before the first cycle; without one, at the first fact."""
    first = min([*course.instants, clock - HOUR])
    return max(first, course.cycles[0] - BEFORE) if course.cycles else first


def fill(
    course: PlottedCourse, tripped: Strips, guideline: Guideline, span: tuple[int, int], title: str
) -> Drawing:
    """Draw the panels, top to bottom."""
    more = max(dose_rows(course, span), default=0) * ROW / POINTS + len(banner(guideline)) * BANNER
    sheet = sheet_for(more, tripped)
    axes: dict[str, Axes] = {}
    for panel, tall in PANELS:
        axes[panel.__name__] = ax = sheet.place(tall, GAP)
        panel(ax, course, guideline.deciding, span)
        rhythm(ax, course, guideline)
        ax.tick_params(which="both", labelbottom=False)
    dose_marks(axes["pressure"], course, span)
    time_axis(axes["temperature"], span)
    sheet.used += LAB_GAP - GAP
    label_row(sheet, "Laboratory", LAB_HEIGHT / 2)
    for lab, ax in zip(LABS, sheet.row(len(LABS), LAB_HEIGHT, LAB_GAP), strict=True):
        axes[lab.code] = ax
        draw_lab(ax, lab, course, guideline.deciding, span)
    label_row(sheet, "Tripped criteria", -0.12)
    axes["strips"] = ax = sheet.place(height(tripped))
    draw_strips(ax, tripped, span)
    rhythm(ax, course, guideline)
    time_axis(ax, span)
    head(sheet, course, guideline, span, title)
    write_banner(sheet, banner(guideline))
    return Drawing(sheet.figure, axes)


def sheet_for(more: float, tripped: Strips) -> PlotPage:
    """Return the sheet for all panels, with `more` inches above them."""
    panels_high = sum(tall + GAP for _, tall in PANELS)
    sheet = PlotPage(more + panels_high + LAB_HEIGHT + 2 * LAB_GAP + height(tripped))
    sheet.used += more
    return sheet


def write_banner(sheet: PlotPage, banner: list[str]) -> None:
    """Write the lines of the banner below the head."""
    for line, words in enumerate(banner):
        write(sheet, 0.74 + line * BANNER, words, "", color=VERMILLION, fontweight="bold", fontsize=SMALL)


def drawn(guideline: Guideline) -> list[str]:
    """Return the subjects that have a strip, in order: rows of the pack that decides, packs beside."""
    rows = (row.code for one in (guideline.deciding, guideline) for row in one.rows)
    return [*dict.fromkeys(rows), *(f"{OVERLAY}/{one.id}" for one in guideline.overlays)]


def banner(guideline: Guideline) -> list[str]:
    """Return the lines of the banner: that the pack which decides is a draft, and what is looser."""
    return [*([DRAFT_BANNER] if guideline.decides_as_draft else []), *loosened(guideline)]


def loosened(guideline: Guideline) -> list[str]:
    """Return the lines of the banner: what the site has looser than published (criteria.md section 11)."""
    found = "; ".join(one.words for one in looser(guideline))
    return wrap(f"Looser than published: {found}", BANNER_WIDE) if found else []


def label_row(sheet: PlotPage, words: str, below: float) -> None:
    """Write the name of the next row, in the column of names."""
    sheet.figure.text(
        (LEFT - MARGIN / POINTS) / WIDTH, 1 - (sheet.used + below) / sheet.height, words, va="center"
    )


def head(
    sheet: PlotPage, course: PlottedCourse, guideline: Guideline, span: tuple[int, int], title: str
) -> None:
    """Write patient, period and status at the top, and at the foot the edition that was used."""
    given = sum(1 for at, given in course.doses if given and at <= span[1])
    write(sheet, 0.30, f"Patient {plain(course.patient)}", title, fontsize=13, fontweight="bold", color=INK)
    period = f"{short(wire(span[0]))} to {short(wire(span[1]))}".replace("Z", "")
    over = f"{period} ({zone_name(span[1])}), {given} doses of IL-2 given"
    write(sheet, 0.54, over, "blue bands: 4 to 6 h after a dose, when the pressure is lowest", color=GREY)
    decides = guideline.deciding
    edition = f"Guideline {decides.id} version {decides.version}, {decides.sha256[:12]}"
    write(
        sheet, sheet.height - 0.14, edition, "Advice for clinicians; it never doses", fontsize=7, color=GREY
    )


def write(sheet: PlotPage, below: float, left: str, right: str, **style: Any) -> None:
    """Write words at both edges of the page, `below` inches below its top."""
    height = 1 - below / sheet.height
    sheet.figure.text(0.03, height, left, va="center", **style)
    sheet.figure.text(0.97, height, right, va="center", ha="right", **style)
