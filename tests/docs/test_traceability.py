"""Each row and each deciding sentence of the paper has a key of the guideline's data, and each key a test."""

from __future__ import annotations

import pytest

from tests.docs import traceability
from tests.docs.traceability import KINDS, Statement, found_for, statements

BARE = [one for one in statements() if not one.keys]


def test_the_page_is_up_to_date() -> None:
    assert traceability.PAGE.read_text(encoding="utf-8") == traceability.page(), "run make docs"


def test_each_key_that_a_sentence_names_is_in_the_data() -> None:
    assert [key for one in statements() for key in one.keys if traceability.unknown(key)] == []


def test_each_sentence_has_a_key_or_says_why_it_decides_nothing() -> None:
    assert [one.words for one in statements() if bool(one.keys) == bool(one.beyond)] == []
    assert len(BARE) == 4


def test_each_sentence_with_a_key_has_a_test() -> None:
    assert [one.words for one in statements() if one.keys and not traceability.holding(one)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_key_of_the_data_has_a_test(kind: str) -> None:
    assert [name for name in KINDS[kind].keys if not found_for(f"{kind}.{name}")] == []


def test_each_number_that_a_sentence_names_has_its_tests_beside_it() -> None:
    single = [
        one for one in statements() if any(key.partition(".")[0] in traceability.FIELDS for key in one.keys)
    ]
    named = [
        one for one in single if not all(key.partition(".")[0] in traceability.FIELDS for key in one.keys)
    ]
    assert [one.words for one in single if not one.tests and one not in named] == []
    assert len(single) > 8


def test_each_key_of_the_data_holds_a_sentence_or_goes_beyond_the_paper() -> None:
    assert traceability.unclaimed() == []


def test_each_test_that_is_named_outright_exists() -> None:
    named = [test for one in statements() for test in one.tests]
    assert named
    assert [test for test in named if not traceability.exists(test)] == []


@pytest.mark.parametrize(
    "test",
    [
        "tests/rules/decide/test_table4.py::test_the_recommendation_is_gone",
        "tests/rules/decide/test_no_such_file.py::test_the_recommendation",
    ],
)
def test_a_test_that_is_not_there_is_seen(test: str) -> None:
    assert not traceability.exists(test)


def test_a_key_without_a_test_is_seen() -> None:
    assert found_for("rows.no-such-row") == ()
    assert traceability.unknown("rows.no-such-row")
    assert traceability.unknown("table4.no_such_number")
    assert traceability.holding(Statement("Table 3", "words", ("rows.no-such-row",))) == ()


def test_a_test_is_found_by_the_table_that_it_is_run_over() -> None:
    """The words of a table that a decorator names are the test's own."""
    assert "tests/rules/evaluate/test_renal.py::test_creatinine" in found_for("rows.creatinine")
    assert any(test.startswith("case ") for test in found_for("rows.creatinine"))
    assert "tests/rules/decide/test_stop_rules.py::test_what_makes_a_stop_rule_hold" in found_for(
        "stop_rules.troponin"
    )
