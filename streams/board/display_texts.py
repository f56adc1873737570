"""Translate codes of the wire into the words of the board.

An unknown code is displayed unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.decide.alert_texts import limit_words, meets
from rules.decide.monitoring_texts import SYSTEM_TEXTS
from rules.evaluate.recharting import PREFIX as FINDING
from rules.guideline import Guideline
from rules.guideline.nurse_names import blocker_name, input_name, subject_name
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import STOP_RULE, STRICT, Assessment, CriterionRow, OverlayItem
from rules.wire.written import hours_of, written
from streams import display, measurements
from streams.flowsheet.limits import thresholds

STATE = {
    "clear": "clear", "relative": "relative", "absolute": "absolute", "indeterminate": "cannot see",
    "technical": "technical", "advisory": "advice",
}  # fmt: skip
SHAPE = {level: glyph.shape for level, glyph in display.LEVEL_GLYPH.items()}
NOT_ASSESSED = "not-assessed"
RECOMMENDATION = {
    "stop": "Stop", "delay": "Delay", "correct": "Correct", "cannot-tell": "Cannot tell",
    "proceed": "Proceed", NOT_ASSESSED: "Not assessed",
}  # fmt: skip
MEANS = {
    "stop": "stop this cycle",
    "delay": "correct, delay; stop if not easily reversed",
    "correct": "correct; delay if need be",
    "cannot-tell": "chart what is missing first",
    "proceed": "nothing of Table 3 stands against the next dose",
    NOT_ASSESSED: "facts are coming in, and nobody judges them",
}
UNREADABLE = "The newest assessment cannot be read; the one before is not shown"
RECOMMENDATION_LEVEL = {**display.RECOMMENDATION, NOT_ASSESSED: "indeterminate"}
READINESS = {
    "not-started": "not started", "finished": "finished", "waiting": "waiting", "hold": "hold",
    "decide": "decide", "unknown": "cannot tell", "ready": "ready",
}  # fmt: skip
READY_LEVEL = {"hold": "absolute", "decide": "relative", "unknown": "indeterminate"}
SYSTEMS = {
    "cardiac": "Heart", "dermatologic": "Skin", "gastrointestinal": "Gut", "hemodynamic": "Press",
    "hemorrhagic": "Bleed", "infectious": "Inf", "musculoskeletal": "Limb", "neurologic": "Neuro",
    "pulmonary": "Lung", "renal": "Renal",
}  # fmt: skip
PHASE = {"before-peak": "before the peak", "peak": "peak window now", "after-peak": "after the peak"}
TRANSITION = {
    "opened": "opened", "worsened": "worsened", "improved": "improved", "resolved": "resolved",
    "amended": "corrected by a new fact", "reminder": "reminder",
}  # fmt: skip


def number(value: float | str | None) -> str:
    """Return a value as published, without a needless `.0`; a dash for None."""
    if value is None:
        return "–"
    return f"{round(value, 4):.9g}" if isinstance(value, float | int) else value


def read(value: float | str | None, limits: Iterable[float] = ()) -> str:
    """Return a value as it is read, with three significant figures; a dash for None.

    It is never rounded across one of the limits.
    """
    if not isinstance(value, float | int):
        return number(value)
    return measurements.figures(round(value, 4) + 0.0, limits)


def measured(value: float | str | None, code: str | None, limits: Iterable[float] = ()) -> str:
    """Return value and unit, as they are read."""
    if not isinstance(value, float | int):
        return number(value)
    return written(round(value, 4) + 0.0, code, *limits)


def criterion(code: str, guideline: Guideline) -> str:
    """Return a row of Table 3 in words."""
    row = guideline.row.get(code)
    return row.words if row is not None else code.replace("-", " ")


def reason(code: str, assessment: Assessment, guideline: Guideline) -> str:
    """Return a reason of the recommendation: `Urine 8 mL/h, below 10`."""
    row = next((one for one in assessment.criteria if one.code == code), None)
    if row is not None:
        return tripped(row, guideline)
    if code.startswith(STOP_RULE):
        rule = code.removeprefix(STOP_RULE)
        return next((one.words for one in guideline.stop_rules if one.rule == rule), f"Stop rule {rule}")
    return "Blood pressure not seen" if code == "blood-pressure" else subject_name(code, guideline)


WOULD = {"withhold": "would withhold", "stop": "would stop"}


def beside(one: OverlayItem, assessment: Assessment, guideline: Guideline) -> str:
    """Return what a pack beside says of the next dose: `US label 2024-12 would withhold: systolic 86 ...`.

    A milder one says no more: only the deciding pack says that a dose can be given.
    """
    pack = next((found for found in guideline.overlays if found.id == one.guideline["id"]), None)
    name = one.guideline["id"] if pack is None else pack.name
    named = f"{name} (draft)" if display.draft_banner(one.guideline) else name
    own = assessment.verdict if isinstance(assessment.verdict, str) else ""
    if one.verdict == "blind":
        return f"{named} cannot tell"
    if STRICT.get(one.verdict, 0) <= STRICT.get(own, 0):
        return f"{named}: no more"
    why = [beside_reason(code, one, pack or guideline) for code in one.reasons]
    more = f", and {len(why) - 1} more" if len(why) > 1 else ""
    return f"{named} {WOULD[one.verdict]}" + (f": {why[0]}{more}" if why else "")


def beside_reason(code: str, one: OverlayItem, pack: Guideline) -> str:
    """Return a reason of a pack beside, in words: by its row where it has one."""
    row = next((found for found in one.criteria if found.code == code), None)
    return tripped(row, pack) if row is not None else subject_name(code.partition(":")[2] or code, pack)


def blockers(assessment: Assessment, guideline: Guideline) -> tuple[str, ...]:
    """Return in words what stands against the next dose and is no reason of the recommendation."""
    found = assessment.dose
    left = () if found.readiness in ("finished", "not-started") else found.blockers
    return tuple(blocker_name(code, guideline) for code in left if code not in assessment.reasons)


def charting(what: str, guideline: Guideline) -> str:
    """Return an item of `monitoring` in a nurse's words: `IV site not checked`."""
    if what in guideline.observes:
        return guideline.observes[what].words
    if what in SYSTEM_TEXTS:
        return SYSTEM_TEXTS[what][0]
    asked = what.removeprefix(FINDING)
    return f"{asked.replace('-', ' ')}: look again" if asked != what else blocker_name(what, guideline)


def due_late(delayed_h: float) -> str:
    """Return by how much a dose is late: `, 1:20 h late`; empty when it is not."""
    return f", {hours_of(delayed_h)} h late" if delayed_h else ""


def tripped(row: CriterionRow, guideline: Guideline) -> str:
    """Return a row in words: its value, its limit, and what is missing."""
    found = criterion(row.code, guideline)
    if row.state == "indeterminate":
        missing = ", ".join(map(input_name, row.missing))
        return f"{found}: cannot see" + (f", missing {missing}" if missing else "")
    value = f" {criterion_value(row, guideline)}" if row.value is not None else ""
    limit = f", {limit_phrase(None if row.comparator else row.value, row.limit)}" if row.limit else ""
    return f"{found}{value}{limit}{' (old)' if row.stale else ''}"


def criterion_value(row: CriterionRow, guideline: Guideline) -> str:
    """Return a row's value with its unit and comparator: `<0.3 mg/dL`; a dash for none."""
    if row.value is None:
        return "–"
    return f"{row.comparator or ''}{measured(row.value, row.unit, thresholds(guideline, row.unit or ''))}"


def limit_phrase(value: float | str | None, limit: str) -> str:
    """Return how a tripped value relates to its limit.

    A run that tripped holds until another one clears it, whatever was read since.
    """
    met = not isinstance(value, float | int) or meets(float(value), limit)
    return limit_words(limit) if met else f"was {limit_words(limit)}, not yet recovered"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 alert`, `3 alerts`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def alert(record: AlertRecord) -> str:
    """Return the message of an alert.

    A recommendation's message lists its reasons by code; it is cut there, since they are displayed in words
    beside it.
    """
    return record.message.partition(":")[0] if record.kind == "recommendation" else record.message
