"""Hold the orders of one chunk: acts as they are noted, pumps as they are set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from simulators.physiology.latent_state import CHUNK, SUPPORT, Act, Array, Flags, Generator, Whole

ROWS: Final = np.arange(CHUNK)[:, None]
RESTING: Final[Mapping[str, float]] = {name: 21.0 if name == "fio2" else 0.0 for name in SUPPORT}


class OrderSheet:
    """The acts of one chunk and the settings of the pumps.

    `setting[name]`: what each pump and device is set to, arrays (patients,); `minute[i]`: when in the chunk
    the nurse is at bed i, so that not all act at once.
    """

    def __init__(self, beds: int, rng: Generator) -> None:
        self.minute: Whole = rng.integers(1, CHUNK, beds)
        self.setting: dict[str, Array] = {name: np.full(beds, value) for name, value in RESTING.items()}
        self.before = dict(self.setting)
        self.acts: list[Act] = []
        self.pauses: list[tuple[str, int, int, int]] = []
        self.start = 0

    def next_chunk(self, start: int) -> None:
        """Begin a new chunk: no acts, the settings as they are."""
        self.start, self.acts, self.before, self.pauses = start, [], dict(self.setting), []

    def note(
        self,
        kind: str,
        who: Flags,
        detail: Callable[[int], Mapping[str, Any]] | None = None,
        sharp: bool = False,
    ) -> None:
        """Note one act for each bed of `who`, its detail by bed; `sharp`: at the chunk's first minute."""
        for bed in np.flatnonzero(who).tolist():
            minute = self.start + (0 if sharp else int(self.minute[bed]))
            self.acts.append(Act(minute, bed, kind, detail(bed) if detail else {}))

    def note_at(self, row: int, kind: str, who: Flags) -> None:
        """Note one act without detail for each bed of `who`, at a minute of the chunk."""
        self.acts += [Act(self.start + row, bed, kind, {}) for bed in np.flatnonzero(who).tolist()]

    def pause(self, agent: str, who: Flags, first: int, last: int) -> None:
        """Stop the pump of `who` from row `first` up to `last`, and let it run again as it was set."""
        for bed in np.flatnonzero(who & (self.setting[agent] > 0)).tolist():
            self.pauses.append((agent, bed, first, last))
            for row, rate in ((first, 0.0), (last, float(self.setting[agent][bed]))):
                self.acts.append(Act(self.start + row, bed, "rate", {"agent": agent, "rate": rate}))

    def set(self, name: str, who: Flags, value: Array | float) -> None:
        """Set a pump or device from the nurse's minute on."""
        self.setting[name] = np.where(who, value, self.setting[name])

    def rate(self, agent: str, who: Flags, value: Array) -> None:
        """Set a vasopressor (ug/kg/min) and note it; an unchanged rate is not noted."""
        who = who & (np.abs(value - self.setting[agent]) > 1e-9)
        self.set(agent, who, value)
        self.note("rate", who, lambda bed: {"agent": agent, "rate": float(value[bed])})

    def rows(self, name: str) -> Array:
        """Return the setting minute by minute, (CHUNK, patients)."""
        found: Array = np.where(self.minute > ROWS, self.before[name], self.setting[name])
        for agent, bed, first, last in self.pauses:
            if agent == name:
                found[first:last, bed] = 0.0
        return found

    def written(self) -> list[Act]:
        """Return the acts in order of minute, then patient."""
        return sorted(self.acts, key=lambda act: act[:2])
