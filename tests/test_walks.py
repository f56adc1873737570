"""The walks run to their ends, and a reader's stays and returns are counted as `tests.walks` says."""

from __future__ import annotations

import pytest

from rules.explain import explain
from tests import walks
from tests.rules.explain.courses import ADMITTED, settled
from tests.static_walk import Place, read, stays
from tests.walks import WALKS, Walk, file_of, walking

MOST_FILES = {
    "vitals to alert": 69,
    "alert to webhook": 20,
    "acknowledgement to audit": 33,
    "explain urine-hour": 29,
}
"""How many files one opens who follows a walk: this can only shrink."""


@pytest.mark.parametrize("name", list(WALKS))
def test_a_walk_enters_no_more_files_than_it_did(name: str) -> None:
    files = WALKS[name]().files
    assert len(files) <= MOST_FILES[name], files


def a() -> None: ...
def b() -> None: ...


def walk(*steps: tuple[object, object]) -> Walk:
    """Return a walk of these calls, caller first."""
    return Walk(
        [(getattr(caller, "__code__", None), getattr(called, "__code__", None)) for caller, called in steps]
    )  # type: ignore[misc]


def test_coming_back_to_a_file_for_more_is_a_return() -> None:
    there = explain
    found = walk((None, a), (a, there), (a, b), (a, there))
    assert found.stays() == ["tests/test_walks.py", file_of(there.__code__), "tests/test_walks.py"]
    assert (found.returns(), found.transitions, found.functions) == (1, 3, 3)


def test_a_walk_holds_the_calls_of_the_project_alone() -> None:
    patient = settled(list(ADMITTED), 1)
    with walking() as found:
        explain(patient, "urine-hour")
        sorted([2, 1], key=lambda number: -number)
    assert found.files[0] == "rules/explain/subject.py"
    assert all(file.startswith("rules/") for file in found.files)
    assert found.steps[0] == (None, explain.__code__)


def test_the_reader_opens_what_is_called_once_and_goes_on_where_the_value_goes() -> None:
    passed = read(Place("streams.pager.policy.alerts", "receive"), "alert", "streams.pager.policy")
    assert passed[0] == passed[-1]
    assert {"streams.pager.policy.alerts", "streams.pager.policy.notifications"} <= {
        place.module for place in passed
    }
    assert all(place.module.startswith("streams.pager.policy") for place in passed)


def test_a_stay_is_a_stretch_in_one_module() -> None:
    assert stays([Place("a", "x"), Place("a", "y"), Place("b", "z"), Place("a", "x")]) == ["a", "b", "a"]


def test_the_table_names_every_walk(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "WALKS", {"explain urine-hour": walks.explain_urine})
    walks.main(["--files"])
    printed = capsys.readouterr().out
    assert "explain urine-hour" in printed
    assert "receive, along alert" in printed
    assert "  rules/explain/subject.py" in printed
