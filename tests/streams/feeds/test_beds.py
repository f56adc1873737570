"""A reading without a patient is given to whom ADT has in its bed, and put right when ADT says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from streams.feeds.mapping.beds import (
    KEPT_MS,
    NEVER_SEEN,
    NOWHERE,
    Beds,
    Move,
    Whereabouts,
    decode_whereabouts,
    encode_whereabouts,
    kept,
    moved,
)
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.hl7.handling import handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.offline import Records, captured
from tests.streams.feeds.support import NOW, line, lines, rules, sample

BY_BED = msgspec.structs.replace(rules("ward"), by_bed=True, keeps_beds=True)
READING = "vitals {} 2026-03-02T15:00:00Z heart-rate=131 /min"


def adt(event: str, patient: str, at: str, bed: str = "4W^12^A", made: str = "") -> bytes:
    """Return a message about a patient's stay; `at`, `made`: times of 2 March in the hospital's zone."""
    when, now = f"202603{at}00-0500", f"202603{made or at}00-0500"
    return (
        f"MSH|^~\\&|ADT|HOSP|||{now}||ADT^{event}|A{event}{at}|P|2.5.1|||AL|NE\rEVN||{now}||||{when}\r"
        f"PID|1||{patient}^^^HOSP^MR\rPV1|1|I|{bed}^HOSP{'|' * 16}V{patient}^^^HOSP^VN\r"
    ).encode()


def reading(minute: str = "1000", patient: str = "") -> bytes:
    """Return sample 108: a heart rate from bed 4W^12^A, of a patient where one is named."""
    named = f"{patient}^^^HOSP^MR".encode() if patient else b'""'
    return (
        sample("108")
        .replace(b"0302100000", f"0302{minute}00".encode())
        .replace(b'PID|||""', b"PID|||" + named)
    )


def through(messages: Iterable[bytes], tables: Tables, records: Records | None = None) -> list[Handled]:
    """Return what messages give in turn."""
    found = []
    for data in messages:
        handled = handle(data, BY_BED, tables, NOW).handled
        tables.stored_beds(handled.beds, handled.by_bed)
        if records is not None:
            records.add(handled)
        found.append(handled)
    return found


A01 = adt("A01", "P1", "010900")
CASES: dict[str, tuple[list[bytes], str]] = {
    "who was admitted to it": ([A01], "P1"),
    "nobody": ([], ""),
    "who is admitted later": ([adt("A01", "P1", "021100")], ""),
    "two at once": ([A01, adt("A01", "P2", "020800")], ""),
    "another bed": ([adt("A01", "P1", "010900", "4W^12^B")], ""),
    "only a unit": ([adt("A01", "P1", "010900", "4W^^")], ""),
    "who came by a transfer": ([adt("A01", "P1", "010900", "4W^1^A"), adt("A02", "P1", "020900")], "P1"),
    "who left by one": ([A01, adt("A02", "P1", "020900", "ICU^1^A")], ""),
    "who leaves by one later": ([A01, adt("A02", "P1", "021100", "ICU^1^A")], "P1"),
    "whose transfer away is cancelled": (
        [A01, adt("A02", "P1", "020900", "ICU^1^A"), adt("A12", "P1", "020900", made="020930")], "P1",
    ),
    "who was discharged": ([A01, adt("A03", "P1", "020900")], ""),
    "whose discharge is cancelled": ([A01, adt("A03", "P1", "020900"), adt("A13", "P1", "020900")], "P1"),
    "whose admission is cancelled": ([A01, adt("A11", "P1", "010900")], ""),
    "who follows another": ([A01, adt("A03", "P1", "020800"), adt("A01", "P2", "020900")], "P2"),
    "an update of the bed": (
        [adt("A01", "P1", "010900", "4W^1^A"), adt("A08", "P1", "020900")], "P1",
    ),
    "an update that changes nothing": ([A01, adt("A08", "P1", "020900")], "P1"),
    "who became another patient": (
        [A01, adt("A40", "P9", "020900").replace(b"\rPV1|1|I|", b"\rMRG|P1^^^HOSP^MR\rPV1|1|I|")], "P9",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_reading_without_a_patient_is_whose_bed_it_was(name: str) -> None:
    before, patient = CASES[name]
    tables = Tables()
    for handled in through(before, tables):
        from streams.feeds.mapping.patients import Alias

        tables.stored({}, {merge.prior: Alias(merge.surviving, merge.at) for merge in handled.merges})
    (found,) = through([reading()], tables)
    assert lines(found) == ((READING.format(patient),) if patient else ())
    assert [part.reason for part in found.refused] == ([] if patient else ["unassociated"])
    assert {event.source for event in found.events} == ({"ward: bed 4W^12^A"} if patient else set())


def test_it_is_off_unless_the_feed_says_so() -> None:
    tables = Tables()
    through([A01], tables)
    found = handle(reading(), rules("ward"), tables, NOW).handled
    assert (found.events, [part.reason for part in found.refused]) == ([], ["unassociated"])
    assert handle(A01, rules("ward"), Tables(), NOW).handled.beds == {}


def test_a_reading_that_names_its_patient_has_no_bed() -> None:
    tables = Tables()
    through([A01], tables)
    (found,) = through([reading(patient="P5")], tables)
    assert [(line(event), event.source) for event in found.events] == [(READING.format("P5"), "ward")]


def test_associated_later_it_is_the_same_reading_and_of_another_patient_it_is_taken_back() -> None:
    tables = Tables()
    through([A01], tables)
    given, same, other = through([reading(), reading(patient="P1"), reading(patient="P5")], tables)
    assert [event.id for event in same.events] == [event.id for event in given.events]
    assert lines(other) == (
        READING.format("P5"),
        "vitals P1 2026-03-02T15:00:00Z entered-in-error",
    )


def in_force(records: Records) -> set[tuple[str, str]]:
    """Return patient and time of the readings that stand."""
    return {
        (patient, str(fact["at"])[11:16])
        for patient, facts in records.in_force.items()
        for fact in facts.values()
        if fact["type"] == "vitals" and fact.get("status") != "entered-in-error"
    }


MOVES: dict[str, tuple[list[bytes], set[tuple[str, str]]]] = {
    "a transfer that was told late": (
        [adt("A02", "P1", "021015", "ICU^1^A", made="021100")], {("P1", "15:00"), ("P1", "15:10")},
    ),
    "and who came instead": (
        [adt("A02", "P1", "021015", "ICU^1^A"), adt("A01", "P2", "021018")],
        {("P1", "15:00"), ("P1", "15:10"), ("P2", "15:20")},
    ),
    "somebody was there all the time": ([adt("A01", "P2", "020800")], set()),
    "who then was not": (
        [adt("A01", "P2", "021015"), adt("A11", "P2", "021015", made="021100")],
        {("P1", "15:00"), ("P1", "15:10")},
    ),
    "a transfer that was told, and cancelled": (
        [
            adt("A02", "P1", "021015", "ICU^1^A", made="021030"),
            adt("A12", "P1", "021015", made="021100"),
        ],
        {("P1", "15:00"), ("P1", "15:10"), ("P1", "15:20")},
    ),
    "nothing about this bed": (
        [adt("A01", "P2", "020800", "4W^9^B")], {("P1", "15:00"), ("P1", "15:10"), ("P1", "15:20")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_when_adt_says_later_who_lay_there_readings_are_taken_back_and_sent_again(name: str) -> None:
    tables = Tables()
    records = Records(tables)
    through([A01, reading("1000"), reading("1010"), reading("1020")], tables, records)
    later, standing = MOVES[name]
    through(later, tables, records)
    assert in_force(records) == standing


def test_offline_a_reading_that_came_before_adt_is_known_when_adt_says_whose_it_is(tmp_path: Path) -> None:
    messages = [
        reading("1000"),
        adt("A01", "P2", "020930", "4W^12^B"),
        adt("A01", "P1", "020900", made="021030"),
        adt("A08", "P1", "021040"),
    ]
    for number, data in enumerate(messages):
        (tmp_path / str(number)).write_bytes(data)
    tables = Tables()
    records = Records(tables)
    imported = msgspec.structs.replace(BY_BED, imported=True)
    for each in captured(sorted(tmp_path.iterdir()), imported, NOW, tables):
        records.add(each.answered.handled)
    found = [fact for fact in records.all if fact["type"] == "vitals"]
    assert [(fact["patient"], fact["at"], fact["known"]) for fact in found] == [
        ("P1", "2026-03-02T15:00:00Z", "2026-03-02T15:30:00Z")
    ]


HOUR = 3_600_000


def test_a_move_is_kept_until_no_reading_is_about_it_any_more() -> None:
    row = Whereabouts({"a": Move(0, "X"), "b": Move(HOUR, "Y")})
    assert kept(row, HOUR + KEPT_MS) is row
    pruned = kept(row, HOUR + KEPT_MS + 1)
    assert pruned is not None
    assert pruned.moves == {"b": Move(HOUR, "Y")}
    left = moved(row, "c", Move(2 * HOUR, NOWHERE))
    assert kept(left, 2 * HOUR + KEPT_MS) is not None
    assert kept(left, 2 * HOUR + KEPT_MS + 1) is None


def test_a_row_is_read_as_it_was_written_and_says_from_when_to_look_again() -> None:
    row = moved(moved(NEVER_SEEN, "a", Move(2 * HOUR, "X")), "b", Move(HOUR, "Y"))
    assert (row.since, row.version) == (HOUR, 2)
    assert moved(row, "b", Move(HOUR, "Y")) is row
    assert decode_whereabouts(encode_whereabouts(row)) == row
    beds = Beds()
    beds.put({"p": row})
    assert (beds.occupant("X", 2 * HOUR), beds.occupant("Y", 2 * HOUR), beds.occupant(NOWHERE, 0)) == (
        "p",
        None,
        None,
    )
