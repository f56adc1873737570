"""Findings charted by exception, and the one that is not (criteria.md section 3, findings, mental-status)."""

from rules.chart.chart import Chart
from rules.chart.facts import Sign, place
from rules.evaluate.result import (
    ABSOLUTE,
    CLEAR,
    INDETERMINATE,
    RELATIVE,
    Memory,
    Result,
    beyond,
    counting,
    reached,
    soonest,
)
from rules.guideline.declare import FindingRow, PersistentFindingRow

Wanted = tuple[str, str]


def wanted(name: str) -> Wanted:
    """`rales=half` -> (rales, half); `ileus` -> (ileus, present)."""
    code, _, value = name.partition("=")
    return code, value or "present"


def charted(chart: Chart, codes: set[str]) -> list[tuple[str, Sign]]:
    """The cycle's findings of these codes, in order of `at`."""
    found = [
        (code, sign) for code in codes for sign in chart.findings.get(code, ()) if chart.cycle.holds(sign.at)
    ]
    return sorted(found, key=lambda pair: place(pair[1]))


def finding(row: FindingRow, chart: Chart, now: int, before: Memory) -> Result:
    """Findings charted by exception (all findings except mental status) are the one exception: no record
    means absent.
    """
    absolute, relative = [wanted(name) for name in row.absolute], [wanted(name) for name in row.relative]
    latest: dict[str, Sign] = {}
    result = Result()
    for code, sign in charted(chart, {code for code, _ in (*absolute, *relative)}):
        latest[code] = sign
        state = ABSOLUTE if _present(latest, absolute) else RELATIVE if _present(latest, relative) else CLEAR
        if state != result.state or result.at is None:
            result.state, result.at = state, sign.at
        result.latest = sign.at
    decisive = _present(latest, absolute) or _present(latest, relative) or list(latest.values())
    result.evidence = tuple(sign.reference for sign in decisive)
    result.value = next((sign.value for sign in decisive if sign.value not in ("present", "absent")), None)
    return result


def _present(latest: dict[str, Sign], names: list[Wanted]) -> list[Sign]:
    return [latest[code] for code, value in names if code in latest and latest[code].value == value]


def persistent_finding(row: PersistentFindingRow, chart: Chart, now: int, before: Memory) -> Result:
    """A charted state that counts only when it has lasted; never charted or too old it cannot be told."""
    signs = chart.findings.get(row.finding, [])
    signs = signs[: counting(signs, chart.mode, row.stale, row.stale)]
    if not signs:
        return Result(INDETERMINATE, missing=(row.finding,))
    run = len(signs) - 1
    while run and signs[run - 1].value == signs[-1].value:
        run -= 1
    limit = signs[-1].at + row.stale
    stale = now >= beyond(limit)
    if signs[-1].value == row.value:
        return _persisting(row, signs[run:], now, stale)
    evidence = (signs[-1].reference,)
    if stale:
        return Result(
            INDETERMINATE, at=limit, value=signs[-1].value, missing=(row.finding,), evidence=evidence
        )
    return Result(
        CLEAR,
        at=signs[run].at,
        latest=signs[-1].at,
        value=signs[-1].value,
        evidence=evidence,
        next=beyond(limit),
    )


def _persisting(row: PersistentFindingRow, run: list[Sign], now: int, stale: bool) -> Result:
    due = run[0].at + row.lasts
    evidence = tuple(sign.reference for sign in run)
    if now < reached(due):
        return Result(
            CLEAR,
            at=run[0].at,
            latest=run[-1].at,
            value=row.value,
            evaluates_at=due,
            evidence=evidence,
            next=reached(due),
        )
    after = beyond(run[-1].at + row.stale)
    return Result(ABSOLUTE, at=due, value=row.value, stale=stale, evidence=evidence, next=soonest(now, after))
