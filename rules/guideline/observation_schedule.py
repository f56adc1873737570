"""Declare Table 1: what must be observed, how often, in ward and in intensive mode (criteria.md section 6).

`seen` is an all-of list of any-of lists of wire codes: blood count is seen when platelets AND (hematocrit OR
hemoglobin) are.
"""

import msgspec

from rules.wire.instants import HOUR


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A line of Table 1. An interval of 0 means each cycle: listed, never overdue."""

    what: str
    seen: tuple[tuple[str, ...], ...]
    ward: int
    intensive: int
    level: str = "advisory"
    ward_from_start: int = 0
    source: str = "Table 1"


EACH_CYCLE = 0

OBSERVATIONS = (
    Observation(
        what="vital-signs",
        seen=(("heart-rate",), ("systolic-bp",)),
        ward=4 * HOUR,
        intensive=1 * HOUR,
        level="technical",
    ),
    Observation(
        what="intake-output", seen=(("urine",),), ward=4 * HOUR, intensive=1 * HOUR, level="technical"
    ),
    Observation(what="weight", seen=(("weight",),), ward=24 * HOUR, intensive=24 * HOUR),
    Observation(what="mental-status", seen=(("mental-status",),), ward=8 * HOUR, intensive=8 * HOUR),
    Observation(what="iv-site", seen=(("iv-site",),), ward=8 * HOUR, intensive=8 * HOUR),
    Observation(
        what="blood-count",
        seen=(("platelets",), ("hematocrit", "hemoglobin")),
        ward=24 * HOUR,
        intensive=12 * HOUR,
    ),
    Observation(
        what="chemistry",
        seen=(("sodium", "potassium"), ("urea",), ("creatinine",), ("glucose",)),
        ward=24 * HOUR,
        intensive=12 * HOUR,
    ),
    Observation(what="liver", seen=(("alt",), ("ast",), ("bilirubin",)), ward=24 * HOUR, intensive=24 * HOUR),
    Observation(
        what="minerals",
        seen=(("calcium",), ("magnesium",), ("phosphate",)),
        ward=24 * HOUR,
        intensive=24 * HOUR,
    ),
    # "Daily after day 2" on the ward: never overdue before cycle-start + 30 h.
    Observation(
        what="coagulation",
        seen=(("pt", "inr"), ("ptt",)),
        ward=24 * HOUR,
        intensive=24 * HOUR,
        ward_from_start=30 * HOUR,
    ),
    Observation(what="creatine-kinase", seen=(("ck",),), ward=24 * HOUR, intensive=24 * HOUR),
    Observation(what="thyroid", seen=(("tsh",), ("free-t4",)), ward=EACH_CYCLE, intensive=EACH_CYCLE),
    Observation(what="urinalysis", seen=(("urinalysis",),), ward=EACH_CYCLE, intensive=EACH_CYCLE),
    Observation(what="ecg", seen=(("ecg",),), ward=EACH_CYCLE, intensive=EACH_CYCLE),
    Observation(what="chest-xray", seen=(("chest-xray",),), ward=EACH_CYCLE, intensive=EACH_CYCLE),
)
