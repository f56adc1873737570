"""What is a page, and what a page is worth."""

from __future__ import annotations

import pytest

from simulators.score.detection import AlertTransition
from simulators.score.pages import judged, new_pages, pages
from tests.simulators.score.timelines import course, drawn_transitions, minute


def paged(transitions: list[AlertTransition]) -> list[tuple[str, str]]:
    return [(one.transition, one.level) for one in pages(transitions)]


@pytest.mark.parametrize(
    ("drawn", "pages"),
    [
        ("....", []),
        (".rr.", [("opened", "relative")]),
        (".AA.", [("opened", "absolute")]),
        (".rA.", [("opened", "relative"), ("worsened", "absolute")]),
        (".Ar.", [("opened", "absolute")]),
        (".rArA.", [("opened", "relative"), ("worsened", "absolute"), ("worsened", "absolute")]),
        (".r.r.", [("opened", "relative"), ("opened", "relative")]),
    ],
)
def test_an_episode_pages_as_it_opens_and_each_time_it_worsens(
    drawn: str, pages: list[tuple[str, str]]
) -> None:
    assert paged(drawn_transitions("creatinine", drawn)) == pages


@pytest.mark.parametrize(
    ("kind", "level", "transition", "page"),
    [
        ("criterion", "relative", "opened", True),
        ("blood-pressure", "absolute", "worsened", True),
        ("monitoring", "technical", "opened", True),
        ("monitoring", "advisory", "opened", False),
        ("recommendation", "relative", "opened", True),
        ("advice", "relative", "worsened", True),
        ("advice", "advisory", "opened", False),
        ("criterion", "absolute", "reminder", False),
        ("criterion", "relative", "improved", False),
        ("criterion", "relative", "amended", False),
        ("criterion", "clear", "resolved", False),
    ],
)
def test_what_opens_or_worsens_above_advice_is_paged(
    kind: str, level: str, transition: str, page: bool
) -> None:
    assert (
        bool(paged([AlertTransition("p1", kind, "x", level, transition, minute(0), minute(0), "e1")])) == page
    )


def test_a_recommendation_that_its_cause_tells_is_no_page_of_its_own() -> None:
    one = AlertTransition(
        "p1", "recommendation", "recommendation", "absolute", "opened", minute(0), minute(0), "e1"
    )
    assert list(pages([one])) == [one]
    assert list(pages([one._replace(carried=True)])) == []


@pytest.mark.parametrize(
    ("drawn", "new"),
    [
        ("....", 0),
        (".rr.", 1),
        (".rA.", 2),
        (".rArA.", 2),
        (".r" + "." * 23 + "r.", 1),
        (".r" + "." * 24 + "r.", 2),
        (".r" + "." * 30 + "A.", 2),
    ],
)
def test_a_page_is_new_unless_its_subject_was_at_that_level_in_the_4_hours_before(
    drawn: str, new: int
) -> None:
    assert new_pages(drawn_transitions("creatinine", drawn)) == new


def test_a_step_for_the_worse_of_what_was_acknowledged_is_new() -> None:
    opened = AlertTransition(
        "p1", "criterion", "creatinine", "absolute", "opened", minute(0), minute(0), "e1"
    )
    step = opened._replace(transition="worsened", at=minute(30), decided=minute(30))
    assert new_pages([opened, step]) == 2


@pytest.mark.parametrize(
    ("true", "possible", "level", "at", "verdict"),
    [
        ("...rrr...", "", "relative", 30, "true"),
        ("...rrr...", "", "relative", 15, "true"),
        ("...rrr...", "", "relative", 14, "false"),
        ("...rrr...", "", "relative", 74.9, "true"),
        ("...rrr...", "", "relative", 75, "false"),
        ("...AAA...", "", "relative", 30, "true"),
        ("...AAA...", "", "absolute", 30, "true"),
        ("...rrr...", "", "absolute", 30, "less"),
        ("...rrr...", "...AAA...", "absolute", 30, "borderline"),
        ("", "...rrr...", "relative", 30, "borderline"),
        ("", "...rrr...", "absolute", 30, "false"),
        ("", "", "relative", 30, "false"),
        ("...bbb...", "...rrr...", "relative", 30, "true"),
    ],
)
def test_a_page_is_worth_what_held_within_15_minutes_of_it(
    true: str, possible: str, level: str, at: float, verdict: str
) -> None:
    page = AlertTransition(
        "p1", "criterion", "creatinine", level, "opened", minute(at), minute(at + 300), "e1"
    )
    assert judged(page, course(creatinine=true, possible={"creatinine": possible})).verdict == verdict


@pytest.mark.parametrize("kind", ["monitoring", "advice", "recommendation"])
def test_what_has_no_truth_is_not_judged(kind: str) -> None:
    page = AlertTransition("p1", kind, "creatinine", "relative", "opened", minute(0), minute(0), "e1")
    assert judged(page, course(creatinine="rrr")).verdict == "unjudged"


def test_a_patient_without_truth_is_not_judged() -> None:
    (page,) = pages(drawn_transitions("creatinine", "r"))
    assert judged(page, None).verdict == "unjudged"
