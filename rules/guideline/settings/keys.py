"""Derive every key of a site configuration from the guideline's own declarations, and set a number by it.

Whatever is a number there can be set.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from rules.guideline.declarations import Limit, Sustained, UpperLimitRow
from rules.guideline.edition import SCHWARTZENTRUBER_2001
from rules.guideline.settings.document import Path
from rules.wire import vocabulary

Place = tuple[str | int, ...]
"""Steps from the guideline down: a field of a struct, a key of a dict, an index of a tuple."""

T = TypeVar("T")


def at(whole: Any, place: Place) -> Any:
    """Return the value at a place; None where a dict has no such key."""
    for step in place:
        whole = _part(whole, step)
    return whole


def _part(whole: Any, step: str | int) -> Any:
    if isinstance(whole, dict):
        return whole.get(step)
    return whole[step] if isinstance(step, int) else getattr(whole, step)


def put(whole: T, place: Place, value: Any) -> T:
    """Return a copy of `whole` with `value` at `place`; all else is shared."""
    changed: T = value if not place else _with(whole, place[0], put(_part(whole, place[0]), place[1:], value))
    return changed


def _with(whole: Any, step: str | int, part: Any) -> Any:
    if isinstance(whole, dict):
        return {**whole, step: part}
    if isinstance(step, int):
        return (*whole[:step], part, *whole[step + 1 :])
    return msgspec.structs.replace(whole, **{step: part})


NUMBER, FACTOR, FRACTION, MARGIN, COUNT, DURATION, ZONE, STARTS, SWITCH, LEVEL, SUBJECTS = (
    "number", "factor", "fraction", "margin", "count", "duration", "time zone", "clock times", "switch",
    "level", "subjects",
)  # fmt: skip

KINDS = {
    "stale_factor": FACTOR,
    "overdue_factor": FACTOR,
    "overdue_grace": FRACTION,
    "coverage": FRACTION,
    "share": FRACTION,
    "weight_jump": FRACTION,
    "weight_agrees": FRACTION,
    "dose_tolerance": FRACTION,
    "step_urine_hour": FRACTION,
    "step_platelets": FRACTION,
    "clear_above": MARGIN,
    "baseline_margin": MARGIN,
    "low": MARGIN,
    "high": NUMBER,
    "relative_to_delay": COUNT,
    "timezone": ZONE,
    "starts": STARTS,
    "column": LEVEL,
    "acknowledged_long": SUBJECTS,
}
SWITCHES = ("group_counts_once", "never_measured_clear")
UNITS = {
    "fever": "Cel",
    "rise": "Cel",
    **dict.fromkeys(("relative_fio2", "absolute_fio2", "assumed_fio2"), "%"),
    "low": "%",
    "severe": "%",
    "baseline_below": "%",
    "baseline_margin": "%",
    "extreme_saturation": "%",
    **dict.fromkeys(("extreme_fast", "extreme_slow", "slow", "breathing"), "/min"),
    "weaned": "ug/kg/min",
    "renal_dopamine": "ug/kg/min",
    "equivalents": "x phenylephrine",
    "creatinine": "mg/dL",
    "bilirubin": "mg/dL",
    "stress_test_age": "a",
    "weight": "x baseline",
    "platelets": "10*3/uL",
    "spo2": "%",
    "systolic": "x baseline",
    "most-doses": "doses",
    "usual-doses": "doses",
    "most-given": "[iU]/kg",
    "published-low": "[iU]/kg",
    "published-high": "[iU]/kg",
    "differs": "x amount",
    "measured": "results",
    "weight_gain": "%",
    "pressor_load": "ug/kg/min",
    "step_systolic": "mm[Hg]",
    "step_heart_rate": "/min",
    "step_spo2": "%",
    "step_flow": "L/min",
    "step_fio2": "%",
    "step_creatinine": "mg/dL",
    "step_bilirubin": "mg/dL",
    "step_load": "ug/kg/min",
    "step_stool": "mL",
    "step_weight": "% of baseline",
}
CANONICAL: dict[str, str | None] = {
    **vocabulary.VITALS,
    **vocabulary.LABS,
    "urine": "mL",
    **dict.fromkeys(("phenylephrine", "norepinephrine", "epinephrine", "dopamine"), "ug/kg/min"),
    "vasopressin": "U/min",
}

# criteria.md section 5: pressure is stale "as heart rate", and section 3 gives heart rate and SpO2 one limit:
# so one number has one key.
VITAL_SIGNS_STALE = "criteria.sinus-tachycardia.stale-factor"
ONE_WITH = {
    "criteria.oxygen-requirement.stale-factor": VITAL_SIGNS_STALE,
    "pressure.stale-factor": VITAL_SIGNS_STALE,
}


class Key(msgspec.Struct, frozen=True):
    """A key of the file: its path, the kind of value it takes, the default, and its places in the guideline.

    `op`: the comparison a limit is part of, which cannot be set; `source`: where the paper says so;
    `subject`: what it is a number of.
    """

    path: Path
    kind: str
    default: Any
    places: tuple[Place, ...]
    unit: str | None = None
    op: str = ""
    source: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        """The path as one text, with dots."""
        return ".".join(self.path)


class Table(msgspec.Struct, frozen=True):
    """A table of the file and the declaration whose numbers it sets."""

    path: Path
    place: Place
    declared: Any
    unit: str | None = None
    source: str = ""
    subject: str = ""


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables of the file that belong to one declaration each, in the paper's order."""
    guide = SCHWARTZENTRUBER_2001
    return (
        *(
            Table(("criteria", row.code), ("rows", i), row, row.unit, row.source, row.words)
            for i, row in enumerate(guide.rows)
        ),
        Table(("pressure",), ("pressure",), guide.pressure, "mm[Hg]", "Table 2", "Systolic pressure"),
        Table(
            ("vital-signs",),
            ("vital_signs",),
            guide.vital_signs,
            None,
            guide.vital_signs.source,
            "Vital signs",
        ),
        Table(("pressors",), ("pressors",), guide.pressors, None, guide.pressors.source, "Pressor load"),
        Table(("table4",), ("table4",), guide.table4, None, "Table 4", "Recommendation and dose"),
        *(
            Table(("stop-rules", rule.rule), ("stop_rules", i), rule, None, rule.source, rule.words)
            for i, rule in enumerate(guide.stop_rules)
        ),
        *(
            Table(("monitoring", o.what), ("observations", i), o, None, o.source, o.what)
            for i, o in enumerate(guide.observations)
        ),
        *(
            Table(("advice", a.code), ("advice", i), a, a.unit, a.source, a.text)
            for i, a in enumerate(guide.advice)
        ),
        Table(("harm",), ("harm",), guide.harm, None, guide.harm.source, "A measure that would harm"),
        Table(
            ("eligibility",),
            ("eligibility",),
            guide.eligibility,
            None,
            guide.eligibility.source,
            "Before therapy",
        ),
        *(
            Table(("plausible", code), ("plausible", code), r, CANONICAL[code], "criteria.md 8", code)
            for code, r in guide.plausible.items()
        ),
        Table(("choices",), ("choices",), guide.choices, None, "criteria.md", "Choice"),
        Table(("shifts",), ("shifts",), guide.shifts, None, "criteria.md 1", "Shifts"),
    )


@cache
def keys() -> tuple[Key, ...]:
    """Return every key a site may set, in the order of the document."""
    found = [key for table in tables() for key in _of(table) if key.name not in ONE_WITH]
    return tuple(_shared(key) for key in (*found, *_premedication()))


def _of(table: Table) -> Iterator[Key]:
    for field in msgspec.structs.fields(table.declared):
        value = getattr(table.declared, field.name)
        path, place = (*table.path, field.name.replace("_", "-")), (*table.place, field.name)
        for rest, kind, default, op in _numbers(field.name, value, table):
            unit = None if kind not in (NUMBER, MARGIN) else _unit(table, field.name, rest)
            written = (*path, *(step for step in rest if step != "value"))
            yield Key(written, kind, default, ((*place, *rest),), unit, op, table.source, table.subject)


def _numbers(name: str, value: Any, table: Table) -> Iterator[tuple[Path, str, Any, str]]:
    """Yield the numbers in one field: the steps below it, kind, value, comparison."""
    if isinstance(value, Limit):
        yield ("value",), NUMBER, value.value, value.op
    elif isinstance(value, Sustained):
        yield ("trip", "value"), NUMBER, value.trip.value, value.trip.op
        yield ("clear", "value"), NUMBER, value.clear.value, value.clear.op
        yield ("span",), DURATION, value.span, ""
    elif isinstance(table.declared, UpperLimitRow) and name == "limits":
        yield from (((lab,), NUMBER, None, ">") for lab in table.declared.labs)
    elif name in ("limits", "equivalents"):
        yield from (((part,), NUMBER, number, "") for part, number in value.items())
    elif name in ("timezone", "starts", "acknowledged_long") or (name == "column" and value):
        yield (), KINDS[name], value, ""
    elif name in SWITCHES or (name == "on" and table.declared.watch):
        yield (), SWITCH, value, ""
    elif isinstance(value, int | float) and not isinstance(value, bool) and value:
        # 0 cannot be set: none is declared, or 0 is itself a reading (a pump stopped, an empty catheter bag).
        yield (), KINDS.get(name, DURATION if isinstance(value, int) else NUMBER), value, ""


def _unit(table: Table, name: str, rest: Path) -> str | None:
    if isinstance(table.declared, UpperLimitRow):
        return CANONICAL[rest[0]]
    if table.path[0] in ("plausible", "pressure"):
        return table.unit
    return UNITS.get(rest[-1] if name == "limits" else name, table.unit)


def _premedication() -> Iterator[Key]:
    agents, found = (
        SCHWARTZENTRUBER_2001.agents,
        {"source": "Table 6", "subject": "Premedication after therapy"},
    )
    for kind, every in agents.premedication_every.items():
        yield Key(
            ("premedication", kind), DURATION, every, (("agents", "premedication_every", kind),), **found
        )
    yield Key(
        ("premedication", "overdue-factor"),
        FACTOR,
        agents.overdue_factor,
        (("agents", "overdue_factor"),),
        **found,
    )


def _shared(key: Key) -> Key:
    """Add to the key of the vital signs' staleness the two other declarations that have that number."""
    if key.name != VITAL_SIGNS_STALE:
        return key
    rows = [row.code for row in SCHWARTZENTRUBER_2001.rows]
    oxygen: Place = ("rows", rows.index("oxygen-requirement"), "stale_factor")
    return msgspec.structs.replace(key, places=(*key.places, oxygen, ("pressure", "stale_factor")))
