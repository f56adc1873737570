"""The guideline data and the specification name the same things (criteria.md sections 3, 4, 6 and 7), both
ways round.
"""

from __future__ import annotations

import re
from pathlib import Path

from rules.advice.registry import ADVISES
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.declarations import FindingRow
from rules.guideline.packs.registry import PACKS
from rules.wire.alerts import RECOMMENDATIONS

SPEC = Path(__file__).parents[3] / "docs" / "spec" / "criteria.md"


def section(number: int) -> str:
    found = re.search(
        rf"^## {number}\. .*?(?=^## {number + 1}\. |\Z)", SPEC.read_text(encoding="utf-8"), re.S | re.M
    )
    assert found, f"criteria.md has no section {number}"
    return found.group()


def cells(text: str, header: str) -> list[list[str]]:
    """The body of the table whose first header cell is `header`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.strip().startswith(f"| {header} |"):
            next(lines)
            break
    rows = []
    for line in lines:
        if not line.strip().startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_table_3_has_33_rows_in_the_order_of_the_text() -> None:
    """criteria.md section 3: code and system of every row; the two urine rows form one group."""
    rows = [(codes(code)[0], system) for system, code, *_ in cells(section(3), "system")]
    assert len(rows) == 33
    assert [(row.code, row.system) for row in GUIDELINE.rows] == rows
    assert {row.code: row.group for row in GUIDELINE.rows if row.group} == {
        "urine-shift": "urine",
        "urine-hour": "urine",
    }


def test_a_row_has_a_column_where_the_text_has_one() -> None:
    """criteria.md section 3: a charted finding is relative, absolute or both as the text's columns say."""
    columns = {
        codes(code)[0]: (bool(relative), bool(absolute))
        for _, code, relative, absolute in cells(section(3), "system")
    }
    mine = {
        row.code: (bool(row.relative), bool(row.absolute))
        for row in GUIDELINE.rows
        if isinstance(row, FindingRow)
    }
    assert mine == {code: columns[code] for code in mine}


def test_the_dosing_minimum_is_that_of_the_text() -> None:
    """criteria.md section 4, `cannot-tell`; "either phenylephrine row" is both of them."""
    line = next(row[1] for row in cells(section(4), "recommendation") if codes(row[0]) == ["cannot-tell"])
    assert "either phenylephrine row" in line
    both = {"phenylephrine-maximum", "phenylephrine-minimum"}
    assert set(codes(line)) | both == set(GUIDELINE.table4.dosing_minimum)


def test_what_blocks_a_dose_is_that_of_the_text_in_its_order() -> None:
    """criteria.md section 4: blockers 3 and 4."""
    text = re.search(r"\*\*Blockers\*\*.*?\n\n`dose` also carries", section(4), re.S)
    assert text
    _, _, _, blind, others = re.split(r"^\d\. ", text.group(), flags=re.M)
    table = GUIDELINE.table4
    overdue, pre_dose = blind.split("`overdue/<what>` for")[1].split("`pre-dose/<code>` for each of")
    assert codes(blind.split("`blood-pressure`")[1].split(" while open")[0]) == [
        f"recheck/{signal}" for signal in table.rechecked
    ]
    assert codes(overdue) == list(table.overdue)
    assert codes(pre_dose) == list(table.pre_dose)
    assert codes(others.split("when open:")[1].split(";")[0]) == list(table.open_advice)


def test_the_recommendations_are_those_of_the_text() -> None:
    """criteria.md sections 4 and 9."""
    assert {codes(row[0])[0] for row in cells(section(4), "recommendation")} == set(RECOMMENDATIONS)


def test_the_stop_rules_are_those_of_the_text_in_its_order() -> None:
    """criteria.md section 4, stop rules."""
    assert [rule.rule for rule in GUIDELINE.stop_rules] == [
        codes(row[0])[0] for row in cells(section(4), "rule")
    ]


def test_table_1_is_that_of_the_text_in_its_order() -> None:
    """criteria.md section 6: what, and its hours in ward and in intensive mode."""
    mine: dict[str, tuple[str, str]] = {}
    for observation in GUIDELINE.observations:
        mine[observation.what] = tuple(
            f"{hours // 3_600_000} h" if hours else "each cycle"
            for hours in (observation.ward, observation.intensive)
        )  # type: ignore[assignment]
    theirs: dict[str, tuple[str, str]] = {}
    for what, _, ward, *intensive in cells(section(6), "what"):
        for code in codes(what):
            theirs[code] = ("each cycle", "each cycle") if "each cycle" in ward else (ward, intensive[0])
    assert mine == theirs
    assert list(mine) == list(theirs)


def advised() -> list[str]:
    """The codes of criteria.md sections 7.1 and 7.2, in their order."""
    _, paper, watches, *_ = re.split(r"^### 7\.\d ", section(7), flags=re.M)
    return [code for part in (paper, watches) for row in cells(part, "code") for code in codes(row[0])]


def test_the_advice_is_that_of_the_text() -> None:
    """criteria.md section 7: `peak-window` of section 5 and `eligibility` of 7.4.

    `corrective` rides on its criterion's alert.
    """
    theirs = {*advised(), "peak-window", "eligibility"}
    assert {advice.code for advice in GUIDELINE.advice} == theirs
    packs = {one.code for pack in PACKS.values() for one in pack.advice}
    assert set(ADVISES) == (theirs | packs) - {"corrective"}


def test_the_advice_stands_in_the_order_of_the_text() -> None:
    """criteria.md section 7: the order in which one instant's advice is printed."""
    assert [advice.code for advice in GUIDELINE.advice] == ["peak-window", *advised(), "eligibility"]


def test_the_watches_are_those_of_the_text() -> None:
    """criteria.md section 7.2: each can be switched off."""
    watches = re.split(r"^### 7\.\d ", section(7), flags=re.M)[2]
    theirs = [codes(row[0])[0] for row in cells(watches, "code")]
    assert [advice.code for advice in GUIDELINE.advice if advice.watch] == theirs


def test_the_eligibility_items_are_those_of_the_text() -> None:
    """criteria.md section 7."""
    text = re.search(r"items: (.*?)\. Creatinine and bilirubin", section(7), re.S)
    assert text
    listed = [code for code in codes(text.group(1)) if code in GUIDELINE.eligibility.items]
    assert list(GUIDELINE.eligibility.items) == listed


def test_plausible_ranges_are_those_of_the_text() -> None:
    """criteria.md section 8."""
    text = " ".join(section(8).split())
    words = {
        "HR": "heart-rate",
        "systolic": "systolic-bp",
        "diastolic": "diastolic-bp",
        "mean": "mean-bp",
        "SpO2": "spo2",
        "respiratory rate": "respiratory-rate",
    }
    words |= {"urea nitrogen": "urea"}
    found = re.findall(r"([A-Za-z0-9 -]+?) ([\d.]+)-([\d.]+)", text.partition("A unit that")[0])
    found = [(name.strip().removeprefix("urine 0-3000"), low, high) for name, low, high in found]
    listed = [
        ("ck", "0", "200000"),
        ("alt", "0", "200000"),
        ("ast", "0", "200000"),
        ("epinephrine", "0", "5"),
    ]
    found = [*(each for each in found if "transaminases" not in each[0] and "and" not in each[0]), *listed]
    found.append(("norepinephrine", "0", "5"))
    theirs = {words.get(name, name): (float(low), float(high)) for name, low, high in found}
    assert {code: (range.low, range.high) for code, range in GUIDELINE.plausible.items()} == theirs
