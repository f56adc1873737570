"""Alarms: from when to when a subject stood at a level, by the time it was true and by the time it was known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from simulators.score.transition import Transition

FOREVER = 1 << 62
REMINDER = "reminder"


class Alarm(NamedTuple):
    """One unbroken time at a level or worse. `at`..`until`: when it was true, by the alerts' `at`; `decided`..`lifted`: when the ward knew; ms."""

    at: int
    until: int
    decided: int
    lifted: int


def alarms(transitions: Iterable[Transition], level: int) -> list[Alarm]:
    """The alarms at a level or worse of one patient's subject, from its transitions in order; one that is still on ends never."""
    found: list[Alarm] = []
    began: Transition | None = None
    for one in transitions:
        if one.transition == REMINDER:
            continue
        if began is None and one.rank >= level:
            began = one
        elif began is not None and one.rank < level:
            found.append(Alarm(began.at, one.at, began.decided, one.decided))
            began = None
    if began is not None:
        found.append(Alarm(began.at, FOREVER, began.decided, FOREVER))
    return found
