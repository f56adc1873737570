"""Sending again: each side of the sieve, one after another, and nothing after what was not taken."""

from __future__ import annotations

from rules.wire.deadletters import Letter
from streams.deadletters.resending import NotSent, send, sort_out
from tests.streams.deadletters.letters import REFUSED, letter


def test_each_letter_is_on_one_side() -> None:
    good, bad = letter(), REFUSED["malformed"]
    found = sort_out([good, bad], lambda one: None if one is good else "malformed: still")
    assert found.go == [good]
    assert found.stay == [(bad, "malformed: still")]


def test_all_that_were_acknowledged_are_counted() -> None:
    taken: list[Letter] = []
    assert send([letter(), letter()], taken.append) == (2, None)
    assert len(taken) == 2


def test_nothing_is_sent_after_one_that_was_not_taken() -> None:
    taken: list[Letter] = []

    def one(found: Letter) -> None:
        if taken:
            raise NotSent("no leader")
        taken.append(found)

    assert send([letter(), letter(), letter()], one) == (1, "no leader")
    assert len(taken) == 1
