"""Run `il2watch replay`: publish a file to Kafka in `known` order, paced (wire.md, Command line)."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from streams.cli import options
from streams.cli.options import broker_of, connection
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.kafka.settings import Broker
    from streams.replay.publish import Pace, Publisher
    from streams.replay.replay_display import AlertPrinter
    from streams.replay.source import Source

INTERRUPTED = 130
QUIET_S = 5.0
NOW = "now"
DESCRIPTION = """\
Publishes a file of events to Kafka in the order in which they became known, each record with that
time as its timestamp, and a tick for all patients each minute of the file's time, so that a worker
with --clock log decides everything the file says. Every record is acknowledged by all in-sync
brokers, and sent after what its patient's worker must have seen before it. The same replay may be
run again: repeats change nothing.

FILE is JSON Lines, plain or gzip (- is standard input); or a table, .csv, .csv.gz or .parquet, in
the layout of docs/reference/columns.md.
What names no patient, type or time cannot be sent: it is reported on stderr, and counted. All else
is sent unchanged, for the worker to validate."""
EXAMPLE = """\
  il2watch replay ward.jsonl --speed max
  il2watch replay ward.jsonl.gz --speed 120 --shift-to now --follow
  il2watch replay vitals.csv --speed 1 --broker kafka-1.ward:9092"""
EXIT = (
    "exit: 0 all acknowledged, 1 some record was not (or could not be sent, with --strict), 2 usage, "
    "130 interrupted"
)


def parser() -> options.Parser:
    command = options.parser("replay", DESCRIPTION, f"{EXAMPLE}\n\n{EXIT}")
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
    """Publish the file; the count acknowledged goes to stderr, alerts (--follow) to stdout."""
    chosen = parser().parse_args(arguments)
    broker = broker_of(chosen)
    loaded = load_file(chosen)
    return publish(chosen, broker, loaded) or int(chosen.strict and bool(loaded.unsendable))


def load_file(chosen: argparse.Namespace) -> Source:
    """Return the file's records, moved in time if asked. Raises UsageError when it cannot be read."""
    from streams.replay.source import moved, source
    from streams.service.event_file import warn

    loaded = source(chosen.file)
    if loaded.refusal_line:
        warn(f"il2watch: {chosen.file}: {loaded.refusal_line}")
    if chosen.shift_to is None:
        return loaded
    return moved(loaded, int(time.time() * 1000) if chosen.shift_to == NOW else chosen.shift_to)


def publish(chosen: argparse.Namespace, broker: Broker, loaded: Source) -> int:
    """Publish the records and return the exit code."""
    from rules.wire.topics import ALERTS, INPUTS
    from streams.kafka.clients import leave, producer
    from streams.kafka.partition_check import partitions
    from streams.replay.producer import KafkaRecordProducer
    from streams.replay.publish import Pace

    partition_count = partitions(broker, INPUTS + ((ALERTS,) if chosen.follow else ()))
    printer = start_printer(chosen, broker, loaded)
    sender = producer(broker)
    try:
        record_producer = KafkaRecordProducer(sender, partition_count)
        pace = Pace(chosen.speed, time.monotonic(), loaded.first)
        return run(record_producer, pace, loaded, printer, chosen.follow_for)
    finally:
        leave(sender)
        if printer is not None:
            printer.stop()


def run(record_producer: Any, pace: Pace, loaded: Source, printer: AlertPrinter | None, quiet: float) -> int:
    """Publish through a producer and return the exit code; follow the alerts to their end if asked.

    How far it came is reported in every case, also after an error or Ctrl-C.
    """
    from streams.replay.publish import NotAcknowledged, Publisher
    from streams.replay.record import ticked
    from streams.replay.replay_display import bar
    from streams.service.event_file import warn

    with bar(len(loaded.records), time.monotonic) as watch:
        publisher = Publisher(record_producer, pace, time.monotonic, watch)
        code = 0
        try:
            publisher.publish(ticked(loaded.records))
        except NotAcknowledged as fault:
            warn(f"il2watch: not acknowledged: {fault}")
            code = 1
        except KeyboardInterrupt:
            code = INTERRUPTED
    warn(f"il2watch: {ended(publisher, loaded)}{' (interrupted)' if code == INTERRUPTED else ''}")
    if printer is not None and not code:
        printer.wait(quiet)
    return code


def ended(publisher: Publisher, loaded: Source) -> str:
    """Return the exact count of what was acknowledged."""
    from streams.replay.replay_display import summary

    return summary(publisher.counts, len(loaded.records), time.monotonic() - publisher.pace.began)


def start_printer(chosen: argparse.Namespace, broker: Broker, loaded: Source) -> AlertPrinter | None:
    """Start printing the patients' alerts as they appear from now on; None if not asked to."""
    if not chosen.follow:
        return None
    from streams.replay.replay_display import AlertPrinter

    printer = AlertPrinter(broker, loaded.patients, alert_display(options.as_text(chosen.output)))
    printer.start()
    return printer


def alert_display(as_text: bool) -> Any:
    """Return what prints alerts: a line each for people, or JSON Lines."""
    if not as_text:
        from streams.service import files

        return files.write
    from streams.show.alerts import show_lines
    from streams.show.terminal import console

    screen = console()
    return lambda alerts: show_lines(alerts, screen)


def speed(text: str) -> float:
    """Return `--speed`. Raises ArgumentTypeError, the kind of error that argparse reports."""
    from streams.replay.publish import speed as times

    try:
        return times(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def start(text: str) -> int | str:
    """Return `--shift-to`: `now`, or an instant."""
    return NOW if text == NOW else options.moment(text)


def seconds(text: str) -> float:
    """Return a number of seconds, 0 or more. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; write it like 5")
    return value
