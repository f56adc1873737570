"""Decide when to try again: exponential back-off with jitter, and a circuit breaker per channel.

Pure: time and chance are arguments.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

MOST_ASKED_S = 900.0
"""The longest wait granted to a receiver: a page cannot wait a day because one server asks for it."""


class Backoff(NamedTuple):
    """`first_s` before the second attempt, doubled each time up to `most_s`."""

    first_s: float = 1.0
    most_s: float = 300.0


def wait_s(
    attempts: int,
    draw: float,
    asked_s: float | None = None,
    backoff: Backoff = Backoff(),  # noqa: B008 - it is frozen
) -> float:
    """Return the seconds to wait after so many failed attempts (1: the first failed).

    `draw`: a random number in [0, 1); `asked_s`: the receiver's Retry-After.

    Between half and the whole of the back-off, so that a thousand pages that failed together do not return
    together; never before the receiver asked for, up to MOST_ASKED_S.
    """
    ceiling = min(backoff.most_s, backoff.first_s * 2.0 ** min(attempts - 1, 64))
    spread = ceiling / 2 + draw * ceiling / 2
    return spread if asked_s is None else max(spread, min(asked_s, MOST_ASKED_S) + draw * ceiling / 2)


State = Literal["closed", "open", "half-open"]
TRIPS_AT = 5
"""Consecutive failures that open the circuit."""
REST_S, MOST_REST_S = 5.0, 60.0
"""How long the circuit stays open, doubled with every trial that fails.

Short: a receiver that is back must get an absolute alert within the minute.
"""
TRIAL_S = 90.0
"""A trial without a result for so long is given up. Longer than any time-out."""


class Circuit(msgspec.Struct, frozen=True):
    """A circuit breaker. Times in seconds of any clock that does not go back. Starts closed."""

    failures: int = 0
    rests: int = 0
    until: float = 0.0
    """Nothing is let through before it."""
    trial: bool = False
    """One attempt is under way to see whether the receiver is back."""


def state(circuit: Circuit, now: float) -> State:
    """Return `open`: nothing goes; `half-open`: one attempt may go, or is under way; `closed`: all go."""
    if circuit.trial:
        return "half-open"
    if now < circuit.until:
        return "open"
    return "half-open" if circuit.failures >= TRIPS_AT else "closed"


def admit(circuit: Circuit, now: float) -> Circuit | None:
    """Return the circuit after letting one attempt through; None: not now.

    `circuit.until` tells when to ask again.
    """
    if now < circuit.until:
        return None
    if circuit.failures < TRIPS_AT:
        return circuit
    return msgspec.structs.replace(circuit, trial=True, until=now + TRIAL_S)


def succeeded(circuit: Circuit) -> Circuit:
    """Return the circuit, closed, after any answer that shows the receiver alive.

    A permanent refusal of one page is such an answer. A rest that the receiver asked for continues.
    """
    tripped = circuit.trial or circuit.failures >= TRIPS_AT
    return Circuit(until=0.0 if tripped else circuit.until)


def failed(circuit: Circuit, now: float, asked_s: float | None = None) -> Circuit:
    """Return the circuit after an attempt that failed transiently.

    `asked_s`: the rest the receiver asked for (429), granted at once and without counting as a failure, up to
    MOST_ASKED_S: one that asks for a day would have every page on the channel wait for it.
    """
    rest_s = min(asked_s or 0.0, MOST_ASKED_S)
    if asked_s is not None and not circuit.trial:
        return msgspec.structs.replace(circuit, until=max(circuit.until, now + rest_s))
    if not circuit.trial and circuit.failures >= TRIPS_AT:
        # begun before it opened: one outage must not count once for every page that was under way
        return circuit
    failures = circuit.failures + 1
    if failures < TRIPS_AT:
        return msgspec.structs.replace(circuit, failures=failures)
    rest = min(MOST_REST_S, REST_S * 2.0 ** min(circuit.rests, 16))
    return Circuit(failures, circuit.rests + 1, now + max(rest, rest_s))
