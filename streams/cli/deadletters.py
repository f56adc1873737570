"""Run `il2watch deadletters ls|replay`: list the refused records, and send corrected ones again.

Source: wire.md, Command line.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import event_files, options
from streams.cli.options import broker_of, connection
from streams.config import site
from streams.errors import UsageError

if TYPE_CHECKING:
    from rules.wire.deadletters import Letter
    from streams.deadletters.resending import SendPlan
    from streams.feeds.service.resending import Feeds


LS_DESCRIPTION = """\
Lists the records that were refused: where each was (topic/partition/offset), why, and its bytes
untouched. Oldest first by the record's time. With --save they go to a file, one JSON object a line,
whose "value" is corrected in an editor and sent again by deadletters replay --from."""
LS_EXAMPLE = """\
  il2watch deadletters ls --reason bad-unit
  il2watch deadletters ls --save refused.jsonl && vi refused.jsonl
  il2watch deadletters replay --from refused.jsonl"""


def ls_parser() -> options.Parser:
    command = options.parser("deadletters ls", LS_DESCRIPTION, LS_EXAMPLE)
    reason(command)
    command.add_argument("--limit", metavar="N", type=count, help="only the newest N")
    command.add_argument(
        "--save", metavar="FILE", type=Path, help="write them to FILE, to be corrected; it must not exist yet"
    )
    options.output(command)
    connection(command)
    return command


def ls_main(arguments: list[str]) -> int:
    """Print the letters (or save them), and their number by reason on stderr."""
    chosen = ls_parser().parse_args(arguments)
    from streams.deadletters.resending import chosen as choose
    from streams.deadletters.resending import letters

    found = choose(letters(broker_of(chosen)), set(chosen.reason), set())
    shown = found if chosen.limit is None else found[-chosen.limit :]
    if chosen.save is not None:
        save(shown, chosen.save)
    else:
        show(shown, options.as_text(chosen.output))
    summary(shown, len(found))
    return 0


def show(letters: list[Letter], as_text: bool) -> None:
    """Print a table for people, or JSON Lines for programs."""
    if as_text:
        from streams.show import topics
        from streams.show.terminal import console

        return topics.show_table(letters, console())
    from streams.deadletters.letter import written
    from streams.service import files

    return files.write(written(letter) for letter in letters)


def save(letters: list[Letter], path: Path) -> None:
    """Write the letters to a new file.

    Raises UsageError when the file exists: it may hold corrections.
    """
    import msgspec

    from streams.deadletters.letter import written

    if path.exists():
        raise UsageError(f"--save {path}: is there already; name a new file")
    with event_files.opened(str(path)) as file:
        file.writelines(msgspec.json.encode(written(letter)) + b"\n" for letter in letters)


def summary(shown: list[Letter], total: int) -> None:
    """Report on stderr how many letters there are: `3 of 12 dead letters (bad-unit 2, malformed 1)`."""
    from collections import Counter

    from streams.service.event_file import spelled, warn

    reasons = Counter(letter.reason or "no reason" for letter in shown)
    of = f"{len(shown)} of {total}" if len(shown) < total else str(total)
    warn(f"il2watch: {of} dead letters" + (f" ({spelled(reasons)})" if reasons else ""))


def reason(command: options.Parser) -> None:
    command.add_argument(
        "--reason",
        metavar="R",
        action="append",
        default=[],
        help="only those refused for this, like bad-unit; may be repeated",
    )


def count(text: str) -> int:
    """Return a number from 1. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


REPLAY_DESCRIPTION = """\
Sends refused records again, each to the topic it came from, with its key and its record's time:
those of --from, as corrected, or those in il2.deadletters. A message of a hospital feed goes through
its feed again, by the map and the rules that --config has now. What would only be refused again is
kept back, and reported with its reason. Sending twice is safe: a repeat changes nothing.
The letters themselves stay in il2.deadletters, which is a log."""
REPLAY_EXAMPLE = """\
  il2watch deadletters replay --from refused.jsonl --dry-run
  il2watch deadletters replay --reason wrong-key --key
  il2watch deadletters replay --id il2.vitals/3/1042
  il2watch deadletters replay --reason bad-unit --config site.toml      after the map of a feed was mended"""
EXIT = "exit: 0 all were sent and acknowledged, 1 some were not, 2 usage"


def replay_parser() -> options.Parser:
    command = options.parser("deadletters replay", REPLAY_DESCRIPTION, f"{REPLAY_EXAMPLE}\n\n{EXIT}")
    command.add_argument(
        "--from",
        dest="mended",
        metavar="FILE",
        help="letters as deadletters ls --save wrote them, corrected; - is standard input",
    )
    command.add_argument(
        "--id",
        metavar="T/P/O",
        action="append",
        default=[],
        type=place,
        help="only what was refused there; may be repeated",
    )
    reason(command)
    command.add_argument(
        "--key",
        action="store_true",
        help="key each record by the patient its value names, not as it was keyed",
    )
    command.add_argument("--force", action="store_true", help="send what would be refused again, too")
    command.add_argument("--dry-run", action="store_true", help="send nothing, say what would be sent")
    connection(command)
    return command


def replay_main(arguments: list[str]) -> int:
    """Send what may be sent; exact counts go to stderr."""
    chosen = replay_parser().parse_args(arguments)
    from streams.service.event_file import warn

    found = select(chosen)
    plan = make_plan(chosen, found)
    for letter, fault in plan.stay:
        warn(f"{letter.where}: {fault}")
    if chosen.dry_run:
        warn(
            f"il2watch: {len(plan.go)} of {len(found)} would be sent{kept_back(plan)}; nothing was, "
            "this "
            "is a dry run"
        )
        return int(bool(plan.stay))
    return close(send(chosen, plan), len(found), plan)


def select(chosen: argparse.Namespace) -> list[Letter]:
    """Return the letters that are meant, with the keys they will be sent under.

    Raises UsageError, naming an --id that is not among them.
    """
    from streams.deadletters.resending import chosen as choose
    from streams.deadletters.resending import keyed, once

    found = choose(letters_of(chosen), set(chosen.reason), set(chosen.id))
    missing = set(chosen.id) - {letter.where for letter in found}
    if missing:
        raise UsageError(
            f"--id {', '.join(sorted(missing))}: no such dead "
            f"letter{' of this reason' if chosen.reason else ''}"
        )
    return once(keyed(letter) if chosen.key else letter for letter in found)


def letters_of(chosen: argparse.Namespace) -> Iterable[Letter]:
    """Return the letters of the file, or those in Kafka."""
    if chosen.mended is not None:
        return saved(chosen.mended)
    from streams.deadletters.resending import letters

    return letters(broker_of(chosen))


def saved(path: str) -> list[Letter]:
    """Return the letters of a file.

    Raises UsageError naming the line that is none: nothing is sent of a file that was spoiled in the editor.
    """
    from streams.deadletters.letter import NotALetter, mended
    from streams.service.files import lines

    found = []
    for line in lines(path):
        try:
            found.append(mended(line.data or b""))
        except NotALetter as fault:
            raise UsageError(
                f"{path}:{line.number}: no dead letter as deadletters ls --save writes them: {fault}"
            ) from None
    return found


def make_plan(chosen: argparse.Namespace, found: list[Letter]) -> SendPlan:
    """Return what may be sent, and what would be sent in vain with the reason.

    With --force only what has no topic to go to is kept back.
    """
    from streams.deadletters.resending import fault, lost, sort_out

    of_record = lost if chosen.force else partial(fault, ahead=site.guideline(chosen.config).choices.ahead)
    of_message = _fault_of_message(chosen) if any(map(is_message, found)) else of_record
    return sort_out(found, lambda letter: (of_message if is_message(letter) else of_record)(letter))


def is_message(letter: Letter) -> bool:
    """Return whether a letter is a message of a hospital feed, and no record."""
    from streams.feeds.service.resending import feed_of

    return feed_of(letter) is not None


def _fault_of_message(chosen: argparse.Namespace) -> Callable[[Letter], str | None]:
    import asyncio

    from streams.feeds.service import resending

    feeds = feeds_of(chosen)
    if chosen.force:
        return partial(resending.lost, feeds=feeds)
    tables = asyncio.run(resending.remembered(broker_of(chosen)))
    return partial(resending.fault, feeds=feeds, tables=tables)


def feeds_of(chosen: argparse.Namespace) -> Feeds:
    """Return the feeds of the configuration. Raises UsageError."""
    from streams.feeds import configured

    file = site.opened(chosen.config)
    return {} if file is None else configured.feeds(file)


def send(chosen: argparse.Namespace, plan: SendPlan) -> int:
    """Send the letters and return how many were acknowledged.

    A fault that ended it early is reported on stderr.
    """
    from streams.deadletters.resending import through
    from streams.service.event_file import warn

    sent, fault = through(broker_of(chosen), [letter for letter in plan.go if not is_message(letter)])
    messages = list(filter(is_message, plan.go))
    if messages and fault is None:
        more, fault = _send_messages(chosen, messages)
        sent += more
    if fault is not None:
        warn(f"il2watch: not acknowledged: {fault}")
    return sent


def _send_messages(chosen: argparse.Namespace, messages: list[Letter]) -> tuple[int, str | None]:
    import asyncio

    from streams.feeds.service import resending

    broker = broker_of(chosen)

    async def sending() -> tuple[int, str | None]:
        tables = await resending.remembered(broker)
        return await resending.resend(broker, feeds_of(chosen), tables, messages)

    return asyncio.run(sending())


def close(sent: int, total: int, plan: SendPlan) -> int:
    """Report the counts and return the exit code: `3 of 4 sent and acknowledged; not sent 1 (bad-unit 1)`."""
    from streams.service.event_file import warn

    warn(f"il2watch: {sent} of {total} sent and acknowledged{kept_back(plan)}")
    return int(sent < total)


def kept_back(plan: SendPlan) -> str:
    """Return how many letters are not sent, by reason; nothing when there are none."""
    from streams.service.event_file import spelled

    reasons = Counter(fault.partition(":")[0] for _, fault in plan.stay)
    return f"; not sent {len(plan.stay)} ({spelled(reasons)})" if reasons else ""


def place(text: str) -> str:
    """Return `topic/partition/offset`, checked. Raises ArgumentTypeError."""
    from streams.deadletters.letter import is_place

    if not is_place(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not topic/partition/offset, like il2.vitals/3/1042")
    return text
