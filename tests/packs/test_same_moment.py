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


TEXTS = {
    "systolic 86, baseline 96": "US label 2024-12 (draft) would withhold: systolic 86 (below 90)",
    "creatinine 2.7": "TIL 2024 (draft) would withhold: creatinine 2.7 (at or above 2.5)",
    "6 doses": "TIL 2024 (draft) would stop: regimen, doses per cycle reached",
}


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_a_stricter_pack_says_so_in_words_and_pages_nobody(file: Path, name: str, text: str) -> None:
    patient = MOMENTS[NAMES.index(name)].events[0]["patient"]
    alerts = [
        one
        for one in printed("run", file, *beside())
        if one["patient"] == patient and one["kind"] == "overlay"
    ]
    assert [one["message"] for one in alerts if one["transition"] == "opened"] == [text]
    assert {(one["level"], one["priority"]) for one in alerts} == {("advisory", "low")}


def test_a_draft_pack_does_not_decide_without_leave(file: Path) -> None:
    for pack in PACKS[1:]:
        arguments = [str(SCRIPT), "assess", str(file), "--edition", pack]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2
        assert "draft" in done.stderr
        assert pack in done.stderr
