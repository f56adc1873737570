"""Faults of the feed: what goes wrong between a bedside and the system that watches it.

Composable, seeded, streaming, and all accounted for.

`apply(records, spec, seed, ledger)` is the door; `parse` reads `--faults`; `Ledger` is told of every record
altered, lost or to be refused. One fault a file; `registry.FAULTS` holds each with its documented rate.
"""

from simulators.faults.fault_log import FaultLog
from simulators.faults.feed import FaultsError, apply, parse
from simulators.faults.registry import FAULTS

__all__ = ["FAULTS", "FaultLog", "FaultsError", "apply", "parse"]
