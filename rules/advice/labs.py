"""Evaluate the advice on laboratory values: what is to be replaced, transfused, or measured further.

Source: Tables 5 and 6.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from rules.advice.harm import replacement_is_halved
from rules.advice.seen import age_of_lab
from rules.chart.facts import AT, Lab
from rules.chart.folded import NOTHING, fold
from rules.evaluate.limit_bands import as_charted, band_of
from rules.evaluate.result import ADVISORY, CLEAR, RELATIVE, Case, Memory, Result
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.wire.instants import Instant
from rules.wire.written import written

NAMES = {"ck": "CK"}
ENZYMES = ("ck-mb", "troponin-t", "troponin-i")
NEVER = -(1 << 62)


def meets(limit: Limit, lab: Lab) -> bool | None:
    """Return whether a result meets a limit; None when only some of the values it stands for do."""
    found = band_of(lab, limit, None)
    return None if found is None else found != CLEAR


Level = Callable[[Lab], str | None]
"""The level that a result gives; None: it cannot be told, the one before stays."""


class Run(NamedTuple):
    """The level by the latest result, and the result that made it; None: there is no result."""

    level: str
    first: Lab | None


def run_of(code: str, case: Case, lab: str, level_of: Level) -> Run:
    """Return the level that the results of a lab lead to, in order of `at`, for an advice."""

    def add(run: Run, _: int, lab: Lab) -> Run:
        found = level_of(lab)
        if run.first is None:
            return Run(CLEAR if found is None else found, lab)
        return run if found is None or found == run.level else Run(found, lab)

    results = (case.chart.labs.get(lab, NOTHING),)
    return fold(case.chart, f"advice/{code}", results, None, lambda: Run(CLEAR, None), add)


def _judged(advice: Advice, case: Case, now: Instant, level_of: Level) -> Result:
    """Return the result by the latest value of the advice's lab, whatever its age."""
    labs = case.chart.labs.get(advice.lab or "")
    if not labs:
        return Result()
    run, last = run_of(advice.code, case, advice.lab or "", level_of), labs[-1]
    assert run.first is not None
    result = Result(run.level, at=run.first.at, value=as_charted(last), unit=last.unit)
    result.limit = None if advice.limit is None else advice.limit.text
    result.evidence = (last.reference,)
    result.say = lambda: _named(advice, case, now, advice.limit)
    return result


def _named(advice: Advice, case: Case, now: Instant, limit: Limit | None) -> str:
    """Return the latest result by its name, with its age if it is old."""
    code = advice.lab or ""
    lab, name = case.chart.labs[code][-1], NAMES.get(code, code.capitalize())
    limits = () if limit is None else (limit.value,)
    value = written(lab.value, lab.unit, *limits)
    charted = f" ({lab.charted} as charted)" if lab.charted else ""
    return f"{name} {lab.comparator or ''}{value}{charted}{age_of_lab(case, code, lab.at, now)}"


def _either(met: bool | None, level: str) -> str | None:
    return None if met is None else level if met else CLEAR


def fixed_limit(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Evaluate a lab against the guideline's own number; past the second one another text applies."""
    limit, second = advice.limit, advice.second
    assert limit is not None
    result = _judged(advice, case, now, lambda lab: _either(meets(limit, lab), ADVISORY))
    if result.state == CLEAR:
        return result
    text = advice.text
    labs = case.chart.labs[advice.lab or ""]
    if second is not None and advice.second_text is not None and meets(second, labs[-1]):
        result.limit, text = second.text, advice.second_text
    result.say = lambda: f"{_named(advice, case, now, limit)}: {text}{_halved(advice, case, now)}"
    return result


def _halved(advice: Advice, case: Case, now: Instant) -> str:
    """Return the words that halve a replacement where kidneys would not clear it."""
    if advice.lab not in case.guideline.harm.halved:
        return ""
    why = replacement_is_halved(case, now)
    return f"; halve and recheck: {why}" if why else ""


def below_low(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while a lab is below the lowest normal value printed with the reading."""

    def level_of(lab: Lab) -> str | None:
        return CLEAR if lab.low is None else _either(meets(Limit("<", lab.low), lab), ADVISORY)

    result = _judged(advice, case, now, level_of)
    if result.value is None:
        return result
    last = case.chart.labs[advice.lab or ""][-1]
    limit = advice.limit if last.low is None else Limit("<", last.low)
    result.limit = None if limit is None else limit.text
    result.say = lambda: _below(advice, case, now, limit, last, result.state)
    return result


def _below(advice: Advice, case: Case, now: Instant, limit: Limit | None, last: Lab, state: str) -> str:
    found = _named(advice, case, now, limit)
    if state == CLEAR:
        return found
    normal = "" if last.low is None else f", normal from {written(last.low)}"
    return f"{found}{normal}: {advice.text}{_halved(advice, case, now)}"


def ck_elevated(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open while the latest total CK is above its `high`, without isoenzyme or troponin since."""

    def level_of(lab: Lab) -> str | None:
        return CLEAR if lab.high is None else _either(meets(Limit(">", lab.high), lab), ADVISORY)

    result = _judged(advice, case, now, level_of)
    if result.value is None:
        return result
    last = case.chart.labs[advice.lab or ""][-1]
    result.limit = None if last.high is None else f">{last.high:g}"
    if result.state == CLEAR:
        return result
    measured = [labs for code in ENZYMES if (labs := case.chart.labs.get(code))]
    after = [labs[bisect_left(labs, last.at, key=AT)].at for labs in measured if labs[-1].at >= last.at]
    if after:
        ended = "Isoenzymes or troponin measured"
        return Result(at=min(after), value=result.value, unit=result.unit, words=ended)
    answered = max((labs[-1].at for labs in measured), default=NEVER)
    since = max(answered + 1, NEVER if result.at is None else result.at)
    totals = case.chart.labs["ck"]
    result.at = totals[bisect_left(totals, since, key=AT)].at
    result.say = lambda: f"{_named(advice, case, now, advice.limit)}: {advice.text}"
    return result


def hyperkalemia(advice: Advice, case: Case, now: Instant, before: Memory) -> Result:
    """Open as advisory from the first limit of potassium, as relative from the second."""
    limit, second = advice.limit, advice.second
    assert limit is not None and second is not None

    def level_of(lab: Lab) -> str | None:
        # A result that stands for values on both sides of 6.0, all above 5.5, has the least of their levels.
        return RELATIVE if meets(second, lab) else _either(meets(limit, lab), ADVISORY)

    result = _judged(advice, case, now, level_of)
    if result.state == RELATIVE:
        result.limit = second.text
    if result.state != CLEAR:
        result.say = lambda: f"{_named(advice, case, now, limit)}: {advice.text}"
    return result
