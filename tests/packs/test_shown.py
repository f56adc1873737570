"""Every output of a draft pack bears its banner, and what stands beside is one quiet line (editions.md 2, 5)."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rules.decide.assessment import assess
from rules.decide.engine import settled
from rules.explain.subject import explain
from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.wire.assessments import Assessment
from streams.board import unit_overview
from streams.board.html import unit
from streams.channels.fhir import FhirOptions, bundle
from streams.channels.hl7_alarms import Hl7Options, message
from streams.channels.http import encoded
from streams.channels.options import parse_options
from streams.channels.page import Page
from streams.cli.main import main
from streams.display import DRAFT_BANNER
from streams.plot.page import banner, draw, drawn
from streams.projections.assessments import counts_of
from streams.show import assessment as shown
from tests.packs.moments import MOMENTS, NOW, _usual
from tests.packs.support import folded, site
from tests.streams.channels.pages import page
from tests.streams.plot.test_plot import HOUR, ZERO, at, named, seen, start
from tests.streams.samples import alert_record

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


SAYS = "US label 2024-12 (draft) would withhold: systolic 86 (below 90)"


def test_what_a_pack_beside_said_is_an_advisory_strip_on_the_plot() -> None:
    beside_of = {"subject": "overlay/proleukin-us-label", "kind": "overlay"}
    alerts = (
        alert_record(**beside_of, level="advisory", at=at(1), id="a"),
        alert_record(**beside_of, transition="resolved", level="clear", at=at(3), id="a"),
        alert_record(**beside_of, level="advisory", at=at(5), id="b"),
    )
    beside = site(PAPER, LABEL)
    strips = draw(seen(start()), alerts, beside, ZERO + 8 * HOUR).axes["strips"]
    assert len(named(strips, "strip advisory")) == 2
    assert [text.get_text() for text in strips.get_legend().get_texts()] == [
        "relative",
        "absolute",
        "pack beside is stricter",
    ]


def page_of_overlay() -> Page:
    alert = {
        "kind": "overlay",
        "level": "advisory",
        "value": "withhold",
        "context": {"phase": None, "dose": 5, "verdicts": {"decides": "give", "overlay": "withhold"}},
    }
    return page(
        kind="overlay",
        subject="overlay/proleukin-us-label",
        system=None,
        level="advisory",
        priority="low",
        summary=SAYS,
        alert=alert,
    )


def test_a_routed_overlay_goes_out_by_hl7_with_both_verdicts_at_the_lowest_priority() -> None:
    options = parse_options(
        Hl7Options, "am", {"address": "127.0.0.1:1", "patient-authority": "H", "tls": False}
    )
    own = {
        "application": "IL2WATCH",
        "patient-authority": "H",
        "patient-type": "MR",
        "address": "127.0.0.1:1",
    }
    rows = [line.split("|") for line in message(page_of_overlay(), options, own).split("\r")]
    observations = [row for row in rows if row[0] == "OBX"]
    assert SAYS in observations[0][5]
    assert observations[0][8].startswith("PL")
    assert (observations[1][3].partition("^")[0], observations[1][5], observations[1][7]) == (
        "overlay/proleukin-us-label",
        "withhold",
        "decides give",
    )


def test_a_routed_overlay_goes_out_by_fhir_as_routine() -> None:
    table = {"url": "https://fhir.example/R4", "patient-system": "urn:oid:1.2.3", "detected-issue": True}
    options = parse_options(FhirOptions, "record", table)
    resources = {entry["resource"]["resourceType"]: entry["resource"] for entry in written(options)}
    assert resources["CommunicationRequest"]["priority"] == "routine"
    assert resources["DetectedIssue"]["severity"] == "low"
    assert resources["Flag"]["code"]["coding"][0]["code"] == "overlay/proleukin-us-label"
    assert resources["Flag"]["code"]["text"] == SAYS


def written(options: FhirOptions) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(encoded(bundle(page_of_overlay(), options)))["entry"]
    return found


def test_the_verdicts_are_counted_by_pack_and_name_no_patient() -> None:
    (patient,) = folded(LOW, site(PAPER, LABEL, TIL), NOW).patients.values()
    marks = {mark.labels for mark in counts_of(assess(settled(patient))).marks if mark.what == "verdicts"}
    assert marks == {
        (PAPER, "decides", "give"),
        (LABEL, "beside", "withhold"),
        (TIL, "beside", "no-objection"),
    }
    (alone,) = folded(LOW, SCHWARTZENTRUBER_2001, NOW).patients.values()
    assert "verdicts" not in {mark.what for mark in counts_of(assess(settled(alone))).marks}
