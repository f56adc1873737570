"""What one record may cause is bounded: no record ends a worker, and none holds up another patient."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

import pytest

from rules.decide import engine
from rules.ingest.decode import decode
from rules.wire import events
from rules.wire.instants import DAY, HOUR, MINUTE, parse, text
from rules.wire.refusals import Problem
from rules.wire.topics import ALERTS, DEADLETTERS, INPUTS, topic_of
from streams.kafka.topics import LARGEST_DEAD_LETTER, LARGEST_RECORD
from streams.worker import partition_state
from streams.worker.batch import Batch, dead_letter_record, joined
from streams.worker.processor import BatchProcessor
from tests.streams.worker.in_memory_kafka import CHANGELOG, GUIDELINE, Charts, Outlet, Paper, Record

START = parse("2026-03-02T08:00:00Z")
FLOOD = 120 * DAY


class Bench:
    """A worker on paper, with one partition; `offset`: of the next record in each topic."""

    def __init__(self) -> None:
        self.paper = Paper({})
        self.processor = BatchProcessor(
            GUIDELINE,
            Charts(self.paper),  # type: ignore[arg-type]
            Outlet(self.paper, 10**9, Random(1)),  # type: ignore[arg-type]
        )
        self.positions = [0] * len(INPUTS)
        self.found = partition_state.Output()
        self.committed = tuple(self.positions)

    def record(self, event: dict[str, Any], known: int, value: bytes | None = None) -> tuple[int, Record]:
        topic = INPUTS.index(topic_of(event["type"]))
        body = json.dumps(event).encode() if value is None else value
        record = Record(INPUTS[topic], 0, self.positions[topic], known, event["patient"].encode(), body)
        self.positions[topic] += 1
        return topic, record

    def work(
        self, *records: tuple[int, Record], now: int | None = None, clock: int | None = None
    ) -> partition_state.Output:
        batch = Batch(
            0,
            records,
            tuple(self.positions),
            self.committed,
            (10**6,) * len(INPUTS),
            now is not None,
            now,
            clock,
        )
        partition, output = asyncio.run(self.processor.work(batch))
        self.committed = partition.done(batch.positions)
        return output

    def alerts(self) -> list[dict[str, Any]]:
        return [json.loads(out.value or b"") for out in self.paper.appended.get(ALERTS, [])]

    def letters(self) -> list[tuple[str, bytes | None]]:
        return [
            (dict(out.headers)["__streams.errors.reason"].decode(), out.value)
            for out in self.paper.appended.get(DEADLETTERS, [])
        ]


def event(patient: str, type: str, id: str, at: int, **fields: object) -> dict[str, Any]:
    return {"type": type, "id": id, "patient": patient, "at": text(at), **fields}


def begun(bench: Bench, patient: str, at: int) -> tuple[int, Record]:
    return bench.record(event(patient, "encounter", "e", at, event="cycle-start", location="ward"), at)


def creatinine(bench: Bench, patient: str, at: int, value: float = 5, id: str = "l") -> tuple[int, Record]:
    readings = [{"code": "creatinine", "value": value, "unit": "mg/dL"}]
    return bench.record(event(patient, "labs", id, at, readings=readings), at)


def arrhythmia(bench: Bench, patient: str, at: int) -> tuple[int, Record]:
    return bench.record(event(patient, "finding", "f", at, code="ventricular-arrhythmia", present=True), at)


def pulse(bench: Bench, patient: str, at: int) -> tuple[int, Record]:
    readings = [{"code": "heart-rate", "value": 80, "unit": "/min"}]
    return bench.record(event(patient, "vitals", f"v{at}", at, readings=readings), at)


def offline(bench: Bench, *records: tuple[int, Record]) -> list[tuple[object, ...]]:
    log = [decode(record.value or b"", known=record.timestamp)[0] for _, record in records]
    found = engine.fold([event for event in log if event is not None], GUIDELINE, gaps=True).alerts
    return [
        (alert.patient, alert.seq, alert.subject, alert.transition, text(alert.decided)) for alert in found
    ]


def transitions(bench: Bench, patient: str) -> list[tuple[object, ...]]:
    keys = ("patient", "seq", "subject", "transition", "decided")
    return [tuple(alert[key] for key in keys) for alert in bench.alerts() if alert["patient"] == patient]


def test_a_record_far_ahead_holds_up_no_other_patient_and_its_flood_is_decided_in_slices() -> None:
    bench = Bench()
    old = [begun(bench, "far", START), creatinine(bench, "far", START)]
    bench.work(*old, begun(bench, "near", START))
    late = START + FLOOD
    flood = [arrhythmia(bench, "far", late), creatinine(bench, "far", late + MINUTE, 1, "l2")]
    bench.work(*flood, now=None)
    assert bench.committed[flood[0][0]] <= flood[0][1].offset, "what waits is not committed"
    bench.work(arrhythmia(bench, "near", START + HOUR), now=None)
    assert "ventricular-arrhythmia" not in str(transitions(bench, "far"))
    bench.work(pulse(bench, "near", START + 2 * HOUR))
    assert ("near", "ventricular-arrhythmia", "opened") in [
        (one[0], one[2], one[3]) for one in transitions(bench, "near")
    ]
    batches = 0
    while bench.committed != tuple(bench.positions):
        bench.work()
        batches += 1
        assert batches < 1000
    assert batches > 0
    expected = [one for one in offline(bench, *old, *flood) if one[4] < text(late + MINUTE)]
    assert transitions(bench, "far") == expected


def test_of_a_flood_no_batch_decides_more_than_its_share() -> None:
    bench = Bench()
    bench.work(*(record for n in range(4) for record in (begun(bench, f"p{n}", START),)))
    bench.work(*(creatinine(bench, f"p{n}", START + MINUTE) for n in range(4)))
    before = len(bench.alerts())
    bench.work(now=START + FLOOD)
    most = 2 * (partition_state.DECISIONS + partition_state.SLICE)
    assert 0 < len(bench.alerts()) - before < 8 * most
    partition = bench.processor.partitions[0]
    assert partition.busy
    reached = [cached._patient.now for cached in partition.patients_by_id.values() if cached._patient]
    assert max(reached) - min(reached) < FLOOD / 2, "each has its turn"


def test_killed_in_the_middle_of_a_flood_the_next_worker_says_the_same() -> None:
    bench = Bench()
    old = [begun(bench, "far", START), creatinine(bench, "far", START)]
    bench.work(*old)
    flood = arrhythmia(bench, "far", START + FLOOD)
    bench.work(flood)
    bench.processor = BatchProcessor(GUIDELINE, Charts(bench.paper), bench.processor.producer)  # type: ignore[arg-type]
    again = flood if bench.committed[flood[0]] <= flood[1].offset else None
    assert again is not None
    bench.work(flood)
    while bench.committed != tuple(bench.positions):
        bench.work()
    bench.work(pulse(bench, "far", START + FLOOD + MINUTE))
    once = list(dict.fromkeys(transitions(bench, "far")))
    assert once == [one for one in offline(bench, *old, flood) if one[4] < text(START + FLOOD + MINUTE)]


class Broken(RuntimeError):
    """A fault in the decision."""


def breaking(monkeypatch: pytest.MonkeyPatch, patient: str, id: str) -> None:
    """Let one event's decision fail, whatever else is decided."""
    advance = partition_state.advance

    def failing(state: Any, found: events.Event, guideline: Any) -> Any:
        if (found.patient, found.id) == (patient, id):
            raise Broken("no way")
        return advance(state, found, guideline)

    monkeypatch.setattr(partition_state, "advance", failing)


@pytest.mark.parametrize("place", range(4))
def test_a_record_that_alone_cannot_be_worked_off_goes_to_the_dead_letters_and_all_else_goes_on(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, "bad", "l")
    bench = Bench()
    records = [begun(bench, "a", START), begun(bench, "b", START + 1), arrhythmia(bench, "a", START + 2)]
    bad = creatinine(bench, "bad", START + 1)
    output = bench.work(*records[:place], bad, *records[place:], now=START + MINUTE)
    assert bench.letters() == [("cannot-be-worked-off", bad[1].value)]
    assert output.stuck == ["tests.reliability.test_one_record.Broken: no way"]
    assert "ventricular-arrhythmia" in str(transitions(bench, "a"))
    assert "ventricular-arrhythmia" not in str(transitions(bench, "b"))
    assert bench.committed == tuple(bench.positions)


def test_a_patient_whom_time_cannot_pass_for_is_told_and_the_others_are_ticked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    bench.work(begun(bench, "bad", START), begun(bench, "good", START))
    passing = partition_state.pass_some

    def failing(patient: Any, instant: int, most: int) -> Any:
        if patient.id == "bad":
            raise Broken("no way")
        return passing(patient, instant, most)

    monkeypatch.setattr(partition_state, "pass_some", failing)
    output = bench.work(now=START + 12 * HOUR)
    assert output.stuck == ["tests.reliability.test_one_record.Broken: no way"]
    assert "monitoring/vital-signs" in str(transitions(bench, "good"))
    assert bench.work(now=START + 12 * HOUR + 1).stuck == []
    assert bench.work(now=START + 12 * HOUR + 2 * MINUTE).stuck != [], "it is tried again each minute"


def test_what_kafka_would_not_take_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state record that is too large would end each worker that comes to it."""
    bench = Bench()
    bench.work(begun(bench, "a", START))
    monkeypatch.setattr("streams.worker.processor.LARGEST_STATE_RECORD", 1 << 10 | 1 << 16)
    before = bench.paper.appended[CHANGELOG][:]
    many = [{"code": "spo2", "value": 90 + n / 100, "unit": "%"} for n in range(200)]
    bad = bench.record(event("a", "vitals", "x" * 128, START, readings=many[:1]), START)
    bench.work(*(creatinine(bench, "a", START + n, 1 + n / 100, f"l{n}") for n in range(100)), bad)
    assert {reason for reason, _ in bench.letters()} == {"cannot-be-worked-off"}
    assert all(len(out.value or b"") <= 1 << 10 for out in bench.paper.appended[CHANGELOG][len(before) :])


def test_a_refusals_header_is_bounded_whatever_the_record_holds() -> None:
    problems = [Problem("bad-unit", "x" * 300) for _ in range(26_000)]
    message = joined(problems)
    assert message.endswith("; and 25980 more")
    assert len(message) < 7_000


def test_a_record_larger_than_any_dead_letter_leaves_its_headers() -> None:
    """Compressed on its way, a record may have any size."""
    bench = Bench()
    huge = bench.record(event("a", "vitals", "v", START), START, b"x" * (3 << 20))
    output = bench.work(huge)
    letter = dead_letter_record(output.refusals[0])
    assert (letter.key, letter.value) == (None, None)
    headers = dict(letter.headers)
    assert headers["__streams.errors.offset"] == b"0"
    assert b"too large" in headers["__streams.errors.message"]
    assert sum(len(value) for value in headers.values()) < LARGEST_DEAD_LETTER - LARGEST_RECORD


YEAR_60_000 = parse("2026-03-02T08:00:00Z") * 1000


@pytest.mark.parametrize("timestamp", [YEAR_60_000, 1 << 62, parse("9999-12-31T23:59:59Z"), -(1 << 60)])
def test_a_timestamp_that_no_clock_can_write_is_a_bad_time(timestamp: int) -> None:
    value = json.dumps(event("a", "encounter", "e", START, event="admit")).encode()
    found, problems = decode(value, known=timestamp)
    assert found is None
    assert [problem.reason for problem in problems] in (["bad-time"], ["from-the-future"])
    assert problems[0].reason == ("from-the-future" if timestamp < 0 else "bad-time")


@pytest.mark.parametrize(
    ("field", "refused"), [("at", True), ("known", True), ("start", True), ("until", False)]
)
@pytest.mark.parametrize("year", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_from_which_nothing_can_be_counted_is_a_bad_time(field: str, refused: bool, year: str) -> None:
    made: dict[str, dict[str, Any]] = {
        "start": {"type": "io", "direction": "out", "kind": "stool", "volume": 1, "unit": "mL"},
        "until": {
            "type": "accept",
            "criterion": "atrial-fibrillation",
            "level": "absolute",
            "by": "dr",
            "reason": "so",
        },
    }
    record = {"id": "x", "patient": "p", "at": text(START)} | made.get(
        field, {"type": "vitals", "readings": []}
    )
    found, problems = decode(json.dumps(record | {field: year}))
    assert (found is None) is refused
    assert [problem.reason for problem in problems] == (["bad-time"] if refused else [])
