from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.board.cell_store import CellStore

Change = tuple[str, str, str] | str
changes = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.sampled_from("123"), st.sampled_from("123")),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


class Page:
    """A browser's page: takes patches as the script does."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = {}
        self.revision = 0

    def update(self, shown: CellStore) -> None:
        patch = shown.since(self.revision)
        for row in patch["rows"]:
            self.rows.setdefault(row["key"], {}).update(row["cells"])
        gone = set(self.rows) - {row["key"] for row in patch["rows"]} if patch["all"] else patch["gone"]
        for key in gone:
            self.rows.pop(key, None)
        self.revision = shown.revision


def apply(shown: CellStore, change: Change) -> None:
    if isinstance(change, str):
        shown.remove(change)
    else:
        key, first, second = change
        shown.put(key, {"x": first, "y": second}, {"rank": first})


def markup_of(shown: CellStore) -> dict[str, dict[str, str]]:
    return {key: {name: cell.markup for name, cell in cells.items()} for key, cells in shown.rows.items()}


@given(changes, st.lists(st.booleans(), max_size=40))
def test_a_page_that_looks_now_and_then_shows_what_is_on_show(made: list[Change], looks: list[bool]) -> None:
    shown, page = CellStore(5), Page()
    for number, change in enumerate(made):
        apply(shown, change)
        if number < len(looks) and looks[number]:
            page.update(shown)
            assert page.rows == markup_of(shown)
    page.update(shown)
    assert page.rows == markup_of(shown)


def test_only_what_changed_is_sent() -> None:
    shown = CellStore()
    shown.put("a", {"x": "1", "y": "1"}, {"rank": 1})
    before = shown.revision
    shown.put("b", {"x": "1", "y": "1"}, {"rank": 1})
    assert shown.put("a", {"x": "1", "y": "2"}, {"rank": 1})
    assert [row for row in shown.since(before)["rows"] if row["key"] == "a"] == [
        {"key": "a", "cells": {"y": "2"}}
    ]


def test_the_same_again_is_no_change() -> None:
    shown = CellStore()
    shown.put("a", {"x": "1"}, {"rank": 1})
    assert not shown.put("a", {"x": "1"}, {"rank": 1})
    assert shown.put("a", {"x": "1"}, {"rank": 2})


def test_a_page_of_another_run_is_sent_everything() -> None:
    shown = CellStore(1000)
    shown.put("a", {"x": "1"}, {})
    assert shown.since(999)["all"]
    assert shown.since(5000)["all"]
