"""What was charted of one patient, as far as it is drawn: signals as series, everything slower as the events themselves (wire.md, Events)."""

from __future__ import annotations

from collections.abc import Iterator

from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event, Finding, Infusion, Labs, Vitals, Withdrawal
from streams.board.recent import Recent
from streams.board.series import Series, mark
from streams.plot.facts import plausible
from streams.settle import RANK, outranks

MOST_SLOW = 1200
MOST_UNSETTLED = 200
SLOW = (IO, Infusion, Dose, Encounter, Finding)
FINAL = RANK["final"]


class Facts:
    """`signals`: by code, vitals and labs. `slow`: the other events by id, settled. `limits`: by lab, the latest result's own reference limits.

    `newest`: when the newest fact was true, ms; `location`: where the patient is; `discharged`: whether the stay is over.
    """

    __slots__ = ("devices", "discharged", "limits", "location", "newest", "recent", "signals", "slow", "units", "unsettled")

    def __init__(self) -> None:
        self.signals: dict[str, Series] = {}
        self.devices: list[tuple[int, str, int]] = []
        self.slow: dict[str, Event] = {}
        self.limits: dict[str, tuple[float | None, float | None]] = {}
        self.units: dict[str, str] = {}
        self.unsettled: dict[int, int] = {}
        self.recent = Recent()
        self.newest: int | None = None
        self.location: str | None = None
        self.discharged = False

    def take(self, event: Event, guideline: Guideline) -> None:
        """Takes one event; a repeat changes nothing, a correction replaces, a withdrawal removes."""
        if isinstance(event, Vitals | Labs):
            self._readings(event, guideline)
        elif isinstance(event, Withdrawal):
            self._withdraw(event)
        elif isinstance(event, SLOW):
            self._slow(event)
        self.newest = event.at if self.newest is None else max(self.newest, event.at)

    def _readings(self, event: Vitals | Labs, guideline: Guideline) -> None:
        here = mark(event.id)
        if not self._settles(event, here):
            return
        for code, value, *_ in event.readings:
            if isinstance(value, str):
                self._device(event.at, value, here)
            elif plausible(code, value, guideline):
                self.signals.setdefault(code, Series()).add(event.at, value, here)
        for code, _, low, high, unit in event.readings if isinstance(event, Labs) else ():
            self.limits[code], self.units[code] = (low, high), unit

    def _settles(self, event: Event, here: int) -> bool:
        """Whether a record has a word to say; what an earlier one of its id said is taken out."""
        rank = RANK[event.status]
        before = self.unsettled.get(here, FINAL if self.recent.again(here) else None)
        if before is not None and (rank < before or rank == before <= FINAL):
            return False
        if rank != FINAL or before is not None:
            self.unsettled[here] = rank
            for old in list(self.unsettled)[:-MOST_UNSETTLED]:
                del self.unsettled[old]
        if before is not None or rank > FINAL:
            self._drop(here)
        return True

    def _withdraw(self, event: Withdrawal) -> None:
        here = mark(event.id)
        self._drop(here)
        self.unsettled[here] = RANK[event.status]
        self.slow.pop(event.id, None)

    def _drop(self, here: int) -> None:
        for series in self.signals.values():
            series.drop(here)
        self.devices = [one for one in self.devices if one[2] != here]

    def _device(self, at: int, word: str, here: int) -> None:
        """A device is kept when it is another than the one before."""
        before = next((known for moment, known, _ in reversed(self.devices) if moment <= at), None)
        if word != before:
            self.devices.append((at, word, here))
            self.devices.sort()

    def _slow(self, event: Event) -> None:
        before = self.slow.get(event.id)
        if mark(event.id) in self.unsettled or (before is not None and not outranks(event, before)):
            return
        self.slow[event.id] = event
        if len(self.slow) > MOST_SLOW:
            del self.slow[next(iter(self.slow))]
        if isinstance(event, Encounter):
            self._turn(event)

    def _turn(self, event: Encounter) -> None:
        """A turn in the stay: where the patient lies now, and whether the stay is over."""
        turns = sorted((one for one in self.slow.values() if isinstance(one, Encounter)), key=lambda one: one.at)
        self.location = next((turn.location for turn in reversed(turns) if turn.location), None)
        self.discharged = turns[-1].event == "discharge"

    def settled(self) -> list[Event]:
        """The slower events in order of `at`."""
        return sorted(self.slow.values(), key=lambda event: event.at)

    def encounters(self, name: str) -> Iterator[int]:
        """When an encounter of that kind was, in order."""
        return (event.at for event in self.settled() if isinstance(event, Encounter) and event.event == name)
