"""Declare the types of data the guideline is written in: frozen, without behaviour but a comparison.

A second edition is a second set of these declarations; no evaluator names an edition, a drug or an organ.
Durations are integer milliseconds; a `Limit` says which values trip.
"""

import operator
import re
from collections.abc import Callable
from typing import get_args

import msgspec

from rules.wire.instants import DAY

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    ">": operator.gt,
}


class Limit(msgspec.Struct, frozen=True, array_like=True):
    """One end of a band: `Limit("<", 10.0)` is met by values below 10."""

    op: str
    value: float

    def met(self, value: float) -> bool:
        """Return whether a value meets the limit."""
        return COMPARE[self.op](value, self.value)

    @property
    def text(self) -> str:
        """The limit as it is printed: `<10`."""
        return f"{self.op}{self.value:g}"


class Row(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A row of Table 3: its public code, organ system, group and where the paper says so."""

    code: str
    system: str
    source: str
    group: str | None = None
    unit: str | None = None
    words: str


class FindingRow(Row, frozen=True, kw_only=True):
    """A finding: present from the record that says so until one denies it.

    It is named by a code, or by `code=value`. `column`: in which one all its findings stand, where that is a
    site's choice.
    """

    relative: tuple[str, ...] = ()
    absolute: tuple[str, ...] = ()
    column: str | None = None

    def __post_init__(self) -> None:
        """Move all findings to the column that was chosen."""
        if self.column is not None:
            found = (*self.relative, *self.absolute)
            for name in ("relative", "absolute"):
                msgspec.structs.force_setattr(self, name, found if name == self.column else ())


class PersistentFindingRow(Row, frozen=True, kw_only=True):
    """A charted state that becomes absolute when its unbroken run lasts `lasts`."""

    finding: str
    value: str
    lasts: int
    stale: int


class LabRow(Row, frozen=True, kw_only=True):
    """The latest value of one lab; stale at `stale_factor` times the Table 1 interval of `monitored_by`."""

    lab: str
    monitored_by: str
    relative: Limit | None = None
    absolute: Limit | None = None
    stale_factor: float = 1.5


class UpperLimitRow(Row, frozen=True, kw_only=True):
    """Labs compared with a site's own limit, else with the upper reference limit printed with each value.

    Above its own upper limit, `screen` asks for one of the labs, which must be as new (Table 5).
    `never_measured_clear`: they are measured on suspicion only, so none at all is clear.
    """

    labs: tuple[str, ...]
    screen: str
    limits: dict[str, float] = {}
    never_measured_clear: bool = True


class Sustained(msgspec.Struct, frozen=True):
    """A condition that trips on a sustained run and clears on another one (hysteresis)."""

    trip: Limit
    clear: Limit
    span: int


class ExcusedRateRow(Row, frozen=True, kw_only=True):
    """Two nested sustained conditions of a rate.

    The upper one is only relative while a correctable cause is known to be present; nothing excuses a rate
    past `unexcused`. With one of the findings `not_sinus` present the row goes by the name `not_sinus_words`.
    """

    relative: Sustained
    absolute: Sustained
    unexcused: Sustained
    monitored_by: str
    fever: Limit
    fever_age: int
    stale_factor: float = 2.0
    not_sinus: tuple[str, ...] = ()
    not_sinus_words: str = ""


class ShiftVolumeRow(Row, frozen=True, kw_only=True):
    """An output's total in a shift: relative in one shift, absolute in each of two consecutive ones.

    The limit is for a shift of 8 h.
    """

    kind: str
    relative: Limit


class CoveredShiftRow(Row, frozen=True, kw_only=True):
    """An output's total in the last completed shift; the limits are for one of 8 h.

    It is decided when collections reach the shift's end, or `wait` after it, if they cover the fraction
    `coverage` of it.
    """

    relative: Limit
    absolute: Limit
    coverage: float
    wait: int


class HourlyRateRow(Row, frozen=True, kw_only=True):
    """An output's average rate over the shortest stretch of collections that covers `covers`.

    It clears when the shortest stretch that covers `clears_over` is above the relative limit too.
    """

    relative: Limit
    absolute: Limit
    covers: int
    clears_over: int
    longest: int
    monitored_by: str
    stale_factor: float = 2.0


class Pressors(msgspec.Struct, frozen=True, kw_only=True):
    """Every pressor in ug/kg/min of phenylephrine: the pressor load (criteria.md 3.3).

    `equivalents`: what one unit of an agent's rate (ug/kg/min; U/min if it is one of `in_units`) counts;
    dopamine up to `renal_dopamine` counts nothing; `without`: vasopressors that have no equivalent here.
    """

    equivalents: dict[str, float]
    in_units: tuple[str, ...]
    renal_dopamine: float
    without: tuple[str, ...]
    source: str


# The hash of a guideline is taken over tags: these two keep their old ones, so that new names change no hash.
class PressorMaximumRow(Row, frozen=True, kw_only=True, tag="RateMaximumRow"):
    """The highest pressor load of the part of the dose interval that lies in the last `window`."""

    relative: Limit
    absolute: Limit
    window: int


class PressorMinimumRow(Row, frozen=True, kw_only=True, tag="RateMinimumRow"):
    """The load that could not be done without at the time of dosing: the highest of the last `window`.

    It is judged from `after` past the dose.
    """

    relative: Limit
    absolute: Limit
    after: int
    window: int


class BaselineGainRow(Row, frozen=True, kw_only=True):
    """Per cent above the baseline weight."""

    relative: Limit
    stale: int


class OxygenRow(Row, frozen=True, kw_only=True):
    """Oxygen need by device, flow and FiO2, and a saturation that is low.

    `low`: the limit of the saturation; a baseline below `baseline_below` moves it, and what is a severe one,
    to `baseline_margin` below the baseline. `at_flow`: with this flow, or a FiO2 past `absolute_fio2`, a low
    saturation is absolute. `relative_fio2`, `assumed_fio2`: of a mask, and where none is charted with it.
    """

    relative_flow: Limit
    absolute_flow: Limit
    relative_fio2: Limit
    absolute_fio2: Limit
    assumed_fio2: float
    low: Sustained
    severe: Limit
    at_flow: Limit
    baseline_below: float
    baseline_margin: float
    monitored_by: str
    stale_factor: float = 2.0


class HeldFindingRow(Row, frozen=True, kw_only=True):
    """A row that holds from a finding of `trips` on until all of `resumes` are charted at or after it.

    Findings are named as in `FindingRow`; in `resumes` a `code=absent` is one that is denied. None of `trips`
    may be present then. `fresh`: what must have been seen within `stale` for the row to be clear.
    """

    trips: tuple[str, ...]
    resumes: tuple[str, ...] = ()
    fresh: str | None = None
    stale: int = 0


class PermanentFindingRow(Row, frozen=True, kw_only=True):
    """A row that one of the findings makes stand for good: at once, or when it has lasted more than `lasts`.

    A break shorter than `joins` is part of the run; `grace`: how long its end may still be charted.
    """

    findings: tuple[str, ...]
    lasts: int = 0
    joins: int = 0
    grace: int = 0


class HeldReadingRow(Row, frozen=True, kw_only=True):
    """A row that holds from a confirmed reading of a signal on until the other limit is sustained.

    `trip`, `resume`: None: by the patient's own target, below it and at or above it. `mean_trip`: of a mean
    pressure that stands in: below this it trips; it never resumes. `unless`: a finding that must not be
    present for the row to be lifted.
    """

    signal: str
    trip: Limit | None
    resume: Limit | None
    span: int
    mean_trip: Limit | None = None
    unless: str | None = None


class RollingVolumeRow(Row, frozen=True, kw_only=True):
    """The urine of the last `window` up to the latest collection, scaled when `covers` or more is known.

    `per_kg`: the limits are for one kg of the patient. `resume_rate`: a stretch that covers `resume_covers`
    at this rate (mL/kg/h) clears too.
    """

    relative: Limit | None = None
    absolute: Limit
    window: int
    covers: int
    per_kg: bool = False
    resume_rate: Limit | None = None
    resume_covers: int = 0
    monitored_by: str
    stale_factor: float = 2.0

    @property
    def longest(self) -> int:
        """How long a collection may be, ms: what ended longer before it says nothing of its start."""
        return DAY


class RefractoryRow(Row, frozen=True, kw_only=True):
    """A row that trips when the row `of` still holds by a fact `wait` after `boluses` of `volume` mL.

    `weaned`: of the pressor load: while it is met the row no longer holds, it is to be decided on.
    """

    of: str
    boluses: int
    volume: float
    wait: int
    rate: Limit | None = None
    cycle: bool = False
    weaned: Limit | None = None


class SustainedRateRow(ExcusedRateRow, frozen=True, kw_only=True):
    """An `ExcusedRateRow` with lower conditions of its own."""


class StatedFindingRow(PersistentFindingRow, frozen=True, kw_only=True):
    """A `PersistentFindingRow` whose state is also said by other findings, while they are present."""

    also: tuple[str, ...]


AnyRow = (
    FindingRow
    | PersistentFindingRow
    | LabRow
    | UpperLimitRow
    | ExcusedRateRow
    | ShiftVolumeRow
    | CoveredShiftRow
    | HourlyRateRow
    | PressorMaximumRow
    | PressorMinimumRow
    | BaselineGainRow
    | OxygenRow
    | HeldFindingRow
    | PermanentFindingRow
    | HeldReadingRow
    | RollingVolumeRow
    | RefractoryRow
    | SustainedRateRow
    | StatedFindingRow
)

ROW_TYPES: tuple[type[Row], ...] = get_args(AnyRow)


def module_of(row_type: type[Row]) -> str:
    """Return the name of the modules of a row type: `LabRow` -> `lab`, `UpperLimitRow` -> `upper_limit`.

    `rules/evaluate/rows/` has one of that name, which evaluates its rows; `rules/explain/rows/` one that
    explains them.
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", row_type.__name__.removesuffix("Row")).lower()
