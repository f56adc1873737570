"""Rows that hold: tripped from the instant T holds until R holds, each fact of R at or after the latest of T
(editions.md 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from .. import pressure
from ..clock import MINUTE
from ..facts import Fact
from ..heart import signal
from ..knowledge import Knowledge, timeless
from ..labs import Bands, result
from ..row import ABSOLUTE, CLEAR, RELATIVE, Row, unknown
from ..windows import STALE_LAB, STALE_VITAL, Holds, Reading, confirmed, stale, sustained

SPAN = 5 * MINUTE
STAND_IN = 60
SYMPTOMS, RHYTHM = "cardiac-symptoms", "sinus-rhythm"
Latest = dict[tuple[str, str | None], Fact]


@dataclass(frozen=True)
class Step:
    """An instant at which something was charted: the latest fact of T if T holds, the earliest of R if R
    holds.
    """

    at: int
    trips: int | None = None
    resumes: int | None = None


@dataclass(frozen=True)
class Held:
    """Since when a hold has been tripped (None: it is not), and the latest fact of T."""

    since: int | None = None
    latest: int | None = None


def fold(steps: Iterable[Step]) -> Held:
    """Whether the hold is tripped after the last step; T wins where both hold."""
    held = Held()
    for step in steps:
        if step.trips is not None:
            since = step.at if held.since is None else held.since
            held = Held(since, max(step.trips, held.latest or step.trips))
        elif held.latest is not None and step.resumes is not None and step.resumes >= held.latest:
            held = Held()
    return held


# ---- findings


def records(k: Knowledge, codes: Iterable[str]) -> list[Fact]:
    """Finding records of the stay with these codes, in order of `at`."""
    return sorted((f for code in codes for f in k.findings(code)), key=lambda f: f.rank)


def finding_steps(
    k: Knowledge,
    codes: Iterable[str],
    trips: Callable[[Latest], int | None],
    resumes: Callable[[Latest], int | None],
) -> list[Step]:
    """The steps of a row on findings, judged on the latest record of each code and specimen."""
    latest: Latest = {}
    found = []
    for fact in records(k, codes):
        latest[fact.event["code"], fact.event.get("specimen")] = fact
        found.append(Step(fact.at, trips(latest), resumes(latest)))
    return found


def present(latest: Latest, *codes: str) -> int | None:
    """The latest record that says one of the codes is present now."""
    return max((f.at for (c, _), f in latest.items() if c in codes and f.event["present"]), default=None)


def denied(latest: Latest, *codes: str) -> int | None:
    """The latest record that denies one of the codes."""
    return max((f.at for (c, _), f in latest.items() if c in codes and not f.event["present"]), default=None)


def _row(held: Held, level: str = ABSOLUTE) -> Row:
    return Row(CLEAR) if held.since is None else Row(level, at=held.since)


def rhythm(code: str) -> Callable[[Knowledge, int], Row]:
    """A rhythm that holds until sinus rhythm without symptoms is charted after it."""

    def back(latest: Latest) -> int | None:
        sinus, well = present(latest, RHYTHM), denied(latest, SYMPTOMS)
        return None if sinus is None or well is None else min(sinus, well)

    def evaluate(k: Knowledge, at: int) -> Row:
        return _row(
            fold(finding_steps(k, (code, RHYTHM, SYMPTOMS), lambda latest: present(latest, code), back))
        )

    return evaluate


def infection(k: Knowledge, at: int) -> Row:
    """Holds until it is denied."""
    return _row(
        fold(
            finding_steps(
                k,
                ("infection",),
                lambda latest: present(latest, "infection"),
                lambda latest: denied(latest, "infection"),
            )
        )
    )


GUAIAC = "guaiac-positive"


def stool_blood(k: Knowledge, at: int) -> Row:
    """Occult blood in stool, a specimen that is not named counting as one, until a later negative test."""

    def of_stool(latest: Latest) -> Latest:
        return {key: f for key, f in latest.items() if key[1] in ("stool", None)}

    steps = finding_steps(
        k,
        (GUAIAC,),
        lambda latest: present(of_stool(latest), GUAIAC),
        lambda latest: denied(of_stool(latest), GUAIAC),
    )
    return _row(fold(steps), RELATIVE)


# ---- pressure and saturation


def _at(steps: list[Step], k: Knowledge, codes: tuple[str, ...], ask: Callable[[int], Step]) -> list[Step]:
    """The steps with those of finding records among the readings."""
    found = [*steps, *(ask(f.at) for f in records(k, codes))]
    return sorted(found, key=lambda step: step.at)


@dataclass(frozen=True)
class Limit:
    """A signal's readings, what trips and what resumes, and what must not be present then."""

    readings: list[Reading]
    low: Holds
    well: Holds
    symptoms: bool = False


def value_steps(k: Knowledge, limit: Limit) -> list[Step]:
    """The steps of a row on a signal: T confirmed, R sustained over 5 min."""
    readings = limit.readings
    steps = [_of_reading(k, limit, i, readings[i].at) for i in range(len(readings))]
    return _at(steps, k, (SYMPTOMS,) if limit.symptoms else (), lambda at: _of_finding(k, limit, at))


def _of_finding(k: Knowledge, limit: Limit, at: int) -> Step:
    before = [i for i, r in enumerate(limit.readings) if r.at <= at]
    step = _of_reading(k, limit, before[-1], at) if before else Step(at)
    return Step(at, None, step.resumes)


def _of_reading(k: Knowledge, limit: Limit, i: int, at: int) -> Step:
    readings = limit.readings
    if confirmed(readings, i, limit.low):
        return Step(at, trips=readings[i].at)
    run = sustained(k, readings, i, SPAN, limit.well)
    ill = limit.symptoms and _symptoms(k, at)
    return Step(at, resumes=run[0].at if run and not ill else None)


def _symptoms(k: Knowledge, at: int) -> bool:
    findings = [f for f in k.findings(SYMPTOMS) if f.at <= at]
    return bool(findings) and findings[-1].event["present"] is True


def value_row(k: Knowledge, at: int, limit: Limit, missing: str) -> Row:
    """A row on a signal: clear only on a fresh reading."""
    held, readings = fold(value_steps(k, limit)), limit.readings
    old = not readings or stale(k, readings[-1].at, STALE_VITAL, at)
    if held.since is not None:
        return Row(ABSOLUTE, stale=old, at=held.since)
    return unknown(missing) if old else Row(CLEAR)


def systolic(below: Fraction | int, symptoms: bool) -> Callable[[Knowledge], Limit]:
    """Systolic pressure below a limit; a mean that stands in trips below 60 and never resumes."""

    def low(r: Reading) -> bool:
        mean = r.shown.code == "mean-bp"
        return bool(r.shown.value < (STAND_IN if mean else below))

    def well(r: Reading) -> bool:
        return bool(r.shown.code == "systolic-bp" and r.shown.value >= below)

    return lambda k: Limit(pressure.readings(k), low, well, symptoms)


def systolic_90(k: Knowledge, at: int) -> Row:
    """A confirmed systolic below 90, until 90 or more is sustained without cardiac symptoms."""
    return value_row(k, at, systolic(90, True)(k), "systolic-bp")


def spo2_90(k: Knowledge, at: int) -> Row:
    """A confirmed saturation below 90, until more than 90 is sustained; no shift by baseline."""
    limit = Limit(signal(k, "spo2"), lambda r: r.value < 90, lambda r: r.value > 90)
    return value_row(k, at, limit, "spo2")


@timeless
def target(k: Knowledge) -> Fraction | None:
    """The patient's own target of systolic pressure, the latest by `at`."""
    targets = [t for f in k.baselines for t in f.event.get("targets") or []]
    values = [Fraction(str(t["value"])) for t in targets if t["code"] == "systolic-bp"]
    return values[-1] if values else None


def target_steps(k: Knowledge) -> list[Step]:
    """The steps of `sbp-target`."""
    goal = target(k)
    return [] if goal is None else value_steps(k, systolic(goal, False)(k))


def sbp_target(k: Knowledge, at: int) -> Row:
    """A confirmed systolic below the patient's target, until at or above it is sustained."""
    goal = target(k)
    if goal is None:
        return unknown("target.systolic-bp")
    return value_row(k, at, systolic(goal, False)(k), "systolic-bp")


# ---- laboratory


def _creatinine(v: Fraction) -> str:
    return ABSOLUTE if v >= Fraction(5, 2) else CLEAR


creatinine = result("creatinine", "mg/dL", Bands(_creatinine, (Fraction(5, 2),)), STALE_LAB)
