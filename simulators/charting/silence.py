"""When nobody charts: the stretches a scenario leaves silent (`missed-charting`, see `simulators.happenings`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from simulators.happenings import Happening, felt
from simulators.seeds import Flags

What = Literal["everything", "urine", "vitals", "labs"]
SIZES: tuple[What, ...] = ("everything", "urine", "vitals", "labs")


class Silence:
    """Of one chunk: who is silent in which minute, arrays (minutes, patients)."""

    def __init__(self, happenings: Sequence[Happening], patients: int, start: int, minutes: int) -> None:
        missed = [one for one in happenings if one.kind == "missed-charting"]
        self._size = felt(missed, patients, start, minutes).get("missed-charting") if missed else None
        self._never = np.zeros((minutes, patients), dtype=bool)

    def of(self, what: What) -> Flags:
        """Where observations of this kind are not charted; `everything` silences every kind."""
        if self._size is None:
            return self._never
        found: Flags = (self._size == 1) | (self._size == 1 + SIZES.index(what))
        return found
