"""Match alarms with true episodes: which were detected, and how long after they began (wire.md, Alert)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

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
