"""Match alarms with true episodes: which were detected, and how long after they began (wire.md, Alert).

Of absolute ones that delay is told by how often vital signs are charted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, NamedTuple

from rules.wire.instants import MINUTE, text
from simulators.score.true_spans import LevelSpan

CRITERION, PRESSURE = "criterion", "blood-pressure"
JUDGED = (CRITERION, PRESSURE)
"""The kinds whose subjects have a ground truth: the rows of Table 3, and hypotension."""
PAGED = ("absolute", "relative", "technical")
RANK = {"clear": 0, "advisory": 0, "technical": 0, "relative": 1, "absolute": 2}


class AlertTransition(NamedTuple):
    """A transition of an alert; names as on the wire.

    `at`, `decided`: ms; `episode`: the alert's id; `transition`: opened, worsened, improved, resolved,
    amended, reminder. `carried`: a recommendation that its cause tells.
    """

    patient: str
    kind: str
    subject: str
    level: str
    transition: str
    at: int
    decided: int
    episode: str
    carried: bool = False

    @property
    def rank(self) -> int:
        """The level's rank; 0 for what is neither relative nor absolute."""
        return RANK[self.level]


FOREVER = 1 << 62
REMINDER = "reminder"


class AlarmSpan(NamedTuple):
    """One unbroken time in alarm at a level or worse.

    `at`..`until`: when it was true, by the alerts' `at`; `decided`..`cleared`: when it was known on the ward;
    ms.
    """

    at: int
    until: int
    decided: int
    cleared: int


def alarms(transitions: Iterable[AlertTransition], level: int) -> list[AlarmSpan]:
    """Return the alarms at a level or worse of one patient's subject, from its transitions in order.

    An alarm that is not resolved ends at `FOREVER`.
    """
    found: list[AlarmSpan] = []
    began: AlertTransition | None = None
    for one in transitions:
        if one.transition == REMINDER:
            continue
        if began is None and one.rank >= level:
            began = one
        elif began is not None and one.rank < level:
            found.append(AlarmSpan(began.at, one.at, began.decided, one.decided))
            began = None
    if began is not None:
        found.append(AlarmSpan(began.at, FOREVER, began.decided, FOREVER))
    return found


class Detection(NamedTuple):
    """A true episode and its first alarm, if any.

    `delay`: ms from its start to the decision, 0 when the alarm was already in force; None: missed.

    `afterwards`: the episode was over when the alarm was decided (a laboratory result that came after the
    recovery).
    """

    episode: LevelSpan
    delay: int | None
    afterwards: bool

    @property
    def detected(self) -> bool:
        return self.delay is not None


def detect(episodes: Iterable[LevelSpan], alarms: Sequence[AlarmSpan]) -> list[Detection]:
    """Match each true episode with the alarms of its own level or worse.

    Detected: by the alerts' own `at` an alarm was in force at some instant at which the episode truly held.
    An alarm about another time, or of a lower level, detects nothing; one still in force from an earlier
    episode detects (the ward is in alarm), without delay.
    """
    return [detection(episode, alarms) for episode in episodes]


def detection(episode: LevelSpan, alarms: Sequence[AlarmSpan]) -> Detection:
    """Return one episode's detection by its first alarm."""
    met = [alarm for alarm in alarms if episode.meets(alarm.at, alarm.until)]
    if not met:
        return Detection(episode, None, False)
    first = min(alarm.decided for alarm in met)
    return Detection(episode, max(0, first - episode.start), first > episode.end)


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
