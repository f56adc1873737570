"""Every worked case of the specification (tests/cases), through the installed command line, as a user would
call it.
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
CASES = ROOT / "tests" / "cases"
SCRIPT = Path(sys.executable).with_name("il2watch")
IL2WATCH = shlex.quote(str(SCRIPT)) if SCRIPT.exists() else f"{shlex.quote(sys.executable)} -m streams"


def cases() -> list[Any]:
    """Return the cases of all files, each under its own id; pytest would skip an empty list, so none is an
    error.
    """
    files = sorted(CASES.glob("*.json"))
    found = [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
    assert found, f"no cases in {CASES}"
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_the_command_line_says_what_the_case_says(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`permute`: the last expectation holds for three shuffles of the file too (run_cases.py does it)."""
    monkeypatch.chdir(ROOT)
    failures = runpy.run_path(str(CASES / "run_cases.py"))["failures"]
    assert list(failures(case, f"{IL2WATCH} assess -o json", f"{IL2WATCH} run -o json")) == []
