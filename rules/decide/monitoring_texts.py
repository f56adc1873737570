"""Write the texts of `monitoring` alerts: what was not charted, not read or must be looked at again."""

from collections.abc import Callable

from rules.evaluate.recharting import PREFIX as FINDING
from rules.evaluate.recharting import standing_values
from rules.evaluate.result import TECHNICAL, Result
from rules.guideline.correctives import NOBODY
from rules.guideline.edition import Guideline
from rules.guideline.local_time import clock_time, day_and_time
from rules.guideline.nurse_names import finding_name, first_capital, input_name
from rules.guideline.observation_schedule import Observation
from rules.wire.alerts import Measure

OVERDUE, RECHECK, NOT_UNDERSTOOD = "monitoring/", "recheck/", "not-understood/"
REPEATED = {"heart-rate": "heart rate", "systolic-bp": "blood pressure", "spo2": "SpO2"}
"""A signal -> what is repeated: a cuff gives both pressures."""

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
    "monitoring/pack": (
        "The cycle names a guideline pack that is not configured: the default decides",
        "The pack of the cycle is configured, or the cycle names none",
        "Judge by hand by the pack that was meant; correct the start of the cycle, or configure the pack",
    ),
    "monitoring/pre-dose-assessment": (
        "Before the next dose: systolic pressure and urine to be taken",
        "The assessment before the dose was made, or therapy has ended",
        "Take the pressure and measure the urine before the dose is given",
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
    names = (input_name(code.partition(".")[0]) for code in result.missing)
    return f"{SYSTEM_TEXTS[name][ends]}: {', '.join(names)}"


def monitoring_measure(name: str, result: Result, guideline: Guideline) -> Measure:
    """Return what to do about a subject of kind `monitoring`, with where it stands."""
    if name.startswith(OVERDUE) and name not in SYSTEM_TEXTS:
        observation = guideline.observes[name.removeprefix(OVERDUE)]
        return {"text": _chart(observation), "source": observation.source}
    return {"text": _asked_for(name, result), "source": NOBODY}


def _asked_for(name: str, result: Result) -> str:
    """Return what to do about a subject of which Table 1 says nothing."""
    if name in SYSTEM_TEXTS:
        return SYSTEM_TEXTS[name][2]
    if name.startswith(RECHECK):
        return f"Repeat the {REPEATED[name.removeprefix(RECHECK)]} now and chart it"
    if name.startswith(NOT_UNDERSTOOD):
        return "Judge it by hand; chart it under a name the monitor knows, or name the agent in `[agents]`"
    return "Re-examine now and chart it" if result.state == TECHNICAL else "Look again and chart it"


def _chart(observation: Observation) -> str:
    """Return `Have it done and charted: vital signs`."""
    return f"Have it done and charted: {observation.words.partition(' not ')[0]}"


def _overdue(what: str, result: Result, ends: bool, guideline: Guideline) -> str:
    words = guideline.observes[what].words
    if ends:
        return f"{words.replace(' not', '')} again"
    since = "" if result.latest is None else f" since {day_and_time(result.latest, guideline.shifts)}"
    return f"{words}{since}" if since else f"{words} since the cycle began"


def _recheck(signal: str, result: Result, ends: bool, guideline: Guideline) -> str:
    named = result.name or first_capital(input_name(signal))
    if ends or result.latest is None:
        return f"{named} was repeated"
    value = f"{result.value:g}" if isinstance(result.value, float) else f"{result.value}"
    return f"{named} {value} at {clock_time(result.latest, guideline.shifts)}: repeat now"


def _not_understood(name: str, result: Result, ends: bool, guideline: Guideline) -> str:
    if ends:
        return f"{name}: ended, or charted no more"
    return f"{name} is charted and the monitor does not know it: it is in no decision"


def _finding(code: str, result: Result, ends: bool, guideline: Guideline) -> str:
    values = list(standing_values(guideline)[code])
    value = values[max(0, result.flags - 1)]
    named = finding_name(code if value == "present" else f"{code}={value}")
    if ends or result.latest is None:
        return f"{named}: {'accepted as known' if result.flags else 'looked at again'}"
    asked = "re-examine now" if result.state == TECHNICAL else "still present?"
    return f"{named}, charted {day_and_time(result.latest, guideline.shifts)}: {asked}"


WRITERS: dict[str, Callable[[str, Result, bool, Guideline], str]] = {
    OVERDUE: _overdue,
    RECHECK: _recheck,
    NOT_UNDERSTOOD: _not_understood,
    FINDING: _finding,
}
