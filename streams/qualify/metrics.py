"""Write the result of a qualification as metrics, for node_exporter's textfile collector.

They are no metrics of a service: a qualification ends, and its result stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from streams.qualify.report import Report, Result

REGISTRY = CollectorRegistry()
ENDED = Gauge(
    "il2_qualification_timestamp_seconds", "When the last qualification ended; Unix time.", registry=REGISTRY
)
STEPS = Gauge(
    "il2_qualification_steps", "Steps of the last qualification, by result.", ("result",), registry=REGISTRY
)


def write(report: Report, path: Path, ended: float) -> None:
    """Write the file, whole or not at all. `ended`: Unix time, s."""
    ENDED.set(ended)
    for result in get_args(Result):
        STEPS.labels(result).set(sum(step.result == result for step in report.steps))
    write_to_textfile(str(path), REGISTRY)
