"""Write the tables of docs/reference/configuration.md: every key of every table, from the schema.

`make docs` writes them, and the schema beside the page, with `python -m streams.cli.config FOLDER`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rules.guideline.settings.values import key_table
from streams.config.schema import FEEDS, SECTIONS, SITE_ROW, USERS, Schema
from streams.config.section import DURATION_PATTERN

PAGE, SCHEMA = "configuration.md", "configuration.schema.json"
MARK = "<!-- Below: written by make docs from the schema, configuration.schema.json. -->\n"
HEAD = "| key | takes | default | of what |\n|---|---|---|---|\n"
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
GUIDELINE = """\
## Every key of the guideline

The comparison before a default cannot be changed. `[choice]` marks what neither the paper nor its
2014 successor defines.

"""
SERVICES = """\
## Every key of the services

A key without a default is optional, unless it is marked as needed.

"""
USERS_FILE = """\
## Every key of the board's users' file

The file that `board.users-file` names; in the schema it is `#/$defs/UsersFile`. NAME is what the user logs in
with.

"""


def page(text: str, schema: Schema) -> str:
    """Return the page: the text above its mark as it is, and below it the tables."""
    above, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"the page has no line {MARK.strip()}")
    return f"{above}{mark}\n{SERVICES}{''.join(services(schema))}{GUIDELINE}{key_table()}"


def services(schema: Schema) -> Iterator[str]:
    """Yield one heading and one table for each table of the services."""
    written_at: dict[str, str] = {}
    for name in SECTIONS:
        yield from _tables(name, schema["properties"][name], schema["$defs"], written_at)
    yield from _tables("packs.PACK.rows.CODE", {"$ref": f"#/$defs/{SITE_ROW}"}, schema["$defs"], written_at)
    feed = schema["properties"][FEEDS]["additionalProperties"]
    yield from _tables("feeds.NAME", feed, schema["$defs"], written_at)
    yield USERS_FILE
    user = schema["$defs"][USERS]["properties"]["users"]["additionalProperties"]
    yield from _tables("users.NAME", user, schema["$defs"], written_at)


def _tables(path: str, given: Schema, named: dict[str, Schema], written_at: dict[str, str]) -> Iterator[str]:
    """Yield a table and, after it, those nested in it.

    `written_at`: the path where each was written first.
    """
    table = _resolved(given, named)
    first = written_at.setdefault(given["$ref"], path)
    if first != path:
        yield f"### `{path}`\n\nAs `{first}`.\n\n"
        return
    needed = table.get("required", ())
    lines = (_line(f"{path}.{key}", one, key in needed, named) for key, one in table["properties"].items())
    yield f"### `{path}`\n\n{HEAD}{''.join(lines)}\n"
    for key, one in table["properties"].items():
        inner, many = _inner(one)
        if "$ref" in inner:
            yield from _tables(f"{path}.{key}{'[]' * many}", inner, named, written_at)


def _line(key: str, given: Schema, needed: bool, named: dict[str, Schema]) -> str:
    default = given.get("default")
    default_text = "needed" if needed else "" if default in (None, [], ()) else f"`{json.dumps(default)}`"
    return f"| `{key}` | {_accepts(given, named)} | {default_text} | {given.get('description', '')} |\n"


def _accepts(given: Schema, named: dict[str, Schema]) -> str:
    inner, many = _inner(given)
    one = _accepts_one(inner)
    return f"list of {one}" if many else one


def _accepts_one(given: Schema) -> str:
    if "enum" in given:
        return "one of " + ", ".join(f"`{value}`" for value in given["enum"])
    if given.get("pattern") == DURATION_PATTERN:
        return "duration"
    return TYPES.get(given.get("type", ""), "table") + _range(given)


def _range(given: Schema) -> str:
    if "minimum" in given and "maximum" in given:
        return f", {given['minimum']} to {given['maximum']}"
    if "pattern" in given:
        return f" like `{given['pattern']}`".replace("|", "\\|")
    return f", at most {given['maxLength']} characters" if "maxLength" in given else ""


def _inner(given: Schema) -> tuple[Schema, bool]:
    """Return a schema without null and without a list around it, and whether there was a list."""
    if "anyOf" in given:
        return _inner(next(one for one in given["anyOf"] if one.get("type") != "null"))
    return (_inner(given["items"])[0], True) if given.get("type") == "array" else (given, False)


def _resolved(given: Schema, named: dict[str, Schema]) -> Schema:
    return named[given["$ref"].rpartition("/")[2]]


def written(schema: Schema) -> str:
    """Return the schema as its file has it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path, schema: Schema) -> None:
    """Write the page's tables again, and the schema beside it."""
    path = folder / PAGE
    path.write_text(page(path.read_text(encoding="utf-8"), schema), encoding="utf-8")
    (folder / SCHEMA).write_text(written(schema), encoding="utf-8")
