"""docs/howto/add-a-row-type.md followed word for word: three files, and the engine decides and explains rows
of the new type.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from rules.guideline.declare import ROW_TYPES, AnyRow, BaselineGainRow, FindingRow, module_of
from tests.kept import ROOT
from tests.rules.explain.courses import START, at, lab, record

PAGE = ROOT / "docs" / "howto" / "add-a-row-type.md"
THREE = [
    "rules/evaluate/rows/baseline_multiple.py",
    "rules/explain/rows/baseline_multiple.py",
    "rules/guideline/declare.py",
]

COURSE = [
    record("encounter", "e1", -1, event="admit", location="ward"),
    record(
        "encounter",
        "e2",
        -1,
        event="baseline",
        readings=[{"code": "creatinine", "value": 0.8, "unit": "mg/dL"}],
    ),
    record("encounter", "e3", 0, event="cycle-start"),
    lab("c1", 6, "creatinine", 1.0, "mg/dL"),
    lab("c2", 12, "creatinine", 1.2, "mg/dL"),
    lab("c3", 18, "creatinine", 2.8, "mg/dL"),
]

PROGRAM = """
import json, sys
from msgspec import structs
import rules
from rules.decide.assessment import assess
from rules.decide.engine import fold
from rules.explain import explain, lines
from rules.guideline import SCHWARTZENTRUBER_2001 as published
from rules.guideline.declare import BaselineMultipleRow, Limit
from rules.ingest.decode import decode
from rules.wire.instants import HOUR

row = BaselineMultipleRow(
    code="creatinine-multiple", system="renal", source="KDIGO 2012, AKI, stages 1 and 3", unit="times",
    words="Creatinine against its baseline", measure="Look for the cause", lab="creatinine",
    relative=Limit(">=", 1.5), absolute=Limit(">=", 3.0), stale=36 * HOUR,
)
guideline = structs.replace(published, rows=(*published.rows, row))
outcome = fold([decode(line)[0] for line in sys.stdin], guideline, int(sys.argv[1]))
patient = outcome.patients["p1"]
print(json.dumps({
    "rules": rules.__file__,
    "alerts": [[a.transition, a.level, a.at] for a in outcome.alerts if a.subject == row.code],
    "criterion": next(structs.asdict(one) for one in assess(patient).criteria if one.code == row.code),
    "told": list(lines(explain(patient, row.code))),
}))
"""


def follow_the_page(copy: Path) -> None:
    """Do in a copy of the tree what the page says."""
    declaration, member, evaluator, explainer = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S
    )
    declare = copy / "rules" / "guideline" / "declare.py"
    before, union, after = re.split(
        r"^(AnyRow = \(\n.*?)(?=^\)\n)", declare.read_text(encoding="utf-8"), flags=re.M | re.S
    )
    declare.write_text(f"{before}{declaration}\n\n{union}{member}{after}", encoding="utf-8")
    for name, text in zip(THREE, (evaluator, explainer), strict=False):
        (copy / name).write_text(text, encoding="utf-8")


def changed(copy: Path) -> list[str]:
    """The files of a copy that are not as they are here."""
    theirs = {str(path.relative_to(copy)): path.read_bytes() for path in copy.rglob("*.py")}
    ours = {str(path.relative_to(ROOT)): path.read_bytes() for path in (ROOT / "rules").rglob("*.py")}
    return sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "rules", made / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    assert changed(made) == []
    follow_the_page(made)
    return made


def answered(copy: Path, hours: float) -> dict[str, Any]:
    """What the engine of the copy says of the course at an hour."""
    log = "".join(json.dumps(one) + "\n" for one in COURSE)
    command = [sys.executable, "-c", PROGRAM, str(START + round(hours * 3_600_000))]
    env = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=env, input=log, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["rules"].startswith(str(copy))
    return found


def test_three_files_are_touched_and_the_page_names_them(copy: Path) -> None:
    assert changed(copy) == THREE
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8").replace("In `", "`") for name in THREE)


def test_rows_of_the_new_type_are_decided_at_each_new_value(copy: Path) -> None:
    found = answered(copy, 20)
    said = [alert for alert in found["alerts"] if alert[0] != "reminder"]
    assert said == [
        ["opened", "relative", START + 12 * 3_600_000],
        ["worsened", "absolute", START + 18 * 3_600_000],
    ]
    one = found["criterion"]
    assert (one["state"], one["value"], one["limit"], one["evidence"]) == ("absolute", 3.5, ">=3", ["c3"])
    assert (one["stale"], one["since"]) == (False, at(18))


def test_time_alone_makes_it_stale(copy: Path) -> None:
    assert not answered(copy, 18 + 36)["criterion"]["stale"]
    assert answered(copy, 18 + 36.01)["criterion"]["stale"]


def test_rows_of_the_new_type_are_explained(copy: Path) -> None:
    told = "\n".join(answered(copy, 20)["told"])
    assert (
        "creatinine-multiple is absolute since 2026-03-02T18:00:00Z: 3.5 times, limit at or above 3 times."
        in told
    )
    assert "3.5 times is 0.5 times past the absolute limit (at or above 3 times)." in told
    assert "c3 at 2026-03-02T18:00:00Z: 2.8 mg/dL, the latest value" in told


def test_a_declaration_without_its_modules_ends_the_program_at_once(copy: Path, tmp_path: Path) -> None:
    for missing in THREE[:2]:
        half = tmp_path / missing.split("/")[1]
        shutil.copytree(copy, half)
        (half / missing).unlink()
        command, env = [sys.executable, "-c", "import rules.explain"], os.environ | {"PYTHONPATH": str(half)}
        done = subprocess.run(command, cwd=half, env=env, capture_output=True, text=True, check=False)
        assert done.returncode
        assert missing.removesuffix(".py").replace("/", ".") in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("folder", ["evaluate", "explain"])
def test_every_row_type_has_its_module_and_no_module_is_without_one(folder: str) -> None:
    found = {path.stem for path in (ROOT / "rules" / folder / "rows").glob("*.py")} - {"__init__"}
    assert found == {module_of(row_type) for row_type in ROW_TYPES}


def test_a_row_type_is_named_by_its_declaration() -> None:
    assert set(ROW_TYPES) == set(get_args(AnyRow))
    assert [module_of(one) for one in (FindingRow, BaselineGainRow)] == ["finding", "baseline_gain"]
