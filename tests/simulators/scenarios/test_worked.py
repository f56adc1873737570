"""The worked patient: the same every time, well formed, and about 300 facts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from rules.ingest.decode import decode
from simulators.scenarios import worked

ROOT = Path(__file__).parents[3]


def test_every_run_writes_the_same_lines() -> None:
    once = subprocess.run(
        [sys.executable, "-m", "simulators.scenarios.worked"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [json.loads(line) for line in once.splitlines()] == worked.events()


def test_every_fact_is_taken_without_a_problem() -> None:
    assert [
        problems
        for event in worked.events()
        for problems in [decode(json.dumps(event).encode())[1]]
        if problems
    ] == []


def test_the_course_has_about_300_facts_of_every_clinical_kind() -> None:
    kinds = Counter(event["type"] for event in worked.events())
    assert 250 < kinds.total() < 350
    assert set(kinds) == {"vitals", "labs", "io", "dose", "infusion", "medication", "finding", "encounter"}


def test_ids_are_unique_but_for_the_one_correction() -> None:
    ids = Counter(event["id"] for event in worked.events())
    assert [identity for identity, count in ids.items() if count > 1] == ["cbc-day-3"]


def test_facts_come_in_the_order_in_which_they_became_known() -> None:
    known = [event.get("known", event["at"]) for event in worked.events()]
    assert known == sorted(known)


def test_doses_come_every_8_hours_but_one_late_and_one_held() -> None:
    given = [event["at"] for event in worked.events() if event["type"] == "dose" and event["given"]]
    hours = [
        datetime.fromisoformat(after) - datetime.fromisoformat(before) for before, after in pairwise(given)
    ]
    assert [gap.total_seconds() / 3600 for gap in hours] == [8, 8, 8, 8, 12]


def test_a_ward_can_be_made_of_the_same_course_under_other_names_and_times() -> None:
    moved = worked.events("p7", datetime(2026, 5, 1, tzinfo=UTC))
    assert {event["patient"] for event in moved} == {"p7"}
    assert (
        next(event["at"] for event in moved if event.get("event") == "cycle-start") == "2026-05-01T00:00:00Z"
    )
