"""Count patient-hours: was the criterion true in it, was the ward in alarm in it (George Moody PhysioNet/CinC
Challenge 2015, its score).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rules.wire.instants import HOUR
from simulators.score.detection import AlarmSpan
from simulators.score.true_spans import LevelSpan

MISS = 5
"""A missed hour counts five times a false one."""


class AlarmHours(NamedTuple):
    """Numbers of patient-hours: rightly in alarm, rightly quiet, wrongly in alarm, wrongly quiet."""

    tp: int = 0
    tn: int = 0
    fp: int = 0
    fn: int = 0

    def plus(self, other: AlarmHours) -> AlarmHours:
        return AlarmHours(*(one + more for one, more in zip(self, other, strict=True)))

    def of(self, whole: int) -> AlarmHours:
        """Return the same counts among `whole` hours: the rest was rightly quiet."""
        return self._replace(tn=whole - self.tp - self.fp - self.fn)

    @property
    def score(self) -> float | None:
        """The score 100 (TP + TN) / (TP + TN + FP + 5 FN); None without an hour."""
        whole = self.tp + self.tn + self.fp + MISS * self.fn
        return 100 * (self.tp + self.tn) / whole if whole else None


def hours_in(start: int, end: int) -> int:
    """Return how many hours begin from `start` up to, not including, `end`."""
    return -((start - end) // HOUR) if end > start else 0


class HourCounts(NamedTuple):
    """The numbers of one patient's hours, by what held in them.

    `true`: the criterion truly held; `distinct`: distinctly so; `possible`: it held or might have, had every
    measurement erred by its noise; `alarmed`: the ward was in alarm.
    """

    true: set[int]
    distinct: set[int]
    possible: set[int]
    alarmed: set[int]

    def plus(self, other: HourCounts) -> HourCounts:
        """Return the union of the two, set by set."""
        return HourCounts(*(one | more for one, more in zip(self, other, strict=True)))

    @property
    def hours(self) -> AlarmHours:
        """The counts over all hours, the quiet ones left out."""
        return tallied(self.true, self.alarmed)

    @property
    def undecided(self) -> set[int]:
        """The hours that a perfect observer could not have judged with certainty: borderline truth, or values
        within the noise of a limit.
        """
        return (self.true | self.possible) - self.distinct

    @property
    def decided(self) -> AlarmHours:
        """The counts over the hours that could be judged, the quiet ones left out."""
        return tallied(self.distinct, self.alarmed - self.undecided)


NOTHING = HourCounts(set(), set(), set(), set())


def tallied(true: set[int], alarmed: set[int]) -> AlarmHours:
    """Return the counts of hours given by number, the quiet ones left out."""
    both = len(true & alarmed)
    return AlarmHours(tp=both, fp=len(alarmed) - both, fn=len(true) - both)


def hour_counts(
    start: int,
    end: int,
    true: Sequence[LevelSpan],
    possible: Iterable[LevelSpan],
    alarms: Iterable[AlarmSpan],
) -> HourCounts:
    """Return the hours of one criterion at one level, from `start` (ms) to `end`: what held, what might have
    held, and what was known on the ward.
    """
    distinct = hours_held(start, end, (one for one in true if one.distinct))
    return HourCounts(
        hours_held(start, end, true),
        distinct,
        hours_held(start, end, possible),
        hours_known(start, end, alarms),
    )


def hours_held(start: int, end: int, true: Iterable[LevelSpan]) -> set[int]:
    """Return the hours in which one of the spans held."""
    return covered(start, end, ((one.start, one.end) for one in true))


def hours_known(start: int, end: int, alarms: Iterable[AlarmSpan]) -> set[int]:
    """Return the hours in which one of the alarms was known on the ward."""
    return covered(start, end, ((one.decided, one.cleared) for one in alarms))


def covered(start: int, end: int, spans: Iterable[tuple[int, int]]) -> set[int]:
    """Return the numbers of the hours that share an instant with a span; its end is excluded, but the
    shortest span has one instant.
    """
    hours: set[int] = set()
    for begin, stop in spans:
        first, last = max(begin, start), min(max(stop, begin + 1), end)
        if first < last:
            hours.update(range((first - start) // HOUR, (last - 1 - start) // HOUR + 1))
    return hours
