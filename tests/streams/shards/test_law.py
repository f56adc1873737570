"""The law of shards: whatever the records and however many shards, the fold is that of all patients at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.guideline import SCHWARTZENTRUBER_2001
from streams.cli import sharing
from streams.service.files import Line
from streams.shards.pool import in_process
from streams.shards.spill import Runs, Shards
from tests.streams.shards.wards import START, event

PATIENTS = ("p", "p 1", "p1", "ä")
DAY = 24 * 60
MINUTES = st.one_of(
    st.integers(0, 3 * DAY),
    st.integers(0, 90).map(lambda day: day * DAY),
    st.just(31 * DAY),
    st.just(31 * DAY + 1),
)


def of_patient(patient: str, minute: int, kind: int, number: int, value: float) -> dict[str, Any]:
    """One record: vital signs, a result, urine, a stay's beginning or end, or a tick."""
    name = f"n{number}"
    match kind:
        case 0:
            return event("encounter", name, patient, minute, event="cycle-start", location="icu")
        case 1:
            return event("encounter", name, patient, minute, event="discharge")
        case 2:
            readings = [{"code": "creatinine", "value": value / 20, "unit": "mg/dL"}]
            return event("labs", name, patient, minute, readings=readings)
        case 3:
            return event("io", name, patient, minute, direction="out", kind="urine", volume=value, unit="mL")
        case 4:
            return event("tick", name, patient, minute)
        case _:
            readings = [{"code": "heart-rate", "value": value, "unit": "/min"}, {"code": "x", "value": 1}]
            return event("vitals", name, patient, minute, readings=readings)


RECORD = st.builds(
    of_patient,
    st.sampled_from(PATIENTS),
    MINUTES,
    st.integers(0, 7),
    st.integers(0, 12),
    st.sampled_from([8.0, 90.0, 140.0, 9000.0]),
).map(lambda record: json.dumps(record).encode())
TICK = MINUTES.map(lambda minute: json.dumps(event("tick", "", "*", minute)).encode())
BAD = st.sampled_from([b"{", b'{"type":"tick","patient":"*"}', b'{"patient":7}', None])
LOG = st.lists(st.one_of(RECORD, RECORD, RECORD, TICK, BAD), max_size=40)


def outcome(folded: Any, capsys: pytest.CaptureFixture[str]) -> tuple[Any, ...]:
    """All that a user sees of a fold."""
    code = sharing.close(folded, strict=True)
    folded.write_alerts()
    folded.write_assessments()
    out, err = capsys.readouterr()
    return code, out, err


def both(
    log: list[bytes | None], count: int, wanted: sharing.Wanted, capsys: Any
) -> Iterator[tuple[Any, ...]]:
    """What a user sees of the log folded at once, then in shards."""
    lines = [Line(number, data, 0) for number, data in enumerate(log, 1)]
    yield outcome(sharing.fold("log", lines, SCHWARTZENTRUBER_2001, wanted), capsys)
    with TemporaryDirectory() as folder:
        shards = Shards(Path(folder), count)
        shards.add(lines)
        shared = sharing.Shared(shards, in_process)
        yield outcome(sharing.fold("log", shared, SCHWARTZENTRUBER_2001, wanted), capsys)


@given(
    log=LOG,
    count=st.integers(1, 4),
    until=st.one_of(st.none(), st.integers(0, 3 * DAY).map(lambda minute: START + minute * 60_000)),
    gaps=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_shards_give_what_one_fold_gives(
    log: list[bytes | None], count: int, until: int | None, gaps: bool
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        at_once, in_shards = both(log, count, sharing.Wanted(until, gaps, assessed=True), Captured(patched))
    assert in_shards == at_once


class Captured:
    """Captures stdout and stderr anew for each example."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.patched = patched
        self.readouterr()

    def readouterr(self) -> tuple[bytes, str]:
        import io
        import sys

        found = getattr(self, "streams", None)
        self.streams = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        self.patched.setattr(sys, "stdout", self.streams[0])
        self.patched.setattr(sys, "stderr", self.streams[1])
        if found is None:
            return b"", ""
        found[0].flush()
        return found[0].buffer.getvalue(), found[1].getvalue()  # type: ignore[attr-defined]


def test_runs_merge_more_files_than_are_open_at_once_and_keep_the_order_of_equal_keys(tmp_path: Path) -> None:
    runs = Runs(tmp_path, "run", files=2)
    for number in range(7):
        runs.add([b"a\x01%d\n" % number, b"b\x01%d\n" % number])
    assert b"".join(runs) == b"".join(b"%d\n" % number for _ in "ab" for number in range(7))


def test_a_tick_for_all_after_a_month_of_nothing_is_refused_and_one_after_any_record_is_not() -> None:
    kept = [event("vitals", "v", "p", 0, readings=[]), event("vitals", "w", "q", 30 * DAY, readings=[])]
    far = [event("tick", "", "*", 62 * DAY)]
    near = [event("tick", "", "*", 60 * DAY)]
    for ticks, refused in ((far, 1), (near, 0)):
        log = [json.dumps(one).encode() for one in [*kept, *ticks]]
        with pytest.MonkeyPatch.context() as patched:
            at_once, in_shards = both(log, 3, sharing.Wanted(assessed=True), Captured(patched))
        assert in_shards == at_once
        assert at_once[2].count("from-the-future:") == refused
