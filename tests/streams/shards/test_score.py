"""A score is the same, byte for byte, however the patients of the file are shared out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.wire.instants import MINUTE, text
from streams.cli import sharing
from tests.streams.shards.wards import START, event, in_shards, truth, typed

Capture = pytest.CaptureFixture[bytes]
DAY = 24 * 60


def ward() -> list[bytes]:
    """Five patients with a rising creatinine, their doses, ticks for all, and records that are refused."""
    beds = [f"p{bed}" for bed in range(5)]
    events = [event("encounter", "e", bed, 0, event="cycle-start", location="icu") for bed in beds]
    for hour in range(1, 25):
        value = 1.0 if hour < 6 else 2.0 + hour / 8
        readings = [{"code": "creatinine", "value": value, "unit": "mg/dL"}]
        events += [
            event("labs", f"l{hour}", bed, 60 * hour, readings=readings) for bed in beds[: 1 + hour % 5]
        ]
        pressures = [{"code": "systolic-bp", "value": 75 if hour > 20 else 120, "unit": "mm[Hg]"}]
        events += [event("vitals", f"v{hour}", bed, 60 * hour, readings=pressures) for bed in beds]
        events.append(event("tick", "", "*", 60 * hour + 30))
    events.insert(60, event("vitals", "v1", "p1", 60 * 7, readings=[]))
    return [json.dumps(one).encode() for one in sorted(events, key=lambda one: str(one["at"]))] + [
        b"{",
        b"{}",
    ]


def conflict(minute: int) -> bytes:
    """A record that the chart alone refuses: its id was another's."""
    readings = [{"code": "heart-rate", "value": 99, "unit": "/min"}]
    return json.dumps(
        event("vitals", "v1", "p2", 60, readings=readings, known=text(START + minute * MINUTE))
    ).encode()


def truths() -> bytes:
    span = [[text(START + 400 * MINUTE), text(START + DAY * MINUTE), "absolute", True]]
    return b"".join(truth(f"p{bed}", DAY, creatinine=span) for bed in (3, 1, 0, 7))


@pytest.mark.slow
def test_any_number_of_jobs_gives_the_score_of_one_also_when_the_last_record_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    (tmp_path / "ward.jsonl").write_bytes(b"\n".join([*ward(), conflict(30 * 60)]))
    (tmp_path / "truth.jsonl").write_bytes(truths())
    (tmp_path / "site.toml").write_text("[criteria.creatinine]\nabsolute = 4.0\n")
    monkeypatch.chdir(tmp_path)
    score = ("score", "ward.jsonl", "--truth", "truth.jsonl", "-o", "json")
    score += ("--config", "site.toml", "--config", "/dev/null")
    expected = typed(capfdbinary, *score, "--jobs", "1")
    assert expected[0] == 0
    found = [json.loads(line) for line in expected[1].splitlines()]
    assert found[0]["criteria"] != found[1]["criteria"]
    assert found[1]["patients_without_truth"] == 2
    assert found[1]["records"]["refused"] == {"id-conflict": 2, "malformed": 2}
    in_shards(monkeypatch)
    monkeypatch.setattr(sharing, "cores", lambda: 2)
    assert typed(capfdbinary, *score) == expected


def test_a_file_out_of_order_is_named_by_its_line_though_the_patients_are_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Capture
) -> None:
    lines = ward()
    lines[40:40] = [json.dumps(event("vitals", "early", "p2", 1, readings=[])).encode()]
    (tmp_path / "ward.jsonl").write_bytes(b"\n".join(lines))
    (tmp_path / "truth.jsonl").write_bytes(truths())
    monkeypatch.chdir(tmp_path)
    in_shards(monkeypatch)
    score = ("score", "ward.jsonl", "--truth", "truth.jsonl")
    one, two = (typed(capfdbinary, *score, "--jobs", jobs) for jobs in ("1", "2"))
    assert one == two
    assert one[0] == 2
    assert b"ward.jsonl:41: known before the line above it" in one[2]
