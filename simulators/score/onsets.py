"""Measure how long after its true onset an absolute episode is paged, by how often vital signs are
charted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, NamedTuple

from rules.wire.instants import MINUTE, text
from simulators.score.detection import Detection

Numbers = dict[str, Any]


class Onset(NamedTuple):
    """A distinct absolute episode: when it truly began (ms), and how long until it was paged (ms; None:
    never).
    """

    patient: str
    subject: str
    start: int
    delay: int | None

    def numbers(self) -> Numbers:
        """Return it as JSON values, the delay in minutes."""
        delay = None if self.delay is None else round(self.delay / MINUTE, 1)
        return {
            "patient": self.patient,
            "subject": self.subject,
            "start": text(self.start),
            "delay_min": delay,
        }


def onsets(patient: str, subject: str, detections: Iterable[Detection]) -> Iterator[Onset]:
    """Yield the onsets of one patient's distinct episodes of a subject."""
    for one in detections:
        if one.episode.distinct:
            yield Onset(patient, subject, one.episode.start, one.delay)


@dataclass
class OnsetTally:
    """The onsets of a ward, by how often vital signs are charted."""

    found: dict[str, list[Onset]] = field(default_factory=lambda: defaultdict(list))

    def numbers(self) -> Numbers:
        """Return the delays as JSON values, by charting, and every onset."""
        return {
            "by_charting": {charting: delays(ones) for charting, ones in sorted(self.found.items())},
            "all": [one.numbers() for ones in self.found.values() for one in ones],
        }


def delays(ones: list[Onset]) -> Numbers:
    """Return how many were paged, and how late, in minutes."""
    late = [one.delay / MINUTE for one in ones if one.delay is not None]
    shares = {"median": median(late), "p95": quantile95(late), "worst": max(late)} if late else {}
    return {
        "onsets": len(ones),
        "paged": len(late),
        "delay_min": {name: round(value, 1) for name, value in shares.items()} or None,
    }


def quantile95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return values[0] if len(values) == 1 else quantiles(values, n=20, method="inclusive")[-1]
