"""Run `il2watch feed hl7|fhir|check|map` and `il2watch import hl7|fhir`: what hospital interfaces send.

Source: docs/spec/feeds.md, Commands.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from streams.cli import event_files, options
from streams.errors import UsageError
from streams.service.lifecycle import until_ended, until_running

if TYPE_CHECKING:
    from streams.config.feeds import FeedTable
    from streams.feeds.checking import CheckReport
    from streams.feeds.mapping.feed_rules import FeedRules
    from streams.feeds.mapping.handled import Handled
    from streams.feeds.mapping.tables import Tables

FEED_HELP = "the [feeds.NAME] whose rules apply; default: the only one"


def feed_option(command: options.Parser) -> None:
    """Add `--feed` and the configuration."""
    command.add_argument("--feed", metavar="NAME", help=FEED_HELP)
    options.config(command)


def rules_of(chosen: argparse.Namespace, imported: bool = False) -> FeedRules:
    """Return the rules of the feed that is meant; without a configuration those of one that states nothing.

    Raises UsageError.
    """
    from streams.config import site
    from streams.config.feeds import FeedTable
    from streams.feeds import configured

    file = site.opened(chosen.config)
    found = configured.feeds(file) if file is not None else {}
    name = chosen.feed or (next(iter(found)) if len(found) == 1 else None)
    if name is None and not found:
        return configured.rules("none", FeedTable(kind="mllp"), Path(), imported)
    if name not in found:
        there = ", ".join(found) or "none; --config names the site configuration"
        raise UsageError(f"--feed {name or 'is missing'}: there are {there}")
    beside = Path(file.name).parent if file is not None else Path()
    return configured.rules(name, found[name][0], beside, imported)


IMPORT_DESCRIPTION = """\
Turns captured HL7 v2 messages (single ones, batch files, captures of MLLP) into a file of events
(JSON Lines), by the rules of a feed. Each event says when it was known: when its message was made.
What was refused is on stderr, without patient data; `il2watch feed check` says more."""
IMPORT_EXAMPLE = "  il2watch import hl7 captured/ --feed icu-monitors --config site.toml -o ward.jsonl"


IMPORT_EXIT = (
    "exit: 0 done, 1 some record was refused (--strict), or nothing was read, 2 usage or configuration, "
    "130 interrupted"
)


def import_parser() -> options.Parser:
    return _import_parser("import hl7", IMPORT_DESCRIPTION, IMPORT_EXAMPLE, "messages")


def _import_parser(name: str, description: str, example: str, what: str) -> options.Parser:
    command = options.parser(name, description, f"{example}\n\n{IMPORT_EXIT}")
    command.add_argument("files", metavar="FILE", nargs="+", help=f"files or folders of {what}")
    feed_option(command)
    options.strict(command)
    event_files.option(command)
    return command


@until_ended()
def import_main(arguments: list[str]) -> int:
    """Write the events of the messages."""
    chosen = import_parser().parse_args(arguments)
    from streams.feeds import offline
    from streams.feeds.mapping.tables import Tables
    from streams.service.lifecycle import wall

    rules = rules_of(chosen, imported=True)
    tables = Tables()
    messages = offline.captured(offline.files(chosen.files), rules, wall(), tables)
    handled = ((f"{each.path}: message {each.number}", each.answered.handled) for each in messages)
    return _write_events(chosen, handled, "HL7 v2 message", tables)


def _write_events(
    chosen: argparse.Namespace,
    handled: Iterable[tuple[str, Handled]],
    what: str,
    tables: Tables | None = None,
) -> int:
    """Write the events of an import in order of knowing, and what was refused on stderr.

    `what`: one of the things that the files hold, in words.
    """
    import json

    from streams.feeds import offline
    from streams.service.event_file import warn

    records, refused = offline.Records(tables), 0
    for place, each in handled:
        records.add(each)
        for line in offline.refusals(place, each):
            refused += 1
            warn(line)
    lines = (json.dumps(each).encode() + b"\n" for each in records.in_order())
    if not event_files.write_any(chosen.into, lines):
        return event_files.nothing_read(chosen.files, what)
    return int(chosen.strict and refused > 0)


FHIR_DESCRIPTION = """\
Turns FHIR R4 resources, bundles and bulk exports (.ndjson, .ndjson.gz) into a file of events (JSON
Lines), by the rules of a feed: Observation, MedicationAdministration, Encounter, and links between
Patients. Each event says when it was known: when its version was made. What was refused is on
stderr, without patient data."""
FHIR_EXAMPLE = "  il2watch import fhir export/*.ndjson --feed ehr --config site.toml -o ward.jsonl"


def fhir_parser() -> options.Parser:
    return _import_parser("import fhir", FHIR_DESCRIPTION, FHIR_EXAMPLE, "resources")


@until_ended()
def fhir_main(arguments: list[str]) -> int:
    """Write the events of the resources."""
    chosen = fhir_parser().parse_args(arguments)
    from streams.feeds import offline, offline_fhir
    from streams.service.lifecycle import wall

    rules = rules_of(chosen, imported=True)
    found = offline_fhir.requested(offline.files(chosen.files), rules, wall())
    handled = ((f"{each.path}: resource {each.number}", each.answered.handled) for each in found)
    return _write_events(chosen, handled, "FHIR resource")


CHECK_DESCRIPTION = """\
Reads captured HL7 v2 messages and FHIR resources (bundles, bulk exports, notifications), publishes
nothing, and says on one page what they hold: which codes are mapped to what, which are not, what is
refused and why, units, patient ids' authorities, times without a zone, results corrected without
saying so. No patient data is printed.

Exit: 0 everything is mapped and nothing refused, 1 something is not, 2 usage."""
CHECK_EXAMPLE = "  il2watch feed check captured/ --feed icu-monitors --config site.toml"


def check_parser() -> options.Parser:
    command = options.parser("feed check", CHECK_DESCRIPTION, CHECK_EXAMPLE)
    command.add_argument(
        "paths", metavar="PATH", nargs="+", help="files or folders of messages and resources"
    )
    feed_option(command)
    command.add_argument("--json", action="store_true", help="everything, as one JSON object")
    return command


def check_main(arguments: list[str]) -> int:
    """Print the page."""
    chosen = check_parser().parse_args(arguments)
    from streams.feeds import checking, offline
    from streams.service import files

    rules = rules_of(chosen)
    report = _checked(offline.files(chosen.paths), rules)
    if chosen.json:
        files.write([checking.as_record(report)])
    else:
        print("\n".join(checking.page(report, rules.name)))
    return 0 if report.clean else 1


def _checked(paths: list[Path], rules: FeedRules) -> CheckReport:
    """Return what the files hold, each in its own form. Raises UsageError."""
    from streams.feeds import checking, checking_fhir, offline, offline_fhir
    from streams.service.lifecycle import wall

    report = checking.CheckReport()
    fhir = [path for path in paths if offline_fhir.is_fhir(path)]
    messages, resources = checking.Checker(rules, report), checking_fhir.FhirChecker(rules, report)
    for message in offline.captured((path for path in paths if path not in fhir), rules, wall()):
        messages.add(message)
    for request in offline_fhir.requested(fhir, rules, wall()):
        resources.add(request)
    return report


MAP_DESCRIPTION = """\
Prints the effective map of a feed, each row with the file and line it comes from, and checks it:
check digits, a number against its name, units, targets. Exit 1 if a row cannot be right."""
MAP_EXAMPLE = "  il2watch feed map --feed icu-monitors --config site.toml"


def map_parser() -> options.Parser:
    command = options.parser("feed map", MAP_DESCRIPTION, MAP_EXAMPLE)
    feed_option(command)
    command.add_argument("--lint", action="store_true", help="only what is wrong")
    return command


def map_main(arguments: list[str]) -> int:
    """Print the rows, then what is wrong with them on stderr."""
    chosen = map_parser().parse_args(arguments)
    import csv
    import sys

    from streams.feeds.mapping.map_lint import lint

    rows = rules_of(chosen).codes.rows
    if not chosen.lint:
        columns = ("system", "code", "name", "sub_id", "unit", "type", "our_code", "unit_default", "priority")
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow((*columns, "from"))
        for row in rows:
            writer.writerow([*(getattr(row, name) for name in columns), f"{row.origin}:{row.line}"])
    faults = lint(rows)
    for fault in faults:
        print(fault, file=sys.stderr)
    return int(any(fault.fatal for fault in faults))


HL7_DESCRIPTION = """\
Listens for HL7 v2 over MLLP on each [feeds.NAME] of kind mllp, publishes the events, and answers
positively only once the broker has acknowledged everything a message gave, its dead letter included.

Exit: 0 stopped by a signal, 2 configuration, 3 no broker for too long; a supervisor should start it
again after 3."""
HL7_EXAMPLE = "  il2watch feed hl7 --broker kafka-1.ward:9092 --config site.toml"


def hl7_parser() -> options.Parser:
    return _service_parser("feed hl7", HL7_DESCRIPTION, HL7_EXAMPLE, 9113)


FEED_FHIR_DESCRIPTION = """\
Takes FHIR R4 over HTTP on the address of every [feeds.NAME] of kind fhir: a bundle at /, one resource
at /TYPE or /TYPE/ID; publishes what it maps, and answers only when the broker has acknowledged every
event and dead letter; without that it answers 503. Health and metrics are served too.

Exit: 0 told to stop, 2 usage, 3 no broker within --patience."""
FEED_FHIR_EXAMPLE = "  il2watch feed fhir --broker kafka:9092 --config site.toml"


def feed_fhir_parser() -> options.Parser:
    return _service_parser("feed fhir", FEED_FHIR_DESCRIPTION, FEED_FHIR_EXAMPLE, 9114)


def _service_parser(name: str, description: str, example: str, port: int) -> options.Parser:
    command = options.parser(name, description, example)
    options.connection(command)
    options.probed(command, port)
    command.add_argument(
        "--no-idempotence",
        dest="idempotent",
        action="store_false",
        help="for a broker without producer ids, as the one in memory: what is retried may be written twice",
    )
    return command


@until_running()
def hl7_main(arguments: list[str]) -> int:
    """Run until told to stop."""
    _serve(hl7_parser().parse_args(arguments), "mllp", "streams.feeds.service.listening:Listener")


@until_running()
def feed_fhir_main(arguments: list[str]) -> int:
    """Run until told to stop."""
    chosen = feed_fhir_parser().parse_args(arguments)
    _serve(chosen, "fhir", "streams.feeds.service.fhir:FhirListener")


def _serve(chosen: argparse.Namespace, kind: str, listener: str) -> NoReturn:
    """Run the feeds of a kind. `listener`: `module:class`, imported only here."""
    from importlib import import_module

    from streams.feeds.service.running import FeedOptions, serve
    from streams.service.logs import log_to_stderr
    from streams.service.process import run_to_end

    log_to_stderr()
    found = FeedOptions(
        options.broker_of(chosen),
        feeds_of(chosen, kind),
        chosen.listen,
        chosen.metrics_port,
        chosen.patience,
        chosen.idempotent,
    )
    module, _, name = listener.partition(":")
    run_to_end(serve(found, getattr(import_module(module), name)))


def feeds_of(chosen: argparse.Namespace, kind: str) -> dict[str, tuple[FeedTable, FeedRules]]:
    """Return the feeds of a kind. Raises UsageError when there is none."""
    from streams.config import site
    from streams.feeds import configured

    file = site.opened(chosen.config)
    found = configured.feeds(file) if file is not None else {}
    feeds = {name: pair for name, pair in found.items() if pair[0].kind == kind}
    if not feeds:
        raise UsageError(f"no feed of kind {kind}: write a table [feeds.NAME] (--config)")
    return feeds
