"""Run `il2watch explain`: why an alert fired, or why not: facts, windows and limits in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.event_files import Course, close, fold, the_patient
from streams.errors import UsageError
from streams.times import short, wire

if TYPE_CHECKING:
    from rules.explain import Explanation
    from rules.wire.alerts import AlertRecord

DESCRIPTION = (
    "Explains in words why a subject fired, or why not: the facts, window and limit that decided, what\n"
    "is missing, and the distance from the limit. A subject is a criterion (urine-hour), hypotension,\n"
    "recommendation, an advice (fluid-bolus), monitoring/vital-signs, stop-rule:oxygen or dose."
)
EXAMPLE = "  il2watch explain ward.jsonl --patient p1 --subject urine-hour --at 2026-03-03T05:30:00Z"


def parser() -> options.Parser:
    command = options.parser("explain", DESCRIPTION, EXAMPLE)
    options.file(command)
    options.patient(command)
    command.add_argument(
        "--subject", metavar="S", required=True, help="what to explain, by its name on the wire"
    )
    options.at(command)
    options.output(command)
    command.add_argument(
        "--verbose", action="store_true", help="as text, name the section of docs/spec/criteria.md too"
    )
    options.config(command)
    options.packs(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Print the explanation."""
    chosen = parser().parse_args(arguments)
    course = fold(chosen)
    patient = the_patient(course, chosen.patient)
    alerts = [alert for alert in course.alerts_of(patient) if alert.subject == chosen.subject]
    show(explained(course, patient, chosen.subject), alerts, options.as_text(chosen.output), chosen.verbose)
    return close(course, chosen.strict)


def explained(course: Course, patient: str, subject: str) -> Explanation:
    """Return the explanation of a subject at the clock.

    Raises UsageError for a patient discharged by then, or an unknown subject.
    """
    from rules.explain import UnknownSubject, explain

    if course.assessment_of(patient) is None:
        raise UsageError(
            f"{course.log.path}: {patient!r} is not in care at {short(wire(course.clock))}; ask for an "
            "instant before, with --at"
        )
    try:
        return explain(course.folded.outcome.patients[patient], subject)
    except UnknownSubject as error:
        raise UsageError(str(error)) from None


def show(explanation: Explanation, alerts: list[AlertRecord], as_text: bool, verbose: bool) -> None:
    """Print the explanation as text for people, or as one JSON line for programs."""
    if as_text:
        from streams.show import assessment
        from streams.show.terminal import console

        assessment.show_explanation(explanation, alerts, console(), verbose)
    else:
        from rules.explain import wire as as_wire
        from streams.service.files import write

        write([{**as_wire(explanation), "history": alerts}])
