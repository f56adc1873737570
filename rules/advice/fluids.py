"""Evaluate the advice on fluids and pressors: bolus, phenylephrine, dopamine, and the limit of fluid.

Source: Table 5; text, Overview.
"""

from rules.chart.course import runs
from rules.chart.facts import Volume, place, references
from rules.chart.infusions import load_in_force
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, Case, Memory, Result, open_, soonest, tripped
from rules.guideline.advice_texts import Advice
from rules.wire.events import Reference
from rules.wire.instants import Instant

URINE = ("urine-shift", "urine-hour")


def fluid_bolus(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while hypotension or urine-hour is relative or absolute."""
    causes = [subject for subject in ("hypotension", "urine-hour") if tripped(case, subject)]
    evidence: tuple[Reference, ...] = ()
    for subject in causes:
        evidence += case.judge(subject, now).evidence
    return open_(evidence=evidence) if causes else Result()


def boluses_since(case: Case, start: int) -> list[Volume]:
    """Return the boluses given after moment `start`, in order."""
    return [bolus for bolus in case.chart.volumes["iv-bolus"] if bolus.at > start]


def _after_boluses(advice: Advice, case: Case, start: int | None, running: bool) -> Result:
    """Open once enough was given since `start` and the drug does not run.

    Flag 1: the second volume is reached.
    """
    assert advice.volume is not None and advice.second_volume is not None
    if start is None or running:
        return Result()
    boluses = boluses_since(case, start)
    given = round(sum(bolus.volume for bolus in boluses), 6)
    if given < advice.volume:
        return Result()
    result = open_(evidence=references(boluses))
    result.value, result.unit, result.limit = given, advice.unit, f">={advice.volume:g}"
    result.flags = 1 if given >= advice.second_volume else 0
    return result


def add_pressor(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while hypotension is open with a litre of boluses since it opened and no phenylephrine running."""
    start = case.opened("hypotension") if tripped(case, "hypotension") else None
    return _after_boluses(advice, case, start, load_in_force(case.chart.loads, now) != 0)


def add_dopamine(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while a urine criterion is tripped and no dopamine runs.

    A litre of boluses must have been given since the earlier of the two opened.
    """
    starts = [case.opened(code) for code in URINE if tripped(case, code)]
    known = [start for start in starts if start is not None]
    return _after_boluses(advice, case, min(known) if known else None, runs(case.chart.dopamine, now))


def above_maintenance(case: Case, now: Instant, within: int) -> list[Volume]:
    """Return the boluses and blood products of (clock - within, clock], each whole at its `at`."""
    volumes = case.chart.volumes
    return sorted(
        (v for kind in ("iv-bolus", "blood-product") for v in volumes[kind] if v.at + within > now),
        key=place,
    )


def fluid_limit(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as advisory at a litre in 24 h; at 1.5 L as relative, which is paged."""
    assert advice.volume is not None and advice.second_volume is not None
    inside = above_maintenance(case, now, advice.within)
    given = round(sum(v.volume for v in inside), 6)
    state = RELATIVE if given >= advice.second_volume else ADVISORY if given >= advice.volume else CLEAR
    limit = advice.second_volume if state == RELATIVE else advice.volume
    leaves = soonest(now, *(v.at + advice.within for v in inside))
    return Result(
        state, value=given, unit=advice.unit, limit=f">={limit:g}", evidence=references(inside), next=leaves
    )


def edema_caution(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest weight is more than 10 % over baseline."""
    assert advice.limit is not None
    baseline, weights = case.chart.baseline_readings.get("weight"), case.chart.weights
    if baseline is None or not weights:
        return Result()
    gain = round((weights[-1].value - baseline) / baseline * 100, 9)
    state = ADVISORY if advice.limit.met(gain) else CLEAR
    return Result(
        state,
        at=weights[-1].at,
        value=gain,
        unit="%",
        limit=advice.limit.text,
        evidence=(weights[-1].reference,),
    )
