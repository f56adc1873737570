"""Every sample gives what its golden says: events, refusals, answers (docs/spec/feeds.md)."""

from __future__ import annotations

import asyncio
import json
import logging
import re

import msgspec
import pytest

from rules.ingest.decode import decode
from rules.wire.topics import DEADLETTERS, LABS
from streams.config.feeds import FeedTable
from streams.feeds.mapping.hl7 import batches
from streams.feeds.mapping.hl7.acknowledging import answers
from streams.feeds.mapping.hl7.framing import Framer
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import SentLabs, encode
from streams.feeds.service.conversation import Feed
from streams.feeds.service.listening import Listener
from streams.feeds.service.store import Source, records
from tests.streams.feeds.hl7_goldens import GOLDENS, Golden
from tests.streams.feeds.running import ack_of
from tests.streams.feeds.support import SAMPLES, SIGN, answered, given, line, lines, rules, sample
from tests.streams.feeds.test_fhir_listener import Kept

BATCHES = ("36", "38", "46")
MESSAGES = [(number, golden) for number, goldens in GOLDENS.items() for golden in goldens]


@pytest.mark.parametrize(
    ("number", "golden"), MESSAGES, ids=[f"{number}-{golden.feed}" for number, golden in MESSAGES]
)
def test_a_sample_gives_its_golden(number: str, golden: Golden) -> None:
    found = given(sample(number), golden.feed)
    handled = found.handled
    assert lines(handled) == golden.events
    assert tuple((part.segment, part.number, part.reason) for part in handled.refused) == golden.refused
    assert answered(found) == golden.answer
    assert tuple((merge.prior, merge.surviving) for merge in handled.merges) == golden.merges
    assert handled.verdict.code == golden.code


@pytest.mark.parametrize(
    ("number", "golden"), MESSAGES, ids=[f"{number}-{golden.feed}" for number, golden in MESSAGES]
)
def test_what_a_sample_is_refused_for_is_one_letter_with_its_bytes(number: str, golden: Golden) -> None:
    handled = given(sample(number), golden.feed).handled
    made = records(handled, Source(golden.feed, "10.0.8.1", "M1", sample(number)))
    assert [record.value for record in made if record.topic != DEADLETTERS][: len(handled.events)] == [
        encode(event) for event in handled.events
    ]
    letters = [record for record in made if record.topic == DEADLETTERS]
    assert [letter.value for letter in letters] == ([sample(number)] if golden.refused else [])
    for headers in (dict(letter.headers) for letter in letters):
        assert tuple(tuple(part[:3]) for part in json.loads(headers["refused"])) == golden.refused
        assert headers["__streams.errors.reason"].decode() == golden.refused[0][2]
        assert (headers["feed"].decode(), headers["control-id"]) == (golden.feed, b"M1")


def test_every_sample_has_a_golden() -> None:
    numbers = {path.name.partition("-")[0] for path in SAMPLES.glob("hl7/*.hl7")}
    assert numbers == GOLDENS.keys() | set(BATCHES)


@pytest.mark.parametrize("number", GOLDENS)
def test_the_worker_takes_every_event_but_what_is_set_aside(number: str) -> None:
    for golden in GOLDENS[number]:
        handled = given(sample(number), golden.feed).handled
        set_aside = ("not-a-number", "bad-unit", "bad-time", "unsupported", "ambiguous")
        unreadable = [part for part in handled.refused if part.reason in set_aside]
        refused = []
        for event in handled.events:
            decoded, problems = decode(encode(event), key=event.patient)
            assert decoded is not None
            refused += [problem for problem in problems if problem.refuses]
        assert len(refused) <= len(unreadable)


def test_a_result_that_cannot_be_read_leaves_no_older_one_standing() -> None:
    """A hemolyzed potassium after a good one: the engine has it set aside, and does not read the old one."""
    tables = Tables()
    given(sample("81"), "strict", tables)
    text = sample("81").replace(b"20260302072000", b"20260302082000").replace(b"|5.9|", b"|hemolyzed|")
    handled = given(text, "strict", tables).handled
    (event,) = [event for event in handled.events if "potassium" in line(event)]
    decoded, _ = decode(encode(event))
    assert event.status == "corrected"
    assert [(each.code, each.value) for each in decoded.unusable] == [("potassium", "hemolyzed")]  # type: ignore[union-attr]
    number = given(
        text.replace(b"hemolyzed", b"4.1").replace(b"0302082", b"0302092"), "strict", tables
    ).handled
    assert "labs T0000001 2026-03-02T11:00:00Z potassium=4.1 mmol/L 3.5..5.1 corrected" in lines(number)


@pytest.mark.parametrize("number", GOLDENS)
def test_the_same_message_again_gives_the_same_records(number: str) -> None:
    for golden in GOLDENS[number]:
        tables = Tables()
        first, again = (given(sample(number), golden.feed, tables).handled.events for _ in range(2))
        assert again == first


WARD_BATCH = ("encounter T0000001 2026-01-01T17:00:00Z admit WARD",)


def of_batch(number: str, feed: str) -> tuple[list[tuple[tuple[str, ...], list[str]]], list[str]]:
    """Return what each message of a batch file gives, with its refusals' reasons, and the file's faults."""
    found = batches.split(sample(number))
    handled = [given(message, feed).handled for message in found.messages]
    return [(lines(each), [part.reason for part in each.refused]) for each in handled], found.faults


def test_a_file_of_two_batches_gives_each_of_its_messages() -> None:
    given_by, faults = of_batch("36", "ward")
    expected = [
        ((f"encounter T000000{patient} 2026-01-01T17:00:00Z admit WARD",), []) for patient in (1, 2, 3)
    ]
    assert (given_by, faults) == (expected, [])
    assert of_batch("36", "strict")[0] == [((), ["bad-time"])] * 3


def test_a_broken_message_of_a_batch_leaves_its_neighbours() -> None:
    given_by, faults = of_batch("38", "ward")
    assert [(len(events), reasons) for events, reasons in given_by] == [(1, []), (0, ["malformed"]), (1, [])]
    assert faults == []


def test_a_batch_whose_count_is_wrong_is_taken_and_reported() -> None:
    data = sample("36").replace(b"BTS|2", b"BTS|5")
    found = batches.split(data)
    assert (len(found.messages), found.faults) == (3, ["BTS-1 says 5 messages, and 2 came"])


def test_a_file_whose_patients_type_is_not_configured_is_of_nobody() -> None:
    assert of_batch("46", "strict") == ([((), ["unassociated"])], [])


STREAMS = {
    "01": (3, {}),
    "02": (2, {"without_cr": 1}),
    "03": (2, {}),
    "06": (0, {}),
    "07": (1, {"empty": 1}),
    "09": (1, {}),
    "10": (1, {}),
}


def stream(number: str) -> bytes:
    (path,) = SAMPLES.glob(f"mllp/{number}-*.mllp")
    return path.read_bytes()


@pytest.mark.parametrize(("number", "expected"), STREAMS.items())
def test_a_stream_gives_its_frames(number: str, expected: tuple[int, dict[str, int]]) -> None:
    framer = Framer(4 << 20)
    frames = framer.feed(stream(number)) + framer.flush()
    assert len(frames) == expected[0]
    assert all(given(frame.data).header is not None for frame in frames)
    for what, least in expected[1].items():
        assert getattr(framer.counts, what) >= least


SENT: dict[str, tuple[str, ...]] = {
    "01": ("80", "81", "82"),
    "02": ("80", "81"),
    "03": ("80", "81"),
    "06": (),
    "07": ("81",),
    "09": ("80",),
    "10": ("80",),
    "11": (),
    "12": (),
}
"""The messages of each stream, by their samples; the others hold none that can be read."""


def spoken(data: bytes) -> tuple[list[bytes], Kept]:
    """Send bytes to a listener on loopback and say no more; return the answers, and what it stored."""
    kept = Kept()

    async def run() -> bytes:
        table = FeedTable(kind="mllp", listen="127.0.0.1:0")
        listener = Listener(Feed(table, rules("strict"), Tables(), kept, lambda prior: None))  # type: ignore[arg-type]
        await listener.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(data)
        writer.write_eof()
        found = await reader.read()
        writer.close()
        await listener.stop()
        return found

    return asyncio.run(run()).split(b"\x1c\r")[:-1], kept


@pytest.mark.parametrize("number", SENT)
def test_a_stream_gives_and_is_answered_what_its_messages_are(number: str) -> None:
    answered_with, kept = spoken(stream(number))
    ids = [sample(each).split(b"|")[9].decode() for each in SENT[number]]
    assert [ack_of(each) for each in answered_with] == [("CA", id) for id in ids]
    events = [
        line(msgspec.json.decode(record.value, type=SentLabs))  # type: ignore[arg-type]
        for record in kept.records
        if record.topic == LABS
    ]
    assert events == [event for each in SENT[number] for event in GOLDENS[each][0].events]
    letters = [dict(record.headers) for record in kept.records if record.topic == DEADLETTERS]
    reasons = {letter["__streams.errors.reason"] for letter in letters}
    assert reasons == ({b"unknown-charset"} if number == "11" else set())


def test_every_stream_was_sent() -> None:
    assert {path.name.partition("-")[0] for path in SAMPLES.glob("mllp/*")} == SENT.keys()


def test_bytes_between_frames_are_counted_and_never_a_message() -> None:
    framer = Framer(4 << 20)
    framer.feed(stream("03"))
    assert framer.counts.stray > 0


def test_a_stream_cut_off_inside_a_message_gives_none() -> None:
    framer = Framer(4 << 20)
    assert (framer.feed(stream("06")), framer.flush(), framer.cut_off) == ([], [], True)


def test_utf_16_is_refused() -> None:
    framer = Framer(4 << 20)
    frames = framer.feed(stream("11")) + framer.flush()
    reasons = {part.reason for frame in frames for part in given(frame.data).handled.refused}
    assert reasons == {"unknown-charset"}


def test_a_tls_hello_on_a_plain_port_is_named() -> None:
    framer = Framer(4 << 20)
    assert framer.feed(stream("12")) == []
    assert framer.stranger == "a TLS hello on a port without TLS"


def test_f_after_f_with_another_value_is_corrected() -> None:
    """Samples 20 and 21: platelets 221 F, then 220 F under the same filler number, where a site maps them."""
    tables = Tables()
    mapped = [sample(number).replace(b"11125-2", b"777-3") for number in ("20", "21")]
    first, second = (given(data, "ward", tables).handled for data in mapped)
    assert "labs T0000001 2014-10-06T01:30:00Z platelets=221 10*9/L" in lines(first)
    assert "labs T0000001 2014-10-06T01:30:00Z platelets=220 10*9/L corrected" in lines(second)
    assert second.tally["silent-correction", "labs"] == 1
    again = given(mapped[1], "ward", tables).handled
    assert "labs T0000001 2014-10-06T01:30:00Z platelets=220 10*9/L corrected" in lines(again)
    late = given(mapped[0], "ward", tables).handled
    assert [found for found in lines(late) if "platelets" in found] == []
    assert late.tally["superseded", "labs"] == 2


def test_the_chain_of_a_laboratory_has_one_id() -> None:
    """Samples 80 to 82: P, F, C; the potassium is not repeated and stays."""
    tables = Tables()
    chain = [given(sample(number), "strict", tables).handled.events for number in ("80", "81", "82")]
    creatinine = [each[0] for each in chain]
    assert len({event.id for event in creatinine}) == 1
    assert [event.status for event in creatinine] == ["preliminary", "final", "corrected"]
    assert len(chain[2]) == 1


def test_a_result_that_cannot_be_obtained_withdraws_an_earlier_one() -> None:
    tables = Tables()
    with_value = sample("84").replace(b"|||10*3/uL^^UCUM|||||X", b"||41|10*3/uL^^UCUM|||||F")
    given(with_value, "strict", tables)
    later = sample("84").replace(b"20260302070500", b"20260302080500")
    found = given(later, "strict", tables).handled
    assert [line(event) for event in found.events if event.status == "entered-in-error"] == [
        "labs T0000001 2026-03-02T11:00:00Z entered-in-error"
    ]


def test_a_dose_is_corrected_and_deleted_under_its_id_and_another_one_has_its_own() -> None:
    """Samples 70, 75, 76 are one dose; 71 comes under the same counter, eight hours later, as an addition."""
    tables = Tables()
    found = {
        number: given(sample(number), "strict", tables).handled.events[0]
        for number in ("70", "71", "75", "76")
    }
    assert found["75"].id == found["76"].id == found["70"].id
    assert found["71"].id != found["70"].id
    assert [found[number].status for number in found] == ["final", "final", "corrected", "entered-in-error"]
    assert given(sample("71"), "strict", tables).handled.events == [found["71"]]


def test_a_late_association_gives_the_reading_its_own_time() -> None:
    tables = Tables()
    assert given(sample("108"), "strict", tables).handled.events == []
    (event,) = given(sample("109"), "strict", tables).handled.events
    assert event.at == "2026-03-02T15:00:00Z"
    assert event.known is None


def test_a_pump_that_names_its_device_no_more_stops_the_line_it_had() -> None:
    tables = Tables()
    running, stopped = (given(sample(number), "strict", tables).handled.events[0] for number in ("94", "95"))
    assert running.line == stopped.line
    assert (running.rate, stopped.rate) == (0.7, 0)


def test_a_vasopressor_by_volume_is_refused_and_the_engine_knows_that_it_runs() -> None:
    """Sample 94 without its dose rate and concentration: 14.7 mL/h of what strength?"""
    kept = [part for part in sample("94").split(b"\r") if b"157924" not in part and b"157760" not in part]
    handled = given(b"\r".join(kept)).handled
    assert [(part.reason, part.code) for part in handled.refused] == [("bad-unit", "MDC 157784")]
    (event,) = handled.events
    decoded, _ = decode(encode(event))
    assert type(decoded).__name__ == "Unreadable"
    assert (decoded.code, decoded.value, decoded.unit) == ("phenylephrine", 14.7, "mL/h")  # type: ignore[union-attr]


def test_a_flow_with_its_concentration_is_a_flat_rate() -> None:
    """Sample 94 without its dose rate: 14.7 mL/h of 0.2 mg/mL are 2.94 mg/h."""
    kept = [part for part in sample("94").split(b"\r") if b"157924" not in part]
    (event,) = given(b"\r".join(kept)).handled.events
    assert line(event).startswith("infusion T0000001 2026-03-02T16:30:00Z phenylephrine=2.94 mg/h")


def test_after_a_merge_everything_is_written_under_the_survivor() -> None:
    tables = Tables()
    (merge,) = given(sample("105"), "strict", tables).handled.merges
    from streams.feeds.mapping.patients import Alias

    tables.stored({}, {merge.prior: Alias(merge.surviving, merge.at)})
    (event,) = given(sample("109").replace(b"T0000001", b"T0000077"), "strict", tables).handled.events
    assert event.patient == "T0000001"
    assert given(sample("105"), "strict", tables).handled.merges == []


def test_a_cancelled_admission_transfer_and_discharge_withdraw_theirs() -> None:
    tables = Tables()
    stay = {
        number: given(sample(number), "strict", tables).handled.events[0] for number in ("100", "101", "103")
    }
    for number, event, cancel in (("103", b"A03", b"A13"), ("101", b"A02", b"A12"), ("100", b"A01", b"A11")):
        data = (
            sample(number)
            .replace(b"ADT^" + event, b"ADT^" + cancel)
            .replace(b"20260302120000-0500||ADT", b"20260307120000-0500||ADT")
        )
        data = re.sub(rb"(\|HOSP\|)\d{14}(-0500\|\|ADT)", rb"\g<1>20260307120000\2", data, count=1)
        (found,) = given(data, "strict", tables).handled.events
        assert (found.id, found.at, found.status) == (stay[number].id, stay[number].at, "entered-in-error")


def test_a_cancelled_transfer_without_its_time_is_the_last_one() -> None:
    tables = Tables()
    (moved,) = given(sample("101"), "strict", tables).handled.events
    cancel = (
        sample("101")
        .replace(b"A02", b"A12")
        .replace(b"20260302120000-0500||||20260302120000-0500", b"20260302130000-0500")
    )
    cancel = cancel.replace(b"HOSP|20260302120000", b"HOSP|20260302130000")
    (found,) = given(cancel, "strict", tables).handled.events
    assert (found.id, found.status) == (moved.id, "entered-in-error")


def test_a_cancelled_transfer_that_was_never_seen_is_refused() -> None:
    found = given(sample("101").replace(b"A02", b"A12"), "strict").handled
    assert (found.events, [part.reason for part in found.refused]) == ([], ["unsupported"])


def of_patients(data: bytes) -> set[str]:
    """Return what a message says of persons: every longer component of PID that stands nowhere else."""
    text = data.decode("latin-1").replace("\n", "\r")
    segments = re.findall(r"(?im)^\s*(?:PID|MRG|NK1)\|[^\n]*", text.replace("\r", "\n"))
    rest = text.replace("\r", "\n")
    for segment in segments:
        rest = rest.replace(segment, "")
    found = {part for segment in segments for part in re.split(r"[|^~&\n]", segment)[1:]}
    distinct = {part for part in found if len(part) > 3 and part not in rest}
    return {part for part in distinct if not part.replace(".", "").isalpha()} | {"DOE", "JANE"}


def test_nothing_of_a_patient_is_in_a_refusal_a_count_an_answer_or_a_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    leaked = []
    for path in sorted(SAMPLES.glob("hl7/*.hl7")):
        data = path.read_bytes()
        for feed in ("strict", "ward"):
            found = given(data, feed)
            texts = [part.message + part.code for part in found.handled.refused]
            texts += [f"{what} {label}" for what, label in found.handled.tally]
            texts += answers(found.header, found.handled.verdict, SIGN) if found.header else []
            printed = "\n".join([*texts, caplog.text])
            leaked += [(path.name, value) for value in of_patients(data) if value in printed]
    assert leaked == []


def test_the_feeds_of_the_samples_are_well_configured() -> None:
    assert rules("ward").time_zone == "America/New_York"
