"""Every worked case of the specification, through the installed command line, as a user would call it.

The cases and their comparison (`run_cases.py`) are kept beside the specification, outside this repository: skipped where they are absent.
"""

from __future__ import annotations

import json
import runpy
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "cases"
SCRIPT = Path(sys.executable).with_name("il2watch")
IL2WATCH = shlex.quote(str(SCRIPT)) if SCRIPT.exists() else f"{shlex.quote(sys.executable)} -m streams"


def cases() -> list[Any]:
    files = sorted(CASES.glob("*.json"))
    found = [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.skipif(not CASES.is_dir(), reason=f"no worked cases at {CASES}")
@pytest.mark.parametrize("case", cases())
def test_the_command_line_says_what_the_case_says(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """`permute`: the last expectation holds for three shuffles of the file too (run_cases.py does it)."""
    monkeypatch.chdir(ROOT)
    failures = runpy.run_path(str(CASES / "run_cases.py"))["failures"]
    assert list(failures(case, f"{IL2WATCH} assess -o json", f"{IL2WATCH} run -o json")) == []
