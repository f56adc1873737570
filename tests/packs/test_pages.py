"""The pages on guideline packs say what the packs say."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from rules.guideline.packs.declarations import Pack
from rules.guideline.packs.page import advice_of, reader_of
from rules.guideline.packs.registry import PACKS
from streams.cli.packs import page_of, reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_pages_are_up_to_date_and_one_a_pack() -> None:
    folder = DOCS / "reference"
    written = {name: (folder / name).read_text(encoding="utf-8") for name in reference()}
    assert written == reference(), "run make docs"
    assert {one.name for one in (folder / "packs").iterdir()} == {Path(page_of(key)).name for key in PACKS}


def section(key: str) -> str:
    """Return the page of one pack behind its heading."""
    return reference()[page_of(key)].removeprefix(f"# {key}\n")


def test_the_page_of_the_label_says_first_what_it_is_blind_to_and_that_it_stands_beside() -> None:
    first = section("proleukin-us-label/2024-12").strip().splitlines()[0]
    assert "Blind to kidney, counts and weight: beside 2001, not instead." in first
    assert "Renal row of section 2, Hepatic row of section 2, Skin row of section 2" in first


def test_all_that_lifts_a_held_row_is_named_together() -> None:
    assert "resumes sinus-rhythm and cardiac-symptoms=absent" in section("proleukin-us-label/2024-12")
    assert "trips mental-status=changed or agitation" in section("proleukin-us-label/2024-12")


@pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
def test_every_row_rule_and_advice_of_a_pack_has_its_line_status_and_reader(pack: Pack) -> None:
    lines = section(pack.key).splitlines()
    for name, status, _ in pack.parts():
        (line,) = (one for one in lines if one.startswith(f"| `{name}` |") and one.count("|") == 7)
        reader = "the authors of this pack" if status == "verified" else "nobody yet"
        assert f"| {status} | {reader} |" in line
    for one in pack.advice:
        assert [line for line in lines if line.startswith(f"| `{one.code}` | {one.text} |")]


def test_advice_of_a_source_that_was_not_read_is_a_draft() -> None:
    found = {one["advice"]: one["status"] for key in PACKS for one in advice_of(PACKS[key])}
    assert [code for code, status in found.items() if status == "draft"] == ["course-gap", "dose-late"]


def test_what_a_site_has_signed_was_read_by_two_persons_of_the_site() -> None:
    pack = structs.replace(PACKS["dutcher-2014/1"], signed=("bicarbonate",))
    assert reader_of(pack, "bicarbonate", "verified") == "two persons of the site"
