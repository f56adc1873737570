"""Hold the state of the board: apply records, render what changed, and report whether it is live."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from rules.guideline import Guideline
from rules.guideline.settings.looser import looser
from rules.wire import pages
from rules.wire.topics import COMMANDS, INPUTS
from streams.board import patient, unit_overview
from streams.board.cell_store import CellStore
from streams.board.display_texts import plural
from streams.board.html.patient import sections
from streams.board.html.unit import attributes, cells
from streams.board.liveness import FeedActivity, Liveness, Problem
from streams.projections.patients import PatientProjection, Patients, TopicRecord


class WakeSignal:
    """An event that wakes all its waiters; it may be set any number of times."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake all current waiters."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait until the next `set`, at most that many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)


OTHER_GUIDELINE = (
    "The worker goes by another configuration than this board: whether it is looser than published is not "
    "said here."
)
SHADOW = "The pager is in shadow: nobody {} is paged. It writes whom it would have paged."
MOST_PAGES = 100
"""How many patients' pages are kept rendered: the most recently viewed."""
EVENTS = frozenset(INPUTS) - {COMMANDS}


class DisplaySettings(NamedTuple):
    """How the board displays things.

    `wall`: ages by the wall clock, else by the log; `units`: patterns of patient ids with their unit;
    `quiet_s`: seconds of silence after which the feed counts as dead.
    """

    site: str = "il2watch"
    wall: bool = True
    units: tuple[tuple[str, str], ...] = ()
    quiet_s: float = 900.0

    def unit_of(self, patient: str) -> str | None:
        """Return the unit of a patient id; None when no pattern matches."""
        return pages.unit_of(self.units, patient)


log = logging.getLogger("il2watch.board")


class BoardState:
    """The state of the board.

    `epoch`: identifies this run of the board; `unit`: the cells of the unit page; `pages`: the cells of
    patients' pages by key; `looser`: what is looser than published; `monotonic`: s, `now`: ms of wall time.
    """

    def __init__(
        self,
        guideline: Guideline,
        display: DisplaySettings,
        key: Callable[[str], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guideline, self.display, self.monotonic = guideline, display, monotonic
        self.looser = tuple(one.words for one in looser(guideline))
        self.patients = Patients(guideline, key)
        self.epoch = secrets.token_hex(4)
        self.unit = CellStore()
        self.pages: dict[str, CellStore] = {}
        self.stale: set[str] = set()
        self.advised: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self.liveness = Liveness(monotonic(), FeedActivity(display.quiet_s))
        self.changed, self.beat = WakeSignal(), WakeSignal()
        self._dirty: dict[str, PatientProjection] = {}
        self.unshown: set[str] = set()

    @property
    def now(self) -> int:
        """The wall time, ms."""
        return time.time_ns() // 1_000_000

    @property
    def clock(self) -> int:
        """The instant from which ages are counted, ms."""
        return self.now if self.display.wall else self.patients.clock

    def apply(self, records: Iterable[TopicRecord]) -> None:
        """Apply records, and mark the patients they changed for rendering."""
        for record in records:
            if record.topic in EVENTS:
                self._beat(record)
            found = self.patients.apply(record)
            if found is not None:
                self._dirty[found.key] = found

    def _beat(self, record: TopicRecord) -> None:
        """Record feed activity.

        By the wall clock, records read while loading count by their own timestamps: so the usual silence of
        the feed is known from before the board began.
        """
        if self.display.wall and self.liveness.loading is not None:
            self.liveness.feed.beat(self.monotonic() - max(0, self.now - record.time) / 1000)
        elif self.liveness.loading is None:
            self.liveness.feed.beat(self.monotonic())

    def everything(self) -> None:
        """Mark all patients for rendering, because time has passed."""
        self._dirty.update((one.key, one) for one in self.patients)

    def draw(self) -> bool:
        """Render what changed; return whether anything displayed changed."""
        dirty, self._dirty = self._dirty, {}
        changes = [self._draw(projection) for projection in dirty.values()]
        if any(changes):
            self.changed.set()
        return any(changes)

    def _draw(self, projection: PatientProjection) -> bool:
        """Render one patient's row; return whether anything displayed changed.

        One that cannot be rendered is taken off, and told on every page: nobody else's row is lost by it.
        """
        if not projection.present or projection.key not in self.patients.by_key:
            return self._remove(projection.key)
        try:
            changed = self._render(projection)
        except Exception as fault:
            log.error("a patient cannot be shown: %s", type(fault).__name__)
            self.unshown.add(projection.key)
            return self._remove(projection.key)
        self.unshown.discard(projection.key)
        return changed

    def _render(self, projection: PatientProjection) -> bool:
        row = unit_overview.row(projection, self.guideline, self.display.unit_of(projection.name), self.clock)
        self._count(projection.key, row.advised.word)
        changed = self.unit.put(projection.key, cells(row), attributes(row))
        watched = projection.key in self.pages
        if watched:
            self.stale.add(projection.key)
        return changed or watched

    def page(self, projection: PatientProjection) -> CellStore:
        """Return the cells of a patient's page, rendered on demand."""
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
        """Count a patient under a recommendation, instead of the previous one; None: under none."""
        before = self.advised.pop(key, None)
        if before is not None:
            self.counted[before] -= 1
        if word is not None:
            self.advised[key] = word
            self.counted[word] += 1

    def units(self) -> list[str]:
        """Return the units that have patients, sorted."""
        return sorted({str(known["data_unit"]) for known, _ in self.unit.attributes.values()})

    def problems(self) -> list[Problem]:
        """Return why the page is not live, the first cause first; empty when it is."""
        return self.liveness.problems(self.monotonic())

    def notices(self) -> list[str]:
        """Return what every page says beside its liveness: alarms of the system, and what cannot be read."""
        faults = (
            (len(self.patients.latest.unreadable), "The newest assessment of {} cannot be read.", "patient"),
            (len(self.unshown), "{} cannot be shown here: look elsewhere, and at the log.", "patient"),
            (self.patients.unread["alert"], "{} could not be read: open alerts may be missing.", "alert"),
        )
        return [
            *(alarm.message for alarm in self.patients.alarms.values()),
            *([OTHER_GUIDELINE] * self._other_guideline()),
            *self._shadow(),
            *(text.format(plural(number, what)) for number, text, what in faults if number),
        ]

    def _shadow(self) -> list[str]:
        """Return what says that nobody is paged, or nobody of some units; nothing while the pager is live."""
        name, _, units = (self.patients.mode or "").partition(": ")
        return [SHADOW.format(f"of {units}" if units else "here")] if name == "shadow" else []

    def _other_guideline(self) -> bool:
        """Return whether a patient was assessed by other numbers than the board's."""
        shown = (one.assessment for one in self.patients if one.assessment is not None)
        return any(self.guideline.decided_by(one.guideline["sha256"]) is None for one in shown)

    def heartbeat(self) -> bytes:
        """Return the JSON that every page receives each second."""
        problems = self.problems()
        found: dict[str, Any] = {
            "now": self.now,
            "clock": self.clock,
            "newest": self.patients.newest,
            "patience": round(self.liveness.feed.usual(), 1),
            "live": not problems,
            "problems": [problem.text for problem in problems],
            "codes": [problem.code for problem in problems],
            "counts": {name: count for name, count in self.counted.items() if count},
            "notices": self.notices(),
        }
        return msgspec.json.encode(found)
