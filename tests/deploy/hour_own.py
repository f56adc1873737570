"""What Prometheus tells of itself and of Alertmanager in these hours (tests/deploy/hour.py), as far as the
rules ask for it.

That the real ones use these very names and labels is seen where they run (test_alarms.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.deploy.hour import START_S, STEP_S, STEPS

ALERTMANAGER = 'job="alertmanager",instance="alertmanager:9093"'
PROMETHEUS = 'job="prometheus",instance="localhost:9090"'
NODE = 'job="node",instance="kafka-1:9100"'
FAILED = f'alertmanager_notifications_failed_total{{integration="webhook",{ALERTMANAGER}}}'
RULES_FAILED = f'prometheus_rule_evaluation_failures_total{{rule_group="recording.yml;il2-burden-recorded",{PROMETHEUS}}}'


def own() -> str:
    """Both hours as OpenMetrics with times."""
    return "".join(
        f"{name} {value!r} {START_S + step * STEP_S}\n"
        for step in range(STEPS + 1)
        for name, value in samples(step * STEP_S / 60)
    )


def samples(minute: float) -> Iterator[tuple[str, float]]:
    yield f"up{{{PROMETHEUS}}}", 1.0
    yield f"up{{{ALERTMANAGER}}}", float(not 80 <= minute < 84)
    yield FAILED, max(0.0, min(minute, 90) - 86)
    yield RULES_FAILED, max(0.0, min(minute, 94) - 91)
    # What `il2watch qualify` leaves for the machine's own exporter.
    yield f'il2_qualification_steps{{result="failed",{NODE}}}', float(100 <= minute < 103)
    yield (
        f"il2_qualification_timestamp_seconds{{{NODE}}}",
        float(START_S - (40 * 3600 if minute >= 150 else 0)),
    )
