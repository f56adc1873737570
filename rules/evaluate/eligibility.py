"""Evaluate the conditions of therapy: the pretherapy items, each met, not-met or unknown.

Source: paper, Pretherapy Assessment; criteria.md section 7.4.
"""

from rules.chart.chart import Chart
from rules.chart.facts import Baseline, Fact, Lab, place
from rules.evaluate.limit_bands import Compared, band_of
from rules.evaluate.result import CLEAR
from rules.evaluate.rows.upper_limit import was_absolute
from rules.guideline.declarations import Limit, UpperLimitRow
from rules.guideline.eligibility import Eligibility
from rules.guideline.roles import ENZYMES

MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"


def eligibility(chart: Chart, table: Eligibility) -> list[tuple[str, str]]:
    """Return the items of a table in its order with their states.

    What was not recorded is unknown, never met.
    """
    history = chart.baseline_findings
    answers = {
        "creatinine": _at_most(chart, "creatinine", table.creatinine),
        "bilirubin": _at_most(chart, "bilirubin", table.bilirubin),
        "ecg": _wanted(history.get("ecg-normal"), True),
        "steroid": _wanted(history.get("recent-steroid"), False),
        "infection": _wanted(history.get("recent-infection"), False),
        "stress-test": _conditional(history.get("stress-test-normal"), _needs_stress_test(chart)),
        "chest-xray": _wanted(history.get("chest-xray-clear"), True),
        "pulmonary-function": _conditional(
            history.get("pft-adequate"),
            _either(history.get("heavy-smoker"), history.get("heavy-lung-burden")),
        ),
        "antihypertensives": _wanted(history.get("antihypertensives-stopped"), True),
        "organ-disease": _wanted(history.get("major-organ-disease"), False),
        "hepatic-disease": _wanted(history.get("hepatic-disease"), False),
        "ejection-fraction": _wanted(history.get("ejection-fraction"), True),
        "cns-evaluated": _wanted(history.get("cns-evaluated"), True),
        "exercise-echo": _conditional(history.get("exercise-echo-normal"), _needs_echo(chart)),
    }
    return [(item, answers[item]) for item in table.items]


def _at_most(chart: Chart, code: str, limit: float) -> str:
    last = _latest(chart, code)
    if last is None:
        return UNKNOWN
    state = band_of(_result_of(last, code), Limit(">", limit), None)
    if state == CLEAR and not _unread_since(chart, code, last):
        return MET
    return UNKNOWN if state is None or state == CLEAR else NOT_MET


def _latest(chart: Chart, code: str) -> Lab | Baseline | None:
    """Return the latest lab or baseline that has a value of a code."""
    lab = next(reversed(chart.labs.get(code, [])), None)
    baseline = next((one for one in reversed(chart.baselines) if code in one.readings), None)
    if lab is None or baseline is None:
        return lab or baseline
    return lab if place(lab) > place(baseline) else baseline


def _result_of(fact: Lab | Baseline, code: str) -> Lab | Compared:
    if isinstance(fact, Lab):
        return fact
    return Compared(fact.readings[code], fact.comparators.get(code))


def _unread_since(chart: Chart, code: str, last: Fact) -> bool:
    """Return whether no value is newer than one that could not be read: what was met may no longer be.

    Of two in one record neither is newer.
    """
    unread = (code, f"baseline-{code}")
    return any(fact.code in unread and place(fact) >= place(last) for fact in chart.set_aside)


def _wanted(recorded: bool | None, good: bool) -> str:
    return UNKNOWN if recorded is None else MET if recorded == good else NOT_MET


def _conditional(passed: bool | None, needed: bool | None) -> str:
    """Return the state of a test that is due only under a condition.

    One recorded as normal is met whatever the condition.
    """
    if passed or needed is False:
        return MET
    return UNKNOWN if needed is None or passed is None else NOT_MET


def _either(*answers: bool | None) -> bool | None:
    return True if True in answers else None if None in answers else False


def _needs_stress_test(chart: Chart) -> bool | None:
    old = None if chart.age is None else chart.age >= chart.guideline.eligibility.stress_test_age
    return _either(old, chart.baseline_findings.get("family-history-cardiac"))


def _needs_echo(chart: Chart) -> bool:
    """Return whether myocarditis is known: from an earlier cycle of the stay, or said by a baseline."""
    if chart.baseline_findings.get("earlier-myocarditis"):
        return True
    row, since = chart.guideline.row[ENZYMES], chart.cycle.since
    if since is None or chart.cycle.number < 2:
        return False
    assert isinstance(row, UpperLimitRow)
    begun = [place.at for place in chart.places if place.event == "cycle-start"]
    first = min([*begun, *(dose.at for dose in chart.doses[:1])], default=since)
    return was_absolute(row, chart, first, since)
