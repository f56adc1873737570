"""What `topics create` and `topics check` have in common: the options that say how the topics should be."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from streams.broker import retention, table
from streams.broker.settings import Broker, add_broker_option, broker
from streams.broker.topics import PARTITIONS
from streams.commands import options

if TYPE_CHECKING:
    from streams.broker.creation import Wish


def layout(command: options.Parser) -> options.Parser:
    """The options that say how the topics should be."""
    add_broker_option(command)
    command.add_argument("--partitions", metavar="N", type=several, default=PARTITIONS, help="of every topic; default: 12")
    command.add_argument("--replication", metavar="N", type=several, help="copies; default: 3, or as many as there are brokers")
    command.add_argument("--min-insync", metavar="N", type=several, help="copies that hold a write before it counts; default: 2 of 3, else 1")
    command.add_argument(
        "--retention",
        metavar="TIME",
        type=retention.duration,
        default=retention.FOREVER,
        help="delete what is older, by record time: 30d, 12h; default: forever, which alone keeps replays of past years",
    )
    command.add_argument(
        "--retention-bytes", metavar="SIZE", type=retention.size, default=2 * retention.GIB, help="of one partition: 500MiB, forever; default: 2GiB"
    )
    options.output(command)
    options.config(command)
    return command


def several(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, 1 to 10000")
    return int(text)


def asked(chosen: argparse.Namespace) -> tuple[Broker, Wish]:
    """The broker that is meant, and what is asked of its topics. Raises UsageError."""
    from streams.broker.creation import Wish

    wish = Wish(chosen.partitions, chosen.replication, chosen.min_insync, chosen.retention, chosen.retention_bytes)
    return broker(chosen.broker, table.read(chosen.config)), wish
