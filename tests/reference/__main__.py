"""`python -m tests.reference assess FILE [--at T]` and `run FILE [--until T]`: JSON Lines on stdout."""

import argparse
import json
import pathlib

from . import assess, run


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, option in (("assess", "--at"), ("run", "--until")):
        command = commands.add_parser(name)
        command.add_argument("file", type=pathlib.Path)
        command.add_argument(option, dest="clock")
    args = parser.parse_args()
    events = [json.loads(line) for line in args.file.read_text().splitlines() if line.strip()]
    lines = assess(events, args.clock).values() if args.command == "assess" else run(events, args.clock)
    for line in lines:
        print(json.dumps(line))


main()
