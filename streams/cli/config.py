"""Run `il2watch config check|schema`: check a site configuration, or print its JSON Schema."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from streams.cli import options
from streams.config import site
from streams.errors import UsageError

if TYPE_CHECKING:
    from rules.guideline import Guideline
    from streams.config.schema import Schema

DESCRIPTION = """\
Validates a site configuration, the services' tables included; secrets are not read. Exit 1 and the
key and line that is wrong, or 0 and the guideline's identity with it, and a warning line for every
number that is looser than published: alarms come later, fewer or lower."""
EXAMPLE = "  il2watch config check site.toml"


def parser() -> options.Parser:
    command = options.parser("config check", DESCRIPTION, EXAMPLE)
    command.add_argument("file", metavar="FILE", help="the site configuration, TOML")
    return command


SCHEMA_DESCRIPTION = """\
Prints the JSON Schema of a site configuration, for editors that complete keys and mark wrong ones.
It covers keys, types and ranges; only `il2watch config check` checks relations between numbers."""
SCHEMA_EXAMPLE = "  il2watch config schema > site.schema.json"


def schema_parser() -> options.Parser:
    return options.parser("config schema", SCHEMA_DESCRIPTION, SCHEMA_EXAMPLE)


def schema_main(arguments: list[str]) -> int:
    """Print the schema."""
    schema_parser().parse_args(arguments)
    from streams.config.reference import written

    print(written(schema()), end="")
    return 0


def schema() -> Schema:
    """Return the schema, with the options of every kind of channel."""
    from streams.channels.registry import KINDS
    from streams.channels.registry import options as channel_options
    from streams.config.schema import site_schema

    return site_schema({kind: channel_options(kind) for kind in KINDS})


def document(folder: str) -> None:
    """Write the reference page and the schema beside it: `python -m streams.cli.config docs/reference`."""
    from pathlib import Path

    from streams.config.reference import write

    write(Path(folder), schema())


def broker(path: str) -> None:
    """Check the table `[broker]`, if there is one. Raises UsageError."""
    from streams.config.broker import broker_table

    broker_table(site.opened(path))


def pager(path: str) -> None:
    """Check the table `[pager]`, if there is one. Raises UsageError."""
    from streams.config.section import parsed
    from streams.pager.service import config

    content = site.text(path)
    if "pager" in parsed(content, path).document.values:
        config.load(content, path)


def board(path: str) -> None:
    """Check the table `[board]`; the users' file is not read. Raises UsageError."""
    from streams.board import settings

    settings.load(path)


def feeds(path: str) -> None:
    """Check the tables `[feeds.NAME]` with their maps; certificates are not read. Raises UsageError."""
    from streams.feeds.configured import feeds as configured

    if (file := site.opened(path)) is not None:
        configured(file)


def review(path: str) -> None:
    """Check the table `[review]`. Raises UsageError."""
    from streams.config.review import section

    file = site.opened(path)
    if file is not None:
        section(file)


SERVICES = (broker, pager, board, review, feeds)


def main(arguments: list[str]) -> int:
    """Print one line: the guideline's identity, or on stderr the key and line that is wrong."""
    path = parser().parse_args(arguments).file
    guideline, fault = site.checked(path)
    if guideline is None:
        print(f"{path}: {fault}", file=sys.stderr)
        return 1
    try:
        for check in SERVICES:
            check(path)
    except UsageError as error:
        print(error if str(error).startswith(path) else f"{path}: {error}", file=sys.stderr)
        return 1
    site.refuse_draft(guideline, path)
    for warning in warnings(path, guideline):
        print(warning, file=sys.stderr)
    decides = guideline.deciding
    print(f"{path}: ok; guideline {decides.id} version {decides.version}, sha256 {decides.sha256}")
    return 0


def warnings(path: str, guideline: Guideline) -> list[str]:
    """Return a line for every number of the file that is looser than published, in the file's order."""
    from rules.guideline.settings.document import parse_toml
    from rules.guideline.settings.looser import looser

    document = parse_toml(site.text(path))
    found = sorted((document.line(one.key.path), one.text) for one in looser(guideline))
    return [f"{path}: warning: line {line}: looser than published: {words}" for line, words in found]


if __name__ == "__main__":
    document(sys.argv[1])
