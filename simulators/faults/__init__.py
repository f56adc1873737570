"""Simulate the faults of a feed between the bedside and the monitor: composable, seeded, streaming, all of
them logged.

`apply(records, spec, seed, fault_log)` is the entry point; `parse` reads `--faults`; `FaultLog` records every
record that is altered, lost or to be refused. One fault a file; `registry.FAULTS` holds each with its
documented rate.
"""

from simulators.faults.fault_log import FaultLog
from simulators.faults.feed import FaultsError, apply, parse
from simulators.faults.registry import FAULTS

__all__ = ["FAULTS", "FaultLog", "FaultsError", "apply", "parse"]
