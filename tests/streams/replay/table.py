"""Writing events as a table (docs/reference/columns.md), the way back of `streams.service.tabular_files`: what the tests read
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas

from streams.service.tabular_files import COLUMNS

Event = dict[str, Any]


def write(events: Iterable[Event], path: Path) -> str:
    """Writes a CSV or a Parquet file, by its name; every cell as text."""
    cells = [{name: spelled(value) for name, value in row.items()} for event in events for row in rows(event)]
    frame = pandas.DataFrame(
        cells, columns=[name for name in COLUMNS if any(name in row for row in cells)], dtype=object
    )
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return str(path)


def rows(event: Event) -> Iterator[Event]:
    """One row a reading, one a finding of an encounter, one a target; one row at least."""
    common = {name: value for name, value in event.items() if name not in ("readings", "findings", "targets")}
    facts = [
        *event.get("readings", []),
        *({"code": code, "present": present} for code, present in event.get("findings", {}).items()),
        *({"target" if k == "code" else k: v for k, v in each.items()} for each in event.get("targets", [])),
    ]
    for fact in facts or [{}]:
        yield common | fact


def spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
