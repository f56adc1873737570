"""Run `il2watch assess`: one assessment a patient, at an instant (wire.md, "Assessment")."""

from __future__ import annotations

from streams.cli import event_files, options
from streams.cli.event_files import close, fold

DESCRIPTION = (
    "Folds a file of events and prints one assessment per patient: recommendation, every criterion, dose\n"
    "and advice."
)
EXAMPLE = "  il2watch assess ward.jsonl.gz --at 2026-03-03T05:30:00Z -o text"


def parser() -> options.Parser:
    command = options.parser("assess", DESCRIPTION, EXAMPLE)
    options.file(command)
    options.at(command)
    options.output(command)
    options.config(command)
    options.packs(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Print one assessment a line (json) or a page each (text)."""
    chosen = parser().parse_args(arguments)
    course = fold(chosen)
    found = event_files.assessments(course.folded)
    if options.as_text(chosen.output):
        from streams.show import assessment, terminal

        screen = terminal.console()
        for one in found:
            assessment.show(one, screen)
    else:
        from streams.service import files

        files.write(found)
    return close(course, chosen.strict)
