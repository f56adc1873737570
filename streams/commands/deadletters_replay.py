"""`il2watch deadletters replay`: sends mended records again (wire.md, Command line)."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from streams import engine
from streams.commands import options
from streams.commands.connecting import broker_of, connection
from streams.commands.deadletters_ls import reason
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.deadletters.letter import Letter
    from streams.deadletters.sending import Sifted

SAYS = """\
Sends refused records again, each to the topic it came from, with its key and its record's time: those of --from, as mended, or what stands in
il2.deadletters. What would only be refused again stays, and is told with its reason. Sending twice is safe: a repeat changes nothing.
The letters themselves stay in il2.deadletters, which is a log."""
EXAMPLE = """\
  il2watch deadletters replay --from refused.jsonl --dry-run
  il2watch deadletters replay --reason wrong-key --key
  il2watch deadletters replay --id il2.vitals/3/1042"""
EXIT = "exit: 0 all were sent and acknowledged, 1 some were not, 2 usage"


def parser() -> options.Parser:
    command = options.parser("deadletters replay", SAYS, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument("--from", dest="mended", metavar="FILE", help="letters as deadletters ls --save wrote them, mended; - is standard input")
    command.add_argument("--id", metavar="T/P/O", action="append", default=[], type=place, help="only what was refused there; may be repeated")
    reason(command)
    command.add_argument("--key", action="store_true", help="key each record by the patient its value names, not as it was keyed")
    command.add_argument("--force", action="store_true", help="send what would be refused again, too")
    command.add_argument("--dry-run", action="store_true", help="send nothing, say what would be sent")
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Sends what may be sent; exact counts go to stderr."""
    chosen = parser().parse_args(arguments)
    from streams.load import tell

    found = select(chosen)
    sifted = sift(chosen, found)
    for letter, fault in sifted.stay:
        tell(f"{letter.where}: {fault}")
    if chosen.dry_run:
        tell(f"il2watch: {len(sifted.go)} of {len(found)} would be sent{staying(sifted)}; nothing was, this is a dry run")
        return int(bool(sifted.stay))
    return close(send(chosen, sifted), len(found), sifted)


def select(chosen: argparse.Namespace) -> list[Letter]:
    """The letters that are meant, keyed as they will be. Raises UsageError, naming an --id that is not among them."""
    from streams.deadletters.again import chosen as choose
    from streams.deadletters.again import keyed, once

    found = choose(read(chosen), set(chosen.reason), set(chosen.id))
    missing = set(chosen.id) - {letter.where for letter in found}
    if missing:
        raise UsageError(f"--id {', '.join(sorted(missing))}: no such dead letter{' of this reason' if chosen.reason else ''}")
    return once(keyed(letter) if chosen.key else letter for letter in found)


def read(chosen: argparse.Namespace) -> Iterable[Letter]:
    """The letters of the file, or those in Kafka."""
    if chosen.mended is not None:
        return saved(chosen.mended)
    from streams.deadletters.reading import letters

    return letters(broker_of(chosen))


def saved(path: str) -> list[Letter]:
    """The letters of a file. Raises UsageError naming the line that is none: nothing is sent of a file that was spoiled in the editor."""
    from streams.deadletters.letter import NotALetter, mended
    from streams.files import lines

    found = []
    for line in lines(path):
        try:
            found.append(mended(line.data or b""))
        except NotALetter as fault:
            raise UsageError(f"{path}:{line.number}: no dead letter as deadletters ls --save writes them: {fault}") from None
    return found


def sift(chosen: argparse.Namespace, found: list[Letter]) -> Sifted:
    """What may go, and what would be sent in vain; --force keeps only what has nowhere to go."""
    from streams.deadletters.again import fault, lost
    from streams.deadletters.sending import sift as sifting

    return sifting(found, lost if chosen.force else partial(fault, ahead=engine.guideline(chosen.config).choices.ahead))


def send(chosen: argparse.Namespace, sifted: Sifted) -> int:
    """How many were acknowledged; what ended it early is told."""
    from streams.deadletters.sending import through
    from streams.load import tell

    sent, fault = through(broker_of(chosen), sifted.go)
    if fault is not None:
        tell(f"il2watch: not acknowledged: {fault}")
    return sent


def close(sent: int, total: int, sifted: Sifted) -> int:
    """`3 of 4 sent and acknowledged; 1 stays (bad-unit 1)`; the exit code."""
    from streams.load import tell

    tell(f"il2watch: {sent} of {total} sent and acknowledged{staying(sifted)}")
    return int(sent < total)


def staying(sifted: Sifted) -> str:
    from streams.load import spelled

    reasons = Counter(fault.partition(":")[0] for _, fault in sifted.stay)
    return f"; not sent {len(sifted.stay)} ({spelled(reasons)})" if reasons else ""


def place(text: str) -> str:
    """`topic/partition/offset` for argparse."""
    from streams.deadletters.letter import is_place

    if not is_place(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not topic/partition/offset, like il2.vitals/3/1042")
    return text
