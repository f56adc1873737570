"""A folder to events: both layouts, every row accounted for, and the same bytes however the work is
cut up.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rules.ingest.decode import decode
from simulators.mimic_iv import convert, disk_sort, tables
from simulators.mimic_iv.tables import UnreadableMimic
from simulators.mimic_iv.tally import ImportTally
from simulators.shared_work import Pool
from tests.simulators.mimic_iv.folder import (
    DEMO_CHART,
    HEADS,
    OUT,
    STAY,
    STAYS,
    SUBJECT,
    Row,
    Rows,
    chart,
    codes,
    collected,
    given,
    imported,
    lab,
    mimic,
    of,
)

CHART, INPUTS, OUTPUTS, LABS = "icu/chartevents", "icu/inputevents", "icu/outputevents", "hosp/labevents"
FIRST, LAST = "2150-03-01T08:00:00Z", "2150-03-03T20:00:00Z"
DEMO = {**HEADS, CHART: DEMO_CHART}
EARLY, LATE = "2150-02-28 07:59:00", "2150-03-03 20:01:00"

SOME: Rows = {
    CHART: [
        chart("09:00", 220045, 88, valueuom="bpm"),
        chart("09:00", 220179, 112, storetime="2150-03-01 09:20:00"),
        chart("10:00", 226732, value="Nasal cannula"),
        chart("10:00", 223834, 2),
        chart("11:00", 223900, 5, value="Oriented"),
        chart("07:58", 226512, 80),
        chart("09:00", 999999, 1),
        chart("09:00", 220045, "", value=""),
    ],
    INPUTS: [
        given("09:00", "10:30", 221749, rate=0.7, rateuom="mcg/kg/min"),
        given("12:00", "12:30", 225158, amount=500, amountuom="ml"),
    ],
    OUTPUTS: [
        collected("09:00", 226559, 60),
        collected("10:00", 226559, 45, storetime="2150-03-01 09:00:00"),
    ],
    LABS: [
        lab("09:00", 50912, 2.6, storetime="2150-03-01 10:05:00", ref_range_upper=1.2),
        lab("09:00", 51003, comments="<0.01.  CTROPNT"),
    ],
}


def test_a_stay_is_a_patient_from_admission_to_discharge(tmp_path: Path) -> None:
    events, _ = imported(mimic(tmp_path, {}))
    assert [(event["event"], event["at"], event["patient"]) for event in events] == [
        ("admit", FIRST, str(STAY)),
        ("cycle-start", FIRST, str(STAY)),
        ("baseline", FIRST, str(STAY)),
        ("discharge", LAST, str(STAY)),
    ]
    assert [event.get("location") for event in events[:2]] == ["icu", "icu"]


def test_the_age_is_that_of_the_year_of_the_stay(tmp_path: Path) -> None:
    assert of(imported(mimic(tmp_path, {}))[0], "encounter")[2]["age"] == 54


def test_a_stay_that_has_not_ended_is_not_discharged(tmp_path: Path) -> None:
    events, _ = imported(
        mimic(tmp_path, {"icu/icustays": [{**STAYS[0], "outtime": ""}], CHART: [chart("09:00", 220045, 88)]})
    )
    assert [event.get("event") for event in events] == ["admit", "cycle-start", "baseline", None]


@pytest.mark.parametrize("heads", [HEADS, DEMO], ids=["full", "demo"])
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_both_layouts_are_read_plain_or_compressed(
    tmp_path: Path, heads: dict[str, str], ending: str
) -> None:
    events, tally = imported(
        mimic(tmp_path, {CHART: [chart("09:00", 220045, 88, valueuom="bpm")]}, heads, ending)
    )
    (vitals,) = of(events, "vitals")
    assert (vitals["at"], codes(vitals)) == ("2150-03-01T09:00:00Z", {"heart-rate": 88})
    assert tally.used(CHART) == 1


def test_the_demo_keeps_no_storetime_and_a_reading_is_known_at_its_time(tmp_path: Path) -> None:
    events, _ = imported(
        mimic(tmp_path, {CHART: [chart("09:00", 220045, 88, storetime="2150-03-01 09:40:00")]}, DEMO)
    )
    assert "known" not in of(events, "vitals")[0]


def test_every_line_is_an_event_that_the_wire_takes_whole(tmp_path: Path) -> None:
    lines = list(convert.events(mimic(tmp_path, SOME), None, ImportTally(), lambda what, done, total: None))
    assert [decode(line)[1] for line in lines] == [()] * len(lines)
    assert len(lines) > 12


def test_events_are_in_order_of_known(tmp_path: Path) -> None:
    lines = list(convert.events(mimic(tmp_path, SOME), None, ImportTally(), lambda what, done, total: None))
    known = [event.known for line in lines for event in [decode(line)[0]] if event is not None]
    assert known == sorted(known)


def test_ids_are_unique_within_the_stay(tmp_path: Path) -> None:
    events, _ = imported(mimic(tmp_path, SOME))
    assert len({event["id"] for event in events}) == len(events)


TWO: Sequence[Row] = [*STAYS, {**STAYS[0], "stay_id": STAY + 1, "intime": OUT, "outtime": ""}]


@pytest.mark.parametrize(("rows", "held", "together"), [(1, 1, 1), (2, 3, 2), (3, 2, 64)])
def test_the_pieces_in_which_the_work_is_done_do_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, held: int, together: int
) -> None:
    folder = mimic(
        tmp_path / "mimic",
        {**SOME, "icu/icustays": TWO},
    )
    (tmp_path / "spill").mkdir()

    def lines() -> list[bytes]:
        return list(
            convert.events(folder, None, ImportTally(), lambda what, done, total: None, tmp_path / "spill")
        )

    whole = lines()
    monkeypatch.setattr(tables, "ROWS", rows)
    monkeypatch.setattr(
        convert, "Ordering", lambda folder, number=0: disk_sort.Ordering(folder, held, 2, number)
    )
    monkeypatch.setattr(convert, "BUCKET", together)
    assert lines() == whole
    assert list((tmp_path / "spill").iterdir()) == []


def test_an_interrupt_leaves_nothing_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def interrupted() -> Iterator[Pool]:
        def pool(work: Any, requests: Any) -> Iterator[Any]:
            yield work(next(iter(requests)))
            assert list((tmp_path / "spill").rglob("*"))
            raise KeyboardInterrupt

        yield pool

    monkeypatch.setattr(convert, "BUCKET", 1)
    folder, spill = mimic(tmp_path / "mimic", {**SOME, "icu/icustays": TWO}), tmp_path / "spill"
    spill.mkdir()
    lines = convert.events(folder, None, ImportTally(), lambda what, done, total: None, spill, interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(lines)
    assert list(spill.iterdir()) == []


def test_the_stays_that_were_asked_for_are_written_and_the_others_counted(tmp_path: Path) -> None:
    other = {**chart("09:00", 220045, 90), "stay_id": STAY + 1, "subject_id": SUBJECT + 1}
    rows = {
        "icu/icustays": [*STAYS, {**STAYS[0], "stay_id": STAY + 1, "subject_id": SUBJECT + 1}],
        CHART: [chart("09:00", 220045, 88), other],
    }
    events, tally = imported(mimic(tmp_path, rows), [STAY + 1])
    assert {event["patient"] for event in events} == {str(STAY + 1)}
    assert tally.report()["tables"][CHART]["other-stays"] == 1


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        (CHART, chart("09:00", 220045, 88, charttime=""), "no-time"),
        (CHART, chart("09:00", 220045, 88, charttime="yesterday"), "no-time"),
        (CHART, chart("09:00", 220045, 88, charttime=EARLY), "outside-stay"),
        (CHART, chart("09:00", 220045, 88, charttime=LATE), "outside-stay"),
        (CHART, chart("09:00", 220045, "", value=""), "no-number"),
        (CHART, chart("09:00", 220045, "high"), "no-number"),
        (CHART, chart("09:00", 220045, 88, storetime=LATE), "known-after-discharge"),
        (CHART, chart("09:00", 226732, value="Oxygen hood"), "device-unknown"),
        (CHART, chart("09:00", 228096, 0), "nothing-to-say"),
        (
            INPUTS,
            given("09:00", "10:00", 221749, rate=0.7, rateuom="mcg/kg/min", statusdescription="Rewritten"),
            "rewritten",
        ),
        (INPUTS, given("09:00", "10:00", 221749), "no-rate-or-amount"),
        (INPUTS, given("09:00", "09:00", 221749, rate=0.7), "no-duration"),
        (INPUTS, given("09:00", "10:00", 225158), "no-amount"),
        (INPUTS, given("09:00", "10:00", 225158, amount=500, endtime=LATE), "outside-stay"),
        (OUTPUTS, collected("09:00", 226559, ""), "no-number"),
        (LABS, lab("09:00", 50912, 1.0, charttime=EARLY), "outside-stay"),
        (LABS, lab("09:00", 50912, 1.0, storetime=LATE), "known-after-discharge"),
        (LABS, lab("09:00", 50912, comments="UNABLE TO REPORT."), "no-number"),
    ],
)
def test_a_row_that_gives_nothing_is_counted_by_its_reason(
    tmp_path: Path, table: str, row: dict[str, Any], reason: str
) -> None:
    events, tally = imported(mimic(tmp_path, {table: [row]}))
    assert {event["type"] for event in events} == {"encounter"}
    assert tally.report()["tables"][table]["dropped"] == {reason: 1}
    assert tally.used(table) == 0


def test_a_line_of_words_costs_only_itself(tmp_path: Path) -> None:
    words = dict.fromkeys(HEADS[CHART].split(","), "words")
    events, tally = imported(
        mimic(
            tmp_path,
            {
                CHART: [
                    chart("09:00", 220045, 88),
                    words,
                    chart("10:00", "words", 1),
                    chart("11:00", 220045, 90),
                ]
            },
        )
    )
    assert len(of(events, "vitals")) == 2
    assert (tally.rows[CHART]["other-stays"], tally.unmapped[CHART], tally.used(CHART)) == (1, {0: 1}, 2)


def test_every_row_is_used_or_counted(tmp_path: Path) -> None:
    _, tally = imported(mimic(tmp_path, SOME))
    assert {table: (each["read"], each["used"]) for table, each in tally.report()["tables"].items()} == {
        CHART: (8, 6),
        INPUTS: (2, 2),
        OUTPUTS: (2, 2),
        LABS: (2, 2),
    }
    assert tally.unmapped[CHART] == {999999: 1}


def test_a_volume_stored_long_before_its_hour_ends_is_known_at_its_end(tmp_path: Path) -> None:
    events, tally = imported(
        mimic(tmp_path, {OUTPUTS: [collected("10:00", 226559, 45, storetime="2150-03-01 09:00:00")]})
    )
    assert "known" not in of(events, "io")[0]
    assert tally.adjusted[OUTPUTS] == {"stored-early": 1}


def test_an_infusion_that_outlasts_the_stay_is_ended_by_the_discharge(tmp_path: Path) -> None:
    row = given("09:00", "10:00", 221749, rate=0.7, rateuom="mcg/kg/min", endtime=LATE)
    assert [event["rate"] for event in of(imported(mimic(tmp_path, {INPUTS: [row]}))[0], "infusion")] == [0.7]


def test_a_result_of_the_day_before_a_stay_belongs_to_it_and_to_the_stay_in_which_it_was_taken(
    tmp_path: Path,
) -> None:
    later = {
        **STAYS[0],
        "stay_id": STAY + 1,
        "intime": "2150-03-04 08:00:00",
        "outtime": "2150-03-05 08:00:00",
    }
    events, tally = imported(
        mimic(tmp_path, {"icu/icustays": [*STAYS, later], LABS: [lab("12:00", 50912, 1.0, day=3)]})
    )
    assert [event["patient"] for event in of(events, "labs")] == [str(STAY), str(STAY + 1)]
    assert tally.adjusted[LABS] == {"for-two-stays": 1}
    assert tally.used(LABS) == 2


def test_a_reading_before_admission_is_kept_for_a_day(tmp_path: Path) -> None:
    events, _ = imported(
        mimic(tmp_path, {CHART: [chart("09:00", 220045, 88, charttime="2150-02-28 08:00:00")]})
    )
    assert of(events, "vitals")[0]["at"] == "2150-02-28T08:00:00Z"


def test_an_item_that_the_source_names_otherwise_is_used_and_told(tmp_path: Path) -> None:
    folder = mimic(tmp_path, {CHART: [chart("09:00", 220045, 88)]})
    (folder / "icu/d_items.csv").write_text(
        "itemid,label\n220045,Pulse\n220179,non invasive blood pressure systolic\n999999,Mood\n"
    )
    events, tally = imported(folder)
    assert len(of(events, "vitals")) == 1
    assert tally.report()["tables"][CHART]["relabelled"] == [{"itemid": 220045, "label": "Pulse"}]


def test_unmapped_items_are_named_by_the_source_s_dictionary(tmp_path: Path) -> None:
    folder = mimic(tmp_path, {CHART: [chart("09:00", 999999, 88)] * 3})
    (folder / "icu/d_items.csv").write_text("itemid,label\n999999,Mood\n")
    assert imported(folder)[1].report()["tables"][CHART]["unmapped"] == [
        {"itemid": 999999, "label": "Mood", "rows": 3}
    ]


def failing(folder: Path, wanted: Sequence[int] | None = None) -> str:
    with pytest.raises(UnreadableMimic) as fault:
        imported(folder, wanted)
    return str(fault.value)


def test_a_folder_without_a_table_says_which(tmp_path: Path) -> None:
    assert "no icu/icustays.csv" in failing(tmp_path)
    (mimic(tmp_path, {}) / "icu/outputevents.csv").unlink()
    assert "no icu/outputevents.csv" in failing(tmp_path)


def test_a_table_without_a_column_says_which(tmp_path: Path) -> None:
    assert "chartevents.csv: no column valuenum" in failing(
        mimic(tmp_path, {}, {**HEADS, CHART: "subject_id,stay_id,charttime,itemid"})
    )


def test_a_stay_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no stay 4, 5" in failing(mimic(tmp_path, {}), [5, STAY, 4])


def test_a_file_cut_short_is_told_by_its_name(tmp_path: Path) -> None:
    folder = mimic(
        tmp_path, {CHART: [chart("09:00", 220045, number) for number in range(60, 90)]}, ending=".csv.gz"
    )
    path = folder / "icu/chartevents.csv.gz"
    path.write_bytes(path.read_bytes()[:-20])
    assert "chartevents.csv.gz: not a table that can be read" in failing(folder)


def test_an_empty_file_is_told_by_its_name(tmp_path: Path) -> None:
    (mimic(tmp_path, {}, ending=".csv.gz") / "icu/chartevents.csv.gz").write_bytes(gzip.compress(b""))
    assert "chartevents.csv.gz: not a table that can be read" in failing(tmp_path)


def test_a_folder_without_birth_years_gives_no_age(tmp_path: Path) -> None:
    (mimic(tmp_path, {}) / "hosp/patients.csv").unlink()
    assert [event["event"] for event in imported(tmp_path)[0]] == ["admit", "cycle-start", "discharge"]
