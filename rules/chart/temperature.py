"""Temperature: the latest reading, and what the hours before it knew to be the highest (criteria.md section 7, fever, septic-workup)."""

import msgspec

from rules.chart.oxygen import VitalsRow
from rules.guideline.declare import Limit
from rules.guideline.durations import DAY

Warmth = tuple[int, float, str, int]
"""A reading as (at, Cel, id, offset)."""


class Temperature(msgspec.Struct, array_like=True):
    """`feverish`: `at` of the first reading of the unbroken run of fever; `peaks`: readings of the last day none of which is
    followed by one as high: enough to know the maximum since any moment.
    """

    last: VitalsRow | None = None
    peaks: tuple[Warmth, ...] = ()
    feverish: int | None = None

    def hear(self, row: VitalsRow, value: float, warm: float, fever: Limit, lasts: int) -> bool:
        """Takes the next reading. Returns whether it, or the one it follows, is warm enough to matter."""
        before = self.last
        if before is not None and row.at < before.at:
            return False
        oldest = row.at - DAY - DAY // 24
        peaks = self.peaks
        if before is not None and before.temp is not None:
            last = (before.at, before.temp, before.id, before.offset)
            while peaks and (peaks[-1][1] <= last[1]):
                peaks = peaks[:-1]
            peaks = (*peaks, last)
        while peaks and peaks[0][0] < oldest:
            peaks = peaks[1:]
        self.peaks = peaks
        if not fever.met(value):
            self.feverish = None
        elif self.feverish is None or before is None or row.at - before.at > lasts:
            self.feverish = row.at
        self.last = row
        return before is None or before.temp is None or value >= warm or before.temp >= warm

    def highest(self, start: int, end: int) -> Warmth | None:
        """The highest reading in (start, end) before the latest one; the latest of equals."""
        within = [peak for peak in self.peaks if start < peak[0] < end]
        return within[0] if within else None
