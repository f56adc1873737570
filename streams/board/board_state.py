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
from streams.board.cell_store import CellStore
from streams.board.html.patient import sections
from streams.board.html.unit import attributes, cells
from streams.board.liveness import Liveness, Problem, WorkerHeartbeat
from streams.projections.patients import PatientProjection, Patients, TopicRecord


class WakeSignal:
    """Rung as often as one likes; each wait ends at the next ring."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Waits for a ring, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)


MOST_PAGES = 100
"""Patients' pages that are kept drawn: those that were looked at last."""
EVENTS = frozenset(INPUTS) - {COMMANDS}


class DisplaySettings(NamedTuple):
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


class BoardState:
    """`epoch`: tells this run from the one before; `rows`: the unit view as it is on show; `monotonic`: s,
    `now`: ms of wall time.
    """

    def __init__(
        self,
        guideline: Guideline,
        display: DisplaySettings,
        key: Callable[[str], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guideline, self.display, self.monotonic = guideline, display, monotonic
        self.patients = Patients(guideline, key)
        self.epoch = secrets.token_hex(4)
        self.unit = CellStore()
        self.pages: dict[str, CellStore] = {}
        self.stale: set[str] = set()
        self.advised: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self.trust = Liveness(monotonic(), WorkerHeartbeat(display.quiet_s))
        self.changed, self.beat = WakeSignal(), WakeSignal()
        self._dirty: dict[str, PatientProjection] = {}

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    @property
    def clock(self) -> int:
        """By what ages are counted, ms."""
        return self.now if self.display.wall else self.patients.clock

    def apply(self, records: Iterable[TopicRecord]) -> None:
        """Takes what was read."""
        for record in records:
            if record.topic in EVENTS:
                self._beat(record)
            found = self.patients.apply(record)
            if found is not None:
                self._dirty[found.key] = found

    def _beat(self, record: TopicRecord) -> None:
        """By the wall the records' own times tell how even the feed was before the board began."""
        if self.display.wall and self.trust.loading is not None:
            self.trust.pulse.beat(self.monotonic() - max(0, self.now - record.time) / 1000)
        elif self.trust.loading is None:
            self.trust.pulse.beat(self.monotonic())

    def everything(self) -> None:
        """Time has passed: all rows are drawn anew."""
        self._dirty.update((one.key, one) for one in self.patients)

    def draw(self) -> bool:
        """Draws what changed; whether anything on show did."""
        dirty, self._dirty = self._dirty, {}
        drawn = [self._draw(projection) for projection in dirty.values()]
        if any(drawn):
            self.changed.set()
        return any(drawn)

    def _draw(self, projection: PatientProjection) -> bool:
        if not projection.present or projection.key not in self.patients.by_key:
            return self._remove(projection.key)
        row = unit.row(projection, self.guideline, self.display.unit_of(projection.name), self.clock)
        self._count(projection.key, row.advised.word)
        changed = self.unit.put(projection.key, cells(row), attributes(row))
        watched = projection.key in self.pages
        if watched:
            self.stale.add(projection.key)
        return changed or watched

    def page(self, projection: PatientProjection) -> CellStore:
        """A patient's page as it is on show; drawn when somebody looks."""
        store = self.pages.pop(projection.key, None)
        if store is None:
            store = CellStore(int(self.monotonic() * 1000))
            self.stale.add(projection.key)
        self.pages[projection.key] = store
        for old in list(self.pages)[:-MOST_PAGES]:
            del self.pages[old]
        if projection.key in self.stale:
            self.stale.discard(projection.key)
            view = patient.view(projection, self.guideline, self.display.unit_of(projection.name), self.clock)
            store.put(projection.key, sections(view), {"facts": projection.changes})
        return store

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

    def heartbeat(self) -> bytes:
        """What every page is told each second."""
        problems = self.problems()
        found: dict[str, Any] = {
            "now": self.now,
            "clock": self.clock,
            "newest": self.patients.newest,
            "patience": round(self.trust.pulse.usual(), 1),
            "live": not problems,
            "problems": [problem.text for problem in problems],
            "codes": [problem.code for problem in problems],
            "counts": {name: count for name, count in self.counted.items() if count},
            "notices": [alarm.message for alarm in self.patients.alarms.values()],
        }
        return msgspec.json.encode(found)
