"""Declare Table 1: what must be observed, how often, in ward and in intensive mode (criteria.md section 6).

`seen` is an all-of list of any-of lists of wire codes: blood count is seen when platelets AND (hematocrit OR
hemoglobin) are.
"""

import msgspec

from rules.wire.instants import HOUR


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A line of Table 1. An interval of 0 means each cycle: listed, never overdue.

    `words`: what a nurse reads when it is overdue; `ends`: whether it ends at `therapy-end`;
    `intensive_after`: its interval in intensive mode after `therapy-end`, where it is another one; `lapses`:
    the least time (ms) without a lapse that ends the episode of charting that keeps lapsing, 0: ends at once.
    """

    what: str
    words: str
    seen: tuple[tuple[str, ...], ...]
    ward: int
    intensive: int
    level: str = "advisory"
    ward_from_start: int = 0
    ends: bool = False
    intensive_after: int | None = None
    lapses: int = 0
    source: str = "Table 1"

    def intervals(self, ended: bool) -> tuple[int, int]:
        """Return the intervals (ms) in ward and in intensive mode; `ended`: after `therapy-end`."""
        if ended and self.intensive_after is not None:
            return self.ward, self.intensive_after
        return self.ward, self.intensive


EACH_CYCLE = 0

OBSERVATIONS = (
    Observation(
        what="vital-signs",
        words="Vital signs not charted",
        seen=(("heart-rate",), ("systolic-bp",)),
        ward=4 * HOUR,
        intensive=1 * HOUR,
        lapses=4 * HOUR,
        level="technical",
    ),
    Observation(
        what="intake-output",
        words="Urine not charted",
        seen=(("urine",),),
        ward=4 * HOUR,
        intensive=1 * HOUR,
        lapses=4 * HOUR,
        level="technical",
    ),
    Observation(
        what="weight", words="Weight not taken", seen=(("weight",),), ward=24 * HOUR, intensive=24 * HOUR
    ),
    Observation(
        what="mental-status",
        words="Mental status not assessed",
        seen=(("mental-status",),),
        ward=8 * HOUR,
        intensive=8 * HOUR,
    ),
    Observation(
        what="iv-site",
        words="IV site not checked",
        seen=(("iv-site",),),
        ward=8 * HOUR,
        intensive=8 * HOUR,
        ends=True,
    ),
    Observation(
        what="blood-count",
        words="Blood count not seen",
        seen=(("platelets",), ("hematocrit", "hemoglobin")),
        ward=24 * HOUR,
        intensive=12 * HOUR,
        intensive_after=24 * HOUR,
    ),
    Observation(
        what="chemistry",
        words="Chemistry not seen",
        seen=(("sodium", "potassium"), ("urea",), ("creatinine",), ("glucose",)),
        ward=24 * HOUR,
        intensive=12 * HOUR,
        intensive_after=24 * HOUR,
    ),
    Observation(
        what="liver",
        words="Liver tests not seen",
        seen=(("alt",), ("ast",), ("bilirubin",)),
        ward=24 * HOUR,
        intensive=24 * HOUR,
    ),
    Observation(
        what="minerals",
        words="Calcium, magnesium and phosphate not seen",
        seen=(("calcium",), ("magnesium",), ("phosphate",)),
        ward=24 * HOUR,
        intensive=24 * HOUR,
    ),
    # "Daily after day 2" on the ward: never overdue before cycle-start + 30 h.
    Observation(
        what="coagulation",
        words="Coagulation not seen",
        seen=(("pt", "inr"), ("ptt",)),
        ward=24 * HOUR,
        intensive=24 * HOUR,
        ends=True,
        ward_from_start=30 * HOUR,
    ),
    Observation(
        what="creatine-kinase",
        words="Total CK not seen",
        seen=(("ck",),),
        ward=24 * HOUR,
        intensive=24 * HOUR,
        ends=True,
    ),
    Observation(
        what="thyroid",
        words="Thyroid tests not seen",
        seen=(("tsh",), ("free-t4",)),
        ward=EACH_CYCLE,
        intensive=EACH_CYCLE,
        ends=True,
    ),
    Observation(
        what="urinalysis",
        words="Urinalysis not seen",
        seen=(("urinalysis",),),
        ward=EACH_CYCLE,
        intensive=EACH_CYCLE,
        ends=True,
    ),
    Observation(
        what="ecg", words="ECG not seen", seen=(("ecg",),), ward=EACH_CYCLE, intensive=EACH_CYCLE, ends=True
    ),
    Observation(
        what="chest-xray",
        words="Chest X-ray not seen",
        seen=(("chest-xray",),),
        ward=EACH_CYCLE,
        intensive=EACH_CYCLE,
        ends=True,
    ),
)
