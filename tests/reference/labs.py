"""Laboratory values and weight (criteria.md 2, 3.2, 8): latest results, comparators, what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from .facts import Value
from .knowledge import Knowledge
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, kept, unknown
from .units import rounded
from .windows import STALE_WEIGHT, Limit, counted, stale

Band = Callable[[Fraction], str]
TINY, HUGE = Fraction(1, 10**6), Fraction(10**9)


@dataclass(frozen=True)
class Bands:
    """A row's bands on a value, with the values at which they change."""

    of: Band
    cuts: tuple[Fraction, ...]


def states(value: Value, bands: Bands) -> set[str]:
    """The states of every value that a result allows."""
    sign, number = value.item.comparator, value.value
    if sign is None:
        return {bands.of(number)}
    tried = [c + d for c in (*bands.cuts, number) for d in (-TINY, Fraction(0), TINY)] + [Fraction(0), HUGE]
    allowed: dict[str, Callable[[Fraction], bool]] = {
        "<": lambda v: v < number,
        "<=": lambda v: v <= number,
        ">": lambda v: v > number,
        ">=": lambda v: v >= number,
    }
    return {bands.of(v) for v in tried if v >= 0 and allowed[sign](v)}


def verdict(value: Value, bands: Bands) -> str:
    """The one state of a result; indeterminate where it allows clear and tripped ones."""
    found = states(value, bands)
    if len(found) == 1:
        return found.pop()
    return INDETERMINATE if CLEAR in found else RELATIVE


def result(code: str, unit: str, bands: Bands, when: Limit) -> Callable[[Knowledge, int], Row]:
    """A row on the latest value of a lab."""

    def evaluate(k: Knowledge, at: int) -> Row:
        return _evaluate(k, at, code, unit, bands, when)

    return evaluate


def _evaluate(k: Knowledge, at: int, code: str, unit: str, bands: Bands, when: Limit) -> Row:
    values = counted(k, k.results(code), when)
    row = Row(CLEAR)
    before: Value | None = None
    for value in values:
        row = _next(k, row, before, value, code, unit, bands, when)
        before = value
    if not values:
        return unknown(code)
    if row.missing or not stale(k, values[-1].at, when, at):
        return row
    return kept(row, code)


def _next(
    k: Knowledge,
    was: Row,
    before: Value | None,
    value: Value,
    code: str,
    unit: str,
    bands: Bands,
    when: Limit,
) -> Row:
    if not value.usable:
        return kept(was, f"{code}.unreadable")
    state = verdict(value, bands)
    if state == INDETERMINATE:
        evidence = was.evidence if was.tripped else (value.id,)
        current = replace(was, value=float(value.value), unit=unit, evidence=evidence)
        return kept(current, f"{code}.range")
    lapsed = before is None or (state == CLEAR and stale(k, before.at, when, value.at))
    since = was.at if state == was.state and not lapsed and was.at is not None else value.at
    return Row(state, value.value, unit, evidence=(value.id,), at=since)


def weight_gain(k: Knowledge, at: int) -> Row:
    """Relative above 15 % over baseline."""
    baseline = k.baseline("weight")
    values = counted(k, k.results("weight"), STALE_WEIGHT)
    if baseline is None or not values:
        missing = ["baseline-weight"] if baseline is None else []
        return unknown(*missing, *([] if values else ["weight"]))
    row = Row(CLEAR)
    for value in values:
        if not value.usable:
            row = kept(row, "weight.unreadable")
            continue
        gain = rounded((value.value - baseline) / baseline * 100)
        state = RELATIVE if gain > 15 else CLEAR
        same = state == row.state and row.at is not None
        row = Row(state, gain, "%", evidence=(value.id,), at=row.at if same else value.at)
    if row.missing or not stale(k, values[-1].at, STALE_WEIGHT, at):
        return row
    return kept(row, "weight")


# ---- cardiac enzymes

ENZYMES = ("ck-mb", "troponin-t", "troponin-i")
TROPONINS = ENZYMES[1:]
ABOVE, BELOW, UNLIMITED, UNREAD, RANGE = "above", "below", "high", "unreadable", "range"


def against_high(value: Value) -> str:
    """How a result stands to its upper limit."""
    if not value.usable:
        return UNREAD
    high = value.item.high
    if high is None:
        return UNLIMITED
    found = states(value, Bands(lambda v: ABOVE if v > high else BELOW, (high,)))
    return found.pop() if len(found) == 1 else RANGE


@dataclass(frozen=True)
class Enzymes:
    """Where enzyme results leave the row, and by which codes it is above."""

    state: str
    codes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    since: int | None = None
    stale: bool = False
    by: tuple[Value, ...] = ()  # the results above, as they were told last


def enzymes(k: Knowledge) -> list[Enzymes]:
    """The row after each enzyme result, in order of `at`."""
    values = sorted((v for c in ENZYMES for v in k.results(c)), key=lambda v: v.rank)
    latest: dict[str, str] = {}
    above: dict[str, Value] = {}
    found: list[Enzymes] = []
    was = Enzymes(CLEAR)
    for value in values:
        latest[value.code] = level = against_high(value)
        if level == ABOVE:
            above[value.code] = value
        elif level == BELOW:
            above.pop(value.code, None)
        was = _enzymes(was, latest, tuple(above[c] for c in ENZYMES if c in above), value.at)
        found.append(was)
    return found


def _enzymes(was: Enzymes, latest: dict[str, str], above: tuple[Value, ...], at: int) -> Enzymes:
    """The row with these results above their limits: one that cannot be told any more is kept among them."""
    missing = tuple(f"{c}.{latest[c]}" for c in ENZYMES if latest.get(c) in (UNLIMITED, UNREAD, RANGE))
    high = any(latest[v.code] == ABOVE for v in above)
    if not above and missing and was.state == ABSOLUTE:
        above = was.by
    state = ABSOLUTE if above else INDETERMINATE if missing else CLEAR
    since = was.since if state == was.state and was.since else at
    codes = tuple(v.code for v in above)
    return Enzymes(state, codes, () if high else missing, since, bool(above) and not high, above)


def cardiac_enzymes(k: Knowledge, at: int) -> Row:
    """Absolute if the latest of any enzyme is above its limit; never measured is clear, unless CK asks."""
    states_ = enzymes(k)
    found = states_[-1] if states_ else Enzymes(CLEAR)
    latest = {c: k.results(c)[-1] for c in ENZYMES if k.results(c)}
    shown = list(found.by) or sorted(latest.values(), key=lambda v: v.rank)[-1:]
    value = shown[0] if shown and shown[0].usable else None
    row = Row(
        found.state,
        value.value if value else None,
        value.item.unit if value else None,
        found.stale,
        found.missing,
        evidence=tuple(v.id for v in shown),
        at=found.since,
        note=any(c in TROPONINS for c in found.codes),
    )
    if found.state != CLEAR:
        return row
    asked = ck_asks(k)
    return replace(row, state=INDETERMINATE, missing=(asked,), at=None) if asked else row


def ck_asks(k: Knowledge) -> str | None:
    """What the latest total CK leaves open: `troponin` if it is high and no isoenzyme was seen since."""
    results = k.results("ck")
    if not results:
        return None
    if not results[-1].usable:
        return "ck.unreadable"
    if against_high(results[-1]) != ABOVE:
        return None
    later = [v for c in ENZYMES for v in k.series(c) if v.at >= results[-1].at]
    return None if later else "troponin"


def unlimited(k: Knowledge) -> bool:
    """Whether a latest enzyme result has no upper limit."""
    return any(k.results(c) and against_high(k.results(c)[-1]) == UNLIMITED for c in ENZYMES)
