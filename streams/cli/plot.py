"""Run `il2watch plot`: one page a patient, in the form of a flowsheet."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from streams.cli import options
from streams.cli.event_files import Course, close, fold, the_patient
from streams.errors import UsageError

DESCRIPTION = (
    "Draws one patient's course: pressure, pulse, urine, pressor, oxygen, temperature, laboratory, and\n"
    "a strip for each tripped criterion."
)
EXAMPLE = "  il2watch plot ward.jsonl --patient p1 -o course.svg"
FORMATS = (".svg", ".png", ".pdf")


def parser() -> options.Parser:
    command = options.parser("plot", DESCRIPTION, EXAMPLE)
    options.file(command)
    options.patient(command)
    command.add_argument(
        "-o",
        dest="page",
        metavar="FILE",
        type=Path,
        required=True,
        help="the page to write: .svg, .png or .pdf",
    )
    options.at(command)
    options.config(command)
    options.packs(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Write the page."""
    chosen = parser().parse_args(arguments)
    check_page(chosen.page)
    course = fold(chosen)
    draw(course, the_patient(course, chosen.patient), chosen.page)
    return close(course, chosen.strict)


def check_page(page: Path) -> None:
    """Check before any work that a page can be drawn and its format is known. Raises UsageError."""
    if find_spec("matplotlib") is None:
        raise UsageError("plot needs matplotlib, which is not installed: pip install 'il2watch[plot]'")
    if page.suffix.lower() not in FORMATS:
        raise UsageError(f"-o {page}: a page is .svg, .png or .pdf; its name's ending says which")


def draw(course: Course, patient: str, page: Path) -> None:
    """Draw what was known of the patient at the clock. Raises UsageError when there is nothing to draw."""
    from streams.plot import page as layout
    from streams.plot import sheet
    from streams.plot.course import course as course_of

    plotted = course_of(patient, course.events_of(patient), course.guideline)
    if not plotted.drawable:
        raise UsageError(
            f"{course.log.path}: nothing to draw for patient {patient!r}: no vitals, labs, urine, "
            "doses or "
            "infusions"
        )
    drawing = layout.draw(
        plotted, course.alerts_of(patient), course.guideline, course.clock, recommendation_at(course, patient)
    )
    sheet.save(drawing.figure, page)


def recommendation_at(course: Course, patient: str) -> str:
    """Return the recommendation at the clock, for the head of the page; `discharged` once the patient is."""
    from streams import display

    found = course.assessment_of(patient)
    return "discharged" if found is None else display.recommendation(found.recommendation, ascii_only=False)
