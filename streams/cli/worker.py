"""`il2watch worker`: reads the topics, keeps every patient's chart, and publishes what changed."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection

if TYPE_CHECKING:
    from streams.worker.process import WorkerOptions

SAYS = """\
Reads events from Kafka, keeps each patient's chart, and publishes alerts and assessments. Start as
many as there are machines; they share the partitions. Killed at any moment and started again, it
loses nothing and decides nothing twice.

Exit: 0 told to stop, 1 a batch could not be worked off, 3 no progress; a supervisor should start it
again after 1 and 3."""
EXAMPLE = (
    "  il2watch worker --broker kafka-1.ward:9092\n  il2watch worker --clock log --broker "
    "localhost:9092     for replays"
)


def parser() -> options.Parser:
    command = options.parser("worker", SAYS, EXAMPLE)
    connection(command)
    command.add_argument(
        "--clock",
        choices=("wall", "log"),
        default="wall",
        help=(
            "wall (default): patients are ticked each second once the topics are read to their end; log: "
            "time comes from the records alone"
        ),
    )
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        type=Path,
        default=Path("il2watch-state"),
        help="working folder; the charts are in Kafka",
    )
    options.supervised(command, 9108)
    command.add_argument(
        "--dead-letter-limit",
        metavar="SHARE",
        type=share,
        default=0.05,
        help="of 5 min' records, above which it alerts; default: 0.05",
    )
    command.add_argument(
        "--id", default="il2watch", help="consumer group and name of the table; default: il2watch"
    )
    return command


def main(arguments: list[str]) -> int:
    """Runs until told to stop. Threads of the client that still wait for a broker do not keep the process."""
    chosen = parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("il2watch").setLevel(logging.INFO)
    logging.getLogger("mode.timers").setLevel(logging.ERROR)  # it warns whenever a batch takes a second
    found = settings(chosen)
    from streams.worker.process import serve

    code = asyncio.run(serve(found))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def settings(chosen: argparse.Namespace) -> WorkerOptions:
    """What the arguments come to. Raises UsageError."""
    from streams.config import site
    from streams.service.lifecycle import wall
    from streams.worker.dead_letter_alarm import Share
    from streams.worker.process import WorkerOptions

    return WorkerOptions(
        broker=broker_of(chosen),
        guideline=site.guideline(chosen.config),
        state=chosen.state_dir,
        wall=wall if chosen.clock == "wall" else None,
        listen=chosen.listen,
        port=chosen.metrics_port,
        patience=chosen.patience,
        session=chosen.session_timeout,
        limits=Share(limit=chosen.dead_letter_limit),
        name=chosen.id,
    )


def share(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share, 0 to 1")
    return found
