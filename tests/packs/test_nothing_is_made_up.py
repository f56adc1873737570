"""No number of a pack stands without document, table and row, and none at all for a row that nobody has read."""

from __future__ import annotations

import re

import msgspec
import pytest

from rules.guideline.packs.declarations import Pack
from rules.guideline.packs.registry import PACKS
from rules.wire.instants import DAY, HOUR

EACH = pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
NUMBER = re.compile(r"[0-9]")


@EACH
def test_every_row_and_rule_says_document_table_and_row(pack: Pack) -> None:
    for part in (*pack.rows, *pack.pressor_centre, *pack.items.values(), *pack.advice):
        assert all((part.source.document, part.source.table, part.source.row))


@EACH
def test_a_row_that_nobody_has_read_has_no_number(pack: Pack) -> None:
    for one in pack.not_open:
        assert set(msgspec.structs.asdict(one)) == {"row", "words"}
        assert not NUMBER.search(one.row)
        assert not NUMBER.search(one.words.replace("section 2", "").replace("Table 2", ""))
        assert pack.row(one.row) is None


@EACH
def test_every_number_of_the_regimen_is_an_item_with_its_source(pack: Pack) -> None:
    named = {"min_interval": "interval", "max_interval": "interval", "rest_days": "rest"}
    stated = {name for name, value in msgspec.structs.asdict(pack.regimen).items() if value}
    assert {f"regimen.{named.get(name, name)}" for name in stated} <= set(pack.items)


def words_of(pack: Pack) -> dict[str, object]:
    """Return by rule the words of the numbers that are evaluated."""
    regimen, hours = pack.regimen, pack.regimen.min_interval // HOUR
    longest = regimen.max_interval and regimen.max_interval // HOUR
    return {
        "judgement": pack.judgement,
        "combination": pack.combination.replace("-", " "),
        "dosing_minimum": ", ".join(pack.dosing_minimum),
        "regimen.dose": f"{regimen.dose or 0:,.0f} IU/kg",
        "regimen.interval": f"{hours}-{longest} h" if longest else f"every {hours} h",
        "regimen.doses_per_cycle": str(regimen.doses_per_cycle),
        "regimen.doses_per_course": str(regimen.doses_per_course),
        "regimen.cycle_days": "days " + " and ".join(f"{first}-{last}" for first, last in regimen.cycle_days),
        "regimen.rest": f"{regimen.rest_days} full days",
        "regimen.course_gap": f"{(regimen.course_gap or 0) // (7 * DAY)} weeks from discharge",
    }


@EACH
def test_a_rule_says_the_number_that_is_evaluated(pack: Pack) -> None:
    words = words_of(pack)
    assert {name: item.value for name, item in pack.items.items() if name in words} == {
        name: value for name, value in words.items() if name in pack.items
    }


@EACH
def test_what_is_inherited_says_from_where(pack: Pack) -> None:
    inherited = [part for part in (*pack.rows, *pack.items.values()) if part.inherited_from is not None]
    assert all(part.inherited_from == "schwartzentruber-2001/2" for part in inherited)


def test_the_counts_are_those_of_the_specification() -> None:
    rows = {key: (len(pack.rows), len(pack.draft_rows), len(pack.not_open)) for key, pack in PACKS.items()}
    assert rows == {
        "schwartzentruber-2001/2": (33, 0, 0),
        "dutcher-2014/1": (31, 1, 0),
        "proleukin-us-label/2024-12": (17, 2, 3),
        "til-2024/1": (5, 0, 1),
    }


@EACH
def test_what_must_be_seen_before_a_dose_is_a_row_of_the_pack(pack: Pack) -> None:
    assert set(pack.dosing_minimum) <= {row.code for row in pack.rows}
