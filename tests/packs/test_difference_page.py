"""The page on two packs says why they differ, how often each pages, and what the truth says (editions.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from streams.scoring.decision_points import Compared, Opinion, Point, Side
from streams.scoring.difference_page import Reader, markdown, page
from streams.scoring.switch_gate import Truth
from tests.packs.moments import MOMENTS
from tests.packs.support import folded, site

A, LABEL = "schwartzentruber-2001/2", "proleukin-us-label/2024-12"
UNREAD = ("renal.not open",)
GIVES, BLIND = Opinion("give", ()), Opinion("blind", ("systolic",))
WITHHOLDS, LETS_GO = (
    Opinion("withhold", ("urine 8 (below 10)", "urine 7 (below 10)")),
    Opinion("no-objection", UNREAD),
)
READER = Reader({"p": 1}, False, "UTC")


def page_of(*pairs: tuple[Opinion, Opinion], truth: Truth | None = None, **alerts: Any) -> str:
    a, b = (Side(with_packs(SCHWARTZENTRUBER_2001, PACKS[key])) for key in (A, LABEL))
    a.alerts, b.alerts = alerts.get("a", []), alerts.get("b", [])
    points = [Point("p", i, i, True, *pair) for i, pair in enumerate(pairs)]
    return markdown(page(Compared(points, [], a, b, 1, 2.0), [], [], READER, truth))


@pytest.mark.parametrize(
    ("pair", "reasons"),
    [
        ((WITHHOLDS, LETS_GO), ["| Schwartzentruber 2001: urine | 1 |"]),
        ((GIVES, WITHHOLDS), ["| US label 2024-12: urine | 1 |"]),
        ((WITHHOLDS, BLIND), ["| Schwartzentruber 2001: urine | 1 |", "| US label 2024-12: systolic | 1 |"]),
        ((GIVES, LETS_GO), []),
    ],
)
def test_a_reason_is_named_of_whichever_side_speaks_against_the_dose(
    pair: tuple[Opinion, Opinion], reasons: list[str]
) -> None:
    lines = page_of(pair).splitlines()
    begun = lines.index("## The commonest reasons for a difference")
    found = [
        line
        for line in lines[begun : lines.index("## Examples")]
        if "2001: " in line or "label 2024-12: " in line
    ]
    assert found == reasons


def test_pages_reminders_and_packs_beside_are_told_apart() -> None:
    (events,) = (one.events for one in MOMENTS if one.name == "systolic 86, baseline 96")
    alerts = folded(events, site(A, LABEL)).alerts
    (overlay,) = (one for one in alerts if one.kind == "overlay")
    reminder = replace(overlay, kind="criterion", transition="reminder")
    text = page_of((GIVES, GIVES), a=[overlay], b=[reminder, reminder])
    assert "| pages | 0 | 0 |" in text
    assert "| reminders | 0 | 1 |" in text
    assert "| transitions of packs beside, which page nobody | 0.5 | 0 |" in text


def test_the_truth_is_told_with_or_without_a_gate_where_there_is_one() -> None:
    text = page_of((GIVES, GIVES), truth=Truth(1411.0, 3, 0.0, None, 24.0))
    assert "| minutes of unsafe readiness | 0 | 1411 |" in text
    assert "| median delay of a page for an absolute truth, min | 24 | - |" in text
    assert "By the truth" not in page_of((GIVES, GIVES))
