"""Every metric named in `deploy/` exists in the code, and every metric of the code is asked for somewhere in
`deploy/`.
"""

from __future__ import annotations

import re

import pytest

import streams.census.service  # noqa: F401  # it registers beside the others
from rules.wire import refusals, vocabulary
from rules.wire.alerts import RECOMMENDATIONS
from streams.board.service import CODES
from streams.feeds.service import metrics as feeds
from streams.pager.service import metrics as pager
from streams.qualify import metrics as qualification
from streams.service import metrics
from streams.worker import metric_updates as worker
from tests.deploy.places import named, panel_expressions, rules

PROCESS = "il2_process_"
"""What the client library tells of any process: a dashboard may leave some of it out."""


def exposed() -> dict[str, set[str]]:
    """Every metric of the code, with the names of its series: `il2_x` -> {`il2_x_bucket`, ...}."""
    families = [*metrics.REGISTRY.collect(), *qualification.REGISTRY.collect()]
    return {family.name: series(family.name, family.type) for family in families}


def series(name: str, kind: str) -> set[str]:
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}.get(
        kind, ("",)
    )
    return {name + ending for ending in endings}


def test_every_metric_named_in_deploy_exists_in_the_code() -> None:
    assert named() - set().union(*exposed().values()) == set()


def test_every_metric_of_the_code_is_asked_for_in_deploy() -> None:
    asked = named()
    assert [
        name for name, names in exposed().items() if not names & asked and not name.startswith(PROCESS)
    ] == []


def test_no_label_of_any_metric_names_a_patient() -> None:
    for collector in {id(one): one for one in metrics.REGISTRY._names_to_collectors.values()}.values():
        assert not {"patient", "patient_id", "name", "mrn"} & set(getattr(collector, "_labelnames", ()))


COUNTED_FROM_0 = (
    'il2_events_total{outcome="used",type="vitals"}',
    'il2_events_total{outcome="used",type="io"}',
    'il2_dead_letters_total{reason="from-the-future"}',
    'il2_feed_counted_total{feed="ward",what="lost-notifications"}',
    'il2_pages_total{channel="oncall",outcome="refused"}',
    'il2_pages_total{channel="oncall",outcome="expired"}',
)


def test_what_an_alarm_counts_is_there_before_it_happens() -> None:
    """A series that begins at 1 has no increment, and what a worker has not seen since its start is no silence."""
    worker.prepare()
    feeds.prepare("ward")
    pager.prepare(["oncall"])
    served = metrics.text().decode()
    assert [series for series in COUNTED_FROM_0 if f"{series} " not in served] == []


VALUES = {
    "action": {"trigger", "acknowledge", "resolve"},
    "actionable": set(pager.ACTIONABLE),
    "code": set(CODES),
    "outcome": set(pager.OUTCOMES),
    "reason": {value for name, value in vars(refusals).items() if name.isupper() and isinstance(value, str)},
    "recommendation": set(RECOMMENDATIONS),
    "transition": {"opened", "worsened", "improved", "resolved", "amended", "reminder"},
    "type": set(vocabulary.EventType.__args__),  # type: ignore[attr-defined]  # a Literal's words
}
"""What a label that is matched on may be."""
MATCH = re.compile(r"([a-z_]+)(?:=~|!=|!~|=)\"([^\"]*)\"")


@pytest.mark.parametrize("label", VALUES)
def test_a_value_that_an_expression_matches_is_one_that_the_code_gives(label: str) -> None:
    texts = [rule["expr"] for rule in rules()] + [one.text for one in panel_expressions()]
    asked = {
        value
        for text in texts
        for name, values in MATCH.findall(text)
        if name == label
        for value in values.split("|")
    }
    assert asked
    assert asked - VALUES[label] == set()
