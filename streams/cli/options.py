"""Share the options of the commands, so that one name means one thing everywhere.

Files, brokers, ports, durations, and who gives a command and why.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rules.wire.durations import duration
from streams.config import site
from streams.errors import UsageError
from streams.kafka.settings import Broker, add_broker_option, broker
from streams.times import instant

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from rules.guideline import Guideline
    from streams.kafka.commands import Who


class Parser(argparse.ArgumentParser):
    """The argument parser of one command; a wrong argument is a UsageError, like every other mistake."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog.removeprefix('il2watch ')}: {message}; see {self.prog} --help")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse's own, raise OSError where it cannot be written."""
        print(self.format_help(), end="", file=file)
        sys.stdout.flush()


def parser(name: str, description: str, example: str) -> Parser:
    """Return a parser of `il2watch NAME`: what the command does comes above its options, an example below."""
    return Parser(
        prog=f"il2watch {name}",
        description=description,
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def file(command: Parser) -> None:
    command.add_argument(
        "file",
        metavar="FILE",
        help="events as JSON Lines, plain or gzip; - is standard input; a folder: Parquet by patient",
    )


def config(command: Parser) -> None:
    command.add_argument(
        "--config",
        metavar="TOML",
        help="site configuration; default: IL2WATCH_CONFIG, else the guideline as published",
    )


def packs(command: Parser) -> None:
    """Add the options that choose guideline packs; `guideline_of` reads them."""
    command.add_argument(
        "--edition",
        metavar="PACK",
        help="pack that decides, like dutcher-2014/1 (il2watch packs ls); default: the configuration's",
    )
    command.add_argument(
        "--overlay",
        metavar="PACK",
        action="append",
        default=[],
        help="pack evaluated beside, which decides nothing; up to three times",
    )
    command.add_argument(
        "--allow-draft",
        action="store_true",
        help="let a pack decide of which not everything was read in its source; outputs say so",
    )


def guideline_of(chosen: argparse.Namespace) -> Guideline:
    """Return the guideline that the options choose. Raises UsageError."""
    if not hasattr(chosen, "edition"):
        return site.guideline(chosen.config)
    return site.offline(chosen.config, chosen.edition, chosen.overlay, chosen.allow_draft)


def strict(command: Parser) -> None:
    command.add_argument("--strict", action="store_true", help="exit 1 if any record was refused")


def output(command: Parser) -> None:
    command.add_argument(
        "-o", dest="output", choices=("text", "json"), help="default: text on a terminal, json into a pipe"
    )


def fault_log(command: Parser, description: str) -> None:
    """Add `--fault-log`; for one release also its old name `--ledger`, which the help does not show."""
    command.add_argument("--fault-log", metavar="FILE", help=description)
    command.add_argument("--ledger", dest="fault_log", metavar="FILE", help=argparse.SUPPRESS)


BY_THEN = "only what was known by then, like 2026-03-02T10:00:00Z; default: the file's end"


def at(command: Parser, name: str = "--at", dest: str = "at", help: str = BY_THEN) -> None:
    command.add_argument(name, dest=dest, metavar="TIME", type=moment, help=help)


def patient(command: Parser) -> None:
    command.add_argument(
        "--patient", metavar="P", help="patient id; may be left out when the file holds one patient"
    )


def moment(text: str) -> int:
    """Return an instant (ms) for argparse. Raises ArgumentTypeError, which argparse reports."""
    try:
        return instant(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def as_text(choice: str | None) -> bool:
    """Return whether to print for people: `-o text`, or stdout is a terminal."""
    return choice == "text" or (choice is None and sys.stdout.isatty())


def connection(command: Parser) -> None:
    """Add the options that name the broker."""
    add_broker_option(command)
    config(command)


def broker_of(chosen: argparse.Namespace) -> Broker:
    """Return the broker that `--broker`, the configuration or IL2WATCH_BROKER names.

    The configuration is `--config`, else IL2WATCH_CONFIG. Raises UsageError.
    """
    return broker(chosen.broker, site.opened(chosen.config))


def knowing(command: Parser) -> None:
    """Add `--clock`: when a record of a topic was known."""
    command.add_argument(
        "--clock",
        choices=("wall", "log"),
        default="wall",
        help=(
            "as the worker ran: wall (default): a record is known when it reached its topic; log: by its own "
            "`known`"
        ),
    )


def who_options(command: Parser) -> None:
    """Add `--by` and `--reason`."""
    command.add_argument("--by", metavar="WHO", required=True, help="name of the person")
    command.add_argument("--reason", metavar="WHY", required=True, help="the reason")


def who(chosen: argparse.Namespace) -> Who:
    """Return who gives a command and why, as given. Raises UsageError for blanks."""
    from streams.kafka.commands import Who

    if not chosen.by.strip() or not chosen.reason.strip():
        raise UsageError("--by and --reason: say who and why")
    return Who(chosen.by, chosen.reason)


def now() -> int:
    """Return the wall time, ms."""
    return time.time_ns() // 1_000_000


def port(text: str, least: int = 0) -> int:
    """Return a port number from `least` to 65535. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, {least} to 65535")
    return int(text)


def fixed_port(text: str) -> int:
    """Return a port that others must know: not 0, which means any free one."""
    return port(text, least=1)


def positive(text: str) -> float:
    """Return a number of seconds above 0. Raises ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return found


def folder(path: Path) -> Path:
    """Make a working folder, and return it. Raises UsageError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--state-dir {path}: {error.strerror}; name another") from None
    return path


def length(text: str) -> int:
    """Return the ms of a duration; a number without a unit is seconds."""
    try:
        return duration(f"{text}s" if text[-1:].isdigit() else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time above 0; write it like 60s or 5m") from None


def whole(text: str, least: int, most: int, name: str) -> int:
    """Return a whole number from `least` to `most`; `name`: what it counts. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {name}, {least} to {most}")
    return int(text)


def seed(text: str) -> int:
    return whole(text, 0, (1 << 63) - 1, "seed")


def supervised(command: Parser, metrics_port: int) -> None:
    """Add the options of a service in a consumer group: its probes' address, and when it gives up."""
    _served(command, metrics_port, port, "health and metrics, 0 for none", "without progress")
    command.add_argument(
        "--session-timeout",
        metavar="S",
        type=positive,
        default=10.0,
        help="silence after which others take over; default: 10",
    )


def probed(command: Parser, metrics_port: int) -> None:
    """Add the options of a service on its own: its probes' address, and how long it waits for a broker."""
    _served(command, metrics_port, fixed_port, "health and metrics", "without a broker")


def _served(
    command: Parser, metrics_port: int, port_type: Callable[[str], int], what: str, without: str
) -> None:
    """Add where a service's probes are, and how long it bears what it is `without`."""
    command.add_argument(
        "--metrics-port",
        metavar="PORT",
        type=port_type,
        default=metrics_port,
        help=f"{what}; default: {metrics_port}",
    )
    command.add_argument(
        "--listen",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="where they are served; default: this machine alone",
    )
    command.add_argument(
        "--patience",
        metavar="S",
        type=positive,
        default=120.0,
        help=f"seconds {without} before it gives up; default: 120",
    )
