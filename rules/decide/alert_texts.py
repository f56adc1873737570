"""Write the message, actions and measures of an alert, in plain words."""

from typing import NamedTuple

from rules.decide.monitoring_texts import monitoring_measure, monitoring_message
from rules.decide.subjects import ADVICE, CRITERION, MONITORING, PRESSURE, Subject
from rules.evaluate.result import CLEAR, Result
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.guideline.edition import Guideline
from rules.guideline.nurse_names import finding_name, input_name
from rules.wire.alerts import Measure
from rules.wire.instants import Instant
from rules.wire.written import hours, written


class Words(NamedTuple):
    """The texts of an alert: the message, the codes of what to do, and what to do in words."""

    message: str
    action: tuple[str, ...]
    measures: tuple[Measure, ...]


THAN = {"<": "below", "<=": "at or below", ">=": "at or above", ">": "above"}


def limit_words(limit: str) -> str:
    """Write a limit in words: `<10` -> `below 10`."""
    for op in ("<=", ">=", "<", ">"):
        if limit.startswith(op):
            return f"{THAN[op]} {limit[len(op) :]}"
    return limit


def advised(advice: Advice, result: Result) -> str:
    """Return the text of an advice as it applies now; of one that is closed, what ended."""
    return result.words or (advice.ended if result.state == CLEAR else advice.text)


def name(subject: Subject, result: Result, guideline: Guideline) -> str:
    """Return the name of a subject as a message gives it."""
    if subject.kind == CRITERION:
        return _criterion_name(subject.name, result, guideline)
    if subject.kind == PRESSURE:
        return result.name or "Systolic pressure"
    return advised(guideline.advises[subject.name], result)


def _criterion_name(code: str, result: Result, guideline: Guideline) -> str:
    """Return the findings present, else the name of the row."""
    found = " and ".join(map(finding_name, result.findings))
    return found or result.name or guideline.row[code].words


def message(
    subject: Subject,
    result: Result,
    level: str,
    guideline: Guideline,
    now: Instant,
    old_at: int | None = None,
) -> str:
    """Return one line: the subject, its value, and how it compares with its limit.

    A value that is stale, or older than its interval, which ends at `old_at`, is printed with its age.
    """
    if subject.kind == MONITORING:
        return monitoring_message(subject.name, result, level == "clear", guideline)
    found = name(subject, result, guideline)
    if subject.kind == ADVICE:
        return found
    value = _value(result) + _age(result, now, old_at)
    if result.state == "indeterminate":
        missing = ", ".join(map(input_name, result.missing))
        return f"{found}: cannot be told" + (f", missing {missing}" if missing else "")
    if level == "clear":
        return f"{found}{value}: clear"
    if result.limit is None:
        return f"{found}{value}" if value else f"{found}: present"
    excuse = f"; correctable: {', '.join(result.correctable)}" if result.correctable else ""
    return f"{found}{value}, {_limit_phrase(result, result.limit)}{excuse}"


def _limit_phrase(result: Result, limit: str) -> str:
    """Return how a tripped value compares with its limit.

    A run that tripped holds until another one clears it, whatever was read since.
    """
    words, value = limit_words(limit), result.value
    if isinstance(value, float) and result.comparator is None and not meets(value, limit):
        return f"was {words}, not yet recovered"
    return words


def meets(value: float, limit: str) -> bool:
    """Return whether a value trips a limit as it is printed (`<=90`)."""
    op = _operator(limit)
    return Limit(op, _bound(limit)).met(value)


def _operator(limit: str) -> str:
    return limit[: 2 if limit[1] == "=" else 1]


def _bound(limit: str) -> float:
    return float(limit[len(_operator(limit)) :])


def _value(result: Result) -> str:
    if result.value is None:
        return ""
    if isinstance(result.value, str):
        return "" if result.findings else f" {result.value}"
    compared = result.limit is not None and result.limit.startswith(("<", ">"))
    limits = (_bound(result.limit),) if compared and result.limit is not None else ()
    charted = f" ({result.charted} as charted)" if result.charted else ""
    return f" {result.comparator or ''}{written(result.value, result.unit, *limits)}{charted}"


def _age(result: Result, now: Instant, old_at: int | None) -> str:
    fresh = not result.stale and (old_at is None or now <= old_at)
    if fresh or result.latest is None or result.value in (None, ""):
        return ""
    return f" ({hours(now - result.latest)} h old)"


def actions(subject: Subject) -> tuple[str, ...]:
    """Return the codes of what to do; of criteria and pressure `what_to_do` says it at the instant's end."""
    if subject.kind in (CRITERION, PRESSURE):
        return ()
    return (subject.name,) if subject.kind == ADVICE else ("chart",)


def measures(subject: Subject, result: Result, guideline: Guideline) -> tuple[Measure, ...]:
    """Return what to do in words, each measure with its source."""
    if subject.kind in (CRITERION, PRESSURE):
        return ()
    if subject.kind == ADVICE:
        advice = guideline.advises[subject.name]
        return ({"text": advised(advice, result), "source": advice.source},)
    return (monitoring_measure(subject.name, result, guideline),)
