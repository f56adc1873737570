"""Evaluate the advice on medicines: what must not be given, and the premedication that is missing.

Source: text, Pretherapy and Posttherapy Intervention; Tables 5 and 6.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import merge

from rules.advice.harm import indomethacin_harms
from rules.chart.chart import Chart
from rules.chart.course import FOREVER
from rules.chart.facts import AT, Drug, place, references
from rules.chart.folded import fold
from rules.evaluate.dosing import due_at
from rules.evaluate.result import ADVISORY, Case, Memory, Result, open_, soonest
from rules.guideline.advice_declarations import Advice
from rules.wire.instants import Instant
from rules.wire.written import hours

STEROID, ANTIHYPERTENSIVE = "steroid", "antihypertensive"
ANTIEMETIC, INDOMETHACIN = "antiemetic", "indomethacin"
TABLE_6 = {"h2-blocker": "ranitidine", ANTIEMETIC: "granisetron"}
NAMES = {"h2-blocker": "H2 blocker"}
NEVER = -(1 << 62)
HARMS = ("platelets", "creatinine")
"""The labs that make indomethacin harmful."""


ByKind = dict[str, list[Drug]]


def by_kind(chart: Chart) -> ByKind:
    """Return what was given of each class, in order of `at`."""
    return fold(chart, "advice/medicines", (chart.drugs,), None, dict[str, list[Drug]], _add, _cut)


def _add(given: ByKind, _: int, drug: Drug) -> ByKind:
    given.setdefault(drug.kind, []).append(drug)
    return given


def _cut(given: ByKind, at: int) -> ByKind:
    return {kind: drugs[: bisect_left(drugs, at, key=AT)] for kind, drugs in given.items()}


def forbidden_medication(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open on a steroid or an antihypertensive between cycle-start and therapy-end.

    It closes 24 h after the last one. While a stop rule stands a steroid may be the rescue.
    """
    cycle = case.chart.cycle
    if cycle.start is None:
        return Result()
    kinds = (ANTIHYPERTENSIVE,) if case.stopped else (STEROID, ANTIHYPERTENSIVE)
    given = _run_of(case.chart, kinds, advice.within)
    if not given:
        return Result(words=advice.ended)
    ends = given[-1].at + advice.within
    if now >= ends:
        return Result(at=ends, words=f"{_class_of(given[-1])}: last one {advice.within // 3_600_000} h ago")
    result = open_(given[0].at, references(given), ends)
    result.value = given[-1].agent
    result.words = _forbidden(advice, given)
    return result


def _run_of(chart: Chart, kinds: Sequence[str], within: int) -> list[Drug]:
    """Return the latest of these classes in the therapy of the cycle, each within a time of the next."""
    given = by_kind(chart)
    if not any(map(given.get, kinds)):
        return []
    start, end = chart.cycle.start, FOREVER if chart.cycle.end is None else chart.cycle.end
    latest_first = merge(*(reversed(given.get(kind, ())) for kind in kinds), key=place, reverse=True)
    run: list[Drug] = []
    for drug in latest_first:
        if start is None or drug.at < start or (run and run[-1].at - drug.at >= within):
            break
        if drug.at <= end:
            run.append(drug)
    return run[::-1]


def _class_of(drug: Drug) -> str:
    return f"{drug.kind.capitalize()} ({drug.agent})"


def _forbidden(advice: Advice, given: list[Drug]) -> str:
    named = ", ".join(dict.fromkeys(drug.agent.capitalize() for drug in given))
    kinds = {drug.kind for drug in given}
    texts = {STEROID: advice.text, ANTIHYPERTENSIVE: advice.second_text or ""}
    stated = "; ".join(text for kind, text in texts.items() if kind in kinds)
    return f"{named} charted: {stated}"


def last_given(chart: Chart, kinds: Iterable[str]) -> dict[str, int | None]:
    """Return when a medicine of each class was last charted, by `at`; None when it never was."""
    given = by_kind(chart)
    return {kind: given[kind][-1].at if given.get(kind) else None for kind in kinds}


def wanted(case: Case, kinds: Iterable[str]) -> list[str]:
    """Return the classes that are to be given: indomethacin only where it does no harm."""
    harmful = bool(indomethacin_harms(case))
    return [kind for kind in kinds if kind != INDOMETHACIN or not harmful]


def line_of(case: Case, kind: str) -> str:
    """Return a class of premedication with its line of Table 6: `acetaminophen 650 mg q 4 h PO/PR`."""
    agent, name = TABLE_6.get(kind, kind), NAMES.get(kind, kind)
    line = next((one for one in case.guideline.medications if one.agent == agent), None)
    if line is None:
        return name
    as_given = f"{line.dose} {line.frequency} {line.route}"
    return f"{name} {as_given}" if agent == kind else f"{name} ({agent} {as_given})"


def premedication(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open before dose 1 and during the cycle while a premedication is missing.

    Only in a stay in which any medication is charted.
    """
    chart = case.chart
    end, planned = chart.cycle.end, chart.dose_1_planned
    over = end is not None and now >= end
    doses = [] if over else chart.cycle_doses
    due = planned if over or chart.cycle.start is None else due_at(chart)
    if not chart.drugs:
        return Result()
    if doses and case.stopped:
        return Result(words="Premedication: IL-2 is stopped")
    if doses:
        result = _during(advice, case, now, doses[0].at)
        result.next = soonest(now, result.next, end)
        return result
    if due is None or (end is not None and over and due <= end):
        return Result(at=end, words="Premedication: therapy has ended")
    opens = due - advice.after
    result = Result(next=opens) if now < opens else _before(advice, case, now, opens)
    result.next = soonest(now, result.next, end)
    return result


def _before(advice: Advice, case: Case, now: Instant, start: int) -> Result:
    """Return what is missing before dose 1: the three in the last 12 h, an antiemetic in the last 4 h."""
    agents = case.guideline.agents
    kept = {**dict.fromkeys(agents.premedication_every, advice.within), ANTIEMETIC: advice.until}
    lasts = last_given(case.chart, wanted(case, kept))
    ends = {kind: NEVER if last is None else last + kept[kind] for kind, last in lasts.items()}
    result = _missing(case, now, max(start, case.chart.drugs[0].at), ends)
    if result.state == ADVISORY:
        missing = [kind for kind, moment in ends.items() if now >= moment]
        result.say = lambda: f"Before dose 1: give {_lines(case, missing)}; {advice.text}"
    return result


def _lines(case: Case, kinds: list[str]) -> str:
    return ", ".join(line_of(case, kind) for kind in kinds)


def _during(advice: Advice, case: Case, now: Instant, start: int) -> Result:
    """Return what is late during the cycle: one of the three, never charted included."""
    return _late(advice, case, now, max(start, case.chart.drugs[0].at), NEVER)


def _late(advice: Advice, case: Case, now: Instant, start: int, never: int) -> Result:
    """Return which of the three was not charted for 1.5 times its interval of Table 6.

    `never`: from when one that was never charted counts.
    """
    agents = case.guideline.agents
    ends = {}
    for kind, last in last_given(case.chart, wanted(case, agents.premedication_every)).items():
        lasts = int(agents.premedication_every[kind] * agents.overdue_factor)
        ends[kind] = (never if last is None else last) + lasts
    result = _missing(case, now, start, ends)
    if result.state == ADVISORY:
        late = [kind for kind, moment in ends.items() if now >= moment]
        result.say = lambda: f"Late: {', '.join(_lateness(case, kind, now) for kind in late)}; {advice.text}"
    return result


def _lateness(case: Case, kind: str, now: Instant) -> str:
    last = last_given(case.chart, (kind,))[kind]
    since = "never charted" if last is None else f"last {hours(now - last)} h ago"
    return f"{line_of(case, kind)} ({since})"


def _missing(case: Case, now: Instant, start: int, ends: dict[str, int]) -> Result:
    """Return whether something is missing: what was given counts until its moment in `ends`."""
    missing = [kind for kind, moment in ends.items() if now >= moment]
    ahead = soonest(now, *ends.values())
    if missing:
        opened = max(start, min(ends[kind] for kind in missing))
        if missing == [INDOMETHACIN]:
            # What made it harmful may have ended since.
            opened = max(
                opened, *(case.chart.labs[code][-1].at for code in HARMS if case.chart.labs.get(code)), 0
            )
        result = open_(opened, next=ahead)
        result.value = ", ".join(missing)
        return result
    charted = (at for at in last_given(case.chart, ends).values() if at is not None)
    last = max(charted, default=start)
    return Result(at=max(start, last), next=ahead, words="Premedication given")


def continue_premedication(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open until 16 h after therapy-end, while one of the three is overdue."""
    end = case.chart.cycle.end
    if end is None or now < end:
        return Result(next=end)
    if now >= end + advice.until:
        return Result(
            at=end + advice.until, words=f"Premedication: {hours(advice.until)} h since therapy ended"
        )
    result = _late(advice, case, now, end, end)
    result.next = soonest(now, result.next, end + advice.until)
    return result
