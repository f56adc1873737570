"""Sustained and confirmed conditions are those of criteria.md 3.1, read by a second reader: in any order of
arrival, over a day, with gaps, ties and corrections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from random import Random
from typing import NamedTuple

import pytest

from rules.chart.course import Mode
from rules.chart.dirty_flags import HEART_RATE, SPO2, SYSTOLIC
from rules.chart.oxygen import VitalsRow
from rules.chart.vital_sign_limits import setting_for
from rules.chart.vitals import Signals, Tail
from rules.evaluate.rows.oxygen import by_saturation
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.instants import HOUR, MINUTE

SETTING = setting_for({"systolic-bp": 130, "spo2": 98}, SCHWARTZENTRUBER_2001)
Met = Callable[[float], bool]


class Read(NamedTuple):
    at: int
    value: float


def sustained(reads: Sequence[Read], i: int, met: Met, span: int, interval: int) -> bool:
    """criteria.md 3.1, word by word, at reading i."""
    if not met(reads[i].value):
        return False
    before = [j for j in range(i) if reads[j].at <= reads[i].at - span and met(reads[j].value)]
    if not before:
        return False
    run = reads[before[-1] : i + 1]
    if any(b.at - a.at > 1.25 * interval for a, b in pairwise(run)):
        return False
    return sum(met(read.value) for read in run) >= 0.8 * len(run)


def confirmed(reads: Sequence[Read], i: int, met: Met) -> bool:
    at = reads[i].at
    others = [j for j, read in enumerate(reads) if j != i and at - 5 * MINUTE < read.at <= at]
    return met(reads[i].value) and (not others or (i > 0 and met(reads[i - 1].value)))


def latched(reads: Sequence[Read], trips: Met, clears: Met, span: int, interval: int) -> bool:
    """Whether a sustained condition holds after the last reading."""
    on = False
    for i in range(len(reads)):
        if not on:
            on = sustained(reads, i, trips, span, interval)
        elif sustained(reads, i, clears, span, interval) or sustained(
            reads, i, lambda value: not trips(value), 2 * HOUR, interval
        ):
            on = False
    return on


def hypotension(reads: Sequence[Read], interval: int) -> str:
    """criteria.md 5: with the target of 90."""
    low, severe, off = (lambda v: v <= 90), (lambda v: v <= 80), (lambda v: v > 80)
    state = "clear"
    for i in range(len(reads)):
        if state != "clear" and (
            sustained(reads, i, lambda v: v > 95, 5 * MINUTE, interval)
            or sustained(reads, i, lambda v: v > 90, 2 * HOUR, interval)
        ):
            state = "clear"
        elif state != "absolute" and confirmed(reads, i, severe):
            state = "absolute"
        else:
            towards = {"absolute": off, "clear": low}.get(state)
            if towards is not None and sustained(reads, i, towards, 5 * MINUTE, interval):
                state = "relative"
    return state


def systolic(rows: Sequence[VitalsRow]) -> list[Read]:
    """criteria.md 5: a mean with no systolic at its `at` or in the 5 min before it stands in for one."""
    at = [row.at for row in rows if row.sbp is not None]
    reads = []
    for row in rows:
        if row.sbp is not None:
            reads.append(Read(row.at, row.sbp))
        elif row.mbp is not None and not any(row.at - 5 * MINUTE < one <= row.at for one in at):
            reads.append(Read(row.at, 80 if row.mbp < 55 else 90 if row.mbp < 60 else 96))
    return reads


def saturation(rows: Sequence[VitalsRow], interval: int) -> str:
    """criteria.md 3.1, by saturation, where oxygen is given by cannula alone."""
    flow, reads, high = 0.0, [], []
    for at, group in groupby(rows, key=lambda row: row.at):
        same = list(group)
        flow = next((row.flow for row in reversed(same) if row.flow is not None), flow)
        reads += [Read(at, row.spo2) for row in same if row.spo2 is not None]
        high += [flow >= 4 for row in same if row.spo2 is not None]
    low = severe = on_high = False
    for i in range(len(reads)):
        if severe:
            severe = not sustained(reads, i, lambda v: v >= 90, 5 * MINUTE, interval)
        else:
            severe = confirmed(reads, i, lambda v: v < 90)
        low = latched(reads[: i + 1], below, lambda v: v >= 95, 5 * MINUTE, interval)
        on_high = low and (on_high or ran_on(reads, high, i, interval))
    return "absolute" if severe or on_high else "relative" if low else "clear"


def below(value: float) -> bool:
    return value < 95


def ran_on(reads: Sequence[Read], high: Sequence[bool], i: int, interval: int) -> bool:
    """Whether a sustained low saturation had 4 L/min in force at each low reading of its run."""
    if not sustained(reads, i, below, 5 * MINUTE, interval):
        return False
    met = [j for j in range(i) if reads[j].at <= reads[i].at - 5 * MINUTE and below(reads[j].value)]
    return all(high[j] for j in range(met[-1], i + 1) if below(reads[j].value))


def states_of(signals: Signals) -> dict[str, object]:
    sbp = signals.sbp
    return {
        "120": signals.hr.fast.on,
        "130": signals.hr.very_fast.on,
        "150": signals.hr.unexcused.on,
        "slow": signals.hr.slow.on,
        "pressure": "absolute" if sbp.severe.on else "relative" if sbp.low.on else "clear",
        "saturation": by_saturation(signals.spo2),
    }


def expected(rows: Sequence[VitalsRow], interval: int) -> dict[str, object]:
    hr = [Read(row.at, row.hr) for row in rows if row.hr is not None]
    half = 30 * MINUTE
    return {
        "120": latched(hr, lambda v: v >= 120, lambda v: v < 115, half, interval),
        "130": latched(hr, lambda v: v > 130, lambda v: v < 125, half, interval),
        "150": latched(hr, lambda v: v > 150, lambda v: v <= 150, half, interval),
        "slow": latched(hr, lambda v: v < 50, lambda v: v >= 55, half, interval),
        "pressure": hypotension(systolic(rows), interval),
        "saturation": saturation(rows, interval),
    }


PACES = (1, 1, 1, 2, 5, 10, 15, 30, 60, 75, 76)


def drawn(random: Random, hours: int) -> list[VitalsRow]:
    """Readings about the limits, now by the minute, now by the hour."""
    rows, minute, pace, n = [], 0, 1, 0
    hr, sbp, spo2 = 120.0, 90.0, 95.0
    while minute < hours * 60:
        if random.random() < 0.05:
            pace = random.choice(PACES)
            hr, sbp = random.choice((48, 60, 118, 128, 140, 152)), random.choice((79, 88, 93, 99))
            spo2 = random.choice((89, 93, 95))
        at = minute * MINUTE
        rows.append(
            VitalsRow(
                at,
                at,
                n,
                f"v{n}",
                at,
                1,
                -1,
                hr=hr + random.randint(-6, 6) if random.random() < 0.9 else None,
                sbp=sbp + random.randint(-4, 4) if random.random() < 0.8 else None,
                mbp=random.choice((53, 57, 62)) if random.random() < 0.4 else None,
                spo2=spo2 + random.randint(-2, 3) if random.random() < 0.9 else None,
                flow=random.choice((0.0, 2.0, 4.0)) if random.random() < 0.05 else None,
            )
        )
        minute, n = minute + (0 if random.random() < 0.02 else pace), n + 1
    return rows


def tail() -> Tail:
    return Tail(SETTING, Mode([(0, 1 << 60)]))


@pytest.mark.parametrize("seed", range(12))
def test_conditions_are_those_of_the_text_after_each_reading(seed: int) -> None:
    """criteria.md 3.1: sustained, cleared, confirmed."""
    rows, kept = drawn(Random(seed), 14), tail()
    for i, row in enumerate(rows):
        kept.add(row)
        last = i + 1 == len(rows) or rows[i + 1].at > row.at
        if last and i % 7 == seed % 7:
            assert states_of(kept.now) == expected(rows[: i + 1], HOUR), i


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_arrival_does_not_matter(seed: int) -> None:
    """criteria.md 1: worked out over the facts known at the clock in order of `at`; up to 8 h behind it."""
    random = Random(seed)
    rows, kept = drawn(random, 20), tail()
    late = {row.id: random.randint(0, 90) * MINUTE for row in rows if random.random() < 0.1}
    for row in sorted(rows, key=lambda row: (row.at + late.get(row.id, 0), row.n)):
        kept.add(row)
    assert states_of(kept.now) == expected(rows, HOUR)


@pytest.mark.parametrize("seed", range(12))
def test_a_withdrawn_reading_is_as_if_it_had_never_been(seed: int) -> None:
    """criteria.md 1: as if its old value had never been recorded, for sustained conditions too."""
    random = Random(seed)
    rows, kept = drawn(random, 16), tail()
    for row in rows:
        kept.add(row)
    gone = {row.id for row in kept.rows if row.at > rows[-1].at - 8 * HOUR and random.random() < 0.2}
    for id in gone:
        kept.remove(id)
    assert states_of(kept.now) == expected([row for row in rows if row.id not in gone], HOUR)


SAFE = {"hr": 90, "sbp": 120, "spo2": 97}


@pytest.mark.parametrize(
    ("sign", "past", "flag"), [("hr", 136, HEART_RATE), ("sbp", 88, SYSTOLIC), ("spo2", 93, SPO2)]
)
def test_a_reading_behind_one_that_came_too_late_to_count_is_decided(sign: str, past: int, flag: int) -> None:
    """criteria.md 1 and 3.1: what asks to be repeated is the latest that counts, until another that counts."""
    kept = tail()
    for n, (hour, known, value) in enumerate([(1, 1, past), (2, 5, SAFE[sign]), (6, 6, SAFE[sign])]):
        dirty = kept.add(
            VitalsRow(hour * HOUR, known * HOUR, n, f"v{n}", known * HOUR, 1, -1, **{sign: value})
        )
    assert dirty & flag
