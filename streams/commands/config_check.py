"""`il2watch config check`: whether a site configuration can be used, with the key and line that is wrong."""

from __future__ import annotations

import sys

from streams import engine
from streams.commands import options

SAYS = "Validates a site configuration. Exit 1 and the key and line that is wrong, or 0 and the guideline's identity with it."
EXAMPLE = "  il2watch config check site.toml"


def parser() -> options.Parser:
    command = options.parser("config check", SAYS, EXAMPLE)
    command.add_argument("file", metavar="FILE", help="the site configuration, TOML")
    return command


def main(arguments: list[str]) -> int:
    """Prints one line: what is wrong, on stderr; or that it is well."""
    path = parser().parse_args(arguments).file
    guideline, fault = engine.checked(path)
    if guideline is None:
        print(f"{path}: {fault}", file=sys.stderr)
        return 1
    print(f"{path}: ok; guideline {guideline.id} version {guideline.version}, sha256 {guideline.sha256}")
    return 0
