"""Deliver the pending notifications of a channel.

Many ordering keys at once, one notification of a key at a time, the most severe first (`Waiting`). When to
try again is decided purely, time and chance are arguments: exponential back-off with jitter for a
notification, a circuit breaker for the channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import time
from bisect import insort
from collections.abc import Callable
from itertools import count
from typing import Literal, NamedTuple

import msgspec

from streams.channels.page import Channel, Page, Receipt, TransportError
from streams.pager.delivery.attempts import Delivery
from streams.pager.policy.state import Notification

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


OrderingKey = tuple[str, str]
"""Patient and the ordering key within the patient."""
AT_ONCE = 8
REST = Backoff(first_s=1.0, most_s=60.0)
"""Back-off of one ordering key. Short: an absolute alert may come to wait behind it."""
IDLE_S = 60.0
UNSURE_S = 0.2


class Waiting:
    """The ordering keys that wait: absolute ones first, the oldest and the newest of them in turn.

    Behind a backlog of thousands a new absolute alert waited over a minute, oldest first; newest first, the
    oldest would wait as long as new ones come.
    """

    def __init__(self) -> None:
        self._absolute: list[tuple[int, int, OrderingKey]] = []
        self._other: list[tuple[int, int, OrderingKey]] = []
        self._number, self._oldest = count(), False

    def __bool__(self) -> bool:
        return bool(self._absolute or self._other)

    def add(self, ordering_key: OrderingKey, notification: Notification) -> None:
        """Queue an ordering key by the notification that it has to send."""
        queue = self._absolute if notification.labels.level == "absolute" else self._other
        insort(queue, (notification.since, next(self._number), ordering_key))

    def pop(self) -> OrderingKey:
        """Return the next ordering key; one must be waiting."""
        if not self._absolute:
            return self._other.pop(0)[2]
        self._oldest = not self._oldest
        return self._absolute.pop(0 if self._oldest else -1)[2]


class DeliveryWorker:
    """The delivery worker of one channel.

    `now`: seconds of a clock that does not go back; `draw`: a random number in [0, 1).
    """

    def __init__(
        self,
        channel: Channel,
        delivery: Delivery,
        now: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.channel, self.delivery, self.now, self.draw = channel, delivery, now, draw
        self.may_send: Callable[[], bool] = lambda: True
        """Called right before each attempt: whether this process is the one to make it."""
        self.circuit = Circuit()
        self._ready = Waiting()
        self._later: list[tuple[float, int, OrderingKey, bool]] = []
        self._known: set[OrderingKey] = set()
        self._aside: set[OrderingKey] = set()
        self._attempts: dict[tuple[OrderingKey, int], int] = {}
        self._number = count()
        self._changed = asyncio.Event()
        self._stopped = False

    def want(self, ordering_key: OrderingKey) -> None:
        """Queue an ordering key that may have something to send.

        One that is under way or rests is looked at again by itself.
        """
        if ordering_key in self._known:
            return
        notification = self.delivery.first(ordering_key, self.channel.name)
        if notification is None:
            return self._rest_parked(ordering_key)
        self._known.add(ordering_key)
        self._ready.add(ordering_key, notification)
        return self._wake()

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Cancel the task of `run` and forget all ordering keys: the partitions are revoked.

        A flag is set beside the cancellation: in Python 3.11 a `wait_for` whose answer comes at that very
        moment swallows a cancellation.
        """
        self._stopped = True
        self._wake()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self._ready, self._later = Waiting(), []
        self._known.clear()
        self._aside.clear()
        self._attempts.clear()
        self.circuit = Circuit()

    async def run(self) -> None:
        """Deliver until stopped."""
        self._stopped = False
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._deliver())

    async def _deliver(self) -> None:
        while (admitted := await self._next()) is not None:
            ordering_key, before = admitted
            notification = self.delivery.first(ordering_key, self.channel.name)
            if notification is None:
                self.circuit = before
                self._leave(ordering_key)
                continue
            rest = await self._attempt(ordering_key, notification)
            if rest is None:
                self._leave(ordering_key)
            else:
                heapq.heappush(self._later, (self.now() + rest, next(self._number), ordering_key, True))
                self._wake()

    async def _next(self) -> tuple[OrderingKey, Circuit] | None:
        """Return the next ordering key, once the circuit lets an attempt through; None when stopped.

        With it comes the circuit as it was before.
        """
        while not self._stopped:
            now = self.now()
            while self._later and self._later[0][0] <= now:
                self._again(*heapq.heappop(self._later)[2:])
            circuit = admit(self.circuit, now) if self._ready else None
            if circuit is not None:
                before, self.circuit = self.circuit, circuit
                return self._ready.pop(), before
            await self._wait(now)
        return None

    async def _wait(self, now: float) -> None:
        ahead = [now + IDLE_S, *(entry[0] for entry in self._later[:1])]
        if self._ready:
            ahead.append(max(self.circuit.until, now + 0.01))
        await self._pause(max(0.0, min(ahead) - now))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _attempt(self, ordering_key: OrderingKey, notification: Notification) -> float | None:
        """Make one attempt; return the seconds to wait before the next, if it failed transiently."""
        page, attempt_key = (
            self.delivery.page(ordering_key, notification),
            (ordering_key, notification.number),
        )
        attempt = self._attempts[attempt_key] = self._attempts.get(attempt_key, 0) + 1
        await self.delivery.start(ordering_key, notification)
        while not self.may_send():
            await self._pause(UNSURE_S)
        began = self.now()
        try:
            receipt = await self._send(page)
        except TransportError as error:
            return await self._failed(ordering_key, notification, page, error, attempt, self.now() - began)
        self._attempts.pop(attempt_key, None)
        self._switch(succeeded(self.circuit))
        await self.delivery.accepted(ordering_key, notification, page, receipt, attempt, self.now() - began)
        return None

    async def _send(self, page: Page) -> Receipt:
        """Send a page; any other exception of the channel is a failure of this page, not the worker's end."""
        try:
            return await self.channel.send(page)
        except TransportError:
            raise
        except Exception as fault:
            raise TransportError(f"{self.channel.name}: {type(fault).__name__}") from fault

    async def _failed(
        self,
        ordering_key: OrderingKey,
        notification: Notification,
        page: Page,
        error: TransportError,
        attempt: int,
        duration_s: float,
    ) -> float | None:
        if error.permanent:
            self._switch(succeeded(self.circuit))
            await self.delivery.refused(ordering_key, notification, page, error, attempt, duration_s)
            return None
        self._switch(failed(self.circuit, self.now(), error.retry_after_s))
        self.delivery.failed(ordering_key, notification, page, error, attempt, duration_s)
        return wait_s(attempt, self.draw(), error.retry_after_s, REST)

    def _switch(self, circuit: Circuit) -> None:
        recovered = state(self.circuit, self.now()) != "closed" and state(circuit, self.now()) == "closed"
        self.circuit = circuit
        if recovered:  # nothing waits longer for a receiver that is back
            resting, self._later = self._later, []
            for entry in resting:
                self._again(*entry[2:])
        self.delivery.circuit(self.channel.name, state(circuit, self.now()) != "closed")
        self._wake()

    def _leave(self, ordering_key: OrderingKey) -> None:
        self._known.discard(ordering_key)
        self.want(ordering_key)

    def _again(self, ordering_key: OrderingKey, rested: bool) -> None:
        """Queue an ordering key again, after its back-off or when what it has aside may be tried again.

        In the second case it may be under way with something else by then.
        """
        (self._known if rested else self._aside).discard(ordering_key)
        self.want(ordering_key)

    def _rest_parked(self, ordering_key: OrderingKey) -> None:
        """Schedule an ordering key that has nothing but refused notifications.

        What is added to it meanwhile does not wait for that.
        """
        seconds = self.delivery.parked_s(ordering_key, self.channel.name)
        if seconds is not None and ordering_key not in self._aside:
            self._aside.add(ordering_key)
            heapq.heappush(self._later, (self.now() + seconds, next(self._number), ordering_key, False))

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
