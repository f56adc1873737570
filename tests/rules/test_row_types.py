"""A row type is a declaration and two modules that have its name (docs/howto/add-a-row-type.md)."""

from __future__ import annotations

from typing import get_args

import pytest

from rules.guideline.declarations import ROW_TYPES, AnyRow, BaselineGainRow, FindingRow, module_of
from tests.kept import ROOT


@pytest.mark.parametrize("folder", ["evaluate", "explain"])
def test_every_row_type_has_its_module_and_no_module_is_without_one(folder: str) -> None:
    found = {path.stem for path in (ROOT / "rules" / folder / "rows").glob("*.py")} - {"__init__"}
    assert found == {module_of(row_type) for row_type in ROW_TYPES}


def test_a_row_type_is_named_by_its_declaration() -> None:
    assert set(ROW_TYPES) == set(get_args(AnyRow))
    assert [module_of(one) for one in (FindingRow, BaselineGainRow)] == ["finding", "baseline_gain"]
