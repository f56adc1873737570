"""Fold a file of events shard by shard, and merge what comes of it: the bytes that one fold of all gives.

In memory are the shards under way, whatever the size of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rules.decide.engine import LONGEST_GAP
from rules.guideline import Guideline
from rules.wire.events import Tick
from rules.wire.refusals import FROM_THE_FUTURE
from streams.service.event_file import Log, refuse
from streams.service.files import Watch, naming
from streams.shards.fold import (
    NOBODY,
    Noted,
    Place,
    SettleRequest,
    ShardFold,
    ShardRequest,
    State,
    conflict,
    decode_line,
    fold_shard,
    note,
    place,
    settle_shard,
)
from streams.shards.pool import Pool
from streams.shards.spill import Runs, Shards


class WardFold:
    """A file folded under one guideline. `fold` does the work; the rest may then be read.

    `until`: up to when, ms (None: the log's last instant). `gaps`: jumps of more than 31 days are meant.
    `assessed`: assessments are wanted.
    """

    def __init__(
        self,
        path: str,
        shards: Shards,
        pool: Pool,
        guideline: Guideline,
        until: int | None = None,
        gaps: bool = False,
        assessed: bool = False,
    ) -> None:
        self.path, self.shards, self.pool, self.guideline = path, shards, pool, guideline
        self.until, self.gaps, self.assessed = until, gaps, assessed
        self.noted: Noted = {}
        self.counts: Noted = {}
        self.log = Log(path, [], Counter(), Counter())
        self.for_all, self.refused_for_all = _ticks(shards, guideline, until)
        names = ("alerts", "assessments", "refused", "conflicts")
        made = [Runs(shards.folder, f"{name}-{id(self)}") for name in names]
        self.alerts, self.assessments, self.refused, self.conflicts = made
        self.states: list[Path] = []

    def fold(self, watch: Watch) -> None:
        """Fold every shard, then settle every patient at the log's last instant."""
        far = self._far_ticks(watch)
        self.refused.add(self.refused_for_all.refused)
        self.conflicts.add([conflict(tick, FROM_THE_FUTURE) for tick in far])
        _merge_noted(self.noted, self.refused_for_all.noted)
        if self.until is None:
            self._settle(watch)

    def report(self) -> Counter[str]:
        """Report what was refused, as one fold of all would; return the counts of what was not used."""
        for runs in (self.refused, self.conflicts):
            for line in runs:
                refuse(self.log, *_REFUSAL.decode(line))
        return _counted(self.noted) + _counted(self.counts)

    def _far_ticks(self, watch: Watch) -> list[Tick]:
        """Fold every shard; return the ticks for all that come too long after everybody's last record.

        Only all patients together tell, so they are first taken not to, and seldom is there a second turn.
        """
        far: list[Tick] = []
        while True:
            before = self._fold_shards(far, watch)
            now = far_ticks(self.for_all, before, self.gaps)
            if now == far:
                return far
            far = now

    def _fold_shards(self, far: list[Tick], watch: Watch) -> dict[Place, int]:
        accepted = tuple(tick for tick in self.for_all if tick not in far)
        doubtful = () if self.gaps else tuple(doubtful_ticks(self.for_all, far))
        self._begin_again([tick.known for tick in accepted])
        before = [NOBODY] * len(doubtful)
        filled = self.shards.filled
        requests = (self._request(shard, accepted, doubtful) for shard in filled)
        for done, found in enumerate(self.pool(fold_shard, requests), 1):
            self._enter(found)
            before = list(map(max, before, found.before))
            watch("folding", done, len(filled))
        return dict(zip(doubtful, before, strict=True))

    def _begin_again(self, ticks: list[int]) -> None:
        for runs in (self.alerts, self.assessments, self.refused, self.conflicts):
            runs.clear()
        self.noted, self.counts, self.states = {}, {}, []
        self.last = max(ticks, default=NOBODY)

    def _request(self, shard: int, ticks: tuple[Tick, ...], doubtful: tuple[Place, ...]) -> ShardRequest:
        lines = self.shards.read(shard)
        return ShardRequest(
            self.path, self.guideline, lines, ticks, doubtful, self.until, self.gaps, self.assessed
        )

    def _enter(self, found: ShardFold) -> None:
        self.alerts.add(found.alerts)
        self.assessments.add(found.assessments)
        self.refused.add(found.refused)
        self.conflicts.add(found.conflicts)
        _merge_noted(self.noted, found.noted)
        _merge_noted(self.counts, found.counts)
        self.last = max(self.last, found.last)
        if found.states:
            path = self.shards.folder / f"states-{id(self)}-{len(self.states)}"
            with naming(self.shards.folder.parent):
                path.write_bytes(_STATES.encode(found.states))
            self.states.append(path)

    def _settle(self, watch: Watch) -> None:
        requests = (
            SettleRequest(
                self.path,
                self.guideline,
                _STATES_READ.decode(path.read_bytes()),
                self.last,
                self.assessed,
            )
            for path in self.states
        )
        for done, found in enumerate(self.pool(settle_shard, requests), 1):
            self.alerts.add(found.alerts)
            self.assessments.add(found.assessments)
            watch("settling", done, len(self.states))


_REFUSAL = msgspec.json.Decoder(tuple[int, str, str])
_STATES = msgspec.msgpack.Encoder()
_STATES_READ = msgspec.msgpack.Decoder(list[State])


def _ticks(shards: Shards, guideline: Guideline, until: int | None) -> tuple[list[Tick], ShardFold]:
    """Decode the lines for all patients: the ticks in order of knowing, and what was refused."""
    found = ShardFold()
    events = [
        decode_line(line.number, line.data or b"", guideline.choices.ahead, found) for line in shards.for_all
    ]
    ticks = [one for one in events if isinstance(one, Tick)]
    return sorted((tick for tick in ticks if until is None or tick.known <= until), key=place), found


def doubtful_ticks(ticks: list[Tick], far: list[Tick]) -> Iterator[Place]:
    """Yield the ticks that are not near an accepted one before them: patients' records decide about those."""
    before = None
    for tick in ticks:
        if before is None or tick.known - before > LONGEST_GAP:
            yield place(tick)
        if tick not in far:
            before = tick.known


def far_ticks(ticks: list[Tick], before: dict[Place, int], gaps: bool) -> list[Tick]:
    """Return the ticks that come more than 31 days after all that was accepted before them.

    `before`: the last accepted record of any patient before a doubtful tick, ms.
    """
    accepted, far = NOBODY, []
    for tick in ticks:
        last = max(accepted, before.get(place(tick), NOBODY))
        if not gaps and last != NOBODY and tick.known - last > LONGEST_GAP:
            far.append(tick)
        else:
            accepted = tick.known
    return far


def _merge_noted(into: Noted, found: Noted) -> None:
    for reason, (first, times) in found.items():
        note(into, reason, first, times)


UNITS = "unknown-unit"


def _counted(noted: Noted) -> Counter[str]:
    """Return the counts, in the order in which the reasons first came; units that are unknown count once."""
    units = sum(reason.startswith(f"{UNITS}:") for reason in noted)
    order = sorted(noted, key=lambda reason: (noted[reason][0], reason))
    return Counter(
        {reason: units if reason == UNITS else noted[reason][1] for reason in order if ":" not in reason}
    )
