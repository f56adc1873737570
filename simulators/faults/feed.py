"""Read `--faults` and apply the faults, one after another, to a stream of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.wire.did_you_mean import did_you_mean
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord
from simulators.faults.registry import FAULTS

SETS: Mapping[str, Mapping[str, float]] = {
    "all": {name: fault.rate for name, fault in FAULTS.items()},
    "usual": {name: fault.usual for name, fault in FAULTS.items() if fault.usual},
    "none": {},
}


class FaultsError(ValueError):
    """A specification of faults that cannot be used.

    Its text says what is wrong and what could be written instead.
    """


def parse(spec: str) -> dict[str, float]:
    """Return the rate of each fault asked for, in the order in which they strike.

    `spec`: parts separated by commas, later ones taking precedence: a set (`all`, `usual`, `none`), a fault
    at its documented rate (`drop`), or at another (`drop=0.05`). A rate is a share of records, or how often
    an hour; 0 leaves the fault out.

    Raises FaultsError.
    """
    rates: dict[str, float] = {}
    for part in filter(None, map(str.strip, spec.split(","))):
        rates |= SETS[part] if part in SETS else dict([one(part)])
    return {name: rates[name] for name in FAULTS if rates.get(name)}


def one(part: str) -> tuple[str, float]:
    """Return a fault and its rate. Raises FaultsError."""
    name, equals, rate = part.partition("=")
    if name not in FAULTS:
        known = [*FAULTS, *SETS]
        hint = did_you_mean(name, known, f"there are {', '.join(known)}", quoted=True)
        raise FaultsError(f"no fault {name!r}; {hint}")
    return name, number(name, rate) if equals else FAULTS[name].rate


def number(name: str, text: str) -> float:
    """Return a rate in range. Raises FaultsError."""
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    most = FAULTS[name].most
    if not 0 <= rate <= most:
        raise FaultsError(
            f"{name}={text}: a rate is a number from 0 to {most:g} ({FAULTS[name].of}), like "
            f"{name}={FAULTS[name].rate:g}"
        )
    return rate


Line = tuple[int, bytes]
"""`known` (ms) and the line, with or without its line end."""


def apply(
    records: Iterable[Line], spec: str | Mapping[str, float], seed: int, fault_log: FaultLog | None = None
) -> Iterator[Line]:
    """Return the feed as it arrives: records in order of `known`, altered by the faults of `spec`.

    `records`: (`known` in ms, line) in order of `known`. `spec`: as `--faults` takes it (see `parse`), or
    rates by name. `seed`: the same seed and records give the same bytes, and each fault draws independently
    of the others. `fault_log`: gets every record that is altered or lost; a record that is not logged leaves
    with exactly the bytes it came with. Memory grows with what is in flight (a delay, an outage), never with
    the feed. Ticks for all, and lines that name no patient or id, pass unaltered.

    Raises FaultsError for a wrong `spec`.
    """
    rates = parse(spec) if isinstance(spec, str) else spec
    log = FaultLog() if fault_log is None else fault_log
    return written_lines(chain(records, rates, seed, log), log)


def chain(
    records: Iterable[Line], rates: Mapping[str, float], seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Return the feed through the stages of the faults whose rate is not 0, one after another."""
    feed: Iterator[FeedRecord] = (FeedRecord(known, line) for known, line in records)
    for name, rate in rates.items():
        feed = FAULTS[name].stage(feed, rate, seed, fault_log) if rate else feed
    return feed


def written_lines(feed: Iterable[FeedRecord], fault_log: FaultLog) -> Iterator[Line]:
    """Yield the records as lines; enter the altered ones in the fault log."""
    for record in feed:
        if record.marks:
            fault_log.came(record)
        yield record.known, record.line
