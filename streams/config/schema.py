"""Build the JSON Schema of a site's configuration, for editors and for the reference page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from rules.guideline.packs.registry import PACKS as SHIPPED
from rules.guideline.settings.keys import (
    COUNT,
    DURATION,
    FACTOR,
    FRACTION,
    LEVEL,
    MARGIN,
    NUMBER,
    STARTS,
    SUBJECTS,
    SWITCH,
    ZONE,
    Key,
    keys,
)
from rules.guideline.settings.names import AGENTS, LONGEST, UNITS, WORDS
from rules.guideline.settings.packs import PackTable, SiteRow
from rules.guideline.settings.values import CLOCK, LARGEST, LEVELS, subjects
from rules.wire.durations import duration_text
from streams.config.board import Board, UsersFile
from streams.config.broker import BrokerTable
from streams.config.feeds import NAME_PATTERN, FeedTable
from streams.config.pager import Pager
from streams.config.review import ReviewTable
from streams.config.section import DURATION_PATTERN

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PACKS = "packs"
"""The table of the guideline packs, which holds the rows that a site writes for a pack by the pack's name."""
SECTIONS: dict[str, type[msgspec.Struct]] = {
    "broker": BrokerTable,
    "pager": Pager,
    "board": Board,
    "review": ReviewTable,
    PACKS: PackTable,
}
"""The tables that are not the guideline's numbers."""
FEEDS = "feeds"
"""The table of the hospital feeds: one of `FeedTable` for each, by its name."""
SITE_ROW = "SiteRow"
"""The definition of a row that a site writes for a pack: `#/$defs/SiteRow`."""
USERS = "UsersFile"
"""The definition of the board's users' file, a document of its own: `#/$defs/UsersFile`."""


def site_schema(channels: Mapping[str, type[msgspec.Struct]]) -> Schema:
    """Return the schema of the whole file. `channels`: the options of each kind of channel, by its name."""
    kinds = (*SECTIONS.values(), FeedTable, *channels.values(), SiteRow, UsersFile)
    tables, named = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    references = dict(zip((*SECTIONS, FEEDS, *channels, SITE_ROW, USERS), tables, strict=True))
    for kind in channels:
        _with_kind(_resolved(references[kind], named), kind)
    _with_rows(_resolved(references[PACKS], named), references[SITE_ROW])
    _with_channels(named, [references[kind] for kind in channels])
    return {
        "$schema": DIALECT,
        "title": "il2watch: the configuration of a site",
        "type": "object",
        "properties": {
            **guideline_tables(),
            **name_tables(),
            **{name: references[name] for name in SECTIONS},
            FEEDS: {
                "type": "object",
                "description": "hospital interfaces, a table each",
                "propertyNames": {"pattern": NAME_PATTERN},
                "additionalProperties": references[FEEDS],
            },
        },
        "additionalProperties": False,
        "$defs": named,
    }


def _resolved(reference: Schema, named: Mapping[str, Schema]) -> Schema:
    return named[reference["$ref"].rpartition("/")[2]]


def _with_kind(options: Schema, kind: str) -> None:
    """Add the key `kind` to a channel's options."""
    options["properties"] = {"kind": {"const": kind}, **options["properties"]}
    options["required"] = ["kind", *options.get("required", [])]


def _with_channels(named: Mapping[str, Schema], kinds: list[Schema]) -> None:
    """Let each of the pager's channels be of one kind."""
    named[Pager.__name__]["properties"]["channels"]["additionalProperties"] = {"oneOf": kinds}


def _with_rows(packs: Schema, row: Schema) -> None:
    """Let a table of a pack's name hold rows that the site writes, each by its code."""
    rows = {"type": "object", "additionalProperties": row}
    table = {"type": "object", "properties": {"rows": rows}, "additionalProperties": False}
    packs["patternProperties"] = {f"^{re.escape(name)}$": table for name in SHIPPED}


def guideline_tables() -> Schema:
    """Return the tables of the guideline's numbers, each key at its path."""
    root = _table()
    for key in keys():
        table = root
        for step in key.path[:-1]:
            table = table["properties"].setdefault(step, _table())
        table["properties"][key.path[-1]] = _of(key)
    tables: Schema = root["properties"]
    return tables


NAMED = {
    UNITS: "A unit of the site: intensive or not; one that is not named counts as ward",
    AGENTS: "An infusion or a medicine that the guideline does not know: its class",
}


def name_tables() -> Schema:
    """Return the tables whose keys are the site's own names."""
    return {
        table: {
            "type": "object",
            "description": NAMED[table],
            "propertyNames": {"minLength": 1, "maxLength": LONGEST},
            "additionalProperties": {"enum": list(words)},
        }
        for table, words in WORDS.items()
    }


def _table() -> Schema:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _of(key: Key) -> Schema:
    unit = f", {key.unit}" if key.unit else ""
    compared = f"; the number is compared by {key.op}" if key.op else ""
    schema = {"description": f"{key.subject}{unit} ({key.source}){compared}", **TYPES[key.kind]}
    return schema if key.default is None else {**schema, "default": _default(key)}


def _default(key: Key) -> Any:
    """Return the default as a site writes it."""
    if key.kind == DURATION:
        return duration_text(key.default)
    return list(key.default) if key.kind in (STARTS, SUBJECTS) else key.default


TYPES: dict[str, Schema] = {
    NUMBER: {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST},
    MARGIN: {"type": "number", "minimum": 0, "maximum": LARGEST},
    FACTOR: {"type": "number", "minimum": 1, "maximum": LARGEST},
    FRACTION: {"type": "number", "minimum": 0, "maximum": 1},
    COUNT: {"type": "integer", "minimum": 1, "maximum": 100},
    DURATION: {"type": "string", "pattern": DURATION_PATTERN},
    SWITCH: {"type": "boolean"},
    LEVEL: {"enum": list(LEVELS)},
    SUBJECTS: {"type": "array", "uniqueItems": True, "items": {"enum": list(subjects())}},
    ZONE: {"type": "string"},
    STARTS: {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": f"^{CLOCK.pattern}$"}},
}
"""The values that each kind of number of the guideline takes; how numbers must relate is checked on load."""
