"""Read the code along one value without running it: from a function that is handed it to all that are.

The reader reads a function from top to bottom and opens every function of the project it calls, each once,
and comes back. What a function calls is followed further only where the value is handed on under its name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tests.imports import module_of, modules

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """A function, a class or a method (`Class.method`) of a module."""

    module: str
    name: str


@dataclass(frozen=True)
class Source:
    """A module's own definitions, and what its imported names stand for (a module: an empty name)."""

    defined: Mapping[str, Function | ast.ClassDef]
    imported: Mapping[str, Place]


@cache
def source(module: str) -> Source:
    """Read a module."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    defined: dict[str, Function | ast.ClassDef] = {}
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef):
            defined[node.name] = node
        if isinstance(node, ast.ClassDef):
            defined |= {f"{node.name}.{one.name}": one for one in node.body if isinstance(one, Function)}
    return Source(defined, dict(names(tree)))


def names(tree: ast.Module) -> Iterator[tuple[str, Place]]:
    """Yield what `from a import b` binds, where it is the project's."""
    for node in ast.walk(tree):
        for alias in (
            node.names if isinstance(node, ast.ImportFrom) and node.module and not node.level else ()
        ):
            full = f"{node.module}.{alias.name}"  # type: ignore[union-attr]
            home = module_of(full)
            if home is not None:
                yield alias.asname or alias.name, Place(home, "" if home == full else alias.name)


def found(module: str, name: str) -> Place | None:
    """Return where a name of a module is defined, imports followed."""
    known = source(module)
    if name in known.defined:
        return Place(module, name)
    there = known.imported.get(name)
    return found(*there) if there is not None and there.name else None


def classes(place: Place, function: Function) -> dict[str, Place]:
    """Return the classes of a function's names: of annotated parameters, of `self`, of what it makes."""
    wanted = [
        (one.arg, node.id)
        for one in (*function.args.args, *function.args.kwonlyargs)
        for node in (ast.walk(one.annotation) if one.annotation else ())
        if isinstance(node, ast.Name)
    ]
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made))):
                wanted.append((name, made))
    if "." in place.name:
        wanted.append(("self", place.name.partition(".")[0]))
    return {name: there for name, kind in wanted if (there := found(place.module, kind)) is not None}


def called(place: Place, function: Function, along: str) -> list[tuple[Place, bool]]:
    """Return what a function calls, as it is read, and whether the value is handed on."""
    kinds, calls = classes(place, function), []
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (there := target(place.module, node.func, kinds)) is not None:
            arguments = [*node.args, *(one.value for one in node.keywords)]
            handed = any(
                isinstance(one, ast.Name) and one.id == along for each in arguments for one in ast.walk(each)
            )
            calls.append((node.lineno, node.col_offset, there, handed))
    return [(there, handed) for _, _, there, handed in sorted(calls)]


def target(module: str, call: ast.expr, kinds: Mapping[str, Place]) -> Place | None:
    """Return what a call calls: a name, a module's name, or a method of what has a known class."""
    match call:
        case ast.Name(id=name):
            return found(module, name)
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            there = source(module).imported.get(owner)
            if there is not None and not there.name:
                return found(there.module, name)
            kind = kinds.get(owner)
            return found(kind.module, f"{kind.name}.{name}") if kind is not None else None
    return None


def read(start: Place, along: str, under: str = "") -> list[Place]:
    """Return the places as a reader passes them who follows the value `along`, in the modules `under` a
    folder.
    """
    passed: list[Place] = []
    seen: set[Place] = set()

    def enter(place: Place, handed: bool) -> None:
        seen.add(place)
        passed.append(place)
        function = source(place.module).defined[place.name]
        if not handed or not isinstance(function, Function):
            return
        for there, further in called(place, function, along):
            if there not in seen and there.module.startswith(under):
                enter(there, further)
                passed.append(place)

    enter(start, True)
    return passed


def stays(passed: list[Place]) -> list[str]:
    """Return the modules of the places, one for each stretch of reading."""
    files = [place.module for place in passed]
    return [file for before, file in zip(["", *files], files, strict=False) if file != before]
