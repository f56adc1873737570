"""Plot and board draw the limits of the pack that decides, and what stands beside as a strip (editions.md 2, 5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rules.guideline import load
from rules.guideline.roles import FAST_RATE, PEAK_LOAD, URINE_RATE
from streams.board.board_state import OTHER_GUIDELINE
from streams.board.flowsheet import Span, flowsheet
from streams.cli.main import main
from streams.flowsheet import limits
from streams.plot.panels import shade
from tests.packs.moments import MOMENTS
from tests.packs.support import assessed, site
from tests.packs.test_gate import signed
from tests.streams.board.board_here import serving
from tests.streams.board.wards import ms, oliguria, projection, published

PAPER, LATER, LABEL, TIL = (
    "schwartzentruber-2001/2",
    "dutcher-2014/1",
    "proleukin-us-label/2024-12",
    "til-2024/1",
)
REFRACTORY = next(one for one in MOMENTS if one.name == "systolic 88, refractory").events


def numbers(lines: list[limits.Line]) -> list[float]:
    return [one.value for one in lines]


@pytest.mark.parametrize(
    ("pack", "rate", "saturation", "held", "creatinine"),
    [
        (PAPER, [120, 130], [95], [], [2.5, 3]),
        (LATER, [100, 130], [95], [], [2.5, 3]),
        (LABEL, [], [90], [90], []),
        (TIL, [], [], [], [2.5]),
    ],
)
def test_the_limits_that_are_drawn_are_those_of_the_pack_that_decides(
    pack: str, rate: list[float], saturation: list[float], held: list[float], creatinine: list[float]
) -> None:
    guideline = site(pack).deciding
    assert numbers(limits.limits(guideline, FAST_RATE)) == rate
    assert numbers(limits.saturation(guideline)) == saturation
    assert all(limits.saturations(guideline)[0] < one for one in saturation)
    assert numbers(limits.held(guideline, "systolic-bp")) == held
    assert numbers(limits.lab_limits(guideline, "creatinine")) == creatinine


@pytest.mark.parametrize("pack", [LABEL, TIL])
def test_what_a_pack_has_no_row_for_has_no_limit_and_no_colour(pack: str) -> None:
    guideline = site(pack).deciding
    found = [limits.fever(guideline), limits.oxygen_flow(guideline), limits.limits(guideline, PEAK_LOAD)]
    assert found == [[], [], []]
    assert limits.limits(guideline, URINE_RATE) == []
    assert shade(0.0, guideline)[1] == ""


@pytest.mark.parametrize("chosen", [["--overlay", LABEL, "--overlay", TIL], ["--edition", LATER], []])
def test_a_course_on_which_packs_differ_can_be_plotted(tmp_path: Path, chosen: list[str]) -> None:
    file, page = tmp_path / "course.jsonl", tmp_path / "course.svg"
    file.write_text("".join(json.dumps(event) + "\n" for event in REFRACTORY), encoding="utf-8")
    assert main(["plot", str(file), *chosen, "--allow-draft", "-o", str(page)]) == 0
    assert ("strip advisory" in page.read_text()) == ("--overlay" in chosen)


def test_an_assessment_is_known_by_the_hash_of_any_pack_that_may_decide_and_of_no_other_site() -> None:
    guideline = load(signed(LABEL))
    assert guideline.decided_by(guideline.deciding.sha256) is guideline.deciding
    assert guideline.decided_by(guideline.sha256) is guideline
    assert guideline.decided_by(load("criteria.creatinine.absolute = 3.5").sha256) is None


def test_the_board_knows_the_pack_that_a_worker_decides_by() -> None:
    guideline = load(signed(LABEL))

    async def test(board: Any) -> None:
        assert OTHER_GUIDELINE not in board.state.notices()
        assert "another configuration" not in await board.text(f"/patient/{await board.key()}")

    serving(published(oliguria(), guideline=guideline), test, guideline=guideline)


def test_the_flowsheet_of_the_board_has_the_limits_of_the_deciding_pack() -> None:
    guideline = load(signed(LABEL))
    found = projection(oliguria())
    found.assessment = assessed(oliguria(), guideline)
    panels = {one["id"]: one for one in flowsheet(found, guideline, Span(ms(-10), ms(180), 0))["panels"]}
    assert [one["at"] for one in panels["pressure"]["lines"]] == [90, 90]
    assert panels["heart-rate"]["lines"] == []
