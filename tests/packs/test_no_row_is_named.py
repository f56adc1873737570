"""No code outside the guideline data names a row of a pack: any row may be absent (editions.md 1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from rules.guideline.packs.registry import PACKS
from rules.guideline.packs.til_2024 import PACK as TIL
from rules.wire.vocabulary import FINDINGS, LABS
from tests.imports import modules

ROWS = frozenset(row.code for pack in PACKS.values() for row in pack.rows)
WIRE = ROWS & {*LABS, *FINDINGS}
"""The rows that go by the name of a lab or a finding."""
DATA = ("rules.guideline.", "rules.wire.vocabulary", "rules.ingest.units")
"""The guideline's own data, and that of the wire, whose codes these are."""
LABS_OR_FINDINGS = {
    "rules.advice.harm": {"platelets", "creatinine", "bleeding"},
    "rules.advice.medicines": {"platelets", "creatinine"},
    "rules.advice.registry": {"bicarbonate", "platelets", "mental-status", "creatinine", "bilirubin"},
    "rules.advice.spikes": {"infection"},
    "rules.evaluate.eligibility": {"creatinine", "bilirubin", "infection"},
    "streams.board.flowsheet": {"creatinine", "platelets", "bilirubin"},
    "streams.flowsheet.shift_words": {"creatinine", "bicarbonate", "platelets", "bilirubin"},
    "streams.plot.panels": {"creatinine", "platelets", "bilirubin", "bicarbonate"},
    "streams.qualify.end_to_end": {"creatinine"},
}
"""Modules that read a lab or a finding, or say its name, where a row has the same one."""
ADVICE = {
    "rules.advice.registry": {"bradycardia"},
    "rules.explain.advice": {"bradycardia"},
    "rules.explain.advice_opens": {"bradycardia"},
    "streams.demo.dose_consultant": {"bradycardia"},
}
"""Modules that name the advice `bradycardia` (criteria.md 7.2), which is not the label's row."""
FIGURES = {
    "rules.evaluate.shift_figures": {"weight-gain"},
    "streams.flowsheet.shift_words": {"weight-gain"},
}
"""Modules that name a figure of the shift's summary."""


def named_in(path: Path) -> Iterator[str]:
    """Yield the codes of rows that a file has as words."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and node.value in ROWS:
            yield str(node.value)


def test_no_module_outside_the_guideline_data_names_a_row() -> None:
    allowed: dict[str, set[str]] = {}
    for table in (LABS_OR_FINDINGS, ADVICE, FIGURES):
        for module, codes in table.items():
            allowed.setdefault(module, set()).update(codes)
    found: dict[str, set[str]] = {}
    for module, path in modules().items():
        if module.startswith(("rules.", "streams.")) and not module.startswith(DATA):
            codes = set(named_in(path))
            if codes:
                found[module] = codes
    assert found == allowed


def test_what_is_read_under_the_name_of_a_row_is_a_code_of_the_wire() -> None:
    words = {"bleeding"}
    assert {code for codes in LABS_OR_FINDINGS.values() for code in codes} - words <= WIRE


def test_the_scripts_of_the_board_name_no_row() -> None:
    rows = ROWS - WIRE - {"bradycardia"}
    for path in (modules()["streams.board"].parent / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not [code for code in rows if f'"{code}"' in text or f"'{code}'" in text], path.name


def test_a_row_for_a_pressor_centre_stands_in_place_of_one_of_the_pack() -> None:
    assert {row.code for row in TIL.pressor_centre} < {row.code for row in TIL.rows}
