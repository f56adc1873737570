"""Clinical arithmetic has one home, `rules`: what draws a chart reads the results and computes none of its
own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kept import ROOT

DRAWING = ("flowsheet", "plot", "board", "projections")
INPUTS = {
    "per_kg", "low_baseline", "high_baseline", "target_low", "target_normal", "target_high", "severe_below", "clear_above", "peak_from",
    "peak_to", "longest", "plausible",
}  # fmt: skip
"""Fields that a clinical value is computed from: who reads one computes."""
HOME = ("chart", "derived", "identity", "infusions", "pressor_loads", "vital_sign_limits", "volumes")
CHARTED = {"volume", "rate", "amount"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for folder in DRAWING:
        for path in sorted((ROOT / "streams" / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def read_fields(tree: ast.AST) -> set[str]:
    """The inputs of arithmetic that a tree reads."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & INPUTS


def computed(tree: ast.AST) -> set[str]:
    """The charted amounts that a tree adds up, converts or divides."""
    sums = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.AugAssign) or called(node) == "sum"
    ]
    return {
        inside.attr
        for node in sums
        for inside in ast.walk(node)
        if isinstance(inside, ast.Attribute) and inside.attr in CHARTED
    }


def called(node: ast.AST) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def functions(tree: ast.Module) -> set[str]:
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def test_no_input_of_clinical_arithmetic_is_read_where_charts_are_drawn() -> None:
    assert [(path.name, found) for path, tree in trees() if (found := read_fields(tree))] == []


def test_no_charted_amount_is_added_up_or_converted_where_charts_are_drawn() -> None:
    assert [(path.name, found) for path, tree in trees() if (found := computed(tree))] == []


def test_what_the_chart_derives_is_derived_nowhere_else() -> None:
    modules = [ROOT / "rules" / "chart" / f"{name}.py" for name in HOME]
    home = {name for path in modules for name in functions(ast.parse(path.read_text(encoding="utf-8")))}
    again = [(path.name, found) for path, tree in trees() if (found := functions(tree) & home)]
    assert {"target_for", "pressor_loads", "resolved", "outranks", "settled", "by_shift"} <= home
    assert again == []


@pytest.mark.parametrize(
    "line",
    [
        "rate = fact.rate / weight",
        "total += made.volume",
        "total = sum(one.volume for one in collections)",
        "rate = volume.volume * HOUR / (volume.end - volume.start)",
    ],
)
def test_arithmetic_on_what_was_charted_is_seen(line: str) -> None:
    assert computed(ast.parse(line))


def test_an_input_is_seen() -> None:
    assert read_fields(ast.parse("severe = target - guideline.pressure.severe_below")) == {"severe_below"}
