"""`il2watch topics create`: the topics as wire.md and docs/decisions/0011-retention.md want them."""

from __future__ import annotations

import sys

from streams.broker.retention import FOREVER
from streams.commands import options, topics_layout

SAYS = """\
Creates the topics that are missing, so that records of any date are kept, and leaves those that are there as they are.
Exit 1 if one of those differs from what is asked."""
EXAMPLE = "  il2watch topics create --broker kafka-1.ward:9092 --replication 3"
BY_DAYS = "Kafka deletes by record time: a replay of older records is gone as soon as it is written (docs/decisions/0011-retention.md)"


def parser() -> options.Parser:
    return topics_layout.layout(options.parser("topics create", SAYS, EXAMPLE))


def main(arguments: list[str]) -> int:
    """Creates what is missing and tells of every topic."""
    chosen = parser().parse_args(arguments)
    from streams.broker.creation import create
    from streams.show import jsonlines, terminal, topics

    outcome = create(*topics_layout.asked(chosen))
    if options.as_text(chosen.output):
        topics.created(outcome, terminal.console())
    else:
        jsonlines.write(topics.creations(outcome))
    if chosen.retention != FOREVER:
        print(f"il2watch: --retention: {BY_DAYS}", file=sys.stderr)
    return tell({difference.topic for difference in outcome.report.differences})


def tell(differ: set[str]) -> int:
    """The exit code; topics that were there and differ are for `check` to list, and for Kafka's own tools to mend."""
    if differ:
        print(f"il2watch: {', '.join(sorted(differ))}: there already, and not as asked; il2watch topics check says how", file=sys.stderr)
    return 1 if differ else 0
