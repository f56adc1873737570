"""`il2watch deadletters ls`: the refused records, with reasons (wire.md, Command line)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from streams.commands import options
from streams.commands.connecting import broker_of, connection
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.deadletters.letter import Letter

SAYS = """\
Lists the records that were refused: where each stood (topic/partition/offset), why, and its bytes untouched. Oldest first by the record's time.
With --save they go to a file, one JSON object a line, whose "value" is mended in an editor and sent again by deadletters replay --from."""
EXAMPLE = """\
  il2watch deadletters ls --reason bad-unit
  il2watch deadletters ls --save refused.jsonl && vi refused.jsonl && il2watch deadletters replay --from refused.jsonl"""


def parser() -> options.Parser:
    command = options.parser("deadletters ls", SAYS, EXAMPLE)
    reason(command)
    command.add_argument("--limit", metavar="N", type=count, help="only the newest N")
    command.add_argument("--save", metavar="FILE", type=Path, help="write them to FILE, to be mended; it must not be there yet")
    options.output(command)
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Prints the letters (or saves them), and their number by reason on stderr."""
    chosen = parser().parse_args(arguments)
    from streams.deadletters.again import chosen as choose
    from streams.deadletters.reading import letters

    found = choose(letters(broker_of(chosen)), set(chosen.reason), set())
    shown = found if chosen.limit is None else found[-chosen.limit :]
    if chosen.save is not None:
        save(shown, chosen.save)
    else:
        show(shown, options.as_text(chosen.output))
    summary(shown, len(found))
    return 0


def show(letters: list[Letter], as_text: bool) -> None:
    """For people, or for programs."""
    if as_text:
        from streams.deadletters import table
        from streams.show.terminal import console

        return table.show(letters, console())
    from streams.deadletters.letter import written
    from streams.show import jsonlines

    return jsonlines.write(written(letter) for letter in letters)


def save(letters: list[Letter], path: Path) -> None:
    """Writes them to a new file. Raises UsageError when it is there: it may hold what someone has mended."""
    import msgspec

    from streams.deadletters.letter import written

    try:
        with path.open("xb") as file:
            file.writelines(msgspec.json.encode(written(letter)) + b"\n" for letter in letters)
    except FileExistsError:
        raise UsageError(f"--save {path}: is there already; name a new file") from None


def summary(shown: list[Letter], total: int) -> None:
    """`3 of 12 dead letters (bad-unit 2, malformed 1)` on stderr."""
    from collections import Counter

    from streams.load import spelled, tell

    reasons = Counter(letter.reason or "no reason" for letter in shown)
    of = f"{len(shown)} of {total}" if len(shown) < total else str(total)
    tell(f"il2watch: {of} dead letters" + (f" ({spelled(reasons)})" if reasons else ""))


def reason(command: options.Parser) -> None:
    command.add_argument("--reason", metavar="R", action="append", default=[], help="only those refused for this, like bad-unit; may be repeated")


def count(text: str) -> int:
    """A number from 1 for argparse."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)
