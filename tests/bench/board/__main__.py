"""`python -m tests.bench.board`: broker, worker and board on this machine; how far behind the page is, and
what the board takes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from pathlib import Path

from rules.wire.instants import text
from tests.bench.board.measure import Measured, page, taken
from tests.bench.board.screen import watched
from tests.streams.board.browser.pages import Installation, vitals

EVENTS_S = 1.0


def main() -> None:
    """Runs it and prints the table."""
    chosen = arguments()
    with (
        tempfile.TemporaryDirectory(prefix="il2watch-bench-") as folder,
        Installation(Path(folder)) as installation,
    ):
        names = [f"bench-{number:03}" for number in range(chosen.patients)]
        installation.send(event for name in names for event in admitted(name))
        installation.worker()
        url = installation.board()
        with Feed(installation, names):
            board, worker = installation.running["board"].pid, installation.running["worker"].pid
            time.sleep(chosen.warm)
            before = taken(board), taken(worker)
            began = time.monotonic()
            measured = asyncio.run(page(url, chosen.seconds))
            seconds = time.monotonic() - began
            after = taken(board), taken(worker)
            screen = watched(url, 10.0)
        if screen is not None:
            print(f"in a browser              {screen}")
        report(
            chosen.patients, measured, seconds, before[0], after[0], (after[1].cpu - before[1].cpu) / seconds
        )


def arguments() -> argparse.Namespace:
    command = argparse.ArgumentParser(prog="python -m tests.bench.board")
    command.add_argument("--patients", type=int, default=500)
    command.add_argument("--seconds", type=float, default=30.0)
    command.add_argument("--warm", type=float, default=15.0, help="seconds before it is measured")
    return command.parse_args()


def admitted(name: str) -> list[dict[str, object]]:
    """A patient on the first dose."""
    now = time.time_ns() // 1_000_000
    readings = [
        {"code": "systolic-bp", "value": 124, "unit": "mm[Hg]"},
        {"code": "weight", "value": 70, "unit": "kg"},
    ]
    common = {"patient": name, "type": "encounter", "at": text(now)}
    dose = {
        "type": "dose",
        "id": "d1",
        "patient": name,
        "at": text(now),
        "agent": "aldesleukin",
        "given": True,
        "amount": 600000,
        "unit": "[iU]/kg",
    }
    return [
        common | {"id": "e1", "event": "baseline", "location": "ward", "readings": readings},
        common | {"id": "e2", "event": "cycle-start"},
        dose,
    ]


class Feed:
    """A context: an event a second of everybody, spread over the second, in a thread."""

    def __init__(self, installation: Installation, names: list[str]) -> None:
        self.installation, self.names = installation, names
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        """Twenty strokes a second; what is late is sent late, never left out."""
        due, strokes, beat = time.monotonic(), 20, 0
        while not self._over.is_set():
            now = time.time_ns() // 1_000_000
            part = self.names[beat % strokes :: strokes]
            self.installation.offer(
                vitals(name, now, 80 + (beat + len(name)) % 30, 95 + (beat // strokes) % 40) for name in part
            )
            beat, due = beat + 1, due + EVENTS_S / strokes
            time.sleep(max(0.0, due - time.monotonic()))

    def __enter__(self) -> Feed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)


def report(
    patients: int, measured: Measured, seconds: float, before: object, after: object, worker: float
) -> None:
    """The table."""
    from tests.bench.board.measure import Taken

    assert isinstance(before, Taken)
    assert isinstance(after, Taken)
    print(f"{patients} patients, an event a second each, for {seconds:.0f} s; one page of the unit open")
    print(f"events shown              {measured.seen / seconds:10.0f} /s")
    for name, lags in (("event to page", measured.lags), ("event to judged page", measured.judged)):
        ordered = sorted(lags) or [float("nan")]
        print(
            f"{name:<25} {ordered[len(ordered) // 2]:10.2f} s median {ordered[int(len(ordered) * 0.95)]:6.2f} s p95 "
            f"{ordered[-1]:6.2f} s worst"
        )
    print(f"sent to the page          {measured.bytes / seconds / 1000:10.0f} kB/s")
    print(
        f"board's processor         {(after.cpu - before.cpu) / seconds:10.2f} cores    worker's {worker:.2f}"
    )
    print(f"board's memory            {after.memory / 1e6:10.0f} MB")


if __name__ == "__main__":
    main()
