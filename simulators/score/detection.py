"""Detection: which true episodes the ward was told of, and how long after they began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulators.score.alarms import Alarm
from simulators.score.stretches import Stretch


class Detection(NamedTuple):
    """A true episode and its first alarm, if any. `delay`: ms from its begin to the decision, 0 when the alarm stood already; None: missed.

    `afterwards`: it was over when the ward was told (a laboratory result that came after the recovery).
    """

    episode: Stretch
    delay: int | None
    afterwards: bool

    @property
    def detected(self) -> bool:
        return self.delay is not None


def detect(episodes: Iterable[Stretch], alarms: Sequence[Alarm]) -> list[Detection]:
    """Each true episode against the alarms of its own level or worse.

    Detected: by the alerts' own `at` an alarm stood at some moment at which the episode truly held. An alarm that says of another time, or of a
    lower level, detects nothing; one that has stood since an earlier episode detects (the ward is in alarm), without delay.
    """
    return [detection(episode, alarms) for episode in episodes]


def detection(episode: Stretch, alarms: Sequence[Alarm]) -> Detection:
    met = [alarm for alarm in alarms if episode.meets(alarm.at, alarm.until)]
    if not met:
        return Detection(episode, None, False)
    first = min(alarm.decided for alarm in met)
    return Detection(episode, max(0, first - episode.start), first > episode.end)
