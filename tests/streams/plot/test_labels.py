"""No label of a plot lies over another, by matplotlib's own boxes, and every dose has its mark."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest

from streams.plot.axes import flags, rows
from streams.plot.burden import Point, Sensitivity, picture
from streams.plot.page import Drawing
from streams.times import DAY, HOUR, ZONE, local, wire
from tests.streams.plot.test_plot import ZERO, at, named, page, record, start, vitals

SHARE = Sensitivity(0.9, 0.7)


def minutes(after: int) -> str:
    return wire(ZERO + after * HOUR // 60)


def dosed(id: str, after: int, given: bool) -> dict[str, Any]:
    amount = {"amount": 600000, "unit": "[iU]/kg"} if given else {"reason": "asked"}
    return record("dose", id, minutes(after), agent="aldesleukin", given=given, **amount)


def doses(*times: tuple[int, bool]) -> list[dict[str, Any]]:
    return [dosed(f"d{number}", after, given) for number, (after, given) in enumerate(times)]


EVERY_8_H = [(hour * 60, True) for hour in range(0, 240, 8)]
CLOSE = [
    (hour * 60 + minute, given)
    for hour in range(0, 96, 8)
    for minute, given in ((0, True), (20, False), (25, False), (50, True))
]


def boxes(texts: Iterable[Any], figure: Any) -> list[tuple[str, Any]]:
    figure.draw_without_rendering()
    return [
        (text.get_text(), text.get_window_extent())
        for text in texts
        if text.get_text() and text.get_visible()
    ]


def overprinted(found: list[tuple[str, Any]]) -> list[str]:
    """Return the pairs whose boxes lie over each other by more than a point."""
    return [f"{one} | {other}" for (one, a), (other, b) in combinations(found, 2) if over(a, b)]


def over(a: Any, b: Any) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    tall = min(a.y1, b.y1) - max(a.y0, b.y0)
    return bool(wide > 1 and tall > 1)


def drawn(times: list[tuple[int, bool]], *more: dict[str, Any]) -> Drawing:
    until = max(after for after, _ in times) // 60 + 4
    return page(start(), vitals("v1", at(2), systolic_bp=110), *doses(*times), *more, until=until)


@pytest.mark.parametrize("times", [EVERY_8_H, CLOSE], ids=["every 8 h for ten days", "close together"])
def test_no_dose_is_written_over_another_and_each_has_its_mark(times: list[tuple[int, bool]]) -> None:
    drawing = drawn(times)
    ax = drawing.axes["pressure"]
    head = [
        (text, box) for text, box in boxes(drawing.figure.texts, drawing.figure) if text.startswith("2026")
    ]
    assert overprinted([*boxes(ax.texts, drawing.figure), *head]) == []
    marks = [*named(ax, "given"), *named(ax, "held")]
    assert len(marks) == len(times)
    assert [
        (a, b) for a, b in combinations([mark.get_window_extent() for mark in marks], 2) if over(a, b)
    ] == []


@pytest.mark.parametrize("days", [1, 2, 3, 7, 8, 14, 16, 20])
def test_no_date_is_written_over_another(days: int) -> None:
    drawing = page(start(), vitals("v1", at(2), systolic_bp=110), until=days * 24 + 7)
    for name, ax in drawing.axes.items():
        labels = boxes([*ax.get_xticklabels(), *ax.get_xticklabels(minor=True)], drawing.figure)
        assert overprinted(labels) == [], name


def test_the_dates_of_a_laboratory_panel_stand_at_the_sites_midnights() -> None:
    token = ZONE.set("America/New_York")
    try:
        drawing = page(start(), vitals("v1", at(2), systolic_bp=110), until=96)
        hours = {local(round(tick * DAY)).hour for tick in drawing.axes["creatinine"].get_xticks()}
    finally:
        ZONE.reset(token)
    assert hours == {0}


def test_no_bolus_device_or_fio2_is_written_over_another() -> None:
    fluids = [
        record(
            "io",
            f"b{minute}",
            minutes(minute),
            direction="in",
            kind="iv-bolus",
            volume=250 + minute,
            unit="mL",
        )
        for minute in range(60, 300, 30)
    ]
    oxygen = [vitals(f"o{number}", minutes(120 + number * 20), o2_flow=4) for number in range(5)]
    for number, one in enumerate(oxygen):
        device = ("nasal-cannula", "non-rebreather")[number % 2]
        one["readings"] += [
            {"code": "o2-device", "value": device},
            {"code": "fio2", "value": 30 + number, "unit": "%"},
        ]
    drawing = drawn(EVERY_8_H[:9], *fluids, *oxygen)
    for panel, words in (("urine", "310"), ("oxygen", "FiO2 30 %")):
        found = boxes(drawing.axes[panel].texts, drawing.figure)
        assert words in [text for text, _ in found]
        assert overprinted(found) == []


def test_no_configuration_is_written_over_another() -> None:
    burdens = (("as published", 3.0), ("urine 25 mL/h", 3.05), ("longer run", 3.08), ("strict", 5.5))
    figure = picture([Point(name, x, {"absolute": SHARE, "relative": SHARE}) for name, x in burdens])
    legend = [text for made in figure.legends for text in made.get_texts()]
    found = boxes([*figure.axes[0].texts, *legend], figure)
    assert {name for name, _ in burdens} <= {text for text, _ in found}
    assert overprinted(found) == []


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        pytest.param([(0, 10), (20, 30)], [0, 0], id="room for all in a row"),
        pytest.param([(0, 10), (5, 15), (13, 20)], [0, 1, 0], id="a second row, and the first again"),
        pytest.param([(0, 10), (0, 10), (0, 10)], [0, 1, 2], id="three at one place"),
        pytest.param([], [], id="none"),
    ],
)
def test_a_label_is_in_the_first_row_with_room(spans: list[tuple[float, float]], found: list[int]) -> None:
    assert rows(spans) == found


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        pytest.param([(0, 10), (20, 30)], [0, 0], id="apart"),
        pytest.param([(0, 10), (5, 15), (8, 20)], [2, 1, 0], id="over each whose line it would cross"),
        pytest.param([(0, 25), (5, 10), (20, 30)], [1, 0, 0], id="no higher than it must be"),
    ],
)
def test_a_name_is_over_the_lines_that_it_would_cross(
    spans: list[tuple[float, float]], found: list[int]
) -> None:
    assert flags(spans) == found
