"""Run `il2watch run`: every alert transition of a file, in order of decision, then patient.

Source: wire.md, "Alert".
"""

from __future__ import annotations

from streams.cli import options, sharing

DESCRIPTION = (
    "Folds a file of events and prints every alert transition, as it would have been published live."
)
EXAMPLE = (
    "  il2watch run ward.jsonl --until 2026-03-03T05:30:00Z\n  zcat ward.jsonl.gz | il2watch run - "
    "-o json | jq -r .message\n"
    "  il2watch run ten-years.jsonl.gz --jobs 16 > alerts.jsonl\n"
    "  il2watch run ten-years.jsonl.gz --scheduler tcp://10.0.0.5:8786 > alerts.jsonl"
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
    sharing.add_options(command)
    return command


def main(arguments: list[str]) -> int:
    """Print one transition a line (json) or a table (text)."""
    chosen = parser().parse_args(arguments)
    guideline = options.guideline_of(chosen)
    with sharing.source(chosen) as source:
        folded = sharing.fold(chosen.file, source, guideline, sharing.Wanted(chosen.at, chosen.gaps))
        if options.as_text(chosen.output):
            from streams.show import alerts, terminal

            alerts.show(folded.alerts(), terminal.console(), guideline.deciding.reference)
        else:
            folded.write_alerts()
        return sharing.close(folded, chosen.strict)
