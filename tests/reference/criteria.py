"""The 33 rows of Table 3 (criteria.md 3), each a pure function of what is known and the clock."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from . import hemodynamic, oxygen, pressure, urine
from .clock import HOUR, MINUTE
from .facts import Knowledge, Record, Value
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids, unknown
from .windows import (
    SHIFT,
    STALE_DAILY_LAB,
    STALE_LAB,
    STALE_MENTAL,
    STALE_VITAL,
    STALE_WEIGHT,
    Limit,
    completed,
    counted,
    last_fresh,
    latch,
    runs_at,
    shift_ending,
    stale,
    vitals,
)

Evaluate = Callable[[Knowledge, int], Row]


# ---- latest values


def first_of_band(values: list[Any], band: Callable[[Any], object]) -> Any:
    """The first of the unbroken run, in order of `at`, that has the band of the last."""
    first = values[-1]
    for value in reversed(values):
        if band(value) != band(values[-1]):
            break
        first = value
    return first


def kept(row: Row, old: bool, *missing: str) -> Row:
    """The row as it is while fresh; tripped and old it is kept, stale; else indeterminate."""
    if not old:
        return row
    if not row.tripped:
        return unknown(*missing, value=row.value, unit=row.unit, evidence=row.evidence)
    return Row(
        row.state,
        row.value,
        row.unit,
        True,
        evidence=row.evidence,
        at=row.at,
        basis=row.basis,
        correctable=row.correctable,
    )


def lab(code: str, unit: str, when: Limit, band: Callable[[float], str]) -> Evaluate:
    """A row on the latest value of a lab."""

    def evaluate(k: Knowledge, at: int) -> Row:
        values = counted(k, k.series(code), when)
        if not values:
            return unknown(code)
        first = first_of_band(values, lambda v: band(v.value))
        row = Row(band(values[-1].value), values[-1].value, unit, evidence=ids(values[-1:]), at=first.at)
        return kept(row, stale(k, values[-1].at, when, at), code)

    return evaluate


def weight_gain(k: Knowledge, at: int) -> Row:
    """Relative above 15 % over baseline."""
    baseline, values = k.baseline("weight"), counted(k, k.weights, STALE_WEIGHT)
    if baseline is None or not values:
        return unknown(*(["baseline-weight"] if baseline is None else []), *([] if values else ["weight"]))
    gain: Callable[[Value], Fraction] = lambda v: (Fraction(str(v.value)) / Fraction(str(baseline)) - 1) * 100  # noqa: E731
    band: Callable[[Value], str] = lambda v: RELATIVE if gain(v) > 15 else CLEAR  # noqa: E731
    row = Row(
        band(values[-1]),
        float(gain(values[-1])),
        "%",
        evidence=ids(values[-1:]),
        at=first_of_band(values, band).at,
    )
    return kept(row, stale(k, values[-1].at, STALE_WEIGHT, at), "weight")


ENZYMES = ("ck-mb", "troponin-t", "troponin-i")


def _above(value: Value) -> bool:
    assert value.reading is not None
    return value.reading.high is not None and value.value > value.reading.high


def _enzymes(k: Knowledge, upto: tuple[int, int, int] | None = None) -> dict[str, Value]:
    found = {c: [v for v in k.series(c) if upto is None or v.record.rank <= upto] for c in ENZYMES}
    return {c: values[-1] for c, values in found.items() if values}


def _enzyme_band(latest: dict[str, Value]) -> str:
    if any(_above(v) for v in latest.values()):
        return ABSOLUTE
    return INDETERMINATE if any(v.reading and v.reading.high is None for v in latest.values()) else CLEAR


def cardiac_enzymes(k: Knowledge, at: int) -> Row:
    """Absolute if the latest of any enzyme is above its limit; never measured is clear."""
    latest = _enzymes(k)
    if not latest:
        return Row(CLEAR)
    state, high = _enzyme_band(latest), [c for c, v in latest.items() if _above(v)]
    values = sorted((v for c in ENZYMES for v in k.series(c)), key=lambda v: v.record.rank)
    first = first_of_band(values, lambda v: _enzyme_band(_enzymes(k, v.record.rank)))
    missing = (
        tuple(f"{c}.high" for c, v in latest.items() if v.reading and v.reading.high is None)
        if state == INDETERMINATE
        else ()
    )
    shown = latest[high[0]] if high else values[-1]
    evidence = ids(latest[c] for c in high) if high else ids(latest.values())
    return Row(
        state,
        shown.value,
        shown.reading.unit if shown.reading else None,
        missing=missing,
        evidence=evidence,
        at=first.at,
        note=any(c != "ck-mb" for c in high),
    )


# ---- sustained: sinus tachycardia

HEART_SPAN = 30 * MINUTE
FEVER, FEVER_AGE = 38.0, 4 * HOUR


def fever(k: Knowledge, at: int) -> Row:
    """Latest temperature >= 38.0, no older than 4 h."""
    latest = k.latest("temperature")
    if latest is None or at - latest.at > FEVER_AGE:
        return unknown("temperature")
    return Row(RELATIVE if latest.value >= FEVER else CLEAR)


def sinus_tachycardia(k: Knowledge, at: int) -> Row:
    """Two nested conditions; over 130 is absolute unless a correctable cause is known to be present."""
    values = vitals(k, "heart-rate")
    if not values:
        return unknown("heart-rate")
    over120 = latch(k, values, HEART_SPAN, lambda v: v.value >= 120, lambda v: v.value < 115)
    over130 = latch(k, values, HEART_SPAN, lambda v: v.value > 130, lambda v: v.value < 125)
    old = stale(k, values[-1].at, STALE_VITAL, at)
    if not over120.on and not over130.on:
        made = over120
    else:
        made = (
            over130
            if over130.on
            or (over130.since and over120.since and over130.since.record.rank > over120.since.record.rank)
            else over120
        )
    base = {
        "value": values[-1].value,
        "unit": "/min",
        "evidence": ids(made.run or values[-1:]),
        "at": (made.since or values[0]).at,
        "basis": (made.since.id if made.since else None, over120.on, over130.on),
    }
    if not over120.on and not over130.on:
        return unknown("heart-rate", **{**base, "at": None}) if old else Row(CLEAR, **base)
    if not over130.on:
        return Row(RELATIVE, stale=old, **base)
    judged = last_fresh(k, values[-1].at, STALE_VITAL, at) if old else at
    causes, unseen = _causes(k if judged == at else _as_of(k, judged), judged)
    return Row(
        RELATIVE if causes else ABSOLUTE,
        stale=old,
        correctable=causes,
        missing=() if causes else unseen,
        **base,
    )


def _as_of(k: Knowledge, at: int) -> Knowledge:
    return Knowledge([f for f in k.facts if f.at <= at or f.first <= at], k.unusable)


def _causes(k: Knowledge, at: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
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


# ---- findings (charted by exception: no record means absent; mental status alone is not)


def present(fact: Record) -> bool:
    """Whether a finding record says present."""
    return bool(fact.event.get("present"))


def finding(
    relative: tuple[str, ...],
    absolute: tuple[str, ...],
    relative_value: str | None = None,
    absolute_value: str | None = None,
) -> Evaluate:
    """Absolute if an absolute finding is present, else relative if a relative one is; a finding with values
    by its value.
    """

    def says(fact: Record, value: str | None) -> bool:
        return present(fact) if value is None else fact.event.get("value") == value

    def band(latest: dict[str, Record]) -> str:
        if any(c in latest and says(latest[c], absolute_value) for c in absolute):
            return ABSOLUTE
        return RELATIVE if any(c in latest and says(latest[c], relative_value) for c in relative) else CLEAR

    def basis(latest: dict[str, Record]) -> list[Record]:
        state = band(latest)
        if state == CLEAR:
            return list(latest.values())
        codes, value = (absolute, absolute_value) if state == ABSOLUTE else (relative, relative_value)
        return [latest[c] for c in codes if c in latest and says(latest[c], value)]

    def evaluate(k: Knowledge, at: int) -> Row:
        facts = sorted(
            (f for c in dict.fromkeys(relative + absolute) for f in k.findings_of_cycle(c)),
            key=lambda f: f.rank,
        )
        latest: dict[str, Record] = {}
        since, before = None, CLEAR
        for fact in facts:
            latest[str(fact.event["code"])] = fact
            since, before = (fact.at if band(latest) != before or since is None else since), band(latest)
        return Row(band(latest), evidence=ids(basis(latest)), at=since)

    return evaluate


REVERSAL = 2 * HOUR


def changed_run(k: Knowledge) -> list[Record]:
    """The unbroken run of `changed` up to the latest mental status; empty if that is normal."""
    run: list[Record] = []
    for fact in reversed(counted(k, k.findings("mental-status"), STALE_MENTAL)):
        if fact.event.get("value") != "changed":
            break
        run.append(fact)
    return run[::-1]


def mental_status(k: Knowledge, at: int) -> Row:
    """Absolute 2 h after the first record of the unbroken run of changed; clear with `evaluates_at` until
    then.
    """
    facts = counted(k, k.findings("mental-status"), STALE_MENTAL)
    if not facts:
        return unknown("mental-status")
    old, run = stale(k, facts[-1].at, STALE_MENTAL, at), changed_run(k)
    if run and at >= run[0].at + REVERSAL:
        return Row(ABSOLUTE, stale=old, evidence=ids(run), at=run[0].at + REVERSAL)
    if old:
        return unknown("mental-status", evidence=ids(facts[-1:]))
    first = first_of_band(facts, lambda f: f.event.get("value"))
    return Row(
        CLEAR,
        evaluates_at=run[0].at + REVERSAL if run else None,
        evidence=ids(run or facts[-1:]),
        at=first.at,
    )


# ---- diarrhea


def diarrhea(k: Knowledge, at: int) -> Row:
    """Stool of the last completed, the one before and the running shift; none charted is 0."""
    stools = k.volumes("out", "stool")
    state, evidence, value = _diarrhea(stools, at)
    return Row(state, value, "mL", evidence=evidence, at=_diarrhea_since(stools, at))


def _diarrhea(stools: list[Record], at: int) -> tuple[str, tuple[str, ...], float]:
    last = completed(at)
    shifts = {
        end: [f for f in stools if shift_ending(f.at) == end] for end in (last - SHIFT, last, last + SHIFT)
    }
    total = {end: sum((Fraction(str(f.volume)) for f in facts), Fraction(0)) for end, facts in shifts.items()}
    full = {end: volume >= 1000 for end, volume in total.items()}
    if full[last] and (full[last - SHIFT] or full[last + SHIFT]):
        pair = (last, last + SHIFT) if full[last + SHIFT] else (last - SHIFT, last)
        return ABSOLUTE, ids(f for end in pair for f in shifts[end]), float(total[pair[1]])
    if full[last] or full[last + SHIFT]:
        end = last + SHIFT if full[last + SHIFT] else last
        return RELATIVE, ids(shifts[end]), float(total[end])
    return CLEAR, ids([*shifts[last], *shifts[last + SHIFT]]), float(max(total[last], total[last + SHIFT]))


def _diarrhea_since(stools: list[Record], at: int) -> int | None:
    """When the present state began, had every volume been known at its `at`; None if it was never
    otherwise.
    """
    marks = sorted(
        {f.at for f in stools if f.at <= at}
        | {shift_ending(f.at) + n * SHIFT for f in stools for n in range(4)}
    )
    since, before = None, CLEAR
    for mark in (m for m in marks if m <= at):
        state = _diarrhea([f for f in stools if f.at <= mark], mark)[0]
        since, before = (mark if state != before else since), state
    return since


# ---- the table, in its order


def _over(low: float) -> Callable[[float], str]:
    return lambda v: RELATIVE if v > low else CLEAR


def _platelets(v: float) -> str:
    return ABSOLUTE if v < 30 else RELATIVE if v <= 50 else CLEAR


def _creatinine(v: float) -> str:
    return ABSOLUTE if v >= 3.0 else RELATIVE if v >= 2.5 else CLEAR


def _absolute(code: str) -> Evaluate:
    return finding((), (code,))


def _relative(code: str) -> Evaluate:
    return finding((code,), ())


TABLE: list[tuple[str, str, str | None, Evaluate]] = [
    ("cardiac", "sinus-tachycardia", None, sinus_tachycardia),
    ("cardiac", "atrial-fibrillation", None, _absolute("atrial-fibrillation")),
    ("cardiac", "supraventricular-tachycardia", None, _absolute("supraventricular-tachycardia")),
    ("cardiac", "ventricular-arrhythmia", None, _absolute("ventricular-arrhythmia")),
    ("cardiac", "cardiac-enzymes", None, cardiac_enzymes),
    ("cardiac", "ecg-ischemia", None, _absolute("ecg-ischemia")),
    ("dermatologic", "moist-desquamation", None, _relative("moist-desquamation")),
    ("gastrointestinal", "diarrhea", None, diarrhea),
    ("gastrointestinal", "refractory-vomiting", None, _absolute("refractory-vomiting")),
    (
        "gastrointestinal",
        "abdominal-distention",
        None,
        finding(("ileus", "distention"), ("severe-distention",)),
    ),
    ("gastrointestinal", "abdominal-pain", None, _absolute("severe-abdominal-pain")),
    ("gastrointestinal", "bilirubin", None, lab("bilirubin", "mg/dL", STALE_DAILY_LAB, _over(7))),
    ("hemodynamic", "phenylephrine-maximum", "phenylephrine", hemodynamic.maximum),
    ("hemodynamic", "phenylephrine-minimum", "phenylephrine", hemodynamic.minimum),
    ("hemorrhagic", "bleeding", None, finding(("guaiac-positive",), ("frank-blood",))),
    ("hemorrhagic", "platelets", None, lab("platelets", "10*3/uL", STALE_LAB, _platelets)),
    ("infectious", "infection", None, _absolute("infection")),
    ("musculoskeletal", "weight-gain", None, weight_gain),
    ("musculoskeletal", "extremities", None, finding(("extremity-tightness",), ("extremity-paresthesias",))),
    ("neurologic", "vivid-dreams", None, _relative("vivid-dreams")),
    ("neurologic", "emotional-lability", None, finding(("emotional-lability",), ("persistent-crying",))),
    ("neurologic", "hallucination", None, _absolute("hallucination")),
    ("neurologic", "mental-status", None, mental_status),
    ("neurologic", "cognition", None, _absolute("cognition-failed")),
    ("neurologic", "disorientation", None, _absolute("disorientation")),
    ("pulmonary", "dyspnea", None, _relative("dyspnea-at-rest")),
    ("pulmonary", "oxygen-requirement", None, oxygen.requirement),
    ("pulmonary", "intubation", None, _absolute("intubation")),
    ("pulmonary", "rales", None, finding(("rales",), ("rales",), "one-third", "half")),
    ("pulmonary", "pleural-effusion", None, _absolute("effusion-drained")),
    ("renal", "urine-shift", "urine", urine.shift),
    ("renal", "urine-hour", "urine", urine.hour),
    ("renal", "creatinine", None, lab("creatinine", "mg/dL", STALE_LAB, _creatinine)),
]
EVALUATE = {code: evaluate for _, code, _, evaluate in TABLE}
SYSTEM = {code: system for system, code, _, _ in TABLE}
GROUP = {code: group for _, code, group, _ in TABLE}
MINIMUM = (
    "sinus-tachycardia",
    "mental-status",
    "oxygen-requirement",
    "urine-hour",
    "creatinine",
    "platelets",
)


def evaluate_all(k: Knowledge, at: int) -> dict[str, Row]:
    """Every row of Table 3 at a clock, in the table's order."""
    return {code: evaluate(k, at) for _, code, _, evaluate in TABLE}
