"""`il2watch topics check`: how the topics differ from what wire.md and docs/decisions/0011-retention.md want."""

from __future__ import annotations

from streams.commands import options, topics_layout

SAYS = """\
Says how the topics differ from what they should be, the worker's changelogs among them: topic, setting, what it is, what it should be.
Exit 1 if any does. Give it the same options as `topics create`."""
EXAMPLE = "  il2watch topics check --broker kafka-1.ward:9092 --replication 3 -o json"


def parser() -> options.Parser:
    return topics_layout.layout(options.parser("topics check", SAYS, EXAMPLE))


def main(arguments: list[str]) -> int:
    """Tells each difference, and what this broker does not tell."""
    chosen = parser().parse_args(arguments)
    from streams.broker.creation import check
    from streams.show import jsonlines, terminal, topics

    report = check(*topics_layout.asked(chosen)).report
    if options.as_text(chosen.output):
        topics.differences(report, terminal.console())
    else:
        jsonlines.write(topics.as_records(report))
    return 1 if report.differences else 0
