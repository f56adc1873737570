"""Advice on latest values, whatever their age (criteria.md 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median

from . import findings, heart, labs, oxygen
from .clock import DAY, HOUR
from .facts import Fact, Value
from .knowledge import Knowledge, timeless
from .labs import Bands
from .row import ADVISORY, CLEAR
from .scene import Condition, Judged, Scene, closed, opened

OPEN = ADVISORY


def level_of(k: Knowledge, code: str, bands: Callable[[Value], Bands | None]) -> tuple[str, int | None, str]:
    """The level that the latest values of a code leave, since when, and the id of the last."""
    level, since, last = CLEAR, None, ""
    for value in k.series(code):
        judged = bands(value)
        found = {CLEAR} if judged is None else labs.states(value, judged)
        now = found.pop() if len(found) == 1 else level if CLEAR in found else ADVISORY
        since = value.at if now != level or since is None else since
        level, last = now, value.id
    return level, since, last


def on_value(code: str, tells: Callable[[Fraction], bool], *cuts: str) -> Condition:
    """Open while the latest value of a code tells."""
    bands = Bands(lambda v: OPEN if tells(v) else CLEAR, tuple(Fraction(c) for c in cuts))
    return lambda s: _judged(level_of(s.k, code, lambda v: bands))


def _judged(found: tuple[str, int | None, str]) -> Judged:
    level, since, last = found
    return Judged(since, (last,) if last else (), level)


def below_low(code: str) -> Condition:
    """Open while the latest value is below its own lower limit."""

    def bands(value: Value) -> Bands | None:
        low = value.item.low
        return None if low is None else Bands(lambda v: OPEN if v < low else CLEAR, (low,))

    return lambda s: _judged(level_of(s.k, code, bands))


def edema_caution(s: Scene) -> Judged:
    """Latest weight more than 10 % over baseline."""
    baseline = s.k.baseline("weight")
    if baseline is None:
        return closed()
    limit = baseline * Fraction(11, 10)
    return on_value("weight", lambda v: v > limit)(s)


def hypoxemia(s: Scene) -> Judged:
    """SpO2 below the patient's limit sustained, until it clears."""
    states = oxygen.below(s.k)
    if not states or states[-1].since is None:
        return closed()
    last = states[-1]
    assert last.since is not None
    return Judged(last.since.at, tuple(r.id for r in last.run), OPEN if last.on else CLEAR)


def ck_elevated(s: Scene) -> Judged:
    """Total CK above its limit, and no isoenzyme or troponin since."""
    values = s.k.series("ck")
    if not values or labs.against_high(values[-1]) != labs.ABOVE:
        return closed(values[-1].at if values else None)
    later = [v for c in labs.ENZYMES for v in s.k.series(c) if v.at >= values[-1].at]
    if later:
        return closed(min(v.at for v in later))
    return Judged(values[-1].at, (values[-1].id,))


def chills(s: Scene) -> Judged:
    """Present, up to 2 h after the latest record."""
    found = s.k.findings_of_cycle("chills")
    if not found or not found[-1].event["present"]:
        return closed(found[-1].at if found else None)
    if s.at >= found[-1].at + 2 * HOUR:
        return closed(found[-1].at + 2 * HOUR)
    return opened(found[-1].at, found[-1:])


def fever(s: Scene) -> Judged:
    """Latest temperature 38.0 or more, less than 4 h old."""
    hot, latest = heart.fever(s.k, s.at), s.k.latest("temperature")
    if hot.tripped:
        return Judged(hot.at, hot.evidence)
    if latest is not None and latest.value >= heart.FEVER:
        return closed(latest.at + heart.FEVER_AGE)
    return closed(latest.at if latest else None)


def early_fever_expected(s: Scene) -> Judged:
    """Fever within 8 h of dose 1 or 2."""
    hot = fever(s)
    if not hot.open:
        return closed(hot.at)
    near = [d for d in s.k.doses[:2] if s.at >= d.at and s.at < d.at + 8 * HOUR]
    return opened(max(near[0].at, hot.at or 0), near[:1]) if near else closed()


def mental_status_watch(s: Scene) -> Judged:
    """Changed, not reversed, before + 2 h."""
    changed = findings.run(s.k, "mental-status")
    if findings.watched(s.k, s.at):
        return opened(changed[0].at, changed)
    return closed(changed[0].at + findings.REVERSAL if changed else findings.well_since(s.k))


# ---- septic workup

SPIKE, RISE, BASE = Fraction("38.5"), 1, Fraction("37.5")


@dataclass(frozen=True)
class Spike:
    """The spike that is open, with the last high temperature; or when the last one ended."""

    first: Value | None = None
    high: int = 0
    ended: int | None = None


@timeless
def answers(k: Knowledge) -> list[Fact]:
    """What answers a spike: infection, present or not, and cultures that were sent."""
    sent = [f for f in k.findings("cultures-sent") if f.event["present"]]
    return sorted([*k.findings("infection"), *sent], key=lambda f: f.rank)


@timeless
def spikes(k: Knowledge) -> Spike:
    """The spike in order of `at`: a high temperature at the limit of 24 h has not let them pass without."""
    hot = [((v.at, 0), v) for v in k.series("temperature") if v.value >= SPIKE]
    events: list[tuple[tuple[int, int], Value | Fact]] = [*hot, *(((f.at, 1), f) for f in answers(k))]
    spike, quiet = Spike(), -(1 << 62)
    for (at, _), event in sorted(events, key=lambda e: (e[0], e[1].rank)):
        if spike.first is not None and at > spike.high + DAY:
            spike = Spike(ended=spike.high + DAY)
        if isinstance(event, Fact):
            if spike.first is not None:
                spike, quiet = Spike(ended=at), at + DAY
        elif spike.first is not None:
            spike = replace(spike, high=at)
        elif at >= quiet and _is_spike(k, event):
            spike = Spike(event, at)
    return spike


def _is_spike(k: Knowledge, now: Value) -> bool:
    if not k.doses or now.at < k.doses[0].at + DAY:
        return False
    before = [v for v in k.series("temperature") if now.at - DAY < v.at < now.at and _base(k, v)]
    base = median([v.value for v in before]) if before else BASE
    return bool(now.value - base >= RISE)


def _base(k: Knowledge, value: Value) -> bool:
    """Whether a temperature tells the baseline: more than 4 h after the latest dose before it."""
    doses = [d.at for d in k.all_doses if d.at < value.at]
    return not doses or value.at - doses[-1] > 4 * HOUR


def septic_workup(s: Scene) -> Judged:
    """A high spike above the rising baseline, until 24 h without or until somebody acts."""
    spike = spikes(s.k)
    if spike.first is None:
        return closed(_spike_gone(s, spike.ended))
    if s.at >= spike.high + DAY:
        return closed(spike.high + DAY)
    return Judged(spike.first.at, (spike.first.id,))


def _spike_gone(s: Scene, ended: int | None) -> int | None:
    """The `at` of the fact that ended a spike, or shows now that there was none; None: none of now."""
    now = int(s.at)
    if ended == now or any(f.at == ended and f.first == now for f in answers(s.k)):
        return ended
    shows = [v.at for v in s.k.series("temperature") if v.first == now]
    shows += [d.at for d in s.k.all_doses if d.first == now]
    return max(shows, default=ended)


TABLE: list[tuple[str, Condition]] = [
    ("edema-caution", edema_caution),
    ("acidosis", on_value("bicarbonate", lambda v: v < 20, "20")),
    ("hypokalemia", on_value("potassium", lambda v: v <= Fraction("3.6"), "3.6")),
    ("hypocalcemia", below_low("calcium")),
    ("hypomagnesemia", below_low("magnesium")),
    ("hypophosphatemia", below_low("phosphate")),
    ("hypoalbuminemia", below_low("albumin")),
    ("anemia", on_value("hematocrit", lambda v: v <= 28, "28")),
    ("transfuse-platelets", on_value("platelets", lambda v: v < 20, "20")),
    ("hypoxemia", hypoxemia),
    ("ck-elevated", ck_elevated),
    ("chills", chills),
    ("fever", fever),
    ("septic-workup", septic_workup),
    ("early-fever-expected", early_fever_expected),
    ("mental-status-watch", mental_status_watch),
]
