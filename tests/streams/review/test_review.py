"""`il2watch review` over a simulated month: every number equals a second computation; budgets; what is wrong
with what is asked for.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse
from streams.cli import main
from tests.browser import excess
from tests.streams.review.month import FROM, MIDDLE, PAGING, TO, Month, month, save
from tests.streams.review.second_reading import Key, SecondReading

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("review")]
Capture = pytest.CaptureFixture[str]
ZONE = "Europe/Berlin"
LATE = 45 * MINUTE
SITE = """\
[shifts]
timezone = "Europe/Berlin"
[board]
units = [{ patients = "w1-*", unit = "4 West" }, { patients = "w3-*", unit = "4 West" },
         { patients = "w*", unit = "4 East" }]
[review]
late-after = "45 min"
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return month(tmp_path_factory.mktemp("month"))


@pytest.fixture(scope="module")
def records(found: Month, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(found, tmp_path_factory.mktemp("saved") / "records")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE)
    return path


def review(records: Path, folder: Path, *more: str) -> int:
    arguments = ["review", "--records", str(records), "--from", MIDDLE, "--to", TO, "-o", str(folder)]
    return main.main([*arguments, *more])


def numbers(folder: Path) -> tuple[dict[Key, float], dict[Key, float]]:
    """The table's numbers of the period, and of the one before."""
    with (folder / "review.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    now, before = (
        {(row["table"], row["row"], row["measure"]): float(row[name]) for row in rows if row[name]}
        for name in ("now", "before")
    )
    return now, before


@pytest.mark.parametrize("unit", [None, "4 West"])
def test_every_number_equals_the_second_computation(
    unit: str | None, records: Path, site: Path, tmp_path: Path
) -> None:
    chosen = [] if unit is None else ["--unit", unit]
    assert review(records, tmp_path / "out", "--config", str(site), *chosen) == 0
    start, middle, end = (parse(FROM), parse(MIDDLE), parse(TO))
    assert middle - start == end - middle

    def wanted(patient: str) -> bool:
        return unit is None or PAGING.unit_of(patient) == unit

    for printed, (first, last) in zip(
        numbers(tmp_path / "out"), ((middle, end), (start, middle)), strict=True
    ):
        expected = SecondReading(records, first, last, ZONE, LATE, wanted).numbers()
        assert printed.keys() == expected.keys()
        assert printed == pytest.approx(expected)
        assert len(printed) > 150
        assert printed["burden", "all", "pages"] > 50


def test_the_month_has_what_a_committee_looks_for(records: Path, tmp_path: Path) -> None:
    """Nurses who answer late and never, flapping, reminders, escalations, silences, resumes, acceptances."""
    assert review(records, tmp_path) == 0
    now, before = numbers(tmp_path)
    for name in ("reminders", "escalations", "silences", "resumes", "acceptances"):
        assert now["answers", name, "number"] + before["answers", name, "number"] > 0, name
    assert 0 < now["unanswered", "episodes", "unanswered"] < now["unanswered", "episodes", "paged"]
    assert 0 < now["unanswered", "pages", "unanswered"] < now["unanswered", "pages", "paged"]
    assert any(table == "flapping" for table, *_ in (*now, *before))
    assert now["alarms of the system", "clock", "number"] == 3


def test_the_page_names_no_patient_and_has_its_plots(records: Path, tmp_path: Path) -> None:
    assert review(records, tmp_path) == 0
    page = (tmp_path / "review.html").read_text()
    assert page.count("<svg") == 3
    assert "w1-sim" not in page
    assert "w3-sim" not in page
    assert "w3-sim" not in (tmp_path / "review.csv").read_text()
    assert "rn-14" not in page


def test_the_same_records_give_the_same_bytes(records: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        review(records, tmp_path / name)
    for file in ("review.html", "review.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_exceeded_budget_is_named_and_exits_1(
    records: Path, site: Path, tmp_path: Path, capsys: Capture
) -> None:
    site.write_text(SITE + "pages-a-patient-day = 0.5\nshare-unanswered = 0.9\nshare-late = 0.001\n")
    assert review(records, tmp_path, "--config", str(site)) == 1
    err = capsys.readouterr().err
    assert "over budget: pages-a-patient-day: " in err
    assert "and at most 0.5 was agreed" in err
    assert "over budget: share-late: " in err
    assert "share-unanswered" not in err
    assert "Over budget" in (tmp_path / "review.html").read_text()


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (["--from", TO], f"--from {TO} is not before --to {TO}"),
        (
            ["--from", "2025-01-01T00:00:00Z", "--to", "2025-02-01T00:00:00Z"],
            "no record from 2025-01-01T00:00:00Z to",
        ),
        (["--from", "March"], "'March' is not an RFC 3339 time"),
        (["--unit", "4 Wset"], "no patient on '4 Wset'; did you mean 4 West?"),
        (["--save", "x"], "--save keeps what was read from the topics"),
    ],
)
def test_what_cannot_be_reviewed_is_a_clear_error(
    more: list[str], fault: str, records: Path, site: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert review(records, tmp_path, "--config", str(site), *more) == 2
    assert fault in capsys.readouterr().err


def test_a_folder_without_records_is_named(tmp_path: Path, capsys: Capture) -> None:
    assert review(tmp_path, tmp_path / "out") == 2
    assert (
        "holds none of alerts.jsonl, pages.jsonl, events.jsonl, deadletters.jsonl" in capsys.readouterr().err
    )


def test_without_from_and_to_it_says_why_they_are_needed(tmp_path: Path, capsys: Capture) -> None:
    assert main.main(["review", "-o", str(tmp_path)]) == 2
    assert "say --from and --to" in capsys.readouterr().err


def test_a_line_that_is_no_record_is_counted_and_left_out(
    records: Path, tmp_path: Path, capsys: Capture
) -> None:
    review(records, tmp_path / "whole")
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in records.iterdir():
        text = path.read_text()
        (broken / path.name).write_text("{}\nno json\n" + text if path.stem != "deadletters" else text)
    capsys.readouterr()
    assert review(broken, tmp_path / "out") == 0
    assert "not read: " in capsys.readouterr().err
    assert numbers(tmp_path / "out") == numbers(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280, 2560])
def test_no_table_makes_the_page_wider_than_the_screen(
    records: Path, tmp_path: Path, chromium: Any, width: int
) -> None:
    review(records, tmp_path)
    assert excess(chromium, tmp_path / "review.html", width) <= 0
