"""The way from the bedside to the system: one fault after another over a stream of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from simulators.faults.ledger import Ledger
from simulators.faults.record import Record
from simulators.faults.registry import FAULTS
from simulators.faults.spec import parse

Line = tuple[int, bytes]
"""`known` (ms) and the line, with or without its line end."""


def apply(records: Iterable[Line], spec: str | Mapping[str, float], seed: int, ledger: Ledger | None = None) -> Iterator[Line]:
    """The feed as it arrives: records in order of `known`, altered by the faults of `spec`. Raises FaultsError for a wrong `spec`.

    `records`: (`known` in ms, line) in order of `known`. `spec`: as `--faults` takes it (see `parse`), or rates by name. `seed`: the same seed and
    records give the same bytes, and each fault draws apart from the others. `ledger`: is told of every record altered or lost; a record it is not
    told of leaves with the very bytes it came with. Memory grows with what is on its way (a delay, an outage), never with the feed. Ticks for all,
    and lines that name no patient or id, pass untouched.
    """
    rates = parse(spec) if isinstance(spec, str) else spec
    book = Ledger() if ledger is None else ledger
    return told(chain(records, rates, seed, book), book)


def chain(records: Iterable[Line], rates: Mapping[str, float], seed: int, ledger: Ledger) -> Iterator[Record]:
    """The stages of the faults that strike at all, one after another."""
    feed: Iterator[Record] = (Record(known, line) for known, line in records)
    for name, rate in rates.items():
        feed = FAULTS[name].stage(feed, rate, seed, ledger) if rate else feed
    return feed


def told(feed: Iterable[Record], ledger: Ledger) -> Iterator[Line]:
    """The records as lines; the ledger is told of those that are not as they came."""
    for record in feed:
        if record.marks:
            ledger.came(record)
        yield record.known, record.line
