"""The page on guideline packs says what the packs say."""

from __future__ import annotations

from pathlib import Path

from streams.cli.packs import reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_up_to_date() -> None:
    assert (DOCS / "reference" / "packs.md").read_text(encoding="utf-8") == reference(), "run make docs"
