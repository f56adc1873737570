"""Run `il2watch run`: every alert transition of a file, in order of decision, then patient.

Source: wire.md, "Alert".
"""

from __future__ import annotations

from streams.cli import options
from streams.cli.event_files import close, fold

DESCRIPTION = (
    "Folds a file of events and prints every alert transition, as it would have been published live."
)
EXAMPLE = (
    "  il2watch run ward.jsonl --until 2026-03-03T05:30:00Z\n  zcat ward.jsonl.gz | il2watch run - "
    "-o json | jq -r .message"
)


def parser() -> options.Parser:
    command = options.parser("run", DESCRIPTION, EXAMPLE)
    options.file(command)
    options.at(command, "--until")
    command.add_argument(
        "--gaps",
        action="store_true",
        help="jumps of more than 31 days are meant; else a record after one is refused (from-the-future)",
    )
    options.output(command)
    options.config(command)
    options.packs(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Print one transition a line (json) or a table (text)."""
    chosen = parser().parse_args(arguments)
    course = fold(chosen)
    if options.as_text(chosen.output):
        from streams.show import alerts, terminal

        alerts.show(course.folded.alerts, terminal.console(), course.guideline.deciding.reference)
    else:
        from streams.service import files

        files.write(course.folded.alerts)
    return close(course, chosen.strict)
