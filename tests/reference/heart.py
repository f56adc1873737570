"""Heart rate and temperature: sinus tachycardia with what excuses it, bradycardia (criteria.md 3.1, 7.2)."""

from __future__ import annotations

from . import dosing, pressure
from .clock import HOUR, MINUTE
from .knowledge import Knowledge, known, timeless
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids, unknown
from .windows import STALE_VITAL, Latch, Reading, last_fresh, latch, runs_at, stale, vitals

SPAN = 30 * MINUTE
FEVER, FEVER_AGE = 38, 4 * HOUR


@timeless
def signal(k: Knowledge, code: str) -> list[Reading]:
    """The readings of a vital sign that trip and clear."""
    return [Reading(v.value, v.at, v.first, v.id, v) for v in vitals(k, code)]


@timeless
def over120(k: Knowledge) -> list[Latch]:
    """Trips at 120 and over, clears below 115."""
    return latch(k, signal(k, "heart-rate"), SPAN, lambda r: r.value >= 120, lambda r: r.value < 115)


@timeless
def over130(k: Knowledge) -> list[Latch]:
    """Trips over 130, clears below 125."""
    return latch(k, signal(k, "heart-rate"), SPAN, lambda r: r.value > 130, lambda r: r.value < 125)


@timeless
def over150(k: Knowledge) -> list[Latch]:
    """Trips over 150, clears at 150 and below."""
    return latch(k, signal(k, "heart-rate"), SPAN, lambda r: r.value > 150, lambda r: r.value <= 150)


@timeless
def below50(k: Knowledge) -> list[Latch]:
    """Trips below 50, clears at 55 and over."""
    return latch(k, signal(k, "heart-rate"), SPAN, lambda r: r.value < 50, lambda r: r.value >= 55)


def fever(k: Knowledge, at: int) -> Row:
    """Latest temperature 38.0 or more, less than 4 h old."""
    latest = k.latest("temperature")
    if latest is None or at >= latest.at + FEVER_AGE:
        return unknown("temperature")
    return Row(RELATIVE if latest.value >= FEVER else CLEAR, at=latest.at, evidence=(latest.id,))


@timeless
def as_of(k: Knowledge, at: int) -> Knowledge:
    """What is known that was true, or known, by an instant."""
    return known(f for f in k.facts if f.at <= at or f.first <= at)


def causes(k: Knowledge, at: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The correctable causes known to be present, and those that cannot be seen."""
    low, hot = pressure.hypotension(k, at), fever(k, at)
    present = {
        "hypotension": low.tripped and not low.stale,
        "fever": hot.tripped,
        "dopamine": runs_at(k, at, "dopamine"),
    }
    unseen = {
        "systolic-bp": low.stale or low.state == INDETERMINATE,
        "temperature": hot.state == INDETERMINATE,
    }
    return tuple(c for c, there in present.items() if there), tuple(c for c, blind in unseen.items() if blind)


def sinus_tachycardia(k: Knowledge, at: int) -> Row:
    """Over 130 is absolute unless a correctable cause excuses it; over 120 only is relative."""
    values = signal(k, "heart-rate")
    if not values:
        return unknown("heart-rate")
    old = stale(k, values[-1].at, STALE_VITAL, at)
    low, high, extreme = over120(k)[-1], over130(k)[-1], over150(k)[-1]
    made = _made(low, high)
    shown = Row(
        CLEAR,
        values[-1].value,
        "/min",
        old,
        evidence=ids(made.run or values[-1:]),
        at=(made.since or values[0]).at,
        basis=(made.since.id if made.since else None, low.on, high.on),
    )
    if not low.on and not high.on:
        return _told(shown, INDETERMINATE, missing=("heart-rate",)) if old else shown
    if not high.on:
        return _told(shown, RELATIVE)
    judged = last_fresh(k, values[-1].at, STALE_VITAL, at) if old else at
    present, unseen = causes(as_of(k, int(judged)) if old else k, judged)
    excused = bool(present) and not extreme.on and not dosing.due_between(k, judged, at)
    return _told(shown, RELATIVE if excused else ABSOLUTE, correctable=present, missing=unseen)


def _made(low: Latch, high: Latch) -> Latch:
    """The condition that made the state what it is."""
    if high.on:
        return high
    ended = low.on and high.since is not None and low.since is not None and high.since.at > low.since.at
    return high if ended else low


def _told(row: Row, state: str, correctable: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> Row:
    at = None if state == INDETERMINATE else row.at
    stale_ = row.stale and state != INDETERMINATE
    return Row(state, row.value, row.unit, stale_, missing, correctable, None, row.evidence, at, row.basis)


def absolute_at(k: Knowledge, i: int) -> bool:
    """Whether reading `i` makes the row absolute, judged with the causes at its `at`."""
    if not over130(k)[i].on:
        return False
    at = signal(k, "heart-rate")[i].at
    present, _ = causes(as_of(k, at), at)
    return not present or over150(k)[i].on or dosing.due_between(k, at, at)
