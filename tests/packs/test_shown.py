"""Every output of a draft pack bears its banner, and what stands beside is one quiet line (editions.md 2, 5)."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from rules.decide.assessment import assess
from rules.decide.engine import settled
from rules.explain.subject import explain
from rules.guideline import Guideline
from rules.wire.assessments import Assessment
from streams.board import unit_overview
from streams.board.html import unit
from streams.cli.main import main
from streams.display import DRAFT_BANNER
from streams.plot.page import banner, drawn
from streams.show import assessment as shown
from tests.packs.moments import MOMENTS, NOW, _usual
from tests.packs.support import folded, site

LABEL, TIL, PAPER = "proleukin-us-label/2024-12", "til-2024/1", "schwartzentruber-2001/2"
LOW = next(one for one in MOMENTS if one.name == "systolic 86, baseline 96").events


@pytest.fixture
def ward(tmp_path: Path) -> str:
    file = tmp_path / "ward.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in LOW), encoding="utf-8")
    return str(file)


TEXTS = {
    "run": ["run", "-o", "text"],
    "assess": ["assess", "-o", "text"],
    "explain": ["explain", "--patient", LOW[0]["patient"], "--subject", "recommendation", "-o", "text"],
}


@pytest.mark.parametrize("command", TEXTS)
def test_what_a_draft_pack_decides_bears_a_banner(
    command: str, ward: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = TEXTS[command]
    main([name, ward, *options, "--edition", LABEL, "--allow-draft"])
    assert DRAFT_BANNER in capsys.readouterr().out
    main([name, ward, *options, "--overlay", LABEL])
    assert DRAFT_BANNER not in capsys.readouterr().out


def assessed_low(guideline: Guideline) -> Assessment:
    (patient,) = folded(LOW, guideline, NOW).patients.values()
    return assess(settled(patient))


def test_the_page_of_a_plot_bears_it_and_has_a_strip_for_each_pack_beside() -> None:
    assert banner(site(LABEL)) == [DRAFT_BANNER]
    assert banner(site(PAPER, LABEL)) == []
    assert drawn(site(PAPER, LABEL, TIL))[-2:] == ["overlay/proleukin-us-label", "overlay/til-2024"]


BESIDE = {
    "stricter": (LOW, LABEL, "US label 2024-12 (draft) would withhold: systolic"),
    "milder": (LOW, TIL, "TIL 2024 (draft): no more"),
    "blind": ([one for one in LOW if one["type"] != "io"], TIL, "TIL 2024 (draft) cannot tell"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_the_board_has_one_quiet_line_a_pack_beside_the_readiness(name: str) -> None:
    events, pack, line = BESIDE[name]
    guideline = site(PAPER, pack)
    (patient,) = folded(events, guideline, NOW).patients.values()
    found = unit_overview.dose(assess(settled(patient)), guideline)
    (says,) = found.beside
    assert says.lower().startswith(line.lower())
    html = str(unit.dose(found))
    assert html.count("note beside") == 1
    assert DRAFT_BANNER not in html


def test_the_board_marks_what_a_draft_pack_decides() -> None:
    guideline = site(LABEL)
    assert DRAFT_BANNER in str(unit.dose(unit_overview.dose(assessed_low(guideline), guideline)))


def test_the_board_says_of_a_deciding_pack_without_others_nothing_more() -> None:
    found = unit_overview.dose(assessed_low(site(PAPER)), site(PAPER))
    assert (found.beside, found.draft) == ((), False)


def test_an_explanation_bears_the_banner() -> None:
    (patient,) = folded(_usual("p1"), site(TIL), NOW).patients.values()
    out = StringIO()
    shown.show_explanation(explain(settled(patient), "recommendation"), [], Console(file=out), False)
    assert out.getvalue().startswith(DRAFT_BANNER)
