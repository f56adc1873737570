"""Labs and weight: the latest value against its limits (criteria.md section 3, labs, cardiac-enzymes,
weight-gain).
"""

from collections.abc import Callable, Sequence

from rules.chart.chart import Chart
from rules.chart.facts import Lab, Weight, place
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Memory, Result, aged, counting
from rules.guideline.declare import BaselineGainRow, LabRow, Limit, UpperLimitRow


def band(value: float, relative: Limit | None, absolute: Limit | None) -> str:
    if absolute is not None and absolute.met(value):
        return ABSOLUTE
    return RELATIVE if relative is not None and relative.met(value) else CLEAR


def limit_text(state: str, relative: Limit | None, absolute: Limit | None) -> str | None:
    """The limit that decided; for a clear state the nearest one."""
    chosen = absolute if state == ABSOLUTE or relative is None else relative
    return chosen.text if chosen is not None else None


def latest_lab(row: LabRow, chart: Chart, now: int, before: Memory) -> Result:
    """The latest value of a lab; stale at 1.5 times its Table 1 interval. No hysteresis."""
    seen = chart.guideline.observes[row.monitored_by]
    ward, intensive = int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor)
    labs: list[Lab] = chart.labs.get(row.lab, [])
    labs = labs[: counting(labs, chart.mode, ward, intensive)]
    if not labs:
        return Result(INDETERMINATE, unit=row.unit, missing=(row.lab,))
    limit = chart.mode.limit(labs[-1].at, now >> 1, ward, intensive)
    return latest(labs, lambda lab: lab.value, row.relative, row.absolute, limit, now, row.lab, row.unit)


def latest(
    facts: Sequence[Lab],
    value: Callable[[Lab], float],
    relative: Limit | None,
    absolute: Limit | None,
    stale_at: int,
    now: int,
    missing: str,
    unit: str | None,
) -> Result:
    """The last of the facts decides; `at` is that of the first fact of its unbroken run in the same band."""
    last = facts[-1]
    state = band(value(last), relative, absolute)
    result = Result(
        state,
        at=run_start(facts, lambda fact: band(value(fact), relative, absolute)),
        latest=last.at,
        value=value(last),
        unit=unit,
        limit=limit_text(state, relative, absolute),
        evidence=(last.reference,),
    )
    return aged(result, stale_at, now, (missing,))


def run_start(facts: Sequence[Lab], state: Callable[[Lab], str]) -> int:
    last = state(facts[-1])
    i = len(facts) - 1
    while i and state(facts[i - 1]) == last:
        i -= 1
    return facts[i].at


def weight_gain(row: BaselineGainRow, chart: Chart, now: int, before: Memory) -> Result:
    """Per cent over the baseline weight; stale when older than 36 h."""
    baseline = chart.baseline_readings.get("weight")
    weights = chart.weights[: counting(chart.weights, chart.mode, row.stale, row.stale)]
    missing = () if baseline is not None else ("baseline-weight",)
    if baseline is None or not weights:
        return Result(INDETERMINATE, unit=row.unit, missing=missing if weights else (*missing, "weight"))
    gains = [_gain(weight, baseline) for weight in weights]
    return latest(
        gains,
        lambda gain: gain.value,
        row.relative,
        None,
        weights[-1].at + row.stale,
        now,
        "weight",
        row.unit,
    )


def _gain(weight: Weight, baseline: float) -> Lab:
    """The weight as per cent over the baseline, with its times and its id."""
    w = weight
    return Lab(
        w.at,
        w.tie,
        w.n,
        w.id,
        w.first,
        w.rank,
        w.offset,
        round((w.value - baseline) / baseline * 100, 9),
        None,
        None,
        "%",
    )


def upper_limit(row: UpperLimitRow, chart: Chart, now: int, before: Memory) -> Result:
    """The latest reading of each lab against its own upper reference limit, or the site's.

    Never measured: clear; never stale.
    """
    found: list[tuple[str, Lab]] = [(code, lab) for code in row.labs for lab in chart.labs.get(code, ())]
    found.sort(key=lambda pair: place(pair[1]))
    now_known: dict[str, Lab] = {}
    result = Result()
    for code, lab in found:
        now_known[code] = lab
        state = _enzymes(row, now_known)
        if state != result.state or result.at is None:
            result.state, result.at = state, lab.at
        result.latest = lab.at
    return _told(row, now_known, result)


def upper(row: UpperLimitRow, code: str, lab: Lab) -> float | None:
    """A reading's own upper limit; else the site's, which is in the canonical unit (CK-MB may come
    in U/L).
    """
    return lab.high if lab.high is not None else row.limits.get(code) if lab.unit == "ng/mL" else None


def _above(row: UpperLimitRow, code: str, lab: Lab) -> bool | None:
    high = upper(row, code, lab)
    return None if high is None else lab.value > high


def _enzymes(row: UpperLimitRow, known: dict[str, Lab]) -> str:
    answers = [_above(row, code, lab) for code, lab in known.items()]
    return ABSOLUTE if True in answers else INDETERMINATE if None in answers else CLEAR


def _told(row: UpperLimitRow, known: dict[str, Lab], result: Result) -> Result:
    above = [code for code in row.labs if code in known and _above(row, code, known[code])]
    result.flags = sum(1 << i for i, code in enumerate(row.labs) if code in above)
    if result.state == INDETERMINATE:
        result.missing = tuple(
            f"{code}.high" for code in row.labs if code in known and upper(row, code, known[code]) is None
        )
    chosen = above or sorted(known, key=lambda code: place(known[code]), reverse=True)[:1]
    for code in chosen[:1]:
        high = upper(row, code, known[code])
        result.value, result.unit = known[code].value, known[code].unit
        result.limit = None if high is None else f">{high:g}"
    result.evidence = tuple(known[code].reference for code in chosen)
    return result
