"""Prints each figure on a line of its own.

Seconds are of the processor, so that a busy machine does not count.
"""

from __future__ import annotations

import cProfile
import functools
import pstats
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rules.decide.assessment import assess
from rules.decide.codec import decode as read_state
from rules.decide.codec import encode
from rules.decide.engine import advance, fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from rules.wire.events import Event
from tests.bench import wards
from tests.bench.records import Naming, short_ids, uuids

T = TypeVar("T")
SHOWN, TURNS = 8, 5
ROOT = Path(__file__).parents[2]
WEEKS: tuple[tuple[str, int, int], ...] = (("hourly vitals", 60, 12_000), ("vitals each minute", 1, 40_000))
IDS: tuple[tuple[str, Callable[[], Naming]], ...] = (
    ("short ids", short_ids),
    ("uuid4 ids", lambda: uuids(1)),
)


def main() -> None:
    """The whole benchmark."""
    print(f"A ward of {wards.PATIENTS} under monitors: {wards.HOURS} h, vitals of six readings each minute")
    watched = ward(wards.monitored())
    print(f"\nA ward of {wards.PATIENTS} charted by hand: the worked course of three days")
    ward(wards.by_hand())
    print(f"\nState of one patient after {wards.DAYS} days, everything charted, limits of the specification")
    for words, minutes, limit in WEEKS:
        for ids, naming in IDS:
            state(f"{words}, {ids}", wards.week(minutes, naming()), limit)
    print("\nPacks beside the deciding one: time an event and bytes of state, each as a share of its own")
    overlays("ward under monitors", watched)
    overlays("worked course, by hand", decoded(wards.by_hand()))
    print("\nWhere the fold's time goes (ward under monitors, own time, the profiler's own cost included)")
    profile(watched)


def ward(lines: list[bytes]) -> list[Event]:
    """Decodes and folds; events/s of each and both, and the time of an assessment."""
    log, decoding = timed(lambda: decoded(lines))
    outcome, folding = timed(lambda: fold(log, GUIDELINE))
    _, assessing = timed(lambda: [assess(patient) for patient in outcome.patients.values()])
    print(f"  {len(log):,} events, {len(outcome.alerts):,} transitions")
    print(f"  fold alone       {len(log) / folding:>9,.0f} events/s")
    print(
        f"  with decoding    {len(log) / (decoding + folding):>9,.0f} events/s (decoding alone "
        f"{len(log) / decoding:,.0f})"
    )
    print(f"  assess           {assessing / len(outcome.patients) * 1000:>9.2f} ms a patient")
    return log


def state(words: str, lines: list[bytes], limit: int) -> None:
    """Bytes against the limit; time to write it whole, to write it again after one more record, and to read
    it back.
    """
    *course, last = decoded(lines)
    patient = fold(course, GUIDELINE).patients["p"]
    _, whole = timed(lambda: encode(patient))
    advance(patient, last, GUIDELINE)
    data, again = timed(lambda: encode(patient))
    _, reading = timed(lambda: read_state(data, GUIDELINE))
    verdict = "within" if len(data) <= limit else "OVER"
    took = (
        f"written in {whole * 1000:.1f} ms, after one more record in {again * 1000:.1f}, read in "
        f"{reading * 1000:.1f}"
    )
    print(f"  {words:<30}{len(data):>7,} bytes, {verdict:>6} {limit:,}; {took}")


def overlays(words: str, log: list[Event]) -> None:
    """The time and the state that each pack costs beside the deciding one; the best of some turns each.

    At most half of the time and a fifth of the state is the aim.
    """
    decides, *others = PACKS
    packs = {
        key: with_packs(GUIDELINE, PACKS[decides], tuple(PACKS[one] for one in beside))
        for key, beside in {decides: (), **{one: (one,) for one in others}}.items()
    }
    took = dict.fromkeys(packs, float("inf"))
    size = dict.fromkeys(packs, 0)
    for _ in range(TURNS):
        for key, guideline in packs.items():
            outcome, seconds = timed(functools.partial(fold, log, guideline))
            took[key] = min(took[key], seconds)
            size[key] = sum(len(encode(patient)) for patient in outcome.patients.values())
    print(f"  {words}, {decides} alone: {took[decides] / len(log) * 1e6:.0f} us, {size[decides]:,} bytes")
    for key in others:
        time_share, state_share = took[key] / took[decides] - 1, size[key] / size[decides] - 1
        print(f"  {key:<30}{time_share:>7.2f} of the time, {state_share:.2f} of the state")


def profile(log: list[Event]) -> None:
    """The functions with the most time of their own."""
    profiler = cProfile.Profile()
    profiler.runcall(fold, log, GUIDELINE)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # typeshed does not know it
    total = sum(own for _, _, own, _, _ in stats.values())
    for (file, line, name), (_, calls, own, _, _) in sorted(stats.items(), key=lambda item: -item[1][2])[
        :SHOWN
    ]:
        where = (
            f"{Path(file).relative_to(ROOT)}:{line} {name}"
            if file.startswith(str(ROOT)) and ".venv" not in file
            else name
        )
        print(f"  {own / total:>6.1%} {calls:>10,} calls  {where}")


def decoded(lines: list[bytes]) -> list[Event]:
    return [event for line in lines if (event := decode(line)[0]) is not None]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and its processor seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


if __name__ == "__main__":
    main()
