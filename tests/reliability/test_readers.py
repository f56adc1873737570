"""Every reader survives every record: any bytes in keys, values and headers, and what is nearly right."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.alerts import encode as encode_alert
from rules.wire.alerts import undecided_alert
from rules.wire.assessments import encode as encode_assessment
from rules.wire.instants import parse
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, INPUTS, PAGES
from streams.board.board_state import BoardState, DisplaySettings
from streams.cli import lookup
from streams.cli.main import main
from streams.deadletters.letter import letter, mended, written
from streams.demo.feed import Reader
from streams.demo.overview import DemoOverview
from streams.errors import UsageError
from streams.export.knowing import Wanted, exported
from streams.kafka.settings import Broker
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.service.intake import Intake
from streams.projections.assessments import Census
from streams.projections.patients import TopicRecord, name_of
from tests.campaigns import examples
from tests.streams.pager.delivery.test_outbox import Table
from tests.streams.pager.policy.telling import PAGING

AT = "2026-03-02T10:00:00Z"
NOW = parse(AT)
TOPICS = (*INPUTS, ALERTS, ASSESSMENTS, COMMANDS, PAGES)


def assessed() -> bytes:
    begun = {"type": "encounter", "id": "e", "patient": "p1", "at": AT, "event": "cycle-start"}
    event, _ = decode(json.dumps(begun))
    assert event is not None
    (one,) = assessments(fold([event], GUIDELINE))
    return encode_assessment(one)


ALERT = encode_alert(
    undecided_alert(
        id="0123456789abcdef", seq=1, patient="p1", kind="criterion", subject="creatinine", level="absolute",
        at=NOW, message="creatinine 5", value=5.0, unit="mg/dL", limit=">=3",
    )
)  # fmt: skip
PAGE = json.dumps(
    {"when": AT, "outcome": "accepted", "patient": "p1", "alert": "0123456789abcdef", "until": AT}
)
SILENCE = {
    "type": "silence",
    "id": "s",
    "patient": "p1",
    "at": AT,
    "subject": "hypotension",
    "level": "absolute",
}
VALID = [
    json.loads(assessed()),
    json.loads(ALERT),
    json.loads(PAGE),
    SILENCE | {"until": AT, "by": "rn", "reason": "so"},
    {"type": "vitals", "id": "v", "patient": "p1", "at": AT,
     "readings": [{"code": "heart-rate", "value": 90, "unit": "/min"}]},
]  # fmt: skip
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    "",
    "x",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z",
    [],
    {},
    [[]],
    "\ud800",
)


@some.composite
def nearly_right(draw: some.DrawFn) -> bytes:
    """A record that is right but for one field, however deep."""
    found = json.loads(json.dumps(draw(some.sampled_from(VALID))))
    place = found
    while True:
        key = draw(some.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and draw(some.booleans()):
            place = inner
            continue
        place[key] = draw(some.sampled_from(ODD))
        return json.dumps(found).encode()


values = some.none() | some.binary(max_size=40) | nearly_right()
keys = some.sampled_from([b"p1", b"", b"\xff\xfe\x00", b"*", b"\xed\xa0\x80"]) | some.binary(max_size=8)
times = some.sampled_from([NOW, 0, -1, 1 << 62, NOW * 1000])


class Record(NamedTuple):
    """A record as a client returns it."""

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp: int
    partition: int = 0
    offset: int = 0
    headers: Any = ()


records = some.tuples(some.sampled_from(TOPICS), some.none() | keys, values, times).map(
    lambda found: Record(*found)
)


def board() -> BoardState:
    return BoardState(GUIDELINE, DisplaySettings(), lambda name: name, lambda: 0.0)


GOOD = [
    Record("il2.encounters", b"p1", json.dumps({"type": "encounter", "id": "e", "patient": "p1", "at": AT,
           "event": "cycle-start"}).encode(), NOW),
    Record(ASSESSMENTS, b"p1", assessed(), NOW),
]  # fmt: skip


@settings(max_examples=examples(60))
@example([Record("il2.vitals", b"\xff\xfe\x00", b"{}", NOW)])
@given(some.lists(records, max_size=6))
def test_the_board_shows_the_patient_who_is_all_right_whatever_else_it_reads(found: list[Record]) -> None:
    state = board()
    others = [each for each in found if each.key != b"p1"]
    for one in (*others, *GOOD):
        state.apply([TopicRecord(one.topic, one.key or b"", one.value, one.timestamp)])
        state.patients.chart(name_of(one.key), one.value)
    state.draw()
    assert "p1" in state.unit.attributes
    assert json.loads(state.heartbeat())["counts"]


@settings(max_examples=examples(60))
@given(some.lists(records, max_size=6))
def test_what_is_nearly_right_of_the_patient_takes_no_board_with_it(found: list[Record]) -> None:
    state = board()
    for one in (*GOOD, *(each._replace(key=b"p1") for each in found)):
        state.apply([TopicRecord(one.topic, one.key or b"", one.value, one.timestamp)])
    state.draw()
    for projection in list(state.patients):
        if projection.key not in state.unshown:
            state.page(projection)
    assert state.heartbeat()


@settings(max_examples=examples(60))
@given(some.lists(records, max_size=6))
def test_census_demo_and_tools_survive_what_they_read(found: list[Record]) -> None:
    census, overview = Census(), DemoOverview(NOW)
    reader = Reader.__new__(Reader)
    reader.tail = Polled(found)  # type: ignore[assignment]
    for one in found:
        census.apply(one.key or b"", one.value)
    census.longest_delay_h()
    reader.poll(0.1, overview)
    lookup.latest_silences(found, NOW)
    inputs = [one for one in found if one.topic in INPUTS]
    for wall in (True, False):
        exported(inputs, Wanted(wall=wall), 0)


GARBAGE = (
    b"e1",
    b'"e1"',
    b'{"id":"e1"',
    b'{"id":"e1"}',
    b'{"id":"e1","patient":3}',
    b"\xff e1 \x00",
    b"[" * 9999 + b"e1",
)


@pytest.mark.parametrize("topic", [ALERTS, PAGES])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_that_holds_an_alerts_id_does_not_keep_its_patient_from_being_found(
    garbage: bytes, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = ALERT.replace(b"0123456789abcdef", b"e1")
    held = {topic: [Record(topic, b"p1", garbage, NOW)]}
    held.setdefault(ALERTS, []).append(Record(ALERTS, b"p1", value, NOW))
    monkeypatch.setattr(lookup, "records", lambda _, topic: held.get(topic, []))
    assert lookup.patient_of(Broker("nowhere:1"), "e1") == "p1"
    held[ALERTS] = [Record(ALERTS, b"p1", garbage, NOW)]
    with pytest.raises(UsageError, match="no alert 'e1'"):
        lookup.patient_of(Broker("nowhere:1"), "e1")


class Polled:
    def __init__(self, found: list[Record]) -> None:
        self.found = found

    def poll(self, timeout_ms: int) -> list[Record]:
        return self.found


@settings(max_examples=examples(60))
@given(some.lists(records, max_size=6))
def test_the_pager_takes_the_alert_that_is_all_right_whatever_else_it_reads(found: list[Record]) -> None:
    letters: list[Any] = []

    async def append(sent: Any) -> list[int]:
        letters.extend(sent)
        return [0] * len(letters)

    async def read() -> OutboxWriter:
        producer: Any = SimpleNamespace(append=append)
        writer = OutboxWriter(PAGING, Table(), producer, lambda: NOW)
        intake = Intake(writer, lambda _: False)
        others = [one for one in found if one.topic in (ALERTS, COMMANDS) and one.key != b"p1"]
        for offset, one in enumerate([*others, Record(ALERTS, b"p1", ALERT, NOW)]):
            message = SimpleNamespace(**one._replace(offset=offset)._asdict())
            message.timestamp = one.timestamp / 1000
            await intake.process(message)
        return writer

    assert "0123456789abcdef" in asyncio.run(read()).states["p1"].episodes
    assert len(letters) <= len(found)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=some.lists(some.binary(max_size=40) | nearly_right(), max_size=6))
def test_score_reads_any_file(found: list[bytes], tmp_path: Path) -> None:
    truth = {
        "patient": "p1", "origin": "2026-03-02T07:00:00Z", "minutes": 720, "cycle_start": "2026-03-02T07:00:00Z",
        "discharge": None, "criteria": {}, "possible": {},
    }  # fmt: skip
    events, expected = tmp_path / "events.jsonl", tmp_path / "truth.jsonl"
    events.write_bytes(b"\n".join([GOOD[0].value or b"", *found]) + b"\n")
    expected.write_text(json.dumps(truth) + "\n")
    assert main(["score", str(events), "--truth", str(expected), "-o", "json"]) in (0, 1, 2)


names = some.sampled_from(["__streams.errors." + name for name in ("reason", "message", "topic", "offset")])


@settings(max_examples=examples(60))
@given(keys, values, times, some.lists(some.tuples(names, some.none() | some.binary(max_size=9)), max_size=5))
def test_a_dead_letter_of_any_bytes_is_listed_and_comes_back(
    key: bytes, value: bytes | None, time: int, headers: list[tuple[str, bytes | None]]
) -> None:
    import msgspec

    one = letter(key, value, time, headers, "il2.deadletters/0/1")
    back = mended(msgspec.json.encode(written(one)))
    assert (back.key, back.value) == (key, value)


@pytest.mark.parametrize("key", [b"p1", "\u00e4".encode(), "\ud800".encode("utf-8", "surrogatepass")])
def test_a_key_that_is_an_id_is_that_id(key: bytes) -> None:
    assert name_of(key).encode("utf-8", "surrogatepass") == key
