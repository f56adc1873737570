"""The map: an allow-list by exact code, checked by machine (docs/spec/feeds.md, The map)."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.wire.agents import is_il2, vasopressor
from streams.errors import UsageError
from streams.feeds import map_files
from streams.feeds.mapping import check_digits
from streams.feeds.mapping.code_map import CodeMap, Coding, Disagrees, MapRow, system_of
from streams.feeds.mapping.map_lint import lint

BUILTIN = map_files.loaded([f"builtin:{name}" for name in map_files.builtin_names()], Path())


def found(system: str, code: str, text: str = "", sub_id: str = "", unit: str = "") -> str:
    """Return what a code stands for, in a word."""
    row = BUILTIN.of(Coding(system, code, text), sub_id, unit)
    if isinstance(row, Disagrees):
        return "disagrees"
    return "unmapped" if row is None else row.our_code or row.type


CODES = {
    ("LN", "8867-4", "Heart rate"): "heart-rate",
    ("LN", "8867-4", "anything else"): "heart-rate",
    ("LN", "2019-8", ""): "ignore",
    ("LN", "99999-9", ""): "unmapped",
    ("L", "8867-4", "Heart rate"): "unmapped",
    ("MDC", "147842", "MDC_ECG_HEART_RATE"): "heart-rate",
    ("MDC", "147842", "MDC_ECG_CARD_BEAT_RATE"): "heart-rate",
    ("MDC", "150022", "MDC_ECG_HEART_RATE"): "disagrees",
    ("MDC", "150017", "MDC_PRESS_BLD_NONINV_SYS"): "disagrees",
    ("MDC", "68060", "MDC_PULS_OXIM_SAT_O2"): "disagrees",
    ("MDC", "1500212", "MDC_PRESS_BLD_NONINV_SYS"): "disagrees",
    ("MDC", "150021", "MDC_SOMETHING_ELSE"): "disagrees",
    ("MDC", "0", "MDC_RATE_DOSE"): "dose-rate",
    ("MDC", "tt-0005-06", "MDC_PULS_OXIM_SAT_O2"): "spo2",
    ("MDC", "150456", ""): "spo2",
    ("MDC", "149522", "MDC_PULS_RATE"): "disagrees",
    ("MDC", "150087", "MDC_PRESS_BLD_VEN_CENT_MEAN"): "ignore",
    ("MDC", "158480", "MDC_FLOW_FLUID_PUMP"): "disagrees",
    ("RXNORM", "70223", "aldesleukin"): "aldesleukin",
    ("RXNORM", "161", "acetaminophen 650 mg"): "acetaminophen",
    ("RXNORM", "161", "ibuprofen"): "disagrees",
    ("RXNORM", "161", ""): "disagrees",
}


@pytest.mark.parametrize(("coding", "expected"), CODES.items())
def test_a_code_counts_by_its_number_and_its_name(coding: tuple[str, str, str], expected: str) -> None:
    assert found(*coding) == expected


def test_the_built_in_map_has_no_fault() -> None:
    assert [str(fault) for fault in lint(BUILTIN.rows)] == []


def test_every_drug_name_of_the_starting_map_is_one_the_wire_knows() -> None:
    pressors = ("phenylephrine", "neo-synephrine", "levophed", "norepi", "noradrenaline", "intropin")
    assert None not in map(vasopressor, (*pressors, "vasostrict", "adrenalin", "adrenaline", "dopamine"))
    assert all(map(is_il2, ("proleukin", "aldesleukin", "interleukin-2", "il-2")))


FAULTS = {
    "a LOINC code with a wrong check digit": (MapRow("LN", "3150-6", "vitals", "fio2"), "check digit"),
    "a SNOMED code with a wrong check digit": (
        MapRow("SCT", "49436005", "finding", "infection"),
        "check digit",
    ),
    "an MDC number without its name": (MapRow("MDC", "150456", "vitals", "spo2"), "ref-id"),
    "a number of MDC that is none": (MapRow("MDC", "15O456", "vitals", "spo2", name="MDC_X"), "is a number"),
    "a target that is none": (MapRow("L", "K", "labs", "kalium"), "not known for type labs"),
    "a specimen that is none": (MapRow("L", "G", "finding", "guaiac-positive:urine"), "not known for type"),
    "a specimen of what has none": (MapRow("L", "A", "finding", "agitation:stool"), "not known for type"),
    "a direction that is none": (MapRow("L", "U", "io", "out/urin"), "not known for type io"),
    "a type that is none": (MapRow("L", "K", "lab", "potassium"), "type 'lab'"),
    "a default unit that does not convert": (
        MapRow("L", "K", "labs", "potassium", unit_default="mg/dL"),
        "does not convert",
    ),
    "a unit that is none": (MapRow("unit", "UMOLL", "unit", "umol per litre?"), "no unit of UCUM"),
    "a repetition that is none": (MapRow("L", "K", "labs", "potassium", repetition="any"), "repetition"),
    "a period that is none": (MapRow("L", "U", "io", "out/urine", period="1 hour"), "period"),
    "a row of nothing": (MapRow("L", "", "labs", "potassium"), "needs a system"),
    "a code easily taken for another": (MapRow("LN", "1921-6", "labs", "ast"), "natriuretic"),
}


@pytest.mark.parametrize(("row", "text"), FAULTS.values(), ids=FAULTS)
def test_the_lint_finds(row: MapRow, text: str) -> None:
    faults = lint([row])
    assert len(faults) == 1
    assert text in str(faults[0])


def test_one_name_with_two_numbers_is_a_fault() -> None:
    rows = [MapRow("MDC", code, "vitals", "spo2", name="MDC_SAT") for code in ("150456", "150457")]
    assert [fault.text for fault in lint(rows)] == ["MDC_SAT is 150456 in another row and 150457 here"]


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("digit", range(10))
def test_a_check_digit_finds_any_one_digit_that_is_wrong(place: int, digit: int) -> None:
    loinc, snomed = "85354-9", "49436004"
    changed = [code[:place] + str(digit) + code[place + 1 :] for code in (loinc, snomed)]
    right = [str(digit) == code[place] for code in (loinc, snomed)]
    if place < 5:
        assert check_digits.loinc(changed[0]) == right[0]
    assert check_digits.snomed(changed[1]) == right[1]


def test_a_site_file_overrides_a_row_and_adds_patterns(tmp_path: Path) -> None:
    (tmp_path / "icu.csv").write_text(
        "system,code,name,sub_id,unit,type,our_code\n"
        "MDC,150022,MDC_ECG_HEART_RATE,,,vitals,heart-rate\n"
        "LOINC,777-3,,,,ignore,\n"
        "MDC,150344,MDC_TEMP,1.26.1.1,,vitals,temperature\n"
        "MDC,150344,MDC_TEMP,,,ignore,\n",
        encoding="utf-8",
    )
    codes = map_files.loaded(["builtin:mdc", "builtin:loinc", "icu.csv"], tmp_path)
    types = [
        row.type if isinstance(row, MapRow) else None
        for row in (
            codes.of(Coding("MDC", "150022", "MDC_ECG_HEART_RATE")),
            codes.of(Coding("LN", "777-3")),
            codes.of(Coding("MDC", "150344", "MDC_TEMP"), "1.26.1.1"),
            codes.of(Coding("MDC", "150344", "MDC_TEMP"), "1.26.1.2"),
        )
    ]
    assert types == ["vitals", "ignore", "vitals", "ignore"]


WRONG = {
    "code,type\nA,labs\n": "line 1: column 'system' is missing",
    "system,code,type,our-code\n": "line 1: no such column 'our-code'",
    "system,code,type\nL,A,labs,B\n": "line 2: more cells than columns",
    "system,code,type,priority\nL,A,labs,high\n": "line 2: priority 'high'",
}


@pytest.mark.parametrize(("text", "fault"), WRONG.items())
def test_a_file_that_is_no_map_is_refused_with_its_line(text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=fault):
        map_files.loaded(["bad.csv"], tmp_path)


def test_a_map_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="builtin:mcd: no such map; there are loinc, mdc"):
        map_files.loaded(["builtin:mcd"], Path())


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("LN", "LN"),
        ("loinc", "LN"),
        ("http://loinc.org", "LN"),
        ("urn:oid:2.16.840.1.113883.6.1", "LN"),
        ("SNOMED-CT", "SCT"),
        ("RXN", "RXNORM"),
        ("urn:iso:std:iso:11073:10101", "MDC"),
        ("99Lab", "99Lab"),
    ],
)
def test_a_system_has_one_name(written: str, system: str) -> None:
    assert system_of(written) == system


def test_later_files_of_a_map_override_earlier_ones() -> None:
    codes = CodeMap([MapRow("L", "K", "labs", "potassium"), MapRow("L", "K", "labs", "sodium")])
    row = codes.of(Coding("L", "K"))
    assert isinstance(row, MapRow)
    assert row.our_code == "sodium"
