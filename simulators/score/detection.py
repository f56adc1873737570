"""Match alarms with true episodes: which were detected, and how long after they began (wire.md, Alert)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulators.score.course import LevelSpan

CRITERION, PRESSURE = "criterion", "blood-pressure"
JUDGED = (CRITERION, PRESSURE)
"""The kinds whose subjects have a truth: the rows of Table 3, and hypotension."""
PAGED = ("absolute", "relative", "technical")
RANK = {"clear": 0, "advisory": 0, "technical": 0, "relative": 1, "absolute": 2}


class AlertTransition(NamedTuple):
    """Names as on the wire; `at`, `decided`: ms; `episode`: the alert's id; `transition`: opened, worsened,
    improved, resolved, amended, reminder.
    """

    patient: str
    kind: str
    subject: str
    level: str
    transition: str
    at: int
    decided: int
    episode: str

    @property
    def rank(self) -> int:
        """0 for what is neither relative nor absolute."""
        return RANK[self.level]


FOREVER = 1 << 62
REMINDER = "reminder"


class AlarmSpan(NamedTuple):
    """One unbroken time at a level or worse.

    `at`..`until`: when it was true, by the alerts' `at`; `decided`..`lifted`: when the ward knew; ms.
    """

    at: int
    until: int
    decided: int
    lifted: int


def alarms(transitions: Iterable[AlertTransition], level: int) -> list[AlarmSpan]:
    """The alarms at a level or worse of one patient's subject, from its transitions in order; one that is
    still on ends never.
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

    `delay`: ms from its begin to the decision, 0 when the alarm stood already; None: missed.

    `afterwards`: it was over when the ward was told (a laboratory result that came after the recovery).
    """

    episode: LevelSpan
    delay: int | None
    afterwards: bool

    @property
    def detected(self) -> bool:
        return self.delay is not None


def detect(episodes: Iterable[LevelSpan], alarms: Sequence[AlarmSpan]) -> list[Detection]:
    """Each true episode against the alarms of its own level or worse.

    Detected: by the alerts' own `at` an alarm stood at some moment at which the episode truly held. An alarm
    that says of another time, or of a lower level, detects nothing; one that has stood since an earlier
    episode detects (the ward is in alarm), without delay.
    """
    return [detection(episode, alarms) for episode in episodes]


def detection(episode: LevelSpan, alarms: Sequence[AlarmSpan]) -> Detection:
    met = [alarm for alarm in alarms if episode.meets(alarm.at, alarm.until)]
    if not met:
        return Detection(episode, None, False)
    first = min(alarm.decided for alarm in met)
    return Detection(episode, max(0, first - episode.start), first > episode.end)
