"""The acceptance table of editions.md section 7, through the installed command: each pack deciding, and beside."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.packs.moments import MOMENTS, NOW, PACKS, WORDS, Moment, at

pytestmark = pytest.mark.slow
SCRIPT = Path(sys.executable).with_name("il2watch")
FLOOR = {("SpO2 88 now", "til-2024/1"): "no-objection"}
"""What a pack says beside, where the floor holds the dose when it decides."""
NAMES = [moment.name for moment in MOMENTS]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packs") / "moments.jsonl"
    lines = (json.dumps(event) for moment in MOMENTS for event in moment.events)
    path.write_text("\n".join(lines) + "\n")
    return path


@cache
def printed(command: str, file: Path, *options: str) -> list[dict[str, Any]]:
    until = "--at" if command == "assess" else "--until"
    arguments = [str(SCRIPT), command, str(file), until, at(NOW), "-o", "json", *options]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def assessed(file: Path, moment: Moment, *options: str) -> dict[str, Any]:
    found = {one["patient"]: one for one in printed("assess", file, *options)}
    return found[moment.events[0]["patient"]]


def beside() -> tuple[str, ...]:
    return tuple(option for pack in PACKS[1:] for option in ("--overlay", pack))


@pytest.mark.parametrize("i", range(4), ids=PACKS)
@pytest.mark.parametrize("moment", MOMENTS, ids=NAMES)
def test_each_pack_decides_as_the_table_says(file: Path, moment: Moment, i: int) -> None:
    expected = WORDS[moment.verdicts[i]]
    found = assessed(file, moment, "--edition", PACKS[i], "--allow-draft")
    assert expected is None or found["verdict"] == expected
    assert found["guideline"]["status"] == ("verified" if i == 0 else "draft")


@pytest.mark.parametrize("i", [1, 2, 3], ids=PACKS[1:])
@pytest.mark.parametrize("moment", MOMENTS, ids=NAMES)
def test_each_pack_says_the_same_beside_without_the_floor(file: Path, moment: Moment, i: int) -> None:
    expected = FLOOR.get((moment.name, PACKS[i]), WORDS[moment.verdicts[i]])
    found = assessed(file, moment, *beside())["overlays"][i - 1]
    assert expected is None or found["verdict"] == expected
    assert "/".join((found["guideline"]["id"], found["guideline"]["version"])) == PACKS[i]


@pytest.mark.parametrize("moment", MOMENTS, ids=NAMES)
def test_the_deciding_pack_is_what_it_is_without_packs_beside(file: Path, moment: Moment) -> None:
    alone, accompanied = assessed(file, moment), assessed(file, moment, *beside())
    for one in accompanied["criteria"]:
        del one["effect"], one["status"]
    del accompanied["overlays"], accompanied["verdict"], accompanied["guideline"]["status"]
    assert accompanied == alone


def test_the_deciding_packs_alerts_are_the_same_but_for_their_numbers(file: Path) -> None:
    own = [one for one in printed("run", file, *beside()) if one["kind"] != "overlay"]
    alone = printed("run", file)
    for one in (*own, *alone):
        del one["seq"]
        one["guideline"].pop("status", None)
    assert own == alone


LABEL, TIL = "US label 2024-12 (draft) would ", "TIL 2024 (draft) would "
TEXTS = {
    "systolic 86, baseline 96": [f"{LABEL}withhold: systolic 86 (below 90)"],
    "systolic 88, refractory": [
        f"{LABEL}withhold: systolic 88 (below 90)",
        f"{TIL}withhold: systolic 88 (below 90)",
        f"{TIL}stop: hypotension not responding to fluid, and 1 more",
    ],
    "SpO2 88, then 90": [f"{LABEL}withhold: SpO2 90 (was below 90)"],
    "urine 25 mL/h": [f"{TIL}withhold: urine in 8 h 2.5 (below 4)"],
    "stool blood": [f"{LABEL}withhold: occult blood in stool"],
    "stool blood, negative": [f"{LABEL}withhold: occult blood in stool"],
    "mental status changed": [f"{LABEL}withhold: Changed mental status"],
    "creatinine 2.7": [f"{TIL}withhold: creatinine 2.7 (at or above 2.5)"],
    "6 doses": [f"{TIL}stop: regimen, doses per cycle reached"],
    "14 doses": [
        f"{TIL}stop: regimen, doses per cycle reached",
        f"{LABEL}stop: regimen, doses per cycle reached",
    ],
    "intubated 73 h in cycle 1": [f"{LABEL}stop: intubation for more than 72 h"],
}
"""What the packs beside say of each line of the table; of the others nothing, for none is stricter."""


@pytest.mark.parametrize(("name", "texts"), [(name, TEXTS.get(name, [])) for name in NAMES], ids=NAMES)
def test_a_stricter_pack_says_so_in_words_and_pages_nobody(file: Path, name: str, texts: list[str]) -> None:
    alerts = [one for one in of_packs(file, name) if one["transition"] in ("opened", "worsened")]
    assert [one["message"] for one in alerts] == texts
    assert {(one["level"], one["priority"]) for one in alerts} <= {("advisory", "low")}


def of_packs(file: Path, name: str) -> list[dict[str, Any]]:
    patient = MOMENTS[NAMES.index(name)].events[0]["patient"]
    alerts = printed("run", file, *beside())
    return [one for one in alerts if one["patient"] == patient and one["kind"] == "overlay"]


def test_a_pack_that_is_stricter_no_more_says_so(file: Path) -> None:
    (ended,) = (one for one in of_packs(file, "stool blood, negative") if one["transition"] == "resolved")
    assert ended["message"] == "US label 2024-12 (draft) no longer says more: no-objection"


def test_a_draft_pack_does_not_decide_without_leave(file: Path) -> None:
    for pack in PACKS[1:]:
        arguments = [str(SCRIPT), "assess", str(file), "--edition", pack]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2
        assert "draft" in done.stderr
        assert pack in done.stderr
