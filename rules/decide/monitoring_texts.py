"""Write the texts of `monitoring` alerts: what was not charted, not read or must be looked at again."""

from collections.abc import Callable

from rules.evaluate.recharting import PREFIX as FINDING
from rules.evaluate.recharting import standing_values
from rules.evaluate.result import TECHNICAL, Result
from rules.guideline.edition import Guideline
from rules.guideline.finding_names import finding_name
from rules.guideline.local_time import clock_time, day_and_time
from rules.guideline.observation_schedule import Observation

OVERDUE, RECHECK, NOT_UNDERSTOOD = "monitoring/", "recheck/", "not-understood/"
SIGNAL_NAMES = {"heart-rate": "Heart rate", "systolic-bp": "Systolic pressure", "spo2": "SpO2"}

SYSTEM_TEXTS = {
    "monitoring/reference-limit": (
        "A result came without its upper limit",
        "The upper limit is known, or the result replaced",
        "Enter the laboratory's upper limit once: configuration `enzymes`; until then judge by hand",
    ),
    "monitoring/weight-for-rate": (
        "A pressor rate cannot be read without a weight",
        "The pressor rate can be read, or the pressor is off",
        "Chart a weight",
    ),
    "monitoring/cycle-start": (
        "IL-2 charted without the start of a cycle",
        "The start of the cycle is charted",
        "Chart the start of the cycle",
    ),
    "monitoring/after-discharge": (
        "Charting goes on after the discharge: this patient is no longer watched",
        "Charting after the discharge has ended, or the patient is watched again",
        "If the patient is still here, take the discharge back; else chart for the right patient",
    ),
}
"""A subject -> what its alert says, what its end says, and what to do."""


def monitoring_message(name: str, result: Result, ends: bool, guideline: Guideline) -> str:
    """Return the one line of an alert of kind `monitoring`; `ends`: it ends the episode."""
    if name in SYSTEM_TEXTS:
        return SYSTEM_TEXTS[name][ends] if not result.missing else _named(name, result, ends)
    for prefix, write in WRITERS.items():
        if name.startswith(prefix):
            return write(name.removeprefix(prefix), result, ends, guideline)
    raise KeyError(name)


def _named(name: str, result: Result, ends: bool) -> str:
    return f"{SYSTEM_TEXTS[name][ends]}: {', '.join(result.missing)}"


def monitoring_measure(name: str, result: Result, guideline: Guideline) -> str:
    """Return what to do about a subject of kind `monitoring`."""
    if name in SYSTEM_TEXTS:
        return SYSTEM_TEXTS[name][2]
    if name.startswith(RECHECK):
        return f"Repeat the {SIGNAL_NAMES[name.removeprefix(RECHECK)].lower()} now and chart it"
    if name.startswith(NOT_UNDERSTOOD):
        return "Judge it by hand; chart it under a name the monitor knows, or name the agent in `[agents]`"
    if name.startswith(FINDING):
        return "Re-examine now and chart it" if result.state == TECHNICAL else "Look again and chart it"
    return _chart(guideline.observes[name.removeprefix(OVERDUE)])


def _chart(observation: Observation) -> str:
    done = observation.words.replace(" not", "")
    return f"Have it done and charted: {done[0].lower()}{done[1:]}"


def _overdue(what: str, result: Result, ends: bool, guideline: Guideline) -> str:
    words = guideline.observes[what].words
    if ends:
        return f"{words.replace(' not', '')} again"
    since = "" if result.latest is None else f" since {day_and_time(result.latest, guideline.shifts)}"
    return f"{words}{since}" if since else f"{words} since the cycle began"


def _recheck(signal: str, result: Result, ends: bool, guideline: Guideline) -> str:
    named = result.name or SIGNAL_NAMES[signal]
    if ends or result.latest is None:
        return f"{named} was repeated"
    value = f"{result.value:g}" if isinstance(result.value, float) else f"{result.value}"
    return f"{named} {value} at {clock_time(result.latest, guideline.shifts)}: repeat now"


def _not_understood(name: str, result: Result, ends: bool, guideline: Guideline) -> str:
    if ends:
        return f"{name}: ended, or charted no more"
    return f"{name} is charted and the monitor does not know it: it is in no decision"


def _finding(code: str, result: Result, ends: bool, guideline: Guideline) -> str:
    values = standing_values(guideline)[code]
    value = values[max(0, result.flags - 1)]
    named = finding_name(code if value == "present" else f"{code}={value}")
    if ends or result.latest is None:
        return f"{named}: looked at again"
    asked = "re-examine now" if result.state == TECHNICAL else "still present?"
    return f"{named}, charted {day_and_time(result.latest, guideline.shifts)}: {asked}"


WRITERS: dict[str, Callable[[str, Result, bool, Guideline], str]] = {
    OVERDUE: _overdue,
    RECHECK: _recheck,
    NOT_UNDERSTOOD: _not_understood,
    FINDING: _finding,
}
