"""The pages on guideline packs say what the packs say, and their steps work."""

from __future__ import annotations

import re
from pathlib import Path

from rules.guideline import load
from rules.guideline.packs.registry import PACKS
from streams.cli.packs import reference

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_up_to_date() -> None:
    assert (DOCS / "reference" / "packs.md").read_text(encoding="utf-8") == reference(), "run make docs"


def test_the_configurations_of_the_how_to_page_load() -> None:
    page = (DOCS / "howto" / "guideline-packs.md").read_text(encoding="utf-8")
    overlays, signed = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert [one.key for one in load(overlays).overlays] == ["proleukin-us-label/2024-12"]
    hashes = {name: sha256 for name, _, sha256 in PACKS["dutcher-2014/1"].parts()}
    beside = '[packs]\noverlays = ["dutcher-2014/1"]\n'
    (pack,) = [one.pack for one in load(beside + signed.replace("the hash", hashes["bicarbonate"])).overlays]
    assert pack is not None
    assert "bicarbonate" not in pack.unverified
