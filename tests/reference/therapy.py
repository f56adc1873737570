"""Advice around medicines, before and after therapy (criteria.md 7.1)."""

from __future__ import annotations

from fractions import Fraction

from . import dosing, names, oxygen, pressure, urine
from .clock import DAY, HOUR
from .facts import Fact, Value
from .heart import signal
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE
from .scene import Condition, Judged, Scene, closed, opened
from .windows import STALE_LAB, STALE_VITAL, STALE_WEIGHT, ran_within, runs_at, stale

SCHEDULED: list[tuple[tuple[str, ...], int]] = [
    (("acetaminophen",), 6 * HOUR),
    (("indomethacin",), 12 * HOUR),
    (names.H2_BLOCKERS, 12 * HOUR),
]


def peak_window(s: Scene) -> Judged:
    """From 4 h to 6 h after a dose."""
    if not s.k.doses or dosing.phase(s.k, s.at) != "peak":
        over = 6 * HOUR if _past_peak(s) else 0
        return closed(s.k.doses[-1].at + over if s.k.doses else None)
    return opened(s.k.doses[-1].at + 4 * HOUR, s.k.doses[-1:])


def _past_peak(s: Scene) -> bool:
    return bool(s.k.doses) and dosing.phase(s.k, s.at) == "after-peak"


# ---- medicines


@timeless
def forbidden(k: Knowledge, steroids: bool) -> list[Fact]:
    """Antihypertensives, and steroids if asked, charted between cycle-start and therapy-end."""
    if k.cycle is None:
        return []
    agents = names.ANTIHYPERTENSIVES + (names.STEROIDS if steroids else ())
    drips = [
        f
        for f in k.of_type("infusion")
        if names.ingredient(f.event["agent"], names.ANTIHYPERTENSIVES) and f.record.rate != 0
    ]
    end = k.therapy_end
    given = sorted([*k.given(*agents), *drips], key=lambda f: f.rank)
    return [f for f in given if f.at >= k.cycle.start and (end is None or f.at <= end.at)]


def forbidden_medication(s: Scene) -> Judged:
    """Closes 24 h after the last one; while a stop rule stands a steroid may be the rescue."""
    given = forbidden(s.k, not s.rules)
    if not given:
        return closed()
    if s.at >= given[-1].at + DAY:
        return closed(given[-1].at + DAY)
    first = given[-1]
    for fact in reversed(given):
        if first.at - fact.at >= DAY:
            break
        first = fact
    return opened(first.at, given[-1:])


def harms(s: Scene) -> bool:
    """Whether indomethacin would harm."""
    platelets, creatinine = s.k.latest("platelets"), s.k.latest("creatinine")
    return (
        (platelets is not None and platelets.value <= 50)
        or s.rows["bleeding"].tripped
        or (creatinine is not None and creatinine.value >= Fraction(5, 2))
        or s.rows["urine-hour"].state == ABSOLUTE
    )


def _scheduled(s: Scene) -> list[tuple[tuple[str, ...], int]]:
    return [(a, span) for a, span in SCHEDULED if a != ("indomethacin",) or not harms(s)]


def premedication(s: Scene) -> Judged:
    """What is missing before dose 1, and during the cycle."""
    due, end = _first_due(s), s.k.therapy_end
    if due is None or end is not None or not s.k.of_type("medication"):
        return closed(end.at if end is not None else None)
    first = s.k.of_type("medication")[0].at
    if not s.k.doses:
        wanted = [*((agents, 12 * HOUR) for agents, _ in _scheduled(s)), (names.ANTIEMETICS, 4 * HOUR)]
        return closed() if s.at < due - 8 * HOUR else _lacking(s, wanted, max(due - 8 * HOUR, first))
    if s.recommendation == "stop":
        return closed()
    return _lacking(s, _scheduled(s), max(s.k.doses[0].at, first))


def _lacking(
    s: Scene, wanted: list[tuple[tuple[str, ...], int]], start: int, never: int | None = None
) -> Judged:
    """Open while one of the medicines is missing, from when it is; closed by the last one given.

    `never`: from when one that was never charted counts; None: it is missing from the start.
    """
    lasts = {agents: max((f.at for f in s.k.given(*agents)), default=None) for agents, _ in wanted}
    since = {agents: never if last is None else last for agents, last in lasts.items()}
    ends = {agents: start if since[agents] is None else since[agents] + span for agents, span in wanted}
    missing = [agents for agents in ends if since[agents] is None or s.at >= ends[agents]]
    if not missing:
        return closed(max([start, *(last for last in lasts.values() if last is not None)]))
    begun = max(start, min(ends[agents] for agents in missing))
    if missing == [("indomethacin",)]:  # what made it harmful may have ended since
        begun = max(begun, *(v.at for c in ("platelets", "creatinine") if (v := s.k.latest(c))), 0)
    return opened(begun)


def _first_due(s: Scene) -> int | None:
    return dosing.first_due(s.k, s.k.cycle) if s.k.cycle else dosing.planned(s.k)


# ---- after therapy-end


def _end(s: Scene) -> int | None:
    return None if s.k.therapy_end is None else s.k.therapy_end.at


def _after_last(s: Scene, span: int) -> bool:
    last = dosing.last_dose(s.k)
    return _end(s) is not None and last is not None and s.at >= last.at + span


def stop_maintenance(s: Scene) -> Judged:
    """Maintenance fluid charted in the last 4 h, 8 h after the last dose."""
    given = [f for f in s.k.volumes("in", "iv-maintenance") if f.at > s.at - 4 * HOUR]
    return opened(facts=given) if given and _after_last(s, 8 * HOUR) else closed()


def _recovered_pressure(s: Scene) -> bool:
    value, (goal, _) = s.k.latest("systolic-bp"), pressure.target(s.k)
    return value is not None and value.value > goal


def diurese(s: Scene) -> Judged:
    """Pressure back, no vasopressor for 4 h, urine below 200 mL/h, weight above baseline."""
    baseline, weight, dry = s.k.baseline("systolic-bp"), s.k.baseline("weight"), s.k.latest("weight")
    value, row = s.k.latest("systolic-bp"), s.rows["urine-hour"]
    if not _after_last(s, 8 * HOUR) or ran_within(s.k, s.at, 4 * HOUR) or not _recovered_pressure(s):
        return closed()
    if baseline is None or weight is None or dry is None or value is None:
        return closed()
    back = value.value >= baseline * Fraction(9, 10) and dry.value > weight
    return opened() if back and urine.rate_is_fresh(row) and row.value < 200 else closed()


def recovery_late(s: Scene) -> Judged:
    """Still hypotensive or on a pressor 48 h after therapy-end."""
    end = _end(s)
    if end is None or s.at < end + 48 * HOUR:
        return closed()
    late = s.low.tripped or runs_at(s.k, s.at, *names.PRESSORS)
    return opened() if late else closed()


def continue_premedication(s: Scene) -> Judged:
    """One of the three not charted for 1.5 x its interval, to 16 h after therapy-end."""
    end = _end(s)
    if end is None or s.at >= end + 16 * HOUR:
        return closed()
    return _lacking(s, _scheduled(s), end, end)


def discharge_ready(s: Scene) -> Judged:
    """All of the posttherapy conditions, each seen and fresh."""
    if not _after_last(s, DAY) or ran_within(s.k, s.at, DAY) or diurese(s).open:
        return closed()
    if any(row.tripped for row in s.rows.values()):
        return closed()
    well = _pressure(s) and _light(s) and _better(s, "creatinine") and _better(s, "platelets")
    return opened() if well and _breathes(s) else closed()


def _pressure(s: Scene) -> bool:
    value = s.k.latest("systolic-bp")
    return value is not None and _recovered_pressure(s) and not stale(s.k, value.at, STALE_VITAL, s.at)


def _light(s: Scene) -> bool:
    weight, baseline = s.k.latest("weight"), s.k.baseline("weight")
    if weight is None or baseline is None or stale(s.k, weight.at, STALE_WEIGHT, s.at):
        return False
    return bool(weight.value <= baseline * Fraction(21, 20))


def _better(s: Scene, code: str) -> bool:
    last, cycle = dosing.last_dose(s.k), s.k.cycle
    assert last is not None
    assert cycle is not None
    values = [v for v in s.k.series(code) if v.at >= cycle.start]
    if len([v for v in values if v.at >= last.at]) < 2 or stale(s.k, values[-1].at, STALE_LAB, s.at):
        return False
    return _improving(values, s.k.baseline(code), code)


def _improving(values: list[Value], baseline: Fraction | None, code: str) -> bool:
    sign, fine = (1, Fraction("1.6")) if code == "creatinine" else (-1, Fraction(100))
    latest, worst = values[-1].value * sign, max(v.value * sign for v in values)
    unharmed = baseline is not None and latest <= baseline * sign
    return bool(latest < worst or worst <= fine * sign or unharmed)


def _breathes(s: Scene) -> bool:
    values = signal(s.k, "spo2")
    if not values or stale(s.k, values[-1].at, STALE_VITAL, s.at):
        return False
    air = oxygen.idle(oxygen.supply_at(s.k, values[-1].at)) and oxygen.idle(oxygen.now(s.k))
    return values[-1].value >= oxygen.least(s.k) and air


BEFORE: list[tuple[str, Condition]] = [
    ("forbidden-medication", forbidden_medication),
    ("premedication", premedication),
]
AFTER: list[tuple[str, Condition]] = [
    ("stop-maintenance", stop_maintenance),
    ("diurese", diurese),
    ("recovery-late", recovery_late),
    ("continue-premedication", continue_premedication),
    ("discharge-ready", discharge_ready),
]
