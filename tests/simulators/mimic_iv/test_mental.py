"""Mental status as a careful clinician charts it from scores, and when it says nothing."""

from __future__ import annotations

import pytest

from simulators.mimic_iv.chart_events import mental
from simulators.mimic_iv.chart_items import DEVICE, EYES, MOTOR, PERSON, PLACE, RASS, TIME, VERBAL
from simulators.mimic_iv.oxygen import intubation
from simulators.mimic_iv.tables import Charted
from simulators.mimic_iv.tally import ImportTally
from tests.simulators.mimic_iv.folder import ms


def scored(at: int = ms("09:00"), words: dict[int, str] | None = None, **scores: float) -> list[Charted]:
    items = {
        "eyes": EYES,
        "verbal": VERBAL,
        "motor": MOTOR,
        "rass": RASS,
        "person": PERSON,
        "place": PLACE,
        "time": TIME,
    }
    return [
        Charted(at, at, items[name], score, (words or {}).get(items[name])) for name, score in scores.items()
    ]


def findings(rows: list[Charted]) -> list[tuple[str, object]]:
    return [
        (fact.fields["code"], fact.fields.get("value", fact.fields.get("present")))
        for fact in mental(rows, ImportTally())
    ]


NORMAL, CHANGED = ("mental-status", "normal"), ("mental-status", "changed")
LOST = ("disorientation", True)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"eyes": 4, "verbal": 5, "motor": 6}, [NORMAL]),
        ({"eyes": 3, "verbal": 5, "motor": 6}, [NORMAL]),
        ({"eyes": 4, "verbal": 4, "motor": 6}, [CHANGED, LOST]),
        ({"eyes": 4, "verbal": 3, "motor": 6}, [CHANGED]),
        ({"eyes": 4, "verbal": 2, "motor": 6}, [CHANGED]),
        ({"eyes": 4, "verbal": 1, "motor": 6}, [NORMAL]),
        ({"eyes": 3, "verbal": 1, "motor": 6}, []),
        ({"verbal": 1}, []),
        ({"eyes": 4, "verbal": 1, "motor": 5}, [CHANGED]),
        ({"eyes": 2, "verbal": 1, "motor": 6}, [CHANGED]),
        ({"eyes": 1, "verbal": 1, "motor": 1}, [CHANGED]),
        ({"rass": 0}, []),
        ({"rass": -1}, []),
        ({"rass": 1}, []),
        ({"rass": -2}, [CHANGED]),
        ({"rass": 2}, [CHANGED]),
        ({"eyes": 4, "verbal": 5, "motor": 6, "rass": -1}, [NORMAL]),
        ({"eyes": 4, "verbal": 5, "motor": 6, "rass": -3}, [CHANGED]),
        ({"verbal": 5, "person": 2, "place": 2, "time": 3}, [NORMAL]),
        ({"verbal": 5, "place": 1}, [NORMAL]),
        ({"verbal": 5, "time": 0}, [NORMAL, LOST]),
        ({"verbal": 1, "motor": 6, "eyes": 4, "place": 0}, [NORMAL]),
        ({"place": 0}, []),
    ],
)
def test_scores_of_one_minute_say(scores: dict[str, float], expected: list[tuple[str, object]]) -> None:
    assert findings(scored(**scores)) == expected


@pytest.mark.parametrize(("words", "expected"), [("No Response-ETT", NORMAL), ("No Response", CHANGED)])
def test_where_the_wording_is_kept_it_tells_a_tube_from_a_patient_who_does_not_answer(
    words: str, expected: tuple[str, object]
) -> None:
    assert findings(scored(words={VERBAL: words}, eyes=4, verbal=1, motor=6)) == [expected]


def test_disorientation_is_charted_when_it_changes() -> None:
    rows = [
        row
        for hour, verbal in enumerate([5, 4, 4, 5, 5], 9)
        for row in scored(ms(f"{hour:02}:00"), verbal=verbal)
    ]
    assert [one for one in findings(rows) if one[0] == "disorientation"] == [
        ("disorientation", True),
        ("disorientation", False),
    ]


def test_a_patient_whose_speech_cannot_be_judged_stays_as_oriented_as_before() -> None:
    rows = scored(ms("09:00"), verbal=4) + scored(ms("10:00"), eyes=4, verbal=1, motor=6)
    assert findings(rows) == [CHANGED, LOST, NORMAL]


def test_of_two_scores_of_one_minute_the_worse_counts() -> None:
    assert findings(scored(verbal=5) + scored(verbal=4)) == [CHANGED, LOST]


def test_what_says_nothing_is_counted() -> None:
    tally = ImportTally()
    assert list(mental(scored(verbal=1) + scored(ms("10:00"), rass=0), tally)) == []
    assert tally.dropped["icu/chartevents"] == {"nothing-to-say": 2}


def device(text: str, clock: str) -> Charted:
    return Charted(ms(clock), ms(clock), DEVICE, None, text)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (scored(verbal=1), []),
        (scored(verbal=5), []),
        (scored(words={VERBAL: "No Response-ETT"}, verbal=1), [True]),
        ([device("Endotracheal tube", "09:00"), device("Endotracheal tube", "10:00")], [True]),
        ([device("Endotracheal tube", "09:00"), device("Nasal cannula", "10:00")], [True, False]),
        ([device("Endotracheal tube", "09:00"), *scored(ms("10:00"), verbal=1)], [True]),
        ([device("Endotracheal tube", "09:00"), *scored(ms("10:00"), verbal=4)], [True, False]),
        ([device("Endotracheal tube", "09:00"), device("None", "09:00")], [True]),
        ([device("Bipap mask ", "09:00")], []),
    ],
)
def test_intubation_is_what_only_the_wording_says(rows: list[Charted], expected: list[bool]) -> None:
    assert [fact.fields["present"] for fact in intubation(rows)] == expected
