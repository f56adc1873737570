"""Table 1: what must have been looked at (criteria.md 6)."""

from dataclasses import dataclass
from fractions import Fraction

from .clock import HOUR
from .facts import Knowledge
from .windows import DAILY, INTAKE, LAB, VITAL, intensive, limit

Pair = tuple[int, int]
MENTAL: Pair = (8 * HOUR, 8 * HOUR)
ITEMS: list[tuple[str, Pair | None]] = [
    ("vital-signs", VITAL),
    ("intake-output", INTAKE),
    ("weight", DAILY),
    ("mental-status", MENTAL),
    ("iv-site", MENTAL),
    ("blood-count", LAB),
    ("chemistry", LAB),
    ("liver", DAILY),
    ("minerals", DAILY),
    ("coagulation", DAILY),
    ("creatine-kinase", DAILY),
    ("thyroid", None),
    ("urinalysis", None),
    ("ecg", None),
    ("chest-xray", None),
]
SEEN_BY: dict[str, list[tuple[str, ...]]] = {
    "vital-signs": [("heart-rate",), ("systolic-bp",)],
    "weight": [("weight",)],
    "blood-count": [("platelets",), ("hematocrit", "hemoglobin")],
    "chemistry": [("sodium", "potassium"), ("urea",), ("creatinine",), ("glucose",)],
    "liver": [("alt",), ("ast",), ("bilirubin",)],
    "minerals": [("calcium",), ("magnesium",), ("phosphate",)],
    "coagulation": [("pt", "inr"), ("ptt",)],
    "creatine-kinase": [("ck",)],
    "thyroid": [("tsh",), ("free-t4",)],
}
FINDINGS = ("mental-status", "iv-site", "urinalysis", "ecg", "chest-xray")
PAGED = ("vital-signs", "intake-output")
GRACE = Fraction(5, 4)
FIRST_COAGULATION = 30 * HOUR


@dataclass(frozen=True)
class Watch:
    """One item of Table 1; `late_since` is when it fell overdue, None while it is not."""

    what: str
    last: int | None
    due: int | None
    late_since: int | None


def last_seen(k: Knowledge, what: str) -> int | None:
    """When an item was last seen: the oldest of its parts, each part's latest; None if a part never was."""
    if what == "intake-output":
        return max((f.at for f in k.volumes("out", "urine")), default=None)
    if what in FINDINGS:
        return max((f.at for f in k.findings(what)), default=None)
    parts = [
        max((latest.at for c in codes if (latest := k.latest(c))), default=None) for codes in SEEN_BY[what]
    ]
    return None if None in parts else min(p for p in parts if p is not None)


def watches(k: Knowledge, at: int) -> list[Watch]:
    """Every item, from cycle-start to therapy-end; outside it none."""
    if k.cycle is None or k.therapy_end is not None:
        return []
    return [_watch(k, at, what, pair) for what, pair in ITEMS]


def _watch(k: Knowledge, at: int, what: str, pair: Pair | None) -> Watch:
    assert k.cycle is not None
    last = last_seen(k, what)
    if pair is None:
        return Watch(what, last, None, None)
    seen = k.cycle.at if last is None else last
    late = limit(k, seen, pair, GRACE, at)
    if what == "coagulation" and not intensive(k, at):
        late = max(late, k.cycle.at + FIRST_COAGULATION)
    return Watch(what, last, limit(k, seen, pair, 1, at), late if at >= late else None)
