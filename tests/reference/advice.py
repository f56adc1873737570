"""Advice (criteria.md 7): open while its condition holds, judged on the latest values whatever their age."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import criteria, oxygen, pressure, table4
from .clock import DAY, HOUR
from .criteria import first_of_band
from .facts import Knowledge, Record, Value, agent
from .row import CLEAR, INDETERMINATE, RELATIVE, Row, ids
from .windows import VASOPRESSORS, latch, ran_since, runs_at, vitals

STEROIDS = frozenset(
    (
        "dexamethasone",
        "prednisone",
        "prednisolone",
        "methylprednisolone",
        "hydrocortisone",
        "betamethasone",
        "triamcinolone",
        "budesonide",
        "fluticasone",
        "beclomethasone",
        "mometasone",
        "clobetasol",
    )
)
ANTIHYPERTENSIVES = frozenset(
    (
        "verapamil",
        "diltiazem",
        "clonidine",
        "hydralazine",
        "methyldopa",
        "hydrochlorothiazide",
        "chlorthalidone",
        "spironolactone",
    )
)
SUFFIXES = ("pril", "sartan", "olol", "dipine", "azosin")
H2_BLOCKERS = frozenset(("ranitidine", "famotidine", "cimetidine", "nizatidine"))
PREMEDICATION = [
    (frozenset(("acetaminophen",)), 6 * HOUR),
    (frozenset(("indomethacin",)), 12 * HOUR),
    (H2_BLOCKERS, 12 * HOUR),
]


@dataclass(frozen=True)
class Scene:
    """What advice is judged on: knowledge, clock, rows, hypotension, and when the episodes it counts from
    opened.
    """

    k: Knowledge
    at: int
    rows: Mapping[str, Row]
    low: Row
    opened: Mapping[
        str, int
    ]  # subject -> opening `at` of `hypotension`, `urine-hour`, `urine-shift` where open


@dataclass(frozen=True)
class Judged:
    """Advice open or closed: since when in truth (None: the instant decided), at which level, and the facts
    it rests on.
    """

    at: int | None = None
    evidence: tuple[str, ...] = ()
    level: str = "advisory"
    amount: Fraction | None = None  # mL of boluses, where a reminder hangs on it

    @property
    def open(self) -> bool:
        """Whether its condition holds."""
        return self.level != CLEAR


def opened(
    at: int | None = None,
    evidence: tuple[str, ...] = (),
    level: str = "advisory",
    amount: Fraction | None = None,
) -> Judged:
    """Its condition holds."""
    return Judged(at, evidence, level, amount)


def closed(at: int | None = None, evidence: tuple[str, ...] = ()) -> Judged:
    """Its condition does not hold; `at` where a fact ended it, None where anything else did."""
    return Judged(at, evidence, CLEAR)


Condition = Callable[[Scene], Judged]


# ---- fluids and pressors


def fluid_bolus(s: Scene) -> Judged:
    """Hypotension or urine-hour tripped."""
    causes = [row for row in (s.low, s.rows["urine-hour"]) if row.tripped]
    return (
        opened(evidence=tuple(dict.fromkeys(i for row in causes for i in row.evidence)))
        if causes
        else closed()
    )


def _boluses(s: Scene, since: int) -> Judged:
    given = [f for f in s.k.volumes("in", "iv-bolus") if f.at > since]
    total = _sum(given)
    return opened(evidence=ids(given), amount=total) if total >= 1000 else closed()


def _sum(facts: list[Record]) -> Fraction:
    return sum((Fraction(str(f.volume)) for f in facts), Fraction(0))


def add_pressor(s: Scene) -> Judged:
    """Hypotension despite 1000 mL, no phenylephrine running."""
    if "hypotension" not in s.opened or runs_at(s.k, s.at, "phenylephrine"):
        return closed()
    return _boluses(s, s.opened["hypotension"])


def add_dopamine(s: Scene) -> Judged:
    """Little urine despite 1000 mL, no dopamine running."""
    opened = [s.opened[c] for c in ("urine-hour", "urine-shift") if c in s.opened]
    tripped = s.rows["urine-hour"].tripped or s.rows["urine-shift"].tripped
    if not tripped or not opened or runs_at(s.k, s.at, "dopamine"):
        return closed()
    return _boluses(s, min(opened))


def above_maintenance(k: Knowledge, at: int) -> list[Record]:
    """Volumes above maintenance in (clock - 24 h, clock]; one charted ahead counts at once."""
    return [f for f in k.volumes("in", "iv-bolus", "blood-product") if f.at > at - DAY]


def fluid_limit(s: Scene) -> Judged:
    """From 1000 mL; from 1500 at level relative."""
    given = above_maintenance(s.k, s.at)
    total = _sum(given)
    return (
        opened(evidence=ids(given), level=RELATIVE if total >= 1500 else "advisory")
        if total >= 1000
        else closed()
    )


# ---- latest values


def latest(code: str, tells: Callable[[Value], bool]) -> Condition:
    """Open while the latest value of a code tells."""

    def condition(s: Scene) -> Judged:
        values = s.k.series(code)
        if not values:
            return closed()
        first = first_of_band(values, tells)
        return (opened if tells(values[-1]) else closed)(first.at, ids(values[-1:]))

    return condition


def _below_low(v: Value) -> bool:
    return v.reading is not None and v.reading.low is not None and v.value < v.reading.low


def _above_high(v: Value) -> bool:
    return v.reading is not None and v.reading.high is not None and v.value > v.reading.high


def edema_caution(s: Scene) -> Judged:
    """Latest weight >10 % over baseline."""
    baseline = s.k.baseline("weight")
    if baseline is None:
        return closed()
    return latest("weight", lambda v: Fraction(str(v.value)) > Fraction(str(baseline)) * Fraction(11, 10))(s)


def hypoxemia(s: Scene) -> Judged:
    """SpO2 <95 % sustained, until sustained >= 95 %."""
    low = latch(s.k, vitals(s.k, "spo2"), oxygen.SPAN, lambda v: v.value < 95, lambda v: v.value >= 95)
    if low.since is None:
        return closed()
    return (opened if low.on else closed)(low.since.at, ids(low.run))


def fever(s: Scene) -> Judged:
    """As the cause of sinus tachycardia."""
    judged = latest("temperature", lambda v: v.value >= criteria.FEVER)(s)
    return closed() if judged.open and not criteria.fever(s.k, s.at).tripped else judged


def septic_workup(s: Scene) -> Judged:
    """A high spike more than 24 h after the first dose."""
    values = s.k.series("temperature")
    if not values or not s.k.doses:
        return closed()
    spiked = [_spike(values, i, s.k.doses[0].at) for i in range(len(values))]
    first = first_of_band(list(range(len(values))), lambda i: spiked[i])
    return (opened if spiked[-1] else closed)(values[first].at, ids(values[-1:]))


def _spike(values: list[Value], i: int, first_dose: int) -> bool:
    now = values[i]
    before = [v.value for v in values[:i] if now.at - DAY < v.at < now.at]
    return (
        now.at - first_dose > DAY
        and now.value >= 38.5
        and bool(before)
        and round(now.value - max(before), 6) >= 1.0
    )


def early_fever_expected(s: Scene) -> Judged:
    """Fever within 8 h of dose 1 or 2."""
    near = any(d.at > s.at - 8 * HOUR for d in s.k.doses[:2])
    return opened() if near and fever(s).open else closed()


def mental_status_watch(s: Scene) -> Judged:
    """Changed, not reversed, before + 2 h."""
    run, row = criteria.changed_run(s.k), s.rows["mental-status"]
    if table4.watching(s.k, s.at):
        return opened(run[0].at, ids(run))
    return closed() if run else closed(row.at, row.evidence)


# ---- medication and dose


def forbidden(name: str) -> bool:
    """A steroid or an antihypertensive."""
    return name in STEROIDS or name in ANTIHYPERTENSIVES or name.endswith(SUFFIXES)


def forbidden_medication(s: Scene) -> Judged:
    """Charted between cycle-start and therapy-end; closes 24 h after the last one."""
    if s.k.cycle is None:
        return closed()
    end = s.k.therapy_end.at if s.k.therapy_end else None
    given = [
        f
        for f in s.k.of_type("medication")
        if forbidden(agent(f)) and f.at >= s.k.cycle.at and (end is None or f.at <= end)
    ]
    if not given or s.at >= given[-1].at + DAY:
        return closed()
    run = [given[-1]]
    for fact in reversed(given[:-1]):
        if run[-1].at - fact.at >= DAY:
            break
        run.append(fact)
    return opened(run[-1].at, ids(given[-1:]))


def dose_changed(s: Scene) -> Judged:
    """Latest dose given differs from the cycle's first by more than 10 %."""
    doses = [d for d in s.k.doses if d.event.get("amount") is not None]
    if not doses:
        return closed()
    first = Fraction(str(doses[0].event["amount"]))
    differs: Callable[[Record], bool] = lambda d: abs(Fraction(str(d.event["amount"])) - first) * 10 > first  # noqa: E731
    return (opened if differs(doses[-1]) else closed)(first_of_band(doses, differs).at, ids(doses[-1:]))


def peak_window(s: Scene) -> Judged:
    """From 4 h to 6 h after a dose."""
    if not s.k.doses or not 4 * HOUR <= s.at - s.k.doses[-1].at < 6 * HOUR:
        return closed()
    return opened(s.k.doses[-1].at + 4 * HOUR, ids(s.k.doses[-1:]))


# ---- after therapy-end


def _since_end(s: Scene) -> int | None:
    return None if s.k.therapy_end is None else s.at - s.k.therapy_end.at


def stop_maintenance(s: Scene) -> Judged:
    """Maintenance fluid still charted 8 h after the last dose."""
    given = [f for f in s.k.volumes("in", "iv-maintenance") if f.at > s.at - 4 * HOUR]
    if _since_end(s) is None or not s.k.doses or s.at < s.k.doses[-1].at + 8 * HOUR or not given:
        return closed()
    return opened(evidence=ids(given))


def _pressure_above(s: Scene) -> bool:
    value = s.k.latest("systolic-bp")
    return value is not None and value.value > pressure.target(s.k)[0]


def diurese(s: Scene) -> Judged:
    """Pressure back, no vasopressor for 4 h, urine below 200 mL/h."""
    row = s.rows["urine-hour"]
    fresh = row.state != INDETERMINATE and not row.stale
    if (
        _since_end(s) is None
        or not _pressure_above(s)
        or ran_since(s.k, s.at - 4 * HOUR, s.at)
        or not fresh
        or row.value >= 200
    ):
        return closed()
    return opened()


def recovery_late(s: Scene) -> Judged:
    """Still hypotensive or on a pressor 48 h after therapy-end."""
    elapsed = _since_end(s)
    if elapsed is None or elapsed < 48 * HOUR:
        return closed()
    return (
        opened()
        if s.low.tripped or "hypotension" in s.opened or runs_at(s.k, s.at, *VASOPRESSORS)
        else closed()
    )


def continue_premedication(s: Scene) -> Judged:
    """One of the three not charted for 1.5 x its interval, to 16 h after therapy-end."""
    elapsed = _since_end(s)
    if elapsed is None or elapsed >= 16 * HOUR:
        return closed()
    assert s.k.therapy_end is not None
    for agents, interval in PREMEDICATION:
        given = [f.at for f in s.k.of_type("medication") if agent(f) in agents]
        if s.at >= max(given, default=s.k.therapy_end.at) + interval:
            return opened()
    return closed()


def discharge_ready(s: Scene) -> Judged:
    """All of the posttherapy conditions, each seen."""
    if _since_end(s) is None or ran_since(s.k, s.at - DAY, s.at) or not _pressure_above(s):
        return closed()
    return opened() if _light(s) and _recovered(s) and _breathing(s) else closed()


def _light(s: Scene) -> bool:
    weight, baseline = s.k.latest("weight"), s.k.baseline("weight")
    return (
        weight is not None
        and baseline is not None
        and Fraction(str(weight.value)) <= Fraction(str(baseline)) * Fraction(21, 20)
    )


def _recovered(s: Scene) -> bool:
    creatinine, platelets = s.k.latest("creatinine"), s.k.latest("platelets")
    if creatinine is None or platelets is None or s.k.cycle is None:
        return False
    highest = max((v.value for v in s.k.series("creatinine") if v.at >= s.k.cycle.at), default=0)
    lowest = min((v.value for v in s.k.series("platelets") if v.at >= s.k.cycle.at), default=9999)
    return bool(
        (highest <= 1.6 or creatinine.value < highest) and (lowest >= 100 or platelets.value > lowest)
    )


def _breathing(s: Scene) -> bool:
    value = s.k.latest("spo2")
    if value is None or value.value < 95:
        return False
    return all(_room_air(oxygen.supply_at(s.k, at)) for at in (value.at, max(s.at, value.at)))


def _room_air(supply: oxygen.Supply) -> bool:
    return supply.device == "room-air" or (supply.flow == 0 and supply.device != "ventilator")


TABLE: list[tuple[str, Condition]] = [
    ("fluid-bolus", fluid_bolus),
    ("add-pressor", add_pressor),
    ("add-dopamine", add_dopamine),
    ("fluid-limit", fluid_limit),
    ("edema-caution", edema_caution),
    ("acidosis", latest("bicarbonate", lambda v: v.value < 20)),
    ("hypokalemia", latest("potassium", lambda v: v.value <= 3.6)),
    ("hypocalcemia", latest("calcium", _below_low)),
    ("hypomagnesemia", latest("magnesium", _below_low)),
    ("hypophosphatemia", latest("phosphate", _below_low)),
    ("hypoalbuminemia", latest("albumin", _below_low)),
    ("anemia", latest("hematocrit", lambda v: v.value <= 28)),
    ("transfuse-platelets", latest("platelets", lambda v: v.value < 20)),
    ("hypoxemia", hypoxemia),
    ("ck-elevated", latest("ck", _above_high)),
    ("fever", fever),
    ("septic-workup", septic_workup),
    ("early-fever-expected", early_fever_expected),
    ("mental-status-watch", mental_status_watch),
    ("forbidden-medication", forbidden_medication),
    ("dose-changed", dose_changed),
    ("peak-window", peak_window),
    ("stop-maintenance", stop_maintenance),
    ("diurese", diurese),
    ("recovery-late", recovery_late),
    ("continue-premedication", continue_premedication),
    ("discharge-ready", discharge_ready),
]


def evaluate_all(s: Scene) -> dict[str, Judged]:
    """Every advice at a clock, in order; `corrective` has no episode and is not among them."""
    return {code: condition(s) for code, condition in TABLE}


def correctives(rows: Mapping[str, Row]) -> list[dict[str, Any]]:
    """One for each tripped criterion."""
    return [{"code": "corrective", "subject": code} for code, row in rows.items() if row.tripped]
