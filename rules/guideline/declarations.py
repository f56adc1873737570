"""Declare the types of data the guideline is written in: frozen, without behaviour but a comparison.

A second edition is a second set of these declarations; no evaluator names an edition, a drug or an organ.
Durations are integer milliseconds; a `Limit` says which values trip.
"""

import operator
import re
from collections.abc import Callable
from typing import get_args

import msgspec

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
    measure: str
    drugs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("corrective",)


class FindingRow(Row, frozen=True, kw_only=True):
    """A finding: present from the record that says so until one denies it.

    It is named by a code, or by `code=value`.
    """

    relative: tuple[str, ...] = ()
    absolute: tuple[str, ...] = ()


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
    """Labs compared with the upper reference limit printed with each value, or a site's own limit."""

    labs: tuple[str, ...]
    limits: dict[str, float] = {}


class Sustained(msgspec.Struct, frozen=True):
    """A condition that trips on a sustained run and clears on another one (hysteresis)."""

    trip: Limit
    clear: Limit
    span: int


class ExcusedRateRow(Row, frozen=True, kw_only=True):
    """Two nested sustained conditions of a rate.

    The upper one is only relative while a correctable cause is known to be present.
    """

    relative: Sustained
    absolute: Sustained
    monitored_by: str
    fever: Limit
    fever_age: int
    stale_factor: float = 2.0


class ShiftVolumeRow(Row, frozen=True, kw_only=True):
    """An output's total in a shift: relative in one shift, absolute in each of two consecutive ones."""

    kind: str
    relative: Limit


class CoveredShiftRow(Row, frozen=True, kw_only=True):
    """An output's total in the last completed shift, which must be covered but for `gap`."""

    relative: Limit
    absolute: Limit
    gap: int


class HourlyRateRow(Row, frozen=True, kw_only=True):
    """An output's average rate over the shortest stretch of collections that covers `covers`."""

    relative: Limit
    absolute: Limit
    covers: int
    longest: int
    monitored_by: str
    stale_factor: float = 2.0


class RateMaximumRow(Row, frozen=True, kw_only=True):
    """The highest rate of an infusion in the dose interval."""

    agent: str
    relative: Limit
    absolute: Limit


class RateMinimumRow(Row, frozen=True, kw_only=True):
    """The lowest rate of an infusion at the time of dosing.

    It is taken within `window` up to the clock, from `after` past the dose.
    """

    agent: str
    relative: Limit
    absolute: Limit
    after: int
    window: int


class BaselineGainRow(Row, frozen=True, kw_only=True):
    """Per cent above the baseline weight."""

    relative: Limit
    stale: int


class OxygenRow(Row, frozen=True, kw_only=True):
    """Oxygen need by device, flow and FiO2, and saturation that stays low at high flow."""

    relative_flow: Limit
    absolute_flow: Limit
    absolute_fio2: Limit
    low: Sustained
    at_flow: Limit
    monitored_by: str
    stale_factor: float = 2.0


AnyRow = (
    FindingRow
    | PersistentFindingRow
    | LabRow
    | UpperLimitRow
    | ExcusedRateRow
    | ShiftVolumeRow
    | CoveredShiftRow
    | HourlyRateRow
    | RateMaximumRow
    | RateMinimumRow
    | BaselineGainRow
    | OxygenRow
)

ROW_TYPES: tuple[type[Row], ...] = get_args(AnyRow)


def module_of(row_type: type[Row]) -> str:
    """Return the name of the modules of a row type: `LabRow` -> `lab`, `UpperLimitRow` -> `upper_limit`.

    `rules/evaluate/rows/` has one of that name, which evaluates its rows; `rules/explain/rows/` one that
    explains them.
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", row_type.__name__.removesuffix("Row")).lower()
