"""Fold one patient's events as a pandas group, under Dask, Spark or pandas itself.

Source: docs/howto/backtest-ten-years.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from rules.guideline import Guideline
from rules.wire.instants import parse
from streams.service import tabular_files
from streams.shards.fold import (
    END,
    SettleRequest,
    ShardFold,
    ShardRequest,
    fold_shard,
    key_of,
    settle_shard,
)

if TYPE_CHECKING:
    import pandas

EVENT, POSITION = tabular_files.EVENT, tabular_files.POSITION
OUTPUT, PATIENT = "json", "patient"
SCHEMA = f"{PATIENT} string, {OUTPUT} string"
"""The columns of what `fold` returns, as Spark writes a schema."""


def fold(
    group: pandas.DataFrame,
    guideline: Guideline,
    command: Literal["run", "assess"] = "run",
    until: str | None = None,
) -> pandas.DataFrame:
    """Fold the rows of one patient; return a row for each line that the command prints of that patient.

    `group`: events in order of the column `position` where there is one, else in order of the file: one JSON
    record a row, in the column `event`, or the columns of docs/reference/columns.md. `until`: an instant as
    on the wire; None: the group's last one. A group does not know when other patients' records end, nor ticks
    for all: give the instant to have what `run --until` and `assess --at` print of a whole file. Returned:
    the columns `patient` and `json`.

    Raises UsageError for columns that are no events, and for a record that could not be folded. A record that
    is refused is left out, as by the commands.
    """
    import pandas

    moment = None if until is None else parse(until)
    found = _folded(lines(group), guideline, command == "assess", moment)
    wanted = found.alerts if command == "run" else found.assessments
    name = str(group[PATIENT].iloc[0]) if len(group) and PATIENT in group else ""
    printed = [line.partition(END)[2].decode().rstrip("\n") for line in wanted]
    return pandas.DataFrame({PATIENT: [name] * len(printed), OUTPUT: printed}, dtype="object")


def lines(group: pandas.DataFrame) -> bytes:
    """Return the records of a group as numbered lines. Raises UsageError."""
    if POSITION in group.columns:
        group = group.sort_values(POSITION, kind="stable")
    if EVENT in group.columns:
        records: list[Any] = list(enumerate(map(_encoded, group[EVENT]), 1))
    else:
        cells = group.drop(columns=POSITION, errors="ignore")
        tabular_files.check(map(str, cells.columns))
        found = tabular_files.records(tabular_files.frame_rows(cells))
        records = [(one.row, one.value) for one in found if one.value]
    return b"".join(b"%d %s\n" % record for record in records)


def _encoded(event: object) -> bytes:
    """Return a record as one line of bytes."""
    return (event if isinstance(event, bytes) else str(event).encode()).strip()


def _folded(events: bytes, guideline: Guideline, assessed: bool, until: int | None) -> ShardFold:
    request = ShardRequest("group", guideline, events, until=until, assessed=assessed)
    found = fold_shard(request)
    if until is None:
        after = settle_shard(SettleRequest("group", guideline, found.states, found.last, assessed))
        found.alerts = sorted([*found.alerts, *after.alerts], key=key_of)
        found.assessments = after.assessments
    return found
