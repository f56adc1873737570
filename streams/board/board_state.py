"""What is on show: take what the feed reads, draw what changed a few times a second, and know whether any of
it can be believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from rules.guideline import Guideline
from rules.wire import pages
from rules.wire.topics import COMMANDS, INPUTS
from streams.board import patient, unit
from streams.board.cell_store import Shown
from streams.board.html.patient import sections
from streams.board.html.unit import attributes, cells
from streams.board.liveness import Problem, Pulse, Trust
from streams.projections.patients import Bedside, Record, Ward


class Signal:
    """Rung as often as one likes; each wait ends at the next ring."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Waits for a ring, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)


MOST_PAGES = 100
"""Patients' pages that are kept drawn: those that were looked at last."""
EVENTS = frozenset(INPUTS) - {COMMANDS}


class Ways(NamedTuple):
    """How the board shows things.

    `wall`: ages by the wall clock, else by the log; `units`: patterns of patient ids with the unit they stand
    for.
    """

    site: str = "il2watch"
    wall: bool = True
    units: tuple[tuple[str, str], ...] = ()
    quiet_s: float = 900.0

    def unit_of(self, patient: str) -> str | None:
        return pages.unit_of(self.units, patient)


class Desk:
    """`epoch`: tells this run from the one before; `rows`: the unit view as it is on show; `monotonic`: s,
    `now`: ms of wall time.
    """

    def __init__(
        self,
        guideline: Guideline,
        ways: Ways,
        key: Callable[[str], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guideline, self.ways, self.monotonic = guideline, ways, monotonic
        self.ward = Ward(guideline, key)
        self.epoch = secrets.token_hex(4)
        self.unit = Shown()
        self.pages: dict[str, Shown] = {}
        self.stale: set[str] = set()
        self.advised: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self.trust = Trust(monotonic(), Pulse(ways.quiet_s))
        self.changed, self.beat = Signal(), Signal()
        self._dirty: dict[str, Bedside] = {}

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    @property
    def clock(self) -> int:
        """By what ages are counted, ms."""
        return self.now if self.ways.wall else self.ward.clock

    def take(self, records: Iterable[Record]) -> None:
        """Takes what was read."""
        for record in records:
            if record.topic in EVENTS:
                self._beat(record)
            found = self.ward.take(record)
            if found is not None:
                self._dirty[found.key] = found

    def _beat(self, record: Record) -> None:
        """By the wall the records' own times tell how even the feed was before the board began."""
        if self.ways.wall and self.trust.loading is not None:
            self.trust.pulse.beat(self.monotonic() - max(0, self.now - record.time) / 1000)
        elif self.trust.loading is None:
            self.trust.pulse.beat(self.monotonic())

    def everything(self) -> None:
        """Time has passed: all rows are drawn anew."""
        self._dirty.update((one.key, one) for one in self.ward)

    def draw(self) -> bool:
        """Draws what changed; whether anything on show did."""
        dirty, self._dirty = self._dirty, {}
        drawn = [self._draw(bedside) for bedside in dirty.values()]
        if any(drawn):
            self.changed.ring()
        return any(drawn)

    def _draw(self, bedside: Bedside) -> bool:
        if not bedside.present or bedside.key not in self.ward.by_key:
            return self._remove(bedside.key)
        row = unit.row(bedside, self.guideline, self.ways.unit_of(bedside.name), self.clock)
        self._count(bedside.key, row.advised.word)
        changed = self.unit.put(bedside.key, cells(row), attributes(row))
        watched = bedside.key in self.pages
        if watched:
            self.stale.add(bedside.key)
        return changed or watched

    def page(self, bedside: Bedside) -> Shown:
        """A patient's page as it is on show; drawn when somebody looks."""
        shown = self.pages.pop(bedside.key, None)
        if shown is None:
            shown = Shown(int(self.monotonic() * 1000))
            self.stale.add(bedside.key)
        self.pages[bedside.key] = shown
        for old in list(self.pages)[:-MOST_PAGES]:
            del self.pages[old]
        if bedside.key in self.stale:
            self.stale.discard(bedside.key)
            view = patient.view(bedside, self.guideline, self.ways.unit_of(bedside.name), self.clock)
            shown.put(bedside.key, sections(view), {"facts": bedside.changes})
        return shown

    def _remove(self, key: str) -> bool:
        self._count(key, None)
        return self.unit.remove(key)

    def _count(self, key: str, word: str | None) -> None:
        before = self.advised.pop(key, None)
        if before is not None:
            self.counted[before] -= 1
        if word is not None:
            self.advised[key] = word
            self.counted[word] += 1

    def units(self) -> list[str]:
        """The units there are patients of."""
        return sorted({str(known["data_unit"]) for known, _ in self.unit.attributes.values()})

    def problems(self) -> list[Problem]:
        return self.trust.problems(self.monotonic())

    def pulse(self) -> bytes:
        """What every page is told each second."""
        problems = self.problems()
        told: dict[str, Any] = {
            "now": self.now,
            "clock": self.clock,
            "newest": self.ward.newest,
            "patience": round(self.trust.pulse.usual(), 1),
            "live": not problems,
            "problems": [problem.text for problem in problems],
            "codes": [problem.code for problem in problems],
            "counts": {name: count for name, count in self.counted.items() if count},
            "notices": [alarm.message for alarm in self.ward.alarms.values()],
        }
        return msgspec.json.encode(told)
