"""The hospital's clock: minutes of a course as moments, and the hours at which a ward does its rounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules import instant

HOUR, DAY = 60, 1440


class Clock(NamedTuple):
    """`origin`: the course's minute 0, ms since the Unix epoch, a whole minute. Hours of the day are UTC's."""

    origin: int

    def moment(self, minute: float) -> int:
        """A minute of the course in ms since the epoch, to the second."""
        return self.origin + 1000 * round(minute * 60)

    def text(self, minute: float) -> str:
        """A minute of the course as the wire writes it."""
        return instant.text(self.moment(minute))

    def of_day(self, minute: int) -> int:
        """Minutes since midnight."""
        return (self.origin // instant.MINUTE + minute) % DAY

    def strikes(self, start: int, minutes: int, every: int, first: int = 0) -> Iterator[int]:
        """The minutes in (start, start + minutes] at which the time of day is `first` plus a multiple of `every` minutes."""
        for minute in range(start + 1, start + minutes + 1):
            if (self.of_day(minute) - first) % every == 0:
                yield minute
