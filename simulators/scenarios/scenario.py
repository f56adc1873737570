"""Define a scenario as data: a named course, what is imposed on a patient, and what must truly come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from simulators.charting.writer import Vitals
from simulators.physiology.cohort import ORGANS

Span = tuple[float, float]
Level = Literal["relative", "absolute"]
Policy = Literal["guideline", "naive", "scripted"]

MILD: Final[Mapping[str, Span]] = MappingProxyType(dict.fromkeys(ORGANS, (0.4, 0.65)))
"""A patient who tolerates the drug well in every organ, so that the imposed event is the only trouble."""


class Imposed(NamedTuple):
    """A clinical event as a scenario declares it; for each patient every number is drawn uniformly between
    the bounds of its span.

    `kind` is one of `simulators.physiology.clinical_events`; `start_h` counts from cycle start, `lasts_h`
    from the start, both in hours; `size` is in the kind's own unit.
    """

    kind: str
    start_h: Span
    lasts_h: Span
    size: Span = (1.0, 1.0)


class Expected(NamedTuple):
    """A criterion that must truly occur in each patient of the scenario, at this level or worse
    (`hypotension` included).
    """

    code: str
    level: Level


@dataclass(frozen=True)
class Scenario:
    """A named course: who the patients are, what happens to them, how they are dosed and charted, what must
    come of it.

    `cohort` narrows fields of `simulators.physiology.cohort.Cohort` to spans. `alerts` are subjects on
    which the engine must alert besides the expected criteria: `monitoring/vital-signs`,
    `stop-rule:delay-over-24h`. `pressor`: the first that is given, if any; `target`: the systolic pressure
    that the unit sets for the patient, else that of Table 2. `accepted`: criteria that a physician accepts
    before the cycle; `returns`: for a second cycle on day 16. `mix` makes a ward: the share of each other
    scenario.
    """

    name: str
    says: str
    expected: tuple[Expected, ...] = ()
    alerts: tuple[str, ...] = ()
    imposed: tuple[Imposed, ...] = ()
    cohort: Mapping[str, Span] = field(default_factory=dict)
    policy: Policy = "guideline"
    vitals: Vitals = "minute"
    pressor: Literal["phenylephrine", "norepinephrine", "none"] = "phenylephrine"
    accepted: tuple[str, ...] = ()
    target: Span | None = None
    returns: bool = False
    location: Literal["ward", "icu"] = "ward"
    days: float = 7.0
    doses: int = 12
    mix: Mapping[str, float] = field(default_factory=dict)
