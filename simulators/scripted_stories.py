"""The stories of the scripted ward, as data: what each patient's course departs in from a quiet one.

A track is hour -> value, straight lines between; hours count from the ward's opening. Each story is cut so that its turn comes within the first
four hours after the opening, which at 120 times real time are two minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

ENDS = 26
"""The ward's last hour."""
Event = dict[str, Any]
Track = Mapping[float, float]
NONE: Mapping[Any, Any] = {}
GAINING: Track = {-24: 74.5, 24: 76}


def flat(value: float) -> Track:
    return {0: value}


class Story(NamedTuple):
    """One patient. `started`: the hour of cycle-start and dose 1; `doses`: how many came at their time; `later`: those after; `ended`: therapy-end.

    `silent`: from, to, when nothing is charted; `changed`: from, to, when the mental status is changed; `minute`: how far into the hour, or its
    quarters, this bed is charted, in hours.
    """

    patient: str
    says: str
    started: float
    doses: int
    later: tuple[float, ...] = ()
    held: Mapping[float, str] = NONE
    intensive: float | None = None
    ended: float | None = None
    age: int = 48
    weight: float = 72
    minute: float = 0
    pressure: Track = flat(108)
    pulse: Track = flat(96)
    heat: Track = flat(37.2)
    saturation: Track = flat(97)
    urine: Track = flat(62)
    weights: Track = GAINING
    flow: Mapping[float, int] = NONE
    labs: Mapping[str, Track] = NONE
    silent: tuple[tuple[float, float], ...] = ()
    changed: tuple[float, float] | None = None
    facts: tuple[Event, ...] = ()

    def mind(self, hour: float) -> str:
        return "changed" if self.changed and self.changed[0] <= hour < self.changed[1] else "normal"


def finding(hour: float, code: str, present: bool = True) -> Event:
    return {"type": "finding", "at": hour, "code": code, "present": present, "source": "nursing"}


def grade(hour: float, code: str, value: str) -> Event:
    return {"type": "finding", "at": hour, "code": code, "value": value, "present": value not in ("none", "normal"), "source": "nursing"}


def mental(hour: float, value: str) -> Event:
    return {"type": "finding", "at": hour, "code": "mental-status", "value": value, "source": "nursing"}


def bolus(hour: float, volume: int) -> Event:
    return {"type": "io", "at": hour, "direction": "in", "kind": "iv-bolus", "volume": volume, "unit": "mL"}


def blood(hour: float, volume: int) -> Event:
    return {"type": "io", "at": hour, "direction": "in", "kind": "blood-product", "volume": volume, "unit": "mL"}


def pressor(rates: Track) -> tuple[Event, ...]:
    return tuple(
        {"type": "infusion", "at": hour, "agent": "phenylephrine", "rate": rate, "unit": "ug/kg/min"} for hour, rate in sorted(rates.items())
    )


def drug(hour: float, agent: str, amount: float, unit: str = "mg") -> Event:
    return {"type": "medication", "at": hour, "agent": agent, "amount": amount, "unit": unit, "route": "IV"}


def stat(hour: float, code: str, value: float, unit: str, low: float, high: float) -> Event:
    """A sample in between; the result 20 min later."""
    wanted = {"code": code, "value": value, "unit": unit, "low": low, "high": high}
    return {"type": "labs", "at": hour, "known": hour + 1 / 3, "source": "stat", "readings": [wanted]}


UNEVENTFUL = Story(
    patient="uneventful",
    says="some fever and a lower pressure, all of it expected: every dose is given in its time",
    started=-18, doses=3, later=(6.25, 14.25, 22.25), minute=1 / 60,
    heat={-2: 37.2, 0.2: 37.8, 0.7: 38.4, 1.5: 38.2, 2.5: 37.6},
    pressure={-4: 112, -2: 110, 2.5: 101, 4: 109, 6: 112, 10.5: 101, 13: 110},
)  # fmt: skip

OLIGURIA = Story(
    patient="oliguria",
    says="urine falls below 10 mL/h as dose 5 falls due; two boluses bring it back, and the dose is given late",
    started=-30, doses=4, later=(4.5, 12.5, 20.5), minute=10 / 60, age=61,
    urine={-10: 48, -4: 34, -1: 24, 0.17: 15, 1.17: 7, 2.17: 9, 3.17: 28, 4.17: 44, 8: 60},
    pressure={-6: 104, 0: 99, 1: 97, 2: 100, 4: 106},
    labs={"creatinine": {-24: 1.1, -8: 1.9, 10: 2.6, 22: 2.1}},
    facts=(bolus(1.25, 250), bolus(1.9, 500)),
)  # fmt: skip

PRESSOR = Story(
    patient="pressor",
    says="phenylephrine that cannot be weaned: 1.6 at its highest, still above 0.8 when the dose falls due. Stop",
    started=-38.5, doses=5, held={2: "stop: dependent on phenylephrine"}, ended=2.5, intensive=-4, minute=4 / 60, age=55,
    pressure={-8: 102, -5.2: 96, -4.2: 86, -3: 97, -1: 93, 0.1: 84, 0.4: 79, 0.8: 92, 3: 95, 12: 104, 24: 112},
    pulse={-8: 102, -4: 112, 0.4: 117, 4: 108, 20: 90},
    facts=(
        bolus(-4.4, 500), bolus(-3.9, 500),
        *pressor({-3.8: 0.5, -3.2: 0.8, -1.5: 1.1, 0.3: 1.4, 0.55: 1.6, 1.2: 1.3, 2.2: 1.1, 4: 0.8, 6.5: 0.5, 9: 0.3, 12: 0}),
    ),
)  # fmt: skip

FIBRILLATION = Story(
    patient="fibrillation",
    says="a fast pulse, then atrial fibrillation with a low potassium: stop; corrected, a physician resumes",
    started=-28, doses=4, later=(5.5, 13.5), minute=7 / 60, age=59,
    pulse={-4: 104, -0.5: 112, 0: 123, 0.5: 125, 0.9: 148, 1.9: 146, 2.4: 118, 4: 104},
    pressure={-4: 108, 0.5: 104, 1: 96, 2.5: 104},
    labs={"potassium": {-20: 3.9, -8: 3.7, 4: 4.2}},
    facts=(
        finding(0.8, "atrial-fibrillation"), stat(0.9, "potassium", 2.9, "mmol/L", 3.5, 5.1), drug(1.3, "potassium-chloride", 10, "meq"),
        finding(2.3, "atrial-fibrillation", False), stat(2.4, "potassium", 3.9, "mmol/L", 3.5, 5.1),
        {"type": "resume", "at": 3.2, "rule": "arrhythmia", "by": "dr-3", "reason": "single run, potassium 2.9, corrected"},
    ),
)  # fmt: skip

EDEMA = Story(
    patient="edema",
    says="fluid in the lungs: oxygen, rales, dyspnea, each relative; three of them delay the dose until they are diuresed",
    started=-37, doses=5, later=(7.5, 15.5), minute=12 / 60, age=51,
    weights={-39: 72, -15: 79.8, 9: 80.9, 24: 77},
    saturation={-6: 97, -1: 94, -0.2: 95, 0.2: 93, 0.6: 96, 1.1: 94, 1.6: 95, 4: 96},
    flow={-1: 2, 0.4: 3, 1.4: 4, 4.4: 2, 10: 0},
    facts=(
        grade(0.9, "rales", "one-third"), finding(1.5, "dyspnea-at-rest"), drug(1.7, "furosemide", 20), drug(3.2, "furosemide", 20),
        finding(3.9, "dyspnea-at-rest", False), grade(5, "rales", "none"),
    ),
)  # fmt: skip

UNCHARTED = Story(
    patient="uncharted",
    says="nobody charts for three hours in intensive care: overdue, then `cannot tell`, never `proceed`; then the charting comes",
    started=-29, doses=4, later=(4.25, 12.25), intensive=-3.5, minute=2 / 60, age=44,
    silent=((-0.9, 2.6),),
)  # fmt: skip

BLEEDING = Story(
    patient="bleeding",
    says="platelets fall from 46 to 24 with blood in the stool, first guaiac-positive, then frank; transfused",
    started=-36, doses=5, held={4.2: "platelets 24, frank blood"}, ended=5, minute=9 / 60, age=57,
    labs={"platelets": {-36: 190, -24: 104, -2: 56, 0: 46, 4: 41, 16: 62}, "hematocrit": {-36: 38, -8: 31, 4: 27.5, 16: 31}},
    facts=(
        stat(-0.1, "platelets", 46, "10*3/uL", 150, 400), finding(0.9, "guaiac-positive"),
        stat(1.4, "platelets", 24, "10*3/uL", 150, 400), finding(2.2, "frank-blood"), blood(2.8, 250),
        finding(7, "frank-blood", False), finding(12, "guaiac-positive", False),
    ),
)  # fmt: skip

NEUROTOXICITY = Story(
    patient="neurotoxic",
    says="late, at dose 11: vivid dreams, then changed and not reversed within 2 h, disoriented. Stop; it outlasts the drug",
    started=-82, doses=11, held={6: "stop: neurotoxicity"}, ended=6.5, minute=5 / 60, age=63,
    changed=(0.75, 22),
    facts=(
        finding(0.35, "vivid-dreams"), finding(0.65, "emotional-lability"), mental(0.75, "changed"), finding(3.6, "disorientation"),
        finding(16, "disorientation", False), mental(22, "normal"), finding(22, "vivid-dreams", False), finding(22, "emotional-lability", False),
    ),
)  # fmt: skip

STORIES = (UNEVENTFUL, OLIGURIA, PRESSOR, FIBRILLATION, EDEMA, UNCHARTED, BLEEDING, NEUROTOXICITY)
