"""Which patient a message is of, and merges (docs/spec/feeds.md, Patients and merges)."""

from __future__ import annotations

import pytest

from streams.feeds.mapping.patients import (
    Alias,
    Identifier,
    Merge,
    PatientRules,
    TwoPatients,
    chosen,
    moved,
    refused_merge,
    survivor,
)

MR = Identifier("T1", ("HOSP", "1.2.3"), "MR")
CASES = {
    "the only one": ([MR], PatientRules(), "T1"),
    "the first of a configured authority": (
        [Identifier("N1", ("NHS",), "PI"), MR],
        PatientRules(("HOSP",)),
        "T1",
    ),
    "an authority by its OID": ([MR], PatientRules(("1.2.3",)), "T1"),
    "no id of a configured authority": ([MR], PatientRules(("OTHER",)), None),
    "a social security number is no patient id": ([Identifier("S", ("HOSP",), "SS")], PatientRules(), None),
    "a bare id counts only where the feed says so": ([Identifier("T7")], PatientRules(), None),
    "a bare id where the feed says so": ([Identifier("T7")], PatientRules(types=("",)), "T7"),
    "no id": ([Identifier("", ("HOSP",), "MR")], PatientRules(), None),
    "the same id twice": ([MR, MR], PatientRules(), "T1"),
}


@pytest.mark.parametrize(("found", "rules", "expected"), CASES.values(), ids=CASES)
def test_the_patient_of_a_message(found: list[Identifier], rules: PatientRules, expected: str | None) -> None:
    first = chosen(found, rules)
    assert (None if first is None else first.id) == expected


def test_two_ids_of_one_authority_are_refused() -> None:
    with pytest.raises(TwoPatients):
        chosen([MR, Identifier("T2", ("HOSP",), "MR")], PatientRules())


ALIASES = {"T3": Alias("T2", 1), "T2": Alias("T1", 2)}


def test_a_prior_id_leads_to_the_last_survivor() -> None:
    assert [survivor(ALIASES, patient) for patient in ("T3", "T2", "T1", "T9")] == ["T1", "T1", "T1", "T9"]


def test_aliases_in_a_circle_end() -> None:
    assert survivor({"A": Alias("B", 1), "B": Alias("A", 2)}, "A") in ("A", "B")


@pytest.mark.parametrize(
    ("merge", "refused"),
    [
        (Merge("T1", "T1", 5), True),
        (Merge("T1", "T3", 5), True),
        (Merge("T1", "T9", 5), False),
        (Merge("T9", "T1", 5), False),
    ],
)
def test_a_merge_into_itself_or_in_a_circle_is_refused(merge: Merge, refused: bool) -> None:
    assert (refused_merge(ALIASES, merge) is not None) == refused


def test_a_record_moves_under_the_survivor_and_is_withdrawn_under_the_prior() -> None:
    record: dict[str, object] = {"type": "io", "id": "io-1", "patient": "T2", "at": "x", "volume": 15}
    assert moved(record, "T1") == (
        {**record, "patient": "T1", "id": "merged:io-1"},
        {**record, "status": "entered-in-error"},
    )
    assert moved({**record, "status": "entered-in-error"}, "T1") is None
