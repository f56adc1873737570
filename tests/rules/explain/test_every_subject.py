"""Whatever a patient's course, every subject of the plan can be explained at any instant (wire.md, `il2watch
explain`).
"""

import json
import pathlib
from functools import cache

import pytest

from rules.decide import codec
from rules.decide.assessment import assess, judged
from rules.decide.engine import fold
from rules.decide.subjects import plan_for
from rules.explain import UnknownSubject, explain, lines, wire
from rules.explain.question import subjects
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from tests import references
from tests.rules.explain.courses import ADMITTED, dose, finding, rate, settled, vitals, volume

FILES = sorted((pathlib.Path(__file__).parents[2] / "cases").glob("*.json"))
assert FILES
GUIDELINE = SCHWARTZENTRUBER_2001
wrong = cache(references.wrong)


def check(patient) -> None:
    before = (patient.now, patient.seq, {name: memory.state for name, memory in patient.memories.items()})
    for subject in subjects(GUIDELINE):
        explanation = explain(patient, subject)
        printed, plain, verbose = wire(explanation), lines(explanation), lines(explanation, verbose=True)
        assert json.loads(json.dumps(printed))["subject"] == subject
        assert plain[0].startswith(f"{subject} is ")
        assert explanation.rule.source
        assert explanation.rule.section.startswith(("criteria.md section ", "editions.md section "))
        assert wrong(explanation.rule.section) == []
        assert [line for line in verbose if line not in plain] == [
            f"  Specification: docs/spec/{explanation.rule.section}."
        ]
        assert explanation.rule.source in "".join(plain)
        assert "criteria.md" not in "".join(plain)
        assert not any("None" in line or "\n" in line or "  " in line.strip() for line in plain), plain
        if subject in plan_for(GUIDELINE).index:
            result = judged(patient, subject)
            assert (explanation.state, explanation.value, explanation.limit) == (
                result.state,
                result.value,
                result.limit,
            )
            if subject in GUIDELINE.row:
                ids = {one.id for one in explanation.facts}
                assert all(id in ids for id, _ in result.evidence), subject
            for code in result.missing:
                assert any(line.startswith(f"Missing: {code}:") for line in explanation.why)
    assert before == (
        patient.now,
        patient.seq,
        {name: memory.state for name, memory in patient.memories.items()},
    )


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_subject_of_every_worked_case_can_be_explained(file):
    for case in json.loads(file.read_text())["cases"]:
        events = [event for one in case["events"] if (event := decode(json.dumps(one))[0]) is not None]
        moments = sorted({event.known for event in events})
        for moment in {
            moments[len(moments) // 2],
            moments[-1],
            moments[-1] + 7_200_001,
            moments[-1] + 200_000_000,
        }:
            for patient in fold(events, GUIDELINE, moment).patients.values():
                check(patient)


def test_explaining_leaves_the_assessment_as_it_was():
    patient = settled(ADMITTED, 5)
    before = assess(patient)
    check(patient)
    assert patient.discharged is None
    assert assess(patient) == before


def test_a_patient_of_whom_only_a_tick_behind_a_fact_is_known_can_be_explained():
    check(settled(ADMITTED[:1], 0))


@pytest.mark.parametrize(
    ("unknown", "nearest"),
    [
        ("urine-hours", "urine-hour"),
        ("stop-rule:oxigen", "stop-rule:oxygen"),
        ("monitoring/vitals", "monitoring/vital-signs"),
        ("Dose", "dose"),
    ],
)
def test_an_unknown_subject_is_refused_with_the_nearest_names(unknown, nearest):
    with pytest.raises(UnknownSubject, match=nearest) as refusal:
        explain(settled(ADMITTED, 1), unknown)
    assert nearest in refusal.value.nearest
    assert isinstance(refusal.value, ValueError)


def test_a_name_like_no_other_is_refused_with_the_kinds_there_are():
    with pytest.raises(UnknownSubject, match="a subject is a criterion, an advice, monitoring/WHAT"):
        explain(settled(ADMITTED, 1), "xyzzy")


def test_a_patient_read_back_from_bytes_is_explained_alike():
    events = [
        *ADMITTED,
        *(
            vitals(f"v{i}", i / 2, heart_rate=125 + i % 12, systolic_bp=88, spo2=93, o2_flow=4)
            for i in range(60)
        ),
        dose("d1", 1),
    ]
    patient = settled(
        [*events, volume("o1", 20, "urine", 5, 19), rate("i1", 9, 0.9), finding("f1", 9, "rales", "half")], 30
    )
    before = [wire(explain(patient, subject)) for subject in subjects(GUIDELINE)]
    again = codec.decode(codec.encode(patient), GUIDELINE)
    assert [wire(explain(again, subject)) for subject in subjects(GUIDELINE)] == before
