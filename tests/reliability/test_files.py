"""The edges of files and tables: nothing is shifted, swallowed or destroyed without a word."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas
import pytest

from rules.wire.instants import parse
from simulators.charting.records import beside
from simulators.mimic_iv.fact import milliseconds
from simulators.mimic_iv.item_names import is_drain, medicine
from streams.cli.main import main
from streams.cli.review import NAMES
from streams.kafka.ports import wait_until
from tests.patience import PATIENCE_S
from tests.simulators.mimic_iv.folder import STAY, STAYS, SUBJECT, imported, mimic

ROOT = Path(__file__).parents[2]
HEAD = "type,patient,id,at,code,value,unit"
ROW = "labs,p1,{},2026-03-02T10:00:00Z,creatinine,3.6,mg/dL"
EIGHT = parse("2150-03-02T08:00:00Z")


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2150-03-02 08:00:00", EIGHT),
        ("2150-03-02T08:00:00", EIGHT),
        ("2150-03-02 08:00:00 UTC", EIGHT),
        ("2150-03-02T08:00:00Z", EIGHT),
        ("2150-03-02 08:00:00+00:00", EIGHT),
        ("2150-03-02 08:00:00.000", EIGHT),
        ("2150-03-02T08:00:00.123456 UTC", EIGHT),
        ("2150-03-02 08:00", EIGHT),
        ("2150-03-02T08:00:00+02:00", None),
        ("3/2/2150 8:00", None),
        ("2150-03-02", None),
        ("", None),
    ],
)
def test_a_time_of_mimic_is_read_in_each_form_its_exports_have_and_no_zone_is_guessed(
    written: str, ms: int | None
) -> None:
    column = pandas.Series(["2150-03-01 00:00:00", written or None])
    found = milliseconds(column).tolist()[1]
    assert found == ms if ms is not None else found != found


def mimic_main(folder: Path, into: Path) -> int:
    return main(["import", "mimic-iv", str(folder), "-o", str(into)])


def test_an_import_that_reads_nothing_says_what_it_could_not_read_and_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    excel = [{**STAYS[0], "intime": "3/1/2150 8:00", "outtime": "3/3/2150 20:00"}]
    assert mimic_main(mimic(tmp_path / "in", {"icu/icustays": excel}), tmp_path / "out.jsonl") == 1
    errors = capsys.readouterr().err
    assert "icu/icustays: 1 rows" in errors
    assert "a time that cannot be read: '3/1/2150 8:00'" in errors
    assert "nothing was read" in errors


def given(item: int, **fields: object) -> dict[str, object]:
    times = {"starttime": "2150-03-01 09:00:00", "endtime": "2150-03-01 10:00:00"}
    return {
        "subject_id": SUBJECT,
        "stay_id": STAY,
        "itemid": item,
        "amount": 1,
        "amountuom": "mg",
        "orderid": item,
        **times,
        **fields,
    }


@pytest.mark.parametrize(
    ("item", "agent"),
    [
        *((item, "phenylephrine") for item in (221749, 229630, 229631, 229632, 229789)),
        (229617, "epinephrine"),
        (221653, "dobutamine"),
        (221986, "milrinone"),
    ],
)
def test_every_item_of_a_vasopressor_is_read(item: int, agent: str, tmp_path: Path) -> None:
    rows = {"icu/inputevents": [given(item, rate=2, rateuom="mcg/kg/min")]}
    events, tally = imported(mimic(tmp_path, rows))
    assert [(each["agent"], each["rate"]) for each in events if each["type"] == "infusion"] == [
        (agent, 2),
        (agent, 0),
    ]
    assert not tally.unmapped["icu/inputevents"]


DICTIONARY = """itemid,label,abbreviation,linksto,category
1,Vasopressin (50/50),V,inputevents,Medications
2,Hydrocortisone (Solu-Cortef),H,inputevents,Medications
3,Labetalol,L,inputevents,Medications
4,Pantoprazole (Protonix),P,inputevents,Medications
5,R Pleural #2,R,outputevents,Drains
6,Blake,B,outputevents,Output
7,TF Residual,T,outputevents,Output
8,Norepinephrine level,N,chartevents,Labs
"""


def test_an_item_that_no_sample_held_is_read_by_its_name_or_category_in_the_dictionary(
    tmp_path: Path,
) -> None:
    drained = [
        {
            "subject_id": SUBJECT,
            "stay_id": STAY,
            "charttime": "2150-03-01 09:00:00",
            "itemid": item,
            "value": 5,
        }
        for item in (5, 6, 7)
    ]
    rows = {
        "icu/inputevents": [given(1, rate=2, rateuom="units/hour"), given(2), given(3), given(4)],
        "icu/outputevents": drained,
    }
    folder = mimic(tmp_path, rows)
    (folder / "icu/d_items.csv").write_text(DICTIONARY)
    events, tally = imported(folder)
    assert [each["agent"] for each in events if each["type"] == "infusion"] == ["vasopressin"] * 2
    assert sorted(each["agent"] for each in events if each["type"] == "medication") == [
        "hydrocortisone",
        "labetalol",
    ]
    assert [each["kind"] for each in events if each["type"] == "io"] == ["drain", "drain"]
    assert tally.unmapped == {"icu/inputevents": {4: 1}, "icu/outputevents": {7: 1}}


@pytest.mark.parametrize(
    ("label", "category", "drain"),
    [
        ("Chest Tube #3", "Output", True),
        ("Jackson Pratt #4", "", True),
        ("Anything", "Drains", True),
        ("Foley", "Output", False),
        ("Nasogastric", "Output", False),
    ],
)
def test_what_a_drain_is_by_name(label: str, category: str, drain: bool) -> None:
    assert is_drain(label, category) is drain


def test_ionised_calcium_stays_unmapped_and_a_medicine_is_known_by_its_brand() -> None:
    from simulators.mimic_iv.laboratory import ANALYTES

    assert 50808 not in ANALYTES
    assert medicine("Methylprednisolone 1mg/mL (Solu-Medrol)") == "methylprednisolone"
    assert medicine("Heparin Sodium") is None


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def written(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str], str]:
    """The exit code, the ids that were written, and what was said."""
    out = path.with_suffix(".jsonl")
    code = main(["import", "csv", str(path), "-o", str(out), *options])
    ids = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    return code, ids, capsys.readouterr().err


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('labs,p1,"x,2026-03-02T10:00:00Z,creatinine,3.6,mg/dL', "a quote is left open"),
        (ROW.format("x") + ",more", "8 fields, and the head has 7"),
        ("labs,p1,x,2026-03-02T10:00:00Z,creatinine,3", "6 fields, and the head has 7"),
        ("labs,p1,x,2026-03-02T10:00:00Z,creatinine,3,6,mg/dL", "8 fields, and the head has 7"),
        ("labs,1.23457E+11,x,2026-03-02T10:00:00Z,creatinine,3.6,mg/dL", "digits a spreadsheet cut"),
        ("labs,p1,4.1E+15,2026-03-02T10:00:00Z,creatinine,3.6,mg/dL", "digits a spreadsheet cut"),
    ],
)
def test_a_line_that_is_no_row_is_told_with_its_number_and_takes_no_other_with_it(
    bad: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv(tmp_path, HEAD, ROW.format("a"), bad, ROW.format("b"))
    code, ids, errors = written(path, capsys, "--strict")
    assert (code, ids) == (1, ["a", "b"])
    assert f"{path}:3: malformed: " in errors
    assert why in errors


BROKEN = (
    "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#ERROR!", "########", "Err:502",
    "nan", "NaN", "-nan", "NA", "N/A", "NaT", "<NA>", "NULL", "None", "p\0", "\0", "p\0001",
)  # fmt: skip


@pytest.mark.parametrize("cell", BROKEN)
@pytest.mark.parametrize("row", ["labs,{},x,{}", "labs,p1,{},{}"], ids=["patient", "id"])
def test_what_a_spreadsheet_shows_instead_of_an_id_is_no_id(
    row: str, cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = row.format(cell, "2026-03-02T10:00:00Z,creatinine,3.6,mg/dL")
    path = csv(tmp_path, HEAD, ROW.format("a"), bad, ROW.format("b"))
    code, ids, errors = written(path, capsys, "--strict")
    assert (code, ids) == (1, ["a", "b"])
    assert f"{path}:3: malformed: " in errors
    assert "cut or broken by a spreadsheet" in errors
    assert "\0" not in errors


@pytest.mark.parametrize("id", ["#12", "#", "N12", "nancy", "A#REF!", "Null-7", "Nan1"])
def test_an_id_that_only_looks_like_it_is_one(
    id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert written(csv(tmp_path, HEAD, ROW.format(id)), capsys, "--strict")[:2] == (0, [id])


def test_a_comma_at_the_end_of_each_line_is_no_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv(tmp_path, HEAD + ",", ROW.format("a") + ",", ROW.format("b"))
    assert written(path, capsys, "--strict")[:2] == (0, ["a", "b"])


def test_an_id_that_a_spreadsheet_gave_a_point_is_the_id_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv(tmp_path, HEAD, ROW.format("6"), ROW.format("6.0"), ROW.format("1.5"))
    assert written(path, capsys)[1] == ["6", "1.5"]


def test_a_failed_run_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ward.jsonl"
    path.write_text("old\n")
    with suppress(RuntimeError), beside(path) as into:
        into.write(b"half")
        raise RuntimeError
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


NOTHING = [
    ("hl7", "ward.csv", HEAD + "\n" + ROW.format("a") + "\n"),
    ("fhir", "ward.csv", HEAD + "\n" + ROW.format("a") + "\n"),
    ("hl7", "empty", ""),
    ("fhir", "empty", ""),
    ("csv", "head-only.csv", HEAD + "\n"),
    ("csv", "malformed.csv", HEAD + "\nlabs,p1,a\n"),
]


@pytest.mark.parametrize("name", ["old.jsonl", "old.jsonl.gz"])
@pytest.mark.parametrize(("kind", "file", "text"), NOTHING)
def test_an_import_that_reads_nothing_leaves_an_older_file_and_makes_no_new_one(
    kind: str, file: str, text: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, old, new = tmp_path / file, tmp_path / name, tmp_path / f"new-{name}"
    source.write_text(text)
    old.write_text("old\n")
    for into in (old, new):
        assert main(["import", kind, str(source), "-o", str(into)]) == 1
        assert f"{source}: nothing was read: no " in capsys.readouterr().err
    assert old.read_text() == "old\n"
    assert sorted(tmp_path.iterdir()) == sorted([source, old])


def test_a_folder_of_mimic_of_which_nothing_is_read_leaves_an_older_file(tmp_path: Path) -> None:
    excel = [{**STAYS[0], "intime": "3/1/2150 8:00", "outtime": "3/3/2150 20:00"}]
    old = tmp_path / "old.jsonl"
    old.write_text("old\n")
    assert mimic_main(mimic(tmp_path / "in", {"icu/icustays": excel}), old) == 1
    assert old.read_text() == "old\n"


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old\n")
    link.symlink_to(target)
    with beside(link) as into:
        into.write(b"new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"


EVENT = '{"type":"encounter","id":"e","patient":"p","at":"2026-03-02T08:00:00Z","event":"cycle-start"}\n'


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "e.jsonl").write_text(EVENT)
    command = f'"{sys.executable}" "{ROOT}/il2watch.py"'
    return subprocess.run(
        ["sh", "-c", script.replace("il2watch", command)],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        ("il2watch run e.jsonl --until 2026-03-02T20:00:00Z >&-", 2, "standard output: it is closed"),
        ("il2watch run e.jsonl -o text >/dev/full", 2, "standard output: No space left on device"),
        ("il2watch simulate --list >/dev/full", 2, "standard output: No space left on device"),
        ("il2watch --help >&-", 2, "standard output: it is closed"),
        ("il2watch --help >/dev/full", 2, "standard output: No space left on device"),
        ("il2watch run --help >&-", 2, "standard output: it is closed"),
        ("il2watch feed hl7 --help >/dev/full", 2, "standard output: No space left on device"),
        ("il2watch run --help | true", 0, ""),
        ("il2watch run none.jsonl 2>&-", 2, ""),
        ("il2watch run e.jsonl --until 2026-03-02T20:00:00Z | true", 0, ""),
    ],
)
def test_a_stream_that_cannot_be_written_is_one_line_and_no_traceback(
    script: str, code: int, message: str, tmp_path: Path
) -> None:
    done = shell(script, tmp_path)
    assert done.returncode == code
    assert done.stderr.strip() == (f"il2watch: {message}" if message else "")


@pytest.mark.slow
@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("run refused.jsonl", 0),
        ("run refused.jsonl --strict", 1),
        ("run none.jsonl", 2),
        ("run", 2),
        ("nothing", 2),
        ("simulate ward --patients 1 --days 1", 0),
    ],
)
def test_the_exit_code_does_not_depend_on_stderr(
    command: str, code: int, stderr: str, tmp_path: Path
) -> None:
    (tmp_path / "refused.jsonl").write_text(EVENT + "nonsense\n")
    script = f"il2watch {command}"
    with_stderr, without = shell(script, tmp_path), shell(f"{script} {stderr}", tmp_path)
    assert with_stderr.stderr
    assert (without.returncode, without.stdout) == (code, with_stderr.stdout)


@pytest.mark.slow
def test_an_interrupted_simulation_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    old = tmp_path / "ward.jsonl"
    old.write_text("old\n")
    command = ["simulate", "typical-course", "--patients", "30", "-o", str(old)]
    process = subprocess.Popen(
        # in the background of a shell SIGINT is ignored, and so by all that is started there
        ["env", "--default-signal=INT", sys.executable, str(ROOT / "il2watch.py"), *command],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wait_until(lambda: process.poll() is not None or len(list(tmp_path.iterdir())) > 1, PATIENCE_S)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (130, "")
    assert old.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [old]


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Files cannot grow beyond so many bytes, as on a full disk: the error that writing raises names none."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def full(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with no_file_longer_than(500):
        assert main(arguments) == 2
    return capsys.readouterr().err


def test_a_full_disk_where_rows_wait_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, spill = mimic(tmp_path / "in", {"icu/inputevents": [given(221749, rate=2)]}), tmp_path / "spill"
    spill.mkdir()
    arguments = ["import", "mimic-iv", str(folder), "-o", str(tmp_path / "out"), "--spill", str(spill)]
    assert full(arguments, capsys) == f"il2watch: {spill}: File too large\n"


@pytest.mark.parametrize("command", [["run"], ["import", "csv"]])
def test_a_full_disk_where_lines_are_shared_out_is_named(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.cli.sharing.FEW", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lines = [HEAD, *[ROW.format("a")] * 30] if "csv" in command else [EVENT.strip()] * 30
    assert full([*command, str(csv(tmp_path, *lines))], capsys) == f"il2watch: {tmp_path}: File too large\n"


def test_a_full_disk_under_a_folder_of_parquet_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_table(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("streams.shards.parquet.write_table", write_table)
    path, into = csv(tmp_path, HEAD, ROW.format("a")), tmp_path / "out.parquet"
    assert main(["import", "csv", str(path), "-o", str(into)]) == 2
    assert capsys.readouterr().err == f"il2watch: {into}: No space left on device\n"


VITALS = (
    '{"type":"vitals","id":"v","patient":"p","at":"2026-03-02T09:00:00Z",'
    '"readings":[{"code":"heart-rate","value":88,"unit":"/min"}]}\n'
)


def test_a_plot_that_finds_the_disk_full_leaves_an_older_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events, page = tmp_path / "e.jsonl", tmp_path / "page.svg"
    events.write_text(EVENT + VITALS)
    page.write_text("old\n")
    assert f"{page}: cannot be written: File too large" in full(
        ["plot", str(events), "-o", str(page)], capsys
    )
    assert page.read_text() == "old\n"
    assert sorted(tmp_path.iterdir()) == [events, page]


def test_a_review_that_finds_the_disk_full_leaves_an_older_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "review.html"
    page.write_text("old\n")
    for name in NAMES:
        (tmp_path / f"{name}.jsonl").write_text(EVENT if name == "events" else "")
    period = ("--from", "2026-03-02T00:00:00Z", "--to", "2026-03-03T00:00:00Z")
    arguments = ["review", "--records", str(tmp_path), *period, "-o", str(tmp_path)]
    assert full(arguments, capsys).endswith(f"il2watch: {page}: File too large\n")
    assert page.read_text() == "old\n"


def test_a_gzip_file_that_unpacks_to_far_more_than_events_do_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.service.files.SMALL", 1 << 20)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * (4 << 20)))
    assert main(["run", str(path)]) == 2
    assert "unpacks to more than 200 times its size" in capsys.readouterr().err
