"""Alertmanager's API: labels that identify, an end that is far until it is said, no patient where alerts are
routed.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.channels.alertmanager import AlertmanagerOptions, alert
from streams.channels.options import parse_options
from streams.channels.page import Page, TransportError, labels, severity
from streams.times import HOUR, instant
from tests.streams.channels.pages import ACTIONS, KEY, PATIENT, RUNBOOK, page
from tests.streams.channels.sending import sent
from tests.streams.channels.server import says

NOW = "2026-03-02T10:07:00Z"
OPTIONS = parse_options(
    AlertmanagerOptions, "ward", {"url": "http://alertmanager:9093", "labels": {"site": "north"}}
)


def made(given: Page, now: str = NOW, options: AlertmanagerOptions = OPTIONS) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.to_builtins(alert(given, options, instant(now)))
    return decoded


def test_an_alert_is_posted_in_a_list_under_the_address_given() -> None:
    for path in ("", "/", "/behind/a/proxy"):
        [asked] = sent("alertmanager", [page()], {}, {}, path=path).asked
        assert (asked.method, asked.path) == ("POST", f"{path.rstrip('/')}/api/v2/alerts")
        assert [one["labels"]["key"] for one in asked.json()] == [KEY]


def test_its_labels_are_what_routes_go_by() -> None:
    assert made(page())["labels"] == {
        "alertname": "urine-hour",
        "key": KEY,
        "kind": "criterion",
        "level": "absolute",
        "priority": "high",
        "severity": "critical",
        "site": "north",
        "subject": "urine-hour",
        "system": "renal",
        "unit": "oncology-3",
    }


def test_all_pages_of_one_key_have_the_same_labels_or_the_end_would_miss_its_alert() -> None:
    first, *others = [made(page(action, at=NOW, seq=seq))["labels"] for seq, action in enumerate(ACTIONS)]
    assert others == [first, first]


def test_a_label_that_is_empty_is_left_out_and_the_sites_own_cannot_stand_for_one_of_ours() -> None:
    assert {"system", "unit"} & labels(page(system=None, unit=None), {}).keys() == set()
    assert labels(page(), {"level": "advisory", "key": "x"}) == labels(page(), {})


def test_the_patient_stands_in_an_annotation_and_nowhere_else() -> None:
    sent = made(page())
    assert sent.pop("annotations")["patient"] == PATIENT
    assert PATIENT not in str(sent)


def test_a_receiver_that_may_not_know_is_not_told_who_it_is() -> None:
    [asked] = sent("alertmanager", [page()], {"patient": False}, {}).asked
    assert PATIENT.encode() not in asked.body


def test_its_annotations_are_what_people_read() -> None:
    assert made(page())["annotations"] == {
        "summary": "Urine 8 mL/h, below 10",
        "description": "Urine 8 mL/h, below 10",
        "patient": PATIENT,
        "transition": "opened",
        "action": "fluid-bolus",
        "at": "2026-03-02T10:00:00Z",
        "decided": "2026-03-02T10:00:05Z",
        "seq": "12",
        "links": RUNBOOK[0],
    }
    assert made(page())["generatorURL"] == RUNBOOK[0]
    assert "generatorURL" not in made(page(links=()))


def test_an_open_alert_ends_in_a_week_for_one_without_end_is_resolved_after_five_minutes() -> None:
    assert made(page())["endsAt"] == "2026-03-09T10:07:00Z"
    assert made(page("acknowledge"))["endsAt"] == "2026-03-09T10:07:00Z"
    short = parse_options(AlertmanagerOptions, "ward", {"url": "http://alertmanager:9093", "keep-h": 0.5})
    assert made(page(), options=short)["endsAt"] == "2026-03-02T10:37:00Z"


def test_a_resolution_ends_it_now_and_an_acknowledgement_says_so() -> None:
    resolved = made(page("resolve"))
    assert (resolved["endsAt"], "startsAt" in resolved) == (NOW, False)
    assert made(page("acknowledge"))["annotations"]["acknowledged"] == "true"


@pytest.mark.parametrize(
    ("since", "at", "expected"),
    [
        ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"),
        (None, "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        (None, "2026-03-02T10:07:00.500Z", NOW),
        (None, "2031-01-01T00:00:00Z", NOW),
    ],
)
def test_an_alert_starts_when_its_incident_did_but_not_in_the_future(
    since: str | None, at: str, expected: str
) -> None:
    sent = made(page(since=since, at=at))
    assert sent["startsAt"] == expected
    assert instant(sent["endsAt"]) - instant(sent["startsAt"]) >= HOUR


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (401, True), (500, False), (503, False)])
def test_a_refusal_says_what_to_do(status: int, permanent: bool) -> None:
    with pytest.raises(TransportError) as caught:
        sent("alertmanager", [page()], {}, {}, says(status))
    assert (caught.value.status, caught.value.permanent) == (status, permanent)


@pytest.mark.parametrize("level", ["absolute", "relative", "technical", "advisory"])
def test_every_level_has_a_severity_of_its_own(level: str) -> None:
    assert (
        sum(severity(other) == severity(level) for other in ("absolute", "relative", "technical", "advisory"))
        == 1
    )


def test_an_alert_is_resolved_under_the_labels_it_was_opened_with() -> None:
    """Under others it is another alert: the first would go on firing for a week."""
    opened = {"label:site": "south", "unit": "4 West"}
    labels = made(page("resolve", identity=opened, unit="4 West"))["labels"]
    assert (labels["site"], labels["unit"]) == ("south", "4 West")
    assert "site" not in made(page("resolve", identity={"unit": "4 West"}))["labels"]
