"""When a page is tried again: back-off, jitter, Retry-After, and which answers are final."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.channels.http import permanent, retry_after_s
from streams.pager.delivery.workers import MOST_ASKED_S, Backoff, wait_s

DRAW = st.floats(0, 1, exclude_max=True)
ATTEMPTS = st.integers(1, 10_000)
NOON = 1_772_452_800.0
"""2026-03-02T12:00:00Z."""


@pytest.mark.parametrize(
    ("attempts", "draw", "expected"),
    [
        (1, 0.0, 0.5),
        (1, 0.5, 0.75),
        (2, 0.0, 1.0),
        (3, 0.0, 2.0),
        (9, 0.0, 128.0),
        (10, 0.0, 150.0),
        (99, 0.0, 150.0),
    ],
)
def test_the_wait_doubles_from_one_second_to_five_minutes_and_is_half_of_it_at_least(
    attempts: int, draw: float, expected: float
) -> None:
    assert wait_s(attempts, draw) == expected


@given(ATTEMPTS, DRAW)
def test_the_wait_lies_between_half_and_the_whole_of_the_back_off(attempts: int, draw: float) -> None:
    whole = min(300.0, 2.0 ** min(attempts - 1, 64))
    assert whole / 2 <= wait_s(attempts, draw) <= whole


@given(ATTEMPTS, DRAW, st.floats(0, MOST_ASKED_S))
def test_nothing_is_tried_before_the_receiver_asked_for(attempts: int, draw: float, asked: float) -> None:
    assert wait_s(attempts, draw, asked) >= asked


@given(ATTEMPTS, DRAW, st.floats(MOST_ASKED_S, 1e9))
def test_a_receiver_that_asks_for_a_day_is_asked_again_within_the_half_hour(
    attempts: int, draw: float, asked: float
) -> None:
    assert MOST_ASKED_S <= wait_s(attempts, draw, asked) <= MOST_ASKED_S + 150


@given(ATTEMPTS, st.floats(0, 0.49), st.floats(0.5, 0.99))
def test_pages_that_failed_together_do_not_come_back_together(attempts: int, low: float, high: float) -> None:
    assert wait_s(attempts, low, 30) < wait_s(attempts, high, 30)
    assert wait_s(attempts, low) < wait_s(attempts, high)


def test_the_back_off_is_the_callers() -> None:
    assert wait_s(4, 0.0, backoff=Backoff(first_s=0.1, most_s=0.4)) == 0.2


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Monday, 02-Mar-26 12:00:30 GMT", 30.0),
        ("Mon Mar  2 12:00:30 2026", 30.0),
        ("Mon, 02 Mar 2026 13:00:30 +0100", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    assert retry_after_s(header, NOON) == expected


@given(st.text(), st.floats(0, 1e10))
def test_no_header_is_an_error(header: str, now: float) -> None:
    found = retry_after_s(header, now)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("status", "final"),
    [
        (301, True), (302, True), (307, True), (400, True), (401, True), (403, True), (404, True), (409, True), (413, True), (422, True),
        (408, False), (421, False), (423, False), (425, False), (429, False), (500, False), (502, False), (503, False), (504, False), (599, False),
        (501, True), (505, True),
    ],
)  # fmt: skip
def test_an_answer_is_final_if_the_same_page_would_meet_it_again(status: int, final: bool) -> None:
    assert permanent(status) == final
