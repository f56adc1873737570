"""Watches on doses: in error, changed, many, and a cycle that is about to end (criteria.md section 7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001, load
from tests.rules.courses import Course, alerts, folded, states_at, table, timed


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def open_at(course: Course, at: str, code: str) -> bool:
    return code in states_at(course, at)["advice"]


def given(*doses: float | None) -> Course:
    """Doses 8 h apart from 08:00 on, IU/kg."""
    drawn = start()
    for i, amount in enumerate(doses):
        drawn.dose(f"{8 + 8 * i:02}:00", amount or 600_000)
    return drawn


ERRORS = {
    "less than 7 h after the one before": (start().dose("08:00").dose("14:59:59.999"), "14:59:59.999", True),
    "7 h sharp is none": (start().dose("08:00").dose("15:00"), "15:00", False),
    "two at one time": (start().dose("08:00").dose("08:00"), "08:00", True),
    "more than 792,000 IU/kg": (given(792_001), "08:00", True),
    "792,000 is none": (given(792_000), "08:00", False),
    "the first by half and more": (given(299_999), "08:00", True),
    "half of 600,000 is none": (given(300_000), "08:00", False),
    "a tenth": (given(60_000), "08:00", True),
    "a later one by half of both": (given(None, 290_000), "16:00", True),
    "near the first it is none": (given(300_000, 290_000), "16:00", False),
    "near a first that is in error itself it is one": (given(60_000, 60_000), "16:00", True),
    "a first in error corrects nothing": (given(60_000, 600_000), "32:00:00.001", False),
    "in IU with the baseline's 70 kg": (start().dose("08:00", 56e6, "[iU]"), "08:00", True),
    "in IU of a usual dose": (start().dose("08:00", 42e6, "[iU]"), "08:00", False),
    "a held one is none": (start().dose("08:00").dose("09:00", given=False), "09:00", False),
    "24 h from the decision": (given(60_000), "31:59:59.999", True),
    "no longer": (given(60_000), "32:00", False),
    "known late, 24 h from its decision": (
        start().dose("08:00", 60_000, known="10:00"),
        "33:59:59.999",
        True,
    ),
    "corrected it never was": (
        start().dose("08:00", 60_000, id="d").correct("d", "09:00", amount=600_000),
        "09:00",
        False,
    ),
    "a new cycle looks at its own doses": (
        given(60_000).encounter("cycle-start", "10:00"),
        "10:00",
        False,
    ),
    "the one before may be of another cycle": (
        start().dose("08:00").encounter("cycle-start", "10:00").dose("12:00"),
        "12:00",
        True,
    ),
}


@table(ERRORS)
def test_dose_error(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.2: too early, too much, or unlike the published and the cycle's first."""
    assert open_at(course, at, "dose-error") is expected


ALERTS = {
    "dose-error at the dose, for 24 h": (
        "dose-error",
        start().dose("08:00", 60_000).tick("40:00"),
        ["opened absolute 08:00", "resolved clear 32:00"],
    ),
    "known late it lasts 24 h from then": (
        "dose-error",
        start().dose("08:00", 60_000, known="10:00").tick("40:00"),
        ["opened absolute 08:00 @10:00", "resolved clear 34:00"],
    ),
    "corrected it is amended": (
        "dose-error",
        start().dose("08:00", 60_000, id="d").correct("d", "09:00", amount=600_000),
        ["opened absolute 08:00", "amended clear 08:00 @09:00"],
    ),
    "withdrawn too": (
        "dose-error",
        start().dose("08:00").dose("08:05", id="d").withdraw("d", "09:00"),
        ["opened absolute 08:05", "amended clear 08:05 @09:00"],
    ),
    "another one in an episode that nobody acknowledged says nothing": (
        "dose-error",
        start().dose("08:00").dose("09:00").dose("10:00").tick("12:00"),
        ["opened absolute 09:00"],
    ),
    "it lasts until the last one's 24 h": (
        "dose-error",
        start().dose("08:00").dose("09:00").dose("10:00").tick("40:00"),
        ["opened absolute 09:00", "resolved clear 34:00"],
    ),
    "one that a dose charted late makes too early": (
        "dose-error",
        start().dose("08:00").dose("04:00", known="12:00").tick("40:00"),
        ["opened absolute 08:00 @12:00", "resolved clear 36:00"],
    ),
    "dose-count at 12, relative at 14": (
        "dose-count",
        given(*[None] * 14).end("130:00"),
        ["opened advisory 96:00", "worsened relative 112:00", "resolved clear 130:00"],
    ),
    "cycle-ends-soon from its deadline to the stop": (
        "cycle-ends-soon",
        given(None).tick("50:00"),
        ["opened advisory 36:00", "resolved clear 40:15"],
    ),
    "cycle-ends-soon until a dose": (
        "cycle-ends-soon",
        given(None).dose("38:00"),
        ["opened advisory 36:00", "resolved clear 38:00"],
    ),
    "cycle-ends-soon until therapy-end": (
        "cycle-ends-soon",
        given(None).end("38:00"),
        ["opened advisory 36:00", "resolved clear 38:00"],
    ),
}


@table(ALERTS, "code course expected")
def test_what_is_said_of_doses(code: str, course: Course, expected: list[str]) -> None:
    """criteria.md sections 7.2 and 9: the `at` of a dose, or the deadline."""
    assert timed(course, code) == expected


WATCHES = {
    "dose-count at 12": ("dose-count", given(*[None] * 12), "96:00", True),
    "not at 11": ("dose-count", given(*[None] * 11), "88:00", False),
    "cycle-ends-soon when due for 20 h": ("cycle-ends-soon", given(None), "36:00", True),
    "not before": ("cycle-ends-soon", given(None), "35:59:59.999", False),
    "not before dose 1": ("cycle-ends-soon", start(), "30:00", False),
    "another stop leaves it": (
        "cycle-ends-soon",
        given(None).finding("infection", "20:00"),
        "37:00",
        True,
    ),
    "not once the delay is over 24 h, resumed or not": (
        "cycle-ends-soon",
        given(None).tick("40:20").resume("delay-over-24h", "40:30"),
        "41:00",
        False,
    ),
    "10 % less is let pass": ("dose-changed", given(None, 540_000), "16:00", False),
    "more is not": ("dose-changed", given(None, 539_999), "16:00", True),
    "nor 10 % upwards": ("dose-changed", given(None, 660_001), "16:00", True),
    "in another unit, by weight": (
        "dose-changed",
        given(None).dose("16:00", 30e6, "[iU]"),
        "16:00",
        True,
    ),
    "one that no weight tells the amount of says nothing: the one before it does": (
        "dose-changed",
        Course().start("00:00", weight=None).dose("00:00").dose("08:00", 500_000).dose("16:00", 42, "M[iU]"),
        "16:00",
        True,
    ),
    "nor is it as the first one by that": (
        "dose-changed",
        Course().start("00:00", weight=None).dose("00:00").dose("08:00", 42, "M[iU]"),
        "08:00",
        False,
    ),
    "the same in another unit": ("dose-changed", given(None).dose("16:00", 42e6, "[iU]"), "16:00", False),
}


@table(WATCHES, "code course at expected")
def test_a_watch_on_doses(code: str, course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.2: dose-count, cycle-ends-soon, dose-changed."""
    assert open_at(course, at, code) is expected


CHANGED = {
    "since the first that differs": (
        given(None, 480_000, 480_000).encounter("therapy-end", "30:00"),
        ["opened advisory 16:00"],
    ),
    "one the more changes nothing": (
        given(None, 480_000).dose("24:00", 720_000),
        ["opened advisory 16:00"],
    ),
    "until one is as the first": (
        given(None, 480_000, 600_000, 600_000),
        ["opened advisory 16:00", "resolved clear 24:00"],
    ),
    "where the first becomes known last": (
        start().dose("16:00").dose("24:00").dose("08:00", 480_000, known="25:00"),
        ["opened advisory 16:00 @25:00"],
    ),
    "where it shows the others to be as it": (
        start()
        .dose("16:00")
        .dose("24:00", 480_000)
        .dose("32:00", 480_000)
        .dose("08:00", 480_000, known="33:00"),
        ["opened advisory 24:00", "resolved clear 24:00 @33:00"],
    ),
    "where a correction does, of the first": (
        given(480_000, None, None).correct("d3", "25:00", amount=600_000),
        ["opened advisory 16:00", "amended clear 16:00 @25:00"],
    ),
}


@table(CHANGED, "course expected")
def test_since_when_a_dose_is_changed(course: Course, expected: list[str]) -> None:
    """criteria.md sections 7.2 and 9: the `at` of the dose by which it became true."""
    assert timed(course, "dose-changed") == expected


ENDED = {
    "dose-count": (given(*[None] * 12).end("97:00", known="99:00"), "97:00 @99:00"),
    "cycle-ends-soon": (given(None).tick("36:00").end("36:30", known="38:00"), "36:30 @38:00"),
    "premedication": (given(None).drug("indomethacin", "09:00").end("10:00", known="12:00"), "10:00 @12:00"),
}


@pytest.mark.parametrize("code", ENDED)
def test_a_watch_ends_at_a_therapy_end_that_is_known_late(code: str) -> None:
    """criteria.md section 9: of advice and watches on doses and medicines, the `at` of what changed it."""
    course, expected = ENDED[code]
    assert timed(course, code)[-1] == f"resolved clear {expected}"


WORDS = {
    "too early": (
        start().dose("08:00").dose("14:54"),
        "14:54",
        "dose-error",
        ("Dose 2 at 14:54", "6:54 h after the one before", "double dose or double entry"),
    ),
    "tenfold": (given(6_000_000), "08:00", "dose-error", ("6,000,000 IU/kg", "more than 792,000")),
    "a tenth": (given(60_000), "08:00", "dose-error", ("60,000 IU/kg instead of 600,000",)),
    "reduced": (given(None, 480_000), "16:00", "dose-changed", ("20 % below", "480,000", "600,000")),
    "raised": (given(None, 720_000), "16:00", "dose-changed", ("20 % above",)),
    "many": (given(*[None] * 12), "96:00", "dose-count", ("12 doses", "8-12")),
    "at the label's end": (given(*[None] * 14), "112:00", "dose-count", ("14 doses", "at most 14")),
    "late": (
        given(None),
        "36:00",
        "cycle-ends-soon",
        ("due since Monday 16:00", "the cycle ends Tuesday 16:00"),
    ),
}


@table(WORDS, "course at code expected")
def test_a_watch_on_doses_names_dose_and_amount(
    course: Course, at: str, code: str, expected: tuple[str, ...]
) -> None:
    """criteria.md section 10: read by a nurse at night."""
    text = states_at(course, at)["advice"][code]["text"].lower()
    for words in expected:
        assert words.lower() in text


def test_dose_error_names_all_doses_in_error() -> None:
    """criteria.md section 7.2: one subject, its evidence all doses in error."""
    drawn = start().dose("08:00", 60_000, id="a").dose("09:00", id="b").tick("10:00")
    opened = next(a for a in alerts(drawn) if a["subject"] == "dose-error")
    assert opened["evidence"] == ["a"]
    assert "Dose 2 at 09:00" in states_at(drawn, "10:00")["advice"]["dose-error"]["text"]


WATCHED: dict[str, Course] = {
    "dose-error": given(60_000),
    "dose-changed": given(None, 300_000),
    "dose-against-advice": given(None),
    "dose-count": given(*[None] * 12),
    "cycle-ends-soon": given(None).tick("36:00"),
    "bradycardia": start().vitals("08:00", hr=44).vitals("08:30", hr=44),
    "tachypnea": start().vitals("08:00", respiratory_rate=31).vitals("08:15", respiratory_rate=31),
    "hyperkalemia": start().labs("08:00", potassium=6.2),
}
AT = {"dose-changed": "16:00", "dose-count": "96:00", "cycle-ends-soon": "36:00"}


@pytest.mark.parametrize("code", WATCHED)
def test_a_watch_can_be_switched_off(code: str) -> None:
    """criteria.md section 7.2: each can be switched off."""
    at = AT.get(code, "08:30")
    assert open_at(WATCHED[code], at, code)
    off = load(f"advice.{code}.on = false")
    assert code not in states_at(WATCHED[code], at, off)["advice"]
    assert [a for a in alerts(WATCHED[code], at, off) if a["subject"] == code] == []


def test_every_watch_of_the_guideline_can() -> None:
    """criteria.md section 7.2."""
    assert set(WATCHED) == {advice.code for advice in SCHWARTZENTRUBER_2001.advice if advice.watch}


def test_a_dose_that_needs_a_weight_is_refused_and_counts() -> None:
    """criteria.md section 7.2: its amount is unknown; that it was given is not."""
    drawn = start(weight=None).dose("08:00", 42e6, "[iU]").dose("12:00", 42e6, "[iU]")
    assert [reason for _, reason in folded(drawn).refused] == ["needs-weight", "needs-weight"]
    found = states_at(drawn, "12:00")
    assert found["dose"]["number"] == 2
    assert "4:00 h after the one before" in found["advice"]["dose-error"]["text"]


def test_a_weight_known_with_the_dose_converts_it() -> None:
    """criteria.md sections 3.3 and 7.2: the latest weight not after its `at`, else the baseline."""
    drawn = start().vitals("07:00", weight=56).dose("08:00", 42e6, "[iU]")
    assert folded(drawn).refused == []
    assert open_at(start().vitals("07:00", weight=52.6).dose("08:00", 42e6, "[iU]"), "08:00", "dose-error")
    assert not open_at(drawn, "08:00", "dose-error")
