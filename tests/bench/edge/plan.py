"""What is measured, in order of weight: where time runs out, the last is left out."""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.bench.edge import contenders, folding, live, recovery
from tests.bench.edge.contenders import Entrant
from tests.bench.edge.live import Bench
from tests.bench.edge.load import Load
from tests.bench.edge.sitting import OutOfTime, Point, Sitting
from tests.bench.edge.usage import load as machine_load
from tests.bench.pipeline import backlog, throughput
from tests.bench.pipeline.contest import timed

RATES = (10, 20, 50, 100, 200, 400, 1000, 2000, 5000, 10_000, 20_000)
HISTORY_RATE, PATIENTS_RATE, PATIENTS_HOURS = 200, 1000, 1


class Form(NamedTuple):
    """How much is measured. `rates`: of one record in ten tripping, `all_trip`: of every record tripping.

    `memory`: numbers of patients, each with a record every `period` seconds. `refine`: one more point between
    the highest rate held and the next. `fold`: minutes of each patient's.
    """

    seconds: float
    warm: float
    rates: Sequence[int]
    all_trip: Sequence[int]
    histories: Sequence[int]
    patients: Sequence[int]
    recover: Sequence[int]
    recover_s: float
    memory: Sequence[int]
    period: int
    fold: Sequence[int]
    fold_minutes: int
    backlog: int
    refine: bool
    searches: Sequence[int] = (10,)
    most_of_search: int = 20
    patients_of_rate: int = 200
    hours: int = 8


FULL = Form(
    60, 5, (50, 100, 200, 400, 1000, 2000, 5000, 10_000), (50, 100, 200, 400, 1000, 2000, 5000, 10_000),
    (0, 8, 72), (10, 100, 1000, 10_000), (1000, 10_000), 45, (10, 1000, 10_000), 60,
    (10, 100, 1000, 10_000), 59, 200_000, True, (10, 1),
)  # fmt: skip
QUICK = Form(
    6, 2, (200, 1000, 5000), (50, 200, 1000), (0, 24), (10, 1000, 10_000), (1000,), 30, (10, 500), 8,
    (10, 10_000), 19, 60_000, False, most_of_search=3,
)  # fmt: skip


class Run:
    """The parts of a plan, on a bench, for the workers of one or more checkouts."""

    def __init__(
        self, bench: Bench, sitting: Sitting, form: Form, workers: Sequence[tuple[Entrant, Path]]
    ) -> None:
        self.bench, self.sitting, self.form, self.workers = bench, sitting, form, workers

    def parts(self) -> Iterator[Callable[[], object]]:
        """Yield the parts, the weightiest first."""
        form = self.form
        for worker, _ in self.workers:
            yield lambda worker=worker: self.ladder(worker, form.rates, 10)
        for every in form.searches:
            for entrant in contenders.ENTRANTS[1:]:
                yield lambda entrant=entrant, every=every: self.search(entrant, every)
        for worker, root in self.workers:
            yield lambda worker=worker: self.ladder(worker, form.all_trip, 1)
            yield from (
                lambda number=number, worker=worker: self.recover(worker, number) for number in form.recover
            )
            yield from (
                lambda hours=hours, worker=worker: self.live(
                    "history", worker, self.load(HISTORY_RATE, 10), hours
                )
                for hours in form.histories
            )
            yield from (
                lambda number=number, root=root, worker=worker: self.fold(worker, number, root)
                for number in form.fold
            )
            yield from (
                lambda number=number, worker=worker: self.memory(worker, number) for number in form.memory
            )
            yield from (
                lambda number=number, worker=worker: self.patients(worker, number) for number in form.patients
            )
        if form.backlog:
            yield self.backlog

    def all(self) -> None:
        """Measure every part; one for which no time is left is left out."""
        for part in self.parts():
            with suppress(OutOfTime):
                part()

    def load(self, rate: float, every: int, patients: int = 0, seconds: float = 0) -> Load:
        return Load(
            rate, patients or self.form.patients_of_rate, every, seconds or self.form.seconds, self.form.warm
        )

    def live(self, sweep: str, entrant: Entrant, load: Load, hours: int) -> Point:
        what = {"sweep": sweep, "contender": entrant.name, "rate": load.rate, "patients": load.patients}
        rest = {"hours": hours, "every": load.every, "seconds": load.seconds}
        return self.sitting.point(lambda: live.measure(self.bench, entrant, load, hours), **what, **rest)

    def ladder(self, worker: Entrant, rates: Sequence[int], every: int) -> None:
        """Measure rates from the lowest up; beyond one at which it falls behind there is nothing to see."""
        for rate in rates:
            if self.at_rate(worker, rate, every).get("behind", True):
                break
        if rates and self.form.refine:
            self.refine(worker, every)

    def at_rate(self, entrant: Entrant, rate: int, every: int) -> Point:
        return self.live("rate", entrant, self.load(rate, every), self.form.hours)

    def search(self, entrant: Entrant, every: int) -> None:
        """Find the highest rate that a contender holds: up while it does, down while it does not."""
        if reason := entrant.missing():
            self.sitting.point(lambda: {"failed": reason}, sweep="rate", contender=entrant.name, every=every)
            return
        place, left = RATES.index(entrant.first), self.form.most_of_search - 1
        step = 1 if self.at_rate(entrant, RATES[place], every).get("held") else -1
        while 0 <= (place := place + step) < len(RATES) and left > 0:
            left -= 1
            if bool(self.at_rate(entrant, RATES[place], every).get("held")) == (step < 0):
                break
        if self.form.refine:
            self.refine(entrant, every)

    def refine(self, entrant: Entrant, every: int) -> None:
        """Measure once between the highest rate held and the next above."""
        mine = [
            one
            for one in self.sitting
            if (one.get("sweep"), one.get("contender"), one.get("every")) == ("rate", entrant.name, every)
        ]
        held = max((one["rate"] for one in mine if one.get("held")), default=None)
        above = min((one["rate"] for one in mine if held is not None and one["rate"] > held), default=None)
        if held is not None and above is not None:
            between = math.sqrt(held * above)
            self.at_rate(entrant, round(between, 1 - int(math.log10(between))), every)

    def patients(self, worker: Entrant, number: int) -> None:
        self.live("patients", worker, self.load(PATIENTS_RATE, 10, number), PATIENTS_HOURS)

    def memory(self, worker: Entrant, number: int) -> None:
        """Every patient has a record in each period: none is left encoded to pass."""
        period = self.form.period
        self.live("memory", worker, self.load(number / period, 10, number, period), self.form.hours)

    def recover(self, worker: Entrant, number: int) -> None:
        what = {"sweep": "recovery", "contender": worker.name, "patients": number, "hours": recovery.HOURS}
        self.sitting.point(lambda: recovery.measure(self.bench, worker, number, self.form.recover_s), **what)

    def fold(self, worker: Entrant, number: int, root: Path) -> None:
        minutes = self.form.fold_minutes
        what = {"sweep": "fold", "contender": worker.name, "patients": number, "minutes": minutes}
        self.sitting.point(
            lambda: {"load_before": machine_load(), **folding.measure(number, minutes, root)}, **what
        )

    def backlog(self) -> None:
        """Measure the worker beside raw aiokafka on the same topics, of each checkout."""
        broker, records = self.bench.broker, self.form.backlog
        raw = throughput.ENTRIES[-1]
        chosen = [(worker.name, root) for worker, root in self.workers] + [(raw.name, None)]
        what = {"sweep": "backlog", "records": records}
        stored = [one for one in self.sitting if what.items() <= one.items()]
        if len(stored) < len(chosen):
            live.renew(broker)
            asyncio.run(backlog.load(broker, backlog.lines(records)))
        for name, root in chosen:
            self.sitting.point(lambda root=root: self.read_backlog(root, records), **what, contender=name)

    def read_backlog(self, root: Path | None, records: int) -> Point:
        raw, group = throughput.ENTRIES[-1], f"bench-{id(root)}"
        with tempfile.TemporaryDirectory() as folder:
            made = (
                raw.make(self.bench.broker, records, folder)
                if root is None
                else throughput.worker(self.bench.broker, "log", folder, root, group)
            )
            wanted = machine_load()
            found = timed(self.bench.broker, made, raw.group if root is None else group, records)
        per = {"us_a_record": round(found.processor / found.records * 1e6, 1)} if found.processor else {}
        return {
            "load_before": wanted,
            "records_s": round(found.rate),
            "start_s": round(found.start, 1),
            **per,
        }
