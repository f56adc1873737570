"""Find the descriptor of a row of Table 3: how it is decided, and the inputs that can change it.

A row type is found by its name (`declare.module_of`): no list of them is kept but `declare.AnyRow`.
"""

from importlib import import_module
from typing import Any

from rules.chart.chart import Chart
from rules.evaluate.result import Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declare import ROW_TYPES, AnyRow, Row, module_of
from rules.wire.instants import Instant


def _descriptor(row_type: type[Row]) -> RowType[Any]:
    found: RowType[Any] = import_module(f"rules.evaluate.rows.{module_of(row_type)}").ROW_TYPE
    return found


DESCRIPTORS = {row_type: _descriptor(row_type) for row_type in ROW_TYPES}


def inputs_of(row: AnyRow) -> int:
    """Return the dirty flags of what can change a row."""
    return DESCRIPTORS[type(row)].inputs(row)


def evaluate(row: AnyRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the state of a row at an instant (criteria.md section 3)."""
    return DESCRIPTORS[type(row)].evaluate(row, chart, now, before)
