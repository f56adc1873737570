"""A breaker a channel: a dead receiver is left alone and asked now and then, so that its time-outs delay nobody else. Pure: `now` is an argument."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.channels.retry import MOST_ASKED_S

State = Literal["closed", "open", "half-open"]
TRIPS_AT = 5
"""Failures in a row that open it."""
REST_S, MOST_REST_S = 5.0, 60.0
"""Its rest, doubled with every trial that fails. Short: a receiver that is back must hear of an absolute alert within the minute."""
TRIAL_S = 90.0
"""A trial not heard of for so long is given up. Longer than any time-out."""


class Circuit(msgspec.Struct, frozen=True):
    """Times in seconds of any clock that does not go back. Starts closed."""

    failures: int = 0
    rests: int = 0
    until: float = 0.0
    """Nothing is let through before it."""
    trial: bool = False
    """One attempt is under way to see whether the receiver is back."""


def state(circuit: Circuit, now: float) -> State:
    """`open`: nothing goes; `half-open`: one attempt may go, or is under way; `closed`: all go."""
    if circuit.trial:
        return "half-open"
    if now < circuit.until:
        return "open"
    return "half-open" if circuit.failures >= TRIPS_AT else "closed"


def admit(circuit: Circuit, now: float) -> Circuit | None:
    """The circuit after letting one attempt through; None: not now (`circuit.until` says when to ask again)."""
    if now < circuit.until:
        return None
    if circuit.failures < TRIPS_AT:
        return circuit
    return msgspec.structs.replace(circuit, trial=True, until=now + TRIAL_S)


def succeeded(circuit: Circuit) -> Circuit:
    """After any answer that shows the receiver alive, a permanent refusal of one page included: closed. A rest that it asked for goes on."""
    tripped = circuit.trial or circuit.failures >= TRIPS_AT
    return Circuit(until=0.0 if tripped else circuit.until)


def failed(circuit: Circuit, now: float, asked_s: float | None = None) -> Circuit:
    """After an attempt that failed in passing. `asked_s`: the rest the receiver asked for (429), granted at once and without counting as death, up to
    MOST_ASKED_S: one that asks for a day would have every page on the channel wait for it."""
    rest_s = min(asked_s or 0.0, MOST_ASKED_S)
    if asked_s is not None and not circuit.trial:
        return msgspec.structs.replace(circuit, until=max(circuit.until, now + rest_s))
    if not circuit.trial and circuit.failures >= TRIPS_AT:
        return circuit  # begun before it opened: one outage must not count once for every page that was under way
    failures = circuit.failures + 1
    if failures < TRIPS_AT:
        return msgspec.structs.replace(circuit, failures=failures)
    rest = min(MOST_REST_S, REST_S * 2.0 ** min(circuit.rests, 16))
    return Circuit(failures, circuit.rests + 1, now + max(rest, rest_s))
