"""Write docs/reference/performance.md from a sitting: `python -m tests.bench.edge.page [--sitting ID]`.

The sitting's points are kept beside the page, so that the page can be made again from them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.edge import tables
from tests.bench.edge.contenders import WORKER
from tests.bench.edge.plots import draw
from tests.bench.edge.sitting import FOLDER, Point, Sitting, sittings
from tests.bench.pipeline.contest import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"
KEPT = PAGE.with_suffix("") / "points.jsonl"
HOW = """\
## How it is measured

A broker of its own (Apache Kafka, one node, warm: one for the whole sitting), one contender at a time, a generator, and the reader of alerts, all on one machine and on loopback. Each point
has new topics of 12 partitions. First the past is read (minute vitals, six readings each; the plain agent and Quix Streams are given the states that this past leaves, so that nobody waits an hour for
them); then records come at a steady rate, the patients in turn. A record that trips is a finding that Table 3 opens or resolves at once: each makes one alert.

- **Latency** runs from the instant at which the record was *due* to be sent to the alert read by another process. A generator or broker that is late counts. The first seconds at each rate are
  sent and not timed; their alerts must come, too.
- **Every alert due must come**: they are counted, the missing named. An alert that opens and ends while both of its records wait behind a tick of the clock is decided in one instant and is none; such
  pairs are missing all the same, and told apart.
- **held**: all came, p99 at most 250 ms, and it does not fall behind. **falls behind**: alerts come later by more than 50 ms with every second of sending, or the last do not come at all.
- **Processor** is that of the contender's process alone, all its threads (of Java: with its compiler and collector). *others' cores* is what everything else on the machine took meanwhile, but for
  broker, generator and reader: with more than a few tenths, latency is the machine's and not the contender's, and only processor time and ratios of one sitting can be compared.
- The plain agent and Quix Streams run the same engine, a record at a time, with the patient's state as bytes in their table, and decide each record at once. Kafka Streams (Java, one thread, state store with
  changelog; `tests/bench/kafka-streams`) has three rows of Table 3 and no time: it is the price of the platform, not of the guideline. aiokafka without state is the floor.
- **Recovery**: kill -9 and at once the same command again; 20 records/s meanwhile, each the first of its patient and each tripping. *then*: those due once it was at work.
- **Memory** is the resident size of the process while every patient gets a record each period; of a patient: the difference between the most and the fewest patients.

`make bench-edge` measures all of it in two hours and writes this page; `make bench-edge FORM=--quick` in 12 minutes, with few and short points. A run that was ended goes on where it stood.
"""


def page(points: Sequence[Point], drawn: Sequence[str]) -> str:
    """Return the page of a sitting; `drawn`: the plots there are."""
    head, ended = points[0], next((one for one in points if "ended" in one), None)
    workers = [WORKER, *head["beside"]]
    parts = [
        f"# Performance at the live edge\n\nWritten by `make bench-edge` from one sitting; nothing here is written by hand.\n\n{where(points)}",
        "## Aims\n\n" + tables.aims(points, workers),
        *(
            part(f"Highest rate held: {words}", "", tables.held(points, every, WORKER), "", drawn)
            for every, words in EVERY
            if has(points, "rate", every)
        ),
        *(
            part(
                f"Rate: {words}",
                ward(points, "rate"),
                tables.rates(points, every),
                f"rate-{every}",
                drawn,
            )
            for every, words in EVERY
            if has(points, "rate", every)
        ),
        *(
            part(title, about, tables.sweep(points, name, columns), name, drawn)
            for name, title, about, columns in SWEEPS
            if has(points, name)
        ),
        HOW.rstrip(),
    ]
    left = "\n".join(f"- {what}" for what in (ended or {}).get("left_out", ()))
    return "\n\n".join([*parts, *(["Left out, since the time was over:", left] if left else [])]) + "\n"


EVERY = ((10, "one record in ten trips"), (1, "every record trips"))
SWEEPS: tuple[tuple[str, str, str, Sequence[tables.Column]], ...] = (
    ("history", "History", "200 patients, 200 records/s, one in ten trips.", (tables.CONTENDER, ("hours", tables.number("hours")), *tables.LIVE)),
    ("patients", "Patients", "1 h of history, 1,000 records/s, one in ten trips.", (tables.CONTENDER, tables.PATIENTS, *tables.LIVE)),
    ("memory", "Memory", "8 h of history, each patient a record each period.", (tables.CONTENDER, tables.PATIENTS, tables.RATE, tables.COST[0], tables.COST[2], *tables.ALERTS)),
    ("recovery", "Recovery after kill -9", "1 h of history.", tables.KILLED),
    ("fold", "The fold alone, with decoding", "A process without Kafka, patients' records in turn; processor time.", tables.FOLD),
    ("backlog", "A backlog", "One topic, read from its beginning with `--clock log`; see `make bench-pipeline` for the others.", tables.BACKLOG),
)  # fmt: skip


def has(points: Sequence[Point], sweep: str, every: int | None = None) -> bool:
    return any(one.get("sweep") == sweep and every in (None, one.get("every")) for one in points)


def ward(points: Sequence[Point], sweep: str) -> str:
    """Return whose records come in a sweep."""
    first = next((one for one in points if one.get("sweep") == sweep and "hours" in one), None)
    if first is None:
        return ""
    return f"{first['patients']:,} patients with {first['hours']} h of minute vitals."


def part(title: str, about: str, table: str, plot: str, drawn: Sequence[str]) -> str:
    """Return a section: its table, and its plot where there is one."""
    picture = f"![{title}]({KEPT.parent.name}/{plot}.svg)" if plot in drawn else ""
    return "\n\n".join(filter(None, (f"## {title}", about, picture, table)))


def where(points: Sequence[Point]) -> str:
    """Return on what, when, of which commits and under what load it was measured."""
    head = points[0]
    machine, loads = head["machine"], [one["load_before"] for one in points if "load_before" in one]
    beside = "".join(f"; {name}: commit {commit}" for name, commit in head["beside"].items())
    load = f"load when a point began {min(loads):.1f} to {max(loads):.1f}" if loads else "no point"
    return (
        f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}; "
        f"begun {head['begun']}, form {head['form']}, {head['seconds']:g} s a point; commit {head['commit']}{beside}; {load}. Sitting {head['sitting']}."
        f"{busy(points)}"
    )


BUSY = 0.3
"""Cores that others take, above which latencies are not the contender's own."""


def busy(points: Sequence[Point]) -> str:
    """Return a warning where all else on the machine took more than a little of it during half of the points."""
    taken = sorted(one["processor_s"]["others"] / one["wall_s"] for one in points if "wall_s" in one)
    if not taken or taken[len(taken) // 2] <= BUSY:
        return ""
    return (
        f"\n\n**The machine was busy**: all else on it took {taken[len(taken) // 2]:.1f} cores during half of the points. The latencies and the "
        "rates held are the machine's; compare processor time and ratios alone, and measure again on a quiet one."
    )


def write(path: Path) -> None:
    """Keep a sitting's points beside the page, draw its plots, and write the page."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    if path != KEPT:
        shutil.copyfile(path, KEPT)
    points = list(Sitting(path))
    PAGE.write_text(page(points, draw(points, KEPT.parent)), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: written from {path.stem}")


def main() -> int:
    """Write the page of the sitting named, else of the last one, else of the points that are kept."""
    parser = argparse.ArgumentParser(prog="bench-edge-page")
    parser.add_argument("--sitting", help="default: the last one")
    name = parser.parse_args().sitting
    write(FOLDER / f"{name}.jsonl" if name else next(iter(sittings()), KEPT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
