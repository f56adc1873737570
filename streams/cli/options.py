"""What the commands' options have in common, so that one name means one thing everywhere: files, brokers,
who asks and why.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from rules.wire.durations import duration
from streams.config import site
from streams.errors import UsageError
from streams.kafka.settings import Broker, add_broker_option, broker
from streams.times import instant

if TYPE_CHECKING:
    from streams.kafka.commands import Who


class Parser(argparse.ArgumentParser):
    """Arguments of one command; a wrong one is a UsageError, like every other mistake."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog.removeprefix('il2watch ')}: {message}; see {self.prog} --help")


def parser(name: str, says: str, example: str) -> Parser:
    """A parser for `il2watch NAME`, with what the command does above and an example below its options."""
    return Parser(
        prog=f"il2watch {name}",
        description=says,
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def file(command: Parser) -> None:
    command.add_argument(
        "file", metavar="FILE", help="events as JSON Lines, plain or gzip; - is standard input"
    )


def config(command: Parser) -> None:
    command.add_argument(
        "--config",
        metavar="TOML",
        help="site configuration; default: IL2WATCH_CONFIG, else the guideline as published",
    )


def strict(command: Parser) -> None:
    command.add_argument("--strict", action="store_true", help="exit 1 if any record was refused")


def output(command: Parser) -> None:
    command.add_argument(
        "-o", dest="output", choices=("text", "json"), help="default: text on a terminal, json into a pipe"
    )


def fault_log(command: Parser, says: str) -> None:
    """Take `--fault-log`; for one release also by its old name, `--ledger`, which help keeps silent of."""
    command.add_argument("--fault-log", metavar="FILE", help=says)
    command.add_argument("--ledger", dest="fault_log", metavar="FILE", help=argparse.SUPPRESS)


def at(command: Parser, name: str = "--at") -> None:
    command.add_argument(
        name,
        dest="at",
        metavar="TIME",
        type=moment,
        help="only what was known by then, like 2026-03-02T10:00:00Z; default: the file's end",
    )


def patient(command: Parser) -> None:
    command.add_argument(
        "--patient", metavar="P", help="patient id; may be left out when the file holds one patient"
    )


def moment(text: str) -> int:
    """An instant for argparse, which wants its own kind of error."""
    try:
        return instant(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def as_text(choice: str | None) -> bool:
    """Whether to print for people: asked for, or stdout is a terminal."""
    return choice == "text" or (choice is None and sys.stdout.isatty())


def connection(command: Parser) -> None:
    """The options that say which broker."""
    add_broker_option(command)
    config(command)


def broker_of(chosen: argparse.Namespace) -> Broker:
    """The broker that `--broker`, the configuration (`--config`, else IL2WATCH_CONFIG) or IL2WATCH_BROKER
    names. Raises UsageError.
    """
    return broker(chosen.broker, site.opened(chosen.config))


def saying(command: Parser) -> None:
    """`--by` and `--reason`."""
    command.add_argument("--by", metavar="WHO", required=True, help="who says so")
    command.add_argument("--reason", metavar="WHY", required=True, help="and why")


def who(chosen: argparse.Namespace) -> Who:
    """Both, as given. Raises UsageError for blanks."""
    from streams.kafka.commands import Who

    if not chosen.by.strip() or not chosen.reason.strip():
        raise UsageError("--by and --reason: say who and why")
    return Who(chosen.by, chosen.reason)


def now() -> int:
    """Wall time, ms."""
    return time.time_ns() // 1_000_000


def port(text: str, least: int = 0) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, {least} to 65535")
    return int(text)


def port_to_ask_at(text: str) -> int:
    """A port that others must know: not 0, which is any that is free."""
    return port(text, least=1)


def positive(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return found


def length(text: str) -> int:
    """Return the ms of a duration; seconds where no unit is given."""
    try:
        return duration(f"{text}s" if text[-1:].isdigit() else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time above 0; write it like 60s or 5m") from None


def whole(text: str, least: int, most: int, what: str) -> int:
    """A whole number in range, for argparse."""
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}, {least} to {most}")
    return int(text)


def seed(text: str) -> int:
    return whole(text, 0, (1 << 63) - 1, "seed")


def supervised(command: Parser, metrics_port: int) -> None:
    """Add what a service in a consumer group takes: where its probes are served, and when it gives up."""
    command.add_argument(
        "--metrics-port",
        metavar="PORT",
        type=port,
        default=metrics_port,
        help=f"health and metrics, 0 for none; default: {metrics_port}",
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
        help="seconds without progress before it gives up; default: 120",
    )
    command.add_argument(
        "--session-timeout",
        metavar="S",
        type=positive,
        default=10.0,
        help="silence after which others take over; default: 10",
    )
