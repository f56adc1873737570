"""What a clinician accepts counts in nothing, until it ends (criteria.md section 3.5)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, seen, states_at, table, timed


def started() -> Course:
    return Course().start("00:00").complete("08:00")


def kidney(value: float = 2.6, at: str = "08:30", **fields: Any) -> Course:
    """A creatinine, accepted as relative at 09:00."""
    return started().labs(at, creatinine=value).accept("creatinine", "09:00", "relative", **fields)


COUNTS = {
    "before it counts": (kidney(), "08:59:59.999", ("correct", ["creatinine"], 1, [])),
    "accepted it does not": (kidney(), "09:00", ("proceed", [], 0, ["creatinine"])),
    "nor when it gets worse within its level": (
        kidney().labs("09:30", creatinine=2.9),
        "09:30",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "nor when it clears and trips again": (
        kidney().labs("09:20", creatinine=2.0).labs("09:30", creatinine=2.7),
        "09:30",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "a level above ends it at once": (
        kidney().labs("09:30", creatinine=3.0),
        "09:30",
        ("delay", ["creatinine"], 0, []),
    ),
    "and for good": (
        kidney().labs("09:30", creatinine=3.0).labs("09:40", creatinine=2.6),
        "09:40",
        ("correct", ["creatinine"], 1, []),
    ),
    "a level above at the acceptance ends it at once": (
        kidney(3.1),
        "09:00",
        ("delay", ["creatinine"], 0, []),
    ),
    "a result of the very instant of the acceptance too": (
        kidney().labs("09:00", creatinine=3.0),
        "09:00",
        ("delay", ["creatinine"], 0, []),
    ),
    "a level above that is withdrawn never was": (
        kidney().labs("09:30", "l", creatinine=3.0).withdraw("l", "09:40"),
        "09:40",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "one that was corrected to a level above ends it": (
        kidney()
        .labs("09:30", "l", creatinine=2.6)
        .labs("09:35", creatinine=2.6)
        .correct("l", "09:40", creatinine=3.1),
        "09:40",
        ("correct", ["creatinine"], 1, []),
    ),
    "until its time": (kidney(until="10:00"), "09:59:59.999", ("proceed", [], 0, ["creatinine"])),
    "at its time it counts": (kidney(until="10:00"), "10:00", ("correct", ["creatinine"], 1, [])),
    "one that ends at its own time accepts nothing": (
        kidney(until="09:00"),
        "09:00",
        ("correct", ["creatinine"], 1, []),
    ),
    "a later one replaces it": (
        kidney(until="10:00").accept("creatinine", "09:30", "relative"),
        "11:00",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "a later one that is over at once ends it": (
        kidney().accept("creatinine", "09:30", "relative", until="09:30"),
        "09:30",
        ("correct", ["creatinine"], 1, []),
    ),
    "a later one after a level above accepts again": (
        kidney().labs("09:30", creatinine=3.0).accept("creatinine", "09:40", "absolute"),
        "09:40",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "withdrawn it ends": (kidney(id="x").withdraw("x", "09:30"), "09:30", ("correct", ["creatinine"], 1, [])),
    "corrected to another level it goes by that": (
        kidney(3.1, id="x").correct("x", "09:30", level="absolute"),
        "09:30",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "one given while it is clear counts when it trips": (
        started().accept("creatinine", "08:30", "relative").labs("09:00", creatinine=2.6),
        "09:00",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "one given before the cycle goes on in it": (
        Course()
        .encounter("admit", "-03:00", location="ward")
        .accept("creatinine", "-02:00", "relative")
        .start("00:00")
        .complete("08:00")
        .labs("09:00", creatinine=2.6),
        "09:00",
        ("proceed", [], 0, ["creatinine"]),
    ),
    "the next cycle ends it": (
        kidney().encounter("cycle-start", "10:00"),
        "10:00",
        ("correct", ["creatinine"], 1, []),
    ),
    "therapy-end does not": (kidney().end("10:00"), "10:00", ("proceed", [], 0, ["creatinine"])),
    "one read late takes effect when it is read": (
        started().labs("08:30", creatinine=2.6).accept("creatinine", "08:40", "relative", known="09:00"),
        "08:59:59.999",
        ("correct", ["creatinine"], 1, []),
    ),
}


@table(COUNTS)
def test_what_is_accepted_does_not_count(course: Course, at: str, expected: tuple[Any, ...]) -> None:
    """criteria.md section 3.5: left out of the counts and the reasons, shown with its acceptance."""
    found = states_at(course, at)
    listed = [one["criterion"] for one in found["accepted"]]
    assert (found["recommendation"], found["reasons"], found["relative"], listed) == expected


ALERTS = {
    "its episode resolves": (kidney(), ["opened relative 08:30", "resolved clear 09:00"]),
    "none opens while it is accepted": (
        started().accept("creatinine", "08:20", "relative").labs("08:30", creatinine=2.6),
        [],
    ),
    "the state held opens at its end": (
        kidney(until="10:00").tick("11:00"),
        ["opened relative 08:30", "resolved clear 09:00", "opened relative 10:00"],
    ),
    "none opens at its end if it has cleared": (
        kidney(until="10:00").labs("09:30", creatinine=2.0).tick("11:00"),
        ["opened relative 08:30", "resolved clear 09:00"],
    ),
    "a level above opens with its own time": (
        kidney().labs("09:20", creatinine=3.0, known="09:30"),
        ["opened relative 08:30", "resolved clear 09:00", "opened absolute 09:20 @09:30"],
    ),
    "a withdrawal opens it at that instant": (
        kidney(id="x").withdraw("x", "09:30"),
        ["opened relative 08:30", "resolved clear 09:00", "opened relative 09:30"],
    ),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_an_accepted_criterion(course: Course, expected: list[str]) -> None:
    """criteria.md section 3.5: its episode resolves, none is open while it is accepted."""
    assert timed(course, "creatinine") == expected


def test_an_episode_that_an_acceptance_ends_says_so() -> None:
    """criteria.md section 3.5: reason `accepted`."""
    ended = [
        one for one in alerts(kidney()) if one["transition"] == "resolved" and one["subject"] == "creatinine"
    ]
    assert [one["context"].get("reason") for one in ended] == ["accepted"]


def test_an_accepted_criterion_is_shown_as_it_is() -> None:
    """criteria.md section 3.5: shown with its state and its acceptance."""
    found = states_at(kidney(until="12:00"), "09:00")
    assert seen(kidney(), "09:00", "creatinine") == "relative"
    assert found["accepted"] == [
        {
            "criterion": "creatinine",
            "level": "relative",
            "until": "2026-03-02T12:00:00Z",
            "by": "dr-3",
            "reason": "known",
        }
    ]


def test_an_accepted_criterion_that_cannot_be_told_is_blind_like_any_other() -> None:
    """criteria.md section 3.5."""
    assert states_at(kidney(), "53:00")["criteria"]["creatinine"]["state"] == "relative"
    clear = started().accept("creatinine", "09:00", "relative")
    assert "creatinine" in states_at(clear, "44:00")["reasons"]


def test_an_accepted_urine_row_holds_no_dose() -> None:
    """criteria.md section 3.5: left out of the blockers."""
    drawn = started().urine("09:00", 15, start="08:00")
    assert "urine" in states_at(drawn, "09:00")["dose"]["blockers"]
    drawn.accept("urine-hour", "09:10", "relative")
    assert "urine" not in states_at(drawn, "09:10")["dose"]["blockers"]


def test_no_corrective_for_what_is_accepted() -> None:
    """criteria.md section 3.5."""
    drawn = kidney()
    assert "corrective" in states_at(drawn, "08:59")["advice"]
    assert "corrective" not in states_at(drawn, "09:00")["advice"]


def test_a_fast_rate_counts_beside_an_accepted_arrhythmia() -> None:
    """criteria.md section 3.1: it does not count beside an arrhythmia that counts."""
    drawn = started().vitals("08:10", hr=125).vitals("08:40", hr=126).finding("atrial-fibrillation", "08:45")
    assert states_at(drawn, "08:50")["reasons"] == ["stop-rule:arrhythmia", "atrial-fibrillation"]
    drawn.accept("atrial-fibrillation", "09:00")
    assert states_at(drawn, "09:00")["reasons"] == ["sinus-tachycardia"]
