"""What the commands' options have in common, so that one name means one thing everywhere."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from streams.errors import UsageError
from streams.times import instant


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
    command.add_argument("file", metavar="FILE", help="events as JSON Lines, plain or gzip; - is standard input")


def config(command: Parser) -> None:
    command.add_argument("--config", metavar="TOML", help="site configuration; default: IL2WATCH_CONFIG, else the guideline as published")


def strict(command: Parser) -> None:
    command.add_argument("--strict", action="store_true", help="exit 1 if any record was refused")


def output(command: Parser) -> None:
    command.add_argument("-o", dest="output", choices=("text", "json"), help="default: text on a terminal, json into a pipe")


def at(command: Parser, name: str = "--at") -> None:
    command.add_argument(
        name, dest="at", metavar="TIME", type=moment, help="only what was known by then, like 2026-03-02T10:00:00Z; default: the file's end"
    )


def patient(command: Parser) -> None:
    command.add_argument("--patient", metavar="P", help="patient id; may be left out when the file holds one patient")


def moment(text: str) -> int:
    """An instant for argparse, which wants its own kind of error."""
    try:
        return instant(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def as_text(choice: str | None) -> bool:
    """Whether to print for people: asked for, or stdout is a terminal."""
    return choice == "text" or (choice is None and sys.stdout.isatty())
