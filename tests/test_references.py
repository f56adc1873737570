"""Every reference in code and documents leads to a place that exists (forms: tests/references.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kept import ROOT, kept_files
from tests.references import CITED, PATH, PLACE, read, slug, wrong

SAMPLES = {ROOT / "tests" / "references.py", ROOT / "tests" / "test_references.py"}
"""They hold references that lead nowhere, on purpose."""
PLACEHOLDERS = ROOT / "deploy" / "prometheus" / "tests"
"""Its addresses begin with a placeholder; tests/deploy/test_rules.py follows them."""
FILES = [path for path in kept_files() if path not in SAMPLES and PLACEHOLDERS not in path.parents]


def named(path: Path) -> str:
    """Return the path of a kept file as the repository has it."""
    return str(path.relative_to(ROOT))


GOOD = [
    "criteria.md",
    "as `wire.md` writes them, in order",
    "criteria.md section 3",
    "criteria.md, section 9",
    "criteria.md 9",
    "criteria.md 9: what is said",
    "criteria.md 1, 3, 6",
    "criteria.md sections 1, 8, 9",
    "criteria.md sections 4 to 7",
    "criteria.md, sections 3 and 5",
    "docs/spec/criteria.md section 3",
    "criteria.md section 3, urine-hour",
    "criteria.md section 3, mental-status",
    "criteria.md section 3, `phenylephrine-maximum` and `phenylephrine-minimum`",
    "criteria.md section 1, arrival order",
    "criteria.md 3, oxygen-requirement",
    "criteria.md section 7 (`forbidden-medication`)",
    "criteria.md\n    section 3,\n    urine-hour",
    "# criteria.md\n# section 3, urine-hour",
    "section 9",
    "criteria.md section 5: stale; section 3: not",
    "wire.md, Alert",
    'wire.md, "Alert"',
    "wire.md (Alert)",
    "docs/spec/wire.md, Events",
    "wire.md (Events, What is refused)",
    "wire.md, Events and What is refused",
    "wire.md, `il2watch explain`",
    "wire.md, io",
    "wire.md, Labs codes: code -> unit",
    "wire.md, Topics: `il2.deadletters`",
    "wire.md (Alert); criteria.md section 9",
    "wire.md, criteria.md 1",
    "glossary.md, Notification",
    "architecture.md, Arrows",
    "architecture.md, decision 7",
    "architecture.md (decision 10)",
    "architecture.md, decisions 5 and 9",
    "docs/howto/production.md",
    'docs/howto/production.md, "The board"',
    "docs/reference/commands.md#il2watch-ack",
    "docs/decisions/0011-retention.md",
    "decision 0011",
]
WRONG = [
    "design.md",
    "design.md, decision 7",
    "criteria.md section 13",
    "criteria.md, section 0",
    "criteria.md 13",
    "criteria.md 1, 3, 16",
    "criteria.md sections 1, 8, 19",
    "criteria.md sections 4 to 17",
    "criteria.md, sections 3 and 15",
    "docs/spec/criteria.md section 30",
    "docs/criteria.md section 3",
    "criteria.md section 4, uring",
    "criteria.md section 3, mental-state",
    "criteria.md section 3, `phenylephrine-maximum` and `-minimum`",
    "criteria.md section 1, order of arrival",
    "criteria.md 3, oxygen-requirements",
    "criteria.md section 6 (`forbidden-medication`)",
    "criteria.md\n    section 13,\n    urine",
    "# criteria.md\n# section 3, urines",
    "section 19",
    "criteria.md section 5: stale; section 30: not",
    "wire.md, Alarm",
    'wire.md, "Alarm"',
    "wire.md (Alarm)",
    "docs/spec/wire.md, Happenings",
    "wire.md (Events, What is accepted)",
    "wire.md, Events and What is accepted",
    "wire.md, `il2watch expound`",
    "wire.md, ion",
    "wire.md section 1",
    "wire.md, decision 1",
    "wire.md (Alert); criteria.md section 90",
    "glossary.md, Paging",
    "architecture.md, The rooms",
    "architecture.md, decision 70",
    "architecture.md (decision 100)",
    "architecture.md, decisions 5 and 90",
    "docs/productions.md",
    'docs/howto/production.md, "The bored"',
    "docs/reference/commands.md#il2watch-nack",
    "docs/decisions/0011-retentions.md",
    "decision 0999",
]
LINKS = {
    "[guide](production.md)": True,
    "[guide](productions.md)": False,
    "[decisions](../decisions)": True,
    "[board](production.md#the-board)": True,
    "[board](production.md#the-bored)": False,
    "[code](../../rules/guideline)": True,
    "[elsewhere](https://example.org/nothing#here)": True,
    "```\n[not a link](nothing)\n```": True,
}


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".md"], ids=named)
def test_every_reference_and_link_of_a_document_leads_somewhere(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8"), path.parent, markdown=True) == []


def test_every_reference_of_any_other_file_leads_somewhere() -> None:
    others = [path for path in FILES if path.suffix != ".md"]
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in others}
    faults = {named(path): wrong(text, path.parent) for path, text in texts.items()}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("reference", GOOD)
def test_a_reference_that_leads_somewhere_is_let_pass(reference: str) -> None:
    assert wrong(f"Words ({reference}).") == []


@pytest.mark.parametrize("reference", WRONG)
def test_a_reference_that_leads_nowhere_is_reported(reference: str) -> None:
    assert wrong(f"Words ({reference}).")


@pytest.mark.parametrize("reference", LINKS)
def test_a_link_is_followed_from_its_page(reference: str) -> None:
    assert (wrong(reference, ROOT / "docs" / "howto", markdown=True) == []) == LINKS[reference]


def test_a_link_within_a_page_is_followed() -> None:
    assert wrong("## A heading\n[words](#a-heading)", markdown=True) == []
    assert wrong("## A heading\n[words](#another)", markdown=True) != []
    assert wrong("```\n## A heading\n```\n[words](#a-heading)", markdown=True) != []


def test_an_anchor_is_made_as_the_site_makes_it() -> None:
    made = [slug(heading) for heading in ("The board", "`il2watch ack`", "What is, is")]
    assert made == ["the-board", "il2watch-ack", "what-is-is"]


def test_the_cited_texts_are_read_with_their_sections_and_decisions() -> None:
    texts = {name: read(ROOT / path) for name, path in CITED.items()}
    assert list(texts["criteria.md"].sections) == list(range(1, 13))
    assert texts["architecture.md"].decisions == set(range(1, 13))


def test_the_grammar_sees_the_references_that_there_are() -> None:
    """A grammar that recognised nothing would find nothing wrong."""
    places = [
        place
        for path in FILES
        for text in [" ".join(path.read_text(encoding="utf-8", errors="replace").split())]
        for cited in PATH.finditer(text)
        if (place := PLACE.match(text, cited.end()))
    ]
    names = [place["within"] or place["within_short"] or place["names"] for place in places]
    assert len([place for place in places if place["sections"] or place["short"]]) > 300
    assert len([name for name in names if name]) > 150
    assert len([place for place in places if place["decisions"]]) > 5
