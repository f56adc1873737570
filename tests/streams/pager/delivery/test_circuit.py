"""The circuit of a channel: a dead receiver is left alone, and heard of again within the minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streams.pager.delivery.workers import (
    MOST_ASKED_S,
    MOST_REST_S,
    REST_S,
    TRIAL_S,
    TRIPS_AT,
    Circuit,
    admit,
    failed,
    state,
    succeeded,
)


def dead(now: float = 0.0) -> Circuit:
    """A circuit that has just opened."""
    circuit = Circuit()
    for _ in range(TRIPS_AT):
        circuit = failed(circuit, now)
    return circuit


def on_trial(circuit: Circuit) -> Circuit:
    admitted = admit(circuit, circuit.until)
    assert admitted is not None
    return admitted


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    circuit = Circuit()
    for _ in range(TRIPS_AT - 1):
        circuit = failed(circuit, 0.0)
        assert state(circuit, 0.0) == "closed"
    assert state(failed(circuit, 0.0), 0.0) == "open"


def test_a_success_in_between_starts_the_count_again() -> None:
    circuit = Circuit()
    for _ in range(TRIPS_AT * 3):
        circuit = succeeded(failed(circuit, 0.0))
    assert circuit == Circuit()


def test_open_it_lets_nothing_through_until_its_rest_is_over_and_then_one() -> None:
    circuit = dead()
    assert admit(circuit, REST_S - 0.001) is None
    trial = admit(circuit, REST_S)
    assert trial is not None
    assert state(trial, REST_S) == "half-open"
    assert admit(trial, REST_S) is None


def test_a_trial_that_works_closes_it() -> None:
    assert succeeded(on_trial(dead())) == Circuit()


def test_the_rest_doubles_with_every_trial_that_fails_up_to_a_minute() -> None:
    circuit, rests = dead(), []
    for _ in range(8):
        now = circuit.until
        circuit = failed(on_trial(circuit), now)
        rests.append(circuit.until - now)
    assert rests == [10.0, 20.0, 40.0, *[MOST_REST_S] * 5]


def test_a_trial_that_is_never_heard_of_does_not_lock_it() -> None:
    trial = on_trial(dead())
    assert admit(trial, REST_S + TRIAL_S) is not None


def test_failures_begun_before_it_opened_do_not_lengthen_its_rest() -> None:
    circuit = dead()
    for _ in range(100):
        circuit = failed(circuit, 1.0)
    assert circuit == dead()


@pytest.mark.parametrize("asked", [0.5, 30.0, 600.0])
def test_a_rest_asked_for_is_granted_at_once_and_to_every_page(asked: float) -> None:
    circuit = failed(Circuit(), 100.0, asked)
    assert state(circuit, 100.0) == "open"
    assert admit(circuit, 100.0 + asked - 0.1) is None
    assert state(circuit, 100.0 + asked) == "closed"


@pytest.mark.parametrize(
    "circuit", [Circuit(), Circuit(failures=TRIPS_AT, rests=1, trial=True)], ids=["closed", "on trial"]
)
def test_a_receiver_that_asks_for_a_day_does_not_get_it(circuit: Circuit) -> None:
    assert failed(circuit, 100.0, 86_400.0).until == 100.0 + MOST_ASKED_S


def test_a_rest_asked_for_is_kept_though_an_earlier_page_succeeds_late() -> None:
    assert succeeded(failed(Circuit(), 0.0, 30.0)).until == 30.0


def test_a_trial_answered_with_429_rests_as_long_as_asked() -> None:
    assert failed(on_trial(dead()), REST_S, 120.0).until == REST_S + 120.0


class OneChannel(RuleBasedStateMachine):
    """Pages in flight over one circuit, whatever becomes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit, self.now, self.flying, self.dead_since = Circuit(), 0.0, 0, None

    @rule(seconds=st.floats(0.1, 200))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def a_page_is_due(self) -> None:
        before = state(self.circuit, self.now)
        admitted = admit(self.circuit, self.now)
        assert (admitted is None) == (self.now < self.circuit.until)
        if admitted is not None:
            self.circuit = admitted
            self.flying += 1
            assert before == "closed" or admit(admitted, self.now) is None

    @precondition(lambda self: self.flying)
    @rule()
    def one_is_taken(self) -> None:
        self.circuit = succeeded(self.circuit)
        self.flying -= 1

    @precondition(lambda self: self.flying)
    @rule(asked=st.none() | st.floats(0, 1e6))
    def one_fails(self, asked: float | None) -> None:
        self.circuit = failed(self.circuit, self.now, asked)
        self.flying -= 1

    @invariant()
    def it_is_never_shut_for_longer_than_its_rest_or_what_was_asked(self) -> None:
        assert self.circuit.until <= self.now + max(MOST_REST_S, TRIAL_S, MOST_ASKED_S)


TestOneChannel = OneChannel.TestCase


@given(st.lists(st.booleans(), max_size=60))
def test_it_is_open_exactly_after_five_failures_without_a_success_between(outcomes: list[bool]) -> None:
    circuit = Circuit()
    for worked in outcomes:
        circuit = succeeded(circuit) if worked else failed(circuit, 0.0)
    tail = next((count for count, worked in enumerate(reversed(outcomes)) if worked), len(outcomes))
    assert (state(circuit, 0.0) == "open") == (tail >= TRIPS_AT)
