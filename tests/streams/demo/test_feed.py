"""The ward that is published: history without ticks, then the time itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rules.wire.vocabulary import EVERY_PATIENT
from streams.demo.feed import FILE, WardFeed, kept, ward_feed
from streams.replay.record import ReplayRecord
from streams.times import instant
from tests.streams.samples import vitals

OPENS = "2026-03-02T10:00:00Z"


def lines(*times: str) -> Iterator[tuple[int, bytes]]:
    for number, at in enumerate(times):
        yield instant(at), json.dumps(vitals(f"v{number}", at, heart_rate=90)).encode()


def small() -> WardFeed:
    return ward_feed(
        lines("2026-03-02T04:00:00Z", OPENS, "2026-03-02T10:02:30Z"), instant(OPENS), {"p1": "nothing"}
    )


def parts(found: WardFeed) -> list[tuple[bool, list[ReplayRecord]]]:
    return [(live, list(records)) for live, records in found.parts()]


def test_the_history_comes_first_without_ticks_and_then_what_is_live() -> None:
    [(before, history), (after, live)] = parts(small())
    assert (before, after) == (False, True)
    assert [json.loads(one.value)["id"] for one in history] == ["v0"]
    assert [json.loads(one.value)["id"] for one in live if not one.made] == ["v1", "v2"]


def test_ticks_begin_at_the_opening_and_end_with_the_course() -> None:
    ticks = [one.known for _, records in parts(small()) for one in records if one.patient == EVERY_PATIENT]
    minutes = ("10:00:00", "10:00:00", "10:01:00", "10:02:00", "10:02:30")
    assert ticks == [instant(f"2026-03-02T{minute}Z") for minute in minutes]


def test_records_are_made_only_as_they_are_taken() -> None:
    made: list[int] = []

    def watched() -> Iterator[tuple[int, bytes]]:
        for one in lines("2026-03-02T04:00:00Z", "2026-03-02T05:00:00Z", OPENS):
            made.append(one[0])
            yield one

    next(next(ward_feed(watched(), instant(OPENS), {}).parts())[1])
    assert len(made) == 1


def test_it_is_written_as_json_lines_as_it_is_taken(tmp_path: Path) -> None:
    parts(kept(small(), tmp_path))
    written = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in written] == ["v0", "v1", "v2"]
