"""Labs that ask for a correction: the latest value, whatever its age (Table 5, Table 6)."""

from collections.abc import Callable

from rules.advice.case import ADVISORY, Case
from rules.chart.facts import Lab
from rules.evaluate.labs import run_start
from rules.evaluate.result import CLEAR, Memory, Result
from rules.guideline.table5 import Advice

Test = Callable[[Lab], bool]


def _judged(advice: Advice, case: Case, test: Test, limit: Callable[[Lab], str | None]) -> Result:
    assert advice.lab is not None
    labs = case.chart.labs.get(advice.lab)
    if not labs:
        return Result()
    last = labs[-1]
    state = ADVISORY if test(last) else CLEAR
    start = run_start(labs, lambda lab: str(test(lab)))
    return Result(state, at=start, value=last.value, unit=last.unit, limit=limit(last), evidence=(last.reference,))


def fixed_limit(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Against the guideline's own number. Flag 1: the second limit is met too (another text)."""
    assert advice.limit is not None
    limit, second = advice.limit, advice.second
    result = _judged(advice, case, lambda lab: limit.met(lab.value), lambda lab: limit.text)
    if second is not None and isinstance(result.value, float) and second.met(result.value):
        result.limit, result.flags = second.text, 1
    return result


def below_low(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Below the lowest normal value printed with the reading."""
    return _judged(advice, case, lambda lab: lab.low is not None and lab.value < lab.low, lambda lab: None if lab.low is None else f"<{lab.low:g}")


def above_high(advice: Advice, case: Case, now: int, before: Memory) -> Result:
    """Above the upper limit printed with the reading."""
    return _judged(
        advice, case, lambda lab: lab.high is not None and lab.value > lab.high, lambda lab: None if lab.high is None else f">{lab.high:g}"
    )
