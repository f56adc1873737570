"""A PagerDuty-like receiver that fails as real ones do, for tests that kill the pager: slow, busy, broken,
cut off, and it deduplicates by key.

It runs in a thread of its own and keeps what arrived. What befalls an attempt follows from the seed, the key,
the action and how often it came, so a run's faults do not depend on the order in which requests interleave. A
request that is lost on the way back has been taken half of the time: the sender cannot tell, and must send
again.

    with receiving(seed=7, faults=Faults(timeout=0.1, error=0.1, busy=0.1, reset=0.1)) as receiver:
        ...                                   # post Events API v2 to receiver.url
    assert receiver.wrong() == []
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

from aiohttp import web

from tests.streams.channels.server import cut, end, never


class Faults(NamedTuple):
    """Shares of attempts (0 to 1, together at most 1): no answer; 500; 429 with Retry-After; connection
    reset; 400, which is for good.
    """

    timeout: float = 0.0
    error: float = 0.0
    busy: float = 0.0
    reset: float = 0.0
    refused: float = 0.0


class Arrival(NamedTuple):
    """An attempt: `fate` is `ok` or what befell it, `taken` whether the receiver acted on it, `did` what it
    did, `at` s on the monotonic clock.
    """

    key: str
    action: str
    fate: str
    taken: bool
    did: str
    event: dict[str, Any]
    at: float


class Incident:
    """What a receiver shows a person: `triggered`, `acknowledged` or `resolved`; `repeats`: triggers it
    swallowed while open.
    """

    def __init__(self) -> None:
        self.state = "triggered"
        self.repeats = 0


class Receiver:
    """`arrivals` in order; `incidents` by key, one after another. `down`: every attempt is answered 503.

    `faults` may be changed while it runs.
    """

    def __init__(self, seed: int, faults: Faults) -> None:
        self.seed, self.faults, self.down = seed, faults, False
        self.arrivals: list[Arrival] = []
        self.incidents: dict[str, list[Incident]] = {}
        self.url = ""
        self._tries: Counter[tuple[str, str]] = Counter()

    def opens(self, key: str) -> int:
        """How many incidents the key has had; one for every key is what is right."""
        return len(self.incidents.get(key, ()))

    def open(self) -> list[str]:
        """The keys whose incident is still open."""
        return [key for key, had in list(self.incidents.items()) if had[-1].state != "resolved"]

    def wrong(self) -> list[str]:
        """What a receiver must never see, in words: a second incident of a key, an end or acknowledgement of
        what is not open and never was.
        """
        twice = [f"{key}: {len(had)} incidents" for key, had in list(self.incidents.items()) if len(had) > 1]
        early = [
            f"{one.key}: {one.action} before any trigger"
            for one in self.arrivals
            if one.did == "dropped-unknown"
        ]
        return twice + early

    def fate(self, key: str, action: str) -> tuple[str, bool]:
        """What befalls the next attempt, and whether it is taken all the same."""
        self._tries[key, action] += 1
        chance = Random(f"{self.seed}|{key}|{action}|{self._tries[key, action]}")
        drawn, lost_on_the_way_back = chance.random(), chance.random() < 0.5
        if self.down:
            return "down", False
        for fate, share in zip(Faults._fields, self.faults, strict=True):
            if drawn < share:
                return fate, fate in ("timeout", "reset") and lost_on_the_way_back
            drawn -= share
        return "ok", True

    def accept(self, event: dict[str, Any]) -> str:
        """Acts on an event as PagerDuty does, and answers with what it did."""
        key, action = event["dedup_key"], event["event_action"]
        had = self.incidents.get(key, [])
        now = had[-1] if had and had[-1].state != "resolved" else None
        if action == "trigger" and now is None:
            self.incidents.setdefault(key, []).append(Incident())
            return "opened"
        if now is None:
            return "dropped" if had else "dropped-unknown"
        if action == "trigger":
            now.repeats += 1
            return "repeated"
        now.state = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
        return now.state

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One attempt at the Events API."""
        event = await request.json()
        fate, taken = self.fate(event["dedup_key"], event["event_action"])
        did = self.accept(event) if taken else ""
        self.arrivals.append(
            Arrival(event["dedup_key"], event["event_action"], fate, taken, did, event, time.monotonic())
        )
        if fate == "timeout":
            return await never(request)
        if fate == "reset":
            cut(request)
        return ANSWERS[fate](event)


def accepted(event: dict[str, Any]) -> web.Response:
    return web.Response(
        status=202,
        text=json.dumps({"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}),
    )


ANSWERS = {
    "ok": accepted,
    "error": lambda _: web.Response(status=500),
    "busy": lambda _: web.Response(status=429, headers={"Retry-After": "0"}),
    "reset": lambda _: web.Response(),
    "refused": lambda _: web.Response(status=400, text='{"status":"invalid event"}'),
    "down": lambda _: web.Response(status=503),
}


@contextmanager
def receiving(seed: int = 0, faults: Faults = Faults(), port: int = 0) -> Iterator[Receiver]:  # noqa: B008 - it is frozen
    """A receiver on loopback until the block ends; `port` 0 is any free one."""
    receiver = Receiver(seed, faults)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="receiver", daemon=True)
    thread.start()
    try:
        runner = asyncio.run_coroutine_threadsafe(_serve(receiver, port), loop).result()
        try:
            yield receiver
        finally:
            asyncio.run_coroutine_threadsafe(end(runner), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(receiver: Receiver, port: int) -> web.AppRunner:
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/v2/enqueue", receiver.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2/enqueue"
    return runner
