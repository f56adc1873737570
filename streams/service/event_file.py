"""Read a file of events in order of `known`, and report each refused record on stderr."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from streams.display import encodable, plain
from streams.service.files import Line, lines, watched

if TYPE_CHECKING:
    from rules.wire.events import Event

LONG = "longer than 1 MiB; one event a line"


class Log(NamedTuple):
    """The events of a file in order of `known`, ties in file order (criteria.md, section 1), and counts.

    Each event has its line number as `offset`. `refused`, `noted`: counts by reason.
    """

    path: str
    events: list[Event]
    refused: Counter[str]
    noted: Counter[str]


def load(path: str, ahead: int) -> Log:
    """Read a whole file (`-`: standard input).

    Raises UsageError when it cannot be read; refuses records, never the file.

    `ahead`: by how many ms a fact's `at` may lie ahead of its `known` (the guideline's choice).
    """
    return decoded(path, watched(lines(path), path), ahead)


def decoded(path: str, source: Iterable[Line], ahead: int) -> Log:
    """Decode lines into events; report each refusal as it comes."""
    log = Log(path, [], Counter(), Counter())
    for line in source:
        decode_line(line, log, ahead)
    log.events.sort(key=lambda event: event.known)
    return log


def decode_line(line: Line, log: Log, ahead: int) -> None:
    """Decode one line into the log; report what it refuses."""
    from rules.ingest.decode import decode

    if line.data is None:
        return refuse(log, line.number, "malformed", LONG)
    event, problems = decode(line.data, offset=line.number, ahead=ahead)
    if event is not None:
        log.events.append(event)
    for problem in problems:
        if problem.refuses:
            refuse(log, line.number, problem.reason, problem.message)
        else:
            log.noted[problem.reason] += 1
    return None


def refuse(log: Log, number: int, reason: str, message: str) -> None:
    """Count a refusal, and report it on stderr as `FILE:LINE: REASON: message`."""
    log.refused[reason] += 1
    warn(f"{log.path}:{number}: {reason}: {message}")


def summary(refused: Counter[str], noted: Counter[str]) -> str | None:
    """Return the counts in one line; None when there are none.

    Such as `3 refused (malformed 2, bad-unit 1); kept and not used: implausible 4`.
    """
    parts = [
        f"{refused.total()} refused ({spelled(refused)})" if refused else "",
        f"kept and not used: {spelled(noted)}" if noted else "",
    ]
    return "; ".join(filter(None, parts)) or None


def spelled(counts: Counter[str]) -> str:
    """Return `malformed 2, bad-unit 1`, the most frequent first."""
    return ", ".join(f"{reason} {number}" for reason, number in counts.most_common())


def warn(text: str) -> None:
    """Print one line on stderr, with control characters made harmless."""
    print(encodable(plain(text), sys.stderr.encoding), file=sys.stderr)
