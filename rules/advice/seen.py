"""Name what advice rests on as a nurse reads it: the value, and its age where it is old (criteria.md 10)."""

from collections.abc import Iterable

from rules.evaluate.result import Case, tripped
from rules.guideline.roles import URINE_WORDS
from rules.wire.instants import Instant
from rules.wire.written import figures, hours, written

HYPOTENSION = "hypotension"


def age(case: Case, what: str, at: int, now: Instant) -> str:
    """Return the age of what was seen at `at`, if that is longer ago than its Table 1 interval."""
    observed = case.guideline.observes[what]
    interval = case.chart.mode.interval(now, observed.ward, observed.intensive)
    return f" ({hours(now - at)} h ago)" if now - at > interval else ""


def age_of_lab(case: Case, code: str, at: int, now: Instant) -> str:
    """Return the age of a result, if it is longer ago than its Table 1 interval."""
    items = (item.what for item in case.guideline.observations if any(code in part for part in item.seen))
    return next((age(case, what, at, now) for what in items), "")


def pressure(case: Case, now: Instant) -> str:
    """Return the latest pressure: `Systolic 82 mmHg`; a mean one where it stands in."""
    last = case.chart.tail.now.sbp.last
    if last is None:
        return "Low pressure"
    name = "Systolic" if last.mean is None else "Mean pressure"
    value = written(last.charted, "mm[Hg]", case.chart.tail.setting.target)
    return f"{name} {value}{age(case, 'vital-signs', last.at, now)}"


def urine(case: Case, code: str, now: Instant) -> str:
    """Return the urine of a row: `Urine 15 mL/h`."""
    result = case.judge(code, now)
    last = case.chart.volumes["urine"]
    if not isinstance(result.value, float) or not last:
        return "Urine low"
    return URINE_WORDS[code].format(figures(result.value)) + age(case, "intake-output", last[-1].at, now)


def causes(case: Case, names: Iterable[str], now: Instant) -> str:
    """Return the values of the subjects that are tripped, of hypotension and the urine rows."""
    found = [
        pressure(case, now) if name == HYPOTENSION else urine(case, name, now)
        for name in names
        if tripped(case, name)
    ]
    return ", ".join([*found[:1], *(one[:1].lower() + one[1:] for one in found[1:])])
