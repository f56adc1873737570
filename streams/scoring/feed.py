"""A file of events, read once and in its order, for several engines at a time; what it refuses is counted, not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rules.ingest.decode import decode
from rules.wire.events import Event
from streams.errors import UsageError
from streams.files import Line
from streams.scoring.watch import Watch


class Feed:
    """`read`: lines; `refused`: by reason, records and single readings; `noted`: kept and not used, by reason."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.read, self.known = 0, -1
        self.refused: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()

    def through(self, lines: Iterable[Line], watches: Sequence[Watch]) -> None:
        """Every line to every engine. Raises UsageError when the file is not in order of `known`.

        The first configuration says how far ahead of `known` a record may lie.
        """
        ahead = watches[0].guideline.choices.ahead
        for line in lines:
            event = self.event(line, ahead)
            if event is not None:
                for watch in watches:
                    watch.take(event)
        for watch in watches:
            watch.end()

    def event(self, line: Line, ahead: int) -> Event | None:
        """What a line says; None, and counted, when it is refused."""
        self.read += 1
        if line.data is None:
            self.refused["malformed"] += 1
            return None
        event, problems = decode(line.data, offset=line.number, ahead=ahead)
        for problem in problems:
            (self.refused if problem.refuses else self.noted)[problem.reason] += 1
        if event is not None:
            self.check(event, line.number)
        return event

    def check(self, event: Event, number: int) -> None:
        if event.known < self.known:
            raise UsageError(f"{self.path}:{number}: known before the line above it; score streams, and needs a file in order of `known`")
        self.known = event.known
