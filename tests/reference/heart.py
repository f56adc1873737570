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
    if not high.on and not extreme.on:
        shown = _shown(k, _latest(low, high, extreme) if low.on else low, old)
        if not low.on and old:
            return _in_state(shown, INDETERMINATE, missing=("heart-rate",))
        return _in_state(shown, RELATIVE) if low.on else shown
    judged = last_fresh(k, values[-1].at, STALE_VITAL, at) if old else at
    present, unseen = causes(as_of(k, int(judged)) if old else k, judged)
    excused = bool(present) and not dosing.due_between(k, judged, at)
    made = extreme if extreme.on and (excused or not high.on) else high
    state = RELATIVE if excused and not extreme.on else ABSOLUTE
    made = _latest(high, extreme) if state == RELATIVE else made
    return _in_state(_shown(k, made, old), state, correctable=present, missing=unseen)


def _latest(*conditions: Latch) -> Latch:
    """The condition that changed last: it has made the state what it is, by its beginning or its end."""
    return max(conditions, key=lambda one: one.since.at if one.since is not None else 0)


def _shown(k: Knowledge, made: Latch, old: bool) -> Row:
    """The row by the condition that made it what it is."""
    values = signal(k, "heart-rate")
    conditions = [found[-1] for found in (over120(k), over130(k), over150(k))]
    return Row(
        CLEAR,
        values[-1].value,
        "/min",
        old,
        evidence=ids(made.run or values[-1:]),
        at=made.since and made.since.at,
        basis=tuple((one.on, one.since and one.since.id) for one in conditions),
    )


def _in_state(row: Row, state: str, correctable: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> Row:
    at = None if state == INDETERMINATE else row.at
    stale_ = row.stale and state != INDETERMINATE
    return Row(state, row.value, row.unit, stale_, missing, correctable, None, row.evidence, at, row.basis)


def absolute_at(k: Knowledge, i: int) -> bool:
    """Whether reading `i` makes the row absolute, judged with the causes at its `at`."""
    if over150(k)[i].on or not over130(k)[i].on:
        return over150(k)[i].on
    at = signal(k, "heart-rate")[i].at
    present, _ = causes(as_of(k, at), at)
    return not present or dosing.due_between(k, at, at)
