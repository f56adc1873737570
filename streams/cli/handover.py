"""Run `il2watch handover`: what the next shift must know of each patient, from a file or from the topics."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection, moment
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import Log, decoded, load, summary, warn
from streams.times import ZONE, instant, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.guideline import Guideline
    from rules.wire.pages import PageRecord
    from streams.handover.model import Handover
    from streams.kafka.settings import Broker
    from streams.service.files import Line

DESCRIPTION = """\
Writes a sheet a patient of a shift, the worst first: the next dose and what stands against it, open
alerts and since when, what ended, the shift in figures, laboratory, who answered and why, what is in
force and until when, what is overdue or not understood, and what falls due in the next shift. States
are as of the shift's end; what became known later is marked. Each line knows the alert, assessment or
fact it comes from. Without FILE it reads the topics, and what the pager made of each answer."""
EXAMPLE = """\
  il2watch handover ward.jsonl -o html > handover.html       then print it: A4
  il2watch handover ward.jsonl --shift 2026-03-03T23:00:00Z --unit icu --verbose
  il2watch handover --config site.toml --unit "4 West"       live, the last shift that is over"""
FORMATS = ("text", "json", "html")
TOPICS = "the topics"


def parser() -> options.Parser:
    command = options.parser("handover", DESCRIPTION, EXAMPLE)
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="events as JSON Lines, from export or simulate; - is standard input; default: the topics",
    )
    command.add_argument(
        "--unit", metavar="U", help="this unit alone, by its name in [board] units, or ward, icu"
    )
    command.add_argument(
        "--shift",
        metavar="TIME",
        type=moment,
        help="the shift that begins at TIME or holds it; default: the last that is over",
    )
    options.at(command, help="only what was known by then; default: the file's end, live: now")
    command.add_argument(
        "-o", dest="output", choices=FORMATS, help="default: text on a terminal, json into a pipe"
    )
    command.add_argument("--verbose", action="store_true", help="as text, where each line comes from")
    connection(command)
    options.knowing(command)
    options.strict(command)
    return command


def main(arguments: list[str]) -> int:
    """Print the handover."""
    chosen = parser().parse_args(arguments)
    guideline = site.guideline(chosen.config)
    ZONE.set(guideline.shifts.timezone)
    log = read(chosen, guideline)
    found = made(log, guideline, chosen)
    show(found, chosen)
    begins = min(event.known for event in log.events)
    if log.path == TOPICS and begins > instant(found.start):
        warn(f"il2watch: the topics begin at {wire(begins)}, within the shift: what was before is not in it")
    line = summary(log.refused, log.noted)
    if line:
        warn(f"il2watch: {log.path}: {line}")
    return 1 if chosen.strict and log.refused else 0


def read(chosen: argparse.Namespace, guideline: Guideline) -> Log:
    """Return the events of the file, else of the topics, that were known by `--at`."""
    ahead = guideline.choices.ahead
    log = (
        load(chosen.file, ahead) if chosen.file else decoded(TOPICS, exported_lines(chosen, guideline), ahead)
    )
    until = chosen.at
    if until is None:
        return log
    return log._replace(events=[event for event in log.events if event.known <= until])


def exported_lines(chosen: argparse.Namespace, guideline: Guideline) -> Iterator[Line]:
    """Yield the events of the topics as lines of a file, as a worker knew them, and a tick for now."""
    import msgspec

    from rules.wire.topics import INPUTS
    from streams.export.knowing import Wanted, exported
    from streams.kafka.blocking_reader import records
    from streams.service.files import Line

    wall = chosen.clock == "wall"
    found = exported(records(broker_of(chosen), *INPUTS), Wanted(wall=wall), guideline.choices.ahead)
    now = {"type": "tick", "id": "now", "patient": "*", "at": wire(options.now())}
    for number, event in enumerate((*found.events, *([now] if wall else [])), 1):
        yield Line(number, msgspec.json.encode(event), 0)


def made(log: Log, guideline: Guideline, chosen: argparse.Namespace) -> Handover:
    """Return the handover. Raises UsageError when there is none, and says what there is."""
    from streams.board.settings import display_settings
    from streams.board.settings import load as board_table
    from streams.handover.folded import Wanted, handover
    from streams.handover.sheet import NoHandover

    units = display_settings(board_table(chosen.config), wall=False)
    try:
        return handover(
            log.events,
            guideline,
            Wanted(chosen.unit, chosen.shift),
            lambda patient, location: units.unit_of(patient) or location,
            None if chosen.file else pager_answers(broker_of(chosen)),
        )
    except NoHandover as fault:
        raise UsageError(f"{log.path}: {fault}") from None


def pager_answers(broker: Broker) -> dict[str, PageRecord]:
    """Return what the pager said of each command, by the command's id."""
    from rules.wire import pages
    from rules.wire.topics import PAGES
    from streams.kafka.blocking_reader import records
    from streams.projections.pages import answer

    found: dict[str, PageRecord] = {}
    for record in records(broker, PAGES):
        if (page := pages.decode(record.value)) is not None:
            answer(found, page)
    return found


def show(handover: Handover, chosen: argparse.Namespace) -> None:
    """Print the handover as text for people, as a page of HTML, or as one line of JSON."""
    if chosen.output == "html":
        from streams.board.html.handover import document

        sys.stdout.write(document(handover))
    elif options.as_text(chosen.output):
        from streams.show import handover as sheets
        from streams.show.terminal import console

        sheets.show(handover, console(), chosen.verbose)
    else:
        from streams.service import files

        files.write([handover])
