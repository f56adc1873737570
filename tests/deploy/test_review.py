"""The dashboard *Alert rates* and `il2watch review` agree: over an hour replayed under a real Prometheus the
differences of the counters' raw samples, a restart counted, are the review's numbers.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from prometheus_client.samples import Sample

from rules.wire.instants import HOUR, SECOND, parse, text
from rules.wire.pages import Audit
from streams.cli import main
from streams.pager.policy.state import ReceivedAlert
from streams.pager.service import metric_updates, metrics
from tests.deploy.places import DEPLOY
from tests.deploy.servers import Prometheus, program, prometheus, run
from tests.streams.review.month import PAGING, Month, month, save

pytestmark = [pytest.mark.prometheus, pytest.mark.slow]
STEP = 15 * SECOND
RESTART = 31 * 60 * SECOND
JOB = 'job="il2-pager",instance="pager-1"'
STARTED = "il2_process_start_time_seconds"
COUNTERS = (
    metrics.ALERTS, metrics.PENDING, metrics.HELD_BACK, metrics.ESCALATIONS, metrics.ACKNOWLEDGEMENTS,
    metrics.ACKNOWLEDGE,
)  # fmt: skip


class Hour(NamedTuple):
    """The hour with the most pages and answers, [start, end) in ms; what a Prometheus that scraped it has."""

    start: int
    end: int
    records: Path
    server: Prometheus


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hour]:
    program("prometheus")
    folder = tmp_path_factory.mktemp("hour")
    found = month(folder, weeks=1, days=3)
    start = busiest(found)
    (folder / "hour.om").write_text("".join(exposition(found, start, start + HOUR)) + "# EOF\n")
    run(
        "promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(folder / "hour.om"),
        str(folder / "data"),
    )  # fmt: skip
    with prometheus(folder, "global: {}\n") as server:
        yield Hour(start, start + HOUR, save(found, folder / "records"), server)


def busiest(found: Month) -> int:
    """When the hour begins in which the most was paged and acknowledged: the least of the two counts."""
    requested = (one for one in found.audits if one.outcome == "owed" and one.action == "trigger")
    paged = Counter(one.when // HOUR for one in requested)
    answered = Counter(one.when // HOUR for one in found.audits if one.outcome == "acknowledged")
    return max(paged, key=lambda hour: (min(paged[hour], answered[hour]), paged[hour])) * HOUR


def exposition(found: Month, start: int, end: int) -> Iterator[str]:
    """What is scraped each 15 s, from before the hour to its end, of a pager that starts anew within it."""
    happened: list[tuple[int, Audit | ReceivedAlert]] = [
        *((one.when, one) for one in found.audits),
        *((one.decided, one) for one in found.received),
    ]
    happened.sort(key=lambda one: one[0])
    started, place = 0, 0
    anew()
    for at in range(start, end + 1, STEP):
        while place < len(happened) and happened[place][0] < at:
            count(happened[place][1])
            place += 1
        yield f"{STARTED}{{{JOB}}} {started / 1000} {at / 1000}\n"
        yield from (line(sample, at) for metric in COUNTERS for sample in samples(metric))
        if at == start + RESTART:
            started = at
            anew()
    anew()


def anew() -> None:
    """The counters of a process that has just started."""
    for metric in COUNTERS:
        metric.clear()


def count(one: Audit | ReceivedAlert) -> None:
    """Counts as the pager does."""
    if isinstance(one, Audit):
        metric_updates.count_audit(one)
    else:
        metric_updates.alert(one, PAGING.unit_of(one.transition.patient))


def samples(metric: Any) -> Iterator[Sample]:
    for family in metric.collect():
        yield from (one for one in family.samples if one.name.endswith(("_total", "_count")))


def line(sample: Sample, at: int) -> str:
    labels = ",".join(f"{key}={json.dumps(value)}" for key, value in sample.labels.items())
    return f"{sample.name}{{{labels},{JOB}}} {sample.value!r} {at / 1000}\n"


def increases(hour: Hour, name: str, by: str, **wanted: tuple[str, ...]) -> dict[str, float]:
    """By a label how much a counter rose: over the raw samples, from 0 again where the process began anew."""
    begun = {at: value for one in raw(hour, STARTED) for at, value in one["values"]}
    found: dict[str, float] = {}
    for series in raw(hour, name):
        if all(series["metric"].get(label) in values for label, values in wanted.items()):
            rose = risen(series["values"], begun)
            label = series["metric"].get(by, "")
            found[label] = found.get(label, 0.0) + rose
    return {label: rose for label, rose in found.items() if rose}


def raw(hour: Hour, name: str) -> list[dict[str, Any]]:
    found = hour.server.at(f"{name}[{(hour.end - hour.start) // SECOND + 1}s]", hour.end / 1000)
    return [one for one in found if one["values"]]


def risen(values: list[tuple[float, str]], begun: dict[float, str]) -> float:
    """Each sample's rise over the one before of the same process; the first of another rose from 0."""
    total, before = 0.0, dict.fromkeys(begun.values(), 0.0)
    first = min(begun)
    for at, value in values:
        if at == first:
            before[begun[at]] = float(value)
        total += float(value) - before[begun[at]]
        before[begun[at]] = float(value)
    return total


@pytest.fixture(scope="module")
def reviewed(hour: Hour, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], float]:
    folder = tmp_path_factory.mktemp("review")
    span = ["--from", text(hour.start), "--to", text(hour.end)]
    assert main.main(["review", "--records", str(hour.records), *span, "-o", str(folder)]) == 0
    with (folder / "review.csv").open(newline="") as file:
        return {
            (one["table"], one["row"], one["measure"]): float(one["now"])
            for one in csv.DictReader(file)
            if one["now"]
        }


EMITTED = {"transition": ("opened", "worsened")}
SHARED = {
    "alarms by level": ("level", "alarms", "il2_pager_alerts_total", "level", EMITTED),
    "alarms by subject": ("subject", "alarms", "il2_pager_alerts_total", "subject", EMITTED),
    "alarms by organ system": ("organ system", "number", "il2_pager_alerts_total", "system", EMITTED),
    "transitions": ("transition", "number", "il2_pager_alerts_total", "transition", {}),
    "pages enqueued": ("enqueued", "number", "il2_pages_enqueued_total", "action", {}),
    "pages by level": ("level", "pages", "il2_pages_enqueued_total", "level", {"action": ("trigger",)}),
    "held back": ("held back", "number", "il2_pages_held_total", "reason", {}),
    "escalations": ("escalated because", "number", "il2_escalations_total", "cause", {}),
    "acknowledgements": ("acknowledged", "number", "il2_acknowledgements_total", "level", {}),
    "actionable": ("actionable", "number", "il2_acknowledgements_total", "actionable", {}),
    "times to acknowledge": (
        "time to acknowledge, by level", "acknowledged", "il2_acknowledge_seconds_count", "level", {},
    ),
}  # fmt: skip
"""A number of both: the review's table and measure; the counter, its label, and which of its series."""


def test_the_counters_are_those_that_the_dashboard_asks_for() -> None:
    board = (DEPLOY / "grafana/dashboards/alert-rates.json").read_text(encoding="utf-8")
    assert {one[2] for one in SHARED.values() if one[2].removesuffix("_count") not in board} == set()


@pytest.mark.parametrize("what", list(SHARED))
def test_dashboard_and_review_agree(
    what: str, hour: Hour, reviewed: dict[tuple[str, str, str], float]
) -> None:
    table, measure, counter, label, wanted = SHARED[what]
    rose = increases(hour, counter, label, **wanted)
    found = {
        ("" if row == "none" else row): value
        for (name, row, measured), value in reviewed.items()
        if (name, measured) == (table, measure) and value
    }
    assert rose == found
    assert found or what in ("held back", "escalations"), "the hour was chosen for having some"


def test_the_process_did_start_anew_within_the_hour_and_counted_on_both_sides(hour: Hour) -> None:
    begun = [value for one in raw(hour, STARTED) for _, value in one["values"]]
    assert len(set(begun)) == 2
    before, after = begun.count(begun[0]), begun.count(begun[-1])
    assert min(before, after) > 50
    assert parse(text(hour.start)) == hour.start
