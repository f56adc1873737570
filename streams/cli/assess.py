"""Run `il2watch assess`: one assessment a patient, at an instant (wire.md, "Assessment")."""

from __future__ import annotations

from streams.cli import options, sharing

DESCRIPTION = (
    "Folds a file of events and prints one assessment per patient: recommendation, every criterion, dose\n"
    "and advice."
)
EXAMPLE = (
    "  il2watch assess ward.jsonl.gz --at 2026-03-03T05:30:00Z -o text\n"
    "  il2watch assess ten-years.jsonl.gz --jobs 16 > assessments.jsonl"
)


def parser() -> options.Parser:
    command = options.parser("assess", DESCRIPTION, EXAMPLE)
    options.file(command)
    options.at(command)
    options.output(command)
    options.config(command)
    options.packs(command)
    options.strict(command)
    sharing.add_options(command)
    return command


def main(arguments: list[str]) -> int:
    """Print one assessment a line (json) or a page each (text)."""
    chosen = parser().parse_args(arguments)
    guideline = options.guideline_of(chosen)
    with sharing.source(chosen) as source:
        wanted = sharing.Wanted(chosen.at, assessed=True)
        folded = sharing.fold(chosen.file, source, guideline, wanted)
        if options.as_text(chosen.output):
            from streams.show import assessment, terminal

            screen = terminal.console()
            for one in folded.assessments():
                assessment.show(one, screen)
        else:
            folded.write_assessments()
        return sharing.close(folded, chosen.strict)
