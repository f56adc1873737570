"""What several tables of the configuration have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec

from rules.wire.durations import UNITS

DURATION_PATTERN = f"^ *[0-9]+(\\.[0-9]+)? ?({'|'.join(UNITS)}) *$"
# For editors alone: a duration that cannot be read is refused with a remedy, not with a pattern.
Duration = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": DURATION_PATTERN})]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table takes no key it does not know: a mistyped one would be a route that is not what it seems."""


class Unit(Table, frozen=True, kw_only=True):
    """Patients whose id matches a pattern, and the unit they lie on."""

    patients: str
    unit: str
