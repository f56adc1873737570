"""When a measure would harm: what is not said then, and what is said instead (criteria.md section 7.3)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.decide.engine import assessments
from tests.rules.courses import Course, alerts, folded, states_at, table
from tests.rules.wired import wire


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def low(course: Course | None = None, at: str = "08:00") -> Course:
    """Hypotension from 08:00 on (target 90), by one deep reading."""
    return (course or start()).vitals(at, sbp=75)


def dry(course: Course | None = None) -> Course:
    return (course or start()).urine("08:00", 15, start="07:00")


HARMS: dict[str, Course] = {
    "1500 mL above maintenance in 24 h": start().bolus("06:00", 700).given("blood-product", "07:00", 800),
    "weight just over 10 %": start().vitals("07:00", weight=77.1),
    "oxygen": start().vitals("07:00", device="nasal-cannula", flow=3),
    "rales": start().finding("rales", "07:00", "one-third"),
    "intubation": start().finding("intubation", "07:00"),
    "a drained effusion": start().finding("effusion-drained", "07:00"),
}
HARMLESS: dict[str, Course] = {
    "1499 mL": start().bolus("06:00", 700).given("blood-product", "07:00", 799),
    "weight at 10 %": start().vitals("07:00", weight=77),
    "oxygen of 2 L": start().vitals("07:00", device="nasal-cannula", flow=2),
    "rales gone": start().finding("rales", "06:00", "half").finding("rales", "07:00", "none"),
    "1500 mL that left 4 h ago": start().bolus("-20:00", 1500).tick("08:00"),
}


def advised(course: Course, at: str) -> set[str]:
    codes = {"fluid-bolus", "add-pressor", "titrate-pressor", "add-dopamine", "fluid-futile"}
    return codes & set(states_at(course, at)["advice"])


@pytest.mark.parametrize("course", HARMS.values(), ids=HARMS)
def test_fluid_that_would_harm_is_not_given(course: Course) -> None:
    """criteria.md section 7.3: hypotension says pressor, oliguria says catheter and dopamine."""
    assert advised(dry(low(course)), "08:00") == {"add-pressor", "add-dopamine"}


@pytest.mark.parametrize("course", HARMLESS.values(), ids=HARMLESS)
def test_fluid_that_does_no_harm_is_given(course: Course) -> None:
    """criteria.md section 7.3."""
    assert advised(dry(low(course)), "08:00") == {"fluid-bolus"}


NEXT = {
    "a pressor load of 0.5 harms not": (
        low(start().phenylephrine("07:00", 0.5)),
        {"fluid-bolus", "titrate-pressor"},
    ),
    "one above does": (low(start().phenylephrine("07:00", 0.51)), {"titrate-pressor", "fluid-futile"}),
    "by norepinephrine too": (
        low(start().infusion("norepinephrine", "07:00", 0.06)),
        {"titrate-pressor", "fluid-futile"},
    ),
    "after therapy-end": (low(start().end("07:00")), {"add-pressor"}),
    "oliguria with dopamine running": (
        dry(start().vitals("07:00", weight=80).infusion("dopamine", "07:30", 2)),
        {"fluid-futile"},
    ),
    "oliguria after therapy-end": (dry(start().end("07:00")), {"fluid-futile"}),
    "oliguria by the shift alone": (
        start()
        .vitals("06:00", weight=80)
        .infusion("dopamine", "06:30", 2)
        .urine("07:00", 90, start="-01:00"),
        {"fluid-futile"},
    ),
    "neither hypotension nor oliguria": (start().vitals("07:00", weight=80), set()),
}


@table(NEXT, "course expected")
def test_what_follows_fluid_that_would_harm(course: Course, expected: set[str]) -> None:
    """criteria.md section 7.3: where the next step runs already, more fluid is futile."""
    assert advised(course, "08:00") == expected


KEPT = {
    "the weight is back": low(start().vitals("07:00", weight=78)).vitals("08:30", weight=72),
    "the rales are gone": low(start().finding("rales", "07:00", "half")).finding("rales", "08:30", "none"),
}


@pytest.mark.parametrize("course", KEPT.values(), ids=KEPT)
def test_a_pressor_once_advised_stays_until_it_runs(course: Course) -> None:
    """criteria.md section 7.1: once open it stays until the hypotension ends or a pressor runs."""
    assert advised(course, "09:00") == {"add-pressor", "fluid-bolus"}
    assert advised(course.phenylephrine("09:30", 0.1), "09:30") == {"fluid-bolus", "titrate-pressor"}


def test_a_corrected_harm_never_was() -> None:
    """criteria.md section 1: a corrected fact is as if its old value had never been recorded, for latches too."""
    drawn = low(start().vitals("07:00", id="w", weight=78)).correct("w", "09:00", weight=71)
    assert advised(drawn, "08:30") == {"add-pressor"}
    assert advised(drawn, "09:00") == {"fluid-bolus"}


def test_a_harm_that_ended_is_kept_when_another_fact_is_corrected() -> None:
    """criteria.md section 1."""
    drawn = low(start().vitals("07:00", weight=78)).vitals("08:30", id="w", weight=72)
    assert advised(drawn.correct("w", "09:00", weight=71), "09:00") == {"add-pressor", "fluid-bolus"}


FEVERS: dict[str, tuple[Course, bool]] = {
    "platelets 50": (start().labs("07:00", platelets=50), True),
    "platelets 50.1": (start().labs("07:00", platelets=50.1), False),
    "bleeding": (start().finding("guaiac-positive", "07:00"), True),
    "creatinine 2.5": (start().labs("07:00", creatinine=2.5), True),
    "creatinine 2.49": (start().labs("07:00", creatinine=2.49), False),
    "urine below 10": (start().urine("08:00", 9, start="07:00"), True),
    "urine of 10": (start().urine("08:00", 10, start="07:00"), False),
}


@pytest.mark.parametrize(("course", "harms"), FEVERS.values(), ids=FEVERS)
def test_fever_is_cooled_where_indomethacin_would_harm(course: Course, harms: bool) -> None:
    """criteria.md section 7.3: not with platelets <=50, bleeding, creatinine >=2.5 or urine-hour absolute."""
    text = states_at(course.vitals("08:00", temp=39), "08:00")["advice"]["fever"]["text"]
    assert ("acetaminophen and cooling" in text) is harms
    assert ("indomethacin" in text) is not harms


REPLACED = {
    "potassium": ("hypokalemia", {"potassium": 3.4}),
    "magnesium": ("hypomagnesemia", {"magnesium": {"value": 1.5, "low": 1.7}}),
    "phosphate": ("hypophosphatemia", {"phosphate": {"value": 2.0, "low": 2.5}}),
}


@pytest.mark.parametrize(("code", "labs"), REPLACED.values(), ids=REPLACED)
def test_a_replacement_is_halved_where_kidneys_fail(code: str, labs: dict[str, Any]) -> None:
    """criteria.md section 7.3: creatinine >=2.5 or urine-hour tripped."""
    kidneys = {
        "creatinine 2.5": (start().labs("07:00", creatinine=2.5, **labs), True),
        "creatinine 2.49": (start().labs("07:00", creatinine=2.49, **labs), False),
        "urine of 20": (start().labs("07:00", **labs).urine("08:00", 20, start="07:00"), True),
        "urine of 21": (start().labs("07:00", **labs).urine("08:00", 21, start="07:00"), False),
    }
    for course, halved in kidneys.values():
        text = states_at(course, "08:00")["advice"][code]["text"]
        assert ("halve and recheck: creatinine" in text) is halved


def test_calcium_is_not_halved() -> None:
    """criteria.md section 7.3: potassium, magnesium, phosphate."""
    drawn = start().labs("07:00", creatinine=3, calcium={"value": 7, "low": 8.5})
    assert "halve" not in states_at(drawn, "08:00")["advice"]["hypocalcemia"]["text"]


def corrective(course: Course, at: str, subject: str) -> dict[str, Any]:
    (one,) = assessments(folded(course, at))
    found: list[dict[str, Any]] = wire(one)["advice"]
    return next(a for a in found if a["code"] == "corrective" and a["subject"] == subject)


ALERTS = {
    "severe pain": (
        start().finding("severe-abdominal-pain", "08:00"),
        "abdominal-pain",
        "physician to the bedside",
    ),
    "oliguria": (dry(), "urine-hour", "initially fluids"),
    "oliguria of a heavy patient": (
        dry(start().vitals("07:00", weight=80)),
        "urine-hour",
        "urinary catheter and start dopamine",
    ),
    "oliguria with dopamine": (
        dry(start().vitals("07:00", weight=80).infusion("dopamine", "07:30", 2)),
        "urine-hour",
        "call the physician",
    ),
    "agitation": (
        start().finding("hallucination", "08:00"),
        "hallucination",
        "for agitation only: haloperidol",
    ),
    "anxiety": (
        start().finding("emotional-lability", "08:00"),
        "emotional-lability",
        "for anxiety only: lorazepam",
    ),
}


@table(ALERTS, "course subject expected")
def test_what_a_corrective_says(course: Course, subject: str, expected: str) -> None:
    """criteria.md sections 7.1 and 7.3."""
    assert expected in corrective(course, "08:00", subject)["text"].lower()


UNSAID = {
    "no indomethacin for an abdomen": (
        start().finding("severe-abdominal-pain", "08:00"),
        "abdominal-pain",
        ("indomethacin", "antacid"),
    ),
    "no sedative for dreams": (
        start().finding("vivid-dreams", "08:00"),
        "vivid-dreams",
        ("lorazepam", "haloperidol"),
    ),
    "no sedative for a changed mental status": (
        start().mental("06:00", "changed"),
        "mental-status",
        ("lorazepam", "haloperidol"),
    ),
    "no fluid that would harm": (dry(start().vitals("07:00", weight=80)), "urine-hour", ("bolus", "saline")),
}


@table(UNSAID, "course subject words")
def test_what_a_corrective_does_not_say(course: Course, subject: str, words: tuple[str, ...]) -> None:
    """criteria.md section 7.3."""
    text = corrective(course, "08:00", subject)["text"].lower()
    assert all(word not in text for word in words)


CITED = {
    "arrhythmia": (
        start().finding("atrial-fibrillation", "08:00"),
        "atrial-fibrillation",
        "Table 5, Arrhythmia",
    ),
    "creatinine": (start().labs("08:00", creatinine=2.6), "creatinine", "text, Overview"),
    "bleeding": (start().finding("frank-blood", "08:00"), "bleeding", "beyond the paper"),
}


@table(CITED, "course subject source")
def test_a_corrective_names_where_its_words_stand(course: Course, subject: str, source: str) -> None:
    """criteria.md section 7.1."""
    assert corrective(course, "08:00", subject)["source"].startswith(source)


def of(course: Course, subject: str) -> dict[str, Any]:
    return next(a for a in alerts(course) if a["subject"] == subject)


def test_the_alert_of_hypotension_says_what_is_advised_then() -> None:
    """criteria.md section 7.3: no page says bolus beside "restrict fluid"."""
    assert of(low(), "hypotension")["action"] == ["fluid-bolus"]
    opened = of(low(start().vitals("07:00", weight=78)), "hypotension")
    assert opened["action"] == ["add-pressor"]
    assert "phenylephrine" in opened["measures"][0]["text"]
    assert "bolus" not in opened["measures"][0]["text"]


def test_the_alert_of_oliguria_says_what_is_advised_then() -> None:
    """criteria.md section 7.3."""
    opened = of(dry(start().vitals("07:00", weight=78)), "urine-hour")
    assert opened["action"] == ["add-dopamine"]
    assert "urinary catheter" in opened["measures"][0]["text"]


BOLUS = {
    "below 1000 mL": (low(start().bolus("07:00", 999)), ("250-500 ml",), ("used",)),
    "from 1000 mL on": (
        low(start().bolus("07:00", 1000)),
        ("1000 of 1500 ml used: last bolus, then phenylephrine",),
        (),
    ),
    "for urine": (
        dry(start().bolus("07:00", 1200)),
        ("1200 of 1500 ml used: last bolus, then urinary catheter and dopamine",),
        (),
    ),
    "with a pressor": (
        low(start().bolus("07:00", 1200).phenylephrine("07:30", 0.2)),
        ("then titrate phenylephrine",),
        (),
    ),
}


@table(BOLUS, "course has lacks")
def test_a_bolus_says_how_much_is_left_and_what_comes_then(
    course: Course, has: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    """criteria.md section 7.1: from 1000 mL above maintenance on: last bolus, then the next step."""
    text = states_at(course, "08:00")["advice"]["fluid-bolus"]["text"].lower()
    assert all(words in text for words in has)
    assert all(words not in text for words in lacks)
