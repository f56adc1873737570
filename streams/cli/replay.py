"""`il2watch replay`: publishes a file to Kafka in `known` order, paced (wire.md, Command line)."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from streams.cli import options
from streams.cli.options import broker_of, connection
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.kafka.settings import Broker
    from streams.replay.follow import AlertPrinter
    from streams.replay.publish import Pace, Publisher
    from streams.replay.source import Source

INTERRUPTED = 130
QUIET_S = 5.0
NOW = "now"
SAYS = """\
Publishes a file of events to Kafka in the order in which they became known, each record with that
time as its timestamp, and a tick for all patients each minute of the file's time, so that a worker
with --clock log decides everything the file says. Every record is acknowledged by all in-sync
brokers, and sent after what its patient's worker must have seen before it. The same replay may be
run again: repeats change nothing.

FILE is JSON Lines, plain or gzip (- is standard input); or a table, .csv, .csv.gz or .parquet, in
the layout of docs/reference/columns.md.
What names no patient, type or time cannot be sent: it is told on stderr, and counted. All else is
sent as it stands, for the worker to judge."""
EXAMPLE = """\
  il2watch replay ward.jsonl --speed max
  il2watch replay ward.jsonl.gz --speed 120 --shift-to now --follow
  il2watch replay vitals.csv --speed 1 --broker kafka-1.ward:9092"""
EXIT = (
    "exit: 0 all acknowledged, 1 some record was not (or could not be sent, with --strict), 2 usage, "
    "130 interrupted"
)


def parser() -> options.Parser:
    command = options.parser("replay", SAYS, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument(
        "file", metavar="FILE", help="events as JSON Lines, plain or gzip, or a table; - is standard input"
    )
    command.add_argument(
        "--speed",
        metavar="X",
        required=True,
        type=speed,
        help="times real time, like 120; max: as fast as Kafka takes it",
    )
    command.add_argument(
        "--shift-to",
        metavar="TIME",
        type=start,
        help="move all times by one offset so that the file's first `known` is TIME, or now (`now`)",
    )
    command.add_argument(
        "--follow",
        action="store_true",
        help="print the alerts of the file's patients as they appear in il2.alerts",
    )
    command.add_argument(
        "--follow-for",
        metavar="S",
        type=seconds,
        default=QUIET_S,
        help="--follow ends when none came for S seconds after the end; default: 5",
    )
    options.output(command)
    connection(command)
    command.add_argument("--strict", action="store_true", help="exit 1 if a line could not be sent")
    return command


def main(arguments: list[str]) -> int:
    """Publishes the file; the count acknowledged goes to stderr, alerts (--follow) to stdout."""
    chosen = parser().parse_args(arguments)
    into = broker_of(chosen)
    found = load_file(chosen)
    return publish(chosen, into, found) or int(chosen.strict and bool(found.unsendable))


def load_file(chosen: argparse.Namespace) -> Source:
    """The file, moved in time if asked. Raises UsageError when it cannot be read."""
    from streams.replay.source import moved, source
    from streams.service.event_file import warn

    found = source(chosen.file)
    if found.refusal_line:
        warn(f"il2watch: {chosen.file}: {found.refusal_line}")
    if chosen.shift_to is None:
        return found
    return moved(found, int(time.time() * 1000) if chosen.shift_to == NOW else chosen.shift_to)


def publish(chosen: argparse.Namespace, into: Broker, found: Source) -> int:
    """Publishes what was read; the exit code."""
    from rules.wire.topics import ALERTS, INPUTS
    from streams.kafka.clients import producer
    from streams.kafka.partitions import partitions
    from streams.replay.producer import KafkaRecordProducer
    from streams.replay.publish import Pace

    number = partitions(into, INPUTS + ((ALERTS,) if chosen.follow else ()))
    following = follower(chosen, into, found)
    sender = producer(into)
    try:
        outlet = KafkaRecordProducer(sender, number)
        return run(
            outlet, Pace(chosen.speed, time.monotonic(), found.first), found, following, chosen.follow_for
        )
    finally:
        sender.close(timeout=0)
        if following is not None:
            following.stop()


def run(outlet: Any, pace: Pace, found: Source, following: AlertPrinter | None, quiet: float) -> int:
    """Publishes through an outlet, says how far it came whatever happens, and follows the alerts to their
    end.
    """
    from streams.replay.follow import bar
    from streams.replay.publish import NotAcknowledged, Publisher
    from streams.replay.record import ticked
    from streams.service.event_file import warn

    with bar(len(found.records), time.monotonic) as watch:
        publisher = Publisher(outlet, pace, time.monotonic, watch)
        code = 0
        try:
            publisher.publish(ticked(found.records))
        except NotAcknowledged as fault:
            warn(f"il2watch: not acknowledged: {fault}")
            code = 1
        except KeyboardInterrupt:
            code = INTERRUPTED
    warn(f"il2watch: {ended(publisher, found)}{' (interrupted)' if code == INTERRUPTED else ''}")
    if following is not None and not code:
        following.wait(quiet)
    return code


def ended(publisher: Publisher, found: Source) -> str:
    """The exact count."""
    from streams.replay.follow import summary

    return summary(publisher.counts, len(found.records), time.monotonic() - publisher.pace.began)


def follower(chosen: argparse.Namespace, into: Broker, found: Source) -> AlertPrinter | None:
    """Reads the alerts from here on, if asked."""
    if not chosen.follow:
        return None
    from streams.replay.follow import AlertPrinter

    following = AlertPrinter(into, found.patients, shower(options.as_text(chosen.output)))
    following.start()
    return following


def shower(as_text: bool) -> Any:
    """How alerts are printed: a line each for people, or JSON Lines."""
    if not as_text:
        from streams.service import files

        return files.write
    from streams.show.alerts import show_lines
    from streams.show.terminal import console

    screen = console()
    return lambda found: show_lines(found, screen)


def speed(text: str) -> float:
    """`--speed` for argparse, which wants its own kind of error."""
    from streams.replay.publish import speed as times

    try:
        return times(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def start(text: str) -> int | str:
    """`--shift-to`: `now`, or an instant."""
    return NOW if text == NOW else options.moment(text)


def seconds(text: str) -> float:
    """A number of seconds, 0 or more."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; write it like 5")
    return found
