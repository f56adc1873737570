"""From a true absolute onset to its page, by how often vital signs are charted."""

from __future__ import annotations

from simulators.score import Scorer
from tests.simulators.score.timelines import course, drawn_transitions, minute

TRUE = "..AAAA...."


def test_distinct_absolute_onsets_are_told_with_their_delay_by_charting() -> None:
    scorer = Scorer(
        [
            course(24, "p1", creatinine=TRUE, platelets="..rr.."),
            course(24, "p2", creatinine=TRUE)._replace(charting="hourly"),
            course(24, "p3", creatinine=TRUE.replace("A", "B"))._replace(charting="hourly"),
        ]
    )
    for one in drawn_transitions("creatinine", TRUE, late=7):
        scorer.add(*one)
    found = scorer.numbers()["onsets"]
    assert found["by_charting"] == {
        "hourly": {"onsets": 1, "paged": 0, "delay_min": None},
        "minute": {"onsets": 1, "paged": 1, "delay_min": {"median": 7.0, "p95": 7.0, "worst": 7.0}},
    }
    assert found["all"] == [
        {"patient": "p1", "subject": "creatinine", "start": "2026-03-02T07:20:00Z", "delay_min": 7.0},
        {"patient": "p2", "subject": "creatinine", "start": "2026-03-02T07:20:00Z", "delay_min": None},
    ]
    assert minute(20) == scorer.courses["p1"].true["creatinine"][0].start
