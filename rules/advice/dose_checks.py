"""Evaluate the watches on doses: in error, changed, many, against advice, and a cycle that is about to end.

Source: text, Interleukin-2 Dosing; criteria.md section 7.2.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import takewhile
from typing import NamedTuple

import msgspec

from rules.chart.chart import Chart
from rules.chart.facts import AT, DoseFact, Weight, edits_of, place, references
from rules.chart.weighing import Weighing, units_per_kg
from rules.evaluate.result import ABSOLUTE, ADVISORY, CLEAR, RELATIVE, Case, Memory, Result, open_, soonest
from rules.guideline.advice_declarations import Advice
from rules.guideline.local_time import clock_time, day_and_time
from rules.wire.instants import Instant
from rules.wire.written import UNITS, hours

PER_KG = "[iU]/kg"


def per_kg(chart: Chart, dose: DoseFact) -> float | None:
    """Return the amount of a dose, IU/kg; None when the weight that it needs is unknown."""
    kg = Weighing(chart.weights, chart.baselines).kg(dose.at)
    return units_per_kg(dose.amount, dose.unit, kg)


def dose_error(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as absolute while a dose is in error, at most 24 h from the decision that found it."""
    known, errors = dict(before.held), _errors(advice, case)
    held = tuple((id, known.get(id, now)) for id in errors)
    active = [errors[id] for id, since in held if now < since + advice.until]
    if not active:
        ends = [since + advice.until for _, since in held]
        doses = case.chart.cycle_doses
        at = max(ends, default=doses[-1].at if doses else None)
        return Result(at=at, held=held, words=_past(advice) if ends else advice.ended)
    ahead = soonest(now, *(since + advice.until for _, since in held))
    result = Result(ABSOLUTE, at=max(dose.at for dose, _ in active), held=held, next=ahead)
    result.value, result.evidence = float(len(active)), references([dose for dose, _ in active])
    result.words = f"{'; '.join(_described(case, dose, why) for dose, why in active)}: {advice.text}"
    return result


class Errors(msgspec.Struct):
    """The doses of a cycle that are in error, in order, with the reasons in words: of the first doses so far.

    `doses`, `edits`: how many of the chart's doses were looked at, and of which edits of their list; `last`:
    the last of them; `weights`, `weighed`: the weights that count, and how many had been taken by the last
    dose; `of`: what else the reasons depend on.
    """

    of: tuple[object, ...]
    edits: int
    weights: Sequence[Weight]
    found: dict[str, tuple[DoseFact, str]]
    doses: int = 0
    last: DoseFact | None = None
    weighed: int = 0

    def goes_on(self, chart: Chart, of: tuple[object, ...]) -> bool:
        """Return whether nothing has changed but that doses were given after the last one."""
        if self.of != of or self.edits != edits_of(chart.doses) or self.weights is not chart.weights:
            return False
        if self.last is None or self.doses > len(chart.doses):
            return False
        return chart.doses[self.doses - 1] is self.last and self.weighed == _taken(chart, self.last.at)


def _errors(advice: Advice, case: Case) -> dict[str, tuple[DoseFact, str]]:
    """Return the doses of the cycle that are in error, by id, with the reasons in words."""
    chart = case.chart
    first = chart.cycle_doses[0] if chart.cycle_doses else None
    of = (first, chart.baseline_readings.get("weight"), edits_of(chart.weights))
    kept: Errors | None = chart.memo.get(advice.code, (None, None, None))[2]
    if kept is None or not kept.goes_on(chart, of):
        kept = Errors(of, edits_of(chart.doses), chart.weights, {})
        kept.doses = 0 if first is None else bisect_left(chart.doses, place(first), key=place)
        if kept.edits >= 0:
            chart.memo[advice.code] = (None, None, kept)
    for dose in chart.doses[kept.doses :] if first is not None else ():
        if why := error_of(advice, case, dose):
            kept.found[dose.id] = (dose, why)
        kept.doses, kept.last, kept.weighed = kept.doses + 1, dose, _taken(chart, dose.at)
    return kept.found


def _taken(chart: Chart, at: int) -> int:
    """Return how many of the weights that count were taken up to a moment."""
    return bisect_right(chart.weights, at, key=AT)


def _past(advice: Advice) -> str:
    return f"Dose in error: {hours(advice.until)} h have passed, look whether it was corrected"


def _described(case: Case, dose: DoseFact, why: str) -> str:
    return f"{_named(case, dose)}, {why}"


def _named(case: Case, dose: DoseFact) -> str:
    """Return a dose by its number in the cycle; one of a cycle before has none."""
    doses = case.chart.cycle_doses
    i = bisect_left(doses, place(dose), key=place)
    number = f" {i + 1}" if i < len(doses) and doses[i].id == dose.id else ""
    return f"Dose{number} at {clock_time(dose.at, case.guideline.shifts)}"


def error_of(advice: Advice, case: Case, dose: DoseFact) -> str:
    """Return why a dose is in error, in words; empty when it is not."""
    doses = case.chart.doses
    index = bisect_left(doses, place(dose), key=place)
    if index and dose.at - doses[index - 1].at < advice.within:
        return f"{hours(dose.at - doses[index - 1].at)} h after the one before"
    amount = per_kg(case.chart, dose)
    if amount is None:
        return ""
    if amount > advice.limits["most-given"]:
        return f"{amount:,.0f} IU/kg, more than {advice.limits['most-given']:,.0f}"
    return _unlike(advice, case, dose, amount)


def _unlike(advice: Advice, case: Case, dose: DoseFact, amount: float) -> str:
    """Return how an amount differs from the published ones, and from the cycle's first if that is right."""
    if not _differs(advice, amount, _nearer(advice, amount)):
        return ""
    first = case.chart.cycle_doses[0]
    usual = None if first.id == dose.id or error_of(advice, case, first) else per_kg(case.chart, first)
    if usual is not None and not _differs(advice, amount, usual):
        return ""
    return f"{amount:,.0f} IU/kg instead of {_nearer(advice, amount):,.0f}"


def _nearer(advice: Advice, amount: float) -> float:
    published = (advice.limits["published-low"], advice.limits["published-high"])
    return min(published, key=lambda dose: abs(dose - amount))


def _differs(advice: Advice, amount: float, usual: float) -> bool:
    return round(abs(amount - usual), 4) > round(usual * advice.limits["differs"], 4)


def dose_changed(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest dose given differs from the cycle's first by more than 10 %.

    A dose that cannot be compared with the first says nothing: the one before it does.
    """
    doses, tolerance = case.chart.cycle_doses, case.guideline.table4.dose_tolerance
    compared = _compared(case.chart)
    last = next(compared, None)
    if last is None:
        return Result(at=doses[-1].at if doses else None)
    first, changed = doses[0], last.differs(tolerance)
    change = round((last.amount - last.usual) / last.usual * 100, 4)
    result = Result(ADVISORY if changed else CLEAR, at=last.dose.at, value=change, unit="%")
    if changed or before.state == ADVISORY:
        alike = takewhile(lambda one: one.differs(tolerance) == changed, compared)
        result.at = min((one.dose.at for one in alike), default=last.dose.at)
    result.limit, result.evidence = f"±{tolerance * 100:g}", (first.reference, last.dose.reference)
    side, unit = "above" if change > 0 else "below", UNITS.get(last.unit, last.unit)
    given = f"{last.amount:,.0f} {unit}, first {last.usual:,.0f}"
    described = f"The latest dose is {abs(change):.3g} % {side} the cycle's first ({given})"
    result.words = f"{described}: {advice.text}" if changed else "The latest dose is as the cycle's first"
    return result


class ComparedDose(NamedTuple):
    """A dose with its amount and that of the cycle's first, in one unit."""

    dose: DoseFact
    usual: float
    amount: float
    unit: str

    def differs(self, tolerance: float) -> bool:
        """Return whether it differs from the first by more than a fraction."""
        return round(abs(self.amount - self.usual), 4) > round(self.usual * tolerance, 4)


def _compared(chart: Chart) -> Iterator[ComparedDose]:
    """Yield the doses of the cycle that can be compared with its first, the latest first."""
    doses = chart.cycle_doses
    for dose in reversed(doses[1:]):
        usual, amount, unit = _comparable(chart, doses[0], dose)
        if usual and amount is not None:
            yield ComparedDose(dose, usual, amount, unit)


def _comparable(chart: Chart, first: DoseFact, last: DoseFact) -> tuple[float | None, float | None, str]:
    """Return the amounts to compare, with their unit: per kg where both are known so, else as charted."""
    usual, amount = per_kg(chart, first), per_kg(chart, last)
    if (usual is None or amount is None) and first.unit == last.unit:
        return first.amount, last.amount, last.unit or ""
    return usual, amount, PER_KG


AGAINST = ("hold", "unknown", "finished")
"""The readiness at which no dose is advised."""
Held = tuple[tuple[str, int], ...]


def dose_against_advice(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open for 8 h from the decision on a dose given though its readiness was hold, unknown or finished.

    The readiness before it is that of the first decision on it, and is kept.
    """
    doses, found = case.chart.doses, _audits(advice, case, now, before.held)
    held, against = found.held, found.against
    if not against:
        last = doses[-1].at if doses else None
        end = last if found.latest is None else found.latest + advice.within
        return Result(at=end, held=held, words=advice.ended)
    ahead = soonest(now, *(since + advice.within for _, _, since in against))
    result = Result(ADVISORY, at=against[0][0].at, held=held, next=ahead, value=against[-1][1])
    result.evidence = references([dose for dose, _, _ in against])
    given = ((_named(case, dose), word) for dose, word, _ in against)
    described = "; ".join(f"{name} was given, its readiness was {word}" for name, word in given)
    result.words = f"{described}: {advice.text}"
    return result


class Audits(msgspec.Struct):
    """What is remembered of the first doses so far, and of which edits of their list.

    `held`: the readiness before each and since when, as it is remembered; `unjudged`: the doses of which it
    is not known; `against`: those given against advice of late, with their readiness and since when;
    `latest`: since when the last of all such (None: there are none).
    """

    edits: int
    held: Held = ()
    doses: int = 0
    last: DoseFact | None = None
    unjudged: tuple[DoseFact, ...] = ()
    against: tuple[tuple[DoseFact, str, int], ...] = ()
    latest: int | None = None

    def goes_on(self, doses: Sequence[DoseFact], held: Held) -> bool:
        """Return whether nothing has changed but that doses were given after the last one."""
        if self.held is not held or self.edits != edits_of(doses) or self.last is None:
            return False
        return self.doses <= len(doses) and doses[self.doses - 1] is self.last

    def add(self, dose: DoseFact, word: str, since: int) -> None:
        """Add the next dose, with the readiness before it; empty: it is not known."""
        self.doses, self.last = self.doses + 1, dose
        if not word:
            self.unjudged = (*self.unjudged, dose)
            return
        self.held = (*self.held, (f"{dose.at}|{word}|{dose.id}", since))
        if word in AGAINST:
            self.against = (*self.against, (dose, word, since))
            self.latest = since if self.latest is None else max(self.latest, since)


def unaudited(chart: Chart, held: Held) -> Sequence[DoseFact]:
    """Return the doses of which the readiness before them is not remembered, in order."""
    kept = _kept_audits(chart, held)
    if kept is not None:
        return [*kept.unjudged, *chart.doses[kept.doses :]]
    known = audited(held)
    return [dose for dose in chart.doses if (dose.id, dose.at) not in known]


def _kept_audits(chart: Chart, held: Held) -> Audits | None:
    """Return what is remembered of the doses as it was last told, if it can be gone on with."""
    kept: Audits | None = chart.memo.get(AUDITS, (None, None, None))[2]
    return kept if kept is not None and kept.goes_on(chart.doses, held) else None


def _audits(advice: Advice, case: Case, now: Instant, held: Held) -> Audits:
    """Return what is remembered of all doses; of one that is judged now, from now on."""
    chart, verdicts = case.chart, case.verdicts
    kept = _kept_audits(chart, held)
    if kept is not None and any(dose.id in verdicts for dose in kept.unjudged):
        kept = None
    known = {} if kept is not None else audited(held)
    found = Audits(edits_of(chart.doses)) if kept is None else copy(kept)
    for dose in chart.doses[found.doses :]:
        found.add(dose, *known.get((dose.id, dose.at), (verdicts.get(dose.id, ""), now)))
    found.against = tuple(one for one in found.against if now < one[2] + advice.within)
    if found.edits >= 0:
        chart.memo[AUDITS] = (None, None, found)
    return found


AUDITS = "dose-against-advice"


def audited(held: Held) -> dict[tuple[str, int], tuple[str, int]]:
    """Return what is remembered of doses: by id and `at`, the readiness before it, and since when."""
    found = {}
    for key, since in held:
        at, word, id = key.split("|", 2)
        found[id, int(at)] = (word, since)
    return found


def dose_count(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as advisory at 12 doses of the cycle, as relative at 14, until therapy-end."""
    doses, end = case.chart.cycle_doses, case.chart.cycle.end
    usual, most = round(advice.limits["usual-doses"]), round(advice.limits["most-doses"])
    if len(doses) < usual or (end is not None and now >= end):
        return Result(
            at=end if end is not None and now >= end else None, next=soonest(now, end), words=advice.ended
        )
    level = RELATIVE if len(doses) >= most else ADVISORY
    limit = most if level == RELATIVE else usual
    result = Result(level, at=doses[limit - 1].at, value=float(len(doses)), next=soonest(now, end))
    result.limit, result.evidence = f">={limit}", (doses[-1].reference,)
    text = advice.second_text if level == RELATIVE else advice.text
    result.words = f"{len(doses)} doses given in this cycle: {text}"
    return result


def cycle_ends_soon(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open when the next dose has been due for 20 h, until a dose, therapy-end or a stop."""
    doses, end, table = case.chart.cycle_doses, case.chart.cycle.end, case.guideline.table4
    if not doses:
        return Result()
    due = doses[-1].at + table.dose_interval
    opens = due + advice.after
    if end is not None and now >= end:
        return Result(at=end, words="Therapy has ended: no next dose")
    stops = due + table.longest_delay + table.charting_grace
    if now >= stops:
        return Result(at=stops, words="The cycle has ended: no dose for more than 24 h after it was due")
    if now < opens:
        words = "The cycle goes on: a dose was given"
        return Result(at=doses[-1].at, next=soonest(now, opens, end), words=words)
    result = open_(opens, (doses[-1].reference,), soonest(now, end, stops))
    since, until = (day_and_time(at, case.guideline.shifts) for at in (due, due + table.longest_delay))
    result.words = f"The next dose has been due since {since}: the cycle ends {until}; {advice.text}"
    return result
