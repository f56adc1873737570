"""Run `il2watch topics create|check`: the topics' settings.

Source: wire.md, Topics; docs/decisions/0011-retention.md.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rules.wire.topics import PARTITIONS
from streams.cli import options
from streams.kafka import topics
from streams.kafka.settings import Broker, add_broker_option
from streams.kafka.topics import FOREVER

if TYPE_CHECKING:
    from streams.kafka.topic_creation import TopicSettings


def layout(command: options.Parser) -> options.Parser:
    """Add the options that say how the topics should be."""
    add_broker_option(command)
    command.add_argument(
        "--partitions", metavar="N", type=several, default=PARTITIONS, help="of every topic; default: 12"
    )
    command.add_argument(
        "--replication", metavar="N", type=several, help="copies; default: 3, or as many as there are brokers"
    )
    command.add_argument(
        "--min-insync",
        metavar="N",
        type=several,
        help="copies that hold a write before it counts; default: 2 of 3, else 1",
    )
    command.add_argument(
        "--retention",
        metavar="TIME",
        type=topics.duration,
        default=topics.FOREVER,
        help=(
            "delete what is older, by record time: 30d, 12h; default: forever, which alone keeps replays "
            "of past years"
        ),
    )
    command.add_argument(
        "--retention-bytes",
        metavar="SIZE",
        type=topics.size,
        default=2 * topics.GIB,
        help="of one partition: 500MiB, forever; default: 2GiB",
    )
    options.output(command)
    options.config(command)
    return command


def several(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, 1 to 10000")
    return int(text)


def wanted(chosen: argparse.Namespace) -> tuple[Broker, TopicSettings]:
    """Return the broker, and the settings wanted of its topics. Raises UsageError."""
    from streams.kafka.topic_creation import TopicSettings

    settings = TopicSettings(
        chosen.partitions, chosen.replication, chosen.min_insync, chosen.retention, chosen.retention_bytes
    )
    return options.broker_of(chosen), settings


CREATE_DESCRIPTION = """\
Creates the topics that are missing, so that records of any date are kept, and leaves those that are
there as they are. Exit 1 if one of those differs from what is asked."""
CREATE_EXAMPLE = "  il2watch topics create --broker kafka-1.ward:9092 --replication 3"
BY_DAYS = (
    "Kafka deletes by record time: a replay of older records is gone as soon as it is written "
    "(docs/decisions/0011-retention.md)"
)


def create_parser() -> options.Parser:
    return layout(options.parser("topics create", CREATE_DESCRIPTION, CREATE_EXAMPLE))


def create_main(arguments: list[str]) -> int:
    """Create what is missing and print every topic."""
    chosen = create_parser().parse_args(arguments)
    from streams.kafka.topic_creation import create
    from streams.service import files
    from streams.show import terminal, topics

    outcome = create(*wanted(chosen))
    if options.as_text(chosen.output):
        topics.created(outcome, terminal.console())
    else:
        files.write(topics.creations(outcome))
    if chosen.retention != FOREVER:
        print(f"il2watch: --retention: {BY_DAYS}", file=sys.stderr)
    return exit_code({difference.topic for difference in outcome.report.differences})


def exit_code(differ: set[str]) -> int:
    """Return 1 when topics that existed differ from what is wanted, and report them on stderr.

    Nothing is changed in them: `check` lists the differences, Kafka's own tools correct them.
    """
    if differ:
        print(
            (
                f"il2watch: {', '.join(sorted(differ))}: there already, and not as asked; il2watch topics "
                "check says how"
            ),
            file=sys.stderr,
        )
    return 1 if differ else 0


CHECK_DESCRIPTION = """\
Reports how the topics differ from what they should be, the worker's changelogs among them: topic,
setting, what it is, what it should be. Exit 1 if any does. Give it the same options as `topics
create`."""
CHECK_EXAMPLE = "  il2watch topics check --broker kafka-1.ward:9092 --replication 3 -o json"


def check_parser() -> options.Parser:
    return layout(options.parser("topics check", CHECK_DESCRIPTION, CHECK_EXAMPLE))


def check_main(arguments: list[str]) -> int:
    """Print each difference, and what this broker does not report."""
    chosen = check_parser().parse_args(arguments)
    from streams.kafka.topic_creation import check
    from streams.service import files
    from streams.show import terminal, topics

    report = check(*wanted(chosen)).report
    if options.as_text(chosen.output):
        topics.differences(report, terminal.console())
    else:
        files.write(topics.as_records(report))
    return 1 if report.differences else 0
