"""Run `il2watch export`: the topics as a file of events, in order of knowing (wire.md, Command line)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from streams.cli import event_files, options
from streams.cli.options import broker_of, connection
from streams.config import site
from streams.service.lifecycle import until_ended

if TYPE_CHECKING:
    from streams.kafka.settings import Broker

DESCRIPTION = """\
Reads the input and command topics from their beginning and writes what a worker has taken of them,
in order of knowing: run, assess, explain, plot and backtest give on the file what the worker gave.
What was refused is left out and counted on stderr."""
EXAMPLE = (
    "  il2watch export -o ward.jsonl.gz\n"
    "  il2watch export --patient p1 --from 2026-03-01T00:00:00Z | il2watch run -"
)


def parser() -> options.Parser:
    command = options.parser("export", DESCRIPTION, EXAMPLE)
    event_files.option(command)
    options.at(command, "--from", dest="start", help="leave out what was known before this time")
    options.at(command, "--to", dest="end", help="leave out what was known after this time")
    command.add_argument("--patient", metavar="P", help="this patient alone, with the ticks for all")
    options.knowing(command)
    connection(command)
    return command


@until_ended()
def main(arguments: list[str]) -> int:
    """Write the events; their number and what was refused on stderr."""
    chosen = parser().parse_args(arguments)
    import msgspec

    from rules.wire.topics import INPUTS
    from streams.export.knowing import Wanted, exported
    from streams.kafka.blocking_reader import records
    from streams.service.event_file import spelled, warn

    broker, ahead = broker_of(chosen), site.guideline(chosen.config).choices.ahead
    wanted = Wanted(chosen.start, chosen.end, chosen.patient, chosen.clock == "wall")
    found = exported(watched(records(broker, *INPUTS), broker), wanted, ahead)
    with event_files.opened(chosen.into) as into:
        into.writelines(msgspec.json.encode(event) + b"\n" for event in found.events)
    refused = f"; {found.refused.total()} refused ({spelled(found.refused)})" if found.refused else ""
    warn(f"il2watch: {len(found.events)} events{refused}")
    return 0


def watched(records: Iterable[Any], broker: Broker) -> Iterator[Any]:
    """Yield the same records, with a progress bar if stderr is a terminal."""
    from rules.wire.topics import INPUTS
    from streams.kafka.blocking_reader import record_counts
    from streams.service.files import EVERY, filling

    with filling() as watch:
        total = sum(record_counts(broker, INPUTS).values())
        for done, record in enumerate(records, 1):
            if done % EVERY == 0:
                watch("reading", done, total)
            yield record
