"""Run `il2watch worker`: read the topics, keep every patient's chart, publish what changed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection
from streams.service.lifecycle import until_running
from streams.service.logs import log_to_stderr

if TYPE_CHECKING:
    from streams.worker.process import WorkerOptions

DESCRIPTION = """\
Reads events from Kafka, keeps each patient's chart, and publishes alerts and assessments. Start as
many as there are machines; they share the partitions. Killed at any moment and started again, it
loses nothing and decides nothing twice.

Exit: 0 stopped by a signal, 1 a batch could not be processed, 2 the configuration is wrong, 3 no
broker, or no progress, for as long as --patience; a supervisor should start it again after 1 and
3, not after 2."""
EXAMPLE = (
    "  il2watch worker --broker kafka-1.ward:9092\n  il2watch worker --clock log --broker "
    "localhost:9092     for replays"
)


def parser() -> options.Parser:
    command = options.parser("worker", DESCRIPTION, EXAMPLE)
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
        "--rebuild",
        action="store_true",
        help=(
            "forget the state and make it anew from the input topics, as far back as they reach; all workers "
            "of the group must be stopped"
        ),
    )
    command.add_argument(
        "--id", default="il2watch", help="consumer group and name of the table; default: il2watch"
    )
    return command


@until_running()
def main(arguments: list[str]) -> int:
    """Run until told to stop."""
    chosen = parser().parse_args(arguments)
    log_to_stderr()
    worker_options = settings(chosen)
    from streams.service.process import run_to_end
    from streams.worker.process import serve

    run_to_end(serve(worker_options))


def settings(chosen: argparse.Namespace) -> WorkerOptions:
    """Return the options that the arguments name. Raises UsageError."""
    from streams.config import site
    from streams.service.lifecycle import wall
    from streams.worker.dead_letter_alarm import Share
    from streams.worker.process import WorkerOptions

    return WorkerOptions(
        broker=broker_of(chosen),
        guideline=site.guideline(chosen.config),
        state=options.folder(chosen.state_dir),
        wall=wall if chosen.clock == "wall" else None,
        listen=chosen.listen,
        port=chosen.metrics_port,
        patience=chosen.patience,
        session=chosen.session_timeout,
        limits=Share(limit=chosen.dead_letter_limit),
        name=chosen.id,
        rebuild=chosen.rebuild,
    )


def share(text: str) -> float:
    """Return a share, 0 to 1. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share, 0 to 1")
    return value
