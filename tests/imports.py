"""The project's modules and who imports whom, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.kept import ROOT

TOPS = ("rules", "streams", "simulators", "deploy")


def name_of(path: Path) -> str:
    """Return the dotted name of a file of the repository; a package's is that of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> Mapping[str, Path]:
    """Return every module of the product by its dotted name."""
    return {name_of(path): path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))}


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement below a module or statement, in order; no expression, of which there are ten
    times as many.
    """
    for block in BLOCKS:
        for child in getattr(node, block, ()):
            yield child
            yield from statements(child)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports, wherever in it; `from a import b` as `a.b`, for b may be a module."""
    package = path.relative_to(ROOT).parent.parts
    for node in statements(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inner = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*inner, *filter(None, [node.module])))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def module_of(name: str) -> str | None:
    """Return the module that an imported name is, or is from; None for what is not the product's."""
    known = modules()
    return next((found for found in (name, name.rpartition(".")[0]) if found in known), None)


@cache
def graph() -> Mapping[str, frozenset[str]]:
    """Return for every module the modules of the product that it imports, itself not among them."""
    found = {}
    for name, path in modules().items():
        targets = {module_of(each) for each in imported(path)}
        found[name] = frozenset(target for target in targets if target and target != name)
    return found


@cache
def importers() -> Mapping[str, frozenset[str]]:
    """Return for every module the modules that import it."""
    arrows = [(name, target) for name, targets in graph().items() for target in targets]
    return {name: frozenset(source for source, target in arrows if target == name) for name in modules()}
