"""`feed check` on FHIR: bundles, bulk exports, notifications (docs/spec/feeds.md, Commands)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from tests.streams.feeds.support import HERE, SAMPLES
from tests.streams.feeds.test_fhir import HEART_RATE, MRN, NOWHERE, bundle, medication, observation, version
from tests.streams.feeds.test_fhir_samples import GOLDENS

SITE = ["--config", str(HERE / "site.toml"), "--feed"]
FHIR_SAMPLES = sorted((SAMPLES / "fhir").iterdir())
NOBODY = ("DOE", "Doe", "Jane", "JANE", "T00000", "P0001", "561fa387", "SomePatient", "Patient/")


def checked(
    capsys: pytest.CaptureFixture[str], *paths: Path, feed: str = "fhir", exit: int | None = None
) -> list[str]:
    code = main(["feed", "check", *map(str, paths), *SITE, feed])
    assert exit in (None, code)
    return capsys.readouterr().out.splitlines()


def reported(capsys: pytest.CaptureFixture[str], *paths: Path, feed: str = "fhir") -> Any:
    main(["feed", "check", *map(str, paths), *SITE, feed, "--json"])
    return json.loads(capsys.readouterr().out)


def written(folder: Path, *resources: Any) -> list[Path]:
    paths = [folder / f"{number}.json" for number in range(len(resources))]
    for path, resource in zip(paths, resources, strict=True):
        path.write_text(json.dumps(resource, indent=1), encoding="utf-8")
    return paths


@pytest.mark.parametrize("path", FHIR_SAMPLES, ids=lambda path: path.name[:2])
def test_a_sample_is_checked_as_its_golden_says(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden = GOLDENS[path.name.partition("-")[0]]
    report = reported(capsys, path)
    assert sum(report["events"].values()) == len(golden.events)
    assert sum(report["refused"].values()) == len(golden.refused)
    assert report["refused"].keys() == {reason for _, _, reason in golden.refused}
    unmapped = [code["code"] for code in report["codes"] if code["becomes"] == "unmapped"]
    assert sorted(unmapped) == list(golden.unmapped)
    assert report["clean"] == (not golden.refused and not golden.unmapped)


def test_all_samples_are_one_page_and_it_names_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    page = checked(capsys, SAMPLES / "fhir", exit=1)
    assert page[:2] == [
        "4 codes not mapped; bad-time 5; code-disagrees 1",
        "feed fhir: 15 files, 18 resources and bundles",
    ]
    assert len(page) <= 60
    whole = "\n".join([*page, json.dumps(reported(capsys, SAMPLES / "fhir"))])
    assert [text for text in NOBODY if text in whole] == []


def test_messages_and_resources_stand_in_one_report(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (next(SAMPLES.glob(name)) for name in ("hl7/80-*", "fhir/07-*"))
    assert checked(capsys, first, second, exit=0)[:2] == [
        "everything is mapped, nothing is refused",
        "feed fhir: 2 files, 1 messages, 1 resources and bundles",
    ]


FIRST_LINES: dict[str, tuple[Any, str]] = {
    "an unknown code": (observation(code=HEART_RATE | {"code": "3137-7"}), "1 code not mapped"),
    "a day for a time": (observation(effectiveDateTime="2026-03-02"), "bad-time 1"),
    "a time without a zone": (observation(effectiveDateTime="2026-03-02T15:00:00"), "bad-time 1"),
    "a unit that does not convert": (observation(valueQuantity={"value": 1, "code": "km"}), "bad-unit 1"),
    "a rate by volume": (
        medication(dosage={"rateQuantity": {"value": 30, "code": "mL/h"}}),
        "bad-unit 1",
    ),
    "no patient": (observation(subject=None), "unassociated 1"),
    "a patient elsewhere": (bundle("transaction", observation(subject=NOWHERE)), "unassociated 1"),
    "an unknown status": (observation(status="unknown"), "unsupported 1"),
    "a bundle that is not taken": ({"resourceType": "Bundle", "type": "document"}, "malformed 1"),
    "an order": ({"resourceType": "MedicationRequest"}, "not taken 1"),
    "no JSON of a resource": ({"resourcetype": "Observation"}, "malformed 1"),
}


@pytest.mark.parametrize(("resource", "first"), FIRST_LINES.values(), ids=FIRST_LINES)
def test_the_first_line_of_a_check_says_what_is_wrong(
    resource: Any, first: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert checked(capsys, *written(tmp_path, resource), exit=1)[0] == first


def test_a_code_says_how_often_from_how_many_patients_in_which_units_and_why_it_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    paths = written(
        tmp_path,
        observation(id="o1"),
        observation(id="o2", subject={"reference": "Patient/p2"}),
        observation(id="o3", valueQuantity={"value": 61, "code": "km"}),
        observation(id="o4", status="unknown"),
    )
    (code,) = reported(capsys, *paths)["codes"]
    assert (code["times"], code["patients"], code["becomes"]) == (4, 2, "vitals heart-rate")
    assert code["units"] == {"/min": 3, "km": 1}
    assert code["refused"] == {"bad-unit": 1, "unsupported": 1}
    assert json.loads(code["sample"])["valueQuantity"] == {"value": 61, "code": "km"}


def test_a_text_is_masked_and_a_number_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    secret = observation(valueQuantity=None, valueString="Jane Doe is asleep")
    (code,) = reported(capsys, *written(tmp_path, secret))["codes"]
    assert json.loads(code["sample"])["valueString"] == "..."


def test_lost_notifications_versions_used_twice_and_clocks_are_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def notified(number: int) -> Any:
        status = {"resourceType": "SubscriptionStatus", "subscription": {"reference": "Subscription/s1"}}
        return bundle("history", status | {"notificationEvent": [{"eventNumber": str(number)}]})

    late = observation(value=61, id="o1", **version(1)) | {"effectiveDateTime": "2026-03-02T15:05:00Z"}
    resources = [observation(**version(1)), late, observation(id=None), notified(3), notified(6)]
    page = checked(capsys, *written(tmp_path, *resources))
    assert "also: skipped no-stay" not in page
    assert any("lost-notifications subscription 2" in line for line in page)
    assert "versions of a resource with other contents each time: 1" in page
    assert "resources without an id or identifier: 1; they cannot be corrected" in page
    assert "readings a minute and more later than their message: 1; whose clock is wrong?" in page


def test_the_authorities_of_patients_are_said_with_what_counts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    patient = {"resourceType": "Patient", "id": "p1", "identifier": [MRN, MRN | {"system": "urn:oid:9"}]}
    held = bundle("collection", patient, observation())
    page = checked(capsys, *written(tmp_path, held), feed="fhir-mrn", exit=0)
    assert "patient ids: urn:oid:1.2.3 type MR: used 1, urn:oid:9 type MR: not used 1" in page


def test_a_compressed_bulk_export_is_checked_line_by_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = [json.dumps(observation(id=f"o{number}")) for number in range(3)]
    path = tmp_path / "Observation.ndjson.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert checked(capsys, path, exit=0)[1] == "feed fhir: 1 files, 3 resources and bundles"


def test_nothing_found_is_not_clean(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert checked(capsys, tmp_path, exit=1)[0] == "nothing was found: no message, no resource"
