"""Health over HTTP: 200 when well, 503 with one line when not; metrics in Prometheus' format, without a
patient in them.
"""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from streams.errors import UsageError
from streams.kafka.ports import free
from streams.service import metrics, process


def asked(path: str, healthy: str | None = None, ready: str | None = None) -> tuple[int, str]:
    async def ask() -> tuple[int, str]:
        port = free(1)[0]
        runner = await process.serve(process.health_pages(lambda: healthy, lambda: ready), "127.0.0.1", port)
        try:
            async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, await answer.text()
        finally:
            await runner.cleanup()

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("path", "healthy", "ready", "status", "says"),
    [
        ("/-/healthy", None, "recovering", 200, "ok"),
        ("/-/ready", None, "recovering", 503, "recovering"),
        ("/-/ready", None, None, 200, "ok"),
        ("/-/healthy", "no progress", None, 503, "no progress"),
    ],
)
def test_health_answers_with_its_reason(
    path: str, healthy: str | None, ready: str | None, status: int, says: str
) -> None:
    assert asked(path, healthy, ready) == (status, f"{says}\n")


def test_metrics_are_served_with_help() -> None:
    metrics.EVENTS.labels("vitals", "used").inc()
    status, text = asked("/metrics")
    assert status == 200
    assert "# HELP il2_events_total " in text
    assert 'il2_events_total{outcome="used",type="vitals"}' in text


def test_every_metric_has_the_prefix_and_no_label_names_a_patient() -> None:
    for family in metrics.REGISTRY.collect():
        assert family.name.startswith("il2_")
        assert family.documentation
        for sample in family.samples:
            assert "patient" not in sample.labels


def test_label_sets_of_partitions_that_went_elsewhere_disappear() -> None:
    for partition in ("71", "72"):
        metrics.PATIENTS.labels(partition).set(3)
        metrics.ACTIVE.labels(partition, "absolute").set(1)
        metrics.LAG.labels("il2.vitals", partition).set(1)
    metrics.forget([71])
    text = metrics.text().decode()
    assert 'partition="71"' not in text
    assert text.count('partition="72"') == 3
    metrics.forget([72])


def test_a_port_that_is_taken_is_a_users_error_with_the_remedy() -> None:
    async def twice() -> None:
        port = free(1)[0]
        first = await process.serve(process.health_pages(lambda: None, lambda: None), "127.0.0.1", port)
        try:
            await process.serve(process.health_pages(lambda: None, lambda: None), "127.0.0.1", port)
        finally:
            await first.cleanup()

    with pytest.raises(UsageError, match="name another"):
        asyncio.run(twice())
