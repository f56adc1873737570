"""Which pages are out and unacknowledged, by what the pager wrote; and the numbers they are
acknowledged by.
"""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.pages import PageRecord
from streams.demo.keyboard import Entry
from streams.projections.pages import MOST_PAGES, Pages


def wrote(**fields: Any) -> PageRecord:
    plain = {
        "when": "2026-11-23T09:17:58.674Z", "outcome": "accepted", "patient": "p1", "alert": "a1", "key": "a1:relative", "action": "trigger",
        "channel": "terminal", "level": "relative", "subject": "hypotension", "decided": "2026-03-04T17:37:07Z",
    }  # fmt: skip
    return PageRecord(**(plain | fields))


def pages(*written: PageRecord) -> Pages:
    found = Pages()
    for one in written:
        found.apply(one)
    return found


def test_a_page_is_open_once_a_receiver_has_it() -> None:
    assert pages(wrote(outcome="owed"), wrote(outcome="retry")).open == []
    [page] = pages(wrote()).open
    assert page == (1, "a1", "p1", "relative", "hypotension", "2026-03-04T17:37:07Z")


@pytest.mark.parametrize("action", ["resolve", "acknowledge"])
def test_what_is_over_at_the_receiver_is_open_no_more(action: str) -> None:
    found = pages(wrote(), wrote(action=action))
    assert (found.open, found.sent) == ([], 1)


def test_an_acknowledgement_closes_every_level_of_its_episode_and_no_other() -> None:
    found = pages(
        wrote(),
        wrote(key="a1:absolute", level="absolute"),
        wrote(alert="a2", key="a2:relative"),
        wrote(outcome="acknowledged"),
    )
    assert [page.alert for page in found.open] == ["a2"]
    assert found.acknowledged == 1


def test_a_reminder_keeps_the_page_s_number() -> None:
    found = pages(wrote(), wrote(alert="a2", key="a2:relative"), wrote(decided="2026-03-04T18:00:00Z"))
    assert [(page.number, page.alert) for page in found.open] == [(1, "a1"), (2, "a2")]
    assert found.sent == 3


def test_the_gravest_come_first_and_of_those_the_newest() -> None:
    found = pages(
        wrote(alert="old", key="old", decided="2026-03-04T16:00:00Z"),
        wrote(alert="advice", key="advice", level="advisory", decided="2026-03-04T19:00:00Z"),
        wrote(alert="new", key="new", decided="2026-03-04T18:00:00Z"),
        wrote(alert="grave", key="grave", level="absolute", decided="2026-03-04T10:00:00Z"),
    )
    assert [page.alert for page in found.open] == ["grave", "new", "old", "advice"]


def test_a_number_that_came_free_is_not_given_to_the_next_page_for_it_may_be_on_somebody_s_finger() -> None:
    found = pages(wrote(), wrote(action="resolve"), wrote(alert="a2", key="a2:relative"))
    assert [page.number for page in found.open] == [2]
    assert found.of(1) is None


def test_numbers_begin_again_after_the_last_and_pass_over_those_in_use() -> None:
    found = pages(wrote(alert="stays", key="stays"))
    for _ in range(MOST_PAGES - 1):
        found.apply(wrote())
        found.apply(wrote(action="resolve"))
    found.apply(wrote(alert="next", key="next"))
    assert {page.alert: page.number for page in found.open} == {"stays": 1, "next": 2}


@pytest.mark.parametrize(
    ("typed", "numbers", "left"),
    [
        ("12\n", [12], ""),
        ("12\r3", [12], "3"),
        ("1x2\x1b[A\n", [12], ""),
        ("12\x7f3\n", [13], ""),
        ("\x7f\n\n", [], ""),
        ("1\n2\n", [1, 2], ""),
        ("123456\n", [1234], ""),
        ("²٣", [], ""),
    ],
)
def test_a_number_is_what_was_typed_before_enter(typed: str, numbers: list[int], left: str) -> None:
    entry = Entry()
    assert entry.type(typed) == numbers
    assert entry.text == left
