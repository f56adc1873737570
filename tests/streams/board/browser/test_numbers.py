"""What stands on the pages of a ward is what `il2watch assess` says of the same events: read from the pages,
patient by patient; 25 of them, and in the campaign 50.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from streams.board import display_texts
from streams.cli.main import main
from streams.dev_broker import embedded
from streams.errors import UsageError
from tests.streams.board.browser.conftest import missing
from tests.streams.board.browser.pages import ROOT, Installation

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]
READ = """page => {
  const fact = name => [...document.querySelectorAll('.facts div')].find(one => one.querySelector('dt').innerText === name)
    .querySelector('dd');
  return ({
  advised: document.querySelector('.summary .block').innerText.trim(),
  judged: document.querySelector('.summary small time:last-of-type').dateTime,
  dose: fact('Dose').innerText,
  doseTimes: [...fact('Dose').querySelectorAll('time')].map(one => one.dateTime),
  pressure: fact('Systolic pressure').innerText,
  fluids: fact('Fluid above maintenance, 24 h').querySelector('span').innerText,
  overdue: [...document.querySelectorAll('.monitoring tbody tr')].filter(row => row.querySelector('.technical'))
    .map(row => row.dataset.what),
  advice: [...document.querySelectorAll('.advice li')].map(one => one.innerText),
  criteria: [...document.querySelectorAll('tr.crit')].map(row => [row.dataset.code, row.querySelector('[data-state]').dataset.state,
    row.querySelector('[data-value]').dataset.value, row.children[4].innerText,
    row.querySelector('time') ? row.querySelector('time').dateTime : null]),
})}"""


def il2watch(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module", params=[25, pytest.param(50, marks=pytest.mark.campaign("soak"))])
def ward(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, Path]]]:
    """Simulated patients on the log's clock, published as a replay publishes them; where the board is,
    and a file a patient.
    """
    try:
        embedded.binary()
    except UsageError as fault:
        missing(str(fault))
    folder = tmp_path_factory.mktemp("ward")
    file = folder / "ward.jsonl"
    il2watch(
        "simulate",
        "ward",
        "--patients",
        str(request.param),
        "--seed",
        "11",
        "--days",
        "2.2",
        "--vitals",
        "hourly",
        "-o",
        str(file),
    )
    with Installation(folder, clock="log") as made:
        il2watch("replay", str(file), "--speed", "max", "--broker", made.broker.servers)
        made.worker()
        yield made.board(live=True), parted(file)


def parted(file: Path) -> dict[str, Path]:
    """A file a patient."""
    lines: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text().splitlines(keepends=True):
        lines[json.loads(line)["patient"]].append(line)
    found = {patient: file.with_name(f"{patient}.jsonl") for patient in lines}
    for patient, path in found.items():
        path.write_text("".join(lines[patient]))
    return found


def assessment_of(file: Path, at: str) -> Any:
    """What `il2watch assess` says of a patient at an instant; in this process: a start each took a minute."""
    with redirect_stdout(TextIOWrapper(BytesIO())) as out:
        assert main(["assess", str(file), "--at", at, "-o", "json"]) == 0
    return json.loads(out.buffer.getvalue())


def expected(one: dict[str, Any]) -> list[list[str | None]]:
    return [
        [row["code"], row["state"], display_texts.number(row["value"]), row["limit"] or "–", row["since"]]
        for row in one["criteria"]
    ]


def test_every_number_of_every_patient_is_that_of_assess(
    ward: tuple[str, dict[str, Path]], look: Any
) -> None:
    url, files = ward
    page = look(url)
    names = page.locator("#rows .name").all_text_contents()
    assert len(names) == len(files)
    addresses = page.locator("#rows .name").evaluate_all("links => links.map(link => link.href)")
    for name, address in zip(names, addresses, strict=True):
        page.goto(address)
        page.wait_for_selector("tr.crit", state="attached")
        found = page.evaluate(READ)
        one = assessment_of(files[name], found["judged"])
        assert found["criteria"] == expected(one), name
        assert (
            found["advised"].split(maxsplit=1)[-1] == display_texts.RECOMMENDATION[one["recommendation"]]
        ), name
        assert found["pressure"].split()[0] == display_texts.read(
            one["blood_pressure"]["latest"], (one["blood_pressure"]["target"],)
        ), name
        assert f"target above {one['blood_pressure']['target']:g}" in found["pressure"], name
        assert found["fluids"] == (
            f"{display_texts.read(one['fluids']['above_maintenance_24h_ml'], (one['fluids']['limit_ml'],))} of "
            f"{display_texts.number(one['fluids']['limit_ml'])} mL"
        ), name
        assert display_texts.READINESS[one["dose"]["readiness"]] in found["dose"], name
        assert display_texts.plural(one["dose"]["number"], "dose") in found["dose"], name
        assert one["dose"]["last"] in (None, *found["doseTimes"]), name
        assert found["overdue"] == [item["what"] for item in one["monitoring"] if item["overdue"]], name
        assert [
            item["text"]
            for item in one["advice"]
            if not any(item["text"] in line for line in found["advice"])
        ] == [], name
