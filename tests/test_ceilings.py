"""What there is too much of may only become less: each figure has a ceiling, and the ceiling follows it down.

A figure above its ceiling fails. So does one that fell well below: then the ceiling is lowered to it, lest
what was gained is lost again.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rules.guideline.declarations import ROW_TYPES, module_of
from simulators.faults.registry import FAULTS
from streams.channels.registry import KINDS
from tests.imports import TOPS, importers, modules, parsed, statements

COLUMNS = 110
LONG_BODY = 25
REGISTRIES = {
    "rules.guideline.edition",
    "rules.guideline.packs.registry",
    "simulators.faults.registry",
    "streams.feeds.mapping.hl7.handling",
}
"""Modules whose business is to know their neighbours: an entry of a registry is a file of its own."""

CEILINGS = {
    "modules": 573,
    "modules with one reader, next door": 91,
    "functions of more than 25 lines": 28,
    "lines of more than 110 columns in rules": 0,
    "lines of more than 110 columns in streams": 0,
    "lines of more than 110 columns in simulators": 0,
    "lines of more than 110 columns in deploy": 0,
    "dict[str, Any] in rules": 9,
    "dict[str, Any] in streams": 11,
}


def floor(ceiling: int) -> int:
    """Return the least figure at which a ceiling may stay as it is: a twentieth below, and exact when it is
    low.
    """
    return ceiling - ceiling // 20


@cache
def counted() -> dict[str, int]:
    """Return today's figures by the names of `CEILINGS`."""
    found: Counter[str] = Counter({"modules": len(plain().keys() - entries())})
    found["modules with one reader, next door"] = len(single_readers())
    for name, path in modules().items():
        top, text = name.partition(".")[0], path.read_text(encoding="utf-8")
        found["functions of more than 25 lines"] += sum(length > LONG_BODY for length in bodies(parsed(path)))
        found[f"lines of more than 110 columns in {top}"] += sum(
            len(line) > COLUMNS for line in text.splitlines()
        )
        found[f"dict[str, Any] in {top}"] += text.count("dict[str, Any]")
    return {what: found[what] for what in CEILINGS}


def plain() -> dict[str, Path]:
    """Return the modules that are no package's own file."""
    return {name: path for name, path in modules().items() if path.stem != "__init__"}


def entries() -> set[str]:
    """Return the modules that are what a registry lists, a file each: there may always be one more."""
    rows = {
        f"rules.{folder}.rows.{module_of(row_type)}"
        for row_type in ROW_TYPES
        for folder in ("evaluate", "explain")
    }
    faults = {fault.stage.__module__ for fault in FAULTS.values()}
    return rows | faults | {kind.partition(":")[0] for kind in KINDS.values()}


def single_readers() -> list[str]:
    """Return the modules with exactly one importer, in the same folder, that are no registry's entries."""
    found = []
    for name in plain():
        readers, folder = importers()[name], name.rpartition(".")[0]
        if len(readers) == 1 and folder in {*readers, *(reader.rpartition(".")[0] for reader in readers)}:
            found.append(name)
    return [name for name in found if not importers()[name] & REGISTRIES]


def bodies(module: ast.Module) -> list[int]:
    """Return the lines of every function's body, its docstring left out."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [body(node) for node in statements(module) if isinstance(node, kinds)]


def body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = ast.get_docstring(function, clean=False) is not None
    rest = function.body[1:] if documented else function.body
    return (rest[-1].end_lineno or 0) - rest[0].lineno + 1 if rest else 0


@pytest.mark.parametrize("what", list(CEILINGS))
def test_no_figure_rises_and_each_ceiling_follows_it_down(what: str) -> None:
    ceiling, now = CEILINGS[what], counted()[what]
    assert now <= ceiling, f"{what}: {now}, and at most {ceiling} there may be"
    assert now >= floor(ceiling), f"{what}: only {now} are left; lower the ceiling of {ceiling} to that"


def test_every_registry_and_every_entry_is_a_module() -> None:
    assert sorted((REGISTRIES | entries()) - set(modules())) == []


def test_a_body_is_counted_without_its_head_and_its_docstring() -> None:
    assert bodies(ast.parse('def a(\n    b,\n):\n    """One\n    two."""\n    c = b\n\n    return c\n')) == [
        3
    ]
    assert bodies(ast.parse('def a():\n    """Nothing."""\n')) == [0]
    assert bodies(ast.parse("class A:\n    async def a(self):\n        return 1\n")) == [1]


def test_a_low_ceiling_is_exact() -> None:
    assert [floor(ceiling) for ceiling in (0, 19, 20, 100, 333)] == [0, 19, 19, 95, 317]


def test_the_figures_are_of_the_product_alone() -> None:
    assert {name.partition(".")[0] for name in plain()} == set(TOPS)
