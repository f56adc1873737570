"""Find the descriptor of a row of Table 3: its evaluator, and the inputs that can change its result.

A row type is found by its name (`declarations.module_of`): no list of them is kept but `declarations.AnyRow`.
"""

from importlib import import_module
from typing import Any

from rules.evaluate.row_type import RowType
from rules.guideline.declarations import ROW_TYPES, AnyRow, Row, module_of


def _descriptor(row_type: type[Row]) -> RowType[Any]:
    found: RowType[Any] = import_module(f"rules.evaluate.rows.{module_of(row_type)}").ROW_TYPE
    return found


DESCRIPTORS = {row_type: _descriptor(row_type) for row_type in ROW_TYPES}


def descriptor_of(row: AnyRow) -> RowType[Any]:
    """Return the descriptor of a row's type (criteria.md section 3)."""
    return DESCRIPTORS[type(row)]
