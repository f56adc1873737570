"""The ward that is published: history without ticks, then the time itself."""

from __future__ import annotations

import json
from pathlib import Path

from rules.vocabulary import EVERY_PATIENT
from streams.demo.ward import Ward, ward, write
from streams.times import instant
from tests.streams.samples import vitals

OPENS = "2026-03-02T10:00:00Z"


def small() -> Ward:
    times = ("2026-03-02T10:02:30Z", "2026-03-02T04:00:00Z", OPENS)
    return ward([vitals(f"v{number}", at, heart_rate=90) for number, at in enumerate(times)], OPENS, {"p1": "nothing"})


def test_records_stand_in_order_of_knowing() -> None:
    assert [json.loads(one.value)["id"] for one in small().records] == ["v1", "v2", "v0"]
    assert small().ends == instant("2026-03-02T10:02:30Z")


def test_ticks_begin_at_the_opening_and_end_with_the_course() -> None:
    ticks = [one.known for one in small().feed() if one.patient == EVERY_PATIENT]
    minutes = ("10:00:00", "10:00:00", "10:01:00", "10:02:00", "10:02:30")
    assert ticks == [instant(f"2026-03-02T{minute}Z") for minute in minutes]


def test_it_is_written_as_json_lines(tmp_path: Path) -> None:
    lines = write(small(), tmp_path).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["v1", "v2", "v0"]
