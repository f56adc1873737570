"""Read one table of a configuration into the struct that defines its keys, and word its errors.

Every table of a site, the users' file and a channel's options are read here, so that errors have one form
everywhere: file, line, key, fault, and the nearest key or another remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, NoReturn, TypeVar

import msgspec
from msgspec import inspect

from rules.guideline.settings.document import ConfigError, Document, parse_toml
from rules.guideline.settings.values import described
from rules.wire.did_you_mean import did_you_mean
from rules.wire.durations import UNITS
from streams.errors import UsageError

Path = tuple[str, ...]
Kind = TypeVar("Kind", bound=msgspec.Struct)
A_NAME = "#name"
"""The last step of a path to a name in a table, when the name itself is wrong."""
SOME_NAME = "[...]"
"""The step that msgspec words for any name of a table whose names are free: it leaves out which."""


DURATION_PATTERN = f"^ *[0-9]+(\\.[0-9]+)? ?({'|'.join(UNITS)}) *$"
# For editors alone: a malformed duration is refused with a remedy, not with a pattern.
Duration = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": DURATION_PATTERN})]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table that refuses keys it does not know: a mistyped one would silently change a route."""


class Unit(Table, frozen=True, kw_only=True):
    """Patients whose id matches a pattern, and the unit they lie on."""

    patients: str
    unit: str


class Fault(NamedTuple):
    """The key of a table that must change, and why."""

    key: str
    text: str


class KeyFault(UsageError):
    """An error in a key of a table whose file is not at hand; the caller that has the file adds the line.

    `path`: in the table; empty for the table itself.
    """

    def __init__(self, place: str, path: Path, fault: str) -> None:
        self.path, self.fault = path, fault
        super().__init__(f"{place} {spelled(path)}{fault}" if path else f"{place}: {fault}")


class SiteFile(NamedTuple):
    """A parsed file, with the line of each key for errors."""

    name: str
    document: Document

    def section(self, kind: type[Kind], *table: str) -> Kind:
        """Return a table as a struct: without a name the whole file, an empty table if it is absent.

        Raises UsageError naming file, line and key.
        """
        values: Any = self.document.values
        for step in table:
            values = values.get(step, {})
        if not isinstance(values, dict):
            name = ".".join(table)
            self.blame(
                table, f"a table is wanted, not {described(values)}; write [{name}] and its keys below"
            )
        try:
            return msgspec.convert(values, kind)
        except msgspec.ValidationError as error:
            path, fault = worded(str(error), kind)
            self.blame((*table, *with_names(path, values, kind)), fault)

    def blame(self, path: Path, fault: str) -> NoReturn:
        """Raise UsageError with the line of a key."""
        raise UsageError(f"{self.at(path)}{fault}")

    def at(self, path: Path) -> str:
        """Return how an error at a key begins: `site.toml: line 3: pager.routes[1].level: `."""
        return f"{self.name}: line {self.document.line(path)}: {spelled(path)}"


def parsed(text: str, name: str) -> SiteFile:
    """Parse a file. Raises UsageError naming file, line and column for what is not TOML."""
    try:
        return SiteFile(name, parse_toml(text))
    except ConfigError as error:
        raise UsageError(f"{name}: {error.problems[0]}") from None


def converted(table: Mapping[str, Any], kind: type[Kind], place: str) -> Kind:
    """Return a table whose file is not at hand as a struct. Raises KeyFault."""
    try:
        return msgspec.convert(dict(table), kind)
    except msgspec.ValidationError as error:
        path, fault = worded(str(error), kind)
        raise KeyFault(place, with_names(path, dict(table), kind), fault) from None


def with_names(path: Path, values: Mapping[str, Any], kind: type[msgspec.Struct]) -> Path:
    """Return the path of an error in values, with the names of tables that msgspec left out of it."""
    found: Path = ()
    for step in path:
        unnamed = step in (SOME_NAME, A_NAME)
        found += (_wrong_name(found, values, kind),) if unnamed else (step,)
    return (*found, A_NAME) if path[-1:] == (A_NAME,) else found


def _wrong_name(path: Path, values: Mapping[str, Any], kind: type[msgspec.Struct]) -> str:
    """Return the name in the table at a path that alone causes the first error of all values."""
    first, table = _error(values, kind), _below_path(values, path)
    return str(next(name for name in table if _error(_with_only(values, path, name), kind) == first))


def _error(values: Any, kind: type[msgspec.Struct]) -> str | None:
    try:
        msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _below_path(values: Any, path: Path) -> Any:
    for step in path:
        values = values[_index(values, step)]
    return values


def _with_only(values: Any, path: Path, name: str) -> Any:
    """Return a copy of values in which the table at a path has one name alone."""
    if not path:
        return {name: values[name]}
    copy, at = values.copy(), _index(values, path[0])
    copy[at] = _with_only(values[at], path[1:], name)
    return copy


def _index(values: Any, step: str) -> str | int:
    return int(step[1:]) - 1 if isinstance(values, list) else step


def spelled(path: Path) -> str:
    """Return a path as it precedes an error: `pager.routes[1].level: `; empty for no path."""
    inside = path[:-2] if path[-1:] == (A_NAME,) else path
    text = re.sub(r"\.(?:#(\d+)|(?=\[))", lambda step: f"[{step[1]}]" if step[1] else "", ".".join(inside))
    return f"{'key in ' * (inside != path)}{text}: " if path else ""


def worded(error: str, kind: type[msgspec.Struct]) -> tuple[Path, str]:
    """Split msgspec's error into path and fault: `("routes", "#1", "level")` and the text.

    The value beside an unknown key is never shown: it may be a secret.
    """
    words, _, where = error.replace("`", "").partition(" - at ")
    path = _path(where)
    if unknown := re.fullmatch(r"Object contains unknown field (.*)", words):
        return (*path, unknown[1]), no_such_key(unknown[1], keys_at(kind, path))
    if missing := re.fullmatch(r"Object missing required field (.*)", words):
        return (*path, missing[1]), "missing"
    if value := re.fullmatch(r"Invalid enum value (.*)", words):
        return path, f"is one of {', '.join(_choices(kind, path))}, not {value[1]}"
    return path, words[:1].lower() + words[1:]


def no_such_key(key: str, keys: list[str]) -> str:
    """Return the error for an unknown key, with the one that is probably meant."""
    if choices := [way for way in (f"{key}-env", f"{key}-file") if way in keys]:
        return f"a secret does not belong in this file; name {' or '.join(choices)}"
    return "no such key; " + did_you_mean(key, keys, f"there are {', '.join(keys)}")


def keys_at(kind: type[msgspec.Struct], path: Path) -> list[str]:
    """Return the keys of the table at a path of a struct."""
    found = _at(kind, path)
    return [field.encode_name for field in found.fields] if isinstance(found, inspect.StructType) else []


def _path(where: str) -> Path:
    """Return `$.routes[0].level` as `("routes", "#1", "level")`.

    `key in $.labels` ends with a mark, `A_NAME`.
    """
    inside = where.removeprefix("key in ")
    steps = re.findall(r"\[(\d+)\]|([A-Za-z0-9_-]+|\[\.\.\.\])", inside.removeprefix("$"))
    path = tuple(f"#{int(number) + 1}" if number else name for number, name in steps)
    return path if inside == where else (*path, A_NAME)


def _choices(kind: type[msgspec.Struct], path: Path) -> list[str]:
    found = _at(kind, path)
    return [str(value) for value in found.values] if isinstance(found, inspect.LiteralType) else []


def _at(kind: type[msgspec.Struct], path: Path) -> inspect.Type:
    found = _bare(inspect.type_info(kind))
    for step in path:
        found = _bare(_below(found, step))
    return found


def _below(table: inspect.Type, step: str) -> inspect.Type:
    if isinstance(table, inspect.DictType):
        return table.value_type
    if isinstance(table, inspect.StructType):
        return next((field.type for field in table.fields if field.encode_name == step), inspect.AnyType())
    if isinstance(table, inspect.VarTupleType):
        return table.item_type
    return inspect.AnyType()


def _bare(found: inspect.Type) -> inspect.Type:
    """Return a type without None and metadata: `Hours` of `Hours | None`."""
    if isinstance(found, inspect.Metadata):
        return _bare(found.type)
    if isinstance(found, inspect.UnionType):
        return _bare(next(one for one in found.types if not isinstance(one, inspect.NoneType)))
    return found
